"""Tags out of a page that others wrote, in one pass over it: no text makes this slow, and none makes it fail.

A small part of https://html.spec.whatwg.org/multipage/parsing.html: enough for what stands in the head of a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from advocacy.content.plain import unescaped

_NAME = re.compile(r"/?[a-zA-Z][^\s/>]*+")
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+))?+)?+""")
_REST = re.compile(r"[\s/]*+>")
_VERBATIM = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("title", "script", "style", "textarea", "iframe", "xmp", "noembed", "noframes")
}
"""Inside these nothing is a tag but their own end."""
_MOST_ATTRIBUTES = 50


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that opens. ``text`` is what stands inside, for those that hold nothing but text; as written."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""


def tags(html: str) -> Iterator[Tag]:
    """The tags that open, in order. Stops where one does not end, as browsers do."""
    at = 0
    while (start := html.find("<", at)) >= 0:
        if html.startswith("<!--", start):
            end = html.find("-->", start + 2)
            if end < 0:
                return
            at = end + 3
            continue
        found = _NAME.match(html, start + 1)
        if found is None:
            at = start + 1
            continue
        attributes, at = _attributes(html, found.end())
        if at < 0:
            return
        name = found[0].lower()
        text = ""
        if name in _VERBATIM:
            closing = _VERBATIM[name].search(html, at)
            if closing is None:
                return
            text, at = html[at : closing.start()], closing.end()
        if not name.startswith("/"):
            yield Tag(name, attributes, text)


def _attributes(html: str, at: int) -> tuple[dict[str, str], int]:
    """The attributes from here on, and the place behind the tag; -1 when it does not end."""
    kept: dict[str, str] = {}
    while (closing := _REST.match(html, at)) is None:
        found = _ATTRIBUTE.match(html, at)
        if found is None:
            return kept, -1
        at = found.end()
        if len(kept) < _MOST_ATTRIBUTES:
            kept.setdefault(found[1].lower(), unescaped(found[2] or found[3] or found[4] or ""))
    return kept, closing.end()


__all__ = ["Tag", "tags"]
