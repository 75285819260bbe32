"""Tables of sharing: accounts on networks, shares, their tracked links, and clicks."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.db import Base, BigId, Id, Secret, now
from advocacy.sharing.backup_models import BackupCase, BackupEvent, BackupMessage, BackupText, CaseState
from advocacy.sharing.standing_models import StandingShare


class Account(Base):
    """A person's connection to a network."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("person_id", "network"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"))
    network: Mapped[str] = mapped_column(String(24))
    host: Mapped[str] = mapped_column(String(255), default="")
    """Mastodon server, Bluesky PDS; empty where a network has one home."""
    remote_id: Mapped[str] = mapped_column(String(255))
    """``urn:li:person:…``, Mastodon account id, DID."""
    handle: Mapped[str] = mapped_column(String(255), default="")
    token: Mapped[str] = mapped_column(Secret("account.token"))
    refresh_token: Mapped[str | None] = mapped_column(Secret("account.refresh_token"))
    expires_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(12), default="active")
    """``active`` or ``broken`` (must be connected again)."""
    problem: Mapped[str] = mapped_column(String(12), default="")
    """Why it is broken: ``refused`` (the network no longer takes the token), ``unreadable`` (its key is gone here)."""
    warned: Mapped[str] = mapped_column(String(12), default="")
    """The last warning the person got about this connection: see ``sharing.lapses``."""
    connected_at: Mapped[datetime] = mapped_column(default=now)


class Revocation(Base):
    """A permission that its network has to take back. The tokens are wiped once it did, or after a day."""

    __tablename__ = "revocation"
    __table_args__ = (Index("ix_revocation_state_due_at", "state", "due_at"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True)
    network: Mapped[str] = mapped_column(String(24))
    host: Mapped[str] = mapped_column(String(255), default="")
    remote_id: Mapped[str] = mapped_column(String(255))
    handle: Mapped[str] = mapped_column(String(255), default="")
    token: Mapped[str | None] = mapped_column(Secret("revocation.token"))
    refresh_token: Mapped[str | None] = mapped_column(Secret("revocation.refresh_token"))
    expires_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(12), default="open")
    """``open``; then, without tokens and until the person is told, ``revoked`` or ``failed``."""
    quiet: Mapped[bool] = mapped_column(default=False)
    """Nobody is told: the person left."""
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    asked_at: Mapped[datetime] = mapped_column(default=now)


class HostApp(Base):
    """Our registration as an app on one Mastodon server, and what that server takes."""

    __tablename__ = "host_app"
    __table_args__ = (UniqueConstraint("network", "host"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    network: Mapped[str] = mapped_column(String(24))
    host: Mapped[str] = mapped_column(String(255))
    client_id: Mapped[str] = mapped_column(String(500))
    client_secret: Mapped[str] = mapped_column(Secret("host_app.client_secret"))
    limits: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The server's own limits, as in ``network.Limits``; ``None`` while it has not told them."""
    limits_at: Mapped[datetime | None]
    """When it was asked for them."""


class Connecting(Base):
    """A connection under way, bound to its person; used once."""

    __tablename__ = "connecting"

    id: Mapped[Id]
    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the OAuth ``state``; the state itself is never stored."""
    browser_hash: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of the cookie given to the browser that began."""
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"))
    network: Mapped[str] = mapped_column(String(24))
    host: Mapped[str] = mapped_column(String(255), default="")
    verifier: Mapped[str | None] = mapped_column(Secret("connecting.verifier"))
    """PKCE."""
    expires_at: Mapped[datetime]


class ShareState(StrEnum):
    """The life of a share. ``waiting``: for the person to connect. ``opened``: a dialog was opened, no share yet."""

    WAITING = "waiting"
    OPENED = "opened"
    PENDING = "pending"
    SENDING = "sending"
    POSTED = "posted"
    REPORTED = "reported"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNDONE = "undone"
    DELETED = "deleted"
    CANCELLED = "cancelled"


class Share(Base):
    """A person's reshare of a story on a network. One per person, story and network until they ask to share again."""

    __tablename__ = "share"
    __table_args__ = (
        UniqueConstraint("person_id", "story_id", "network", "round"),
        Index("ix_share_state_due_at", "state", "due_at"),
        # Only the few whose person still has to hear of something.
        Index("ix_share_untold", "state", sqlite_where=text("told <> state"), postgresql_where=text("told <> state")),
        Index("ix_share_story_id", "story_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"))
    story_id: Mapped[int] = mapped_column(BigId, ForeignKey("story.id"))
    network: Mapped[str] = mapped_column(String(24))
    round: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    """Exactly what leaves: wording, disclosure and link."""
    disclosure: Mapped[str] = mapped_column(String(300), default="")
    """The disclosure that is part of the text, kept as proof; empty when there is none in it."""
    proof: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Which rule decided on the disclosure: ``{"rule", "level", "place", "source", "country", "kind", "language",
    "allowed", "at", "left_out"}``. Later rules do not change it. Empty for shares from before it was kept."""
    caption_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("caption.id", ondelete="SET NULL"))
    own_words: Mapped[bool] = mapped_column(default=False)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    """Ours, made before posting: Bluesky record key, Mastodon Idempotency-Key. A new one per round."""
    due_at: Mapped[datetime | None]
    planned_at: Mapped[datetime | None]
    """The moment its person chose, or agreed to: it is not due before. Empty when it leaves after the undo window."""
    planned_why: Mapped[str] = mapped_column(String(40), default="")
    """Who chose it: ``chosen`` (they did), ``standing``, or ``best`` with what moved it: see ``sharing.best_time``."""
    planned_hash: Mapped[str] = mapped_column(String(64), default="")
    """The story's ``approved_hash`` when it was planned: after a change its person looks once more."""
    claimed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    unknown_since: Mapped[datetime | None]
    remote_id: Mapped[str] = mapped_column(String(500), default="")
    remote_url: Mapped[str] = mapped_column(String(1000), default="")
    settled_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(40), default="")
    """A code that ``bot/`` has words for: see ``sharing.shares.PROBLEMS``."""
    reply: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Where the private answer is: ``{"platform", "tenant", "user", "address", "reply_to", "language"}``."""
    told: Mapped[str] = mapped_column(String(12), default="")
    """The state the person was last told of."""
    created_at: Mapped[datetime] = mapped_column(default=now)


class DisclosureRule(Base):
    """What an administrator set about disclosures. Rows are added, never changed: the newest that has begun holds."""

    __tablename__ = "disclosure_rule"

    id: Mapped[Id]
    country: Mapped[str] = mapped_column(String(2), default="")
    """ISO 3166-1 alpha-2, or ``EU``; every country when empty."""
    network: Mapped[str] = mapped_column(String(24), default="")
    """Its name, ``private`` or ``public``; every network when empty."""
    kind: Mapped[str] = mapped_column(String(12), default="")
    """Of story; every kind when empty."""
    level: Mapped[str] = mapped_column(String(12))
    """``required``, ``recommended``, ``none``, or ``default``: what is built in holds again."""
    place: Mapped[str] = mapped_column(String(12))
    wording: Mapped[str] = mapped_column(String(24))
    texts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Wordings of its own by language."""
    reason: Mapped[str] = mapped_column(String(300), default="")
    set_by: Mapped[str] = mapped_column(String(200))
    """The account on the machine where it was set."""
    set_at: Mapped[datetime] = mapped_column(default=now)
    since: Mapped[datetime]
    """From then on; never before ``set_at``."""


class ShareEvent(Base):
    """A fact, appended once and never changed: a share came to count (+1), or ceased to (-1)."""

    __tablename__ = "share_event"

    id: Mapped[Id]
    share_id: Mapped[int] = mapped_column(BigId)
    person_id: Mapped[int] = mapped_column(BigId)
    story_id: Mapped[int] = mapped_column(BigId)
    network: Mapped[str] = mapped_column(String(24))
    kind: Mapped[str] = mapped_column(String(12))
    """``measured`` (we hold the post's id) or ``reported`` (the person said so)."""
    change: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=now)
    """When the share was made, for +1 and for its -1: both fall into the same period."""


class ShareReaction(Base):
    """What came of a share's post, as its network told last. Shown to its person; of a story only as a sum."""

    __tablename__ = "share_reaction"

    id: Mapped[Id]
    share_id: Mapped[int] = mapped_column(BigId, ForeignKey("share.id", ondelete="CASCADE"), unique=True)
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    """When to ask again; never when ``None``."""
    told_at: Mapped[datetime | None]
    likes: Mapped[int] = mapped_column(default=0)
    reposts: Mapped[int] = mapped_column(default=0)
    """With quotes."""
    replies: Mapped[int] = mapped_column(default=0)
    followers: Mapped[int | None]
    """Of the account when it was shared; ``None`` where the network did not say."""


class Link(Base):
    """A tracked short link, one per share."""

    __tablename__ = "link"
    __table_args__ = (
        Index(
            "ix_link_stopped", "story_id", sqlite_where=text("stopped IS 1"), postgresql_where=text("stopped IS true")
        ),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(16), unique=True)
    url: Mapped[str] = mapped_column(String(2000))
    share_id: Mapped[int | None] = mapped_column(BigId, index=True)
    story_id: Mapped[int] = mapped_column(BigId, ForeignKey("story.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(BigId)
    network: Mapped[str] = mapped_column(String(24), default="")
    stopped: Mapped[bool] = mapped_column(default=False)
    """Points to the neutral page: its story was recalled."""


class LinkName(Base):
    """A readable name of a story's own link, beside its code. Earlier names keep working: they may be printed."""

    __tablename__ = "link_name"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(40), unique=True)
    link_id: Mapped[int] = mapped_column(BigId, ForeignKey("link.id", ondelete="CASCADE"), index=True)
    since: Mapped[datetime] = mapped_column(default=now)
    """The newest one is the name it has now."""


class Click(Base):
    """Somebody followed a link. Appended in groups, no secondary index."""

    __tablename__ = "click"

    id: Mapped[Id]
    link_id: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime]
    visitor: Mapped[str] = mapped_column(String(24), default="")
    """Salted hash of address and browser; the salt is deleted after 48 hours. Never the address."""
    referrer: Mapped[str] = mapped_column(String(120), default="")
    """Host only."""
    dropped: Mapped[str] = mapped_column(String(16), default="")
    """Why it does not count: ``bot``, ``head``, ``prefetch``, ``own``, ``repeat``, ``stopped``; empty when it does."""


class ClickBatch(Base):
    """A group of clicks that was stored, so that a replay of the spool cannot store it again."""

    __tablename__ = "click_batch"

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(40), unique=True)


class Salt(Base):
    """The day's salt for visitors' hashes."""

    __tablename__ = "salt"

    id: Mapped[Id]
    day: Mapped[str] = mapped_column(String(10), unique=True)
    value: Mapped[str] = mapped_column(Secret("salt.value"))


__all__ = [
    "Account", "BackupCase", "BackupEvent", "BackupMessage", "BackupText", "CaseState", "Click", "ClickBatch",
    "Connecting", "HostApp", "Link", "Salt", "Share", "ShareEvent", "ShareState", "StandingShare",
]  # fmt: skip
