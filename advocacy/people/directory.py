"""Who somebody on a platform is, and what they may do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Text, cast, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import ColumnElement

from advocacy.chat import Profile, UserRef
from advocacy.db import insert_into, now
from advocacy.people.listing import address
from advocacy.people.models import Identity, Person

ROLES = ("editor", "leader", "admin")


def employed(day: date | None = None) -> ColumnElement[bool]:
    """The condition that a person is employed on this day (today in UTC unless said)."""
    return or_(Person.left_on.is_(None), Person.left_on > (day or now().date()))


def is_employed(person: Person, day: date | None = None) -> bool:
    """The same of one person: somebody whose last day is known still works here until then."""
    return person.left_on is None or person.left_on > (day or now().date())


async def identify(s: AsyncSession, who: UserRef) -> Person | None:
    """The person behind a platform's user. ``None`` for strangers, guests and people who left."""
    found: Person | None = await s.scalar(
        select(Person)
        .join(Identity, Identity.person_id == Person.id)
        .where(*_is(who), Identity.is_guest.is_(False), employed())
    )
    return found


async def recognize(s: AsyncSession, who: UserRef) -> tuple[Person | None, Identity | None]:
    """``identify`` and ``known`` with one look; done for each press."""
    on = (Person.id == Identity.person_id) & Identity.is_guest.is_(False) & employed()
    query = select(Identity, Person).outerjoin(Person, on).where(*_is(who))
    found = (await s.execute(query)).one_or_none()
    return (None, None) if found is None else (found[1], found[0])


async def known(s: AsyncSession, who: UserRef) -> Identity | None:
    """What we remember of a platform's user, whether or not we know the person."""
    found: Identity | None = await s.scalar(select(Identity).where(*_is(who)))
    return found


async def remember(
    s: AsyncSession, who: UserRef, profile: Profile, reach: Mapping[str, Any] | None = None, *, met: bool = True
) -> Person | None:
    """Keep what a platform says about a user and join it to a person by e-mail; answers that person.

    A guest is never joined: guests may carry anybody's address. Someone the platform calls gone is let loose.
    Once joined, an identity stays with its person when its e-mail matches nobody else. ``met``: it was they who did
    something, nobody else who named them; once met stays met.
    """
    email = address(profile.email)
    values: dict[str, Any] = {"is_guest": profile.is_guest, "checked_at": now()}
    if email:
        values["email"] = email
    if who.address:
        values["address"] = who.address
    if reach is not None:
        values["reach"] = dict(reach)
    if profile.is_guest or profile.is_gone:
        values["person_id"] = None
    elif person_id := await _by_email(s, email):
        values["person_id"] = person_id
    if met:
        values["met"] = True
    key = {"platform": who.platform, "tenant": who.tenant, "user_id": who.user}
    # Two presses of a newcomer may arrive at once: the database decides, not a look beforehand.
    await s.execute(
        insert_into(s, Identity)
        .values(**key, **{"met": False, **values})
        .on_conflict_do_update(index_elements=list(key), set_=values)
    )
    stale = await known(s, who)
    if stale is not None:
        await s.refresh(stale)
    return await identify(s, who)


async def meet(s: AsyncSession, identity_id: int) -> None:
    """Somebody whom only the directory had named did something."""
    await s.execute(update(Identity).where(Identity.id == identity_id).values(met=True))


async def has_app(s: AsyncSession, identity_id: int) -> None:
    """Somebody whom only a directory had named can be written to: they have the app now."""
    await s.execute(update(Identity).where(Identity.id == identity_id, Identity.met.is_(False)).values(reach={}))


async def get(s: AsyncSession, person_id: int) -> Person:
    """The person with this id. Raises ``LookupError`` when there is none."""
    person = await s.get(Person, person_id)
    if person is None:
        msg = f"there is no person {person_id}"
        raise LookupError(msg)
    return person


async def names(s: AsyncSession, person_ids: Collection[int]) -> dict[int, str]:
    """What these people are called, by id; also those who have left. Ids of nobody are left out."""
    if not person_ids:
        return {}
    return dict((await s.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))).all())


async def emails(s: AsyncSession, person_ids: Collection[int]) -> dict[int, str]:
    """The addresses of these people, by id; as ``names``."""
    if not person_ids:
        return {}
    return dict((await s.execute(select(Person.id, Person.email).where(Person.id.in_(person_ids)))).all())


def may(person: Person, role: str) -> bool:
    """Does this person hold a role (``editor``, ``leader``, ``admin``)? An admin holds them all."""
    return role in person.roles or "admin" in person.roles


async def with_role(s: AsyncSession, role: str) -> list[Person]:
    """Everybody employed who was given exactly this role, by name."""
    rows = await s.scalars(
        select(Person).where(cast(Person.roles, Text).like(f'%"{role}"%'), employed()).order_by(Person.name, Person.id)
    )
    return [person for person in rows if role in person.roles]


async def language_of(s: AsyncSession, role: str) -> str:
    """The language that most people with this role read, the first by name of two; empty when nobody has the role."""
    spoken = Counter(person.language for person in await with_role(s, role))
    return max(sorted(spoken), key=lambda one: spoken[one], default="")


async def identities(s: AsyncSession, person_id: int) -> list[Identity]:
    """Everywhere a person can be written to, the oldest first."""
    rows = await s.scalars(
        select(Identity).where(Identity.person_id == person_id, Identity.is_guest.is_(False)).order_by(Identity.id)
    )
    return list(rows)


async def set_undo(s: AsyncSession, person_id: int, seconds: int) -> None:
    """This person's own time to undo a share."""
    await s.execute(update(Person).where(Person.id == person_id).values(undo_seconds=seconds))


async def toured(s: AsyncSession, person_id: int, at: datetime) -> None:
    """This person ended the tour, or skipped it."""
    await s.execute(update(Person).where(Person.id == person_id, Person.toured_at.is_(None)).values(toured_at=at))


async def find(s: AsyncSession, email: str) -> Person | None:
    """The person with this e-mail, employed or not."""
    found: Person | None = await s.scalar(select(Person).where(Person.email == email.strip().lower()))
    return found


async def by_email(s: AsyncSession, addresses: Collection[str]) -> dict[str, Person]:
    """The people with these e-mails, employed or not, by their e-mail in lower case."""
    wanted = {one.strip().lower() for one in addresses}
    if not wanted:
        return {}
    return {one.email: one for one in await s.scalars(select(Person).where(Person.email.in_(wanted)))}


async def count(s: AsyncSession) -> int:
    """How many people are employed today."""
    return await s.scalar(select(func.count()).select_from(Person).where(employed())) or 0


def _is(who: UserRef) -> tuple[ColumnElement[bool], ...]:
    return (Identity.platform == who.platform, Identity.tenant == who.tenant, Identity.user_id == who.user)


async def _by_email(s: AsyncSession, email: str) -> int | None:
    if not email:
        return None
    found: int | None = await s.scalar(select(Person.id).where(Person.email == email, employed()))
    return found
