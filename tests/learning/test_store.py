"""The learners' file: nothing that was kept is lost, and whatever goes wrong is told clearly."""

from __future__ import annotations

import os
import random
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sourcebot.errors import LearningError
from sourcebot.learning import store as store_module
from sourcebot.learning.memory import after
from sourcebot.learning.records import Attended, Kept, Learner, Review, Shown
from sourcebot.learning.schema import VERSION
from sourcebot.learning.store import FILE, Change, Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PERMISSIONS = pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="needs file permissions"
)

# What other processes run: an answer is acknowledged on the pipe once it has been kept.
ANSWERING = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sourcebot.learning import store as store_module
from sourcebot.learning.memory import after
from sourcebot.learning.records import Kept, Review, Shown

store_module._PATIENCE = 100.0
store = store_module.Store(Path(sys.argv[1]))
learner, prefix, most = store.enrol("Ada", datetime.now(UTC)), sys.argv[2], int(sys.argv[3])
for number in range(most):
    def change(kept):
        now = datetime.now(UTC) + timedelta(microseconds=number)
        memory = after(kept.memory if kept else None, "good", now)
        shown = Shown(prompt=f"{prefix}{number}" * 50, answer="yes")
        return Kept(memory, "d" * 16, shown), Review("shared", now, "good")
    store.answer(learner, "tea", "shared", change)
    store.answer(learner, "tea", f"{prefix}{number}", change)
    print(f"{prefix}{number}", flush=True)
"""
LOCKING = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute(sys.argv[2])
print("locked", flush=True)
sys.stdin.read()
"""
FILLING = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from sourcebot.errors import LearningError
from sourcebot.learning.store import Store

path = Path(sys.argv[1])
size = path.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
store = Store(path)
try:
    for number in range(10_000):
        store.enrol(f"{number:080}", datetime.now(UTC))
except LearningError as error:
    print(number, error)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file will be; neither it nor its folder is there yet."""
    return tmp_path / "home" / FILE


@pytest.fixture
def store(path: Path) -> Store:
    """A store without a file."""
    return Store(path)


@pytest.fixture
def ada(store: Store) -> Learner:
    """Somebody who has begun."""
    return store.enrol("Ada", NOON)


def answering(item: str, at: datetime, *, text: str = "green tea") -> Change:
    """An answer to an exercise."""

    def change(kept: Kept | None) -> tuple[Kept, Review]:
        memory = after(kept.memory if kept is not None else None, "good", at)
        return Kept(memory, "0" * 16, Shown(f"What is {text}?", text)), Review(item, at, "good")

    return change


def filled(store: Store, learner: Learner, count: int = 60) -> None:
    """Many answers, so that the file has many pages."""
    for number in range(count):
        item = f"definition:{number}"
        store.answer(learner, "tea", item, answering(item, NOON, text=f"leaf {number} " * 20))


def run(script: str, *arguments: str | Path) -> subprocess.Popen[str]:
    """Another process."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )


def sound(path: Path) -> bool:
    """Whether SQLite finds nothing wrong with a file."""
    with closing(sqlite3.connect(path)) as db:
        return db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# What is kept


def test_without_a_file_there_is_nobody_and_none_is_made(store: Store, path: Path) -> None:
    assert store.learners() == ()
    assert store.find("Ada") is None
    assert not path.parent.exists()


def test_what_was_kept_is_there_for_the_next_process(store: Store, path: Path) -> None:
    ada = store.enrol("Ada", NOON)
    kept = store.answer(ada, "tea", "definition:oolong", answering("definition:oolong", NOON))
    store.attend(ada, "tea", "ideas-1", NOON, done=False)
    store.attend(ada, "tea", "ideas-1", NOON + timedelta(minutes=5), done=True)

    other = Store(path)

    assert other.learners() == (ada,)
    assert ada == Learner(ada.id, "Ada", NOON)
    assert other.kept(ada, "tea") == {"definition:oolong": kept}
    assert other.reviews(ada, "tea") == (Review("definition:oolong", NOON, "good"),)
    assert other.attended(ada, "tea") == {"ideas-1": Attended(NOON, NOON + timedelta(minutes=5))}
    assert other.bases(ada) == ("tea",)
    assert other.kept(ada, "another") == {}


def test_learners_do_not_see_each_other(store: Store, ada: Learner) -> None:
    bob = store.enrol("Bob", NOON)

    store.answer(ada, "tea", "a", answering("a", NOON))

    assert store.kept(bob, "tea") == {}
    assert store.reviews(bob, "tea") == ()
    assert store.learners() == (ada, bob)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Ada", "aDA"),
        ("Jörg", "JÖRG"),
        ("Jörg", "Jo\u0308rg"),
        ("Ada Lovelace", "  ada   lovelace "),
        ("Иван", "иВАН"),
    ],
)
def test_a_name_is_the_same_in_any_case_and_spacing(store: Store, name: str, other: str) -> None:
    learner = store.enrol(name, NOON)

    assert store.find(other) == learner
    assert store.enrol(other, NOON + timedelta(days=1)) == learner
    assert store.learners() == (learner,)


@pytest.mark.parametrize(
    "name", ["", " \t ", "x" * 81, "a\x00b", "a\x1b[2Jb", "\u202eabc", "\ud800"]
)
def test_a_name_that_cannot_be_shown_is_refused(store: Store, path: Path, name: str) -> None:
    with pytest.raises(LearningError, match="1 to 80 characters"):
        store.enrol(name, NOON)

    assert store.find(name) is None
    assert not path.exists()


@pytest.mark.parametrize("name", ["x" * 80, "名前", "O'Hara; DROP TABLE learner", "🫖"])
def test_any_other_name_will_do(store: Store, name: str) -> None:
    assert store.enrol(name, NOON).name == name
    assert store.find(name) is not None


def test_two_answers_at_one_moment_are_two(store: Store, ada: Learner) -> None:
    for _ in range(3):
        store.answer(ada, "tea", "a", answering("a", NOON))

    times = [review.at for review in store.reviews(ada, "tea")]

    assert len(set(times)) == 3
    assert max(times) - NOON < timedelta(milliseconds=1)


def test_an_answer_that_cannot_be_worked_out_changes_nothing(store: Store, ada: Learner) -> None:
    def fails(kept: Kept | None) -> tuple[Kept, Review]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.answer(ada, "tea", "a", fails)

    assert store.kept(ada, "tea") == {}
    store.answer(ada, "tea", "a", answering("a", NOON))


def test_restoring_puts_one_base_in_place_of_what_was_there(store: Store, ada: Learner) -> None:
    store.answer(ada, "tea", "a", answering("a", NOON))
    store.answer(ada, "coffee", "c", answering("c", NOON))
    kept, reviews = store.kept(ada, "tea"), store.reviews(ada, "tea")
    store.answer(ada, "tea", "b", answering("b", NOON))

    store.restore(ada, "tea", kept, reviews, {"one": Attended(NOON)})

    assert store.kept(ada, "tea") == kept
    assert store.reviews(ada, "tea") == reviews
    assert store.attended(ada, "tea") == {"one": Attended(NOON)}
    assert list(store.kept(ada, "coffee")) == ["c"]


# Forgetting


def test_forgetting_leaves_no_trace_in_the_file(store: Store, path: Path, ada: Learner) -> None:
    zoe = store.enrol("Zoe-Unforgettable", NOON)
    for number in range(30):
        for learner, text in ((ada, "kept-answer"), (zoe, "secret-answer")):
            item = f"{text}:{number}"
            store.answer(learner, "tea", item, answering(item, NOON, text=text * 30))
    store.attend(zoe, "tea", "secret-lesson", NOON, done=True)
    assert b"Zoe" in path.read_bytes()

    store.forget(zoe)

    left = path.read_bytes()
    assert not [text for text in (b"Zoe", b"Unforgettable", b"secret") if text in left]
    assert store.learners() == (ada,)
    assert len(store.kept(ada, "tea")) == 30
    assert [one.name for one in path.parent.iterdir()] == [FILE]


def test_who_comes_after_somebody_forgotten_gets_none_of_their_answers(
    store: Store, ada: Learner
) -> None:
    store.answer(ada, "tea", "a", answering("a", NOON))
    store.forget(ada)
    bob = store.enrol("Bob", NOON)

    with pytest.raises(LearningError, match="forgotten in the meantime"):
        store.answer(ada, "tea", "b", answering("b", NOON))

    assert store.kept(bob, "tea") == {}
    assert store.kept(ada, "tea") == {}


# Several processes, and ones that die


def test_two_processes_at_once_lose_no_answer(store: Store, path: Path, ada: Learner) -> None:
    workers = [run(ANSWERING, path, prefix, "25") for prefix in ("a", "b")]
    told = [worker.communicate()[0].split() for worker in workers]

    assert [worker.returncode for worker in workers] == [0, 0]
    assert [len(lines) for lines in told] == [25, 25]
    assert len(store.reviews(ada, "tea")) == 100
    assert set(store.kept(ada, "tea")) == {"shared", *told[0], *told[1]}
    assert sound(path)


def test_a_process_killed_while_it_writes_loses_nothing_it_had_kept(
    store: Store, path: Path, ada: Learner
) -> None:
    chance = random.Random(20260302)
    acknowledged: set[str] = set()
    for number in range(6):
        worker = run(ANSWERING, path, f"{number}-", "100000")
        assert worker.stdout is not None
        told = [worker.stdout.readline() for _ in range(chance.randint(1, 8))]
        # Wherever this lands within the next writes, the outcome must be the same.
        with pytest.raises(subprocess.TimeoutExpired):
            worker.wait(chance.random() / 50)
        worker.kill()
        rest = worker.communicate()[0]
        acknowledged.update(
            line.strip() for line in [*told, *rest.splitlines(keepends=True)] if line.endswith("\n")
        )

        kept = store.kept(ada, "tea")

        assert acknowledged <= set(kept)
        # At most the answer that was being written is there without having been acknowledged.
        assert len(set(kept) - acknowledged - {"shared"}) <= number + 1
        assert sound(path)
    assert len(store.reviews(ada, "tea")) >= 2 * len(acknowledged)


@pytest.mark.parametrize("lock", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_file_that_stays_locked_is_told_and_waits_for_the_next_try(
    store: Store, path: Path, ada: Learner, lock: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_PATIENCE", 0.05)
    other = run(LOCKING, path, lock)
    assert other.stdout is not None
    assert other.stdout.readline() == "locked\n"

    with pytest.raises(LearningError, match="another process keeps it locked") as caught:
        store.answer(ada, "tea", "a", answering("a", NOON))
    if lock == "BEGIN IMMEDIATE":
        # Who only reads need not wait for somebody who has not written yet.
        assert store.learners() == (ada,)
    else:
        with pytest.raises(LearningError, match="another process keeps it locked"):
            store.learners()
    other.communicate("")

    assert str(path) in str(caught.value)
    assert store.kept(ada, "tea") == {}
    store.answer(ada, "tea", "a", answering("a", NOON))


# Files that are none of ours


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")


def foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE recipe (name TEXT)")
        db.execute("INSERT INTO recipe VALUES ('scones')")


def emptied_of_a_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE card")
        db.execute("DROP TABLE learner")


def half(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


SPOILT: list[tuple[Callable[[Path], object], str]] = [
    (newer, "was written by a newer Sourcebot .* update Sourcebot; nothing was changed"),
    (foreign, "is no file of learners; name another with SOURCEBOT_HOME"),
    (emptied_of_a_table, "is damaged; move it aside"),
    (half, "is damaged; move it aside"),
    (lambda path: path.write_bytes(b"not a database, " * 400), "is damaged; move it aside"),
    (lambda path: path.write_bytes(b"x"), "is damaged; move it aside"),
    (lambda path: path.write_bytes(path.read_bytes()[:700]), "is damaged; move it aside"),
    (lambda path: path.write_bytes(b"\0" * 8192), "is damaged; move it aside"),
]


@pytest.mark.parametrize(
    ("spoil", "told"),
    SPOILT,
    ids=["newer", "foreign", "no-table", "half", "garbage", "one-byte", "first-page", "zeros"],
)
def test_a_file_that_cannot_be_used_is_told_and_left_as_it_is(
    store: Store, path: Path, ada: Learner, spoil: Callable[[Path], object], told: str
) -> None:
    filled(store, ada)
    spoil(path)
    before = path.read_bytes()

    calls: tuple[Callable[[], object], ...] = (
        store.learners,
        lambda: store.enrol("Bob", NOON),
        lambda: store.kept(ada, "tea"),
        lambda: store.answer(ada, "tea", "a", answering("a", NOON)),
        lambda: store.forget(ada),
    )
    for call in calls:
        with pytest.raises(LearningError, match=told) as caught:
            call()
        assert str(caught.value).startswith(f"{path}: ")
        assert "\n" not in str(caught.value)

    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [FILE]


def test_an_empty_file_is_a_new_one(store: Store, path: Path) -> None:
    path.parent.mkdir()
    path.touch()

    assert store.learners() == ()
    assert store.enrol("Ada", NOON).name == "Ada"


def test_single_bytes_gone_wrong_are_no_traceback(store: Store, path: Path, ada: Learner) -> None:
    filled(store, ada, 20)
    data = path.read_bytes()
    chance = random.Random(20260302)
    for _ in range(300):
        at = chance.randrange(len(data))
        spoilt = bytes([data[at] ^ (1 << chance.randrange(8))])
        path.write_bytes(data[:at] + spoilt + data[at + 1 :])
        # Either it can be read, or it is said that it cannot.
        with suppress(LearningError):
            store.learners()
            store.kept(ada, "tea")
            store.reviews(ada, "tea")


def test_where_a_folder_should_be_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    store = Store(tmp_path / "home" / FILE)

    assert store.learners() == ()
    with pytest.raises(LearningError, match=r"cannot be written: .*nothing was kept"):
        store.enrol("Ada", NOON)


def test_where_the_file_should_be_is_a_folder(path: Path) -> None:
    path.mkdir(parents=True)

    with pytest.raises(LearningError, match="cannot be written"):
        Store(path).enrol("Ada", NOON)


# Permissions and places


@pytest.mark.skipif(os.name == "nt", reason="needs file permissions")
def test_only_the_user_may_read_it(path: Path, ada: Learner) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@PERMISSIONS
def test_a_read_only_file_can_be_read_and_says_that_nothing_was_kept(
    store: Store, path: Path, ada: Learner
) -> None:
    path.chmod(0o400)

    with pytest.raises(LearningError, match="cannot be written"):
        store.answer(ada, "tea", "a", answering("a", NOON))

    assert store.learners() == (ada,)


@PERMISSIONS
def test_a_read_only_folder_can_be_read_and_says_that_nothing_was_kept(
    store: Store, path: Path, ada: Learner
) -> None:
    path.parent.chmod(0o500)

    try:
        with pytest.raises(LearningError, match=r"so this was not kept|cannot be opened"):
            store.answer(ada, "tea", "a", answering("a", NOON))
        assert store.learners() == (ada,)
        assert store.kept(ada, "tea") == {}
    finally:
        path.parent.chmod(0o700)


@PERMISSIONS
def test_a_folder_that_may_not_be_looked_into_is_told(
    store: Store, path: Path, ada: Learner
) -> None:
    path.parent.chmod(0o000)

    try:
        for call in (store.learners, lambda: store.enrol("Bob", NOON)):
            with pytest.raises(LearningError, match="look at the permissions"):
                call()
    finally:
        path.parent.chmod(0o700)


def test_a_place_with_spaces_umlauts_and_signs(tmp_path: Path) -> None:
    path = tmp_path / "Jörg Müller" / "Meine Daten #1 100% (neu) 'a'" / FILE
    store = Store(path)
    ada = store.enrol("Ada", NOON)

    store.answer(ada, "tea", "a", answering("a", NOON))

    assert list(Store(path).kept(ada, "tea")) == ["a"]
    assert [one.name for one in path.parent.iterdir()] == [FILE]


def test_it_lives_in_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCEBOT_HOME", str(tmp_path / "here"))

    assert Store.for_user().path == tmp_path / "here" / FILE


# A full disk


def test_a_full_disk_is_told_and_loses_nothing(
    store: Store, path: Path, ada: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(store, ada, 5)
    before = store.kept(ada, "tea")
    connect = sqlite3.connect

    def full(*arguments: object, **options: object) -> sqlite3.Connection:
        db: sqlite3.Connection = connect(*arguments, **options)  # type: ignore[call-overload]
        db.execute("PRAGMA max_page_count = 1")  # SQLite takes the pages that there are
        return db

    monkeypatch.setattr(sqlite3, "connect", full)
    with pytest.raises(LearningError, match="the disk is full, so this was not kept"):
        filled(store, store.enrol("Ada", NOON), 100)
    monkeypatch.setattr(sqlite3, "connect", connect)

    # What went in before is there, and the one answer for which there was no room is not.
    assert set(before) <= set(store.kept(ada, "tea"))
    assert len(store.kept(ada, "tea")) < 100
    assert sound(path)
    filled(store, ada, 100)
    assert len(store.kept(ada, "tea")) == 100


@pytest.mark.skipif(os.name == "nt", reason="needs limits on processes")
def test_a_file_that_may_not_grow_is_told_and_loses_nothing(
    store: Store, path: Path, ada: Learner
) -> None:
    filled(store, ada, 5)

    number, _, told = run(FILLING, path).communicate()[0].partition(" ")

    assert told.startswith(f"{path}: ")
    assert "nothing was kept" in told or "not kept" in told
    assert len(store.learners()) == 1 + int(number)
    assert len(store.kept(ada, "tea")) == 5
    assert sound(path)
