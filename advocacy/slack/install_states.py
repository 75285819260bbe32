"""Who is on the way to Slack's consent page and back: bound to one browser, good once, for ten minutes."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete

from advocacy.db import Database, now
from advocacy.slack.models import InstallState

LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Started:
    """An installation under way."""

    state: str
    """Goes to Slack and comes back."""
    cookie: str
    """Stays in the browser."""


class InstallStates:
    """Kept in the database, so that any process may take the browser back; only digests of what we gave out."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def begin(self) -> Started:
        """Somebody goes. Those that came to nothing are forgotten."""
        made = Started(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
        at = now()
        async with self._db.write() as s:
            await s.execute(delete(InstallState).where(InstallState.expires_at < at))
            s.add(InstallState(digest=_digest(made.state), browser=_digest(made.cookie), expires_at=at + LIFE))
        return made

    async def end(self, state: str, cookie: str) -> bool:
        """Somebody is back. Is it who went, in time, and for the first time? Used up by being asked."""
        gone = delete(InstallState).where(InstallState.digest == _digest(state))
        async with self._db.write() as s:
            found = (await s.execute(gone.returning(InstallState.browser, InstallState.expires_at))).one_or_none()
        return found is not None and found.browser == _digest(cookie) and found.expires_at >= now()


def _digest(word: str) -> str:
    return hashlib.sha256(word.encode(errors="surrogatepass")).hexdigest()


__all__ = ["LIFE", "InstallStates", "Started"]
