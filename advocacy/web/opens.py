"""``/open/{share}``: opens the share dialog of a network, for whoever shares without connecting.

Also for dialogs that chat platforms do not take as a button's address (``mailto:``).
"""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from advocacy.content.audience import NotSharable
from advocacy.sharing.models import Share, ShareState
from advocacy.sharing.shares import NotOffered, Sharing
from advocacy.web import pages
from advocacy.web.own_clicks import OwnClicks

_OWN_LOOK = ("marker", "changed")
"""Such a share waits for its person's words, or their look: not for connecting."""


def routes(application: web.Application, app: pages.Parts) -> None:
    """Mount it."""
    addresses = pages.Addresses(app.settings)
    own = OwnClicks(app.settings)
    sharing = Sharing(app.settings, app.networks)

    async def open_dialog(request: web.Request) -> web.StreamResponse:
        """Lead to the dialog; a share that waits for connecting goes on through it.

        404 for an address that we did not sign, or a share that is over; 410 when its story must not be shared now.
        """
        share_id = addresses.read_dialog(request.match_info["share"])
        if share_id is None:
            raise web.HTTPNotFound
        async with app.db.read() as s:
            share = await s.get(Share, share_id)
        if share is not None and share.state == ShareState.WAITING and share.problem not in _OWN_LOOK:
            try:
                async with app.db.write() as s:
                    share = await sharing.use_dialog(s, share.id, share.person_id)
            except (NotSharable, NotOffered):
                t = pages.visitor_words(request)
                lines = (t("The story cannot be shared at the moment."), t("Nothing was posted."))
                return pages.message(t, t("No longer available"), *lines, status=HTTPStatus.GONE)
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
