"""Grading in free words: what passes, what does not, and what is named as missing."""

from __future__ import annotations

import pytest

from sourcebot import Bot
from sourcebot.learning.grading import Graded, Grader
from sourcebot.learning.items.free import free_items
from sourcebot.learning.items.item import Item
from tests.knowledge.tea import TeaFolder
from tests.learning.test_free import lesson_on

POINTS = """\
    points:
      - title: Fresh taste
        text: It tastes of grass and spring.
        sources: [leaf-book]
      - title: Little caffeine
        text: It lets you sleep at night.
        sources: [leaf-book]
      - title: Good for teeth
        text: It holds fluoride, which makes teeth hard.
        sources: [pot-board]
      - title: Low price
        text: Many cups are brewed from the same leaves, so it costs little.
        sources: [pot-board]
"""


class Examiner:
    """Grades answers to the exercises of one base."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.grader = Grader(bot)

    def item(self, id: str) -> Item:
        """The exercise of an id."""
        _, aspect, concept = id.split(":")
        made = free_items(self.bot.knowledge, lesson_on(concept, aspects=(aspect,)))
        return next(item for item in made if item.id == id)

    def grade(self, id: str, text: str) -> Graded:
        """Grade an answer to the exercise of an id."""
        item = self.item(id)
        assert item.free is not None
        return self.grader.grade(item.free, item.about, text)


@pytest.fixture(scope="module")
def shipped() -> Examiner:
    """Over the shipped base."""
    return Examiner(Bot.load())


@pytest.fixture(scope="module")
def tea(tmp_path_factory: pytest.TempPathFactory) -> Examiner:
    """Over the tea base, with a list of reasons."""
    root = tmp_path_factory.mktemp("tea")
    text = "      text: People drink green tea for its fresh taste.\n      sources: [leaf-book]\n"
    TeaFolder(root).replace("concepts/green-tea.yaml", text, text + POINTS)
    return Examiner(Bot.load(root))


@pytest.mark.parametrize(
    ("id", "text"),
    [
        ("free:define:offshoring", "A business has some of its jobs done in a foreign country."),
        ("free:define:offshoring", "work goes abroad, own staff or supplier"),
        ("free:define:offshoring", "own staf or suplier, wrk goes abraod"),
        ("free:define:nearshoring", "moving work over the border, but only to a place close by"),
        ("free:define:sla", "says how good the service has to be and what happens if it is not"),
        ("free:reasons:offshoring", "low wages, tax advantges"),
        ("free:reasons:offshoring", "tax advantages and pay is lower"),
        ("free:risks:outsourcing", "You lose control. Data leak out."),
    ],
)
def test_right_answers_pass_in_any_words_and_order(shipped: Examiner, id: str, text: str) -> None:
    """Own words, notes, typing errors."""
    graded = shipped.grade(id, text)
    assert graded == Graded(covered=graded.covered, right=True)


@pytest.mark.parametrize("id", ["free:define:offshoring", "free:reasons:nearshoring"])
@pytest.mark.parametrize(
    "text",
    ["", "  \n", "offshoring", "Nearshoring!", "?!", "asdf qwer zxcv", "I do not know",
     "work " * 700, "work goes abroad " * 400],
)  # fmt: skip
def test_what_is_no_answer_does_not_pass(shipped: Examiner, id: str, text: str) -> None:
    """Nothing, a name, noise, and floods of words."""
    graded = shipped.grade(id, text)
    assert not graded.right
    assert not graded.partly
    assert graded.missing


@pytest.mark.parametrize(
    "id", ["free:define:offshoring", "free:reasons:nearshoring", "free:risks:outsourcing"]
)
def test_to_repeat_the_question_is_no_answer(shipped: Examiner, id: str) -> None:
    """Neither the prompt nor the bare question."""
    item = shipped.item(id)
    assert not shipped.grade(id, item.prompt).right
    assert not shipped.grade(id, item.question).partly


def test_a_neighbour_s_definition_is_named(shipped: Examiner) -> None:
    """Pasted or told."""
    entry = shipped.bot.knowledge.entry("define", ("outsourcing",))
    assert entry is not None
    for text in (entry.summary.text, "You hire another company to do the job for you."):
        graded = shipped.grade("free:define:offshoring", text)
        assert not graded.right
        assert graded.mistaken == "outsourcing"


@pytest.mark.parametrize(
    ("concept", "text"),
    [
        ("core-competency", "give work to another company"),
        ("core-competency", "something important for the company"),
        ("domestic-outsourcing", "hire another firm"),
        ("staff-augmentation", "hire another firm"),
        ("managed-services", "give work to another company"),
        ("outsourcing", "cheaper work"),
    ],
)
def test_a_word_or_two_in_common_with_what_is_asked_for_do_not_define_it(
    shipped: Examiner, concept: str, text: str
) -> None:
    assert not shipped.grade(f"free:define:{concept}", text).right


def test_a_risk_is_no_reason(shipped: Examiner) -> None:
    """The other list is named."""
    graded = shipped.grade(
        "free:reasons:offshoring", "Secrets can leak, and there are hidden costs."
    )
    assert not graded.right
    assert graded.mistaken == "the risks"


def test_one_of_two_is_right_in_part_and_the_rest_is_named(shipped: Examiner) -> None:
    """What was said is not named as missing; to say it twice counts once."""
    for text in ("hidden costs", "hidden costs; costs that are hidden"):
        graded = shipped.grade("free:risks:outsourcing", text)
        assert graded.partly
        assert not graded.right
        assert graded.covered == ("risks:1",)
        assert "Hidden costs" not in graded.missing
        assert graded.missing


def test_the_missing_part_of_a_definition_is_named(shipped: Examiner) -> None:
    """Without the place it is not offshoring."""
    graded = shipped.grade("free:define:offshoring", "Moving some of the work somewhere else.")
    assert not graded.right
    assert any("In another country" in name for name in graded.missing)


def test_every_model_answer_passes(shipped: Examiner) -> None:
    """Of three concepts of different kinds."""
    items = free_items(shipped.bot.knowledge, lesson_on("offshoring", "rpo", "transition"))
    for item in items:
        assert item.free is not None
        assert shipped.grader.grade(item.free, item.about, item.free.model).right, item.id


def test_the_same_answer_is_graded_the_same(shipped: Examiner) -> None:
    """By another grader, too."""
    item, text = shipped.item("free:define:sla"), "an agreement on quality"
    assert item.free is not None
    again = Grader(shipped.bot).grade(item.free, item.about, text)
    assert shipped.grade("free:define:sla", text) == again


def test_definitions_of_another_base_are_graded(tea: Examiner) -> None:
    """Nothing here knows a subject."""
    id = "free:define:green-tea"
    assert tea.grade(id, "leaves that are heated shortly after they were picked").right
    assert not tea.grade(id, "leaves that oxidise fully").right
    assert not tea.grade(id, "my bicycle is broken").right


def test_lists_of_another_base_are_graded(tea: Examiner) -> None:
    """Two of its four points."""
    id = "free:reasons:green-tea"
    assert tea.grade(id, "it is cheap and good for the teeth").right
    graded = tea.grade(id, "you can still sleep at night")
    assert graded.partly
    assert graded.covered == ("reasons:2",)
    assert not tea.grade(id, "the printer is broken").partly
