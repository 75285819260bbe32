"""What no vendor and no browser sends is answered with a plain refusal, not with an error of ours."""

from __future__ import annotations

import io
import logging
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from advocacy import logs
from advocacy.content.feeds import feed_file
from advocacy.content.plain import plain
from advocacy.http import is_public
from advocacy.slack import requests
from advocacy.teams.auth import Authentication, Unauthorized
from advocacy.teams.keys import Keys
from advocacy.web import pages
from tests.conftest import playground_settings
from tests.web.conftest import Browser, Product

FORM = "application/x-www-form-urlencoded"
BRIEFLY = 5.0
"""Seconds; a reader whose time grows with the square of the input takes minutes for these."""
HALF_TAGS = (
    '<a b="',
    "<!--",
    "<a",
    "</",
    "<?",
    "<![CDATA[",
    '<a b=">',
    "<a b='>",
    "<!-->",
    "<!",
    "</a",
    "<a b='\">",
    "<!a [>",
)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000])
def test_json_nested_too_deep_cannot_be_read(body: bytes) -> None:
    """Python gives up on it with an error that is no ``ValueError``: Slack's door has to answer 400 all the same."""
    for kind, sent in (("application/json", body), (FORM, b"payload=" + body)):
        with pytest.raises(ValueError, match="deep"):
            requests.read(kind, sent)


async def test_a_bearer_of_odd_bytes_is_refused(tmp_path: Path) -> None:
    """Headers may hold any bytes; a token is ASCII."""
    settings = playground_settings(
        f"sqlite:///{tmp_path / 'x'}", tmp_path, teams_app_id="id", teams_app_password="p", teams_tenant="tenant"
    )

    async def nothing(_: str) -> dict[str, object]:
        raise AssertionError

    authentication = Authentication(settings, Keys(nothing, "https://keys.example"))
    with pytest.raises(Unauthorized):
        await authentication.verify("Bearer \udcff\udcfe")


@pytest.mark.parametrize("path", ["/sign-in", "/connect/mastodon"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (f"{FORM}; charset=nope", b"t=1"), (f"{FORM}; charset=rot13", b"t=1"), (f"{FORM}; charset=utf-16", b"t=1"),
        (FORM, b"\xff=\xff"), ("multipart/form-data", b"x"), ("multipart/form-data; boundary=y", b"junk"),
        (
            "multipart/form-data; boundary=z",
            b'--z\r\nContent-Disposition: form-data; name="t"\r\nContent-Transfer-Encoding: odd\r\n\r\nx\r\n--z--\r\n',
        ),
    ],
)  # fmt: skip
async def test_a_broken_form_is_the_senders_mistake(
    product: Product, browser: Browser, path: str, kind: str, body: bytes
) -> None:
    """400, and nothing in the log that looks like a failure of ours."""
    headers = {"Content-Type": kind, "Sec-Fetch-Site": "same-origin"}
    async with browser.http.post(product.settings.public_url + path, data=body, headers=headers) as answer:
        assert answer.status == 400


def test_marks_of_odd_bytes_are_not_ours(tmp_path: Path) -> None:
    """A cookie may hold bytes that are no text."""
    signer = pages.Signer(playground_settings(f"sqlite:///{tmp_path / 'x'}", tmp_path))
    assert not signer.is_ours("session", "\udcff.1", "\udcff")


def test_tracebacks_of_libraries_hold_no_secret() -> None:
    """aiohttp logs the address of a request it cannot read, within a traceback."""
    handler = logging.StreamHandler(io.StringIO())
    before = logging.getLogger().handlers[:]
    try:
        logs.configure("DEBUG")
        [made] = logging.getLogger().handlers
        handler.setFormatter(made.formatter)
        handler.filters = made.filters
    finally:
        logging.getLogger().handlers[:] = before
    wrong = ValueError("bad request: GET /connect/mastodon?t=12.mastodon.99.secret")
    record = logging.LogRecord("x", logging.ERROR, "", 0, "failed: %s", ("Bearer abcdef",), (ValueError, wrong, None))
    handler.handle(record)
    written = handler.stream.getvalue()
    assert "failed" in written
    assert "ValueError" in written
    assert "99.secret" not in written
    assert "abcdef" not in written


@pytest.mark.parametrize("piece", HALF_TAGS)
def test_half_tags_take_no_longer_than_whole_ones(piece: str) -> None:
    """200,000 characters of tags that never end."""
    begun = time.process_time()
    plain(piece * (200_000 // len(piece)))
    assert time.process_time() - begun < BRIEFLY


def test_comments_and_stray_signs_are_read_as_before() -> None:
    """Comments are not words, a sign that begins no tag is one."""
    assert plain("a<!-- <p>old</p> --> <b>b</b> 1 < 2 <i>c</i><!-- never closed <p>x</p>") == "a b 1 < 2 c"
    assert plain('<img alt="1 > 2" src="x">end') == "end"


@pytest.mark.parametrize("piece", [b"<!DOCTYPE[", b"<!DOCTYPE ", b"<!DOCTYPE a [ ]", b"<!DOCTYPE a [<!ENTITY b 'c'"])
def test_document_types_that_never_end_take_no_time(piece: bytes) -> None:
    """Half a megabyte of them."""
    begun = time.process_time()
    feed_file.read(piece * (500_000 // len(piece)), now=datetime.now(UTC))
    assert time.process_time() - begun < BRIEFLY


@pytest.mark.parametrize("address", ["::127.0.0.1", "::10.0.0.1", "::1", "::"])
def test_ipv4_inside_ipv6_in_its_oldest_form_is_unwrapped(address: str) -> None:
    """``::127.0.0.1`` is loopback, however it is written (RFC 4291, 2.5.5.1)."""
    assert not is_public(address)
