"""Tables of the bot: events seen, so that a platform's repeat has one effect."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.db import Base, Id, now


class SeenEvent(Base):
    """A platform's event that was taken in."""

    __tablename__ = "seen_event"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(255), unique=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
