"""What programs may do: look at a page, and put a story up for review, for the editor whose token they hold."""

from __future__ import annotations

import io
import json
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from advocacy.content import approval, stories, visits
from advocacy.content.models import Topic
from advocacy.db import now
from advocacy.people import tokens
from advocacy.playground.site.world import SiteWorld
from advocacy.web import api_input, api_pace
from tests.web.conftest import Product

ARTICLE = SiteWorld().stories[0]
PAGE = f"https://www.nordlicht.example{ARTICLE.path}"
WHOLE = {"url": "https://nordlicht.example/x", "title": "T", "summary": "", "language": "en", "image_url": ""}


async def token_of(product: Product, key: str) -> str:
    async with product.db.write() as s:
        return (await tokens.new(s, product.people[key].id, "website"))[1]


async def ask(
    product: Product, path: str, sent: Any, token: str = "", *, raw: bytes | None = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    """What a program gets."""
    if token:
        headers["Authorization"] = f"Bearer {token}"
    headers.setdefault("Content-Type", "application/json")
    data = json.dumps(sent).encode() if raw is None else raw
    address = f"{product.settings.public_url}/api/v1/{path}"
    async with aiohttp.ClientSession() as http, http.post(address, data=io.BytesIO(data), headers=headers) as answer:
        return answer.status, await answer.json()


def code(said: dict[str, Any]) -> tuple[str, str]:
    assert said["error"]["message"] == api_input.WORDS[said["error"]["code"]]
    return said["error"]["code"], said["error"].get("field", "")


async def test_a_link_becomes_a_story_in_review(product: Product) -> None:
    """One request; the picture is stored here, and somebody else still has to approve."""
    token = await token_of(product, "editor")
    status, seen = await ask(product, "preview", {"url": PAGE}, token)
    assert (status, seen["title"]) == (200, ARTICLE.article.title)
    assert seen["image_url"].startswith("picture:")
    assert seen["picture"].startswith(product.settings.public_url)
    wording = {"text": "Worth a read.", "network": "linkedin", "language": "en", "hashtags": ["wind"]}
    status, made = await ask(product, "stories", {"url": PAGE, "captions": [wording], "topics": ["Wind"]}, token)
    assert (status, made["state"], made["image_url"]) == (201, "in_review", seen["image_url"])
    async with product.db.read() as s:
        story = await stories.get(s, made["id"])
        decisions = [one.decision for one in await approval.history(s, made["id"])]
        assert list(await s.scalars(select(Topic.name))) == [], "no topic becomes known before it is approved"
    assert (story.author_id, story.title) == (product.people["editor"].id, ARTICLE.article.title)
    assert [(one.text, one.network, one.hashtags) for one in story.captions] == [
        ("Worth a read.", "linkedin", ["wind"])
    ]
    assert decisions == ["submitted"]


async def test_what_is_given_is_not_read_from_the_page(product: Product) -> None:
    """Nor is the page visited when nothing is missing."""
    token = await token_of(product, "editor")
    status, made = await ask(product, "stories", WHOLE, token)
    assert (status, made["title"], made["image_url"]) == (201, "T", "")
    status, made = await ask(product, "stories", {"url": PAGE, "title": "Mine"}, token)
    assert (status, made["title"]) == (201, "Mine")
    assert made["summary"]
    status, made = await ask(product, "stories", {**WHOLE, "image_url": f"{PAGE}"}, token)
    assert (status, code(made)) == (422, ("not_a_picture", "image_url"))


async def test_who_may(product: Product) -> None:
    """An editor's token that was not revoked, while they are employed and an editor."""
    token = await token_of(product, "editor")
    assert (await ask(product, "stories", WHOLE))[0] == 401
    for wrong in ("adv_wrong", "\xe4", token + "x"):
        status, said = await ask(product, "stories", WHOLE, wrong)
        assert (status, code(said)) == (401, ("bad_token", ""))
    status, said = await ask(product, "stories", WHOLE, await token_of(product, "leader"))
    assert (status, code(said)) == (403, ("not_editor", ""))
    assert (await ask(product, "stories", WHOLE, token))[0] == 201
    async with product.db.write() as s:
        (held, _), *_ = [one for one in await tokens.listing(s) if one[1].id == product.people["editor"].id]
        assert held.used_at is not None
        await tokens.revoke(s, held.id)
    assert code((await ask(product, "stories", WHOLE, token))[1]) == ("bad_token", "")
    fresh = await token_of(product, "editor")
    await product.change(product.people["editor"], left_on=now().date())
    assert code((await ask(product, "stories", WHOLE, fresh))[1]) == ("bad_token", "")


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"url": ""}, ("missing", "url")), ({"url": "http://127.0.0.1/"}, ("private_link", "url")), ({"url": 5}, ("bad_type", "url")),
        ({"title": " "}, ("missing", "title")), ({"title": "x" * 301}, ("too_long", "title")), ({"title": "a\0b"}, ("bad_characters", "title")),
        ({"title": "\ud800"}, ("bad_characters", "title")), ({"title": None, "url": "http://127.1/"}, ("private_link", "url")),
        ({"language": "klingon!"}, ("bad_language", "language")), ({"image_url": "http://10.0.0.1/x.png"}, ("private_link", "image_url")),
        ({"image_url": "picture:" + "0" * 64}, ("bad_link", "image_url")), ({"publish_at": "2026-12-01T09:00"}, ("no_time_zone", "publish_at")),
        ({"publish_at": "soon"}, ("bad_type", "publish_at")), ({"publish_at": "0001-01-01T00:00:00+14:00"}, ("bad_type", "publish_at")), ({"captions": "x"}, ("bad_type", "captions")), ({"captions": [1]}, ("bad_type", "captions")),
        ({"captions": [{"text": ""}]}, ("missing", "captions")), ({"captions": [{"text": "x", "quota": -1}]}, ("bad_type", "captions")),
        ({"captions": [{"txt": "x"}]}, ("unknown", "captions")), ({"captions": [{"text": str(number)} for number in range(99)]}, ("too_many", "captions")),
        ({"topics": [None]}, ("bad_type", "topics")), ({"state": "live"}, ("unknown", "state")), ({"image_rights": "mine"}, ("unknown", "image_rights")),
        ({"kind": "poem"}, ("unknown", "kind")),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_at_its_field(
    product: Product, change: dict[str, Any], wanted: tuple[str, str]
) -> None:
    """With a sentence; nothing is stored."""
    token = await token_of(product, "editor")
    status, said = await ask(product, "stories", {**WHOLE, **change}, token)
    assert (status, code(said)) == (422, wanted)
    async with product.db.read() as s:
        assert len(await stories.listing(s)) == 1


@pytest.mark.parametrize(
    ("raw", "kind", "status", "wanted"),
    [
        (b"{}", "text/plain", 415, "not_json"), (b"url=x", "application/x-www-form-urlencoded", 415, "not_json"),
        (b"{", "application/json", 422, "bad_json"), (b"[]", "application/json", 422, "bad_json"), (b"\xff", "application/json", 422, "bad_json"),
        (b"[" * 100_000, "application/json", 422, "bad_json"), (b"9" * 9000, "application/json", 422, "bad_json"),
        (b'"' + b"x" * 3_000_000 + b'"', "application/json", 413, "body_too_large"),
    ],
)  # fmt: skip
async def test_a_body_that_is_none(product: Product, raw: bytes, kind: str, status: int, wanted: str) -> None:
    """Each has its status and sentence."""
    token = await token_of(product, "editor")
    got = await ask(product, "preview", None, token, raw=raw, **{"Content-Type": kind})
    assert (got[0], code(got[1])[0]) == (status, wanted)


def test_every_code_has_words() -> None:
    """Those of visits, and those of fields."""
    assert set(visits.PROBLEMS) <= set(api_input.WORDS)
    fields = {"missing", "too_long", "too_many", "bad_language", "no_time_zone", "order", "unknown", "recalled"}
    assert fields <= set(api_input.WORDS)


async def test_editors_hear_of_it_at_once(product: Product) -> None:
    """Once it is stored, and not at all when nothing was."""
    heard: list[str] = []
    product.editors_due = lambda: heard.append("now")
    token = await token_of(product, "editor")
    assert (await ask(product, "stories", {**WHOLE, "title": ""}, token))[0] == 422
    assert heard == []
    assert (await ask(product, "stories", WHOLE, token))[0] == 201
    assert heard == ["now"]


async def test_a_token_that_asks_too_often_is_told_when_to_come_back(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each token by itself."""
    monkeypatch.setattr(api_pace, "MOST", 2)
    token, other = await token_of(product, "editor"), await token_of(product, "editor")
    assert [(await ask(product, "stories", WHOLE, token))[0] for _ in range(2)] == [201, 201]
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{product.settings.public_url}/api/v1/stories"
    async with aiohttp.ClientSession() as http, http.post(url, json=WHOLE, headers=headers) as answer:
        assert (answer.status, code(await answer.json())) == (429, ("too_often", ""))
        assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert (await ask(product, "stories", WHOLE, other))[0] == 201


def test_a_minute_later_it_may_ask_again() -> None:
    """One place becomes free a minute after it was taken; who was refused does not wait longer for it."""
    at = 1000.0
    pace = api_pace.Pace(lambda: at)
    assert [pace.wait(1) for _ in range(api_pace.MOST)] == [0] * api_pace.MOST
    at = 1030.5
    assert [pace.wait(1) for _ in range(3)] == [30, 30, 30]
    assert pace.wait(2) == 0
    at = 1060.0
    assert pace.wait(1) == 0


async def test_what_nobody_foresaw_is_json_too(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reference that the log has, whatever the program accepts; and nothing of the inside."""

    async def broken(*_: Any) -> None:
        msg = "secret inside"
        raise RuntimeError(msg)

    monkeypatch.setattr(tokens, "holder", broken)
    for accept in ("*/*", "text/html"):
        status, said = await ask(product, "stories", WHOLE, "adv_x", Accept=accept)
        assert (status, code(said), len(said["error"]["reference"])) == (500, ("failed", ""), 8)
        assert "secret" not in str(said)
