"""Tables of backup: confidential cases of people who got a nasty comment, what was said in them, and texts to help."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.db import Base, BigId, Id, Secret, now


class CaseState(StrEnum):
    """``open``: nobody takes care yet. ``taken``: it is the helper's turn. ``waiting``: it is the person's turn."""

    OPEN = "open"
    TAKEN = "taken"
    WAITING = "waiting"
    CLOSED = "closed"


class BackupCase(Base):
    """Somebody needs backup. Read only by them and by whoever takes care; by other editors with a logged press."""

    __tablename__ = "backup_case"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True)
    helper_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id", ondelete="SET NULL"), index=True)
    """Who takes care, or took care last."""
    share_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("share.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(12), default=CaseState.OPEN, index=True)
    link: Mapped[str | None] = mapped_column(Secret("backup_case.link"))
    """Leads to the comment."""
    screenshot: Mapped[str | None] = mapped_column(Secret("backup_case.screenshot"))
    """Leads to a picture of the comment."""
    person_at: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Where the person last wrote from, as ``UserRef``; empty: wherever they can be reached."""
    helper_at: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """The same for the helper."""
    round: Mapped[int] = mapped_column(default=1)
    """Counts up each time it is open for somebody to take."""
    open_since: Mapped[datetime] = mapped_column(default=now)
    reminded_at: Mapped[datetime | None]
    """When the channel was reminded, in this round."""
    escalated_at: Mapped[datetime | None]
    """When all editors were told, in this round."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]


class BackupMessage(Base):
    """Something that one of the two wrote to the other."""

    __tablename__ = "backup_message"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("backup_case.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Secret("backup_message.text"))
    at: Mapped[datetime] = mapped_column(default=now)


class BackupEvent(Base):
    """Who did what with a case: the log that both of them see. Holds no words."""

    __tablename__ = "backup_event"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("backup_case.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id", ondelete="SET NULL"))
    what: Mapped[str] = mapped_column(String(12))
    """``opened``, ``taken``, ``handed``, ``released``, ``looked``, ``closed``, ``reopened``."""
    at: Mapped[datetime] = mapped_column(default=now)


class BackupText(Base):
    """A text of the editors' own: new, or in the place of one that comes with the product (the same key)."""

    __tablename__ = "backup_text"
    __table_args__ = (UniqueConstraint("kind", "key", "language"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(12))
    """``guidance`` (what helps now) or ``answer`` (a suggestion for a reply)."""
    key: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(String(2000))
    """Empty: the one that comes with the product is not shown."""
    changed_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = mapped_column(default=now)
