"""A directory that says what a test tells it to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from advocacy.db import Database
from advocacy.people import roster
from advocacy.people.listing import Member, Page
from advocacy.people.models import Identity, Person
from advocacy.people.roster import Row
from advocacy.people.sync import Outcome, Sync, Terms

DAY = date(2026, 11, 25)
TENANT = "T1"


@dataclass
class Told:
    """Pages of two. With ``mark`` it can tell what changed; ``breaks`` are raised before pages, by their number."""

    members: list[Member] = field(default_factory=list)
    breaks: dict[int, list[Exception]] = field(default_factory=dict)
    mark: str = ""
    changed: list[Member] = field(default_factory=list)
    departments: dict[str, str] | None = None
    name: str = "slack"
    tenant: str = TENANT
    every: timedelta = timedelta(days=1)
    needs_app: bool = False
    lacks: str = ""
    asked: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    async def departments_apart(self) -> bool:
        return self.departments is not None

    async def page(self, cursor: str) -> Page:
        self.asked.append(cursor)
        if cursor == self.mark and cursor:
            return Page(tuple(self.changed), mark=self.mark)
        start = int(cursor or 0)
        if self.breaks.get(start // 2):
            raise self.breaks[start // 2].pop(0)
        following = str(start + 2) if start + 2 < len(self.members) else ""
        return Page(tuple(self.members[start : start + 2]), following, "" if following else self.mark)

    async def member(self, user: str) -> Member:
        found = next(one for one in self.members if one.user == user)
        return found if self.departments is None else replace(found, department=await self.department(user))

    async def department(self, user: str) -> str:
        self.read.append(user)
        assert self.departments is not None
        return self.departments.get(user, "")


def member(name: str, **values: Any) -> Member:
    return Member(f"U-{name}", **{"name": name.title(), "email": f"{name}@n.example", **values})


async def people(db: Database, *names: str) -> None:
    await roster.apply(db, [Row(0, f"{one}@n.example", one.title(), "Sales") for one in names], date(2026, 1, 1))


async def known(db: Database) -> dict[str, str]:
    """User id → e-mail of the person, of identities that are somebody's."""
    query = select(Identity.user_id, Person.email).join(Person, Person.id == Identity.person_id)
    async with db.read() as s:
        return {user: email.partition("@")[0] for user, email in await s.execute(query)}


async def no_wait(seconds: float) -> None:
    assert seconds >= 0


async def sync(db: Database, told: Told, *, makes_people: bool = False, **terms: Any) -> Outcome:
    options = {name: terms.pop(name) for name in ("anew", "most_departments") if name in terms}
    return await Sync(db, told, Terms(DAY, makes_people=makes_people, **terms), sleep=no_wait).run(**options)
