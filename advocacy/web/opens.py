"""``/open/{share}``: opens a share dialog that chat platforms do not take as a button's address (``mailto:``)."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from advocacy.sharing.models import Share, ShareState
from advocacy.sharing.shares import Sharing
from advocacy.web import pages
from advocacy.web.own_clicks import OwnClicks


def routes(application: web.Application, app: pages.Parts) -> None:
    """Mount it."""
    addresses = pages.Addresses(app.settings)
    own = OwnClicks(app.settings)
    sharing = Sharing(app.settings, app.networks)

    async def open_dialog(request: web.Request) -> web.StreamResponse:
        """Lead to the dialog. 404 for an address that we did not sign, or a share that is over."""
        share_id = addresses.read_dialog(request.match_info["share"])
        if share_id is None:
            raise web.HTTPNotFound
        async with app.db.read() as s:
            share = await s.get(Share, share_id)
        if share is None or share.state not in {ShareState.OPENED, ShareState.REPORTED}:
            raise web.HTTPNotFound
        url = sharing.dialog_url(share)
        if not url:
            raise web.HTTPNotFound
        headers = {"Location": url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        answer = web.Response(status=HTTPStatus.FOUND, headers=headers)
        own.mark(answer, share.person_id)
        return answer

    application.router.add_get("/open/{share}", open_dialog)
