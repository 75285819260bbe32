"""Wordings, dealt out evenly, so that colleagues do not all post the same sentence."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.models import Caption, Story


async def deal(s: AsyncSession, story: Story, network: str, language: str) -> Caption | None:
    """Hand out the least dealt wording that fits best, and count it. ``None`` when no wording fits at all."""
    fitting = await _fitting(s, story, network, language)
    if not fitting:
        return None
    next_one = min(fitting, key=lambda one: (one.dealt, one.id))
    await s.execute(
        update(Caption)
        .where(Caption.id == next_one.id)
        .values(dealt=Caption.dealt + 1)
        .execution_options(synchronize_session=False)
    )
    await s.refresh(next_one, ["dealt"])
    return next_one


async def others(s: AsyncSession, story: Story, network: str, language: str, but: int | None = None) -> list[Caption]:
    """Further wordings to choose from, the least used first; without the one with the id ``but``."""
    fitting = await _fitting(s, story, network, language)
    return sorted((one for one in fitting if one.id != but), key=lambda one: (one.dealt, one.id))


async def _fitting(s: AsyncSession, story: Story, network: str, language: str) -> Sequence[Caption]:
    """The best group that is not empty: this network and language, any network, then the story's own language."""
    query = select(Caption).where(Caption.story_id == story.id, Caption.network.in_((network, "")))
    # Counts change beside this session: read them as they are now.
    there = (await s.scalars(query.execution_options(populate_existing=True))).all()
    for wanted in (language, story.language):
        for name in (network, ""):
            group = [one for one in there if one.network == name and _base(one.language) == _base(wanted)]
            if group:
                return group
    return ()


def _base(language: str) -> str:
    return language.partition("-")[0].lower()
