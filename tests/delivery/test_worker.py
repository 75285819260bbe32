"""What is in the outbox leaves once, whatever happens on the way."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from advocacy.chat import ChannelRef, Message, MessageRef
from advocacy.content import stories
from advocacy.db import Database, now
from advocacy.delivery import outbox, placements
from advocacy.delivery.models import Outbox, OutboxState, Placement, PlacementState
from advocacy.playground.company import SLACK_TEAM
from advocacy.playground.world import Fault
from tests.delivery.conftest import Workspace

HELLO = Message(summary="Hello", heading="Hello", paragraphs=("A story",))


async def place(db: Database, workspace: Workspace) -> int:
    """A story's card waiting to leave for #news."""
    channel = await workspace.channel(db)
    async with db.write() as s:
        story = await stories.create(s, title="A story", summary="", url="https://www.nordlicht.example/x")
        [(placement, _)] = await placements.place(s, story.id, [channel], "story")
        to = ChannelRef("slack", SLACK_TEAM, channel.channel_id)
        assert await outbox.send(s, to, HELLO, f"placement:{placement.id}", placement.id)
        assert not await outbox.send(s, to, HELLO, f"placement:{placement.id}", placement.id)
    return placement.id


async def state(db: Database, placement_id: int) -> tuple[str, str]:
    async with db.read() as s:
        placement = await s.get_one(Placement, placement_id)
        row = (await s.execute(select(Outbox).where(Outbox.placement_id == placement_id))).scalar_one()
        return placement.state, row.state


async def look_now(db: Database) -> None:
    """The time to look has come."""
    async with db.write() as s:
        await s.execute(update(Outbox).where(Outbox.state == OutboxState.UNKNOWN).values(due_at=now()))


async def test_a_card_is_sent_once_and_remembers_its_message(db: Database, workspace: Workspace) -> None:
    """The same effect asked for twice is one message; afterwards nothing is left to do."""
    placement_id = await place(db, workspace)
    worker = workspace.worker(db)
    assert await worker.run_due(urgent=False) == 1
    assert await worker.run_due(urgent=False) == 0
    [message] = workspace.world.messages(workspace.news)
    async with db.read() as s:
        placement = await s.get_one(Placement, placement_id)
    assert (placement.state, placement.message_id) == (PlacementState.SENT, message.ts)


async def test_a_throttled_card_comes_again_after_the_pause(db: Database, workspace: Workspace) -> None:
    """429 leaves the card pending, due after Retry-After at the earliest; nothing was posted."""
    workspace.world.faults.inject(Fault.THROTTLE, path="chat.postMessage", retry_after=7)
    placement_id = await place(db, workspace)
    await workspace.worker(db).run_due(urgent=False)
    async with db.read() as s:
        row = (await s.execute(select(Outbox))).scalar_one()
    assert row.state == OutboxState.PENDING
    assert row.due_at >= now() + timedelta(seconds=6)
    assert workspace.world.messages(workspace.news) == []
    assert (await state(db, placement_id))[0] != PlacementState.SENT


async def test_a_lost_answer_is_looked_up_and_never_sent_again(db: Database, workspace: Workspace) -> None:
    """The message arrived, the answer did not: it is found by its marker."""
    workspace.world.faults.inject(Fault.LOST_ANSWER, path="chat.postMessage")
    placement_id = await place(db, workspace)
    worker = workspace.worker(db)
    await worker.run_due(urgent=False)
    assert await state(db, placement_id) == (PlacementState.UNKNOWN, OutboxState.UNKNOWN)
    await look_now(db)
    assert await worker.settle_unknown() == 1
    assert await state(db, placement_id) == (PlacementState.SENT, OutboxState.SENT)
    assert len(workspace.world.messages(workspace.news)) == 1


async def test_a_process_killed_before_the_call_sends_after_looking(db: Database, workspace: Workspace) -> None:
    """Claimed but never sent: the look finds nothing, so it is sent; once."""
    placement_id = await place(db, workspace)
    async with db.write() as s:
        await s.execute(update(Outbox).values(state=OutboxState.SENDING, claimed_at=now()))
    worker = workspace.worker(db)
    assert await worker.recover() == 1
    assert (await state(db, placement_id))[1] == OutboxState.UNKNOWN
    await look_now(db)
    await worker.settle_unknown()
    await worker.run_due(urgent=False)
    assert await state(db, placement_id) == (PlacementState.SENT, OutboxState.SENT)
    assert len(workspace.world.messages(workspace.news)) == 1


async def test_without_a_way_to_look_it_stays_unknown_until_somebody_presses(
    db: Database, workspace: Workspace
) -> None:
    """No history scope: never a second card; a press on the card settles it."""
    workspace.world.tokens.scopes = {one for one in workspace.world.tokens.scopes if not one.endswith(":history")}
    workspace.world.faults.inject(Fault.LOST_ANSWER, path="chat.postMessage")
    placement_id = await place(db, workspace)
    worker = workspace.worker(db)
    await worker.run_due(urgent=False)
    await look_now(db)
    await worker.settle_unknown()
    assert (await state(db, placement_id))[1] == OutboxState.UNKNOWN
    [message] = workspace.world.messages(workspace.news)
    async with db.write() as s:
        await placements.adopt(s, placement_id, MessageRef("slack", "T0OTHER", workspace.news, message.ts))
    assert (await state(db, placement_id))[1] == OutboxState.UNKNOWN, "a press in another workspace proves nothing"
    async with db.write() as s:
        await placements.adopt(s, placement_id, MessageRef("slack", SLACK_TEAM, workspace.news, message.ts))
    assert await state(db, placement_id) == (PlacementState.SENT, OutboxState.SENT)
    assert len(workspace.world.messages(workspace.news)) == 1


async def test_a_deleted_channel_ends_the_matter(db: Database, workspace: Workspace) -> None:
    """A channel that is gone fails the card; it is not tried for ever."""
    channel = await workspace.channel(db)
    async with db.write() as s:
        await s.merge(channel)
        story = await stories.create(s, title="A story", summary="", url="https://www.nordlicht.example/x")
        [(placement, _)] = await placements.place(s, story.id, [channel], "story")
        await outbox.send(s, ChannelRef("slack", SLACK_TEAM, "C0NOWHERE1"), HELLO, "m", placement.id)
    await workspace.worker(db).run_due(urgent=False)
    assert await state(db, placement.id) == (PlacementState.FAILED, OutboxState.FAILED)


async def test_only_the_newest_text_of_a_card_is_sent(db: Database, workspace: Workspace) -> None:
    """Two rewrites before the worker comes are one update, with the later text."""
    placement_id = await place(db, workspace)
    worker = workspace.worker(db)
    await worker.run_due(urgent=False)
    async with db.write() as s:
        placement = await s.get_one(Placement, placement_id)
        ref = MessageRef("slack", SLACK_TEAM, placement.message_channel, placement.message_id)
        for number in (1, 2):
            await outbox.rewrite(s, placement, ref, Message(summary=f"Text {number}", paragraphs=(f"Text {number}",)))
    assert await worker.run_due(urgent=False) == 1
    [message] = workspace.world.messages(workspace.news)
    assert message.text == "Text 2"
    assert workspace.world.api.calls["chat.update"] == 1


async def test_answers_to_people_do_not_wait_behind_cards(db: Database, workspace: Workspace) -> None:
    """Urgent rows have a run of their own."""
    await place(db, workspace)
    worker = workspace.worker(db)
    assert await worker.run_due(urgent=True) == 0
    assert workspace.world.messages(workspace.news) == []
