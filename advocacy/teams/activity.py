"""Activities as Teams sends them, read into presses. What clients can change is kept apart from what Teams knows."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botbuilder.schema import Activity

from advocacy.chat import Button, ChannelRef, MessageRef, Press, UserRef
from advocacy.teams.names import OURS
from advocacy.teams.seal import KEPT, Seal

RESERVED = frozenset({"command", "installed", "profile_changed"})
"""Actions that only a platform's own events may cause; no card of ours carries them."""
MENTION = re.compile(r"<at[^>]*>.*?</at>", re.DOTALL)


class Malformed(ValueError):
    """The activity is not what Teams would send from one of our cards."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What Teams vouches for in an activity: who, where, about which message."""

    who: UserRef
    conversation: str
    """With ``;messageid=…`` in a channel's thread."""
    kind: str
    """``personal``, ``channel`` or ``groupChat``."""
    about: str
    """The message that was pressed; '' when there is none or Teams does not say."""
    event: str
    locale: str
    service_url: str

    @property
    def is_personal(self) -> bool:
        """Is this somebody's own chat with the bot?"""
        return self.kind == "personal"

    @property
    def base(self) -> str:
        """The conversation without its thread."""
        return self.conversation.partition(";messageid=")[0]

    @property
    def channel(self) -> ChannelRef | None:
        """The channel, where there is one."""
        return None if self.is_personal else ChannelRef("teams", self.who.tenant, self.base)


def heard(activity: Activity, tenant: str) -> Heard:
    """Read who and where. Raises Malformed."""
    sender, conversation = activity.from_property, activity.conversation
    if sender is None or conversation is None or not sender.id or not conversation.id:
        raise Malformed("no sender or no conversation")
    # Guests of other organisations and bots may come without an object id; they are nobody we know.
    user = str(sender.aad_object_id or sender.id)
    kind = conversation.conversation_type or ("channel" if str(conversation.id).startswith("19:") else "personal")
    where = str(conversation.id)
    return Heard(
        who=UserRef("teams", tenant, user, str(sender.id)),
        conversation=where,
        kind=str(kind),
        about=str(activity.reply_to_id or ""),
        event=f"{activity.id}:{hashlib.sha256(where.encode(errors='replace')).hexdigest()[:16]}" if activity.id else "",
        locale=str(activity.locale or ""),
        service_url=str(activity.service_url),
    )


def pressed(news: Heard, value: Any, seal: Seal) -> Press:
    """Read ``adaptiveCard/action``. Raises Malformed."""
    action = value.get("action") if isinstance(value, dict) else None
    if not isinstance(action, dict) or not isinstance(action.get("verb"), str):
        raise Malformed("no verb")
    return _press(news, {**_dict(action.get("data")), "action": action["verb"]}, news.about, seal)


def back(value: Any) -> Button | None:
    """Find the refresh of the card that was pressed. Only shown to the client that sent it, so it needs no trust."""
    found = _dict(_dict(_dict(_dict(value).get("action")).get("data")).get("back"))
    action = found.get("action")
    if not isinstance(action, str) or not action or action in RESERVED:
        return None
    return Button("", action=action, value=_dict(found.get("value")))


def submitted(news: Heard, data: Any, seal: Seal) -> Press:
    """Read the data of an Action.Submit: a dialog's, or a button's in a client without Action.Execute.

    A dialog carries the message it was opened from, sealed, because Teams does not repeat it. Raises Malformed.
    """
    found = _dict(data)
    return _press(news, found, news.about or seal.read(found.get("origin"), news.who, news.conversation), seal)


def _press(news: Heard, data: Mapping[str, Any], about: str, seal: Seal) -> Press:
    action = data.get("action")
    if not isinstance(action, str) or not action or action in RESERVED:
        raise Malformed("no action, or one that cards do not have")
    carried = _dict(data.get("value"))
    value = {name: one for name, one in carried.items() if name not in ("reach", KEPT)}
    inputs = {name: _text(one) for name, one in data.items() if name not in OURS and _is_plain(one)}
    return _at(news, about, action=action, value=value, inputs=inputs, kept=seal.kept(carried, news.who, action))


def command(news: Heard, activity: Activity) -> Press:
    """Read a typed message, without the mention that a channel needs."""
    text = str(activity.text or "")
    for entity in filter(None, activity.entities or []):
        extra = entity.additional_properties or {}
        mentioned = _dict(extra.get("mentioned"))
        if entity.type == "mention" and activity.recipient and mentioned.get("id") == activity.recipient.id:
            text = text.replace(str(extra.get("text") or ""), " ")
    text = html.unescape(MENTION.sub(" ", text))
    return _at(news, "", action="command", text=" ".join(text.split()))


def named(news: Heard, action: str) -> Press:
    """Make the press of something that Teams itself names, and that carries nothing."""
    return _at(news, news.about, action=action)


def installed(news: Heard, activity: Activity) -> Press:
    """Read that the app came to a person or a team: ``value["reach"]`` says how to write there."""
    data = _dict(activity.channel_data)
    reach = {"conversation": news.base, "service_url": news.service_url, "scope": "personal"}
    if not news.is_personal:
        team = _dict(data.get("team"))
        reach |= {"scope": "team", "team": str(team.get("id") or ""), "name": str(team.get("name") or "")}
    return _at(news, "", action="installed", value={"reach": reach})


def _at(news: Heard, about: str, **what: Any) -> Press:
    message = MessageRef("teams", news.who.tenant, news.conversation, about) if about else None
    place = {"conversation": news.conversation, "activity": about, "personal": news.is_personal}
    reply_to = {
        **place,
        "event": news.event,
    }  # so that each press has a private answer of its own; ``send.py`` reads it
    return Press(
        who=news.who, channel=news.channel, message=message, reply_to=json.dumps(reply_to), event=news.event, **what
    )


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int, float))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
