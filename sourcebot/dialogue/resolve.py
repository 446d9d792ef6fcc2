"""One reading in its context: what is asked, and of what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sourcebot.dialogue.admission import is_admitted
from sourcebot.dialogue.asking_back import between_aspects, between_concepts
from sourcebot.dialogue.context import Context
from sourcebot.dialogue.facts import by_case, by_facts, where_named
from sourcebot.dialogue.holdings import COMPARE, TASK_FIT, TASKS, answerable, takes
from sourcebot.dialogue.questions import Outcome, Question, Refusal, Start
from sourcebot.dialogue.reading import Label, Mention, Reading
from sourcebot.dialogue.reply import Alternative
from sourcebot.dialogue.starting import asks_for_advice, weighs_own_case
from sourcebot.dialogue.understanding import Understanding
from sourcebot.knowledge.model import DEFINE, KnowledgeBase, Takes
from sourcebot.routing.text import stems_of

CLOSE = 0.97
"""A second reading with this share of the first one's confidence is as likely meant."""
ALIKE = 0.7
"""A claim with this share of another one's confidence may be meant as well."""
SHORT = 9
"""A message of more words that says "opposite" may be about something else."""
WHOLE_QUESTION = 5
"""A message of fewer words that names no concept is vague, and is asked back."""
SAME_CLAIM, SAME_DESCRIPTION = 0.85, 0.7
"""So near a phrase, a message in a conversation is about what the phrase is about."""
FAINT_SIGN = 0.7
"""A sign of one element is too little to change the subject."""
SURE_SIGN = 0.85
"""A sign of three elements or more names its concept better than the question around it."""


class Resolver:
    """Resolves one reading in its context."""

    def __init__(self, index: Understanding, reading: Reading, context: Context) -> None:
        self.index = index
        self.base: KnowledgeBase = index.knowledge
        self.reading = reading
        self.context = context
        named = [m for m in reading.concepts if m.sign or not m.loose or self._in_company(m.id)]
        if self._only_follows(reading.concepts):
            named = []
        self.named = tuple(dict.fromkeys(mention.id for mention in named))
        self.by_name = bool(named) and not any(mention.sign for mention in named)
        self.task, self.task_is_certain = self._task()

    def _only_follows(self, mentions: Sequence[Mention]) -> bool:
        """Whether a few words about what was talked of only seem to bring up something else."""
        if not self.context.started or not self.context.concepts or self.reading.shift:
            return False
        certain = any(map(self._is_certain, mentions))
        return not certain and len(self.reading.words) < SHORT

    def _is_certain(self, mention: Mention) -> bool:
        """Whether a mention changes the subject: no faint sign, and no name in passing."""
        if mention.sign:
            return mention.score >= FAINT_SIGN
        own = stems_of(self.base.names[mention.id])
        return not mention.loose or any(word in own for word in stems_of(mention.by))

    def _in_company(self, concept: str) -> bool:
        """A loose name counts next to other evidence, or where nothing speaks against it."""
        reading = self.reading
        others = any(mention.id != concept for mention in reading.concepts)
        return bool(
            others
            or reading.tasks
            or reading.subject
            or self.context.started
            or reading.inside >= self.index.scope.bar
        )

    def _task(self) -> tuple[str | None, bool]:
        """The piece of work that is named, and whether its name can mean nothing else."""
        certain = [mention for mention in self.reading.tasks if not mention.loose]
        mentions = certain or list(self.reading.tasks)
        return (mentions[0].id if mentions else None), bool(certain)

    def resolve(self) -> Outcome:
        """What the reading comes to, in this context."""
        about = bool(self.named or self.task)
        if not is_admitted(self.index, self.reading, self.context, about):
            return self._case() or Refusal("out-of-scope")
        bare = self._bare()
        if bare is not None:
            return bare
        opposite = self._opposite()
        if opposite is not None:
            return self._fill(DEFINE, (opposite,), None, 0.9)
        candidates = list(self._candidates())
        if not candidates:
            return self._without_aspect()
        if weighs_own_case(self.index, self.reading):
            return Start(self.task)
        label = candidates[0]
        bar = self.index.router.bar
        if label.confidence < bar / 2 and len(self.reading.foreign) > 1:
            return Refusal("ambiguous")
        if label.confidence < bar and label.kind == "aspect":
            likely = [
                other.ids[0]
                for other in candidates[:3]
                if other.kind == "aspect" and other.confidence > label.confidence / 3
            ]
            if self.task_is_certain and TASK_FIT in likely:
                return self._fill(TASK_FIT, self._concepts(TASK_FIT), self.task, label.confidence)
            if self._takes(label.ids[0]) == "nothing":
                # Nothing but the wording tells such questions apart, and it does not suffice.
                return self._ask_aspect(candidates[:3])
            candidates = by_facts(
                self.index, self.reading, candidates, self.named or self.context.concepts
            )
            label = next(filter(self._has_answer, candidates), candidates[0])
            close = len(candidates) > 1 and candidates[1].confidence > CLOSE * label.confidence
            if close and self.named and not self.context.started:
                return self._ask_aspect(candidates)
        return self._questions(label, [other for other in candidates if other is not label])

    def _case(self) -> list[Question]:
        """A question about a company or a case that only the facts name."""
        case = by_case(self.index, self.reading)
        return [] if case is None else [Question(case[0], tuple(sorted(case[1])), None, 0.6)]

    def _has_answer(self, label: Label) -> bool:
        """Whether the base holds something on what the label asks."""
        if label.kind != "aspect":
            return True
        return any(
            answerable(self.base, aspect, self._concepts(aspect), self.task or self.context.task)
            for aspect in label.ids
        )

    def _bare(self) -> list[Question] | None:
        """Names alone, or names after "what about" or "no, I meant"."""
        reading, context = self.reading, self.context
        if not reading.bare or not (self.named or self.task):
            return None
        if context.asked_intent is not None:
            task = self.task or context.asked_task
            return self._fill(context.asked_intent, self.named or context.concepts, task, 0.9)
        moved = reading.shift or reading.correction
        if moved and context.intent is not None:
            return self._moved()
        if len(self.named) > 1:
            return self._fill(COMPARE, self.named, self.task, 0.8)
        if self.task is not None:
            return self._fill(TASK_FIT, self._concepts(TASK_FIT), self.task, 0.8)
        return self._fill(DEFINE, self.named, None, 0.9)

    def _moved(self) -> list[Question]:
        """The last question again, about something else."""
        context = self.context
        intent = context.intent or DEFINE
        if not self.named:
            intent = intent if self._takes(intent) == "task" or context.concepts else TASK_FIT
            if self._takes(intent) == "pair":
                intent = TASK_FIT
            return self._fill(intent, context.concepts, self.task, 0.8)
        if self._takes(intent) == "pair" and len(self.named) == 1 and context.concepts:
            kept = [c for c in context.concepts if c not in self.named]
            named = (kept[0], self.named[0]) if kept else self.named
            return self._fill(intent, tuple(named), None, 0.8)
        if self._takes(intent) == "task":
            return self._fill(intent, self.named, self.task or context.task, 0.8)
        if self._takes(intent) in ("nothing", "subject"):
            intent = DEFINE
        return self._fill(intent, self.named, self.task, 0.8)

    def _opposite(self) -> str | None:
        """The concept that undoes the one that is named or talked about, where it is asked for."""
        about = tuple(self.reading.named) or self.named or self.context.concepts
        if not self.reading.opposite or len(about) != 1 or len(self.reading.words) > SHORT:
            return None
        return self.base.concepts[about[0]].opposite

    def _candidates(self) -> Iterator[Label]:
        fits = {
            "claim": self._claim_fits,
            "asked": self._asked_fits,
            "aspect": self._aspect_fits,
            "start": self._start_fits,
        }
        found = [label for label in self.reading.labels if fits[label.kind](label)]
        if found and found[0].kind == "claim" and not self._claims_only_it(found[0]):
            # Claims are often worded alike but for the names: the one on just these is meant.
            likely = [other for other in found if other.confidence >= ALIKE * found[0].confidence]
            exact = next((other for other in likely if self._claims_only_it(other)), None)
            if exact is not None:
                yield exact
                found.remove(exact)
        yield from found

    def _claim_fits(self, label: Label) -> bool:
        if self.reading.similarity < 0.4:
            return False
        about = self.base.claims[label.ids[0]].concepts
        named = self.reading.named
        if named:
            return not named.isdisjoint(about)
        talked_of = self.named or self.context.concepts
        if set(talked_of) & set(about):
            return True
        goes_on = self.context.started and bool(talked_of)
        return not self.named and (not goes_on or self.reading.similarity >= SAME_CLAIM)

    def _start_fits(self, label: Label) -> bool:
        return asks_for_advice(self.index, self.reading, label)

    def _asked_fits(self, label: Label) -> bool:
        named = frozenset(self.named if self.by_name else ())
        about = self.index.asked_about.get(label.ids[0], ())
        if not named and self.reading.back and self.context.started:
            named = frozenset(self.context.concepts)
        hint = self.reading.hints[0] if self.reading.hints else None
        if hint is not None and hint.id != label.ids[0]:
            outweighed = hint.score >= SURE_SIGN
            if outweighed or label.confidence < self.index.router.bar:
                return False
        goes_on = self.context.started and self.reading.back and not self.reading.back_both
        if goes_on and self.reading.similarity < SAME_DESCRIPTION:
            return False
        unnamed = frozenset() in about and not self.by_name
        known = self.reading.similarity >= 0.5 or label.confidence >= self.index.router.bar
        return known and (named in about or unnamed)

    def _aspect_fits(self, label: Label) -> bool:
        for aspect in label.ids:
            needs = self._takes(aspect)
            if needs == "concept" and self._stays_with_subject():
                return False
            if needs == "task" and self.task is None and self.context.task is None:
                return False
            if needs == "subject" and not self._is_about(aspect):
                return False
            if needs == "pair" and len(self._pair()) < 2 and self._concepts(aspect):
                return False
        return True

    def _is_about(self, aspect: str) -> bool:
        """Whether something named, if anything is, can be asked for an aspect with subjects."""
        if not self.by_name or self.reading.subject == aspect or self.task_is_certain:
            return True
        return any(self.base.entry(aspect, (concept,)) is not None for concept in self.named)

    def _stays_with_subject(self) -> bool:
        """Whether the talk is about a subject without a concept, and this asks on about it."""
        about = self.context.intent
        if about is None or self._takes(about) != "subject" or self.context.concepts:
            return False
        if self.named or self.task_is_certain:
            return False
        return any(about in label.ids for label in self.reading.labels[:3])

    def _takes(self, aspect: str) -> Takes:
        return takes(self.base, aspect)

    def _concepts(self, aspect: str) -> tuple[str, ...]:
        """The concepts a question is about: named, else pointed back to, else lent by the task."""
        needs = self._takes(aspect)
        if needs == "nothing":
            return ()
        if needs == "pair":
            return self._pair()
        if needs == "subject":
            return tuple(c for c in self.named if self.base.entry(aspect, (c,)) is not None)
        if self.named:
            # Beside a task the words describe the task, and say little of a narrower concept.
            narrows = len(self.named) == 1 and (needs != "task" or self.task is None)
            return (self._narrower(),) if narrows else self.named
        pointing = self.reading.back and self.context.started
        if needs == "task" and self.task is not None and not pointing:
            return self.base.tasks[self.task].fits[:1]
        if self.context.started and self.context.concepts:
            return self.context.concepts
        if self.reading.meant.clearly is not None:
            return (self.reading.meant.clearly,)
        if self.task is not None and self.task_is_certain and needs == "concept":
            fits = self.base.tasks[self.task].fits
            return fits[:1]
        return ()

    def _narrower(self) -> str:
        """The concept of the sign, or a narrower one that the message describes."""
        concept, meant = self.named[0], self.reading.meant.likely
        if self.by_name or meant is None or concept not in self.index.broader.get(meant, ()):
            return concept
        return meant

    def _pair(self) -> tuple[str, ...]:
        """The two (or three) things to compare; one alone is compared with its contrast."""
        if len(self.named) > 1:
            return self.named[:3]
        context = self.context
        if not self.named:
            if len(context.concepts) > 1:
                return context.concepts
            if self.reading.back_both and len(context.recent) > 1:
                return context.recent[:2]
        own = self.named or context.concepts
        if not own:
            return ()
        before = [c for c in context.recent if c != own[0]] if context.started else []
        contrast = self.base.concepts[own[0]].contrast
        other = before[0] if before else contrast
        return (own[0], other) if other is not None else own

    def _questions(self, label: Label, others: Sequence[Label]) -> Outcome:
        if label.kind == "start":
            return Start(self.task)
        alternatives = tuple(self._alternatives(others))
        if label.kind == "claim":
            claim = self.base.claims[label.ids[0]]
            return [
                Question(
                    claim.aspect,
                    tuple(sorted(claim.concepts)),
                    self.task,
                    label.confidence,
                    claim.id,
                    alternatives,
                )
            ]
        if label.kind == "asked":
            return self._fill(DEFINE, label.ids, None, label.confidence, alternatives)
        found: list[Question] = []
        for aspect in label.ids:
            if self._takes(aspect) == "pair" and self._two_names_of_one():
                about_it = next((other for other in others if self._claims_only_it(other)), None)
                if about_it is not None:
                    return self._questions(about_it, ())
                aspect = DEFINE
            concepts = self._concepts(aspect)
            if self._takes(aspect) == "concept" and not self.by_name and not self.reading.back:
                concepts = where_named(self.index, self.reading, aspect, concepts)
            if not concepts and len(self.reading.words) >= WHOLE_QUESTION:
                usual = self.base.aspects[aspect].usual_concept
                if usual is None and self._takes(aspect) == "concept":
                    usual = self.reading.meant.likely
                concepts = (usual,) if usual is not None else ()
            if not concepts and self._takes(aspect) in ("concept", "pair"):
                return between_concepts(self.base, aspect, self.task, label.confidence)
            task = self.task or self._task_talked_of(aspect)
            found += self._fill(aspect, concepts, task, label.confidence, alternatives)
        return found

    def _task_talked_of(self, aspect: str) -> str | None:
        """The piece of work that was asked about before, where this goes on about it."""
        context = self.context
        goes_on = context.started and context.task is not None and not self.by_name
        return context.task if goes_on and self._takes(aspect) == "concept" else None

    def _fill(
        self,
        intent: str,
        concepts: tuple[str, ...],
        task: str | None,
        confidence: float,
        others: tuple[Alternative, ...] = (),
    ) -> list[Question]:
        if intent not in self.base.aspects:
            intent = DEFINE
        needs = self._takes(intent)
        if needs == "task" and task is None:
            task = self.context.task
        if needs == "pair" and len(concepts) < 2:
            concepts = self._pair() if len(self._pair()) > 1 else concepts
        if intent == TASKS and task is not None and self.reading.tasks and self.task_is_certain:
            intent, needs = TASK_FIT, "task"
        if needs != "task" and not self.task_is_certain and self.reading.tasks:
            task = None
        ordered = tuple(sorted(concepts))
        return [Question(intent, ordered, task, confidence, None, others)]

    def _two_names_of_one(self) -> bool:
        """Whether both names are of one concept, as in "is onshoring the same as reshoring?"."""
        return len(self.named) == 1 and len(self.reading.names) > 1

    def _claims_only_it(self, label: Label) -> bool:
        """Whether the label is a claim about the concepts that are named, and no other."""
        if label.kind != "claim":
            return False
        return sorted(self.base.claims[label.ids[0]].concepts) == sorted(self.named)

    def _alternatives(self, labels: Sequence[Label]) -> Iterator[Alternative]:
        for label in labels[:2]:
            if label.kind == "aspect":
                aspect = label.ids[0]
                concepts = tuple(sorted(self._concepts(aspect)))
                yield Alternative(aspect, concepts, self.task, label.confidence)

    def _without_aspect(self) -> Outcome:
        if len(self.reading.foreign) > 1:
            return Refusal("ambiguous")
        if self.task is not None and not self.named:
            return self._fill(TASK_FIT, self._concepts(TASK_FIT), self.task, 0.5)
        if self.named:
            return self._fill(DEFINE, self.named, self.task, 0.5)
        return Refusal("ambiguous")

    def _ask_aspect(self, candidates: Sequence[Label]) -> Outcome:
        """The concept is clear, what is asked of it is not."""
        questions = [
            question
            for label in candidates
            if label.kind == "aspect"
            for aspect in label.ids
            for question in self._fill(aspect, self._concepts(aspect), self.task, label.confidence)
        ]
        return between_aspects(self.base, questions) or self._without_aspect()
