"""Topics that decide on who sees or reviews a story belong to what is approved; open ones do not."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import approval, audience, stories, topics
from advocacy.content.fields import Invalid
from advocacy.content.fingerprint import content
from advocacy.content.models import ReviewRule, Topic
from advocacy.content.review import difference, tasks
from advocacy.db import Database
from tests.content.content_help import NOON, draft, live, person


async def again(s: AsyncSession, story_id: int, *names: str) -> str:
    """The state after an edit of the topics."""
    return (await stories.edit(s, story_id, topics=list(names))).state


@pytest.mark.parametrize("by_rule", [False, True], ids=["restricted", "named by a rule"])
async def test_such_a_topic_takes_a_live_story_back_to_review(db: Database, by_rule: bool) -> None:
    """Coming and going, in any case of letters; what was looked at without it no longer counts."""
    async with db.write() as s:
        anna, david = await person(s, "anna"), await person(s, "david", "editor")
        if by_rule:
            s.add(ReviewRule(name="R", kind="topic", terms=["Merger"], reviewer_ids=[]))
        else:
            s.add(Topic(name="Merger", kind="restricted"))
        await s.flush()
        story = await live(s, anna, david)
        seen = approval.fingerprint(story)
        assert (await again(s, story.id, "Wind"), await again(s, story.id)) == ("live", "live")
        assert await again(s, story.id, "merger", "Wind") == "in_review"
        with pytest.raises(approval.Rejected):
            await approval.approve(s, story.id, david, seen, four_eyes=True)
        [changed] = difference.between(await difference.last_approved(s, story.id) or {}, content(story))
        assert changed.field == "topics"
        await tasks.ensure(s, story)
        await approval.approve(s, story.id, david, approval.fingerprint(story), four_eyes=True)
        assert await again(s, story.id, "Merger", "Sun") == "approved"
        assert await again(s, story.id, "Sun") == "in_review"


async def test_a_topic_that_becomes_restricted_hides_what_is_out(db: Database) -> None:
    """At once, without a new review; taking it off again opens the story to others, so that is reviewed."""
    async with db.write() as s:
        anna, david, jana = await person(s, "anna"), await person(s, "david", "editor"), await person(s, "jana")
        story = await live(s, anna, david, topics=["Merger", "Wind"])
        assert (await audience.readable(s, story.id, jana.id, NOON)).id == story.id
        (await s.scalars(select(Topic).where(Topic.name == "Merger"))).one().kind = "restricted"
        await s.flush()
        for look in (audience.readable, audience.fit_to_share):
            with pytest.raises(audience.NotSharable) as caught:
                await look(s, story.id, jana.id, NOON)
            assert caught.value.code == "not_for_you"
        assert await audience.feed_for(s, jana.id, NOON) == []
        assert (await stories.get(s, story.id)).state == "live"
        assert await again(s, story.id, "Wind") == "in_review"


async def test_topics_are_known_once_a_story_with_them_is_approved(db: Database) -> None:
    """Names in drafts are told nobody; each has at most sixty characters."""
    async with db.write() as s:
        anna, david, jana = await person(s, "anna"), await person(s, "david", "editor"), await person(s, "jana")
        await draft(s, author_id=anna.id, topics=["Secret"])
        story = await live(s, anna, david, topics=["Wind"])
        assert [one.name for one in await topics.choices(s, jana.id)] == ["Wind"]
        await again(s, story.id, "Wind", "Sun")
        assert [one.name for one in await topics.choices(s, jana.id)] == ["Sun", "Wind"]
        with pytest.raises(Invalid):
            await again(s, story.id, "x" * 61)
