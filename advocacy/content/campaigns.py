"""Campaigns: stories that belong together, with a goal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.fields import Invalid
from advocacy.content.models import Campaign
from advocacy.db import insert_into

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
    if goal_kind not in GOALS:
        raise Invalid("goal_kind", "unknown")
    if goal_kind and not 0 < goal <= MAX_GOAL:
        raise Invalid("goal", "too_many")
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise Invalid("ends_on", "order")
    values = {"name": name, "goal_kind": goal_kind, "goal": goal if goal_kind else 0, "starts_on": starts_on,
              "ends_on": ends_on}  # fmt: skip
    # Two may begin the same at once: the database decides, not a look beforehand.
    fresh = insert_into(s, Campaign).values(**values).on_conflict_do_nothing().returning(Campaign.id)
    campaign_id = await s.scalar(fresh)
    if campaign_id is None:
        raise Invalid("name", "taken")
    return await s.get_one(Campaign, campaign_id)


async def listing(s: AsyncSession) -> Sequence[Campaign]:
    """All campaigns, the newest first."""
    return list(await s.scalars(select(Campaign).order_by(Campaign.id.desc())))


__all__ = ["GOALS", "create", "listing"]
