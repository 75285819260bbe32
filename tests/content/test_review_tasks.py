"""A story leaves review only when everybody who is needed has approved this very content."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from content_help import NOON, draft, person
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import approval, stories
from advocacy.content.models import ReviewRule, Story, StoryState
from advocacy.content.review import tasks
from advocacy.db import Database
from advocacy.people.models import Person


async def rule(s: AsyncSession, *reviewers: Person, name: str = "Secrets", **more: Any) -> ReviewRule:
    values: dict[str, Any] = {"kind": "words", "terms": ["secret"], "reviewer_ids": [one.id for one in reviewers]}
    one = ReviewRule(name=name, **{**values, **more})
    s.add(one)
    await s.flush()
    return one


async def submitted(s: AsyncSession, author: Person, **values: Any) -> Story:
    story = await draft(s, author_id=author.id, **{"summary": "A secret park.", **values})
    return await approval.submit(s, story.id, author.id)


async def approve(s: AsyncSession, story: Story, by: Person) -> str:
    """The state it is in then, or the code of the refusal."""
    fresh = await stories.get(s, story.id)
    try:
        return (await approval.approve(s, story.id, by, approval.fingerprint(fresh), four_eyes=True)).state
    except approval.Rejected as no:
        return no.code


async def test_all_who_are_needed(db: Database) -> None:
    """An editor and one of those a rule names; in any order; nobody twice; the last one lets it go."""
    async with db.write() as s:
        author, editor = await person(s, "a"), await person(s, "e", "editor")
        one, two, other = await person(s, "one"), await person(s, "two"), await person(s, "other")
        await rule(s, one, two, due_hours=2)
        story = await submitted(s, author)
        assert await approve(s, story, other) == "not_editor"
        assert await approve(s, story, two) == StoryState.IN_REVIEW
        assert await approve(s, story, two) == StoryState.IN_REVIEW
        waiting = {one.key: one for one in await tasks.of(s, await stories.get(s, story.id))}
        named = next(one for key, one in waiting.items() if key != "editor")
        assert (named.decision, named.decided_by_id, waiting["editor"].decision) == ("approved", two.id, "")
        assert named.due_at - named.created_at == timedelta(hours=2)
        assert [reason["field"] for reason in named.reasons] == ["summary"]
        assert await approve(s, story, editor) == StoryState.APPROVED
        assert [one.decision for one in await approval.history(s, story.id)] == [
            "submitted", "approved", "approved", "cleared",
        ]  # fmt: skip


async def test_an_editor_who_is_named_decides_both_at_once(db: Database) -> None:
    """One press for all that is theirs; a rule that names nobody is for any editor and takes no second decision."""
    async with db.write() as s:
        author, editor = await person(s, "a"), await person(s, "e", "editor")
        await rule(s, editor)
        await rule(s, name="For any editor")
        story = await submitted(s, author)
        assert await approve(s, story, editor) == StoryState.APPROVED


async def test_four_eyes_hold_for_named_reviewers(db: Database) -> None:
    """Not the author; where the author is the only one named, any other editor decides."""
    async with db.write() as s:
        author, editor = await person(s, "a"), await person(s, "e", "editor")
        await rule(s, author)
        story = await submitted(s, author)
        assert await approve(s, story, author) == "own_story"
        assert await approve(s, story, editor) == StoryState.APPROVED


async def test_reviewers_who_left(db: Database) -> None:
    """When all who are named have left, any editor decides: a story is never stuck."""
    async with db.write() as s:
        author, editor, gone = await person(s, "a"), await person(s, "e", "editor"), await person(s, "g")
        await rule(s, gone)
        story = await submitted(s, author)
        gone.left_on = date(2026, 1, 2)
        await s.flush()
        assert await approve(s, story, editor) == StoryState.APPROVED


async def test_each_round_is_decided_anew(db: Database) -> None:
    """What was approved in an earlier round of review does not count in the next, be the content the same."""
    async with db.write() as s:
        author, editor, legal = await person(s, "a"), await person(s, "e", "editor"), await person(s, "l")
        await rule(s, legal)
        story = await submitted(s, author)
        assert await approve(s, story, legal) == StoryState.IN_REVIEW
        await approval.give_back(s, story.id, legal, "Wait")
        assert {one.decision for one in await tasks.of(s, story)} == {"approved", "returned"}
        await approval.submit(s, story.id, author.id)
        assert await approve(s, story, editor) == StoryState.IN_REVIEW
        assert await approve(s, story, legal) == StoryState.APPROVED
        await stories.edit(s, story.id, title="Other", by_id=author.id, seen=1)
        await stories.edit(s, story.id, title="Wind", by_id=author.id, seen=2)
        assert await approve(s, story, editor) == StoryState.IN_REVIEW, "the same content again, looked at again"
        assert await approve(s, story, legal) == StoryState.APPROVED


async def test_a_returned_story_can_be_approved_in_its_next_round_whatever_the_clock_says(db: Database) -> None:
    """Clocks are set back, and show the same moment twice."""
    with time_machine.travel(NOON, tick=False) as clock:
        async with db.write() as s:
            author, editor = await person(s, "a"), await person(s, "e", "editor")
            story = await submitted(s, author)
            await approval.give_back(s, story.id, editor)
            await approval.submit(s, story.id, author.id)
            assert await approve(s, story, editor) == StoryState.APPROVED
            again = await submitted(s, author)
            await approval.give_back(s, again.id, editor)
            clock.shift(-60)
            await approval.submit(s, again.id, author.id)
            assert await approve(s, again, editor) == StoryState.APPROVED


async def test_rules_that_change_meanwhile(db: Database) -> None:
    """A new rule adds its reviewer; one that was switched off is no longer waited for."""
    async with db.write() as s:
        author, editor, legal = await person(s, "a"), await person(s, "e", "editor"), await person(s, "l")
        story = await submitted(s, author)
        assert [one.key for one in await tasks.ensure(s, story)] == ["editor"]
        one = await rule(s, legal)
        assert await approve(s, story, editor) == StoryState.IN_REVIEW
        one.active = False
        await s.flush()
        assert await approve(s, story, editor) == StoryState.APPROVED


@pytest.mark.parametrize(
    ("consent", "state"),
    [("asked", "no_consent"), ("refused", "no_consent"), ("given", "approved"), ("nameless", "approved")],
)
async def test_consent(db: Database, consent: str, state: str) -> None:
    """Nobody approves what a quoted person has not agreed to."""
    async with db.write() as s:
        author, editor = await person(s, "a"), await person(s, "e", "editor")
        story = await submitted(s, author, consent=consent)
        assert await approve(s, story, editor) == state
