"""Pictures for previews: fetched once, made small enough for every network."""

from __future__ import annotations

import asyncio
import io
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from advocacy.chat import Unknown
from advocacy.http import Blocked, Http, TooLarge, Unreachable

MOST_BYTES = 5_000_000
MOST_PIXELS = 40_000_000
WIDEST = 1200
SMALL_ENOUGH = 950_000
"""Bytes; Bluesky takes 1,000,000."""
PATIENCE = 8.0
KEPT = 32
"""Pictures kept in memory, at most ``SMALL_ENOUGH`` each."""
FORGET_TROUBLE = 60.0
"""Seconds until a picture that could not be had is asked for again."""


@dataclass(slots=True)
class _Shelf:
    """One address: fetched by one, waited for by all others who want the same at that moment."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    picture: bytes | None = None
    again_at: float = 0.0
    """When it is worth asking (again), on the monotonic clock."""


class Pictures:
    """The last few pictures, by address."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._shelves: OrderedDict[str, _Shelf] = OrderedDict()

    async def get(self, url: str) -> bytes | None:
        """The picture as a small JPEG; ``None`` when there is none to be had. Never raises for what is out there."""
        if not url:
            return None
        shelf = self._shelves.setdefault(url, _Shelf())
        self._shelves.move_to_end(url)
        while len(self._shelves) > KEPT:
            self._shelves.popitem(last=False)
        async with shelf.lock:
            if shelf.picture is None and time.monotonic() >= shelf.again_at:
                shelf.picture = await self._fetch(url)
                shelf.again_at = time.monotonic() + FORGET_TROUBLE
        return shelf.picture

    async def _fetch(self, url: str) -> bytes | None:
        try:
            async with asyncio.timeout(PATIENCE):
                reply = await self._http.fetch(url, max_bytes=MOST_BYTES, accept="image/*")
        except (Blocked, TooLarge, Unreachable, Unknown, TimeoutError):
            return None
        return await asyncio.to_thread(small_jpeg, reply.body) if reply.ok else None


def small_jpeg(data: bytes) -> bytes | None:
    """A JPEG at most 1,200 pixels wide or high and 950,000 bytes large; ``None`` when this is no picture."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "GIF", "WEBP")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return None
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A"))
    flat.thumbnail((WIDEST, WIDEST))
    for quality in (88, 75, 60, 40):
        out = io.BytesIO()
        flat.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= SMALL_ENOUGH:
            return out.getvalue()
    return None


__all__ = ["Pictures", "small_jpeg"]
