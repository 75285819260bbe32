"""Why a story is not for somebody: counted per story, never kept with a person.

Two tables know of it. ``Passed`` says who does not want to see a story, and nothing of why; ``StoryReason`` holds
sums. No column, time or order of rows leads from one to the other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import case, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.models import Passed, StoryReason
from advocacy.db import for_update, insert_into

REASONS = ("topic", "private", "wording", "timing", "doubts", "other")
"""Not my topic; I keep work and profile apart; the wording; the moment; I have doubts about it; something else."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What editors see: how often each reason was given, the most frequent first; only reasons that were given."""

    counts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """Answers in all."""
        return sum(count for _, count in self.counts)


async def passed(s: AsyncSession, story_id: int, person_id: int, reason: str, minimum: int) -> bool:
    """Hide the story from this person and count the reason; answers whether it was counted.

    Only the first pass of a person counts, also when the story was shown to them again in between: else somebody
    could fill up a group alone, and see the next one's reason. Raises ``ValueError`` for an unknown reason.
    """
    if reason not in REASONS:
        msg = f"there is no reason {reason}"
        raise ValueError(msg)
    values = {"story_id": story_id, "person_id": person_id, "hidden": True}
    first = await s.execute(insert_into(s, Passed).values(**values).on_conflict_do_nothing().returning(Passed.id))
    if first.first() is None:
        await _hide(s, story_id, person_id, hidden=True)
        return False
    blank = [{"story_id": story_id, "reason": one, "count": 0, "shown": 0} for one in REASONS]
    await s.execute(insert_into(s, StoryReason).values(blank).on_conflict_do_nothing())
    # Every row of the story is written each time: not even the database's own marks tell which one counted up.
    added = StoryReason.count + case((StoryReason.reason == reason, 1), else_=0)
    every = update(StoryReason).where(StoryReason.story_id == story_id).values(count=added)
    await s.execute(every.execution_options(synchronize_session=False))
    await _show(s, story_id, minimum)
    return True


async def _show(s: AsyncSession, story_id: int, minimum: int) -> None:
    """What is shown follows once a whole group has answered, so that no step tells of one person."""
    query = for_update(select(StoryReason).where(StoryReason.story_id == story_id).order_by(StoryReason.id))
    rows = list(await s.scalars(query.execution_options(populate_existing=True)))
    if sum(row.count - row.shown for row in rows) >= minimum:
        for row in rows:
            row.shown = row.count
    await s.flush()


async def back(s: AsyncSession, story_id: int, person_id: int) -> None:
    """Show the story to this person again. The sum stays: nobody can tell which of it is theirs."""
    await _hide(s, story_id, person_id, hidden=False)


async def hidden_from(s: AsyncSession, person_id: int) -> set[int]:
    """Stories this person does not want to be shown or reminded of."""
    return set(await s.scalars(select(Passed.story_id).where(Passed.person_id == person_id, Passed.hidden)))


async def passed_by(s: AsyncSession, person_ids: Collection[int]) -> set[tuple[int, int]]:
    """The same for many people: person and story."""
    rows = await s.execute(
        select(Passed.person_id, Passed.story_id).where(Passed.person_id.in_(person_ids), Passed.hidden)
    )
    return {(person_id, story_id) for person_id, story_id in rows}


async def shown_for(s: AsyncSession, story_id: int, minimum: int) -> Shown | None:
    """What editors may see of a story's reasons; ``None`` while fewer than ``minimum`` answers may be shown."""
    query = select(StoryReason).where(StoryReason.story_id == story_id, StoryReason.shown > 0)
    rows = list(await s.scalars(query))
    order = sorted(rows, key=lambda row: (-row.shown, REASONS.index(row.reason)))
    shown = Shown(tuple((row.reason, row.shown) for row in order))
    return shown if shown.total >= minimum else None


async def _hide(s: AsyncSession, story_id: int, person_id: int, *, hidden: bool) -> None:
    mine = update(Passed).where(Passed.story_id == story_id, Passed.person_id == person_id).values(hidden=hidden)
    await s.execute(mine.execution_options(synchronize_session=False))


__all__ = ["REASONS", "Shown", "back", "hidden_from", "passed", "passed_by", "shown_for"]
