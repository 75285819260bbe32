"""Pictures for previews: fetched once, made small enough for every network."""

from __future__ import annotations

import asyncio
import io
from collections import OrderedDict

from PIL import Image, ImageOps, UnidentifiedImageError

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


class Pictures:
    """The last few pictures, by address."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def get(self, url: str) -> bytes | None:
        """The picture as a small JPEG; ``None`` when there is none to be had. Never raises for what is out there."""
        if not url:
            return None
        async with self._one_at_a_time:  # many people share one story at once: fetch and shrink its picture once
            if url not in self._kept:
                picture = await self._fetch(url)
                if picture is None:
                    return None
                self._kept[url] = picture
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(url)
            return self._kept[url]

    async def _fetch(self, url: str) -> bytes | None:
        try:
            async with asyncio.timeout(PATIENCE):
                reply = await self._http.fetch(url, max_bytes=MOST_BYTES, accept="image/*")
        except (Blocked, TooLarge, Unreachable, Unknown, TimeoutError):
            return None
        return await asyncio.to_thread(small_jpeg, reply.body) if reply.ok else None


def small_jpeg(data: bytes) -> bytes | None:
    """A JPEG at most 1,200 pixels wide or high and 950,000 bytes large; ``None`` when this is no picture."""
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
