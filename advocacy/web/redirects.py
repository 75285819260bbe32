"""``/r/{code}``: leads on to a story, and counts that somebody followed the link."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy.exc import SQLAlchemyError

from advocacy.sharing import bots
from advocacy.sharing.clicks import ClickWriter, Hit, Kept, LinkTable, Target
from advocacy.sharing.visitors import Visitors
from advocacy.web import pages
from advocacy.web.onward import onward
from advocacy.web.own_clicks import OWN, OwnClicks

PREFIX: Final = "/r/"
STOPPED: Final = "stopped"
"""Why a click on a recalled story's link does not count."""
_LONGEST_HOST = 120
log = structlog.get_logger(__name__)


def routes(application: web.Application, app: pages.Parts) -> None:
    """Mount it on the router; works with and without ``shortcut``."""
    redirects = _made(app)

    async def follow(request: web.Request) -> web.StreamResponse:
        return await redirects.follow(request, request.match_info["code"])

    application.router.add_get(PREFIX + "{code}", follow)


def shortcut(runner: web.AppRunner, app: pages.Parts) -> None:
    """Answer redirects before the router and its middlewares are asked, which doubles how many there can be.

    Call after ``runner.setup()``.
    """
    server = runner.server
    assert server is not None
    redirects = _made(app)
    server.request_handler = redirects.before(server.request_handler)  # type: ignore[assignment]


def _made(app: pages.Parts) -> Redirects:
    return Redirects(app.links, app.clicks, app.visitors, OwnClicks(app.settings))


class Redirects:
    """The person waits until the click is safe, about two milliseconds; never for a locked or absent database."""

    def __init__(self, links: LinkTable, clicks: ClickWriter, visitors: Visitors, own: OwnClicks) -> None:
        self._links = links
        self._clicks = clicks
        self._visitors = visitors
        self._own = own

    def before(self, otherwise: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Handler:
        """A handler that answers links in memory itself, and leaves everything else to ``otherwise``."""
        get = self._links.get

        async def handle(request: web.Request) -> web.StreamResponse:
            path = request.raw_path  # with an escaped sign in it, it is left to the router
            if path.startswith(PREFIX) and request.method in {"GET", "HEAD"}:
                target = get(path[3:].partition("?")[0])  # networks append queries of their own
                if target is not None and not target.stopped:
                    await self._count(request, target, bots.reason(request.method, request.headers))
                    return onward(request, target.url)
            return await otherwise(request)

        return handle

    async def follow(self, request: web.Request, code: str) -> web.StreamResponse:
        """Lead on; say so where there is nothing to lead to."""
        target = self._links.get(code)
        if target is None:
            try:
                target = await self._links.find(code)
            except (SQLAlchemyError, OSError, TimeoutError):
                return _away(request)
        if target is None:
            return _unknown(request)
        if target.stopped:
            await self._count(request, target, STOPPED)
            return _stopped(request)
        await self._count(request, target, bots.reason(request.method, request.headers))
        return onward(request, target.url)

    def _count(self, request: web.Request, target: Target, dropped: str) -> asyncio.Future[Kept]:
        at = datetime.now(UTC)
        headers = request.headers
        visitor = self._visitors.name(_address(request), headers.get("User-Agent", ""), at)
        if not dropped and self._own.is_one(headers, target.person_id):
            dropped = OWN
        hit = Hit(target.link_id, at, visitor, _host(headers.get("Referer", "")), dropped)
        try:
            return self._clicks.add(hit)
        except RuntimeError:
            log.warning("a click came while the writer was stopped")
            lost: asyncio.Future[Kept] = asyncio.get_running_loop().create_future()
            lost.set_result(Kept.LOST)
            return lost


def _unknown(request: web.Request) -> web.Response:
    t = pages.visitor_words(request)
    lines = (t("Perhaps it was not copied completely."),)
    return pages.message(t, t("We do not know this link"), *lines, status=HTTPStatus.NOT_FOUND)


def _stopped(request: web.Request) -> web.Response:
    t = pages.visitor_words(request)
    lines = (t("The story behind this link was taken back."),)
    return pages.message(t, t("No longer available"), *lines, status=HTTPStatus.GONE)


def _away(request: web.Request) -> web.Response:
    t = pages.visitor_words(request)
    lines = (t("We cannot look up this link right now. Please try again in a minute."),)
    page = pages.message(t, t("One moment"), *lines, status=HTTPStatus.SERVICE_UNAVAILABLE)
    page.headers["Retry-After"] = "30"
    return page


def _address(request: web.Request) -> str:
    """Where the visitor is; the name that a proxy in front of us gives, where there is one on this machine or net."""
    peer = request.remote or ""
    told = request.headers.get("X-Forwarded-For")
    if told and _is_near(peer):
        return told.rpartition(",")[2].strip()[:64]
    return peer


@lru_cache(maxsize=1024)
def _is_near(peer: str) -> bool:
    try:
        return not ipaddress.ip_address(peer).is_global
    except ValueError:
        return True  # a local socket


@lru_cache(maxsize=4096)
def _host(referrer: str) -> str:
    """The host of an address, and nothing else of it; Android apps give their name (android-app://…)."""
    try:
        return (urlsplit(referrer).hostname or "")[:_LONGEST_HOST]
    except ValueError:
        return ""


__all__ = ["Redirects", "routes", "shortcut"]
