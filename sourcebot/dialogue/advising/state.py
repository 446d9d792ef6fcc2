"""Where the advice stands in a conversation, as one small JSON-able value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from sourcebot.advice.model import State

MOST = 15
"""After so many questions a person has had enough; what is open then is said."""


class Clash(Struct, frozen=True):
    """Two answers that contradict each other, as (criterion, answer); says: why."""

    first: tuple[str, str]
    second: tuple[str, str]
    says: str


class Advising(Struct, frozen=True, forbid_unknown_fields=True):
    """The advice between two turns.

    answers: criterion -> answer, in the order in which they were given; asked: those of them
     that were answers to a question; possible: criterion -> answers that what was said leaves open;
    task: the piece of work that it is about; question:
    the criterion that is being asked; choices: the answers that it is asked with, in order; clash:
    a contradiction that is being asked about; changing: the user is picking an answer to change;
    paused: stopped, and can go on; done: a recommendation was given; most: after how many answers
    to stop asking; lost: criteria whose answers a changed knowledge base no longer has.
    """

    answers: dict[str, str] = {}
    asked: tuple[str, ...] = ()
    possible: dict[str, tuple[str, ...]] = {}
    task: str | None = None
    question: str | None = None
    choices: tuple[str, ...] = ()
    clash: Clash | None = None
    changing: bool = False
    paused: bool = False
    done: bool = False
    most: int = MOST
    lost: tuple[str, ...] = ()

    @property
    def asking(self) -> bool:
        """Whether a question waits for its answer."""
        return not self.paused and (
            self.question is not None or self.clash is not None or self.changing
        )

    @property
    def unput(self) -> bool:
        """Whether a question is next that the user has not seen yet."""
        return self.asking and not self.changing and self.clash is None and not self.choices

    @property
    def over(self) -> bool:
        """Whether the recommendation was given and nothing is being asked again."""
        return self.done and not self.paused and self.question is None and self.clash is None

    @property
    def case(self) -> State:
        """What the engine needs to know."""
        # The context of every conversation has this state; the engine is for those in use.
        from sourcebot.advice.model import State

        return State(self.answers, self.possible)
