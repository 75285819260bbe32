"""A short domain of the company's: links on both hosts, everything else only at home."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import ValidationError

from advocacy.config import Settings
from advocacy.sharing import links
from advocacy.web import short_host
from tests.conftest import playground_settings

PATHS = ("/r/aB3dEfGh9", "/static/site.css", "/healthz", "/", "/sign-in", "/slack/events")
OPEN = {"/r/aB3dEfGh9", "/static/site.css", "/healthz"}


@pytest.mark.parametrize(("home", "otherwise"), [("", 404), ("https://www.nordlicht.example", 302)])
async def test_only_links_are_served_on_the_short_domain(tmp_path: Path, home: str, otherwise: int) -> None:
    """Not the way to sign in, not what Slack calls; on the public address all is as before."""
    settings = playground_settings(
        "sqlite:///unused", tmp_path, public_url="https://advocacy.nordlicht.example",
        short_url="https://GO.nordlicht.example/", short_home=home,
    )  # fmt: skip
    application = web.Application(middlewares=short_host.guard(settings))

    async def show(_request: web.Request) -> web.Response:
        return web.Response(text="here")

    application.router.add_route("*", "/{rest:.*}", show)
    async with TestClient(TestServer(application)) as client:
        for host, served in (("go.nordlicht.example", OPEN), ("advocacy.nordlicht.example", set(PATHS))):
            for path in PATHS:
                answer = await client.get(path, headers={"Host": host}, allow_redirects=False)
                assert answer.status == (200 if path in served else otherwise), (host, path)
                assert answer.headers.get("Location", home) == home
        assert (await client.post("/slack/events", headers={"Host": "go.nordlicht.example"})).status == 404


def test_links_are_made_under_it_and_found_under_both(tmp_path: Path) -> None:
    """A text that was written before the short domain came still holds its link."""
    before = playground_settings("sqlite:///unused", tmp_path, public_url="https://advocacy.nordlicht.example")
    after = before.model_copy(update={"short_url": "https://go.nordlicht.example/"})
    old, new = links.address(before, "aB3dEfGh9"), links.address(after, "aB3dEfGh9")
    assert new == "https://go.nordlicht.example/r/aB3dEfGh9"
    assert [links.find(after, f"Look: {one}.") for one in (old, new)] == [old, new]
    assert links.picture(after, "rotor", "png") == "https://advocacy.nordlicht.example/pictures/links/rotor.png"
    assert short_host.guard(before) == []
    assert short_host.guard(before.model_copy(update={"short_url": before.public_url})) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"short_url": "http://go.example.com"}, "ADVOCACY_SHORT_URL must begin with https://"),
        ({"short_url": "https://example.com/go"}, "must be a domain without a path"),
        ({"short_url": "go.example.com"}, "must be a domain without a path"),
        ({"short_home": "http://example.com"}, "ADVOCACY_SHORT_HOME must begin with https://"),
    ],
)
def test_what_is_no_short_domain_is_refused_at_start(tmp_path: Path, changes: dict[str, str], sentence: str) -> None:
    """With a sentence that says how to write it."""
    public = {"playground": False, "public_url": "https://advocacy.example.com"}
    with pytest.raises(ValidationError, match=sentence):
        playground_settings("sqlite:///unused", tmp_path, **public, **changes)


def test_settings_without_one_are_as_before(settings: Settings) -> None:
    """Links are under the public address."""
    assert settings.link_url == settings.public_url
