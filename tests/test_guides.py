"""What the guides show runs as it stands there, and says what they say that it says."""

from __future__ import annotations

import ast
import doctest
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

import sourcebot
from docs import reference
from tests.knowledge.tea import TeaFolder

ROOT = Path(__file__).parent.parent
Block = tuple[int, str]
"""The line before its first one, and the code."""


@pytest.fixture(autouse=True)
def _in_a_folder_with_a_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    TeaFolder(tmp_path / "our-kb")
    monkeypatch.chdir(tmp_path)


def _blocks(page: Path, section: str | None = None) -> Iterator[Block]:
    """The Python of a page: its fences, or all that is indented in one section."""
    inside = section is None
    tokens = MarkdownIt().parse(page.read_text("utf-8"))
    for before, token in zip([None, *tokens], tokens, strict=False):
        if section and before and before.type == "heading_open" and before.tag == "h2":
            inside = token.content == section
        wanted = token.info == "python" if token.type == "fence" else token.type == "code_block"
        if inside and wanted and (section or token.type == "fence"):
            assert token.map is not None
            yield token.map[0] + (token.type == "fence"), token.content


def _run(page: Path, blocks: list[Block]) -> int:
    """Run blocks as one program; how many values stood beside an expression, all of them true."""
    names: dict[str, Any] = {"__name__": page.stem}
    checked = 0
    for line, code in blocks:
        comments = _comments(code)
        for statement in ast.parse(code).body:
            said = comments.get(statement.end_lineno or 0, "")
            ast.increment_lineno(statement, line)  # so that a traceback leads to the page's line
            if not isinstance(statement, ast.Expr):
                module = ast.Module([statement], type_ignores=[])
                exec(compile(module, str(page), "exec"), names)
                continue
            value = eval(compile(ast.Expression(statement.value), str(page), "eval"), names)
            try:
                expected = ast.literal_eval(said)
            except (SyntaxError, ValueError):
                continue  # a remark
            assert value == expected, f"{page.name}:{statement.lineno}: it is {value!r}"
            checked += 1
    return checked


def _comments(code: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT}


def test_the_guide_to_embedding_runs_and_says_what_it_says() -> None:
    blocks = list(_blocks(ROOT / "docs" / "embedding.md"))

    assert len(blocks) >= 10
    assert _run(ROOT / "docs" / "embedding.md", blocks) >= 25


def test_the_python_of_the_readme_runs_and_says_what_it_says() -> None:
    blocks = list(_blocks(ROOT / "README.md", "From Python"))

    assert len(blocks) == 2
    assert _run(ROOT / "README.md", blocks) >= 1


def test_the_session_in_the_routers_page_goes_as_it_is_shown() -> None:
    page = ROOT / "docs" / "router.md"
    session = doctest.DocTestParser().get_doctest(page.read_text("utf-8"), {}, page.name, None, 0)
    said = io.StringIO()

    outcome = doctest.DocTestRunner().run(session, out=said.write)

    assert outcome.attempted >= 3
    assert outcome.failed == 0, said.getvalue()


def test_the_reference_is_what_the_docstrings_say() -> None:
    assert reference.PAGE.read_text("utf-8") == reference.page(), (
        "docs/reference.md is out of date; make it again: python docs/reference.py"
    )


def test_the_reference_has_every_public_name_once() -> None:
    told = [name for classes in reference.CONTRACT.values() for name in classes]

    assert sorted(told) == [name for name in sourcebot.__all__ if name != "__version__"]


def test_the_reference_tells_of_every_attribute_that_it_has_a_type_for() -> None:
    page = reference.page()
    for name in ("Reply", "Alternative", "Part", "CitedSource", "Explanation", "Problem"):
        _, _, section = page.partition(f"\n### {name}\n")
        section, _, _ = section.partition("\n### ")
        fields = getattr(sourcebot, name).__struct_fields__

        assert [field for field in fields if f"`{field}: " not in section] == []
