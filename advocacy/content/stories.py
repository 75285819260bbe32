"""Stories: made, edited, read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.interfaces import ORMOption

from advocacy.content import fields, topics
from advocacy.content.fields import Invalid
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Caption, LanguageVersion, Review, Story, StoryState
from advocacy.content.plain import upright
from advocacy.content.review import record
from advocacy.db import now

_FIELDS = frozenset({
    "title", "summary", "url", "site", "image_url", "image_alt", "image_rights", "language", "versions", "internal",
    "topics", "captions", "channel_ids", "department_ids", "locations", "audience_languages", "leader_ids",
    "leaders_minutes", "featured", "campaign_id", "publish_at", "wall_clock", "urgent", "embargo_until", "expires_at",
    "rights_until", "rights_note", "kind", "as_picture", "is_suggestion", "names_suggester", "credit_id", "consent",
})  # fmt: skip
_LISTS = frozenset({
    "topics", "channel_ids", "department_ids", "locations", "audience_languages", "leader_ids",
})  # fmt: skip

_KNOWN = frozenset({StoryState.APPROVED, StoryState.SCHEDULED, StoryState.LIVE})
"""States in which people may come to know a story's topics."""


class NoStory(LookupError):
    """There is no story with this id."""


class Overtaken(Exception):
    """Somebody else changed the story meanwhile; nothing was written. Read it again to see how it stands now."""

    def __init__(self, story: Story) -> None:
        super().__init__(f"story {story.id} is at version {story.version}")


@dataclass(frozen=True, slots=True)
class Wording:
    """A caption as it is written: for one network (all when empty) and language (the story's when empty)."""

    text: str
    network: str = ""
    language: str = ""
    hashtags: tuple[str, ...] = ()
    """Without ``#``."""
    mentions: tuple[str, ...] = ()
    quota: int | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A story in one more language. ``url`` is the story's own when empty."""

    language: str
    title: str
    summary: str = ""
    url: str = ""
    image_alt: str = ""


async def create(
    s: AsyncSession, *, title: str, summary: str, url: str, author_id: int | None = None, **more: Any
) -> Story:
    """Write a draft. Raises ``Invalid``. ``author_id`` is empty when a feed wrote it.

    ``more`` are further columns of ``Story``, ``captions`` (of ``Wording``) and ``versions`` (of ``Version``).
    """
    _refuse_unknown(more)
    story = Story(author_id=author_id, state=StoryState.DRAFT, language="en", captions=[], versions=[])
    for name in (*_LISTS, "guarded"):
        setattr(story, name, [])
    for name in ("image_url", "image_copy", "image_alt", "image_rights", "site", "wall_clock", "rights_note"):
        setattr(story, name, "")
    story.internal, story.as_picture, story.kind = False, False, fields.KINDS[0]
    # The language first: captions without one are in the story's.
    _write(story, {"title": title, "summary": summary, "url": url, **dict(sorted(more.items(), key=_language_first))})
    story.topics = await topics.spelled(s, story.topics)
    await fields.check(s, story)
    await topics.guard(s, story, ())
    s.add(story)
    await s.flush()
    return story


async def edit(
    s: AsyncSession, story_id: int, *, by_id: int | None = None, seen: int | None = None, **changes: Any
) -> Story:
    """Change some fields, named as in ``create``. Raises ``Invalid``, ``NoStory``, ``Overtaken``.

    ``seen`` is the ``version`` that the person ``by_id`` has looked at. Without it they have seen none, and nothing is
    overwritten unseen; a feed, which is nobody, compares by itself what it finds.
    What was approved is the exact content: a change of it takes an approved, scheduled or live story back to
    review, and one that was returned or has expired back to draft. A change of times alone does not, nor one of
    open topics; a restricted topic, or one that a rule of review names, counts as content.
    """
    _refuse_unknown(changes)
    story = await get(s, story_id, lock=True)
    if seen != story.version and (seen is not None or by_id is not None):
        raise Overtaken(story)
    if story.state == StoryState.RECALLED:
        raise Invalid("state", "recalled")
    before, topics_before = fingerprint(story), tuple(story.topics)
    _write(story, dict(sorted(changes.items(), key=_language_first)))
    if "topics" in changes:
        story.topics = await topics.spelled(s, story.topics)
    await fields.check(s, story)
    story.updated_at, story.version = now(), story.version + 1
    is_guarded = await topics.guard(s, story, topics_before)
    if is_guarded or fingerprint(story) != before:
        await _back(s, story, by_id)
    else:
        _reschedule(story)
    if story.state in _KNOWN:
        await topics.ensure(s, story.topics)
    await s.flush()
    return story


def whole() -> tuple[ORMOption, ...]:
    """Options of a query for stories that are to be read, shown or compared: with captions and versions."""
    return selectinload(Story.captions), selectinload(Story.versions)


async def get(s: AsyncSession, story_id: int, *, lock: bool = False) -> Story:
    """The whole story; locked for this unit of work if asked. Raises ``NoStory``."""
    query = select(Story).where(Story.id == story_id).options(*whole())
    query = query.execution_options(populate_existing=True)
    story = await s.scalar(query.with_for_update() if lock else query)
    if story is None:
        msg = f"there is no story {story_id}"
        raise NoStory(msg)
    return story


async def live(s: AsyncSession, limit: int = 20, at: datetime | None = None) -> list[Story]:
    """Stories that are out now, whole; featured ones first, then the newest."""
    query = (
        select(Story)
        .where(Story.state == StoryState.LIVE, *not_over(at or now()))
        .order_by(Story.featured.desc(), Story.live_at.desc(), Story.id.desc())
    )
    return list(await s.scalars(query.limit(limit).options(*whole())))


def not_over(at: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Conditions of a query: neither the story's own end has come, nor that of the rights in it."""
    return (
        or_(Story.expires_at.is_(None), Story.expires_at > at),
        or_(Story.rights_until.is_(None), Story.rights_until > at),
    )


def ends(story: Story) -> datetime | None:
    """When it ends, by its own time or that of the rights in it."""
    return min((at for at in (story.expires_at, story.rights_until) if at is not None), default=None)


async def listing(s: AsyncSession, state: str | None = None, limit: int = 500) -> list[Story]:
    """All stories, or those in one state, whole; the newest first."""
    query = select(Story).order_by(Story.id.desc()).limit(limit).options(*whole())
    return list(await s.scalars(query if state is None else query.where(Story.state == state)))


async def newest(s: AsyncSession, states: Iterable[str], limit: int) -> tuple[list[Story], int]:
    """Stories in these states, the newest first, without captions and versions; and how many there are in all."""
    its = Story.state.in_(states)
    count = await s.scalar(select(func.count()).select_from(Story).where(its))
    return list(await s.scalars(select(Story).where(its).order_by(Story.id.desc()).limit(limit))), count or 0


async def went_live(s: AsyncSession, since: datetime, until: datetime) -> list[Story]:
    """Stories that went out between these moments and were not withdrawn, the newest first."""
    query = select(Story).where(Story.live_at > since, Story.live_at <= until, Story.state != StoryState.RECALLED)
    return list(await s.scalars(query.order_by(Story.live_at.desc(), Story.id.desc())))


def back_to_review(s: AsyncSession, story: Story, by_id: int | None) -> None:
    """What it says now was not approved: editors are asked about it anew. Nobody brings it when ``by_id`` is empty."""
    story.state = StoryState.IN_REVIEW
    record.note(s, story, "submitted", by_id)


async def _back(s: AsyncSession, story: Story, by_id: int | None) -> None:
    if story.state in {StoryState.IN_REVIEW, StoryState.APPROVED, StoryState.SCHEDULED, StoryState.LIVE}:
        # Whoever wrote the change brings it to review: they cannot be the one who approves it.
        back_to_review(s, story, by_id)
    else:
        story.state = StoryState.DRAFT
        await _note_hand(s, story, by_id)


async def _note_hand(s: AsyncSession, story: Story, by_id: int | None) -> None:
    """Keep who changed a draft, once it is no longer only its author's: they do not approve what they wrote."""
    if by_id is None:
        return
    if (
        by_id == story.author_id
        and await s.scalar(select(Review.id).where(Review.story_id == story.id).limit(1)) is None
    ):
        return
    record.note(s, story, "changed", by_id)


def _reschedule(story: Story) -> None:
    """New times of a story whose content stays approved: it waits for them again."""
    at = now()
    open_again = story.state == StoryState.EXPIRED and story.approved_hash == fingerprint(story)
    over = ends(story)
    if open_again and (over is None or over > at):
        story.state = StoryState.APPROVED
    embargoed = story.state == StoryState.LIVE and story.embargo_until is not None and story.embargo_until > at
    if embargoed or story.state in {StoryState.APPROVED, StoryState.SCHEDULED}:
        story.state = waiting_state(story)


def waiting_state(story: Story) -> StoryState:
    """The state of an approved story that is not live yet."""
    begins = [at for at in (story.publish_at, story.embargo_until) if at is not None]
    return StoryState.SCHEDULED if any(at > now() for at in begins) else StoryState.APPROVED


def _refuse_unknown(changes: dict[str, Any]) -> None:
    if unknown := set(changes) - _FIELDS:
        raise Invalid(min(unknown), "unknown")


def _language_first(item: tuple[str, Any]) -> bool:
    return item[0] != "language"


def _write(story: Story, changes: dict[str, Any]) -> None:
    if changes.get("image_url", story.image_url) != story.image_url:
        story.image_copy = ""
    for name, value in changes.items():
        if name == "captions":
            _write_captions(story, value)
        elif name == "versions":
            _write_versions(story, value)
        elif name in _LISTS:
            stripped = (upright(one) if isinstance(one, str) else one for one in value)
            setattr(story, name, [one for one in dict.fromkeys(stripped) if one != ""])
        else:
            setattr(story, name, upright(value) if isinstance(value, str) else value)


def _write_captions(story: Story, wordings: Iterable[Wording]) -> None:
    """Take over the wordings; one that stays the same stays the same caption, with its count."""
    there = {(one.network, one.language, one.text): one for one in story.captions}
    kept: dict[tuple[str, str, str], Caption] = {}
    for wording in wordings:
        key = (wording.network, wording.language or story.language, upright(wording.text))
        caption = there.get(key) or Caption(network=key[0], language=key[1], text=key[2], dealt=0)
        caption.hashtags, caption.mentions, caption.quota = (
            list(wording.hashtags),
            list(wording.mentions),
            wording.quota,
        )
        kept[key] = caption
    story.captions = list(kept.values())


def _write_versions(story: Story, versions: Sequence[Version]) -> None:
    """Take over the versions, one a language; the story's own language has none."""
    there = {one.language: one for one in story.versions}
    kept: dict[str, LanguageVersion] = {}
    for version in versions:
        if version.language == story.language:
            continue
        row = there.get(version.language) or LanguageVersion(language=version.language)
        row.title, row.summary = upright(version.title), upright(version.summary)
        row.url, row.image_alt = upright(version.url), upright(version.image_alt)
        kept[version.language] = row
    story.versions = list(kept.values())


__all__ = [
    "Invalid", "NoStory", "Overtaken", "Version", "Wording", "back_to_review", "create", "edit", "ends", "get",
    "listing", "live", "newest", "not_over", "waiting_state", "whole",
]  # fmt: skip
