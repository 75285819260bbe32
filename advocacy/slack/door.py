"""The Slack door as one object: the composition root mounts it, opens it and closes it."""

from __future__ import annotations

import logging

import aiohttp
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from advocacy.config import Settings
from advocacy.slack.answers import Answers
from advocacy.slack.calls import Calls
from advocacy.slack.manifest import PATH
from advocacy.slack.receive import Hears, Receiver
from advocacy.slack.send import SlackPlatform
from advocacy.slack.socket_mode import Socket

VENDOR = "https://slack.com"
_TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=5)
_DRAIN_SECONDS = 5.0


class SlackDoor:
    """HTTP when there is a signing secret, Socket Mode when there is an app token."""

    def __init__(self, settings: Settings, bot: Hears) -> None:
        self._settings = settings
        logger = logging.getLogger("advocacy.slack.web")
        logger.setLevel(logging.WARNING)
        token = settings.slack_bot_token
        client = AsyncWebClient(
            token=token.get_secret_value() if token else "",
            base_url=settings.origin(VENDOR) + "/api/",
            logger=logger,
            retry_handlers=[],  # the default one posts again when a connection breaks: a second message
        )
        if settings.origin(VENDOR) != VENDOR:
            client.proxy = None  # a proxy for the internet does not lead to loopback
        self._calls = Calls(client)
        self._answers = Answers(self._calls, settings, bot.language_of)
        self.receiver = Receiver(settings, bot, self._answers)
        self.platform = SlackPlatform(self._calls, self._answers, settings, bot.language_of)
        self._socket: Socket | None = None

    def routes(self, app: web.Application) -> None:
        """Mount ``POST /slack/events``; not without a signing secret, as nothing could be checked then."""
        if self.receiver.takes_http:
            app.router.add_post(PATH, self.receiver.http)

    async def start(self) -> None:
        """Open. One session for all calls; Socket Mode connects in the background and stays connected."""
        self._calls.client.session = aiohttp.ClientSession(timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())
        if self._settings.slack_app_token is not None:
            app_token = self._settings.slack_app_token.get_secret_value()
            self._socket = Socket(self.receiver, self._calls.client, app_token)
            self._socket.open()

    async def stop(self) -> None:
        """Close; what is under way is answered first."""
        await self.receiver.drain(_DRAIN_SECONDS)
        if self._socket is not None:
            await self._socket.close()
            self._socket = None
            await self.receiver.drain(_DRAIN_SECONDS)  # what came in meanwhile
        session = self._calls.client.session
        if session is not None:
            await session.close()
