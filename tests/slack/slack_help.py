"""The Slack door over real HTTP, with a bot that records and Slack's world around it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from advocacy.chat import Answer, Press, UserRef
from advocacy.config import Settings
from advocacy.playground.company import residents
from advocacy.playground.slack.world import SlackWorld
from advocacy.playground.world import Outside
from advocacy.slack.door import SlackDoor
from tests.bot.conftest import Chat
from tests.conftest import playground_settings

SECRET = "playground-signing-secret"
TEAM = "T0NORDLICHT"
PEOPLE = [one for one in residents() if one.slack_id]
JANA = str(next(one for one in PEOPLE if one.name == "Jana Feld").slack_id)
CLARA = str(next(one for one in PEOPLE if one.name == "Clara Editorius").slack_id)
PAYLOADS = Path(__file__).parents[1] / "payloads" / "slack"

Say = Answer | Exception | Callable[[Press], Awaitable[Answer]]


@dataclass
class RecordingBot:
    """Says what it is told to say, and remembers what it heard."""

    says: dict[str, Say] = field(default_factory=dict)
    heard: list[Press] = field(default_factory=list)
    repeated: list[Press] = field(default_factory=list)
    language: str = "en"
    _hears: asyncio.Event = field(default_factory=asyncio.Event)

    async def until_heard(self, count: int, seconds: float = 5.0) -> list[Press]:
        """Wait until so many presses have come."""
        async with asyncio.timeout(seconds):
            while len(self.heard) < count:
                self._hears.clear()
                await self._hears.wait()
        return self.heard

    async def handle(self, press: Press) -> Answer:
        self.heard.append(press)
        self._hears.set()
        answer = self.says.get(press.action)
        if isinstance(answer, Exception):
            raise answer
        return await answer(press) if callable(answer) else answer

    async def repeat(self, press: Press) -> Answer:
        self.repeated.append(press)
        return await self.handle(press)

    async def language_of(self, who: UserRef) -> str:
        return self.language


@dataclass
class House:
    """A door that is open, the world outside, and somebody who posts to the door."""

    door: SlackDoor
    bot: RecordingBot
    world: SlackWorld
    settings: Settings
    url: str
    http: aiohttp.ClientSession

    def channel(self, name: str) -> str:
        return self.world.channel(name).id

    async def post(self, body: bytes, content_type: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
        signed = sign(body) if headers is None else headers
        async with self.http.post(self.url, data=body, headers={"Content-Type": content_type, **signed}) as answer:
            return answer.status, await answer.text()

    async def interact(self, payload: dict[str, Any]) -> tuple[int, str]:
        return await self.post(
            urlencode({"payload": json.dumps(payload)}).encode(), "application/x-www-form-urlencoded"
        )

    async def event(self, payload: dict[str, Any]) -> tuple[int, str]:
        return await self.post(json.dumps(payload).encode(), "application/json")

    async def command(self, form: dict[str, str]) -> tuple[int, str]:
        return await self.post(urlencode(form).encode(), "application/x-www-form-urlencoded")


def sign(body: bytes, *, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """The headers of a request that Slack signed."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def payload(name: str) -> Any:
    """A payload as Slack documents it."""
    return json.loads((PAYLOADS / f"{name}.json").read_text())


@asynccontextmanager
async def open_house(folder: Path, *, enforce_limits: bool = False, **changes: object) -> AsyncIterator[House]:
    """Everything up, on loopback; everything down at the end."""
    world = SlackWorld(
        PEOPLE, bot_token="xoxb-playground", signing_secret=SECRET, app_token="xapp-playground",
        enforce_limits=enforce_limits,
    )  # fmt: skip
    outside = Outside(world)
    await outside.start()
    values = {"outside": outside.origins(), **changes}
    settings = playground_settings(f"sqlite:///{folder}/unused.sqlite", folder, **values)
    bot = RecordingBot()
    door = SlackDoor(settings, bot)
    app = web.Application()
    door.routes(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    outside.product_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    world.socket_mode = settings.slack_app_token is not None
    await door.start()
    try:
        async with aiohttp.ClientSession() as http:
            yield House(door, bot, world, settings, outside.product_url + "/slack/events", http)
    finally:
        await door.stop()
        await runner.cleanup()
        await outside.stop()


@asynccontextmanager
async def listening(chat: Chat) -> AsyncIterator[SlackDoor]:
    """The door before the whole bot, told of what happens in Slack's world over HTTP."""
    door = SlackDoor(chat.parts.settings, chat.bot)
    app = web.Application()
    door.routes(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    chat.worlds.outside.product_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    await door.start()
    yield door
    await runner.cleanup()
    await door.stop()
