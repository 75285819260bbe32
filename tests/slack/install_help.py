"""The Slack door for several workspaces over real HTTP: browsers that install it, and what it tells the bot."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import aiohttp
from aiohttp import web
from sqlalchemy import select

from advocacy.chat import ChannelRef, Workspace
from advocacy.config import Settings
from advocacy.db import Database
from advocacy.playground.slack.oauth import CLIENT_ID, CLIENT_SECRET
from advocacy.playground.slack.state import User
from advocacy.playground.slack.workspace import Workspace as Space
from advocacy.playground.slack.world import SlackWorld
from advocacy.playground.world import Outside
from advocacy.slack import install_link
from advocacy.slack.door import SlackDoor
from advocacy.slack.models import Installation
from advocacy.slack.workspaces import Workspaces
from tests.conftest import playground_settings
from tests.slack.slack_help import PEOPLE, SECRET, RecordingBot

SOUTH, ORG = "T0SUEDWIND", "E0NORDSEE1"
MIRA = User("U2MIRA", "mira.sand", "Mira Sand", "mira.sand@suedwind.example")
SEVERAL = {
    "slack_bot_token": None, "slack_client_id": CLIENT_ID, "slack_client_secret": CLIENT_SECRET,
}  # fmt: skip


@dataclass
class Told:
    """What the door tells of workspaces."""

    here: list[str] = field(default_factory=list)
    away: list[str] = field(default_factory=list)
    in_danger: list[tuple[str, datetime | None]] = field(default_factory=list)

    async def joined(self, workspaces: Sequence[Workspace]) -> None:
        self.here += [one.tenant for one in workspaces]

    async def left(self, workspaces: Sequence[Workspace]) -> None:
        self.away += [one.tenant for one in workspaces]

    async def endangered(self, workspace: Workspace, until: datetime | None) -> None:
        self.in_danger.append((workspace.tenant, until))


@dataclass
class Scene:
    """A door that is open, two workspaces outside, and a browser."""

    world: SlackWorld
    door: SlackDoor
    bot: RecordingBot
    db: Database
    settings: Settings
    browser: aiohttp.ClientSession

    @property
    def south(self) -> Space:
        return self.world.spaces.get(SOUTH)

    def link(self) -> str:
        return install_link.make(self.settings)

    async def to_consent(self, link: str = "") -> str:
        """Open the link; the address of Slack's page."""
        async with self.browser.get(link or self.link(), allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()
            return answer.headers["Location"]

    async def consent(self, page: str, **form: str) -> str:
        """Answer Slack's page; the address it leads back to."""
        async with self.browser.post(page, data={"answer": "allow", **form}, allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()
            return answer.headers["Location"]

    async def get(self, address: str, language: str = "en") -> tuple[int, str]:
        async with self.browser.get(address, headers={"Accept-Language": language}) as answer:
            return answer.status, await answer.text()

    async def install(self, **form: str) -> str:
        """All of it; what the page says at the end."""
        status, text = await self.get(await self.consent(await self.to_consent(), **form))
        assert status == 200, text
        return text

    async def rows(self) -> list[Installation]:
        async with self.db.read() as s:
            return list(await s.scalars(select(Installation).order_by(Installation.tenant)))


def channel(space: Space, name: str = "news") -> ChannelRef:
    return ChannelRef("slack", space.team, space.channel_by_name(name).id)


def texts(space: Space, name: str = "news") -> list[str]:
    return [one.text for one in space.messages(space.channel_by_name(name).id)]


@asynccontextmanager
async def several(
    database_url: str, db: Database, folder: Path, workspaces: Workspaces, *, org: str = "", **changes: object
) -> AsyncIterator[Scene]:
    """Everything up, on loopback; nothing is installed yet. With ``org`` both workspaces belong to one."""
    world = SlackWorld(
        PEOPLE, bot_token="xoxb-playground", signing_secret=SECRET, app_token="xapp-playground", enforce_limits=False
    )
    outside = Outside(world)
    await outside.start()
    world.spaces.found(SOUTH, "Südwind", [MIRA], org=org)
    if org:
        world.spaces.orgs[org], world.workspace.enterprise = "Nordsee-Gruppe", org
    listening = socket.create_server(("127.0.0.1", 0))
    outside.product_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    settings = playground_settings(
        database_url, folder, outside=outside.origins(), public_url=outside.product_url, **{**SEVERAL, **changes}
    )
    world.socket_mode = settings.slack_app_token is not None
    bot = RecordingBot()
    door = SlackDoor(settings, bot, db, workspaces)
    app = web.Application()
    door.routes(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    await door.start()
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            yield Scene(world, door, bot, db, settings, browser)
    finally:
        await door.stop()
        await runner.cleanup()
        await outside.stop()
