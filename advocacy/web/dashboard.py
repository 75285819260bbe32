"""The leaders' page: who takes part, per department, with the definition beside every number."""

from __future__ import annotations

import asyncio
import hashlib
from http import HTTPStatus
from typing import Any

from aiohttp import web

from advocacy.bot.language import Translator, translator
from advocacy.insights import periods
from advocacy.insights.picture import Look, trend_svg
from advocacy.people import directory
from advocacy.people.models import Person
from advocacy.web import pages
from advocacy.web.board_view import Facts, Wording, chosen, read
from advocacy.web.signin import Sessions

ROLES = ("leader", "editor")
WIDTHS = {"wide": 880, "narrow": 360}


def routes(application: web.Application, app: pages.Parts) -> None:
    """Mount the page, its numbers alone (for refreshing), and its chart."""
    door = _Dashboard(app)
    application.router.add_get("/insights", door.page)
    application.router.add_get("/insights/numbers", door.numbers)
    application.router.add_get("/insights/trend.svg", door.trend)


class _Dashboard:
    """For people with the role leader or editor. Roles are looked up for each request."""

    def __init__(self, app: pages.Parts) -> None:
        self._app = app
        self._sessions = Sessions(app)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The whole page."""
        person = await self._sessions.person(request)
        if person is None:
            return self._stranger(request)
        if not _may(person):
            return self._not_for_you(person)
        t = translator(person.language, "web")
        values = await self._values(request, t)
        return pages.render("insights.html", t, person=person, title=t("Who takes part"), **values)

    async def numbers(self, request: web.Request) -> web.StreamResponse:
        """The part of the page that changes. The script of the page asks for it again and again."""
        person = await self._sessions.person(request)
        if person is None or not _may(person):
            return web.Response(status=HTTPStatus.UNAUTHORIZED, text="sign in again\n")
        t = translator(person.language, "web")
        return pages.render("insights_numbers.html", t, **await self._values(request, t))

    async def trend(self, request: web.Request) -> web.StreamResponse:
        """The chart, in four looks: ``theme`` light or dark, ``size`` wide or narrow."""
        person = await self._sessions.person(request)
        if person is None or not _may(person):
            return web.Response(status=HTTPStatus.UNAUTHORIZED, text="sign in again\n")
        t = translator(person.language, "web")
        words, facts = await self._facts(request, t)
        if not facts.trend:
            raise web.HTTPNotFound
        look = Look(request.query.get("theme") == "dark", WIDTHS.get(request.query.get("size", ""), WIDTHS["wide"]))
        svg = await asyncio.to_thread(trend_svg, facts.trend, facts.board.period, words.trend_words(), look)
        # Its address holds a hash of the numbers, so a browser may keep it.
        return web.Response(text=svg, content_type="image/svg+xml", headers={"Cache-Control": "private, max-age=3600"})

    async def _facts(self, request: web.Request, t: Translator) -> tuple[Wording, Facts]:
        """What was asked for. 404 when there is no such period or department."""
        settings = self._app.settings
        try:
            span, period = chosen(request.query.get("period", ""), settings)
            department_id = int(request.query.get("department") or 0)
        except ValueError:
            raise web.HTTPNotFound from None
        if not 0 <= department_id < 2**63:
            raise web.HTTPNotFound
        async with self._app.db.read() as s:
            facts = await read(s, settings, period, department_id)
        if facts is None:
            raise web.HTTPNotFound
        return Wording(t, span, periods.today(settings.zone)), facts

    async def _values(self, request: web.Request, t: Translator) -> dict[str, Any]:
        words, facts = await self._facts(request, t)
        period, path = facts.board.period, facts.path
        here = path[-1][0] if path else 0
        span = request.query.get("period", "") or "month"
        version = hashlib.sha256(repr((facts.trend, t.language)).encode()).hexdigest()[:12]
        return {
            "company": self._app.settings.company,
            "spans": words.spans(here),
            "period": words.period(period),
            "days": words.days(period),
            "board": facts.board,
            "crumbs": [(self._app.settings.company, words.address(span)), *(
                (name, words.address(span, one)) for one, name in path
            )],
            "tiles": words.tiles(facts),
            "lines": words.lines(facts),
            "axis": words.rate(words.axis(facts)),
            "definition": words.definition(facts.board),
            "trend": facts.trend,
            "day": words.day,
            "chart": f"/insights/trend.svg?period={period.key}&v={version}",
            "numbers": f"/insights/numbers?{request.query_string}",
        }  # fmt: skip

    def _stranger(self, request: web.Request) -> web.Response:
        t = pages.visitor_words(request)
        return pages.message(
            t,
            t("Please sign in"),
            t("Write “leaderboard” to the bot in Slack or Teams and press “Open the page”."),
            t("There is no password: the bot knows who you are."),
            status=HTTPStatus.UNAUTHORIZED,
        )

    def _not_for_you(self, person: Person) -> web.Response:
        t = translator(person.language, "web")
        return pages.message(
            t,
            t("This page is for leaders and editors"),
            t("The department board is for everyone: write “leaderboard” to the bot in Slack or Teams."),
            t("If you need this page, ask your administrator for the role."),
            status=HTTPStatus.FORBIDDEN,
        )


def _may(person: Person) -> bool:
    return any(directory.may(person, role) for role in ROLES)


__all__ = ["routes"]
