"""What a story's fields may hold."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import addresses
from advocacy.content.models import Story
from advocacy.people.models import Department

MAX_TITLE, MAX_SUMMARY, MAX_ALT, MAX_CAPTION = 300, 3000, 1000, 3000
"""Characters."""
MAX_CAPTIONS, MAX_TOPICS = 60, 20
_MAX_LANGUAGE, _MAX_NETWORK = 12, 24
_LANGUAGE = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")


class Invalid(ValueError):
    """A field cannot be so.

    Codes: ``missing``, ``too_long``, ``too_many``, ``bad_link``, ``private_link``, ``bad_language``, ``no_time_zone``,
    ``order`` (expires before it is published), ``unknown``, ``recalled``.
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
    await _check_departments(s, story)


def is_language(code: str) -> bool:
    """Is this a language tag such as ``de`` or ``de-AT``?"""
    return bool(_LANGUAGE.match(code)) and len(code) <= _MAX_LANGUAGE


def _check_texts(story: Story) -> None:
    if not story.title:
        raise Invalid("title", "missing")
    limits = (("title", MAX_TITLE), ("summary", MAX_SUMMARY), ("image_alt", MAX_ALT))
    for field, most in limits:
        if len(getattr(story, field)) > most:
            raise Invalid(field, "too_long")
    if not is_language(story.language):
        raise Invalid("language", "bad_language")
    if len(story.topics) > MAX_TOPICS:
        raise Invalid("topics", "too_many")


def _check_links(story: Story) -> None:
    if not story.url:
        raise Invalid("url", "missing")
    for field, value in (("url", story.url), ("image_url", story.image_url)):
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


def _check_times(story: Story) -> None:
    for field, value in (("publish_at", story.publish_at), ("expires_at", story.expires_at)):
        if value is not None and value.tzinfo is None:
            raise Invalid(field, "no_time_zone")
    if story.expires_at is not None and story.publish_at is not None and story.expires_at <= story.publish_at:
        raise Invalid("expires_at", "order")


async def _check_departments(s: AsyncSession, story: Story) -> None:
    if not story.department_ids:
        return
    there = set(await s.scalars(select(Department.id).where(Department.id.in_(story.department_ids))))
    if not there.issuperset(story.department_ids):
        raise Invalid("department_ids", "unknown")
