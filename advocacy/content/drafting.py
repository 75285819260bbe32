"""Help in drafting wordings, from any server that speaks OpenAI's chat API. Off unless the settings name one.

Title, summary and language of one story are sent, and only when an editor asks for it. What comes back is a draft:
nothing is stored here. https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from advocacy.chat import Unknown
from advocacy.config import Settings
from advocacy.content.versions import Spoken
from advocacy.http import Blocked, Http, Reply, TooLarge, Unreachable

HOW_MANY = 3
LONGEST = 500
"""Characters of a draft; what is longer is left out, for no network with a short limit could show it."""
MOST_ARRAYS = 20
"""So many beginnings of an array are looked at."""
PATIENCE = 30.0
"""Seconds for an answer."""
_ASK = (
    "You draft posts with which employees share an article of their company on social networks, in their own voice: "
    "honest, concrete, no superlatives, no hashtags, no links, nothing that the text does not say. "
    "Answer with a JSON array of {count} strings in the language {language}, each of at most 240 characters."
)
_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")


class NotDrafted(Exception):
    """No draft came. Codes: ``off``, ``unreachable``, ``slow``, ``busy``, ``refused``, ``unreadable``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def draft(settings: Settings, said: Spoken, *, seconds: float = PATIENCE) -> list[str]:
    """Up to three wordings in the language of the story's version. Raises ``NotDrafted``."""
    if not settings.has_assistant:
        raise NotDrafted("off")
    # A client of its own: only this call may reach a server of the company's own, links that people paste may not.
    http = Http(settings, own_hosts=(urlsplit(settings.ai_url or "").netloc,))
    await http.start()
    try:
        reply = await _asked(http, settings, said, seconds)
    finally:
        await http.close()
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise NotDrafted("busy")
    if not reply.ok:
        raise NotDrafted("refused")
    found = list(dict.fromkeys(_wordings(_content(reply.json()))))[:HOW_MANY]
    if not found:
        raise NotDrafted("unreadable")
    return found


async def _asked(http: Http, settings: Settings, said: Spoken, seconds: float) -> Reply:
    key = settings.ai_key.get_secret_value() if settings.ai_key else ""
    body = {
        "model": settings.ai_model,
        "messages": [
            {"role": "system", "content": _ASK.format(count=HOW_MANY, language=said.language)},
            {"role": "user", "content": f"{said.title}\n\n{said.summary}"},
        ],
    }
    url = f"{(settings.ai_url or '').rstrip('/')}/chat/completions"
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        return await http.request("POST", url, headers=headers, json=body, timeout=seconds)
    except (Unreachable, Blocked):
        raise NotDrafted("unreachable") from None
    except (Unknown, TimeoutError):
        raise NotDrafted("slow") from None
    except TooLarge:
        raise NotDrafted("unreadable") from None


def _content(answer: Any) -> str:
    """The text of the first choice; empty when the answer is no such answer."""
    try:
        content = answer["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        return ""
    return content if isinstance(content, str) else ""


def _wordings(content: str) -> list[str]:
    """The texts of the first JSON array in it that has any, whatever stands around."""
    for start in islice((one.start() for one in re.finditer(r"\[", content)), MOST_ARRAYS):
        try:
            listed, _end = json.JSONDecoder().raw_decode(content, start)
        except (ValueError, RecursionError):
            continue
        found = [text for text in map(_text, listed) if 0 < len(text) <= LONGEST]
        if found:
            return found
    return []


def _text(one: Any) -> str:
    """A string, or the first one of an object; empty when there is none."""
    if isinstance(one, dict):
        one = next((value for value in one.values() if isinstance(value, str)), "")
    return _UNSEEN.sub("", one).strip() if isinstance(one, str) else ""


__all__ = ["NotDrafted", "draft"]
