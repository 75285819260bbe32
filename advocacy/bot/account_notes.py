"""What people hear about their connections without asking: one ends soon, one broke, a network took one back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.account_cards import given_back, warning
from advocacy.bot.actions import Parts
from advocacy.bot.brands import called
from advocacy.bot.language import translator
from advocacy.content import emergency, times
from advocacy.content.quiet import after_quiet, is_quiet, read
from advocacy.db import after_commit, now
from advocacy.delivery import outbox, places
from advocacy.sharing import lapses, revocations
from advocacy.sharing.lapses import Standing
from advocacy.sharing.renewals import renewing

_BATCH = 100


async def warn(parts: Parts, at: datetime | None = None) -> int:
    """Warn each person once per stage; nobody while everything is stopped or in their quiet hours.

    Answers how many messages.
    """
    at = at or now()
    networks = [name for name, network in parts.networks.items() if network.abilities().post]
    told = after = 0
    while True:
        async with parts.db.read() as s:
            if await emergency.current(s) is not None:
                return told
            found = await lapses.unwarned(s, networks, at, renewing=renewing(parts.networks), after=after, limit=_BATCH)
        for one in found:
            async with parts.db.write() as s:
                if await lapses.take(s, one, at, renewing(parts.networks)):
                    told += await _warn(s, parts, one, at)
                after_commit(s, parts.worker.wake_urgent.set)
            after = one.account_id
        if len(found) < _BATCH:
            return told


async def _warn(s: AsyncSession, parts: Parts, one: Standing, at: datetime) -> int:
    """Where it is quiet, and to whoever cannot be written to yet, a later round says it."""
    if one.stage == "broken" and await lapses.is_told_by_share(s, one.person_id, one.network):
        await lapses.note(s, one.account_id, one.stage)
        return 0
    for place in await places.direct(s, [one.person_id]):
        zone = times.zone(place.time_zone, parts.settings.zone)
        if is_quiet(at, zone, read(parts.settings.quiet_hours)):
            return 0
        t = translator(place.language)
        url = await parts.accounts.reconnect_url(s, one.person_id, one.network)
        message = warning(t, one, called(t, parts.networks[one.network]), url, at=at, zone=zone)
        marker = f"lapse:{one.account_id}:{one.connected_at.timestamp():.6f}:{one.stage}"
        await lapses.note(s, one.account_id, one.stage)
        return int(await outbox.send(s, place.to, message, marker))
    return 0


async def tell_ended(parts: Parts) -> int:
    """Tell those who disconnected how it ended, after the network had to be asked again; answers how many."""
    async with parts.db.read() as s:
        if not await revocations.any_ended(s):
            return 0
    async with parts.db.write() as s:
        told = 0
        for one in await revocations.ended(s, _BATCH):
            for place in await places.direct(s, [one.person_id], also_on_break=True):
                t, network = translator(place.language), parts.networks.get(one.network)
                message = given_back(t, called(t, network) if network else one.network.capitalize(), one.state)
                zone = times.zone(place.time_zone, parts.settings.zone)
                due_at = after_quiet(now(), zone, read(parts.settings.quiet_hours))
                told += await outbox.send(s, place.to, message, f"revocation:{one.id}", due_at=due_at)
            await s.delete(one)
        after_commit(s, parts.worker.wake_urgent.set)
    return told
