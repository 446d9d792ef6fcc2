"""`sourcebot chat`: one conversation over lines, as JSON for programs or plain text for people."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping

from sourcebot.cli import streams
from sourcebot.dialogue.bot import Bot
from sourcebot.dialogue.reply import Reply
from sourcebot.errors import SourcebotError

_LEAVE = {"/quit", "/exit"}
_LEARN = "/learn"


def chat(folder: str | None, *, as_json: bool) -> int:
    """Answer line after line until the input ends."""
    bot = Bot.load(folder)
    return _json_chat(bot) if as_json else _plain_chat(bot)


def _json_chat(bot: Bot) -> int:
    conversation = bot.start()
    for line in streams.read_lines(encoding="utf-8"):
        streams.write_bytes(conversation.send(line).to_json() + b"\n")
    return 0


def _plain_chat(bot: Bot) -> int:
    from sourcebot.cli.replies import reply_text  # reads Markdown; JSON does without

    interactive = streams.interactive()
    suggestions: tuple[str, ...] = ()
    if interactive:
        suggestions = bot.knowledge.identity.examples
        streams.write_text(_welcome(bot) + "\n> ")
    doors = {_LEARN: lambda: _learn(bot, prompted=interactive)}
    for reply in talk(bot.start().send, streams.write_text, suggestions, doors):
        text = reply_text(reply, streams.width(), numbered=True)
        streams.write_text(f"\n{text}\n> " if interactive else f"{text}\n")
    return 0


def _learn(bot: Bot, *, prompted: bool) -> None:
    """The course over the same lines; the conversation goes on where it was."""
    from sourcebot.cli.learning_desk import Desk
    from sourcebot.cli.learning_lines import Course
    from sourcebot.cli.learning_who import checked_name, tutor_for
    from sourcebot.learning.who import default_learner

    try:
        Course(tutor_for(None, checked_name(default_learner()), bot), Desk.at_terminal(bot)).open()
    except SourcebotError as error:
        streams.complain(str(error))
    streams.write_text("Back to the conversation.\n" + ("> " if prompted else ""))


def talk(
    send: Callable[[str], Reply],
    say: Callable[[str], None],
    suggestions: tuple[str, ...] = (),
    doors: Mapping[str, Callable[[], None]] = {},
) -> Iterator[Reply]:
    """Send each line of standard input and yield the reply, until it ends or somebody leaves.

    A number stands for what the last reply suggested, and is said in full. doors: lines that lead
    to something else, which takes lines itself until it is done.
    """
    for line in streams.read_lines():
        command = line.strip().casefold()
        if command in _LEAVE:
            return
        if command in doors:
            doors[command]()
            continue
        message = _chosen(line, suggestions)
        if message is None:
            message = line
        else:
            say(f"> {message}\n")
        reply = send(message)
        suggestions = reply.suggestions
        yield reply
    streams.leave_line()  # Ctrl-D leaves the cursor behind the prompt


def _welcome(bot: Bot) -> str:
    identity = bot.knowledge.identity
    numbered = "".join(f"  {n}. {text}\n" for n, text in enumerate(identity.examples, start=1))
    return (
        f"{identity.title}\n{textwrap.fill(identity.about, streams.width())}\n\n"
        f"You could ask (type the words or the number):\n{numbered}\n"
        "/help says what else you can do, /learn opens the lessons, /quit leaves.\n"
    )


def _chosen(line: str, suggestions: tuple[str, ...]) -> str | None:
    """The suggestion whose number the line is, if it is one."""
    digits = line.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) < 4):
        return None
    number = int(digits)
    return suggestions[number - 1] if 1 <= number <= len(suggestions) else None
