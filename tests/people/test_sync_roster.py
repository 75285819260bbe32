"""Where the chat platform is the roster, people come, change, move and leave as its directory says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from advocacy.db import Database
from advocacy.people.models import Department, Membership, Person
from advocacy.people.reach import reach
from advocacy.people.roster import TooManyLeave
from advocacy.people.sync import Sync, Terms
from tests.people.listed_help import DAY, TENANT, Told, known, member, no_wait, people, sync


async def person(db: Database, name: str) -> Person:
    async with db.read() as s:
        return (await s.scalars(select(Person).where(Person.email == f"{name}@n.example"))).one()


async def homes(db: Database) -> dict[str, str]:
    """Where everybody belongs today."""
    query = (
        select(Person.email, Department.path)
        .join(Membership, Membership.person_id == Person.id)
        .join(Department, Department.id == Membership.department_id)
        .where(Membership.ends_on.is_(None))
    )
    async with db.read() as s:
        return {email.partition("@")[0]: path for email, path in await s.execute(query)}


async def test_people_come_move_and_leave_with_the_directory(db: Database) -> None:
    """Whom the platform never knew stays; language and time zone are for newcomers; a new address keeps its person."""
    await people(db, "old")
    ada = member("ada", department="Sales/DACH", language="de-DE", time_zone="Europe/Vienna", country="AT")
    told = Told(
        [ada, member("bo", department="R&D"), member("guest", is_guest=True), *map(member, ("w", "x", "y", "z"))]
    )
    done = await sync(db, told, makes_people=True)
    assert done.roster is not None
    assert (done.roster.joined, done.roster.left, done.found.new) == (6, 0, 6)
    found = await person(db, "ada")
    assert (found.language, found.time_zone, found.country, found.joined_on) == ("de-DE", "Europe/Vienna", "AT", DAY)
    assert await homes(db) == {"ada": "Sales/DACH", "bo": "R&D", "old": "Sales"}
    told.members[0] = replace(ada, name="Ada Lund", department="People", language="en-GB", email="lund@n.example")
    told.members[1] = member("bo", is_gone=True)
    done = await sync(db, told, makes_people=True)
    assert done.roster is not None
    assert (done.roster.joined, done.roster.changed, done.roster.moved, done.roster.left) == (0, 1, 1, 1)
    lund = await person(db, "lund")
    assert (lund.id, lund.name, lund.language) == (found.id, "Ada Lund", "de-DE")
    assert (await person(db, "bo")).left_on == DAY
    assert (await person(db, "old")).left_on is None
    assert await known(db) == {"U-ada": "lund", **{f"U-{one}": one for one in "wxyz"}}
    async with db.read() as s:
        there = await reach(s, "slack", TENANT)
    assert (there.known, there.unlisted.count, there.unlisted.examples) == (5, 1, ("old@n.example",))
    assert there.unmet.count == 5


async def test_a_short_list_of_a_small_workspace_makes_nobody_leave(db: Database) -> None:
    """Few of the company, but many of those who are known there. Who is in another workspace too does not leave."""
    await people(db, *(f"p{number}" for number in range(40)))
    told = Told([member("ada"), member("bo"), member("cy"), member("di")])
    await sync(db, told, makes_people=True)
    told.members = told.members[:2]
    with pytest.raises(TooManyLeave):
        await sync(db, told, makes_people=True)
    assert (await person(db, "cy")).left_on is None
    other = Told([member("cy"), member("el")], tenant="T2")
    await sync(db, other, makes_people=True)
    await sync(db, told, makes_people=True, allow_leavers=True)
    assert ((await person(db, "cy")).left_on, (await person(db, "di")).left_on) == (None, DAY)


async def test_departments_that_cost_a_call_each_are_read_once_and_when_they_change(db: Database) -> None:
    """What was read is kept should it be cut short; who has none stays where they are."""
    told = Told(
        [member(one, stamp="1") for one in ("ada", "bo", "cy")], departments={"U-ada": "Sales", "U-bo": "R&D / Labs"}
    )
    done = await sync(db, told, makes_people=True, most_departments=0)
    assert (done.departments, told.read) == (3, [])
    done = await sync(db, told, makes_people=True)
    assert (done.departments, told.read) == (0, ["U-ada", "U-bo", "U-cy"])
    assert await homes(db) == {"ada": "Sales", "bo": "R&D/Labs"}
    told.read, told.departments = [], {"U-ada": "People"}
    told.members = [member("ada", stamp="2"), *told.members[1:]]
    await sync(db, told, makes_people=True)
    assert told.read == ["U-ada"]
    assert await homes(db) == {"ada": "People", "bo": "R&D/Labs"}


async def test_one_event_counts_at_once(db: Database) -> None:
    """Somebody joins, moves, leaves; nobody else is touched, however few there are."""
    told = Told([member("ada", stamp="1")], departments={"U-ada": "Sales"})
    work = Sync(db, told, Terms(DAY, makes_people=True), sleep=no_wait)
    await work.learn("U-ada")
    assert (await homes(db), await known(db)) == ({"ada": "Sales"}, {"U-ada": "ada"})
    told.members, told.departments = [member("ada", stamp="2")], {"U-ada": "People"}
    await work.learn("U-ada")
    assert await homes(db) == {"ada": "People"}
    told.members = [member("ada", is_gone=True)]
    await Sync(db, told, Terms(DAY + timedelta(days=1), makes_people=True), sleep=no_wait).learn("U-ada")
    assert await known(db) == {}
    assert (await person(db, "ada")).left_on == DAY + timedelta(days=1)


async def test_a_dry_run_says_all_and_writes_nothing(db: Database) -> None:
    """It lists everybody, whatever was listed before."""
    await people(db, "ada")
    told = Told([member("ada"), member("bo"), member("cy")])
    done = await Sync(db, told, Terms(DAY, makes_people=True), sleep=no_wait).dry_run()
    assert done.roster is not None
    assert (done.members, done.roster.joined, done.found.new) == (3, 2, 1)
    assert await known(db) == {}
