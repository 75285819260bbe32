"""A web page as bytes becomes what a story needs: title, summary, picture, language, site. Plain text only.

Read are Open Graph (https://ogp.me), Twitter cards, JSON-LD of schema.org, and what HTML itself says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from advocacy.content import addresses
from advocacy.content.fields import MAX_ALT, MAX_SITE, MAX_TITLE, language_in
from advocacy.content.plain import plain, shorten, unescaped
from advocacy.content.preview import linked_data
from advocacy.content.preview.tags import Tag, tags

SUMMARY = 600
"""Characters of a summary."""
MOST_IMAGES = 5
_MOST_METAS, _MOST_SCRIPTS = 500, 10
_MOST_TEXT = 5000
"""Characters of one value that are looked at."""
_JOINTS = (" | ", " - ", " – ", " — ", " · ", " :: ")
"""Between a page's title and its site's name."""
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]{2,20})", re.IGNORECASE)
_CHARSETS = re.compile(
    r"utf-?8|utf-16(le|be)?|iso-8859-\d{1,2}|windows-125\d|windows-874|koi8-[ru]|shift[_-]jis|euc-(jp|kr)|iso-2022-jp"
    r"|gbk|gb2312|gb18030|big5|us-ascii"
)
"""Those that pages are written in; others (such as UTF-7) are asked for by attackers only."""
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of itself; empty where it says nothing."""

    title: str = ""
    summary: str = ""
    canonical: str = ""
    """Its own address, if it is one of the same host and may be a story's link."""
    site: str = ""
    language: str = ""
    """Two or three letters."""
    images: tuple[str, ...] = ()
    """Addresses of pictures, the best first."""
    image_alt: str = ""


@dataclass(slots=True)
class _Head:
    metas: dict[str, str] = field(default_factory=dict)
    """By name or property; the first of each."""
    images: list[str] = field(default_factory=list)
    title: str = ""
    language: str = ""
    canonical: str = ""
    scripts: list[str] = field(default_factory=list)


_IMAGE_NAMES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")


def read(data: bytes, *, url: str, charset: str = "") -> Page:
    """Take a page apart. ``url`` is where it came from in the end. Never raises on what is inside."""
    head = _head(tags(text_of(data, charset)))
    told = linked_data.first_article(head.scripts)
    metas = head.metas
    site = _first((metas.get("og:site_name"), told.site, metas.get("application-name"), _host(url)), MAX_SITE)
    titles = (metas.get("og:title"), metas.get("twitter:title"), told.title, head.title, metas.get("title"))
    summaries = (
        metas.get("og:description"), metas.get("twitter:description"), metas.get("description"), told.summary,
    )  # fmt: skip
    languages = (
        head.language, metas.get("og:locale"), told.language, metas.get("content-language"), metas.get("language"),
    )  # fmt: skip
    return Page(
        title=_without_site(_first(titles, MAX_TITLE), site),
        summary=_first(summaries, SUMMARY),
        canonical=_canonical((head.canonical, metas.get("og:url", "")), url),
        site=site,
        language=next((code for code in map(language_in, filter(None, languages)) if code), ""),
        images=tuple(_usable((*_meta_images(metas), *head.images, *told.images), url)),
        image_alt=_first((metas.get("og:image:alt"), metas.get("twitter:image:alt"), told.image_alt), MAX_ALT),
    )


def text_of(data: bytes, charset: str = "") -> str:
    """The page as text: by its byte order mark, else as the server says, else as it says itself, else a guess."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    declared = _DECLARED.search(data[:4096])
    own = declared[1].decode("ascii").lower() if declared else ""
    own = "utf-8" if own.startswith("utf-16") else own  # it could not have been read if it were
    for name in (charset.strip().strip("\"'").lower(), own):
        if _CHARSETS.fullmatch(name):
            # What says Latin-1 is Windows-1252: https://encoding.spec.whatwg.org/#names-and-labels
            known = "windows-1252" if name in {"iso-8859-1", "us-ascii"} else name
            try:
                return data.decode(known, "replace")
            except LookupError:
                continue
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        is_cut_there = error.start > len(data) - 4  # the last letter, where we stopped reading
        return data.decode("utf-8" if is_cut_there else "windows-1252", "replace")


def _head(found: Iterable[Tag]) -> _Head:
    head = _Head()
    for tag in found:
        said = tag.attributes
        if tag.name == "html":
            head.language = head.language or said.get("lang", "") or said.get("xml:lang", "")
        elif tag.name == "title":
            head.title = head.title or unescaped(tag.text[:_MOST_TEXT])
        elif tag.name == "meta":
            _take_meta(head, tag)
        elif tag.name == "link":
            kinds = said.get("rel", "").lower().split()
            if "canonical" in kinds:
                head.canonical = head.canonical or said.get("href", "")
            if "image_src" in kinds and len(head.images) < MOST_IMAGES:
                head.images.append(said.get("href", ""))
        elif tag.name == "script" and "ld+json" in said.get("type", "").lower():
            head.scripts = [*head.scripts, tag.text][:_MOST_SCRIPTS]
    return head


def _take_meta(head: _Head, tag: Tag) -> None:
    said = tag.attributes
    name = (said.get("property") or said.get("name") or said.get("http-equiv") or said.get("itemprop") or "").lower()
    content = said.get("content", "")[:_MOST_TEXT]
    if name and content.strip() and len(head.metas) < _MOST_METAS:
        head.metas.setdefault(name.strip(), content)


def _meta_images(metas: dict[str, str]) -> Iterator[str]:
    return (metas[name] for name in _IMAGE_NAMES if name in metas)


def _usable(images: Iterable[str], url: str) -> Iterator[str]:
    """Whole addresses of pictures that may be fetched, each once."""
    whole = dict.fromkeys(addresses.joined(url, image.strip()) for image in images if image.strip())
    fitting = (image for image in whole if image and not addresses.problem(image))
    for count, image in enumerate(fitting):
        if count < MOST_IMAGES:
            yield image


def _canonical(offers: Iterable[str], url: str) -> str:
    """The address a page gives itself: believed for its own host, unless it would lead to the front page instead."""
    here = urlsplit(url)
    for offer in offers:
        whole = addresses.joined(url, offer.strip())
        if not whole or addresses.problem(whole):
            continue
        there = urlsplit(whole)
        is_worse = there.scheme not in {here.scheme, "https"}
        leads_elsewhere = there.path in {"", "/"} and here.path not in {"", "/"}
        if there.netloc.lower() == here.netloc.lower() and not is_worse and not leads_elsewhere:
            return whole
    return ""


def _first(values: Iterable[str | None], most: int) -> str:
    """The first of them that has words."""
    words = (plain(value) for value in values if value)
    return shorten(next((one for one in words if one), ""), most)


def _without_site(title: str, site: str) -> str:
    for joint in _JOINTS:
        if site and title.lower().endswith((joint + site).lower()):
            return title[: -len(joint + site)].rstrip() or title
    return title


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


__all__ = ["Page", "read", "text_of"]
