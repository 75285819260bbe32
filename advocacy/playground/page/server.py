"""The playground's one page: shows all worlds side by side and lets its visitor press everything in them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from advocacy.playground.colleagues.crowd import Colleagues
from advocacy.playground.company import COMPANY, Resident
from advocacy.playground.page.state import person_json, world_for
from advocacy.playground.world import Change, Fault, Outside, World

FOLDER = Path(__file__).with_name("static")
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
GATHER = 0.08
"""Seconds in which changes are gathered before the page hears of them."""
HEARTBEAT = 15.0
"""Seconds of silence after which the page is told that we are still here."""
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
MOST_FAULTS = 50
Ask = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BadAskError(ValueError):
    """Said to the page as it is: one sentence."""


def add_page(outside: Outside, residents: Sequence[Resident]) -> None:
    """Mount the page on the outside world; before it starts to listen."""
    page = _Page(outside, residents)
    add = outside.app.router
    add.add_get("/", page.guarded(page.index))
    add.add_get("/favicon.ico", page.guarded(page.mark))
    add.add_get("/page/{file}", page.guarded(page.file))
    add.add_get("/state", page.guarded(page.state))
    add.add_get("/events", page.guarded(page.events))
    add.add_post("/do", page.guarded(page.do))
    add.add_post("/faults", page.guarded(page.faults))
    add.add_post("/colleagues", page.guarded(page.colleagues))
    outside.app.on_shutdown.append(page.close)


class _Page:
    """The handlers."""

    def __init__(self, outside: Outside, residents: Sequence[Resident]) -> None:
        self.outside = outside
        self.people = {one.key: one for one in residents}
        self._files = {one.name: one for one in FOLDER.iterdir() if one.suffix in KINDS}
        self._closing = asyncio.Event()
        self._run = secrets.token_hex(8)

    async def close(self, _: web.Application) -> None:
        """End the streams, so that nobody has to wait for them."""
        self._closing.set()

    def guarded(self, ask: Ask) -> Ask:
        """Let only this page's own browser in, and answer mistakes as one sentence.

        The host must be a loopback name, or a foreign name could be pointed at us; a POST must come from this very
        page, or any site open in the same browser could press for its visitor.
        """

        async def answered(request: web.Request) -> web.StreamResponse:
            host = urlsplit(f"//{request.host}").hostname or ""
            if host not in LOOPBACK | {self.outside.host}:
                return _no(403, "This page is only played on this machine.")
            if request.method == "POST" and urlsplit(request.headers.get("Origin", "")).netloc != request.host:
                return _no(403, "Only the playground's own page may press here.")
            try:
                return await ask(request)
            except BadAskError as bad:
                return _no(400, str(bad))

        return answered

    # -- the page itself

    async def index(self, request: web.Request) -> web.StreamResponse:
        """The page."""
        return self._serve(self._files["index.html"])

    async def mark(self, request: web.Request) -> web.StreamResponse:
        """What browsers ask for on pages that name no icon: the networks' and the company's."""
        return self._serve(self._files["icon.svg"])

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A part of the page, out of its own folder only."""
        found = self._files.get(request.match_info["file"])
        return _no(404, "There is no such file.") if found is None else self._serve(found)

    def _serve(self, path: Path) -> web.StreamResponse:
        product = urlsplit(self.outside.product_url)
        pictures = f"{product.scheme}://{product.netloc}" if product.netloc else ""
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none';"
            f" form-action 'none'; frame-ancestors 'none'; img-src 'self' data: {pictures}"
        )
        headers = {
            "Content-Security-Policy": policy,
            "Cache-Control": "no-cache",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        return web.Response(body=path.read_bytes(), content_type=KINDS[path.suffix], charset="utf-8", headers=headers)

    # -- looking

    async def state(self, request: web.Request) -> web.StreamResponse:
        """Everything to draw, as the people ``?slack=`` and ``?teams=`` (keys) see it; ``?only=`` names worlds."""
        viewers = {name: self.people.get(request.query.get(name, "")) for name in ("slack", "teams")}
        only = {one for one in request.query.get("only", "").split(",") if one}
        worlds = {
            name: world_for(name, await world.snapshot(), viewers)
            for name, world in self.outside.worlds.items()
            if not only or name in only
        }
        told: Change = {"worlds": worlds, "faults": self._waiting(), "colleagues": self._colleagues()}
        if not only:
            told |= {
                "run": self._run,
                "company": COMPANY,
                "product": self.outside.product_url,
                "people": [person_json(one) for one in self.people.values()],
                "origins": self.outside.origins(),
            }
        return _json(told)

    def _waiting(self) -> dict[str, int]:
        return {name: sum(one.times for one in world.faults.waiting) for name, world in self.outside.worlds.items()}

    def _colleagues(self) -> Change:
        colleagues = Colleagues.of(self.outside)
        return {"there": colleagues is not None, "active": colleagues is not None and colleagues.active}

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: which worlds changed, gathered; a comment now and then when nothing does."""
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        queue = self.outside.listen()
        closing = asyncio.create_task(self._closing.wait())
        try:
            await stream.prepare(request)
            await stream.write(b"retry: 1000\nevent: hello\ndata: {}\n\n")
            while not closing.done():
                changes = await _gathered(queue, closing)
                worlds = sorted({str(one["world"]) for one in changes})
                said = f"data: {json.dumps({'worlds': worlds})}\n\n" if changes else ": still here\n\n"
                await stream.write(said.encode())
        except (ConnectionError, asyncio.CancelledError):
            pass  # the browser went away
        finally:
            closing.cancel()
            self.outside.hush(queue)
        return stream

    # -- doing

    async def do(self, request: web.Request) -> web.StreamResponse:
        """``{"world", "act", …}``: do it in that world, and answer what came of it."""
        asked = await _asked(request)
        world = self._world(asked.pop("world", None))
        if not isinstance(asked.get("act"), str):
            raise BadAskError("Say what to do: act is missing.")
        try:
            done = await world.act(asked)
        except (LookupError, ValueError, TypeError, AttributeError, NotImplementedError) as wrong:
            raise BadAskError(f"That cannot be done here: {wrong}") from wrong
        return _json(done)

    async def faults(self, request: web.Request) -> web.StreamResponse:
        """``{"world", "fault", "times", "path", "retry_after"}`` lets something go wrong.

        ``{"world", "clear": true}`` ends it.
        """
        asked = await _asked(request)
        world = self._world(asked.get("world"))
        if asked.get("clear"):
            world.faults.clear()
        else:
            try:
                fault = Fault(str(asked.get("fault")))
                times, after = int(asked.get("times", 1)), int(asked.get("retry_after", 5))
            except (ValueError, TypeError):
                known = ", ".join(Fault)
                raise BadAskError(f"A fault is one of: {known}; times and retry_after are numbers.") from None
            if not (1 <= times <= MOST_FAULTS and 0 <= after <= 600):
                raise BadAskError(f"Between 1 and {MOST_FAULTS} times, and wait for at most 600 seconds.")
            world.faults.inject(fault, times=times, path=str(asked.get("path") or ""), retry_after=after)
        world.tell("faults")
        return _json({"faults": self._waiting()})

    async def colleagues(self, request: web.Request) -> web.StreamResponse:
        """``{"active": true}`` lets the simulated colleagues work, false lets them rest."""
        asked = await _asked(request)
        colleagues = Colleagues.of(self.outside)
        if colleagues is None:
            raise BadAskError("Nobody else is here.")
        if asked.get("active"):
            colleagues.start()
        else:
            colleagues.pause()
        self.outside.publish({"world": "page", "kind": "colleagues"})
        return _json({"colleagues": self._colleagues()})

    def _world(self, name: object) -> World:
        world = self.outside.worlds.get(name) if isinstance(name, str) else None
        if world is None:
            raise BadAskError(f"There is no world {name!r}; there are: {', '.join(self.outside.worlds)}.")
        return world


async def _gathered(queue: asyncio.Queue[Change], closing: asyncio.Task[Any]) -> list[Change]:
    """The changes of a moment, waited for; none after a long silence or when all ends."""
    waiting = asyncio.ensure_future(queue.get())
    try:
        await asyncio.wait({waiting, closing}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            return []
        changes = [waiting.result()]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(closing), GATHER)
        while not queue.empty():
            changes.append(queue.get_nowait())
        return changes
    finally:
        waiting.cancel()


async def _asked(request: web.Request) -> dict[str, Any]:
    try:
        asked = await request.json()
    except (ValueError, UnicodeDecodeError):
        asked = None
    if not isinstance(asked, dict):
        raise BadAskError("Send one JSON object.")
    return asked


def _json(what: Change) -> web.Response:
    return web.json_response(what, headers={"Cache-Control": "no-store"})


def _no(status: int, sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=status)
