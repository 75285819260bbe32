"""What a story's fields may hold."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import addresses, pictures, times
from advocacy.content.models import Campaign, Story
from advocacy.people.models import Department, Person

MAX_TITLE, MAX_SUMMARY, MAX_ALT, MAX_CAPTION, MAX_SITE, MAX_NOTE = 300, 3000, 1000, 3000, 200, 300
MAX_TOPIC, MAX_TAG = 60, 200
"""Characters."""
MAX_CAPTIONS, MAX_TOPICS, MAX_VERSIONS, MAX_TAGS = 60, 20, 20, 30
MAX_LEADERS_MINUTES = 24 * 60
RIGHTS = ("", "own", "licensed", "free")
KINDS = ("news", "product", "job", "view")
_MAX_LANGUAGE, _MAX_NETWORK = 12, 24
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")


class Invalid(ValueError):
    """A field cannot be so.

    Codes: ``missing``, ``too_long``, ``too_many``, ``bad_link``, ``private_link``, ``bad_language``, ``no_time_zone``,
    ``order`` (ends before it is published), ``unknown``, ``recalled``.
    """

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


async def check(s: AsyncSession, story: Story) -> None:
    """Raise ``Invalid`` for the first field that cannot be so. Captions must be loaded."""
    _check_texts(story)
    _check_links(story)
    _check_captions(story)
    _check_times(story)
    await _check_references(s, story)


def is_language(code: str) -> bool:
    """Is this a language tag such as ``de`` or ``de-AT``?"""
    return _LANGUAGE.fullmatch(code) is not None and len(code) <= _MAX_LANGUAGE


def language_in(tag: str) -> str:
    """The language of a tag as pages and feeds write them (``de_DE``, ``en-GB, de``); empty when there is none."""
    base = re.split(r"[-_,]", tag.strip().lower(), maxsplit=1)[0]
    return base if is_language(base) else ""


def _check_texts(story: Story) -> None:
    if not story.title:
        raise Invalid("title", "missing")
    limits = (
        ("title", MAX_TITLE), ("summary", MAX_SUMMARY), ("image_alt", MAX_ALT), ("site", MAX_SITE),
        ("rights_note", MAX_NOTE),
    )  # fmt: skip
    for field, most in limits:
        if len(getattr(story, field)) > most:
            raise Invalid(field, "too_long")
    for field in ("language", "audience_languages"):
        said = [story.language] if field == "language" else story.audience_languages
        if not all(map(is_language, said)):
            raise Invalid(field, "bad_language")
    if story.image_rights not in RIGHTS:
        raise Invalid("image_rights", "unknown")
    if story.kind not in KINDS:
        raise Invalid("kind", "unknown")
    if len(story.topics) > MAX_TOPICS:
        raise Invalid("topics", "too_many")
    if any(len(one) > MAX_TOPIC for one in story.topics):
        raise Invalid("topics", "too_long")
    _check_versions(story)


def _check_versions(story: Story) -> None:
    if len(story.versions) > MAX_VERSIONS:
        raise Invalid("versions", "too_many")
    for version in story.versions:
        if not version.title:
            raise Invalid("versions", "missing")
        if len(version.title) > MAX_TITLE or len(version.summary) > MAX_SUMMARY or len(version.image_alt) > MAX_ALT:
            raise Invalid("versions", "too_long")
        if not is_language(version.language):
            raise Invalid("versions", "bad_language")


def _check_links(story: Story) -> None:
    if not story.url:
        raise Invalid("url", "missing")
    links = [("url", story.url), *(("versions", one.url) for one in story.versions)]
    if not pictures.stored(story.image_url):
        links.append(("image_url", story.image_url))
    for field, value in links:
        if value and (code := addresses.problem(value)):
            raise Invalid(field, code)


def _check_captions(story: Story) -> None:
    if len(story.captions) > MAX_CAPTIONS:
        raise Invalid("captions", "too_many")
    for caption in story.captions:
        if not caption.text:
            raise Invalid("captions", "missing")
        if len(caption.text) > MAX_CAPTION or len(caption.network) > _MAX_NETWORK:
            raise Invalid("captions", "too_long")
        if not is_language(caption.language):
            raise Invalid("captions", "bad_language")
        if max(len(caption.hashtags), len(caption.mentions)) > MAX_TAGS:
            raise Invalid("captions", "too_many")
        if any(len(one) > MAX_TAG for one in (*caption.hashtags, *caption.mentions)):
            raise Invalid("captions", "too_long")


def _check_times(story: Story) -> None:
    for field in ("publish_at", "embargo_until", "expires_at", "rights_until"):
        value = getattr(story, field)
        if value is not None and value.tzinfo is None:
            raise Invalid(field, "no_time_zone")
    begins = max((at for at in (story.publish_at, story.embargo_until) if at is not None), default=None)
    for field in ("expires_at", "rights_until"):
        ends = getattr(story, field)
        if ends is not None and begins is not None and ends <= begins:
            raise Invalid(field, "order")
    if story.wall_clock and not times.is_wall_clock(story.wall_clock):
        raise Invalid("wall_clock", "unknown")
    if not 0 <= (story.leaders_minutes or 0) <= MAX_LEADERS_MINUTES:
        raise Invalid("leaders_minutes", "too_many")


async def _check_references(s: AsyncSession, story: Story) -> None:
    """Departments, people and the campaign it names are there."""
    for field, table in (("department_ids", Department), ("leader_ids", Person)):
        wanted = set(getattr(story, field))
        if wanted and wanted - set(await s.scalars(select(table.id).where(table.id.in_(wanted)))):
            raise Invalid(field, "unknown")
    if story.campaign_id is not None and await s.get(Campaign, story.campaign_id) is None:
        raise Invalid("campaign_id", "unknown")
