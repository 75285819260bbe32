"""What waits in an emergency stop: nearly everything that would be new in chat."""

from __future__ import annotations

from functools import cache

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from advocacy.content import emergency
from advocacy.delivery.lanes import is_paused
from advocacy.delivery.models import Outbox, Placement


@cache
def held() -> ColumnElement[bool]:
    """Rows of the outbox that wait because everything is stopped.

    Rewrites and private answers go on, and so do messages to single people that are no cards of stories.
    """
    card = aliased(Placement)
    is_card = exists().where(card.id == Outbox.placement_id, card.purpose == "story")
    return and_(Outbox.verb == "send", or_(Outbox.urgent.is_(False), is_card), emergency.halted())


async def is_held(s: AsyncSession, outbox_id: int) -> bool:
    """Does this row have to wait at this very moment, for this or because its lane is paused?"""
    waits = or_(held(), is_paused())
    return await s.scalar(select(Outbox.id).where(Outbox.id == outbox_id, waits)) is not None


__all__ = ["held", "is_held"]
