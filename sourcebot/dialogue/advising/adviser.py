"""The guided advice of one knowledge base: turns in, states and replies out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from sourcebot.advice.model import UNKNOWN
from sourcebot.answers.render import Answers
from sourcebot.dialogue.advising import steps
from sourcebot.dialogue.advising.counsel import Counsel
from sourcebot.dialogue.advising.explaining import explain
from sourcebot.dialogue.advising.hearing import Heard, Listener, implied
from sourcebot.dialogue.advising.state import Advising, Clash
from sourcebot.dialogue.advising.steps import Step
from sourcebot.dialogue.advising.tables import Hearing
from sourcebot.dialogue.reader import Reader
from sourcebot.dialogue.reply import Reply

RESUMES = ("repeat", "skip", "more", "change", "result", "restart", "so_far")
"""What goes on with an advice that was stopped."""


class Turn(Struct, frozen=True):
    """What a message comes to: the state after it, and the reply."""

    state: Advising
    reply: Reply


class Adviser(Counsel):
    """Advises from one knowledge base that has criteria. Read-only: share it between threads."""

    def __init__(self, reader: Reader, hearing: Hearing, answers: Answers) -> None:
        super().__init__(reader.index.knowledge, answers)
        self.listener = Listener(reader, hearing, self.advice)
        self._acts: dict[str, Callable[[Advising, Heard], Turn | None]] = {
            "unknown": self._unknown,
            "skip": self._unknown,
            "back": self._back,
            "why": self._why,
            "meaning": self._meaning,
            "explain": self._explain,
            "repeat": self._repeat,
            "so_far": self._so_far,
            "result": self._result,
            "stop": self._stop,
            "restart": self._restart,
            "more": self._more,
            "change": self._change,
        }

    def begin(self, answers: Mapping[str, str]) -> Turn:
        """The first turn of a case of which these answers are known already."""
        state = Advising()
        step = steps.apply(self.advice, self.model, state, answers, {})
        return self._turn(step, noted=dict(answers), say="started")

    def start(self, text: str, state: Advising | None, task: str | None) -> Turn:
        """Begin, or go on with what was stopped, with what the message tells already."""
        heard = self.listener.told(text)
        task = task or heard.task
        state = Advising(task=task) if state is None or state.over else state
        if task is not None and task != state.task:
            state = Advising(task=task)
        known = implied(self.advice, self.base.tasks[task].implies) if task is not None else {}
        assumed = {id: answer for id, answer in known.items() if id not in state.answers}
        noted = {**assumed, **heard.answers}
        fresh = not state.answers
        step = steps.apply(self.advice, self.model, state, noted, heard.possible)
        return self._turn(step, noted=noted, say="started" if fresh else "resumed")

    def turn(self, text: str, state: Advising) -> Turn | None:
        """Take a message in the course of the advice, or None where it is not about it.

        Raises errors.TemplateError where a template is at fault.
        """
        command, _, named = text.strip().partition(" ")
        if command.casefold() == "/change" and named.strip() in self.advice.criteria:
            return self._reopened(state, named.strip())
        if state.clash is not None and not state.paused:
            settled = self._settled(text, state)
            if settled is not None:
                return settled
        if state.changing and not state.paused:
            chosen = self._chosen(text, state)
            if chosen is not None:
                return chosen
        put = state.asking and not state.changing and bool(state.choices)
        heard = self.listener.hear(text, state.question if put else None, state.choices)
        if state.unput and (heard.act in ("unknown", "skip") or not any(map(str.isalpha, text))):
            return self._turn(steps.again(self.model, state))
        if state.paused:
            return self._act(heard, state) if heard.act in RESUMES else None
        if heard.act is not None:
            return self._act(heard, state)
        if heard.answers or heard.possible:
            return self._answered(heard, state)
        if heard.unclear and state.question is not None:
            return self._which(heard, state)
        if heard.change is not None:
            return self._reopened(state, heard.change)
        return None

    def guess(self, text: str, state: Advising) -> Turn | None:
        """Ask back what a message may mean that is about nothing else."""
        if not state.asking or state.question is None:
            return None
        likely = self.listener.maybe(text, state.question)
        if not likely:
            return None
        others = (id for id in state.choices if id not in likely)
        step = steps.again(self.model, replace(state, choices=(*likely, *others)))
        return self._turn(step, say="unsure")

    def explain(self, text: str, before: Advising | None, after: Advising) -> str:
        """How a message was heard that led from one state to another, as Markdown."""
        return explain(self.listener, self.model, text, before, after)

    def try_templates(self) -> None:
        """Show every kind of turn once. Raises errors.TemplateError where one cannot be."""
        asked = steps.advance(self.model, Advising())
        state = asked.state
        self.speaker.turn(asked, lead=self.advice.criteria[self.advice.today].why)
        self.speaker.so_far(asked)
        self.speaker.paused(state)
        self.speaker.why_result(steps.finish(state))
        pair = (self.advice.today, UNKNOWN)
        self.speaker.turn(Step(replace(state, clash=Clash(pair, pair, ""))))
        self.speaker.turn(Step(replace(state, changing=True)))
        result = self.recommend({})
        self.speaker.result(steps.finish(state))
        self.as_document(result)
        self.as_page(result)

    def beside(self, reply: Reply, state: Advising) -> Reply:
        """A reply to something in between, with the waiting question under it."""
        return self.speaker.beside(reply, self._waiting(state))

    def resumed(self, state: Advising) -> Advising:
        """A saved state, less what this base no longer has.

        Where that was what waited for an answer, another question is put with the next turn.
        """
        kept = steps.still_valid(self.advice, state)
        kept = replace(kept, task=state.task if state.task in self.base.tasks else None)
        if state.asking and not kept.asking and not kept.done:
            kept = replace(steps.advance(self.model, kept).state, choices=())
        return kept

    def _waiting(self, state: Advising) -> Step:
        """What waits for an answer: the menu of answers to change, or the question."""
        return Step(state) if state.changing else steps.again(self.model, state)

    def _turn(self, step: Step, **said: object) -> Turn:
        reply = self.speaker.turn(step, **said)  # type: ignore[arg-type]
        return Turn(replace(step.state, lost=()), reply)

    def _answered(self, heard: Heard, state: Advising) -> Turn | None:
        """Take in what was told; what was not asked, or is said anew, is repeated back."""
        changed = {id: a for id, a in heard.answers.items() if state.answers.get(id) != a}
        if not changed and not heard.possible and state.question not in heard.answers:
            if state.over:
                return None
            return self._turn(steps.again(self.model, state), noted=heard.answers)
        noted = {id: a for id, a in changed.items() if id != state.question or not heard.exact}
        step = steps.apply(self.advice, self.model, state, heard.answers, heard.possible)
        after = step.state
        reopened = [id for id in state.answers if id not in after.answers]
        if reopened and after.clash is None:
            step = steps.ask(self.model, after, reopened[0])
            return self._turn(step, noted=noted, say="change")
        return self._turn(step, noted=noted, say="changed" if state.done and after.over else None)

    def _reopened(self, state: Advising, criterion: str) -> Turn:
        """Ask a question again, or for the first time."""
        say = "change" if criterion in state.answers else None
        return self._turn(steps.ask(self.model, state, criterion), say=say)

    def _which(self, heard: Heard, state: Advising) -> Turn:
        """Two answers fit: ask which, of those alone."""
        narrowed = replace(state, choices=(*heard.unclear, UNKNOWN))
        return self._turn(steps.again(self.model, narrowed), say="unclear")

    def _settled(self, text: str, state: Advising) -> Turn | None:
        """The answer to "which of the two holds?"."""
        assert state.clash is not None
        labels = [answer["label"] for answer in self.speaker.question_of(Step(state))["answers"]]
        number = self.listener.picked_of(text, labels)
        if number is not None:
            keeps = (state.clash.first[0], state.clash.second[0], None)
            return self._turn(steps.settle(self.model, state, keeps[number]))
        told = self.listener.told(text).answers
        for id, answer in (state.clash.first, state.clash.second):
            picked = self.listener.hear(text, id, ())
            if answer == (picked.answers if picked.exact else told).get(id):
                return self._turn(steps.settle(self.model, state, id))
        return None

    def _chosen(self, text: str, state: Advising) -> Turn | None:
        """The answer that is to be changed."""
        given = self.speaker.given(state)
        labels = [answer["label"] for answer in self.speaker.question_of(Step(state))["answers"]]
        number = self.listener.picked_of(text, labels)
        if number is None:
            names = [answer["name"] for answer in given]
            number = self.listener.picked_of(text, names)
        if number is None:
            return None
        return self._turn(steps.ask(self.model, state, given[number]["criterion"]), say="change")

    def _act(self, heard: Heard, state: Advising) -> Turn | None:
        act = self._acts.get(heard.act or "")
        return act(state, heard) if act is not None else None

    def _unknown(self, state: Advising, heard: Heard) -> Turn | None:
        if state.paused or state.changing:
            return self._repeat(state, heard)
        if state.clash is not None:
            return self._turn(steps.settle(self.model, state, None))
        if state.question is None:
            return None
        answers = {state.question: UNKNOWN}
        return self._turn(steps.apply(self.advice, self.model, state, answers, {}))

    def _back(self, state: Advising, heard: Heard) -> Turn:
        if state.changing:
            return self._turn(steps.again(self.model, state))
        step = steps.back(self.model, state)
        if step is None:
            return self._turn(steps.again(self.model, state), say="first")
        return self._turn(step, say="back")

    def _why(self, state: Advising, heard: Heard) -> Turn | None:
        if state.question is None:
            shown = replace(state, changing=False)
            return Turn(shown, self.speaker.why_result(shown)) if state.done else None
        why = self.advice.criteria[state.question].why
        return self._turn(steps.again(self.model, state), lead=why)

    def _meaning(self, state: Advising, heard: Heard) -> Turn | None:
        if heard.term is None:
            return None
        criterion, number = heard.term
        meaning = self.advice.criteria[criterion].terms[number].meaning
        if not state.asking:
            return None
        return self._turn(steps.again(self.model, state), lead=meaning)

    def _explain(self, state: Advising, heard: Heard) -> Turn | None:
        if state.question is None:
            return None
        criterion = self.advice.criteria[state.question]
        lead = criterion.terms[0].meaning if criterion.terms else criterion.why
        return self._turn(steps.again(self.model, state), lead=lead)

    def _repeat(self, state: Advising, heard: Heard) -> Turn | None:
        if state.over:
            return self._turn(Step(steps.finish(state)))
        return self._turn(steps.again(self.model, state), say="resumed" if state.paused else None)

    def _so_far(self, state: Advising, heard: Heard) -> Turn:
        return Turn(
            state, self.speaker.so_far(self._waiting(state) if state.asking else Step(state))
        )

    def _result(self, state: Advising, heard: Heard) -> Turn:
        return self._turn(Step(steps.finish(state)))

    def _stop(self, state: Advising, heard: Heard) -> Turn | None:
        if state.over:
            return None
        stopped = replace(state, paused=True, changing=False)
        return Turn(stopped, self.speaker.paused(stopped))

    def _restart(self, state: Advising, heard: Heard) -> Turn:
        return self._turn(steps.restart(self.model, state), say="afresh")

    def _more(self, state: Advising, heard: Heard) -> Turn:
        return self._turn(steps.ask_more(self.model, state))

    def _change(self, state: Advising, heard: Heard) -> Turn:
        if not state.answers:
            return self._turn(steps.again(self.model, state), say="first")
        return self._turn(Step(replace(state, changing=True, paused=False)))
