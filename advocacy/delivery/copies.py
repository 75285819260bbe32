"""One question that stands as a card in several places: decided in one of them, it is in all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.chat import Message, MessageRef
from advocacy.delivery import outbox
from advocacy.delivery.models import Outbox, OutboxState
from advocacy.delivery.places import Place


async def settle(
    s: AsyncSession, cards: Mapping[str, Place], say: Callable[[Place], Message], *, but: MessageRef | None = None
) -> None:
    """What was asked is decided: cards that wait never leave, those that stand show what ``say`` makes for a place.

    ``cards`` are the markers under which they were sent, each with its place. ``but`` is the card that was pressed:
    it is rewritten by the answer to the press. One that is under way at this moment, or was sent so long ago that the
    outbox has forgotten it (``outbox.forget_sent``), stays as it is and says what was decided when it is pressed.
    """
    known = Outbox.marker.in_(cards)
    await s.execute(delete(Outbox).where(known, Outbox.state == OutboxState.PENDING))
    for row in await s.scalars(select(Outbox).where(known, Outbox.became.is_not(None)).order_by(Outbox.id)):
        ref = MessageRef(**row.became) if row.became else None
        if ref is not None and not _is_same(ref, but):
            await outbox.rewrite_sent(s, ref, say(cards[row.marker]))


def _is_same(ref: MessageRef, other: MessageRef | None) -> bool:
    if other is None or (ref.platform, ref.tenant, ref.message) != (other.platform, other.tenant, other.message):
        return False
    # Teams names the thread behind the channel in some places, and not in others.
    return ref.channel.partition(";")[0] == other.channel.partition(";")[0]


__all__ = ["settle"]
