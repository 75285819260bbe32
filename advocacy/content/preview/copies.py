"""Copies of pictures that lie elsewhere, as those of feeds do: whoever sees a card loads them from us."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from sqlalchemy import select, update

from advocacy.content import pictures
from advocacy.content.models import Story, StoryState
from advocacy.content.pictures import Drawn
from advocacy.content.preview.fetch import picture
from advocacy.db import Database, now
from advocacy.http import Http

AT_ONCE = 8
"""Pictures that are fetched in one round; drafts of a new subscription wait for their turn."""


async def keep(db: Database, http: Http, only: Collection[int] = ()) -> int:
    """Fetch pictures of stories, or of these alone, that nobody has looked for yet; answers of how many.

    What is nearer to being seen comes first. One that cannot be had is not asked for again.
    """
    over = (StoryState.EXPIRED, StoryState.RECALLED)
    query = select(Story.id, Story.image_url).where(Story.state.not_in(over), *pictures.lies_elsewhere())
    if only:
        query = query.where(Story.id.in_(only))
    async with db.read() as s:
        found = (await s.execute(query.order_by(Story.state == StoryState.DRAFT, Story.id.desc()).limit(AT_ONCE))).all()
    await asyncio.gather(*(_keep(db, http, story_id, url) for story_id, url in found))
    return len(found)


async def _keep(db: Database, http: Http, story_id: int, url: str) -> None:
    drawn = await picture(http, url)
    async with db.write() as s:
        copy = await pictures.store(s, drawn, url) if isinstance(drawn, Drawn) else pictures.NONE
        # Not another one that was chosen meanwhile. The new time has cards of review drawn anew.
        mine = update(Story).where(Story.id == story_id, Story.image_url == url)
        await s.execute(mine.values(image_copy=copy, updated_at=now()).execution_options(synchronize_session=False))


__all__ = ["keep"]
