"""A web site on loopback that serves feeds, for tests of what happens over time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

from advocacy.config import Settings
from advocacy.http import Http

NEWS, OTHER = "https://news.nordlicht.example", "https://wind.nordlicht.example"
_TITLE = re.compile(rb"(<title[^>]*>\s*(?:<!\[CDATA\[)?)(?=[^<\s\]])", re.IGNORECASE)
_ENTRY = re.compile(rb"(?=<(?:item|entry)[\s>])", re.IGNORECASE)


@dataclass
class Site:
    """Answers each path with what was put there; remembers who asked for what."""

    pages: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    moves: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Status and ``Location`` of a path."""
    requests: list[web.Request] = field(default_factory=list)
    now: int = 0
    most: int = 0
    """Requests that were under way at the same time."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0)  # lets others in, if there are any
            return self.answer(request)
        finally:
            self.now -= 1

    def answer(self, request: web.Request) -> web.StreamResponse:
        """What was put there."""
        if request.path in self.moves:
            status, location = self.moves[request.path]
            return web.Response(status=status, headers={"Location": location})
        if self.status != 200:
            return web.Response(status=self.status, headers=self.headers)
        etag = self.headers.get("ETag")
        if etag is not None and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(body=self.pages[request.path], headers=self.headers)


@asynccontextmanager
async def serving(settings: Settings, site: Site) -> AsyncIterator[Http]:
    """A client for which ``NEWS`` and ``OTHER`` are this site."""
    app = web.Application()
    app.router.add_get("/{path:.*}", site.handle)
    server = TestServer(app)
    await server.start_server()
    base = str(server.make_url("")).rstrip("/")
    client = Http(settings.model_copy(update={"outside": {NEWS: base, OTHER: base.replace("127.0.0.1", "localhost")}}))
    await client.start()
    yield client
    await client.close()
    await server.close()


def retitled(data: bytes, word: str) -> bytes:
    """The feed with this word put before each entry's title."""
    if data.startswith(b"{"):
        return data.replace(b'      "title": "', b'      "title": "' + word.encode() + b" ")
    head, *entries = _ENTRY.split(data)
    return head + b"".join(_TITLE.sub(rb"\g<1>" + word.encode() + b" ", one, count=1) for one in entries)


def rss(*items: tuple[str, str], channel: str = "") -> bytes:
    """A small feed of titles and links."""
    told = "".join(f"<item><title>{title}</title><link>{link}</link></item>" for title, link in items)
    return f"<rss version='2.0'><channel><title>Wind</title>{channel}{told}</channel></rss>".encode()


def links(count: int, at: str = NEWS) -> Iterable[tuple[str, str]]:
    """Items that have nothing to do with each other."""
    words = ["Amber", "Birch", "Cobalt", "Dune", "Ember", "Fjord", "Grove", "Harbour", "Iris", "Juniper"]
    return ((f"{words[n % 10]} stands alone in the {words[-1 - n % 10]} number {n}", f"{at}/{n}") for n in range(count))


__all__ = ["NEWS", "OTHER", "Site", "links", "retitled", "rss", "serving"]
