"""The roster out of the doors, in the playground: the directory is listed, and who never pressed anything is reached."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from advocacy.bot import announce, rosters
from advocacy.chat import UserRef
from advocacy.db import now
from advocacy.delivery import places
from advocacy.people import directory as people_directory
from advocacy.people.models import Identity, Membership, Person, Rhythm, RosterSync
from advocacy.people.sync import Sync
from advocacy.people.zones import zone
from advocacy.playground.company import SLACK_TEAM
from advocacy.playground.slack.state import User
from advocacy.slack.directories import SlackDirectories
from advocacy.slack.directory import SlackDirectory
from advocacy.teams.directory import TeamsDirectory
from tests.bot.conftest import Chat, said
from tests.clock import Clock

DAVID, JANA = "david.vierauge", "jana.feld"


@pytest.fixture
async def directory(chat: Chat) -> SlackDirectory:
    """Slack's, at its pace, with a clock that nobody waits for; the world holds to its limits."""
    clock = Clock()
    chat.worlds.slack.limits.clock, chat.worlds.slack.limits.tiers = clock, True
    calls = chat.parts.platforms["slack"]._calls  # type: ignore[attr-defined]
    those = SlackDirectories(calls, chat.parts.settings, clock=clock, sleep=clock.sleep)
    chat.parts.directories["slack"] = those
    made = (await those.all())[0]
    assert isinstance(made, SlackDirectory)
    return made


async def strangers(chat: Chat) -> None:
    """Nobody has pressed anything yet."""
    async with chat.db.write() as s:
        await s.execute(delete(Identity))


def makes(chat: Chat, directory: SlackDirectory, **settings: Any) -> Sync:
    chosen = chat.parts.settings.model_copy(update=settings)
    return Sync(chat.db, directory, rosters.terms(chosen, "slack"))


async def count(chat: Chat, what: Any) -> int:
    async with chat.db.read() as s:
        return await s.scalar(select(func.count()).select_from(what)) or 0


async def test_a_leader_who_never_pressed_anything_gets_the_card_first(chat: Chat, directory: SlackDirectory) -> None:
    """Before the directory is listed nobody knows where they are; after it their card arrives. No digest comes of it."""
    await strangers(chat)
    async with chat.db.write() as s:  # the editors are met
        for key in ("clara.editorius", DAVID):
            person = await chat.person(key)
            who = chat.who(key)
            s.add(Identity(person_id=person.id, platform="slack", tenant=SLACK_TEAM, user_id=who.user))
    jana = await chat.person(JANA)
    story = await chat.story()
    typed = {"leaders": jana.email, "minutes": "15"}
    assert "Jana Feld. Wer vorab" in said(await chat.press(DAVID, "audience_save", typed, s=story.id, v=story.version))
    done = await makes(chat, directory).run()
    assert done.found.new == sum(one.slack_id is not None for one in chat.people.values()) - 2
    live = await chat.story(leader_ids=[jana.id], leaders_minutes=30, publish_at=now() + timedelta(minutes=10))
    answer = await chat.press(DAVID, "audience_save", typed, s=live.id, v=live.version)
    assert "Jana Feld" not in said(answer)
    from advocacy.content import approval, stories

    async with chat.db.write() as s:
        fresh = await stories.get(s, live.id)
        await approval.approve(s, live.id, await s.merge(await chat.person("clara.editorius")),
                               approval.fingerprint(fresh), four_eyes=False)  # fmt: skip
    assert await announce.publish(chat.parts) == 1
    await chat.deliver()
    direct = chat.worlds.slack.messages(chat.worlds.slack.im(chat.who(JANA).user).id)
    assert len(direct) == 1
    assert live.title in str(direct[0].blocks)
    from advocacy.people import rhythm

    usual = rhythm.company(chat.parts.settings)
    async with chat.db.write() as s:
        assert await rhythm.enrol(s, usual, zone("", chat.parts.settings.zone), now(), 100) == 2
    await chat.press(JANA, "home")  # now she has been met
    async with chat.db.write() as s:
        assert await rhythm.enrol(s, usual, zone("", chat.parts.settings.zone), now(), 100) == 1
    assert await count(chat, Rhythm) == 3


async def test_slack_as_the_roster(chat: Chat, directory: SlackDirectory) -> None:
    """People, departments out of the profile field, events at once: join, move, guest, leave. Never a 429."""
    async with chat.db.write() as s:
        for table in (Identity, Membership, Person):
            await s.execute(delete(table))
    world = chat.worlds.slack
    space = world.workspace
    guest = next(one.slack_id for one in reversed(chat.people.values()) if one.slack_id)
    space.user(str(guest)).is_restricted = True
    people = [one for one in chat.people.values() if one.slack_id and one.slack_id != guest]
    work = makes(chat, directory, roster="slack")
    done = await work.run()
    assert done.roster is not None
    assert (done.roster.joined, done.departments) == (len(people), 0)
    async with chat.db.read() as s:
        placed = await s.scalar(select(func.count()).select_from(Membership).where(Membership.ends_on.is_(None)))
        jana = (await s.scalars(select(Person).where(Person.email == chat.people[JANA].email))).one()
    assert (placed, jana.language, jana.name) == (len(people), "de-DE", "Jana Feld")
    assert world.api.calls["users.profile.get"] == len(people)
    await work.run()
    assert world.api.calls["users.profile.get"] == len(people), "nothing changed, so nothing is read again"

    chat.parts.settings = chat.parts.settings.model_copy(update={"roster": "slack"})
    new = User("U0NEW", "nova", "Nova Neu", "nova@nordlicht.example", department="Sales/DACH", updated=5)
    space.add_user(new)
    await tell(chat, new.id)
    async with chat.db.read() as s:
        nova = (await s.scalars(select(Person).where(Person.email == new.email))).one()
    assert nova.left_on is None
    new.deleted = True
    await tell(chat, new.id)
    async with chat.db.read() as s:
        assert (await s.get_one(Person, nova.id)).left_on is not None
        assert (await s.scalars(select(Identity.person_id).where(Identity.user_id == new.id))).one() is None


async def tell(chat: Chat, user: str) -> None:
    """As the event of a new or changed user does."""
    from advocacy.chat import Press

    await chat.bot.handle(Press(UserRef("slack", SLACK_TEAM, user), "profile_changed"))


async def test_a_field_that_is_not_there_is_said(chat: Chat, directory: SlackDirectory) -> None:
    """By its label or id; without the permission, or when nobody wants it, no profile is read."""
    calls = chat.parts.platforms["slack"]._calls  # type: ignore[attr-defined]
    for name, found, lacks in (
        ("department", True, ""), ("Xf0DEPARTMT", True, ""), ("Kostenstelle", False, "field"), ("off", False, ""),
    ):  # fmt: skip
        settings = chat.parts.settings.model_copy(update={"slack_department": name})
        one = SlackDirectory(calls, settings, SLACK_TEAM)
        assert (await one.departments_apart(), one.lacks) == (found, lacks)
    tokens = chat.worlds.slack.tokens
    tokens.scopes = tokens.scopes - {"users.profile:read"}
    assert (await directory.departments_apart(), directory.lacks) == (False, "permission")


async def test_the_server_goes_on_with_what_was_cut_short(chat: Chat, directory: SlackDirectory) -> None:
    """And leaves alone what nobody ever began."""
    await strangers(chat)
    db, settings, doors = chat.db, chat.parts.settings, chat.parts.directories
    assert await rosters.nightly(db, settings, doors) == 0
    await makes(chat, directory).run()
    await strangers(chat)
    async with chat.db.write() as s:
        await s.execute(update(RosterSync).values(began_at=now() - timedelta(minutes=20), holder="killed"))
        await s.execute(update(RosterSync).values(held_until=now() - timedelta(minutes=1)))
    assert await rosters.nightly(db, settings, doors) == 1
    assert await count(chat, Identity) > 30
    assert await rosters.nightly(db, settings, doors) == 0


@pytest.fixture
async def tenant(chat: Chat) -> AsyncIterator[TeamsDirectory]:
    """Teams' directory."""
    made = TeamsDirectory(chat.parts.settings)
    chat.parts.directories["teams"] = made
    yield made
    await made.graph.close()


async def test_teams_as_the_roster_with_what_changed_by_the_hour(chat: Chat, tenant: TeamsDirectory) -> None:
    """Everybody once, departments with them; then changes only; a lost mark lists all again. Slack's people stay."""
    async with chat.db.write() as s:
        for table in (Identity, Membership, Person):
            await s.execute(delete(table))
    chosen = chat.parts.settings.model_copy(update={"roster": "teams"})
    people = [one for one in chat.people.values() if one.teams_id]
    chat.worlds.teams.graph.page = 10
    done = await Sync(chat.db, tenant, rosters.terms(chosen, "teams")).run()
    assert done.roster is not None
    assert (done.roster.joined, done.found.new) == (len(people), len(people))
    async with chat.db.read() as s:
        assert await s.scalar(select(func.count()).select_from(Membership)) == len(people)
    users, jana = chat.worlds.teams.users, chat.people[JANA].teams_id or ""
    users.set(jana, department="Operations")
    users.remove(people[3].teams_id or "")
    calls = chat.worlds.teams.graph.calls
    later = now() + timedelta(hours=1)
    assert await rosters.nightly(chat.db, chosen, chat.parts.directories, later - timedelta(minutes=5)) == 0
    assert await rosters.nightly(chat.db, chosen, chat.parts.directories, later) == 1
    assert chat.worlds.teams.graph.calls - calls == 2, "the changes, and the rest about one of them"
    async with chat.db.read() as s:
        gone = (await s.scalars(select(Person).where(Person.email == people[3].email))).one()
        assert gone.left_on is not None
        assert (
            await s.scalar(select(func.count()).select_from(Person).where(Person.left_on.is_(None))) == len(people) - 1
        )
    users.set(jana, department="Communications")
    users.expired = len(users.changes)
    done = await Sync(chat.db, tenant, rosters.terms(chosen, "teams")).run()
    assert (done.is_full, done.members, done.found.let_loose) == (True, len(users.all), 0)


async def test_who_needs_the_app_is_named_until_they_have_it(chat: Chat, tenant: TeamsDirectory) -> None:
    """A leader whom only Graph named, in Teams alone; where somebody was met counts before where they are only listed."""
    await Sync(chat.db, tenant, rosters.terms(chat.parts.settings, "teams")).run()
    jana = await chat.person(JANA)
    async with chat.db.read() as s:
        (place,) = await places.direct(s, [jana.id])
        assert (place.to.platform, await places.out_of_reach(s, [jana.id])) == ("slack", [])
    async with chat.db.write() as s:
        await s.execute(delete(Identity).where(Identity.platform == "slack"))
    async with chat.db.read() as s:
        assert await places.out_of_reach(s, [jana.id]) == ["Jana Feld"]
        (place,) = await places.direct(s, [jana.id])  # it is tried: an administrator may have installed it
        assert isinstance(place.to, UserRef)
        assert (place.to.platform, place.to.user) == ("teams", chat.people[JANA].teams_id)
    async with chat.db.write() as s:
        await people_directory.has_app(s, place.identity_id or 0)
    async with chat.db.read() as s:
        assert await places.out_of_reach(s, [jana.id]) == []
