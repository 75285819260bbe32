"""Slack's payloads as ``Press``: a matter of names only (https://docs.slack.dev/reference/interaction-payloads)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from advocacy.bot.doors import FORM_WORDS
from advocacy.chat import OPENS_FORM, ChannelRef, MessageRef, Press, Quoted, UserRef
from advocacy.slack import forms, render, said
from advocacy.slack.reply import ReplyTo

PLATFORM = "slack"
Payload = Mapping[str, Any]
SHORTCUTS = {"shortcut": "compose", "message_action": "suggest"}
"""Kind of shortcut and the one action that it may cause; ``manifest.py`` announces the same."""
_OPENING = frozenset(SHORTCUTS.values())
_BY_A_PERSON = {"", "file_share", "me_message", "thread_broadcast"}
"""Subtypes of messages that somebody wrote; all others are Slack's or an app's."""


@dataclass(frozen=True, slots=True)
class Came:
    """A press, and what Slack needs to show an answer to it."""

    press: Press
    reply: ReplyTo
    trigger: str = ""
    """Opens one modal within three seconds."""
    view_id: str = ""
    """The modal in which it was pressed."""
    view: Payload | None = None
    """That modal as it stood, with what was typed into it."""
    typing: Payload | None = None
    """That modal, when nothing was pressed: somebody is typing into it."""
    at: str = ""
    """When they typed, in seconds of Slack's clock."""
    shared: Payload | None = None
    """The event, when nothing was pressed: somebody posted links to us. They are told nothing, whatever comes of it."""
    waiting: Payload | None = None
    """What was shown in that modal before it was asked to wait; empty when it opened waiting."""
    kept: str = ""
    """Its name among the late presses, when it was acknowledged before it was done."""

    @property
    def may_open(self) -> bool:
        """Does this lead to a form, as far as one can tell before the bot has answered?"""
        if not self.trigger or (self.view_id and self.view is None):
            return False
        if self.press.action == "command":
            return next(iter(self.press.text.split(None, 1)), "").lower() in FORM_WORDS
        return bool(self.press.value.get(OPENS_FORM)) or self.press.action in _OPENING


def of_button(payload: Payload) -> Came | None:
    """``block_actions``; ``None`` for a button that only leads somewhere and for menus, which have no effect alone.

    What Bolt takes for a press as well, dialogs of the old kind, has no action: ``None``.
    """
    pressed: Payload = (payload.get("actions") or ({},))[0]
    action = render.action_of(pressed.get("action_id", ""))
    if not action:
        return None
    tenant, user = _where(payload)
    view = payload.get("view")
    if pressed.get("type") != "button":
        return _of_typing(payload, view, action) if view else None
    reply = _reply_in_view(view, tenant, user) if view else _reply_on_message(payload, tenant, user)
    state = view.get("state") if view else payload.get("state")
    value = _object(pressed.get("value"))
    press = Press(
        who=UserRef(PLATFORM, tenant, user),
        action=action,
        kept=forms.kept(value),
        value=value,
        inputs=forms.typed(state),
        channel=_channel(reply),
        message=_message(reply),
        reply_to=reply.pack(),
        event=_event(payload, pressed.get("action_ts", "")),
    )
    modal = view if view and view.get("type") == "modal" else None
    return Came(press, reply, payload.get("trigger_id", ""), modal["id"] if modal else "", modal)


def _of_typing(payload: Payload, view: Payload, action: str) -> Came | None:
    """An input that asks while it is filled in; ``None`` outside our forms."""
    came = of_form(payload)
    if came is None:
        return None
    at = str(payload["actions"][0].get("action_ts") or "")
    # No event to remember: a repeat only counts once more, and remembering would write a row for each letter.
    return replace(came, press=replace(came.press, action=action, event=""), typing=view, at=at)


def of_form(payload: Payload) -> Came | None:
    """``view_submission``; ``None`` for a modal that is not ours."""
    view = payload["view"]
    carried = forms.carried(view)
    if carried is None:
        return None
    tenant, user = _where(payload)
    reply = carried.reply if carried.reply and carried.reply.user == user else ReplyTo(tenant, user)
    press = Press(
        who=UserRef(PLATFORM, tenant, user),
        action=carried.action,
        kept=forms.kept(carried.value),
        value=carried.value,
        inputs=forms.typed(view.get("state")),
        channel=_channel(reply),
        message=_message(reply),
        reply_to=reply.pack(),
        event=_event(payload, view.get("hash", "")),
    )
    return Came(press, reply, payload.get("trigger_id", ""), view["id"])


def of_command(form: Payload) -> Came:
    """A slash command (https://docs.slack.dev/interactivity/implementing-slash-commands)."""
    tenant, user = str(form.get("team_id", "")), str(form["user_id"])
    reply = ReplyTo(tenant, user, channel=str(form.get("channel_id", "")), url=str(form.get("response_url", "")))
    press = Press(
        who=UserRef(PLATFORM, tenant, user),
        action="command",
        text=said.read(str(form.get("text", ""))),
        channel=_channel(reply),
        reply_to=reply.pack(),
        event=_event(form, ""),
    )
    return Came(press, reply, str(form.get("trigger_id", "")))


def of_shortcut(payload: Payload) -> Came | None:
    """``shortcut`` (from anywhere) and ``message_action`` (a message's menu); ``None`` for one that is not ours.

    The message it was used on is somebody else's: it can be quoted, never rewritten.
    https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
    """
    action = str(payload.get("callback_id") or "")
    if SHORTCUTS.get(str(payload.get("type"))) != action:
        return None
    tenant, user = _where(payload)
    channel = str((payload.get("channel") or {}).get("id") or "")
    reply = ReplyTo(tenant, user, channel=channel, url=str(payload.get("response_url") or ""))
    message = payload.get("message")
    press = Press(
        who=UserRef(PLATFORM, tenant, user),
        action=action,
        channel=_channel(reply),
        reply_to=reply.pack(),
        event=_event(payload, str(payload.get("action_ts", ""))),
        quoted=_quoted(message, tenant) if isinstance(message, dict) else None,
    )
    return Came(press, reply, str(payload.get("trigger_id", "")))


def _quoted(message: Payload, tenant: str) -> Quoted:
    """What stands there and who wrote it. In a shared channel that may be somebody of another workspace."""
    user = str(message.get("user") or "")
    wrote = user and not message.get("bot_id") and str(message.get("subtype") or "") in _BY_A_PERSON
    author = UserRef(PLATFORM, str(message.get("team") or tenant), user) if wrote else None
    return Quoted(said.read(str(message.get("text") or "")).strip(), author)


def of_event(payload: Payload) -> Came | None:
    """``event_callback``: Home opened, a direct message, a profile changed, links posted; ``None`` for all else."""
    if payload["event"].get("type") == "link_shared":
        return _of_links(payload)
    event, tenant = payload["event"], _place(payload)
    kind = event.get("type")
    text, user, reply = "", str(event.get("user", "")), None
    if kind == "app_home_opened" and event.get("tab", "home") == "home":
        action, reply = "home", ReplyTo(tenant, user, home=True)
    elif kind == "message" and _is_said_to_us(event):
        action, text = "command", said.read(str(event["text"]))
        reply = ReplyTo(tenant, user, channel=str(event["channel"]))
    elif kind in {"user_change", "team_join"}:
        action, user = "profile_changed", str(event["user"]["id"])
        reply = ReplyTo(tenant, user)
    if reply is None or not user:
        return None
    press = Press(
        who=UserRef(PLATFORM, tenant, user),
        action=action,
        text=text,
        channel=_channel(reply),
        reply_to=reply.pack(),
        event=str(payload.get("event_id", "")),
    )
    return Came(press, reply)


def _of_links(payload: Payload) -> Came | None:
    """``link_shared`` (https://docs.slack.dev/reference/events/link_shared): posted, or still being written."""
    event, tenant = payload["event"], _place(payload)
    user, urls = str(event.get("user") or ""), [str(one.get("url") or "") for one in event.get("links") or ()]
    if not user or not urls:
        return None
    reply = ReplyTo(tenant, user, channel=str(event.get("channel") or ""))
    press = Press(
        who=UserRef(PLATFORM, tenant, user), action="unfurl", value={"urls": urls}, channel=_channel(reply),
        event=str(payload.get("event_id", "")),
    )  # fmt: skip
    return Came(press, reply, shared=event)


def _place(payload: Payload) -> str:
    """The workspace by which we hear of an event; in a shared channel it may have happened in another company's.

    https://docs.slack.dev/apis/events-api/#authorizations
    """
    given = payload.get("authorizations") or [{}]
    user = payload["event"].get("user")
    own = user.get("team_id") if isinstance(user, dict) else ""  # an organization's own events name no workspace
    return str(given[0].get("team_id") or payload.get("team_id") or own or given[0].get("enterprise_id") or "")


def _is_said_to_us(event: Payload) -> bool:
    """By a person, in our direct messages; not an edit, a deletion or a word of our own."""
    return (
        event.get("channel_type") == "im"
        and not event.get("subtype")
        and not event.get("bot_id")
        and bool(str(event.get("text") or "").strip())
    )


def _where(payload: Payload) -> tuple[str, str]:
    """Team and user. An app installed for a whole organization gets no team; then it is the user's."""
    user = payload["user"]
    team = payload.get("team") or {}
    return str(team.get("id") or user.get("team_id") or ""), str(user["id"])


def _reply_on_message(payload: Payload, tenant: str, user: str) -> ReplyTo:
    container = payload.get("container") or {}
    channel = str(container.get("channel_id") or (payload.get("channel") or {}).get("id") or "")
    ephemeral = bool(container.get("is_ephemeral"))
    return ReplyTo(
        tenant,
        user,
        channel=channel,
        url=str(payload.get("response_url") or ""),
        ts="" if ephemeral else str(container.get("message_ts") or ""),
        own=ephemeral or channel.startswith("D"),
    )


def _reply_in_view(view: Payload, tenant: str, user: str) -> ReplyTo:
    if view.get("type") == "home":
        return ReplyTo(tenant, user, home=True)
    carried = forms.carried(view)
    return carried.reply if carried and carried.reply and carried.reply.user == user else ReplyTo(tenant, user)


def _channel(reply: ReplyTo) -> ChannelRef | None:
    return ChannelRef(PLATFORM, reply.tenant, reply.channel) if reply.channel and not reply.is_direct else None


def _message(reply: ReplyTo) -> MessageRef | None:
    return MessageRef(PLATFORM, reply.tenant, reply.channel, reply.ts) if reply.ts and reply.channel else None


def _event(payload: Payload, otherwise: str) -> str:
    """A trigger is made anew for each thing a person does, so a request that comes twice carries it twice."""
    return str(payload.get("trigger_id") or otherwise)


def _object(text: Any) -> dict[str, Any]:
    try:
        value = json.loads(text or "")
    except (ValueError, TypeError):
        return {}
    return value if isinstance(value, dict) else {}
