"""A server with one desk over the tea base, and the host on the other side of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from sourcebot.server.app import create_app
from sourcebot.server.config import Config
from sourcebot.server.desks.opening import Desks
from sourcebot.server.desks.outbound import Outbound
from sourcebot.server.logs import Log
from sourcebot.server.service import Service
from tests.knowledge.tea import TeaFolder
from tests.server.desks.drivers import DRIVERS, Delivery, Driver

PATIENCE = 0.2
"""Seconds after which a call to a stub counts as not answered."""


class World:
    """What a scenario plays in. lines: the log; waits: pauses before a call was tried again."""

    def __init__(self, driver: Driver, tea: Path, **settings: Any) -> None:
        desk = driver.desk(**settings.pop("desk", {}))
        config = Config(bases={"tea": str(tea)}, desks={"desk": desk}, **settings)
        self.driver = driver
        self.stub = driver.stub
        self.lines: list[dict[str, Any]] = []
        self.waits: list[float] = []
        log = Log(write=lambda line: self.lines.append(msgspec.json.decode(line)))
        self.service = Service(config, log=log)
        transport = httpx2.ASGITransport(self.stub)
        out = Outbound(transport, sleep=self._sleep, timeout=PATIENCE)
        self.service.desks = self.desks = Desks(self.service, out)
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(create_app(self.service)),
            base_url="http://sourcebot.test",
        )

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def send(self, delivery: Delivery) -> httpx2.Response:
        """One delivery, and what the server answers at once."""
        response = await self.client.post(
            delivery.path, content=delivery.body, headers=dict(delivery.headers)
        )
        if response.status_code == 200 and response.content:
            self.driver.answers(response.json())
        return response

    async def deliver(self, delivery: Delivery) -> int:
        """One delivery and all that follows; the status of the answer."""
        response = await self.send(delivery)
        await self.desks.settled()
        return response.status_code

    @property
    def outcomes(self) -> list[str]:
        """What became of the deliveries, by the log."""
        kinds = ("desk", "request")
        found = [line.get("outcome") for line in self.lines if line["event"] in kinds]
        return [outcome for outcome in found if outcome not in (None, "accepted")]

    @property
    def heard(self) -> list[str]:
        """What reached anybody: the customer, or on ticket desks the agent."""
        return self.stub.notes if self.driver.notes_only else self.stub.said

    def after_routing(self, do: Callable[[], Awaitable[object]]) -> None:
        """Do something once, when an answer has been found and is not yet sent."""
        send = self.service.turns.send
        done: list[bool] = []

        async def sending(*args: Any) -> Any:
            turn = await send(*args)
            if not done:
                done.append(True)
                await do()
            return turn

        self.service.turns.send = sending  # type: ignore[method-assign]

    def lasting(self) -> None:
        """Nothing was said that the host would have refused."""
        assert self.stub.wrong == []


Open = Callable[..., Any]


@pytest.fixture(scope="session")
def tea_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tea base, for all that only read it."""
    return TeaFolder(tmp_path_factory.mktemp("bases") / "tea").root


@pytest.fixture(params=DRIVERS, ids=lambda driver: driver.__name__)
def driver(request: pytest.FixtureRequest) -> Driver:
    """Each host in turn."""
    made: Driver = request.param()
    return made


@asynccontextmanager
async def opened(driver: Driver, tea: Path, **settings: Any) -> AsyncIterator[World]:
    """A world, and at its end the proof that nothing wrong was sent and nothing secret told."""
    world = World(driver, tea, **settings)
    async with world.service.running(), world.client:
        yield world
        await world.desks.settled()
    world.lasting()
    told = str(world.lines)
    for secret in ("bot-token", driver.secret, driver.old):
        assert secret not in told


@pytest.fixture
async def world(driver: Driver, tea_folder: Path) -> AsyncIterator[World]:
    """A server with the desk of the host."""
    async with opened(driver, tea_folder) as made:
        yield made
