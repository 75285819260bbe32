"""Tables of delivery: channels, the cards in them, and the outbox of everything that leaves for chat."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.db import Base, BigId, Id, Secret, now


class Channel(Base):
    """A channel of a Slack workspace or a Teams team that the product posts to."""

    __tablename__ = "channel"
    __table_args__ = (UniqueConstraint("platform", "tenant", "channel_id"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    platform: Mapped[str] = mapped_column(String(16))
    tenant: Mapped[str] = mapped_column(String(64))
    channel_id: Mapped[str] = mapped_column(String(256))
    name: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(String(12), default="stories")
    """``stories`` or ``editors``."""
    language: Mapped[str] = mapped_column(String(12), default="en")
    time_zone: Mapped[str] = mapped_column(String(64), default="")
    """Its people's; the company's when empty."""
    cheers: Mapped[bool] = mapped_column(default=False)
    """Editors want a weekly post there: which departments took part."""
    active: Mapped[bool] = mapped_column(default=True)


class PlacementState(StrEnum):
    """``unknown``: it may have been posted; looked up, or adopted when somebody presses it."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Placement(Base):
    """One card of a story in one channel or direct message. Remembers the message, so that it can be rewritten."""

    __tablename__ = "placement"
    __table_args__ = (
        UniqueConstraint("story_id", "channel_id", "purpose", "round"),
        UniqueConstraint("story_id", "identity_id", "purpose", "round"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id]
    story_id: Mapped[int] = mapped_column(BigId, ForeignKey("story.id", ondelete="CASCADE"))
    channel_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("channel.id"))
    identity_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("identity.id", ondelete="CASCADE"), index=True)
    """Who has it in their direct messages. Either this or ``channel_id``."""
    purpose: Mapped[str] = mapped_column(String(12), default="story")
    """``story`` (the card colleagues share from) or ``review`` (the card of those who decide on it)."""
    round: Mapped[int] = mapped_column(default=1)
    """Counts up each time the same story comes to the same channel again."""
    state: Mapped[str] = mapped_column(String(12), default=PlacementState.PENDING)
    message_id: Mapped[str] = mapped_column(String(256), default="")
    message_channel: Mapped[str] = mapped_column(String(512), default="")
    """The conversation the message ended up in (Teams: the thread)."""
    viewers: Mapped[list[str]] = mapped_column(default=list)
    """Platform addresses of people whose own view of the card differs, newest last, at most 60."""
    shown: Mapped[str] = mapped_column(String(64), default="")
    """Fingerprint of the message it shows now."""
    refreshed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Prompt(Base):
    """Something was said to a person who had not asked for it. Forgotten after two weeks."""

    __tablename__ = "prompt"
    __table_args__ = (Index("ix_prompt_person_id_at", "person_id", "at"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    marker: Mapped[str] = mapped_column(String(64), unique=True)
    """The outbox's, of the message it was."""


class DigestLine(Base):
    """A story in somebody's digest: there once when it is new, and once more as a reminder."""

    __tablename__ = "digest_line"
    # Of a withdrawn story in everybody's digest, those that still show it are found at once.
    __table_args__ = (Index("ix_digest_line_story_id_drawn", "story_id", "drawn"),)

    marker: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The outbox's, of the digest."""
    story_id: Mapped[int] = mapped_column(BigId, ForeignKey("story.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Of the approved content that the line shows."""
    drawn: Mapped[bool] = mapped_column(default=True)
    """Still in the message: it is taken out when the story ends, is withdrawn, or is changed."""


class OutboxState(StrEnum):
    """The life of a message that leaves."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Outbox(Base):
    """A finished message on its way to chat."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_turns", "state", "urgent", "lane", "bulk", "due_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id]
    verb: Mapped[str] = mapped_column(String(8))
    """``send``, ``update`` or ``tell``: the verb of ``ChatPlatform``."""
    lane: Mapped[str] = mapped_column(String(100))
    """``platform:tenant``; lanes do not wait for each other."""
    target: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The ChannelRef, UserRef or MessageRef, and ``reply_to`` for ``tell``."""
    message: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Empty when it is sealed."""
    sealed: Mapped[str | None] = mapped_column(Secret("outbox.sealed"))
    """A confidential message, as JSON; forgotten once it is settled."""
    marker: Mapped[str] = mapped_column(String(64), unique=True)
    """Unique: the same effect asked for twice is one row. Goes along with the message, so it can be looked up."""
    placement_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("placement.id", ondelete="CASCADE"), index=True)
    became: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    """The MessageRef of what was sent and has no placement, so that it can be rewritten (``copies``)."""
    holds_for: Mapped[str] = mapped_column(String(64), default="")
    """Fingerprint of the approved content a card speaks of: it leaves only as long as that is what is out (``guard``).
    Empty: it always leaves."""
    state: Mapped[str] = mapped_column(String(12), default=OutboxState.PENDING)
    urgent: Mapped[bool] = mapped_column(default=False)
    """Answers to a person go before cards in channels."""
    bulk: Mapped[bool] = mapped_column(default=False)
    """It goes to everybody and is in no hurry (a digest): after everything else in its lane."""
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=now)
    claimed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(Text, default="")


class PausedLane(Base):
    """A workspace or tenant to which nothing is sent: the app was removed there. What is for it waits."""

    __tablename__ = "paused_lane"

    lane: Mapped[str] = mapped_column(String(100), primary_key=True)
    """``platform:tenant``, as in the outbox."""
    since: Mapped[datetime] = mapped_column(default=now)
