"""Cards that wait can be held back or called off, up to the last moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy import select, update

from advocacy.chat import Message
from advocacy.content import emergency, stories
from advocacy.db import Database
from advocacy.delivery import outbox, placements
from advocacy.delivery.limits import Limits
from advocacy.delivery.models import Outbox, OutboxState, Placement
from advocacy.delivery.worker import Worker
from tests.delivery.conftest import Workspace

HELLO = Message(summary="Hello", heading="Hello")


class Interrupted(Limits):
    """Something happens while a message waits for its turn."""

    meanwhile: Callable[[], Awaitable[None]]

    async def wait(self, *_: object, **__: object) -> None:
        await self.meanwhile()


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


async def test_in_an_emergency_stop_no_card_leaves_but_rewrites_do(db: Database, workspace: Workspace) -> None:
    """Cards and messages to channels wait; what is urgent and no card, and each rewrite, goes out. Lifted: all goes."""
    await cards(db, workspace, "news")
    channel = await workspace.channel(db)
    worker = workspace.worker(db)
    async with db.write() as s:
        await emergency.halt(s, "root", "test")
        await outbox.send(s, channel.to, HELLO, "plain")
        await outbox.send(s, channel.to, Message(summary="Stopped", heading="Stopped"), "notice", urgent=True)
    for urgent in (True, False):
        await worker.run_due(urgent=urgent)
    [notice] = workspace.world.messages(workspace.news)
    assert "Stopped" in str(notice.blocks)
    async with db.write() as s:
        await emergency.lift(s, "root")
    while await worker.run_due(urgent=False):
        pass
    assert len(workspace.world.messages(workspace.news)) == 3


async def test_a_card_that_was_claimed_still_heeds_a_stop(db: Database, workspace: Workspace) -> None:
    """The last look is right before it leaves: it is put back, and that was no try."""
    await cards(db, workspace, "news")
    limits = Interrupted()
    worker = Worker(db, {"slack": workspace.door.platform}, limits)

    async def stop() -> None:
        async with db.write() as s:
            await emergency.halt(s, "root")

    limits.meanwhile = stop
    assert await worker.run_due(urgent=False) == 1
    assert workspace.world.messages(workspace.news) == []
    async with db.read() as s:
        row = (await s.scalars(select(Outbox))).one()
    assert (row.state, row.attempts) == (OutboxState.PENDING, 0)
