"""The last seven days of the whole company, with the milestones that were passed in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.config import Settings
from advocacy.insights.groups import part
from advocacy.insights.models import DepartmentDay, PersonLast
from advocacy.insights.periods import month
from advocacy.people.departments import COMPANY

DAYS = 7
STONES = (50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000)


@dataclass(frozen=True, slots=True)
class Week:
    """Sums of seven days, the last included. ``shares`` is measured and self-reported together."""

    last: date
    shares: int
    clicks: int | None
    """``None`` when fewer people than the minimum group shared: it could be one person's."""
    shares_before: int
    """In the seven days before."""
    stone: int
    """The largest round number of all shares ever that was passed in these days; 0 for none."""


async def ending(s: AsyncSession, settings: Settings, last: date) -> Week | None:
    """The seven days until this one; ``None`` while the company is smaller than the minimum group."""
    if (await part(s, month(last), COMPANY, settings.minimum_group)).everybody < settings.minimum_group:
        return None
    first = last - timedelta(days=DAYS - 1)
    shares, clicks = await _sums(s, first, last)
    before, _ = await _sums(s, first - timedelta(days=DAYS), first - timedelta(days=1))
    until, _ = await _sums(s, date.min, first - timedelta(days=1))
    stone = max((one for one in STONES if until < one <= until + shares), default=0)
    told = clicks if await _people(s, first) >= settings.minimum_group else None
    return Week(last, shares, told, before, stone)


async def _people(s: AsyncSession, first: date) -> int:
    """How many have shared since."""
    lately = select(func.count()).where(PersonLast.department_id == COMPANY, PersonLast.last_day >= first)
    return await s.scalar(lately) or 0


async def _sums(s: AsyncSession, first: date, last: date) -> tuple[int, int]:
    day = DepartmentDay
    shares, clicks = (
        await s.execute(
            select(func.sum(day.measured + day.reported), func.sum(day.clicks)).where(
                day.department_id == COMPANY, day.day.between(first, last)
            )
        )
    ).one()
    return int(shares or 0), int(clicks or 0)


__all__ = ["DAYS", "STONES", "Week", "ending"]
