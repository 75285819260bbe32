"""The Slack door as one object: the composition root mounts it, opens it and closes it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from advocacy.config import Settings
from advocacy.db import Database
from advocacy.slack.answers import Answers
from advocacy.slack.calls import Calls
from advocacy.slack.directories import SlackDirectories
from advocacy.slack.installations import Installations
from advocacy.slack.manifest import PATH
from advocacy.slack.oauth import SLACK
from advocacy.slack.receive import Hears, Receiver
from advocacy.slack.send import SlackPlatform
from advocacy.slack.several import Several
from advocacy.slack.socket_mode import Socket
from advocacy.slack.tokens import OneToken, Tokens
from advocacy.slack.workspaces import Quiet, Workspaces

_TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=5)
_DRAIN_SECONDS = 5.0


class SlackDoor:
    """HTTP when there is a signing secret, Socket Mode when there is an app token.

    One workspace with the token of the settings; or any number that install the app, which needs the database.
    """

    def __init__(
        self, settings: Settings, bot: Hears, db: Database | None = None, workspaces: Workspaces | None = None
    ) -> None:
        self._settings = settings
        self._client = _client(settings)
        self.several: Several | None = None
        if settings.has_several_slacks:
            assert db is not None, "installations are kept in the database"
            assert workspaces is not None
            self.several = Several(settings, self._client, db, workspaces)
        tokens = self.several.installations if self.several else _one(settings)
        self.calls = calls = self.several.calls if self.several else Calls(self._client, tokens)
        answers = Answers(calls, settings, bot.language_of)
        leavings = self.several.leavings if self.several else None
        self.receiver = Receiver(settings, bot, answers, tokens, leavings)
        self.platform = SlackPlatform(calls, answers, settings, bot.language_of)
        self.directories = SlackDirectories(calls, settings, self.several.installations if self.several else None)
        self._socket: Socket | None = None

    def routes(self, app: web.Application) -> None:
        """Mount ``POST /slack/events``; not without a signing secret, as nothing could be checked then.

        Where workspaces install the app by themselves, also the pages for that.
        """
        if self.receiver.takes_http:
            app.router.add_post(PATH, self.receiver.http)
        if self.several is not None:
            self.several.install.routes(app)

    @property
    def rounds(self) -> dict[str, Callable[[], Awaitable[object]]]:
        """What is to be done every minute, by name."""
        tokens: dict[str, Callable[[], Awaitable[object]]] = {}
        if self.several is not None:
            tokens["renew Slack's tokens"] = self.several.renewals.run_due
            tokens["look at Slack's lost tokens"] = self.several.revivals.run_due
        return {"resume Slack's presses": self.resume, **tokens}  # of one that ended after we had started

    async def start(self) -> None:
        """Open. One session for all calls; Socket Mode connects in the background and stays connected."""
        self._client.session = _session()
        if self._settings.slack_app_token is not None:
            app_token = self._settings.slack_app_token.get_secret_value()
            self._socket = Socket(self.receiver, self._client, app_token)
            self._socket.open()

    async def resume(self) -> None:
        """Do what a process that ended had acknowledged and not done. Waits for it two seconds at most."""
        await self.receiver.resume()

    async def stop(self) -> None:
        """Close; what is under way is answered first. What was acknowledged and is not done stays on the disk."""
        await self.receiver.drain(_DRAIN_SECONDS)
        if self._socket is not None:
            await self._socket.close()
            self._socket = None
            await self.receiver.drain(_DRAIN_SECONDS)  # what came in meanwhile
        await self.receiver.close()
        if self._client.session is not None:
            await self._client.session.close()


@asynccontextmanager
async def directories(settings: Settings, db: Database, **pace: Any) -> AsyncIterator[SlackDirectories]:
    """The workspaces' directories without the door, for the command line. ``pace`` as ``SlackDirectory`` takes it."""
    client = _client(settings)
    installations = Installations(db, Quiet()) if settings.has_several_slacks else None
    client.session = _session()
    try:
        yield SlackDirectories(Calls(client, installations or _one(settings)), settings, installations, **pace)
    finally:
        await client.session.close()


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())


def _one(settings: Settings) -> Tokens:
    assert settings.slack_bot_token is not None
    return OneToken(settings.slack_bot_token.get_secret_value())


def _client(settings: Settings) -> AsyncWebClient:
    """Without a token of its own: each call brings the one of its workspace."""
    logger = logging.getLogger("advocacy.slack.web")
    logger.setLevel(logging.WARNING)
    client = AsyncWebClient(
        token="",
        base_url=settings.origin(SLACK) + "/api/",
        logger=logger,
        retry_handlers=[],  # the default one posts again when a connection breaks: a second message
    )
    if settings.origin(SLACK) != SLACK:
        client.proxy = None  # a proxy for the internet does not lead to loopback
    return client
