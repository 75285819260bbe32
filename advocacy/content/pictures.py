"""Pictures of stories: fetched once, checked, made small, kept under their hash and served by us."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.config import Settings
from advocacy.content.models import Picture, Story
from advocacy.db import insert_into, now

MOST_BYTES = 5_000_000
MOST_PIXELS = 40_000_000
WIDEST = 1200
SMALL_ENOUGH = 950_000
"""Bytes; Bluesky takes 1,000,000."""
ACCEPT = "image/jpeg,image/png,image/gif,image/webp"
NARROW = 200
"""Pixels; narrower pictures look blurred or are left out on most networks."""
FOLDER = "/pictures/stories"
"""Where our pages serve them."""
NONE = "none"
"""In ``Story.image_copy``: there is no picture to be had there."""
_PREFIX = "picture:"
_HANDS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pictures")
"""At 40 million pixels one takes 300 MB for a moment: many at once would take all there is."""
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as it is kept: a JPEG, and its size in pixels."""

    content: bytes
    width: int
    height: int

    @property
    def is_narrow(self) -> bool:
        """Too narrow to look good."""
        return self.width < NARROW


def of(story: Story) -> str:
    """The picture that is shown and posted: its own, or our copy of it where it lies elsewhere; empty without one."""
    if stored(story.image_url) or not story.image_copy:
        return story.image_url
    return "" if story.image_copy == NONE else story.image_copy


def lies_elsewhere() -> tuple[ColumnElement[bool], ...]:
    """Conditions of a query for stories: there is a picture, it is not ours, and nobody has looked for it yet."""
    return Story.image_url != "", ~Story.image_url.startswith(_PREFIX), Story.image_copy == ""


def address(settings: Settings, image_url: str) -> str:
    """Where a browser or a chat platform finds a story's picture: ours for a stored one, else the address itself."""
    sha256 = stored(image_url)
    return f"{settings.public_url.rstrip('/')}{FOLDER}/{sha256}.jpg" if sha256 else image_url


def stored(image_url: str) -> str:
    """The hash that a story's ``picture:…`` names; empty for an address of the outside world."""
    sha256 = image_url.removeprefix(_PREFIX)
    return sha256 if image_url.startswith(_PREFIX) and _HASH.fullmatch(sha256) else ""


async def load(s: AsyncSession, image_url: str) -> Picture | None:
    """The stored picture behind ``picture:<sha256>``."""
    sha256 = stored(image_url)
    if not sha256:
        return None
    found: Picture | None = await s.scalar(select(Picture).where(Picture.sha256 == sha256))
    return found


async def is_kept(s: AsyncSession, image_url: str) -> bool:
    """Is it stored? Asked without reading the picture itself."""
    sha256 = stored(image_url)
    return bool(sha256) and await s.scalar(select(Picture.id).where(Picture.sha256 == sha256)) is not None


async def store(s: AsyncSession, drawn: Drawn, source_url: str = "") -> str:
    """Keep a picture, once however often it comes; answers what a story's ``image_url`` says of it."""
    sha256 = hashlib.sha256(drawn.content).hexdigest()
    values = {
        "sha256": sha256, "content": drawn.content, "width": drawn.width, "height": drawn.height,
        "source_url": source_url[:2000],
    }  # fmt: skip
    again = {"index_elements": ["sha256"], "set_": {"created_at": now()}}
    await s.execute(insert_into(s, Picture).values(**values).on_conflict_do_update(**again))
    return _PREFIX + sha256


async def forget_unused(s: AsyncSession, older_than: timedelta, at: datetime | None = None) -> int:
    """Delete what was looked at but never became a story's, or is no longer; answers how many."""
    columns = (Story.image_url, Story.image_copy)
    used = [select(one).where(one.startswith(_PREFIX)) for one in columns]
    unused = [(literal(_PREFIX) + Picture.sha256).not_in(one) for one in used]
    stale = delete(Picture).where(Picture.created_at < (at or now()) - older_than, *unused)
    gone = await s.execute(stale.execution_options(synchronize_session=False))
    return int(getattr(gone, "rowcount", 0))


async def draw(data: bytes) -> Drawn | None:
    """A JPEG at most 1,200 pixels wide or high and 950,000 bytes large; ``None`` when this is no picture.

    Drawn beside the loop that answers people; those that come while two are drawn wait.
    """
    return await asyncio.get_running_loop().run_in_executor(_HANDS, _draw, data)


def _draw(data: bytes) -> Drawn | None:
    """Nothing of the file survives but what it shows: no script in a comment, no place where it was taken."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "GIF", "WEBP")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return None
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, *bombs):
        return None
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A"))
    flat.thumbnail((WIDEST, WIDEST))
    for quality in (88, 75, 60, 40):
        out = io.BytesIO()
        flat.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= SMALL_ENOUGH:
            return Drawn(out.getvalue(), *flat.size)
    return None


__all__ = [
    "ACCEPT", "FOLDER", "MOST_BYTES", "NONE", "Drawn", "address", "draw", "forget_unused", "is_kept", "lies_elsewhere",
    "load", "of", "store", "stored",
]  # fmt: skip
