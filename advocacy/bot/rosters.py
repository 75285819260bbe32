"""The roster out of the doors: rounds through their directories by themselves, and what events tell at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import partial

import structlog

from advocacy.chat import Gone, Refused, Retry, Unknown, UserRef
from advocacy.config import Settings
from advocacy.db import Database, now
from advocacy.people import rounds
from advocacy.people.listing import Directories, Directory, Member, Outdated, Pace, Page
from advocacy.people.roster import TooManyLeave
from advocacy.people.sync import Sync, Terms

log = structlog.get_logger()
A_NIGHT = 20_000
"""Departments that one round by itself reads at most, where each costs a call: three hours and a half of Slack's."""


def terms(settings: Settings, platform: str, *, allow_leavers: bool = False) -> Terms:
    """What the company's settings want of a round through this platform's directory."""
    return Terms(
        now().astimezone(settings.zone).date(),
        makes_people=settings.roster == platform,
        allow_leavers=allow_leavers,
        language=settings.language,
        time_zone=settings.time_zone,
    )


async def nightly(
    db: Database, settings: Settings, directories: Mapping[str, Directories], at: datetime | None = None
) -> int:
    """Rounds that are due, each workspace's beside the others'; answers how many came to their end."""
    at = at or now()
    due: list[Directory] = []
    for name, those in directories.items():
        async with db.read() as s:
            due += [those.of(one) for one in await rounds.due(s, name, those.every, at, settings.zone)]
    return sum(await asyncio.gather(*map(partial(_round, db, settings), due)))


async def _round(db: Database, settings: Settings, directory: Directory) -> bool:
    try:
        done = await Sync(db, directory, terms(settings, directory.name)).run(most_departments=A_NIGHT)
    except rounds.Busy:
        return False
    except TooManyLeave as many:
        log.warning("roster.too_many_leave", platform=directory.name, left=many.left, of=many.employed)
        return False
    except (Gone, Outdated, Refused, Retry, Unknown) as trouble:
        log.warning("roster.stopped", platform=directory.name, why=str(trouble))
        return False
    log.info(
        "roster.synced", platform=directory.name, members=done.members, full=done.is_full, new=done.found.new,
        changed=done.found.changed, let_loose=done.found.let_loose,
    )  # fmt: skip
    return True


async def noticed(db: Database, settings: Settings, directories: Mapping[str, Directories], who: UserRef) -> None:
    """A platform says that somebody joined, changed or left; it counts at once where that platform is the roster."""
    those = directories.get(who.platform)
    if those is None or settings.roster != who.platform:
        return
    try:
        await Sync(db, those.of(who.tenant), terms(settings, who.platform), tries=1).learn(who.user)
    except (Gone, Refused, Retry, Unknown) as trouble:
        log.warning("roster.not_noticed", platform=who.platform, why=str(trouble))


__all__ = ["Directories", "Directory", "Member", "Outdated", "Pace", "Page", "nightly", "noticed", "terms"]
