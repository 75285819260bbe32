"""The whole product before one door, people in front of it, and what they pressed so far."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

from babel.messages.pofile import read_po
from sqlalchemy import select, update

import advocacy.bot
from advocacy.app import ACTIONS
from advocacy.bot.catalogue import WORDS
from advocacy.chat import Answer, Form, Found, Message, OpenForm, Press, Previews, from_json
from advocacy.delivery.limits import Limits
from advocacy.delivery.models import Channel, Outbox
from advocacy.demo import Demo
from advocacy.people.models import Person
from advocacy.playground.colleagues.browser import Browser
from advocacy.playground.company import Resident
from advocacy.playground.teams.cards import texts_of
from advocacy.sharing import links, story_links
from advocacy.sharing.models import Link
from tests.clock import Clock
from tests.doors.screens import Item, Json, Screen, SlackScreen, TeamsScreen

DoorName = Literal["slack", "teams"]
PATIENCE = 6.0
"""Seconds until an answer must be on screen."""
REFUSALS = (
    "Only editors can do this. Nothing was done.", "This belongs to somebody else. Nothing was done.",
    "That did not work. Nothing was lost; please try again.", "This story no longer exists.", "I do not know you here.",
    "That did not work. Your administrator can look it up:",
)  # fmt: skip


@cache
def _sentences(language: str) -> list[tuple[str, str]]:
    if language == "en":
        return []
    with (Path(advocacy.bot.__file__).parent / "locale" / f"{language}.po").open("rb") as file:
        entries = read_po(file)
    pairs = []
    for entry in entries:
        ids, texts = (one if isinstance(one, (tuple, list)) else (one,) for one in (entry.id, entry.string))
        pairs += [(one, text) for one in ids for text in texts if one]
    return pairs


@cache
def spoken(language: str, words: str) -> re.Pattern[str]:
    """How a piece of an English sentence of the bot is said: the whole sentence, with anything filled in."""
    said = [text for one, text in _sentences(language) if words in one] or [words]
    return re.compile("|".join(re.sub(r"\\\{\w+\\\}", ".+?", re.escape(one)) for one in said), re.DOTALL)


class Stage:
    """People who press, type and send at one door.

    Each step says what must stand on the person's screen then: ``[action]`` a button, ``<action>`` a form that sends
    that, anything else a piece of an English sentence, in whatever language it is said.
    """

    def __init__(self, demo: Demo, door: DoorName, language: str) -> None:
        self.demo, self.door, self.language = demo, door, language
        self.pressed: set[str] = set()
        self.typed: set[str] = set()
        self.said: list[Message | Form] = []
        """Everything the product said, free of any platform, in the order it came."""
        self._at: dict[str, Item] = {}
        self._screens: dict[str, Screen] = {}

    # -- steps

    async def press(self, who: str, action: str, then: str, *, inputs: Json | None = None, **value: Any) -> None:
        """Press a button that is on screen, the one in the last answer first."""
        item, button = self._button(who, action, value)
        await self._step(who, action, then, self.screen(who).press(item, button, inputs or {}))

    async def send(self, who: str, then: str, **inputs: Any) -> None:
        """Fill in the form on screen and send it."""
        item = self._form(who)
        await self._step(who, item.sends, then, self.screen(who).send(item, inputs))

    async def type(self, who: str, words: str, then: str) -> None:
        """Type a command; its action counts as pressed."""
        does = WORDS[words.split(maxsplit=1)[0]]
        await self._step(who, "command", then, self.screen(who).type(words))
        self.typed.add(words.split(maxsplit=1)[0])
        self.pressed |= {name for name, action in ACTIONS.items() if action is does}

    async def count(self, who: str, action: str, then: str, **inputs: str) -> None:
        """Have it counted."""
        await self._step(who, action, then, self.screen(who).count(self._form(who), action, inputs))

    def listen(self) -> None:
        """Keep every answer of the bot; what is sent by itself lies in the outbox."""
        answer = self.demo.app.bot.handle

        async def heard(press: Press) -> Answer:
            given = await answer(press)
            if isinstance(given, OpenForm):
                self.said.append(given.form)
            elif isinstance(given, Found):
                self.said += given.messages
            elif isinstance(given, Previews):
                self.said += given.cards.values()
            elif given is not None:
                self.said.append(given.message)
            return given

        self.demo.app.bot.handle = heard  # type: ignore[method-assign]

    async def sent(self) -> list[Message]:
        """What the product sent by itself; what is confidential lies there sealed."""
        async with self.demo.app.db.read() as s:
            rows = list(await s.scalars(select(Outbox)))
        return [from_json(row.message or json.loads(row.sealed)) for row in rows if row.message or row.sealed]

    async def start(self, who: str, action: str, then: str, text: str = "", author: str = "") -> None:
        """Use a shortcut."""
        writer = self.person(author) if author else None
        named = "" if writer is None else str(writer.slack_id if self.door == "slack" else writer.key)
        await self._step(who, action, then, self.screen(who).start(action, text, named))

    async def pick(self, who: str, action: str, words: str) -> None:
        """Search beside Teams' message field, and put the first story that is found into a message."""
        teams = self.demo.worlds.teams
        general = teams.channel("General").id
        await teams.hands.query(who, words, parameter="term")
        card = teams.hands.pick(who, general).card
        assert card is not None
        assert words in texts_of(card)
        self.pressed.add(action)

    async def link(self, who: str, action: str, story: int, words: str) -> None:
        """Post the story's own link, or paste it beside Teams' message field; its card has these words."""
        async with self.demo.app.db.read() as s:
            link = (await s.scalars(select(Link).where(Link.story_id == story, story_links.is_own()))).one()
        url, worlds = links.address(self.demo.app.settings, link.code), self.demo.worlds
        if self.door == "slack":
            general = worlds.slack.channel("general").id
            await worlds.slack.hands.say(str(self.person(who).slack_id), general, f"Have a look: {url}")
            shown = await worlds.slack.until(lambda: worlds.slack.messages(general)[-1].attachments)
        else:
            answer = await worlds.teams.hands.unfurl(who, worlds.teams.channel("General").id, url)
            shown = answer.body["composeExtension"]["attachments"]  # type: ignore[index,call-overload]
        assert words in str(shown)
        self.pressed.add(action)

    async def home(self, who: str, then: str) -> None:
        """Open the home."""
        await self._step(who, "home", then, self.screen(who).home())

    async def see(self, who: str, then: str, *jobs: str) -> None:
        """What comes by itself, once these jobs have run."""
        screen = self.screen(who)
        for job in jobs:
            self.demo.app.jobs.soon(job)
        self._at[who] = await screen.until(lambda: self._found(screen.look(), then), PATIENCE)

    # -- around them

    def person(self, key: str) -> Resident:
        return next(one for one in self.demo.worlds.residents if one.key == key)

    def screen(self, who: str) -> Screen:
        if who not in self._screens:
            worlds, person = self.demo.worlds, self.person(who)
            made: Screen = (
                SlackScreen(worlds.slack, person) if self.door == "slack" else TeamsScreen(worlds.teams, person)
            )
            self._screens[who] = made
        return self._screens[who]

    async def id_of(self, who: str) -> int:
        async with self.demo.app.db.read() as s:
            found = await s.scalar(select(Person.id).where(Person.email == self.person(who).email))
        assert found is not None
        return found

    async def connect(self, who: str, network: str) -> None:
        """Connect an account in the browser."""
        url = self.demo.app.accounts.connect_url(await self.id_of(who), network)
        async with Browser(self.demo.worlds.outside, self.person(who)) as browser:
            await browser.connect(url)

    # -- looking

    def _button(self, who: str, action: str, value: Json) -> Any:
        seen = self.screen(who).look()
        last = self._at.get(who)
        here = [
            one
            for one in seen
            if last is not None and (one.kind, one.where, one.id) == (last.kind, last.where, last.id)
        ]
        for item in (*here, *reversed(seen)):
            if (button := item.find(action, value)) is not None:
                return item, button
        raise LookupError(
            f"{who} sees no {action} {value}; last: {last and (last.text, [b.action for b in last.buttons])}"
        )

    def _form(self, who: str) -> Item:
        return next(one for one in reversed(self.screen(who).look()) if one.sends)

    async def _step(self, who: str, action: str, then: str, work: Any) -> None:
        screen = self.screen(who)
        before = {repr((one, one.drawn)) for one in screen.look()}

        def changed() -> list[Item]:
            return [one for one in screen.look() if repr((one, one.drawn)) not in before]

        await work
        try:
            self._at[who] = await screen.until(lambda: self._found(changed(), then), PATIENCE)
        except TimeoutError:
            new = [(one.kind, one.sends, one.text, [each.action for each in one.buttons]) for one in changed()]
            raise AssertionError(f"{self.door}: {who} pressed {action}, wanted {then!r}, saw {new}") from None
        for refusal in REFUSALS:
            assert not spoken(self.language, refusal).search(self._at[who].text), f"{action}: {self._at[who].text}"
        self.pressed.add(action)

    def _found(self, seen: list[Item], then: str) -> Item | None:
        return next((one for one in reversed(seen) if self._fits(one, then)), None)

    def _fits(self, item: Item, then: str) -> bool:
        if then.startswith("["):
            return item.find(then.strip("[]"), {}) is not None
        if then.startswith("<"):
            return item.sends == then.strip("<>")
        return spoken(self.language, then).search(item.text.replace("\\", "")) is not None


@asynccontextmanager
async def stage(
    folder: Path, door: DoorName, language: str, database_url: str = "", **settings: Any
) -> AsyncIterator[Stage]:
    """The demo without its colleagues; everybody speaks one language, and no limit holds anybody up."""
    demo = Demo(
        folder, database_url=database_url, undo_seconds=600, card_refresh_seconds=1.0, auto_share=True,
        quiet_hours="", **settings,
    )  # fmt: skip
    clock = Clock()
    demo.worlds.slack.limits.posts = demo.worlds.teams.connector.enforce_limits = False
    try:
        await demo.start()
        demo.app.worker._limits = Limits(clock, clock.sleep)
        async with demo.app.db.write() as s:
            await s.execute(update(Person).values(language=language))
            await s.execute(update(Channel).values(language=language))
        made = Stage(demo, door, language)
        made.listen()
        yield made
    finally:
        await demo.stop()


__all__ = ["DoorName", "Stage", "spoken", "stage"]
