"""Nothing leaves unapproved, and an approval is of one exact content."""

from __future__ import annotations

from datetime import timedelta

import pytest
from content_help import NOON, draft, live, person
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import approval, captions, schedule, stories
from advocacy.content.models import Story, StoryState
from advocacy.content.stories import Wording
from advocacy.db import Database, now
from advocacy.people.models import Person


async def refusal(s: AsyncSession, story: Story, by: Person, seen: str, *, four_eyes: bool = True) -> str:
    with pytest.raises(approval.Rejected) as caught:
        await approval.approve(s, story.id, by, seen, four_eyes=four_eyes)
    return caught.value.code


async def test_an_approval_takes_an_editor_who_is_not_the_author(db: Database) -> None:
    """Four eyes by default; with two eyes an editor may approve their own; others never."""
    async with db.write() as s:
        author, editor, reader = await person(s, "a", "editor"), await person(s, "e", "editor"), await person(s, "r")
        story = await draft(s, author_id=author.id)
        seen = approval.fingerprint(story)
        assert await refusal(s, story, editor, seen) == "not_in_review"
        await approval.submit(s, story.id, author.id)
        assert await refusal(s, story, author, seen) == "own_story"
        assert await refusal(s, story, reader, seen) == "not_editor"
        approved = await approval.approve(s, story.id, editor, seen, four_eyes=True)
        assert (approved.state, approved.approved_hash) == (StoryState.APPROVED, seen)
        assert await refusal(s, story, editor, seen) == "not_in_review", "a second press does nothing"
        assert [(r.decision, r.by_id) for r in await approval.history(s, story.id)] == [
            ("submitted", author.id),
            ("approved", editor.id),
            ("cleared", editor.id),
        ]
        own = await draft(s, author_id=author.id)
        await approval.submit(s, own.id, author.id)
        await approval.approve(s, own.id, author, approval.fingerprint(own), four_eyes=False)


async def test_who_brings_a_change_to_review_does_not_approve_it(db: Database) -> None:
    """An editor who rewrites somebody's live story is its author as far as four eyes go."""
    async with db.write() as s:
        author, one, two = await person(s, "a"), await person(s, "one", "editor"), await person(s, "two", "editor")
        story = await live(s, author, one)
        edited = await stories.edit(s, story.id, title="Other", by_id=one.id, seen=1)
        seen = approval.fingerprint(edited)
        assert await refusal(s, story, one, seen) == "own_change"
        await approval.approve(s, story.id, two, seen, four_eyes=True)
        assert await schedule.go_live(s, NOON) == [story.id]


async def test_whoever_changed_it_since_the_last_approval_does_not_approve_it(db: Database) -> None:
    """Also when somebody else changed it after them; from the next approval on they may again."""
    async with db.write() as s:
        author, third = await person(s, "a"), await person(s, "three", "editor")
        one, two = await person(s, "one", "editor"), await person(s, "two", "editor")
        story = await draft(s, author_id=author.id)
        await approval.submit(s, story.id, author.id)
        await stories.edit(s, story.id, title="Mine", by_id=one.id, seen=1)
        await stories.edit(s, story.id, summary="Yours", by_id=two.id, seen=2)
        seen = approval.fingerprint(story)
        for who, code in ((one, "own_change"), (two, "own_change"), (author, "own_story")):
            assert await refusal(s, story, who, seen) == ("not_editor" if who is author else code)
        await approval.approve(s, story.id, third, seen, four_eyes=True)
        await stories.edit(s, story.id, title="Once more", by_id=two.id, seen=3)
        await approval.approve(s, story.id, one, approval.fingerprint(story), four_eyes=True)


async def test_an_approval_of_what_was_changed_meanwhile_does_not_count(db: Database) -> None:
    """The reviewer pressed on an older content: nothing is approved."""
    async with db.write() as s:
        editor = await person(s, "e", "editor")
        story = await draft(s)
        await approval.submit(s, story.id, None)
        seen = approval.fingerprint(story)
        await stories.edit(s, story.id, captions=[Wording("Buy now")])
        assert await refusal(s, story, editor, seen) == "changed"
        assert await refusal(s, Story(id=4711), editor, seen) == "gone"


@pytest.mark.parametrize(
    "change",
    [{"title": "T"}, {"summary": "S"}, {"url": "https://nordlicht.example/2"}, {"image_url": "https://a.example/b.png"},
     {"image_alt": "A"}, {"language": "de"}, {"captions": [Wording("C")]}, {"channel_ids": [5]}],
)  # fmt: skip
async def test_the_fingerprint_sees_everything_a_reviewer_answers_for(db: Database, change: dict[str, object]) -> None:
    """Each field on its own makes another content, and changing it back makes the first again."""
    async with db.write() as s:
        story = await draft(s)
        before = approval.fingerprint(story)
        old = {name: getattr(story, name) for name in change if name != "captions"} or {"captions": []}
        after = approval.fingerprint(await stories.edit(s, story.id, **change))
        assert after != before
        assert approval.fingerprint(await stories.edit(s, story.id, **old)) == before


async def test_return_and_recall(db: Database) -> None:
    """A returned story can be submitted again; a recalled one is over, and recalling twice is one recall."""
    async with db.write() as s:
        author, editor = await person(s, "a"), await person(s, "e", "editor")
        story = await draft(s, author_id=author.id, publish_at=now() + timedelta(days=1))
        await approval.submit(s, story.id, author.id)
        await approval.submit(s, story.id, author.id)
        await approval.approve(s, story.id, editor, approval.fingerprint(story), four_eyes=True)
        assert story.state == StoryState.SCHEDULED
        assert (await approval.give_back(s, story.id, editor, " Wait ")).state == StoryState.RETURNED
        assert (await approval.history(s, story.id))[-1].note == "Wait"
        await approval.submit(s, story.id, author.id)
        for who, code in ((author, "not_editor"),):
            with pytest.raises(approval.Rejected) as caught:
                await approval.recall(s, story.id, who)
            assert caught.value.code == code
        await approval.recall(s, story.id, editor)
        await approval.recall(s, story.id, editor)
        decisions = [one.decision for one in await approval.history(s, story.id)]
        assert decisions == ["submitted", "approved", "cleared", "returned", "submitted", "recalled"]
        with pytest.raises(approval.Rejected):
            await approval.submit(s, story.id, author.id)


async def test_stories_go_live_at_their_time_and_only_as_approved(db: Database) -> None:
    """An embargo holds to the second, expiry ends it, and a content that was swapped behind our back does not leave."""
    async with db.write() as s:
        author, editor = await person(s, "a"), await person(s, "e", "editor")
        soon = await draft(s, author_id=author.id, publish_at=NOON, expires_at=NOON + timedelta(hours=2))
        swapped = await draft(s, author_id=author.id)
        too_late = await draft(s, author_id=author.id, expires_at=NOON - timedelta(hours=1))
        for story in (soon, swapped, too_late):
            await approval.submit(s, story.id, author.id)
            await approval.approve(s, story.id, editor, approval.fingerprint(story), four_eyes=True)
        swapped.title = "Something else"
        await s.flush()
        assert await schedule.go_live(s, NOON - timedelta(seconds=1)) == []
        assert await schedule.expire(s, NOON - timedelta(seconds=1)) == [too_late.id]
        assert await schedule.go_live(s, NOON) == [soon.id]
        assert (soon.live_at, swapped.state) == (NOON, StoryState.IN_REVIEW)
        asked = [one.decision for one in await approval.history(s, swapped.id)].count("submitted")
        assert asked == 2, "editors are asked about it anew"
        assert await schedule.go_live(s, NOON) == []
        assert await schedule.expire(s, NOON + timedelta(hours=2)) == [soon.id]


async def test_wordings_are_dealt_evenly_among_those_that_fit(db: Database) -> None:
    """Network and language first, then any network, then the story's language, else none."""
    async with db.write() as s:
        story = await draft(
            s,
            captions=[
                Wording("L1", "linkedin"),
                Wording("L2", "linkedin"),
                Wording("any"),
                Wording("alle", "", "de"),
                Wording("M", "mastodon", "de"),
            ],
        )

        async def texts(network: str, language: str, count: int) -> list[str]:
            dealt = [await captions.deal(s, story, network, language) for _ in range(count)]
            return [one.text if one else "" for one in dealt]

        assert await texts("linkedin", "en-GB", 4) == ["L1", "L2", "L1", "L2"]
        assert await texts("x", "en", 2) == ["any", "any"]
        assert await texts("linkedin", "de", 1) == ["alle"]
        assert await texts("mastodon", "de-AT", 1) == ["M"]
        assert await texts("mastodon", "fr", 1) == ["any"], "the story's own language before none"
        left = await captions.others(s, story, "linkedin", "en", story.captions[0].id)
        assert [one.text for one in left] == ["L2"]
        assert await captions.deal(s, await draft(s), "x", "en") is None
        assert {one.text: one.dealt for one in (await stories.get(s, story.id)).captions}["any"] == 3


async def test_two_workers_start_a_story_once(database_url: str) -> None:
    """Whoever comes second finds nothing to start."""
    import asyncio

    first, second = Database(database_url, [b"k" * 32]), Database(database_url, [b"k" * 32])
    async with first.write() as s:
        author, editor = await person(s, "a"), await person(s, "e", "editor")
        story = await draft(s, author_id=author.id)
        await approval.submit(s, story.id, author.id)
        await approval.approve(s, story.id, editor, approval.fingerprint(story), four_eyes=True)

    async def start(db: Database) -> list[int]:
        async with db.write() as s:
            return await schedule.go_live(s, NOON)

    started = await asyncio.gather(*(start(db) for db in (first, second, first, second)))
    assert sorted(started) == [[], [], [], [story.id]]
    await first.close()
    await second.close()
