"""Lists of feeds as OPML 2.0 (https://opml.org/spec2.opml), the way feed readers exchange them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from xml.parsers import expat

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.feeds import likeness, sources
from advocacy.content.fields import Invalid
from advocacy.content.models import Feed

MAX_BYTES, MAX_FEEDS = 1_000_000, 1000
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class NotOpml(ValueError):
    """This is no list of feeds. Codes: ``not_opml``, ``too_large``, ``entities``, ``too_many``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Imported:
    """What became of the addresses in a list."""

    added: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    """Subscribed before; nothing was changed."""
    twice: list[str] = field(default_factory=list)
    """Told more than once in the list."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """With the code of what is wrong with the address."""


def read(data: bytes) -> list[str]:
    """Addresses of feeds in the order of the list, however deeply nested. Raises ``NotOpml``."""
    if len(data) > MAX_BYTES:
        raise NotOpml("too_large")
    found: list[str] = []
    names: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        names.append(name.lower())
        if names[0] != "opml":
            raise NotOpml("not_opml")
        url = next((value for key, value in attributes.items() if key.lower() == "xmlurl"), "").strip()
        if names[-1] == "outline" and url:
            found.append(url)
        if len(found) > MAX_FEEDS:
            raise NotOpml("too_many")

    def end(_name: str) -> None:
        names.pop()

    def declared(*_: object) -> None:
        raise NotOpml("entities")  # they can unfold to gigabytes, or fetch files

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.EntityDeclHandler = start, end, declared
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, NotOpml):
            raise
        raise NotOpml("not_opml") from None
    return found


async def subscribe(
    s: AsyncSession, urls: Iterable[str], *, mode: str = "draft", language: str = "", every_minutes: int = 30
) -> Imported:
    """Subscribe to all of them alike. Raises ``Invalid`` for what is wanted of all; an address is only left out."""
    imported = Imported()
    there = await sources.by_link(s)
    seen: set[str] = set()
    for url in urls:
        try:
            key = likeness.link_key(url)
            if key in seen:
                imported.twice.append(url)
                continue
            seen.add(key)
            if key in there and there[key].active:
                imported.there.append(url)
                continue
            await sources.subscribe(s, url, mode=mode, language=language, every_minutes=every_minutes, among=there)
            imported.added.append(url)
        except Invalid as no:
            if no.field != "url":
                raise
            imported.refused.append((url, no.code))
        except ValueError:  # no address at all, such as one with half a bracket
            imported.refused.append((url, "bad_link"))
    return imported


def write(feeds: Sequence[Feed]) -> bytes:
    """The list of these feeds, for another reader."""
    lines = [
        f'    <outline type="rss" text="{_attribute(one.title or one.url)}" xmlUrl="{_attribute(one.url)}"/>'
        for one in feeds
    ]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n  <head><title>Feeds</title></head>\n  <body>'
    return "\n".join([head, *lines, "  </body>", "</opml>", ""]).encode()


def _attribute(text: str) -> str:
    return escape(_NOT_XML.sub("", text), quote=True)


__all__ = ["Imported", "NotOpml", "read", "subscribe", "write"]
