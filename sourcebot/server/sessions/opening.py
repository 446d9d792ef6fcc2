"""Which store of sessions an address means."""

from __future__ import annotations

from sourcebot.errors import ServerError
from sourcebot.server.sessions.contract import Sessions
from sourcebot.server.sessions.memory import MemorySessions

_REDIS = ("redis://", "rediss://", "unix://")


def open_sessions(address: str, seconds: float) -> Sessions:
    """The store at an address: `memory`, `sqlite:PATH`, or a Redis URL.

    seconds: how long a silent session is kept. Raises ServerError.
    """
    if address == "memory":
        return MemorySessions(seconds)
    if address.startswith("sqlite:"):
        from sourcebot.server.sessions.sqlite import SqliteSessions

        return SqliteSessions(address.removeprefix("sqlite:"), seconds)
    if address.startswith(_REDIS):
        try:
            from sourcebot.server.sessions.redis import RedisSessions
        except ImportError as error:
            raise ServerError(
                "sessions in Redis need the extra `redis`: pip install 'sourcebot-kb[redis]'"
            ) from error
        return RedisSessions(address, seconds)
    # What stands after the first colon may hold a password.
    raise ServerError(
        f"sessions cannot be kept in `{address.partition(':')[0][:40]}`; "
        "use memory, sqlite:PATH or redis://HOST:PORT/0"
    )
