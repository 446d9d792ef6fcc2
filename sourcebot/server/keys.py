"""API keys: one knowledge base and some scopes each, kept as hashes in a file of their own.

A key reads `sb_<id>_<secret>`. The secret has 256 random bits, so that its SHA-256 alone is safe to
keep; keys are compared in constant time. To rotate a key, make another one and let the old one
expire: both work in between.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sourcebot.atomic import PRIVATE, write_atomically
from sourcebot.errors import ServerError

Scope = Literal["ask", "route", "mcp", "metrics"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
_KEY = re.compile(r"sb_([a-z0-9]{8})_([A-Za-z0-9_-]{43})")
_NOBODY = hashlib.sha256(b"nobody").hexdigest()
FORMAT, VERSION = "sourcebot-keys", 1


class ApiKey(Struct, frozen=True, forbid_unknown_fields=True):
    """A key as it is kept. name: whose it is, for people; hash: SHA-256 of the secret, hex;
    expires: when it ceases to work (UTC), None for never.
    """  # noqa: D205

    id: str
    name: str
    kb: str
    scopes: tuple[Scope, ...]
    hash: str
    created: datetime
    expires: datetime | None = None


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    format: str = FORMAT
    version: int = VERSION
    keys: tuple[ApiKey, ...] = ()


def new_key(
    name: str, kb: str, scopes: Sequence[Scope], now: datetime, expires: datetime | None = None
) -> tuple[ApiKey, str]:
    """A key to keep, and the text to hand out, which cannot be had again."""
    id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    kept = ApiKey(id, name, kb, tuple(scopes), _hash(secret), now, expires)
    return kept, f"sb_{id}_{secret}"


def read_keys(path: Path) -> tuple[ApiKey, ...]:
    """The keys in a file, none where it does not exist. Raises ServerError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ServerError(f"{path}: cannot be read: {error.strerror or error}") from error
    try:
        file = msgspec.json.decode(data, type=_File)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ServerError(f"{path}: is no file of API keys: {error}") from error
    if (file.format, file.version) != (FORMAT, VERSION):
        raise ServerError(f"{path}: is no file of API keys that this version reads")
    return file.keys


def write_keys(path: Path, keys: Sequence[ApiKey]) -> None:
    """Write the keys, readable by their owner alone. Raises ServerError."""
    encoded = msgspec.json.format(msgspec.json.encode(_File(keys=tuple(keys))), indent=2)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, encoded + b"\n", PRIVATE)
    except OSError as error:
        raise ServerError(f"{path}: cannot be written: {error.strerror or error}") from error


def ended(key: ApiKey, now: datetime) -> ApiKey:
    """The key with its end set to now, unless it ended earlier."""
    return key if key.expires is not None and key.expires <= now else replace(key, expires=now)


class KeyRing:
    """The keys of a server, read again when their file changes."""

    def __init__(self, path: Path | None) -> None:
        """Raises ServerError."""
        self._path = path
        self._seen: tuple[int, ...] | None = None
        self._keys: dict[str, ApiKey] = {}
        self.problem: str | None = None
        if path is not None:
            # Looked at before it is read: what is written in between is found at the next look.
            self._seen = _stamp(path)
            self._keys = {key.id: key for key in read_keys(path)}

    @property
    def wanted(self) -> bool:
        """Whether requests need a key: there is a file of keys, be it empty."""
        return self._path is not None

    def renew(self) -> bool:
        """Take over what was edited, and whether there was something to take over.

        A broken file is refused, and the last good one stays.

        So it does where the file is gone: an editor may be about to put another in its place. Keys
        still end when they expire, and to end them earlier `sourcebot keys end` writes the file.
        """
        if self._path is None:
            return False
        stamp = _stamp(self._path)
        if stamp == self._seen:
            return False
        self._seen = stamp
        if stamp is None:
            self.problem = f"{self._path}: is gone; the keys that were in it go on"
            return False
        try:
            self._keys = {key.id: key for key in read_keys(self._path)}
        except ServerError as error:
            self.problem = str(error)
            return False
        self.problem = None
        return True

    def find(self, text: str, now: datetime) -> ApiKey | None:
        """The key that a text is, if it is a valid one."""
        match = _KEY.fullmatch(text)
        id, secret = match.groups() if match else ("", "")
        key = self._keys.get(id)
        # Compared also where there is no such key: the time it takes tells nothing.
        same = hmac.compare_digest(_hash(secret), key.hash if key is not None else _NOBODY)
        if key is None or not same or (key.expires is not None and key.expires <= now):
            return None
        return key


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
