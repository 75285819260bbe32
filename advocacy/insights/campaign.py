"""How far a campaign has come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.insights.models import StoryPerson, StoryTotal


@dataclass(frozen=True, slots=True)
class Progress:
    """Sums over the stories of a campaign."""

    people: int = 0
    """Distinct."""
    shares: int = 0
    """Measured and self-reported."""
    clicks: int = 0

    def of(self, goal_kind: str) -> int:
        """The sum that a goal (``people``, ``shares``, ``clicks``) is about."""
        return {"people": self.people, "shares": self.shares, "clicks": self.clicks}.get(goal_kind, 0)


async def progress(s: AsyncSession, story_ids: Collection[int]) -> Progress:
    """What these stories have brought together so far."""
    if not story_ids:
        return Progress()
    sums = select(
        func.coalesce(func.sum(StoryTotal.measured + StoryTotal.reported), 0),
        func.coalesce(func.sum(StoryTotal.clicks), 0),
    ).where(StoryTotal.story_id.in_(story_ids))
    shares, clicks = (await s.execute(sums)).one()
    people = select(func.count(StoryPerson.person_id.distinct())).where(
        StoryPerson.story_id.in_(story_ids), StoryPerson.shares > 0
    )
    return Progress(await s.scalar(people) or 0, int(shares), int(clicks))


__all__ = ["Progress", "progress"]
