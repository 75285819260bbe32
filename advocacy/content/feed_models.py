"""Tables of feeds: sources, and the entries seen in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.db import Base, BigId, Id, now


class Feed(Base):
    """An RSS, Atom or JSON source, with the validators the source gave us verbatim."""

    __tablename__ = "feed"

    id: Mapped[Id]
    url: Mapped[str] = mapped_column(String(2000), unique=True)
    title: Mapped[str] = mapped_column(String(300), default="")
    etag: Mapped[str] = mapped_column(String(500), default="")
    last_modified: Mapped[str] = mapped_column(String(100), default="")
    body_hash: Mapped[str] = mapped_column(String(64), default="")
    """Of the bytes that were stored last: the same again is no change."""
    active: Mapped[bool] = mapped_column(default=True)
    """Subscribed: pulled by itself when it is due."""
    mode: Mapped[str] = mapped_column(String(12), default="draft")
    """What becomes of a new entry: a ``draft``, a story in ``review``, or editors are asked first (``ask``)."""
    language: Mapped[str] = mapped_column(String(12), default="")
    """Of its stories; what the feed says when empty."""
    topics: Mapped[list[str]] = mapped_column(default=list)
    """Given to each of its stories, beside the entry's own."""
    every_minutes: Mapped[int] = mapped_column(default=30)
    """Asked at most this often; less often when the source wants that."""
    wait_minutes: Mapped[int] = mapped_column(default=0)
    """What the feed itself asked for when it was last read; it does not say so again when nothing has changed."""
    next_at: Mapped[datetime | None]
    """When to ask again; at once when empty."""
    failures: Mapped[int] = mapped_column(default=0)
    """In a row."""
    pulled_at: Mapped[datetime | None]
    ok_at: Mapped[datetime | None]
    """When it last answered as it should."""
    new_at: Mapped[datetime | None]
    """When it last had something new."""
    problem: Mapped[str] = mapped_column(String(500), default="")


class FeedEntry(Base):
    """An entry seen in a feed, so that it becomes a draft only once."""

    __tablename__ = "feed_entry"
    __table_args__ = (
        UniqueConstraint("feed_id", "key"),
        # What editors are asked about is looked for every minute, among all entries ever seen.
        Index("ix_feed_entry_state_feed_id", "state", "feed_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id]
    feed_id: Mapped[int] = mapped_column(BigId, ForeignKey("feed.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    """Hash of the entry's own id, else of its link without tracking parameters."""
    link_key: Mapped[str] = mapped_column(String(64), default="", index=True)
    """Hash of its canonical link: the same article in another feed."""
    title: Mapped[str] = mapped_column(String(300), default="")
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    """Of what the source said, to notice an edit."""
    drafted_hash: Mapped[str] = mapped_column(String(64), default="")
    """Fingerprint of the story as it was made out of the entry: as long as it is that, nobody worked on it."""
    state: Mapped[str] = mapped_column(String(12), default="drafted")
    """``drafted``, ``asked``, ``declined``, ``refused`` (no story can be made of it), ``duplicate`` (``story_id`` is
    the one it repeats)."""
    entry: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What a draft would be made of, while editors are asked."""
    story_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("story.id", ondelete="SET NULL"))
    seen_at: Mapped[datetime] = mapped_column(default=now)
