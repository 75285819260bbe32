"""What every vendor's world on loopback has in common: hosts it plays, faults, a change feed."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Change = dict[str, Any]
"""What the page hears of: ``{"world": "slack", "kind": "message", ...}``, JSON-ready."""


class Fault(StrEnum):
    """What can go wrong at a vendor."""

    THROTTLE = "throttle"
    """429 with Retry-After, nothing done."""
    ERROR = "error"
    """500, nothing done."""
    LOST_ANSWER = "lost_answer"
    """The work is done, then the connection breaks before the answer."""
    REVOKED = "revoked"
    """The token is answered as revoked, in the vendor's own words."""
    DUPLICATE = "duplicate"
    """What this world sends to the product is delivered twice."""
    SKEW = "skew"
    """What this world sends carries a clock ten minutes off."""


@dataclass(slots=True)
class Injected:
    """One fault waiting to happen."""

    fault: Fault
    times: int = 1
    path: str = ""
    """Only requests whose path contains this; all when empty."""
    retry_after: int = 1
    """Whole seconds, for THROTTLE."""


@dataclass(slots=True)
class Faults:
    """The queue of faults of one world, taken first in, first out."""

    waiting: list[Injected] = field(default_factory=list)

    def inject(self, fault: Fault, *, times: int = 1, path: str = "", retry_after: int = 1) -> None:
        """Let the next ``times`` matching requests meet this fault."""
        self.waiting.append(Injected(fault, times, path, retry_after))

    def take(self, path: str, *kinds: Fault) -> Injected | None:
        """Use up one fault of these kinds (any kind when none is named) that matches the path."""
        for injected in self.waiting:
            if (not kinds or injected.fault in kinds) and injected.path in path:
                injected.times -= 1
                if injected.times <= 0:
                    self.waiting.remove(injected)
                return injected
        return None

    def clear(self) -> None:
        """Everything works again."""
        self.waiting.clear()


class World:
    """One vendor. Subclasses name it, list the hosts they play, and route their paths.

    ``routes`` answers ``(host, method, path pattern, handler)``; patterns are aiohttp's, below the host.
    """

    name: str = ""

    def __init__(self) -> None:
        self.faults = Faults()
        self.outside: Outside | None = None
        self._numbers = itertools.count(1)

    def routes(self) -> Iterable[tuple[str, str, str, Handler]]:
        """Say which host, method and path each handler answers."""
        raise NotImplementedError

    def throttled(self, request: web.Request, retry_after: int) -> web.StreamResponse:
        """Answer a throttled request as this vendor does."""
        return web.json_response({"error": "rate_limited"}, status=429, headers={"Retry-After": str(retry_after)})

    def broken(self, request: web.Request) -> web.StreamResponse:
        """Answer a failing request as this vendor does."""
        return web.json_response({"error": "internal_error"}, status=500)

    def revoked(self, request: web.Request) -> web.StreamResponse:
        """Answer a request whose token was revoked as this vendor does."""
        return web.json_response({"error": "invalid_token"}, status=401)

    async def snapshot(self) -> Change:
        """Everything the page needs to draw this world, JSON-ready."""
        return {}

    async def act(self, what: dict[str, Any]) -> Change:
        """Do what a person does in this world's own screens: ``{"act": "press", …}``. Each world names its acts."""
        raise NotImplementedError

    async def reset(self) -> None:
        """Forget everything but who lives here."""

    async def stop(self) -> None:
        """Let go of what this world holds open. Called when the outside world stops."""

    def next_number(self) -> int:
        """A number never given before in this world."""
        return next(self._numbers)

    def tell(self, kind: str, **what: Any) -> None:
        """Let the page know that something changed."""
        if self.outside is not None:
            self.outside.publish({"world": self.name, "kind": kind, **what})

    def at(self, host: str, path: str = "") -> str:
        """The loopback address at which this host is played."""
        assert self.outside is not None, "a world has an address only once it is part of an Outside"
        return self.outside.at(host, path)

    def wrap(self, handler: Handler) -> Handler:
        """Put this world's faults around a handler."""

        async def with_faults(request: web.Request) -> web.StreamResponse:
            fault = self.faults.take(request.path, Fault.THROTTLE, Fault.ERROR, Fault.LOST_ANSWER, Fault.REVOKED)
            if fault is None:
                return await handler(request)
            if fault.fault is Fault.THROTTLE:
                return self.throttled(request, fault.retry_after)
            if fault.fault is Fault.ERROR:
                return self.broken(request)
            if fault.fault is Fault.REVOKED:
                return self.revoked(request)
            answer = await handler(request)
            if request.transport is not None:
                request.transport.abort()
            return answer

        return with_faults


class Outside:
    """All worlds on one loopback port: ``https://api.example.com/x`` is played at ``/at/api.example.com/x``."""

    def __init__(self, *worlds: World, host: str = "127.0.0.1") -> None:
        self.worlds = {world.name: world for world in worlds}
        self.host = host
        self.port = 0
        self.product_url = ""
        """Where the product listens, set before anything is pressed."""
        self._listeners: set[asyncio.Queue[Change]] = set()
        self._runner: web.AppRunner | None = None
        self.app = web.Application(client_max_size=40 * 1024 * 1024)
        for world in worlds:
            world.outside = self
            for played, method, path, handler in world.routes():
                self.app.router.add_route(method, f"/at/{played}{path}", world.wrap(handler))
        self._hosts = sorted({played for world in worlds for played, *_ in world.routes()})

    @property
    def url(self) -> str:
        """The address of the whole outside world."""
        return f"http://{self.host}:{self.port}"

    def at(self, host: str, path: str = "") -> str:
        """The loopback address of a path on a host that is played here."""
        return f"{self.url}/at/{host}{path}"

    def origins(self) -> dict[str, str]:
        """Real origin to loopback origin, as the product's ``outside`` setting wants it."""
        return {f"https://{played}": self.at(played) for played in self._hosts}

    async def start(self, port: int = 0) -> None:
        """Listen. Port 0 takes a free one."""
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening, and let every world let go of what it holds open."""
        for world in self.worlds.values():
            await world.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def publish(self, change: Change) -> None:
        """Hand a change to everyone who listens."""
        for queue in self._listeners:
            queue.put_nowait(change)

    def listen(self) -> asyncio.Queue[Change]:
        """A queue of all changes from now on; give it back with ``hush``."""
        queue: asyncio.Queue[Change] = asyncio.Queue()
        self._listeners.add(queue)
        return queue

    def hush(self, queue: asyncio.Queue[Change]) -> None:
        """Stop listening."""
        self._listeners.discard(queue)
