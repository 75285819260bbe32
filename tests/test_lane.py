"""Brief units of work: committed together, each on its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, bindparam, event, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from advocacy.db import Database, Prepared
from advocacy.people.models import Person
from tests.test_db import person


def hire(email: str, *, fails: bool = False) -> Callable[[Connection], str]:
    def work(connection: Connection) -> str:
        connection.execute(insert(Person).values(email=email, name="A", joined_on=person().joined_on))
        if fails:
            raise RuntimeError(email)
        return email

    return work


async def emails(db: Database) -> set[str]:
    async with db.read() as s:
        return set(await s.scalars(select(Person.email)))


async def test_units_that_wait_together_are_committed_together_and_fail_alone(db: Database) -> None:
    """One that fails, or whose caller is gone, changes nothing for the others."""
    commits: list[Connection] = []
    event.listen(db.engine.sync_engine, "commit", commits.append)
    units = [asyncio.create_task(db.brief(hire(f"{number}@x", fails=number == 3))) for number in range(6)]
    await asyncio.sleep(0)
    units[5].cancel()
    answers = await asyncio.gather(*units, return_exceptions=True)
    assert answers[:3] == ["0@x", "1@x", "2@x"]
    assert isinstance(answers[3], RuntimeError)
    if db.is_sqlite:  # PostgreSQL brings commits together by itself
        assert len(commits) == 1
        assert await emails(db) == {f"{number}@x" for number in (0, 1, 2, 4, 5)}
    with pytest.raises(RuntimeError, match="alone"):
        await db.brief(hire("alone", fails=True))
    assert {"0@x", "1@x", "2@x", "4@x"} <= await emails(db)
    assert not {"3@x", "alone"} & await emails(db)


async def test_units_wait_for_others_who_write_and_come_along_meanwhile(db: Database) -> None:
    """While somebody else writes, nothing is refused, and reading goes on."""
    if not db.is_sqlite:
        return
    commits: list[Connection] = []
    async with db.engine.connect() as other:
        await other.execution_options(begin="IMMEDIATE")
        await other.execute(text("SELECT 1"))
        units = [asyncio.create_task(db.brief(hire("first")))]
        await asyncio.sleep(0)
        units.append(asyncio.create_task(db.brief(hire("second"))))
        assert await emails(db) == set()
        event.listen(db.engine.sync_engine, "commit", commits.append)
        await other.rollback()
        assert await asyncio.gather(*units) == ["first", "second"]
    assert len(commits) == 1
    await db.close()
    assert await emails(db) == {"first", "second"}


async def test_a_prepared_statement_writes_and_reads_as_any_other(db: Database) -> None:
    """Defaults and kinds of values are the tables'; what the database refuses is refused in SQLAlchemy's words."""
    joined = person().joined_on
    add = Prepared(insert(Person))
    rename = Prepared(update(Person).where(Person.id == bindparam("person")).values(name=bindparam("called")))
    find = Prepared(select(Person.name, Person.roles, Person.joined_on, Person.created_at).where(Person.roles == []))

    def work(connection: Connection) -> object:
        made = add.insert(connection, email="a@x", name="A", joined_on=joined)
        rename.change(connection, person=made, called="B")
        return find.rows(connection)

    if not db.is_sqlite:  # PostgreSQL compares no JSON
        find = Prepared(select(Person.name, Person.roles, Person.joined_on, Person.created_at))
    [row] = await db.brief(work)  # type: ignore[misc]
    assert list(row)[:3] == ["B", [], joined]
    async with db.read() as s:
        stored = (await s.scalars(select(Person))).one()
    assert (stored.language, stored.left_on, stored.created_at) == ("en", None, row[3])
    with pytest.raises(IntegrityError):
        await db.brief(lambda connection: add.insert(connection, email="a@x", name="A", joined_on=joined))
