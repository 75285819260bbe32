from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from network_stage import CALLBACK, Stage, answer_of, authorize, png, stage, to_next

from advocacy.playground.networks import little_text
from advocacy.playground.networks.linkedin import LinkedInWorld
from advocacy.playground.world import Fault

SCOPE = "openid profile w_member_social"
POSTS = "https://api.linkedin.com/rest/posts"
TOKEN = "https://www.linkedin.com/oauth/v2/accessToken"
LINK = "https://go.nordlicht.example/r/abc"


class Member:
    """One connected person and what her app sends for her."""

    def __init__(self, on: Stage, world: LinkedInWorld, token: str, key: str) -> None:
        self.on, self.world, self.token = on, world, token
        self.urn = world.urn(world.people[key])

    def headers(self, **more: str) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.token}",
            "LinkedIn-Version": "202609",
            "X-Restli-Protocol-Version": "2.0.0",
        } | more

    def body(self, commentary: str = "Hello", **more: Any) -> dict[str, Any]:
        return {
            "author": self.urn,
            "commentary": commentary,
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        } | more

    async def post(self, commentary: str = "Hello", **more: Any) -> tuple[int, Any, Any]:
        return await self.on.ask("POST", POSTS, json=self.body(commentary, **more), headers=self.headers())

    async def delete(self, urn: str) -> int:
        return (await self.on.ask("DELETE", f"{POSTS}/{quote(urn, safe='')}", headers=self.headers()))[0]


async def connect(on: Stage, world: LinkedInWorld, key: str = "jana.feld", scope: str = SCOPE) -> Member:
    url = authorize(world, "/oauth/v2/authorization", world.client_id, scope)
    code = answer_of(await world.consent(url, key))["code"]
    status, body, _ = await on.ask("POST", TOKEN, data=form(world, code))
    assert status == 200
    return Member(on, world, body["access_token"], key)


def form(world: LinkedInWorld, given: str, **more: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": given,
        "redirect_uri": CALLBACK,
        "client_id": world.client_id,
        "client_secret": world.client_secret,
    } | more


@pytest.fixture
async def member() -> AsyncIterator[Member]:
    async with stage(world := LinkedInWorld()) as on:
        yield await connect(on, world)


async def test_connecting_gives_a_token_for_sixty_days_and_a_name(member: Member) -> None:
    """The code becomes a token of 5,184,000 s; userinfo's sub is the person of the author's URN."""
    world = member.world
    assert world.connected("jana.feld")
    status, told, _ = await member.on.ask("GET", "https://api.linkedin.com/v2/userinfo", headers=member.headers())
    assert (status, told["name"]) == (200, "Jana Feld")
    assert f"urn:li:person:{told['sub']}" == member.urn
    assert "email" not in told
    world.clock.move(days=60, seconds=1)
    status, told, _ = await member.post()
    assert (status, told["code"]) == (401, "EXPIRED_ACCESS_TOKEN")
    assert not world.connected("jana.feld")


@pytest.mark.parametrize("wrong", ["code", "redirect_uri", "client_secret"])
async def test_a_code_works_once_and_only_for_its_own_app_and_address(member: Member, wrong: str) -> None:
    """Any mismatch, and a second use, is refused without a token."""
    world, on = member.world, member.on
    url = authorize(world, "/oauth/v2/authorization", world.client_id, SCOPE)
    code = answer_of(await world.consent(url, "pia.lorenzen"))["code"]
    status, told, _ = await on.ask("POST", TOKEN, data=form(world, code, **{wrong: "https://else.example/"}))
    assert status in {400, 401}
    assert "access_token" not in told
    assert not world.connected("pia.lorenzen")
    code = answer_of(await world.consent(url, "pia.lorenzen"))["code"]
    assert (await on.ask("POST", TOKEN, data=form(world, code)))[0] == 200
    assert (await on.ask("POST", TOKEN, data=form(world, code)))[0] == 400


async def test_cancelling_is_told_in_linkedins_words(member: Member) -> None:
    """The browser comes back with user_cancelled_login and the state."""
    url = authorize(member.world, "/oauth/v2/authorization", member.world.client_id, SCOPE)
    back = answer_of(await member.world.consent(url, "pia.lorenzen", allow=False))
    assert back["error"] == "user_cancelled_login"
    assert back["state"] == "s&1"
    assert "code" not in back


async def test_another_set_of_scopes_ends_the_earlier_token(member: Member) -> None:
    """Asking for a different scope set invalidates the tokens given before."""
    again = await connect(member.on, member.world, scope=f"{SCOPE} email")
    assert (await member.post())[0] == 401
    assert (await again.post())[0] == 201


async def test_a_post_appears_with_its_card_and_picture(member: Member) -> None:
    """What was sent is what is seen: text, card, uploaded picture; the id comes in x-restli-id."""
    on = member.on
    status, told, _ = await on.ask(
        "POST",
        "https://api.linkedin.com/rest/images?action=initializeUpload",
        json={"initializeUploadRequest": {"owner": member.urn}},
        headers=member.headers(),
    )
    assert status == 200
    picture = png()
    assert (await on.ask("PUT", told["value"]["uploadUrl"], data=picture, headers=member.headers()))[0] == 201
    article = {"source": LINK, "title": "Rotor", "thumbnail": told["value"]["image"], "description": "…"}
    status, _, headers = await member.post("Listen!\n#wind", content={"article": article})
    assert status == 201
    (post,) = member.world.posts("jana.feld")
    assert (post.id, post.text, post.url_of_link) == (headers["x-restli-id"], "Listen!\n#wind", LINK)
    assert (post.title, post.via, post.deleted) == ("Rotor", "api", False)
    async with on.http.get(on.outside.at("media.licdn.com", post.image.partition(".com")[2])) as seen:
        assert await seen.read() == picture
    status, page, _ = await on.ask("GET", post.url)
    assert status == 200
    assert "Listen!" in page
    assert "Rotor" in page


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("Ein Gruß an alle :-\\)", "Ein Gruß an alle :-)"),
        ("We won (again) today", "We won "),
        ("Mail me @home", "Mail me "),
        ("#wind and \\#sea", "#wind and #sea"),
        ("{hashtag|\\#|grid} works", "#grid works"),
        ("Hello @[Nordlicht](urn:li:organization:1), hi", "Hello Nordlicht, hi"),
        ("snake\\_case but_not", "snake_case but"),
        ("a \\ b", "a "),
        ("100 % – „gut“ & 'so' + mehr!", "100 % – „gut“ & 'so' + mehr!"),
    ],
)
async def test_little_text_is_cut_silently_at_an_unescaped_sign(member: Member, sent: str, read: str) -> None:
    """A reserved character that is not escaped ends the text; the answer is 201 all the same."""
    status, _, _ = await member.post(sent)
    assert status == 201
    assert member.world.posts()[0].text == read


def test_escaping_every_reserved_sign_keeps_the_whole_text() -> None:
    """With a backslash before each of them, all are read."""
    text = "all of \\|{}@[]()<>#*_~ them"
    escaped = "".join(f"\\{c}" if c in little_text.RESERVED else c for c in text)
    assert little_text.shown(escaped) == text
    assert little_text.length(escaped) == len(text)


async def test_the_same_words_within_ten_minutes_carry_the_first_urn(member: Member) -> None:
    """422 names the post that is there (even when deleted since); after ten minutes it is a new post."""
    _, _, headers = await member.post("Twice")
    urn = headers["x-restli-id"]
    status, told, _ = await member.post("Twice")
    assert status == 422
    assert f"Content is a duplicate of {urn}" in told["message"]
    assert told["errorDetails"]["inputErrors"][0]["code"] == "DUPLICATE_POST"
    assert await member.delete(urn) == 204
    assert (await member.post("Twice"))[0] == 422
    member.world.clock.move(minutes=10)
    status, _, headers = await member.post("Twice")
    assert status == 201
    assert headers["x-restli-id"] != urn
    assert len(member.world.posts(deleted=False)) == 1


@pytest.mark.parametrize(
    ("version", "status", "code"),
    [
        ("", 400, "VERSION_MISSING"),
        ("202511", 426, "NONEXISTENT_VERSION"),
        ("202612", 426, "NONEXISTENT_VERSION"),
        ("latest", 426, "NONEXISTENT_VERSION"),
    ],
)
async def test_the_version_must_be_there_and_alive(member: Member, version: str, status: int, code: str) -> None:
    """Versions live about a year; none is 400, a sunset or future one 426."""
    got, told, _ = await member.on.ask(
        "POST", POSTS, json=member.body(), headers=member.headers(**{"LinkedIn-Version": version})
    )
    assert (got, told["code"]) == (status, code)
    assert member.world.posts() == []


async def test_the_oldest_and_the_newest_version_are_served(member: Member) -> None:
    """202512 and 202611 both post."""
    for version in ("202512", "202611"):
        headers = member.headers(**{"LinkedIn-Version": version})
        assert (await member.on.ask("POST", POSTS, json=member.body(version), headers=headers))[0] == 201


async def test_protocol_bearer_author_and_scope_are_checked(member: Member) -> None:
    """No protocol header 400, no token 401, another author 403, no w_member_social 403."""
    on = member.on
    headers = member.headers(**{"X-Restli-Protocol-Version": "1.0.0"})
    assert (await on.ask("POST", POSTS, json=member.body(), headers=headers))[0] == 400
    headers = member.headers(Authorization="Bearer made-up")
    assert (await on.ask("POST", POSTS, json=member.body(), headers=headers))[0] == 401
    assert (await member.post(author="urn:li:person:somebody"))[0] == 403
    reader = await connect(on, member.world, "pia.lorenzen", "openid profile")
    assert (await reader.post())[0] == 403
    assert member.world.posts() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"visibility": "ALL"},
        {"lifecycleState": "DRAFT"},
        {"distribution": {}},
        {"text": "x"},
        {"commentary": "x" * 3001},
    ],
)
async def test_a_wrong_body_is_named_and_posts_nothing(member: Member, wrong: dict[str, Any]) -> None:
    """422 for fields that are unknown, missing or out of range; 3,000 characters fit, 3,001 do not."""
    assert (await member.post(**wrong))[0] == 422
    assert member.world.posts() == []
    assert (await member.post("x" * 3000))[0] == 201


async def test_a_day_has_150_requests_per_member(member: Member) -> None:
    """The 151st request of a member is 429, another member's is not; the next UTC day starts anew."""
    to_next(member.world, 86_400)
    for number in range(150):
        assert (await member.post(f"Nr {number}"))[0] == 201
    status, _, headers = await member.post("one more")
    assert status == 429
    assert "Retry-After" not in headers
    other = await connect(member.on, member.world, "pia.lorenzen")
    assert (await other.post())[0] == 201
    member.world.clock.move(days=1)
    assert (await member.post("tomorrow"))[0] == 201


async def test_deleting_is_for_the_author_and_may_be_repeated(member: Member) -> None:
    """204 twice for the author, 403 for others, 404 for what never was; reading stays closed."""
    _, _, headers = await member.post()
    urn = headers["x-restli-id"]
    other = await connect(member.on, member.world, "pia.lorenzen")
    assert await other.delete(urn) == 403
    assert [await member.delete(urn), await member.delete(urn)] == [204, 204]
    assert await member.delete("urn:li:share:1") == 404
    assert member.world.posts()[0].deleted
    assert (await member.on.ask("GET", f"{POSTS}/{quote(urn, safe='')}", headers=member.headers()))[0] == 403
    assert (await member.on.ask("GET", f"https://www.linkedin.com/feed/update/{urn}"))[0] == 404


async def test_only_own_finished_uploads_can_be_shown(member: Member) -> None:
    """A thumbnail that was never uploaded, and a file that is no picture, are refused."""
    on = member.on
    start = {"initializeUploadRequest": {"owner": member.urn}}
    url = "https://api.linkedin.com/rest/images?action=initializeUpload"
    _, told, _ = await on.ask("POST", url, json=start, headers=member.headers())
    article = {"source": LINK, "title": "T", "thumbnail": told["value"]["image"]}
    assert (await member.post(content={"article": article}))[0] == 400
    assert (await on.ask("PUT", told["value"]["uploadUrl"], data=b"<svg/>", headers=member.headers()))[0] == 400
    other = {"initializeUploadRequest": {"owner": "urn:li:person:x"}}
    assert (await on.ask("POST", url, json=other, headers=member.headers()))[0] == 403


async def test_revoked_by_the_person_or_by_a_fault_is_401(member: Member) -> None:
    """Both ways the token is dead for good, in LinkedIn's words."""
    member.world.faults.inject(Fault.REVOKED, path="/rest/posts")
    for _ in range(2):
        status, told, _ = await member.post()
        assert (status, told["code"]) == (401, "REVOKED_ACCESS_TOKEN")
    again = await connect(member.on, member.world)
    assert (await again.post())[0] == 201
    member.world.revoke("jana.feld")
    assert (await again.post("More"))[0] == 401


async def test_a_lost_answer_leaves_the_post_and_the_repeat_finds_it(member: Member) -> None:
    """The connection breaks after the work; posting again answers with the URN of what is already there."""
    member.world.faults.inject(Fault.LOST_ANSWER, path="/rest/posts")
    with contextlib.suppress(aiohttp.ClientError):
        await member.post("Once")
        pytest.fail("the answer should have been lost")
    (post,) = member.world.posts()
    status, told, _ = await member.post("Once")
    assert status == 422
    assert post.id in told["message"]
    assert len(member.world.posts()) == 1


async def test_throttling_and_errors_do_nothing(member: Member) -> None:
    """429 and 500 by fault leave no post behind."""
    member.world.faults.inject(Fault.THROTTLE)
    member.world.faults.inject(Fault.ERROR)
    assert [(await member.post())[0], (await member.post())[0]] == [429, 500]
    assert member.world.posts() == []
