"""JSON-LD: what a page says of its article in the words of https://schema.org."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

_MOST_NODES, _MOST_BYTES, _MOST_TEXT = 300, 300_000, 5000
_KINDS = ("article", "posting", "report", "webpage")
"""How the types of schema.org that we read end; the first is the best."""


@dataclass(frozen=True, slots=True)
class Article:
    """What was found, as it was written."""

    title: str = ""
    summary: str = ""
    site: str = ""
    language: str = ""
    images: tuple[str, ...] = ()
    image_alt: str = ""


def first_article(scripts: Iterable[str]) -> Article:
    """The best description among these; an empty one when there is none. Never raises on what is inside."""
    found = [(rank, node) for script in scripts for node in _nodes(script) if (rank := _rank(node)) is not None]
    if not found:
        return Article()
    node = min(found, key=lambda one: one[0])[1]
    images = node.get("image") or node.get("thumbnailUrl")
    shown = [one for one in _listed(images) if _address(one)][:5]
    return Article(
        title=_text(node.get("headline")) or _text(node.get("name")),
        summary=_text(node.get("description")),
        site=_named(node.get("publisher")),
        language=_text(node.get("inLanguage")) or _named(node.get("inLanguage"), "alternateName"),
        images=tuple(map(_address, shown)),
        image_alt=next((_named(one, "caption") for one in shown), ""),
    )


def _nodes(script: str) -> Iterator[dict[str, Any]]:
    try:
        todo = [json.loads(script[:_MOST_BYTES])]
    except (ValueError, RecursionError):
        return
    for _ in range(_MOST_NODES):
        if not todo:
            return
        node = todo.pop()
        if isinstance(node, list):
            todo.extend(reversed(node[:_MOST_NODES]))
        elif isinstance(node, dict):
            yield node
            todo.extend(one for name in ("mainEntity", "@graph") if isinstance(one := node.get(name), (dict, list)))


def _rank(node: dict[str, Any]) -> int | None:
    kinds = [_text(one).lower() for one in _listed(node.get("@type"))]
    return next((rank for rank, end in enumerate(_KINDS) if any(kind.endswith(end) for kind in kinds)), None)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _address(image: Any) -> str:
    return _text(image) or _named(image, "url") or _named(image, "contentUrl")


def _named(value: Any, name: str = "name") -> str:
    first = next(iter(_listed(value)), None)
    return _text(first.get(name)) if isinstance(first, dict) else ""


def _text(value: Any) -> str:
    return value[:_MOST_TEXT] if isinstance(value, str) else ""


__all__ = ["Article", "first_article"]
