"""Pictures for previews: small, harmless, fetched once."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import update

from advocacy.chat import Unknown
from advocacy.content import pictures as content_pictures
from advocacy.content import stories
from advocacy.content.models import Picture
from advocacy.content.pictures import SMALL_ENOUGH, WIDEST
from advocacy.db import Database, now
from advocacy.http import Blocked, Reply, TooLarge, Unreachable
from advocacy.sharing.pictures import Pictures

SITE = "https://a.example/"


def drawn(kind: str, size: tuple[int, int], mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 90).convert(mode).save(out, kind)
    return out.getvalue()


class Shelf:
    """Answers with what lies at an address, and counts."""

    def __init__(self, **kept: bytes | Exception) -> None:
        self.kept = kept
        self.asked: list[str] = []

    async def fetch(self, url: str, *, max_bytes: int, accept: str, cut: bool) -> Reply:
        assert not cut
        name = url.removeprefix(SITE)
        self.asked.append(name)
        found = self.kept.get(name, b"")
        if isinstance(found, Exception):
            raise found
        assert len(found) <= max_bytes
        return Reply(200 if found else 404, {}, found, url)


async def small_jpeg(data: bytes) -> bytes | None:
    drawn_picture = await content_pictures.draw(data)
    return None if drawn_picture is None else drawn_picture.content


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "L"), ("GIF", "P"), ("WEBP", "RGB")]
)
async def test_every_usual_picture_becomes_a_small_jpeg(kind: str, mode: str) -> None:
    """No larger than the strictest network takes, noise included; small ones are not blown up."""
    small = await small_jpeg(drawn(kind, (2400, 1600), mode))
    assert small is not None
    assert len(small) <= SMALL_ENOUGH
    with Image.open(io.BytesIO(small)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (WIDEST, 800))
    tiny = await small_jpeg(drawn(kind, (64, 32), mode))
    assert tiny is not None
    with Image.open(io.BytesIO(tiny)) as shown:
        assert shown.size == (64, 32)


async def test_transparent_parts_become_white() -> None:
    """Not black, as a plain conversion would make them."""
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    small = await small_jpeg(out.getvalue())
    assert small is not None
    with Image.open(io.BytesIO(small)) as shown:
        assert shown.getpixel((4, 4)) == (255, 255, 255)


async def test_what_is_no_picture_is_none() -> None:
    """HTML, SVG, half a file, and a bomb."""
    bomb = io.BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")
    for data in (
        b"",
        b"<html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        drawn("PNG", (90, 90))[:200],
        bomb.getvalue(),
    ):
        assert await small_jpeg(data) is None


async def test_a_picture_is_fetched_once_and_trouble_means_none() -> None:
    """A share never fails because of a picture."""
    trouble = {"a": Blocked("x"), "b": TooLarge(), "c": Unreachable(), "d": Unknown()}
    shelf = Shelf(good=drawn("PNG", (30, 20)), **trouble)
    pictures = Pictures(None, shelf)  # type: ignore[arg-type]
    assert await pictures.get(f"{SITE}good") == await pictures.get(f"{SITE}good") is not None
    assert shelf.asked == ["good"]
    for name in (*trouble, "nothing"):
        assert await pictures.get(SITE + name) is None
    assert await pictures.get("") is None
    before = len(shelf.asked)
    assert await pictures.get(f"{SITE}a") is None
    assert len(shelf.asked) == before, "a host that is away is not asked for every share"


async def test_only_the_last_pictures_are_kept() -> None:
    """Memory stays bounded however many stories there are."""
    data = drawn("PNG", (30, 20))
    shelf = Shelf(**{f"p{number}": data for number in range(40)})
    pictures = Pictures(None, shelf)  # type: ignore[arg-type]
    for number in range(40):
        await pictures.get(f"{SITE}p{number}")
    await pictures.get(f"{SITE}p39")
    await pictures.get(f"{SITE}p0")
    assert len(shelf.asked) == 41


async def test_a_stored_picture_comes_from_the_database(db: Database) -> None:
    """Not through HTTP to ourselves; kept once however often it is stored."""
    drawn_picture = await content_pictures.draw(drawn("PNG", (300, 200)))
    assert drawn_picture is not None
    async with db.write() as s:
        ref = await content_pictures.store(s, drawn_picture, "https://a.example/x.png")
        assert await content_pictures.store(s, drawn_picture) == ref
    shelf = Shelf()
    pictures = Pictures(db, shelf)  # type: ignore[arg-type]
    assert await pictures.get(ref) == drawn_picture.content
    assert await pictures.get("picture:" + "0" * 64) is None
    assert shelf.asked == []


async def test_what_became_no_story_is_forgotten(db: Database) -> None:
    """After a month without anybody looking at it; a story's stays, also when it is withdrawn."""
    month = timedelta(days=30)
    async with db.write() as s:
        refs = []
        for width in (300, 301, 302):
            made = await content_pictures.draw(drawn("PNG", (width, 200)))
            assert made is not None
            refs.append(await content_pictures.store(s, made))
        await stories.create(s, title="T", summary="", url="https://a.example/x", image_url=refs[0])
        await s.execute(update(Picture).values(created_at=now() - month - timedelta(hours=1)))
        assert await content_pictures.store(s, made) == refs[2], "it came once more"
        assert await content_pictures.forget_unused(s, month) == 1
        assert [await content_pictures.is_kept(s, one) for one in refs] == [True, False, True]
        assert not await content_pictures.is_kept(s, "https://a.example/x.png")
