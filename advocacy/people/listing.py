"""What a platform's directory tells of everybody in it: the port between a door and the roster."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

from advocacy.db import letters

MOST_USER, MOST_EMAIL, MOST_STAMP = 128, 320, 64
"""Characters that are stored of these."""
Sleep = Callable[[float], Awaitable[None]]
"""Waits so many seconds."""


@dataclass(frozen=True, slots=True)
class Member:
    """One entry. ``None`` in a field: the directory does not say, so what is known stays."""

    user: str
    """Slack user id; Entra object id."""
    name: str = ""
    email: str = ""
    """Lower-cased; empty unless the platform vouches for it."""
    other_email: str = ""
    """A second address that the platform vouches for (Teams: the sign-in name), should the first match nobody."""
    is_guest: bool = False
    """A guest, a machine, or of another company: never one of our people."""
    is_gone: bool = False
    """Deactivated or deleted."""
    department: str | None = None
    """Its full name with ``/`` between the parts."""
    language: str | None = None
    time_zone: str | None = None
    location: str | None = None
    country: str | None = None
    stamp: str = ""
    """Another one whenever the entry has changed; empty where the platform has no such thing."""

    @property
    def is_ours(self) -> bool:
        """One of the company's people, still there, by an address that can be believed?"""
        return bool(self.email) and not self.is_guest and not self.is_gone


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the entries. After the last page of a round ``following`` is empty."""

    members: tuple[Member, ...]
    following: str = ""
    """Cursor of the next page, opaque to all but the door."""
    mark: str = ""
    """On the last page: where a later round begins that tells only what has changed; empty if there are none such."""


class Outdated(Exception):
    """The cursor or mark is no longer good: everybody has to be listed anew."""


class Directory(Protocol):
    """What a door knows of everybody. All verbs raise the errors of ``chat``, and keep the vendor's pace."""

    name: str
    """Of the platform."""
    tenant: str
    """The workspace or tenant it speaks of."""
    every: timedelta
    """How long after a round the next one is worth it. A day and more waits for the night."""
    needs_app: bool
    """Can somebody be written to only once they have the app?"""
    lacks: str
    """Why departments cannot be read although they are wanted: ``field`` or ``permission``; empty else."""

    async def departments_apart(self) -> bool:
        """Does each person's department cost a call of its own, which can be made?"""
        ...

    async def page(self, cursor: str) -> Page:
        """The page that a cursor or mark leads to, the first of all with an empty one. Raises ``Outdated`` too."""
        ...

    async def member(self, user: str) -> Member:
        """One person with their department, as the directory has them now."""
        ...

    async def department(self, user: str) -> str:
        """One person's department, empty when they have none; only where ``departments_apart``."""
        ...


class Directories(Protocol):
    """Those of all workspaces of a platform."""

    name: str
    """Of the platform."""
    every: timedelta
    """As each directory has it."""

    async def all(self) -> list[Directory]:
        """One for each workspace there is. Raises the errors of ``chat``."""
        ...

    def of(self, tenant: str) -> Directory:
        """That of one workspace."""
        ...


class Pace:
    """Lets calls through at an even pace, so that a vendor's limit is never met."""

    def __init__(
        self, per_minute: float, clock: Callable[[], float] = time.monotonic, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._gap = 60 / per_minute
        self._clock, self._sleep = clock, sleep
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until the next call may begin."""
        at = max(self._clock(), self._next)
        self._next = at + self._gap
        if (wait := at - self._clock()) > 0:
            await self._sleep(wait)


def address(told: str) -> str:
    """An e-mail address as it is stored, in lower case; empty when it can be none."""
    email = told.strip().lower()
    return email if email.isprintable() and len(email) <= MOST_EMAIL else ""


def sound(member: Member) -> Member | None:
    """The entry in letters and lengths that can be stored; ``None`` when its id cannot be.

    One that a platform tells oddly must not keep out everybody else.
    """
    if not 0 < len(member.user) <= MOST_USER or not member.user.isprintable():
        return None
    clean = replace(
        member, email=address(member.email), other_email=address(member.other_email), stamp=member.stamp[:MOST_STAMP]
    )
    told = packed(clean)
    if all(one.isprintable() for one in told if isinstance(one, str)):
        return clean
    return unpacked([letters(one) if isinstance(one, str) else one for one in told])


def packed(member: Member) -> list[Any]:
    """As plain JSON, for a stored page."""
    return [
        member.user, member.name, member.email, member.other_email, int(member.is_guest), int(member.is_gone),
        member.department, member.language, member.time_zone, member.location, member.country, member.stamp,
    ]  # fmt: skip


def unpacked(told: list[Any]) -> Member:
    """What ``packed`` wrote."""
    user, name, email, other, is_guest, is_gone, *rest = told
    return Member(user, name, email, other, bool(is_guest), bool(is_gone), *rest)


__all__ = [
    "Directories", "Directory", "Member", "Outdated", "Pace", "Page", "Sleep", "address", "packed", "sound", "unpacked",
]  # fmt: skip
