"""Brief units of work: committed together, each on its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, event, insert, select, text

from advocacy.db import Database
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
