"""The roster becomes people, departments and dated memberships; again and again, without writing twice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from advocacy.chat import Profile, UserRef
from advocacy.db import Database
from advocacy.people import departments, directory, roster
from advocacy.people.models import Department, Membership, Person, RosterRun
from advocacy.people.roster import Row

DAY = date(2026, 3, 2)
LATER = DAY + timedelta(days=30)


def row(name: str, department: str | None = "Sales/DACH", **values: Any) -> Row:
    return Row(2, f"{name}@n.example", name.title(), department, **{"manager_email": "", "roles": (), **values})


def company(count: int = 10, department: str = "Sales/DACH") -> list[Row]:
    return [row(f"p{number}", department) for number in range(count)]


async def person(db: Database, name: str) -> Person:
    async with db.read() as s:
        found = await directory.find(s, f"{name}@n.example")
        assert found is not None
        return found


async def spans(db: Database, name: str) -> list[tuple[str, date, date | None]]:
    query = (
        select(Department.path, Membership.starts_on, Membership.ends_on)
        .join(Membership, Membership.department_id == Department.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.email == f"{name}@n.example")
        .order_by(Membership.id)
    )
    async with db.read() as s:
        return [tuple(one) for one in await s.execute(query)]


async def planned(db: Database, rows: list[Row], day: date) -> roster.Plan:
    async with db.read() as s:
        return await roster.plan(s, rows, day)


def counts(what: roster.Plan | RosterRun) -> tuple[int, int, int, int]:
    return what.joined, what.changed, what.moved, what.left


async def test_a_first_import_makes_people_and_departments(db: Database) -> None:
    """With everything the file says, and the given defaults where it says nothing."""
    rows = [
        row("ada", roles=("editor", "leader"), language="de", time_zone="Europe/Vienna", manager_email="bo@n.example"),
        row("bo", "sales/Nordic"),
        row("cy", None),
    ]
    plan = await planned(db, rows, DAY)
    assert counts(plan) == (3, 0, 0, 0)
    assert plan.new_departments == ("Sales", "Sales/DACH", "Sales/Nordic")
    async with db.read() as s:
        assert await directory.count(s) == 0, "a plan changes nothing"
    run = await roster.apply(db, rows, DAY, language="da", time_zone="Europe/Copenhagen", source="hr.csv", refused=2)
    assert (counts(run), run.source, run.refused) == ((3, 0, 0, 0), "hr.csv", 2)
    ada, bo = await person(db, "ada"), await person(db, "bo")
    assert (ada.name, ada.language, ada.time_zone, ada.manager_email, ada.roles, ada.joined_on) == (
        "Ada", "de", "Europe/Vienna", "bo@n.example", ["editor", "leader"], DAY,
    )  # fmt: skip
    assert (bo.language, bo.time_zone, bo.roles, bo.left_on) == ("da", "Europe/Copenhagen", [], None)
    assert await spans(db, "ada") == [("Sales/DACH", DAY, None)]
    assert await spans(db, "bo") == [("Sales/Nordic", DAY, None)]
    assert await spans(db, "cy") == []
    async with db.read() as s:
        tree = await departments.tree(s)
        dach = tree.find("Sales/DACH")
        assert dach is not None
        assert tree.path(tree.top(dach)) == "Sales"
        assert (await s.scalar(select(RosterRun.joined))) == 3


async def test_a_country_comes_changes_and_stays(db: Database) -> None:
    """A file without the column leaves it, an empty cell takes it away."""
    for country, known in (("AT", "AT"), (None, "AT"), ("CH", "CH"), ("", "")):
        run = await roster.apply(db, [row("ada", country=country)], DAY)
        assert (await person(db, "ada")).country == known
    assert counts(run) == (0, 1, 0, 0)


async def test_the_same_file_again_writes_no_row(db: Database) -> None:
    """Unchanged means not one statement that changes a table."""
    rows = [row("ada", roles=("editor",), language="de"), row("bo", None), row("cy", "")]
    await roster.apply(db, rows, DAY)
    written: list[str] = []

    @event.listens_for(db.engine.sync_engine, "before_cursor_execute")
    def watch(_c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
        if statement.split(maxsplit=1)[0] in {"INSERT", "UPDATE", "DELETE"} and "roster_row" not in statement:
            written.append(statement)

    run = await roster.apply(db, rows, LATER)
    assert counts(run) == (0, 0, 0, 0)
    assert [one for one in written if "roster_diff" not in one.split("(", maxsplit=1)[0]] == []
    assert (await planned(db, rows, LATER)).unchanged == 3


async def test_moves_close_and_open_a_membership(db: Database) -> None:
    """On the day of the move; a second move on the same day leaves no empty span; out of all departments works too."""
    await roster.apply(db, company(), DAY)
    rest = company()[1:]
    plan = await planned(db, [row("p0", "Sales/Nordic"), *rest], LATER)
    assert (counts(plan), plan.unchanged, plan.new_departments) == ((0, 0, 1, 0), 9, ("Sales/Nordic",))
    assert [(one.kind, one.email, one.department) for one in plan.samples] == [
        ("moved", "p0@n.example", "Sales/Nordic")
    ]
    await roster.apply(db, [row("p0", "Sales/Nordic"), *rest], LATER)
    assert await spans(db, "p0") == [("Sales/DACH", DAY, LATER), ("Sales/Nordic", LATER, None)]
    await roster.apply(db, [row("p0", "People"), *rest], LATER)
    assert await spans(db, "p0") == [("Sales/DACH", DAY, LATER), ("People", LATER, None)]
    await roster.apply(db, [row("p0", "SALES/dach"), *rest], LATER + timedelta(days=1))
    assert (await spans(db, "p0"))[-1] == ("Sales/DACH", LATER + timedelta(days=1), None)
    run = await roster.apply(db, [row("p0", ""), *rest], LATER + timedelta(days=9))
    assert counts(run) == (0, 0, 1, 0)
    assert (await spans(db, "p0"))[-1] == ("Sales/DACH", LATER + timedelta(days=1), LATER + timedelta(days=9))


async def test_leavers_leave_and_come_back(db: Database) -> None:
    """Their membership ends that day; coming back begins a new one, and the gap stays true."""
    await roster.apply(db, company(), DAY)
    run = await roster.apply(db, company()[1:], LATER)
    assert counts(run) == (0, 0, 0, 1)
    assert (await person(db, "p0")).left_on == LATER
    assert await spans(db, "p0") == [("Sales/DACH", DAY, LATER)]
    assert counts(await planned(db, company()[1:], LATER + timedelta(days=1))) == (0, 0, 0, 0)
    back = LATER + timedelta(days=60)
    assert counts(await roster.apply(db, company(), back)) == (1, 0, 0, 0)
    again = await person(db, "p0")
    assert (again.left_on, again.joined_on) == (None, back)
    assert await spans(db, "p0") == [("Sales/DACH", DAY, LATER), ("Sales/DACH", back, None)]


async def test_somebody_dropped_by_mistake_and_back_the_same_day_keeps_their_entry(db: Database) -> None:
    """Gone and back within a day is no gap in employment."""
    await roster.apply(db, company(), DAY)
    await roster.apply(db, company()[1:], LATER)
    await roster.apply(db, company(), LATER)
    assert (await person(db, "p0")).joined_on == DAY
    async with db.read() as s:
        ids = [(await directory.find(s, "p0@n.example")).id]  # type: ignore[union-attr]
        assert len(await departments.of(s, ids, LATER)) == 1


async def test_a_truncated_file_removes_nobody(db: Database) -> None:
    """More than a fifth would leave: refused, until it is said that they do."""
    await roster.apply(db, company(), DAY)
    with pytest.raises(roster.TooManyLeave) as caught:
        await roster.apply(db, company(7), LATER)
    assert (caught.value.left, caught.value.employed) == (3, 10)
    assert (await planned(db, company(7), LATER)).is_truncated
    assert not (await planned(db, company(8), LATER)).is_truncated
    async with db.read() as s:
        assert await directory.count(s) == 10
    with pytest.raises(roster.TooManyLeave):
        await roster.apply(db, [], LATER)
    assert counts(await roster.apply(db, company(7), LATER, allow_leavers=True)) == (0, 0, 0, 3)


async def test_a_bad_row_neither_changes_nor_removes_its_person(db: Database) -> None:
    """And makes nobody new."""
    await roster.apply(db, company(), DAY)
    bad = [Row(2, "p0@n.example", only_present=True), Row(3, "stranger@n.example", only_present=True)]
    assert counts(await roster.apply(db, [*bad, *company()[1:]], LATER)) == (0, 0, 0, 0)
    assert (await person(db, "p0")).name == "P0"


async def test_only_what_the_file_says_changes(db: Database) -> None:
    """A column that is missing keeps what is known; an empty one empties it."""
    await roster.apply(db, [row("ada", roles=("admin",), language="de", manager_email="bo@n.example")], DAY)
    silent = Row(2, "ada@n.example", "Ada Lund")
    assert counts(await roster.apply(db, [silent], LATER)) == (0, 1, 0, 0)
    ada = await person(db, "ada")
    assert (ada.name, ada.roles, ada.language, ada.manager_email) == ("Ada Lund", ["admin"], "de", "bo@n.example")
    assert (await spans(db, "ada"))[-1][2] is None
    await roster.apply(db, [Row(2, "ada@n.example", "Ada Lund", roles=(), manager_email="")], LATER)
    ada = await person(db, "ada")
    assert (ada.roles, ada.manager_email) == ([], "")


async def test_identities_seen_before_are_joined(db: Database) -> None:
    """Somebody pressed in chat before the roster knew them: from the import on they are known."""
    who, guest = UserRef("slack", "T1", "U1"), UserRef("slack", "T1", "U2")
    async with db.write() as s:
        assert await directory.remember(s, who, Profile("Ada", "ada@n.example")) is None
        assert await directory.remember(s, guest, Profile("Bo", "bo@n.example", is_guest=True)) is None
    await roster.apply(db, [row("ada"), row("bo")], DAY)
    async with db.read() as s:
        found = await directory.identify(s, who)
        assert found is not None
        assert found.email == "ada@n.example"
        assert await directory.identify(s, guest) is None


async def test_many_rows_go_in_steps_with_progress(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step is a unit of work of its own; one cut short is finished by the next run."""
    monkeypatch.setattr(roster, "STEP", 40)
    seen: list[tuple[str, int, int]] = []

    def watch(*report: Any) -> None:
        seen.append(report)
        if report == ("write", 80, 100) and not broken:
            broken.append(True)
            raise KeyboardInterrupt

    broken: list[bool] = []
    rows = [row(f"p{number}", f"D{number % 7}") for number in range(100)]
    with pytest.raises(KeyboardInterrupt):
        await roster.apply(db, rows, DAY, watch)
    async with db.read() as s:
        assert await directory.count(s) == 80
    seen.clear()
    assert counts(await roster.apply(db, rows, DAY, watch)) == (20, 0, 0, 0)
    assert seen == [("stage", 100, 100), ("write", 20, 20)]
    async with db.read() as s:
        assert await directory.count(s) == 100
