"""Addresses that cannot be, or that hide where they lead; and e-mail addresses that nobody confirmed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from advocacy.chat import UserRef
from advocacy.content import addresses
from advocacy.http import Blocked, Http
from advocacy.slack.answers import Answers
from advocacy.slack.calls import Calls
from advocacy.slack.send import SlackPlatform
from tests.conftest import playground_settings

HOST = "https://hostile.example"


@pytest.mark.parametrize(
    "url",
    [
        "https://ü..example/", "https://xn--\u2603.example/", "https://exa\u200bmple.example/", "https://\ud800.example/",
        "https://a.example/\ud800", f"https://{'ü' * 70}.example/",
    ],
)  # fmt: skip
def test_a_name_that_cannot_be_is_no_link(url: str) -> None:
    """Its redirect could never be written."""
    assert addresses.problem(url) == "bad_link"


@pytest.mark.parametrize("url", ["https://ü.example/ä?ö=1#x", "https://a_b.example/", "https://a.example/\u202e"])
def test_names_in_other_letters_are_links(url: str) -> None:
    """Umlauts and underscores are in use."""
    assert addresses.problem(url) == ""


@pytest.mark.parametrize("host", ["[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]", "[::ffff:10.0.0.1]"])
def test_a_private_address_inside_another_is_private(host: str) -> None:
    """A story's link is judged like an address that is fetched."""
    assert addresses.problem(f"https://{host}/") == "private_link"


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[Http]:
    async def onward(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": request.query["to"]})

    application = web.Application()
    application.router.add_get("/", onward)
    async with TestServer(application) as here:
        origin = str(here.make_url("")).rstrip("/")
        made = Http(playground_settings(f"sqlite:///{tmp_path / 'x'}", tmp_path, outside={HOST: origin}))
        await made.start()
        yield made
        await made.close()


@pytest.mark.parametrize("to", ["http://[", "http://[::1", "http://a:b@c.example/", "file:///etc/passwd", "//[x"])
async def test_a_redirect_to_what_is_no_address_is_refused(http: Http, to: str) -> None:
    """Whatever stands in ``Location``."""
    with pytest.raises(Blocked):
        await http.fetch(f"{HOST}/?to={to}", max_bytes=1000, accept="*/*")


@pytest.mark.parametrize(("confirmed", "email"), [(True, "a@b.example"), (None, "a@b.example"), (False, "")])
async def test_an_unconfirmed_e_mail_says_nothing(tmp_path: Path, confirmed: bool | None, email: str) -> None:
    """Who types a colleague's address into a profile does not become that colleague."""

    class Told:
        async def read(self, tenant: str, method: str, **_: Any) -> dict[str, Any]:
            assert (tenant, method) == ("T1", "users.info")
            known = {} if confirmed is None else {"is_email_confirmed": confirmed}
            return {"user": {"team_id": "T1", "profile": {"email": "A@b.example"}, **known}}

    async def language_of(_: UserRef) -> str:
        return "en"

    settings = playground_settings(f"sqlite:///{tmp_path / 'x'}", tmp_path)
    platform = SlackPlatform(cast("Calls", Told()), cast("Answers", None), settings, language_of)
    assert (await platform.profile(UserRef("slack", "T1", "U1"))).email == email
