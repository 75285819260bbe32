"""Sends what is in the outbox: claim, send, settle. Each step survives a kill; nothing is sent twice."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.chat import ChatPlatform, Gone, MessageRef, Refused, Retry, Unknown, UserRef, from_json
from advocacy.db import Database, for_update, now
from advocacy.delivery import placements
from advocacy.delivery.limits import Limits
from advocacy.delivery.models import Outbox, OutboxState, Placement, PlacementState
from advocacy.delivery.outbox import target_of

log = structlog.get_logger()
BATCH = 24
MOST_ATTEMPTS = 12
LOOK_AFTER = timedelta(seconds=3)
"""A message that was under way when a process died may still arrive at the vendor; look for it after this long."""


class Worker:
    """One per process."""

    def __init__(self, db: Database, platforms: dict[str, ChatPlatform], limits: Limits | None = None) -> None:
        self._db = db
        self.platforms = platforms
        self._limits = limits or Limits()
        self.wake = asyncio.Event()
        self.wake_urgent = asyncio.Event()

    async def run_due(self, *, urgent: bool) -> int:
        """Send what is due now; answers how many rows were worked on."""
        rows = await self._claim(urgent=urgent)
        await asyncio.gather(*(self._deliver(row) for row in rows))
        return len(rows)

    async def recover(self, older_than: timedelta = timedelta(0)) -> int:
        """What a killed process had under way: sends may have happened, the rest is safe to repeat."""
        before = now() - older_than
        async with self._db.write() as s:
            stale = (await s.execute(
                select(Outbox).where(Outbox.state == OutboxState.SENDING, Outbox.claimed_at <= before)
            )).scalars().all()  # fmt: skip
            for row in stale:
                await self._settle_unknown_state(s, row)
        return len(stale)

    async def settle_unknown(self) -> int:
        """Look up sends whose answer never came. Answers how many were settled."""
        async with self._db.read() as s:
            query = select(Outbox).where(
                Outbox.state == OutboxState.UNKNOWN,
                or_(Outbox.due_at <= now(), Outbox.due_at.is_(None)),
            )
            rows = list((await s.execute(query.limit(BATCH))).scalars())
        settled = 0
        for row in rows:
            settled += await self._look_up(row)
        return settled

    async def _claim(self, *, urgent: bool) -> list[Outbox]:
        at = now()
        async with self._db.write() as s:
            query = (
                select(Outbox)
                .where(Outbox.state == OutboxState.PENDING, Outbox.due_at <= at, Outbox.urgent == urgent)
                .where(Outbox.lane.in_(await self._lanes(s)))
                .order_by(Outbox.due_at, Outbox.id)
                .limit(BATCH)
            )
            rows = list((await s.execute(for_update(query, skip_locked=True))).scalars())
            for row in rows:
                row.state, row.claimed_at, row.attempts = OutboxState.SENDING, at, row.attempts + 1
                if row.placement_id is not None and row.verb == "send":
                    await s.execute(
                        update(Placement).where(Placement.id == row.placement_id).values(state=PlacementState.SENDING)
                    )
        return rows

    async def _lanes(self, s: AsyncSession) -> list[str]:
        """Lanes whose platform is connected here; the rest waits until it is."""
        lanes = (await s.execute(select(Outbox.lane).where(Outbox.state == OutboxState.PENDING).distinct())).scalars()
        return [lane for lane in lanes if lane.split(":", 1)[0] in self.platforms]

    async def _deliver(self, row: Outbox) -> None:
        target, reply_to = target_of(row)
        platform = self.platforms[target.platform]
        message = from_json(row.message)
        where = target.user if isinstance(target, UserRef) else target.channel
        await self._limits.wait(target.platform, row.lane, f"{row.lane}:{where}")
        ref: MessageRef | None = None
        try:
            if isinstance(target, MessageRef):
                await platform.update(target, message)
            elif row.verb == "tell":
                assert isinstance(target, UserRef)
                await platform.tell(target, reply_to, message)
            else:
                ref = await platform.send(target, message, row.marker)
        except Retry as retry:
            self._limits.lane(target.platform, row.lane).close(retry.after.total_seconds())
            await self._later(row, retry.after, str(retry))
        except (Gone, Refused) as refusal:
            await self._failed(row, str(refusal) or type(refusal).__name__)
        except Unknown as unknown:
            log.warning("outbox.unknown", outbox=row.id, verb=row.verb, why=str(unknown))
            async with self._db.write() as s:
                await self._settle_unknown_state(s, await s.get_one(Outbox, row.id))
        else:
            await self._sent(row, ref)

    async def _sent(self, row: Outbox, ref: MessageRef | None) -> None:
        async with self._db.write() as s:
            mine = await s.get_one(Outbox, row.id)
            mine.state, mine.settled_at, mine.problem = OutboxState.SENT, now(), ""
            if ref is not None and mine.placement_id is not None:
                await placements.settle(s, await s.get_one(Placement, mine.placement_id), ref)

    async def _later(self, row: Outbox, after: timedelta, why: str) -> None:
        if row.attempts >= MOST_ATTEMPTS:
            await self._failed(row, f"given up after {row.attempts} tries: {why}")
            return
        async with self._db.write() as s:
            mine = await s.get_one(Outbox, row.id)
            mine.state, mine.problem = OutboxState.PENDING, why
            mine.due_at = now() + max(after, timedelta(seconds=min(60.0, 0.5 * 2**row.attempts)))

    async def _failed(self, row: Outbox, why: str) -> None:
        log.warning("outbox.failed", outbox=row.id, verb=row.verb, why=why)
        async with self._db.write() as s:
            mine = await s.get_one(Outbox, row.id)
            mine.state, mine.settled_at, mine.problem = OutboxState.FAILED, now(), why
            if mine.placement_id is not None and mine.verb == "send":
                (await s.get_one(Placement, mine.placement_id)).state = PlacementState.FAILED

    async def _settle_unknown_state(self, s: AsyncSession, row: Outbox) -> None:
        """A send may have happened; an update or a private answer is the same when repeated."""
        if row.verb != "send":
            row.state, row.due_at = OutboxState.PENDING, now()
            return
        row.state, row.due_at = OutboxState.UNKNOWN, now() + LOOK_AFTER
        if row.placement_id is not None:
            (await s.get_one(Placement, row.placement_id)).state = PlacementState.UNKNOWN

    async def _look_up(self, row: Outbox) -> int:
        target, _ = target_of(row)
        platform = self.platforms.get(target.platform)
        if platform is None or isinstance(target, MessageRef):
            return 0
        since = (row.claimed_at or row.due_at) - timedelta(seconds=60)
        try:
            ref = await platform.find(target, row.marker, since.timestamp())
        except (Unknown, Retry) as doubt:
            await self._ask_again(row, now() + timedelta(seconds=30 * 2 ** min(row.attempts, 6)), str(doubt))
            return 0
        except (Gone, Refused) as refusal:
            await self._failed(row, str(refusal))
            return 1
        if ref is not None:
            await self._sent(row, ref)
            return 1
        async with self._db.write() as s:
            mine = await s.get_one(Outbox, row.id)
            if mine.state == OutboxState.UNKNOWN:
                mine.state, mine.due_at = OutboxState.PENDING, now()
        return 1

    async def _ask_again(self, row: Outbox, at: datetime, why: str) -> None:
        async with self._db.write() as s:
            mine = await s.get_one(Outbox, row.id)
            mine.due_at, mine.problem, mine.attempts = at, why, mine.attempts + 1
