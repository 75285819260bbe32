"""Posts, drafts and addresses: what the networks' worlds and their pages both speak of."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from datetime import datetime

    from advocacy.playground.world import Change

LINK = re.compile(r"https?://[^\s<>\"'\\]*[^\s<>\"'\\.,;:!?)\]}…]")
"""A link inside running text, without the punctuation that follows it."""


@dataclass(slots=True)
class Post:
    """A post as the world can see it."""

    id: str
    person: str
    """The resident's key."""
    text: str
    url_of_link: str
    title: str
    """Of the link's preview card; empty without one."""
    image: str
    """Public address of the picture, empty without one."""
    at: datetime
    via: Literal["api", "dialog"]
    deleted: bool = False
    network: str = ""
    url: str = ""
    """Public address of the post's own page."""
    likes: int = 0
    reposts: int = 0
    replies: int = 0
    labelled: bool = False
    """The network marks it as advertising."""

    def json(self) -> Change:
        """JSON-ready, with the moment in ISO 8601."""
        return {slot.name: getattr(self, slot.name) for slot in fields(self)} | {"at": self.at.isoformat()}


@dataclass(frozen=True, slots=True)
class Draft:
    """What a share dialog was opened with."""

    network: str
    text: str
    link: str
    """The link the network makes a card of; empty without one."""
    attached: bool = False
    """The link hangs on the post whatever the text says; otherwise it is the text's first."""

    def saying(self, text: str) -> Draft:
        """The same dialog with other words in its box."""
        return Draft(self.network, text, self.link if self.attached else first_link(text), self.attached)


def followers(person_key: str) -> int:
    """How many follow somebody: always the same for one person."""
    return 40 + sum(person_key.encode()) % 900


def where(url: str) -> tuple[str, str, dict[str, str]]:
    """Host, path and query of an address, whether it is the vendor's own or played at ``/at/<host>``."""
    parts = urlsplit(url)
    host, path = parts.hostname or "", parts.path or "/"
    if path.startswith("/at/"):
        host, _, path = path.removeprefix("/at/").partition("/")
        path = f"/{path}"
    return host, path, dict(parse_qsl(parts.query, keep_blank_values=True))


def first_link(text: str) -> str:
    """The first link in a text, or the empty string."""
    found = LINK.search(text)
    return found.group() if found else ""
