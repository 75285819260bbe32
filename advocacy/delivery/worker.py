"""Sends what is in the outbox: claim, send, settle. Each step survives a kill; nothing is sent twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import ColumnElement, CursorResult, and_, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.chat import ChatPlatform, Gone, MessageRef, Refused, Retry, Unknown, UserRef
from advocacy.db import Database, for_update, now
from advocacy.delivery import brakes, guard, outbox, placements
from advocacy.delivery.claims import Claims, kind_of
from advocacy.delivery.lanes import is_paused
from advocacy.delivery.limits import TO_A_PERSON, Limits
from advocacy.delivery.models import Outbox, OutboxState, Placement, PlacementState
from advocacy.delivery.outbox import message_of, target_of

log = structlog.get_logger()
BATCH = 24
"""So many doubts are looked into at a time."""
MOST_ATTEMPTS = 12
LOOK_AFTER = timedelta(seconds=3)
"""A message that was under way when a process died may still arrive at the vendor; look for it after this long."""
FRESH = timedelta(seconds=20)
"""Who waited longer than this for its turn claims its row once more before it sends."""
LONGEST_SEND = 40.0
"""Seconds for one message with all its calls."""
LEASE = timedelta(seconds=90)
"""A row that is ``sending`` for so long lost its sender: longer than ``FRESH`` and ``LONGEST_SEND`` together."""
_OPEN = (OutboxState.SENDING, OutboxState.UNKNOWN)


class Worker:
    """One per process. Any number of processes may work on one PostgreSQL."""

    def __init__(self, db: Database, platforms: dict[str, ChatPlatform], limits: Limits | None = None) -> None:
        self._db = db
        self.platforms = platforms
        self._limits = limits or Limits()
        self._claims = Claims(db, platforms, self._limits)
        self._rests = False
        self.wake = asyncio.Event()
        self.wake_urgent = asyncio.Event()

    def rest(self) -> None:
        """Take up nothing more; what is under way comes to its end."""
        self._rests = True
        self.wake.set()
        self.wake_urgent.set()

    async def run(self, *, urgent: bool) -> None:
        """Send all that is due, and what becomes due meanwhile; no lane waits for another."""
        wake = self.wake_urgent if urgent else self.wake
        under_way: dict[int, Outbox] = {}
        news: asyncio.Queue[Outbox | None] = asyncio.Queue()
        tasks: set[asyncio.Task[None]] = set()
        waker = asyncio.create_task(_pass_on(wake, news))
        try:
            while True:
                for row in () if self._rests else await self._claims.take(urgent=urgent, under_way=under_way):
                    under_way[row.id] = row
                    tasks.add(task := asyncio.create_task(self._deliver_alone(row, news)))
                    task.add_done_callback(tasks.discard)
                if not under_way and news.empty():
                    return
                await self._until_room(under_way, news)
        finally:
            waker.cancel()

    async def _until_room(self, under_way: dict[int, Outbox], news: asyncio.Queue[Outbox | None]) -> None:
        """Until half of what a lane may have under way has left, if there is more in it, or until somebody wakes us."""
        woken = False
        while under_way or not news.empty():
            row = await news.get()
            woken = woken or row is None
            if row is not None:
                del under_way[row.id]
            if not news.empty():
                continue
            left = Counter(one.lane for one in under_way.values())
            if woken or any(left[lane] <= self._ahead(lane) // 2 for lane in self._claims.more):
                return

    def _ahead(self, lane: str) -> int:
        return self._limits.lane(lane.partition(":")[0], lane).ahead

    async def _deliver_alone(self, row: Outbox, news: asyncio.Queue[Outbox | None]) -> None:
        """A row that breaks our code does not stop the others."""
        try:
            await self._deliver(row)
        except Exception:
            log.exception("outbox.broken", outbox=row.id, verb=row.verb)
        finally:
            news.put_nowait(row)

    async def run_due(self, *, urgent: bool) -> int:
        """Send the next few that are due, to their end; answers how many rows were worked on."""
        rows = await self._claims.take(urgent=urgent, under_way={})
        ends = await asyncio.gather(*(self._deliver(row) for row in rows), return_exceptions=True)
        if broken := [end for end in ends if end is not None]:  # one row that breaks our code must not stop the others
            raise BaseExceptionGroup("messages could not be sent", broken)
        return len(rows)

    async def recover(self) -> int:
        """At start: what a killed process had under way; answers how many rows.

        SQLite has one process, so whoever was sending is gone. Elsewhere the sender may be alive: its lease must end.
        """
        return await self._reclaim(now() if self._db.is_sqlite else now() - LEASE)

    async def settle_unknown(self) -> int:
        """Look up sends whose answer never came, if it is time to. Answers how many were settled."""
        await self._reclaim(now() - LEASE)
        settled = 0
        for row in await self._claim_unknown():
            settled += await self._look_up(row)
        return settled

    # -- claiming ----------------------------------------------------------------------------------------------------

    async def _claim_unknown(self) -> list[Outbox]:
        """Left to whoever looks for as long as a lease."""
        at = now()
        due = and_(Outbox.state == OutboxState.UNKNOWN, Outbox.due_at <= at, self._reachable())
        if not await self._any(due):
            return []
        async with self._db.write() as s:
            query = for_update(select(Outbox).where(due).order_by(Outbox.due_at).limit(BATCH), skip_locked=True)
            rows = list((await s.execute(query)).scalars())
            for row in rows:
                row.due_at = at + LEASE
        return rows

    async def _reclaim(self, before: datetime) -> int:
        """Rows whose sender is gone: a send may have happened, the rest is safe to repeat."""
        abandoned = and_(Outbox.state == OutboxState.SENDING, Outbox.claimed_at <= before)
        if not await self._any(abandoned):
            return 0
        async with self._db.write() as s:
            query = for_update(select(Outbox).where(abandoned), skip_locked=True)
            rows = (await s.execute(query)).scalars().all()
            for row in rows:
                await self._settle_unknown_state(s, row)
        return len(rows)

    async def _any(self, which: ColumnElement[bool]) -> bool:
        """Is there such a row? A look without a lock, so that an idle worker holds up nobody who writes."""
        async with self._db.read() as s:
            return await s.scalar(select(Outbox.id).where(which).limit(1)) is not None

    def _reachable(self) -> ColumnElement[bool]:
        """Lanes whose platform is connected here, and whose workspace is; the rest waits until it is."""
        ours = or_(false(), *(Outbox.lane.startswith(f"{name}:", autoescape=True) for name in self.platforms))
        return and_(ours, ~is_paused())

    # -- one row -----------------------------------------------------------------------------------------------------

    async def _deliver(self, row: Outbox) -> None:
        target, _ = target_of(row)
        where = target.user if isinstance(target, UserRef) else target.channel
        kind = kind_of(row.verb)
        requests = TO_A_PERSON.get(target.platform, 1) if isinstance(target, UserRef) else 1
        await self._limits.wait(
            target.platform, row.lane, f"{row.lane}:{where}", kind, urgent=row.urgent, requests=requests
        )
        gate = self._limits.lane(target.platform, row.lane, kind)
        if gate.closed_for > 0:  # the vendor asked for a pause while this row waited for its turn
            await self._put_back(row, gate.closed_for)
            return
        if not await self._is_still_mine(row) or not await self._may_leave(row):
            return
        try:
            async with asyncio.timeout(LONGEST_SEND):
                ref = await self._call(row)
        except Retry as retry:
            gate.close(retry.after.total_seconds())
            await self._later(row, retry.after, str(retry))
        except (Gone, Refused) as refusal:
            await self._failed(row, str(refusal) or type(refusal).__name__)
        except (Unknown, TimeoutError) as unknown:
            log.warning("outbox.unknown", outbox=row.id, verb=row.verb, why=str(unknown))
            async with self._db.write() as s:
                if (mine := await _mine(s, row)) is not None:
                    await self._settle_unknown_state(s, mine)
        else:
            await self._sent(row, ref)

    async def _call(self, row: Outbox) -> MessageRef | None:
        """Speak to the platform; the message it became, for a send."""
        target, reply_to = target_of(row)
        platform, message = self.platforms[target.platform], message_of(row)
        if isinstance(target, MessageRef):
            await platform.update(target, message)
        elif row.verb == "tell":
            assert isinstance(target, UserRef)
            await platform.tell(target, reply_to, message)
        else:
            return await platform.send(target, message, row.marker)
        return None

    async def _is_still_mine(self, row: Outbox) -> bool:
        """Renews the lease of a row that waited long for its turn; False when it was taken for abandoned."""
        at, before = now(), row.claimed_at
        if before is None or at - before < FRESH:
            return before is not None
        async with self._db.write() as s:
            renewed = await s.execute(
                update(Outbox)
                .where(Outbox.id == row.id, Outbox.state == OutboxState.SENDING, Outbox.claimed_at == before)
                .values(claimed_at=at)
                .execution_options(synchronize_session=False)
            )
        row.claimed_at = at
        return cast("CursorResult[Any]", renewed).rowcount == 1

    async def _may_leave(self, row: Outbox) -> bool:
        """The last look. A row whose story was recalled, edited or has ended is gone; in a stop it waits again."""
        async with self._db.read(near=True) as s:
            holds = not row.holds_for or await guard.holds(s, row, now())
            stopped = holds and row.verb == "send" and await brakes.is_held(s, row.id)
        if stopped:
            await self._put_back(row, 0.0)
        if holds:
            return not stopped
        async with self._db.write() as s:
            if (mine := await _mine(s, row)) is not None:
                await guard.drop(s, mine)
        log.info("outbox.no_longer_holds", outbox=row.id, placement=row.placement_id)
        return False

    # -- how it ended ------------------------------------------------------------------------------------------------

    async def _sent(self, row: Outbox, ref: MessageRef | None) -> None:
        values: dict[str, Any] = {"state": OutboxState.SENT, "settled_at": now(), "problem": "", "sealed": None}
        if ref is not None and row.placement_id is None:
            values["became"] = asdict(ref)
        # Also when someone looked too early, did not find it and wants to send it again.
        still_mine = _is_mine(row, (*_OPEN, OutboxState.PENDING))
        sent = update(Outbox).where(still_mine).values(values).execution_options(synchronize_session=False)
        async with self._db.write(near=True) as s:
            was_mine = cast("CursorResult[Any]", await s.execute(sent)).rowcount == 1
            if was_mine and ref is not None and row.placement_id is not None:
                await placements.arrived(s, row.placement_id, ref)

    async def _put_back(self, row: Outbox, seconds: float) -> None:
        """Its turn has not come; that was no try."""
        async with self._db.write() as s:
            if (mine := await _mine(s, row)) is not None:
                mine.attempts -= 1
                await _wait(s, mine, now() + timedelta(seconds=seconds))

    async def _later(self, row: Outbox, after: timedelta, why: str) -> None:
        if row.attempts >= MOST_ATTEMPTS:
            await self._failed(row, f"given up after {row.attempts} tries: {why}")
            return
        async with self._db.write() as s:
            if (mine := await _mine(s, row)) is not None:
                mine.problem = why
                await _wait(s, mine, now() + max(after, timedelta(seconds=min(60.0, 0.5 * 2**row.attempts))))

    async def _failed(self, row: Outbox, why: str) -> None:
        async with self._db.write() as s:
            if (mine := await _mine(s, row)) is not None:
                await _fail(s, mine, why)

    async def _settle_unknown_state(self, s: AsyncSession, row: Outbox) -> None:
        """A send may have happened; an update or a private answer is the same when repeated."""
        if row.verb != "send":
            if row.attempts >= MOST_ATTEMPTS:
                await _fail(s, row, f"no answer in {row.attempts} tries")
            else:
                await _wait(s, row, now() + timedelta(seconds=min(60.0, 0.5 * 2**row.attempts)))
            return
        row.state, row.due_at = OutboxState.UNKNOWN, now() + LOOK_AFTER
        if row.placement_id is not None:
            (await s.get_one(Placement, row.placement_id)).state = PlacementState.UNKNOWN

    async def _look_up(self, row: Outbox) -> int:
        target, _ = target_of(row)
        assert not isinstance(target, MessageRef)
        since = (row.claimed_at or row.due_at) - timedelta(seconds=60)
        try:
            ref = await self.platforms[target.platform].find(target, row.marker, since.timestamp())
        except (Unknown, Retry) as doubt:
            await self._ask_again(row, str(doubt))
            return 0
        except (Gone, Refused) as refusal:
            await self._failed(row, str(refusal))
            return 1
        if ref is not None:
            await self._sent(row, ref)
            return 1
        async with self._db.write() as s:
            mine = await _mine(s, row, (OutboxState.UNKNOWN,))
            if mine is not None and mine.attempts >= MOST_ATTEMPTS:
                await _fail(s, mine, f"given up after {mine.attempts} tries")
            elif mine is not None:
                mine.state, mine.due_at = OutboxState.PENDING, now()
        return 1

    async def _ask_again(self, row: Outbox, why: str) -> None:
        """Look less and less often; after some hours only a press or an editor can tell (``placements.adopt``)."""
        async with self._db.write() as s:
            mine = await _mine(s, row, (OutboxState.UNKNOWN,))
            if mine is None:
                return
            if mine.attempts >= MOST_ATTEMPTS:
                mine.state, mine.settled_at, mine.sealed = OutboxState.FAILED, now(), None
            mine.due_at = now() + timedelta(seconds=30 * 2 ** min(mine.attempts, 6))
            mine.problem, mine.attempts = why, mine.attempts + 1


async def _pass_on(wake: asyncio.Event, news: asyncio.Queue[Outbox | None]) -> None:
    """Whoever wakes the worker puts ``None`` among the news."""
    while True:
        await wake.wait()
        wake.clear()
        news.put_nowait(None)


async def _mine(s: AsyncSession, row: Outbox, states: tuple[OutboxState, ...] = _OPEN) -> Outbox | None:
    """The row, locked; ``None`` when somebody else took or settled it meanwhile."""
    found: Outbox | None = await s.scalar(for_update(select(Outbox).where(_is_mine(row, states))))
    return found


def _is_mine(row: Outbox, states: tuple[OutboxState, ...]) -> ColumnElement[bool]:
    return and_(Outbox.id == row.id, Outbox.claimed_at == row.claimed_at, Outbox.state.in_(states))


async def _wait(s: AsyncSession, row: Outbox, until: datetime) -> None:
    """Pending again; an update that a newer text of its card has overtaken is dropped instead."""
    if row.verb == "update":
        same = Outbox.marker.startswith(row.marker[: outbox.REWRITES])
        if row.placement_id is not None:
            same = Outbox.placement_id == row.placement_id
        newer = select(Outbox.id).where(same, Outbox.verb == "update", Outbox.id > row.id)
        if await s.scalar(newer.limit(1)) is not None:
            await s.delete(row)
            return
    row.state, row.due_at = OutboxState.PENDING, until


async def _fail(s: AsyncSession, row: Outbox, why: str) -> None:
    log.warning("outbox.failed", outbox=row.id, verb=row.verb, why=why)
    row.state, row.settled_at, row.problem, row.sealed = OutboxState.FAILED, now(), why, None
    if row.placement_id is not None and row.verb == "send":
        (await s.get_one(Placement, row.placement_id)).state = PlacementState.FAILED
