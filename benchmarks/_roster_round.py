"""One round through a directory in a process of its own, which can be killed: ``python -m benchmarks._roster_round``.

Prints a line of JSON at its end. Settings come from the environment.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from advocacy.app import load_tables
from advocacy.bot import rosters
from advocacy.config import Settings
from advocacy.db import Database
from advocacy.people.listing import Directories
from advocacy.people.sync import Sync
from benchmarks.roster import Lock

SCRATCH = ("roster_page", "roster_sync", "listed_member", "listed_diff", "roster_row", "roster_diff")
"""Tables that a round writes in any case: where it stands, and what is dropped at its end."""
LEASE = timedelta(seconds=1)


class Written:
    """Counts rows that changed in tables that stay."""

    def __init__(self, db: Database) -> None:
        self.rows = 0
        event.listen(db.engine.sync_engine, "after_cursor_execute", self._count)

    def _count(self, _c: object, cursor: Any, statement: str, *_rest: object) -> None:
        words = statement.replace('"', "").replace("(", " ").split()
        if words[0] in {"INSERT", "UPDATE", "DELETE"}:
            table = words[1 if words[0] == "UPDATE" else 2]
            self.rows += 0 if table in SCRATCH else max(0, cursor.rowcount)


async def main(platform: str, faster: float) -> None:
    """Do it."""
    load_tables()
    settings = Settings()
    db = Database(settings.database_url, settings.key_bytes)
    lock, written = Lock(db), Written(db)
    marks = {"began": time.monotonic()}

    def report(phase: str, _done: int, _total: int) -> None:
        marks[phase] = time.monotonic()

    async with _directories(settings, platform, db, faster) as those:
        (directory,) = await those.all()
        work = Sync(db, directory, rosters.terms(settings, platform, allow_leavers=True), report, lease=LEASE)
        done = await work.run(most_departments=0)
    marks["ended"] = time.monotonic()
    told = {"members": done.members, "found": asdict(done.found), "rows": written.rows, "lock": lock.longest}
    print(json.dumps({**told, "list": marks.get("list", marks["began"]) - marks["began"],
                      "database": marks["ended"] - marks.get("list", marks["began"])}), flush=True)  # fmt: skip
    await db.close()


def _directories(
    settings: Settings, platform: str, db: Database, faster: float
) -> AbstractAsyncContextManager[Directories]:
    if platform == "slack":
        from advocacy.slack import door

        return door.directories(settings, db, faster=faster)
    from advocacy.cli.rosters import teams_directory

    return teams_directory(settings)


if __name__ == "__main__":
    os.environ.setdefault("ADVOCACY_PLAYGROUND", "true")
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
