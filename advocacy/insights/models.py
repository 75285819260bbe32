"""Tables of insights: what has been folded so far, and the rollups that reports read."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.db import Base, BigId


class Watermark(Base):
    """The last fact of a table that is part of the rollups; moved in the same transaction."""

    __tablename__ = "watermark"
    __table_args__ = ({"sqlite_autoincrement": False},)

    source: Mapped[str] = mapped_column(String(32), primary_key=True)
    last_id: Mapped[int] = mapped_column(BigId, default=0)


class PersonPeriod(Base):
    """What one person did in one period. Shown to that person only."""

    __tablename__ = "person_period"
    __table_args__ = ({"sqlite_autoincrement": False},)

    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    """``2026-11`` or ``2026-Q4``, in the company's time zone."""
    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    measured: Mapped[int] = mapped_column(default=0)
    reported: Mapped[int] = mapped_column(default=0)
    clicks: Mapped[int] = mapped_column(default=0)


class PersonDay(Base):
    """What one person did on one day as a member of one department. Never shown.

    Tells what a share that was taken back, or a move entered later, changes elsewhere.
    """

    __tablename__ = "person_day"
    __table_args__ = ({"sqlite_autoincrement": False},)

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    """The department it was counted for; 0 for none."""
    measured: Mapped[int] = mapped_column(default=0)
    reported: Mapped[int] = mapped_column(default=0)
    clicks: Mapped[int] = mapped_column(default=0)


class DepartmentPerson(Base):
    """How often someone shared as a member of a department (or of one below it) in a period."""

    __tablename__ = "department_person"
    __table_args__ = ({"sqlite_autoincrement": False},)

    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    department_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    measured: Mapped[int] = mapped_column(default=0)
    reported: Mapped[int] = mapped_column(default=0)


class DepartmentPeriod(Base):
    """A department with all below it, in one period. Department 0 is the whole company."""

    __tablename__ = "department_period"
    __table_args__ = ({"sqlite_autoincrement": False},)

    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    department_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    active: Mapped[int] = mapped_column(default=0)
    """Distinct people with at least one share."""
    active_measured: Mapped[int] = mapped_column(default=0)
    """Of those, with at least one measured share."""
    measured: Mapped[int] = mapped_column(default=0)
    reported: Mapped[int] = mapped_column(default=0)
    clicks: Mapped[int] = mapped_column(default=0)


class DepartmentDay(Base):
    """A department with all below it, on one day in the company's time zone."""

    __tablename__ = "department_day"
    __table_args__ = (
        Index("ix_department_day_day", "day"),
        {"sqlite_autoincrement": False},
    )

    department_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    measured: Mapped[int] = mapped_column(default=0)
    reported: Mapped[int] = mapped_column(default=0)
    clicks: Mapped[int] = mapped_column(default=0)


class PersonLast(Base):
    """The last day on which someone shared as a member of a department: for rolling periods."""

    __tablename__ = "person_last"
    __table_args__ = (
        Index("ix_person_last_department_id_last_day", "department_id", "last_day", "last_measured"),
        {"sqlite_autoincrement": False},
    )

    department_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    last_day: Mapped[date]
    last_measured: Mapped[date | None]
    """The last day with a measured share."""


class StoryTotal(Base):
    """What the card says: how many people shared a story, from how many departments, and clicks."""

    __tablename__ = "story_total"
    __table_args__ = ({"sqlite_autoincrement": False},)

    story_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    people: Mapped[int] = mapped_column(default=0)
    departments: Mapped[int] = mapped_column(default=0)
    """Top-level departments."""
    measured: Mapped[int] = mapped_column(default=0)
    reported: Mapped[int] = mapped_column(default=0)
    clicks: Mapped[int] = mapped_column(default=0)
    dropped: Mapped[int] = mapped_column(default=0)
    """Clicks that do not count (repeated, own, bots, HEAD, prefetch, after the end)."""


class StoryClick(Base):
    """Clicks on the links of one person's shares of a story on one network, by what they are. Shown only in sums."""

    __tablename__ = "story_click"
    __table_args__ = ({"sqlite_autoincrement": False},)

    story_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    network: Mapped[str] = mapped_column(String(24), primary_key=True)
    """Empty for the story's own link."""
    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    """0 for links that are nobody's."""
    clicks: Mapped[int] = mapped_column(default=0)
    """Those that count."""
    repeated: Mapped[int] = mapped_column(default=0)
    own: Mapped[int] = mapped_column(default=0)
    programs: Mapped[int] = mapped_column(default=0)
    """Bots, HEAD, prefetch."""
    ended: Mapped[int] = mapped_column(default=0)
    """After the story was withdrawn."""


class StoryPerson(Base):
    """Who shared a story how often, so that the card counts people once."""

    __tablename__ = "story_person"
    __table_args__ = ({"sqlite_autoincrement": False},)

    story_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    department_id: Mapped[int] = mapped_column(BigId, default=0)
    """The top-level department on ``day``; 0 when there was none."""
    day: Mapped[date]
    """The last day they shared it."""
    shares: Mapped[int] = mapped_column(default=0)
