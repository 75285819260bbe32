"""Socket Mode: what Slack would post, over a websocket the app opened (https://docs.slack.dev/apis/events-api/using-socket-mode)."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from aiohttp import WSMsgType, web

from advocacy.playground.slack.call import Answer, Args, SlackError
from advocacy.playground.slack.state import APP_ID, Json, secret
from advocacy.playground.slack.workspace import Workspace

HOST = "wss-primary.slack.com"
_MAX_CONNECTIONS = 10
_LIFETIME = 18_060


class Sockets:
    """The app's open connections. Each payload goes to one of them, in turn."""

    def __init__(self) -> None:
        self._tickets: set[str] = set()
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._turn = 0
        self._moved = asyncio.Condition()

    @property
    def count(self) -> int:
        """How many connections are open."""
        return len(self._open)

    async def reach(self, count: int) -> None:
        """Wait until just this many connections are open."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.count == count)

    def open(self, space: Workspace, args: Args) -> Answer:
        """``apps.connections.open``: a websocket address that works once; at most ten connections."""
        del args
        if self.count >= _MAX_CONNECTIONS:
            raise SlackError("too_many_websockets")
        ticket = secret(32)
        self._tickets.add(ticket)
        address = space.at(HOST, "/link/").replace("http://", "ws://", 1)
        return {"url": f"{address}?ticket={ticket}&app_id={APP_ID}"}

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until either side closes it."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=403)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        self._open.append(socket)
        try:
            await self._tell()
            await socket.send_json(
                {
                    "type": "hello",
                    "num_connections": self.count,
                    "connection_info": {"app_id": APP_ID},
                    "debug_info": {"host": "playground", "build_number": 1, "approximate_connection_time": _LIFETIME},
                }
            )
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._acknowledged(frame.data)
        finally:
            self._open.remove(socket)
            await self._tell()
        return socket

    async def _tell(self) -> None:
        async with self._moved:
            self._moved.notify_all()

    def _acknowledged(self, text: str) -> None:
        with contextlib.suppress(ValueError):
            frame = json.loads(text)
            waiting = self._waiting.get(str(frame.get("envelope_id"))) if isinstance(frame, dict) else None
            if waiting is not None and not waiting.done():
                waiting.set_result(frame)

    async def send(self, kind: str, payload: Json, *, seconds: float, **extra: Any) -> Json | None:
        """Send one envelope and wait for its ack: the frame, or None when none came within ``seconds``.

        ConnectionError when no connection is open.
        """
        if not self._open:
            raise ConnectionError("no Socket Mode connection is open")
        self._turn += 1
        socket = self._open[self._turn % len(self._open)]
        envelope = secret(32)
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope] = waiting
        try:
            await socket.send_json(
                {
                    "envelope_id": envelope,
                    "type": kind,
                    "payload": payload,
                    "accepts_response_payload": kind != "events_api",
                    **extra,
                }
            )
            return await asyncio.wait_for(waiting, seconds)
        except TimeoutError:
            return None
        finally:
            del self._waiting[envelope]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to reconnect ("warning", "refresh_requested") or that it is over ("link_disabled")."""
        for socket in list(self._open):
            with contextlib.suppress(ConnectionError):
                await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}})
                if reason != "warning":
                    await socket.close()

    async def close(self) -> None:
        """Hang up everywhere."""
        for socket in list(self._open):
            await socket.close()
