"""Who a story is for: places, languages, topics, those who get it first, and nobody outside for internal ones."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import approval, audience, schedule, stories, topics
from advocacy.content.audience import NotSharable
from advocacy.content.fields import Invalid
from advocacy.content.models import Passed, Story, StoryState, Topic, TopicPerson
from advocacy.db import Database
from advocacy.people.models import Person
from tests.content.content_help import NOON, draft, live, person


async def company(s: AsyncSession) -> tuple[Person, Person, Person]:
    return await person(s, "anna"), await person(s, "david", "editor"), await person(s, "jana")


async def refused(s: AsyncSession, story: Story, who: Person) -> str:
    """The code, empty when this person may share the story."""
    try:
        await audience.sharable(s, story.id, who.id, NOON)
    except NotSharable as no:
        return no.code
    return ""


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"locations": ["Kiel"]}, ""), ({"locations": ["kiel", "Bremen"]}, ""), ({"locations": ["Bremen"]}, "not_for_you"),
        ({"audience_languages": ["de"]}, ""), ({"audience_languages": ["en"]}, "not_for_you"),
        ({"topics": ["Wind"]}, ""), ({"internal": True}, "internal"),
    ],
)  # fmt: skip
async def test_location_language_and_internal_are_decided_by_the_server(
    db: Database, wanted: dict[str, Any], code: str
) -> None:
    """Whatever button was pressed."""
    async with db.write() as s:
        anna, david, jana = await company(s)
        jana.location, jana.language = "Kiel", "de-DE"
        story = await live(s, anna, david, **wanted)
        assert await refused(s, story, jana) == code


async def test_restricted_topics_are_for_members_and_muted_ones_only_leave_the_feed(db: Database) -> None:
    """A required topic cannot be muted away; what is muted may still be shared from the channel."""
    async with db.write() as s:
        anna, david, jana = await company(s)
        await topics.ensure(s, ["Wind", "Sun", "wind"])
        s.add_all([Topic(name="Safety", kind="required"), Topic(name="Merger", kind="restricted")])
        wind = await live(s, anna, david, topics=["Wind"])
        both = await live(s, anna, david, topics=["Wind", "Safety"])
        secret = await live(s, anna, david, topics=["Merger"])
        assert [one.name for one in await topics.choices(s, jana.id)] == ["Safety", "Sun", "Wind"]
        await topics.follow(s, jana.id, [one.topic_id for one in await topics.choices(s, jana.id) if one.name == "Sun"])
        assert {one.name for one in await topics.choices(s, jana.id) if one.followed} == {"Safety", "Sun"}
        assert [one.id for one in await audience.feed_for(s, jana.id, NOON)] == [both.id]
        assert (await refused(s, wind, jana), await refused(s, secret, jana)) == ("", "not_for_you")
        merger_id = await s.scalar(select(Topic.id).where(Topic.name == "Merger"))
        s.add(TopicPerson(topic_id=merger_id, person_id=jana.id, kind="member"))
        await s.flush()
        assert await refused(s, secret, jana) == ""


async def test_topics_named_or_chosen_twice_at_the_same_moment(db: Database) -> None:
    """Both get through, and leave the same behind."""
    async with db.write() as s:
        _, _, jana = await company(s)
        await topics.ensure(s, ["Wind"])

    async def press() -> None:
        async with db.write() as s:
            await topics.ensure(s, ["Sun"])
            await topics.follow(s, jana.id, [])

    await asyncio.gather(press(), press())
    async with db.read() as s:
        assert [(one.name, one.followed) for one in await topics.choices(s, jana.id)] == [
            ("Sun", False),
            ("Wind", False),
        ]


async def test_the_feed_shows_featured_stories_first_and_none_that_was_passed_on(db: Database) -> None:
    """Somebody who said "not for me" is not asked again."""
    async with db.write() as s:
        anna, david, jana = await company(s)
        old = await live(s, anna, david, featured=True)
        new = await live(s, anna, david)
        passed = await live(s, anna, david)
        s.add(Passed(story_id=passed.id, person_id=jana.id))
        await s.flush()
        assert [one.id for one in await audience.feed_for(s, jana.id, NOON)] == [old.id, new.id]


async def test_a_feed_is_not_empty_because_the_newest_are_for_others(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes back until enough are found, each once, in order; and no further than is good for the database."""
    monkeypatch.setattr(audience, "_PAGE", 2)
    async with db.write() as s:
        anna, david, jana = await company(s)
        jana.location = "Kiel"
        mine = [await live(s, anna, david, locations=["Kiel"]) for _ in range(3)]
        for _ in range(3):
            await live(s, anna, david, locations=["Bremen"])
        expected = [one.id for one in reversed(mine)]
        assert [one.id for one in await audience.feed_for(s, jana.id, NOON)] == expected
        assert [one.id for one in await audience.feed_for(s, jana.id, NOON, limit=2)] == expected[:2]
        monkeypatch.setattr(audience, "_PAGES", 1)
        assert await audience.feed_for(s, jana.id, NOON) == []


async def test_leaders_may_share_from_their_moment_on_and_nobody_else(db: Database) -> None:
    """A story without a time waits their minutes; editing it takes their right away until it is approved anew."""
    async with db.write() as s:
        anna, david, jana = await company(s)
        story = await draft(s, author_id=anna.id, leader_ids=[jana.id], leaders_minutes=15)
        await approval.submit(s, story.id, anna.id)
        await approval.approve(s, story.id, david, approval.fingerprint(story), four_eyes=True)
        assert await refused(s, story, jana) == "not_live"
        assert [one.id for one in await schedule.leaders_due(s, NOON)] == [story.id]
        assert await schedule.leaders_due(s, NOON) == []
        assert await schedule.go_live(s, NOON) == []
        assert (await refused(s, story, jana), await refused(s, story, anna)) == ("", "not_live")
        assert [one.id for one in await audience.feed_for(s, jana.id, NOON)] == [story.id]
        assert await schedule.go_live(s, NOON + timedelta(minutes=15)) == [story.id]
        await stories.edit(s, story.id, by_id=anna.id, seen=1, title="Other")
        assert await refused(s, story, jana) == "not_live"


async def test_what_leaders_get_early_stands_above_what_is_out(db: Database) -> None:
    """On either database; and what is planned far ahead keeps nobody from being told in time."""
    async with db.write() as s:
        anna, david, jana = await company(s)
        out = await live(s, anna, david)
        for hours in (30, 1):
            story = await draft(
                s, author_id=anna.id, leader_ids=[jana.id], leaders_minutes=60, publish_at=NOON + timedelta(hours=hours)
            )
            await approval.submit(s, story.id, anna.id)
            await approval.approve(s, story.id, david, approval.fingerprint(story), four_eyes=True)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(schedule, "_AT_A_TIME", 1)
            assert [one.id for one in await schedule.leaders_due(s, NOON)] == [story.id]
        assert [one.id for one in await audience.feed_for(s, jana.id, NOON)] == [story.id, out.id]


@pytest.mark.parametrize(
    ("begins", "embargo", "told"), [(60, None, False), (15, None, True), (60, 30, False), (None, 1, False)]
)
async def test_leaders_are_told_their_minutes_before_and_never_under_embargo(
    db: Database, begins: int | None, embargo: int | None, told: bool
) -> None:
    """Fifteen minutes before the time that is set."""
    async with db.write() as s:
        anna, david, jana = await company(s)
        story = await draft(
            s, author_id=anna.id, leader_ids=[jana.id], leaders_minutes=15,
            publish_at=None if begins is None else NOON + timedelta(minutes=begins),
            embargo_until=None if embargo is None else NOON + timedelta(minutes=embargo),
        )  # fmt: skip
        await approval.submit(s, story.id, anna.id)
        await approval.approve(s, story.id, david, approval.fingerprint(story), four_eyes=True)
        assert bool(await schedule.leaders_due(s, NOON)) == told


async def test_a_story_is_sent_again_only_while_it_is_out(db: Database) -> None:
    """Each sending counts; asking twice before it began is one. With other times it is announced anew."""
    async with db.write() as s:
        anna, david, _ = await company(s)
        story = await live(s, anna, david)
        assert (await schedule.resend(s, story.id)).sendings == 1, "the first has not begun yet"
        assert [one.id for one in await schedule.begin_sending(s, NOON)] == [story.id]
        assert await schedule.begin_sending(s, NOON) == []
        _, moved = await schedule.replan(s, story.id, seen=story.version, expires_at=NOON + timedelta(days=9))
        assert (moved, story.announced_at) == (False, NOON), "its end does not move its cards"
        _, moved = await schedule.replan(s, story.id, seen=story.version, publish_at=NOON + timedelta(days=1))
        assert (moved, story.announced_at) == (True, None)
        await schedule.begin_sending(s, NOON)
        await schedule.resend(s, story.id)
        assert ((await schedule.resend(s, story.id)).sendings, story.announced_at) == (2, None)
        story.state = StoryState.EXPIRED
        with pytest.raises(Invalid):
            await schedule.resend(s, story.id)


async def test_a_press_on_a_story_for_all_reads_no_departments(db: Database) -> None:
    """Every press waits for this look, and a company may have thousands of them."""
    async with db.write() as s:
        anna, david, jana = await company(s)
        story = await live(s, anna, david)
    asked: list[str] = []
    event.listen(db.engine.sync_engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    async with db.read() as s:
        assert await refused(s, story, jana) == ""
    assert not [one for one in asked if "FROM department" in one or "FROM topic" in one]
