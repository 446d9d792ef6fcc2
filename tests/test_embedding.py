"""In the process of somebody else: many threads, many bases, and nothing of the host's touched."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from sourcebot import Bot, KnowledgeBase, KnowledgeError, Reply, Router
from sourcebot.dialogue import bot as bot_module
from sourcebot.knowledge import cache
from sourcebot.routing import fitting
from sourcebot.routing.passages import Passages
from tests.knowledge.tea import TeaFolder
from tests.knowledge.tea_advice import AdvisingTeaFolder

Item = TypeVar("Item")
Result = TypeVar("Result")

THREADS = 8
TALKS = [
    ["what is green tea", "and why?", "what about black tea?", "/why", "2", "asdf qwer", ""],
    ["difrence green tea black tea", "how do i brew oolong", "the first one", "/new", "and why"],
    ["should I drink black tea for brekfast?", "green card", "hello", "gren tea vs oolonng"],
    ["sencha", "is blak tea and green tea from two plants", "thanks", "x" * 3_000, "🎉", "why"],
]
ADVICE = ["help me decide", "1", "no idea", "why do you ask?", "2", "back", "what is green tea"]
EXAMPLES = [
    *(("where is my card", "card"), ("my card has not arrived", "card")),
    *(("when will the card come", "card"), ("still waiting for my card", "card")),
    *(("i forgot my pin", "pin"), ("how do i change my pin", "pin"), ("my pin is blocked", "pin")),
    *(("send money abroad", "transfer"), ("transfer money", "transfer")),
]
TEXTS = [
    *("my card still hasnt come", "chnage pin", "forgoten pin", "send mony", "weather in rome"),
    *("", "???", "reimbursement", "card pin transfer", "где карта", "where is my card"),
]


@pytest.fixture
def tea(tmp_path: Path) -> TeaFolder:
    """The tea base."""
    return TeaFolder(tmp_path / "tea")


@pytest.fixture
def advising(tmp_path: Path) -> AdvisingTeaFolder:
    """The tea base that can advise."""
    return AdvisingTeaFolder(tmp_path / "advising")


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads that take turns as often as Python lets them, so that races show."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def _at_once(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Do all of it at the same time, a thread for each, beginning together."""
    barrier = threading.Barrier(len(items))

    def begin(item: Item) -> Result:
        barrier.wait(60)
        return work(item)

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(begin, items))


def _talked(bot: Bot, talk: Sequence[str]) -> tuple[list[Reply], dict[str, Any]]:
    conversation = bot.start()
    return [conversation.send(text) for text in talk], conversation.dump()


# Many threads


@pytest.mark.usefixtures("restless")
def test_conversations_at_the_same_time_go_as_they_go_alone(tea: TeaFolder) -> None:
    alone = [_talked(Bot.load(tea.root), talk) for talk in TALKS]
    fresh = Bot.load(tea.root)  # nothing in it has been made yet

    together = _at_once(lambda talk: _talked(fresh, talk), TALKS * 3)

    assert together == alone * 3


@pytest.mark.usefixtures("restless")
def test_advice_given_at_the_same_time_is_the_advice_given_alone(
    advising: AdvisingTeaFolder,
) -> None:
    alone = _talked(Bot.load(advising.root), ADVICE)
    fresh = Bot.load(advising.root)

    assert _at_once(lambda talk: _talked(fresh, talk), [ADVICE] * THREADS) == [alone] * THREADS


def test_the_first_who_are_advised_wait_for_one_adviser(
    advising: AdvisingTeaFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    listen = bot_module.listen

    def counting(knowledge: KnowledgeBase) -> Any:
        made.append(threading.get_ident())
        return listen(knowledge)

    monkeypatch.setattr(bot_module, "listen", counting)
    bot = Bot.load(advising.root)

    advisers = _at_once(lambda _: bot.adviser, range(THREADS))

    assert len(made) == 1
    assert {id(adviser) for adviser in advisers} == {id(bot.adviser)}


def test_who_is_advised_from_one_base_waits_for_no_other(
    advising: AdvisingTeaFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = Bot.load(advising.root), Bot.load(advising.root)
    slow_has_begun, quick_is_done = threading.Event(), threading.Event()
    listen = bot_module.listen

    def waiting(knowledge: KnowledgeBase) -> Any:
        if knowledge is slow.knowledge:
            slow_has_begun.set()
            assert quick_is_done.wait(20)
        return listen(knowledge)

    monkeypatch.setattr(bot_module, "listen", waiting)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(slow.ask, "help me decide")
        assert slow_has_begun.wait(60)
        reply = quick.ask("help me decide")
        quick_is_done.set()

        assert first.result(60) == reply


@pytest.mark.usefixtures("restless")
@pytest.mark.parametrize("nearness", [None, 3.0])
def test_routes_at_the_same_time_are_the_routes_of_one_thread(
    tmp_path: Path, nearness: float | None
) -> None:
    # Saved and loaded, so that index and repairs are made by whoever asks first.
    Router.from_examples(EXAMPLES, nearness=nearness).save(tmp_path / "router")

    def told(router: Router, start: int) -> list[object]:
        texts = [*TEXTS[start:], *TEXTS[:start]]
        routes = router.route_many(texts)
        found = [(route, route.similarity, route.explain()) for route in routes]
        return [*found[-start:], *found[:-start]] if start else [*found]

    alone = told(Router.load(tmp_path / "router"), 0)
    fresh = Router.load(tmp_path / "router")

    assert _at_once(lambda start: told(fresh, start), range(THREADS)) == [alone] * THREADS


def test_routers_are_fitted_one_at_a_time_and_leave_the_threads_of_numpy_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from threadpoolctl import threadpool_info

    fitting_now: list[int] = []
    most: list[int] = []
    try_out = fitting.try_out

    def watched(*given: Any) -> Any:
        fitting_now.append(1)
        most.append(len(fitting_now))
        try:
            return try_out(*given)
        finally:
            fitting_now.pop()

    monkeypatch.setattr(fitting, "try_out", watched)
    before = threadpool_info()

    routers = _at_once(lambda _: Router.from_examples(EXAMPLES), range(4))

    assert most == [1] * 4
    assert threadpool_info() == before
    assert len({json.dumps(router.dump(), sort_keys=True) for router in routers}) == 1


@pytest.mark.usefixtures("own_cache", "restless")
def test_a_base_loaded_by_many_at_once_is_the_same_for_all(tea: TeaFolder) -> None:
    replies = _at_once(lambda _: Bot.load(tea.root).ask("what is oolong"), range(4))

    assert len(set(reply.to_json() for reply in replies)) == 1
    assert replies[0].status == "answered"


async def test_an_event_loop_hands_messages_to_threads(tea: TeaFolder) -> None:
    alone = [_talked(Bot.load(tea.root), talk)[0] for talk in TALKS]
    bot = await asyncio.to_thread(Bot.load, tea.root)

    async def talked(talk: Sequence[str]) -> list[Reply]:
        conversation = bot.start()
        return [await asyncio.to_thread(conversation.send, text) for text in talk]

    assert await asyncio.gather(*map(talked, TALKS)) == alone


def test_a_conversation_may_go_on_in_another_thread_at_every_turn(tea: TeaFolder) -> None:
    bot = Bot.load(tea.root)
    talk = [text for text in TALKS[0] if text != "/why"]
    alone, _ = _talked(bot, talk)
    saved = bot.start().dump()
    replies = []

    for text in talk:
        [(reply, saved)] = _at_once(partial(_one_turn, bot, saved), [text])
        replies.append(reply)

    assert replies == alone


def _one_turn(bot: Bot, saved: Any, text: str) -> tuple[Reply, Any]:
    conversation = bot.resume(json.loads(json.dumps(saved)))
    return conversation.send(text), conversation.dump()


# Many bases


@pytest.mark.usefixtures("restless")
def test_bases_do_not_leak_into_one_another(
    tmp_path: Path, tea: TeaFolder, advising: AdvisingTeaFolder
) -> None:
    other = TeaFolder(tmp_path / "other")
    other.replace("kb.yaml", "name: tea", "name: leaves")
    other.replace("concepts/oolong.yaml", "name: oolong", "name: wulong")
    other.write("content/answers/entry.md.j2", "Otherwise: {{ entries[0].summary.text }}")
    folders = [tea.root, advising.root, other.root, None]
    talk = [text for talk in TALKS for text in talk]
    alone = [_talked(Bot.load(folder), talk) for folder in folders]
    bots = [Bot.load(folder) for folder in folders]

    together = _at_once(lambda bot: _talked(bot, talk), bots * 2)

    assert together == alone * 2
    stamps = [{reply.kb for reply in replies} for replies, _ in alone]
    assert stamps == [{bot.knowledge.stamp} for bot in bots]
    assert len(set.union(*stamps)) == len(folders)


def test_routers_do_not_leak_into_one_another() -> None:
    cards = Router.from_examples(EXAMPLES)
    before = cards.route_many(TEXTS)

    shop = Router.from_examples([("where is my parcel", "parcel"), ("refund please", "refund")])
    shop.route_many(TEXTS)

    assert cards.route_many(TEXTS) == before
    assert shop.labels == ("parcel", "refund")


@pytest.mark.skipif(not hasattr(os, "pread"), reason="deleted files cannot be read here")
def test_a_base_stays_as_it_was_loaded_while_its_files_change_and_its_cache_is_emptied(
    tea: TeaFolder, own_cache: Path
) -> None:
    expected = [_talked(Bot.load(tea.root), talk) for talk in TALKS]
    bot = Bot.load(tea.root)

    tea.replace("concepts/oolong.yaml", "of 90 degrees on oolong", "of 40 degrees on oolong")
    for file in own_cache.iterdir():
        file.unlink()

    assert [_talked(bot, talk) for talk in TALKS] == expected
    assert Bot.load(tea.root).knowledge.digest != bot.knowledge.digest


def test_a_base_takes_nothing_from_an_edition_that_is_not_its_own(
    tea: TeaFolder, own_cache: Path
) -> None:
    KnowledgeBase.load(tea.root)
    base = KnowledgeBase.load(tea.root)
    tea.replace("concepts/oolong.yaml", "name: oolong", "name: wulong")
    [compiled] = own_cache.glob("*-kb-*")

    compiled.write_bytes(b"")  # in place, so that also who holds it open sees it

    with pytest.raises(KnowledgeError, match="edited after it was loaded"):
        base.entries["define:oolong"]


@pytest.mark.usefixtures("own_cache")
def test_the_cache_has_room_for_many_bases_and_is_bounded(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "ROOM", 1_000)
    for number in range(30):
        cache.write_cached("kb", f"{number:032}", bytes(100))
        (written,) = own_cache.glob(f"*-{number:032}.json")
        os.utime(written, (number, number))

    kept = sorted(path.stem[-2:] for path in own_cache.iterdir())

    assert kept == [f"{number}" for number in range(20, 30)]


def test_a_bot_that_is_let_go_is_freed(advising: AdvisingTeaFolder) -> None:
    bot = Bot.load(advising.root)
    _talked(bot, [*TALKS[0], *ADVICE])
    gone = weakref.ref(bot)

    del bot
    gc.collect()

    assert gone() is None


def test_messages_of_ever_new_words_take_no_more_room() -> None:
    import tracemalloc

    passages = Passages.build([("one", ["leaf", "tea"]), ("two", ["pot"])])

    def ask(start: int) -> None:
        for number in range(start, start + 20_000):
            passages.search([f"word{number}"])

    ask(0)
    tracemalloc.start()
    try:
        ask(20_000)
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # What was kept before is dropped for what is kept now, which alone is traced.
    assert grown < 4_096 * 400


# The host's process

# What libraries do to a process when they are loaded is theirs, so they are there before.
_STATE = """
import jinja2, msgspec, numpy, platformdirs, rapidfuzz.process, scipy.optimize, scipy.sparse, yaml
import markdown_it, threadpoolctl
import decimal, json, locale, logging, os, random, signal, sys, threading, time, warnings

def state():
    return {
        "signals": [str(signal.getsignal(number)) for number in signal.valid_signals()],
        "locale": locale.setlocale(locale.LC_ALL),
        "warnings": [str(rule) for rule in warnings.filters],
        "loggers": sorted(logging.root.manager.loggerDict),
        "handlers": [str(handler) for handler in logging.root.handlers],
        "level": logging.root.level,
        "threads": [thread.name for thread in threading.enumerate()],
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "umask": (mask := os.umask(0), os.umask(mask))[0],
        "hooks": [str(hook) for hook in (sys.excepthook, sys.displayhook, threading.excepthook)],
        "streams": [id(stream) for stream in (sys.stdin, sys.stdout, sys.stderr)],
        "limits": [sys.getrecursionlimit(), sys.getswitchinterval(), sys.get_int_max_str_digits()],
        "random": hash(random.getstate()),
        "decimal": str(decimal.getcontext()),
        "path": sys.path,
    }

before = state()
"""
_USE = """
import sourcebot
from sourcebot import *
bot = Bot.load(sys.argv[1])
conversation = bot.start()
for text in ("what is green tea", "and why?", "help me decide", "1", "/why", "gibberisch"):
    conversation.send(text)
bot.resume(json.loads(json.dumps(conversation.dump())))
router = Router.from_examples([("where is my card", "card"), ("i forgot my pin", "pin")])
router.save(sys.argv[2])
router = Router.load(sys.argv[2])
router.route("forgoten pin").explain()
after = state()
print(json.dumps({key: [before[key], after[key]] for key in before if before[key] != after[key]}))
"""


def _in_a_process_of_its_own(code: str, *arguments: Path, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_no_setting_of_the_process_is_touched(advising: AdvisingTeaFolder, tmp_path: Path) -> None:
    said = _in_a_process_of_its_own(_STATE + _USE, advising.root, tmp_path / "router", cwd=tmp_path)

    assert json.loads(said) == {}


def test_nothing_is_written_outside_of_the_cache(
    advising: AdvisingTeaFolder, tmp_path: Path, home: Path, own_cache: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    before = _files(tmp_path)

    _in_a_process_of_its_own(_STATE + _USE, advising.root, tmp_path / "router", cwd=elsewhere)

    written = {path for path in _files(tmp_path) - before if own_cache not in path.parents}
    assert written == {tmp_path / "router"}
    assert _files(own_cache) != set()
    assert list(home.iterdir()) == []


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_a_router_is_written_without_asking_for_the_umask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(mask: int) -> int:
        raise AssertionError("to read the umask is to set it, for all threads")

    monkeypatch.setattr(os, "umask", refuse)
    router = Router.from_examples(EXAMPLES)

    _at_once(router.save, [tmp_path / "one", tmp_path / "two"])

    assert Router.load(tmp_path / "one").route_many(TEXTS) == router.route_many(TEXTS)


@pytest.mark.skipif(os.name == "nt", reason="needs a umask")
def test_a_saved_router_has_the_permissions_that_the_umask_leaves(tmp_path: Path) -> None:
    code = (
        "import os, sys; os.umask(0o027); from sourcebot import Router; "
        "Router.from_examples([('a b', 'x')]).save(sys.argv[1])"
    )

    _in_a_process_of_its_own(code, tmp_path / "router", cwd=tmp_path)

    assert (tmp_path / "router").stat().st_mode & 0o777 == 0o640
