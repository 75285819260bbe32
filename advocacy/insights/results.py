"""What came of one story: clicks and reactions as sums, never so that a sum is one person's."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.insights.groups import Group, protect
from advocacy.insights.models import StoryClick, StoryPerson
from advocacy.people import departments
from advocacy.sharing.models import Share, ShareReaction, ShareState

OWN_LINK = ""
"""The network of the story's own link."""
NOWHERE = 0
"""Who belongs to no department."""


@dataclass(frozen=True, slots=True)
class Clicks:
    """Clicks on a group of links; all but the first do not count."""

    people: int = 0
    repeated: int = 0
    own: int = 0
    programs: int = 0
    ended: int = 0
    """After the story was withdrawn."""

    def __add__(self, other: Clicks) -> Clicks:
        """Both together."""
        return Clicks(
            self.people + other.people, self.repeated + other.repeated, self.own + other.own,
            self.programs + other.programs, self.ended + other.ended,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """Clicks of one network, or one department. An empty ``name``: the small ones together."""

    name: str
    clicks: Clicks


@dataclass(frozen=True, slots=True)
class Reached:
    """What networks tell of a story's posts."""

    posts: int
    likes: int
    reposts: int
    replies: int
    followers: int
    """Of their accounts at the time, added up: who could have seen it, counted as often as they follow one."""
    followed_posts: int
    """Posts of which the number of followers is known."""


@dataclass(frozen=True, slots=True)
class Results:
    """``None`` where too few people are behind a figure."""

    own_link: Clicks
    """On the story's own link, which is nobody's."""
    shared: Clicks | None
    """On links of people's shares."""
    networks: list[Part]
    departments: list[Part]
    reached: Reached | None


async def of_story(s: AsyncSession, story_id: int, least: int) -> Results:
    """Everything about one story. ``least``: people in the smallest group that is shown."""
    found = await _rows(s, story_id)
    people = {person for person, network, *_ in found if network != OWN_LINK}
    own_link = _sum(clicks for _, network, _, clicks in found if network == OWN_LINK)
    if len(people) < least:
        return Results(own_link, None, [], [], await _reached(s, story_id, least))
    shared = [one for one in found if one[1] != OWN_LINK]
    tree = await departments.tree(s)
    by_network = _parts({(person, network): clicks for person, network, _, clicks in shared}, least)
    places: dict[tuple[int, Hashable], Clicks] = {}
    for person, _, department, clicks in shared:
        places[person, department] = places.get((person, department), Clicks()) + clicks
    return Results(
        own_link, _sum(clicks for *_, clicks in shared),
        [Part(str(name), clicks) for name, clicks in by_network],
        [Part(tree.name(name) if isinstance(name, int) else "", clicks) for name, clicks in _parts(places, least)],
        await _reached(s, story_id, least),
    )  # fmt: skip


async def _rows(s: AsyncSession, story_id: int) -> list[tuple[int, str, int, Clicks]]:
    """Person, network, top-level department (0 for none) and clicks."""
    click, person = StoryClick, StoryPerson
    query = (
        select(
            click.person_id, click.network, func.coalesce(person.department_id, 0), click.clicks, click.repeated,
            click.own, click.programs, click.ended,
        )
        .outerjoin(person, (person.story_id == click.story_id) & (person.person_id == click.person_id))
        .where(click.story_id == story_id)
    )  # fmt: skip
    return [(who, network, place, Clicks(*counts)) for who, network, place, *counts in await s.execute(query)]


def _parts(by_person: dict[tuple[int, Hashable], Clicks], least: int) -> list[tuple[Hashable, Clicks]]:
    """Groups of at least so many people, the most clicked first; the others together at the end, under ``""``."""
    names = list(dict.fromkeys(name for _, name in by_person))
    size = {name: len({person for person, one in by_person if one == name}) for name in names}
    # Those of no department have no name of their own: they are with the small ones, or not told apart at all.
    groups = [Group(at, size[name], direct=name == NOWHERE) for at, name in enumerate(names)]
    shown, merged = protect(groups, least)

    def clicks(chosen: Iterable[Group]) -> Clicks:
        which = {names[one.department_id] for one in chosen}
        return _sum(one for (_, name), one in by_person.items() if name in which)

    parts: list[tuple[Hashable, Clicks]] = [(names[one.department_id], clicks([one])) for one in shown]
    parts.sort(key=lambda part: -part[1].people)
    return [*parts, ("", clicks(merged))] if merged and shown else parts


def _sum(clicks: Iterable[Clicks]) -> Clicks:
    return sum(clicks, Clicks())


async def _reached(s: AsyncSession, story_id: int, least: int) -> Reached | None:
    told = ShareReaction
    query = (
        select(
            func.count(Share.person_id.distinct()), func.count(), func.sum(told.likes), func.sum(told.reposts),
            func.sum(told.replies), func.sum(told.followers), func.count(told.followers),
        )
        .join(Share, Share.id == told.share_id)
        .where(Share.story_id == story_id, Share.state == ShareState.POSTED, told.told_at.is_not(None))
    )  # fmt: skip
    people, posts, *sums, followed = (await s.execute(query)).one()
    if people < least:
        return None
    likes, reposts, replies, followers = (int(one or 0) for one in sums)
    return Reached(posts, likes, reposts, replies, followers, followed)


__all__ = ["Clicks", "Part", "Reached", "Results", "of_story"]
