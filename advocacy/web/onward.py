"""The answer that leads on, written in one piece: made as aiohttp makes answers, it costs more than all the rest."""

from __future__ import annotations

import time
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from yarl import URL

# A permanent or cached redirect would hide later clicks and outlive a recall. The page we lead to learns the host
# people come from, as we do, and no more. Nobody's search results shall list a colleague's link.
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Robots-Tag": "noindex",
}
_REST: Final = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())


def onward(request: web.BaseRequest, url: str) -> web.StreamResponse:
    """Lead on to this address. An old or closing connection is answered by aiohttp, which knows its rules."""
    if request.version >= (1, 1) and request.keep_alive:
        return Onward(url)
    return web.Response(status=HTTPStatus.FOUND, headers={"Location": _ascii(url), **HEADERS})


class Onward(web.StreamResponse):
    """302 with nothing to read, on a connection that stays open."""

    def __init__(self, url: str) -> None:
        super().__init__(status=HTTPStatus.FOUND, reason="Found")
        self._whole = b"".join((_head(url), _date(int(time.time())), b"\r\n\r\n"))

    @property
    def keep_alive(self) -> bool:
        """It does."""
        return True

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write all of it. Raises ``ConnectionResetError`` when nobody is there any more."""
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError
        transport.write(self._whole)
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to be written."""


@lru_cache(maxsize=4096)
def _head(url: str) -> bytes:
    """Everything but the date, which comes last."""
    return f"HTTP/1.1 302 Found\r\nLocation: {_ascii(url)}\r\n{_REST}Content-Length: 0\r\nDate: ".encode()


@lru_cache(maxsize=2)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()


def _ascii(url: str) -> str:
    """As it may stand in a header: nothing in it ends the line."""
    return url if url.isascii() and url.isprintable() else str(URL(url))


__all__ = ["HEADERS", "Onward", "onward"]
