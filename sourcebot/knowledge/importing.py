"""What was gathered from an export, as new files of a knowledge base."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from pathlib import Path

from sourcebot.errors import KnowledgeError, Problem
from sourcebot.knowledge.facts import Place
from sourcebot.knowledge.folders import shipped
from sourcebot.knowledge.gathering import Answer, Gathered, normal
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.knowledge.starting import ENDING, elsewhere, naming
from sourcebot.knowledge.written import identifier, one_line, scalar

MOST_ANSWERS = 5_000
"""More new answers than that in one import are a file in which no two questions share one."""
IN_SCOPE = 300
"""Messages that teach what is ours; more would teach no more."""
PER_FILE = 20_000
"""Ways to ask in one file, which must stay readable for an editor."""
EXAMPLES = 4
HELD_ALL = 50
"""Conversations that are written down where no question was held out."""
_BULLET = re.compile(r"^(?:[-*•–·]\s+|(?P<number>\d{1,3})[.)]\s+)")
_ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Import:
    """New files by their names, and what stands in them.

    learnt, held: (question, id of its answer) of what is learnt and of what is only tested.
    """

    files: dict[str, str]
    learnt: tuple[tuple[str, str], ...]
    held: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """What an import needs to know besides the rows.

    name: of the export, as new files and sources are called after it; title: of a new base;
    hold_out: share of the questions of each answer that is tested and not learnt; taken: names of
    files that exist.
    """

    name: str
    title: str
    today: date
    hold_out: float
    base: KnowledgeBase | None
    taken: frozenset[str]


def as_files(gathered: Gathered, setting: Setting) -> Import:
    """The new files. Raises KnowledgeError where it is too much for one base, OSError."""
    if len(gathered.answers) > MOST_ANSWERS:
        told = f"{len(gathered.answers):,} different answers, at most {MOST_ANSWERS:,}; give rows "
        told += "with the same answer the same text or the same `aspect`, or split the file"
        place = gathered.answers[MOST_ANSWERS].place
        raise KnowledgeError([Problem(place.file, place.line, told)])
    return _Writing(gathered, setting).done()


class _Writing:
    def __init__(self, gathered: Gathered, setting: Setting) -> None:
        self.gathered = gathered
        self.setting = setting
        self.stem = identifier(Path(setting.name).stem, "import")
        self.sources: dict[str, str] = {}
        base = setting.base
        self.source_ids = {normal(s.title): id for id, s in base.sources.items()} if base else {}
        self.own = self._source_id(setting.name)
        self.files: dict[str, str] = {}
        self.learnt: list[tuple[str, str]] = []
        self.held: list[tuple[str, str]] = []

    def done(self) -> Import:
        self._questions()
        if not self.files:
            return Import({}, (), ())
        self._transcripts()
        self._scope()
        if self.setting.base is None:
            self._beginning()
        if self.sources:
            name = "sources" if self.setting.base is None else f"sources/{self.stem}"
            self._add(name, "# What imported answers rest on.\n" + "".join(self.sources.values()))
        # Sources first and transcripts last: cut short, what is there still makes a base.
        order = ("sources", "questions", "scope")
        first = {n: t for part in order for n, t in self.files.items() if n.startswith(part)}
        return Import(first | self.files, tuple(self.learnt), tuple(self.held))

    def _add(self, name: str, text: str) -> None:
        path, number = f"{name}.yaml", 1
        while path in self.setting.taken or path in self.files:
            number += 1
            path = f"{name}-{number}.yaml"
        self.files[path] = text

    def _questions(self) -> None:
        by_file: dict[str, list[tuple[int, str]]] = {}
        for answer in self.gathered.answers:
            name = identifier(answer.category or "", self.stem)
            by_file.setdefault(name, []).append((len(answer.asked), self._answer(answer)))
        more = [
            (len(asked), self._part(id, asked, asked[0][1], elsewhere=True))
            for id, asked in self.gathered.more.items()
        ]
        if more:
            by_file.setdefault(f"more-{self.stem}", []).extend(more)
        for name, parts in by_file.items():
            for some in _chunks(parts):
                count = sum(asked for asked, _ in some)
                head = f"# Imported on {self.setting.today.isoformat()} from "
                head += f"{one_line(self.setting.name)}; questions: {len(some)}, ways to ask "
                head += f"them: {count}.\n"
                self._add(f"questions/{name}", head + "".join(text for _, text in some))

    def _answer(self, answer: Answer) -> str:
        text = self._part(answer.id, answer.asked, answer.place)
        if answer.text is None:
            return text + "  # nobody has answered it yet: summary: {text: ..., sources: [...]}\n"
        source = self._source_id(answer.source) if answer.source else self.own
        (_, first), *rest = _facts(answer.text)
        text += f"  summary:\n    text: {scalar(first)}\n    sources: [{source}]\n"
        if rest:
            text += "  points:\n"
        for title, said in rest:
            head = f'    - title: "{title}"\n      text: ' if title else "    - text: "
            text += f"{head}{scalar(said)}\n      sources: [{source}]\n"
        return text

    def _part(
        self, id: str, asked: Sequence[tuple[str, Place]], place: Place, *, elsewhere: bool = False
    ) -> str:
        held = int(len(asked) * self.setting.hold_out)
        step = len(asked) / held if held else 0
        out = {len(asked) - 1 - int(number * step) for number in range(held)} - {0}
        learnt = [text for number, (text, _) in enumerate(asked) if number not in out]
        self.learnt += [(text, id) for text in learnt]
        self.held += [(asked[number][0], id) for number in sorted(out)]
        note = "answered elsewhere; " if elsewhere else ""
        where = f"{Path(place.file).name}:{place.line}"
        head = f"{id}:   # {note}{one_line(where)}\n  phrases:\n"
        return head + "".join(f"    - {scalar(text)}\n" for text in learnt)

    def _source_id(self, text: str) -> str:
        """The id of a source that is called or addressed so, which is written down once."""
        line = one_line(text)
        key = normal(f"[{line}]")
        if key not in self.source_ids:
            id = identifier(line, "source", set(self.source_ids.values()))
            self.source_ids[key] = id
            publisher = scalar(self.setting.title)
            address = f"  url: {scalar(line)}\n" if _ADDRESS.fullmatch(line) else ""
            self.sources[id] = (
                f"{id}:\n  title: {scalar(f'[{line}]')}\n  publisher: {publisher}\n"
                f"  kind: company\n  read: {self.setting.today.isoformat()}\n{address}"
            )
        return self.source_ids[key]

    def _transcripts(self) -> None:
        if self.held:
            head = "# Questions that were held out: nothing has learnt them, and each must find\n"
            head += "# its answer. One that does not is a way to ask that questions/ lacks.\n"
            told = self.held
        else:
            head = "# Questions as they were imported: each must go on finding its answer.\n"
            answered = {answer.id for answer in self.gathered.answers if answer.text is not None}
            first = {id: text for text, id in reversed(self.learnt) if id in answered}
            told = [(text, id) for id, text in first.items()][::-1][:HELD_ALL]
        if told:
            turns = "".join(
                f"- name: {scalar(text)}\n  turns:\n"
                f"    - {{user: {_flow(text)}, status: answered, intent: {id}}}\n"
                for text, id in told
            )
            self._add(f"transcripts/{self.stem}", head + turns)

    def _scope(self) -> None:
        inside = list(_in_turn(self.learnt, IN_SCOPE))
        outside = list(dict.fromkeys(self.gathered.outside))[:IN_SCOPE]
        base = self.setting.base
        if base is None or not base.scope.outside:
            words = {word for text, _ in self.learnt for word in _telling(text)}
            outside += [text for text in elsewhere() if not words.issuperset(_telling(text))]
        text = "# Whole messages that are ours and that are not. Those that are nearly ours and\n"
        text += "# are not teach most: add what people ask you and you cannot answer.\n"
        for name, texts in (("inside", inside), ("outside", outside)):
            lines = "".join(f"  - {scalar(one)}\n" for one in texts)
            text += f"{name}:\n{lines}" if lines else f"{name}: []\n"
        self._add("scope" if base is None else f"scope/{self.stem}", text)

    def _beginning(self) -> None:
        """What a base has besides questions, where there is none yet."""
        root = shipped("content") / "starter" / "import"
        answered = {answer.id for answer in self.gathered.answers if answer.text is not None}
        # One way to ask each: two that lead to one answer are no two offers.
        first = {id: text for text, id in reversed(self.learnt) if id in answered}
        offered = [text for text in reversed(first.values())][:EXAMPLES]
        examples = "".join(f"  - {scalar(text)}\n" for text in offered)
        values = {
            **naming(self.setting.title),
            "plain": one_line(self.setting.title),
            "today": self.setting.today.isoformat(),
            "examples": examples.rstrip("\n") or "  []",
            "source": self.own,
        }
        for path in sorted(root.rglob(f"*{ENDING}")):
            name = path.relative_to(root).as_posix().removesuffix(ENDING)
            self.files[name] = string.Template(path.read_text("utf-8")).substitute(values)


def _chunks(parts: list[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    some: list[tuple[int, str]] = []
    for part in parts:
        if some and sum(asked for asked, _ in some) + part[0] > PER_FILE:
            yield some
            some = []
        some.append(part)
    yield some


def _facts(answer: str) -> list[tuple[str, str]]:
    """(number of a step or nothing, text) for each line of an answer."""
    found: list[tuple[str, str]] = []
    for line in answer.splitlines():
        text = one_line(line)
        bullet = _BULLET.match(text)
        if bullet is not None and found:
            found.append((bullet.group("number") or "", text[bullet.end() :]))
        elif text:
            found.append(("", text))
    return found


def _in_turn(pairs: Sequence[tuple[str, str]], most: int) -> Iterator[str]:
    """The first question of every answer, then every second one, and so on, up to so many."""
    by_id: dict[str, list[str]] = {}
    for text, id in pairs:
        by_id.setdefault(id, []).append(text)
    ordered = (text for row in zip_longest(*by_id.values()) for text in row if text is not None)
    return (text for text, _ in zip(ordered, range(most), strict=False))


def _telling(text: str) -> set[str]:
    return {word for word in normal(text).split() if len(word) > 3}


def _flow(text: str) -> str:
    """A scalar inside braces, where commas have a meaning."""
    line = scalar(text)
    return f'"{line}"' if "," in line and not line.startswith('"') else line
