"""Campaigns: stories that belong together, with a goal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.fields import Invalid
from advocacy.content.models import Campaign, Story

GOALS = ("", "people", "shares", "clicks")
MAX_NAME, MAX_GOAL = 120, 1_000_000_000


async def create(
    s: AsyncSession, name: str, *, goal_kind: str = "", goal: int = 0, starts_on: date | None = None,
    ends_on: date | None = None,
) -> Campaign:  # fmt: skip
    """Begin a campaign.

    Raises ``Invalid`` with ``missing``, ``too_long``, ``taken``, ``unknown``, ``too_many`` or ``order``.
    """
    name = " ".join(name.split())
    if not name:
        raise Invalid("name", "missing")
    if len(name) > MAX_NAME:
        raise Invalid("name", "too_long")
    if await s.scalar(select(Campaign.id).where(Campaign.name == name)) is not None:
        raise Invalid("name", "taken")
    if goal_kind not in GOALS:
        raise Invalid("goal_kind", "unknown")
    if goal_kind and not 0 < goal <= MAX_GOAL:
        raise Invalid("goal", "too_many")
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise Invalid("ends_on", "order")
    campaign = Campaign(name=name, goal_kind=goal_kind, goal=goal if goal_kind else 0, starts_on=starts_on,
                        ends_on=ends_on)  # fmt: skip
    s.add(campaign)
    await s.flush()
    return campaign


async def listing(s: AsyncSession) -> Sequence[Campaign]:
    """All campaigns, the newest first."""
    return list(await s.scalars(select(Campaign).order_by(Campaign.id.desc())))


async def story_ids(s: AsyncSession, campaign_id: int) -> list[int]:
    """Its stories."""
    return list(await s.scalars(select(Story.id).where(Story.campaign_id == campaign_id).order_by(Story.id)))


__all__ = ["GOALS", "create", "listing", "story_ids"]
