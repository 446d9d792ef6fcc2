"""Phrases routed by a router that has not seen them, or answered by a bot, as rows to measure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from zlib import crc32

from msgspec import Struct

from sourcebot.dialogue.bot import Bot
from sourcebot.dialogue.learn import masked_phrases, router_of
from sourcebot.dialogue.measuring import Row, wanted_label
from sourcebot.dialogue.reader import Reader
from sourcebot.dialogue.reply import Reply
from sourcebot.knowledge.examples_files import LabelledExample
from sourcebot.knowledge.facts import Phrase, Place
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.routing.examples import ExamplesError
from sourcebot.routing.router import Router
from sourcebot.routing.text import words_of

PARTS = 5


class Trial(Struct, frozen=True):
    """A phrase of a base, routed unseen.

    masked: as the router sees it; got: the label it went to, None where no word was known;
    confidence: 0..1.
    """

    masked: str
    label: str
    phrase: Phrase
    got: str | None
    confidence: float


def try_phrases(knowledge: KnowledgeBase, reader: Reader, parts: int = PARTS) -> list[Trial]:
    """Route each phrase of the base by a router of the other parts' phrases, in their order."""
    examples = [*masked_phrases(knowledge, reader)]
    part_of = _parts(((label, phrase.text) for _, label, phrase in examples), parts)
    found: dict[tuple[str, str, str], Trial] = {}
    for part in range(parts):
        held = [e for e in examples if part_of[e[1], e[2].text] == part]
        # What another label has in the same words must leave, too, or it would be known.
        away = {masked for masked, _, _ in held}
        train = [
            (masked, label)
            for masked, label, phrase in examples
            if part_of[label, phrase.text] != part and masked not in away
        ]
        if not train:
            continue
        router = router_of(knowledge, train)
        for masked, label, phrase in held:
            # A phrase that is learnt in two forms is one phrase; the first is as written.
            key = (label, phrase.text, str(phrase.place))
            if key not in found:
                route = router.route_words(masked, masked.split())
                got = route.ranking[0][0] if route.ranking else None
                found[key] = Trial(masked, label, phrase, got, route.confidence)
    ordered = dict.fromkeys(
        (label, phrase.text, str(phrase.place)) for _, label, phrase in examples
    )
    return [found[key] for key in ordered if key in found]


def rows_of_base(bot: Bot, folder: Path) -> list[Row]:
    """The phrases of the bot's base, routed unseen; folder: put before the files' names."""
    return [
        Row(
            trial.phrase.text,
            trial.label,
            trial.got,
            trial.confidence,
            Place(str(folder / trial.phrase.place.file), trial.phrase.place.line),
        )
        for trial in try_phrases(bot.knowledge, bot.reader)
    ]


def rows_of_bot(bot: Bot, examples: Iterable[LabelledExample]) -> list[Row]:
    """Each phrase asked on its own; what the reply says is compared with the label."""
    rows = []
    for example in examples:
        reply = bot.ask(example.text)
        wanted = wanted_label(example.label)
        got = _intent(reply, wanted)
        rows.append(Row(example.text, wanted, got, reply.confidence, example.place))
    return rows


def _intent(reply: Reply, wanted: str | None) -> str | None:
    """The reply's intent, several as the base's labels write them, or None for a refusal."""
    if reply.status == "unknown" and (wanted is None or reply.intent is None):
        return None
    if len(reply.parts) > 1 and wanted is not None and "+" in wanted:
        return "+".join(part.intent for part in reply.parts)
    return reply.intent or reply.status


def rows_unseen(examples: Sequence[LabelledExample]) -> list[Row]:
    """Each example routed by a plain router of the other parts' examples, in their order.

    Raises ExamplesError where what is left makes no router.
    """
    if len({_words(example) for example in examples}) < 2:
        raise ExamplesError("to leave a phrase out takes at least two different ones; add some")
    part_of = _parts((example.label, _words(example)) for example in examples)
    found: dict[int, Row] = {}
    for part in range(PARTS):
        held = [n for n, e in enumerate(examples) if part_of[e.label, _words(e)] == part]
        away = {_words(examples[n]) for n in held}
        train = [
            e for e in examples if part_of[e.label, _words(e)] != part and _words(e) not in away
        ]
        if held:
            rows = rows_against(train, [examples[number] for number in held])
            found.update(zip(held, rows, strict=True))
    return [found[number] for number in sorted(found)]


def rows_against(train: Iterable[LabelledExample], test: Iterable[LabelledExample]) -> list[Row]:
    """The examples of one set routed by a plain router of another set.

    Raises ExamplesError where the first set makes no router.
    """
    router = _plain_router(train)
    return [
        Row(
            example.text, wanted_label(example.label), route.intent, route.confidence, example.place
        )
        for example, route in ((example, router.route(example.text)) for example in test)
    ]


def _plain_router(examples: Iterable[LabelledExample]) -> Router:
    pairs = [(example.text, wanted_label(example.label)) for example in examples]
    return Router.from_examples(
        ((text, label) for text, label in pairs if label is not None),
        out_of_scope=[text for text, label in pairs if label is None],
    )


def _words(example: LabelledExample) -> str:
    return " ".join(words_of(example.text))


def _parts(keys: Iterable[tuple[str, str]], parts: int = PARTS) -> dict[tuple[str, str], int]:
    """(label, text) -> the part it is left out with: the same every time, labels spread evenly."""
    return {key: number % parts for number, key in enumerate(_scattered(keys))}


def _scattered(keys: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Label by label, and within one by a hash: neighbours in a file are often alike."""
    yield from sorted(
        set(keys), key=lambda key: (key[0], crc32(key[1].encode("utf-8", "surrogatepass")), key)
    )
