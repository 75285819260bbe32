"""What one person did. Only ever shown to that person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.models import Story
from advocacy.insights.models import PersonDay, PersonPeriod
from advocacy.insights.periods import Period
from advocacy.sharing.models import Share

RECENT = 5


@dataclass(frozen=True, slots=True)
class Recent:
    """A share of this person, in whatever state it is."""

    share_id: int
    story_id: int
    title: str
    network: str
    state: str
    at: datetime
    url: str
    """Where the post is; empty when we do not know."""


@dataclass(frozen=True, slots=True)
class Mine:
    """A person's own figures for a period. ``shares`` is measured and self-reported together."""

    period: Period
    shares: int
    measured: int
    reported: int
    clicks: int
    recent: list[Recent]


async def mine(s: AsyncSession, person_id: int, period: Period, *, limit: int = RECENT) -> Mine:
    """A person's figures for a period, and their latest shares whenever they were."""
    measured, reported, clicks = await _figures(s, person_id, period)
    return Mine(period, measured + reported, measured, reported, clicks, await _recent(s, person_id, limit))


@dataclass(frozen=True, slots=True)
class Month:
    """A person's own figures of one calendar month (1 … 12)."""

    year: int
    month: int
    shares: int
    clicks: int


async def months(s: AsyncSession, person_id: int, which: Sequence[Period]) -> list[Month]:
    """A person's figures of each of these months, in their order."""
    rows = await s.scalars(
        select(PersonPeriod).where(
            PersonPeriod.person_id == person_id, PersonPeriod.period.in_([one.key for one in which])
        )
    )
    there = {row.period: row for row in rows}
    return [
        Month(one.year, one.number, row.measured + row.reported, row.clicks)
        if (row := there.get(one.key)) is not None
        else Month(one.year, one.number, 0, 0)
        for one in which
    ]


async def _figures(s: AsyncSession, person_id: int, period: Period) -> tuple[int, int, int]:
    if period.kind == "rolling":
        day = PersonDay
        sums = select(func.sum(day.measured), func.sum(day.reported), func.sum(day.clicks)).where(
            day.person_id == person_id, day.day.between(period.first, period.last)
        )
        measured, reported, clicks = (await s.execute(sums)).one()
        return int(measured or 0), int(reported or 0), int(clicks or 0)
    row = await s.get(PersonPeriod, (period.key, person_id))
    return (row.measured, row.reported, row.clicks) if row else (0, 0, 0)


async def _recent(s: AsyncSession, person_id: int, limit: int) -> list[Recent]:
    at = func.coalesce(Share.settled_at, Share.created_at)
    rows = await s.execute(
        select(Share, Story.title)
        .join(Story, Story.id == Share.story_id)
        .where(Share.person_id == person_id, Share.text != "")
        .order_by(at.desc(), Share.id.desc())
        .limit(limit)
    )
    return [
        Recent(
            share.id, share.story_id, title, share.network, share.state, share.settled_at or share.created_at,
            share.remote_url,
        )
        for share, title in rows
    ]  # fmt: skip
