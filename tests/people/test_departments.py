"""The tree, who belongs where, and how many that is."""

from __future__ import annotations

from datetime import date

from advocacy.db import Database
from advocacy.people import departments
from advocacy.people.models import Department, Membership, Person

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


async def company(db: Database) -> dict[str, int]:
    """Sales (DACH, Nordic) and People; answers ids by path."""
    async with db.write() as s:
        sales, people = Department(name="Sales", path="Sales"), Department(name="People", path="People")
        s.add_all([sales, people])
        await s.flush()
        dach = Department(name="DACH", path="Sales/DACH", parent_id=sales.id)
        nordic = Department(name="Nordic", path="Sales/Nordic", parent_id=sales.id)
        s.add_all([dach, nordic])
        await s.flush()
        return {one.path: one.id for one in (sales, people, dach, nordic)}


async def member(db: Database, name: str, *spans: tuple[int, date, date | None], left: date | None = None) -> int:
    async with db.write() as s:
        person = Person(email=f"{name}@nordlicht.example", name=name, joined_on=date(2026, 1, 1), left_on=left)
        s.add(person)
        await s.flush()
        s.add_all(Membership(person_id=person.id, department_id=d, starts_on=a, ends_on=b) for d, a, b in spans)
        return person.id


async def test_the_tree_leads_up_and_down(db: Database) -> None:
    """A chain goes from a department to the top; children come by name."""
    ids = await company(db)
    async with db.read() as s:
        tree = await departments.tree(s)
    assert tree.chain(ids["Sales/DACH"]) == (ids["Sales/DACH"], ids["Sales"])
    assert tree.top(ids["Sales/Nordic"]) == ids["Sales"]
    assert tree.children(ids["Sales"]) == (ids["Sales/DACH"], ids["Sales/Nordic"])
    assert tree.children(departments.COMPANY) == tree.children(None) == (ids["People"], ids["Sales"])
    assert (tree.name(ids["Sales/DACH"]), tree.path(ids["Sales/DACH"])) == ("DACH", "Sales/DACH")
    assert tree.find("Sales/DACH") == ids["Sales/DACH"]
    assert tree.chain(999) == ()


def test_a_loop_in_the_tree_does_not_hang() -> None:
    """Two departments above each other end the chain."""
    tree = departments.plant([departments.Node(1, 2, "a", "a"), departments.Node(2, 1, "b", "b")])
    assert tree.chain(1) == (1, 2)


async def test_belonging_is_a_matter_of_the_day(db: Database) -> None:
    """The day of a move counts for the new department, the day of leaving for none."""
    ids = await company(db)
    dach, nordic = ids["Sales/DACH"], ids["Sales/Nordic"]
    mover = await member(db, "mover", (dach, date(2026, 1, 1), MAY), (nordic, MAY, None))
    leaver = await member(db, "leaver", (dach, date(2026, 1, 1), MAY), left=MAY)
    async with db.read() as s:
        assert await departments.of(s, [mover, leaver], date(2026, 4, 30)) == {mover: dach, leaver: dach}
        assert await departments.of(s, [mover, leaver], MAY) == {mover: nordic}
        assert await departments.of(s, [mover], date(2025, 12, 31)) == {}


async def test_headcount_counts_distinct_people_employed_on_any_day(db: Database) -> None:
    """A move inside Sales counts once in Sales; a leaver counts until the day before; no department is still company."""
    ids = await company(db)
    sales, dach, nordic, people = ids["Sales"], ids["Sales/DACH"], ids["Sales/Nordic"], ids["People"]
    start = date(2026, 1, 1)
    await member(db, "stays", (dach, start, None))
    await member(db, "moves", (dach, start, date(2026, 5, 15)), (nordic, date(2026, 5, 15), None))
    await member(db, "crosses", (nordic, start, date(2026, 5, 20)), (people, date(2026, 5, 20), None))
    await member(db, "left-before", (dach, start, MAY), left=MAY)
    await member(db, "came-back", (dach, start, date(2026, 3, 1)), (people, JUNE, None))
    await member(db, "nowhere")
    async with db.read() as s:
        tree = await departments.tree(s)
        may = await departments.headcount(s, MAY, date(2026, 5, 31), tree)
        april = await departments.headcount(s, date(2026, 4, 1), date(2026, 4, 30), tree)
    assert may == {sales: 3, dach: 2, nordic: 2, people: 1, departments.COMPANY: 5}
    assert april[dach] == 3
    assert april[sales] == 4
