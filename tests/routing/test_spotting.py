"""Names and signs in a message."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sourcebot.routing.company import Company, mend
from sourcebot.routing.repair import Repairer, listed_in
from sourcebot.routing.signs import SignReader, class_phrases, parse_sign
from sourcebot.routing.spotting import Spotter, name_of
from sourcebot.routing.text import clean, tokenise

ORDINARY = ("it", "in", "house")
NAMES = [
    ("green-tea", "green tea"),
    ("tea", "tea"),
    ("green-tea-ice", "green tea ice cream"),
    ("in-house", "in-house"),
    ("it-support", "IT support"),
    ("it", "IT"),
    ("voip", "VoIP"),
    ("outsourcing", "outsourcing"),
]


@pytest.fixture(scope="module")
def spotter() -> Spotter:
    names = [name_of(owner, "thing", text, ordinary=ORDINARY) for owner, text in NAMES]
    return Spotter(names, ORDINARY)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("what is green tea", ["green-tea"]),
        ("what is tea", ["tea"]),
        ("green tea ice cream and tea", ["green-tea-ice", "tea"]),
        ("tea tea", ["tea", "tea"]),
        ("GREEN TEAS", ["green-tea"]),
        ("green-tea", ["green-tea"]),
        ("greentea", ["green-tea"]),
        ("in house", ["in-house"]),
        ("inhouse", ["in-house"]),
        ("in - house", ["in-house"]),
        ("out sourcing", ["outsourcing"]),
        ("out-sourcing", ["outsourcing"]),
        ("outsourced", ["outsourcing"]),
        ("nothing of ours", []),
        ("", []),
    ],
)
def test_names_are_found_longest_first_whatever_their_spacing_and_inflection(
    spotter: Spotter, text: str, found: list[str]
) -> None:
    assert [spot.owner for spot in spotter.spot(tokenise(clean(text)))] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("should IT be done outside", ["it"]),
        ("should it be done outside", []),
        ("what about it support", ["it-support"]),
        ("SHOULD IT BE DONE", []),
    ],
)
def test_a_name_that_is_an_ordinary_word_counts_in_capitals_only(
    spotter: Spotter, text: str, found: list[str]
) -> None:
    assert [spot.owner for spot in spotter.spot(tokenise(clean(text)))] == found


@pytest.fixture(scope="module")
def repairer() -> Repairer:
    words = [word for _, text in PARTS for word in text.split()]
    return Repairer(dict.fromkeys((*words, "enter"), 5), listed_in("\nis\nof\nsoft\nthe\nwhat\n"))


PARTS = [
    ("captive-center", "captive center"),
    ("nearshoring", "nearshoring"),
    ("payroll", "payroll"),
    ("warehouse", "warehouse"),
    ("software", "software testing"),
    ("unified", "unified communications"),
]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("captive senter", "captive center"),  # alone it would be nearer to "enter"
        ("kaptive senter", "captive center"),
        ("testung of softwere testung", "testing of software testing"),
        ("near shauring", "nearshoring"),
        ("pay rol", "payroll"),
        ("ware hous", "warehouse"),
        ("wer house", "warehouse"),
        ("uni fied communications", "unified communications"),
        ("soft wre testing", "software testing"),
        ("captivesenter", "captive center"),
        ("captyvecenter", "captive center"),
        ("neershoring", "nearshoring"),
        ("what is the zentrum", "what is the zentrum"),
        ("what is captive brulon", "what is captive brulon"),
    ],
)
def test_an_unknown_word_is_read_in_the_company_of_the_names_that_hold_its_neighbours(
    repairer: Repairer, typed: str, meant: str
) -> None:
    company = Company.of(tuple(text.split()) for _, text in PARTS)

    mended = mend(tokenise(typed), repairer, lambda: company, 5)

    assert " ".join(part.meant for part in mended) == meant


def test_words_joined_again_span_what_was_typed(repairer: Repairer) -> None:
    company = Company.of([("payroll",)])

    [_, part] = mend(tokenise("the pay rol"), repairer, lambda: company, 5)

    assert part.typed == "pay rol"
    assert [(token.word, token.start, token.end) for token in part.tokens] == [("payroll", 4, 11)]


def test_no_company_is_asked_where_every_word_is_known(repairer: Repairer) -> None:
    def company() -> Company:
        raise AssertionError

    mended = mend(tokenise("what is the soft payroll"), repairer, company, 5)

    assert [part.meant for part in mended] == ["what", "is", "the", "soft", "payroll"]


def test_a_spot_tells_where_and_how_well_it_matched(spotter: Spotter) -> None:
    [exact] = spotter.spot(tokenise("is green tea good"))
    [joined] = spotter.spot(tokenise("is greentea good"))

    assert (exact.first, exact.last, exact.score, exact.name) == (1, 2, 1.0, "green tea")
    assert (joined.first, joined.last) == (1, 1)
    assert 0.5 < joined.score < 1


def test_a_loose_name_is_marked() -> None:
    spotter = Spotter([name_of("tea", "thing", "green", loose=True)])

    [spot] = spotter.spot(tokenise("green"))

    assert spot.loose


def test_spots_do_not_overlap(spotter: Spotter) -> None:
    spots = spotter.spot(tokenise("green tea ice cream tea green tea"))

    assert [spot.owner for spot in spots] == ["green-tea-ice", "tea", "green-tea"]
    assert all(one.last < other.first for one, other in pairwise(spots))


CLASSES = {
    "move": ["move", "send", "bring in"],
    "work": ["job", "jobs", "piece of work"],
    "abroad": ["abroad", "overseas", "another country"],
}


@pytest.fixture(scope="module")
def reader() -> SignReader:
    signs = [
        parse_sign("away", "<move> <work> <abroad>"),
        parse_sign("hint", "<move> <abroad>?"),
        parse_sign("back", "back home"),
        parse_sign("asked", "<move> <task>"),
    ]
    return SignReader(signs, class_phrases(signs, CLASSES))


def _best(reader: SignReader, text: str) -> str | None:
    matches = reader.read(tokenise(clean(text)))
    return matches[0].label if matches else None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("we send jobs overseas", "away"),
        ("overseas we are sending the job", "away"),
        ("move a piece of work to another country", "away"),
        ("send them overseas", "hint"),
        ("send them", "hint"),
        ("come back to our home", "back"),
        ("jobs overseas", None),
        ("back", None),
        ("", None),
    ],
)
def test_a_sign_is_read_where_its_needed_elements_stand_in_any_order(
    reader: SignReader, text: str, label: str | None
) -> None:
    assert _best(reader, text) == label


def test_the_sign_with_most_elements_comes_first(reader: SignReader) -> None:
    matches = reader.read(tokenise("send jobs overseas"))

    assert [match.label for match in matches] == ["away", "hint"]
    assert [match.elements for match in matches] == [3, 2]
    assert matches[0].positions == (0, 1, 2)


def test_a_word_serves_one_element_only() -> None:
    signs = [parse_sign("both", "<a> <b>")]
    reader = SignReader(signs, class_phrases(signs, {"a": ["x"], "b": ["x", "y"]}))

    assert _best(reader, "x") is None
    assert _best(reader, "x y") == "both"
    assert _best(reader, "x x") == "both"


def test_a_piece_of_work_named_elsewhere_serves_as_task(reader: SignReader) -> None:
    tokens = tokenise("send payroll")

    assert [match.label for match in reader.read(tokens, task_at=[1])] == ["asked", "hint"]
