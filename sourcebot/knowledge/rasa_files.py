"""Training data of Rasa NLU (YAML, version 3): intents and their examples."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sourcebot.errors import Problem
from sourcebot.knowledge.yaml_nodes import Fields, Items, Node, Text, parse_yaml

_OTHER_ENTRIES = ("synonym", "regex", "lookup")
_UTTER = "utter_"
_ENTITY = re.compile(r"\[([^\[\]]+)\](?:\([^()]*\)|\{[^{}]*\}|\[\{[^\[\]]*\}\])")
"""`[Rome](city)`, `[Rome]{"entity": "city"}`, and a list of such in brackets."""


def read_rasa(data: bytes, file: str) -> Iterator[tuple[str, str, int] | Problem]:
    """(phrase, intent, line) of every example, and every problem; synonyms and such are skipped."""
    root, problems = parse_yaml(data, file)
    yield from problems
    if root is None:
        return
    held = root.fields.get("nlu") if isinstance(root, Fields) else None
    if held is None:
        yield Problem(file, root.line, "no `nlu:` list of intents, as Rasa NLU has it; add it")
        return
    line, entries = held
    if not isinstance(entries, Items):
        yield Problem(file, line, "`nlu` is no list; write `- intent: name` below it")
        return
    for entry in entries.items:
        if not isinstance(entry, Fields):
            yield Problem(file, entry.line, "no `- intent: name`; write one, with `examples: |`")
        elif "intent" in entry.fields:
            yield from _intent(entry, file)
        elif not any(kind in entry.fields for kind in _OTHER_ENTRIES):
            yield Problem(file, entry.line, "an entry without `intent`; name it or drop the entry")


def holds_examples(data: bytes, file: str) -> bool:
    """Whether a file of Rasa has a list of intents at all; a domain file has none."""
    root, _ = parse_yaml(data, file)
    return isinstance(root, Fields) and "nlu" in root.fields


def read_responses(data: bytes, file: str) -> Iterator[tuple[str, str, int] | Problem]:
    """(intent, text, line) of every response `utter_<intent>`: the first text that it may give.

    A file without `responses` gives none; what is wrong with the YAML is for `read_rasa` to tell,
    unless the file has no intents.
    """
    root, problems = parse_yaml(data, file)
    held = root.fields.get("responses") if isinstance(root, Fields) else None
    if held is None:
        return
    yield from problems
    line, responses = held
    if not isinstance(responses, Fields):
        yield Problem(file, line, "`responses` is no mapping; write `utter_intent:` below it")
        return
    for name, (line, variants) in responses.fields.items():
        if not name.startswith(_UTTER):
            continue
        texts = variants.items if isinstance(variants, Items) else ()
        for variant in texts:
            text = variant.fields.get("text", (0, None))[1] if isinstance(variant, Fields) else None
            if isinstance(text, Text) and text.value.strip():
                yield name.removeprefix(_UTTER), text.value, text.line
                break
        else:
            yield Problem(file, line, f"`{name}` says nothing; write `- text: ...` below it")


def without_entities(text: str) -> str:
    """A phrase without the marks of entities: `to [Rome](city)` is `to Rome`."""
    return _ENTITY.sub(r"\1", text)


def _intent(entry: Fields, file: str) -> Iterator[tuple[str, str, int] | Problem]:
    line, name = entry.fields["intent"]
    if not isinstance(name, Text) or not name.value.strip():
        yield Problem(file, line, "the intent has no name; write `- intent: name`")
        return
    if "examples" not in entry.fields:
        yield Problem(file, line, f"`{name.value}` has no examples; add `examples: |`")
        return
    for found in _phrases(*entry.fields["examples"], file):
        if isinstance(found, Problem):
            yield found
        else:
            yield without_entities(found.value), name.value, found.line


def _phrases(line: int, examples: Node, file: str) -> Iterator[Text | Problem]:
    if isinstance(examples, Text):
        yield from _lines(examples, file)
        return
    if not isinstance(examples, Items):
        yield Problem(file, line, "`examples` is a mapping; write `examples: |` and `- phrase`s")
        return
    for item in examples.items:
        text = item.fields.get("text", (0, None))[1] if isinstance(item, Fields) else item
        if isinstance(text, Text):
            yield Text(text.value.strip().removeprefix("- "), item.line)
        else:
            yield Problem(file, item.line, "an example without `text`; write `- text: phrase`")


def _lines(block: Text, file: str) -> Iterator[Text | Problem]:
    """The phrases of a block, which begins on the line after its `|`."""
    first = block.line + 1 if "\n" in block.value else block.line
    for line, row in enumerate(block.value.split("\n"), start=first):
        phrase = row.strip()
        if phrase.startswith("-"):
            yield Text(phrase[1:].strip(), line)
        elif phrase:
            yield Problem(file, line, f"“{phrase[:40]}” is no example; begin the line with `- `")
