"""The news site's feeds: RSS 2.0 (https://www.rssboard.org/rss-specification) and Atom (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from advocacy.playground.company import COMPANY
from advocacy.playground.site.articles import Article

_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"
_MEDIA = "http://search.yahoo.com/mrss/"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
for _prefix, _space in (("atom", _ATOM), ("dc", _DC), ("media", _MEDIA)):
    ET.register_namespace(_prefix, _space)


@dataclass(frozen=True, slots=True)
class Story:
    """An article in its place on the site."""

    article: Article
    at: datetime
    """Published, UTC."""

    @property
    def path(self) -> str:
        """Where it is on the site."""
        return f"/{'aktuelles' if self.article.language == 'de' else 'news'}/{self.article.slug}"

    @property
    def picture_path(self) -> str:
        """Where its picture is."""
        return f"/pictures/{self.article.picture}.png"

    @property
    def picture_says(self) -> str:
        """What the picture shows."""
        return self.article.picture_says

    @property
    def language(self) -> str:
        """``en`` or ``de``."""
        return self.article.language

    @property
    def topic(self) -> str:
        """The section."""
        return self.article.topic

    @property
    def title(self) -> str:
        """The headline."""
        return self.article.title

    @property
    def summary(self) -> str:
        """One or two sentences."""
        return self.article.summary

    @property
    def body(self) -> tuple[str, ...]:
        """Paragraphs, headings, quotations."""
        return self.article.body


def rss(stories: Sequence[Story], origin: str) -> bytes:
    """All stories, newest first."""
    root = ET.Element("rss", {"version": "2.0"})
    channel = ET.SubElement(root, "channel")
    _add(channel, "title", COMPANY)
    _add(channel, "link", f"{origin}/")
    _add(channel, "description", f"News from {COMPANY}")
    _add(channel, "lastBuildDate", format_datetime(stories[0].at))
    _add(channel, "ttl", "15")
    ET.SubElement(
        channel,
        f"{{{_ATOM}}}link",
        {"rel": "self", "type": "application/rss+xml", "href": f"{origin}/feed.xml"},
    )
    for story in stories:
        item = ET.SubElement(channel, "item")
        _add(item, "title", story.title)
        _add(item, "link", origin + story.path)
        _add(item, "guid", origin + story.path)
        _add(item, "description", story.summary)
        _add(item, "category", story.topic)
        _add(item, "pubDate", format_datetime(story.at))
        _add(item, f"{{{_DC}}}language", story.language)
        ET.SubElement(
            item,
            f"{{{_MEDIA}}}content",
            {
                "url": origin + story.picture_path,
                "medium": "image",
                "type": "image/png",
                "width": "1200",
                "height": "630",
            },
        )
    return _written(root)


def atom(stories: Sequence[Story], origin: str) -> bytes:
    """All stories, newest first."""
    root = ET.Element(f"{{{_ATOM}}}feed")
    _add(root, f"{{{_ATOM}}}id", f"{origin}/")
    _add(root, f"{{{_ATOM}}}title", COMPANY)
    _add(root, f"{{{_ATOM}}}updated", stories[0].at.isoformat())
    ET.SubElement(root, f"{{{_ATOM}}}link", {"rel": "self", "href": f"{origin}/feed.atom"})
    _add(ET.SubElement(root, f"{{{_ATOM}}}author"), f"{{{_ATOM}}}name", COMPANY)
    for story in stories:
        entry = ET.SubElement(root, f"{{{_ATOM}}}entry", {_LANG: story.language})
        _add(entry, f"{{{_ATOM}}}id", origin + story.path)
        _add(entry, f"{{{_ATOM}}}title", story.title)
        ET.SubElement(entry, f"{{{_ATOM}}}link", {"rel": "alternate", "type": "text/html", "href": origin + story.path})
        _add(entry, f"{{{_ATOM}}}published", story.at.isoformat())
        _add(entry, f"{{{_ATOM}}}updated", story.at.isoformat())
        _add(entry, f"{{{_ATOM}}}summary", story.summary)
        ET.SubElement(entry, f"{{{_ATOM}}}category", {"term": story.topic})
        ET.SubElement(
            entry, f"{{{_MEDIA}}}content", {"url": origin + story.picture_path, "medium": "image", "type": "image/png"}
        )
    return _written(root)


def _add(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text


def _written(root: ET.Element) -> bytes:
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document
