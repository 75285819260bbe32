"""The table of standing consents: stories of a topic are posted for a person by themselves, until they say no."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.db import Base, BigId, Id, now


class StandingShare(Base):
    """One consent, for one topic and network. What was agreed to stays on record when it has ended."""

    __tablename__ = "standing_share"
    __table_args__ = (
        Index("ix_standing_share_person_id", "person_id"),
        Index("ix_standing_share_ended_at_ends_at", "ended_at", "ends_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"))
    topic_id: Mapped[int] = mapped_column(BigId, ForeignKey("topic.id", ondelete="CASCADE"))
    network: Mapped[str] = mapped_column(String(24))
    version: Mapped[str] = mapped_column(String(24))
    """Of the text that was agreed to."""
    text: Mapped[str] = mapped_column(Text)
    """That text, in the language in which it was read."""
    given_at: Mapped[datetime] = mapped_column(default=now)
    ends_at: Mapped[datetime]
    """It lapses then, unless it is given anew."""
    asked_at: Mapped[datetime | None]
    """When the person was asked whether to go on."""
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(String(12), default="")
    """``off`` (the person said so), ``lapsed``, ``renewed`` (a newer one holds), ``gone`` (the connection was)."""


__all__ = ["StandingShare"]
