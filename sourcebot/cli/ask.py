"""`sourcebot ask`: questions that stand on their own."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence

from sourcebot.cli import streams
from sourcebot.dialogue.bot import Bot
from sourcebot.dialogue.reply import Reply

NOT_UNDERSTOOD = 1


def ask(words: Sequence[str], folder: str | None, *, as_json: bool) -> int:
    """Answer the question that the words make, or each line of standard input where they are `-`.

    Returns 1 when a question was not understood or has two readings, else 0.
    """
    bot = Bot.load(folder)
    from_input = list(words) == ["-"]
    if from_input:
        gc.enable()  # there may be many questions; `main` switched it off for one
    understood = True
    for number, question in enumerate(_questions(words, from_input=from_input)):
        reply = bot.start().send(question)
        understood = understood and reply.status not in ("unknown", "clarify")
        if as_json:
            streams.write_bytes(reply.to_json() + b"\n")
            continue
        if from_input:
            gap = "\n" if number else ""
            streams.write_text(f"{gap}> {' '.join(question.split())}\n\n")
        _show(reply)
    return 0 if understood else NOT_UNDERSTOOD


def _show(reply: Reply) -> None:
    from sourcebot.cli.replies import reply_text  # reads Markdown; JSON does without

    streams.write_text(reply_text(reply, streams.width()))


def _questions(words: Sequence[str], *, from_input: bool) -> Iterable[str]:
    if from_input:
        return streams.read_lines(encoding="utf-8")
    # Bytes that are not text arrive as lone surrogates, which no reply can carry.
    return [" ".join(words).encode("utf-8", "replace").decode("utf-8")]
