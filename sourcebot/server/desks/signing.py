"""Signatures of deliveries: over the raw bytes, in constant time, with two secrets at a time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

TOLERANCE = 300.0
"""Seconds by which a timestamp may differ from our clock, either way."""
STANDARD_PREFIX = "whsec_"
_TIME = re.compile(r"[0-9]{1,12}")
Verdict = Literal["verified", "unsigned", "off", "wrong", "stale"]


class Scheme(Struct, frozen=True, kw_only=True):
    """How a host signs. signature, timestamp: names of headers in lower case; the latter None where
    nothing signed tells the time; sign: secret, timestamp, headers and body to the signature; many:
    whether the header may hold several, separated by spaces.
    """  # noqa: D205

    signature: str
    timestamp: str | None
    sign: Callable[[str, str, Mapping[str, str], bytes], str]
    many: bool = False


def check(
    scheme: Scheme,
    policy: Literal["required", "optional", "off"],
    secrets: Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    now: float,
) -> Verdict:
    """What a delivery's signature is worth. headers: names in lower case; now: seconds since 1970.

    A signature that is there must be right, also where none is required.
    """
    if policy == "off":
        return "off"
    given = headers.get(scheme.signature, "")
    if not given:
        return "unsigned" if policy == "optional" else "wrong"
    time = headers.get(scheme.timestamp, "") if scheme.timestamp is not None else ""
    if scheme.timestamp is not None and not _TIME.fullmatch(time):
        return "wrong"
    offered = [piece.encode() for piece in (given.split(" ") if scheme.many else [given])][:10]
    right = False
    # Every secret with every signature: how long it takes does not tell which one was near.
    for secret in secrets:
        wanted = scheme.sign(secret, time, headers, body).encode()
        for piece in offered:
            right |= hmac.compare_digest(wanted, piece)
    if not right:
        return "wrong"
    if scheme.timestamp is not None and abs(now - int(time)) > TOLERANCE:
        return "stale"
    return "verified"


def hexadecimal(secret: str, text: bytes, algorithm: str = "sha256") -> str:
    """An HMAC in hexadecimal digits."""
    return hmac.new(secret.encode(), text, algorithm).hexdigest()


def standard(secret: str, id: str, time: str, body: bytes) -> str:
    """A signature after Standard Webhooks 1.0.0: `v1,` and Base64."""
    signed = hmac.new(standard_key(secret), f"{id}.{time}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()


def standard_key(secret: str) -> bytes:
    """The bytes of a secret: `whsec_` and Base64. Raises ValueError."""
    try:
        return base64.b64decode(secret.removeprefix(STANDARD_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a secret reads whsec_ and then Base64") from error
