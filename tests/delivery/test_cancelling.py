"""Cards that wait can be held back or called off, up to the last moment."""

from __future__ import annotations

from sqlalchemy import select, update

from advocacy.chat import Message
from advocacy.content import stories
from advocacy.db import Database
from advocacy.delivery import outbox, placements
from advocacy.delivery.models import Outbox, OutboxState, Placement
from tests.delivery.conftest import Workspace

HELLO = Message(summary="Hello", heading="Hello")


async def cards(db: Database, workspace: Workspace, *names: str) -> int:
    """A story with a card waiting for each of these channels; its id."""
    where = [await workspace.channel(db, name) for name in names]
    async with db.write() as s:
        story = await stories.create(s, title="A story", summary="", url="https://www.nordlicht.example/x")
        for placement, place in await placements.place(s, story.id, where, "story"):
            await outbox.send(s, place.to, HELLO, f"placement:{placement.id}", placement.id)
    return story.id


async def test_cards_that_wait_are_called_off_and_can_be_placed_anew(db: Database, workspace: Workspace) -> None:
    """What waits goes with its placement; what is under way stays; the same place can be filled again."""
    story_id = await cards(db, workspace, "news", "general")
    other_id = await cards(db, workspace, "news")
    async with db.write() as s:
        first = select(Placement.id).where(Placement.story_id == story_id).order_by(Placement.id).limit(1)
        under_way = (await s.scalars(first)).one()
        await s.execute(update(Outbox).where(Outbox.placement_id == under_way).values(state=OutboxState.SENDING))
    async with db.write() as s:
        assert await outbox.cancel_sends(s, story_id) == 1
        assert await outbox.cancel_sends(s, story_id) == 0
    async with db.write() as s:
        left = list(await s.scalars(select(Placement).order_by(Placement.id)))
        assert [one.story_id for one in left] == [story_id, other_id]
        assert len(list(await s.scalars(select(Outbox)))) == 2
        again = await placements.place(s, story_id, await placements.channels(s, "stories"), "story")
    assert len(again) == 1
