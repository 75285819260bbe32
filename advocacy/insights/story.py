"""What a story's card says about it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.insights.models import StoryTotal


async def totals(s: AsyncSession, story_ids: Collection[int]) -> dict[int, StoryTotal]:
    """The totals of each of these stories; zeros for one that nobody shared yet. Read them, do not change them."""
    found = {one.story_id: one for one in await s.scalars(select(StoryTotal).where(StoryTotal.story_id.in_(story_ids)))}
    return {story_id: found.get(story_id) or _zeros(story_id) for story_id in story_ids}


def _zeros(story_id: int) -> StoryTotal:
    return StoryTotal(story_id=story_id, people=0, departments=0, measured=0, reported=0, clicks=0, dropped=0)
