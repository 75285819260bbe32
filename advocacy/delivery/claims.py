"""Whose turn it is: takes out of the outbox what each lane can send next, one message for each channel or person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from advocacy.db import Database, for_update, now
from advocacy.delivery import brakes, outbox
from advocacy.delivery.lanes import paused
from advocacy.delivery.limits import Kind, Limits
from advocacy.delivery.models import Outbox, OutboxState, Placement, PlacementState

CANDIDATES = 240
"""So many rows of a lane are looked at: what waits for one channel must not hide what waits for others."""
KINDS: tuple[Kind, ...] = ("send", "update")
Place = tuple[str, str]


class Claims:
    """Takes rows for one process; others take others."""

    def __init__(self, db: Database, platforms: Collection[str], limits: Limits) -> None:
        self._db = db
        self._platforms = platforms
        self._limits = limits
        self.more: set[str] = set()
        """Lanes that had as much as there was room for the last time: there may be more in them."""

    async def take(self, *, urgent: bool, under_way: Mapping[int, Outbox]) -> list[Outbox]:
        """Take what is due and can leave soon, besides what is ``under_way``; in the order in which it is to leave."""
        self.more = set()
        async with self._db.read(near=True) as s:  # without a lock, so that an idle worker holds up nobody who writes
            lanes = await self._lanes(s, urgent=urgent)
        if not lanes:
            return []
        at, places = now(), {place_of(row) for row in under_way.values()}
        busy = Counter((row.lane, kind_of(row.verb)) for row in under_way.values())
        async with self._db.write(near=True) as s:
            turns: list[int] = []
            for lane in lanes:
                for kind in KINDS:
                    room = self._room(lane, kind, busy[lane, kind])
                    due = and_(
                        Outbox.state == OutboxState.PENDING, Outbox.urgent == urgent, Outbox.lane == lane,
                        Outbox.due_at <= at, _is(kind), ~brakes.held(),
                    )  # fmt: skip
                    found = await self._turns(s, due, room, places) if room > 0 else []
                    turns += found
                    if len(found) >= room and not (room <= 0 and self._is_far(lane, kind)):
                        self.more.add(lane)
            if not turns:
                return []
            query = for_update(select(Outbox).where(Outbox.id.in_(turns), _waits()), skip_locked=True)
            rows = {row.id: row for row in await s.scalars(query)}
            for row in rows.values():
                row.state, row.claimed_at, row.attempts = OutboxState.SENDING, at, row.attempts + 1
            cards = [row.placement_id for row in rows.values() if row.verb == "send" and row.placement_id is not None]
            if cards:
                sends = update(Placement).where(Placement.id.in_(cards)).values(state=PlacementState.SENDING)
                await s.execute(sends.execution_options(synchronize_session=False))
        return [rows[one] for one in turns if one in rows]

    async def _lanes(self, s: AsyncSession, *, urgent: bool) -> list[str]:
        """Lanes in which something waits, of platforms that are connected here and workspaces that are not paused."""
        found, out = await s.scalars(_waiting_lanes(urgent=urgent)), await paused(s)
        return [
            lane for lane in found
            if lane is not None and lane not in out and lane.partition(":")[0] in self._platforms
        ]  # fmt: skip

    def _is_far(self, lane: str, kind: Kind) -> bool:
        return self._limits.lane(lane.partition(":")[0], lane, kind).is_far

    def _room(self, lane: str, kind: Kind, busy: int) -> int:
        """How many messages of this kind may be taken; none when the lane's next place is far away."""
        gate = self._limits.lane(lane.partition(":")[0], lane, kind)
        return 0 if gate.is_far else min(gate.ahead - busy, gate.room)

    @staticmethod
    async def _turns(s: AsyncSession, due: ColumnElement[bool], room: int, places: set[Place]) -> list[int]:
        """Ids of so many rows at most; their places are added to those that are under way."""
        query = select(Outbox.id, Outbox.lane, Outbox.target).where(due)
        query = query.order_by(Outbox.bulk, Outbox.due_at, Outbox.id)
        turns: list[int] = []
        for few in (2 * room + len(places), CANDIDATES):  # nearly always the few at the front are enough
            seen = (await s.execute(query.limit(few))).all()
            for row_id, lane, target in seen:
                place = (lane, target.get("channel") or target.get("user", ""))
                if place not in places and len(turns) < room:
                    places.add(place)
                    turns.append(row_id)
            if len(turns) == room or len(seen) < few or few >= CANDIDATES:
                break
        return turns


def kind_of(verb: str) -> Kind:
    """What the vendors count it as."""
    return "update" if verb == "update" else "send"


def place_of(row: Outbox) -> Place:
    """Where it goes."""
    return row.lane, row.target.get("channel") or row.target.get("user", "")


def _waits() -> ColumnElement[bool]:
    return Outbox.state == OutboxState.PENDING


@cache
def _is(kind: Kind) -> ColumnElement[bool]:
    if kind == "update":
        return and_(Outbox.verb == "update", ~_is_being_rewritten())
    return Outbox.verb != "update"


@cache
def _is_being_rewritten() -> ColumnElement[bool]:
    """An earlier text of the same card is under way: two at once might arrive in the wrong order."""
    other = aliased(Outbox)
    theirs, mine = (func.substr(one.marker, 1, outbox.REWRITES) for one in (other, Outbox))
    same = or_(other.placement_id == Outbox.placement_id, and_(Outbox.placement_id.is_(None), theirs == mine))
    return exists().where(same, other.verb == "update", other.state == OutboxState.SENDING)


def _waiting_lanes(*, urgent: bool) -> Any:
    """From one lane to the next along the index, however many rows there are in each; the last one is NULL."""
    these = (Outbox.state == OutboxState.PENDING, Outbox.urgent == urgent, Outbox.due_at <= now())
    first = select(func.min(Outbox.lane).label("lane")).where(*these[:2]).cte("lanes", recursive=True)
    following = select(func.min(Outbox.lane)).where(*these[:2], Outbox.lane > first.c.lane).scalar_subquery()
    every = first.union_all(select(following).where(first.c.lane.is_not(None)))
    has_due = exists().where(Outbox.lane == every.c.lane, *these)
    return select(every.c.lane).where(every.c.lane.is_not(None), has_due)


__all__ = ["Claims", "kind_of", "place_of"]
