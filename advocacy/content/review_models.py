"""Tables of review: decisions, the rules that call for a reviewer, and what each round of review waits for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.db import Base, BigId, Id, now


class Review(Base):
    """One decision about one exact content. Appended, never changed."""

    __tablename__ = "review"

    id: Mapped[Id]
    story_id: Mapped[int] = mapped_column(BigId, ForeignKey("story.id", ondelete="CASCADE"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    decision: Mapped[str] = mapped_column(String(12))
    """``changed`` (a draft, by another than its author), ``submitted``, ``approved`` (by one of those who are needed),
    ``cleared`` (by all of them), ``returned``, ``recalled``."""
    by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What the fingerprint stands for (``fingerprint.content``), to show what has changed since."""
    at: Mapped[datetime] = mapped_column(default=now)


class ReviewRule(Base):
    """What in a story calls for whom."""

    __tablename__ = "review_rule"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    """``numbers``, ``words`` (customers, competitors, embargo words …), ``pattern``, ``personal``,
    ``image_rights`` or ``topic``."""
    language: Mapped[str] = mapped_column(String(12), default="")
    """Looks only at texts in this language; at all when empty."""
    terms: Mapped[list[str]] = mapped_column(default=list)
    """Words and phrases (``words``), names of topics (``topic``)."""
    pattern: Mapped[str] = mapped_column(String(500), default="")
    """A regular expression (``pattern``)."""
    reviewer_ids: Mapped[list[int]] = mapped_column(default=list)
    """Who decides: one of them is enough. Any editor when empty."""
    due_hours: Mapped[int | None]
    """The settings' when empty."""
    active: Mapped[bool] = mapped_column(default=True)


class ReviewTask(Base):
    """A decision that one exact content waits for. It may leave only when each of its tasks is approved."""

    __tablename__ = "review_task"
    __table_args__ = (
        UniqueConstraint("story_id", "fingerprint", "key"),
        Index("ix_review_task_decision_due_at", "decision", "due_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id]
    story_id: Mapped[int] = mapped_column(BigId, ForeignKey("story.id", ondelete="CASCADE"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(40))
    """``editor`` (the four eyes every story needs) or ``rule:<id>``."""
    rule_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("review_rule.id", ondelete="SET NULL"))
    rule_name: Mapped[str] = mapped_column(String(120), default="")
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """What was found: ``{"field", "language", "excerpt"}``."""
    reviewer_ids: Mapped[list[int]] = mapped_column(default=list)
    """One of them decides; any editor when empty."""
    decision: Mapped[str] = mapped_column(String(12), default="")
    """``approved``, ``returned``; empty while it waits."""
    decided_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
