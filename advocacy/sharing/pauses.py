"""What an emergency stop means for shares that wait: they stay, and go on with a new undo window."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import for_update
from advocacy.people.models import Person
from advocacy.sharing.models import Share, ShareState
from advocacy.sharing.shares import Sharing

UNHEARD = ShareState.WAITING
"""As if they had last heard that it waits: that it is pending is then news, and they are told where it stands."""


async def pause(s: AsyncSession) -> int:
    """Everything was stopped: whoever has a share in the undo window hears of it. Answers how many shares."""
    waiting = update(Share).where(Share.state == ShareState.PENDING).values(told=UNHEARD).returning(Share.id)
    return len(list(await s.scalars(waiting.execution_options(synchronize_session=False))))


async def go_on(s: AsyncSession, sharing: Sharing, at: datetime) -> int:
    """The stop was lifted: nothing leaves before its person had time to undo it once more. Answers how many shares."""
    pending = Share.state == ShareState.PENDING
    waiting = list(await s.scalars(for_update(select(Share).where(pending).order_by(Share.id))))
    persons = select(Person).where(Person.id.in_(select(Share.person_id).where(pending)))
    windows = {person.id: sharing.window(person) for person in await s.scalars(persons)}
    for share in waiting:
        share.due_at, share.told = max(at + windows[share.person_id], share.planned_at or at), UNHEARD
    return len(waiting)


__all__ = ["UNHEARD", "go_on", "pause"]
