"""``/pictures/stories/…``: the pictures that are stored here, for chat platforms and browsers."""

from __future__ import annotations

from aiohttp import web

from advocacy.content import pictures
from advocacy.web import pages

HEADERS = {
    # A picture's address is its hash: what is there never changes.
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'",
}


def routes(application: web.Application, app: pages.Parts) -> None:
    """Mount them."""

    async def show(request: web.Request) -> web.StreamResponse:
        """JPEG. 404 for what is not stored."""
        async with app.db.read() as s:
            found = await pictures.load(s, f"picture:{request.match_info['sha256']}")
        if found is None:
            raise web.HTTPNotFound
        return web.Response(body=found.content, content_type="image/jpeg", headers=HEADERS)

    application.router.add_get(f"{pictures.FOLDER}/{{sha256}}.jpg", show)


__all__ = ["routes"]
