"""What the leaders' page shows: read from the rollups, put into the reader's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot import boards
from advocacy.bot.language import Translator, translator
from advocacy.config import Settings
from advocacy.insights import participation, periods
from advocacy.insights.participation import Board, BoardRow, TrendDay
from advocacy.insights.periods import Period
from advocacy.insights.picture import TrendWords, nice_top
from advocacy.people import departments
from advocacy.people.departments import COMPANY

SPANS = ("month", "last-month", "quarter", "30d")
SMALL_RATE = 0.1
"""Below it, a rate is said with one digit after the point."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One level of the tree in a period, with the period before, and the way down to it."""

    board: Board
    before: Board
    trend: list[TrendDay]
    path: list[tuple[int, str]]
    """Departments from the top down to this one; empty for the company."""
    deeper: frozenset[int]
    """Rows with departments below them."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A headline number. ``kind`` colours it: ``measured``, ``reported`` or nothing."""

    label: str
    value: str
    note: str = ""
    change: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table. ``solid`` and ``whole`` are how much of the bar is filled, in hundredths."""

    name: str
    link: str
    rate: str
    solid: float
    whole: float
    people: str
    measured: str
    reported: str
    clicks: str
    is_rest: bool


async def read(s: AsyncSession, settings: Settings, period: Period, department_id: int = COMPANY) -> Facts | None:
    """The facts of the company, or of a department; ``None`` when there is no such department."""
    tree = await departments.tree(s)
    path = [(one, tree.name(one)) for one in reversed(tree.chain(department_id))]
    if department_id != COMPANY and not path:
        return None
    board = await participation.board(s, settings, period, parent_id=department_id or None)
    before = await participation.board(s, settings, period.previous(), parent_id=department_id or None)
    trend = [] if department_id else await participation.trend(s, settings, period)
    deeper = frozenset(row.department_id for row in board.rows if not row.is_rest and tree.children(row.department_id))
    return Facts(board, before, trend, path, deeper)


class Wording:
    """Turns facts into what is read."""

    def __init__(self, t: Translator, span: str, today: date) -> None:
        self.t = t
        self._bot = translator(t.language)
        self._span = span
        self._today = today

    def period(self, period: Period) -> str:
        """A period as people say it."""
        said = boards.period_name(self._bot, period)
        return said[:1].upper() + said[1:]

    def days(self, period: Period) -> str:
        """From when to when."""
        return f"{self.t.date(period.first)} – {self.t.date(period.last)}"

    def definition(self, board: Board) -> str:
        """How the rate is made."""
        return boards.definition(self._bot, board)

    def rate(self, value: float) -> str:
        """A share of people."""
        return self.t.percent(value, 1 if 0 < value < SMALL_RATE else 0)

    def address(self, span: str, department_id: int = COMPANY) -> str:
        """The address of a view."""
        return f"/insights?period={span}" + (f"&department={department_id}" if department_id else "")

    def spans(self, department_id: int) -> list[tuple[str, str, bool]]:
        """The periods to choose from: name, address, whether it is the one shown."""
        names = (self.t("This month"), self.t("Last month"), self.t("This quarter"), self.t("Last 30 days"))
        return [
            (name, self.address(span, department_id), span == self._span)
            for span, name in zip(SPANS, names, strict=True)
        ]

    def lines(self, facts: Facts) -> list[Line]:
        """The table."""
        end = self.axis(facts)
        return [self._line(row, end, row.department_id in facts.deeper) for row in facts.board.rows]

    def axis(self, facts: Facts) -> float:
        """The rate at which bars end."""
        return nice_top(max((row.rate for row in facts.board.rows), default=0.0))

    def _line(self, row: BoardRow, end: float, has_more: bool) -> Line:  # noqa: FBT001 - private
        whole = min(row.rate / end, 1.0) * 100
        solid = whole * row.people_measured / row.people if row.people else 0.0
        t = self.t
        return Line(
            name=boards.row_name(self._bot, row),
            link=self.address(self._span, row.department_id) if has_more else "",
            rate=self.rate(row.rate),
            solid=round(solid, 2),
            whole=round(whole, 2),
            people=t("{active} of {people}", active=t.number(row.people), people=t.number(row.headcount)),
            measured=t.number(row.measured),
            reported=t.number(row.reported),
            clicks=t.number(row.clicks),
            is_rest=row.is_rest,
        )

    def tiles(self, facts: Facts) -> list[Tile]:
        """The headline numbers."""
        t, now, before = self.t, facts.board.company, facts.before.company
        people = t("{active} of {people} people", active=t.number(now.people), people=t.number(now.headcount))
        return [
            Tile(t("Participation"), self.rate(now.rate), people, self._rate_change(facts)),
            Tile(
                t("Measured shares"), t.number(now.measured), t("posted through the network, we hold the post"),
                self._change(facts, now.measured, before.measured), "measured",
            ),
            Tile(
                t("Self-reported shares"), t.number(now.reported), t("people told us that they posted"),
                self._change(facts, now.reported, before.reported), "reported",
            ),
            Tile(
                t("Clicks"), t.number(now.clicks), t("on shared links, without bots and previews"),
                self._change(facts, now.clicks, before.clicks),
            ),
        ]  # fmt: skip

    def _rate_change(self, facts: Facts) -> str:
        period, before = facts.board.period, facts.before
        # The last 30 days look only at each person's last share, so there is no rate for the 30 days before them.
        if before.reason or period.kind == "rolling":
            return ""
        if self._is_running(period):
            return self._whole(before.period, self.rate(before.company.rate))
        points = round((facts.board.company.rate - before.company.rate) * 100, 1)
        said = self.t("{points} points", points=_signed(self.t, points))
        return self._against(before.period, said)

    def _change(self, facts: Facts, now: int, before: int) -> str:
        if facts.before.reason:
            return ""
        if self._is_running(facts.board.period):
            return self._whole(facts.before.period, self.t.number(before))
        return self._against(facts.before.period, _signed(self.t, now - before))

    def _is_running(self, period: Period) -> bool:
        """A month that is not over cannot be held against a whole one."""
        return period.kind != "rolling" and period.last >= self._today

    def _whole(self, period: Period, value: str) -> str:
        return self.t("all of {period}: {value}", period=self._named(period), value=value)

    def _against(self, period: Period, change: str) -> str:
        if period.kind == "rolling":
            return self.t("{change} against the 30 days before", change=change)
        return self.t("{change} against {period}", change=change, period=self._named(period))

    def _named(self, period: Period) -> str:
        return boards.period_name(self._bot, period)

    def trend_words(self) -> TrendWords:
        """The words in the chart."""
        t = self.t
        return TrendWords(
            shares=t("Shares"), clicks=t("Clicks"), measured=t("Measured"), reported=t("Self-reported"), day=self.day
        )

    def day(self, day: date) -> str:
        """1 Nov or 1.11."""
        return format_date(day, "d.M." if self.t.language == "de" else "d MMM", locale=self.t.language)


def _signed(t: Translator, value: float) -> str:
    if not value:
        return "±0"
    return ("+" if value > 0 else "−") + t.number(abs(value))


def chosen(text: str, settings: Settings) -> tuple[str, Period]:
    """The period that an address names, this month when it names none. Raises ``ValueError``."""
    span = text or SPANS[0]
    return span, periods.parse(span, settings.zone)


__all__ = ["Facts", "Line", "Tile", "Wording", "chosen", "read"]
