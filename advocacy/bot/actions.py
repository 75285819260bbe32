"""What a press does, on any platform. Who pressed is decided here anew on each press; a button is only a hint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import delete

from advocacy.bot import replies, rosters
from advocacy.bot.background import Background
from advocacy.bot.frame import IN_HOME, framed
from advocacy.bot.language import Translator, translator
from advocacy.bot.models import SeenEvent
from advocacy.bot.refusals import refusal
from advocacy.chat import Answer, ChatPlatform, Gone, Press, Private, Quoted, Refused, Retry, Unknown, UserRef
from advocacy.config import Settings
from advocacy.content import times
from advocacy.content.approval import Rejected
from advocacy.content.audience import NotSharable
from advocacy.content.stories import Invalid, NoStory, Overtaken
from advocacy.db import Database, letters, now
from advocacy.delivery import placements
from advocacy.delivery.worker import Worker
from advocacy.http import Http
from advocacy.people import directory
from advocacy.people.listing import Directories
from advocacy.people.models import Person
from advocacy.sharing.accounts import Accounts
from advocacy.sharing.network import Network
from advocacy.sharing.once import insert_new
from advocacy.sharing.plain import Plain, Unusual
from advocacy.sharing.posting import Poster
from advocacy.sharing.shares import NotOffered, NotYours, Sharing

log = structlog.get_logger()
ASK_AGAIN = timedelta(minutes=2)
"""Somebody unknown is looked up at the platform again after this long."""
ARRIVALS = ("installed", "profile_changed")
SILENT = ("profile_changed",)
"""Presses that only tell us who somebody is."""
NOES: Mapping[type[Exception], str] = {
    NotYours: "not_yours", NotOffered: "no_network", NoStory: "gone", Overtaken: "changed",
}  # fmt: skip
"""What each kind of no is called among the refusals."""
REMEMBER_EVENTS = timedelta(hours=1)
"""Slack repeats an event for about five minutes."""


class Addresses(Protocol):
    """Pages of ours that messages point to; the web room makes them."""

    def sign_in(self, person_id: int) -> str:
        """A one-time address that opens the leaders' page."""
        ...

    def dialog(self, share_id: int) -> str:
        """Opens a share dialog that is no web page."""
        ...

    def board_picture(self, period: str, language: str) -> str:
        """The department board as a picture."""
        ...


@dataclass(slots=True)
class Parts:
    """What the bot works with; the composition root fills it."""

    settings: Settings
    db: Database
    networks: Mapping[str, Network]
    sharing: Sharing
    plain: Plain
    accounts: Accounts
    poster: Poster
    worker: Worker
    addresses: Addresses
    http: Http
    """The way to pages that people link to."""
    platforms: dict[str, ChatPlatform]
    directories: dict[str, Directories] = field(default_factory=dict)
    """What the doors know of everybody in their workspace or tenant."""
    background: Background = field(default_factory=Background)
    """What goes on after its press was answered."""
    share_due: Callable[[], None] = lambda: None
    """Called when a share may be due at once."""
    editors_due: Callable[[], None] = lambda: None
    """Called when a story waits for editors."""
    feeds_due: Callable[[], None] = lambda: None
    """Called when a feed is to be pulled at once."""


@dataclass(frozen=True, slots=True)
class Call:
    """One press by somebody we know."""

    press: Press
    person: Person
    t: Translator
    parts: Parts
    at: datetime = field(default_factory=now)
    may_be_done: bool = False
    """It was pressed before and the process that had taken it in ended: see ``Bot.repeat``."""

    def number(self, name: str) -> int:
        """A number out of the press's value; 0 when it is none."""
        return number(self.press, name)

    def word(self, name: str) -> str:
        """A text out of the press's value."""
        return word(self.press, name)

    @property
    def zone(self) -> ZoneInfo:
        """The person's time zone."""
        return times.zone(self.person.time_zone, self.parts.settings.zone)

    @property
    def reply(self) -> dict[str, Any]:
        """Where this person's private answer is, to be stored with a share."""
        return replies.packed(self.press.who, self.t.language, self.press.reply_to)


Action = Callable[[Call], Awaitable[Answer]]
ShortWay = Callable[[Parts, Press], Awaitable[Answer]]
"""Does all of a plain press in one unit of work, who pressed and whether it is a repeat included. Raises ``Unusual``,
having written nothing, for any that needs more than that."""


@dataclass(frozen=True, slots=True)
class Interrupted(Private):
    """Nobody knows whether it was done, and twice would be wrong: the person looks. A form comes back as sent."""


class _NotNow(Exception):
    """Nobody can say at the moment who this is: that is no reason to call them unknown."""


class Bot:
    """The one place that doors call."""

    def __init__(
        self, parts: Parts, actions: Mapping[str, Action], short: Mapping[str, ShortWay] | None = None,
        repeatable: Collection[str] = (),
    ) -> None:  # fmt: skip
        self.parts = parts
        self._actions = actions
        self._short = short or {}
        self._repeatable = repeatable

    async def handle(self, press: Press) -> Answer:
        """Do what was pressed, and say what to show for it. Everything is committed when this returns."""
        return await self._do(press)

    async def repeat(self, press: Press) -> Answer:
        """Do a press that was acknowledged by a process which ended before it had said that it is done.

        Its event may have been noted and the rest not been done, or all may be done. Where nothing was noted it is
        done as if it had just come. Where something was, it is done when that has the same effect twice as once; for
        all else the person is asked to look. An event that was noted must not swallow it: nobody else will do it.
        """
        return await self._do(press, again=True)

    async def _do(self, press: Press, *, again: bool = False) -> Answer:
        press = storable(press)
        if (plainly := self._short.get(press.action)) is not None:
            with suppress(Unusual):
                return await plainly(self.parts, press)
        try:
            person = await self._who(press)
        except _NotNow:
            return Private(refusal(translator(self.parts.settings.language), "again"))
        begun = bool(press.event) and press.action not in SILENT and not await self._is_first(press)
        if begun and not again:
            return None
        if press.action in ARRIVALS and (person is None or press.action in SILENT):
            return None
        if person is None:
            return Private(refusal(translator(self.parts.settings.language), "unknown"))
        return await self._act(press, person, may_be_done=begun or (again and not press.event))

    async def _act(self, press: Press, person: Person, *, may_be_done: bool) -> Answer:
        t = translator(person.language)
        action = self._actions.get(press.action)
        if action is None:
            log.warning("press.unknown_action", action=press.action[:40], platform=press.who.platform)
            return Private(refusal(t, "again"))
        if may_be_done and press.action not in self._repeatable:
            return Interrupted(refusal(t, "look"))
        await self._adopt(press)
        try:
            answer = await action(Call(press, person, t, self.parts, may_be_done=may_be_done))
        except (NotSharable, Rejected) as no:
            answer = Private(refusal(t, no.code), replace=is_private(press))
        except Invalid as wrong:  # forms say it at their fields; this was a button
            answer = Private(refusal(t, wrong.code))
        except tuple(NOES) as no:
            answer = Private(refusal(t, NOES[type(no)]))
        tab = press.value.get(IN_HOME)
        return framed(t, person, tab, answer) if isinstance(tab, str) else answer

    async def language_of(self, who: UserRef) -> str:
        """The language to use with someone, for what a door says by itself."""
        async with self.parts.db.read() as s:
            person = await directory.identify(s, who)
        return translator(person.language if person else self.parts.settings.language).language

    async def _who(self, press: Press) -> Person | None:
        who = press.who
        reach = press.value.get("reach")
        fresh = press.action in ARRIVALS
        async with self.parts.db.read() as s:
            person, seen = await directory.recognize(s, who)
        moved = seen is not None and who.address and seen.address != who.address
        if person is not None and not fresh and not moved:
            if seen is not None and not seen.met:
                async with self.parts.db.write() as s:
                    await directory.meet(s, seen.id)
            return person
        if person is None and seen is not None and not fresh and now() - seen.checked_at < ASK_AGAIN:
            return None
        platform = self.parts.platforms.get(who.platform)
        if platform is None:
            return person
        try:
            profile = await platform.profile(who)
        except (Gone, Refused, Retry, Unknown) as trouble:
            log.warning("profile.unavailable", platform=who.platform, why=str(trouble))
            if person is None and isinstance(trouble, (Retry, Unknown)):
                raise _NotNow from None
            return person
        if fresh:
            await rosters.noticed(self.parts.db, self.parts.settings, self.parts.directories, who)
        async with self.parts.db.write() as s:
            return await directory.remember(
                s, who, profile, reach if isinstance(reach, dict) else None, met=press.action != "profile_changed"
            )

    async def _is_first(self, press: Press) -> bool:
        async with self.parts.db.write() as s:
            return await insert_new(s, SeenEvent, {"key": event_key(press), "at": now()}) is not None

    async def _adopt(self, press: Press) -> None:
        """A press proves that its card is there, even where sending it was never confirmed."""
        placement_id = press.value.get("p")
        if press.message is None or type(placement_id) is not int or not 0 < placement_id < 2**63:  # no bool
            return
        async with self.parts.db.read() as s:
            if await placements.is_settled(s, placement_id):
                return
        async with self.parts.db.write() as s:
            is_direct = press.channel is None
            await placements.adopt(s, placement_id, press.message, press.who, is_direct=is_direct)


def storable(press: Press) -> Press:
    """The press with all that was typed, and all that its button carried, in letters that can be stored."""
    quoted = press.quoted
    return replace(
        press,
        text=letters(press.text),
        inputs={name: letters(one) for name, one in press.inputs.items()},
        value={name: letters(one) if isinstance(one, str) else one for name, one in press.value.items()},
        quoted=quoted if quoted is None else _storable(quoted),
    )


def _storable(quoted: Quoted) -> Quoted:
    author = quoted.author
    return replace(quoted, text=letters(quoted.text), author=author and replace(author, user=letters(author.user)))


def number(press: Press, name: str) -> int:
    """A number out of a press's value; 0 when it is none."""
    value = press.value.get(name, 0)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else 0


def word(press: Press, name: str) -> str:
    """A text out of a press's value."""
    value = press.value.get(name, "")
    return value if isinstance(value, str) else ""


def event_key(press: Press) -> str:
    """What an event is remembered by."""
    return letters(f"{press.who.platform}:{press.who.tenant}:{press.event}")[:255]


def is_private(press: Press) -> bool:
    """Was it a private answer that was pressed (and not a card in a channel)?"""
    return not press.value.get("p")


async def forget_events(db: Database) -> None:
    """Delete the ids of events that can no longer be repeated."""
    async with db.write() as s:
        await s.execute(delete(SeenEvent).where(SeenEvent.at < now() - REMEMBER_EVENTS))
