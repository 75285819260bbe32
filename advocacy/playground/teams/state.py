"""Who and what is in the played Teams tenant: people, one team, its channels, chats and what was said in them."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from advocacy.playground.company import COMPANY, Resident

Json = dict[str, Any]
ADAPTIVE = "application/vnd.microsoft.card.adaptive"
BOT = "bot"
"""The sender of an activity that the product wrote."""
MANY = 60
"""Up to this many members, a card without ``refresh.userIds`` refreshes for everybody."""


def base_of(conversation_id: str) -> tuple[str, str]:
    """Split ``<channel>;messageid=<id>`` into the channel and the thread's first message ('' when none)."""
    base, _, thread = conversation_id.partition(";messageid=")
    return base, thread


def mri(person: Resident) -> str:
    """Give the bot-specific id of a person, ``29:…``."""
    return f"29:{person.teams_id}"


@dataclass(slots=True)
class Activity:
    """One message as everybody sees it."""

    id: str
    conversation: str
    sender: str
    """``bot``, or a person's object id."""
    text: str = ""
    attachments: list[Json] = field(default_factory=list)
    summary: str = ""
    reply_to: str = ""
    """The first message of the thread this one answers; '' when it starts one."""
    edited: bool = False
    alert: bool = False
    at: str = ""

    @property
    def card(self) -> Json | None:
        """The Adaptive Card it carries, if any."""
        for attachment in self.attachments:
            if attachment.get("contentType") == ADAPTIVE:
                card: Json = attachment["content"]
                return card
        return None


@dataclass(slots=True)
class Conversation:
    """A channel, or the chat of one person with the bot."""

    id: str
    name: str
    kind: str
    """``channel`` or ``personal``."""
    members: list[str]
    private: bool = False
    activities: dict[str, Activity] = field(default_factory=dict)


@dataclass(slots=True)
class Dialog:
    """A dialog open in front of one person."""

    title: str
    card: Json | None
    url: str
    conversation: str
    command_id: str = ""
    """Set when a message extension opened it."""
    payload: Json | None = None
    """The message it is about, for a message action."""


class TeamsState:
    """The tenant. Reading and writing only; who is told of a change is decided by the callers."""

    def __init__(self, residents: Sequence[Resident], app_id: str, tenant: str, bot_name: str) -> None:
        self.app_id = app_id
        self.tenant = tenant
        self.bot_name = bot_name
        self.people = {one.teams_id: one for one in residents if one.teams_id}
        self._last_id = 0
        self.clear()

    def clear(self) -> None:
        """Empty the tenant of everything but its people and channels."""
        everyone = list(self.people)
        editors = [key for key, one in self.people.items() if "editor" in one.roles]
        self.conversations: dict[str, Conversation] = {}
        for name, members, private in (
            ("General", everyone, False),
            ("Stories", everyone, False),
            ("Sales", everyone, False),
            ("Comms Editors", editors, True),
        ):
            channel = Conversation(self._channel_id(name), name, "channel", list(members), private)
            self.conversations[channel.id] = channel
        self.installed: set[str] = set()
        self.team_installed = False
        self.views: dict[tuple[str, str], Json] = {}
        self.dialogs: dict[str, Dialog] = {}
        self.toasts: dict[str, str] = {}
        self.results: dict[str, list[Json]] = {}
        self.errors: list[str] = []
        """Why a client showed an error, oldest first. Empty when all went well."""
        self.refreshed: dict[tuple[str, str], float] = {}

    def _channel_id(self, name: str) -> str:
        return f"19:{hashlib.sha256(f'{self.tenant}/{name}'.encode()).hexdigest()[:32]}@thread.tacv2"

    @property
    def team(self) -> Json:
        """The one team, as activities name it. Its id is the id of its General channel."""
        return {"id": self._channel_id("General"), "name": COMPANY, "aadGroupId": self.tenant[:-4] + "7ea6"}

    @property
    def channels(self) -> list[Conversation]:
        """All channels of the team, General first."""
        return [one for one in self.conversations.values() if one.kind == "channel"]

    def channel(self, name: str) -> Conversation:
        """Give the channel of this name. Raises LookupError."""
        for one in self.channels:
            if one.name.lower() == name.removeprefix("#").lower():
                return one
        raise LookupError(f"there is no channel {name!r}")

    def person(self, who: str) -> Resident:
        """Give the person with this object id, ``29:`` id, key, name or e-mail. Raises LookupError."""
        found = self.people.get(who.removeprefix("29:"))
        if found is not None:
            return found
        for one in self.people.values():
            if who in {one.key, one.name, one.email}:
                return one
        raise LookupError(f"nobody in Teams is called {who!r}")

    def chat_id(self, person: Resident) -> str:
        """Give the id of a person's chat with the bot, always the same."""
        digest = hashlib.sha256(f"{self.app_id}/{person.teams_id}".encode()).digest()
        return "a:1" + base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def chat(self, person: Resident) -> Conversation:
        """Give a person's chat with the bot, made when it was not there."""
        found = self.conversations.get(self.chat_id(person))
        if found is None:
            found = Conversation(self.chat_id(person), person.name, "personal", [person.teams_id or ""])
            self.conversations[found.id] = found
        return found

    def conversation(self, conversation_id: str) -> Conversation | None:
        """Give the channel or chat behind a conversation id, with or without a thread."""
        return self.conversations.get(base_of(conversation_id)[0])

    def bot_is_in(self, conversation: Conversation) -> bool:
        """Whether the app is installed where this conversation is."""
        if conversation.kind == "channel":
            return self.team_installed
        return conversation.members[0] in self.installed

    def next_id(self) -> str:
        """Give an activity id: milliseconds since 1970, never given twice."""
        self._last_id = max(self._last_id + 1, time.time_ns() // 1_000_000)
        return str(self._last_id)

    def post(self, conversation_id: str, sender: str, **what: Any) -> Activity:
        """Put a message into a conversation. Raises LookupError when there is none of that id."""
        conversation = self.conversation(conversation_id)
        if conversation is None:
            raise LookupError(f"there is no conversation {conversation_id!r}")
        thread = base_of(conversation_id)[1]
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        activity = Activity(self.next_id(), conversation.id, sender, reply_to=thread, at=now, **what)
        conversation.activities[activity.id] = activity
        return activity

    def activity(self, conversation_id: str, activity_id: str) -> Activity | None:
        """Give a message of a conversation."""
        conversation = self.conversation(conversation_id)
        return None if conversation is None else conversation.activities.get(activity_id)

    def seen_card(self, activity: Activity, person: Resident | None) -> Json | None:
        """Give the card as this person sees it: the own view, else everybody's."""
        if person is not None and (activity.id, person.teams_id or "") in self.views:
            return self.views[activity.id, person.teams_id or ""]
        return activity.card

    def forget_views(self, activity_id: str, keep: Iterable[str] = ()) -> None:
        """Let everybody but ``keep`` see the common card of a message again."""
        kept = set(keep)
        for key in [key for key in self.views if key[0] == activity_id and key[1] not in kept]:
            del self.views[key]

    def shown(self, activity: Activity, viewer: Resident | None = None) -> Json:
        """Give a message, JSON-ready, as one person (or everybody) sees it."""
        attachments = activity.attachments
        card = self.seen_card(activity, viewer)
        if card is not None and card is not activity.card:
            attachments = [
                {**one, "content": card} if one.get("contentType") == ADAPTIVE else one for one in attachments
            ]
        sender = self.people.get(activity.sender)
        return {
            "id": activity.id,
            "conversation": activity.conversation,
            "from": {"id": activity.sender, "name": sender.name if sender else self.bot_name},
            "text": activity.text,
            "attachments": attachments,
            "edited": activity.edited,
            "summary": activity.summary,
            "reply_to": activity.reply_to,
            "alert": activity.alert,
            "at": activity.at,
        }
