"""Who of our people can be written to on a platform, and who not."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.people.directory import employed
from advocacy.people.models import Identity, Person

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Some:
    """So many people, and the addresses of a few of them."""

    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """Of one workspace or tenant."""

    known: int
    """People who are known there."""
    unlisted: Some
    """People of the roster whom nobody there is by their e-mail address."""
    unmet: Some
    """People whom only the directory named: where only those can be written to who have the app, they may not be."""


async def reach(s: AsyncSession, platform: str, tenant: str) -> Reach:
    """Look at everybody employed."""
    theirs = exists().where(
        Identity.person_id == Person.id, Identity.platform == platform, Identity.tenant == tenant,
        Identity.is_guest.is_(False),
    )  # fmt: skip
    met = theirs.where(Identity.met.is_(True))
    here = select(Person.email).where(employed())
    known = await s.scalar(select(func.count()).select_from(here.where(theirs).subquery())) or 0
    return Reach(known, await _some(s, here.where(~theirs)), await _some(s, here.where(theirs, ~met)))


async def _some(s: AsyncSession, emails: Select[str]) -> Some:
    count = await s.scalar(select(func.count()).select_from(emails.subquery())) or 0
    return Some(count, tuple(await s.scalars(emails.order_by(Person.email).limit(_EXAMPLES))))


__all__ = ["Reach", "Some", "reach"]
