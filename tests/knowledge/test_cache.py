"""The compiled form: used where it is current, never trusted, never needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sourcebot import Bot, KnowledgeBase, Router, __version__
from sourcebot.knowledge import cache, compiled, folders, loader
from sourcebot.knowledge.compiled import seal, unseal
from tests.knowledge.tea import TeaFolder


def _files(folder: Path, kind: str) -> list[Path]:
    return sorted(folder.glob(f"*-{kind}-*"))


@pytest.fixture
def no_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(data: bytes, file: str) -> None:
        raise AssertionError(f"{file} was parsed again")

    monkeypatch.setattr(loader, "parse_yaml", refuse)


def test_a_base_loaded_before_is_not_parsed_again(
    tea: TeaFolder, own_cache: Path, request: pytest.FixtureRequest
) -> None:
    first = KnowledgeBase.load(tea.root)
    request.getfixturevalue("no_parsing")

    second = KnowledgeBase.load(tea.root)

    assert second == first
    assert len(_files(own_cache, "kb")) == 1


def test_files_whose_times_are_known_are_not_read_again(
    tea: TeaFolder, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "_SETTLED", -(10**15))
    first = KnowledgeBase.load(tea.root)
    monkeypatch.setattr(compiled, "read_base", None)

    assert KnowledgeBase.load(tea.root) == first


def test_a_changed_file_is_read_again(
    tea: TeaFolder, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "_SETTLED", -(10**15))
    KnowledgeBase.load(tea.root)
    tea.replace("concepts/oolong.yaml", "name: oolong", "name: Oolong")

    assert KnowledgeBase.load(tea.root).names["oolong"] == "Oolong"


def test_times_of_a_moment_ago_are_not_trusted(tea: TeaFolder, own_cache: Path) -> None:
    assert folders.fingerprint(tea.root) is None
    assert folders.fingerprint(tea.root / "nowhere") is None


def test_a_bot_made_before_learns_nothing_again(
    tea: TeaFolder, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Bot.load(tea.root).ask("what is oolong")
    monkeypatch.setattr(Router, "from_examples", None)

    second = Bot.load(tea.root).ask("what is oolong")

    assert second == first
    assert len(_files(own_cache, "index")) == 1


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _other_json(path: Path) -> None:
    path.write_bytes(seal(b'{"name": "of another program"}'))


def _no_json(path: Path) -> None:
    path.write_bytes(seal(b"\xff\xfe"))


def _deep(path: Path) -> None:
    path.write_bytes(seal(b"[" * 100_000))


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("kind", ["kb", "index"])
@pytest.mark.parametrize("damage", [_cut, _flip, _empty, _other_json, _no_json, _deep, _folder])
def test_a_damaged_file_is_made_again(
    tea: TeaFolder, own_cache: Path, kind: str, damage: Callable[[Path], None]
) -> None:
    before = Bot.load(tea.root).ask("what is oolong")
    [path] = _files(own_cache, kind)
    sound = path.read_bytes()

    damage(path)
    after = Bot.load(tea.root).ask("what is oolong")

    assert after == before
    assert path.is_dir() or path.read_bytes() == sound


def test_the_file_of_another_base_is_not_taken_for_ones_own(
    tea: TeaFolder, own_cache: Path
) -> None:
    KnowledgeBase.load(tea.root)
    [old] = _files(own_cache, "kb")
    tea.replace("kb.yaml", "title: Tea", "title: Tea again")
    KnowledgeBase.load(tea.root)
    [new] = [path for path in _files(own_cache, "kb") if path != old]

    new.write_bytes(old.read_bytes())

    assert KnowledgeBase.load(tea.root).identity.title == "Tea again"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs file permissions")
def test_a_read_only_cache_folder_is_no_error(tea: TeaFolder, own_cache: Path) -> None:
    own_cache.mkdir(mode=0o500)

    assert Bot.load(tea.root).ask("what is oolong").status == "answered"


def test_a_cache_folder_that_cannot_be_made_is_no_error(
    tea: TeaFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SOURCEBOT_CACHE", str(tmp_path / "file" / "cache"))

    assert Bot.load(tea.root).ask("what is oolong").status == "answered"


def test_a_full_disk_is_no_error(
    tea: TeaFolder, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)

    assert KnowledgeBase.load(tea.root).identity.name == "tea"
    assert list(own_cache.iterdir()) == []


def test_the_file_of_another_version_is_not_read(
    tea: TeaFolder, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    KnowledgeBase.load(tea.root)
    monkeypatch.setattr(cache, "__version__", "999.0")

    KnowledgeBase.load(tea.root)

    assert len(_files(own_cache, "kb")) == 2


def test_only_the_newest_files_are_kept(tea: TeaFolder, own_cache: Path) -> None:
    for number in range(cache.KEEP + 3):
        cache.write_cached("kb", f"{number:032}", b"x")
        (written,) = own_cache.glob(f"*-kb-{__version__}-{number:032}.json")
        os.utime(written, (number, number))

    cache.write_cached("kb", "f" * 32, b"new")

    assert len(_files(own_cache, "kb")) == cache.KEEP
    assert cache.read_cached("kb", "f" * 32) == b"new"


@pytest.mark.parametrize(
    "file",
    [
        "kb.yaml",
        "sources.yaml",
        "concepts/oolong.yaml",
        "entries/black-tea-green-tea.yaml",
        "aspects/define.yaml",
        "tasks.yaml",
        "claims.yaml",
        "words.yaml",
        "scope.yaml",
        "transcripts/first.yaml",
    ],
)
def test_the_digest_changes_with_every_file(tea: TeaFolder, file: str) -> None:
    before = KnowledgeBase.load(tea.root)

    tea.append(file, "# a remark\n")

    assert KnowledgeBase.load(tea.root).digest != before.digest


def test_the_digest_changes_with_the_templates(tea: TeaFolder) -> None:
    before = KnowledgeBase.load(tea.root)

    tea.append("content/answers/new.md.j2", "More.\n")

    after = KnowledgeBase.load(tea.root)
    assert after.digest != before.digest
    assert after.templates["answers/new.md.j2"].endswith("More.\n")


def test_the_digest_changes_with_a_files_name(tea: TeaFolder) -> None:
    before = KnowledgeBase.load(tea.root)

    tea.path("entries/black-tea-green-tea.yaml").rename(tea.path("entries/renamed.yaml"))

    assert KnowledgeBase.load(tea.root).digest != before.digest


def test_what_was_sealed_is_unsealed_and_nothing_else() -> None:
    sealed = seal(b"data")

    assert unseal(sealed) == b"data"
    assert [unseal(bad) for bad in (None, b"", b"data", sealed[:-1], sealed + b"x")] == [None] * 5
