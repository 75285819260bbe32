"""A link becomes a story to edit: the page is visited, and its picture stored here."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image
from sqlalchemy import update

from advocacy.content import pictures, stories
from advocacy.content.models import Story
from advocacy.content.pictures import Drawn
from advocacy.content.preview import copies
from advocacy.content.preview.fetch import MOST_BYTES, preview, with_picture
from advocacy.db import Database, now
from advocacy.http import Http
from tests.conftest import playground_settings

HOST = "https://www.site.example"
HEAD = '<html lang="de"><title>Rotor</title><meta property="og:image" content="{image}"><meta property="og:image:alt" content="Alt">'
Serve = Callable[..., Awaitable[Http]]


def png(width: int, height: int = 100) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    async def make(**answers: web.Response) -> Http:
        async def answer(request: web.Request) -> web.StreamResponse:
            kept = answers.get(request.match_info["name"])
            if kept is None:
                raise web.HTTPNotFound
            body = kept.body if isinstance(kept.body, bytes) else b""
            return web.Response(status=kept.status, body=body, headers=kept.headers)

        application = web.Application()
        application.router.add_get("/{name}", answer)
        server = TestServer(application)
        await server.start_server()
        opened.append(server)
        origin = str(server.make_url("")).rstrip("/")
        http = Http(playground_settings(f"sqlite:///{tmp_path / 'x'}", tmp_path, outside={HOST: origin}))
        await http.start()
        opened.append(http)
        return http

    opened: list[Http | TestServer] = []
    yield make
    for one in reversed(opened):
        await one.close()


def page(html: str, **headers: str) -> web.Response:
    return web.Response(text=html, content_type="text/html", headers=headers)


async def test_a_link_becomes_a_story_with_a_picture_of_ours(db: Database, serve: Serve) -> None:
    """In one go; the story keeps the picture even if the site takes it away."""
    http = await serve(
        a=page(HEAD.format(image="/b")), b=web.Response(body=png(640, 320), content_type="image/png"),
        short=web.Response(status=302, headers={"Location": "/a"}),
    )  # fmt: skip
    found = await with_picture(db, http, await preview(http, f" {HOST}/short "))
    assert (found.title, found.language, found.url, found.problem) == ("Rotor", "de", f"{HOST}/a", "")
    assert (found.image_alt, found.picture_problem, found.site) == ("Alt", "", "site.example")
    async with db.read() as s:
        kept = await pictures.load(s, found.image_url)
    assert kept is not None
    assert (kept.width, kept.height, kept.source_url) == (640, 320, f"{HOST}/b")
    with Image.open(io.BytesIO(kept.content)) as shown:
        assert shown.format == "JPEG"


async def test_a_picture_that_lies_elsewhere_is_shown_and_posted_from_our_copy(db: Database, serve: Serve) -> None:
    """Fetched once, for stories in review first; what cannot be had is not shown; another picture is another copy."""
    http = await serve(
        a=web.Response(body=png(640), content_type="image/png"), b=web.Response(body=png(300), content_type="image/png")
    )
    async with db.write() as s:
        made = [
            await stories.create(s, title=one, summary="", url=f"{HOST}/{one}", image_url=f"{HOST}/{one}")
            for one in ("a", "gone")
        ]
        old = await stories.create(s, title="old", summary="", url=f"{HOST}/old")
        await s.execute(update(Story).values(updated_at=now() - timedelta(days=1)))
    settings = http.settings
    assert pictures.address(settings, pictures.of(made[0])) == f"{HOST}/a", "nobody has looked yet"
    assert (await copies.keep(db, http, [made[0].id]), await copies.keep(db, http), await copies.keep(db, http)) == (
        1,
        1,
        0,
    )
    async with db.write() as s:
        a, gone = [await stories.get(s, one.id) for one in made]
        assert pictures.of(a).startswith("picture:")
        assert pictures.address(settings, pictures.of(a)).startswith(settings.public_url)
        assert (pictures.of(gone), pictures.of(await stories.get(s, old.id))) == ("", "")
        assert now() - a.updated_at < timedelta(minutes=1), "cards of its review are drawn anew"
        assert a.image_url == f"{HOST}/a", "what was approved stays approved"
        first = a.image_copy
        assert await pictures.forget_unused(s, timedelta(), now() + timedelta(days=9)) == 0
        await stories.edit(s, a.id, image_url=f"{HOST}/b")
        assert pictures.of(a) == f"{HOST}/b"
    assert await copies.keep(db, http) == 1
    async with db.read() as s:
        assert pictures.of(await stories.get(s, a.id)) not in {"", first}


@pytest.mark.parametrize(
    ("image", "problem"),
    [("/narrow", "narrow"), ("/svg", "not_a_picture"), ("/gone", "unreachable"), ("/html", "not_a_picture")],
)
async def test_a_picture_that_cannot_be_had_leaves_the_rest(
    db: Database, serve: Serve, image: str, problem: str
) -> None:
    """The editor is told, and chooses another."""
    http = await serve(
        a=page(HEAD.format(image=image)), narrow=web.Response(body=png(64), content_type="image/png"), html=page("<p>"),
        svg=web.Response(text="<svg xmlns='http://www.w3.org/2000/svg'/>", content_type="image/svg+xml"),
    )  # fmt: skip
    found = await with_picture(db, http, await preview(http, f"{HOST}/a"))
    assert (found.title, found.picture_problem, bool(found.image_url)) == ("Rotor", problem, problem == "narrow")


async def test_of_a_long_page_the_beginning_is_read(serve: Serve) -> None:
    """What describes it stands there; a page that never says anything is too large."""
    http = await serve(
        a=page("<title>Long</title>" + "x" * 3 * MOST_BYTES), b=page("x" * 3 * MOST_BYTES), c=page("<p>no title")
    )
    assert (await preview(http, f"{HOST}/a")).title == "Long"
    assert (await preview(http, f"{HOST}/b")).problem == "too_large"
    assert (await preview(http, f"{HOST}/c")).problem == ""


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (web.Response(body=b"%PDF-1.7 x", content_type="application/pdf"), "not_a_page"),
        (web.Response(body=b"%PDF-1.7 x", content_type="text/html"), "not_a_page"),
        (web.Response(body=b"\x00\x01" * 50, content_type="text/html"), "not_a_page"),
        (web.Response(text="{}", content_type="application/json"), "not_a_page"),
        (page("<title>Not there</title>"), ""), (web.Response(status=500), "unreachable"),
    ],
)  # fmt: skip
async def test_what_is_no_page_is_told_apart(serve: Serve, answer: web.Response, problem: str) -> None:
    """By its type, and by how it begins."""
    assert (await preview(await serve(a=answer), f"{HOST}/a")).problem == problem


def test_nothing_of_a_file_survives_but_what_it_shows() -> None:
    """No script in a comment, no place where it was taken."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "<script>secret</script>"
    Image.new("RGB", (300, 200)).save(out, "JPEG", exif=exif, comment=b"<script>secret</script>")
    assert b"secret" in out.getvalue()
    made = pictures._draw(out.getvalue() + b"<script>secret</script>")
    assert isinstance(made, Drawn)
    assert b"secret" not in made.content
