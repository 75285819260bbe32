"""What happens without a press for those who agreed: new stories are announced, consents end or are asked about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from advocacy.bot import replies
from advocacy.bot.actions import Parts
from advocacy.bot.brands import called
from advocacy.bot.language import translator
from advocacy.bot.standing_cards import renewal
from advocacy.chat import UserRef
from advocacy.content import emergency, times
from advocacy.content.quiet import is_quiet, read
from advocacy.db import after_commit, now
from advocacy.delivery import outbox, places
from advocacy.delivery.places import Place
from advocacy.sharing import standing
from advocacy.sharing.models import Share, StandingShare


async def run(parts: Parts, at: datetime | None = None) -> int:
    """One round; nothing but endings where the company does not allow it. Answers how many posts were announced."""
    at = at or now()
    allowed = parts.settings.auto_share
    async with parts.db.read() as s:
        if not await standing.is_used(s):
            return 0
    async with parts.db.write() as s:
        await standing.settle(s, at, allowed=allowed)
        if not allowed or await emergency.current(s) is not None:
            return 0
    await _ask(parts, at)
    async with parts.db.read() as s:
        stories = await standing.stories_due(s, at)
        pairs = [(story, one) for story in stories for one in await standing.consents(s, story, at)]
    announced = 0
    for story, one in pairs:
        async with parts.db.write() as s:
            share: Share | None = None
            # Whoever cannot be told before, for them nothing is posted.
            for place in await places.direct(s, [one.person_id]):
                share = await standing.announce(s, parts.sharing, one, story, reply=_reply(place), at=at)
            announced += share is not None
    return announced


async def _ask(parts: Parts, at: datetime) -> None:
    """Two weeks before a consent ends its person is asked, once, and not in their quiet hours."""
    async with parts.db.write() as s:
        for one, topic in await standing.to_ask(s, at):
            for place in await places.direct(s, [one.person_id]):
                zone = times.zone(place.time_zone, parts.settings.zone)
                if is_quiet(at, zone, read(parts.settings.quiet_hours)) or one.network not in parts.networks:
                    continue
                one.asked_at = at
                t = translator(place.language)
                message = renewal(t, one, topic, called(t, parts.networks[one.network]), zone)
                await outbox.send(s, place.to, message, _marker(one))
        after_commit(s, parts.worker.wake_urgent.set)


def _marker(one: StandingShare) -> str:
    return f"standing:{one.id}"


def _reply(place: Place) -> dict[str, Any]:
    """Where the announcement goes: a direct message."""
    assert isinstance(place.to, UserRef)
    return replies.packed(place.to, place.language)


__all__ = ["run"]
