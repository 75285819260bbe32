"""A story's own link: one, with names that keep working, and a QR code that cameras read."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from sqlalchemy import func, insert, select, update

from advocacy.config import Settings
from advocacy.content.models import Story
from advocacy.db import Database
from advocacy.sharing import links, qr, story_links
from advocacy.sharing.link_table import LinkTable
from advocacy.sharing.models import Link
from advocacy.sharing.story_links import BadName


async def a_story(db: Database) -> int:
    async with db.write() as s:
        made = insert(Story).values(title="The rotor", url="https://example.com/a", language="en").returning(Story.id)
        return (await s.scalars(made)).one()


async def own(db: Database, settings: Settings, story_id: int) -> Link:
    async with db.write() as s:
        return await story_links.get(s, settings, await s.get_one(Story, story_id))


async def rename(db: Database, link: Link, wish: str) -> str:
    async with db.write() as s:
        return await story_links.rename(s, link, wish)


async def test_a_story_has_one_link_of_its_own(db: Database, settings: Settings) -> None:
    """It belongs to no person and no network, and follows the story when that gets another address."""
    story_id = await a_story(db)
    first = await own(db, settings, story_id)
    assert (first.share_id, first.person_id, first.network, first.url) == (None, None, "", "https://example.com/a")
    elsewhere = LinkTable(db)
    await elsewhere.load()
    async with db.write() as s:
        await links.make(s, url="https://example.com/a", story_id=story_id, person_id=None, network="x", share_id=1)
        await s.execute(update(Story).values(url="https://example.com/b"))
    again = await own(db, settings, story_id)
    assert (again.id, again.url) == (first.id, "https://example.com/b")
    await elsewhere.refresh()
    assert elsewhere.get(first.code).url == "https://example.com/b"
    async with db.read() as s:
        assert await s.scalar(select(func.count()).select_from(Link)) == 2


async def test_names_keep_working(db: Database, settings: Settings) -> None:
    """The newest is shown, earlier ones lead on in every process; one can be taken up again, not by another story."""
    story_id = await a_story(db)
    link, other = await own(db, settings, story_id), await own(db, settings, await a_story(db))
    here, elsewhere = LinkTable(db), LinkTable(db)
    await elsewhere.load()
    for wish, name in [("Rotor", "rotor"), ("Größter Rotor!", "groesster-rotor"), ("rotor", "rotor")]:
        assert await rename(db, link, wish) == name
    async with db.read() as s:
        assert await story_links.names(s, link) == ["rotor", "groesster-rotor"]
    with pytest.raises(BadName, match="taken"):
        await rename(db, other, "groesster rotor")
    with pytest.raises(BadName, match="taken"):
        await rename(db, other, await _plain_code(db, story_id))
    await elsewhere.refresh()
    for word in ("rotor", "groesster-rotor"):
        assert elsewhere.get(word).link_id == (await here.find(word.title())).link_id == link.id
    async with db.write() as s:
        await links.stop_story(s, story_id)
    await elsewhere.refresh()
    here.stop_story(story_id)
    assert elsewhere.get("rotor").stopped
    assert (await here.find("Rotor")).stopped


async def _plain_code(db: Database, story_id: int) -> str:
    """The code of a link that could be a name."""
    async with db.write() as s:
        s.add(Link(code="abcdefghj", url="https://example.com/", story_id=story_id, share_id=7))
    return "abcdefghj"


@pytest.mark.parametrize(
    ("wish", "code"),
    [("", "short"), ("a!", "short"), ("日本", "short"), ("x" * 41, "long"), ("Sign in", "reserved"), ("QR", "short"),
     ("API", "reserved")],
)  # fmt: skip
async def test_names_that_cannot_be(db: Database, settings: Settings, wish: str, code: str) -> None:
    """Too short, too long, or a word that we may need there."""
    link = await own(db, settings, await a_story(db))
    with pytest.raises(BadName, match=code):
        await rename(db, link, wish)


def test_a_qr_code_has_contrast_and_a_quiet_zone() -> None:
    """Black on white, four modules of white around it, wide enough for a slide; the same as a drawing without pixels."""
    address = "https://go.nordlicht.example/r/rotor"
    with Image.open(io.BytesIO(qr.draw(address, "png"))) as opened:
        picture = opened.convert("RGB")
    assert picture.width == picture.height >= qr.WIDE
    assert {color for _count, color in picture.getcolors()} == {(0, 0, 0), (255, 255, 255)}
    left, top, right, _bottom = picture.convert("L").point(lambda value: 255 - value).getbbox()
    module = left // qr.QUIET
    assert left == top == picture.width - right == module * qr.QUIET
    assert picture.width % module == 0
    drawing = qr.draw(address, "svg").decode()
    assert f"<title>{address}</title>" in drawing
    assert "#fff" in drawing
    assert "script" not in drawing
