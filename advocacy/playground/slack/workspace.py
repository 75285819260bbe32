"""The workspace itself: finds, stores and changes what ``slack_state`` describes, and says aloud what changed."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from advocacy.playground.company import COMPANY, SLACK_TEAM, Resident
from advocacy.playground.slack.call import SlackError
from advocacy.playground.slack.state import (
    BOT_USER,
    HOOK_SECONDS,
    HOOK_USES,
    TRIGGER_SECONDS,
    Blocks,
    Channel,
    Hook,
    Json,
    Message,
    Trigger,
    UploadedFile,
    User,
    View,
    secret,
)

_STACK = 3
_MANY_KEYS = 50_000
_KEPT_SECONDS = 86_400.0
TEAM_DOMAIN = "nordlicht"


def _silent(kind: str, **what: object) -> None:
    del kind, what


def _nowhere(host: str, path: str = "") -> str:
    return f"https://{host}{path}"


@dataclass(slots=True)
class Workspace:
    """Everything one Slack team holds, in memory."""

    team: str = SLACK_TEAM
    team_name: str = COMPANY
    enterprise: str = ""
    """The organization it belongs to (Enterprise Grid), if any."""
    is_org_install: bool = False
    """The app is here because the whole organization let it in."""
    clock: Callable[[], float] = time.time
    """Seconds since 1970; a test may move it."""
    tell: Callable[..., None] = _silent
    at: Callable[..., str] = _nowhere
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    log: dict[str, dict[str, Message]] = field(default_factory=dict)
    """Channel id, ts, message; ephemeral ones included."""
    views: dict[str, list[View]] = field(default_factory=dict)
    """User id, the modals on screen, top one last."""
    homes: dict[str, View] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    hooks: dict[str, Hook] = field(default_factory=dict)
    files: dict[str, UploadedFile] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    """User id, the errors that person's client showed."""
    links: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """Channel id and ts, the links of that message the app may unfurl."""
    _last_ts: int = 0
    _ids: int = 0

    def settle(self, residents: Iterable[Resident]) -> None:
        """Forget everything and let these people move in."""
        for table in (self.users, self.channels, self.log, self.views, self.homes, self.triggers, self.hooks,
                      self.files, self.warnings, self.links):  # fmt: skip
            table.clear()
        people = [one for one in residents if one.slack_id]
        self.users["USLACKBOT"] = User("USLACKBOT", "slackbot", "Slackbot")
        self.users[BOT_USER] = User(BOT_USER, "advocacy", "Advocacy", is_bot=True, locale="en-US")
        for one in people:
            self.add_user(_member(one))
        everybody = [one.slack_id or "" for one in people]
        self.add_channel("C0GENERAL1", "general", everybody)
        self.add_channel("C0NEWS0001", "news", everybody)
        self.add_channel("C0SALES001", "sales-stories", _of(people, "Sales", "Communications"))
        self.add_channel("C0TECH0001", "tech-stories", _of(people, "Engineering", "Communications"))
        editors = [one.slack_id or "" for one in people if "editor" in one.roles]
        self.add_channel("C0EDITORS1", "comms-editors", [*editors, BOT_USER], private=True)

    def add_user(self, user: User) -> None:
        """Someone joins, with an empty conversation with the app."""
        self.users[user.id] = user
        im = "D" + user.id[1:]
        self.channels[im] = Channel(im, "", is_private=True, members=[user.id, BOT_USER], user=user.id)

    def add_channel(self, channel_id: str, name: str, members: list[str], *, private: bool = False) -> Channel:
        """A new channel."""
        self.channels[channel_id] = Channel(channel_id, name, private, list(members))
        return self.channels[channel_id]

    def new_id(self, prefix: str) -> str:
        """An id never given before."""
        self._ids += 1
        return f"{prefix}0{self._ids:09d}"

    def new_ts(self) -> str:
        """A message timestamp: unique and increasing (https://docs.slack.dev/messaging/retrieving-messages)."""
        self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def user(self, user_id: str, error: str = "user_not_found") -> User:
        """The person, or that error."""
        if user_id not in self.users:
            raise SlackError(error)
        return self.users[user_id]

    def channel_by_name(self, name: str) -> Channel:
        """The channel of this name, with or without ``#``; KeyError when there is none."""
        for channel in self.channels.values():
            if channel.name and channel.name == name.removeprefix("#"):
                return channel
        raise KeyError(name)

    def im(self, user_id: str) -> Channel:
        """The conversation between this person and the app; KeyError for a bot."""
        return self.channels["D" + user_id[1:]]

    def visible_channel(self, channel_id: str) -> Channel:
        """A channel the app knows of: private ones only where it was invited. Raises ``channel_not_found``."""
        channel = self.channels.get(channel_id)
        if channel is None or (channel.is_private and BOT_USER not in channel.members):
            raise SlackError("channel_not_found")
        return channel

    def sees(self, user_id: str, channel: Channel) -> bool:
        """Whether this person can read the channel: members, and for public channels any full member."""
        return user_id in channel.members or (not channel.is_private and not self.user(user_id).is_restricted)

    def add_message(self, message: Message) -> Message:
        """Put a message into its channel."""
        message.blocks = self.with_ids(message.blocks)
        self.log.setdefault(message.channel, {})[message.ts] = message
        self.tell("message", channel=message.channel, ts=message.ts, ephemeral_for=message.ephemeral_for)
        return message

    def touch(self, message: Message) -> None:
        """A message was changed."""
        message.blocks = self.with_ids(message.blocks)
        self.tell("message", channel=message.channel, ts=message.ts, ephemeral_for=message.ephemeral_for)

    def remove_message(self, message: Message) -> None:
        """A message disappears."""
        self.log.get(message.channel, {}).pop(message.ts, None)
        self.tell("message_deleted", channel=message.channel, ts=message.ts)

    def find_message(self, channel_id: str, ts: str) -> Message | None:
        """The message, ephemeral or not."""
        return self.log.get(channel_id, {}).get(ts)

    def messages(self, channel_id: str, viewer: str | None = None) -> Iterator[Message]:
        """What everybody sees in the channel, oldest first, plus what only ``viewer`` sees."""
        for message in self.log.get(channel_id, {}).values():
            if message.ephemeral_for is None or message.ephemeral_for == viewer:
                yield message

    def with_ids(self, blocks: Blocks) -> Blocks:
        """A copy in which every block and interactive element has an id, as Slack hands them out."""
        blocks = copy.deepcopy(blocks)
        for block in blocks:
            block.setdefault("block_id", "")
            block["block_id"] = block["block_id"] or self._short_id()
            for element in elements_of(block):
                if element.get("type") not in {"mrkdwn", "plain_text", "image"}:
                    element["action_id"] = element.get("action_id") or self._short_id()
        return blocks

    def _short_id(self) -> str:
        self._ids += 1
        return f"b{self._ids:x}"

    def mint_trigger(self, user_id: str, view: str | None = None) -> str:
        """A fresh ``trigger_id`` for what this person just did."""
        self._prune()
        trigger = f"{self._ids}.{int(self.clock() * 1000)}.{secret(32)}"
        self.triggers[trigger] = Trigger(user_id, self.clock(), view)
        return trigger

    def spend_trigger(self, trigger_id: str) -> Trigger:
        """Use a trigger up. Valid three seconds, once: ``invalid_``, ``expired_``, ``exchanged_trigger_id``."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.clock() - trigger.made > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def _prune(self) -> None:
        """Long demos forget triggers and response URLs that died long ago (a day, so that late use is still told)."""
        if len(self.triggers) + len(self.hooks) < _MANY_KEYS:
            return
        since = self.clock() - _KEPT_SECONDS
        self.triggers = {name: one for name, one in self.triggers.items() if one.made > since}
        self.hooks = {name: one for name, one in self.hooks.items() if one.made > since}

    def mint_hook(self, kind: Literal["actions", "commands"], channel: str, user: str, ts: str | None = None) -> str:
        """A fresh ``response_url``."""
        path = f"/{kind}/{self.team}/{self.new_id('')}/{secret()}"
        self.hooks[path] = Hook(kind, channel, user, self.clock(), ts)
        return self.at("hooks.slack.com", path)

    def spend_hook(self, path: str) -> Hook:
        """One of five uses within thirty minutes. Raises ``no_service``, ``expired_url`` or ``used_url``."""
        hook = self.hooks.get(path)
        if hook is None:
            raise SlackError("no_service")
        if self.clock() - hook.made > HOOK_SECONDS:
            raise SlackError("expired_url")
        if hook.uses >= HOOK_USES:
            raise SlackError("used_url")
        hook.uses += 1
        return hook

    def find_view(self, view_id: str) -> View | None:
        """A modal that is on somebody's screen, or a published Home tab."""
        for view in self.all_views():
            if view.id == view_id:
                return view
        return None

    def all_views(self) -> Iterator[View]:
        """Every modal and Home tab there is."""
        for stack in self.views.values():
            yield from stack
        yield from self.homes.values()

    def open_view(self, user_id: str, content: Json, *, push: bool) -> View:
        """Show a modal: alone, or on top of the others (three at most, else ``push_limit_reached``)."""
        stack = self.views.setdefault(user_id, []) if push else []
        if len(stack) >= _STACK:
            raise SlackError("push_limit_reached")
        view = View(self.new_id("V"), user_id, self._content(content), self._hash())
        if stack:
            view.root, view.previous = stack[0].id, stack[-1].id
        self.views[user_id] = [*stack, view]
        self.tell("view", user=user_id, view=view.id)
        return view

    def change_view(self, view: View, content: Json) -> None:
        """Redraw a view. What was typed stays where block id and action id stay."""
        view.content, view.hash = self._content(content), self._hash()
        kept = {(block["block_id"], one["action_id"]) for block in view.content["blocks"]
                for one in elements_of(block) if "action_id" in one}  # fmt: skip
        view.state = {
            block: values
            for block, actions in view.state.items()
            if (values := {action: value for action, value in actions.items() if (block, action) in kept})
        }
        view.errors = {}
        self.tell("home" if view.content["type"] == "home" else "view", user=view.user, view=view.id)

    def publish_home(self, user_id: str, content: Json) -> View:
        """Draw somebody's Home tab."""
        if user_id in self.homes:
            self.change_view(self.homes[user_id], content)
        else:
            self.homes[user_id] = View(self.new_id("V"), user_id, self._content(content), self._hash())
            self.tell("home", user=user_id, view=self.homes[user_id].id)
        return self.homes[user_id]

    def drop_views(self, user_id: str, *, only_top: bool = False) -> list[View]:
        """Take one modal or all of them off the screen; says which, top first."""
        stack = self.views.pop(user_id, [])
        kept, gone = (stack[:-1], stack[-1:]) if only_top else ([], stack)
        if kept:
            self.views[user_id] = kept
        self.tell("view", user=user_id, view=None)
        return gone[::-1]

    def warn(self, user_id: str, text: str) -> None:
        """Show an error in somebody's client."""
        self.warnings.setdefault(user_id, []).append(text)
        self.tell("warning", user=user_id, text=text)

    def _content(self, content: Json) -> Json:
        return content | {"blocks": self.with_ids(content["blocks"])}

    def _hash(self) -> str:
        return f"{int(self.clock())}.{secret(8)}"


def elements_of(block: Json) -> list[Json]:
    """The parts of a block that may carry an action id."""
    found: list[Any] = [block.get("accessory"), block.get("element"), *(block.get("elements") or [])]
    return [one for one in found if isinstance(one, dict)] if block.get("type") != "rich_text" else []


def _member(one: Resident) -> User:
    return User(
        id=one.slack_id or "",
        name=one.key,
        real_name=one.name,
        email=one.email,
        title=one.department.rpartition("/")[2],
        department=one.department,
        time_zone=one.time_zone,
        locale="de-DE" if one.language == "de" else "en-GB",
    )


def _of(people: Iterable[Resident], *departments: str) -> list[str]:
    return [one.slack_id or "" for one in people if one.department.split("/")[0] in departments]
