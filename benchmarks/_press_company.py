"""A company for ``benchmarks.press``: people with connected accounts, live stories, and cards that can be pressed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import insert

from advocacy.app import load_tables
from advocacy.content import stories
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import StoryState
from advocacy.content.stories import Wording
from advocacy.db import Base, Database, now
from advocacy.delivery.models import Channel, Placement, PlacementState
from advocacy.people.models import Department, Identity, Membership, Person
from advocacy.playground.company import SLACK_TEAM, TEAMS_TENANT
from advocacy.sharing.models import Account

KEY = bytes(32)
PEOPLE = 3000
STORIES = 20
"""Each person can press half of the cards in Slack, the other half in Teams: 30,000 presses each."""
SLACK_CHANNEL = "C0NEWS0001"
TEAMS_CHANNEL = "19:0f1e2d3c4b5a69788796a5b4c3d2e1f0@thread.tacv2"
JOINED = date(2026, 1, 1)
WORDINGS = (("en", "Quiet and clever."), ("de", "Leise und klug."))


def slack_user(number: int) -> str:
    """The Slack id of a person."""
    return f"U{number:08}"


def teams_user(number: int) -> str:
    """The Entra object id of a person; their address in Teams is ``29:`` and this."""
    return f"00000000-0000-4000-9000-{number:012}"


def message(story_id: int, platform: str) -> str:
    """The id of the message in which a story's card stands."""
    return f"1795688000.{story_id:06}" if platform == "slack" else f"1795435900{story_id:03}"


async def found(url: str, people: int = PEOPLE, stories_: int = STORIES) -> None:
    """An empty database, then the company. Ids of people and stories count from 1."""
    load_tables()
    db = Database(url, [KEY])
    async with db.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    async with db.write() as s:
        department = Department(name="Sales", path="Sales")
        s.add(department)
        await s.flush()
        numbers = range(1, people + 1)
        rows = [
            {"email": f"person{one}@nordlicht.example", "name": f"Person {one}", "country": "DE", "roles": [],
             "joined_on": JOINED, "language": "de" if one % 2 else "en"} for one in numbers
        ]  # fmt: skip
        await s.execute(insert(Person), rows)
        member = {"department_id": department.id, "starts_on": JOINED}
        await s.execute(insert(Membership), [{"person_id": one, **member} for one in numbers])
        known = [
            {"person_id": one, "platform": platform, "tenant": tenant, "user_id": user(one), "address": address(one)}
            for platform, tenant, user, address in (
                ("slack", SLACK_TEAM, slack_user, lambda _one: ""),
                ("teams", TEAMS_TENANT, teams_user, lambda one: f"29:{teams_user(one)}"),
            )
            for one in numbers
        ]
        await s.execute(insert(Identity), known)
        linkedin = {"network": "linkedin", "token": "token", "state": "active"}
        await s.execute(
            insert(Account), [{"person_id": one, "remote_id": f"urn:li:person:{one}", **linkedin} for one in numbers]
        )
    await _publish(db, stories_)
    await db.close()


async def _publish(db: Database, count: int) -> None:
    """Live stories, each with a card in Slack (placements with even ids) and one in Teams (odd ids)."""
    async with db.write() as s:
        channels = [
            Channel(platform="slack", tenant=SLACK_TEAM, channel_id=SLACK_CHANNEL, name="#news"),
            Channel(platform="teams", tenant=TEAMS_TENANT, channel_id=TEAMS_CHANNEL, name="Stories"),
        ]
        s.add_all(channels)
        await s.flush()
        for number in range(1, count + 1):
            story = await stories.create(
                s, title=f"The rotor that listens, part {number}", summary="Forty turbines, no noise.",
                url=f"https://www.nordlicht.example/rotor/{number}",
                captions=[Wording(text=said, language=one) for one, said in WORDINGS],
            )  # fmt: skip
            story.state, story.publish_at, story.approved_hash = StoryState.LIVE, now(), fingerprint(story)
            for channel in channels:
                where = "" if channel.platform == "slack" else f";messageid={message(story.id, 'teams')}"
                s.add(Placement(
                    id=placement(story.id, channel.platform), story_id=story.id, channel_id=channel.id,
                    state=PlacementState.SENT, message_id=message(story.id, channel.platform),
                    message_channel=channel.channel_id + where,
                ))  # fmt: skip


def placement(story_id: int, platform: str) -> int:
    """The id of a story's card."""
    return story_id * 2 + (platform == "teams")
