"""The short domain serves links and nothing else: nobody signs in there, and it gives away no page of ours."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from advocacy.config import Settings

SERVED = ("/r/", "/static/", "/healthz", "/readyz")
"""Links, what their pages are drawn with, and what watches over the product."""


def guard(settings: Settings) -> list[Middleware]:
    """What keeps other pages from the short domain; nothing where there is none of its own.

    It goes by the Host header, so a proxy in front of us has to pass that on; the doctor looks.
    """
    short = urlsplit(settings.short_url).netloc.lower()
    if not short or short == urlsplit(settings.public_url).netloc.lower():
        return []

    @web.middleware
    async def keep(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.host.lower() != short or request.path.startswith(SERVED):
            return await handler(request)
        if settings.short_home and request.method in {"GET", "HEAD"}:
            raise web.HTTPFound(settings.short_home)
        raise web.HTTPNotFound

    return [keep]


__all__ = ["guard"]
