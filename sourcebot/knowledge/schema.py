"""JSON Schemas of the YAML files, generated from their shapes, for editors that check them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from sourcebot.atomic import write_atomically
from sourcebot.knowledge.files import SHAPES

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: str) -> dict[str, Any]:
    """The schema of one kind of file (a key of `files.SHAPES`).

    An editor's YAML reader takes `no` for a boolean and 2020 for a number; ours takes every scalar
    as text, so wherever text is wanted the schema allows those too.
    """
    schema = _text_is_any_scalar(msgspec.json.schema(SHAPES[kind]))
    assert isinstance(schema, dict)
    return {"$schema": DIALECT, "title": f"Sourcebot {kind}", **schema}


def write_schemas(folder: Path) -> list[Path]:
    """Write `<kind>.schema.json` for every kind of file. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in SHAPES:
        path = folder / f"{kind}.schema.json"
        encoded = msgspec.json.encode(json_schema(kind))
        write_atomically(path, msgspec.json.format(encoded, indent=2) + b"\n")
        written.append(path)
    return written


def _text_is_any_scalar(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_text_is_any_scalar(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: _text_is_any_scalar(value) for key, value in schema.items()}
    if changed.get("type") == "string":
        changed["type"] = ["string", "number", "boolean"]
    return changed
