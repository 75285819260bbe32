"""What a Slack workspace holds: people, channels, messages, views, and the short-lived keys that hang on them."""

from __future__ import annotations

import copy
import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

Json = dict[str, Any]
Blocks = list[Json]

APP_ID = "A0ADVOCACY"
BOT_ID = "B0ADVOCACY"
BOT_USER = "U0ADVOCACY"
DEPARTMENT_FIELD = "Xf0DEPARTMT"
TRIGGER_SECONDS = 3.0
HOOK_SECONDS = 30 * 60.0
HOOK_USES = 5


@dataclass(slots=True)
class User:
    """A member of the workspace, or a bot."""

    id: str
    name: str
    real_name: str
    email: str = ""
    title: str = ""
    department: str = ""
    time_zone: str = "Europe/Berlin"
    locale: str = "de-DE"
    is_bot: bool = False
    is_restricted: bool = False
    deleted: bool = False
    updated: int = 0
    """Unix seconds of the last change to it."""

    def profile(self, *, email: bool) -> Json:
        """The profile; ``email`` only for callers with scope users:read.email (https://docs.slack.dev/reference/objects/user-object)."""
        first, _, last = self.real_name.rpartition(" ")
        profile: Json = {
            "title": self.title,
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.name,
            "display_name_normalized": self.name,
            "first_name": first or last,
            "last_name": last if first else "",
            "status_text": "",
            "status_emoji": "",
            "avatar_hash": "",
        }
        if email and self.email:
            profile["email"] = self.email
        if self.is_bot:
            profile |= {"api_app_id": APP_ID, "bot_id": BOT_ID, "always_active": True}
        return profile

    def as_api(self, team: str, *, email: bool, locale: bool = False) -> Json:
        """The user object of users.info."""
        user: Json = {
            "id": self.id,
            "team_id": team,
            "name": self.name,
            "deleted": self.deleted,
            "real_name": self.real_name,
            "tz": self.time_zone,
            "tz_label": self.time_zone,
            "tz_offset": _offset(self.time_zone, int(time.time() // 3600)),
            "profile": self.profile(email=email),
            "is_admin": False,
            "is_owner": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "is_email_confirmed": bool(self.email),
            "updated": self.updated,
        }
        return user | ({"locale": self.locale} if locale else {})


@lru_cache(maxsize=1000)
def _offset(zone: str, hour: int) -> int:
    """Seconds from UTC in this hour (counted since 1970)."""
    offset = datetime.fromtimestamp(hour * 3600, ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) if offset else 0


@dataclass(slots=True)
class Channel:
    """A channel, or the direct messages between one person and the app."""

    id: str
    name: str
    is_private: bool = False
    members: list[str] = field(default_factory=list)
    is_archived: bool = False
    user: str = ""
    """Whose direct messages these are; empty for a channel."""

    @property
    def is_im(self) -> bool:
        """Whether these are direct messages."""
        return bool(self.user)

    @property
    def shown_name(self) -> str:
        """The name interaction payloads carry: Slack hides those of private channels and direct messages."""
        if self.is_im:
            return "directmessage"
        return "privategroup" if self.is_private else self.name

    def as_api(self, team: str) -> Json:
        """The conversation object of conversations.info."""
        if self.is_im:
            return {"id": self.id, "created": 0, "is_im": True, "is_archived": self.is_archived, "user": self.user,
                    "is_org_shared": False, "is_user_deleted": False, "context_team_id": team}  # fmt: skip
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": True,
            "is_group": False,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.is_private,
            "is_archived": self.is_archived,
            "is_general": self.name == "general",
            "is_shared": False,
            "is_ext_shared": False,
            "is_org_shared": False,
            "is_member": BOT_USER in self.members,
            "created": 0,
            "creator": BOT_USER,
            "context_team_id": team,
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "previous_names": [],
        }


@dataclass(slots=True)
class Message:
    """One message. ``ephemeral_for`` names the only person who sees it."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: Blocks = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str | None = None
    ephemeral_for: str | None = None
    edited: str | None = None
    state: dict[str, dict[str, Json]] = field(default_factory=dict)
    """What people chose in inputs and menus: block id, action id, value."""

    @property
    def is_bot(self) -> bool:
        """Whether the app wrote it."""
        return self.user == BOT_USER

    def as_api(self, team: str, *, metadata: bool = True) -> Json:
        """The message object; metadata is withheld unless asked for."""
        message: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, "team": team}
        if self.is_bot:
            message |= {"bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": {
                "id": BOT_ID, "app_id": APP_ID, "name": "Advocacy", "team_id": team, "deleted": False}}  # fmt: skip
        message |= {
            name: value
            for name in ("blocks", "attachments", "files", "thread_ts")
            if (value := copy.deepcopy(getattr(self, name)))
        }
        if self.edited:
            message["edited"] = {"user": self.user, "ts": self.edited}
        if metadata and self.metadata:
            message["metadata"] = copy.deepcopy(self.metadata)
        return message

    def for_page(self) -> Json:
        """What the page draws."""
        return {
            "ts": self.ts,
            "bot" if self.is_bot else "user": BOT_ID if self.is_bot else self.user,
            "text": self.text,
            "blocks": self.blocks,
            "attachments": self.attachments,
            "files": self.files,
            "thread_ts": self.thread_ts,
            "ephemeral_for": self.ephemeral_for,
            "edited": self.edited,
            "state": self.state,
        }


@dataclass(slots=True)
class View:
    """A modal or a Home tab on somebody's screen."""

    id: str
    user: str
    content: Json
    hash: str
    root: str = ""
    previous: str | None = None
    state: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def as_api(self, team: str) -> Json:
        """The view object (https://docs.slack.dev/reference/views)."""
        content = copy.deepcopy(self.content)
        return {
            "id": self.id,
            "team_id": team,
            "type": content["type"],
            "blocks": content["blocks"],
            "private_metadata": content.get("private_metadata", ""),
            "callback_id": content.get("callback_id", ""),
            "state": {"values": copy.deepcopy(self.state)},
            "hash": self.hash,
            "title": content.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
            "clear_on_close": content.get("clear_on_close", False),
            "notify_on_close": content.get("notify_on_close", False),
            "close": content.get("close"),
            "submit": content.get("submit"),
            "previous_view_id": self.previous,
            "root_view_id": self.root or self.id,
            "app_id": APP_ID,
            "external_id": content.get("external_id", ""),
            "app_installed_team_id": team,
            "bot_id": BOT_ID,
        }

    def for_page(self, team: str) -> Json:
        """What the page draws: the view, and the errors shown beneath its inputs."""
        return self.as_api(team) | {"errors": dict(self.errors)}


@dataclass(slots=True)
class Trigger:
    """The right to open one modal for one person, for three seconds."""

    user: str
    made: float
    view: str | None = None
    used: bool = False


@dataclass(slots=True)
class Hook:
    """Where a ``response_url`` leads: one person in one conversation, and the message that was pressed, if any."""

    kind: Literal["actions", "commands"]
    channel: str
    user: str
    made: float
    ts: str | None = None
    uses: int = 0


@dataclass(slots=True)
class UploadedFile:
    """A file the app uploads."""

    id: str
    name: str
    size: int
    data: bytes = b""
    title: str = ""
    shared: bool = False


@dataclass(slots=True)
class Tokens:
    """The keys of the app, and what the bot token may do."""

    bot: str
    app: str
    scopes: frozenset[str]
    revoked: bool = False


def secret(length: int = 24) -> str:
    """An unguessable word of letters and digits."""
    return secrets.token_hex(length)[:length]
