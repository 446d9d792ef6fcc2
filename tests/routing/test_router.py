"""`Router`: what a help desk embeds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sourcebot import Route, Router, SourcebotError
from sourcebot.errors import RouterFileError
from sourcebot.routing.router import ExamplesError
from sourcebot.routing.storage import write_router
from sourcebot.routing.text import MAX_CHARACTERS

EXAMPLES = [
    ("where is my card", "card_arrival"),
    ("my card has not arrived", "card_arrival"),
    ("when will my new card come", "card_arrival"),
    ("how long does the card take to arrive", "card_arrival"),
    ("still waiting for my card", "card_arrival"),
    ("i forgot my pin", "pin"),
    ("how do i change my pin", "pin"),
    ("my pin is blocked", "pin"),
    ("what is my pin code", "pin"),
    ("reset the pin of my card", "pin"),
    ("how do i send money abroad", "transfer"),
    ("transfer money to another account", "transfer"),
    ("my transfer has not arrived", "transfer"),
    ("how long does a transfer take", "transfer"),
    ("cancel a transfer", "transfer"),
]
OUTSIDE = ["what is the weather today", "tell me a joke", "who won the match", "book a table"]
TEXTS = [
    *("my card still hasnt come", "change pin", "send money", "weather in rome", "", "???", "  "),
    *("карта", "🎉", "card pin transfer", "waiting for the new card", "x" * 5_000),
]


@pytest.fixture(scope="module")
def router() -> Router:
    return Router.from_examples(EXAMPLES, out_of_scope=OUTSIDE)


def _told(route: Route) -> tuple[object, ...]:
    return (route.text, route.intent, route.confidence, route.ranking, route.similarity)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        *EXAMPLES,
        ("my card still hasnt come", "card_arrival"),
        ("WHERE IS MY CARD???", "card_arrival"),
        ("where is my crad", "card_arrival"),
        ("how to change the pin of it", "pin"),
        ("i want to transfer some money abroad", "transfer"),
    ],
)
def test_a_text_is_routed_to_the_intent_whose_examples_it_is_like(
    router: Router, text: str, intent: str
) -> None:
    route = router.route(text)

    assert route.text == text
    assert route.intent == intent
    assert route.ranking[0] == (intent, route.confidence)
    assert router.bar <= route.confidence <= 1


def test_an_example_itself_is_as_similar_as_can_be(router: Router) -> None:
    similarities = [router.route(text).similarity for text, _ in EXAMPLES]

    assert max(similarities) <= 1
    assert min(similarities) > 0.99


@pytest.mark.parametrize("text", [*OUTSIDE, "do elephants sleep", "карта", "🎉🎉", "asdf qwertz"])
def test_where_nothing_fits_the_intent_is_none_and_the_ranking_is_not_empty(
    router: Router, text: str
) -> None:
    route = router.route(text)

    assert route.intent is None
    assert {intent for intent, _ in route.ranking} <= set(router.labels)
    assert route.ranking


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u00a0"])
def test_the_ranking_of_a_blank_text_is_empty(router: Router, text: str) -> None:
    route = router.route(text)

    assert (route.intent, route.confidence, route.ranking) == (None, 0.0, ())
    assert route.explain() == ()


def test_the_ranking_is_best_first_and_names_each_intent_once(router: Router) -> None:
    for text in TEXTS:
        ranking = router.route(text).ranking

        confidences = [confidence for _, confidence in ranking]
        assert confidences == sorted(confidences, reverse=True)
        assert len({intent for intent, _ in ranking}) == len(ranking)


def test_the_bar_comes_from_the_examples(router: Router) -> None:
    assert 0 < router.bar < 1
    assert router.labels == ("card_arrival", "pin", "transfer")


def test_synonyms_bring_texts_nearer() -> None:
    examples = [("benefits of tea", "good"), ("dangers of tea", "bad"), ("price of tea", "cost")]
    plain = Router.from_examples(examples)
    told = Router.from_examples(examples, synonyms={"plus": ["benefit", "perks", "upside"]})

    assert told.route("perks of tea").ranking[0][0] == "good"
    assert told.route("perks of tea").similarity > plain.route("perks of tea").similarity


def test_an_explanation_names_examples_and_words(router: Router) -> None:
    first, second = router.route("my new card has not come").explain()

    assert (first.intent, second.intent) == tuple(
        intent for intent, _ in router.route("my new card has not come").ranking[:2]
    )
    assert first.intent == "card_arrival"
    assert {text for text, _ in first.examples} <= {
        text for text, label in EXAMPLES if label == "card_arrival"
    }
    assert "card" in first.words
    assert all(0 <= similarity <= 1 for _, similarity in first.examples)


def test_the_words_of_an_explanation_stand_in_the_text_or_an_example(router: Router) -> None:
    typed = "how long until it has arrived"

    [first, *_] = router.route(typed).explain()

    words = set(" ".join([typed, *(text for text, _ in first.examples)]).split())
    assert first.words
    assert set(first.words) <= words


def test_many_texts_get_the_routes_that_each_gets(router: Router) -> None:
    many = router.route_many(iter(TEXTS))

    assert [_told(route) for route in many] == [_told(router.route(text)) for text in TEXTS]


def test_a_route_is_told_apart_by_what_it_tells(router: Router) -> None:
    route = router.route("change pin")

    assert route == router.route("change pin")
    assert "0x" not in repr(route)


def test_threads_may_share_a_router(router: Router) -> None:
    expected = [_told(router.route(text)) for text in TEXTS]

    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: [_told(r) for r in router.route_many(TEXTS)], range(16)))

    assert runs == [expected] * 16


def test_a_saved_router_gives_the_same_routes(router: Router, tmp_path: Path) -> None:
    router.save(tmp_path / "saved")

    loaded = Router.load(str(tmp_path / "saved"))

    assert (loaded.labels, loaded.bar) == (router.labels, router.bar)
    for text in TEXTS:
        assert _told(loaded.route(text)) == _told(router.route(text))
        assert loaded.route(text).explain() == router.route(text).explain()


def test_a_saved_router_with_synonyms_gives_the_same_routes(tmp_path: Path) -> None:
    router = Router.from_examples(EXAMPLES, synonyms={"wait": ["waiting", "long"]})
    router.save(tmp_path / "saved")

    loaded = Router.load(tmp_path / "saved")

    assert [_told(r) for r in loaded.route_many(TEXTS)] == [
        _told(r) for r in router.route_many(TEXTS)
    ]


def test_a_router_with_any_name_of_a_synonym_set_can_be_loaded(tmp_path: Path) -> None:
    router = Router.from_examples(EXAMPLES, synonyms={"to\nwait": ["waiting", "long"]})
    router.save(tmp_path / "saved")

    assert _told(Router.load(tmp_path / "saved").route("long")) == _told(router.route("long"))


def test_saving_again_writes_the_same_bytes(router: Router, tmp_path: Path) -> None:
    router.save(tmp_path / "one")
    Router.load(tmp_path / "one").save(tmp_path / "two")
    Router.from_examples(EXAMPLES, out_of_scope=OUTSIDE).save(tmp_path / "three")

    one, two, three = ((tmp_path / name).read_bytes() for name in ("one", "two", "three"))
    assert one == two == three


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    code = (
        "import json, sys; from sourcebot import Router\n"
        "examples = [tuple(pair) for pair in json.load(sys.stdin)]\n"
        "Router.from_examples(examples).save(sys.argv[1])\n"
    )
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / seed)],
            input=json.dumps(EXAMPLES),
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
            timeout=60,
            check=True,
        )

    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_examples_with_any_characters_are_saved(tmp_path: Path) -> None:
    router = Router.from_examples([("my \ud800 card", "a\n"), ("привет 🎉 \x00", "б")])

    router.save(tmp_path / "saved")

    loaded = Router.load(tmp_path / "saved")
    assert _told(loaded.route("card")) == _told(router.route("card"))


def test_saving_over_a_router_leaves_no_other_files(router: Router, tmp_path: Path) -> None:
    router.save(tmp_path / "saved")
    router.save(tmp_path / "saved")

    assert [path.name for path in tmp_path.iterdir()] == ["saved"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"{}",
        b"[]",
        b"null",
        b"42\n{}",
        b"\x80\x04\x95pickle",
        b"\xff\xfe\x00",
        b"name: a yaml file\n",
        b'{"format": "another-router", "version": 1}\n{}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda data: repr(data[:20]),
)
def test_a_foreign_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)

    with pytest.raises(RouterFileError) as caught:
        Router.load(path)

    assert str(caught.value) == f"{path}: not a saved router; make one with Router.save"


def test_a_file_of_another_version_is_refused(router: Router, tmp_path: Path) -> None:
    path = tmp_path / "saved"
    router.save(path)
    head, _, body = path.read_text("utf-8").partition("\n")
    path.write_text(json.dumps({**json.loads(head), "version": 99}) + "\n" + body, "utf-8")

    with pytest.raises(RouterFileError, match=r"another version \(format 99"):
        Router.load(path)


@pytest.mark.parametrize("share", [0.5, 0.99])
def test_a_file_that_was_cut_short_is_refused(router: Router, tmp_path: Path, share: float) -> None:
    path = tmp_path / "saved"
    router.save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])

    with pytest.raises(RouterFileError, match="damaged or cut short"):
        Router.load(path)


def test_a_file_in_which_one_letter_changed_is_refused(router: Router, tmp_path: Path) -> None:
    path = tmp_path / "saved"
    router.save(path)
    path.write_text(path.read_text("utf-8").replace("card_arrival", "card_arrivul", 1), "utf-8")

    with pytest.raises(RouterFileError, match="damaged"):
        Router.load(path)


@pytest.mark.parametrize("content", [{}, [], None, "text", {"labels": []}], ids=repr)
def test_a_sound_file_that_holds_no_router_is_refused(tmp_path: Path, content: Any) -> None:
    write_router(tmp_path / "saved", content)

    with pytest.raises(RouterFileError):
        Router.load(tmp_path / "saved")


def test_a_file_that_is_not_there_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Router.load(tmp_path / "nothing")


def test_a_folder_that_is_not_there_is_an_oserror(router: Router, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        router.save(tmp_path / "nowhere" / "saved")


@pytest.mark.parametrize("examples", [[], [("", "a")], [("?!", "a"), ("\u200b", "b")]], ids=repr)
def test_where_there_is_nothing_to_learn_from_it_says_so(examples: list[tuple[str, str]]) -> None:
    with pytest.raises(ExamplesError, match="no examples; give at least one"):
        Router.from_examples(examples)


@pytest.mark.parametrize("pair", [("a", 1), ("a", None), (1, "a"), (b"a", "b")], ids=repr)
def test_a_phrase_or_label_that_is_no_text_is_named_with_its_place(pair: Any) -> None:
    with pytest.raises(ExamplesError, match="example 2: phrase and label must be text"):
        Router.from_examples([("fine", "a"), pair])


@pytest.mark.parametrize("pair", [("a",), ("a", "b", "c"), None, 1, "ab"], ids=repr)
def test_what_is_no_pair_is_named_with_its_place(pair: Any) -> None:
    with pytest.raises(ExamplesError, match="example 2"):
        Router.from_examples([("fine", "a"), pair])


def test_an_empty_label_is_named_with_its_place() -> None:
    with pytest.raises(ExamplesError, match="example 1: the label of `a` is empty"):
        Router.from_examples([("a", " ")])


def test_errors_of_examples_are_value_errors_and_sourcebots_own() -> None:
    assert issubclass(ExamplesError, ValueError)
    assert issubclass(ExamplesError, SourcebotError)


def test_one_intent_alone_is_told_from_nothing() -> None:
    router = Router.from_examples([("where is my card", "card"), ("my card is lost", "card")])

    assert router.route("where is my card").intent == "card"
    assert router.route("do elephants sleep").intent is None


def test_one_single_example_is_enough() -> None:
    router = Router.from_examples([("where is my card", "card")])

    assert router.route("where is my card").intent == "card"
    assert router.route("elephants").intent is None


def test_an_example_given_twice_counts_once() -> None:
    once = Router.from_examples(EXAMPLES)
    twice = Router.from_examples([*EXAMPLES, *EXAMPLES])

    assert [_told(r) for r in once.route_many(TEXTS)] == [_told(r) for r in twice.route_many(TEXTS)]


def test_an_example_of_two_intents_ranks_both_alike() -> None:
    router = Router.from_examples(
        [*EXAMPLES, ("my order is late", "late"), ("my order is late", "orders")]
    )

    route = router.route("my order is late")

    assert {intent for intent, _ in route.ranking[:2]} == {"late", "orders"}
    assert route.ranking[0][0] == "late"


def test_examples_in_another_script_are_learnt() -> None:
    router = Router.from_examples(
        [("где моя карта", "card"), ("карта не пришла", "card"), ("забыл пин код", "pin")]
    )

    assert router.route("моя карта").ranking[0][0] == "card"


def test_the_order_of_the_examples_does_not_change_the_intents(router: Router) -> None:
    turned = Router.from_examples(EXAMPLES[::-1], out_of_scope=OUTSIDE)

    for text in TEXTS:
        assert turned.route(text).intent == router.route(text).intent


def test_a_huge_text_is_routed_as_its_beginning(router: Router) -> None:
    text = "where is my card " * 100_000

    assert router.route(text).ranking == router.route(text[:MAX_CHARACTERS]).ranking


def test_thousands_of_examples_are_learnt() -> None:
    examples = [(f"word{n} word{n % 97} of intent", f"intent{n % 50}") for n in range(2_000)]

    router = Router.from_examples(examples)

    assert router.route("word1500 word45 of intent").intent == "intent0"


@given(st.text(max_size=400))
@example("\ud800")
@example("\x00" * 400)
@example("card\u200b" * 80)
@example("ﷺ" * 400)
def test_any_text_is_routed_with_a_confidence_between_0_and_1(router: Router, text: str) -> None:
    route = router.route(text)

    assert 0 <= route.confidence <= 1
    assert 0 <= route.similarity <= 1
    assert all(0 <= confidence <= 1 for _, confidence in route.ranking)
    assert route.intent is None or route.intent == route.ranking[0][0]
    assert len(route.explain()) <= 2


_PHRASE = st.lists(st.sampled_from(["card", "pin", "my", "lost", "where", "not"]), max_size=5)


@given(
    st.lists(st.tuples(_PHRASE.map(" ".join), st.sampled_from("abc")), min_size=1, max_size=12),
    _PHRASE.map(" ".join),
)
def test_any_examples_make_a_router_whose_ranking_is_best_first(
    examples: list[tuple[str, str]], text: str
) -> None:
    try:
        router = Router.from_examples(examples)
    except ExamplesError:
        return

    confidences = [confidence for _, confidence in router.route(text).ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= confidence <= 1 for confidence in confidences)
