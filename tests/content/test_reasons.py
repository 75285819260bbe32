"""Reasons are sums: nothing that is stored, and no step of what is shown, tells who gave which."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import inspect, select, text

from advocacy.content import reasons, stories
from advocacy.content.models import Passed, StoryReason
from advocacy.db import Base, Database
from advocacy.people.models import Person

MINIMUM = 5


async def story_and_people(db: Database, count: int) -> tuple[int, list[int]]:
    async with db.write() as s:
        story = await stories.create(s, title="A story", summary="", url="https://www.nordlicht.example/x")
        people = [
            Person(email=f"p{number}@nordlicht.example", name=f"P{number}", language="en", joined_on=date(2026, 1, 1))
            for number in range(count)
        ]
        s.add_all(people)
        await s.flush()
        return story.id, [one.id for one in people]


async def say(db: Database, story_id: int, person_id: int, reason: str) -> bool:
    async with db.write() as s:
        return await reasons.passed(s, story_id, person_id, reason, MINIMUM)


async def shown(db: Database, story_id: int) -> dict[str, int] | None:
    async with db.read() as s:
        found = await reasons.shown_for(s, story_id, MINIMUM)
    return None if found is None else dict(found.counts)


async def test_nothing_is_shown_below_the_minimum_and_steps_are_whole_groups(db: Database) -> None:
    """Looking after each answer, editors see 0, then 5, then 10: no two looks differ by fewer than five people."""
    story_id, people = await story_and_people(db, 12)
    given = ["topic", "doubts", "topic", "private", "topic", *["doubts"] * 6, "timing"]
    seen = []
    for person_id, reason in zip(people, given, strict=True):
        assert await say(db, story_id, person_id, reason)
        seen.append(sum((await shown(db, story_id) or {}).values()))
    assert seen == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10, 10]
    assert await shown(db, story_id) == {"doubts": 6, "topic": 3, "private": 1}


async def test_nobody_fills_up_a_group_alone(db: Database) -> None:
    """A second pass changes nothing, with whichever reason, and also after the story was shown again."""
    story_id, [alone, other] = await story_and_people(db, 2)
    assert await say(db, story_id, alone, "topic")
    for reason in reasons.REASONS:
        assert not await say(db, story_id, alone, reason)
        async with db.write() as s:
            await reasons.back(s, story_id, alone)
            assert await reasons.hidden_from(s, alone) == set()
    assert not await say(db, story_id, alone, "doubts")
    async with db.read() as s:
        assert await reasons.hidden_from(s, alone) == {story_id}
        assert await reasons.hidden_from(s, other) == set()
    await say(db, story_id, other, "doubts")
    assert await shown(db, story_id) is None


async def test_no_row_links_a_person_and_a_reason(db: Database) -> None:
    """Neither by a column nor by a mark of the database: after each answer all sums of the story look just written."""
    for table in Base.metadata.sorted_tables:
        columns = set(table.columns.keys())
        if table.name in {"story_reason", "passed"}:
            assert not {"person_id", "reason"} <= columns
            assert not [name for name in columns if name.endswith("_at") or name == "at"], "a time would lead there"
    story_id, people = await story_and_people(db, 3)
    for person_id, reason in zip(people, ("other", "doubts", "topic"), strict=True):
        await say(db, story_id, person_id, reason)
        async with db.read() as s:
            names = list(await s.scalars(select(StoryReason.reason).order_by(StoryReason.id)))
            assert names == list(reasons.REASONS), "rows appear all at once, in an order of their own"
            if s.get_bind().dialect.name == "postgresql":
                query = text("SELECT count(DISTINCT xmin::text) FROM story_reason WHERE story_id = :story")
                assert (await s.execute(query, {"story": story_id})).scalar_one() == 1
    assert {one.key for one in inspect(Passed).columns} == {"id", "story_id", "person_id", "hidden"}


async def test_an_unknown_reason_is_refused(db: Database) -> None:
    """What comes back from a client is only a hint."""
    story_id, [one] = await story_and_people(db, 1)
    with pytest.raises(ValueError, match="no reason"):
        await say(db, story_id, one, "salary")
