"""Tables of content: stories, their captions, what was decided about them, and feeds they come from."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from advocacy.db import Base, BigId, Id, now


class StoryState(StrEnum):
    """Where a story stands. ``approved`` with a publish time ahead is ``scheduled``."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    LIVE = "live"
    EXPIRED = "expired"
    RECALLED = "recalled"


class Story(Base):
    """A piece of content for sharing."""

    __tablename__ = "story"
    __table_args__ = (
        Index("ix_story_state_publish_at", "state", "publish_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id]
    title: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(String(2000))
    image_url: Mapped[str] = mapped_column(String(2000), default="")
    image_alt: Mapped[str] = mapped_column(String(1000), default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    topics: Mapped[list[str]] = mapped_column(default=list)
    channel_ids: Mapped[list[int]] = mapped_column(default=list)
    """Audience: channels (``delivery``'s ids); every story channel when empty."""
    department_ids: Mapped[list[int]] = mapped_column(default=list)
    """Audience: departments that may share it, with all below them; everyone when empty."""
    state: Mapped[str] = mapped_column(String(12), default=StoryState.DRAFT)
    author_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id", ondelete="SET NULL"))
    """Empty when a feed wrote it."""
    approved_hash: Mapped[str] = mapped_column(String(64), default="")
    """Fingerprint of the exact content that was approved; see ``approval.fingerprint``."""
    publish_at: Mapped[datetime | None]
    """As soon as approved when empty."""
    expires_at: Mapped[datetime | None]
    live_at: Mapped[datetime | None]
    announced_at: Mapped[datetime | None]
    """When its cards were put into the outbox."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    captions: Mapped[list[Caption]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Caption.id", back_populates="story"
    )


class Caption(Base):
    """Suggested wording of a story. ``network`` is empty when it fits all of them."""

    __tablename__ = "caption"

    id: Mapped[Id]
    story_id: Mapped[int] = mapped_column(BigId, ForeignKey("story.id", ondelete="CASCADE"), index=True)
    network: Mapped[str] = mapped_column(String(24), default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    text: Mapped[str] = mapped_column(Text)
    dealt: Mapped[int] = mapped_column(default=0)
    """To how many people it was dealt; the least dealt is next."""
    story: Mapped[Story] = relationship(lazy="raise", back_populates="captions")


class Review(Base):
    """One decision about one exact content. Appended, never changed."""

    __tablename__ = "review"

    id: Mapped[Id]
    story_id: Mapped[int] = mapped_column(BigId, ForeignKey("story.id", ondelete="CASCADE"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    decision: Mapped[str] = mapped_column(String(12))
    """``submitted``, ``approved``, ``returned``, ``recalled``."""
    by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=now)


class Feed(Base):
    """An RSS or Atom source, with the validators the source gave us verbatim."""

    __tablename__ = "feed"

    id: Mapped[Id]
    url: Mapped[str] = mapped_column(String(2000), unique=True)
    title: Mapped[str] = mapped_column(String(300), default="")
    etag: Mapped[str] = mapped_column(String(500), default="")
    last_modified: Mapped[str] = mapped_column(String(100), default="")
    pulled_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(500), default="")


class FeedEntry(Base):
    """An entry seen in a feed, so that it becomes a draft only once."""

    __tablename__ = "feed_entry"
    __table_args__ = (UniqueConstraint("feed_id", "key"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    feed_id: Mapped[int] = mapped_column(BigId, ForeignKey("feed.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    """Hash of the entry's own id, else of its link without tracking parameters."""
    story_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("story.id", ondelete="SET NULL"))
    seen_at: Mapped[datetime] = mapped_column(default=now)
