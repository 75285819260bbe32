"""Presses that are acknowledged before they are done, as this door keeps them and takes them up again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from advocacy.bot.late_presses import Kept, LatePresses
from advocacy.slack.presses import Came
from advocacy.slack.reply import unpack

AT_ONCE = 8
"""People whose presses are taken up again at the same time."""


class Late:
    """What stands between an acknowledgement and what it is for."""

    def __init__(self, presses: LatePresses) -> None:
        self._presses = presses

    async def kept(self, came: Came) -> Came | None:
        """The press, once it is on the disk: it may be acknowledged. ``None`` when it cannot be kept."""
        if came.typing is not None or came.shared is not None:
            return came  # nothing comes of it but a drawing, or a card below a link
        waiting = came.view if came.waiting is None and came.may_open else came.waiting
        try:
            name = await self._presses.keep(came.press, {"view_id": came.view_id, "waiting": waiting})
        except OSError:
            return None
        return replace(came, kept=name)

    async def over(self, came: Came) -> None:
        """Whatever came of it: it is not done again."""
        if came.kept:
            await self._presses.done(came.kept)

    async def left(self) -> list[Came]:
        """What was acknowledged by a process that ended before it was done."""
        found = [(kept, _came(kept)) for kept in await self._presses.left()]
        for kept, came in found:
            if came is None:  # of an older version
                await self._presses.done(kept.name)
        return [came for _, came in found if came is not None]

    async def close(self) -> None:
        """What is not done stays on the disk."""
        await self._presses.close()


async def in_turn(left: Iterable[Came], do: Callable[[Came], Awaitable[None]]) -> None:
    """Do all, each person's one after the other as they came: an undo comes after its share."""
    by_person: dict[str, list[Came]] = {}
    for came in left:
        by_person.setdefault(f"{came.reply.tenant} {came.reply.user}", []).append(came)
    free = asyncio.Semaphore(AT_ONCE)

    async def one_by_one(theirs: list[Came]) -> None:
        async with free:
            for came in theirs:
                await do(came)

    await asyncio.gather(*map(one_by_one, by_person.values()))


def _came(kept: Kept) -> Came | None:
    reply = unpack(kept.press.reply_to)
    if reply is None:
        return None
    # No trigger: it was good for three seconds. A form that comes now is written to the person.
    return Came(
        kept.press, reply, view_id=str(kept.around.get("view_id") or ""), waiting=kept.around.get("waiting"),
        kept=kept.name,
    )  # fmt: skip
