"""The app's commands in the menu of a message and in the compose box, read into presses.

https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/create-task-module
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from advocacy.chat import Message, Press, Quoted, UserRef
from advocacy.teams import render, said
from advocacy.teams.activity import Heard, Malformed, named, submitted
from advocacy.teams.names import SEARCH, TERM
from advocacy.teams.seal import Seal

COMMANDS = frozenset({"suggest", "compose"})
"""What the package announces as dialogs; each is an action of the bot."""
_MOST_TERM = 200
THUMBNAIL = "application/vnd.microsoft.card.thumbnail"
_LINE = 120
"""Characters of a preview."""
_OF_THE_BOT = "a:"
"""How a person's own chat with a bot begins."""


def is_own_chat(news: Heard) -> bool:
    """Is this the person's chat with us? The menu is also in chats between people, which Teams calls personal too."""
    return news.is_personal and news.conversation.startswith(_OF_THE_BOT)


def chosen(news: Heard, value: Any) -> Press:
    """Read ``composeExtension/fetchTask``. Raises Malformed."""
    found = value if isinstance(value, dict) else {}
    command = found.get("commandId")
    if not isinstance(command, str) or command not in COMMANDS:
        raise Malformed("no command of ours")
    return replace(named(elsewhere(news), command), quoted=_quoted(found, news.who.tenant))


def searched(news: Heard, value: Any) -> Press:
    """Read ``composeExtension/query``; nothing typed is all there is. Raises Malformed.

    https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/search-commands/respond-to-search
    """
    found = _dict(value)
    if found.get("commandId") != SEARCH:
        raise Malformed("no search of ours")
    given = found.get("parameters")
    typed = [_dict(one) for one in given] if isinstance(given, list) else []
    term = next((str(one.get("value") or "") for one in typed if one.get("name") == TERM), "")
    skip = _dict(found.get("queryOptions")).get("skip")
    press = named(elsewhere(news), "search_pick")
    at = skip if isinstance(skip, int) and not isinstance(skip, bool) else 0
    return replace(press, text=term[:_MOST_TERM], value={"at": at})


def linked(news: Heard, value: Any) -> Press:
    """Read ``composeExtension/queryLink``: a link of ours was pasted. Raises Malformed.

    https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/link-unfurling
    """
    url = _dict(value).get("url")
    if not isinstance(url, str) or not url:
        raise Malformed("no link")
    return replace(named(elsewhere(news), "unfurl"), value={"urls": [url]})


def results(messages: Sequence[Message]) -> dict[str, Any]:
    """Answer a search: each card with the preview that the list shows. Raises Refused."""
    attachments = [{**render.attachment(render.card(one)), "preview": _preview(one)} for one in messages]
    return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": attachments}}


def said_instead(text: str) -> dict[str, Any]:
    """Answer a search with a sentence."""
    return {"composeExtension": {"type": "message", "text": text}}


def _preview(message: Message) -> dict[str, Any]:
    shown = [{"url": message.image.url, "alt": message.image.alt}] if message.image else []
    text = " ".join(message.paragraphs)
    content = {"title": message.heading, "text": text if len(text) <= _LINE else text[: _LINE - 1].rstrip() + "…"}
    return {"contentType": THUMBNAIL, "content": {**content, **({"images": shown} if shown else {})}}


def sent(news: Heard, value: Any, seal: Seal) -> Press:
    """Read ``composeExtension/submitAction``: the dialog's data, and the message once more. Raises Malformed."""
    found = value if isinstance(value, dict) else {}
    press = submitted(elsewhere(news), found.get("data"), seal)
    return replace(press, quoted=_quoted(found, news.who.tenant))


def elsewhere(news: Heard) -> Heard:
    """The same, about no message: the one whose menu it was is somebody else's and is never rewritten."""
    kind = news.kind if not news.is_personal or is_own_chat(news) else "groupChat"
    return replace(news, about="", kind=kind)


def _quoted(value: dict[str, Any], tenant: str) -> Quoted | None:
    payload = value.get("messagePayload")
    if not isinstance(payload, dict):
        return None
    body = _dict(payload.get("body"))
    text = said.read(str(body.get("content") or ""), is_html=body.get("contentType") != "text")
    user = _dict(_dict(payload.get("from")).get("user"))
    known = user.get("userIdentityType") == "aadUser" and user.get("id")
    return Quoted(text, UserRef("teams", tenant, str(user["id"])) if known else None)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
