"""Who learns, and from what."""

from __future__ import annotations

from argparse import Namespace

from sourcebot.dialogue.bot import Bot
from sourcebot.errors import LearningError
from sourcebot.learning.records import Learner
from sourcebot.learning.school import School
from sourcebot.learning.store import LONGEST_NAME, Store
from sourcebot.learning.tutor import Tutor, utc_now
from sourcebot.learning.who import default_learner


def learner_named(options: Namespace) -> str:
    """Who learns: as given, else the default. Raises LearningError for what is no name."""
    given: str | None = getattr(options, "learner", None)
    return checked_name(default_learner() if given is None else given)


def checked_name(name: str) -> str:
    """A learner's name as it is kept. Raises LearningError for what is no name."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise LearningError(
            f"a learner's name has 1 to {LONGEST_NAME} characters that can be printed; give "
            "another with --learner"
        )
    return name


def tutor_for(folder: str | None, name: str, bot: Bot | None = None) -> Tutor:
    """The tutor of a learner, who need not exist yet: then all is new, and nothing is written."""
    store = Store.for_user()
    learner = store.find(name) or Learner(0, name, utc_now())
    return Tutor(School(Bot.load(folder) if bot is None else bot), store, learner)
