"""Lanes that are paused: workspaces that removed the app. Nothing for them is lost; it waits until it is back."""

from __future__ import annotations

from functools import cache

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import insert_into, now
from advocacy.delivery.models import Outbox, PausedLane


def lane_of(platform: str, tenant: str) -> str:
    """How a workspace or tenant is called in the outbox."""
    return f"{platform}:{tenant}"


async def pause(s: AsyncSession, lane: str) -> bool:
    """Send nothing there from now on. Answers whether that is new."""
    made = insert_into(s, PausedLane).values(lane=lane, since=now()).on_conflict_do_nothing()
    return await s.scalar(made.returning(PausedLane.lane)) is not None


async def resume(s: AsyncSession, lane: str) -> None:
    """Go on; what has waited is due at once."""
    await s.execute(delete(PausedLane).where(PausedLane.lane == lane))


async def paused(s: AsyncSession) -> set[str]:
    """All that are."""
    return set(await s.scalars(select(PausedLane.lane)))


@cache
def is_paused() -> ColumnElement[bool]:
    """Rows of the outbox that wait for that reason."""
    return Outbox.lane.in_(select(PausedLane.lane))


__all__ = ["is_paused", "lane_of", "pause", "paused", "resume"]
