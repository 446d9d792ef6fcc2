"""`/why`: how a message was understood, as the reader, the router and the decision saw it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sourcebot.dialogue.holdings import holdings, takes
from sourcebot.dialogue.questions import Question
from sourcebot.dialogue.reading import ASKED_AS, CLAIM, Reading
from sourcebot.dialogue.reply import Reply
from sourcebot.dialogue.understanding import Understanding


def explain(
    index: Understanding,
    readings: Sequence[Reading],
    reply: Reply,
    questions: Sequence[Question],
    smalltalk: str | None,
) -> str:
    """Markdown: words repaired, names found, the phrase that matched, scores, the entry's place."""
    lines = [f"**Status:** {reply.status}" + (f" ({reply.reason})" if reply.reason else "")]
    if smalltalk is not None:
        lines.append(f"**Read as:** small talk ({smalltalk})")
    for reading in readings:
        lines += _reading_lines(index, reading)
    for question in questions:
        lines += _question_lines(index, question)
    if reply.alternatives:
        others = ", ".join(
            f"{other.intent} {'+'.join(other.concepts)} ({other.confidence:.2f})".replace("  ", " ")
            for other in reply.alternatives
        )
        lines.append(f"**Also possible:** {others}")
    lines.append(f"**Knowledge base:** {reply.kb}")
    return "\n".join(f"- {line}" for line in lines)


def _reading_lines(index: Understanding, reading: Reading) -> list[str]:
    lines = []
    if reading.repairs:
        pairs = ", ".join(f"`{wrong}` → `{right}`" for wrong, right in reading.repairs)
        lines.append(f"**Spelling repaired:** {pairs}")
    for mention in (*reading.concepts, *reading.tasks):
        how = "by the sign" if mention.sign else "by the name"
        found = f"**Found:** {mention.id} in “{mention.span}”"
        lines.append(f"{found} ({how} `{mention.by}`, {mention.score:.2f})")
    if reading.labels:
        best = reading.labels[0]
        prefix = CLAIM if best.kind == "claim" else ""
        label = ASKED_AS if best.kind == "asked" else prefix + "+".join(best.ids)
        for number, _, similarity in index.router.nearest(reading.stems, label)[:1]:
            phrase, place = msgspec.json.decode(index.origin)[number]
            lines.append(
                f"**Nearest phrase:** “{phrase}” at {place} (similarity {similarity:.2f}, "
                f"confidence {best.confidence:.2f} for {label})"
            )
    bar = index.scope.bar
    lines.append(f"**In scope:** {reading.inside:.2f} (the bar is {bar:.2f})")
    if reading.foreign:
        lines.append(f"**Words I do not know:** {', '.join(reading.foreign)}")
    return lines


def _question_lines(index: Understanding, question: Question) -> list[str]:
    base = index.knowledge
    about = ", ".join(question.concepts) or question.task or "no concept in particular"
    line = f"**Understood as:** {question.intent} of {about} ({question.confidence:.2f})"
    if question.claim is not None:
        return [line, f"**Answer from:** {base.claims[question.claim].place}"]
    if question.task is not None and takes(base, question.intent) == "task":
        return [line, f"**Answer from:** {base.tasks[question.task].place}"]
    held = holdings(base, question.intent, question.concepts)
    return [line, *(f"**Answer from:** {entry.place}" for entry in held.entries)]
