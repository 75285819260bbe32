from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from network_stage import Stage, png, stage, to_next

from advocacy.playground.networks.bluesky import BlueskyWorld
from advocacy.playground.networks.bluesky_records import cid_of
from advocacy.playground.world import Fault

PDS = "https://bsky.social/xrpc/com.atproto."
POST = "app.bsky.feed.post"
RKEY = "3l4abcdefgh2k"


class Person:
    """One signed-in person."""

    def __init__(self, on: Stage, world: BlueskyWorld, session: dict[str, Any]) -> None:
        self.on, self.world, self.did = on, world, session["did"]
        self.access, self.refresh = session["accessJwt"], session["refreshJwt"]

    async def ask(self, method: str, name: str, token: str = "", **more: Any) -> tuple[int, Any, Any]:
        headers = {"Authorization": f"Bearer {token or self.access}"} | more.pop("headers", {})
        return await self.on.ask(method, PDS + name, headers=headers, **more)

    async def write(
        self, verb: str, text: str = "Hello", rkey: str | None = RKEY, **record: Any
    ) -> tuple[int, Any, Any]:
        value = {"$type": POST, "text": text, "createdAt": "2026-11-20T08:00:00.000Z"} | record
        body = {"repo": self.did, "collection": POST, "record": value} | ({"rkey": rkey} if rkey else {})
        return await self.ask("POST", f"repo.{verb}Record", json=body)

    async def look_up(self, rkey: str = RKEY) -> tuple[int, Any, Any]:
        query = {"repo": self.did, "collection": POST, "rkey": rkey}
        return await self.on.ask("GET", f"{PDS}repo.getRecord", params=query)


async def sign_in(on: Stage, world: BlueskyWorld, key: str = "jana.feld") -> Person:
    body = {"identifier": world.handle(world.people[key]), "password": world.app_password(key)}
    status, session, _ = await on.ask("POST", f"{PDS}server.createSession", json=body)
    assert status == 200
    return Person(on, world, session)


@pytest.fixture
async def person() -> AsyncIterator[Person]:
    async with stage(world := BlueskyWorld()) as on:
        yield await sign_in(on, world)


async def test_signing_in_takes_handle_did_or_mail_and_the_app_password(person: Person) -> None:
    """Anything else is 401 without saying what was wrong."""
    jana = person.world.people["jana.feld"]
    assert person.world.app_password("jana.feld") == "play-jana.feld"
    for name in (person.world.handle(jana), person.did, jana.email):
        body = {"identifier": name, "password": "play-jana.feld"}
        assert (await person.on.ask("POST", f"{PDS}server.createSession", json=body))[1]["did"] == person.did
    for name, password in ((jana.email, "play-pia.lorenzen"), ("nobody.bsky.social", "play-jana.feld")):
        body = {"identifier": name, "password": password}
        status, told, _ = await person.on.ask("POST", f"{PDS}server.createSession", json=body)
        assert (status, told["error"]) == (401, "AuthenticationRequired")


async def test_the_app_password_stands_on_its_page(person: Person) -> None:
    """People find it in the settings."""
    _, page, _ = await person.on.ask("GET", "https://bsky.app/settings/app-passwords?person=jana.feld")
    assert "play-jana.feld" in page
    assert "jana-feld.bsky.social" in page


async def test_a_session_is_refreshed_and_the_token_rotates(person: Person) -> None:
    """After two hours the access token is ExpiredToken; the refresh token gives the next pair."""
    person.world.clock.move(hours=2)
    status, told, _ = await person.write("put")
    assert (status, told["error"]) == (400, "ExpiredToken")
    status, told, _ = await person.ask("POST", "server.refreshSession", token=person.refresh)
    assert status == 200
    assert told["refreshJwt"] != person.refresh
    assert (await Person(person.on, person.world, told).write("put"))[0] == 200
    _, again, _ = await person.ask("POST", "server.refreshSession", token=person.refresh)
    assert again["refreshJwt"] == told["refreshJwt"]
    person.world.clock.move(hours=2)
    status, told, _ = await person.ask("POST", "server.refreshSession", token=person.refresh)
    assert (status, told["error"]) == (400, "ExpiredToken")


async def test_deleting_the_app_password_ends_everything(person: Person) -> None:
    """Neither token works, nor the old password; the new one does."""
    assert person.world.connected("jana.feld")
    person.world.revoke("jana.feld")
    assert not person.world.connected("jana.feld")
    assert (await person.write("put"))[1]["error"] == "ExpiredToken"
    assert (await person.ask("POST", "server.refreshSession", token=person.refresh))[0] == 400
    body = {"identifier": person.did, "password": "play-jana.feld"}
    assert (await person.on.ask("POST", f"{PDS}server.createSession", json=body))[0] == 401
    assert (await (await sign_in(person.on, person.world)).write("put"))[0] == 200


async def test_signing_out_ends_the_session(person: Person) -> None:
    """deleteSession takes the refresh token."""
    assert (await person.ask("POST", "server.deleteSession", token=person.refresh))[0] == 200
    assert not person.world.connected("jana.feld")
    assert (await person.ask("GET", "server.getSession"))[0] == 400


async def test_put_with_an_own_key_never_makes_a_second_post(person: Person) -> None:
    """The same record again changes nothing; another text changes the post; the key stays one post."""
    _, first, _ = await person.write("put")
    assert first["uri"] == f"at://{person.did}/{POST}/{RKEY}"
    _, again, _ = await person.write("put")
    assert (again["uri"], again["cid"]) == (first["uri"], first["cid"])
    _, other, _ = await person.write("put", "Changed")
    assert (other["uri"], other["cid"] != first["cid"]) == (first["uri"], True)
    (post,) = person.world.posts("jana.feld")
    assert (post.text, post.via) == ("Changed", "api")
    assert (await person.look_up())[1]["value"]["text"] == "Changed"


async def test_create_with_a_key_that_is_taken_is_500(person: Person) -> None:
    """The server has no name for it; without a key each creation is a new post."""
    assert (await person.write("create"))[0] == 200
    status, told, _ = await person.write("create", "Other")
    assert (status, told["error"]) == (500, "InternalServerError")
    assert (await person.write("create", rkey=None))[1]["uri"] != (await person.write("create", rkey=None))[1]["uri"]
    assert len(person.world.posts()) == 3


async def test_a_lost_answer_is_settled_by_looking_it_up(person: Person) -> None:
    """The record is there although nobody heard so."""
    assert (await person.look_up())[1]["error"] == "RecordNotFound"
    person.world.faults.inject(Fault.LOST_ANSWER, path="putRecord")
    with pytest.raises(aiohttp.ClientError):
        await person.write("put")
    assert (await person.look_up())[0] == 200
    assert (await person.write("put"))[0] == 200
    assert len(person.world.posts()) == 1


@pytest.mark.parametrize(
    "record",
    [
        {"text": "x" * 301},
        {"text": "👩‍👩‍👧‍👦" * 121},
        {"text": None},
        {"createdAt": "yesterday"},
        {"langs": ["de", "en", "fr", "es"]},
        {"tags": list("abcdefghi")},
        {"facets": [{"features": []}]},
        {"embed": {"$type": "app.bsky.embed.external", "external": {"uri": "https://a.example", "title": "t"}}},
        {"$type": "app.bsky.feed.like"},
    ],
)
async def test_a_record_that_breaks_the_lexicon_is_400(person: Person, record: dict[str, Any]) -> None:
    """300 graphemes, 3,000 bytes, and the fields as they must be."""
    status, told, _ = await person.write("put", **({"text": "Hello"} | record))
    assert (status, told["error"]) == (400, "InvalidRequest")
    assert person.world.posts() == []


async def test_the_longest_text_fits_and_the_key_must_be_a_tid(person: Person) -> None:
    """300 graphemes are fine, even of four bytes; a free-form key is not."""
    assert (await person.write("put", "🌊" * 300))[0] == 200
    assert (await person.write("put", rkey="my-own-key"))[0] == 400


async def test_the_card_is_what_was_sent_with_its_picture(person: Person) -> None:
    """Nothing is read from the link; the thumb must have been uploaded; the blob's name is its content's."""
    status, told, _ = await person.ask("POST", "repo.uploadBlob", data=png(), headers={"Content-Type": "image/png"})
    assert status == 200
    blob = told["blob"]
    assert blob["ref"]["$link"] == cid_of(png())
    assert blob["size"] == len(png())
    external = {"uri": "https://go.nordlicht.example/r/a", "title": "Rotor", "description": "…", "thumb": blob}
    await person.write("put", embed={"$type": "app.bsky.embed.external", "external": external})
    (post,) = person.world.posts()
    assert (post.title, post.url_of_link) == ("Rotor", "https://go.nordlicht.example/r/a")
    async with person.on.http.get(person.on.outside.at("cdn.bsky.app", post.image.partition(".app")[2])) as seen:
        assert hashlib.sha256(await seen.read()).digest() == hashlib.sha256(png()).digest()
    missing = external | {"thumb": blob | {"ref": {"$link": cid_of(b"other")}}}
    status, told, _ = await person.write("put", embed={"$type": "app.bsky.embed.external", "external": missing})
    assert (status, told["error"]) == (400, "BlobNotFound")


async def test_a_blob_of_a_million_bytes_fits_and_one_more_does_not(person: Person) -> None:
    """1,000,000 bytes is the limit of a picture."""
    headers = {"Content-Type": "image/png"}
    assert (await person.ask("POST", "repo.uploadBlob", data=bytes(1_000_000), headers=headers))[0] == 200
    status, told, _ = await person.ask("POST", "repo.uploadBlob", data=bytes(1_000_001), headers=headers)
    assert (status, told["error"]) == (400, "BlobTooLarge")


async def test_links_only_count_where_they_were_marked(person: Person) -> None:
    """An address in the text is no link until a facet says so."""
    await person.write("put", "See https://a.example/")
    assert person.world.posts()[0].url_of_link == ""
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example/"}
    await person.write("put", "See it", facets=[{"index": {"byteStart": 0, "byteEnd": 3}, "features": [feature]}])
    assert person.world.posts()[0].url_of_link == "https://a.example/"


async def test_one_writes_only_into_the_own_repository(person: Person) -> None:
    """Another's DID is 401, an unknown token 400, none 401."""
    other = await sign_in(person.on, person.world, "pia.lorenzen")
    value = {"$type": POST, "text": "x", "createdAt": "2026-11-20T08:00:00Z"}
    body = {"repo": other.did, "collection": POST, "rkey": RKEY, "record": value}
    assert (await person.ask("POST", "repo.putRecord", json=body))[0] == 401
    assert (await person.ask("POST", "repo.putRecord", token="made-up", json=body))[1]["error"] == "InvalidToken"
    assert (await person.on.ask("POST", f"{PDS}repo.putRecord", json=body))[1]["error"] == "AuthMissing"
    assert person.world.posts() == []


async def test_deleting_twice_is_fine_and_the_public_sees_it_gone(person: Person) -> None:
    """getPosts needs no sign-in, counts likes, leaves out what is gone, takes 25 at most."""
    _, told, _ = await person.write("put")
    uri = told["uri"]
    await person.world.act({"act": "like", "id": uri})
    url = "https://public.api.bsky.app/xrpc/app.bsky.feed.getPosts"
    _, seen, _ = await person.on.ask("GET", url, params=[("uris", uri), ("uris", uri + "x")])
    assert [(one["uri"], one["likeCount"]) for one in seen["posts"]] == [(uri, 1)]
    assert (await person.on.ask("GET", url, params=[("uris", uri)] * 26))[0] == 400
    body = {"repo": person.did, "collection": POST, "rkey": RKEY}
    for _ in range(2):
        assert (await person.ask("POST", "repo.deleteRecord", json=body))[0] == 200
    assert (await person.on.ask("GET", url, params=[("uris", uri)]))[1] == {"posts": []}
    assert (await person.look_up())[0] == 400
    assert person.world.posts()[0].deleted


async def test_records_are_listed_page_by_page(person: Person) -> None:
    """Newest first, a cursor leads to the next page, reverse turns it round."""
    uris = [(await person.write("create", f"Nr {number}", rkey=None))[1]["uri"] for number in range(5)]
    query = {"repo": person.did, "collection": POST, "limit": "2"}
    found: list[str] = []
    while True:
        _, page, _ = await person.on.ask("GET", f"{PDS}repo.listRecords", params=query)
        found += [one["uri"] for one in page["records"]]
        if "cursor" not in page:
            break
        query["cursor"] = page["cursor"]
    assert found == uris[::-1]
    query = {"repo": person.did, "collection": POST, "reverse": "true"}
    _, page, _ = await person.on.ask("GET", f"{PDS}repo.listRecords", params=query)
    assert [one["uri"] for one in page["records"]] == uris


async def test_thirty_sign_ins_in_five_minutes(person: Person) -> None:
    """More are 429 with the moment it goes on; then it does."""
    to_next(person.world, 300)
    body = {"identifier": person.did, "password": "wrong"}
    answers = [await person.on.ask("POST", f"{PDS}server.createSession", json=body) for _ in range(31)]
    assert [status for status, *_ in answers] == [401] * 30 + [429]
    _, told, headers = answers[-1]
    assert told["error"] == "RateLimitExceeded"
    wait = int(headers["RateLimit-Reset"]) - person.world.clock.now().timestamp()
    assert 0 < wait <= 300
    person.world.clock.move(seconds=wait + 1)
    await sign_in(person.on, person.world)


async def test_faults_speak_bluesky(person: Person) -> None:
    """429 carries RateLimit-Reset in epoch seconds, 500 and revocation their names; nothing is posted."""
    for fault in (Fault.THROTTLE, Fault.ERROR, Fault.REVOKED):
        person.world.faults.inject(fault, retry_after=9, path="putRecord")
    status, _, headers = await person.write("put")
    assert status == 429
    assert 7 < int(headers["RateLimit-Reset"]) + 1 - person.world.clock.now().timestamp() <= 10
    assert [(await person.write("put"))[1]["error"] for _ in range(2)] == ["InternalServerError", "ExpiredToken"]
    assert (await person.ask("POST", "server.refreshSession", token=person.refresh))[0] == 400
    assert person.world.posts() == []
