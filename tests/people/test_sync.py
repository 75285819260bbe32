"""A directory's pages become identities; nothing is lost when a round breaks off, and nobody for a short list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select, update

from advocacy.chat import Refused, Retry
from advocacy.db import Database, now
from advocacy.people import rounds
from advocacy.people.listing import Member, Outdated, Pace
from advocacy.people.models import Identity, RosterPage, RosterSync
from advocacy.people.roster import TooManyLeave
from tests.clock import Clock
from tests.people.listed_help import TENANT, Told, known, member, people, sync


async def test_only_people_we_have_are_found_by_addresses_that_count(db: Database) -> None:
    """Strangers, guests, machines and the deactivated are nobody; one who was somebody is let loose."""
    await people(db, "ada", "bo", "cy", "di", "el")
    told = Told([
        member("ada"), member("stranger"), member("bo", is_guest=True), member("cy", is_gone=True),
        member("di", email="d@old.example", other_email="di@n.example"), member("el", email=""),
    ])  # fmt: skip
    done = await sync(db, told)
    assert await known(db) == {"U-ada": "ada", "U-di": "di"}
    assert (done.members, done.ours, done.found.new) == (6, 3, 2)
    async with db.read() as s:
        ada = (await s.scalars(select(Identity).where(Identity.user_id == "U-ada"))).one()
        assert (ada.met, ada.tenant, ada.reach) == (False, TENANT, {})
        assert await s.scalar(select(func.count()).select_from(RosterPage)) == 0
        assert await s.scalar(select(func.count()).select_from(Identity)) == 2
    told.members = [member("ada", is_gone=True), member("bo"), *told.members[3:]]
    done = await sync(db, told, allow_leavers=True)
    assert (done.found.new, done.found.let_loose) == (1, 1)
    assert await known(db) == {"U-bo": "bo", "U-di": "di"}


async def test_an_unchanged_directory_writes_no_row(db: Database) -> None:
    """But where the round stands, and the pages that are deleted at its end."""
    await people(db, "ada", "bo", "cy")
    told = Told([member("ada"), member("bo"), member("cy"), member("stranger")])
    await sync(db, told)
    written: list[str] = []

    @event.listens_for(db.engine.sync_engine, "before_cursor_execute")
    def watch(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        words = statement.replace('"', "").split()
        if words[0] in {"INSERT", "UPDATE", "DELETE"}:
            written.append(words[1 if words[0] == "UPDATE" else 2])

    done = await sync(db, told)
    assert (done.found.new, done.found.changed, done.found.let_loose) == (0, 0, 0)
    assert {one for one in written if not one.startswith("listed_")} == {"roster_page", "roster_sync"}


async def test_a_round_goes_on_behind_the_last_stored_page(db: Database) -> None:
    """Nobody is touched by half a list; what is told to wait is waited for; a lost cursor begins anew."""
    await people(db, "ada", "bo", "cy", "di")
    names = ("ada", "bo", "cy", "di")
    told = Told([member(one) for one in names], breaks={1: [Retry(timedelta(seconds=30)), Refused("no")]})
    with pytest.raises(Refused):
        await sync(db, told)
    assert await known(db) == {}
    assert told.asked == ["", "2", "2"]
    async with db.read() as s:
        stopped = (await s.scalars(select(RosterSync))).one()
        assert (stopped.pages, stopped.following, stopped.holder, stopped.problem) == (1, "2", "", "no")
    await sync(db, told)
    assert told.asked[3:] == ["2"]
    assert len(await known(db)) == 4
    told.breaks, told.asked = {1: [Outdated("gone")]}, []
    await sync(db, told)
    assert told.asked == ["", "2", "", "2"]


async def test_one_round_at_a_time_and_a_killed_one_is_taken_over(db: Database) -> None:
    """Whoever lost the round stores nothing more."""
    told = Told([member("ada"), member("bo"), member("cy")])
    first = await rounds.claim(db, "slack", TENANT, "first")
    with pytest.raises(rounds.Busy):
        await sync(db, told)
    await rounds.store(db, first, await told.page(""))
    async with db.write() as s:  # it was killed, a while ago
        await s.execute(update(RosterSync).values(held_until=now() - timedelta(seconds=1)))
    second = await rounds.claim(db, "slack", TENANT, "second")
    assert (second.pages, second.following) == (1, "2")
    with pytest.raises(rounds.Busy):
        await rounds.store(db, first, await told.page("2"))
    async with rounds.held(db, second, timedelta(seconds=1)):
        await rounds.store(db, second, await told.page("2"))
    assert (await sync(db, told)).members == 3


async def test_a_short_list_lets_nobody_loose(db: Database) -> None:
    """More than a fifth at once is taken for a list that was cut off; it is kept until somebody says otherwise."""
    names = [f"p{number}" for number in range(10)]
    await people(db, *names)
    told = Told([member(one) for one in names])
    await sync(db, told)
    told.members = told.members[:7]
    with pytest.raises(TooManyLeave) as many:
        await sync(db, told)
    assert (many.value.left, many.value.employed) == (3, 10)
    assert len(await known(db)) == 10
    told.asked.clear()
    await sync(db, told, allow_leavers=True)
    assert (len(await known(db)), told.asked) == (7, [])
    told.members = told.members[:6]
    await sync(db, told)
    assert len(await known(db)) == 6


async def test_after_a_full_round_only_changes_are_asked_for(db: Database) -> None:
    """Where the vendor can tell them; who is not among the changes stays."""
    await people(db, "ada", "bo", "cy")
    told = Told([member("ada"), member("bo")], mark="since")
    assert (await sync(db, told)).is_full
    told.changed = [Member("U-bo", is_gone=True), member("cy")]
    done = await sync(db, told)
    assert (done.is_full, told.asked) == (False, ["", "since"])
    assert await known(db) == {"U-ada": "ada", "U-cy": "cy"}
    assert (await sync(db, told, anew=True, allow_leavers=True)).is_full


async def test_rounds_come_by_themselves_once_there_was_one(db: Database) -> None:
    """A whole directory at night, changes by the hour, what was cut short soon; the first one is somebody's decision."""
    zone, day, hour = ZoneInfo("Europe/Berlin"), timedelta(days=1), timedelta(hours=1)
    noon = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
    night = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)

    async def due(every: timedelta, at: datetime) -> bool:
        async with db.read() as s:
            return await rounds.due(s, "slack", every, at, zone) == [TENANT]

    async def now_is(**values: object) -> None:
        async with db.write() as s:
            await s.execute(update(RosterSync).values(**values))

    assert not await due(day, night)
    await sync(db, Told([member("ada")]))
    await now_is(ended_at=noon - timedelta(hours=2))
    assert [await due(day, noon), await due(day, night), await due(hour, noon)] == [False, True, True]
    await now_is(ended_at=night - hour / 2)
    assert [await due(day, night), await due(hour, night)] == [False, False]
    await now_is(began_at=noon, pages=1, held_until=noon)
    assert [await due(day, noon + timedelta(minutes=9)), await due(day, noon + timedelta(minutes=10))] == [False, True]
    await now_is(holder="killed", held_until=noon + timedelta(seconds=20))
    assert [await due(day, noon), await due(day, noon + timedelta(seconds=20))] == [False, True]


async def test_the_pace_is_even() -> None:
    """Twenty a minute is one every three seconds, the first at once."""
    clock, at = Clock(), []
    pace = Pace(20, clock, clock.sleep)
    for _ in range(3):
        await pace.turn()
        at.append(clock.seconds)
        clock.seconds += 1
    assert at == [0, 3, 6]
