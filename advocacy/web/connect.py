"""The page on which a person connects an account: opened from the chat, and left for the network and back."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from advocacy.bot.language import Translator, translator
from advocacy.db import Database
from advocacy.people.models import Person
from advocacy.sharing.accounts import Connected, ConnectProblem
from advocacy.sharing.network import Network
from advocacy.web import pages, security
from advocacy.web.connect_words import Trouble, trouble
from advocacy.web.own_clicks import OwnClicks

COOKIE_SECONDS = 15 * 60
MENDABLE = frozenset({"bad_host", "not_a_server", "wrong_password", "try_later"})
"""Problems with what was typed: the form is shown again with what was in it."""
DECLINED = frozenset({"access_denied", "user_cancelled_login", "user_cancelled_authorize"})
"""https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1, and what LinkedIn says instead."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in the form. The password is never shown again."""

    host: str = ""
    handle: str = ""


def routes(application: web.Application, app: pages.Parts) -> None:
    """Mount the pages."""
    door = _Connect(app)
    application.router.add_get("/connect/{network}", door.show)
    application.router.add_post("/connect/{network}", door.go)
    application.router.add_get("/connect/{network}/callback", door.back)
    application.router.add_get("/connect/{network}/done", door.done)


class _Connect:
    """Opening the page changes nothing: link previews and scanners may. Only pressing its button does."""

    def __init__(self, app: pages.Parts) -> None:
        self._app = app
        self._own = OwnClicks(app.settings)
        self._signer = pages.Signer(app.settings)

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Who you are, what will happen, what is stored."""
        token = request.query.get("t", "")
        try:
            person, port = await self._who(request, token)
        except ConnectProblem as problem:
            return self._sorry(request, problem.code)
        return self._form(person, port, token, Typed())

    async def go(self, request: web.Request) -> web.StreamResponse:
        """The button was pressed: off to the network, or sign in with what was typed."""
        if not security.is_ours(request, self._app.settings):
            raise web.HTTPForbidden
        given = await pages.form(request)
        token, typed = given.get("t", ""), Typed(given.get("host", "")[:300], given.get("handle", "")[:300])
        try:
            person, port = await self._who(request, token)
        except ConnectProblem as problem:
            return self._sorry(request, problem.code)
        try:
            if port.abilities().asks_password:
                password = given.get("password", "")[:300]
                done = await self._app.accounts.sign_in(token, typed.host, typed.handle, password)
                return self._finished(done)
            consent, cookie = await self._app.accounts.begin(token, typed.host)
        except ConnectProblem as problem:
            if problem.code in MENDABLE:
                return self._form(person, port, token, typed, problem.code)
            return self._sorry(request, problem.code, t=_words(person))
        answer = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": consent, "Cache-Control": "no-store"})
        self._keep(answer, f"connect-{port.name}", port.name, cookie)
        self._keep(answer, f"again-{port.name}", port.name, token)
        return answer

    async def back(self, request: web.Request) -> web.StreamResponse:
        """The network sent the browser back."""
        name = request.match_info["network"]
        state, code = request.query.get("state", ""), request.query.get("code", "")
        said = request.query.get("error", "")
        try:
            done = await self._app.accounts.finish(state, code, request.cookies.get(f"connect-{name}", ""))
        except ConnectProblem as problem:
            refused = problem.code == "declined" and said not in DECLINED
            token = request.cookies.get(f"again-{name}", "")
            return self._sorry(
                request, "refused" if refused else problem.code, t=await self._words_of(token), token=token
            )
        return self._finished(done)

    async def done(self, request: web.Request) -> web.StreamResponse:
        """Connected. Reached by a redirect, so that no code stays in the address and a reload does no harm."""
        said, mark = request.query.get("s", ""), request.query.get("m", "")
        port = self._app.networks.get(request.match_info["network"])
        if port is None or not self._signer.is_ours("connected", said, mark):
            raise web.HTTPNotFound
        network, person_id, handle, resumed = json.loads(base64.urlsafe_b64decode(said))
        person = await _person(self._app.db, person_id)
        if network != port.name or person is None:
            raise web.HTTPNotFound
        t, undo = _words(person), person.undo_seconds
        return pages.render(
            "connected.html", t, network=port.label, handle=handle, resumed=resumed, title=t("Connected"),
            undo=self._app.settings.undo_seconds if undo is None else undo,
        )  # fmt: skip

    async def _who(self, request: web.Request, token: str) -> tuple[Person, Network]:
        ticket = await self._app.accounts.check(token)
        person = await _person(self._app.db, ticket.person_id)
        if person is None or ticket.network != request.match_info["network"]:
            raise ConnectProblem("bad_link")
        return person, self._app.networks[ticket.network]

    async def _words_of(self, token: str) -> Translator | None:
        try:
            person = await _person(self._app.db, self._app.accounts.read(token).person_id)
        except ConnectProblem:
            return None
        return _words(person) if person else None

    def _form(self, person: Person, port: Network, token: str, typed: Typed, problem: str = "") -> web.Response:
        t, abilities = _words(person), port.abilities()
        undo = self._app.settings.undo_seconds if person.undo_seconds is None else person.undo_seconds
        return pages.render(
            "connect.html", t, title=t("Connect {network}", network=port.label), network=port.label, name=port.name,
            person=person, token=token, typed=typed, abilities=abilities, undo=undo,
            problem=trouble(t, problem, port.label) if problem else None,
            password_page=self._app.settings.reachable(abilities.password_page) if abilities.password_page else "",
            status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
            headers={"Content-Security-Policy": security.policy(self._forms(port))},
        )  # fmt: skip

    def _forms(self, port: Network) -> tuple[str, ...]:
        """Where the button may lead: browsers hold the redirect after a form to the policy of the form's page."""
        if port.abilities().asks_password:
            return ()
        return ("https:", *dict.fromkeys(self._app.settings.outside.values()))

    def _sorry(
        self, request: web.Request, code: str, *, t: Translator | None = None, token: str = ""
    ) -> web.StreamResponse:
        name = request.match_info["network"]
        port = self._app.networks.get(name)
        t = t or pages.visitor_words(request)
        said: Trouble = trouble(t, code, port.label if port else name.capitalize())
        again = (t("Try again"), f"/connect/{port.name}?t={token}") if port and token and said.can_retry else None
        return pages.message(t, said.title, *said.lines, status=said.status, tone=said.tone, way=again)

    def _finished(self, done: Connected) -> web.StreamResponse:
        what = json.dumps([done.network, done.person_id, done.handle, len(done.resumed)])
        said = base64.urlsafe_b64encode(what.encode()).decode()
        where = f"/connect/{done.network}/done?s={said}&m={self._signer.sign('connected', said)}"
        answer = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": where, "Cache-Control": "no-store"})
        for kind in ("connect", "again"):
            answer.del_cookie(f"{kind}-{done.network}", path=f"/connect/{done.network}")
        self._own.mark(answer, done.person_id)
        return answer

    def _keep(self, answer: web.Response, cookie: str, network: str, value: str) -> None:
        answer.set_cookie(
            cookie, value, max_age=COOKIE_SECONDS, path=f"/connect/{network}", httponly=True, samesite="Lax",
            secure=security.is_secure(self._app.settings),
        )  # fmt: skip


def _words(person: Person) -> Translator:
    return translator(person.language, "web")


async def _person(db: Database, person_id: int) -> Person | None:
    async with db.read() as s:
        return await s.get(Person, person_id)


__all__ = ["routes"]
