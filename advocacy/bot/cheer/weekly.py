"""The weekly posts: once a week, at the company's hour, never about a week in which nothing happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Parts
from advocacy.bot.cheer.editors_week import editors_week
from advocacy.bot.cheer.week_card import week_card
from advocacy.bot.language import Translator, translator
from advocacy.chat import Message
from advocacy.config import DAYS
from advocacy.content import emergency
from advocacy.db import after_commit, now
from advocacy.delivery import outbox, placements, places
from advocacy.delivery.places import Place
from advocacy.insights import participation, periods, week
from advocacy.insights.week import Week

OPEN = timedelta(hours=6)
"""So long after its hour a weekly post is made up for, when nothing was running at it."""


async def post(parts: Parts) -> int:
    """Post what is due; answers how many messages. The same again changes nothing."""
    settings, at = parts.settings, now()
    day = _day_due(at, settings.zone, settings.week_ends, time.fromisoformat(settings.week_hour))
    if day is None:
        return 0
    async with parts.db.read() as s:
        cheering = await _without(s, await places.cheering(s), "week", day)
        editors = await _without(s, await placements.channels(s, "editors"), "summary", day)
        if not cheering + editors or await emergency.current(s) is not None:
            return 0
        cards = {
            **await _cheers(s, parts, cheering, day, at),
            **await _summaries(s, parts, editors, day, at),
        }  # fmt: skip
    async with parts.db.write() as s:
        sent = 0
        for marker, (place, message) in cards.items():
            sent += await outbox.send(s, place.to, message, marker)
        if sent:
            after_commit(s, parts.worker.wake.set)
    return sent


def _day_due(at: datetime, zone: ZoneInfo, day: str, hour: time) -> date | None:
    """The day whose post is due; a late hour's may be yesterday."""
    today = at.astimezone(zone).date()
    for one in (today, today - timedelta(days=1)):
        due = datetime.combine(one, hour, zone).astimezone(UTC)
        if DAYS[one.weekday()] == day and due <= at < due + OPEN:
            return one
    return None


async def _without(s: AsyncSession, wanted: Sequence[Place], kind: str, day: date) -> list[Place]:
    """Those that have not got it yet: most looks within the open hours find nothing to draw."""
    known = await outbox.known(s, [_marker(kind, one, day) for one in wanted])
    return [one for one in wanted if _marker(kind, one, day) not in known]


def _marker(kind: str, place: Place, day: date) -> str:
    return f"{kind}:{place.channel_id}:{day}"


async def _cheers(
    s: AsyncSession, parts: Parts, wanted: Sequence[Place], day: date, at: datetime
) -> dict[str, tuple[Place, Message]]:
    """For channels that want it, by marker."""
    found = await week.ending(s, parts.settings, day) if wanted else None
    if found is None or not found.shares:
        return {}  # who did little needs no post about it
    spoken = {one: await _drawn(s, translator(one), parts, found, at) for one in {place.language for place in wanted}}
    return {_marker("week", place, day): (place, spoken[place.language]) for place in wanted}


async def preview(s: AsyncSession, t: Translator, parts: Parts, at: datetime) -> Message | None:
    """The weekly post as it would be now; ``None`` when there would be none."""
    found = await week.ending(s, parts.settings, at.astimezone(parts.settings.zone).date())
    return await _drawn(s, t, parts, found, at) if found is not None and found.shares else None


async def _drawn(s: AsyncSession, t: Translator, parts: Parts, found: Week, at: datetime) -> Message:
    period = periods.current(parts.settings.zone, at)
    board = await participation.board(s, parts.settings, period)
    # Behind a firewall (Socket Mode) Slack cannot fetch a picture from us; bars need none.
    picture = "" if parts.settings.slack_app_token else parts.addresses.board_picture(period.key, t.language)
    return week_card(t, found, board, picture)


async def _summaries(
    s: AsyncSession, parts: Parts, wanted: Sequence[Place], day: date, at: datetime
) -> dict[str, tuple[Place, Message]]:
    """For editors, whatever the week was like, by marker."""
    languages = {place.language for place in wanted}
    spoken = {one: await editors_week(s, translator(one), parts, at) for one in languages}
    return {_marker("summary", place, day): (place, spoken[place.language]) for place in wanted}


__all__ = ["post", "preview"]
