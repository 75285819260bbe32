"""One visit at a source: the bytes it gives, or why there are none."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from advocacy.chat import Unknown
from advocacy.content.feeds import backoff
from advocacy.content.feeds.backoff import Wishes
from advocacy.content.feeds.feed_file import MAX_BYTES
from advocacy.content.models import Feed
from advocacy.db import now
from advocacy.http import Blocked, Http, Reply, TooLarge, Unreachable

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.8,"
    " application/json;q=0.8, */*;q=0.1"
)
MAX_URL = 2000
_NOT_MODIFIED = 304
_PROBLEMS = {401: "forbidden", 403: "forbidden", 404: "missing", 410: "gone", 429: "busy", 503: "busy"}


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of it.

    ``problem``: ``too_large``, ``unreachable``, ``blocked``, ``forbidden``, ``missing``, ``gone``, ``busy`` or nothing.
    """

    data: bytes = b""
    url: str = ""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    problem: str = ""
    unchanged: bool = False
    """The source says so, or sent the same bytes again."""
    moved_to: str = ""
    """Where the source is from now on, when it says so."""
    wishes: Wishes = field(default_factory=Wishes)

    @property
    def body_hash(self) -> str:
        """Of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


async def open_file(path: Path) -> tuple[str, Visit]:
    """Read a file instead; answers the name it is known under, too."""
    return await asyncio.to_thread(lambda: (path.resolve().as_uri(), _read(path)))


def _read(path: Path) -> Visit:
    try:
        if path.stat().st_size > MAX_BYTES:
            return Visit(problem="too_large")
        return Visit(path.read_bytes())
    except OSError:
        return Visit(problem="unreachable")


async def fetch(http: Http, url: str, known: Feed | None) -> Visit:
    """Ask the source, unless what is ``known`` is still what it has."""
    if len(url) > MAX_URL:
        return Visit(problem="blocked")
    headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified} if known else {}
    sent = {name: value for name, value in headers.items() if value}
    try:
        return _visit(await http.fetch(url, max_bytes=MAX_BYTES, accept=ACCEPT, headers=sent), known)
    except Blocked:
        return Visit(problem="blocked")
    except TooLarge:
        return Visit(problem="too_large")
    except (Unreachable, Unknown):
        return Visit(problem="unreachable")


def _visit(reply: Reply, known: Feed | None) -> Visit:
    wishes = backoff.wishes(reply.headers, now())
    # Validators go back as they came, weak marks and odd dates included (RFC 9110, section 13.1).
    etag, last_modified = reply.headers.get("ETag", ""), reply.headers.get("Last-Modified", "")
    moved_to = reply.url if reply.moved else ""
    if reply.status == _NOT_MODIFIED:
        return Visit(unchanged=True, moved_to=moved_to, wishes=wishes)
    if not reply.ok:
        return Visit(problem=_PROBLEMS.get(reply.status, "unreachable"), wishes=wishes)
    got = Visit(
        reply.body, reply.url, reply.headers.get("Content-Type", ""), etag, last_modified, moved_to=moved_to,
        wishes=wishes,
    )  # fmt: skip
    if known is not None and known.body_hash == got.body_hash:
        return Visit(b"", got.url, "", etag, last_modified, unchanged=True, moved_to=moved_to, wishes=wishes)
    return got


__all__ = ["MAX_URL", "Visit", "fetch", "open_file"]
