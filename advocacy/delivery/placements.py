"""Cards of stories in channels: where they should be, where they are, who sees an own view of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.chat import ChannelRef, MessageRef
from advocacy.db import for_update, now
from advocacy.delivery.models import Channel, Outbox, OutboxState, Placement, PlacementState

VIEWERS = 60
"""Teams refreshes a card for at most this many named people."""


async def channels(s: AsyncSession, purpose: str, only: Sequence[int] = ()) -> list[Channel]:
    """Active channels with this purpose; just the named ones when any are named."""
    query = select(Channel).where(Channel.purpose == purpose, Channel.active).order_by(Channel.id)
    if only:
        query = query.where(Channel.id.in_(only))
    return list((await s.execute(query)).scalars())


async def add_channel(
    s: AsyncSession, ref: ChannelRef, name: str, purpose: str = "stories", language: str = "en"
) -> Channel:
    """Make a channel known, or change what is known of it."""
    query = select(Channel).where(
        Channel.platform == ref.platform, Channel.tenant == ref.tenant, Channel.channel_id == ref.channel
    )
    channel = (await s.execute(query)).scalar_one_or_none()
    if channel is None:
        channel = Channel(platform=ref.platform, tenant=ref.tenant, channel_id=ref.channel)
        s.add(channel)
    channel.name, channel.purpose, channel.language, channel.active = name, purpose, language, True
    await s.flush()
    return channel


async def place(
    s: AsyncSession, story_id: int, where: Sequence[Channel], purpose: str, count: int = 1
) -> list[tuple[Placement, Channel]]:
    """Placements of a story in these channels; the ones that are new in this round."""
    query = select(Placement.channel_id).where(
        Placement.story_id == story_id, Placement.purpose == purpose, Placement.round == count
    )
    there = set((await s.execute(query)).scalars())
    fresh = [
        (Placement(story_id=story_id, channel_id=channel.id, purpose=purpose, round=count, viewers=[]), channel)
        for channel in where
        if channel.id not in there
    ]
    s.add_all([placement for placement, _ in fresh])
    await s.flush()
    return fresh


async def of_story(s: AsyncSession, story_id: int, purpose: str = "story") -> list[tuple[Placement, Channel]]:
    """Where a story's cards are, as far as we know which messages they became."""
    query = (
        select(Placement, Channel)
        .join(Channel, Channel.id == Placement.channel_id)
        .where(Placement.story_id == story_id, Placement.purpose == purpose)
        .where(Placement.state == PlacementState.SENT, Placement.message_id != "")
        .order_by(Placement.id)
    )
    return [(placement, channel) for placement, channel in (await s.execute(query)).all()]


def message_ref(placement: Placement, channel: Channel) -> MessageRef:
    """The message that a placement became."""
    where = placement.message_channel or channel.channel_id
    return MessageRef(channel.platform, channel.tenant, where, placement.message_id)


async def adopt(s: AsyncSession, placement_id: int, ref: MessageRef) -> None:
    """Somebody pressed this card, so it is there: settles a placement whose sending was never confirmed."""
    placement = await _in_doubt(s, placement_id)
    if placement is None:
        return
    channel = await s.get_one(Channel, placement.channel_id)
    if (channel.platform, channel.tenant) != (ref.platform, ref.tenant) or not ref.channel.startswith(
        channel.channel_id
    ):
        return
    await settle(s, placement, ref)


async def settle(s: AsyncSession, placement: Placement, ref: MessageRef) -> None:
    """The card is there, as this message."""
    placement.state = PlacementState.SENT
    placement.message_id, placement.message_channel = ref.message, ref.channel
    await _arrived(s, placement)


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
