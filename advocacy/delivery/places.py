"""Where a card can stand: a channel, or somebody's direct messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, case, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.chat import ChannelRef, MessageRef, UserRef
from advocacy.delivery.models import Channel, Placement
from advocacy.people.breaks import awake
from advocacy.people.directory import employed
from advocacy.people.models import NEEDS_APP, Identity, Person, Rhythm


@dataclass(frozen=True, slots=True)
class Place:
    """One of them. Exactly one of ``channel_id`` and ``identity_id`` is set; both are ids of ours."""

    to: ChannelRef | UserRef
    name: str
    language: str
    time_zone: str
    """Empty when it is the company's."""
    channel_id: int | None = None
    identity_id: int | None = None
    person_id: int | None = None
    """Whose direct messages they are."""

    @property
    def is_direct(self) -> bool:
        """Between one person and us."""
        return self.identity_id is not None


def of_channel(channel: Channel) -> Place:
    """The channel as a place."""
    ref = ChannelRef(channel.platform, channel.tenant, channel.channel_id)
    return Place(ref, channel.name, channel.language, channel.time_zone, channel_id=channel.id)


def of_identity(identity: Identity, person: Person) -> Place:
    """A person's direct messages on one platform."""
    ref = UserRef(identity.platform, identity.tenant, identity.user_id, identity.address)
    return Place(ref, person.name, person.language, person.time_zone, identity_id=identity.id, person_id=person.id)


async def channels(s: AsyncSession, purpose: str, only: Sequence[int] = ()) -> list[Place]:
    """Active channels with this purpose; just the named ones when any are named."""
    query = select(Channel).where(Channel.purpose == purpose, Channel.active).order_by(Channel.id)
    if only:
        query = query.where(Channel.id.in_(only))
    return [of_channel(one) for one in (await s.execute(query)).scalars()]


async def story_channels(s: AsyncSession) -> list[Channel]:
    """Active channels that stories go to, as they are stored, by name."""
    query = select(Channel).where(Channel.purpose == "stories", Channel.active).order_by(Channel.name, Channel.id)
    return list(await s.scalars(query))


async def cheering(s: AsyncSession) -> list[Place]:
    """Story channels for which editors want a weekly post."""
    return [of_channel(one) for one in await story_channels(s) if one.cheers]


async def set_cheers(s: AsyncSession, channel_id: int, *, on: bool) -> str:
    """Begin or end the weekly post in a story channel; answers its name, empty when there is none."""
    channel = await s.get(Channel, channel_id)
    if channel is None or channel.purpose != "stories" or not channel.active:
        return ""
    channel.cheers = on
    return channel.name


async def direct(s: AsyncSession, person_ids: Sequence[int], *, also_on_break: bool = False) -> list[Place]:
    """One place for each of these people who can be written to; nobody who has left.

    It is where they want it (``rhythm``), else where they were met first, else where a directory named them.

    Whoever wants no prompts at the moment is left out, except with ``also_on_break``: for what they wait for.
    """
    query = (
        select(Identity, Person)
        .join(Person, Person.id == Identity.person_id)
        .outerjoin(Rhythm, Rhythm.person_id == Person.id)
        .where(Person.id.in_(person_ids), Identity.is_guest.is_(False), employed())
        .order_by(case((Rhythm.platform == Identity.platform, 0), else_=1), Identity.met.desc(), Identity.id)
    )
    if not also_on_break:
        query = query.where(awake())
    found: dict[int, Place] = {}
    for identity, person in (await s.execute(query)).all():
        found.setdefault(person.id, of_identity(identity, person))
    return list(found.values())


async def out_of_reach(s: AsyncSession, person_ids: Sequence[int]) -> list[str]:
    """Names of those of them who cannot be written to: no platform has told us who they are there.

    Nor can, for all we know, whom only a directory named, on a platform that writes to those who have the app.
    """
    if not person_ids:
        return []
    query = select(Identity).where(Identity.person_id.in_(person_ids), Identity.is_guest.is_(False))
    met = {one.person_id for one in await s.scalars(query) if one.met or not one.reach.get(NEEDS_APP)}
    rows = await s.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)).order_by(Person.name))
    return [name for person_id, name in rows.all() if person_id not in met]


def placed() -> Select[Placement, Channel, Identity, Person]:
    """Placements with what their place is made of; hand each row to ``read``."""
    return (
        select(Placement, Channel, Identity, Person)
        .outerjoin(Channel, Channel.id == Placement.channel_id)
        .outerjoin(Identity, Identity.id == Placement.identity_id)
        .outerjoin(Person, Person.id == Identity.person_id)
    )


def read(channel: Channel | None, identity: Identity | None, person: Person | None) -> Place | None:
    """The place in a row of ``placed``; ``None`` when the person is no longer known."""
    if channel is not None:
        return of_channel(channel)
    return of_identity(identity, person) if identity is not None and person is not None else None


def message_ref(placement: Placement, place: Place) -> MessageRef:
    """The message that a placement became."""
    otherwise = place.to.channel if isinstance(place.to, ChannelRef) else ""
    return MessageRef(place.to.platform, place.to.tenant, placement.message_channel or otherwise, placement.message_id)


__all__ = [
    "Place", "channels", "cheering", "direct", "message_ref", "of_channel", "of_identity", "out_of_reach", "placed",
    "read", "set_cheers", "story_channels",
]  # fmt: skip
