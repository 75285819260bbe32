"""What every network that posts has to keep, over real HTTP against its world."""

from __future__ import annotations

import contextlib
import io
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from advocacy.chat import Refused, Retry, Unknown
from advocacy.config import Settings
from advocacy.db import now
from advocacy.http import Http
from advocacy.playground.networks.consent import ConsentWorld
from advocacy.playground.networks.network import NetworkWorld
from advocacy.playground.networks.posts import followers
from advocacy.playground.world import Fault, Outside
from advocacy.sharing.network import Connection, Draft, Limits, Network, Posted, Reconnect
from advocacy.sharing.networks import make_all
from advocacy.sharing.once import new_key
from advocacy.sharing.text import clean
from tests.conftest import playground_settings

PERSON = "jana.feld"
CALLBACK = "http://127.0.0.1:8780/connect/any/callback"
LINK = "https://advocacy.nordlicht.example/r/aB3dEfGh9"
ODD = (
    "Grüße aus dem Watt – „schön“, 100 % <b>& mehr</b> 🌬️👩🏽‍🔧🇩🇪 #Windkraft\n\n"
    "Ecken: \\ | { } @ [x] (y) <z> # * _kursiv_ ~ und C:\\Pfad #snake_case @jana"
)
FAR = (
    "مرحبا \u2067بالعالم\u2069 · שלום · 風力発電の日 · นี่ · Ze\u0301br\u0301e · 👨‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿🇺🇳1️⃣ · "
    "**fett** `code` [a](b) &amp; </p> ~~x~~ > y"
)
"""Written from the right, in signs without words between them, composed of several, and what others take for mark-up."""


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (120, 63), "teal").save(out, "JPEG")
    return out.getvalue()


def flat(size: tuple[int, int]) -> bytes:
    """A picture of so many pixels, and of few bytes."""
    out = io.BytesIO()
    Image.new("1", size).save(out, "PNG")
    return out.getvalue()


def draft(words: str = "Wir bauen einen Windpark.", **changes: object) -> Draft:
    """A post with a link of its own, as every share has."""
    link = LINK[:-9] + secrets.token_hex(5)[:9]
    values: dict[str, object] = {
        "text": f"{words}\n\n{link}", "link": link, "title": "Neuer Windpark", "summary": "Zwölf Anlagen.",
        "image": picture(), "image_alt": "Ein Windrad", "language": "de", "key": new_key(),
    }  # fmt: skip
    return Draft(**{**values, **changes})  # type: ignore[arg-type]


class Stage:
    """A network's world on loopback, and the product's way to it."""

    name: str
    chosen: ClassVar[dict[str, object]] = {}
    """Settings that this network needs beside its app."""

    @staticmethod
    def make_world() -> NetworkWorld:
        raise NotImplementedError

    @pytest.fixture
    def world(self) -> NetworkWorld:
        return self.make_world()

    @pytest.fixture
    async def outside(self, world: NetworkWorld) -> AsyncIterator[Outside]:
        world.previews = False
        stage = Outside(world)
        await stage.start()
        yield stage
        await stage.stop()

    @pytest.fixture
    def here(self, world: NetworkWorld, outside: Outside, tmp_path: Path) -> Settings:
        changes: dict[str, object] = {"outside": outside.origins()}
        if isinstance(world, ConsentWorld) and world.client_id:
            changes["apps"] = {self.name: {"client_id": world.client_id, "client_secret": world.client_secret}}
        return playground_settings("sqlite:///unused", tmp_path, **{**changes, **self.chosen})

    @pytest.fixture
    async def http(self, here: Settings) -> AsyncIterator[Http]:
        client = Http(here)
        await client.start()
        yield client
        await client.close()

    @pytest.fixture
    def network(self, here: Settings, http: Http) -> Network:
        return make_all(here, http)[self.name]


class NetworkSuite(Stage):
    """What every network that posts has to keep."""

    creating: str
    """Part of the path that makes a post."""
    lost_answers = 1
    """How often the answer is lost until the post is unknown: the HTTP client itself repeats a PUT."""
    revokes = True
    """The network has a way to give a token back."""

    async def connect(self, network: Network, world: NetworkWorld) -> Connection:
        """Through the browser's consent page."""
        client = await network.register(self.host, CALLBACK)
        consent = network.consent(client, self.host, "state-1", CALLBACK)
        answer = await world.act({"act": "consent", "url": consent.url, "person": PERSON})
        assert answer["ok"], answer
        query = parse_qs(urlsplit(answer["redirect"]).query)
        assert query["state"] == ["state-1"]
        return await network.exchange(client, self.host, query["code"][0], CALLBACK, consent.verifier)

    host = ""

    @pytest.fixture
    async def connection(self, network: Network, world: NetworkWorld) -> Connection:
        return await self.connect(network, world)

    async def test_connecting_tells_who_it_is(self, network, world, connection):
        """A connection names the account, and the network knows of it until it is given back."""
        assert connection.remote_id
        assert connection.token
        assert connection.handle
        assert world.connected(PERSON)
        if network.abilities().asks_password:
            from advocacy.sharing.network import HostClient

            client = HostClient("", "")
        else:
            client = await network.register(self.host, CALLBACK)
        if not network.abilities().asks_host:  # a new registration is another app there
            with contextlib.nullcontext() if self.revokes else pytest.raises(Refused):
                await network.revoke(client, connection)
            assert world.connected(PERSON) != self.revokes

    async def test_a_post_shows_exactly_the_text_with_link_and_card(self, network, world, connection, http):
        """What the person saw is what stands there; the address that is kept shows it."""
        one = draft()
        posted = await network.post(connection, one)
        [seen] = world.posts(PERSON)
        assert (seen.text, seen.url_of_link, seen.via) == (one.text, one.link, "api")
        if network.abilities().image:
            assert seen.title == "Neuer Windpark"
            assert seen.image
        page = await http.request("GET", posted.url)
        assert page.status == 200
        assert "Wir bauen einen Windpark." in page.body.decode()

    async def test_a_story_may_prefer_its_picture_to_a_preview(self, network, world, connection):
        """Where a network shows pictures themselves there is no card then; the link stays in the text. Elsewhere all is as ever."""
        one = draft(as_picture=True)
        posted = await network.post(connection, one)
        [seen] = world.posts(PERSON)
        assert (seen.id, seen.text, seen.url_of_link) == (posted.remote_id, one.text, one.link)
        if network.abilities().picture_post:
            assert (seen.title, bool(seen.image)) == ("", True)

    async def test_without_a_picture_it_is_posted_all_the_same(self, network, world, connection):
        """A story without a picture, or whose picture cannot be had, is no reason to fail."""
        await network.post(connection, draft(image=None, image_alt="", summary=""))
        await network.post(connection, draft("Noch eins.", image=b"no picture at all"))
        await network.post(connection, draft("Und eins.", image=None, as_picture=True))
        assert len(world.posts(PERSON)) == 3

    async def test_the_same_post_again_is_still_one(self, network, world, connection):
        """The same key again gives the first post."""
        one = draft()
        first = await network.post(connection, one)
        assert await network.post(connection, one) == first
        assert len(world.posts(PERSON)) == 1

    async def test_a_lost_answer_is_unknown_until_it_is_looked_up(self, network, world, connection):
        """The post was made, the answer was lost: the post is found, and there is one."""
        one = draft()
        began = now()
        world.faults.inject(Fault.LOST_ANSWER, path=self.creating, times=self.lost_answers)
        with pytest.raises(Unknown):
            await network.post(connection, one)
        world.faults.clear()
        found = await network.look_up(connection, replace(one, first_tried_at=began))
        [seen] = world.posts(PERSON)
        assert found is not None
        assert found.remote_id == seen.id

    async def test_what_was_never_posted_ends_as_one_post(self, network, world, connection):
        """Looking up what is not there says so (or makes the post); afterwards there is exactly one."""
        one = draft()
        found = await network.look_up(connection, replace(one, first_tried_at=now()))
        if found is None:
            await network.post(connection, one)
        assert len(world.posts(PERSON)) == 1

    async def test_being_throttled_means_later_and_nothing_done(self, network, world, connection):
        """429 says when to come back, where the network tells."""
        world.faults.inject(Fault.THROTTLE, path=self.creating, retry_after=40)
        with pytest.raises(Retry) as caught:
            await network.post(connection, draft())
        assert world.posts(PERSON) == []
        if self.tells_when:
            assert timedelta(seconds=30) < caught.value.after <= timedelta(seconds=41)
        await network.post(connection, draft())

    tells_when = True

    async def test_an_error_on_their_side_never_leads_to_two(self, network, world, connection):
        """After a 500, doing what the error asks for ends in one post."""
        one = draft()
        world.faults.inject(Fault.ERROR, path=self.creating)
        posted: Posted | None = None
        try:
            await network.post(connection, one)
        except Unknown:
            posted = await network.look_up(connection, replace(one, first_tried_at=now()))
        except Retry:
            pass
        assert posted or await network.post(connection, one)
        assert len(world.posts(PERSON)) == 1

    async def test_a_withdrawn_permission_asks_to_connect_again(self, network, world, connection):
        """Whether it was withdrawn before or is refused now: ``Reconnect``, nothing posted."""
        posted = await network.post(connection, draft())
        world.revoke(PERSON)
        with pytest.raises(Reconnect):
            await network.post(connection, draft())
        with pytest.raises(Reconnect):
            await network.delete(connection, posted.remote_id)
        again = await self.connect(network, world)
        world.faults.inject(Fault.REVOKED, path=self.creating)
        with pytest.raises(Reconnect):
            await network.post(again, draft())
        assert len(world.posts(PERSON)) == 1

    async def test_a_post_can_be_deleted_and_twice_is_fine(self, network, world, connection):
        """Deleted by us, deleted again, deleted elsewhere: it is gone and nobody complains."""
        for elsewhere in (False, True):
            posted = await network.post(connection, draft(f"Nummer {elsewhere}"))
            if elsewhere:
                assert (await world.act({"act": "delete", "id": world.posts(PERSON)[-1].id}))["ok"]
            await network.delete(connection, posted.remote_id)
            await network.delete(connection, posted.remote_id)
        assert world.posts(PERSON, deleted=False) == []

    async def test_a_text_that_is_too_long_is_refused(self, network, world, connection):
        """One over the limit is no; exactly the limit is posted whole."""
        room = network.limit - network.length(f"\n\n{LINK}")
        with pytest.raises(Refused):
            await network.post(connection, draft("ä" * (room + 1)))
        one = draft("ä" * room)
        assert network.length(one.text) == network.limit
        await network.post(connection, one)
        [seen] = world.posts(PERSON)
        assert seen.text == one.text

    async def test_an_account_may_have_limits_of_its_own(self, network, world):
        """Only where servers differ is there something to ask; with other limits it is the same network otherwise."""
        told = await network.limits(self.host)
        assert (told is not None) == network.abilities().limits_differ
        before = network.limit
        mine = network.within(told or Limits(before + 1, None))
        assert (mine.name, mine.abilities(), network.limit) == (network.name, network.abilities(), before)
        assert mine.limit == (told.characters if told else before + 1)

    async def test_odd_characters_arrive_as_they_are(self, network, world, connection):
        """Emoji, flags, umlauts, Arabic, Japanese, mark-up and the signs that LinkedIn reserves; half signs are gone."""
        for said in (ODD, clean(f"{FAR}\ud83c")):
            one = draft(said)
            await network.post(connection, one)
            assert world.posts(PERSON)[-1].text == one.text == f"{said}\n\n{one.link}"
        assert "\ud83c" not in said

    async def test_a_picture_that_is_too_large_does_not_hold_up_the_post(self, network, world, connection):
        """The words go out all the same, without the picture or with what the network makes of it."""
        for image in (picture() + b"\0" * 1_000_001, *map(flat, self.too_large)):
            one = draft(image=image)
            posted = await network.post(connection, one)
            seen = world.posts(PERSON)[-1]
            assert (seen.id, seen.text) == (posted.remote_id, one.text)
        assert not (self.too_large and seen.image)

    too_large: tuple[tuple[int, int], ...] = ()
    """Width and height of a picture with more pixels than it takes, where the network counts them."""

    async def test_a_server_that_cannot_be_reached_means_later(self, network, outside, connection, http):
        """Nothing was sent, so nothing is unknown."""
        await outside.stop()
        await http.close()  # an old connection would break only after the request was sent
        await http.start()
        with pytest.raises(Retry):
            await network.post(connection, draft())

    telling = ""
    """Part of the path that tells what came of a post."""

    async def test_what_came_of_a_post_is_told_where_the_network_does(self, network, world, connection):
        """As everybody sees it, so also without a permission, unless it is paid for; nothing of a post that is gone.

        429 means later.
        """
        ids = [(await network.post(connection, draft(f"Nummer {one}."))).remote_id for one in range(3)]
        if not network.abilities().metrics:
            with pytest.raises(Refused):
                await network.reactions(connection, ids)
            return
        first, second, third = world.posts(PERSON)
        for kind in ("like", "like", "repost"):
            await world.act({"act": kind, "id": first.id})
        second.replies = 4
        world.remove(third.id)
        if not network.abilities().metrics_paid:
            world.revoke(PERSON)
        told = await network.reactions(connection, ids)
        assert {one: (it.likes, it.reposts, it.replies) for one, it in told.items()} == {
            ids[0]: (2, 1, 0),
            ids[1]: (0, 0, 4),
        }
        assert told[ids[0]].followers == (None if network.abilities().metrics_paid else followers(PERSON))
        world.faults.inject(Fault.THROTTLE, path=self.telling, retry_after=40)
        with pytest.raises(Retry) as caught:
            await network.reactions(connection, ids)
        assert caught.value.after > timedelta(seconds=30)

    def test_the_share_page_is_prefilled(self, network, world):
        """Its address stays short enough for every browser, and keeps the link, however long the text is."""
        for said in ("Kurz & gut", "Wörter mit 🌬️ " * 300):
            url = network.dialog(f"{said}\n\n{LINK}", LINK)
            if not network.abilities().dialog:
                assert url == ""
                continue
            assert len(url) <= 2000
            host_path = urlsplit(url)
            filled = parse_qs(host_path.query)["text"][0]
            assert filled.startswith(said[:8])
            assert filled.endswith(LINK)
