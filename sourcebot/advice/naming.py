"""What a result is called: by the place that it leads to, or by the move that leads there."""

from __future__ import annotations

from msgspec import Struct

from sourcebot.advice.model import Model, State, place_today
from sourcebot.advice.scoring import Scores


class Named(Struct, frozen=True):
    """An option under the name that fits today's place.

    option: position of the option that is meant, None where the name cannot apply; name: the id to
    show; also: the other name of the same thing.
    """

    option: int | None
    name: str
    also: str | None = None


def names_of(model: Model, today: int | None, option: int) -> dict[str, str]:
    """For each axis that changes, what the change is called: the move's name or the option's id."""
    if today is None or today == option:
        return {}
    before, after = model.places[today], model.places[option]
    names = {}
    for axis, value in after.items():
        start = before.get(axis)
        if start is None or start == value:
            continue
        moves = (m for m in model.moves if m.axis == axis and m.end == value and start in m.start)
        names[axis] = next((move.name for move in moves), model.options[option])
    return names


def label(model: Model, today: int | None, option: int) -> str:
    """One text that tells results apart that have different names."""
    names = names_of(model, today, option).values()
    return "/".join(sorted(set(names))) + f"/{option}"


def name_all(model: Model, state: State, scores: Scores) -> list[Named]:
    """Every option that is possible, best first, each under a name of its own; then the others.

    A move that is possible names the best option that it leads to. Where both axes change, the one
    that gains more gives the name. What no option is called comes last, with no option.
    """
    today = place_today(model, state)
    found: list[Named] = []
    taken: set[str] = set()
    ruled = sorted(scores.ruled_out, key=lambda option: -scores.scores[option])
    for option in (*scores.order, *ruled):
        names = names_of(model, today, option)
        by_gain = sorted(names, key=lambda axis: -_gain(model, scores, today, option, axis))
        wanted = list(dict.fromkeys(names[axis] for axis in by_gain))
        own = model.options[option]
        free = [name for name in (*wanted, own) if name not in taken]
        name = free[0] if free else own
        also = next((other for other in wanted if other != name), None)
        taken.add(name)
        found.append(Named(option, name, also))
    everything = (*model.options, *(move.name for move in model.moves))
    found += [Named(None, name) for name in everything if name not in taken]
    return found


def _gain(model: Model, scores: Scores, today: int | None, option: int, axis: str) -> float:
    """How much better the option is than the same one with this axis left as it is today."""
    if today is None:
        return 0.0
    wanted = {**model.places[option], axis: model.places[today].get(axis, "")}
    other = next((o for o, places in enumerate(model.places) if places == wanted), None)
    return scores.scores[option] - scores.scores[other] if other is not None else 0.0
