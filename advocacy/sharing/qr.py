"""QR codes that cameras read from the last row: dark on white, with the quiet zone that the standard asks for."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Literal

QUIET = 4
"""Modules of white on each side (ISO/IEC 18004)."""
WIDE = 800
"""Pixels of a PNG, at least: sharp on a slide."""


@lru_cache(maxsize=256)
def draw(address: str, kind: Literal["png", "svg"]) -> bytes:
    """The address as a QR code; about 15 % of it may be covered or dirty (level M), more where it fits."""
    import segno  # drawn seldom, so loaded then

    code = segno.make_qr(address, error="m")
    out = io.BytesIO()
    look = {"border": QUIET, "dark": "#000", "light": "#fff", "scale": -(-WIDE // code.symbol_size(border=QUIET)[0])}
    if kind == "svg":
        code.save(out, kind="svg", title=address, svgclass=None, lineclass=None, **look)
    else:
        code.save(out, kind="png", **look)
    return out.getvalue()


__all__ = ["QUIET", "WIDE", "draw"]
