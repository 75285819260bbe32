"""A directory's entries as rows of the roster, where the company lets a chat platform be its roster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.people.countries import code_of
from advocacy.people.listing import Member
from advocacy.people.models import Identity, ListedProfile, Person
from advocacy.people.roster_file import MAX_LOCATION, MAX_NAME, Row, is_email, language_of, path_of

_FEW = 500
"""So many are looked up by name; of more, everybody is read."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What the roster is to become."""

    rows: list[Row]
    renamed: dict[int, str]
    """People who have another address now: their id, and the address."""
    refused: int
    """Entries whose address cannot be one."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Somebody behind an identity of this workspace."""

    person_id: int
    email: str
    department: str
    """What was read of it apart; empty when nothing was."""


async def made(s: AsyncSession, platform: str, tenant: str, members: Sequence[Member], *, is_full: bool) -> Rows:
    """Rows for ``roster.apply(partial=True)``: who is there, and who no longer is.

    Only those leave who were known in this workspace, and are in no other one of the platform. Language and time
    zone are for newcomers: people may have chosen their own.
    """
    latest = {one.user: one for one in members}
    behind = await _behind(s, platform, tenant, None if is_full else latest)
    there = await _addresses(s, latest.values())
    rows: dict[str, Row] = {}
    renamed: dict[int, str] = {}
    refused = 0
    for one in latest.values():
        if not one.is_ours:
            continue
        if not is_email(one.email):
            refused += 1
            continue
        known = behind.get(one.user)
        email = _address(one, known, there)
        if known is not None and email != one.email and one.email not in there and email != one.other_email:
            renamed[known.person_id] = one.email
        rows.setdefault(email, _row(one, email, known, is_new=known is None and email not in there))
    out = {known.person_id: known.email for user, known in behind.items() if _is_out(latest.get(user), is_full=is_full)}
    for person_id in out.keys() - await _elsewhere(s, platform, tenant):
        rows.setdefault(out[person_id], Row(0, out[person_id], leaves=True))
    return Rows(list(rows.values()), renamed, refused)


def _is_out(entry: Member | None, *, is_full: bool) -> bool:
    return is_full if entry is None else entry.is_gone or entry.is_guest


async def _elsewhere(s: AsyncSession, platform: str, tenant: str) -> set[int | None]:
    """People who are known in another workspace of the platform."""
    query = select(Identity.person_id).where(
        Identity.platform == platform, Identity.tenant != tenant, Identity.person_id.is_not(None)
    )
    return set(await s.scalars(query))


async def rename(s: AsyncSession, renamed: dict[int, str]) -> None:
    """Give people their new addresses, where nobody else has them."""
    taken = set(await s.scalars(select(Person.email).where(Person.email.in_(renamed.values())))) if renamed else set()
    for person_id, email in renamed.items():
        if email not in taken:
            taken.add(email)
            await s.execute(update(Person).where(Person.id == person_id).values(email=email))


def _address(one: Member, known: _Known | None, there: set[str]) -> str:
    """By which of their addresses we have them; the first when by none."""
    if one.email in there:
        return one.email
    if one.other_email in there:
        return one.other_email
    return known.email if known is not None else one.email


def _row(one: Member, email: str, known: _Known | None, *, is_new: bool) -> Row:
    told = one.department if one.department is not None else (known.department if known else "")
    zone = one.time_zone if is_new and one.time_zone in _zones() else None
    return Row(
        0,
        email,
        " ".join(one.name.split())[:MAX_NAME] or email.partition("@")[0],
        path_of(told) if told else None,
        language=language_of(one.language) if is_new and one.language else None,
        time_zone=zone,
        location=one.location[:MAX_LOCATION] if one.location else None,
        country=code_of(one.country) or None if one.country else None,
    )


@cache
def _zones() -> set[str]:
    return available_timezones()


async def _behind(s: AsyncSession, platform: str, tenant: str, only: Iterable[str] | None) -> dict[str, _Known]:
    query = (
        select(Identity.user_id, Person.id, Person.email, ListedProfile.department)
        .join(Person, Person.id == Identity.person_id)
        .outerjoin(ListedProfile, ListedProfile.identity_id == Identity.id)
        .where(Identity.platform == platform, Identity.tenant == tenant, Identity.is_guest.is_(False))
    )
    users = None if only is None else list(only)
    if users is not None and len(users) <= _FEW:
        query = query.where(Identity.user_id.in_(users))
    wanted = None if users is None else set(users)
    return {
        user: _Known(person_id, email, department or "")
        for user, person_id, email, department in await s.execute(query)
        if wanted is None or user in wanted
    }


async def _addresses(s: AsyncSession, members: Iterable[Member]) -> set[str]:
    """Addresses of people we have; at least those of these members."""
    query = select(Person.email)
    asked = {email for one in members for email in (one.email, one.other_email) if email}
    if len(asked) <= _FEW:
        query = query.where(Person.email.in_(asked))
    return set(await s.scalars(query))


__all__ = ["Rows", "made", "rename"]
