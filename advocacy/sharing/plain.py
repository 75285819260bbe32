"""The plain share: the first press of somebody who is connected, on a live story that is for everybody.

Nearly all presses are such, and come within a few seconds of each other when a card is new. So they have a short way:
one look that decides, three writes, committed together with those of others. Whatever is not plain raises ``Unusual``,
having written nothing, and takes the long way through ``Sharing.start``, which decides and writes the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from advocacy.chat import UserRef
from advocacy.config import Settings
from advocacy.content import captions
from advocacy.content.models import Caption, Story
from advocacy.content.versions import spoken
from advocacy.db import Database, Prepared
from advocacy.sharing import composition, links, text
from advocacy.sharing.composition import Composed
from advocacy.sharing.disclosure.rules import kept
from advocacy.sharing.memory import Memory
from advocacy.sharing.models import Link, Share, ShareState
from advocacy.sharing.network import Network
from advocacy.sharing.once import new_key
from advocacy.sharing.plain_look import Seen, look
from advocacy.sharing.targets import led, names_campaign

_DEALT = Prepared(
    select(Caption.id, Caption.dealt)
    .where(Caption.story_id == bindparam("story"), Caption.network.in_((bindparam("network"), "")))
    .order_by(Caption.id)
    .with_for_update()
)
_DEAL = Prepared(update(Caption).where(Caption.id == bindparam("caption")).values(dealt=Caption.dealt + 1))
_SHARE, _LINK = Prepared(insert(Share)), Prepared(insert(Link))


class Unusual(Exception):
    """This press is no plain share; nothing was written."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """Who pressed Share on what. Nothing in it is trusted."""

    who: UserRef
    story_id: int
    network: str
    at: datetime
    reply: Callable[[str], dict[str, Any]]
    """What ``Share.reply`` is to hold, by the person's language."""
    besides: Callable[[Connection], None] = lambda _connection: None
    """Written in the same unit of work. May raise ``Unusual``."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A share that has just begun."""

    share: Share
    title: str
    """The story's, in the person's language."""
    language: str
    time_zone: str
    """The person's."""


class Plain:
    """Begins plain shares."""

    def __init__(self, db: Database, settings: Settings, networks: Mapping[str, Network]) -> None:
        self._db = db
        self._settings = settings
        self._networks = networks
        self._memory = Memory(db)

    async def begin(self, pressed: Pressed) -> Begun:
        """A share in its undo window, committed. Raises ``Unusual``."""
        port = self._networks.get(pressed.network)
        if port is None or not port.abilities().post or port.abilities().limits_differ:
            raise Unusual
        story = await self._memory.story(pressed.story_id)
        if story is None or names_campaign(self._settings, story):
            raise Unusual
        try:
            return await self._db.brief(_Unit(self._settings, self._memory, pressed, port, story))
        except IntegrityError:  # a second press was faster
            raise Unusual from None


@dataclass(frozen=True, slots=True)
class _Unit:
    """The unit of work of one press."""

    settings: Settings
    memory: Memory
    pressed: Pressed
    port: Network
    story: Story

    def __call__(self, connection: Connection) -> Begun:
        row, pressed, story = self._look(connection), self.pressed, self.story
        code = links.new_code()
        made, url = self._text(connection, row, code)
        pressed.besides(connection)
        window = self.settings.undo_window if row.undo_seconds is None else timedelta(seconds=row.undo_seconds)
        values = {
            "person_id": row.person_id, "story_id": story.id, "network": self.port.name, "round": 1, "key": new_key(),
            "state": ShareState.PENDING, "text": made.text, "disclosure": made.note.text,
            "proof": kept(made.note, made.note.text) or {}, "caption_id": made.caption_id,
            "due_at": pressed.at + window, "told": ShareState.PENDING,
            "reply": pressed.reply(row.language), "created_at": pressed.at,
        }  # fmt: skip
        share_id = _SHARE.insert(connection, **values)
        _LINK.insert(
            connection, code=code, url=url, story_id=story.id, person_id=row.person_id, network=self.port.name,
            share_id=share_id,
        )  # fmt: skip
        if made.caption_id is not None:
            _DEAL.change(connection, caption=made.caption_id)
        share = Share(id=share_id, problem="", own_words=False, **values)
        return Begun(share, spoken(story, row.language).title, row.language, row.time_zone)

    def _look(self, connection: Connection) -> Seen:
        """What decides. It is asked in here, so that nobody shares what was recalled, or after they left."""
        try:
            row = look(connection, self.pressed.who, self.story.id, self.port.name, self.pressed.at)
        except LookupError:  # tokens whose key is gone
            raise Unusual from None
        if row is None or not self.memory.still_so(self.story, row):
            raise Unusual
        return row

    def _text(self, connection: Connection, row: Seen, code: str) -> tuple[Composed, str]:
        """The whole text and where its link leads."""
        settings, port, story, at = self.settings, self.port, self.story, self.pressed.at
        caption = _next(connection, story, port.name, row.language)
        said = spoken(story, row.language)
        url = led(settings, story, url=said.url, network=port.name, language=said.language)
        carried = "" if port.reshares(said.url) else links.address(settings, code)
        decision = self.memory.rulebook(at).decide(row.country or settings.country, port, story.kind, at)
        around = composition.Around(port, row.language, carried, settings.company, decision)
        made = composition.composed(around, story, caption)
        if text.has_marker(made.text):
            raise Unusual
        return made, url


def _next(connection: Connection, story: Story, network: str, language: str) -> Caption | None:
    """The wording whose turn it is, locked."""
    by_id = {one.id: one for one in story.captions}
    there = []
    for caption_id, dealt in _DEALT.rows(connection, story=story.id, network=network):
        one = by_id.get(caption_id)
        if one is None:
            raise Unusual
        one.dealt = dealt
        there.append(one)
    return captions.least_dealt(captions.best(there, story, network, language))


__all__ = ["Begun", "Plain", "Pressed", "Unusual"]
