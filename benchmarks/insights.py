"""Participation out of rollups against GROUP BY over the facts, at 100,000 people, and at five times the clicks.

    python -m benchmarks.insights [--clicks 80000] [--database-url postgresql://…]

Fails when the board is less than 80 times as fast as GROUP BY (goal E1: 100), when it slows down with the facts by
more than 1.6 (goal E2: 1.3), when a fold holds SQLite's writer for more than half a second, or when the board's
clicks are not what GROUP BY counts.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from advocacy.app import load_tables
from advocacy.config import Settings
from advocacy.db import Base, Database, new_key
from advocacy.insights import fold as fold_room
from advocacy.insights import participation, periods
from advocacy.people.departments import COMPANY

PEOPLE, TOPS, DEPARTMENTS, LINKS, STORIES, SHARES = 100_000, 20, 400, 2_000, 50, 10_000
LEAST, HOLD = 5, 0.5
FASTER, SLOWER = 100 * 0.8, 1.3 / 0.8
ZONE = ZoneInfo("UTC")
NOVEMBER = periods.month(date(2026, 11, 1))
BEGIN = datetime(2026, 11, 10, 8, tzinfo=UTC)
SERIES = "WITH RECURSIVE n(i) AS (SELECT CAST({first} AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < {last}) "
COMPANY_SQL = (
    (1, TOPS, "INSERT INTO department (id, name, path) SELECT i, 'T' || i, 'T' || i FROM n"),
    (
        TOPS + 1, DEPARTMENTS,
        f"INSERT INTO department (id, parent_id, name, path) SELECT i, i % {TOPS} + 1, 'S' || i, 'T/S' || i FROM n",
    ),
    (
        1, PEOPLE,
        ("INSERT INTO person (id, email, name, language, time_zone, manager_email, roles, joined_on, created_at)"
        " SELECT i, i || '@example.com', 'P', 'en', 'UTC', '', '[]', {day}, {moment} FROM n"),
    ),
    (
        1, PEOPLE,
        ("INSERT INTO membership (person_id, department_id, starts_on)"
        f" SELECT i, {TOPS + 1} + (i * 7919) % {DEPARTMENTS - TOPS}, {{day}} FROM n"),
    ),
    (
        1, STORIES,
        ("INSERT INTO story (id, title, summary, url, image_url, image_alt, language, topics, channel_ids,"
        " department_ids, state, approved_hash, created_at, updated_at)"
        " SELECT i, 'S', '', 'u', '', '', 'en', '[]', '[]', '[]', 'live', '', {moment}, {moment} FROM n"),
    ),
    (
        1, LINKS,
        ("INSERT INTO link (id, code, url, person_id, story_id, network, stopped)"
        f" SELECT i, 'c' || i, 'u', (i * 37) % {PEOPLE} + 1, i % {STORIES} + 1, 'x', {{false}} FROM n"),
    ),
    (
        1, SHARES,
        ("INSERT INTO share_event (share_id, person_id, story_id, network, kind, change, at)"
        f" SELECT i, (i * 31) % {PEOPLE} + 1, i % {STORIES} + 1, 'x', 'measured', 1, {{moment}} FROM n"),
    ),
)  # fmt: skip
CLICKS_SQL = (
    "INSERT INTO click (link_id, at, visitor, referrer, dropped)"
    f" SELECT (i * 7) % {LINKS} + 1, {{moment}}, 'v' || (i % 70001), '', '' FROM n"
)
NAIVE_SQL = """
    SELECT d.parent_id, count(*) FROM click c JOIN link l ON l.id = c.link_id
    JOIN membership m ON m.person_id = l.person_id AND m.starts_on <= {day} AND (m.ends_on IS NULL OR m.ends_on > {day})
    JOIN department d ON d.id = m.department_id WHERE c.dropped = '' AND c.at >= {moment} GROUP BY d.parent_id
"""


def said(db: Database, query: str) -> str:
    """The query with this database's way to write constants."""
    if db.is_sqlite:
        values = {"day": "'2026-01-01'", "moment": "'2026-11-10 08:00:00.000000'", "false": "0"}
    else:
        values = {"day": "DATE '2026-01-01'", "moment": "TIMESTAMPTZ '2026-11-10 08:00:00+00'", "false": "false"}
    return query.format(**values)


def whole(query: str) -> str:
    """The query with every column that must have a value: tables grow, and what is measured does not depend on it."""
    table, columns = re.fullmatch(r"INSERT INTO (\w+) \(([^)]*)\) SELECT .*", query, re.DOTALL).groups()  # type: ignore[union-attr]
    named = columns.split(", ")
    empty = {"BOOLEAN": "{false}", "JSON": "'[]'", "DATETIME": "{moment}", "VARCHAR": "''", "TEXT": "''"}
    missing = [
        one for one in Base.metadata.tables[table].columns
        if not (one.name in named or one.nullable or one.primary_key or one.server_default is not None)
    ]  # fmt: skip
    for one in missing:
        query = query.replace(columns, f"{columns}, {one.name}", 1).replace(
            " FROM n", f", {empty.get(str(one.type).partition('(')[0], '0')} FROM n"
        )
        columns = f"{columns}, {one.name}"
    return query


async def fill(db: Database, first: int, last: int, query: str) -> None:
    """One row for each number."""
    head, _, rest = whole(query).partition(" SELECT ")
    series = SERIES.format(first=first, last=last)
    async with db.write() as s:
        await s.execute(text(said(db, f"{head} {series}SELECT {rest}")))


async def timed(times: int, call: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
    """Milliseconds in the middle of so many calls, and the last answer."""
    took, answer = [], None
    for _ in range(times):
        began = time.perf_counter()
        answer = await call()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), answer


async def measure(db: Database, settings: Settings, clicks: int) -> tuple[float, float, bool]:
    """Print a line; answers milliseconds of the board and of GROUP BY, and whether they agree."""
    holds: list[float] = []
    write = fold_room.rollups.write

    async def watched(*asked: Any) -> None:
        began = time.perf_counter()
        await write(*asked)
        holds.append(time.perf_counter() - began)

    fold_room.rollups.write = watched
    began = time.perf_counter()
    folded = await fold_room.Fold(db, settings).run()
    rate = (folded.shares + folded.clicks) / (time.perf_counter() - began)
    fold_room.rollups.write = write

    async def naive() -> dict[int, int]:
        async with db.read() as s:
            return {row[0]: row[1] for row in await s.execute(text(said(db, NAIVE_SQL)))}

    async def board() -> participation.Board:
        async with db.read() as s:  # past what is kept in memory between two folds
            return await participation._board(s, NOVEMBER, COMPANY, LEAST)  # noqa: SLF001

    slow, counted = await timed(3, naive)
    await board()
    quick, seen = await timed(31, board)
    agree = {row.department_id: row.clicks for row in seen.rows} == counted
    print(
        f"{clicks:9,} clicks: board {quick:5.2f} ms, GROUP BY {slow:7.1f} ms ({slow / quick:,.0f} times);"
        f" folded {rate:,.0f} facts/s, writer held {max(holds):.2f} s at most, {'equal' if agree else 'DIFFERENT'}"
    )
    return quick, slow, agree and (not db.is_sqlite or max(holds) <= HOLD)


async def run(url: str, folder: Path, clicks: int) -> bool:
    """All of it."""
    load_tables()
    settings = Settings(
        _env_file=None, database_url=url, keys=new_key(), playground=True, spool=folder, time_zone="UTC",
        minimum_group=LEAST,
    )  # type: ignore[call-arg]  # fmt: skip
    db = Database(url, settings.key_bytes)
    async with db.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    for first, last, query in COMPANY_SQL:
        await fill(db, first, last, query)
    await fill(db, 1, clicks, CLICKS_SQL)
    few, slow, fine = await measure(db, settings, clicks)
    await fill(db, 1, clicks * 4, CLICKS_SQL)
    many, slower, still_fine = await measure(db, settings, clicks * 5)
    await db.close()
    print(f"five times the clicks: the board takes {many / few:.2f} times, GROUP BY {slower / slow:.2f} times as long")
    return fine and still_fine and slower / many >= FASTER and many / few <= SLOWER


def main() -> None:
    """Measure, report, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clicks", type=int, default=80_000)
    parser.add_argument("--database-url", default="", help="is emptied; SQLite in a temporary folder unless given")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        url = asked.database_url or f"sqlite:///{Path(name) / 'insights.sqlite'}"
        fine = asyncio.run(run(url, Path(name), asked.clicks))
    print("participation out of rollups:", "ok" if fine else "FAILED")
    sys.exit(not fine)


if __name__ == "__main__":
    main()
