"""A card that somebody pressed, in a brief unit of work."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select, update

from advocacy.chat import MessageRef
from advocacy.db import Prepared
from advocacy.delivery.models import Placement, PlacementState
from advocacy.delivery.placements import VIEWERS

_CARD = Prepared(
    select(Placement.state, Placement.message_id, Placement.viewers).where(Placement.id == bindparam("placement"))
)
_WATCH = Prepared(update(Placement).where(Placement.id == bindparam("placement")).values(viewers=bindparam("seen_by")))


def note(connection: Connection, placement_id: int, address: str, message: MessageRef | None) -> bool:
    """From now on this person's view of the card differs from everybody's, where they have an address.

    ``False``, and nothing written, when it is not known which message the card became: see ``placements.adopt``.
    """
    found = _CARD.rows(connection, placement=placement_id)
    if not found:
        return True
    state, message_id, viewers = found[0]
    if message is not None and (state != PlacementState.SENT or not message_id):
        return False
    if address and address not in viewers:
        _WATCH.change(connection, placement=placement_id, seen_by=[*viewers, address][-VIEWERS:])
    return True


__all__ = ["note"]
