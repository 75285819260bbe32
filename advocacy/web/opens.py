"""``/open/{share}``: opens the share dialog of a network, for whoever shares without connecting.

Also for dialogs that chat platforms do not take as a button's address (``mailto:``).
"""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from advocacy.content import audience
from advocacy.content.audience import NotSharable
from advocacy.db import now
from advocacy.sharing import bots
from advocacy.sharing.models import Share, ShareState
from advocacy.sharing.shares import NotOffered, Sharing
from advocacy.web import pages
from advocacy.web.own_clicks import OwnClicks

_OWN_LOOK = ("marker", "changed")
"""Such a share waits for its person's words, or their look: not for connecting."""
_LEADS_ON = frozenset({ShareState.OPENED, ShareState.REPORTED})


def routes(application: web.Application, app: pages.Parts) -> None:
    """Mount it."""
    addresses = pages.Addresses(app.settings)
    own = OwnClicks(app.settings)
    sharing = Sharing(app.settings, app.networks)

    async def opened(share_id: int) -> Share | None:
        """The share, on its way through the dialog if it may go there. Raises ``NotSharable``, ``NotOffered``."""
        async with app.db.read() as s:
            share = await s.get(Share, share_id)
            if share is not None and share.state in _LEADS_ON:
                await audience.sharable(s, share.story_id, share.person_id, now())
        if share is not None and share.state == ShareState.WAITING and share.problem not in _OWN_LOOK:
            async with app.db.write() as s:
                share = await sharing.use_dialog(s, share.id, share.person_id)
        return share

    async def open_dialog(request: web.Request) -> web.StreamResponse:
        """Lead to the dialog; a share that waits for connecting goes on through it.

        404 for an address that we did not sign, or a share that is over; 410 when its story must not be shared now,
        however often it was opened before; 503 for a browser that only looks ahead: nobody has decided anything.
        """
        share_id = addresses.read_dialog(request.match_info["share"])
        if share_id is None:
            raise web.HTTPNotFound
        if bots.reason(request.method, request.headers) == bots.PREFETCH:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Cache-Control": "no-store"})
        try:
            share = await opened(share_id)
        except (NotSharable, NotOffered):
            t = pages.visitor_words(request)
            lines = (t("The story cannot be shared at the moment."), t("Nothing was posted."))
            return pages.message(t, t("No longer available"), *lines, status=HTTPStatus.GONE)
        if share is None or share.state not in _LEADS_ON:
            raise web.HTTPNotFound
        url = sharing.dialog_url(share)
        if not url:
            raise web.HTTPNotFound
        headers = {"Location": url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        answer = web.Response(status=HTTPStatus.FOUND, headers=headers)
        own.mark(answer, share.person_id)
        return answer

    application.router.add_get("/open/{share}", open_dialog, allow_head=False)
