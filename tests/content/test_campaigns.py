"""Campaigns, and the plan of what begins and ends."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from content_help import NOON, draft, live, person

from advocacy.content import calendar, campaigns, stories
from advocacy.content.fields import Invalid
from advocacy.content.models import Campaign
from advocacy.db import Database

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("name", "more", "field", "code"),
    [
        ("  ", {}, "name", "missing"), ("x" * 121, {}, "name", "too_long"), (" Wind  week ", {}, "name", "taken"),
        ("Sun", {"goal_kind": "fame"}, "goal_kind", "unknown"), ("Sun", {"goal_kind": "people"}, "goal", "too_many"),
        ("Sun", {"goal_kind": "clicks", "goal": 10**12}, "goal", "too_many"),
        ("Sun", {"starts_on": date(2026, 12, 2), "ends_on": date(2026, 12, 1)}, "ends_on", "order"),
    ],
)  # fmt: skip
async def test_what_is_no_campaign(db: Database, name: str, more: dict[str, Any], field: str, code: str) -> None:
    """Each mistake is told at its field; nothing is begun."""
    async with db.write() as s:
        await campaigns.create(s, "Wind week")
        with pytest.raises(Invalid) as caught:
            await campaigns.create(s, name, **more)
        assert (caught.value.field, caught.value.code) == (field, code)
        assert [one.name for one in await campaigns.listing(s)] == ["Wind week"]


async def test_two_editors_begin_the_same_campaign(db: Database) -> None:
    """At the same moment: one begins it, the other hears that it is there."""

    async def begun() -> Campaign:
        async with db.write() as s:
            return await campaigns.create(s, "Wind week", goal_kind="people", goal=40)

    ends = await asyncio.gather(begun(), begun(), return_exceptions=True)
    assert sorted(type(one).__name__ for one in ends) == ["Campaign", "Invalid"]
    [made] = [one for one in ends if isinstance(one, Campaign)]
    async with db.write() as s:
        story = await draft(s, campaign_id=made.id)
        assert (await stories.get(s, story.id)).campaign_id == made.id
        assert (made.goal_kind, made.goal, made.starts_on) == ("people", 40, None)


async def test_the_plan_says_when_stories_begin_and_end_and_what_they_lack(db: Database) -> None:
    """The later of two beginnings, the earlier of two ends; from the first moment on, before the last."""
    async with db.write() as s:
        author, editor = await person(s, "a"), await person(s, "e", "editor")
        planned = await draft(
            s, publish_at=NOON, embargo_until=NOON + DAY, expires_at=NOON + 9 * DAY, rights_until=NOON + 2 * DAY,
            image_url="https://nordlicht.example/x.png",
        )  # fmt: skip
        out = await live(s, author, editor, expires_at=NOON + 3 * DAY)
        found = await calendar.between(s, NOON, NOON + 3 * DAY, ["en", "de"])
    assert [(one.story_id, one.kind, one.at) for one in found] == [
        (out.id, "begins", NOON), (planned.id, "begins", NOON + DAY), (planned.id, "ends", NOON + 2 * DAY),
    ]  # fmt: skip
    assert found[0].missing == ("caption", "version:de")
    assert found[1].missing == ("approval", "caption", "image_alt", "image_rights", "version:de")
    assert found[2].missing == ()


async def test_what_is_over_lacks_nothing(db: Database) -> None:
    """Nobody has to do anything about it."""
    async with db.write() as s:
        story = await stories.get(s, (await draft(s)).id)
        assert calendar.missing(story, ["en"]) == ["approval", "caption"]
        assert (calendar.begins(story), stories.ends(story)) == (None, None)
        story.state = "recalled"
        assert calendar.missing(story, ["en"]) == []
