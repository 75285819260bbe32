"""What a story's exact content waits for: one decision of an editor, and one for each rule that names reviewers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Review, ReviewRule, ReviewTask, Story
from advocacy.content.review import triggers
from advocacy.db import now
from advocacy.people.directory import employed, may
from advocacy.people.models import Person

DUE_HOURS = 24
"""Hours in which a decision is asked for, where neither the rule nor the caller says."""
EDITOR = "editor"


@dataclass(frozen=True, slots=True)
class _Wanted:
    key: str
    rule: ReviewRule | None
    reasons: list[dict[str, Any]]


async def ensure(s: AsyncSession, story: Story, *, hours: int = DUE_HOURS) -> list[ReviewTask]:
    """The tasks of the story in review as it stands, made or brought up to date. The story should be locked.

    Asking again changes nothing, unless the story was submitted anew since (then everybody decides anew) or the
    rules were changed: an open task of a rule that no longer applies goes, a new one comes.
    """
    there = {one.key: one for one in await of(s, story)}
    submitted = await _submitted(s, story)
    wanted = await _wanted(s, story)
    # All approved and still in review: what was left has gone with its rule, or the content came back unseen.
    anew = all(one.key in there and there[one.key].decision == "approved" for one in wanted)
    # Returned and yet in review: it was submitted since, also when the clock was set back.
    anew = anew or any(one.decision == "returned" for one in there.values())
    for one in wanted:
        task = there.get(one.key)
        if task is None:
            task = ReviewTask(story_id=story.id, fingerprint=fingerprint(story), key=one.key)
            s.add(task)
            _open(task, one, now(), hours)
        elif anew or (submitted is not None and task.created_at < submitted):
            _open(task, one, now(), hours)
        if not task.decision:
            task.reasons = one.reasons
            task.reviewer_ids = list(one.rule.reviewer_ids) if one.rule is not None else []
    for key in there.keys() - {one.key for one in wanted}:
        if there[key].decision != "approved":
            await s.delete(there[key])
    await s.flush()
    return await of(s, story)


async def of(s: AsyncSession, story: Story) -> list[ReviewTask]:
    """The tasks of the story as it stands, the editors' first."""
    query = select(ReviewTask).where(ReviewTask.story_id == story.id, ReviewTask.fingerprint == fingerprint(story))
    return list(await s.scalars(query.order_by(ReviewTask.rule_id.is_not(None), ReviewTask.id)))


async def deciders(s: AsyncSession, task: ReviewTask, without: frozenset[int] = frozenset()) -> list[int]:
    """Who of those named can decide: they still work here, and are none of ``without``. Nobody: any editor may."""
    query = select(Person.id).where(Person.id.in_(task.reviewer_ids), employed())
    there = set(await s.scalars(query)) - without if task.reviewer_ids else set()
    return [one for one in task.reviewer_ids if one in there]


async def may_decide(s: AsyncSession, task: ReviewTask, person: Person, without: frozenset[int] = frozenset()) -> bool:
    """May this person settle the task? ``without`` are people who may not, whatever the rule says."""
    if person.id in without:
        return False
    named = await deciders(s, task, without)
    return person.id in named if named else may(person, "editor")


def settle(tasks: Sequence[ReviewTask], by: Person, decision: str) -> None:
    """Note one person's decision on these tasks."""
    for task in tasks:
        task.decision, task.decided_by_id, task.decided_at = decision, by.id, now()


def _open(task: ReviewTask, wanted: _Wanted, at: datetime, hours: int) -> None:
    rule = wanted.rule
    task.rule_id, task.rule_name = (rule.id, rule.name) if rule is not None else (None, "")
    task.decision, task.decided_by_id, task.decided_at = "", None, None
    task.created_at, task.reminded_at, task.escalated_at = at, None, None
    own = rule.due_hours if rule is not None else None
    task.due_at = at + timedelta(hours=hours if own is None else own)


async def _submitted(s: AsyncSession, story: Story) -> datetime | None:
    """When the story came to review last."""
    query = select(func.max(Review.id)).where(Review.story_id == story.id, Review.decision == "submitted")
    newest = await s.scalar(query)
    return (await s.get_one(Review, newest)).at if newest is not None else None


async def _wanted(s: AsyncSession, story: Story) -> list[_Wanted]:
    rules = list(await s.scalars(select(ReviewRule).where(ReviewRule.active).order_by(ReviewRule.id)))
    reasons: dict[int, list[dict[str, Any]]] = {}
    for hit in triggers.find(rules, story, now().year):
        found = {"rule": hit.rule.name, "field": hit.field, "language": hit.language, "excerpt": hit.excerpt}
        reasons.setdefault(hit.rule.id, []).append(found)
    hit_rules = [one for one in rules if one.id in reasons]
    for_editors = [reason for one in hit_rules if not one.reviewer_ids for reason in reasons[one.id]]
    named = [_Wanted(f"rule:{one.id}", one, reasons[one.id]) for one in hit_rules if one.reviewer_ids]
    return [_Wanted(EDITOR, None, for_editors), *named]


__all__ = ["DUE_HOURS", "EDITOR", "deciders", "ensure", "may_decide", "of", "settle"]
