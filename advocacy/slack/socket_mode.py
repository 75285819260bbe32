"""Socket Mode: the same payloads over a connection that we open (https://docs.slack.dev/apis/events-api/using-socket-mode)."""

from __future__ import annotations

import asyncio
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from advocacy.slack.receive import Receiver


class Socket(AsyncSocketModeHandler):  # type: ignore[misc,unused-ignore]
    """One connection, renewed by the SDK whenever Slack closes it."""

    client: Any  # typed in part only

    def __init__(self, receiver: Receiver, client: AsyncWebClient, app_token: str) -> None:
        super().__init__(receiver.app, app_token, web_client=client)
        self.client.proxy = client.proxy
        self._receiver = receiver
        self._connecting: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to connect; the SDK tries again until it succeeds."""
        self._connecting = asyncio.get_running_loop().create_task(self.client.connect())

    async def handle(self, client: Any, req: Any) -> None:
        """Answer besides: the SDK reads one message at a time, and a slow one must not hold the others."""
        self._receiver.keep(super().handle(client, req))

    async def close(self) -> None:
        """Hang up, and stop trying to connect."""
        if self._connecting is not None:
            self._connecting.cancel()
        await self.client.close()
