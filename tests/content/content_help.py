"""People and stories that tests of content share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import approval, schedule, stories
from advocacy.content.models import Story
from advocacy.people.models import Person

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


async def person(s: AsyncSession, name: str, *roles: str) -> Person:
    one = Person(email=f"{name}@nordlicht.example", name=name, joined_on=date(2026, 1, 1), roles=list(roles))
    s.add(one)
    await s.flush()
    return one


async def draft(s: AsyncSession, **values: Any) -> Story:
    return await stories.create(
        s, **{"title": "Wind", "summary": "A new park.", "url": "https://nordlicht.example/wind", **values}
    )


async def live(s: AsyncSession, author: Person, editor: Person, **values: Any) -> Story:
    story = await draft(s, author_id=author.id, **values)
    await approval.submit(s, story.id, author.id)
    await approval.approve(s, story.id, editor, approval.fingerprint(story), four_eyes=True)
    await schedule.go_live(s, NOON)
    return await stories.get(s, story.id)
