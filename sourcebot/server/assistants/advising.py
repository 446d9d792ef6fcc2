"""The tools of the guided advice: one question at a time, or the result at once."""

from __future__ import annotations

from typing import Annotated, Any

from mcp_types import CallToolResult
from msgspec import Struct
from pydantic import Field

from sourcebot.advice.model import UNKNOWN
from sourcebot.dialogue.advising import steps
from sourcebot.dialogue.advising.counsel import Counsel
from sourcebot.dialogue.advising.hearing import implied
from sourcebot.dialogue.advising.state import Advising
from sourcebot.dialogue.reply import Reply
from sourcebot.errors import TemplateError
from sourcebot.server.assistants import results, shapes
from sourcebot.server.assistants.asking import Kb, Name
from sourcebot.server.assistants.desk import Ctx, edition
from sourcebot.server.assistants.failures import Refused, quoted, unknown
from sourcebot.server.assistants.naming import folded, settled, task_named
from sourcebot.server.bases import Edition

MOST_ANSWERS = 200
Answers = Annotated[
    dict[Name, Name],
    Field(
        description="Criterion -> answer, both by id; all answers so far. `unknown` is always an "
        "answer.",
        max_length=MOST_ANSWERS,
    ),
]
Task = Annotated[
    str | None,
    Field(
        description="The piece of work that it is about, by id or name; what that nearly always "
        "answers is taken as answered.",
        max_length=200,
    ),
]


class Case(Struct, frozen=True):
    """What is known of a case. assumed: what the piece of work answers; told: what was said."""

    counsel: Counsel
    task: str | None
    assumed: dict[str, str]
    told: dict[str, str]

    @property
    def answers(self) -> dict[str, str]:
        """All of it; what was said comes first."""
        return {**self.assumed, **self.told}

    @property
    def asked(self) -> tuple[str, ...]:
        """What was put to a person; an assumption that comes back with the rest was not."""
        return tuple(id for id, answer in self.told.items() if self.assumed.get(id) != answer)

    @property
    def contradictions(self) -> list[str]:
        """Answers that cannot both hold, and why."""
        return [
            f"{' and '.join(f'`{id}: {self.answers[id]}`' for id in conflict.answers)}: "
            f"{conflict.says}"
            for conflict in self.counsel.contradictions(self.answers)
        ]


def kb_advise_step(
    ctx: Ctx,
    answers: Annotated[Answers | None, Field(description="All answers so far.")] = None,
    task: Task = None,
    kb: Kb = None,
) -> Annotated[CallToolResult, shapes.Advised]:
    """Go one step in the guided advice: the next question, or in the end the recommendation.

    Begin without answers; put the question to the person; call again with all answers so far.
    """
    case = _case(edition(ctx, kb), answers or {}, task)
    counsel = case.counsel
    begun = Advising(task=case.task, asked=case.asked)
    step = steps.apply(counsel.advice, counsel.model, begun, case.answers, {})
    noted = case.assumed if not case.told else {}
    try:
        reply = counsel.speaker.turn(step, noted=noted)
    except TemplateError as error:
        raise Refused(f"a template of this knowledge base cannot be used: {error}") from error
    return _result(case, reply)


def kb_recommend(
    ctx: Ctx, answers: Answers, task: Task = None, kb: Kb = None
) -> Annotated[CallToolResult, shapes.Advised]:
    """Recommend at once from answers at hand: options ranked, reasons, what would change it.

    What is not answered counts as unknown; of answers that contradict each other, both do.
    """
    case = _case(edition(ctx, kb), answers, task)
    done = steps.finish(Advising(task=case.task, answers=case.answers))
    try:
        reply = case.counsel.speaker.result(done)
    except TemplateError as error:
        raise Refused(f"a template of this knowledge base cannot be used: {error}") from error
    return _result(case, reply)


def _result(case: Case, reply: Reply) -> CallToolResult:
    lines = []
    if case.contradictions:
        lines.append("Contradictions (send the answers again without the one that is wrong):")
        lines += [f"- {one}" for one in case.contradictions]
    return results.of_reply(
        reply,
        "\n".join(lines),
        text=_put(reply.question) if reply.question is not None and not lines else None,
        answers=case.answers,
        contradictions=case.contradictions,
    )


def _put(question: dict[str, Any]) -> str:
    """The next question with the ids of its answers, which the reply's own text has not."""
    given = ", ".join(f"{one['criterion']}: {one['answer']}" for one in question["given"])
    return "\n".join(
        [
            f"Question {question['step']} of about {question['about']}: {question['text']}",
            f"Why it is asked: {question['why']}",
            f"Answers to `{question['criterion']}`, by id:",
            *(f"- `{answer['id']}` {answer['label']}" for answer in question["answers"]),
            *([f"So far: {given}"] if given else []),
        ]
    )


def _case(at: Edition, answers: dict[str, str], task: str | None) -> Case:
    """Ids in place of what was given. Raises Refused."""
    counsel = at.counsel
    if counsel is None:
        raise Refused("this knowledge base has no questions to advise by")
    about, assumed = None, {}
    if task:
        about = settled("task", "tasks", task, task_named(at.bot, task))
        assumed = implied(counsel.advice, at.bot.knowledge.tasks[about].implies)
    told = {}
    for criterion, answer in answers.items():
        id = _criterion(counsel, criterion)
        if id in told:
            raise Refused(f"`{id}` is answered twice")
        told[id] = _answer(counsel, id, answer)
    return Case(counsel, about, assumed, told)


def _criterion(counsel: Counsel, text: str) -> str:
    wanted = folded(text)
    for id, criterion in counsel.advice.criteria.items():
        if wanted in (folded(id), folded(criterion.name)):
            return id
    hint = "`kb_list` with kind `criteria` has all"
    raise unknown("criterion", text, counsel.advice.criteria, hint)


def _answer(counsel: Counsel, criterion: str, text: str) -> str:
    """The id of an answer; its label is as good."""
    known = counsel.advice.criteria[criterion].answers
    labels = {UNKNOWN: counsel.speaker.words["unknown"]}
    labels |= {id: answer.label for id, answer in known.items()}
    wanted = folded(text)
    for id, label in labels.items():
        if wanted in (folded(id), folded(label)):
            return id
    listed = ", ".join(f"`{id}`" for id in (*known, UNKNOWN))
    raise Refused(f"`{criterion}` has no answer {quoted(text)}; it has: {listed}")
