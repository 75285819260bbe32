"""Tells visitors apart for a day without keeping who they are: a keyed hash whose key is forgotten."""

from __future__ import annotations

import asyncio
import hashlib
import os
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import Database, insert_into, now
from advocacy.sharing.models import Salt

DIGITS = 24
"""Of 96 bits: two of a billion visitors a day look the same with a chance of one in 10^11."""


class Visitors:
    """The salts of today and tomorrow in memory. All processes share them through the database."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._salts: dict[date, bytes] = {}
        self._fetching: asyncio.Task[None] | None = None

    async def start(self, at: datetime | None = None) -> None:
        """Have the salts ready. Call again within each day (a job does), so that none is missed at midnight."""
        day = (at or now()).astimezone(UTC).date()
        async with self._db.write() as s:
            salts = {one: await salt(s, one) for one in (day, day + timedelta(days=1))}
        self._salts = salts

    def name(self, address: str, agent: str, at: datetime) -> str:
        """24 hex digits, the same for one address and browser throughout a UTC day. Never waits for the database."""
        key = self._salts.get(at.date())
        if key is None:
            key = self._missing(at)
        # A keyed BLAKE2 is what HMAC is for SHA-2 (RFC 7693, 2.9). Python's HMAC lets go of the interpreter for each
        # call, and then waits for it behind the click writer: eight times slower.
        return hashlib.blake2b(f"{address}\n{agent}".encode(), key=key, digest_size=DIGITS // 2).hexdigest()

    def _missing(self, at: datetime) -> bytes:
        """A salt of our own for a day that nobody prepared; the shared one takes over when it has been read."""
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.get_running_loop().create_task(self._fetch(at))
        return self._salts.setdefault(at.date(), os.urandom(32))

    async def _fetch(self, at: datetime) -> None:
        try:
            await self.start(at)
        except (SQLAlchemyError, OSError):
            # The database is away; the salt of our own stays in use, and the job asks again.
            return


async def salt(s: AsyncSession, day: date) -> bytes:
    """The salt of a day, made by whoever asks first."""
    fresh = insert_into(s, Salt).values(day=day.isoformat(), value=os.urandom(32).hex())
    await s.execute(fresh.on_conflict_do_nothing(index_elements=["day"]))
    value = await s.scalar(select(Salt.value).where(Salt.day == day.isoformat()))
    assert value is not None
    return bytes.fromhex(value)


async def forget_salts(s: AsyncSession, at: datetime | None = None) -> int:
    """Delete salts 48 hours after their day began: from then on nobody can tell whose hash it was."""
    oldest = (at or now()).astimezone(UTC).date() - timedelta(days=1)
    gone = await s.scalars(delete(Salt).where(Salt.day < oldest.isoformat()).returning(Salt.id))
    return len(gone.all())
