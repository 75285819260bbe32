"""Cards of stories in channels: where they should be, where they are, who sees an own view of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.chat import ChannelRef, MessageRef, UserRef
from advocacy.db import for_update, now
from advocacy.delivery import places
from advocacy.delivery.models import Channel, Outbox, OutboxState, Placement, PlacementState
from advocacy.delivery.places import Place, channels, message_ref
from advocacy.people.models import Identity, Person

VIEWERS = 60
"""Teams refreshes a card for at most this many named people."""


async def add_channel(
    s: AsyncSession, ref: ChannelRef, name: str, purpose: str = "stories", language: str = "en", *, time_zone: str = ""
) -> Place:
    """Make a channel known, or change what is known of it."""
    query = select(Channel).where(
        Channel.platform == ref.platform, Channel.tenant == ref.tenant, Channel.channel_id == ref.channel
    )
    channel = (await s.execute(query)).scalar_one_or_none()
    if channel is None:
        channel = Channel(platform=ref.platform, tenant=ref.tenant, channel_id=ref.channel)
        s.add(channel)
    channel.name, channel.purpose, channel.language, channel.active = name, purpose, language, True
    channel.time_zone = time_zone
    await s.flush()
    return places.of_channel(channel)


async def place(
    s: AsyncSession, story_id: int, where: Sequence[Place], purpose: str, count: int = 1
) -> list[tuple[Placement, Place]]:
    """Placements of a story in these places; the ones that are new in this round."""
    query = select(Placement.channel_id, Placement.identity_id).where(
        Placement.story_id == story_id, Placement.purpose == purpose, Placement.round == count
    )
    there = {(channel_id, identity_id) for channel_id, identity_id in (await s.execute(query)).all()}
    fresh = [
        (
            Placement(
                story_id=story_id, channel_id=place.channel_id, identity_id=place.identity_id, purpose=purpose,
                round=count, viewers=[],
            ),
            place,
        )
        for place in where
        if (place.channel_id, place.identity_id) not in there
    ]  # fmt: skip
    s.add_all([placement for placement, _ in fresh])
    await s.flush()
    return fresh


async def of_story(s: AsyncSession, story_id: int, purpose: str = "story") -> list[tuple[Placement, Place]]:
    """Where a story's cards are, as far as we know which messages they became."""
    query = places.placed().where(Placement.story_id == story_id, Placement.purpose == purpose, *sent())
    return await placed(s, query.order_by(Placement.id))


def sent() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The conditions that a placement is a message we can rewrite."""
    return Placement.state == PlacementState.SENT, Placement.message_id != ""


async def placed(s: AsyncSession, query: Select[Placement, Channel, Identity, Person]) -> list[tuple[Placement, Place]]:
    """The rows of a query that began with ``places.placed``; none of people no longer known."""
    rows = [(row[0], places.read(row[1], row[2], row[3])) for row in (await s.execute(query)).all()]
    return [(placement, place) for placement, place in rows if place is not None]


async def adopt(s: AsyncSession, placement_id: int, ref: MessageRef, by: UserRef, *, is_direct: bool) -> None:
    """Somebody pressed this card, so it is there: settles a placement whose sending was never confirmed.

    ``ref``, ``by`` and ``is_direct`` (pressed in the person's own chat with us) are the platform's word. The id of the
    placement is the client's: a message that cannot be its card, or is another's, is not taken for it.
    """
    placement = await _in_doubt(s, placement_id)
    if placement is None or await _is_taken(s, placement, ref):
        return
    if await _can_be(s, placement, ref, by if is_direct else None):
        await settle(s, placement, ref)


async def _can_be(s: AsyncSession, placement: Placement, ref: MessageRef, chat_of: UserRef | None) -> bool:
    """Is this message where the placement was to go? ``chat_of`` is set where it stands in somebody's own chat."""
    if placement.channel_id is not None:
        channel = await s.get_one(Channel, placement.channel_id)
        where = ref.channel.partition(";")[0]  # Teams names the thread behind the channel
        return (ref.platform, ref.tenant, where) == (channel.platform, channel.tenant, channel.channel_id)
    if placement.identity_id is None or chat_of is None or (ref.platform, ref.tenant) != _workspace(chat_of):
        return False
    # Nobody else is in that chat, and there is only one: who it is with says which it is.
    identity = await s.get_one(Identity, placement.identity_id)
    return (*_workspace(chat_of), chat_of.user) == (identity.platform, identity.tenant, identity.user_id)


def _workspace(who: UserRef) -> tuple[str, str]:
    return who.platform, who.tenant


async def _is_taken(s: AsyncSession, placement: Placement, ref: MessageRef) -> bool:
    """Is this message known as the card of another placement?"""
    query = select(Placement.id).where(
        Placement.message_id == ref.message, Placement.message_channel == ref.channel, Placement.id != placement.id
    )
    return await s.scalar(query.limit(1)) is not None


async def settle(s: AsyncSession, placement: Placement, ref: MessageRef) -> None:
    """The card is there, as this message."""
    placement.state = PlacementState.SENT
    placement.message_id, placement.message_channel = ref.message, ref.channel
    await _arrived(s, placement)


async def arrived(s: AsyncSession, placement_id: int, ref: MessageRef) -> None:
    """The same for a card whose message in the outbox was settled already."""
    values = {"state": PlacementState.SENT, "message_id": ref.message, "message_channel": ref.channel}
    card = update(Placement).where(Placement.id == placement_id).values(values)
    await s.execute(card.execution_options(synchronize_session=False))


async def send_again(s: AsyncSession, placement_id: int) -> bool:
    """An editor says it is not there: send it once more. Answers whether there was anything to do."""
    placement = await _in_doubt(s, placement_id)
    if placement is None or placement.state == PlacementState.SENT:
        return False
    placement.state = PlacementState.PENDING
    query = select(Outbox).where(Outbox.placement_id == placement.id, Outbox.verb == "send")
    for row in (await s.execute(query)).scalars():
        row.state, row.claimed_at, row.attempts, row.due_at = OutboxState.PENDING, None, 0, now()
    return True


async def _in_doubt(s: AsyncSession, placement_id: int) -> Placement | None:
    """A placement of which we do not know which message it became, if any; locked."""
    doubtful = or_(
        Placement.state.in_((PlacementState.UNKNOWN, PlacementState.FAILED)),
        and_(Placement.state == PlacementState.SENT, Placement.message_id == ""),
    )
    query = select(Placement).where(Placement.id == placement_id, doubtful)
    return (await s.execute(for_update(query))).scalar_one_or_none()


async def _arrived(s: AsyncSession, placement: Placement) -> None:
    """Nothing is left to send."""
    query = select(Outbox).where(Outbox.placement_id == placement.id, Outbox.verb == "send")
    for row in (await s.execute(query)).scalars():
        row.state, row.settled_at, row.problem = OutboxState.SENT, now(), ""


async def watch(s: AsyncSession, placement_id: int, address: str) -> None:
    """From now on this person's view of the card differs from everybody's."""
    placement = await s.get(Placement, placement_id)
    if placement is not None and address and address not in placement.viewers:
        placement.viewers = [*placement.viewers, address][-VIEWERS:]


async def outdate(s: AsyncSession, story_id: int, address: str) -> None:
    """What this person sees in the place of the story's cards is old: rewrite those, and the client asks anew.

    Only the client can replace an own view, and it does so when the card itself changes.
    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/user-specific-views
    """
    if not address:
        return
    for placement, _ in await of_story(s, story_id):
        if address in placement.viewers:
            placement.shown = ""


async def is_settled(s: AsyncSession, placement_id: int) -> bool:
    """Do we know which message it became (or not of it at all)?"""
    query = select(Placement.state, Placement.message_id).where(Placement.id == placement_id)
    found = (await s.execute(query)).one_or_none()
    return found is None or (found.state == PlacementState.SENT and found.message_id != "")


async def leave(s: AsyncSession, placement_id: int) -> None:
    """An editor says it is there. It counts as sent; a press on it will tell us which message it is."""
    placement = await _in_doubt(s, placement_id)
    if placement is not None:
        placement.state = PlacementState.SENT
        await _arrived(s, placement)


__all__ = [
    "VIEWERS", "add_channel", "adopt", "arrived", "channels", "is_settled", "leave", "message_ref", "of_story",
    "outdate", "place", "placed", "send_again", "sent", "settle", "watch",
]  # fmt: skip
