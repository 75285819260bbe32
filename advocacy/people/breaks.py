"""A break: somebody wants no prompts for a while. Answers to what they press themselves always come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import now
from advocacy.people.models import Person

WEEK = timedelta(days=7)
UNTIL_THEY_SAY = datetime(9999, 1, 1, tzinfo=UTC)
"""A break with no end of its own."""


def awake(at: datetime | None = None) -> ColumnElement[bool]:
    """The condition that a person has no break at this moment (now unless said)."""
    return or_(Person.break_until.is_(None), Person.break_until <= (at or now()))


def is_on_break(person: Person, at: datetime) -> bool:
    """Does this person want no prompts now?"""
    return person.break_until is not None and person.break_until > at


async def begin(s: AsyncSession, person_id: int, until: datetime) -> None:
    """No prompts until then."""
    await _set(s, person_id, until)


async def end(s: AsyncSession, person_id: int) -> None:
    """Prompts come again."""
    await _set(s, person_id, None)


async def _set(s: AsyncSession, person_id: int, until: datetime | None) -> None:
    changed = update(Person).where(Person.id == person_id).values(break_until=until)
    await s.execute(changed.execution_options(synchronize_session=False))


__all__ = ["UNTIL_THEY_SAY", "WEEK", "awake", "begin", "end", "is_on_break"]
