"""`Bot` and `Conversation`: the same dialogue behind every door."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

import msgspec

from sourcebot.dialogue.advising.state import Advising
from sourcebot.dialogue.compose import Composer
from sourcebot.dialogue.context import Context, remember
from sourcebot.dialogue.decide import decide
from sourcebot.dialogue.indexing import listen, understand
from sourcebot.dialogue.questions import Choice, Outcome, Question, Refusal, Start
from sourcebot.dialogue.reader import Reader
from sourcebot.dialogue.reading import Reading
from sourcebot.dialogue.reply import Reply
from sourcebot.dialogue.smalltalk import match_smalltalk
from sourcebot.errors import ConversationError, TemplateError
from sourcebot.knowledge.model import KnowledgeBase, Reason, Smalltalk, SmalltalkStatus
from sourcebot.once import made_once
from sourcebot.routing.text import MAX_CHARACTERS, clean, words_of

if TYPE_CHECKING:
    from sourcebot.dialogue.advising.adviser import Adviser, Turn

NAME = "Sourcebot"
SAVED = "sourcebot-conversation"
VERSION = 1


class Bot:
    """Answers questions from one knowledge base.

    knowledge: the base. Make one bot for each base and keep it: it is read-only once made, and any
    number of threads may use it at once. Bots share nothing that changes.
    """

    knowledge: KnowledgeBase

    def __init__(self, knowledge: KnowledgeBase) -> None:
        """`knowledge`: from `KnowledgeBase.load`."""
        self.knowledge = knowledge
        self.index = understand(knowledge)
        self.reader = Reader(self.index)
        self.composer = Composer(knowledge)

    @classmethod
    def load(cls, folder: str | PathLike[str] | None = None) -> Bot:
        """A bot over a knowledge base folder, or over the shipped one.

        It reads files and, for a folder never loaded before, learns for some seconds: in an event
        loop, await `asyncio.to_thread(Bot.load, folder)`. Raises KnowledgeError, with every
        problem found, where the folder cannot be used.
        """
        return cls(KnowledgeBase.load(folder))

    @made_once
    def adviser(self) -> Adviser | None:
        """The guided advice, or None where the knowledge base has no criteria."""
        if not self.knowledge.can_advise:
            return None
        # A question on its own does without; who is advised pays for it once.
        from sourcebot.dialogue.advising.adviser import Adviser

        return Adviser(self.reader, listen(self.knowledge), self.composer.answers)

    def start(self) -> Conversation:
        """A new conversation, of one person; it costs next to nothing."""
        return Conversation(self, Context())

    def ask(self, text: str) -> Reply:
        """Answer one question on its own, from any thread. Never raises for any text."""
        return self.start().send(text)

    def resume(self, saved: Any) -> Conversation:
        """Go on with what `Conversation.dump` gave, here or on another machine.

        saved: that value, also after a way through JSON. What the knowledge base no longer holds
        is forgotten. Raises ConversationError where the data is no saved conversation.
        """
        ours = isinstance(saved, Mapping) and saved.get("format") == SAVED
        if not ours or saved.get("version") != VERSION:
            raise ConversationError("not a saved conversation of this version; start a new one")
        try:
            context = msgspec.convert(saved.get("context"), Context)
        except msgspec.ValidationError as error:
            raise ConversationError(f"the saved conversation is damaged: {error}") from error
        return Conversation(self, self._still_known(context))

    def broken_template(self, error: TemplateError) -> Reply:
        """The reply where a template cannot be rendered: one turn is lost, not the conversation."""
        return Reply(
            text=f"`{error}`",
            status="unknown",
            reason="no-entry",
            suggestions=self.knowledge.identity.examples,
            kb=self.knowledge.stamp,
        )

    def small_talk(self, kind: Smalltalk) -> Reply:
        """The polite reply to a turn that asks for no knowledge."""
        try:
            text = self.composer.answers.small(kind.reply, name=NAME)
        except TemplateError as error:
            return self.broken_template(error)
        return self._plain(text, kind.intent, kind.status)

    def fixed(self, name: str, intent: str) -> Reply:
        """A reply that is the same whatever was said before."""
        try:
            text = self.composer.answers.text(name)
        except TemplateError as error:
            return self.broken_template(error)
        return self._plain(text, intent, "smalltalk")

    def _plain(self, text: str, intent: str, status: SmalltalkStatus) -> Reply:
        return Reply(
            text=text,
            status=status,
            intent=intent,
            confidence=1.0,
            suggestions=self.knowledge.identity.examples,
            kb=self.knowledge.stamp,
        )

    def _still_known(self, context: Context) -> Context:
        base = self.knowledge
        return msgspec.structs.replace(
            context,
            intent=context.intent if context.intent in base.aspects else None,
            concepts=tuple(id for id in context.concepts if id in base.concepts),
            task=context.task if context.task in base.tasks else None,
            recent=tuple(id for id in context.recent if id in base.concepts),
            asked_intent=context.asked_intent if context.asked_intent in base.aspects else None,
            asked_task=context.asked_task if context.asked_task in base.tasks else None,
            advising=self._still_advised(context.advising),
        )

    def _still_advised(self, state: Advising | None) -> Advising | None:
        if state is None or self.adviser is None:
            return None
        return self.adviser.resumed(state)


class Conversation:
    """One person's conversation, from `Bot.start` or `Bot.resume`.

    For one thread at a time: where messages of one person may arrive together, send them one after
    the other (a lock for each conversation). `dump` and `Bot.resume` move it elsewhere.
    """

    def __init__(self, bot: Bot, context: Context) -> None:
        self._bot = bot
        self._context = context
        self._last: tuple[list[Reading], Reply, list[Question], str | None] | None = None
        self._heard: tuple[str, Advising | None, Advising] | None = None

    def send(self, text: str) -> Reply:
        """Answer one message. Never raises for any text.

        `/new` starts afresh, `/why` explains the last reply, `/help` says what can be asked.
        """
        try:
            return self._reply(text)
        except TemplateError as error:
            return self._bot.broken_template(error)

    def _reply(self, text: str) -> Reply:
        stripped = text.strip()
        command = stripped.casefold()
        if command in ("/new", "/clear"):
            self._context, self._last, self._heard = Context(), None, None
            return self._say("new")
        if command == "/help":
            return self._say("help", intent="help")
        if command == "/why":
            return self._why()
        if len(stripped) > MAX_CHARACTERS:
            return self._refuse("too-long")
        if not words_of(stripped):
            return self._refuse("out-of-scope" if clean(stripped).strip() else "empty")
        return self._answer(stripped)

    def dump(self) -> dict[str, Any]:
        """The conversation as JSON-able data, for `Bot.resume`.

        About a kilobyte: what was spoken of, what was offered last, how the last message was read
        (which quotes words of it), and where the advice stands; no transcript.
        """
        context = msgspec.to_builtins(self._context)
        context["why"] = self._explanation()
        stamp = self._bot.knowledge.stamp
        return {"format": SAVED, "version": VERSION, "kb": stamp, "context": context}

    def _refuse(self, reason: Reason) -> Reply:
        reply = self._beside(self._bot.composer.refuse(Refusal(reason)))
        self._keep(offered=reply.suggestions)
        self._last = ([], reply, [], None)
        return reply

    def _picked(self, text: str) -> str:
        """The offered message that "2" or "the second one" picks, or the text itself."""
        offered = self._context.offered
        number = self._bot.knowledge.language.ordinals.get(" ".join(words_of(text)))
        if number is None or not offered or not -len(offered) <= number <= len(offered):
            return text
        return offered[number - 1] if number > 0 else offered[number]

    def _answer(self, text: str) -> Reply:
        bot, advising = self._bot, self._context.advising
        if advising is None or not advising.asking:
            text = self._picked(text)
        if advising is not None and bot.adviser is not None:
            turn = bot.adviser.turn(text, advising)
            if turn is not None:
                return self._advised(text, turn)
        small = match_smalltalk(bot.index, text)
        if small is not None:
            reply = self._beside(bot.small_talk(small))
            self._keep(offered=reply.suggestions)
            self._last = ([], reply, [], small.id)
            return reply
        if not any(character.isalpha() for character in text):
            return self._refuse("out-of-scope")  # a number that picks nothing
        readings = bot.reader.read(text)
        decision = self._decide(text, readings)
        if isinstance(decision, Refusal) and advising is not None and bot.adviser is not None:
            turn = bot.adviser.guess(text, advising)
        elif isinstance(decision, Start) and bot.adviser is not None:
            turn = bot.adviser.start(text, advising, decision.task)
        else:
            turn = None
        if turn is not None:
            return self._advised(text, turn)
        try:
            reply = self._beside(self._compose(decision))
        except TemplateError as error:
            decision, reply = Refusal("no-entry"), bot.broken_template(error)
        questions = decision if isinstance(decision, list) else []
        self._remember(decision, reply)
        self._last = (readings, reply, questions, None)
        return reply

    def _decide(self, text: str, readings: list[Reading]) -> Outcome:
        """What a message comes to that the advice has not taken."""
        decision = decide(self._bot.index, readings, self._context)
        advising, adviser = self._context.advising, self._bot.knowledge.can_advise
        if advising is None or not advising.asking or not adviser or isinstance(decision, Start):
            return decision
        # A statement that names nothing is no question, whatever it resembles.
        asks = self._bot.reader.asks(text) or any(reading.named for reading in readings)
        return decision if asks else Refusal("out-of-scope")

    def _advised(self, text: str, turn: Turn) -> Reply:
        """Keep what the advice came to, and how the message was heard."""
        task = turn.state.task or self._context.task
        self._last, self._heard = None, (text, self._context.advising, turn.state)
        self._keep(offered=turn.reply.suggestions, advising=turn.state, task=task)
        return turn.reply

    def _beside(self, reply: Reply) -> Reply:
        """A reply to something else, and the advice's question again where one waits."""
        advising = self._context.advising
        if advising is None or not advising.asking or self._bot.adviser is None:
            return reply
        return self._bot.adviser.beside(reply, advising)

    def _compose(self, decision: Outcome) -> Reply:
        composer = self._bot.composer
        if isinstance(decision, Start):
            decision = Refusal("no-entry")
        if isinstance(decision, Choice):
            return composer.clarify(decision)
        if isinstance(decision, Refusal):
            return composer.refuse(decision)
        return composer.answer(decision, self._context.recent)

    def _remember(self, decision: Outcome, reply: Reply) -> None:
        if isinstance(decision, Choice):
            first = decision.options[0]
            by_concept = decision.by == "concept"
            self._keep(
                offered=reply.suggestions,
                asked_intent=first.intent if by_concept else None,
                asked_task=first.task,
                concepts=self._context.concepts if by_concept else first.concepts,
            )
        elif isinstance(decision, (Refusal, Start)):
            self._keep(offered=reply.suggestions)
        else:
            last = decision[-1]
            concepts = reply.concepts if len(reply.concepts) <= 3 else last.concepts
            self._context = Context(
                intent=last.intent,
                concepts=concepts or self._context.concepts,
                task=reply.task,
                recent=remember(self._context.recent, concepts),
                offered=reply.suggestions,
                advising=self._context.advising,
            )

    def _keep(self, **changes: Any) -> None:
        cleared = {"asked_intent": None, "asked_task": None, **changes}
        self._context = msgspec.structs.replace(self._context, **cleared)

    def _explanation(self) -> str:
        """How the last message was understood; worked out when somebody asks."""
        if self._last is None:
            if self._heard is None or self._bot.adviser is None:
                return self._context.why
            return self._bot.adviser.explain(*self._heard)
        from sourcebot.dialogue.why import explain

        return explain(self._bot.index, *self._last)

    def _why(self) -> Reply:
        explanation = self._explanation()
        reply = self._bot.fixed("nothing-to-explain", "help")
        text = explanation or reply.text
        shown = msgspec.structs.replace(reply, text=text, suggestions=self._context.offered)
        return self._beside(shown)

    def _say(self, name: str, intent: str = "smalltalk") -> Reply:
        reply = self._beside(self._bot.fixed(name, intent))
        self._keep(offered=reply.suggestions)
        return reply
