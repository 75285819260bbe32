"""What goes first, and what waits for nobody: lanes, digests, answers."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from advocacy.chat import ChannelRef, Message, MessageRef, UserRef
from advocacy.db import Database
from advocacy.delivery import outbox
from advocacy.delivery.limits import Limits
from advocacy.delivery.models import Outbox, OutboxState
from advocacy.delivery.worker import Worker
from tests.clock import Clock

HELLO = Message(summary="Hello", heading="Hello")


class Vendor:
    """Takes everything; a message to the channel ``hangs`` takes until the test says so."""

    name = "slack"

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.goes_on = asyncio.Event()

    async def send(self, to: ChannelRef | UserRef, message: Message, marker: str) -> MessageRef:
        del message
        if isinstance(to, ChannelRef) and to.channel == "hangs":
            await self.goes_on.wait()
        self.taken.append(marker)
        return MessageRef(to.platform, to.tenant, "C", marker)


def worker_of(db: Database, vendor: Vendor) -> Worker:
    clock = Clock()
    return Worker(db, {"slack": vendor}, Limits(clock, clock.sleep))  # type: ignore[dict-item]


async def test_a_slow_lane_holds_up_no_other(db: Database) -> None:
    """While a call to one workspace hangs, another gets all of its messages, also those that come later."""
    vendor = Vendor()
    worker = worker_of(db, vendor)

    async def put(tenant: str, channel: str) -> None:
        async with db.write() as s:
            await outbox.send(s, ChannelRef("slack", tenant, channel), HELLO, f"{tenant}:{channel}")
        worker.wake.set()

    async def taken(count: int) -> None:
        async with asyncio.timeout(5):
            while len(vendor.taken) < count:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.001)

    await put("T1", "hangs")
    for number in range(12):
        await put("T2", f"C{number}")
    working = asyncio.create_task(worker.run(urgent=False))
    await taken(12)
    await put("T2", "late")
    await taken(13)
    assert "T1:hangs" not in vendor.taken
    worker.rest()
    await put("T2", "too late")
    vendor.goes_on.set()
    await working
    assert vendor.taken[-1] == "T1:hangs"
    async with db.read() as s:
        left = await s.scalars(select(Outbox.marker).where(Outbox.state == OutboxState.PENDING))
        assert list(left) == ["T2:too late"], "at its end the worker takes up nothing more"


async def test_digests_let_everything_else_pass(db: Database) -> None:
    """A card that is put in after twenty digests leaves before nearly all of them; one broken row stops nothing."""
    vendor = Vendor()
    worker = worker_of(db, vendor)
    people = [UserRef("slack", "T1", f"U{number}") for number in range(20)]
    async with db.write() as s:
        await outbox.send_all(s, [outbox.Letter(one, HELLO, f"digest:{one.user}") for one in people])
        await outbox.send_all(s, [outbox.Letter(people[0], HELLO, "digest:U0")])
    async with db.write() as s:
        await outbox.send(s, ChannelRef("slack", "T1", "C1"), HELLO, "card")
        broken = UserRef("slack", "T1", "U0")
        await outbox.send(s, broken, HELLO, "broken", urgent=False)
        row = (await s.scalars(select(Outbox).where(Outbox.marker == "broken"))).one()
        row.message = {"nonsense": 1}
    await worker.run(urgent=False)
    assert vendor.taken.index("card") < 5, "those that leave in one second"
    assert len(vendor.taken) == 21


async def test_whoever_is_urgent_takes_the_next_place_of_a_lane() -> None:
    """Messages that wait at the gate do not stand in the way of an answer to a press."""
    clock = Clock()
    limits = Limits(clock, clock.sleep)
    order: list[str] = []

    async def go(name: str, *, urgent: bool) -> None:
        await limits.wait("slack", "slack:T1", name, urgent=urgent)
        order.append(name)

    waiting = [asyncio.create_task(go(f"digest {number}", urgent=False)) for number in range(12)]
    await asyncio.sleep(0)
    await go("answer", urgent=True)
    await asyncio.gather(*waiting)
    assert order.index("answer") <= 7, "five may go at once"
    assert [one for one in order if one != "answer"] == [f"digest {number}" for number in range(12)]
