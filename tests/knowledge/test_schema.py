"""The JSON Schemas for editors describe the files as they are."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from sourcebot.knowledge.files import SHAPES
from sourcebot.knowledge.schema import json_schema, write_schemas


def test_there_is_one_schema_for_every_kind_of_file(tmp_path: Path) -> None:
    written = write_schemas(tmp_path / "schemas")

    assert {path.name for path in written} == {f"{kind}.schema.json" for kind in SHAPES}
    for path in written:
        assert json.loads(path.read_text("utf-8"))["title"].startswith("Sourcebot ")


@pytest.mark.parametrize("kind", SHAPES)
def test_what_the_loader_takes_as_text_an_editor_may_take_as_any_scalar(kind: str) -> None:
    text = json.dumps(json_schema(kind))

    assert '"type": "string"' not in text
    assert '["string", "number", "boolean"]' in text


def test_fields_are_described_and_unknown_ones_refused() -> None:
    concept = json_schema("concepts")["$defs"]["ConceptFile"]

    assert concept["additionalProperties"] is False
    assert {"id", "name", "entries"} <= set(concept["required"])
    assert all("description" in field for field in concept["properties"].values())


def test_the_files_can_be_read_by_whoever_the_umask_allows(tmp_path: Path) -> None:
    mode = stat.S_IMODE(write_schemas(tmp_path)[0].stat().st_mode)

    assert mode & 0o400
    assert mode & 0o111 == 0
