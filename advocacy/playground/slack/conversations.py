"""Slack's ``conversations.*``, ``users.*`` and ``team.*`` methods (https://docs.slack.dev/reference/methods/conversations.list)."""

from __future__ import annotations

import base64
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from advocacy.playground.slack.call import Answer, Args, SlackError
from advocacy.playground.slack.state import BOT_USER, DEPARTMENT_FIELD, Channel, Message
from advocacy.playground.slack.workspace import TEAM_DOMAIN, Workspace

_MAX_PAGE = 1000
_MAX_HISTORY = 999
_HISTORY_SCOPES = {"public": "channels:history", "private": "groups:history", "im": "im:history"}

T = TypeVar("T")


def _page(things: list[T], args: Args, default: int) -> tuple[list[T], Answer]:
    """One page of a list and the metadata that leads to the next."""
    limit = args.number("limit", default)
    if not 0 < limit <= _MAX_PAGE:
        raise SlackError("invalid_limit")
    start = 0
    if args.has("cursor"):
        try:
            start = int(base64.b64decode(args.text("cursor")).decode().removeprefix("next:"))
        except (ValueError, UnicodeDecodeError):
            raise SlackError("invalid_cursor") from None
    end = start + limit
    cursor = base64.b64encode(f"next:{end}".encode()).decode() if end < len(things) else ""
    return things[start:end], {"response_metadata": {"next_cursor": cursor}}


def conversations_list(space: Workspace, args: Args) -> Answer:
    """``conversations.list``: public channels, and private ones and direct messages the app is part of."""
    types = set(args.text("types", "public_channel").replace(" ", "").split(","))
    if not types <= {"public_channel", "private_channel", "mpim", "im"}:
        raise SlackError("invalid_types")
    found = [
        channel
        for channel in space.channels.values()
        if _type(channel) in types
        and (not channel.is_private or BOT_USER in channel.members)
        and not (args.flag("exclude_archived") and channel.is_archived)
    ]
    page, more = _page(found, args, 100)
    return {"channels": [one.as_api(space.team) | {"num_members": len(one.members)} for one in page], **more}


def _type(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def conversations_info(space: Workspace, args: Args) -> Answer:
    """``conversations.info``."""
    channel = space.visible_channel(args.text("channel"))
    body = channel.as_api(space.team)
    if args.flag("include_num_members"):
        body["num_members"] = len(channel.members)
    return {"channel": body}


def conversations_open(space: Workspace, args: Args) -> Answer:
    """``conversations.open``: the direct messages with one person. Several people need a scope the app has not."""
    users = [one for one in args.text("users").replace(" ", "").split(",") if one]
    if args.has("channel"):
        channel = space.visible_channel(args.text("channel"))
        return {"no_op": True, "already_open": True, "channel": {"id": channel.id}}
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 1:
        raise SlackError("missing_scope", needed="mpim:write", provided=",".join(sorted(args.scopes)))
    user = space.user(users[0])
    if user.deleted:
        raise SlackError("user_disabled")
    if user.is_bot:
        raise SlackError("cannot_dm_bot")
    channel = space.im(user.id)
    return {"channel": channel.as_api(space.team) if args.flag("return_im") else {"id": channel.id}}


def conversations_join(space: Workspace, args: Args) -> Answer:
    """``conversations.join``: public channels only."""
    channel = space.visible_channel(args.text("channel"))
    if channel.is_private:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if BOT_USER in channel.members:
        return {"channel": channel.as_api(space.team), "warning": "already_in_channel"}
    channel.members.append(BOT_USER)
    space.tell("channel", channel=channel.id)
    return {"channel": channel.as_api(space.team)}


def conversations_members(space: Workspace, args: Args) -> Answer:
    """``conversations.members``."""
    channel = space.visible_channel(args.text("channel"))
    page, more = _page(channel.members, args, 100)
    return {"members": page, **more}


def conversations_history(space: Workspace, args: Args) -> Answer:
    """``conversations.history``: newest first, never ephemeral ones nor replies; the app must be in the channel."""
    channel = _readable(space, args)
    found = [one for one in _between(space, args, channel) if one.thread_ts in {None, one.ts}]
    if args.number("limit", 100) > _MAX_HISTORY:
        raise SlackError("invalid_limit")
    return {"pin_count": 0, **_told(space, args, list(reversed(found)), 100)}


def conversations_replies(space: Workspace, args: Args) -> Answer:
    """``conversations.replies``: a message, and what stands below it, the oldest first.

    https://docs.slack.dev/reference/methods/conversations.replies
    """
    channel = _readable(space, args)
    above = args.need("ts")
    parent = [one for one in space.messages(channel.id) if one.ts == above]
    if not parent:
        raise SlackError("thread_not_found")
    below = [one for one in _between(space, args, channel) if one.thread_ts == above and one.ts != above]
    return _told(space, args, [*parent, *below], _MAX_PAGE)


def _readable(space: Workspace, args: Args) -> Channel:
    channel = space.visible_channel(args.text("channel"))
    scope = _HISTORY_SCOPES["im" if channel.is_im else "private" if channel.is_private else "public"]
    if scope not in args.scopes:
        raise SlackError("missing_scope", needed=scope, provided=",".join(sorted(args.scopes)))
    if BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _between(space: Workspace, args: Args, channel: Channel) -> list[Message]:
    oldest, latest = _moment(args, "oldest"), _moment(args, "latest")
    inclusive = args.flag("inclusive")
    return [
        message
        for message in space.messages(channel.id)
        if (oldest is None or Decimal(message.ts) > oldest or (inclusive and Decimal(message.ts) == oldest))
        and (latest is None or Decimal(message.ts) < latest or (inclusive and Decimal(message.ts) == latest))
    ]


def _told(space: Workspace, args: Args, found: list[Message], default: int) -> Answer:
    page, more = _page(found, args, default)
    has_more = bool(more["response_metadata"]["next_cursor"])
    metadata = args.flag("include_all_metadata")
    return {
        "messages": [one.as_api(space.team, metadata=metadata) for one in page],
        "has_more": has_more,
        **(more if has_more else {}),
    }


def _moment(args: Args, name: str) -> Decimal | None:
    if not args.has(name):
        return None
    try:
        return Decimal(args.text(name))
    except InvalidOperation:
        raise SlackError(f"invalid_ts_{name}") from None


def _email(args: Args) -> bool:
    return "users:read.email" in args.scopes


def users_info(space: Workspace, args: Args) -> Answer:
    """``users.info``."""
    user = space.user(args.need("user"))
    return {"user": user.as_api(space.team, email=_email(args), locale=args.flag("include_locale"))}


def users_list(space: Workspace, args: Args) -> Answer:
    """``users.list``: everybody, bots and the deactivated too. Many are given in pages only."""
    if not args.has("limit") and len(space.users) > _MAX_PAGE:
        raise SlackError("limit_required")
    page, more = _page(list(space.users.values()), args, _MAX_PAGE)
    locale = args.flag("include_locale")
    members = [one.as_api(space.team, email=_email(args), locale=locale) for one in page]
    return {"members": members, "cache_ts": int(space.clock()), **more}


def users_lookup_by_email(space: Workspace, args: Args) -> Answer:
    """``users.lookupByEmail``: ``users_not_found`` also for the deactivated."""
    wanted = args.need("email").lower()
    for user in space.users.values():
        if user.email.lower() == wanted and not user.deleted:
            return {"user": user.as_api(space.team, email=True)}
    raise SlackError("users_not_found")


def users_profile_get(space: Workspace, args: Args) -> Answer:
    """``users.profile.get``: with the custom field "Department"."""
    user = space.user(args.text("user", BOT_USER))
    profile: dict[str, Any] = user.profile(email=_email(args))
    field: dict[str, str] = {"value": user.department, "alt": ""}
    if args.flag("include_labels"):
        field["label"] = "Department"
    profile["fields"] = {DEPARTMENT_FIELD: field} if user.department else []  # so Slack writes that there are none
    return {"profile": profile}


def team_info(space: Workspace, args: Args) -> Answer:
    """``team.info``."""
    if args.has("team") and args.text("team") != space.team:
        raise SlackError("team_not_found")
    url = f"https://{TEAM_DOMAIN}.slack.com/"
    return {"team": {"id": space.team, "name": space.team_name, "domain": TEAM_DOMAIN, "url": url, "email_domain": "",
                     "icon": {"image_default": True}}}  # fmt: skip


def team_profile_get(space: Workspace, args: Args) -> Answer:
    """``team.profile.get``: which custom field carries the department."""
    del space, args
    field = {"id": DEPARTMENT_FIELD, "ordering": 0, "label": "Department", "hint": "", "type": "text",
             "field_name": "department", "possible_values": None, "options": None, "is_hidden": False}  # fmt: skip
    return {"profile": {"fields": [field], "sections": []}}


METHODS = {
    "conversations.history": conversations_history,
    "conversations.info": conversations_info,
    "conversations.join": conversations_join,
    "conversations.list": conversations_list,
    "conversations.members": conversations_members,
    "conversations.open": conversations_open,
    "conversations.replies": conversations_replies,
    "team.info": team_info,
    "team.profile.get": team_profile_get,
    "users.info": users_info,
    "users.list": users_list,
    "users.lookupByEmail": users_lookup_by_email,
    "users.profile.get": users_profile_get,
}
