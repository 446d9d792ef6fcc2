"""A file with answers to the questions of the advice: every fault told, with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from sourcebot.errors import Problem
from sourcebot.knowledge.advice_model import UNKNOWN, Advice
from sourcebot.knowledge.yaml_nodes import Fields, Items, Node, Text, parse_yaml

MAX_BYTES = 100_000
"""A hundred times of what answering every question takes."""
MOST_PROBLEMS = 50
_KEY = "answers"
_SHOWN = 60


class Given(Struct, frozen=True):
    """An answer's id, and the line on which it stands."""

    answer: str
    line: int


def read_answers(
    data: bytes, file: str, advice: Advice
) -> tuple[dict[str, Given], tuple[Problem, ...]]:
    """The answers by criterion, and everything that is wrong with the file.

    data: `answers: {criterion: answer}` in YAML, or that mapping alone; file: its name in messages.
    """
    if len(data) > MAX_BYTES:
        too_large = f"larger than {MAX_BYTES:,} bytes; it needs one line for each answer"
        return {}, (Problem(file, 0, too_large),)
    root, problems = parse_yaml(data, file)
    answers: dict[str, Given] = {}
    if root is not None:
        for found in _read(root, file, advice):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                answers[found[0]] = found[1]
            if len(problems) > MOST_PROBLEMS:
                break
    if len(problems) > MOST_PROBLEMS:
        problems[MOST_PROBLEMS:] = [Problem(file, 0, "and more of the same kind")]
    return answers, tuple(problems)


def write_answers(answers: Mapping[str, str]) -> str:
    """Answers as such a file."""
    return "".join([f"{_KEY}:\n", *(f"  {id}: {answer}\n" for id, answer in answers.items())])


def _read(root: Node, file: str, advice: Advice) -> Iterator[Problem | tuple[str, Given]]:
    if isinstance(root, Fields) and _KEY in root.fields and _KEY not in advice.criteria:
        for key, (line, value) in root.fields.items():
            if key == _KEY:
                root = value
            else:
                yield Problem(file, line, f"`{_short(key)}` stands beside `{_KEY}`; drop it")
    if not isinstance(root, Fields):
        yield Problem(
            file, root.line, f"not `criterion: answer` but {_kind(root)}; write one a line"
        )
        return
    for id, (line, value) in root.fields.items():
        if id not in advice.criteria:
            hint = _nearest(id, [*advice.criteria])
            yield Problem(file, line, f"unknown criterion `{_short(id)}`{hint}")
            continue
        known = [*advice.criteria[id].answers, UNKNOWN]
        if not isinstance(value, Text):
            what = f"the answer to `{id}` is {_kind(value)}"
            yield Problem(file, line, f"{what}; use one of: {', '.join(known)}")
        elif value.value.strip() in known:
            yield id, Given(value.value.strip(), line)
        else:
            what = f"unknown answer `{_short(value.value)}` to `{id}`"
            yield Problem(file, line, f"{what}{_nearest(value.value, known)}")


def _nearest(word: str, known: list[str]) -> str:
    # Looking for what was meant loads more than reading a file that is right.
    from sourcebot.knowledge.decode import nearest

    return nearest(word, known) or f"; use one of: {', '.join(known)}"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _kind(node: Node) -> str:
    if isinstance(node, Text):
        return f"the text `{_short(node.value)}`" if node.value else "nothing"
    return "a list" if isinstance(node, Items) else "a mapping"
