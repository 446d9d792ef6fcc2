"""Raw files into a knowledge base, or into the full list of what is wrong with them."""

from __future__ import annotations

from pathlib import PurePosixPath

from sourcebot.errors import KnowledgeError, Problem
from sourcebot.knowledge.assemble import assemble
from sourcebot.knowledge.decode import MISSING, Decoder, nearest
from sourcebot.knowledge.draft import Decoded, Draft
from sourcebot.knowledge.files import SHAPES
from sourcebot.knowledge.folders import RawBase, RawFile
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.knowledge.references import check_references
from sourcebot.knowledge.voice import check_voice
from sourcebot.knowledge.yaml_nodes import parse_yaml

_FOLDERS = {"concepts", "entries", "aspects", "transcripts", "criteria"}
_EITHER = {"tasks", "claims", "scope", "cases", "questions", "sources"}
"""Written as one file while there are few, as a folder of files when there are many."""
_REQUIRED = ("kb", "sources")
_LANGUAGE = {
    "language": "language",
    "smalltalk": "smalltalk",
    "voice": "voice",
    "advice": "advice-language",
    "learning": "learning-language",
}
_IDS_IN = {
    "concepts": {"concepts", "sources", "words"},
    "entries": {"sources"},
    "kinds": {"kinds", "traits", "relations"},
    "aspects": {"aspects"},
    "questions": {"aspects"},
    "smalltalk": {"aspects"},
    "sources": {"sources"},
    "tasks": {"tasks", "categories"},
    "words": {"words"},
    "criteria": {"criteria"},
    "advice": {"options"},
    "claims": {"claims"},
    "cases": {"cases", "sources"},
}


def compile_base(raw: RawBase) -> KnowledgeBase:
    """Make a knowledge base; raises KnowledgeError with every error (warnings do not stop it)."""
    base, problems = examine(raw)
    errors = [problem for problem in problems if not problem.warning]
    if base is None or errors:
        raise KnowledgeError(errors or problems)
    return base


def examine(raw: RawBase) -> tuple[KnowledgeBase | None, list[Problem]]:
    """Make a knowledge base where that is possible, and list every problem, warnings included."""
    draft = Draft()
    for file in raw.files:
        _decode(file, _kind_of(file, draft), draft)
    for file in raw.content:
        if file.name.startswith("language/") and not file.name.endswith((".j2", ".txt")):
            _decode(file, _language_kind(file, draft), draft)
    _refuse_twins(draft)
    for kind in _REQUIRED:
        if not any(_names(file) == kind for file in raw.files):
            root = raw.files[0].shown if raw.files else "kb"
            draft.problems.append(Problem(root, 0, f"the base has no {kind}.yaml; add it"))
    draft.problems += check_references(draft)
    draft.problems += check_voice(draft)
    fatal = any(not problem.warning for problem in draft.problems)
    base = None if fatal else assemble(draft, raw)
    return base, sorted(set(draft.problems))


def _names(file: RawFile) -> str:
    path = PurePosixPath(file.name)
    return path.parts[0] if len(path.parts) > 1 else path.stem


def _kind_of(file: RawFile, draft: Draft) -> str | None:
    kind = _names(file)
    nested = "/" in file.name
    if kind in SHAPES and (nested == (kind in _FOLDERS) or kind in _EITHER):
        return kind
    hint = nearest(kind, list(SHAPES))
    draft.problems.append(
        Problem(file.shown, 0, f"no such {'folder' if nested else 'file'} in a base{hint}")
    )
    return None


def _language_kind(file: RawFile, draft: Draft) -> str | None:
    kind = _LANGUAGE.get(PurePosixPath(file.name).stem)
    if kind is not None:
        return kind
    stem = PurePosixPath(file.name).stem
    hint = nearest(stem, list(_LANGUAGE)) or f"; known here: {', '.join(_LANGUAGE)}"
    draft.problems.append(Problem(file.shown, 0, f"no such language file{hint}"))
    return None


def _refuse_twins(draft: Draft) -> None:
    """Two files that are the same but for .yaml and .yml: one of them would be lost."""
    seen: dict[str, str] = {}
    for file in draft.files:
        stem = str(PurePosixPath(file.name).with_suffix(""))
        if stem in seen:
            draft.problems.append(Problem(file.shown, 0, f"the same as {seen[stem]}; keep one"))
        seen.setdefault(stem, file.shown)


def _decode(file: RawFile, kind: str | None, draft: Draft) -> None:
    if kind not in SHAPES:
        return
    node, problems = parse_yaml(file.data, file.shown)
    draft.problems += problems
    if node is None:
        draft.incomplete |= _IDS_IN.get(kind, set())
        return
    decoder = Decoder(file.shown)
    value = decoder.decode(node, SHAPES[kind])
    draft.problems += decoder.problems
    if decoder.problems:
        draft.incomplete |= _IDS_IN.get(kind, set())
    if value is not MISSING and not decoder.problems:
        draft.files.append(Decoded(kind, file.name, file.shown, value, node))
