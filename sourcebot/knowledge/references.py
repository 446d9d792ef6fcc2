"""What must hold between the files of a base: ids that exist, names used once, sources given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import PurePosixPath

from sourcebot.errors import Problem
from sourcebot.knowledge.advice_references import check_advice
from sourcebot.knowledge.course_references import check_course
from sourcebot.knowledge.decode import line_of, nearest
from sourcebot.knowledge.draft import Decoded, Draft
from sourcebot.knowledge.files import AspectFile
from sourcebot.knowledge.model import DEFINE
from sourcebot.knowledge.question_references import check_questions
from sourcebot.knowledge.yaml_nodes import Fields, Items, Node, Text

_ID = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
_CLASS = re.compile(r"<([^<>]*)>")
_SLOT = re.compile(r"\{([^{}]*)\}")
_DATES = ("read", "review", "reviewed")
_SLOTS = {"concept", "other", "task"}
_SINGULAR = {"categories": "category", "criteria": "criterion"}
TASK_CLASS = "task"
"""In a sign, <task> stands for any piece of work of tasks.yaml."""


def check_references(draft: Draft) -> list[Problem]:
    """Every broken reference, duplicate name and missing source in a draft that could be read."""
    known = _Known(draft)
    problems: list[Problem] = []
    for file in draft.files:
        problems += _CHECKS[file.kind](file, known) if file.kind in _CHECKS else ()
        if file.kind not in ("sources", "kb", "scope", "transcripts"):
            problems += _missing_sources(file, known)
        if file.kind not in ("scope", "transcripts", "language", "smalltalk"):
            problems += _dates(file, file.node)
    problems += check_advice(draft)
    problems += check_course(draft)
    problems += check_questions(draft)
    return problems + list(_duplicate_names(draft)) + list(_duplicate_entries(draft))


class _Known:
    """The ids that exist in a draft."""

    def __init__(self, draft: Draft) -> None:
        self.incomplete = draft.incomplete | (
            {"intents"} if "aspects" in draft.incomplete else set()
        )
        self.concepts = [file.value.id for file in draft.of("concepts")]
        self.aspects = draft.aspects()
        self.intents = list(self.aspects)
        self.intents += [p.intent for file in draft.of("smalltalk") for p in file.value.values()]
        self.sources = [id for part in draft.sources() for id in part]
        self.tasks = [id for file in draft.of("tasks") for id in file.value.tasks]
        self.categories = [id for file in draft.of("tasks") for id in file.value.categories]
        self.words = [name for part in draft.words() for name in part]
        self.criteria = [file.value.id for file in draft.of("criteria")]
        kinds = [file.value for file in draft.of("kinds")]
        self.kinds = [id for part in kinds for id in part.kinds]
        self.traits = [id for part in kinds for id in part.traits]
        self.relations = [id for part in kinds for id in part.relations]
        self.expected = {id: kind.traits for part in kinds for id, kind in part.kinds.items()}

    def unknown(
        self, kind: str, ids: Iterable[str], file: Decoded, *path: str | int
    ) -> Iterator[Problem]:
        """A problem for each id that does not exist."""
        known: list[str] = getattr(self, kind)
        for index, id in enumerate(ids):
            if id not in known and kind not in self.incomplete:
                noun = _SINGULAR.get(kind, kind[:-1])
                hint = nearest(id, known) or "; add it or correct the id"
                line = max(line_of(file.node, *path, step) for step in (index, id))
                yield Problem(file.shown, line, f"unknown {noun} `{id}`{hint}")


def _concept_file(file: Decoded, known: _Known) -> Iterator[Problem]:
    part = file.value
    yield from _own_id(file, part.id)
    yield from known.unknown("aspects", part.entries, file, "entries")
    yield from known.unknown("aspects", part.does_not_apply, file, "does_not_apply")
    for key in ("contrast", "opposite"):
        if getattr(part, key) is not None:
            yield from known.unknown("concepts", [getattr(part, key)], file, key)
    yield from known.unknown("kinds", [part.kind] if part.kind else (), file, "kind")
    yield from known.unknown("traits", part.traits, file, "traits")
    yield from known.unknown("relations", part.relations, file, "relations")
    for relation, ids in part.relations.items():
        yield from known.unknown("concepts", ids, file, "relations", relation)
    for aspect in part.does_not_apply:
        if aspect in part.entries:
            line = line_of(file.node, "does_not_apply", aspect)
            yield Problem(file.shown, line, f"`{aspect}` has an entry as well; drop one of them")
    for trait in known.expected.get(part.kind or "", ()):
        if trait not in part.traits:
            line = line_of(file.node, "traits")
            lacks = f"no trait `{trait}`, which a {part.kind} should have; add it"
            yield Problem(file.shown, line, lacks, warning=True)
    for index, sign in enumerate(part.signs):
        line = line_of(file.node, "signs", index)
        for name in _CLASS.findall(sign):
            if name != TASK_CLASS and name not in known.words and "words" not in known.incomplete:
                hint = nearest(name, known.words) or "; add it to words.yaml"
                yield Problem(file.shown, line, f"unknown word class `<{name}>`{hint}")


def _kinds_file(file: Decoded, known: _Known) -> Iterator[Problem]:
    part = file.value
    for id, kind in part.kinds.items():
        yield from known.unknown("traits", kind.traits, file, "kinds", id, "traits")
        yield from known.unknown("aspects", kind.questions, file, "kinds", id, "questions")
    yield from known.unknown("traits", [part.when] if part.when else (), file, "when")
    yield from known.unknown("relations", part.telling, file, "telling")
    yield from known.unknown("relations", [part.broader] if part.broader else (), file, "broader")


def _entries_file(file: Decoded, known: _Known) -> Iterator[Problem]:
    part = file.value
    if len(part.concepts) == 1:
        line = line_of(file.node, "concepts")
        yield Problem(file.shown, line, "one concept alone has its entries in concepts/; name two")
    yield from known.unknown("concepts", part.concepts, file, "concepts")
    yield from known.unknown("aspects", part.entries, file, "entries")
    for aspect, entry in part.entries.items():
        for index, row in enumerate(entry.rows):
            if sorted(row.cells) != sorted(part.concepts):
                line = line_of(file.node, "entries", aspect, "rows", index)
                wanted = ", ".join(part.concepts)
                yield Problem(file.shown, line, f"the row needs one cell for each of: {wanted}")


def _tasks_file(file: Decoded, known: _Known) -> Iterator[Problem]:
    for id, task in file.value.tasks.items():
        at = ("tasks", id)
        yield from known.unknown("categories", [task.category], file, *at, "category")
        yield from known.unknown("categories", task.also, file, *at, "also")
        yield from known.unknown("concepts", task.fits, file, *at, "fits")
        decides = [task.decides] if task.decides else ()
        yield from known.unknown("criteria", decides, file, *at, "decides")
        if not _ID.fullmatch(id):
            yield Problem(file.shown, line_of(file.node, *at), f"`{id}` is not kebab-case")


def _claims_file(file: Decoded, known: _Known) -> Iterator[Problem]:
    for id, claim in file.value.items():
        yield from known.unknown("concepts", claim.concepts, file, id, "concepts")
        yield from known.unknown("aspects", [claim.aspect], file, id, "aspect")


def _aspect_file(file: Decoded, known: _Known) -> Iterator[Problem]:
    part = file.value
    yield from _own_id(file, part.id)
    yield from known.unknown("aspects", part.next, file, "next")
    if part.usual_concept is not None:
        yield from known.unknown("concepts", [part.usual_concept], file, "usual_concept")
    for number, both in enumerate(part.together):
        yield from known.unknown("aspects", both.aspects, file, "together", number, "aspects")
    for where, text in _texts_with_slots(part):
        for slot in _SLOT.findall(text):
            if slot not in _SLOTS:
                hint = nearest(slot, sorted(_SLOTS)) or "; use {concept}, {other} or {task}"
                line = line_of(file.node, *where)
                yield Problem(file.shown, line, f"unknown slot `{{{slot}}}`{hint}")


def _texts_with_slots(part: AspectFile) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where in the file, and the text."""
    yield ("question",), part.question
    if part.question_alone is not None:
        yield ("question_alone",), part.question_alone
    for index, phrase in enumerate(part.phrases):
        yield ("phrases", index), phrase
    for number, both in enumerate(part.together):
        for index, phrase in enumerate(both.phrases):
            yield ("together", number, "phrases", index), phrase


def _criterion_file(file: Decoded, known: _Known) -> Iterator[Problem]:
    yield from _own_id(file, file.value.id)  # the rest is for `advice_references`


def _transcript_file(file: Decoded, known: _Known) -> Iterator[Problem]:
    for number, transcript in enumerate(file.value):
        for index, turn in enumerate(transcript.turns):
            at = (number, "turns", index)
            yield from known.unknown("concepts", turn.concepts or (), file, *at, "concepts")
            intents = (*(turn.intents or ()), *((turn.intent,) if turn.intent else ()))
            yield from known.unknown("intents", intents, file, *at, "intent")
            if turn.task:
                yield from known.unknown("tasks", [turn.task], file, *at, "task")


def _kb_file(file: Decoded, known: _Known) -> Iterator[Problem]:
    yield from known.unknown("concepts", file.value.main_concepts, file, "main_concepts")
    if not file.value.main_concepts:
        line = line_of(file.node, "main_concepts")
        yield Problem(file.shown, line, "`main_concepts` is empty; name at least one concept")
    if not known.concepts:
        yield Problem(file.shown, 0, "the base has no concepts; add a file to concepts/")
    if DEFINE not in known.aspects and "aspects" not in known.incomplete:
        yield Problem(
            file.shown, 0, f"the base has no aspect `{DEFINE}`; add aspects/{DEFINE}.yaml"
        )


_CHECKS = {
    "kb": _kb_file,
    "concepts": _concept_file,
    "kinds": _kinds_file,
    "entries": _entries_file,
    "tasks": _tasks_file,
    "claims": _claims_file,
    "aspects": _aspect_file,
    "transcripts": _transcript_file,
    "criteria": _criterion_file,
}


def _own_id(file: Decoded, id: str) -> Iterator[Problem]:
    line = line_of(file.node, "id")
    if not _ID.fullmatch(id):
        yield Problem(file.shown, line, f"id `{id}` is not kebab-case; use a-z, 0-9 and hyphens")
    elif PurePosixPath(file.name).stem != id:
        yield Problem(file.shown, line, f"id `{id}` differs from the file's name; rename one")


def _dates(file: Decoded, node: Node) -> Iterator[Problem]:
    """A problem for each date that is none."""
    if isinstance(node, Items):
        for item in node.items:
            yield from _dates(file, item)
    elif isinstance(node, Fields):
        for key, (line, value) in node.fields.items():
            if key in _DATES and isinstance(value, Text):
                if not _is_date(value.value):
                    told = f"`{key}` is `{value.value[:30]}`; write a day as 2026-11-24"
                    yield Problem(file.shown, line, told)
            else:
                yield from _dates(file, value)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _missing_sources(file: Decoded, known: _Known) -> Iterator[Problem]:
    for node in _source_lists(file.node):
        if not node.items:
            yield Problem(file.shown, node.line, "a fact without a source; cite one or drop it")
        for item in node.items:
            if "sources" in known.incomplete:
                break
            if isinstance(item, Text) and item.value not in known.sources:
                hint = nearest(item.value, known.sources) or "; add it to sources.yaml"
                yield Problem(file.shown, item.line, f"unknown source `{item.value}`{hint}")


def _source_lists(node: Node) -> Iterator[Items]:
    if isinstance(node, Items):
        for item in node.items:
            yield from _source_lists(item)
    elif isinstance(node, Fields):
        for key, (_, value) in node.fields.items():
            if key == "sources" and isinstance(value, Items):
                yield value
            else:
                yield from _source_lists(value)


def _duplicate_names(draft: Draft) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for name, owner, shown, line in _all_names(draft):
        key = " ".join(name.casefold().replace("-", " ").split())
        if key in seen:
            yield Problem(shown, line, f"name `{name}` again ({seen[key]}); keep one")
        seen.setdefault(key, f"{owner} in {shown}:{line}")


def _all_names(draft: Draft) -> Iterator[tuple[str, str, str, int]]:
    for file in draft.of("concepts"):
        part = file.value
        yield part.name, part.id, file.shown, line_of(file.node, "name")
        for key in ("aliases", "loose"):
            for index, name in enumerate(getattr(part, key)):
                yield name, part.id, file.shown, line_of(file.node, key, index)
    for file in draft.of("tasks"):
        for id, task in file.value.tasks.items():
            yield task.name, id, file.shown, line_of(file.node, "tasks", id, "name")
            for key in ("aliases", "loose"):
                for index, name in enumerate(getattr(task, key)):
                    yield name, id, file.shown, line_of(file.node, "tasks", id, key, index)


def _duplicate_entries(draft: Draft) -> Iterator[Problem]:
    seen: dict[tuple[str, ...], str] = {}
    for file in (*draft.of("concepts"), *draft.of("entries")):
        part = file.value
        concepts = (part.id,) if file.kind == "concepts" else tuple(sorted(part.concepts))
        for aspect in part.entries:
            line = line_of(file.node, "entries", aspect)
            key = (aspect, *concepts)
            if key in seen:
                where = seen[key]
                yield Problem(file.shown, line, f"`{aspect}` again for the same concepts ({where})")
            seen.setdefault(key, f"first in {file.shown}:{line}")
