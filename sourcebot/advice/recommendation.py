"""The recommendation: the ranking with its reasons, what decided, what would change it, what to do.

The engine's figures meet the knowledge base's sentences here; how it looks is for the templates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from sourcebot.advice.asking import certain
from sourcebot.advice.compile import keys_of
from sourcebot.advice.draws import look_ahead
from sourcebot.advice.flips import Flip, flips
from sourcebot.advice.model import UNKNOWN, Model, State, given, open_questions, place_today
from sourcebot.advice.naming import Named, name_all
from sourcebot.advice.result import (
    Advised,
    Changed,
    Decisive,
    Overturn,
    Ranked,
    Reason,
    Recommendation,
)
from sourcebot.advice.scoring import Scores, leads, score, speaks
from sourcebot.knowledge.advice_model import Advice, Answer, Conflict, Guidance
from sourcebot.knowledge.facts import Fact
from sourcebot.knowledge.model import KnowledgeBase

AUDIBLE = 0.004
"""A reason that moves a score by less is not worth saying."""
MOST_REASONS = 6
MOST_DECISIVE = 4
MOST_RISKS = 6
MOST_NOTES = 5
MOST_COMMUNICATIONS = 5
MOST_STEPS = 8


def recommend(base: KnowledgeBase, model: Model, state: State) -> Recommendation:
    """Rank all options of a base that has advice, and say why."""
    advice = base.advice
    assert advice is not None, "the base has no advice"
    clashes = conflicts_in(advice, state.answers)
    aside = {criterion for clash in clashes for criterion in clash.answers}
    answers = {id: UNKNOWN if id in aside else answer for id, answer in state.answers.items()}
    state = State(answers, state.possible)
    scores = score(model, state)
    named = name_all(model, state, scores)
    today = place_today(model, state)
    writer = _Writer(advice, model, state, scores, named)
    ranking = tuple(writer.ranked(item) for item in named)
    first = named[0]
    matching = tuple(_matching(advice, model, state, first))
    parts = {
        kind: tuple(_advised(item) for item in matching if item.kind == kind)
        for kind in ("risk", "communications", "step", "note")
    }
    result = Recommendation(
        today=model.options[today] if today is not None else None,
        ranking=ranking,
        decisive=writer.decisive(),
        flips=writer.flips(),
        unknown=tuple(question.id for question in open_questions(model, state)),
        set_aside=tuple(clash.says for clash in clashes),
        certain=certain(model, state),
        risks=parts["risk"][:MOST_RISKS],
        communications=parts["communications"][:MOST_COMMUNICATIONS],
        steps=parts["step"][:MOST_STEPS],
        notes=parts["note"][:MOST_NOTES],
        answers=dict(answers),
        sources=(),
    )
    return _with_sources(result)


def conflicts_in(advice: Advice, answers: Mapping[str, str]) -> list[Conflict]:
    """The conflicts of the base that these answers run into."""
    return [
        conflict
        for conflict in advice.conflicts
        if all(answers.get(id) in clashing for id, clashing in conflict.answers.items())
    ]


class _Writer:
    """Says what one result's figures mean."""

    def __init__(
        self, advice: Advice, model: Model, state: State, scores: Scores, named: list[Named]
    ) -> None:
        self.advice = advice
        self.model = model
        self.state = state
        self.scores = scores
        self.named = named
        self.acceptability = look_ahead(model, state).acceptability
        self.known = given(model, state)

    def ranked(self, item: Named) -> Ranked:
        """One line of the ranking."""
        if item.option is None:
            return self._impossible(item.name)
        option = self.model.options[item.option]
        out = item.option in self.scores.ruled_out
        move, target = self.advice.moves.get(item.name), self.advice.options[option]
        shown = move or target
        # A move alone leaves open who does it once it has come home, or where.
        means = f"{move.means} {target.means}" if move is not None else target.means
        said = sorted(
            speaks(self.model, self.state, item.option).items(), key=lambda pair: -abs(pair[1])
        )
        return Ranked(
            option=item.name,
            also=item.also,
            name=shown.name,
            means=means,
            form=self._form(item),
            score=0.0 if out else round(max(0.0, min(1.0, self.scores.scores[item.option])), 3),
            acceptability=round(self.acceptability[item.option], 3),
            reasons_for=tuple(self._reasons(option, said, sign=1)),
            reasons_against=tuple(self._reasons(option, said, sign=-1)),
            ruled_out=self._gate(item.option) if out else None,
            place=dict(self.model.places[item.option]),
        )

    def _impossible(self, name: str) -> Ranked:
        """A name that nothing has: a move that starts elsewhere, or a place that is renamed."""
        move = self.advice.moves.get(name)
        if move is not None:
            known = place_today(self.model, self.state) is not None
            taken = any(item.also == name for item in self.named)
            why = move.impossible if known and not taken else ""
            return Ranked(name, None, move.name, move.means, "", 0.0, 0.0, (), (), why, {})
        option = self.advice.options[name]
        return Ranked(name, None, option.name, option.means, "", 0.0, 0.0, (), (), "", {})

    def _reasons(
        self, option: str, said: Iterable[tuple[str, float]], *, sign: int
    ) -> Iterator[Reason]:
        """The reasons on one side, strongest first, as the base's own points say them."""
        found = 0
        for id, points in said:
            answer = self.advice.criteria[id].answers[self.known[id].id]
            if points * sign < AUDIBLE or not self._says_so(answer, option, sign):
                continue
            found += 1
            if found > MOST_REASONS:
                return
            because = answer.because
            yield Reason(id, answer.id, because.text, round(points, 4), because.sources)

    def _says_so(self, answer: Answer, option: str, sign: int) -> bool:
        """Whether the base gives the answer points on this side, and not only by comparison."""
        keys = keys_of(self.advice, option)
        today = place_today(self.model, self.state)
        if today is not None and self.model.options[today] == option:
            keys = (*keys, "today")
        return sum(answer.effects.get(key, 0) for key in keys) * sign > 0

    def _gate(self, option: int) -> str:
        for id, answer in self.known.items():
            if option in answer.rules_out:
                return self.advice.criteria[id].answers[answer.id].because.text
        return ""

    def _form(self, item: Named) -> str:
        assert item.option is not None
        fitting = _matching(self.advice, self.model, self.state, item)
        forms = (guidance.fact.text for guidance in fitting if guidance.kind == "form")
        option = self.advice.options[self.model.options[item.option]]
        return next(forms, option.form)

    def decisive(self) -> tuple[Decisive, ...]:
        """The answers that put the first before the second, gates before all."""
        if len(self.scores.order) < 2:
            return ()
        first, second = self.scores.order[:2]
        ahead = leads(self.model, self.state, first, second)
        found = {id: points for id, points in ahead.items() if points > AUDIBLE}
        if not found:  # no answer tells the two apart: then what put them before the others
            spoken = speaks(self.model, self.state, first)
            found = {id: points for id, points in spoken.items() if points > AUDIBLE}
        found |= {
            id: 1.0
            for id, answer in self.known.items()
            if any(self.scores.scores[o] > self.scores.scores[first] for o in answer.rules_out)
        }
        strongest = sorted(found.items(), key=lambda pair: -pair[1])
        return tuple(self._decided(id, points) for id, points in strongest[:MOST_DECISIVE])

    def _decided(self, id: str, points: float) -> Decisive:
        criterion = self.advice.criteria[id]
        answer = criterion.answers[self.known[id].id]
        return Decisive(id, criterion.name, answer.id, answer.label, round(points, 4))

    def flips(self) -> tuple[Overturn, ...]:
        """What would put another option first, by answers that can hold together."""

        def allowed(answers: Mapping[str, str]) -> bool:
            return not conflicts_in(self.advice, answers)

        found = flips(self.model, self.state, allowed=allowed)
        return tuple(self._overturn(flip) for flip in found)

    def _overturn(self, flip: Flip) -> Overturn:
        changes = []
        for change in flip.changes:
            criterion = self.advice.criteria[change.question]
            label = criterion.answers[change.after].label
            changes.append(
                Changed(change.question, criterion.name, change.before, change.after, label)
            )
        option = self.model.options[flip.option]
        shown = self.advice.moves.get(flip.name) or self.advice.options[option]
        return Overturn(tuple(changes), flip.name, shown.name)


def _matching(advice: Advice, model: Model, state: State, item: Named) -> Iterator[Guidance]:
    """The guidance that goes with an option, given the answers; the most specific first."""
    assert item.option is not None
    keys = {item.name, item.also, *keys_of(advice, model.options[item.option])}
    fitting = [
        guidance
        for guidance in advice.guidance
        if not (guidance.changes and item.option == place_today(model, state))
        and (not guidance.options or keys.intersection(guidance.options))
        and all(
            (state.answers.get(id) or UNKNOWN) in answers for id, answers in guidance.when.items()
        )
    ]
    # Steps are done in the order in which they are written; of the rest, what was tied to an
    # answer comes first.
    fitting.sort(key=lambda guidance: guidance.kind != "step" and not guidance.when)
    yield from fitting


def _advised(guidance: Guidance) -> Advised:
    fact: Fact = guidance.fact
    return Advised(guidance.id, fact.title, fact.text, fact.remedy, fact.sources)


def _with_sources(result: Recommendation) -> Recommendation:
    """The result with every source that it names, those of the first option in front."""
    first = result.ranking[0]
    texts: tuple[Reason | Advised, ...] = (
        *first.reasons_for,
        *first.reasons_against,
        *result.notes,
        *result.risks,
        *result.communications,
        *result.steps,
        *(
            reason
            for ranked in result.ranking[1:]
            for reason in (*ranked.reasons_for, *ranked.reasons_against)
        ),
    )
    return replace(result, sources=tuple(dict.fromkeys(s for text in texts for s in text.sources)))
