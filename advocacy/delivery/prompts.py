"""What was said to people who had not asked for it: so much in a week, and no more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import insert_into
from advocacy.delivery.models import Prompt

WEEK = timedelta(days=7)
KEPT = timedelta(days=14)
"""So long a prompt is remembered."""


async def lately(s: AsyncSession, person_ids: Collection[int], at: datetime) -> dict[int, int]:
    """How many messages each of these people got unasked in the seven days before; who got none is missing."""
    counted = (
        select(Prompt.person_id, func.count())
        .where(Prompt.person_id.in_(person_ids), Prompt.at > at - WEEK)
        .group_by(Prompt.person_id)
    )
    return dict((await s.execute(counted)).all())


async def note(s: AsyncSession, at: datetime, markers: Collection[tuple[int, str]]) -> None:
    """These people get a message unasked: each with the marker under which it lies in the outbox."""
    rows = [{"person_id": person_id, "at": at, "marker": marker} for person_id, marker in markers]
    if rows:
        await s.execute(insert_into(s, Prompt).on_conflict_do_nothing(index_elements=["marker"]), rows)


async def take_back(s: AsyncSession, marker: str) -> None:
    """The message never left."""
    await s.execute(delete(Prompt).where(Prompt.marker == marker))


async def forget(s: AsyncSession, at: datetime) -> None:
    """Of what was long ago nothing is kept."""
    await s.execute(delete(Prompt).where(Prompt.at < at - KEPT))


__all__ = ["KEPT", "WEEK", "forget", "lately", "note", "take_back"]
