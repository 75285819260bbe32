"""The facts that counts are made of."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import facts_lock
from advocacy.sharing.models import Share, ShareEvent


async def count(s: AsyncSession, share: Share, kind: str, change: int) -> None:
    """Append the fact that a share counts (+1) or ceased to (-1), both at the time it was made (``settled_at``)."""
    assert share.settled_at is not None
    await facts_lock(s)
    s.add(
        ShareEvent(
            share_id=share.id, person_id=share.person_id, story_id=share.story_id, network=share.network,
            kind=kind, change=change, at=share.settled_at,
        )
    )  # fmt: skip


__all__ = ["count"]
