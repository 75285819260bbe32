"""Somebody who is spoken of before ever having pressed anything: the platform says who that is."""

from __future__ import annotations

from advocacy.bot.actions import Parts
from advocacy.chat import Gone, Refused, UserRef
from advocacy.people import directory
from advocacy.people.models import Person


async def meet(parts: Parts, who: UserRef) -> Person | None:
    """The person behind a platform's user, known already or not; ``None`` for strangers, guests and machines.

    Raises Retry or Unknown when the platform cannot say at the moment.
    """
    async with parts.db.read() as s:
        person = await directory.identify(s, who)
    platform = parts.platforms.get(who.platform)
    if person is not None or platform is None:
        return person
    try:
        profile = await platform.profile(who)
    except (Gone, Refused):
        return None
    async with parts.db.write() as s:
        return await directory.remember(s, who, profile, met=False)


__all__ = ["meet"]
