"""The weekly posts: once a week, at the company's hour, never about a week in which nothing happened."""

from __future__ import annotations

from datetime import datetime, time, timedelta

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
from advocacy.insights import participation, periods, week
from advocacy.insights.week import Week

OPEN = timedelta(hours=6)
"""So long after its hour a weekly post is made up for, when nothing was running at it."""


async def post(parts: Parts) -> int:
    """Post what is due; answers how many messages. The same again changes nothing."""
    settings, at = parts.settings, now()
    if not _is_time(at.astimezone(settings.zone), settings.week_ends, time.fromisoformat(settings.week_hour)):
        return 0
    async with parts.db.write() as s:
        if await emergency.current(s) is not None:
            return 0
        sent = await _cheer(s, parts, at) + await _sum_up(s, parts, at)
        if sent:
            after_commit(s, parts.worker.wake.set)
    return sent


def _is_time(local: datetime, day: str, hour: time) -> bool:
    due = datetime.combine(local.date(), hour, local.tzinfo)
    return day != "off" and DAYS[local.weekday()] == day and due <= local < due + OPEN


async def _cheer(s: AsyncSession, parts: Parts, at: datetime) -> int:
    """Into channels that want it."""
    wanted = await places.cheering(s)
    settings = parts.settings
    today = at.astimezone(settings.zone).date()
    found = await week.ending(s, settings, today) if wanted else None
    if found is None or not found.shares:
        return 0  # who did little needs no post about it
    sent = 0
    for place in wanted:
        message = await _drawn(s, translator(place.language), parts, found, at)
        sent += await outbox.send(s, place.to, message, f"week:{place.channel_id}:{today}")
    return sent


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


async def _sum_up(s: AsyncSession, parts: Parts, at: datetime) -> int:
    """For editors, whatever the week was like."""
    today, sent = at.astimezone(parts.settings.zone).date(), 0
    for place in await placements.channels(s, "editors"):
        message = await editors_week(s, translator(place.language), parts, at)
        sent += await outbox.send(s, place.to, message, f"summary:{place.channel_id}:{today}")
    return sent


__all__ = ["post", "preview"]
