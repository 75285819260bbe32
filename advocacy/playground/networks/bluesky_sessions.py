"""Who is signed in on Bluesky: app passwords, short access tokens, refresh tokens that rotate."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from advocacy.playground.networks.bluesky_records import XrpcError, did_of, jwt
from advocacy.playground.networks.consent import same

ACCESS_LIFE = timedelta(hours=2)
REFRESH_LIFE = timedelta(days=90)
GRACE = timedelta(hours=2)
"""A refresh token that was used may be used again for so long and gives its successor again, so that a lost answer
does not sign anybody out."""
_COUNT = itertools.count(1)


@dataclass(slots=True)
class Session:
    """One sign-in, through all its refreshes."""

    person: str
    revoked: bool = False


@dataclass(slots=True)
class Refresh:
    """One refresh token of a session."""

    session: Session
    until: datetime
    successor: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """What the app gets."""

    access: str
    refresh: str


class Sessions:
    """Every sign-in of everybody."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._access: dict[str, tuple[Session, datetime]] = {}
        self._refresh: dict[str, Refresh] = {}
        self._passwords: dict[str, int] = {}

    def password(self, person: str) -> str:
        """The app password: ``play-<key>``; after each revocation a new one."""
        made = self._passwords.get(person, 1)
        return f"play-{person}" if made == 1 else f"play-{person}-{made}"

    def sign_in(self, person: str, password: str, now: datetime) -> Pair:
        """A new session. Raises ``XrpcError``."""
        if not same(password, self.password(person)):
            raise XrpcError(401, "AuthenticationRequired", "Invalid identifier or password")
        return self._pair(Session(person), now)

    def refresh(self, token: str, now: datetime) -> tuple[str, Pair]:
        """Person and next pair. Raises ``XrpcError``."""
        held = self._refresh.get(token)
        if held is None:
            raise XrpcError(400, "InvalidToken", "Token could not be verified")
        if held.session.revoked or now >= held.until:
            raise XrpcError(400, "ExpiredToken", "Token has been revoked")
        if held.successor:
            return held.session.person, Pair(self._new_access(held.session, now), held.successor)
        pair = self._pair(held.session, now)
        held.successor, held.until = pair.refresh, min(held.until, now + GRACE)
        return held.session.person, pair

    def person(self, access: str, now: datetime) -> str:
        """Whose access token this is. Raises ``XrpcError``."""
        if not access:
            raise XrpcError(401, "AuthMissing", "Authentication Required")
        session, until = self._access.get(access, (None, now))
        if session is None:
            raise XrpcError(400, "InvalidToken", "Token could not be verified")
        if session.revoked or now >= until:
            raise XrpcError(400, "ExpiredToken", "Token has expired" if now >= until else "Token has been revoked")
        return session.person

    def end(self, refresh: str) -> str | None:
        """Sign one session out; whose it was."""
        held = self._refresh.get(refresh)
        if held is None:
            return None
        held.session.revoked = True
        return held.session.person

    def revoke(self, person: str) -> None:
        """The app password is deleted: all its sessions end and the next password is another one."""
        self._passwords[person] = self._passwords.get(person, 1) + 1
        for held in self._refresh.values():
            if held.session.person == person:
                held.session.revoked = True

    def connected(self, person: str, now: datetime) -> bool:
        """Is there a session that can still go on?"""
        return any(
            held.session.person == person and not held.session.revoked and now < held.until
            for held in self._refresh.values()
        )

    def _pair(self, session: Session, now: datetime) -> Pair:
        claims = {
            "scope": "com.atproto.refresh", "sub": did_of(session.person), "jti": next(_COUNT),
            "iat": int(now.timestamp()), "exp": int((now + REFRESH_LIFE).timestamp()),
        }  # fmt: skip
        refresh = jwt(claims, self._secret)
        self._refresh[refresh] = Refresh(session, now + REFRESH_LIFE)
        return Pair(self._new_access(session, now), refresh)

    def _new_access(self, session: Session, now: datetime) -> str:
        claims = {
            "scope": "com.atproto.appPass", "sub": did_of(session.person), "jti": next(_COUNT),
            "iat": int(now.timestamp()), "exp": int((now + ACCESS_LIFE).timestamp()),
        }  # fmt: skip
        access = jwt(claims, self._secret)
        self._access[access] = (session, now + ACCESS_LIFE)
        return access
