"""Review: a decision is about one exact content, and by default takes two people."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import stories
from advocacy.content.fingerprint import content, fingerprint
from advocacy.content.models import Review, Story, StoryState
from advocacy.db import now
from advocacy.people.directory import may
from advocacy.people.models import Person

_REVIEWED = {StoryState.IN_REVIEW, StoryState.APPROVED, StoryState.SCHEDULED}


class Rejected(Exception):
    """The decision does not count.

    Codes: ``changed`` (the content is not what was looked at), ``own_story`` (four eyes), ``not_editor``,
    ``not_in_review``, ``gone``.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def submit(s: AsyncSession, story_id: int, by_id: int | None) -> Story:
    """Put a draft up for review. Doing it again changes nothing."""
    story = await _locked(s, story_id)
    if story.state == StoryState.IN_REVIEW:
        return story
    if story.state not in {StoryState.DRAFT, StoryState.RETURNED}:
        raise Rejected("not_in_review")
    story.state = StoryState.IN_REVIEW
    return await _note(s, story, "submitted", by_id)


async def approve(s: AsyncSession, story_id: int, by: Person, seen: str, *, four_eyes: bool) -> Story:
    """Approve the content whose fingerprint was ``seen``; it goes live at its time. Raises ``Rejected``."""
    story = await _decidable(s, story_id, by, {StoryState.IN_REVIEW})
    if fingerprint(story) != seen:
        raise Rejected("changed")
    if four_eyes and await _is_theirs(s, story, by.id):
        raise Rejected("own_story")
    story.approved_hash = seen
    story.state = stories.waiting_state(story)
    return await _note(s, story, "approved", by.id)


async def give_back(s: AsyncSession, story_id: int, by: Person, note: str = "") -> Story:
    """Return a story to its author, with a word why. One that waits for its time can still be returned."""
    story = await _decidable(s, story_id, by, _REVIEWED)
    story.state = StoryState.RETURNED
    return await _note(s, story, "returned", by.id, note)


async def recall(s: AsyncSession, story_id: int, by: Person, note: str = "") -> Story:
    """Take a story back for good, whatever its state. Doing it again changes nothing."""
    story = await _locked(s, story_id)
    if not may(by, "editor"):
        raise Rejected("not_editor")
    if story.state == StoryState.RECALLED:
        return story
    story.state = StoryState.RECALLED
    return await _note(s, story, "recalled", by.id, note)


async def history(s: AsyncSession, story_id: int) -> list[Review]:
    """All decisions about a story, the oldest first."""
    return list(await s.scalars(select(Review).where(Review.story_id == story_id).order_by(Review.id)))


async def _locked(s: AsyncSession, story_id: int) -> Story:
    try:
        return await stories.get(s, story_id, lock=True)
    except stories.NoStory:
        raise Rejected("gone") from None


async def _decidable(s: AsyncSession, story_id: int, by: Person, states: set[StoryState]) -> Story:
    if not may(by, "editor"):
        raise Rejected("not_editor")
    story = await _locked(s, story_id)
    if story.state not in states:
        raise Rejected("not_in_review")
    return story


async def _is_theirs(s: AsyncSession, story: Story, person_id: int) -> bool:
    """Did this person write the story, or bring this very content to review?"""
    if story.author_id == person_id:
        return True
    brought = select(Review.id).where(
        Review.story_id == story.id,
        Review.fingerprint == fingerprint(story),
        Review.decision == "submitted",
        Review.by_id == person_id,
    )
    return await s.scalar(brought.limit(1)) is not None


async def _note(s: AsyncSession, story: Story, decision: str, by_id: int | None, note: str = "") -> Story:
    story.updated_at = now()
    s.add(
        Review(
            story_id=story.id, fingerprint=fingerprint(story), decision=decision, by_id=by_id, note=note.strip(),
            content=content(story),
        )
    )  # fmt: skip
    await s.flush()
    return story


__all__ = ["Rejected", "approve", "fingerprint", "give_back", "history", "recall", "submit"]
