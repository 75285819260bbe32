from __future__ import annotations

import asyncio
import io
from datetime import timedelta

import pytest
import time_machine

from advocacy.config import Settings
from advocacy.db import now
from advocacy.web.pages import Addresses
from tests.conftest import playground_settings
from tests.web.conftest import Browser, Product


def token(product: Product, who: str = "leader") -> str:
    return product.addresses.sign_in(product.people[who].id).partition("?t=")[2]


async def test_the_button_signs_in_and_the_page_does_not(product: Product, browser: Browser) -> None:
    """Chat platforms open every address they show; only a person presses."""
    address = product.addresses.sign_in(product.people["leader"].id)
    for _ in range(3):
        page = await browser.get(address)
        assert (page.status, "sign in as leader" in page.body) == (200, True)
        assert "Set-Cookie" not in page.headers
    end = await browser.post("/sign-in", {"t": address.partition("?t=")[2]}, follow=True)
    assert (end.status, end.url) == (200, product.settings.public_url + "/insights")


async def test_the_address_signs_in_once(product: Product, browser: Browser) -> None:
    """Also when two browsers press at the same moment."""
    form = {"t": token(product)}
    answers = await asyncio.gather(*(browser.post("/sign-in", form) for _ in range(5)))
    assert sorted(one.status for one in answers) == [303, 410, 410, 410, 410]
    page = await browser.get("/sign-in?t=" + form["t"])
    assert (page.status, "used already" in page.body) == (410, True)


async def test_the_address_is_good_for_ten_minutes(product: Product, browser: Browser) -> None:
    """Afterwards there is a way to a new one."""
    form = {"t": token(product)}
    with time_machine.travel(now() + timedelta(minutes=11)):
        page = await browser.post("/sign-in", form)
    assert (page.status, "has expired" in page.body, "“leaderboard”" in page.body) == (410, True, True)


async def test_an_address_cannot_be_made_or_changed(product: Product, browser: Browser) -> None:
    """Another person, another end, another key, another purpose: not ours."""
    person_id, until, nonce, mark = token(product).split(".")
    other = Addresses(_with_key(product.settings, "A" * 43 + "=")).sign_in(1).partition("?t=")[2]
    dialog = product.addresses.dialog(7).rpartition("/")[2].replace("-", ".")
    for changed in (
        f"{int(person_id) + 1}.{until}.{nonce}.{mark}", f"{person_id}.{int(until) + 9}.{nonce}.{mark}", other, dialog,
        f"{person_id}.{until}.x.{mark}", "", ".", "1.2.3.4", "ä.ö.ü.ß", f"{person_id}.{until}.{nonce}.",
    ):  # fmt: skip
        assert (await browser.post("/sign-in", {"t": changed})).status == 410


async def test_a_new_key_keeps_old_addresses(product: Product) -> None:
    """Keys are rotated by putting the new one in front; what is out there stays good until it ends."""
    old = product.settings.keys[0].get_secret_value()
    rotated = Addresses(_with_key(product.settings, "B" * 43 + "=," + old))
    assert rotated.read_sign_in(token(product))[0] == product.people["leader"].id


async def test_the_cookie(product: Product, browser: Browser) -> None:
    """No script reads it; other sites' forms do not send it; it ends after twelve hours whatever the browser does."""
    answer = await browser.post("/sign-in", {"t": token(product)})
    cookie = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"):
        assert part in cookie
    assert "Secure" not in cookie, "the playground has no https"
    value = cookie.partition(";")[0]
    browser.http.cookie_jar.clear()
    assert (await browser.get("/insights", Cookie=value)).status == 200
    with time_machine.travel(now() + timedelta(hours=12, minutes=1)):
        assert (await browser.get("/insights", Cookie=value)).status == 401


async def test_a_cookie_cannot_be_made(product: Product, browser: Browser) -> None:
    """Neither another person nor another moment."""
    answer = await browser.post("/sign-in", {"t": token(product, "editor")})
    name, _, value = answer.headers["Set-Cookie"].partition(";")[0].partition("=")
    person_id, since, mark = value.split(".")
    browser.http.cookie_jar.clear()
    for made in (f"{int(person_id) - 1}.{since}.{mark}", f"{person_id}.{int(since) + 60}.{mark}", "..", "x", mark):
        assert (await browser.get("/insights", Cookie=f"{name}={made}")).status == 401


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
async def test_forms_from_elsewhere_are_refused(product: Product, browser: Browser, headers: dict[str, str]) -> None:
    """Nobody is signed in, or out, by another site."""
    form = {"t": token(product)}
    assert (await browser.post("/sign-in", form, **headers)).status == 403
    assert (await browser.post("/sign-in", form, follow=True)).status == 200
    assert (await browser.post("/sign-out", {}, **headers)).status == 403
    assert (await browser.get("/insights")).status == 200


async def test_signing_out(product: Product, browser: Browser) -> None:
    """This browser forgets."""
    await browser.sign_in(product, product.people["leader"])
    page = await browser.post("/sign-out", {})
    assert (page.status, "Signed out" in page.body) == (200, True)
    assert (await browser.get("/insights")).status == 401


async def test_a_leaver_is_out_at_once(product: Product, browser: Browser) -> None:
    """Session and address alike."""
    leader = product.people["leader"]
    unused = token(product)
    await browser.sign_in(product, leader)
    await product.change(leader, left_on=now().date())
    assert (await browser.get("/insights")).status == 401
    assert (await browser.post("/sign-in", {"t": unused})).status == 410


async def test_errors_are_friendly_and_carry_a_reference(
    product: Product, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody foresaw says so, in the visitor's language, and tells nothing of the inside."""

    def broken(_token: str) -> object:
        msg = "secret inside"
        raise RuntimeError(msg)

    monkeypatch.setattr(product.accounts, "read", broken)
    page = await browser.get("/connect/linkedin?t=x", Accept_Language="fr, de;q=0.8, en;q=0.3")
    assert page.status == 500
    assert "Bei uns ist etwas schiefgegangen" in page.body
    assert "nenne diese Nummer" in page.body
    assert "secret" not in page.body
    plain = await browser.get("/connect/linkedin?t=x", Accept="application/json")
    assert (plain.status, plain.body.startswith("Internal error ")) == (500, True)


async def test_every_page_carries_the_headers(product: Product, browser: Browser) -> None:
    """Nothing of ours is framed, sniffed, or runs a script that is not ours."""
    await browser.sign_in(product, product.people["leader"])
    for path in ("/insights", "/nowhere", "/sign-in", "/connect/linkedin?t=x"):
        page = await browser.get(path)
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert " style=" not in page.body
        assert "<style" not in page.body
        assert "<script>" not in page.body
        assert " onclick" not in page.body
    assert (await browser.get("/nowhere")).status == 404


async def test_health(product: Product, browser: Browser) -> None:
    """Alive without a database, ready only with one."""
    assert (await browser.get("/healthz")).status == 200
    assert (await browser.get("/readyz")).status == 200


async def test_a_body_that_is_too_large(product: Product, browser: Browser) -> None:
    """Is refused before it fills the memory."""
    body = io.BytesIO(b"t=" + b"x" * 3_000_000)
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    url = product.settings.public_url + "/sign-in"
    async with browser.http.post(url, data=body, headers=headers) as answer:
        assert answer.status == 413


def _with_key(settings: Settings, keys: str) -> Settings:
    return playground_settings(settings.database_url, settings.spool, keys=keys, public_url=settings.public_url)
