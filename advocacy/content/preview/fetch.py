"""From a link to what a story needs, in seconds: the page behind it is visited once, through the guarded client."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from email.message import Message as Headers

from advocacy.content import addresses, pictures
from advocacy.content.pictures import Drawn
from advocacy.content.preview import page
from advocacy.content.visits import visit
from advocacy.db import Database
from advocacy.http import Http, Reply

MOST_BYTES = 1_000_000
"""Of a page; what describes it stands at its beginning, so of a longer one the rest is not read."""
MOST_TRIES = 2
"""So many of a page's pictures are tried."""
_ACCEPT = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1"
_PAGES = ("text/html", "application/xhtml+xml", "")
_NO_TEXT = re.compile(rb"%PDF-|\x89PNG|GIF8|\xff\xd8\xff|PK\x03\x04|\x1f\x8b|RIFF")
"""How files begin that are no page, whatever their server calls them."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A page as a story: everything can be edited. With a ``problem`` only ``url`` is there."""

    url: str
    """As the page wants to be linked; what was typed when there was a problem."""
    title: str = ""
    summary: str = ""
    site: str = ""
    language: str = ""
    """Empty when the page does not say."""
    images: tuple[str, ...] = ()
    """Addresses of pictures, the best first; not visited yet."""
    image_url: str = ""
    """``picture:<sha256>``, once ``with_picture`` has stored one."""
    image_alt: str = ""
    picture_problem: str = ""
    """Why it has none although the page names some: a code of ``visits.PROBLEMS``; or ``narrow``, if it has a small
    one."""
    problem: str = ""
    """A code of ``visits.PROBLEMS``, or nothing."""


async def preview(http: Http, url: str) -> Preview:
    """Look at a page. Takes eight seconds at most; never raises for what is out there."""
    url = url.strip()
    answer = await visit(http, url, accept=_ACCEPT, max_bytes=MOST_BYTES, cut=True)
    if isinstance(answer, str):
        return Preview(url, problem=answer)
    kind, charset = _kind(answer)
    if kind not in _PAGES or not _is_text(answer.body):
        return Preview(url, problem="not_a_page")
    found = await asyncio.to_thread(page.read, answer.body, url=answer.url, charset=charset)
    if not found.title and answer.is_cut:
        return Preview(url, problem="too_large")
    here = found.canonical or answer.url
    return Preview(
        here if not addresses.problem(here) else url, found.title, found.summary, found.site, found.language,
        found.images, image_alt=found.image_alt,
    )  # fmt: skip


async def with_picture(db: Database, http: Http, found: Preview) -> Preview:
    """The same with the first of its pictures that can be had, stored here."""
    if found.problem or not found.images:
        return found
    problem = ""
    for url in found.images[:MOST_TRIES]:
        drawn = await picture(http, url)
        if isinstance(drawn, Drawn):
            async with db.write() as s:
                image_url = await pictures.store(s, drawn, url)
            return replace(found, image_url=image_url, picture_problem="narrow" if drawn.is_narrow else "")
        problem = problem or drawn
    return replace(found, image_alt="", picture_problem=problem)


async def picture(http: Http, url: str) -> Drawn | str:
    """Fetch one picture and make it small; or a code of ``visits.PROBLEMS``. Nothing is stored."""
    answer = await visit(http, url, accept=pictures.ACCEPT, max_bytes=pictures.MOST_BYTES)
    if isinstance(answer, str):
        return answer
    return await pictures.draw(answer.body) or "not_a_picture"


def _kind(answer: Reply) -> tuple[str, str]:
    """The content type and character set that the server names."""
    said = Headers()
    said["Content-Type"] = answer.headers.get("Content-Type", "").replace("\n", " ").replace("\r", " ")[:200]
    kind = said.get_content_type() if answer.headers.get("Content-Type") else ""
    charset = said.get_param("charset", "")
    return kind, charset if isinstance(charset, str) else ""


def _is_text(data: bytes) -> bool:
    if not data.strip() or _NO_TEXT.match(data):
        return False
    return b"\x00" not in data[:1024] or data.startswith((b"\xff\xfe", b"\xfe\xff"))


__all__ = ["MOST_BYTES", "Preview", "picture", "preview", "with_picture"]
