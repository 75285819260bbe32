"""Stories: made, edited, read. What may be shared by whom at which moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from advocacy.content import rules
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Caption, Review, Story, StoryState
from advocacy.content.rules import Invalid
from advocacy.db import now
from advocacy.people import departments
from advocacy.people.models import Person

_FIELDS = frozenset({
    "title", "summary", "url", "image_url", "image_alt", "language", "topics", "captions",
    "channel_ids", "department_ids", "publish_at", "expires_at",
})  # fmt: skip


class NotSharable(Exception):
    """Nobody, or not this person, may share the story now.

    Codes: ``gone`` (no such story), ``recalled``, ``expired``, ``not_live``, ``not_for_you``.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NoStory(LookupError):
    """There is no story with this id."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A caption as it is written: for one network (all when empty) and language (the story's when empty)."""

    text: str
    network: str = ""
    language: str = ""


async def create(
    s: AsyncSession,
    *,
    title: str,
    summary: str,
    url: str,
    image_url: str = "",
    image_alt: str = "",
    language: str = "en",
    topics: Sequence[str] = (),
    captions: Iterable[Wording] = (),
    author_id: int | None = None,
    channel_ids: Sequence[int] = (),
    department_ids: Sequence[int] = (),
    publish_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Story:
    """Write a draft. Raises ``Invalid``. ``author_id`` is empty when a feed wrote it."""
    values = {
        "title": title, "summary": summary, "url": url, "image_url": image_url, "image_alt": image_alt,
        "language": language, "topics": topics, "channel_ids": channel_ids, "department_ids": department_ids,
        "publish_at": publish_at, "expires_at": expires_at,
    }  # fmt: skip
    story = Story(author_id=author_id, state=StoryState.DRAFT, captions=[])
    _write(story, {**values, "captions": captions})
    await rules.check(s, story)
    s.add(story)
    await s.flush()
    return story


async def edit(s: AsyncSession, story_id: int, *, by_id: int | None = None, **changes: Any) -> Story:
    """Change some fields, named as in ``create``. Raises ``Invalid``, ``NoStory``.

    What was approved is the exact content: a change of it takes an approved, scheduled or live story back to
    review, and one that was returned or has expired back to draft. A change of times alone does not.
    """
    if unknown := set(changes) - _FIELDS:
        raise Invalid(min(unknown), "unknown")
    story = await get(s, story_id, lock=True)
    if story.state == StoryState.RECALLED:
        raise Invalid("state", "recalled")
    before = fingerprint(story)
    _write(story, changes)
    await rules.check(s, story)
    story.updated_at = now()
    after = fingerprint(story)
    if after != before:
        await _back(s, story, by_id)
    else:
        _reschedule(story)
    await s.flush()
    return story


async def get(s: AsyncSession, story_id: int, *, lock: bool = False) -> Story:
    """The story with its captions; locked for this unit of work if asked. Raises ``NoStory``."""
    query = select(Story).where(Story.id == story_id).options(selectinload(Story.captions))
    query = query.execution_options(populate_existing=True)
    story = await s.scalar(query.with_for_update() if lock else query)
    if story is None:
        msg = f"there is no story {story_id}"
        raise NoStory(msg)
    return story


async def live(s: AsyncSession, limit: int = 20, at: datetime | None = None) -> list[Story]:
    """Stories that can be shared now, the newest first, captions loaded."""
    query = (
        select(Story)
        .where(Story.state == StoryState.LIVE, or_(Story.expires_at.is_(None), Story.expires_at > (at or now())))
        .order_by(Story.live_at.desc(), Story.id.desc())
    )
    return list(await s.scalars(query.limit(limit).options(selectinload(Story.captions))))


async def listing(s: AsyncSession, state: str | None = None, limit: int = 500) -> list[Story]:
    """All stories, or those in one state; the newest first, captions loaded."""
    query = select(Story).order_by(Story.id.desc()).limit(limit).options(selectinload(Story.captions))
    return list(await s.scalars(query if state is None else query.where(Story.state == state)))


async def sharable(s: AsyncSession, story_id: int, person_id: int, at: datetime) -> Story:
    """The story, if this person may share it at this moment. Raises ``NotSharable``."""
    try:
        story = await get(s, story_id)
    except NoStory:
        raise NotSharable("gone") from None
    if story.state == StoryState.RECALLED:
        raise NotSharable("recalled")
    if story.state == StoryState.EXPIRED or (story.expires_at is not None and story.expires_at <= at):
        raise NotSharable("expired")
    if story.state != StoryState.LIVE:
        raise NotSharable("not_live")
    if not await _is_for(s, story, person_id, at):
        raise NotSharable("not_for_you")
    return story


async def _is_for(s: AsyncSession, story: Story, person_id: int, at: datetime) -> bool:
    person = await s.get(Person, person_id)
    if person is None or (person.left_on is not None and person.left_on <= at.date()):
        return False
    if not story.department_ids:
        return True
    own = (await departments.of(s, [person_id], at.date())).get(person_id)
    if own is None:
        return False
    return not set((await departments.tree(s)).chain(own)).isdisjoint(story.department_ids)


async def _back(s: AsyncSession, story: Story, by_id: int | None) -> None:
    if story.state in {StoryState.IN_REVIEW, StoryState.APPROVED, StoryState.SCHEDULED, StoryState.LIVE}:
        story.state = StoryState.IN_REVIEW
        # Whoever wrote the change brings it to review: they cannot be the one who approves it.
        s.add(Review(story_id=story.id, fingerprint=fingerprint(story), decision="submitted", by_id=by_id))
    else:
        story.state = StoryState.DRAFT


def _reschedule(story: Story) -> None:
    """New times of a story whose content stays approved: it waits for them again."""
    open_again = story.state == StoryState.EXPIRED and story.approved_hash == fingerprint(story)
    if open_again and (story.expires_at is None or story.expires_at > now()):
        story.state = StoryState.APPROVED
    if story.state in {StoryState.APPROVED, StoryState.SCHEDULED}:
        story.state = waiting_state(story)


def waiting_state(story: Story) -> StoryState:
    """The state of an approved story that is not live yet."""
    is_ahead = story.publish_at is not None and story.publish_at > now()
    return StoryState.SCHEDULED if is_ahead else StoryState.APPROVED


def _write(story: Story, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if name == "captions":
            _write_captions(story, value)
        elif name in {"topics", "channel_ids", "department_ids"}:
            setattr(story, name, list(dict.fromkeys(value)))
        else:
            setattr(story, name, value.strip() if isinstance(value, str) else value)


def _write_captions(story: Story, wordings: Iterable[Wording]) -> None:
    """Take over the wordings; one that stays the same stays the same caption, with its count."""
    there = {(one.network, one.language, one.text): one for one in story.captions}
    kept: dict[tuple[str, str, str], Caption] = {}
    for wording in wordings:
        key = (wording.network, wording.language or story.language, wording.text.strip())
        kept[key] = there.get(key) or Caption(network=key[0], language=key[1], text=key[2], dealt=0)
    story.captions = list(kept.values())


__all__ = [
    "Invalid", "NotSharable", "Wording", "create", "edit", "get", "listing", "live", "sharable", "waiting_state",
]  # fmt: skip
