"""Lists whose lines are drawn anew for each width, and the choices below a lesson."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from sourcebot.tui.text import one_line

_ANY = 60
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Listing(OptionList):
    """An option list that draws its options itself."""

    ALLOW_MAXIMIZE = False

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False, compact=True)

    def lines(self, width: int) -> Iterator[Content]:
        """Each option at this width; each kind draws its own."""
        yield from ()

    def draw(self) -> None:
        """Show what there is now at the present width, and keep what is marked."""
        # Before it has its place any width will do: it is drawn again then.
        width = self.scrollable_content_region.width or _ANY
        prompts = list(self.lines(width))
        if len(prompts) != self.option_count:
            at = self.highlighted
            self.set_options(Option(prompt) for prompt in prompts)
            self.highlighted = at if at is not None and at < len(prompts) else None
            return
        for at, prompt in enumerate(prompts):
            self.replace_option_prompt_at_index(at, prompt)

    def on_resize(self) -> None:
        """Another width, other lines."""
        self.draw()


@dataclass(frozen=True)
class Pick:
    """Something to choose, and what it does."""

    label: str
    act: Callable[[], object]
    mark: str = ""


def lettered(labels: Sequence[tuple[str, Callable[[], object]]]) -> list[Pick]:
    """Picks with the letters a, b, c and so on."""
    return [Pick(label, act, mark) for mark, (label, act) in zip(_LETTERS, labels, strict=False)]


class Choices(Listing):
    """What can be done now: by letter or digit, with the arrow keys, or with a click."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "Up", show=False, id="choices.up"),
        Binding("down", "step(1)", "Down", show=False, id="choices.down"),
    ]

    @dataclass
    class Chosen(Message):
        """Something was picked."""

        pick: Pick

    @dataclass
    class Stepped(Message):
        """The user stepped past an end of the list: -1 above the first, 1 below the last."""

        by: int

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.title = ""
        self._marked = True
        self.picks: tuple[Pick, ...] = ()

    def show(self, picks: Sequence[Pick], *, title: str, marked: bool = True) -> None:
        """Offer these in place of those before.

        marked: Enter takes the first; otherwise it does nothing before another key has chosen.
        """
        self._marked = marked
        self.title = self.border_title = title
        self.picks = tuple(picks)
        self.clear_options()
        self.display = bool(self.picks)
        self.add_options(Option(Content(one_line(pick.label))) for pick in self.picks)
        self.draw()
        if self.has_focus:
            self.on_focus()

    def lines(self, width: int) -> Iterator[Content]:
        """The mark, and the label beside it, however many lines it takes."""
        marks = [pick.mark or str(number) for number, pick in enumerate(self.picks, 1)]
        indent = max(map(len, marks), default=0) + 2
        for mark, pick in zip(marks, self.picks, strict=True):
            first, *rest = Content(one_line(pick.label)).wrap(max(1, width - indent))
            told = [Content.assemble((mark.ljust(indent), "$accent bold"), first)]
            told += [Content(" " * indent) + more for more in rest]
            yield Content("\n").join(told)

    def meant(self, typed: str) -> Pick | None:
        """The pick that typed text stands for: its mark, its number or its whole label."""
        text = typed.strip().casefold()
        for number, pick in enumerate(self.picks, 1):
            label = one_line(pick.label).casefold().rstrip(".")
            if text and text in (pick.mark, str(number), label, f"{label}."):
                return pick
        return None

    def mark(self, typed: str) -> None:
        """Show which one the text in the prompt stands for."""
        pick = self.meant(typed)
        self.highlighted = self.picks.index(pick) if pick is not None else None

    def action_step(self, by: int) -> None:
        """Go to the next one, or beyond an end."""
        at = (self.highlighted if self.highlighted is not None else -1) + by
        if 0 <= at < len(self.picks):
            self.highlighted = at
        else:
            self.post_message(self.Stepped(by))

    def on_focus(self) -> None:
        """Begin with the first."""
        if self.highlighted is None and self.picks and self._marked:
            self.highlighted = 0

    def on_blur(self) -> None:
        """Mark nothing while the user types."""
        self.highlighted = None

    def on_key(self, event: events.Key) -> None:
        """A digit picks at once; a letter may begin a question, so that it takes Enter as well."""
        typed = event.character or ""
        pick = self.meant(typed) if typed.isdigit() else None
        if pick is not None:
            event.stop()
            self.post_message(self.Chosen(pick))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click picks."""
        event.stop()
        self.post_message(self.Chosen(self.picks[event.option_index]))
