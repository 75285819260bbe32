"""100,000 people out of Slack's and Microsoft's directories, within their limits, killed half-way and resumed.

``python -m benchmarks.roster_sync [people] [postgresql]``. The worlds hold the vendors' limits, Slack's time runs five
times faster; the least possible time is pages ÷ rate in Slack, pages × latency at Graph. Goals F1 to F4. Two pages may
be asked for again after a kill: the one that was not stored yet, and the next one, which was on its way.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

import migrations
from advocacy.db import Database, now
from advocacy.people import listed, roster
from advocacy.people.listing import Member
from advocacy.people.models import Identity, Person, RosterSync
from advocacy.playground.company import SLACK_TEAM, TEAMS_TENANT
from advocacy.slack.directory import LIST_A_MINUTE, MOST, entry
from benchmarks._databases import databases
from benchmarks._goals import Goal, verdict
from benchmarks._roster_worlds import APP_ID, GRAPH_LATENCY, PASSWORD, Worlds, rows

KEY = b"k" * 32
FASTER = 5.0
ROUNDS = 3


@dataclass
class Company:
    """A database with the roster in it, and the worlds outside."""

    url: str
    worlds: Worlds

    def environment(self) -> dict[str, str]:
        """Settings of the processes that list."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("ADVOCACY_")},
            "DATABASE_URL": self.url, "ADVOCACY_KEYS": base64.b64encode(KEY).decode(), "ADVOCACY_PLAYGROUND": "true",
            "ADVOCACY_OUTSIDE": json.dumps(self.worlds.outside.origins()), "ADVOCACY_LOG_LEVEL": "ERROR",
            "ADVOCACY_SLACK_BOT_TOKEN": "xoxb-1", "ADVOCACY_SLACK_SIGNING_SECRET": "s",
            "ADVOCACY_TEAMS_APP_ID": APP_ID, "ADVOCACY_TEAMS_APP_PASSWORD": PASSWORD,
            "ADVOCACY_TEAMS_TENANT": TEAMS_TENANT,
        }  # fmt: skip

    async def start(self, platform: str, faster: float = FASTER) -> asyncio.subprocess.Process:
        """Begin a round in a process of its own."""
        command = (sys.executable, "-m", "benchmarks._roster_round", platform, str(faster))
        return await asyncio.create_subprocess_exec(*command, env=self.environment(), stdout=asyncio.subprocess.PIPE)

    async def round(self, platform: str, faster: float = FASTER) -> dict[str, Any]:
        """A whole round; what it said."""
        process = await self.start(platform, faster)
        out, _ = await process.communicate()
        assert process.returncode == 0, f"the round ended with {process.returncode}"
        told: dict[str, Any] = json.loads(out.splitlines()[-1])
        return told

    async def killed(self, platform: str, pages: int) -> None:
        """A round that is killed once so many pages are stored."""
        process = await self.start(platform)
        db = Database(self.url, [KEY])
        while True:
            async with db.read() as s:
                stored = await s.scalar(select(RosterSync.pages).where(RosterSync.platform == platform))
            if (stored or 0) >= pages:
                break
            assert process.returncode is None, "it ended before it was killed"
            await asyncio.sleep(0.02)
        process.kill()
        await process.wait()
        await db.close()
        await asyncio.sleep(1.1)  # its lease ends


async def slack(company: Company) -> list[Goal]:
    """A round without trouble; the same again; killed half-way and resumed."""
    worlds, limits = company.worlds, company.worlds.limits
    pages = -(-len(worlds.slack.workspace.users) // MOST)
    least = pages * 60 / LIST_A_MINUTE / FASTER
    first = await company.round("slack")
    took = limits.listed[-1] - limits.listed[0]
    limits.tiers = False  # what comes of the same list is the question, not when
    again = await company.round("slack", 1000 * FASTER)
    limits.tiers = True
    await wipe(company, "slack")
    before = len(limits.listed)
    await company.killed("slack", pages // 2)
    resumed = await company.round("slack")
    twice = len(limits.listed) - before - pages
    for told in (first, resumed):
        assert told["found"]["new"] == worlds.count, told
    print(f"Slack: {pages} pages of {MOST}, {least * FASTER:.0f} s at least (here {least:.1f} s);"
          f" listed in {took * FASTER:.0f} s, then the database {first['database']:.1f} s")  # fmt: skip
    print(f"Slack: killed after {pages // 2} pages; the next attempt listed the rest in {resumed['list']:.1f} s")
    return [
        Goal("F4", "Slack: time of the list / (pages / rate)", took / least, 1.05, most=True),
        Goal("F4", "Slack: pages asked for again after kill -9", twice, 2, most=True),
        Goal("", "Slack: answers 429", limits.sent_away, 0, most=True),
        Goal("F2", "Slack: rows written when nothing changed", again["rows"], 0, most=True),
        Goal("F3", "Slack: writer held at most, seconds", max(first["lock"], resumed["lock"]), 0.25, most=True),
    ]


async def teams(company: Company) -> list[Goal]:
    """The same at Graph, and a round of changes."""
    worlds, graph = company.worlds, company.worlds.teams.graph
    pages = -(-worlds.count // graph.page)
    least = pages * GRAPH_LATENCY
    first = await company.round("teams")
    took = worlds.asked[-1] - worlds.asked[0] + graph.latency
    again = await company.round("teams")
    await wipe(company, "teams")
    before = graph.calls
    await company.killed("teams", pages // 2)
    resumed = await company.round("teams")
    twice = graph.calls - before - pages
    worlds.change(0)
    changes = await company.round("teams")
    print(f"Graph: {pages} pages of {graph.page}, {least:.1f} s at least;"
          f" listed in {took:.1f} s, then the database {first['database']:.1f} s")  # fmt: skip
    print(f"Graph: a round of {changes['members']} changes: {changes['list']:.1f} s, database"
          f" {changes['database']:.2f} s, {changes['rows']} rows written")  # fmt: skip
    return [
        Goal("F4", "Graph: time of the list / (pages x latency)", took / least, 1.25, most=True),
        Goal("F4", "Graph: pages asked for again after kill -9", twice, 2, most=True),
        Goal("F2", "Graph: rows written when nothing changed", again["rows"], 0, most=True),
        Goal("F3", "Graph: writer held at most, seconds", max(first["lock"], resumed["lock"]), 0.25, most=True),
    ]


async def wipe(company: Company, platform: str) -> None:
    """As before the first round."""
    db = Database(company.url, [KEY])
    async with db.write() as s:
        await s.execute(delete(Identity).where(Identity.platform == platform))
        await s.execute(delete(RosterSync).where(RosterSync.platform == platform))
    await db.close()


async def by_orm(db: Database, members: list[Member]) -> None:
    """The usual way: load everybody, compare in Python, flush."""
    async with db.write() as s:
        people = {one.email: one.id for one in await s.scalars(select(Person)) if one.left_on is None}
        known = {one.user_id: one for one in await s.scalars(select(Identity).where(Identity.platform == "slack"))}
        for one in members:
            out = one.is_guest or one.is_gone
            identity = known.get(one.user)
            mine = None if out else people.get(one.email) or (identity.person_id if identity else None)
            if identity is None:
                if mine is not None:
                    s.add(Identity(person_id=mine, platform="slack", tenant=SLACK_TEAM, user_id=one.user, met=False,
                                   email=one.email, checked_at=now()))  # fmt: skip
                continue
            identity.person_id, identity.is_guest = mine, one.is_guest
            identity.email = one.email or identity.email


async def against_the_orm(company: Company) -> Goal:
    """Months of changes on top of each other: ours and the usual way take turns, each gets a month of its own."""
    db, space = Database(company.url, [KEY]), company.worlds.slack.workspace
    took: dict[str, list[float]] = {"ours": [], "orm": []}
    for month in range(1, 2 * ROUNDS + 1):
        company.worlds.change(month)
        members = [entry(one.as_api(SLACK_TEAM, email=True), SLACK_TEAM) for one in space.users.values()]
        began = time.perf_counter()
        if month % 2:
            await listed.apply(db, "slack", SLACK_TEAM, members, is_full=True)
        else:
            await by_orm(db, members)
        took["ours" if month % 2 else "orm"].append(time.perf_counter() - began)
        left = (await listed.apply(db, "slack", SLACK_TEAM, members, is_full=True)).changed
        assert not left, "the two ways do not agree"
    await db.close()
    ratio = statistics.median(theirs / ours for ours, theirs in zip(took["ours"], took["orm"], strict=True))
    print(f"database part of a month's changes: {statistics.median(took['ours']):.2f} s, the ORM way"
          f" {statistics.median(took['orm']):.2f} s")  # fmt: skip
    return Goal("F1", "times faster than loading all by the ORM", ratio, 8)


async def main(count: int, kind: str) -> int:
    """Measure, print, and answer the exit code."""
    with tempfile.TemporaryDirectory() as name, databases(kind, Path(name), "company") as urls:
        worlds = Worlds(count, FASTER)
        await worlds.outside.start()
        db = Database(urls["company"], [KEY])
        await migrations.upgrade(db)
        await roster.apply(db, rows(count), date(2026, 1, 1))
        await db.close()
        company = Company(urls["company"], worlds)
        goals = [*await slack(company), *await teams(company), await against_the_orm(company)]
        await worlds.outside.stop()
    print(f"{count:,} people, {kind}, Slack's time {FASTER:.0f} times faster")
    return 0 if verdict(goals) else 1


if __name__ == "__main__":
    arguments = sys.argv[1:]
    size = next((int(one) for one in arguments if one.isdigit()), 100_000)
    sys.exit(asyncio.run(main(size, "postgresql" if "postgresql" in arguments else "sqlite")))
