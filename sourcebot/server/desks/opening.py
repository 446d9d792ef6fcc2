"""The desks of a server: made and checked from the configuration, closed when it ends."""

from __future__ import annotations

import asyncio
import urllib.parse
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from sourcebot.errors import ServerError
from sourcebot.server.config import Desk, secret
from sourcebot.server.desks import signing
from sourcebot.server.desks.hosts import HOSTS
from sourcebot.server.desks.model import Host, Line
from sourcebot.server.desks.outbound import Outbound
from sourcebot.server.desks.pipeline import Pipeline
from sourcebot.server.sessions.contract import Sessions
from sourcebot.server.sessions.opening import open_sessions

if TYPE_CHECKING:
    from sourcebot.server.service import Service

RASA = "rasa"
"""The name of the desk that `rasa = true` stands for."""
OWNED = 30 * 86_400.0
"""Seconds for which it is kept that a person has a conversation: a customer may well come back to
them tomorrow, and not every host can be asked.
"""
MOST_WAITING = 2_000
"""Deliveries that a worker holds at once; the next ones are asked to come again."""
_COMMON = frozenset({"handover_text"})


class Desks:
    """All desks of one worker, and what they are doing at the moment."""

    def __init__(self, service: Service, out: Outbound | None = None) -> None:
        """out: in place of the network. Raises ServerError, which names the desk."""
        self.out = out if out is not None else Outbound()
        self.owners: Sessions = open_sessions(secret(service.config.sessions), OWNED)
        configured = dict(service.config.desks)
        kinds = [desk.kind for desk in configured.values()]
        if service.config.rasa and "rasa" not in kinds:
            configured.setdefault(RASA, Desk(kind="rasa"))
        self._pipelines = {
            name: Pipeline(
                _line(name, desk, self.out), HOSTS[desk.kind], service, owners=self.owners
            )
            for name, desk in configured.items()
        }
        self._tasks: set[asyncio.Task[None]] = set()
        for name, desk in configured.items():
            if HOSTS[desk.kind].scheme is not None and desk.signature != "required":
                service.log.line("desk-open", desk=name, signature=desk.signature)

    def get(self, name: str) -> Pipeline | None:
        """The desk of a name."""
        return self._pipelines.get(name)

    @property
    def rasa(self) -> Pipeline | None:
        """The desk behind Rasa's path: the first of its kind."""
        return next((p for p in self._pipelines.values() if p.host.kind == "rasa"), None)

    @property
    def is_full(self) -> bool:
        """Whether too much is waiting."""
        return len(self._tasks) >= MOST_WAITING

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Go on with something after its delivery has been acknowledged."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self, seconds: float) -> None:
        """Finish what is under way, as far as it takes no longer than so many seconds."""
        if self._tasks:
            _, left = await asyncio.wait(set(self._tasks), timeout=seconds)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        await self.out.close()
        await self.owners.close()


def _line(name: str, desk: Desk, out: Outbound) -> Line:
    """A desk, checked. Raises ServerError."""
    host = HOSTS[desk.kind]
    _check(name, desk, host)
    try:
        secrets = tuple(secret(written) for written in desk.secrets)
        token = secret(desk.token) if desk.token is not None else ""
        if host.kind == "webhook":
            for each in secrets:
                signing.standard_key(each)
        rights = {
            option: secret(written)
            for option, written in desk.options.items()
            if option.endswith("_token")
        }
    except (ServerError, ValueError) as error:
        raise ServerError(f"desk `{name}`: {error}") from error
    desk = replace(desk, options={**desk.options, **rights})
    return Line(name, desk, desk.url or host.url or "", token, secrets, out)


def _check(name: str, desk: Desk, host: Host) -> None:
    for need in sorted(host.needs):
        if not getattr(desk, need):
            raise ServerError(f"desk `{name}`: a desk of kind {desk.kind} needs `{need}`")
    if host.scheme is not None and not desk.secrets and desk.signature == "required":
        raise ServerError(
            f'desk `{name}`: give `secrets` to check signatures with, or `signature = "off"`'
        )
    if len(desk.secrets) > 2:
        raise ServerError(f"desk `{name}`: two secrets are enough to change one for the other")
    if desk.public is False and not host.has_notes:
        raise ServerError(f"desk `{name}`: {desk.kind} has no private notes, so it is public")
    if desk.public is True and host.kind == "zammad" and "user" not in desk.options:
        raise ServerError(
            f"desk `{name}`: `options.user`, the bot's id in Zammad, is needed to write publicly: "
            "without it, its own articles are taken for a colleague's"
        )
    known = host.options | _COMMON
    for option in desk.options:
        if option not in known:
            listed = ", ".join(sorted(known))
            raise ServerError(f"desk `{name}`: unknown option `{option}`; known here: {listed}")
    if desk.url is not None:
        try:
            parts = urllib.parse.urlsplit(desk.url)
        except ValueError:
            parts = urllib.parse.urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ServerError(f"desk `{name}`: `url` is no address that begins with https://")
