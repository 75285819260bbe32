"""Stories that somebody has dealt with by sharing them, or by having a share of them under way."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.sharing.models import Share, ShareState

COUNTS = (ShareState.POSTED, ShareState.REPORTED, ShareState.PENDING, ShareState.SENDING, ShareState.UNKNOWN)
"""A share in one of these states: its story is not offered again by itself."""


async def with_stories(s: AsyncSession, person_ids: Collection[int]) -> set[tuple[int, int]]:
    """Person and story, for each story that one of these people has dealt with."""
    rows = await s.execute(
        select(Share.person_id, Share.story_id)
        .where(Share.person_id.in_(person_ids), Share.state.in_(COUNTS))
        .distinct()
    )
    return {(person_id, story_id) for person_id, story_id in rows}


__all__ = ["COUNTS", "with_stories"]
