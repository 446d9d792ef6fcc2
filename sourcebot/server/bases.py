"""The knowledge bases that a server answers from: each on its own, and renewed when it is edited.

A base that is edited is loaded beside the one in use and then takes its place at once, between two
answers. A broken one is refused: the last good one stays, and `problem` says what is wrong.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping

from sourcebot.answers.render import Answers
from sourcebot.dialogue.advising.counsel import Counsel
from sourcebot.dialogue.bot import Bot
from sourcebot.dialogue.reply import Reply
from sourcebot.errors import ServerError, SourcebotError
from sourcebot.knowledge.folders import fingerprint
from sourcebot.once import made_once
from sourcebot.server.preparing import prepare

MOST_REMEMBERED = 4_096
"""Answers to single questions that are kept, encoded; about 10 MB."""
LONGEST_REMEMBERED = 400
"""Characters of a question whose answer is kept: long messages hardly come twice."""

_PATIENCE, _LONGEST_PATIENCE = 3, 100
"""Looks in a row that may be unclear before a base is loaded nevertheless; twice as many each time,
for one whose files bear times in the future is never clear."""


class Edition:
    """One state of a knowledge base, at work. Safe for concurrent reads."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        # Made now: the first who is advised would wait for it, and all others with them.
        _ = bot.adviser
        self._answers: OrderedDict[str, tuple[Reply, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def stamp(self) -> str:
        """`name@digest`, as every answer carries it."""
        return self.bot.knowledge.stamp

    def ask(self, text: str) -> tuple[Reply, bytes]:
        """The answer to one question on its own, and its JSON.

        The same base gives the same answer to the same words, so that what was asked lately need
        not be worked out again.
        """
        with self._lock:
            known = self._answers.get(text)
            if known is not None:
                self._answers.move_to_end(text)
                return known
        reply = self.bot.ask(text)
        answer = (reply, reply.to_json())
        if len(text) <= LONGEST_REMEMBERED:
            with self._lock:
                self._answers[text] = answer
                if len(self._answers) > MOST_REMEMBERED:
                    self._answers.popitem(last=False)
        return answer

    @made_once
    def counsel(self) -> Counsel | None:
        """The advice for answers at hand, None where the base has no criteria."""
        base = self.bot.knowledge
        return Counsel(base, Answers(base)) if base.can_advise else None


class Served:
    """A knowledge base under its name, in its latest good edition."""

    def __init__(self, name: str, folder: str | None) -> None:
        """Raises KnowledgeError where it cannot be used to begin with."""
        self.name = name
        self.problem: str | None = None
        self._folder = folder
        self._seen = fingerprint(folder)
        self._unclear, self._patience = 0, _PATIENCE
        self.edition = Edition(Bot.load(folder))

    def renew(self) -> bool:
        """Take over what was edited since the last look; whether there is a new edition.

        Takes as long as loading a base takes: call it outside of the event loop.
        """
        seen = fingerprint(self._folder)
        if seen is None:
            # A file was changed a moment ago, so there may be more to come; or the folder cannot
            # be read, which has to be said at some time, and not be tried at every look.
            self._unclear += 1
            if self._unclear < self._patience:
                return False
            self._unclear, self._patience = 0, min(self._patience * 2, _LONGEST_PATIENCE)
        else:
            self._unclear, self._patience = 0, _PATIENCE
            if seen == self._seen:
                return False
        try:
            prepare(self._folder)
            bot = Bot.load(self._folder)
        except OSError as error:
            # Not the fault of what is in the files: another look may find them readable.
            self.problem, self._seen = str(error), None
            return False
        except SourcebotError as error:
            self.problem, self._seen = str(error), seen
            return False
        except Exception as error:
            # Whatever a foreign base brings about must not end the looking.
            self.problem, self._seen = f"cannot be loaded ({type(error).__name__})", seen
            return False
        self.problem, self._seen = None, seen
        if bot.knowledge.digest == self.edition.bot.knowledge.digest:
            return False
        self.edition = Edition(bot)
        return True


class Bases:
    """All knowledge bases of a server, by name; the first is the one that is meant by default."""

    def __init__(self, folders: Mapping[str, str | None]) -> None:
        """`folders`: name -> folder, None for the shipped base. Raises KnowledgeError."""
        self._served = {name: Served(name, folder) for name, folder in folders.items()}
        if not self._served:
            raise ServerError("a server needs a knowledge base to answer from")

    @property
    def default(self) -> Served:
        """The first one."""
        return next(iter(self._served.values()))

    def get(self, name: str) -> Served | None:
        """The base of a name."""
        return self._served.get(name)

    def __iter__(self) -> Iterator[Served]:
        return iter(self._served.values())
