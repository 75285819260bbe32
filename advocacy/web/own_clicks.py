"""Tells clicks of whoever shared a link, where their own browser says so: it got a mark when they came from chat.

The mark is a keyed hash: it names nobody, and is sent to nothing but links. Clicks from another browser, or on a short
domain, are counted like anybody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Final

from aiohttp import web

from advocacy.config import Settings
from advocacy.web import pages, security

COOKIE: Final = "advocacy-own"
OWN: Final = "own"
"""Why such a click does not count."""
LIFE = timedelta(days=180)
PATH = "/r/"


def is_everybodys(settings: Settings) -> bool:
    """In the playground one browser plays all people, so it is nobody's own."""
    return settings.playground


class OwnClicks:
    """Marks a person's browser, and knows it again at that person's links."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._signer = pages.Signer(settings)
        self._secure = security.is_secure(settings)

    def mark(self, answer: web.StreamResponse, person_id: int) -> None:
        """This browser is this person's."""
        if is_everybodys(self._settings):
            return
        answer.set_cookie(
            COOKIE, self._signer.sign(OWN, str(person_id)), max_age=int(LIFE.total_seconds()), httponly=True,
            samesite="Lax", secure=self._secure, path=PATH,
        )  # fmt: skip

    def is_one(self, headers: Mapping[str, str], person_id: int | None) -> bool:
        """Does this request come from the browser of the person whose link it is?"""
        sent = headers.get("Cookie")
        if sent is None or person_id is None or COOKIE not in sent:
            return False
        try:
            mark = SimpleCookie(sent).get(COOKIE)
        except CookieError:
            return False
        return mark is not None and self._signer.is_ours(OWN, str(person_id), mark.value)


__all__ = ["COOKIE", "OWN", "OwnClicks", "is_everybodys"]
