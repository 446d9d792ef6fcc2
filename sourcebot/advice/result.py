"""What the advice comes to, as frozen typed values; programs get the same as JSON."""

from __future__ import annotations

from msgspec import Struct, to_builtins


class Reason(Struct, frozen=True):
    """Why an answer speaks for or against an option. points: what it adds to the score, +-1."""

    criterion: str
    answer: str
    text: str
    points: float
    sources: tuple[str, ...]


class Ranked(Struct, frozen=True):
    """One option in the ranking; for an impossible one, `ruled_out` says why."""

    option: str
    also: str | None
    name: str
    means: str
    form: str
    score: float
    acceptability: float
    reasons_for: tuple[Reason, ...]
    reasons_against: tuple[Reason, ...]
    ruled_out: str | None
    place: dict[str, str]

    def to_dict(self) -> dict[str, object]:
        """As it stands in JSON, where `for` and `against` may be keys."""
        plain: dict[str, object] = to_builtins(self)
        plain["for"] = plain.pop("reasons_for")
        plain["against"] = plain.pop("reasons_against")
        return plain


class Decisive(Struct, frozen=True):
    """An answer that put the first before the second; points: by how much of the score."""

    criterion: str
    name: str
    answer: str
    label: str
    points: float


class Changed(Struct, frozen=True):
    """One answer of a flip; `before` is None where the question is still open."""

    criterion: str
    name: str
    before: str | None
    after: str
    label: str


class Overturn(Struct, frozen=True):
    """Answers that, had they been given, would put another option first."""

    changes: tuple[Changed, ...]
    option: str
    name: str


class Advised(Struct, frozen=True):
    """A piece of guidance: a risk with its remedy, a need, a step or a note."""

    id: str
    title: str | None
    text: str
    remedy: str | None
    sources: tuple[str, ...]


class Recommendation(Struct, frozen=True):
    """What the advice comes to. `today` is the option in place today, where that is known.

    unknown: criteria without a telling answer; set_aside: pairs of answers that contradict each
    other and count as unknown; certain: whether no open answer could change the first place.
    """

    today: str | None
    ranking: tuple[Ranked, ...]
    decisive: tuple[Decisive, ...]
    flips: tuple[Overturn, ...]
    unknown: tuple[str, ...]
    set_aside: tuple[str, ...]
    certain: bool
    risks: tuple[Advised, ...]
    communications: tuple[Advised, ...]
    steps: tuple[Advised, ...]
    notes: tuple[Advised, ...]
    answers: dict[str, str]
    sources: tuple[str, ...]
