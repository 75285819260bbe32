"""Tokens that let a program act for a person."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import Database, now
from advocacy.people.directory import employed
from advocacy.people.models import ApiToken, Person

PREFIX = "adv_"
"""So that scanners for leaked secrets can tell what they found."""
LONGEST_NAME = 120
_NOTED_EVERY = timedelta(minutes=1)


async def new(s: AsyncSession, person_id: int, name: str) -> tuple[ApiToken, str]:
    """Make one; the second value is the token itself, which is told now and never again.

    A name is cut after ``LONGEST_NAME`` characters.
    """
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(person_id=person_id, name=name.strip()[:LONGEST_NAME], token_hash=_hash(secret))
    s.add(token)
    await s.flush()
    return token, secret


async def holder(s: AsyncSession, secret: str) -> tuple[Person, ApiToken] | None:
    """The person it acts for, with the roles of this moment; nobody when it was revoked or the person left."""
    query = (
        select(Person, ApiToken)
        .join(ApiToken, ApiToken.person_id == Person.id)
        .where(ApiToken.token_hash == _hash(secret), ApiToken.revoked_at.is_(None), employed())
    )
    found = (await s.execute(query)).first()
    return None if found is None else (found[0], found[1])


async def note_use(db: Database, token: ApiToken) -> None:
    """Remember when it was last used, to the minute."""
    if token.used_at is None or token.used_at < now() - _NOTED_EVERY:
        async with db.write() as s:
            await s.execute(update(ApiToken).where(ApiToken.id == token.id).values(used_at=now()))


async def listing(s: AsyncSession) -> list[tuple[ApiToken, Person]]:
    """All tokens with whom they act for, the newest first."""
    query = select(ApiToken, Person).join(Person, Person.id == ApiToken.person_id).order_by(ApiToken.id.desc())
    return [(token, person) for token, person in (await s.execute(query)).all()]


async def revoke(s: AsyncSession, token_id: int) -> ApiToken | None:
    """End it for good. Doing it again changes nothing; ``None`` when there is no such token."""
    token = await s.get(ApiToken, token_id)
    if token is not None and token.revoked_at is None:
        token.revoked_at = now()
    return token


def _hash(secret: str) -> str:
    """Plain SHA-256 is enough: a token has 256 random bits, so nobody guesses it."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


__all__ = ["LONGEST_NAME", "holder", "listing", "new", "note_use", "revoke"]
