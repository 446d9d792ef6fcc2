"""What `from sourcebot import ...` gives: fixed, documented, and cheap."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import sourcebot

HEAVY = (
    "jinja2",
    "markdown_it",
    "msgspec",
    "numpy",
    "platformdirs",
    "rapidfuzz",
    "textual",
    "yaml",
)


def test_the_public_names_are_these() -> None:
    assert set(sourcebot.__all__) == {
        *("Alternative", "Bot", "CitedSource", "Conversation", "ConversationError"),
        *("ExamplesError", "Explanation", "KnowledgeBase", "KnowledgeError", "Part", "Problem"),
        *("Reply", "Route", "Router", "RouterFileError", "SourcebotError", "__version__"),
    }


def test_the_public_names_are_sorted_and_listed_by_dir() -> None:
    assert list(sourcebot.__all__) == sorted(sourcebot.__all__)
    assert dir(sourcebot) == list(sourcebot.__all__)


@pytest.mark.parametrize("name", sourcebot.__all__)
def test_every_public_name_is_there_and_comes_from_its_own_module(name: str) -> None:
    value = getattr(sourcebot, name)

    assert value is not None
    if inspect.isclass(value):
        assert value.__name__ == name
        assert value.__module__.startswith("sourcebot.")


@pytest.mark.parametrize("name", [name for name in sourcebot.__all__ if name != "__version__"])
def test_every_public_name_and_method_is_documented(name: str) -> None:
    value = getattr(sourcebot, name)
    methods = [
        (label, member)
        for label, member in inspect.getmembers(value)
        if not label.startswith("_")
        and (inspect.isroutine(member) or isinstance(member, property))
        and getattr(member, "__qualname__", name).startswith(name)
    ]

    assert inspect.getdoc(value)
    assert [label for label, member in methods if not inspect.getdoc(member)] == []


def test_a_star_import_gives_the_public_names() -> None:
    names: dict[str, object] = {}
    exec("from sourcebot import *", names)

    assert set(sourcebot.__all__) <= set(names)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'sourcebot' has no attribute 'Nothing'"):
        _ = sourcebot.Nothing


def test_the_version_is_a_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+([a-z]+\d+)?(\.dev\d+)?", sourcebot.__version__)


def test_every_error_is_one_of_sourcebots() -> None:
    from sourcebot import errors

    classes = [
        value
        for value in vars(errors).values()
        if inspect.isclass(value) and issubclass(value, Exception)
    ]

    assert sourcebot.KnowledgeError in classes
    assert all(issubclass(value, sourcebot.SourcebotError) for value in classes)


def test_importing_the_package_loads_no_heavy_library() -> None:
    code = "import sys, sourcebot; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert set(done.stdout.split()) & set(HEAVY) == set()


def test_a_saved_router_alone_loads_no_knowledge_and_no_templates(tmp_path: Path) -> None:
    saved = tmp_path / "saved.router"
    sourcebot.Router.from_examples([("a b", "x")]).save(saved)
    code = (
        "import sys; from sourcebot import Router\n"
        f"Router.load({str(saved)!r}).route('a')\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    loaded = set(done.stdout.split())
    kept_out = {"yaml", "jinja2", "markdown_it", "textual", "socket", "ssl", "scipy"}
    assert loaded & kept_out == set()
    assert not any(
        name.startswith(("sourcebot.knowledge", "sourcebot.dialogue")) for name in loaded
    )
