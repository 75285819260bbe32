"""One round through a platform's directory: pages are stored as they come, and applied once all are there.

A listing that breaks off changes nobody; after a crash the next attempt goes on behind the last stored page.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

import structlog

from advocacy.chat import Gone, Retry, Unknown
from advocacy.db import Database, letters
from advocacy.people import listed, listed_rows, profiles, roster, rounds
from advocacy.people.listed import Found
from advocacy.people.listing import Directory, Member, Outdated, Page, Sleep, sound
from advocacy.people.models import RosterRun, RosterSync
from advocacy.people.roster import Plan, Progress

log = structlog.get_logger()
T = TypeVar("T")
TRIES = 10
"""In a row, each after the wait that the vendor asks for."""
LONGEST_WAIT = 120.0
AT_A_TIME = 50
"""Departments that are read before they are kept: half a minute at Slack's pace."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the company wants of it."""

    today: date
    makes_people: bool = False
    """The platform is the roster: people come, change and leave with it. Otherwise it only finds those we have."""
    allow_leavers: bool = False
    language: str = "en"
    time_zone: str = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a round brought, or would bring."""

    members: int
    """Entries told of."""
    ours: int
    """Of them people, not guests, machines or deactivated."""
    is_full: bool
    """Everybody was listed; otherwise only what changed."""
    found: Found
    roster: RosterRun | Plan | None = None
    """Only where the platform is the roster."""
    departments: int = 0
    """Departments that are still to be read."""


class Sync:
    """Rounds through one directory. ``lease`` and ``sleep`` are for those who play with time."""

    def __init__(
        self,
        db: Database,
        directory: Directory,
        terms: Terms,
        progress: Progress | None = None,
        *,
        sleep: Sleep = asyncio.sleep,
        lease: timedelta = rounds.LEASE,
        tries: int = TRIES,
    ) -> None:
        self._db, self._directory, self._terms = db, directory, terms
        self._report = progress or (lambda _phase, _done, _total: None)
        self._sleep, self._lease, self._tries = sleep, lease, tries

    async def run(self, *, anew: bool = False, most_departments: int | None = None) -> Outcome:
        """Go on with a round that was cut short, or make a new one. Raises ``Busy``, ``TooManyLeave``, ``Refused``.

        What was listed stays stored when it is not applied. ``most_departments``: read no more than so many.
        """
        tenant = self._directory.tenant
        holder = secrets.token_hex(8)
        sync = await rounds.claim(self._db, self._directory.name, tenant, holder, lease=self._lease, anew=anew)
        async with rounds.held(self._db, sync, self._lease):
            sync = await self._list(sync)
            outcome = await self._apply(sync)
            await rounds.end(self._db, sync)
            left = await self._read_departments(most_departments)
        return Outcome(outcome.members, outcome.ours, outcome.is_full, outcome.found, outcome.roster, left)

    async def dry_run(self) -> Outcome:
        """List everybody, and say what a first round would do. Writes nothing."""
        tenant = self._directory.tenant
        members: list[Member] = []
        cursor, is_first = "", True
        while is_first or cursor:
            page = await self._page(cursor)
            members.extend(page.members)
            cursor, is_first = page.following, False
            self._report("list", len(members), 0)
        name, today = self._directory.name, self._terms.today
        plan = None
        async with self._db.read() as s:
            if self._terms.makes_people:
                made = await listed_rows.made(s, name, tenant, members, is_full=True)
                plan = await roster.plan(s, made.rows, today, self._report, partial=True)
            found = await listed.plan(await s.connection(), name, tenant, members, is_full=True)
        return Outcome(len(members), sum(one.is_ours for one in members), True, found, plan)

    async def learn(self, user: str) -> None:
        """Somebody joined, changed or left, as the platform says at once."""
        member = sound(await self._patiently(lambda: self._directory.member(user)))
        if member is not None:
            await self._bring([member], is_full=False)

    async def _page(self, cursor: str) -> Page:
        page = await self._patiently(lambda: self._directory.page(cursor))
        return replace(page, members=tuple(filter(None, map(sound, page.members))))

    async def _list(self, sync: RosterSync) -> RosterSync:
        """List what is missing; the vendor works on the next page while the last one is being stored."""
        fresh_starts = 1
        coming = self._coming(sync)
        try:
            while coming is not None:
                try:
                    page = await coming
                except Outdated:
                    if not fresh_starts:
                        raise
                    fresh_starts -= 1
                    log.info("roster.outdated", platform=sync.platform, tenant=sync.tenant)
                    sync = await rounds.begin_anew(self._db, sync)
                    coming = self._coming(sync)
                    continue
                coming = self._ask(page.following) if page.following else None
                sync = await rounds.store(self._db, sync, page)
                self._report("list", sync.members, max(sync.usual, sync.members) if sync.is_full and sync.usual else 0)
        finally:
            if coming is not None:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)
        return sync

    def _coming(self, sync: RosterSync) -> asyncio.Task[Page] | None:
        return None if rounds.is_listed(sync) else self._ask(sync.following)

    def _ask(self, cursor: str) -> asyncio.Task[Page]:
        return asyncio.create_task(self._page(cursor))

    async def _apply(self, sync: RosterSync) -> Outcome:
        members = await rounds.members(self._db, sync)
        run, found = await self._bring(members, is_full=sync.is_full)
        return Outcome(len(members), sum(one.is_ours for one in members), sync.is_full, found, run)

    async def _bring(self, members: Sequence[Member], *, is_full: bool) -> tuple[RosterRun | None, Found]:
        name, tenant, terms, run = self._directory.name, self._directory.tenant, self._terms, None
        if terms.makes_people:
            if is_full and not terms.allow_leavers:
                await self._mistrust(members)
            async with self._db.read() as s:
                made = await listed_rows.made(s, name, tenant, members, is_full=is_full)
            run = await roster.apply(
                self._db, made.rows, terms.today, self._report, source=f"{name} {tenant}", refused=made.refused,
                partial=True, allow_leavers=terms.allow_leavers or not is_full, language=terms.language,
                time_zone=terms.time_zone,
            )  # fmt: skip
            if made.renamed:
                async with self._db.write() as s:
                    await listed_rows.rename(s, made.renamed)
        found = await listed.apply(
            self._db, name, tenant, members, is_full=is_full, needs_app=self._directory.needs_app,
            allow_leavers=terms.allow_leavers, progress=self._report,
        )  # fmt: skip
        if await self._departments_apart():
            await profiles.note(self._db, name, tenant, members)
        return run, found

    async def _mistrust(self, members: Sequence[Member]) -> None:
        """Before people are touched: would too many of this very workspace be let loose? Raises ``TooManyLeave``."""
        async with self._db.read() as s:
            found = await listed.plan(
                await s.connection(), self._directory.name, self._directory.tenant, members, is_full=True
            )
        if found.is_truncated:
            raise roster.TooManyLeave(found.let_loose, found.joined)

    async def _read_departments(self, most: int | None) -> int:
        """Read what changed, a call each; answers how many are left."""
        if not await self._departments_apart():
            return 0
        name, tenant = self._directory.name, self._directory.tenant
        async with self._db.read() as s:
            total = await profiles.count(s, name, tenant)
        done, failed = 0, set[int]()
        while most is None or done < most:
            async with self._db.read() as s:
                batch = await profiles.waiting(s, name, tenant, AT_A_TIME, failed)
            if not batch:
                break
            read = []
            for one in batch:
                try:
                    told = await self._patiently(lambda user=one.user: self._directory.department(user))  # type: ignore[misc]
                    read.append((one, letters(told)))
                except Gone:
                    failed.add(one.identity_id)
            await profiles.learn(self._db, read, self._terms.today)
            done += len(batch)
            self._report("departments", done, total)
        return max(0, total - done)

    async def _departments_apart(self) -> bool:
        return self._terms.makes_people and await self._patiently(self._directory.departments_apart)

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        for tries in range(1, self._tries + 1):
            try:
                return await call()
            except (Retry, Unknown) as trouble:
                if tries == self._tries:
                    raise
                wait = trouble.after.total_seconds() if isinstance(trouble, Retry) else 5.0
                log.info("roster.waits", platform=self._directory.name, seconds=wait, why=str(trouble))
                await self._sleep(min(wait, LONGEST_WAIT))
        raise AssertionError


__all__ = ["Outcome", "Sync", "Terms"]
