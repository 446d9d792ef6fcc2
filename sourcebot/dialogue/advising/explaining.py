"""`/why` after a turn of the advice: how the message was heard, and why that question came next."""

from __future__ import annotations

from collections.abc import Iterator

from sourcebot.advice.model import UNKNOWN, Model
from sourcebot.dialogue.advising.hearing import Heard, Listener
from sourcebot.dialogue.advising.state import Advising
from sourcebot.dialogue.advising.steps import again

MOST_TELLING = 3


def explain(
    listener: Listener, model: Model, text: str, before: Advising | None, after: Advising
) -> str:
    """Markdown: answers heard with phrase, file and line; what the open questions would tell.

    before, after: where the advice stood when the message came, and where it stood then.
    """
    if before is None:
        heard = listener.told(text)
    else:
        asked = before.question if before.asking and not before.changing else None
        heard = listener.hear(text, asked, before.choices)
    lines = [*_heard(listener, text, heard), *_next(model, after)]
    lines.append(f"**Knowledge base:** {listener.index.knowledge.stamp}")
    return "\n".join(f"- {line}" for line in lines)


def _heard(listener: Listener, text: str, heard: Heard) -> Iterator[str]:
    if heard.act is not None:
        yield f"**Heard as:** `{heard.act}`, which steers the advice"
    for criterion, id in heard.answers.items():
        line = f"**Heard as:** `{id}` on `{criterion}`"
        answer = listener.advice.criteria[criterion].answers.get(id)
        nearest = listener.nearest_phrase(text, criterion, id)
        if heard.exact or answer is None or nearest is None:
            yield f"{line}, picked"
        else:
            phrase, similarity = nearest
            yield f"{line}: {similarity:.2f} like “{phrase}” ({answer.place})"
    for criterion, left in heard.possible.items():
        yield f"**Leaves open:** {', '.join(left)} on `{criterion}`"
    if heard.unclear:
        yield f"**Fits as well:** {' and '.join(heard.unclear)}"


def _next(model: Model, after: Advising) -> Iterator[str]:
    if after.question is None or not after.asking:
        return
    step = again(model, after)
    told = step.ahead.outlook.information if step.ahead is not None else {}
    worth = {id: told[id] * model.questions[id].weight for id in told if id not in after.answers}
    best = sorted(worth, key=lambda id: -worth[id])[:MOST_TELLING]
    shown = ", ".join(f"{id} {worth[id]:.2f}" for id in best)
    yield f"**Asked:** `{after.question}`; what tells most about the first place now: {shown}"
    unknown = [id for id, answer in after.answers.items() if answer == UNKNOWN]
    if unknown:
        yield f"**Left open:** {', '.join(unknown)}"
