"""The department board as a picture, fetched by Slack and Teams from a signed address."""

from __future__ import annotations

import asyncio
import hashlib
from http import HTTPStatus

from aiohttp import web

from advocacy.bot import boards
from advocacy.bot.language import translator
from advocacy.config import Settings
from advocacy.insights import participation, periods
from advocacy.insights.participation import Board, BoardRow
from advocacy.insights.picture import BoardWords, board_png
from advocacy.web import pages


def routes(application: web.Application, app: pages.Parts) -> None:
    """Mount the picture."""
    addresses = pages.Addresses(app.settings)

    async def show(request: web.Request) -> web.StreamResponse:
        """PNG, 1200 pixels wide. 404 for an address that we did not sign."""
        asked = addresses.read_board_picture(request.match_info["name"])
        if asked is None:
            raise web.HTTPNotFound
        try:
            period = periods.parse(asked[0], app.settings.zone)
        except ValueError:
            raise web.HTTPNotFound from None
        async with app.db.read() as s:
            board = await participation.board(s, app.settings, period)
        png = await asyncio.to_thread(board_png, board, board_words(app.settings, board, asked[1]))
        tag = hashlib.sha256(png).hexdigest()[:24]
        known = any(one.value == tag for one in request.if_none_match or ())
        headers = {"ETag": f'"{tag}"', "Cache-Control": f"public, max-age={pages.PICTURE_FRESH_SECONDS}"}
        if known:
            return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        return web.Response(body=png, content_type="image/png", headers=headers)

    application.router.add_get("/pictures/{name}.png", show)


def board_words(settings: Settings, board: Board, language: str) -> BoardWords:
    """The words of a board's picture, the same as beside the numbers in chat."""
    t, said = translator(language, "web"), translator(language)
    company = board.company

    def value(row: BoardRow) -> str:
        return t(
            "{rate} · {active} of {people}",
            rate=t.percent(row.rate), active=t.number(row.people), people=t.number(row.headcount),
        )  # fmt: skip

    return BoardWords(
        title=t("Who takes part: {period}", period=boards.period_name(said, board.period)),
        subtitle=t(
            "{company}: {active} of {people} ({rate})", company=settings.company, active=t.number(company.people),
            people=t.number(company.headcount), rate=t.percent(company.rate),
        )
        if board.rows
        else settings.company,
        definition=boards.definition(said, board),
        measured=t("with a measured share"),
        reported=t("only self-reported"),
        empty=t("Nothing to show: fewer than {n} people.", n=board.minimum_group),
        scale=lambda rate: t("full bar = {rate}", rate=t.percent(rate)),
        name=lambda row: boards.row_name(said, row),
        value=value,
        more=lambda count: t.n("and {n} more department", "and {n} more departments", count),
    )  # fmt: skip


__all__ = ["board_words", "routes"]
