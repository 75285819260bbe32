"""Writing digests: to whom, of which stories, and never more than somebody wants."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Parts
from advocacy.bot.home.digest_cards import Digest, digest_message
from advocacy.bot.language import translator
from advocacy.chat import UserRef
from advocacy.content import audience, emergency, quiet
from advocacy.content.models import Story
from advocacy.db import after_commit, now
from advocacy.delivery import digest_lines, outbox, places, prompts
from advocacy.delivery.places import Place
from advocacy.people import rhythm
from advocacy.people.models import Person, Rhythm
from advocacy.people.rhythm import Pace
from advocacy.people.zones import zone
from advocacy.sharing import dealt

AT_ONCE = 200
"""People in one unit of work."""
STORIES, REMINDERS = 5, 2
"""In one digest at most; how many of them may be reminders."""


async def write(parts: Parts) -> int:
    """Write digests that are due; answers how many people were looked at. Nothing is written in an emergency stop."""
    usual, at = rhythm.company(parts.settings), now()
    async with parts.db.read() as s:
        if await emergency.current(s) is not None or not await rhythm.is_due(s, at):
            return 0
    async with parts.db.write() as s:
        rows = await rhythm.due(s, at, AT_ONCE)
        if await _write_all(s, parts, rows, usual, at):
            after_commit(s, parts.worker.wake.set)
    return len(rows)


async def enrol(parts: Parts) -> int:
    """Count in whoever can be written to by now, and whoever waits for a company's first digest; answers how many."""
    usual, zone_ = rhythm.company(parts.settings), parts.settings.zone
    async with parts.db.read() as s:
        if not await rhythm.is_missing(s, usual):
            return 0
    async with parts.db.write() as s:
        woken = await rhythm.wake(s, usual, zone_, now(), AT_ONCE)
        return woken + await rhythm.enrol(s, usual, zone_, now(), AT_ONCE)


async def redraw(parts: Parts) -> int:
    """Take out of digests in chat what they must no longer show; answers how many were rewritten."""
    at = now()
    async with parts.db.read() as s:
        if not await digest_lines.behind(s, at, 1):
            return 0
    async with parts.db.write() as s:
        found = await digest_lines.behind(s, at, AT_ONCE)
        for marker, ref in found.items():
            drawn = await digest_lines.redraw(s, marker, at)
            if drawn is None:  # another process just did
                continue
            person_id, left = drawn
            person = await s.get_one(Person, person_id)
            pace = await rhythm.of(s, person_id, rhythm.company(parts.settings))
            told = Digest(left, pace, taken_out=True)
            message = digest_message(translator(person.language), told)
            await outbox.rewrite_sent(s, ref, message, holds_for=marker)
        after_commit(s, parts.worker.wake.set)
    return len(found)


async def preview(s: AsyncSession, parts: Parts, person: Person, at: datetime) -> Digest:
    """The digest this person would get now; counted nowhere."""
    pace = await rhythm.of(s, person.id, rhythm.company(parts.settings))
    was, done = await digest_lines.shown(s, [person.id]), await dealt.with_stories(s, [person.id])
    feed = (await audience.feeds(s, [person.id], at)).get(person.id, [])
    left = [one for one in feed if (person.id, one.id) not in done]
    chosen, again = _choose(left, {one.id: was.get((person.id, one.id), 0) for one in left})
    return Digest(chosen, pace, reminders=again)


async def _write_all(s: AsyncSession, parts: Parts, rows: Sequence[Rhythm], usual: Pace, at: datetime) -> int:
    ids = [row.person_id for row in rows]
    where = {place.person_id: place for place in await places.direct(s, ids) if place.person_id is not None}
    got, was = await prompts.lately(s, ids, at), await digest_lines.shown(s, ids)
    feeds, done = await audience.feeds(s, list(where), at), await dealt.with_stories(s, list(where))
    told: list[tuple[Place, str, Digest]] = []
    for row in rows:
        pace, place = rhythm.pace(row, usual), where.get(row.person_id)
        clock = zone(place.time_zone if place else "", parts.settings.zone)
        following, wakes = rhythm.next_digest(pace, clock, at), _wakes(pace, clock, at)
        left = [one for one in feeds.get(row.person_id, ()) if (row.person_id, one.id) not in done]
        chosen, again = _choose(left, {one.id: was.get((row.person_id, one.id), 0) for one in left})
        held = 0
        if place is not None and pace.days and chosen:
            if wakes > at:
                following, held = wakes, row.held
            elif got.get(row.person_id, 0) >= pace.most:
                held = row.held + 1
            else:
                # Not by the time: clocks are set back.
                marker = f"{digest_lines.PREFIX}{row.person_id}:{secrets.token_hex(8)}"
                told.append((place, marker, Digest(chosen, pace, reminders=again, held=row.held)))
        rhythm.move_on(row, following, held)
    await _send(s, told, at)
    return len(told)


def _wakes(pace: Pace, clock: ZoneInfo, at: datetime) -> datetime:
    """Now, or when this person's own quiet hours have ended: a digest that is late waits for them."""
    return quiet.after_quiet(at, clock, quiet.read((pace.quiet,))) if pace.quiet else at


async def _send(s: AsyncSession, told: Sequence[tuple[Place, str, Digest]], at: datetime) -> None:
    letters, lines = [], []
    for place, marker, digest in told:
        assert isinstance(place.to, UserRef)
        assert place.person_id is not None
        message = digest_message(translator(place.language), digest)
        letters.append(outbox.Letter(place.to, message, marker, holds_for=marker))
        lines.append((marker, place.person_id, digest.stories))
    await outbox.send_all(s, letters)
    await digest_lines.add(s, lines)
    await prompts.note(s, at, [(person_id, marker) for marker, person_id, _ in lines])


def _choose(left: Sequence[Story], times: dict[int, int]) -> tuple[list[Story], set[int]]:
    """What is new comes first; a few that were there once come once more."""
    new = [one for one in left if not times[one.id]][:STORIES]
    again = [one for one in left if 0 < times[one.id] < digest_lines.MOST_TIMES][: min(REMINDERS, STORIES - len(new))]
    return [*new, *again], {one.id for one in again}


__all__ = ["enrol", "preview", "redraw", "write"]
