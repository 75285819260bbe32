"""A fictional company with moves, leavers and taken back shares, and a recount of it in plain Python."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from advocacy.content.models import Story
from advocacy.db import Database, facts_lock
from advocacy.insights.models import (
    DepartmentDay,
    DepartmentPeriod,
    DepartmentPerson,
    PersonDay,
    PersonLast,
    PersonPeriod,
    StoryClick,
    StoryPerson,
    StoryTotal,
)
from advocacy.people.models import Department, Membership, Person
from advocacy.sharing.models import Click, Link, Share, ShareEvent

ZONE = ZoneInfo("Europe/Berlin")
FIRST, LAST = date(2026, 8, 20), date(2026, 11, 20)
NETWORKS = ("linkedin", "mastodon", "")
WHYS = ("", "", "", "bot", "head", "repeat", "own", "stopped")
PATHS = ("Sales", "Sales/DACH", "Sales/Nordics", "Sales/Nordics/Oslo", "Engineering", "Engineering/Web", "Legal", "HR")
STORIES = 6


@dataclass
class World:
    """Everything that was put into the database, as plain values."""

    rng: random.Random
    parents: dict[int, int | None] = field(default_factory=dict)
    spans: dict[int, list[tuple[date, date | None, int]]] = field(default_factory=dict)
    events: list[tuple[int, int, str, int, datetime]] = field(default_factory=list)
    clicks: list[tuple[int | None, int, datetime, str]] = field(default_factory=list)
    links: list[tuple[int, int | None, int]] = field(default_factory=list)
    followed: list[tuple[int, str, int, str]] = field(default_factory=list)
    """Story, network, person (0 for nobody) and why it does not count, for each click."""

    def department(self, person: int, day: date) -> int:
        for starts, ends, department in self.spans.get(person, ()):
            if starts <= day and (ends is None or day < ends):
                return department
        return 0

    def chain(self, department: int) -> list[int]:
        found = []
        while department:
            found.append(department)
            department = self.parents[department] or 0
        return found

    def moment(self) -> datetime:
        # Near midnight in Berlin often, where UTC has another day.
        day = FIRST + timedelta(days=self.rng.randrange((LAST - FIRST).days + 1))
        hour, minute = self.rng.choice([(0, 10), (23, 50), (12, 0), (1, 30)])
        return datetime(day.year, day.month, day.day, hour, minute, self.rng.randrange(60), tzinfo=ZONE).astimezone(UTC)


async def settle(db: Database, people: int = 60, seed: int = 1) -> World:
    """Departments, people with dated memberships, stories and links."""
    world = World(random.Random(seed))
    rng = world.rng
    by_path = {path: number for number, path in enumerate(PATHS, 1)}
    async with db.write() as s:
        for path, number in by_path.items():
            parent = by_path.get(path.rpartition("/")[0])
            world.parents[number] = parent
            s.add(Department(id=number, parent_id=parent, name=path.rpartition("/")[2], path=path))
        await s.flush()
        persons, memberships = [], []
        for person in range(1, people + 1):
            spans = _life(rng)
            world.spans[person] = spans
            left = spans[-1][1] if spans else None
            persons.append(
                {"id": person, "email": f"person{person}@example.com", "name": f"Person {person}",
                 "joined_on": spans[0][0] if spans else FIRST, "left_on": left, "roles": []}
            )  # fmt: skip
            memberships += [
                {"person_id": person, "starts_on": a, "ends_on": b, "department_id": d} for a, b, d in spans
            ]
        await s.execute(insert(Person), persons)
        await s.execute(insert(Membership), memberships)
        await s.execute(
            insert(Story),
            [{"id": n, "title": f"Story {n}", "url": "https://example.com/"} for n in range(1, STORIES + 1)],
        )
        for number in range(1, 3 * people + 1):
            person_id = None if number % 10 == 0 else rng.randint(1, people)
            link = (number, person_id, rng.randint(1, STORIES))
            world.links.append(link)
            s.add(
                Link(
                    id=number, code=f"c{number}", url="https://example.com/", person_id=link[1], story_id=link[2],
                    network=NETWORKS[number % 3],
                )
            )  # fmt: skip
    return world


def _life(rng: random.Random) -> list[tuple[date, date | None, int]]:
    if rng.random() < 0.1:
        return []  # belongs to no department
    start = FIRST - timedelta(days=30) if rng.random() < 0.8 else FIRST + timedelta(days=rng.randrange(60))
    spans: list[tuple[date, date | None, int]] = []
    department = rng.choices(range(1, 9), weights=[1, 4, 4, 2, 4, 4, 1, 1])[0]
    while rng.random() < 0.35:
        until = start + timedelta(days=rng.randint(5, 40))
        spans.append((start, until, department))
        start, department = until, rng.randint(1, 8)
    gone = start + timedelta(days=rng.randint(5, 60)) if rng.random() < 0.15 else None
    return [*spans, (start, gone, department)]


async def happen(db: Database, world: World, shares: int, clicks: int) -> None:
    """Facts: shares, some taken back (also of earlier calls), clicks of which some do not count."""
    rng = world.rng
    fresh: list[tuple[int, int, str, int, datetime]] = []
    for _ in range(shares):
        alive = _standing(world.events + fresh)
        if alive and rng.random() < 0.25:
            person, story, kind, at = rng.choice(sorted(alive))
            fresh.append((person, story, kind, -1, at))
        else:
            person, story = rng.randint(1, len(world.spans)), rng.randint(1, STORIES)
            kind = rng.choice(["measured", "measured", "reported"])
            fresh.append((person, story, kind, 1, world.moment()))
    followed: list[tuple[int, int | None, int, datetime, str]] = []
    for _ in range(clicks):
        link, person_id, story = rng.choice(world.links)
        followed.append((link, person_id, story, world.moment(), rng.choice(WHYS)))
    async with db.write() as s:
        await facts_lock(s)
        for person, story, kind, change, at in fresh:
            s.add(
                ShareEvent(
                    share_id=1, person_id=person, story_id=story, network="linkedin", kind=kind, change=change, at=at
                )
            )
        if followed:
            await s.execute(
                insert(Click),
                [{"link_id": f[0], "at": f[3], "dropped": f[4], "visitor": "", "referrer": ""} for f in followed],
            )
        await s.flush()
    world.events += fresh
    world.followed += [(f[2], NETWORKS[f[0] % 3], f[1] or 0, f[4]) for f in followed]
    world.clicks += [(person, story, at, dropped) for _link, person, story, at, dropped in followed]


def _standing(events: list[tuple[int, int, str, int, datetime]]) -> list[tuple[int, int, str, datetime]]:
    count: dict[tuple[int, int, str, datetime], int] = defaultdict(int)
    for person, story, kind, change, at in events:
        count[person, story, kind, at] += change
    return [key for key, n in count.items() if n > 0]


def recount(world: World) -> dict[str, object]:  # noqa: C901 - one loop over the facts, by definition
    """What the rollups must hold, worked out from the plain values one fact at a time, by definition."""
    standing: list[tuple[int, int, str, date]] = []
    for person, story, kind, at in _standing(world.events):
        times = sum(e[3] for e in world.events if (e[0], e[1], e[2], e[4]) == (person, story, kind, at))
        standing += [(person, story, kind, at.astimezone(ZONE).date())] * times
    counted = [(p, st, at.astimezone(ZONE).date()) for p, st, at, dropped in world.clicks if dropped == ""]

    def groups(person: int | None, day: date) -> list[int]:
        return [*(world.chain(world.department(person, day)) if person else []), 0]

    def both(day: date) -> list[str]:
        return [f"{day:%Y-%m}", f"{day.year}-Q{(day.month + 2) // 3}"]

    member: dict[tuple[str, int, int], list[int]] = defaultdict(lambda: [0, 0])
    period: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    days: dict[tuple[int, date], list[int]] = defaultdict(lambda: [0, 0, 0])
    mine: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    last: dict[tuple[int, int], tuple[date, date | None]] = {}
    for person, _story, kind, day in standing:
        at = 0 if kind == "measured" else 1
        for key in both(day):
            mine[key, person][at] += 1
        for group in groups(person, day):
            days[group, day][at] += 1
            old, old_measured = last.get((group, person), (day, None))
            measured = max(old_measured or day, day) if at == 0 else old_measured
            last[group, person] = max(old, day), measured
            for key in both(day):
                member[key, group, person][at] += 1
                period[key, group][at] += 1
    for person, _story, day in counted:
        for group in groups(person, day):
            days[group, day][2] += 1
            for key in both(day):
                period[key, group][2] += 1
        for key in both(day) if person else []:
            mine[key, person][2] += 1
    active = {
        (key, group): (
            len({p for k, g, p in member if (k, g) == (key, group)}),
            len({p for (k, g, p), n in member.items() if (k, g) == (key, group) and n[0]}),
        )
        for key, group in period
    }
    return {
        "member": {k: tuple(v) for k, v in member.items()},
        "period": {k: (*active[k], *v) for k, v in period.items()},
        "days": {k: tuple(v) for k, v in days.items()},
        "mine": {k: tuple(v) for k, v in mine.items()},
        "last": last,
        "stories": {k: v for k, v in _stories(world, standing).items() if any(v)},
        "apart": _apart(world),
    }


def _apart(world: World) -> dict[tuple[int, str, int], tuple[int, ...]]:
    kinds = (("",), ("repeat",), ("own",), ("bot", "head", "prefetch"), ("stopped",))
    keys = {one[:3] for one in world.followed}
    return {key: tuple(sum(f[:3] == key and f[3] in kind for f in world.followed) for kind in kinds) for key in keys}


def _stories(world: World, standing: list[tuple[int, int, str, date]]) -> dict[int, tuple[int, ...]]:
    stories: dict[int, tuple[int, ...]] = {}
    for story in range(1, STORIES + 1):
        sharers = {e[0] for e in standing if e[1] == story}
        tops = set()
        for person in sharers:
            latest = max(e[4] for e in world.events if e[0] == person and e[1] == story).astimezone(ZONE).date()
            tops |= set(world.chain(world.department(person, latest))[-1:])
        kinds = [sum(1 for e in standing if e[1] == story and e[2] == kind) for kind in ("measured", "reported")]
        clicks = [c for c in world.clicks if c[1] == story]
        drops = sum(1 for c in clicks if c[3])
        stories[story] = (len(sharers), len(tops), *kinds, len(clicks) - drops, drops)
    return stories


async def rollups(db: Database) -> dict[str, object]:
    """The rollups as they stand; rows of nothing but zeros are left out."""
    async with db.read() as s:
        member = {
            (r.period, r.department_id, r.person_id): (r.measured, r.reported)
            for r in await s.scalars(select(DepartmentPerson))
        }
        period = {
            (r.period, r.department_id): (r.active, r.active_measured, r.measured, r.reported, r.clicks)
            for r in await s.scalars(select(DepartmentPeriod))
        }
        days = {
            (r.department_id, r.day): (r.measured, r.reported, r.clicks) for r in await s.scalars(select(DepartmentDay))
        }
        mine = {
            (r.period, r.person_id): (r.measured, r.reported, r.clicks) for r in await s.scalars(select(PersonPeriod))
        }
        last = {
            (r.department_id, r.person_id): (r.last_day, r.last_measured) for r in await s.scalars(select(PersonLast))
        }
        stories = {
            r.story_id: (r.people, r.departments, r.measured, r.reported, r.clicks, r.dropped)
            for r in await s.scalars(select(StoryTotal))
        }
        apart = {
            (r.story_id, r.network, r.person_id): (r.clicks, r.repeated, r.own, r.programs, r.ended)
            for r in await s.scalars(select(StoryClick))
        }
    found: dict[str, dict[object, tuple[object, ...]]] = {
        "member": member, "period": period, "days": days, "mine": mine, "last": last, "stories": stories,
        "apart": apart,
    }  # fmt: skip
    return {name: {k: v for k, v in table.items() if any(v)} for name, table in found.items()}


__all__ = [
    "FIRST",
    "LAST",
    "ZONE",
    "PersonDay",
    "Share",
    "StoryPerson",
    "World",
    "happen",
    "recount",
    "rollups",
    "settle",
]
