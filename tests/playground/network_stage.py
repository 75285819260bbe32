"""What the tests of the networks' worlds share: worlds on loopback and one HTTP client."""

from __future__ import annotations

import contextlib
import io
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
from aiohttp import web
from PIL import Image

from advocacy.playground.networks.consent import ConsentWorld
from advocacy.playground.networks.network import NetworkWorld
from advocacy.playground.networks.preview import playable
from advocacy.playground.world import Outside, World

CALLBACK = "https://advocacy.nordlicht.example/oauth/callback"


class Stage:
    """Worlds that listen, and a client without cookies of its own."""

    def __init__(self, outside: Outside, http: aiohttp.ClientSession) -> None:
        self.outside = outside
        self.http = http

    async def ask(self, method: str, url: str, **more: Any) -> tuple[int, Any, Any]:
        """Status, body (JSON where it is, else text) and headers; never follows a redirect."""
        more.setdefault("allow_redirects", False)
        async with self.http.request(method, playable(self.outside, url), **more) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, (await answer.json() if is_json else await answer.text()), answer.headers


@contextlib.asynccontextmanager
async def stage(*worlds: World) -> AsyncIterator[Stage]:
    """Let these worlds listen."""
    outside = Outside(*worlds)
    await outside.start()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        try:
            yield Stage(outside, http)
        finally:
            await outside.stop()


@contextlib.asynccontextmanager
async def product(location: str) -> AsyncIterator[tuple[str, list[str]]]:
    """A product whose ``/r/…`` leads to a location; hands out its address and the user agents that came by."""
    agents: list[str] = []

    async def short(request: web.Request) -> web.StreamResponse:
        agents.append(request.headers["User-Agent"])
        raise web.HTTPFound(location)

    app = web.Application()
    app.router.add_get("/r/{code}", short)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/r/abc", agents
    finally:
        await runner.cleanup()


def authorize(world: ConsentWorld, path: str, app: str, scopes: str, **more: str) -> str:
    """The address the product sends a browser to."""
    query = {"response_type": "code", "client_id": app, "redirect_uri": CALLBACK, "state": "s&1", "scope": scopes}
    return f"{world.origin}{path}?{urlencode(query | more)}"


def answer_of(redirect: str) -> dict[str, str]:
    """What came back in the redirect's query."""
    assert redirect.startswith(CALLBACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(redirect).query).items()}


def to_next(world: NetworkWorld, seconds: int) -> None:
    """Move to the beginning of the next window of so many seconds, so that none turns in the middle of a test."""
    world.clock.move(seconds=seconds - world.clock.now().timestamp() % seconds)


def png(width: int = 20, height: int = 10) -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (20, 120, 140)).save(out, "PNG")
    return out.getvalue()
