"""JSON Feed 1 and 1.1 (https://www.jsonfeed.org/version/1.1/), in the shape that feedparser gives the others."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape
from typing import Any

_BOM = b"\xef\xbb\xbf"
_VERSION = "https://jsonfeed.org/version/"


def is_json(data: bytes) -> bool:
    """Does this begin like JSON? No feed in XML does."""
    return data.removeprefix(_BOM).lstrip().startswith(b"{")


def read(data: bytes) -> dict[str, Any] | None:
    """``title``, ``language``, ``link`` and ``entries`` of the feed; ``None`` when it is none. Never raises."""
    try:
        feed = json.loads(data.removeprefix(_BOM))
    except (ValueError, RecursionError):
        return None
    if not isinstance(feed, dict) or not _text(feed.get("version")).startswith(_VERSION):
        return None
    items = feed.get("items")
    return {
        "title": escape(_text(feed.get("title"))),
        "language": _text(feed.get("language")),
        "link": _text(feed.get("feed_url")) or _text(feed.get("home_page_url")),
        "entries": [_entry(one) for one in items if isinstance(one, dict)] if isinstance(items, list) else [],
    }


def _entry(item: dict[str, Any]) -> dict[str, Any]:
    own = item.get("id")
    plain = [escape(_text(item.get(name))) for name in ("summary", "content_text")]
    return {
        # "If an id is presented as a number, a JSON Feed reader must coerce it to a string."
        "id": str(own) if isinstance(own, int) else _text(own),
        "link": _text(item.get("url")) or _text(item.get("external_url")),
        "title": escape(_text(item.get("title"))),
        "summary": plain[0],
        "content": [{"value": plain[1]}, {"value": _text(item.get("content_html"))}],
        "media_thumbnail": [{"url": url} for url in (_text(item.get("image")), _text(item.get("banner_image"))) if url],
        "enclosures": [
            {"url": _text(one.get("url")), "type": _text(one.get("mime_type"))}
            for one in _dicts(item.get("attachments"))
        ],
        "tags": [{"term": escape(_text(one))} for one in _list(item.get("tags"))],
        "published_parsed": _moment(item.get("date_published")),
        "updated_parsed": _moment(item.get("date_modified")),
    }


def _moment(value: object) -> Any:
    """A time as feedparser writes it: nine numbers, in UTC."""
    try:
        at = datetime.fromisoformat(_text(value))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).utctimetuple()
    except (ValueError, OverflowError):
        return None


def _dicts(value: object) -> Iterable[dict[str, Any]]:
    return (one for one in _list(value) if isinstance(one, dict))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    # JSON can hold half a surrogate pair, which no database takes.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


__all__ = ["is_json", "read"]
