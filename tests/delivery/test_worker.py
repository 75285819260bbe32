"""What is in the outbox leaves once, whatever happens on the way."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from advocacy.chat import ChannelRef, Message, MessageRef, UserRef
from advocacy.content import stories
from advocacy.db import Database, now
from advocacy.delivery import outbox, placements
from advocacy.delivery.limits import Limits
from advocacy.delivery.models import Outbox, OutboxState, Placement, PlacementState
from advocacy.delivery.worker import LEASE, Worker
from advocacy.playground.company import SLACK_TEAM
from advocacy.playground.world import Fault
from tests.delivery.conftest import Workspace

JANA = UserRef("slack", SLACK_TEAM, "U0JANA")
HELLO = Message(summary="Hello", heading="Hello", paragraphs=("A story",))


async def place(db: Database, workspace: Workspace) -> int:
    """A story's card waiting to leave for #news."""
    channel = await workspace.channel(db)
    async with db.write() as s:
        story = await stories.create(s, title="A story", summary="", url="https://www.nordlicht.example/x")
        [(placement, _)] = await placements.place(s, story.id, [channel], "story")
        to = channel.to
        assert isinstance(to, ChannelRef)
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


async def test_wanted_twice_at_the_same_moment_it_is_one_message(db: Database, workspace: Workspace) -> None:
    """Neither of the two fails for it, nor what else it does in its unit of work."""

    async def wanted() -> bool:
        async with db.write() as s:
            return await outbox.send(s, ChannelRef("slack", SLACK_TEAM, workspace.news), HELLO, "welcome")

    assert sorted(await asyncio.gather(wanted(), wanted())) == [False, True]


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
        await s.execute(update(Outbox).values(state=OutboxState.SENDING, claimed_at=now() - 2 * LEASE))
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
        other = MessageRef("slack", "T0OTHER", workspace.news, message.ts)
        await placements.adopt(s, placement_id, other, JANA, is_direct=False)
    assert (await state(db, placement_id))[1] == OutboxState.UNKNOWN, "a press in another workspace proves nothing"
    async with db.write() as s:
        ref = MessageRef("slack", SLACK_TEAM, workspace.news, message.ts)
        await placements.adopt(s, placement_id, ref, JANA, is_direct=False)
    assert await state(db, placement_id) == (PlacementState.SENT, OutboxState.SENT)
    assert len(workspace.world.messages(workspace.news)) == 1


async def test_a_deleted_channel_ends_the_matter(db: Database, workspace: Workspace) -> None:
    """A channel that is gone fails the card; it is not tried for ever."""
    channel = await workspace.channel(db)
    async with db.write() as s:
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


async def test_two_rewrites_at_the_same_moment_of_the_clock_both_arrive(db: Database, workspace: Workspace) -> None:
    """Clocks are set back; the second text must not be taken for the first."""
    placement_id = await place(db, workspace)
    worker = workspace.worker(db)
    await worker.run_due(urgent=False)
    with time_machine.travel(now(), tick=False):
        for text in ("First", "Second"):
            await rewrite(db, placement_id, text)
            assert await worker.run_due(urgent=False) == 1
    assert [message.text for message in workspace.world.messages(workspace.news)] == ["Second"]


async def test_answers_to_people_do_not_wait_behind_cards(db: Database, workspace: Workspace) -> None:
    """Urgent rows have a run of their own."""
    await place(db, workspace)
    worker = workspace.worker(db)
    assert await worker.run_due(urgent=True) == 0
    assert workspace.world.messages(workspace.news) == []


async def claimed(db: Database, age: timedelta) -> None:
    """All that waits is in the hands of some process, since so long ago."""
    async with db.write() as s:
        await s.execute(update(Outbox).values(state=OutboxState.SENDING, claimed_at=now() - age, attempts=1))


async def test_a_starting_process_leaves_to_others_what_they_are_sending(db: Database, workspace: Workspace) -> None:
    """On PostgreSQL the sender may be another, living process: only when its lease has ended is the row taken."""
    placement_id = await place(db, workspace)
    await claimed(db, timedelta(seconds=5))
    assert await workspace.worker(db).recover() == (1 if db.is_sqlite else 0)
    await claimed(db, LEASE + timedelta(seconds=1))
    assert await workspace.worker(db).recover() == 1
    assert (await state(db, placement_id))[1] == OutboxState.UNKNOWN


async def test_a_row_whose_sender_died_is_taken_up_without_a_restart(db: Database, workspace: Workspace) -> None:
    """Not before its lease ends; then it is looked for, and sent."""
    placement_id = await place(db, workspace)
    worker = workspace.worker(db)
    await claimed(db, LEASE - timedelta(seconds=30))
    await worker.settle_unknown()
    assert (await state(db, placement_id))[1] == OutboxState.SENDING
    await claimed(db, LEASE + timedelta(seconds=1))
    await worker.settle_unknown()
    await look_now(db)
    assert await worker.settle_unknown() == 1
    await worker.run_due(urgent=False)
    assert await state(db, placement_id) == (PlacementState.SENT, OutboxState.SENT)
    assert len(workspace.world.messages(workspace.news)) == 1


async def test_who_waited_too_long_for_its_turn_does_not_send(db: Database, workspace: Workspace) -> None:
    """While it stood at the gate, its lease ended and another process took the row: that one sends, this one not."""
    placement_id = await place(db, workspace)
    gate = Turnstile()
    sleeper = Worker(db, {"slack": workspace.door.platform}, gate)
    sleeping = asyncio.create_task(sleeper.run_due(urgent=False))
    await asyncio.wait_for(gate.is_waiting.wait(), 5)
    other = workspace.worker(db)
    with time_machine.travel(now() + LEASE + timedelta(seconds=5), tick=True):
        await other.settle_unknown()
        await look_now(db)
        assert await other.settle_unknown() == 1
        await other.run_due(urgent=False)
        gate.opens.set()
        assert await sleeping == 1
    assert await state(db, placement_id) == (PlacementState.SENT, OutboxState.SENT)
    assert len(workspace.world.messages(workspace.news)) == 1


async def test_two_workers_send_each_card_once(db: Database, workspace: Workspace) -> None:
    """Whoever comes second finds nothing to claim."""
    placed = [await place(db, workspace) for _ in range(3)]
    workers = [workspace.worker(db) for _ in range(3)]
    sent = 0
    while round_ := sum(await asyncio.gather(*(worker.run_due(urgent=False) for worker in workers))):
        sent += round_  # not all in one round: they go to the same channel
    assert sent == 3
    assert [(await state(db, one))[1] for one in placed] == [OutboxState.SENT] * 3
    assert len(workspace.world.messages(workspace.news)) == 3


@pytest.mark.parametrize("placed", [True, False])
async def test_an_older_text_never_replaces_a_newer_one(db: Database, workspace: Workspace, placed: bool) -> None:
    """The first rewrite was throttled while a second was asked for: the second is what the card shows in the end.

    Also where no placement remembers the message.
    """
    placement_id = await place(db, workspace) if placed else 0
    if not placed:
        channel = await workspace.channel(db)
        async with db.write() as s:
            await outbox.send(s, channel.to, HELLO, "question")
    await workspace.worker(db).run_due(urgent=False)
    await rewrite(db, placement_id, "Old")
    gate = Turnstile()
    slow = Worker(db, {"slack": workspace.door.platform}, gate)
    sending = asyncio.create_task(slow.run_due(urgent=False))
    await asyncio.wait_for(gate.is_waiting.wait(), 5)
    await rewrite(db, placement_id, "New")
    assert await workspace.worker(db).run_due(urgent=False) == 0, "one text of a card at a time"
    workspace.world.faults.inject(Fault.THROTTLE, path="chat.update", retry_after=1)
    gate.opens.set()
    await sending
    async with db.read() as s:
        left = (await s.scalars(select(Outbox).where(Outbox.state == OutboxState.PENDING))).all()
    assert [row.message["summary"] for row in left] == ["New"]
    assert await workspace.worker(db).run_due(urgent=False) == 1
    assert [message.text for message in workspace.world.messages(workspace.news)] == ["New"]


async def test_a_lane_that_has_to_pause_holds_up_no_other(db: Database, workspace: Workspace) -> None:
    """After a long Retry-After, its rows stay in the outbox instead of filling the worker's hands."""
    await place(db, workspace)
    limits = Limits()
    limits.lane("slack", f"slack:{SLACK_TEAM}").close(60)
    assert await Worker(db, {"slack": workspace.door.platform}, limits).run_due(urgent=False) == 0
    assert await workspace.worker(db).run_due(urgent=False) == 1


async def test_what_an_editor_found_is_not_asked_about_again(db: Database, workspace: Workspace) -> None:
    """It counts as sent and is forgotten in time; a later press still tells which message it is."""
    placement_id = await place(db, workspace)
    await claimed(db, LEASE * 2)
    await workspace.worker(db).settle_unknown()
    async with db.write() as s:
        await placements.leave(s, placement_id)
    assert await state(db, placement_id) == (PlacementState.SENT, OutboxState.SENT)
    async with db.write() as s:
        assert not await placements.is_settled(s, placement_id)
        ref = MessageRef("slack", SLACK_TEAM, workspace.news, "1.2")
        await placements.adopt(s, placement_id, ref, JANA, is_direct=False)
        assert await placements.is_settled(s, placement_id)
        assert await outbox.forget_sent(s, timedelta(days=7), now() + timedelta(days=8)) == 1


async def test_what_failed_long_ago_is_forgotten_but_not_a_card(db: Database, workspace: Workspace) -> None:
    """An editor may still have the card sent again; a private answer that never arrived is of no use to anybody."""
    placement_id = await place(db, workspace)
    async with db.write() as s:
        await outbox.tell(s, JANA, "", HELLO, "told")
        await s.execute(update(Outbox).values(state=OutboxState.FAILED, settled_at=now() - timedelta(days=8)))
        assert await outbox.forget_sent(s, timedelta(days=7)) == 1
    assert (await state(db, placement_id))[1] == OutboxState.FAILED


class Turnstile(Limits):
    """Lets nobody through until the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.is_waiting, self.opens = asyncio.Event(), asyncio.Event()

    async def wait(self, *_: object, **__: object) -> None:
        self.is_waiting.set()
        await self.opens.wait()


async def rewrite(db: Database, placement_id: int, said: str) -> None:
    async with db.write() as s:
        if not placement_id:
            [became] = await s.scalars(select(Outbox.became).where(Outbox.became.is_not(None)))
            await outbox.rewrite_sent(s, MessageRef(**became), Message(summary=said, paragraphs=(said,)))
            return
        placement = await s.get_one(Placement, placement_id)
        ref = MessageRef("slack", SLACK_TEAM, placement.message_channel, placement.message_id)
        await outbox.rewrite(s, placement, ref, Message(summary=said, paragraphs=(said,)))


async def test_one_channel_does_not_hold_up_another(db: Database, workspace: Workspace) -> None:
    """Ten cards for one channel and one for another: the other's goes out in the first round."""
    async with db.write() as s:
        for number in range(10):
            to = ChannelRef("slack", SLACK_TEAM, workspace.news)
            await outbox.send(s, to, HELLO, f"news:{number}")
        other = workspace.world.channel("tech-stories").id
        await outbox.send(s, ChannelRef("slack", SLACK_TEAM, other), HELLO, "other")
    assert await workspace.worker(db).run_due(urgent=False) == 2
    assert len(workspace.world.messages(other)) == 1
    assert len(workspace.world.messages(workspace.news)) == 1
