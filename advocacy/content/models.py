"""Tables of content: stories with their versions, captions and pictures; topics and campaigns; stops and reasons.

Tables of feeds and of review have files of their own and are loaded from here.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from advocacy.content.feed_models import Feed, FeedEntry
from advocacy.content.review_models import Review, ReviewRule, ReviewTask
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
    """An address of the outside world, or ``picture:<sha256>`` for one that is stored here (``Picture``)."""
    image_copy: Mapped[str] = mapped_column(String(80), default="")
    """Of one that lies elsewhere: ``picture:<sha256>`` that is shown and posted in its place, ``none`` when it cannot
    be had, empty while nobody has looked."""
    image_alt: Mapped[str] = mapped_column(String(1000), default="")
    image_rights: Mapped[str] = mapped_column(String(12), default="")
    """``own``, ``licensed`` or ``free``; empty while nobody said."""
    as_picture: Mapped[bool] = mapped_column(default=False)
    """Networks that can show the picture itself, large, instead of a preview of the link's page."""
    site: Mapped[str] = mapped_column(String(200), default="")
    """Name of the site the link leads to, as its page says."""
    language: Mapped[str] = mapped_column(String(12), default="en")
    """Of title, summary and link above; other languages are ``versions``."""
    kind: Mapped[str] = mapped_column(String(12), default="news")
    """``news``, ``product``, ``job`` or ``view``: rules of disclosure depend on it."""
    internal: Mapped[bool] = mapped_column(default=False)
    """For reading inside only: no share buttons, and sharing is refused."""
    topics: Mapped[list[str]] = mapped_column(default=list)
    guarded: Mapped[list[str]] = mapped_column(default=list)
    """Those of its topics that approval covers (``topics.guard``): ``id:7``, or ``name:…`` where only a rule names
    it."""
    channel_ids: Mapped[list[int]] = mapped_column(default=list)
    """Audience: channels (``delivery``'s ids); every story channel when empty."""
    department_ids: Mapped[list[int]] = mapped_column(default=list)
    """Audience: departments that may share it, with all below them; everyone when empty."""
    locations: Mapped[list[str]] = mapped_column(default=list)
    """Audience: where people work; everywhere when empty."""
    audience_languages: Mapped[list[str]] = mapped_column(default=list)
    """Audience: people with one of these languages; all when empty."""
    leader_ids: Mapped[list[int]] = mapped_column(default=list)
    """People who get it privately before the others."""
    leaders_minutes: Mapped[int] = mapped_column(default=0)
    """So many minutes before."""
    leaders_told_at: Mapped[datetime | None]
    featured: Mapped[bool] = mapped_column(default=False)
    """Stands first in feeds."""
    campaign_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("campaign.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(12), default=StoryState.DRAFT)
    author_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id", ondelete="SET NULL"))
    """Empty when a feed wrote it."""
    is_suggestion: Mapped[bool] = mapped_column(default=False)
    """Its author is a colleague outside the communications team, or found it in chat."""
    names_suggester: Mapped[bool] = mapped_column(default=False)
    """Its author agreed to be named when it goes out."""
    credit_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id", ondelete="SET NULL"))
    """Who wrote the chat message that the story comes from."""
    consent: Mapped[str] = mapped_column(String(12), default="")
    """Theirs: ``asked``, ``given``, ``nameless`` (use it, do not name me), ``refused``; empty when none is needed."""
    approved_hash: Mapped[str] = mapped_column(String(64), default="")
    """Fingerprint of the exact content that was approved; see ``fingerprint.fingerprint``."""
    publish_at: Mapped[datetime | None]
    """As soon as approved when empty. With ``wall_clock``, the moment at which it is first so late anywhere."""
    wall_clock: Mapped[str] = mapped_column(String(16), default="")
    """``2026-12-01T09:00``: each channel gets it when its own clocks show this."""
    urgent: Mapped[bool] = mapped_column(default=False)
    """Goes out during quiet hours too."""
    embargo_until: Mapped[datetime | None]
    """Nobody gets it before, whatever else is set."""
    expires_at: Mapped[datetime | None]
    rights_until: Mapped[datetime | None]
    """When the rights in its picture, or a quoted person's consent, end: it ends then too."""
    rights_note: Mapped[str] = mapped_column(String(300), default="")
    """Whose rights those are."""
    live_at: Mapped[datetime | None]
    announced_at: Mapped[datetime | None]
    """When its cards were put into the outbox."""
    results_told: Mapped[int] = mapped_column(default=0)
    """Times that editors were told what came of it: after a day, and after its end."""
    sendings: Mapped[int] = mapped_column(default=1)
    """How many times it was, or is to be, put into its channels."""
    version: Mapped[int] = mapped_column(default=1)
    """Counts up with each edit, so that nobody overwrites what they have not seen."""
    source_changed_at: Mapped[datetime | None]
    """When its feed brought another text after somebody had worked on it here."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    captions: Mapped[list[Caption]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Caption.id", back_populates="story"
    )
    versions: Mapped[list[LanguageVersion]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="LanguageVersion.language", back_populates="story"
    )


class LanguageVersion(Base):
    """A story in one more language."""

    __tablename__ = "language_version"
    __table_args__ = (UniqueConstraint("story_id", "language"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    story_id: Mapped[int] = mapped_column(BigId, ForeignKey("story.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(String(2000), default="")
    """The story's own when empty."""
    image_alt: Mapped[str] = mapped_column(String(1000), default="")
    story: Mapped[Story] = relationship(lazy="raise", back_populates="versions")


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
    quota: Mapped[int | None]
    """Dealt to at most so many people; to any number when empty."""
    hashtags: Mapped[list[str]] = mapped_column(default=list)
    """Without ``#``; added below the text as far as the network has room."""
    mentions: Mapped[list[str]] = mapped_column(default=list)
    """Handles as the network writes them, with ``@``."""
    story: Mapped[Story] = relationship(lazy="raise", back_populates="captions")


class Picture(Base):
    """A picture that was fetched, checked and made small; served by us under its hash."""

    __tablename__ = "picture"

    id: Mapped[Id]
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    """Of ``content``, in hex."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """A JPEG."""
    width: Mapped[int]
    height: Mapped[int]
    """Pixels."""
    source_url: Mapped[str] = mapped_column(String(2000), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    """When it came last."""


class Topic(Base):
    """What a story is about."""

    __tablename__ = "topic"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(60))
    folded: Mapped[str] = mapped_column(String(180), unique=True)
    """The name without regard to case, as it is compared; follows ``name``."""
    kind: Mapped[str] = mapped_column(String(12), default="open")
    """``open`` (people choose), ``required`` (nobody can leave it) or ``restricted`` (for its members only)."""

    @validates("name")
    def _fold(self, _: str, name: str) -> str:
        self.folded = name.casefold()
        return name


class TopicPerson(Base):
    """What somebody chose, or was given, about a topic. No row: an open topic is followed."""

    __tablename__ = "topic_person"
    __table_args__ = (UniqueConstraint("topic_id", "person_id"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    topic_id: Mapped[int] = mapped_column(BigId, ForeignKey("topic.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    """``mutes`` an open one, or is a ``member`` of a restricted one."""


class Campaign(Base):
    """A grouping of stories with a goal."""

    __tablename__ = "campaign"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    goal_kind: Mapped[str] = mapped_column(String(12), default="")
    """``people``, ``shares`` or ``clicks``; empty without a goal."""
    goal: Mapped[int] = mapped_column(default=0)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]


class Halt(Base):
    """An emergency stop: nothing is sent or shared until it is lifted. Who set and lifted it stays on record."""

    __tablename__ = "halt"

    id: Mapped[Id]
    reason: Mapped[str] = mapped_column(Text, default="")
    set_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id", ondelete="SET NULL"))
    set_by: Mapped[str] = mapped_column(String(200))
    """Their name at the time; for the command line, the account on the machine."""
    set_at: Mapped[datetime] = mapped_column(default=now)
    lifted_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id", ondelete="SET NULL"))
    lifted_by: Mapped[str] = mapped_column(String(200), default="")
    lifted_at: Mapped[datetime | None]


class StoryReason(Base):
    """How often a story was "not for me" for one reason. Only sums, so that no reason leads to a person."""

    __tablename__ = "story_reason"
    __table_args__ = (UniqueConstraint("story_id", "reason"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    story_id: Mapped[int] = mapped_column(BigId, ForeignKey("story.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(String(16))
    count: Mapped[int] = mapped_column(default=0)
    shown: Mapped[int] = mapped_column(default=0)
    """What editors may see: follows ``count`` in steps of the minimum group size, so that no step tells of one."""


class Passed(Base):
    """Somebody said that a story is not for them. Holds no reason."""

    __tablename__ = "passed"
    __table_args__ = (UniqueConstraint("story_id", "person_id"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    story_id: Mapped[int] = mapped_column(BigId, ForeignKey("story.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True)
    hidden: Mapped[bool] = mapped_column(default=True)
    """Not shown to them. False once they had it shown again; the row stays, so that nobody is counted twice."""


__all__ = [
    "Campaign", "Caption", "Feed", "FeedEntry", "Halt", "LanguageVersion", "Passed", "Picture", "Review",
    "ReviewRule", "ReviewTask", "Story", "StoryReason", "StoryState", "Topic", "TopicPerson",
]  # fmt: skip
