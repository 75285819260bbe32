"""Periods: a calendar month, a quarter, or the last 30 days, in the company's time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from advocacy.db import now

ROLLING = "30d"
ROLLING_DAYS = 30
Kind = Literal["month", "quarter", "rolling"]


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days. ``last`` is included. ``number`` is the month (1 … 12), the quarter (1 … 4) or the days (30)."""

    key: str
    """``2026-11``, ``2026-Q4`` or ``30d``."""
    kind: Kind
    first: date
    last: date
    year: int
    number: int

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def previous(self) -> Period:
        """The period of the same kind right before this one."""
        return _of(self.kind, self.first - timedelta(days=1))


def month(day: date) -> Period:
    """The calendar month of a day."""
    first = day.replace(day=1)
    return Period(f"{day:%Y-%m}", "month", first, _next_month(first) - timedelta(days=1), day.year, day.month)


def quarter(day: date) -> Period:
    """The calendar quarter of a day."""
    number = (day.month - 1) // 3 + 1
    first = date(day.year, 3 * number - 2, 1)
    last = _next_month(date(day.year, 3 * number, 1)) - timedelta(days=1)
    return Period(f"{day.year:04}-Q{number}", "quarter", first, last, day.year, number)


def rolling(today: date) -> Period:
    """The last 30 days, today included."""
    first = today - timedelta(days=ROLLING_DAYS - 1)
    return Period(ROLLING, "rolling", first, today, today.year, ROLLING_DAYS)


def today(zone: ZoneInfo, at: datetime | None = None) -> date:
    """The company's day at this moment."""
    return (at or now()).astimezone(zone).date()


def current(zone: ZoneInfo, at: datetime | None = None) -> Period:
    """The running month."""
    return month(today(zone, at))


def last_months(zone: ZoneInfo, count: int, at: datetime | None = None) -> list[Period]:
    """The running month and those before it, ``count`` in all, the oldest first."""
    found = [current(zone, at)]
    while len(found) < count:
        found.append(found[-1].previous())
    return found[::-1]


def parse(text: str, zone: ZoneInfo, at: datetime | None = None) -> Period:
    """The period that ``2026-11``, ``2026-Q4``, ``30d``, ``month``, ``last-month`` or ``quarter`` names.

    Raises ``ValueError`` for anything else.
    """
    day = today(zone, at)
    word = text.strip().lower()
    if word in {"", "month"}:
        return month(day)
    if word == "last-month":
        return month(day).previous()
    if word == "quarter":
        return quarter(day)
    if word == ROLLING:
        return rolling(day)
    if found := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", word, re.ASCII):
        return month(_day(int(found[1]), int(found[2])))
    if found := re.fullmatch(r"(\d{4})-q([1-4])", word, re.ASCII):
        return quarter(_day(int(found[1]), 3 * int(found[2])))
    msg = f"{text!r} is no period; use 2026-11, 2026-Q4 or 30d"
    raise ValueError(msg)


def keys(day: date) -> tuple[str, str]:
    """The keys of the two calendar periods that a day counts for."""
    return f"{day:%Y-%m}", f"{day.year:04}-Q{(day.month - 1) // 3 + 1}"


def _of(kind: Kind, day: date) -> Period:
    return {"month": month, "quarter": quarter, "rolling": rolling}[kind](day)


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _day(year: int, number: int) -> date:
    if not 1970 <= year <= 9000:
        msg = f"{year} is no year that anything was counted in"
        raise ValueError(msg)
    return date(year, number, 1)
