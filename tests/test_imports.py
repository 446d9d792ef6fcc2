"""What a command does not need, it does not load: proven in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_REPORT = """
import sys
from sourcebot.cli.main import main
code = main(sys.argv[1:])
sys.stdout.flush()
print("\\n--", code, *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""
_NETWORK = {"socket", "ssl", "http"}
_TERMINAL = {"textual", "rich", "shtab"}
_LEARNING = {"fsrs", "sqlite3"}


def _loaded(*arguments: str) -> set[str]:
    for _ in range(2):  # the first run may have to compile the knowledge base
        done = subprocess.run(
            [sys.executable, "-c", _REPORT, *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            timeout=100,
            check=True,
        )
    code, *modules = done.stderr.rpartition("-- ")[2].split()
    assert code == "0", done.stderr
    return set(modules)


def test_ask_loads_no_yaml_no_terminal_app_and_nothing_that_can_connect() -> None:
    loaded = _loaded("ask", "what is offshoring")

    heavy = {"yaml", "numpy", "scipy", "asyncio"} | _LEARNING
    assert loaded & (heavy | _TERMINAL | _NETWORK) == set()


def test_chat_loads_no_yaml_no_terminal_app_and_nothing_that_can_connect() -> None:
    loaded = _loaded("chat", "--json")

    heavy = {"yaml", "numpy", "scipy", "asyncio"} | _LEARNING
    assert loaded & (heavy | _TERMINAL | _NETWORK) == set()


def test_progress_loads_no_terminal_app_and_nothing_that_can_connect() -> None:
    loaded = _loaded("learn", "status", "--json")

    assert loaded & ({"numpy", "scipy", "asyncio"} | _TERMINAL | _NETWORK) == set()


def test_advice_from_a_file_loads_no_index_no_terminal_app_and_nothing_that_can_connect(
    tmp_path: Path,
) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("core: core\n", "utf-8")

    loaded = _loaded("advise", "--answers", str(file), "--format", "json")

    heavy = {"numpy", "scipy", "rapidfuzz", "markdown_it", "asyncio"} | _LEARNING
    assert loaded & (heavy | _TERMINAL | _NETWORK) == set()


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_options_that_only_print_load_no_engine(option: str) -> None:
    loaded = _loaded(option)

    heavy = {"yaml", "numpy", "scipy", "rapidfuzz", "jinja2"} | _LEARNING
    assert loaded & (heavy | _TERMINAL | _NETWORK) == set()


def test_the_package_alone_loads_nothing_of_its_own() -> None:
    code = "import sys, sourcebot; print(*[m for m in sys.modules if m.startswith('sourcebot.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["sourcebot._version"]
