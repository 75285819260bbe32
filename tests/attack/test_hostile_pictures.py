"""Pictures that are none, or too much: refused in words, or made anew so that nothing but what they show is left."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image

from advocacy import http as http_module
from advocacy.content import visits
from advocacy.content.pictures import Drawn
from advocacy.content.preview.fetch import picture
from tests.attack.hostile_world import EVIL, TABLE, World, hostile_world, packed, ports_with

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><image href="http://127.0.0.1/"/></svg>'


def made(kind: str, size: tuple[int, int] = (300, 200), **options: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(out, kind, **options)
    return out.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *more: bytes, rows: bytes = b"") -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def frames(count: int) -> bytes:
    out = io.BytesIO()
    first, *rest = [Image.new("P", (300, 200), number % 250) for number in range(count)]
    first.save(out, "GIF", save_all=True, append_images=rest)
    return out.getvalue()


REFUSED = {
    "bomb-header": png(60_000, 60_000), "bomb-wide": png(2**31 - 1, 1), "bomb-zero": png(0, 0),
    "bomb-real": png(30_000, 30_000, rows=packed("deflate", 30_000 * 3751)),
    "bomb-warned": png(10_000, 9_500, rows=packed("deflate", 9_500 * 1251)),
    "bomb-text": png(9, 9, chunk(b"zTXt", b"a\0\0" + packed("deflate", 80_000_000))),
    "gif-bomb": b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\x80\0\0" + b"\0" * 6 + b",\0\0\0\0\xff\xff\xff\xff\0\x08\x01\0;",
    "svg": SVG, "svg-with-bom": b"\xef\xbb\xbf" + SVG, "html": b"<html><script>alert(1)</script>", "empty": b"", "text": b"hello",
    "jpeg-cut": made("JPEG")[:900], "png-cut": made("PNG")[:900], "gif-cut": made("GIF")[:40], "webp-cut": made("WEBP")[:300],
    "jpeg-head": b"\xff\xd8\xff", "png-head": b"\x89PNG\r\n\x1a\n", "webp-head": b"RIFF\xff\xff\xff\xffWEBPVP8 ",
    "bmp": made("BMP"), "tiff": made("TIFF"), "ico": made("ICO", (64, 64)), "ppm": made("PPM"), "tga": made("TGA"),
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n", "pdf": b"%PDF-1.7\n", "wmf": b"\xd7\xcd\xc6\x9a" + b"\0" * 60,
    "mp4": b"\0\0\0\x18ftypmp42" + b"\0" * 40, "avif": b"\0\0\0\x1cftypavif" + b"\0" * 40,
    "gzip-of-svg": packed("gzip", 1000), "zip": b"PK\x03\x04" + b"\0" * 60,
}  # fmt: skip
REMADE = {
    "gif-and-script": b"GIF89a" + made("GIF")[6:] + b"/*<script>alert(1)</script>*/", "jpeg-and-zip": made("JPEG") + b"PK\x03\x04<script>",
    "jpeg-comment": made("JPEG", comment=b"<script>alert(1)</script>"), "animation": frames(200), "png-as-jpeg": made("PNG"),
}  # fmt: skip


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    async with hostile_world(tmp_path) as made_world:
        monkeypatch.setattr(http_module, "PORTS", ports_with(made_world.port))
        yield made_world
        assert made_world.reached == [], "the forbidden server was reached"


def note(case: str, got: str) -> None:
    TABLE.append((f"picture {case}", got))


@pytest.mark.parametrize("case", REFUSED)
async def test_what_is_no_picture_is_refused(world: World, case: str) -> None:
    """Whatever its server calls it; without unfolding it first."""
    world.bodies["x"] = ("Content-Type: image/png\r\n", REFUSED[case])
    tracemalloc.start()
    got = await picture(world.http, f"{EVIL}/x")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    note(case, str(got))
    assert got == "not_a_picture"
    assert peak < 60_000_000


@pytest.mark.parametrize("case", REMADE)
async def test_what_hides_in_a_picture_is_gone(world: World, case: str) -> None:
    """It is drawn anew: one JPEG, one frame, no comments, nothing behind its end."""
    world.bodies["x"] = ("Content-Type: image/jpeg\r\n", REMADE[case])
    got = await picture(world.http, f"{EVIL}/x")
    assert isinstance(got, Drawn)
    note(case, "made anew")
    assert got.content.startswith(b"\xff\xd8\xff")
    assert got.content.endswith(b"\xff\xd9")
    assert b"script" not in got.content
    assert b"PK\x03\x04<" not in got.content


@pytest.mark.parametrize(
    ("case", "headers", "body", "wanted"),
    [
        ("six-megabytes", "Content-Type: image/png\r\n", b"\x89PNG" + b"x" * 6_000_000, "too_large"),
        ("gzip-bomb", "Content-Type: image/png\r\nContent-Encoding: gzip\r\n", packed("gzip", 200_000_000), "too_large"),
        ("deflate-bomb", "Content-Encoding: deflate\r\n", packed("deflate", 200_000_000), "too_large"),
    ],
)  # fmt: skip
async def test_what_is_too_much_is_left(world: World, case: str, headers: str, body: bytes, wanted: str) -> None:
    """Counted after unpacking."""
    world.bodies["x"] = (headers, body)
    got = str(await picture(world.http, f"{EVIL}/x"))
    note(case, got)
    assert got == wanted


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("endless?type=image/png", "too_large"), ("slow-body", "slow"), ("silent", "slow"), ("loop", "redirects"),
        ("to?to={inside}", "private_link"), ("to?status=308&hops=3&to={inside}", "private_link"), ("short", "unreachable"),
    ],
)  # fmt: skip
async def test_a_picture_s_server_is_not_trusted_either(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str, wanted: str
) -> None:
    """A page of good repute may name a picture anywhere."""
    monkeypatch.setattr(visits, "PATIENCE", 1.0)
    inside = quote(f"http://127.0.0.1:{world.port}/", safe="")
    got = str(await picture(world.http, f"{EVIL}/{path.format(inside=inside)}"))
    note(path, got)
    assert got == wanted


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{p}/", "http://0x7f.1:{p}/", "http://private.example:{p}/", "data:image/png;base64,AA"]
)
async def test_a_picture_inside_is_refused(world: World, url: str) -> None:
    """Like a link."""
    got = str(await picture(world.http, url.format(p=world.port)))
    note(url, got)
    assert got in {"private_link", "bad_link"}


def test_the_table() -> None:
    """Printed with ``-s``: links too, when they ran before."""
    print()
    for case, got in TABLE:
        print(f"  {case:<36} {got}")
    print(f"  {len(TABLE)} hostile links and pictures; the forbidden server counted 0 connections")
    assert {got for _, got in TABLE} <= {*visits.PROBLEMS, "made anew"}
