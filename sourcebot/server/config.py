"""How a server is set up: from the command line, and from a TOML file where that is not enough."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from sourcebot.errors import ServerError
from sourcebot.knowledge.decode import nearest

DEFAULT_PORT = 8765
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
Signature = Literal["required", "optional", "off"]
DeskKind = Literal["chatwoot", "zammad", "slack", "rasa", "webhook"]
_MANY = 100_000_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?/?")


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """What one client may ask of the server.

    body_bytes: of one request; body_seconds: to send it; answer_seconds: to answer it; per_minute,
    burst: requests of one key (or one address, without keys); visitor_per_minute: messages of one
    conversation; bulk_texts: texts of one request in bulk; shutdown_seconds: for what is still
    being answered when the server is told to stop.
    """

    body_bytes: Annotated[int, Meta(ge=1_024, le=100_000_000)] = 1_000_000
    body_seconds: Annotated[float, Meta(gt=0, le=3_600)] = 10.0
    answer_seconds: Annotated[float, Meta(gt=0, le=3_600)] = 30.0
    per_minute: Annotated[int, Meta(ge=1, le=_MANY)] = 6_000
    burst: Annotated[int, Meta(ge=1, le=_MANY)] = 600
    visitor_per_minute: Annotated[int, Meta(ge=1, le=_MANY)] = 60
    bulk_texts: Annotated[int, Meta(ge=1, le=100_000)] = 1_000
    shutdown_seconds: Annotated[int, Meta(ge=0, le=3_600)] = 30


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
    `sqlite:PATH` or `redis://...` (`env:NAME` and `file:PATH` keep a password out of this file);
    session_minutes: how long a silent conversation is kept; keys: the file of API keys;
    log_messages: whether logs hold what people write; origins: sites whose pages may call the API;
    trust_proxy: addresses of proxies whose X-Forwarded-For is believed; rasa: whether Rasa's REST
    channel is answered.
    """  # noqa: D205

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = DEFAULT_PORT
    workers: Annotated[int, Meta(ge=1, le=256)] = 1
    bases: dict[str, str] = {}
    keys: str | None = None
    sessions: str = "memory"
    session_minutes: Annotated[float, Meta(gt=0, le=525_600)] = 30.0
    log_messages: bool = False
    origins: tuple[str, ...] = ()
    trust_proxy: tuple[str, ...] = ()
    rasa: bool = True
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
    _refuse_unknown(path, data)
    try:
        config = msgspec.convert(data, Config)
    except msgspec.ValidationError as error:
        raise ServerError(f"{path}: {_desk_at_fault(data) or error}") from error
    here = path.resolve().parent
    return replace(
        config,
        bases={name: str(here / folder) if folder else "" for name, folder in config.bases.items()},
        keys=str(here / config.keys) if config.keys is not None else None,
        sessions=_path_from(here, _path_from(here, config.sessions, "sqlite:"), "file:"),
        desks={name: _desk_from(here, desk) for name, desk in config.desks.items()},
    )


def check(config: Config) -> None:
    """Refuse names that no request could give. Raises ServerError."""
    for kind, names in (("base", config.bases), ("desk", config.desks)):
        for name in names:
            if not _NAME.fullmatch(name):
                raise ServerError(
                    f"`{name[:80]}` is no name for a {kind}: take letters, digits, dots and hyphens"
                )
    for origin in config.origins:
        if not _ORIGIN.fullmatch(origin):
            raise ServerError(
                f"`{origin[:80]}` is no origin of web pages: write each as browsers do, in lower "
                "case and without a path, such as https://www.example.org"
            )


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


def _desk_at_fault(data: Mapping[str, Any]) -> str | None:
    """The first desk that is none by its name, which msgspec leaves out, and why."""
    desks = data.get("desks")
    for name, desk in desks.items() if isinstance(desks, dict) else ():
        try:
            msgspec.convert(desk, Desk)
        except msgspec.ValidationError as error:
            return f"desk `{name}`: {error}"
    return None


def _desk_from(here: Path, desk: Desk) -> Desk:
    """The same, with the files of its secrets where the configuration means them."""
    token = _path_from(here, desk.token, "file:") if desk.token is not None else None
    return replace(
        desk,
        secrets=tuple(_path_from(here, written, "file:") for written in desk.secrets),
        token=token,
        options={
            name: _path_from(here, option, "file:") if name.endswith("_token") else option
            for name, option in desk.options.items()
        },
    )


def _path_from(here: Path, written: str, before: str) -> str:
    """`before` and a path, the path made whole; anything else as it is written."""
    path = written.removeprefix(before)
    return before + str(here / path) if path not in ("", written) else written


def _refuse_unknown(path: Path, data: Mapping[str, Any]) -> None:
    """The nearest known key with the problem: msgspec alone names only the unknown one."""
    desks = data.get("desks")
    tables: list[tuple[str, Any, type[Struct]]] = [
        ("", data, Config),
        ("limits.", data.get("limits"), Limits),
        *((f"desks.{name}.", desk, Desk) for name, desk in _items(desks)),
    ]
    for prefix, table, shape in tables:
        known = list(shape.__struct_fields__)
        for key, _ in _items(table):
            if key not in known:
                hint = nearest(key, known) or f"; known here: {', '.join(known)}"
                raise ServerError(f"{path}: unknown key `{prefix}{key}`{hint}")


def _items(table: Any) -> list[tuple[str, Any]]:
    return list(table.items()) if isinstance(table, dict) else []
