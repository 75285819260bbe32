"""Tables of people: who they are, where they belong and since when, how platforms know them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.db import Base, BigId, Id, now

NEEDS_APP = "needs_app"
"""Key in ``Identity.reach``: a directory named them, where only those can be written to who have the app."""


class Department(Base):
    """A node of the tree. ``path`` is its full name, parts joined by ``/``."""

    __tablename__ = "department"

    id: Mapped[Id]
    parent_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("department.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(String(1000), unique=True)


class Person(Base):
    """Someone employed. ``email`` is lower-cased and the key that joins all platforms."""

    __tablename__ = "person"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(12), default="en")
    time_zone: Mapped[str] = mapped_column(String(64), default="Europe/Berlin")
    location: Mapped[str] = mapped_column(String(120), default="")
    """Where they work, as the roster says: a town, a site."""
    country: Mapped[str] = mapped_column(String(2), default="")
    """Where they work: ISO 3166-1 alpha-2 in capitals; the company's (``ADVOCACY_COUNTRY``) when empty."""
    manager_email: Mapped[str] = mapped_column(String(320), default="")
    """Kept loosely: the manager may come later than the report."""
    roles: Mapped[list[str]] = mapped_column(default=list)
    """Of ``editor``, ``leader``, ``admin``; everyone is an employee."""
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    """First day no longer employed."""
    undo_seconds: Mapped[int | None]
    """This person's own undo window; the company's when empty."""
    break_until: Mapped[datetime | None]
    """They want no prompts before then: see ``breaks``."""
    toured_at: Mapped[datetime | None]
    """When they ended the tour, or skipped it."""
    created_at: Mapped[datetime] = mapped_column(default=now)


class Rhythm(Base):
    """When and how often somebody wants to hear from us unasked; what is empty follows the company: see ``rhythm``."""

    __tablename__ = "rhythm"

    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    days: Mapped[str | None] = mapped_column(String(27))
    """Days of the digest, ``tue,thu``; an empty text is no digest."""
    hour: Mapped[str | None] = mapped_column(String(5))
    """Of the digest, on their own clock: ``09:00``."""
    most: Mapped[int | None]
    """Messages in seven days."""
    quiet: Mapped[str | None] = mapped_column(String(11))
    """``20:00-07:00`` on their own clock; an empty text is no quiet hours."""
    platform: Mapped[str] = mapped_column(String(16), default="")
    """Where they want to be written to, if they are known in several places."""
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    """When their next digest is to be written."""
    held: Mapped[int] = mapped_column(default=0)
    """Digests that were held back since the last one."""


class Membership(Base):
    """Belonging to a department from a day (included) until a day (excluded; open when empty)."""

    __tablename__ = "membership"
    __table_args__ = (
        Index("ix_membership_person_id_starts_on", "person_id", "starts_on"),
        Index("ix_membership_department_id", "department_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"))
    department_id: Mapped[int] = mapped_column(BigId, ForeignKey("department.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class Identity(Base):
    """A person in one Slack workspace or Teams tenant; ``person_id`` is empty for people we do not know."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("platform", "tenant", "user_id"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True)
    platform: Mapped[str] = mapped_column(String(16))
    tenant: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[str] = mapped_column(String(128))
    address: Mapped[str] = mapped_column(String(256), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    is_guest: Mapped[bool] = mapped_column(default=False)
    reach: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the door needs to write to them first (Teams: conversation id, service URL)."""
    met: Mapped[bool] = mapped_column(default=True)
    """They have pressed or written something there, or added the app; false when only the directory named them."""
    checked_at: Mapped[datetime] = mapped_column(default=now)


class ListedProfile(Base):
    """What a workspace's directory says of somebody beyond who they are, where each costs a call of its own."""

    __tablename__ = "listed_profile"

    identity_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity.id", ondelete="CASCADE"), primary_key=True)
    stamp: Mapped[str] = mapped_column(String(64))
    """Of the entry as it is in the directory."""
    read_stamp: Mapped[str] = mapped_column(String(64), default="")
    """Of the entry as it was when its department was read; the same when there is nothing to read."""
    department: Mapped[str] = mapped_column(String(1000), default="")


class ApiToken(Base):
    """Lets a program act for a person. The token itself is shown once and never stored."""

    __tablename__ = "api_token"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    """What it is for."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256, in hex."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class RosterRun(Base):
    """One import of the roster: who joined, moved, left; for the log and for resuming."""

    __tablename__ = "roster_run"

    id: Mapped[Id]
    source: Mapped[str] = mapped_column(String(400))
    at: Mapped[datetime] = mapped_column(default=now)
    joined: Mapped[int] = mapped_column(BigInteger, default=0)
    changed: Mapped[int] = mapped_column(BigInteger, default=0)
    moved: Mapped[int] = mapped_column(BigInteger, default=0)
    left: Mapped[int] = mapped_column(BigInteger, default=0)
    refused: Mapped[int] = mapped_column(BigInteger, default=0)


class RosterSync(Base):
    """Where we are in one workspace's or tenant's directory: one row each, and one round at a time."""

    __tablename__ = "roster_sync"
    __table_args__ = (UniqueConstraint("platform", "tenant"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    platform: Mapped[str] = mapped_column(String(16))
    tenant: Mapped[str] = mapped_column(String(64))
    mark: Mapped[str] = mapped_column(Text, default="")
    """Where the next round begins that tells only changes; empty when everybody is to be listed."""
    following: Mapped[str] = mapped_column(Text, default="")
    """Cursor of the next page of the round under way."""
    next_mark: Mapped[str] = mapped_column(Text, default="")
    """What the mark will be once the round under way has come to its end; known with its last page."""
    is_full: Mapped[bool] = mapped_column(default=True)
    """Does the round under way list everybody?"""
    pages: Mapped[int] = mapped_column(default=0)
    """Pages of the round under way that are stored."""
    members: Mapped[int] = mapped_column(default=0)
    """Entries on them."""
    usual: Mapped[int] = mapped_column(default=0)
    """Entries of the last full round, to tell progress by."""
    began_at: Mapped[datetime | None]
    """Of the round under way; empty when there is none."""
    ended_at: Mapped[datetime | None]
    """Of the last round that came to its end."""
    holder: Mapped[str] = mapped_column(String(32), default="")
    """Who works on it, until ``held_until``."""
    held_until: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(400), default="")
    """Why the last attempt stopped; empty when it did not."""


class RosterPage(Base):
    """One page of the round under way; all are deleted at its end. ``members``: see ``listing.packed``."""

    __tablename__ = "roster_page"
    __table_args__ = (UniqueConstraint("sync_id", "number"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    sync_id: Mapped[int] = mapped_column(BigId, ForeignKey("roster_sync.id", ondelete="CASCADE"))
    number: Mapped[int]
    members: Mapped[list[Any]] = mapped_column(JSON)
