"""What came of one story: sums, and none that is one person's."""

from __future__ import annotations

from datetime import date

from sqlalchemy import insert

from advocacy.content.models import Story
from advocacy.db import Database, now
from advocacy.insights.models import StoryClick, StoryPerson
from advocacy.insights.results import Clicks, Part, Reached, of_story
from advocacy.people.models import Department, Person
from advocacy.sharing.models import Share, ShareReaction

DAY = date(2026, 11, 1)


async def a_story(db: Database, people: int) -> None:
    """Departments 1 (two of three people) and 2 (the rest); linkedin for all, mastodon for the first two."""
    async with db.write() as s:
        s.add_all(Department(id=number, name=name, path=name) for number, name in ((1, "Sales"), (2, "Web")))
        await s.execute(insert(Story), [{"id": 1, "title": "S", "url": "https://example.com/"}])
        for person in range(1, people + 1):
            s.add(Person(id=person, email=f"p{person}@example.com", name="P", joined_on=DAY))
            place = 0 if person == 9 else 1 if person % 3 else 2
            s.add(StoryPerson(story_id=1, person_id=person, department_id=place, day=DAY, shares=1))
            s.add(
                StoryClick(
                    story_id=1, network="linkedin", person_id=person, clicks=10, repeated=2, own=1, programs=5, ended=1
                )
            )
            if person < 3:
                s.add(
                    StoryClick(
                        story_id=1,
                        network="mastodon",
                        person_id=person,
                        clicks=1,
                        repeated=0,
                        own=0,
                        programs=0,
                        ended=0,
                    )
                )
        s.add(StoryClick(story_id=1, network="", person_id=0, clicks=7, repeated=0, own=0, programs=3, ended=0))


async def results(db: Database, least: int):  # type: ignore[no-untyped-def]
    async with db.read() as s:
        return await of_story(s, 1, least)


async def test_clicks_are_shown_for_groups_that_are_large_enough(db: Database) -> None:
    """What is too small stands together with the next smallest, so that no difference tells of it."""
    await a_story(db, 9)
    found = await results(db, 2)
    assert found.own_link == Clicks(people=7, programs=3)
    assert found.shared == Clicks(92, 18, 9, 45, 9)
    assert [(one.name, one.clicks.people) for one in found.networks] == [("linkedin", 90), ("mastodon", 2)]
    # Of no department is one person, who would stand alone: the smaller department joins.
    assert [(one.name, one.clicks.people) for one in found.departments] == [("Sales", 62), ("", 30)]
    found = await results(db, 5)
    assert found.networks == []  # mastodon's two cannot be told from linkedin's nine
    assert found.shared.people == 92
    assert (await results(db, 3)).departments[-1] == Part("", Clicks(30, 6, 3, 15, 3))


async def test_too_few_sharers_show_only_the_storys_own_link(db: Database) -> None:
    """Whose clicks there are would be plain."""
    await a_story(db, 4)
    found = await results(db, 5)
    assert (found.own_link.people, found.shared, found.networks, found.departments) == (7, None, [], [])


async def test_reactions_are_summed_above_the_minimum(db: Database) -> None:
    """Of posts that are there; reach only of those whose followers are known."""
    await a_story(db, 5)
    async with db.write() as s:
        for person in range(1, 6):
            share = Share(
                person_id=person, story_id=1, network="bluesky", state="posted" if person < 5 else "deleted", text="",
                key=f"k{person}", settled_at=now(),
            )  # fmt: skip
            s.add(share)
            await s.flush()
            s.add(
                ShareReaction(
                    share_id=share.id, told_at=now(), likes=person, reposts=1, replies=0,
                    followers=100 if person < 3 else None,
                )
            )  # fmt: skip
    assert (await results(db, 4)).reached == Reached(4, 10, 4, 0, 200, 2)
    assert (await results(db, 5)).reached is None
