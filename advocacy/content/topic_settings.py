"""What editors settle about topics: names, kinds, and who is a member of a restricted one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.fields import MAX_TOPIC, Invalid
from advocacy.content.models import Feed, ReviewRule, Story, StoryState, Topic, TopicPerson
from advocacy.content.topics import OPEN, REQUIRED, RESTRICTED
from advocacy.people.directory import employed
from advocacy.people.models import Person

KINDS = (OPEN, REQUIRED, RESTRICTED)
_COMING = (StoryState.APPROVED, StoryState.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Settled:
    """A topic as editors see it."""

    topic_id: int
    name: str
    kind: str
    members: Sequence[str] = ()
    """Names of those who still work here; only of a restricted topic."""
    out: Sequence[str] = ()
    """Titles of stories with it that are out now, the newest first."""
    coming: Sequence[str] = ()
    """The same of stories that are approved and wait for their time."""


async def listing(s: AsyncSession) -> list[Topic]:
    """All topics, by name."""
    return list(await s.scalars(select(Topic).order_by(Topic.folded)))


async def unsettled(s: AsyncSession) -> list[str]:
    """Names on stories that are on their way, which nobody else knows yet: they become open topics by approval."""
    known = set(await s.scalars(select(Topic.folded)))
    on_way = (StoryState.DRAFT, StoryState.IN_REVIEW, StoryState.RETURNED)
    found = {name.casefold(): name for names in await s.scalars(select(Story.topics).where(Story.state.in_(on_way)))
             for name in names}  # fmt: skip
    return [found[one] for one in sorted(found.keys() - known)]


async def look(s: AsyncSession, topic_id: int) -> Settled:
    """One topic with its members and stories. Raises ``Invalid``."""
    topic = await _get(s, topic_id)
    members = (
        select(Person.name)
        .join(TopicPerson, TopicPerson.person_id == Person.id)
        .where(TopicPerson.topic_id == topic.id, TopicPerson.kind == "member", employed())
        .order_by(Person.name)
    )
    known = select(Story.title, Story.topics, Story.state).where(Story.state.in_((StoryState.LIVE, *_COMING)))
    wanted, out, coming = topic.folded, list[str](), list[str]()
    for title, names, state in (await s.execute(known.order_by(Story.id.desc()))).all():
        if wanted in map(str.casefold, names):
            (out if state == StoryState.LIVE else coming).append(title)
    return Settled(topic.id, topic.name, topic.kind, list(await s.scalars(members)), out, coming)


async def save(s: AsyncSession, topic_id: int, name: str, kind: str) -> int:
    """Make a topic (0), or give one another name and kind; answers its id.

    Stories, feeds and rules of review that bear the old name bear the new one, without a new review. A topic that is
    not restricted has no members. Raises ``Invalid`` with ``missing``, ``too_long``, ``comma``, ``taken``, ``unknown``;
    then nothing more can be done in this unit of work.
    """
    name = " ".join(name.split())
    if not name:
        raise Invalid("name", "missing")
    if len(name) > MAX_TOPIC:
        raise Invalid("name", "too_long")
    if "," in name:
        raise Invalid("name", "comma")
    if kind not in KINDS:
        raise Invalid("kind", "unknown")
    same = select(Topic.id).where(Topic.folded == name.casefold(), Topic.id != topic_id)
    if await s.scalar(same) is not None:
        raise Invalid("name", "taken")
    topic = await _get(s, topic_id) if topic_id else Topic(name=name)
    old, topic.name, topic.kind = topic.name, name, kind
    s.add(topic)
    try:
        await s.flush()
    except IntegrityError:  # somebody gave this name at the same moment
        raise Invalid("name", "taken") from None
    if old != name:
        await _rename(s, old, name)
    if kind != RESTRICTED:
        members = (TopicPerson.topic_id == topic.id, TopicPerson.kind == "member")
        await s.execute(delete(TopicPerson).where(*members))
    return topic.id


async def admit(s: AsyncSession, topic_id: int, person_ids: Collection[int]) -> None:
    """Make these people members."""
    await dismiss(s, topic_id, person_ids)
    s.add_all(TopicPerson(topic_id=topic_id, person_id=one, kind="member") for one in set(person_ids))
    await s.flush()


async def dismiss(s: AsyncSession, topic_id: int, person_ids: Collection[int]) -> None:
    """These people are no longer members, nor have they chosen anything about the topic."""
    theirs = (TopicPerson.topic_id == topic_id, TopicPerson.person_id.in_(person_ids))
    await s.execute(delete(TopicPerson).where(*theirs))


async def _get(s: AsyncSession, topic_id: int) -> Topic:
    topic = await s.get(Topic, topic_id)
    if topic is None:
        raise Invalid("name", "unknown")
    return topic


async def _rename(s: AsyncSession, old: str, new: str) -> None:
    """Names in lists are replaced. Forms that were opened before with the old name are found to be overtaken."""
    for table, column in ((Story, Story.topics), (Feed, Feed.topics), (ReviewRule, ReviewRule.terms)):
        query = select(table.id, column)
        if table is ReviewRule:
            query = query.where(ReviewRule.kind == "topic")
        for row_id, names in (await s.execute(query)).all():
            changed = list(dict.fromkeys(new if one.casefold() == old.casefold() else one for one in names))
            if changed != names:
                values = {column.key: changed} | ({"version": Story.version + 1} if table is Story else {})
                await s.execute(update(table).where(table.id == row_id).values(values))


__all__ = ["KINDS", "Settled", "admit", "dismiss", "listing", "look", "save", "unsettled"]
