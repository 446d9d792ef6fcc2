"""Conversations as opaque strings: nothing is kept between two calls, and nothing can be forged.

A token is the conversation's state, compressed, with an HMAC over it and the name of its knowledge
base. It is not secret: whoever holds it may read what was talked about, and that is its holder.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import zlib
from typing import Any

import msgspec

from sourcebot.dialogue.bot import Bot, Conversation
from sourcebot.errors import ConversationError
from sourcebot.server.assistants.failures import Refused

LONGEST = 8_000
"""Characters of a token; a long conversation in the middle of an advice has about 700."""
SECRET = "SOURCEBOT_STATE_KEY"
"""The environment variable with a secret that outlives the process, and that processes share."""
_PREFIX, _TAG = "c1.", 12
_REFUSED = (
    "this `conversation` was not returned by this server for this knowledge base, is damaged, or "
    "is from before a restart: give it letter by letter as it was returned, or leave it out to "
    "begin anew"
)


class Seal:
    """Makes and reads the tokens of one server."""

    def __init__(self, secret: bytes | None = None) -> None:
        """`secret`: None for the environment's, or one that ends with the process."""
        if secret is None:
            shared = os.environ.get(SECRET, "").encode()
            secret = shared or secrets.token_bytes(32)
        self.key = hashlib.sha256(b"sourcebot conversation\0" + secret).digest()

    def close(self, kb: str, conversation: Conversation) -> str:
        """The conversation as a token."""
        saved = conversation.dump()
        context = _told({**saved["context"], "why": ""})
        if context.get("advising"):
            context["advising"] = _told(context["advising"])
        data = zlib.compress(msgspec.json.encode({**saved, "context": context}), 9)
        return _written(self._tag(kb, data) + data)

    def open(self, kb: str, token: str, bot: Bot) -> Conversation:
        """The conversation that a token holds. Raises Refused."""
        token = token.strip()
        body = token.removeprefix(_PREFIX)
        try:
            sealed = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise Refused(_REFUSED) from error
        if _written(sealed) != token:
            raise Refused(_REFUSED)  # Base64 has several spellings; one is ours
        tag, data = sealed[:_TAG], sealed[_TAG:]
        # Before anything is unpacked: what bears our seal is small and well-formed.
        if not hmac.compare_digest(tag, self._tag(kb, data)):
            raise Refused(_REFUSED)
        try:
            return bot.resume(msgspec.json.decode(zlib.decompress(data)))
        except (zlib.error, msgspec.DecodeError, ConversationError) as error:
            raise Refused(_REFUSED) from error

    def _tag(self, kb: str, data: bytes) -> bytes:
        return hmac.digest(self.key, kb.encode() + b"\0" + data, "sha256")[:_TAG]


def _written(sealed: bytes) -> str:
    return _PREFIX + base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def _told(state: dict[str, Any]) -> dict[str, Any]:
    """What differs from the beginning; an assistant writes tokens letter by letter."""
    return {key: value for key, value in state.items() if value}
