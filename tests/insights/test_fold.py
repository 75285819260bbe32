from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from insights_world import FIRST, LAST, happen, recount, rollups, settle
from sqlalchemy import text, update

from advocacy.config import Settings
from advocacy.db import FACTS_LOCK, Database, facts_lock
from advocacy.insights import fold as fold_module
from advocacy.insights import rollups as rollups_module
from advocacy.insights.fold import Fold, Folded
from advocacy.people.models import Membership, RosterRun
from advocacy.sharing import shares
from advocacy.sharing.models import Click, Share, ShareEvent
from tests.conftest import on_postgresql


@pytest.fixture
def fold(db: Database, settings: Settings) -> Fold:
    return Fold(db, settings)


async def test_folding_bit_by_bit_equals_rebuilding_equals_a_recount(
    db: Database, fold: Fold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the facts arrive, the rollups say what a recount of all facts by definition says."""
    monkeypatch.setattr(fold_module, "AT_ONCE", {"share_event": 23, "click": 29})  # several transactions in one run
    monkeypatch.setattr(fold_module, "MANY_AT_ONCE", {"share_event": 31, "click": 37})
    monkeypatch.setattr(rollups_module, "CHUNK", 17)
    world = await settle(db)
    for _ in range(6):
        shares, clicks = world.rng.randrange(60), world.rng.randrange(120)
        await happen(db, world, shares, clicks)
        assert await fold.run() == Folded(shares, clicks)
    folded = await rollups(db)
    expected = recount(world)
    for name, table in expected.items():
        assert folded[name] == table, name
    assert expected["period"]
    assert expected["stories"]
    assert await fold.rebuild() == Folded(len(world.events), len(world.clicks))
    assert await rollups(db) == folded


async def test_nothing_new_changes_nothing(db: Database, fold: Fold) -> None:
    """A fold without new facts takes nothing in a second time."""
    world = await settle(db, people=10)
    await happen(db, world, 20, 20)
    await fold.run()
    before = await rollups(db)
    assert await fold.run() == Folded(0, 0)
    assert await rollups(db) == before


@pytest.mark.parametrize("where", ["_write_members", "_write_last_days", "_count_story_people"])
async def test_a_crash_inside_a_fold_changes_nothing(
    db: Database, fold: Fold, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Rollups and watermark move together or not at all; the next fold takes in what the broken one did not."""
    world = await settle(db, people=15)
    await happen(db, world, 30, 30)
    await fold.run()
    before = await rollups(db)
    await happen(db, world, 30, 30)
    with monkeypatch.context() as patched:

        async def pull_the_plug(*_args: object) -> None:
            raise ConnectionResetError

        patched.setattr(rollups_module, where, pull_the_plug)
        with pytest.raises(ConnectionResetError):
            await fold.run()
        assert await rollups(db) == before
        with pytest.raises(ConnectionResetError):
            await fold.rebuild()
        assert await rollups(db) == before
    assert await fold.run() == Folded(30, 30)
    assert await rollups(db) == recount(world)


async def test_two_folds_at_once_take_each_fact_once(db: Database, settings: Settings) -> None:
    """Several processes may fold at the same time."""
    world = await settle(db, people=15)
    await happen(db, world, 40, 60)
    done = await asyncio.gather(*(Fold(db, settings).run() for _ in range(3)))
    assert sum(one.shares for one in done) == 40
    assert sum(one.clicks for one in done) == 60
    assert await rollups(db) == recount(world)


@on_postgresql
async def test_a_fact_that_commits_late_is_not_skipped(db: Database, fold: Fold) -> None:
    """On PostgreSQL a lower id may be committed after a higher one; the fold waits for it instead of passing it."""
    world = await settle(db, people=5)
    at = datetime(2026, 10, 1, 12, tzinfo=UTC)

    def fact(person: int) -> ShareEvent:
        world.events.append((person, 1, "measured", 1, at))
        return ShareEvent(share_id=1, person_id=person, story_id=1, network="x", kind="measured", change=1, at=at)

    async with db.write() as slow:
        await facts_lock(slow)
        slow.add(fact(1))
        await slow.flush()
        async with db.write() as quick:
            await facts_lock(quick)
            quick.add(fact(2))
        folding = asyncio.create_task(fold.run())
        async with db.read() as s:  # until the fold stands in the queue for the lock
            while not await s.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")):
                await s.rollback()
        assert not folding.done()
    assert await folding == Folded(2, 0)
    assert await rollups(db) == recount(world)


async def test_a_move_entered_after_the_fold_moves_the_days_it_covers(db: Database, fold: Fold) -> None:
    """A roster imported at noon also counts for the morning; the rollups then agree with a rebuild and a recount."""
    world = await settle(db, people=40, seed=3)
    await happen(db, world, 150, 150)
    await fold.run()
    today = LAST - timedelta(days=6)
    async with db.write() as s:
        for person in range(1, 30, 2):
            spans = world.spans[person]
            if not spans or spans[-1][1] is not None or spans[-1][0] >= today:
                continue
            starts, _open, old = spans[-1]
            new = old % 8 + 1
            spans[-1:] = [(starts, today, old), (today, None, new)]
            mine = (Membership.person_id == person) & Membership.ends_on.is_(None)
            await s.execute(update(Membership).where(mine).values(ends_on=today))
            s.add(Membership(person_id=person, department_id=new, starts_on=today))
        s.add(RosterRun(source="roster.csv", at=datetime(today.year, today.month, today.day, 11, tzinfo=UTC)))
    before = await rollups(db)
    await happen(db, world, 40, 40)
    assert await fold.run() == Folded(40, 40)
    folded = await rollups(db)
    assert folded["period"] != before["period"]
    expected = recount(world)
    for name, table in expected.items():
        assert folded[name] == table, name
    await fold.rebuild()
    assert await rollups(db) == folded


async def test_a_day_is_the_companys_day(db: Database, fold: Fold) -> None:
    """23:30 UTC on 31 October is 1 November in Berlin: it counts for November."""
    await settle(db, people=3)
    async with db.write() as s:
        s.add(Click(link_id=1, at=datetime(2026, 10, 31, 23, 30, tzinfo=UTC)))
    await fold.run()
    days = (await rollups(db))["days"]
    assert {day for _department, day in days} == {date(2026, 11, 1)}
    assert FIRST < date(2026, 11, 1) < LAST


@on_postgresql
async def test_who_appends_a_share_holds_off_the_fold(db: Database) -> None:
    """The one function that appends shares takes the lock that the fold waits for."""
    await settle(db, people=1)
    held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :number AND granted")
    async with db.write() as s:
        share = Share(
            id=1, person_id=1, story_id=1, network="x", state="posted", text="", key="k", settled_at=datetime.now(UTC)
        )
        await shares.count(s, share, "measured", +1)
        assert await s.scalar(held, {"number": FACTS_LOCK}) == 1
    async with db.read() as s:
        assert await s.scalar(held, {"number": FACTS_LOCK}) == 0
