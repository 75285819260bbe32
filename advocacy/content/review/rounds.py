"""The course of review: rounds, each begun by a content that came to review, and who changed the story meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ScalarSelect, SQLColumnExpression, func, select

from advocacy.content.models import Review

_ENDS = frozenset({"cleared", "returned", "recalled"})


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a story, as it is told: what one person did at one moment is one step."""

    row: Review
    said: str
    """``submitted``, ``changed`` (a draft), ``rewritten`` (changed, and so put up for review), ``approved`` (others
    are still needed), ``completed`` (approved by the last of several), ``cleared`` (approved, nobody else was needed),
    ``returned``, ``recalled``."""


def steps(rows: Sequence[Review]) -> list[Step]:
    """A story's decisions, the oldest first, without those that only repeat another in other words."""
    found = []
    approvers: set[int | None] = set()
    for place, row in enumerate(rows):
        following = rows[place + 1] if place + 1 < len(rows) else None
        said = row.decision
        if row.decision == "submitted":
            approvers, said = set(), "rewritten" if is_change(rows, row) else said
        elif row.decision == "approved":
            approvers.add(row.by_id)
            if following is not None and (following.decision, following.by_id) == ("cleared", row.by_id):
                continue
        elif row.decision == "cleared":
            said = "completed" if approvers - {row.by_id} else said
        found.append(Step(row, said))
    return found


def changes(rows: Sequence[Review], author_id: int | None) -> list[Review]:
    """The newest change of each person but the author, the newest first."""
    newest: dict[int, Review] = {}
    for row in reversed(rows):
        if row.by_id is not None and row.by_id != author_id and is_change(rows, row):
            newest.setdefault(row.by_id, row)
    return list(newest.values())


def split(rows: Sequence[Review]) -> list[list[Review]]:
    """The rounds, each with what began it first."""
    found: list[list[Review]] = []
    for row in rows:
        if row.decision == "submitted":
            found.append([row])
        elif found:
            found[-1].append(row)
    return found


def begun(story_id: SQLColumnExpression[int]) -> ScalarSelect[int]:
    """How many rounds this story has seen, for a query about few stories: it counts for each of its rows."""
    return (
        select(func.count()).select_from(Review)
        .where(Review.story_id == story_id, Review.decision == "submitted").scalar_subquery()
    )  # fmt: skip


def end(rows: Sequence[Review]) -> Review | None:
    """What became of a round; ``None`` when it was not decided."""
    return next((one for one in reversed(rows) if one.decision in _ENDS), None)


def is_change(rows: Sequence[Review], row: Review) -> bool:
    """Did this row of a story's decisions bring another content than the one before?"""
    place = rows.index(row)
    if row.decision == "changed":
        return True
    return row.decision == "submitted" and place > 0 and rows[place - 1].fingerprint != row.fingerprint


__all__ = ["Step", "begun", "changes", "end", "is_change", "split", "steps"]
