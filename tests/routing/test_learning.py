"""What a router learns from its examples: weights, confidence, the bar."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcebot import Router
from sourcebot.routing.calibrating import Trials, calibrate, odds
from sourcebot.routing.calibration import SUREST, log_odds
from sourcebot.routing.examples import KnownPhrases
from sourcebot.routing.text import stem
from sourcebot.routing.vectors import DIMENSIONS, word_vectors

SUBJECTS = {
    "refund": ["refund", "money back", "refunded amount", "paid twice"],
    "parcel": ["parcel", "package", "shipment", "order I placed"],
    "password": ["password", "login", "account access", "sign in"],
    "opening": ["opening hours", "closing time", "when you open", "open on sunday"],
    "size": ["shoe size", "size chart", "which size fits", "measurements"],
    "job": ["vacancy", "work for you", "job opening", "career"],
}
FRAMES = [
    "where is my {}", "i have a question on the {}", "please help with {}", "{} problem again",
    "tell me about {}", "what happened to the {}", "{}", "need information: {}",
]  # fmt: skip
EXAMPLES = [
    (frame.format(name), label)
    for label, names in SUBJECTS.items()
    for number, name in enumerate(names)
    for frame in FRAMES[number % 2 :: 2]
]
ASKED = [
    (frame.format(name), label)
    for label, names in SUBJECTS.items()
    for number, name in enumerate(names)
    for frame in FRAMES[(number + 1) % 2 :: 2]
]


@pytest.fixture(scope="module")
def router() -> Router:
    return Router.from_examples(EXAMPLES)


def test_phrases_it_has_not_seen_are_routed(router: Router) -> None:
    right = [router.route(text).ranking[0][0] == label for text, label in ASKED]

    assert sum(right) >= 0.95 * len(right)


def test_a_word_that_no_example_has_is_understood_by_its_meaning(router: Router) -> None:
    for text, label in (("reimbursement", "refund"), ("employment", "job"), ("delivery", "parcel")):
        assert all(stem(text) not in map(stem, example.split()) for example, _ in EXAMPLES)
        assert router.route(text).ranking[0][0] == label, text


def test_typing_errors_are_repaired_before_anything_is_made_of_them(router: Router) -> None:
    assert router.route("passwrod").ranking == router.route("password").ranking
    assert router.route("my pacakge").ranking == router.route("my package").ranking


def test_a_typing_error_in_a_word_that_no_example_has_is_repaired_too(router: Router) -> None:
    for text, label in (("reimbursment", "refund"), ("emploiment", "job")):
        assert router.route(text).ranking[0][0] == label, text


def test_the_name_of_a_label_counts_as_a_phrase() -> None:
    examples = [("number one", "dog_food"), ("number two", "cat_food"), ("number three", "birds")]

    assert Router.from_examples(examples).route("cats").ranking[0][0] == "cat_food"
    told = Router.from_examples(examples, as_written=True).route("cats")
    assert told.intent is None


def test_numpy_and_plain_python_score_alike_to_the_last_digit(router: Router) -> None:
    weights = router._weights
    for text in ("where is my parcel", "reimbursement of zebras", "", "open", "x y z"):
        numbers, factors, *_ = weights._weigh(text.split())

        plain = weights._sums(numbers, factors)

        assert list(weights._sums_by_numpy(numbers, factors)) == list(plain)


def test_a_process_without_numpy_gives_the_same_routes(router: Router) -> None:
    texts = [text for text, _ in ASKED] + ["reimbursement", "zebra", "pasword"]
    code = (
        "import json, sys\n"
        "from sourcebot.routing.router import Router\n"
        "dump, texts = json.load(sys.stdin)\n"
        "routes = [Router.resume(dump).route(text) for text in texts]\n"
        "assert 'numpy' not in sys.modules\n"
        "print(json.dumps([[r.intent, r.confidence, r.ranking] for r in routes]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps([router.dump(), texts]),
        capture_output=True,
        text=True,
        check=True,
    )

    here = [[r.intent, r.confidence, r.ranking] for r in router.route_many(texts)]
    assert json.loads(done.stdout) == json.loads(json.dumps(here))


def test_the_bar_may_be_set_by_the_share_of_questions_one_may_lose(router: Router) -> None:
    shares = (0.0, 0.05, 0.2, 0.5, 1.0)
    bars = [router.losing(share).bar for share in shares]

    assert bars == sorted(bars)
    assert bars[0] == 0
    assert all(router.losing(0).route(text).intent is not None for text, _ in ASKED)
    new = [text for text, _ in ASKED if text not in dict(EXAMPLES)]
    assert all(router.losing(1).route(text).intent is None for text in new)
    assert Router.from_examples(EXAMPLES, may_lose=0.05).bar == bars[1]


def test_a_router_that_was_moved_is_saved_with_its_bar(router: Router, tmp_path: Path) -> None:
    moved = router.losing(0.3)
    moved.save(tmp_path / "moved")

    loaded = Router.load(tmp_path / "moved")

    assert loaded.bar == moved.bar != router.bar
    assert loaded.losing(0.05).bar == router.losing(0.05).bar


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_that_is_none_is_refused(router: Router, share: float) -> None:
    with pytest.raises(ValueError, match="give one from 0 to 1"):
        router.losing(share)


def test_what_was_given_as_out_of_scope_is_out_of_scope() -> None:
    outside = ["sing me a song", "sing something", "who sings this song", "do you sing songs"]
    router = Router.from_examples(EXAMPLES, out_of_scope=outside)

    for text in [*outside, "please sing that song"]:
        assert router.route(text).intent is None, text
    assert router.route("where is my shipment").intent == "parcel"


def test_a_phrase_that_two_labels_share_belongs_to_neither_for_sure() -> None:
    shared = [*EXAMPLES, ("hello", "parcel"), ("hello", "size")]
    route = Router.from_examples(shared).route("hello")

    assert {label for label, _ in route.ranking[:2]} == {"parcel", "size"}
    assert route.confidence < 0.9


def test_an_example_word_for_word_is_nearly_certain(router: Router) -> None:
    for text, label in EXAMPLES:
        route = router.route(text.upper() + "!")
        assert (route.intent, route.confidence >= 0.99) == (label, True), text


@pytest.mark.parametrize("text", ["zebra xylophone", "原子力", "карта", "1234567", "🎉"])
def test_what_no_example_resembles_is_not_in_scope(router: Router, text: str) -> None:
    assert router.route(text).intent is None


def test_a_million_characters_cost_no_more_than_the_longest_message(router: Router) -> None:
    long = "my parcel is lost " * 60_000

    assert router.route(long).ranking == router.route(long[:4_000]).ranking


def test_texts_without_spaces_are_routed_by_their_characters() -> None:
    router = Router.from_examples(
        [
            ("退款在哪里", "refund"),
            ("我要退款", "refund"),
            ("营业时间", "hours"),
            ("几点营业", "hours"),
        ]
    )

    assert router.route("退款").ranking[0][0] == "refund"
    assert router.route("营业").ranking[0][0] == "hours"


def test_an_explanation_names_the_words_that_spoke_for_a_label(router: Router) -> None:
    first, second = router.route("reimbursement for the parcel").explain()

    words = {first.intent: first.words, second.intent: second.words}
    assert words["refund"][0] == "reimbursement"
    assert words["parcel"][0] == "parcel"


@given(st.lists(st.floats(-40, 40), min_size=2, max_size=9))
def test_log_odds_are_the_same_one_at_a_time_and_many_at_once(logits: list[float]) -> None:
    best = max(range(len(logits)), key=lambda number: logits[number])
    rows = np.array([logits])

    assert log_odds(logits, best) == pytest.approx(odds(rows, np.array([best]))[0], abs=1e-6)
    assert -SUREST <= log_odds(logits, best) <= SUREST


def test_a_stated_confidence_is_right_so_often() -> None:
    rng = np.random.default_rng(0)
    signal = rng.normal(0, 2, 4_000)
    right = rng.random(4_000) < 1 / (1 + np.exp(-(0.5 + 1.2 * signal)))
    trials = Trials(np.c_[signal, np.ones(4_000)], right, np.ones(4_000, dtype=np.bool_))

    calibration = calibrate(trials, 50)

    stated = np.array([calibration.confidence(s, 1.0) for s in signal])
    for low in np.arange(0, 1, 0.2):
        among = (stated >= low) & (stated < low + 0.2)
        assert abs(stated[among].mean() - right[among].mean()) < 0.05


def test_the_bar_parts_texts_inside_from_texts_outside() -> None:
    signals = np.r_[np.full(100, 3.0), np.full(100, -3.0)]
    inside = np.arange(200) < 100

    calibration = calibrate(Trials(np.c_[signals, np.ones(200)], inside, inside), 10)

    low, high = (calibration.confidence(value, 1.0) for value in (-3.0, 3.0))
    assert low < calibration.bar < high


def test_known_phrases_are_told_from_all_others() -> None:
    known = KnownPhrases.of([["a", "b"], ["c"], ["d"], ["d"]], [0, 1, 0, 1])

    assert [known.label(words) for words in (["a", "b"], ["c"], ["d"], ["b", "a"], [])] == [
        0, 1, None, None, None,
    ]  # fmt: skip


def test_words_that_mean_much_the_same_have_vectors_that_point_the_same_way() -> None:
    table = word_vectors()

    def alike(one: str, other: str) -> int:
        vectors = [table.find(stem(word)) for word in (one, other)]
        assert all(vector is not None and len(vector) == DIMENSIONS for vector in vectors)
        return sum(a * b for a, b in zip(*vectors, strict=True))  # type: ignore[arg-type]

    assert alike("refund", "reimbursement") > alike("refund", "window")
    assert alike("employee", "staff") > alike("employee", "banana")


@pytest.mark.parametrize("word", ["", "qwxz", "über", "refundx", "a\nb"])
def test_a_word_that_the_table_lacks_has_no_vector(word: str) -> None:
    assert word_vectors().find(word) is None
    assert word not in word_vectors()
