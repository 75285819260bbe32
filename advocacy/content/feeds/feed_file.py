"""A feed as bytes becomes entries we can use, whatever state it is in."""

from __future__ import annotations

import calendar
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from advocacy.content import addresses
from advocacy.content.feeds import backoff, json_feed
from advocacy.content.fields import MAX_ALT, MAX_TITLE, MAX_TOPIC, language_in
from advocacy.content.plain import plain, shorten

MAX_BYTES = 5_000_000
MAX_ENTRIES = 200
"""Of one feed at a time; more than that at once is an archive, not news."""
SUMMARY = 600
"""Characters of a draft's summary."""
_MAX_TOPICS, _TITLE_FROM_TEXT = 10, 90
_HARMLESS = {"CharacterEncodingOverride", "CharacterEncodingUnknown", "NonXMLContentType"}
_OPEN, _CLOSED = (
    re.compile(rb"<(?:item|entry)[\s>]", re.IGNORECASE),
    re.compile(rb"</(?:item|entry)\s*>", re.IGNORECASE),
)
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[<>]*+\[", re.IGNORECASE)
_DECLARED_END = re.compile(rb"\]\s*+>")
"""Entities that a document declares itself: ours to leave out, for they can unfold to gigabytes."""
_PICTURE = re.compile(r"\.(jpe?g|png|gif|webp)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One usable entry. Plain text only."""

    key: str
    """SHA-256 of its own id, else of its link without tracking."""
    title: str
    summary: str
    url: str
    image_url: str
    image_alt: str
    topics: tuple[str, ...]
    at: datetime | None
    """When it was published; never in the future."""

    @property
    def content_hash(self) -> str:
        """Of what a story is made of, to notice an edit; a new tracking parameter is none."""
        said = (self.title, self.summary, addresses.without_tracking(self.url), self.image_url, self.image_alt)
        return hashlib.sha256("\0".join(said).encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class FeedFile:
    """What was found. ``problem``: ``not_a_feed``, ``empty``, ``broken_but_used`` or nothing."""

    title: str = ""
    language: str = ""
    """Two letters; empty when the feed does not say."""
    entries: list[Entry] = field(default_factory=list)
    """The oldest first."""
    found: int = 0
    """Entries in the file, usable or not."""
    skipped: int = 0
    """Without a link or any words, with a link that cannot be, or told twice."""
    problem: str = ""
    wait: timedelta | None = None
    """How long it asks to be left in peace."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A feed in any format. Its entries are in the words of feedparser."""

    title: str
    language: str
    link: str
    entries: list[Mapping[str, Any]]
    is_broken: bool = False
    wait: timedelta | None = None


def read(data: bytes, *, url: str = "", content_type: str = "", now: datetime) -> FeedFile:
    """Take a feed apart. ``url`` is where it came from, for its relative links. Never raises on what is inside.

    Its bytes decide on the format: RSS, Atom, JSON Feed. Servers often name another.
    """
    if not data.strip():
        return FeedFile(problem="empty")
    is_json = json_feed.is_json(data)
    parsed = _parse_json(data) if is_json else _parse(data, url, content_type)
    if parsed is None:
        return FeedFile(problem="not_a_feed")
    raw = parsed.entries[:MAX_ENTRIES]
    is_cut = not is_json and len(_OPEN.findall(data)) > len(_CLOSED.findall(data))
    if is_cut and len(parsed.entries) <= MAX_ENTRIES:
        raw = raw[:-1]  # its link may have been cut in the middle; it comes again with the whole feed
    base = url or parsed.link
    entries = list(_once(_entry(one, base, now) for one in raw))
    entries.sort(key=lambda one: one.at or now)
    return FeedFile(
        shorten(plain(parsed.title), MAX_TITLE),
        language_in(parsed.language),
        entries,
        len(raw),
        len(raw) - len(entries),
        _problem(is_broken=parsed.is_broken or is_cut, is_empty=not raw),
        parsed.wait,
    )


def _parse_json(data: bytes) -> _Parsed | None:
    feed = json_feed.read(data)
    return _Parsed(feed["title"], feed["language"], feed["link"], feed["entries"]) if feed is not None else None


def _parse(data: bytes, url: str, content_type: str) -> _Parsed | None:
    import feedparser  # half of it is needed only here, and rarely

    headers = {"content-type": content_type or "application/xml"}
    if url:
        headers["content-location"] = url
    try:
        parsed = feedparser.parse(_undeclared(data), response_headers=headers)
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
        return None  # its loose parser stumbles over some of what is not a feed
    if not parsed.get("version") and not parsed.entries:
        return None
    feed = parsed.feed
    return _Parsed(
        _text(feed.get("title")),
        _text(feed.get("language")),
        _text(feed.get("link")),
        parsed.entries,
        bool(parsed.bozo) and type(parsed.get("bozo_exception")).__name__ not in _HARMLESS,
        backoff.wanted(
            _text(feed.get("ttl")), _text(feed.get("sy_updateperiod")), _text(feed.get("sy_updatefrequency"))
        ),
    )


def _undeclared(data: bytes) -> bytes:
    """Without the first document type that declares something. In steps, so that none of them looks twice."""
    start = _DOCTYPE.search(data)
    end = _DECLARED_END.search(data, start.end()) if start else None
    return data[: start.start()] + data[end.end() :] if start and end else data


def _problem(*, is_broken: bool, is_empty: bool) -> str:
    if is_empty:
        return "empty"
    return "broken_but_used" if is_broken else ""


def _entry(raw: Mapping[str, Any], base: str, now: datetime) -> Entry | None:
    url = _link(raw, base)
    texts = [_text(raw.get("summary")), *(_text(one.get("value")) for one in raw.get("content", ()))]
    summary = next((words for words in map(plain, texts) if words), "")
    title = plain(_text(raw.get("title"))) or shorten(summary, _TITLE_FROM_TEXT)
    if not url or not title or addresses.problem(url):
        return None
    own = _text(raw.get("id")) or addresses.without_tracking(url)
    image_url, image_alt = _image(raw, base)
    return Entry(
        hashlib.sha256(own.encode("utf-8", "replace")).hexdigest(),
        shorten(title, MAX_TITLE),
        shorten(summary, SUMMARY),
        url,
        image_url,
        image_alt,
        tuple(_topics(raw)),
        _moment(raw, now),
    )


def _once(entries: Iterable[Entry | None]) -> Iterator[Entry]:
    """Without what cannot be used, and without what was there before under the same id or link."""
    seen: set[str] = set()
    for entry in entries:
        if entry is None:
            continue
        marks = {entry.key, addresses.without_tracking(entry.url)}
        if not marks & seen:
            yield entry
        seen |= marks


def _link(raw: Mapping[str, Any], base: str) -> str:
    link = _text(raw.get("link")).strip()
    if not link:
        own = _text(raw.get("id")).strip()
        link = own if own.startswith(("http://", "https://")) else ""
    return addresses.joined(base, link)


def _image(raw: Mapping[str, Any], base: str) -> tuple[str, str]:
    """The widest picture that comes along, and its description."""
    offers: list[tuple[int, str]] = []
    for one in (*raw.get("media_content", ()), *raw.get("enclosures", ()), *raw.get("media_thumbnail", ())):
        url = addresses.joined(base, _text(one.get("url") or one.get("href")).strip())
        kind = _text(one.get("type")) or _text(one.get("medium"))
        if not url or addresses.problem(url):
            continue
        is_picture = kind.startswith("image") or (not kind and _PICTURE.search(urlsplit(url).path))
        if is_picture or one in raw.get("media_thumbnail", ()):
            width = _text(one.get("width"))
            offers.append((int(width) if width.isascii() and width.isdigit() else 0, url))
    if not offers:
        return "", ""
    described = (_text(one.get("content")) for one in raw.get("media_text", ()))
    alt = next((words for words in map(plain, described) if words), "")
    return max(offers, key=lambda offer: offer[0])[1], shorten(alt, MAX_ALT)


def _topics(raw: Mapping[str, Any]) -> Iterator[str]:
    terms = (plain(_text(one.get("term"))) for one in raw.get("tags") or ())
    fitting = (term for term in terms if term and len(term) <= MAX_TOPIC)
    for count, term in enumerate(dict.fromkeys(fitting)):
        if count < _MAX_TOPICS:
            yield term


def _moment(raw: Mapping[str, Any], now: datetime) -> datetime | None:
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        parts = dict.get(raw, name)  # type: ignore[call-overload]
        if parts:
            try:
                return min(datetime.fromtimestamp(calendar.timegm(parts), UTC), now)
            except (ValueError, OverflowError, OSError):
                continue
    return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
