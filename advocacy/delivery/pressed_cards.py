"""A card that somebody pressed, in a brief unit of work."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select, update

from advocacy.chat import MessageRef
from advocacy.delivery.models import Placement, PlacementState
from advocacy.delivery.placements import VIEWERS

_CARD = select(Placement.state, Placement.message_id, Placement.viewers).where(Placement.id == bindparam("placement"))
_WATCH = update(Placement).where(Placement.id == bindparam("placement")).values(viewers=bindparam("seen_by"))


def note(connection: Connection, placement_id: int, address: str, message: MessageRef | None) -> bool:
    """From now on this person's view of the card differs from everybody's, where they have an address.

    ``False``, and nothing written, when it is not known which message the card became: see ``placements.adopt``.
    """
    found = connection.execute(_CARD, {"placement": placement_id}).one_or_none()
    if found is None:
        return True
    if message is not None and (found.state != PlacementState.SENT or not found.message_id):
        return False
    if address and address not in found.viewers:
        viewers = [*found.viewers, address][-VIEWERS:]
        connection.execute(_WATCH, {"placement": placement_id, "seen_by": viewers})
    return True


__all__ = ["note"]
