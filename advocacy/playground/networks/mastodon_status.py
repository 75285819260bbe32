"""How a Mastodon server reads requests, counts characters and draws a status. https://docs.joinmastodon.org"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import regex
from aiohttp import web
from markupsafe import Markup, escape

from advocacy.playground.networks.posts import LINK, Post, followers
from advocacy.playground.networks.preview import playable

if TYPE_CHECKING:
    from advocacy.playground.company import Resident
    from advocacy.playground.world import Outside

LONGEST = 500
PER_LINK = 23
"""Every link counts as this many characters; in full where it is 0."""
_MENTION = re.compile(r"(?<![=/\w])(@[a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_])?)@\w+(?:[.-]+\w+)*", re.IGNORECASE)
_TAG = re.compile(r"(?<![\w/&])#(\w*[^\W\d]\w*)")


class Refusal(Exception):
    """An error answer: ``{"error": …}``."""

    def __init__(self, status: int, error: str, why: str = "") -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error} | ({"error_description": why} if why else {})


def length(text: str, per_link: int = PER_LINK) -> int:
    """Characters as the server counts: graphemes, so many per link, a mention without its server."""
    counted = LINK.sub("x" * per_link, text) if per_link else text
    return len(regex.findall(r"\X", _MENTION.sub(r"\1", counted)))


async def params(request: web.Request) -> dict[str, Any]:
    """A request's parameters, whether JSON or a form; ``name[]`` gathers a list. Raises ``Refusal``."""
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except json.JSONDecodeError:
            body = None
        if not isinstance(body, dict):
            raise Refusal(400, "Error parsing request body")
        return body
    given: dict[str, Any] = {}
    for name, value in (await request.post()).items():
        if name.endswith("[]"):
            given.setdefault(name[:-2], []).append(value)
        else:
            given[name] = value
    return given


def html(text: str) -> str:
    """A status as the server renders it: paragraphs, line breaks, links."""
    out = Markup()
    for paragraph in text.split("\n\n"):
        lines = Markup("<br />").join(_linked(line) for line in paragraph.split("\n"))
        out += Markup("<p>{}</p>").format(lines)
    return str(out)


def _linked(line: str) -> Markup:
    out, end = Markup(), 0
    for found in LINK.finditer(line):
        out += escape(line[end : found.start()])
        out += Markup('<a href="{0}" rel="nofollow noopener" translate="no">{0}</a>').format(found.group())
        end = found.end()
    return out + escape(line[end:])


def instance_json(host: str, statuses: dict[str, Any], kinds: list[str]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/entities/Instance/"""
    return {
        "domain": host, "title": host.partition(".")[0].title(), "version": "4.5.0", "languages": ["de", "en"],
        "api_versions": {"mastodon": 7}, "registrations": {"enabled": False},
        "configuration": {
            "statuses": statuses | {"max_media_attachments": 4},
            "media_attachments": {"supported_mime_types": kinds, "description_limit": 1500},
        },
    }  # fmt: skip


def account_json(person: Resident, number: str, name: str, origin: str) -> dict[str, Any]:
    """https://docs.joinmastodon.org/entities/Account/"""
    return {
        "id": number, "username": name, "acct": name, "display_name": person.name, "locked": False, "bot": False,
        "discoverable": True, "group": False, "note": f"<p>{escape(person.department)}</p>", "url": f"{origin}/@{name}",
        "uri": f"{origin}/users/{name}", "avatar": f"{origin}/avatars/missing.png", "emojis": [], "fields": [],
        "followers_count": followers(person.key),
    }  # fmt: skip


def status_json(post: Post, account: dict[str, Any], more: dict[str, Any], outside: Outside | None) -> dict[str, Any]:
    """https://docs.joinmastodon.org/entities/Status/ ; ``more`` holds what was given when it was posted."""
    card = None
    if post.title:
        card = {
            "url": post.url_of_link, "title": post.title, "description": "", "type": "link", "author_name": "",
            "provider_name": "", "html": "", "width": 400, "height": 210, "blurhash": None,
            "image": playable(outside, post.image) or None,
        }  # fmt: skip
    return {
        "id": post.id, "created_at": post.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "in_reply_to_id": None, "sensitive": False, "spoiler_text": "", "visibility": "public", "language": None,
        "uri": f"{account['uri']}/statuses/{post.id}", "url": post.url, "replies_count": post.replies,
        "reblogs_count": post.reposts, "favourites_count": post.likes, "edited_at": None, "content": html(post.text),
        "reblog": None, "account": account, "media_attachments": [], "mentions": [], "emojis": [], "card": card,
        "poll": None, "tags": [{"name": tag.lower()} for tag in dict.fromkeys(_TAG.findall(post.text))],
    } | more  # fmt: skip
