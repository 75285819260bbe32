"""Review: a decision is about one exact content, and by default takes two people."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import stories, topics
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Review, ReviewTask, Story, StoryState
from advocacy.content.review import record, rounds, tasks
from advocacy.db import now
from advocacy.people.directory import may
from advocacy.people.models import Person

_REVIEWED = {StoryState.IN_REVIEW, StoryState.APPROVED, StoryState.SCHEDULED}


class Rejected(Exception):
    """The decision does not count.

    Codes: ``changed`` (the content is not what was looked at), ``own_story``, ``own_change`` and ``own_request``
    (four eyes: they wrote it, changed it, or put it up for review), ``not_editor``, ``not_in_review``,
    ``no_consent`` (the quoted person has not agreed), ``gone``.
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
    """Approve the content whose fingerprint was ``seen``, as far as it is up to this person. Raises ``Rejected``.

    Once everybody who is needed has approved this very content it goes live at its time; until then the story stays
    in review, and ``tasks.of`` says what it waits for.
    """
    story, waiting = await _decidable(s, story_id, by, {StoryState.IN_REVIEW})
    if fingerprint(story) != seen:
        raise Rejected("changed")
    whose = await hands(s, story) if four_eyes else {}
    if by.id in whose:
        raise Rejected(whose[by.id])
    barred = frozenset(whose)
    if story.consent in {"asked", "refused"}:
        raise Rejected("no_consent")
    theirs = [one for one in waiting if not one.decision and await tasks.may_decide(s, one, by, barred)]
    if not theirs:
        return story
    tasks.settle(theirs, by, "approved")
    await _note(s, story, "approved", by.id)
    if all(one.decision == "approved" for one in waiting):
        story.approved_hash = seen
        story.state = stories.waiting_state(story)
        await topics.ensure(s, story.topics)
        await _note(s, story, "cleared", by.id)
    return story


async def give_back(s: AsyncSession, story_id: int, by: Person, note: str = "") -> Story:
    """Return a story to its author, with a word why. One that waits for its time can still be returned."""
    story, waiting = await _decidable(s, story_id, by, _REVIEWED)
    tasks.settle([one for one in waiting if not one.decision], by, "returned")
    story.state = StoryState.RETURNED
    return await _note(s, story, "returned", by.id, note)


async def may_review(s: AsyncSession, story: Story, person: Person) -> bool:
    """Is this person an editor, or named by one of the tasks of the story as it stands?"""
    return may(person, "editor") or any(person.id in one.reviewer_ids for one in await tasks.of(s, story))


async def recall(s: AsyncSession, story_id: int, by: Person | str, note: str = "") -> tuple[Story, bool]:
    """Take a story back for good, whatever its state; answers it, and whether that is new.

    Doing it again changes nothing.
    ``by`` is an editor, or the name of the account at the command line: the note then begins with it.
    """
    story = await _locked(s, story_id)
    if isinstance(by, Person) and not may(by, "editor"):
        raise Rejected("not_editor")
    if story.state == StoryState.RECALLED:
        return story, False
    story.state = StoryState.RECALLED
    by_id, words = (by.id, note) if isinstance(by, Person) else (None, f"{by}: {note.strip() or '–'}")
    return await _note(s, story, "recalled", by_id, words), True


async def history(s: AsyncSession, story_id: int) -> list[Review]:
    """All decisions about a story, the oldest first."""
    return list(await s.scalars(select(Review).where(Review.story_id == story_id).order_by(Review.id)))


async def _locked(s: AsyncSession, story_id: int) -> Story:
    try:
        return await stories.get(s, story_id, lock=True)
    except stories.NoStory:
        raise Rejected("gone") from None


async def _decidable(
    s: AsyncSession, story_id: int, by: Person, states: set[StoryState]
) -> tuple[Story, list[ReviewTask]]:
    """The story, locked, and its tasks. Raises ``Rejected`` when this person has no say or it is not the time."""
    story = await _locked(s, story_id)
    in_review = story.state == StoryState.IN_REVIEW
    waiting = await (tasks.ensure(s, story) if in_review else tasks.of(s, story))
    if not await may_review(s, story, by):
        raise Rejected("not_editor")
    if story.state not in states:
        raise Rejected("not_in_review")
    return story, waiting


async def hands(s: AsyncSession, story: Story) -> dict[int, str]:
    """Whose own work is looked at, so that four eyes keep them from approving; each with the code of ``Rejected``.

    Who wrote the story, changed it since it was approved last (whatever others changed after them: their words may
    still be in it) or to this very content, and who brought that to review.
    """
    rows, seen, found = await history(s, story.id), fingerprint(story), dict[int, str]()
    approved = max((place for place, row in enumerate(rows) if row.decision == "cleared"), default=-1)
    for place, row in enumerate(rows):
        is_this = row.fingerprint == seen
        if row.by_id is None or not (is_this or place > approved):
            continue
        if rounds.is_change(rows, row):
            found[row.by_id] = "own_change"
        elif is_this and row.decision == "submitted":
            found.setdefault(row.by_id, "own_request")
    if story.author_id is not None:
        found[story.author_id] = "own_story"
    return found


async def _note(s: AsyncSession, story: Story, decision: str, by_id: int | None, note: str = "") -> Story:
    story.updated_at = now()
    record.note(s, story, decision, by_id, note)
    await s.flush()
    return story


__all__ = ["Rejected", "approve", "fingerprint", "give_back", "hands", "history", "may_review", "recall", "submit"]
