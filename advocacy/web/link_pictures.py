"""``/pictures/links/…``: a link's QR code, for chat platforms, slides and posters."""

from __future__ import annotations

from typing import Literal, cast

from aiohttp import web

from advocacy.sharing import links, qr
from advocacy.web import pages

TYPES = {"png": "image/png", "svg": "image/svg+xml"}
HEADERS = {"Cache-Control": "public, max-age=86400", "Content-Security-Policy": "default-src 'none'"}


def routes(application: web.Application, app: pages.Parts) -> None:
    """Mount them."""

    async def show(request: web.Request) -> web.StreamResponse:
        """PNG or SVG. 404 for a link that is not there or leads nowhere any more."""
        word, kind = request.match_info["word"], request.match_info["kind"]
        found = app.links.get(word) or await app.links.find(word)
        if found is None or found.stopped:
            raise web.HTTPNotFound
        drawn = qr.draw(links.address(app.settings, word), cast("Literal['png', 'svg']", kind))
        return web.Response(body=drawn, content_type=TYPES[kind], headers=HEADERS)

    application.router.add_get(f"{links.PICTURES}/{{word:[0-9A-Za-z-]+}}.{{kind:png|svg}}", show)


__all__ = ["routes"]
