"""Signing in by a one-time address from the bot, and the session that follows."""

from __future__ import annotations

import time
from datetime import timedelta
from http import HTTPStatus

from aiohttp import web
from sqlalchemy import select

from advocacy.bot.language import translator
from advocacy.bot.models import SeenEvent
from advocacy.db import Database, now
from advocacy.people import directory
from advocacy.people.models import Person
from advocacy.sharing.once import insert_new
from advocacy.web import pages, security
from advocacy.web.own_clicks import OwnClicks

SESSION_LIFE = timedelta(hours=12)
COOKIE = "advocacy-session"
HOME = "/insights"


def routes(application: web.Application, app: pages.Parts) -> None:
    """Mount the pages."""
    door = _SignIn(app)
    application.router.add_get("/sign-in", door.show)
    application.router.add_post("/sign-in", door.enter)
    application.router.add_post("/sign-out", door.leave)
    application.router.add_get("/", door.home)


class Sessions:
    """Who is at the browser. The cookie says the person and since when; everything else is asked of the database."""

    def __init__(self, app: pages.Parts) -> None:
        self._db = app.db
        self._signer = pages.Signer(app.settings)
        self._secure = security.is_secure(app.settings)

    def open(self, answer: web.StreamResponse, person_id: int) -> None:
        """Begin: twelve hours, no longer."""
        said = f"{person_id}.{int(time.time())}"
        answer.set_cookie(
            COOKIE, f"{said}.{self._signer.sign('session', said)}", max_age=int(SESSION_LIFE.total_seconds()),
            httponly=True, samesite="Lax", secure=self._secure, path="/",
        )  # fmt: skip

    async def person(self, request: web.Request) -> Person | None:
        """The person, with the roles of this moment; nobody once they left."""
        said, _, mark = request.cookies.get(COOKIE, "").rpartition(".")
        if not self._signer.is_ours("session", said, mark):
            return None
        person_id, _, since = said.partition(".")
        if int(since) + SESSION_LIFE.total_seconds() < time.time():
            return None
        return await employed(self._db, int(person_id))


async def employed(db: Database, person_id: int) -> Person | None:
    """This person, while employed."""
    async with db.read() as s:
        found: Person | None = await s.scalar(select(Person).where(Person.id == person_id, directory.employed()))
    return found


class _SignIn:
    """Opening the address shows a page; only its button signs in, so that link previews use nothing up."""

    def __init__(self, app: pages.Parts) -> None:
        self._app = app
        self._addresses = pages.Addresses(app.settings)
        self._sessions = Sessions(app)

    async def home(self, request: web.Request) -> web.StreamResponse:
        """There is one page for people so far."""
        raise web.HTTPSeeOther(HOME)

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Say who would be signed in."""
        token = request.query.get("t", "")
        try:
            person, _ = await self._who(token)
        except ValueError as problem:
            return _sorry(request, str(problem))
        t = translator(person.language, "web")
        return pages.render("sign_in.html", t, title=t("Sign in"), person=person, token=token)

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """The button: use the address up and open a session."""
        if not security.is_ours(request, self._app.settings):
            raise web.HTTPForbidden
        try:
            person, nonce = await self._who((await pages.form(request)).get("t", ""))
            await self._use(nonce)
        except ValueError as problem:
            return _sorry(request, str(problem))
        answer = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": HOME})
        self._sessions.open(answer, person.id)
        OwnClicks(self._app.settings).mark(answer, person.id)
        return answer

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """Sign out of this browser."""
        if not security.is_ours(request, self._app.settings):
            raise web.HTTPForbidden
        t = pages.visitor_words(request)
        answer = pages.message(t, t("Signed out"), t("See you soon. To come back, write “leaderboard” to the bot."))
        answer.del_cookie(COOKIE, path="/")
        return answer

    async def _use(self, nonce: str) -> None:
        """Use the address up; of two at once, one raises ``ValueError`` ``used``."""
        async with self._app.db.write() as s:
            if await insert_new(s, SeenEvent, {"key": f"signin:{nonce}", "at": now()}) is None:
                raise ValueError("used")

    async def _who(self, token: str) -> tuple[Person, str]:
        """The person and the nonce. Raises ``ValueError``: ``bad_link``, ``expired`` or ``used``."""
        person_id, nonce = self._addresses.read_sign_in(token)
        async with self._app.db.read() as s:
            if await s.scalar(select(SeenEvent.id).where(SeenEvent.key == f"signin:{nonce}")) is not None:
                raise ValueError("used")
        person = await employed(self._app.db, person_id)
        if person is None:
            raise ValueError("bad_link")
        return person, nonce


def _sorry(request: web.Request, code: str) -> web.Response:
    t = pages.visitor_words(request)
    title = {
        "expired": t("This link has expired"),
        "used": t("This link was used already"),
    }.get(code, t("This link is not complete"))
    why = {
        "expired": t("Links to sign in are good for ten minutes."),
        "used": t("Each link signs in once."),
    }.get(code, t("It may have been cut off when it was copied."))
    return pages.message(
        t, title, why, t("Write “leaderboard” to the bot in Slack or Teams to get a new link."), status=HTTPStatus.GONE
    )


__all__ = ["Sessions", "routes"]
