"""Cases that nobody takes: the channel is reminded once, then every editor hears of it. And their end."""

from __future__ import annotations

from datetime import timedelta

from advocacy.bot.actions import Parts
from advocacy.bot.backup import telling
from advocacy.db import now
from advocacy.sharing import backup_cases


async def watch(parts: Parts) -> int:
    """Remind and escalate what is late, look for somebody new where the helper is gone; answers how many messages."""
    at, wait = now(), timedelta(minutes=parts.settings.backup_minutes)
    async with parts.db.write() as s:
        told = 0
        await backup_cases.end_of_leavers(s)
        for case in await backup_cases.release(s):
            told += await telling.ask(s, parts, case)
        for case in await backup_cases.untaken(s, at - wait):
            if case.open_since <= at - 2 * wait:
                told += await telling.ask_all(s, parts, case)
            elif case.reminded_at is None:
                case.reminded_at = at
                told += await telling.ask(s, parts, case, again=True)
    return told


async def forget(parts: Parts) -> int:
    """Delete cases that have been over for long enough; answers how many."""
    async with parts.db.write() as s:
        return await backup_cases.forget(s, timedelta(days=parts.settings.backup_keep_days))
