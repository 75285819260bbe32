"""Wordings, dealt out evenly, so that colleagues do not all post the same sentence."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.models import Caption, Story
from advocacy.content.versions import base, spoken
from advocacy.db import for_update


async def deal(s: AsyncSession, story: Story, network: str, language: str) -> Caption | None:
    """Hand out the least dealt wording that fits best, and count it. Versions of the story must be loaded.

    ``None`` when no wording fits at all, or all that do have been dealt as often as their quota allows.
    """
    next_one = least_dealt(await _fitting(s, story, network, language, lock=True))
    if next_one is not None:
        next_one.dealt += 1  # it is locked, and was read as it is now
    return next_one


def least_dealt(fitting: Sequence[Caption]) -> Caption | None:
    """The wording whose turn it is, if there is any."""
    return min(fitting, key=lambda one: (one.dealt, one.id), default=None)


async def count_dealt(s: AsyncSession, caption_id: int) -> None:
    """One more person has this wording."""
    more = update(Caption).where(Caption.id == caption_id).values(dealt=Caption.dealt + 1)
    await s.execute(more.execution_options(synchronize_session=False))


async def others(s: AsyncSession, story: Story, network: str, language: str, but: int | None = None) -> list[Caption]:
    """Further wordings to choose from, the least used first; without the one with the id ``but``."""
    fitting = await _fitting(s, story, network, language)
    return sorted((one for one in fitting if one.id != but), key=lambda one: (one.dealt, one.id))


def is_used_up(caption: Caption) -> bool:
    """Was it dealt as often as it may be?"""
    return caption.quota is not None and caption.dealt >= caption.quota


async def _fitting(
    s: AsyncSession, story: Story, network: str, language: str, *, lock: bool = False
) -> Sequence[Caption]:
    """The best group of which something is left.

    This network and language, any network, then the language in which this person gets the story. Counts change
    beside this session: they are read as they are now. Locked, they stay so until the unit of work ends, so that two
    people at the same moment get different ones and no quota is exceeded.
    """
    query = select(Caption).where(Caption.story_id == story.id, Caption.network.in_((network, "")))
    query = query.order_by(Caption.id).execution_options(populate_existing=True)
    return best((await s.scalars(for_update(query) if lock else query)).all(), story, network, language)


def best(there: Sequence[Caption], story: Story, network: str, language: str) -> Sequence[Caption]:
    """Those of the wordings among which the next one is chosen. Versions of the story must be loaded."""
    return _first([one for one in there if not is_used_up(one)], story, network, language)


def was_written(there: Sequence[Caption], story: Story, network: str, language: str) -> bool:
    """Is there any of the wordings for this network and language, used up or not?"""
    return bool(_first(there, story, network, language))


def _first(there: Sequence[Caption], story: Story, network: str, language: str) -> Sequence[Caption]:
    for wanted in (language, spoken(story, language).language):
        for name in (network, ""):
            group = [one for one in there if one.network == name and base(one.language) == base(wanted)]
            if group:
                return group
    return ()


__all__ = ["best", "count_dealt", "deal", "is_used_up", "least_dealt", "others", "was_written"]
