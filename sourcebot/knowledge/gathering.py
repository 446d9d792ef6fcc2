"""What was asked, gathered by what it is answered with; what is said twice or in two ways."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sourcebot.errors import Problem
from sourcebot.knowledge.asked_files import Asked
from sourcebot.knowledge.facts import Place
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.knowledge.written import identifier, one_line

OUTSIDE = frozenset(("out_of_scope", "out-of-scope", "oos"))
"""Labels of phrases that nothing is to answer."""
_MEANT_IN_CODE = ("define", "compare", "tasks", "task_fit", "choose", "smalltalk", "help")
_SHOWN = 50


@dataclass(slots=True)
class Answer:
    """An answer and all that asked for it. text: None where nobody has given it yet."""

    id: str
    text: str | None
    place: Place
    category: str | None
    source: str | None
    asked: list[tuple[str, Place]] = field(default_factory=list)


@dataclass(slots=True)
class Gathered:
    """What an import comes to.

    answers: new ones; more: new ways to ask what the base knows already, by its id; outside: what
    nothing is to answer; duplicates, conflicts: what was left out, with its file and line.
    """

    answers: list[Answer] = field(default_factory=list)
    more: dict[str, list[tuple[str, Place]]] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)
    duplicates: list[Problem] = field(default_factory=list)
    conflicts: list[Problem] = field(default_factory=list)

    @property
    def asked(self) -> int:
        """How many ways to ask are new."""
        ways = [*(answer.asked for answer in self.answers), *self.more.values()]
        return sum(map(len, ways))


def normal(text: str) -> str:
    """What two texts have in common that differ in case, spacing and punctuation only."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = "".join(c if c.isalnum() else " " for c in folded.replace("'", "")).split()
    return " ".join(words) or one_line(folded)


def gather(rows: Iterable[Asked], base: KnowledgeBase | None = None) -> Gathered:
    """Gather rows in their order; where two disagree, the base holds, and then the first row.

    base: what is known already, of which nothing is changed.
    """
    gathering = _Gathering(base)
    rows = list(rows)
    # An answer to a label may stand below, or in another file than, what was asked for it.
    for row in rows:
        if row.question is None:
            gathering.answer_to_label(row)
    for row in rows:
        if row.question is not None:
            gathering.add(row, row.question)
    return gathering.finished()


class _Gathering:
    def __init__(self, base: KnowledgeBase | None) -> None:
        self.found = Gathered()
        self.by_label: dict[str, Answer] = {}
        self.by_text: dict[str, Answer] = {}
        self.seen: dict[str, tuple[str, str]] = {}
        self.taken = {*_MEANT_IN_CODE, *(base.aspects if base is not None else ())}
        self.known: Mapping[str, str] = {}
        self.base = base
        self.ids: dict[str, str] = {}
        if base is not None:
            self.known = _answers_of(base)
            for phrase in base.phrases:
                self.seen.setdefault(
                    normal(phrase.text), ("+".join(phrase.aspects), str(phrase.place))
                )

    def answer_to_label(self, row: Asked) -> None:
        """Take the answer to all that has its label."""
        label = self._label(row)
        if not one_line(row.answer or ""):
            self.found.conflicts.append(_note(row, "no word in the answer; left out"))
        elif self.base is not None and label in self.base.aspects:
            if self.known.get(normal(row.answer or "")) != label:
                self._refuse_answer(row, label)
        elif label in self.by_label:
            self._clash(row, self.by_label[label])
        else:
            self._begin(row, label)

    def add(self, row: Asked, question: str) -> None:
        """Put a question to its answer, if that is one."""
        if row.answer is None and normal(row.label or "") in map(normal, OUTSIDE):
            self.found.outside.append(one_line(question))
            return
        if not any(letter.isalnum() for letter in question):
            self.found.conflicts.append(_note(row, "no word in the question; left out"))
            return
        id = self._id(row, question)
        if id is None:
            return
        key = normal(question)
        before = self.seen.setdefault(key, (id, str(row.place)))
        if before != (id, str(row.place)):
            self._said_before(row, question, id, before)
            return
        text = one_line(question).replace("{", "(").replace("}", ")")
        answer = self.by_label.get(id)
        if answer is None:
            self.found.more.setdefault(id, []).append((text, row.place))
        else:
            answer.asked.append((text, row.place))

    def finished(self) -> Gathered:
        """All of it, without answers that nobody asks for."""
        idle = [answer for answer in self.found.answers if not answer.asked]
        told_of = {
            Place(problem.file, problem.line)
            for problem in (*self.found.conflicts, *self.found.duplicates)
        }
        for answer in idle:
            if answer.place not in told_of:
                told = f"nobody asks for `{answer.id}`; left out"
                self.found.conflicts.append(
                    Problem(answer.place.file, answer.place.line, told, warning=True)
                )
        self.found.answers = [answer for answer in self.found.answers if answer.asked]
        return self.found

    def _id(self, row: Asked, question: str) -> str | None:
        """The id of the answer that a row belongs to; None where it is left out."""
        if row.label:
            label = self._label(row)
            if self.base is not None and label in self.base.aspects:
                if row.answer is not None and self.known.get(normal(row.answer)) != label:
                    self._refuse_answer(row, label)
                    return None
                return label
            if label in self.by_label:
                answer = self.by_label[label]
                if row.answer is None or self._same(row, answer):
                    return label
                self._clash(row, answer)
                return None
            return self._begin(row, label).id
        text = normal(row.answer or "")
        if text in self.known:
            return self.known[text]
        if text in self.by_text:
            return self.by_text[text].id
        if normal(question) in self.seen:
            return ""  # it has an answer, and this is another one
        return self._begin(row, identifier(question, "question", self.taken)).id

    def _label(self, row: Asked) -> str:
        """The id that stands for a label; labels of other scripts get ids of their own."""
        label = one_line(row.label or "")
        plain = identifier(label, "")
        if self.base is not None and plain in self.base.aspects:
            return plain
        if label not in self.ids:
            free = plain not in self.taken or plain in self.by_label
            self.ids[label] = plain if plain and free else identifier(label, "question", self.taken)
            self.taken.add(self.ids[label])
        return self.ids[label]

    def _same(self, row: Asked, answer: Answer) -> bool:
        if answer.text is None:
            answer.text = row.answer
            return True
        return normal(row.answer or "") == normal(answer.text)

    def _begin(self, row: Asked, id: str) -> Answer:
        answer = Answer(id, row.answer, row.place, row.category, row.source)
        self.taken.add(id)
        self.found.answers.append(answer)
        self.by_label[id] = answer
        if row.answer is not None:
            self.by_text.setdefault(normal(row.answer), answer)
        return answer

    def _said_before(self, row: Asked, question: str, id: str, before: tuple[str, str]) -> None:
        owner, where = before
        shown = one_line(question)[:_SHOWN]
        if id in owner.split("+"):
            told = f"“{shown}” again (first at {where}); learnt once"
            self.found.duplicates.append(_note(row, told))
        else:
            told = f"“{shown}” has another answer at {where}; left out, say which one holds"
            self.found.conflicts.append(_note(row, told))

    def _clash(self, row: Asked, answer: Answer) -> None:
        told = f"`{answer.id}` has another answer at {answer.place}; left out, say which one holds"
        self.found.conflicts.append(_note(row, told))

    def _refuse_answer(self, row: Asked, label: str) -> None:
        assert self.base is not None
        place = self.base.aspects[label].place
        told = f"`{label}` is answered in the base ({place}); left out, change it there"
        self.found.conflicts.append(_note(row, told))


def _answers_of(base: KnowledgeBase) -> dict[str, str]:
    """Answers of the base that need no concept, as an import would have written them."""
    found: dict[str, str] = {}
    for entry in base.entries.values():
        if not entry.concepts:
            facts = (entry.summary, *entry.points)
            texts = (f"{fact.title or ''} {fact.text}" for fact in facts)
            found.setdefault(normal(" ".join(texts)), entry.aspect)
    return found


def _note(row: Asked, told: str) -> Problem:
    return Problem(row.place.file, row.place.line, told, warning=True)
