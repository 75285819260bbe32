"""Bot tests read as dialogs: a person does something, the bot answers."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from advocacy.app import ACTIONS, REPEATABLE, SHORT_WAYS
from advocacy.bot.actions import Bot, Parts
from advocacy.chat import Answer, ChannelRef, Message, MessageRef, OpenForm, Press, Private, Rewrite, UserRef
from advocacy.content import approval, stories
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Story
from advocacy.content.stories import Wording
from advocacy.db import Database, now
from advocacy.delivery import placements
from advocacy.delivery.limits import Limits
from advocacy.delivery.worker import Worker
from advocacy.http import Http
from advocacy.people.models import Department, Identity, Membership, Person
from advocacy.playground.company import SLACK_TEAM, Resident, residents
from advocacy.playground.outside import Worlds
from advocacy.sharing.accounts import Accounts
from advocacy.sharing.networks import make_all
from advocacy.sharing.plain import Plain
from advocacy.sharing.posting import Poster
from advocacy.sharing.shares import Sharing
from advocacy.slack.door import SlackDoor
from tests.clock import Clock
from tests.conftest import TEST_KEY, playground_settings
from tests.sweeper import Sweeper


class Addresses:
    """Pages that messages point to."""

    def sign_in(self, person_id: int) -> str:
        return f"https://advocacy.example.com/sign-in/{person_id}"

    def dialog(self, share_id: int) -> str:
        return f"https://advocacy.example.com/open/{share_id}"

    def board_picture(self, period: str, language: str) -> str:
        return f"https://advocacy.example.com/board-{period}-{language}.png"


def message_of(answer: Answer) -> Message:
    assert isinstance(answer, (Private, Rewrite)), answer
    return answer.message


def said(answer: Answer) -> str:
    """Everything an answer says, in one text."""
    message = answer.form.body if isinstance(answer, OpenForm) else message_of(answer)
    facts = [f"{one.label}: {one.value}" for one in message.facts]
    buttons = [f"[{one.label}]" for one in message.buttons]
    return "\n".join([message.heading, *message.paragraphs, message.quote, *facts, *buttons, message.footnote])


def slack_id(resident: Resident) -> str:
    """Also of those who have no Slack in the playground."""
    return resident.slack_id or f"U-{resident.key}"


@dataclass
class Chat:
    """The bot, and a company around it."""

    parts: Parts
    bot: Bot
    worlds: Worlds
    people: dict[str, Resident] = field(default_factory=dict)

    @property
    def db(self) -> Database:
        return self.parts.db

    def who(self, key: str) -> UserRef:
        return UserRef("slack", SLACK_TEAM, slack_id(self.people[key]))

    async def press(self, key: str, action: str, inputs: dict[str, str] | None = None, **value: Any) -> Answer:
        message = value.pop("message", None)
        reply_to = value.pop("reply_to", "")
        kept = value.pop("kept", {})
        at = ChannelRef(message.platform, message.tenant, message.channel) if message is not None else None
        who = self.who(key)
        return await self.bot.handle(
            Press(who, action, value, inputs or {}, message=message, channel=at, reply_to=reply_to, kept=kept)
        )

    async def press_text(self, key: str, action: str, text: str, **value: Any) -> Answer:
        """A press that comes with words."""
        return await self.bot.handle(Press(self.who(key), action, value, text=text))

    async def types(self, key: str, words: str, event: str = "") -> Answer:
        return await self.bot.handle(Press(self.who(key), "command", text=words, event=event))

    async def person(self, key: str) -> Person:
        from sqlalchemy import select

        async with self.db.read() as s:
            return (await s.execute(select(Person).where(Person.email == self.people[key].email))).scalar_one()

    async def story(self, author: str = "clara.editorius", **changes: Any) -> Story:
        """A story in review."""
        writer = await self.person(author)
        values: dict[str, Any] = {
            "title": "The rotor that listens", "summary": "Forty turbines.", "url": "https://www.nordlicht.example/r",
            "captions": [Wording(text="Quiet and clever.", language="en"), Wording(text="Leise und klug.", language="de")],
            "author_id": writer.id,
        }  # fmt: skip
        async with self.db.write() as s:
            story = await stories.create(s, **{**values, **changes})
            await approval.submit(s, story.id, writer.id)
        return story

    async def live_story(self, **changes: Any) -> Story:
        """A story that colleagues can share now."""
        from advocacy.content import schedule

        story = await self.story(**changes)
        approver = await self.person("david.vierauge")
        async with self.db.write() as s:
            fresh = await stories.get(s, story.id)
            await approval.approve(s, story.id, approver, fingerprint(fresh), four_eyes=True)
            await schedule.go_live(s, now())
        return story

    async def channel(self, name: str, purpose: str = "stories") -> ChannelRef:
        ref = ChannelRef("slack", SLACK_TEAM, self.worlds.slack.channel(name).id)
        async with self.db.write() as s:
            await placements.add_channel(s, ref, f"#{name}", purpose)
        return ref

    async def deliver(self) -> None:
        """Send all that waits."""
        for urgent in (True, False):
            while await self.parts.worker.run_due(urgent=urgent):
                pass


@pytest.fixture(scope="session")
def hired_file(sqlite_template: Path) -> Path:
    """An SQLite file with the company's people in it."""
    path = sqlite_template.with_name("hired.sqlite")
    shutil.copy(sqlite_template, path)
    asyncio.run(hire(f"sqlite:///{path}"))
    return path


@pytest.fixture
def hired(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The URL of a database with the company's people in it: hired once, then copied."""
    if database_url.startswith("sqlite"):
        shutil.copy(request.getfixturevalue("hired_file"), tmp_path / "test.sqlite")
        return database_url
    sweeper: Sweeper = request.getfixturevalue("postgres_sweeper")
    if sweeper.keeps("hired"):
        sweeper.put_back("hired")
    else:
        asyncio.run(hire(database_url))
        sweeper.keep("hired")
    return database_url


@pytest.fixture
async def chat(hired: str, db: Database, tmp_path: Path) -> AsyncIterator[Chat]:
    worlds = Worlds(
        bot_token="xoxb-playground", signing_secret="playground-signing-secret", app_token="xapp-1",
        app_id="00000000-0000-4000-8000-00000000b07a", app_password="playground-teams-password",
    )  # fmt: skip
    await worlds.outside.start()
    settings = playground_settings(
        hired, tmp_path, outside=worlds.outside.origins(), apps={"linkedin": worlds.apps()["linkedin"]},
        undo_seconds=30, company="Nordlicht Energie",
    )  # fmt: skip
    http = Http(settings)
    await http.start()
    networks = make_all(settings, http)
    sharing = Sharing(settings, networks)
    clock = Clock()
    worlds.slack.limits.clock = worlds.teams.connector.limits.clock = clock
    worker = Worker(db, {}, Limits(clock, clock.sleep))
    parts = Parts(
        settings=settings, db=db, networks=networks, sharing=sharing, plain=Plain(db, settings, networks),
        accounts=Accounts(db, settings, networks), poster=Poster(db, settings, networks, http), worker=worker, addresses=Addresses(), http=http,
        platforms=worker.platforms,
    )  # fmt: skip
    chat = Chat(parts, Bot(parts, ACTIONS, SHORT_WAYS, REPEATABLE), worlds, {one.key: one for one in residents()})
    door = SlackDoor(settings, chat.bot)
    await door.start()
    worker.platforms["slack"] = door.platform
    yield chat
    await door.stop()
    await http.close()
    await worlds.outside.stop()


async def hire(database_url: str) -> None:
    """The company's people, known to Slack and to us."""
    db = Database(database_url, [TEST_KEY])
    everyone = residents()
    async with db.write() as s:
        made = {one.department: Department(name=one.department, path=one.department) for one in everyone}
        people = [
            Person(
                email=one.email, name=one.name, language=one.language, roles=list(one.roles), joined_on=date(2026, 1, 1)
            )
            for one in everyone
        ]
        s.add_all([*made.values(), *people])
        await s.flush()
        for one, person in zip(everyone, people, strict=True):
            department = made[one.department]
            s.add(Membership(person_id=person.id, department_id=department.id, starts_on=date(2026, 1, 1)))
            s.add(Identity(person_id=person.id, platform="slack", tenant=SLACK_TEAM, user_id=slack_id(one)))
    await db.close()


@pytest.fixture
async def english(chat: Chat) -> None:
    """Everybody speaks English."""
    async with chat.db.write() as s:
        await s.execute(update(Person).values(language="en"))


def ref_of(chat: Chat, channel: ChannelRef, number: int = -1) -> MessageRef:
    """A message that stands in a channel."""
    message = chat.worlds.slack.messages(channel.channel)[number]
    return MessageRef("slack", SLACK_TEAM, channel.channel, message.ts)


async def connect(chat: Chat, key: str, network: str = "linkedin") -> None:
    """Connect as a browser would: our page's ticket, the network's consent, the way back."""
    from urllib.parse import parse_qs, urlsplit

    person = await chat.person(key)
    ticket = parse_qs(urlsplit(chat.parts.accounts.connect_url(person.id, network)).query)["t"][0]
    url, cookie = await chat.parts.accounts.begin(ticket, "nordlicht.social" if network == "mastodon" else "")
    back = await {"linkedin": chat.worlds.linkedin, "mastodon": chat.worlds.mastodon}[network].consent(url, key)
    query = parse_qs(urlsplit(back).query)
    await chat.parts.accounts.finish(query["state"][0], query["code"][0], cookie)
