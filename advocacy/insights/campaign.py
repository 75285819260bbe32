"""How far a campaign has come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.models import Story
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


async def progress(s: AsyncSession, campaign_ids: Collection[int]) -> dict[int, Progress]:
    """What the stories of each of these campaigns have brought together so far."""
    its = Story.campaign_id.in_(campaign_ids)
    sums = (
        select(Story.campaign_id, func.sum(StoryTotal.measured + StoryTotal.reported), func.sum(StoryTotal.clicks))
        .join(StoryTotal, StoryTotal.story_id == Story.id).where(its).group_by(Story.campaign_id)
    )  # fmt: skip
    people = (
        select(Story.campaign_id, func.count(StoryPerson.person_id.distinct()))
        .join(StoryPerson, StoryPerson.story_id == Story.id).where(its, StoryPerson.shares > 0)
        .group_by(Story.campaign_id)
    )  # fmt: skip
    distinct = dict((await s.execute(people)).all())
    summed = {one: (int(shares), int(clicks)) for one, shares, clicks in (await s.execute(sums)).all()}
    return {one: Progress(distinct.get(one, 0), *summed.get(one, (0, 0))) for one in campaign_ids}


__all__ = ["Progress", "progress"]
