"""`sourcebot keys`: the API keys of a server."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from sourcebot.cli import streams
from sourcebot.errors import ServerError
from sourcebot.knowledge.decode import nearest
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.server.keys import (
    SCOPES,
    ApiKey,
    Scope,
    ended,
    new_key,
    read_keys,
    utc_now,
    write_keys,
)


def keys(options: Namespace, folder: str | None) -> int:
    """Run `new`, `list`, `rotate` or `end`. Raises ServerError."""
    path = Path(options.file)
    known = list(read_keys(path))
    match options.action:
        case "new":
            kb = options.base or KnowledgeBase.load(folder).identity.name
            now = utc_now()
            expires = now + options.days if options.days is not None else None
            made, text = new_key(options.name, kb, _scopes(options.scopes), now, expires)
            _show(path, [*known, made], made, text)
        case "list":
            streams.write_text("".join(f"{_line(key)}\n" for key in known) or "no keys yet\n")
        case "rotate":
            old = _find(known, options.id)
            now = utc_now()
            made, text = new_key(old.name, old.kb, old.scopes, now)
            until = now + options.hours
            end = min(old.expires, until) if old.expires is not None else until
            kept = [replace(key, expires=end) if key is old else key for key in known]
            _show(path, [*kept, made], made, text)
        case _:
            old = _find(known, options.id)
            write_keys(path, [ended(key, utc_now()) if key is old else key for key in known])
            streams.write_text(f"{old.id} ({old.name}) has ended\n")
    return 0


def _show(path: Path, known: Sequence[ApiKey], made: ApiKey, text: str) -> None:
    """Keep the keys, then show the new one: what could not be kept must not be handed out."""
    write_keys(path, known)
    streams.write_text(f"{text}\n")
    streams.complain(f"{_line(made)}; this key is shown only now, so keep it in a safe place")


def _scopes(text: str) -> list[Scope]:
    wanted = [part.strip() for part in text.split(",") if part.strip()]
    found: list[Scope] = [scope for scope in SCOPES if scope in wanted]
    for scope in wanted:
        if scope not in SCOPES:
            hint = nearest(scope, list(SCOPES)) or f"; there are: {', '.join(SCOPES)}"
            raise ServerError(f"there is no scope `{scope}`{hint}")
    if not found:
        raise ServerError(f"a key needs a scope: {', '.join(SCOPES)}")
    return found


def _find(known: Sequence[ApiKey], id: str) -> ApiKey:
    for key in known:
        if key.id == id:
            return key
    hint = nearest(id, [key.id for key in known])
    raise ServerError(f"there is no key `{id}`{hint}; `sourcebot keys list` shows them")


def _line(key: ApiKey) -> str:
    until = f"ends {key.expires:%Y-%m-%d %H:%M} UTC" if key.expires is not None else "never ends"
    return f"{key.id}  {key.name}  for {key.kb}  may {', '.join(key.scopes)}  {until}"
