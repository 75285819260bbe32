"""What reviewers have to know about a story, read together."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.review.cards import Reviewing
from advocacy.bot.review.differences import Names
from advocacy.config import Settings
from advocacy.content import approval, pictures, versions
from advocacy.content.models import Story, Topic
from advocacy.content.review import difference, rounds, tasks
from advocacy.delivery.models import Channel
from advocacy.people.directory import employed, may
from advocacy.people.models import Department, Person


async def gather(s: AsyncSession, settings: Settings, story: Story) -> Reviewing:
    """All that a review card shows of this story; captions and versions must be loaded."""
    waiting = await tasks.of(s, story)
    before = await difference.last_approved(s, story.id)
    people = {one for task in waiting for one in task.reviewer_ids} | set(story.leader_ids)
    people |= {task.decided_by_id for task in waiting if task.decided_by_id is not None}
    people |= {story.author_id} if story.author_id is not None else set()
    changed = rounds.changes(await approval.history(s, story.id), story.author_id)
    people |= {one.by_id for one in changed if one.by_id is not None}
    names = await _names(s, story, people, before or {})
    return Reviewing(
        story,
        settings.zone,
        author=names.people.get(story.author_id or 0, ""),
        changed=[(names.people.get(one.by_id or 0, "–"), one.at) for one in changed],
        picture=pictures.address(settings, pictures.of(story)),
        names=names,
        before=before,
        tasks=waiting,
        missing=await _missing(s, story),
    )


async def outside_channel(s: AsyncSession, story: Story) -> list[int]:
    """People who are asked to decide and are no editors: the editors' channel does not reach them."""
    named = {one for task in await tasks.of(s, story) for one in task.reviewer_ids}
    people = await s.scalars(select(Person).where(Person.id.in_(named), employed())) if named else ()
    return [one.id for one in people if not may(one, "editor")]


async def _names(s: AsyncSession, story: Story, people: set[int], before: dict[str, object]) -> Names:
    """Names of channels, departments and people that the story, or what was approved before, speaks of."""
    found = []
    for table, field in ((Channel, "channel_ids"), (Department, "department_ids"), (Person, "")):
        ids = people if not field else {*getattr(story, field), *_listed(before, field)}
        query = select(table.id, Department.path if table is Department else table.name).where(table.id.in_(ids))
        found.append({row[0]: row[1] for row in (await s.execute(query)).all()} if ids else {})
    guarded = {*story.guarded, *(str(one) for one in _listed(before, "topics"))}
    ids = {int(one.removeprefix("id:")) for one in guarded if one.startswith("id:")}
    topics = (await s.execute(select(Topic.id, Topic.name).where(Topic.id.in_(ids)))).all() if ids else ()
    channels, departments, persons = found
    return Names(channels, departments, persons, dict(topics))


def _listed(before: dict[str, object], field: str) -> list[object]:
    old = before.get(field, ())
    return old if isinstance(old, list) else []


async def _missing(s: AsyncSession, story: Story) -> list[str]:
    """Languages that its channels or its readers speak, and the story does not."""
    query = select(Channel.language).where(Channel.purpose == "stories", Channel.active)
    if story.channel_ids:
        query = query.where(Channel.id.in_(story.channel_ids))
    wanted = [*story.audience_languages] if story.audience_languages else sorted(set(await s.scalars(query)))
    return versions.missing(story, wanted)
