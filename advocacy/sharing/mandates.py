"""What lets a post leave by itself: a consent that holds until the moment it leaves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from advocacy.sharing.models import Share
from advocacy.sharing.standing_models import StandingShare

STANDING = "standing"
"""How ``Share.planned_why`` begins for them; then ``:`` and the consent's id."""
OVER = "standing_over"
"""Their problem when the consent, or what it rests on, ended first."""


def holds(at: datetime) -> ColumnElement[bool]:
    """The condition that a consent holds at this moment."""
    return and_(StandingShare.ended_at.is_(None), StandingShare.ends_at > at)


async def is_over(s: AsyncSession, share: Share, at: datetime) -> bool:
    """Was it to leave by itself, under a consent that has ended? One that was given anew since carries it, too."""
    kind, _, consent_id = share.planned_why.partition(":")
    if kind != STANDING or not consent_id.isdecimal():
        return False
    given = aliased(StandingShare)
    same = (
        StandingShare.person_id == given.person_id, StandingShare.topic_id == given.topic_id,
        StandingShare.network == given.network,
    )  # fmt: skip
    query = select(StandingShare.id).join(given, and_(*same)).where(given.id == int(consent_id), holds(at))
    return await s.scalar(query.limit(1)) is None


def by_hand(share: Share) -> None:
    """Its person wants it now: it no longer leaves by itself."""
    if share.planned_why.startswith(STANDING):
        share.planned_why = ""


__all__ = ["OVER", "STANDING", "by_hand", "holds", "is_over"]
