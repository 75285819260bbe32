"""A Slack workspace on loopback, reached by the product's own platform object."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from advocacy.chat import ChannelRef
from advocacy.config import Settings
from advocacy.db import Database
from advocacy.delivery import placements
from advocacy.delivery.limits import Limits
from advocacy.delivery.places import Place
from advocacy.delivery.worker import Worker
from advocacy.playground.company import SLACK_TEAM, residents
from advocacy.playground.slack.world import SlackWorld
from advocacy.playground.world import Outside
from advocacy.slack.door import SlackDoor
from tests.clock import Clock
from tests.conftest import playground_settings


class Nobody:
    """The bot's side of the door; nothing is pressed in these tests."""

    async def handle(self, press: object) -> None:
        raise AssertionError(press)

    async def language_of(self, who: object) -> str:
        return "en"


@dataclass
class Workspace:
    world: SlackWorld
    door: SlackDoor
    settings: Settings
    clock: Clock

    @property
    def news(self) -> str:
        return self.world.channel("news").id

    def worker(self, db: Database) -> Worker:
        return Worker(db, {"slack": self.door.platform}, Limits(self.clock, self.clock.sleep))

    async def channel(self, db: Database, name: str = "news") -> Place:
        async with db.write() as s:
            ref = ChannelRef("slack", SLACK_TEAM, self.world.channel(name).id)
            return await placements.add_channel(s, ref, f"#{name}")


@pytest.fixture
async def workspace(database_url: str, tmp_path: Path) -> AsyncIterator[Workspace]:
    world = SlackWorld(
        residents(), bot_token="xoxb-playground", signing_secret="playground-signing-secret", app_token="xapp-1"
    )
    outside = Outside(world)
    await outside.start()
    settings = playground_settings(database_url, tmp_path, outside=outside.origins())
    door = SlackDoor(settings, Nobody())
    await door.start()
    clock = Clock()
    world.limits.clock = clock
    yield Workspace(world, door, settings, clock)
    await door.stop()
    await outside.stop()
