"""How a server is set up: from the command line, and from a TOML file where that is not enough."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from sourcebot.errors import ServerError
from sourcebot.knowledge.decode import nearest

DEFAULT_PORT = 8765
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
Signature = Literal["required", "optional", "off"]
DeskKind = Literal["chatwoot", "zammad", "slack", "rasa", "webhook"]


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """What one client may ask of the server.

    body_bytes: of one request; body_seconds: to send it; answer_seconds: to answer it; per_minute,
    burst: requests of one key (or one address, without keys); visitor_per_minute: messages of one
    conversation; bulk_texts: texts of one request in bulk; shutdown_seconds: for what is still
    being answered when the server is told to stop.
    """

    body_bytes: Annotated[int, Meta(ge=1_024, le=100_000_000)] = 1_000_000
    body_seconds: Annotated[float, Meta(gt=0)] = 10.0
    answer_seconds: Annotated[float, Meta(gt=0)] = 30.0
    per_minute: Annotated[int, Meta(ge=1)] = 6_000
    burst: Annotated[int, Meta(ge=1)] = 600
    visitor_per_minute: Annotated[int, Meta(ge=1)] = 60
    bulk_texts: Annotated[int, Meta(ge=1, le=100_000)] = 1_000
    shutdown_seconds: Annotated[int, Meta(ge=0)] = 30


class Desk(Struct, frozen=True, forbid_unknown_fields=True):
    """A help desk that sends its messages to `/hooks/{its name}`.

    kind: which desk; kb: the knowledge base that answers; secrets: what its deliveries are signed
    with, two while they are changed (`env:NAME` and `file:PATH` keep them out of this file);
    signature: whether an unsigned delivery is taken; url, token: where replies go, and the right
    to send them there; public: whether the bot writes to the customer, or a note to the agent;
    public_from: the confidence from which it writes to the customer on a ticket desk; misses: how
    many answers in a row may be missing before a person is called; options: what only this kind of
    desk needs.
    """

    kind: DeskKind
    kb: str | None = None
    secrets: tuple[str, ...] = ()
    signature: Signature = "required"
    url: str | None = None
    token: str | None = None
    public: bool | None = None
    public_from: float = 0.9
    misses: Annotated[int, Meta(ge=1)] = 2
    options: dict[str, str] = {}


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """A server. bases: name -> folder, an empty one for the shipped base; sessions: `memory`,
    `sqlite:PATH` or `redis://...`; session_minutes: how long a silent conversation is kept;
    keys: the file of API keys; log_messages: whether logs hold what people write; trust_proxy:
    addresses of proxies whose X-Forwarded-For is believed.
    """  # noqa: D205

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = DEFAULT_PORT
    workers: Annotated[int, Meta(ge=1, le=256)] = 1
    bases: dict[str, str] = {}
    keys: str | None = None
    sessions: str = "memory"
    session_minutes: Annotated[float, Meta(gt=0)] = 30.0
    log_messages: bool = False
    origins: tuple[str, ...] = ()
    trust_proxy: tuple[str, ...] = ()
    rasa: bool = False
    limits: Limits = Limits()
    desks: dict[str, Desk] = {}

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in LOOPBACK


def read_config(path: Path) -> Config:
    """Read a TOML file; folders and files in it are meant from where it stands.

    Raises ServerError with the file and what is wrong with which key.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ServerError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ServerError(f"{path}: is no TOML: {error}") from error
    _refuse_unknown(path, data, Config)
    try:
        config = msgspec.convert(data, Config)
    except msgspec.ValidationError as error:
        raise ServerError(f"{path}: {error}") from error
    here = path.resolve().parent
    bases = {name: str(here / folder) if folder else "" for name, folder in config.bases.items()}
    keys = str(here / config.keys) if config.keys is not None else None
    return msgspec.structs.replace(config, bases=bases, keys=keys)


def secret(written: str) -> str:
    """A secret itself: from the environment (`env:NAME`), a file (`file:PATH`), or as written.

    Raises ServerError where it cannot be had.
    """
    kind, _, rest = written.partition(":")
    if kind == "env":
        found = os.environ.get(rest, "")
        if not found:
            raise ServerError(f"the environment has no {rest}, from which a secret was to come")
        return found
    if kind == "file":
        try:
            return Path(rest).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ServerError(f"{rest}: the secret in it cannot be read: {error}") from error
    return written


def _refuse_unknown(path: Path, data: Mapping[str, Any], shape: type[Struct]) -> None:
    """The nearest known key with the problem: msgspec alone names only the unknown one."""
    known = list(shape.__struct_fields__)
    for key in data:
        if key not in known:
            hint = nearest(key, known) or f"; known here: {', '.join(known)}"
            raise ServerError(f"{path}: unknown key `{key}`{hint}")
