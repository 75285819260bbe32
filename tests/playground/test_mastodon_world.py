from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from network_stage import CALLBACK, Stage, answer_of, authorize, png, stage, to_next

from advocacy.playground.networks.consent import ConsentRefused
from advocacy.playground.networks.mastodon import MastodonWorld
from advocacy.playground.networks.mastodon_status import length
from advocacy.playground.world import Fault

SCOPES = "read:accounts write:statuses write:media"
SITE = "https://nordlicht.social"
STATUSES = f"{SITE}/api/v1/statuses"


class Person:
    """One connected person."""

    def __init__(self, on: Stage, world: MastodonWorld, app: dict[str, Any], token: str) -> None:
        self.on, self.world, self.app, self.token = on, world, app, token

    async def ask(self, method: str, url: str, *, key: str = "", **more: Any) -> tuple[int, Any, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        return await self.on.ask(method, url, headers=headers, **more)

    async def post(self, status: str, key: str = "", **more: Any) -> tuple[int, Any, Any]:
        return await self.ask("POST", STATUSES, key=key, json={"status": status} | more)


async def register(on: Stage, **more: Any) -> tuple[int, Any, Any]:
    app = {"client_name": "Advocacy", "redirect_uris": CALLBACK, "scopes": SCOPES} | more
    return await on.ask("POST", f"{SITE}/api/v1/apps", data=app)


def trade(app: dict[str, Any], given: str, **more: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": given,
        "redirect_uri": CALLBACK,
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
    } | more


async def connect(on: Stage, world: MastodonWorld, key: str = "jana.feld") -> Person:
    _, app, _ = await register(on)
    url = authorize(world, "/oauth/authorize", app["client_id"], SCOPES)
    code = answer_of(await world.consent(url, key))["code"]
    status, told, _ = await on.ask("POST", f"{SITE}/oauth/token", data=trade(app, code))
    assert (status, told["token_type"]) == (200, "Bearer")
    return Person(on, world, app, told["access_token"])


@pytest.fixture
async def person() -> AsyncIterator[Person]:
    async with stage(world := MastodonWorld()) as on:
        yield await connect(on, world)


async def test_an_app_is_registered_with_valid_addresses_and_scopes(person: Person) -> None:
    """Name, redirect and known scopes are needed; else 422."""
    assert (await register(person.on, client_name=""))[0] == 422
    assert (await register(person.on, redirect_uris="javascript:alert(1)"))[0] == 422
    assert (await register(person.on, scopes="read:accounts everything"))[0] == 422
    assert (await register(person.on))[1]["redirect_uris"] == [CALLBACK]


async def test_consent_needs_a_known_app_its_address_and_its_scopes(person: Person) -> None:
    """A request that is not the app's own is refused on the page; a denial goes back as access_denied."""
    world, known = person.world, person.app["client_id"]
    url = authorize(world, "/oauth/authorize", "unknown", SCOPES)
    with pytest.raises(ConsentRefused, match="client_id"):
        await world.consent(url, "jana.feld")
    url = authorize(world, "/oauth/authorize", known, SCOPES, redirect_uri="https://evil.example/")
    with pytest.raises(ConsentRefused, match="redirect_uri"):
        await world.consent(url, "jana.feld")
    with pytest.raises(ConsentRefused, match="scope"):
        await world.consent(authorize(world, "/oauth/authorize", known, "write"), "jana.feld")
    back = await world.consent(authorize(world, "/oauth/authorize", known, SCOPES), "jana.feld", allow=False)
    assert answer_of(back)["error"] == "access_denied"


@pytest.mark.parametrize(("verifier", "status"), [("v" * 43, 200), ("w" * 43, 400), ("", 400)])
async def test_pkce_is_checked_when_it_was_asked_for(person: Person, verifier: str, status: int) -> None:
    """Only the verifier whose SHA-256 was sent along turns the code into a token."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()
    url = authorize(
        person.world, "/oauth/authorize", person.app["client_id"], SCOPES,
        code_challenge=challenge, code_challenge_method="S256",
    )  # fmt: skip
    code = answer_of(await person.world.consent(url, "pia.lorenzen"))["code"]
    given = trade(person.app, code, code_verifier=verifier)
    assert (await person.on.ask("POST", f"{SITE}/oauth/token", data=given))[0] == status


async def test_revoking_through_the_app_and_by_the_person_ends_the_token(person: Person) -> None:
    """A wrong secret may not revoke (403); afterwards the token is 401 for good."""
    given = {"client_id": person.app["client_id"], "client_secret": "wrong", "token": person.token}
    assert (await person.on.ask("POST", f"{SITE}/oauth/revoke", data=given))[0] == 403
    assert person.world.connected("jana.feld")
    given["client_secret"] = person.app["client_secret"]
    assert (await person.on.ask("POST", f"{SITE}/oauth/revoke", data=given))[0] == 200
    status, told, _ = await person.post("Hello")
    assert (status, told) == (401, {"error": "The access token was revoked"})
    again = await connect(person.on, person.world)
    person.world.revoke("jana.feld")
    assert (await again.post("Hello"))[0] == 401
    assert not person.world.connected("jana.feld")


async def test_who_am_i_and_which_limits(person: Person) -> None:
    """verify_credentials names the account, the instance its limits."""
    _, told, _ = await person.ask("GET", f"{SITE}/api/v1/accounts/verify_credentials")
    assert (told["username"], told["display_name"]) == ("jana_feld", "Jana Feld")
    _, told, _ = await person.on.ask("GET", f"{SITE}/api/v2/instance")
    statuses = told["configuration"]["statuses"]
    assert (statuses["max_characters"], statuses["characters_reserved_per_url"]) == (500, 23)


async def test_a_status_is_posted_read_listed_and_deleted(person: Person) -> None:
    """Text is escaped, links are clickable; after deletion it is 404; others cannot delete it."""
    text = "Grüße <b>an alle</b>\nhttps://go.nordlicht.example/r/a?b=1&c=2 #Wind"
    status, told, headers = await person.post(text, language="de", visibility="unlisted")
    assert status == 200
    assert "&lt;b&gt;an alle&lt;/b&gt;<br />" in told["content"]
    assert 'href="https://go.nordlicht.example/r/a?b=1&amp;c=2"' in told["content"]
    assert (told["language"], told["visibility"], told["tags"]) == ("de", "unlisted", [{"name": "wind"}])
    assert headers["X-RateLimit-Limit"] == "300"
    (post,) = person.world.posts("jana.feld")
    assert (post.url, post.text, post.url_of_link) == (told["url"], text, "https://go.nordlicht.example/r/a?b=1&c=2")
    await person.world.act({"act": "like", "id": post.id})
    _, again, _ = await person.on.ask("GET", f"{STATUSES}/{post.id}")
    assert again["favourites_count"] == 1
    _, listed, _ = await person.on.ask("GET", f"{SITE}/api/v1/accounts/{told['account']['id']}/statuses?limit=5")
    assert [one["id"] for one in listed] == [post.id]
    other = await connect(person.on, person.world, "pia.lorenzen")
    assert (await other.ask("DELETE", f"{STATUSES}/{post.id}"))[0] == 404
    assert (await person.ask("DELETE", f"{STATUSES}/{post.id}"))[1]["text"] == text
    assert (await person.on.ask("GET", f"{STATUSES}/{post.id}"))[0] == 404
    assert post.deleted


async def test_the_same_idempotency_key_posts_once_for_an_hour(person: Person) -> None:
    """The repeat answers with the first status; another person's same key, and one after an hour, post anew."""
    _, first, _ = await person.post("Once", key="k1")
    _, again, _ = await person.post("Once", key="k1")
    assert again["id"] == first["id"]
    assert len(person.world.posts()) == 1
    other = await connect(person.on, person.world, "pia.lorenzen")
    assert (await other.post("Once", key="k1"))[1]["id"] != first["id"]
    person.world.clock.move(minutes=61)
    assert (await person.post("Once", key="k1"))[1]["id"] != first["id"]
    assert (await person.post("Once"))[1]["id"] != (await person.post("Once"))[1]["id"]


async def test_a_lost_answer_is_settled_by_the_key(person: Person) -> None:
    """The work was done before the connection broke; the same key finds it."""
    person.world.faults.inject(Fault.LOST_ANSWER, path="/api/v1/statuses")
    with pytest.raises(aiohttp.ClientError):
        await person.post("Once", key="k")
    _, told, _ = await person.post("Once", key="k")
    assert [one.id for one in person.world.posts()] == [told["id"]]


def test_links_count_23_graphemes_one_and_mentions_without_their_server() -> None:
    """As the server counts, not as Python does."""
    assert length("a https://go.nordlicht.example/" + "r" * 200) == 25
    assert length("👩‍👩‍👧‍👦é") == 2
    assert length("@jana@nordlicht.social hi") == len("@jana hi")


async def test_too_long_empty_and_odd_statuses_are_422(person: Person) -> None:
    """500 fit, 501 do not; nothing is posted for a wrong one."""
    for wrong in ({"status": "x" * 501}, {"status": " "}, {"status": "x", "visibility": "world"}):
        assert (await person.ask("POST", STATUSES, json=wrong))[0] == 422
    assert person.world.posts() == []
    assert (await person.ask("POST", STATUSES, data={"status": "x" * 477 + " https://a.example/" + "y" * 99}))[0] == 422
    assert (await person.ask("POST", STATUSES, data={"status": "x" * 476 + " https://a.example/" + "y" * 99}))[0] == 200


async def test_a_picture_is_uploaded_and_shown(person: Person) -> None:
    """Media belongs to its owner; something that is no picture is 422."""
    form = aiohttp.FormData({"description": "A rotor"})
    form.add_field("file", png(), filename="a.png", content_type="image/png")
    _, media, _ = await person.ask("POST", f"{SITE}/api/v2/media", data=form)
    assert (media["type"], media["description"]) == ("image", "A rotor")
    _, told, _ = await person.post("Look", media_ids=[media["id"]])
    assert told["media_attachments"][0]["id"] == media["id"]
    async with person.on.http.get(
        person.on.outside.at("nordlicht.social", media["url"].partition(".social")[2])
    ) as seen:
        assert await seen.read() == png()
    other = await connect(person.on, person.world, "pia.lorenzen")
    assert (await other.post("Mine", media_ids=[media["id"]]))[0] == 422
    form = aiohttp.FormData()
    form.add_field("file", b"no picture", filename="a.png", content_type="image/png")
    assert (await person.ask("POST", f"{SITE}/api/v2/media", data=form))[0] == 422


async def test_the_301st_request_in_five_minutes_is_429(person: Person) -> None:
    """X-RateLimit-Reset tells when it goes on; then it does."""
    to_next(person.world, 300)
    url = f"{SITE}/api/v1/accounts/verify_credentials"
    answers = [await person.ask("GET", url) for _ in range(301)]
    assert [status for status, *_ in answers[:300]] == [200] * 300
    status, _, headers = answers[-1]
    assert (status, headers["X-RateLimit-Remaining"]) == (429, "0")
    wait = datetime.fromisoformat(headers["X-RateLimit-Reset"]) - person.world.clock.now()
    assert 0 < wait.total_seconds() <= 300
    person.world.clock.move(seconds=wait.total_seconds() + 1)
    assert (await person.ask("GET", url))[0] == 200


async def test_thirty_deletions_in_half_an_hour(person: Person) -> None:
    """The 31st is 429 and deletes nothing."""
    ids = [(await person.post(f"Nr {number}"))[1]["id"] for number in range(31)]
    to_next(person.world, 1800)
    codes = [(await person.ask("DELETE", f"{STATUSES}/{one}"))[0] for one in ids]
    assert codes == [200] * 30 + [429]
    assert len(person.world.posts(deleted=False)) == 1


async def test_faults_speak_mastodon(person: Person) -> None:
    """429 carries the moment, 500 and 401 an error; nothing is posted."""
    for fault in (Fault.THROTTLE, Fault.ERROR, Fault.REVOKED):
        person.world.faults.inject(fault, retry_after=7)
    status, _, headers = await person.post("x")
    wait = datetime.fromisoformat(headers["X-RateLimit-Reset"]) - person.world.clock.now()
    assert status == 429
    assert 5 < wait.total_seconds() <= 7
    assert [(await person.post("x"))[0] for _ in range(3)] == [500, 401, 401]
    assert person.world.posts() == []


async def test_a_token_without_the_scope_is_403(person: Person) -> None:
    """Reading rights do not post."""
    url = authorize(person.world, "/oauth/authorize", person.app["client_id"], "read:accounts")
    code = answer_of(await person.world.consent(url, "jana.feld"))["code"]
    _, told, _ = await person.on.ask("POST", f"{SITE}/oauth/token", data=trade(person.app, code))
    reader = Person(person.on, person.world, person.app, told["access_token"])
    assert (await reader.post("x"))[0] == 403
    assert (await reader.ask("GET", f"{SITE}/api/v1/accounts/verify_credentials"))[0] == 200
