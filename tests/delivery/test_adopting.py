"""A press settles the card it was on and no other: what a button carries is the client's word."""

from __future__ import annotations

import pytest

from advocacy.chat import ChannelRef, MessageRef, UserRef
from advocacy.content import stories
from advocacy.db import Database
from advocacy.delivery import placements, places
from advocacy.delivery.models import Placement, PlacementState
from advocacy.people.models import Identity
from tests.content.content_help import person

TEAMS, ERIK, PAUL = "tenant-1", UserRef("teams", "tenant-1", "erik"), UserRef("teams", "tenant-1", "paul")


async def in_doubt(db: Database) -> tuple[int, int]:
    """A story's cards in a channel and in Erik's chat, of which nobody knows which messages they became."""
    async with db.write() as s:
        erik = await person(s, "erik")
        s.add(Identity(person_id=erik.id, platform=ERIK.platform, tenant=ERIK.tenant, user_id=ERIK.user))
        await s.flush()
        story = await stories.create(s, title="Wind", summary="", url="https://www.nordlicht.example/x")
        channel = await placements.add_channel(s, ChannelRef("teams", TEAMS, "19:news@thread"), "News")
        where = [channel, *await places.direct(s, [erik.id])]
        placed = await placements.place(s, story.id, where, "story")
        for placement, _ in placed:
            placement.state = PlacementState.UNKNOWN
    in_channel, direct = (placement.id for placement, _ in placed)
    return in_channel, direct


async def became(db: Database, placement_id: int, where: str, by: UserRef, *, is_direct: bool) -> bool:
    """Is message 7 in this conversation taken for the card?"""
    async with db.write() as s:
        ref = MessageRef(by.platform, by.tenant, where, "7")
        await placements.adopt(s, placement_id, ref, by, is_direct=is_direct)
    async with db.read() as s:
        return (await s.get_one(Placement, placement_id)).message_id == "7"


@pytest.mark.parametrize("where", ["19:news@thread", "19:news@thread;messageid=7"])
async def test_a_card_in_a_channel_is_a_message_of_exactly_that_channel(db: Database, where: str) -> None:
    """Its id with more behind it is another channel; only a thread of it is not."""
    in_channel, _ = await in_doubt(db)
    assert not await became(db, in_channel, "19:news@thread2", ERIK, is_direct=False)
    assert not await became(db, in_channel, "19:other@thread;messageid=7", ERIK, is_direct=False)
    assert not await became(db, in_channel, "a:erik", ERIK, is_direct=True)
    assert await became(db, in_channel, where, ERIK, is_direct=False)


async def test_a_direct_message_is_one_in_that_persons_own_chat(db: Database) -> None:
    """Not one in a channel, and not one in the chat of somebody else."""
    _, direct = await in_doubt(db)
    assert not await became(db, direct, "19:news@thread", ERIK, is_direct=False)
    assert not await became(db, direct, "a:paul", PAUL, is_direct=True)
    assert not await became(db, direct, "a:erik", UserRef("teams", "tenant-2", "erik"), is_direct=True)
    assert await became(db, direct, "a:erik", ERIK, is_direct=True)


async def test_a_message_that_is_another_card_is_not_taken(db: Database) -> None:
    """Otherwise whoever forges a button could have one card written over another in the same channel."""
    in_channel, _ = await in_doubt(db)
    async with db.write() as s:
        story = await stories.create(s, title="Sun", summary="", url="https://www.nordlicht.example/y")
        [(other, _)] = await placements.place(s, story.id, await placements.channels(s, "stories"), "story")
        await placements.settle(s, other, MessageRef("teams", TEAMS, "19:news@thread", "7"))
    assert not await became(db, in_channel, "19:news@thread", ERIK, is_direct=False)
