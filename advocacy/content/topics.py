"""Topics: what stories are about, and who follows, must see, or may see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.fields import MAX_TOPIC
from advocacy.content.models import ReviewRule, Story, Topic, TopicPerson
from advocacy.db import insert_into

OPEN, REQUIRED, RESTRICTED = "open", "required", "restricted"
ALIKE = 0.75
"""Of two names, 1 when they are the same: a letter too many or too few in four is alike."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A topic as one person has it."""

    topic_id: int
    name: str
    kind: str
    followed: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """Names of topics, case-folded, as they matter for one person."""

    muted: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    """Restricted ones they are no member of."""

    def may_see(self, names: Iterable[str]) -> bool:
        """Is none of these topics closed to them?"""
        return self.closed.isdisjoint(map(str.casefold, names))

    def wants(self, names: Iterable[str]) -> bool:
        """Is it something to show by itself? Not when they muted all its topics, unless one is required."""
        folded = {name.casefold() for name in names}
        return not folded or not self.required.isdisjoint(folded) or not folded <= self.muted


async def ensure(s: AsyncSession, names: Iterable[str]) -> None:
    """Make topics known that are named for the first time; they are open."""
    there = set(await s.scalars(select(Topic.folded)))
    for name in sorted(names):
        folded = name.casefold()
        if folded not in there and 0 < len(name) <= MAX_TOPIC:
            there.add(folded)
            fresh = insert_into(s, Topic).values(name=name, folded=folded, kind=OPEN)
            await s.execute(fresh.on_conflict_do_nothing())


async def spelled(s: AsyncSession, names: Sequence[str]) -> list[str]:
    """These names as the topics they mean are spelled; each once, be it written large or small."""
    known = dict((await s.execute(select(Topic.folded, Topic.name))).all()) if names else {}
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.casefold(), known.get(name.casefold(), name))
    return list(found.values())


async def strangers(s: AsyncSession, names: Iterable[str], known: Iterable[str] = ()) -> dict[str, list[str]]:
    """Those of these names that no topic has, each with up to three topics that are called almost so.

    Names in ``known`` count as topics.
    """
    there = {name.casefold(): name for name in (*known, *await s.scalars(select(Topic.name)))}
    return {
        name: [there[one] for one in get_close_matches(name.casefold(), there, cutoff=ALIKE)]
        for name in names
        if name.casefold() not in there
    }


async def guard(s: AsyncSession, story: Story, before: Collection[str]) -> bool:
    """Note which of the story's topics approval covers; answers whether one of them came or went.

    They are those that are restricted and those that a rule of review names. ``before`` are its topics until now. What
    becomes restricted while stories bear it leaves their approval as it is.
    """
    old, new = ({name.casefold(): name for name in names} for names in (before, story.topics))
    moved = old.keys() ^ new.keys()
    if not moved:
        return False
    weighty = await _weighty(s)
    if moved.isdisjoint(weighty):
        known = {f"id:{id_}": name for id_, name in (await s.execute(select(Topic.id, Topic.folded))).all()}
        gone = {one for one in story.guarded if known.get(one, one.removeprefix("name:")) in moved - new.keys()}
        story.guarded = [one for one in story.guarded if one not in gone]
        return bool(gone)
    kept = {one.removeprefix("name:"): one for one in story.guarded if one.startswith("name:")}
    story.guarded = sorted(kept.get(name, weighty[name]) for name in new if name in weighty)
    return True


async def _weighty(s: AsyncSession) -> dict[str, str]:
    """Case-folded names of restricted topics and of those that rules name, each with how a story keeps it."""
    found: dict[str, str] = {}
    for rule in await s.scalars(select(ReviewRule).where(ReviewRule.active, ReviewRule.kind == "topic")):
        found |= {name.casefold(): f"name:{name.casefold()}" for name in rule.terms}
    for topic in await s.scalars(select(Topic)):
        if topic.kind == RESTRICTED or topic.folded in found:
            found[topic.folded] = f"id:{topic.id}"
    return found


async def choices(s: AsyncSession, person_id: int) -> list[Choice]:
    """All topics this person may see, by name."""
    mine = await _mine(s, person_id)
    found = []
    for topic in await s.scalars(select(Topic).order_by(Topic.name)):
        kind = mine.get(topic.id, "")
        if topic.kind == RESTRICTED and kind != "member":
            continue
        found.append(Choice(topic.id, topic.name, topic.kind, topic.kind != OPEN or kind != "mutes"))
    return found


async def follow(s: AsyncSession, person_id: int, topic_ids: Collection[int]) -> None:
    """From now on this person follows these open topics and mutes the others."""
    open_ids = list(await s.scalars(select(Topic.id).where(Topic.kind == OPEN)))
    before = (TopicPerson.person_id == person_id, TopicPerson.kind == "mutes", TopicPerson.topic_id.in_(open_ids))
    await s.execute(delete(TopicPerson).where(*before))
    there = set(await s.scalars(select(TopicPerson.topic_id).where(TopicPerson.person_id == person_id)))
    mutes = [
        {"topic_id": one, "person_id": person_id, "kind": "mutes"}
        for one in open_ids
        if one not in topic_ids and one not in there
    ]
    if mutes:  # pressed twice at once, both leave the same behind
        await s.execute(insert_into(s, TopicPerson).values(mutes).on_conflict_do_nothing())


async def sight(s: AsyncSession, person_id: int) -> Sight:
    """What topics mean for this person."""
    return (await sights(s, [person_id]))[person_id]


async def sights(s: AsyncSession, person_ids: Collection[int]) -> dict[int, Sight]:
    """What topics mean for each of these people."""
    there = list(await s.scalars(select(Topic)))
    required = frozenset(topic.folded for topic in there if topic.kind == REQUIRED)
    open_ones = {topic.id: topic.folded for topic in there if topic.kind == OPEN}
    closed = {topic.id: topic.folded for topic in there if topic.kind == RESTRICTED}
    rows = await s.execute(select(TopicPerson).where(TopicPerson.person_id.in_(person_ids)))
    own: dict[int, list[TopicPerson]] = {}
    for row in rows.scalars():
        own.setdefault(row.person_id, []).append(row)
    found = {}
    for one in person_ids:
        mine = own.get(one, ())
        muted = frozenset(open_ones[row.topic_id] for row in mine if row.kind == "mutes" and row.topic_id in open_ones)
        member = {row.topic_id for row in mine if row.kind == "member"}
        shut = frozenset(name for topic_id, name in closed.items() if topic_id not in member)
        found[one] = Sight(muted, required, shut)
    return found


async def sight_of_all(s: AsyncSession) -> Sight:
    """What is closed to whoever is member of nothing."""
    return Sight(closed=frozenset(await s.scalars(select(Topic.folded).where(Topic.kind == RESTRICTED))))


async def _mine(s: AsyncSession, person_id: int) -> dict[int, str]:
    rows = await s.execute(select(TopicPerson.topic_id, TopicPerson.kind).where(TopicPerson.person_id == person_id))
    return dict(rows.all())


__all__ = [
    "Choice",
    "Sight",
    "choices",
    "ensure",
    "follow",
    "guard",
    "sight",
    "sight_of_all",
    "sights",
    "spelled",
    "strangers",
]
