"""How far campaigns have come."""

from __future__ import annotations

from datetime import date

from advocacy.content import campaigns, stories
from advocacy.db import Database
from advocacy.insights.campaign import Progress, progress
from advocacy.insights.models import StoryPerson, StoryTotal


async def test_sums_over_the_stories_of_each_campaign(db: Database) -> None:
    """People count once however many of its stories they shared; a campaign without shares has zeros."""
    async with db.write() as s:
        busy, quiet = await campaigns.create(s, "Busy"), await campaigns.create(s, "Quiet")
        for place in range(3):
            campaign = busy if place < 2 else None
            story = await stories.create(
                s, title=f"Story {place}", summary="", url="https://www.nordlicht.example/",
                campaign_id=campaign.id if campaign else None,
            )  # fmt: skip
            s.add(StoryTotal(story_id=story.id, people=2, departments=1, measured=2, reported=1, clicks=5, dropped=0))
            for person, shares in ((1, 1), (2 + place, 1), (9, 0)):
                s.add(StoryPerson(story_id=story.id, person_id=person, day=date(2026, 11, 2), shares=shares))
    async with db.read() as s:
        found = await progress(s, [busy.id, quiet.id])
    assert found == {busy.id: Progress(people=3, shares=6, clicks=10), quiet.id: Progress()}
