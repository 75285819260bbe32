"""Import of a roster of 100,000 people: time, memory, lock, and the ratio against the ORM way in the same run.

``python benchmarks/roster.py [rows] [postgresql://…]``; exits with 1 when goal F1 (at most 1/8), F2 (an unchanged
roster writes no row) or F3 (writer held at most 250 ms at a time) falls short by more than a fifth.
"""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

from sqlalchemy import event, select, text

import migrations
from advocacy.db import Database
from advocacy.people import roster, staging
from advocacy.people.models import Department, Membership, Person

KEY = b"k" * 32
DAY, LATER, LAST = date(2026, 3, 2), date(2026, 4, 2), date(2026, 5, 2)
DEPARTMENTS = [f"{top}/{team}" for top in ("Sales", "People", "Technology", "Operations") for team in range(100)]
ROUNDS, GOAL_RATIO, GOAL_LOCK = 5, 8.0, 0.250


def csv_file(path: Path, rows: int, *, shift: int = 0) -> Path:
    """Write a roster; ``shift`` counts changed months: each moves 1 %, lets 0.5 % go and 0.5 % join."""
    moved, gone = rows // 100, rows // 200
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name,department,manager,language,time zone,roles\n")
        for number in range(gone * shift, rows + gone * shift):
            team = number + (1 if (number // moved) % 100 < shift else 0)
            file.write(
                f"person{number}@nordlicht.example,Person {number},{DEPARTMENTS[team % len(DEPARTMENTS)]},"
                f"person{number // 10}@nordlicht.example,{'de' if number % 2 else 'en'},Europe/Berlin,\n"
            )
    return path


class Lock:
    """Watches for how long the writer is held."""

    def __init__(self, db: Database) -> None:
        self.longest = 0.0
        self._began = 0.0
        event.listen(db.engine.sync_engine, "begin", self._begin)
        event.listen(db.engine.sync_engine, "commit", self._commit)

    def _begin(self, connection: object) -> None:
        options = connection.get_execution_options()  # type: ignore[attr-defined]
        self._began = time.perf_counter() if options.get("begin") == "IMMEDIATE" else 0.0

    def _commit(self, _connection: object) -> None:
        if self._began:
            self.longest = max(self.longest, time.perf_counter() - self._began)


async def by_orm(db: Database, rows: list[roster.Row], today: date) -> None:
    """The usual way: load everybody, compare in Python, flush."""
    async with db.write() as s:
        ids = {path: key for key, path in await s.execute(select(Department.id, Department.path))}
        people = {one.email: one for one in await s.scalars(select(Person))}
        query = select(Membership).where(Membership.ends_on.is_(None))
        members = {one.person_id: one for one in await s.scalars(query)}
        newcomers: list[tuple[Person, int]] = []
        for row in rows:
            person = people.pop(row.email, None)
            if person is None:
                person = Person(email=row.email, name=row.name, joined_on=today, roles=list(row.roles or ()))
                person.language, person.time_zone = row.language or "en", row.time_zone or "Europe/Berlin"
                person.manager_email = row.manager_email or ""
                newcomers.append((person, ids[row.department or ""]))
                continue
            person.name, person.manager_email = row.name, row.manager_email or ""
            person.language, person.time_zone = row.language or person.language, row.time_zone or person.time_zone
            member = members.get(person.id)
            if member is None or member.department_id != ids[row.department or ""]:
                if member is not None:
                    member.ends_on = today
                s.add(Membership(person_id=person.id, department_id=ids[row.department or ""], starts_on=today))
        for person in people.values():
            if person.left_on is None:
                person.left_on = today
                if member := members.get(person.id):
                    member.ends_on = today
        s.add_all(person for person, _ in newcomers)
        await s.flush()
        s.add_all(Membership(person_id=one.id, department_id=key, starts_on=today) for one, key in newcomers)


async def state(db: Database) -> tuple[object, ...]:
    """What counts in the end: both ways must reach the same."""
    async with db.read() as s:
        people = await s.execute(text("SELECT count(*), count(left_on), max(email) FROM person"))
        spans = await s.execute(
            text("SELECT count(*), count(ends_on), sum(department_id * (person_id % 97)) FROM membership")
        )
        return (*people.one(), *spans.one())


async def timed(call: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await call()
    return time.perf_counter() - began


def peak() -> float:
    """MiB that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Fresh:
    """Databases that begin alike: a copy of the first import for each round."""

    def __init__(self, folder: Path, server: str | None) -> None:
        self.folder, self.server = folder, server
        self.count = 0

    async def make(self, template: str | None = None) -> Database:
        """An empty database, or a copy."""
        self.count += 1
        if self.server is None:
            path = self.folder / f"{self.count}.sqlite"
            if template:
                path.write_bytes((self.folder / template).read_bytes())
            return Database(f"sqlite:///{path}", [KEY])
        name = f"roster_{self.count}"
        admin = Database(self.server, [KEY])
        async with admin.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            await connection.execute(text(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else "")))
        await admin.close()
        return Database(admin.engine.url.set(database=name).render_as_string(hide_password=False), [KEY])

    def template(self) -> str:
        """The name under which the last one can be copied."""
        return f"{self.count}.sqlite" if self.server is None else f"roster_{self.count}"


async def first_import(db: Database, file: Path) -> tuple[float, float, float]:
    await migrations.upgrade(db)
    lock = Lock(db)
    began = time.perf_counter()
    rows = roster.read_csv(file).rows
    read = time.perf_counter() - began
    took = await timed(lambda: roster.apply(db, rows, DAY))
    print(json.dumps({"first import": f"{took:.2f} s", "reading the file": f"{read:.2f} s", "rows": len(rows)}))
    print(json.dumps({"writer held at most": f"{lock.longest * 1000:.0f} ms", "peak memory": f"{peak():.0f} MiB"}))
    again = await timed(lambda: roster.apply(db, rows, DAY))
    print(json.dumps({"the same file again": f"{again:.2f} s"}))
    return took, lock.longest, again


async def unchanged_writes(db: Database, file: Path) -> int:
    """Statements that change a table when nothing differs."""
    written = []

    def watch(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        first = statement.split(maxsplit=1)[0]
        if first in {"INSERT", "UPDATE", "DELETE"} and not {staging.ROWS.name, staging.DIFF.name} & set(
            statement.replace("(", " ").split()[:3]
        ):
            written.append(statement)

    event.listen(db.engine.sync_engine, "before_cursor_execute", watch)
    await roster.apply(db, roster.read_csv(file).rows, LATER)
    event.remove(db.engine.sync_engine, "before_cursor_execute", watch)
    return len(written)


async def main(count: int, server: str | None) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fresh = Fresh(folder, server)
        first, second = csv_file(folder / "a.csv", count), csv_file(folder / "b.csv", count, shift=1)
        db = await fresh.make()
        _, longest, _ = await first_import(db, first)
        writes = await unchanged_writes(db, first)
        await db.close()
        template = fresh.template()
        rows = roster.read_csv(second).rows
        ratios, times = [], []
        for _ in range(ROUNDS):
            ours, theirs = await fresh.make(template), await fresh.make(template)
            lock = Lock(ours)
            mine = await timed(lambda db=ours: roster.apply(db, rows, LATER))  # type: ignore[misc]
            other = await timed(lambda db=theirs: by_orm(db, rows, LATER))  # type: ignore[misc]
            if await state(ours) != await state(theirs):
                print("the two ways do not agree")
                return 1
            longest = max(longest, lock.longest)
            ratios.append(other / mine)
            times.append(mine)
            for one in (ours, theirs):
                await one.close()
    ratio = statistics.median(ratios)
    figures = {
        "roster": count,
        "update": f"{statistics.median(times):.2f} s",
        "times faster than the ORM": round(ratio, 1),
        "goal": GOAL_RATIO,
        "writer held at most": f"{longest * 1000:.0f} ms",
        "rows written when unchanged": writes,
    }
    print(json.dumps(figures))
    return int(ratio < 0.8 * GOAL_RATIO or longest > GOAL_LOCK / 0.8 or writes > 0)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    size = int(arguments[0]) if arguments and arguments[0].isdigit() else 100_000
    url = next((one for one in arguments if "://" in one), None)
    sys.exit(asyncio.run(main(size, url)))
