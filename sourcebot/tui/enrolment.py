"""The way from a bot to somebody who teaches from its knowledge base."""

from __future__ import annotations

from sourcebot.dialogue.bot import Bot
from sourcebot.learning.school import School
from sourcebot.learning.store import Store
from sourcebot.learning.tutor import Tutor, utc_now
from sourcebot.learning.who import default_learner


def tutor_of(bot: Bot, name: str | None = None, store: Store | None = None) -> Tutor:
    """The tutor of a learner, by default this machine's user with their own file.

    Raises LearningError. Who is known already can look at their progress where nothing can be kept.
    """
    store = store if store is not None else Store.for_user()
    name = name if name is not None else default_learner()
    learner = store.find(name) or store.enrol(name, utc_now())
    return Tutor(School(bot), store, learner)
