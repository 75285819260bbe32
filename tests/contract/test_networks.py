"""One suite for every network that posts, over real HTTP against its world; a network adds a subclass."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from advocacy.chat import Refused, Retry, Unknown
from advocacy.config import Settings
from advocacy.db import now
from advocacy.http import Http
from advocacy.playground.bluesky_world import BlueskyWorld
from advocacy.playground.dialogs_world import DialogsWorld
from advocacy.playground.linkedin_world import LinkedInWorld
from advocacy.playground.mastodon_world import MastodonWorld
from advocacy.playground.network import NetworkWorld
from advocacy.playground.world import Fault, Outside
from advocacy.sharing.network import Connection, Draft, Network, Posted, Reconnect
from advocacy.sharing.networks import ALL, make_all
from advocacy.sharing.networks.bluesky import facets
from advocacy.sharing.networks.linkedin import little_text
from advocacy.sharing.shares import new_key
from tests.conftest import playground_settings

PERSON = "jana.feld"
CALLBACK = "http://127.0.0.1:8780/connect/any/callback"
LINK = "https://advocacy.nordlicht.example/r/aB3dEfGh9"
ODD = (
    "Grüße aus dem Watt – „schön“, 100 % <b>& mehr</b> 🌬️👩🏽‍🔧🇩🇪 #Windkraft\n\n"
    "Ecken: \\ | { } @ [x] (y) <z> # * _kursiv_ ~ und C:\\Pfad #snake_case @jana"
)


@pytest.fixture
def world(request: pytest.FixtureRequest) -> NetworkWorld:
    return request.cls.make_world()


@pytest.fixture
async def outside(world: NetworkWorld) -> AsyncIterator[Outside]:
    world.previews = False
    stage = Outside(world)
    await stage.start()
    yield stage
    await stage.stop()


@pytest.fixture
def here(outside: Outside, tmp_path: Path) -> Settings:
    changes = {"outside": outside.origins(), "linkedin_client_id": "app", "linkedin_client_secret": "app-secret"}
    return playground_settings("sqlite:///unused", tmp_path, **changes)


@pytest.fixture
async def http(here: Settings) -> AsyncIterator[Http]:
    client = Http(here)
    await client.start()
    yield client
    await client.close()


@pytest.fixture
def network(request: pytest.FixtureRequest, here: Settings, http: Http) -> Network:
    return make_all(here, http)[request.cls.name]


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (120, 63), "teal").save(out, "JPEG")
    return out.getvalue()


def draft(text: str = "Wir bauen einen Windpark.", **changes: object) -> Draft:
    values: dict[str, object] = {
        "text": f"{text}\n\n{LINK}", "link": LINK, "title": "Neuer Windpark", "summary": "Zwölf Anlagen.",
        "image": picture(), "image_alt": "Ein Windrad", "language": "de", "key": new_key(),
    }  # fmt: skip
    return Draft(**{**values, **changes})  # type: ignore[arg-type]


class NetworkSuite:
    """What every network that posts has to keep."""

    name: str
    creating: str
    """Part of the path that makes a post."""

    @staticmethod
    def make_world() -> NetworkWorld:
        raise NotImplementedError

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
            await network.revoke(client, connection)
            assert not world.connected(PERSON)

    async def test_a_post_shows_exactly_the_text_with_link_and_card(self, network, world, connection, http):
        """What the person saw is what stands there; the address that is kept shows it."""
        one = draft()
        posted = await network.post(connection, one)
        [seen] = world.posts(PERSON)
        assert (seen.text, seen.url_of_link, seen.via) == (one.text, LINK, "api")
        if network.abilities().takes_picture:
            assert seen.title == "Neuer Windpark"
            assert seen.image
        page = await http.request("GET", posted.url)
        assert page.status == 200
        assert "Wir bauen einen Windpark." in page.body.decode()

    async def test_without_a_picture_it_is_posted_all_the_same(self, network, world, connection):
        """A story without a picture, or whose picture cannot be had, is no reason to fail."""
        await network.post(connection, draft(image=None, image_alt="", summary=""))
        await network.post(connection, draft("Noch eins.", image=b"no picture at all"))
        assert len(world.posts(PERSON)) == 2

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
        world.faults.inject(Fault.LOST_ANSWER, path=self.creating, times=2 if self.name == "bluesky" else 1)
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

    async def test_odd_characters_arrive_as_they_are(self, network, world, connection):
        """Emoji, umlauts, quotes, mark-up and the signs that LinkedIn reserves."""
        await network.post(connection, draft(ODD))
        [seen] = world.posts(PERSON)
        assert seen.text == f"{ODD}\n\n{LINK}"

    async def test_a_server_that_cannot_be_reached_means_later(self, network, outside, connection, http):
        """Nothing was sent, so nothing is unknown."""
        await outside.stop()
        await http.close()  # an old connection would break only after the request was sent
        await http.start()
        with pytest.raises(Retry):
            await network.post(connection, draft())

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


class TestLinkedIn(NetworkSuite):
    name = "linkedin"
    creating = "/rest/posts"
    tells_when = False

    @staticmethod
    def make_world() -> NetworkWorld:
        return LinkedInWorld("app", "app-secret")

    async def test_looking_up_ends_when_linkedin_forgets(self, network, world, connection):
        """After ten minutes a repeat would be a second post, so nobody posts: it stays unknown."""
        one = draft()
        await network.post(connection, one)
        with pytest.raises(Unknown):
            await network.look_up(connection, replace(one, first_tried_at=now() - timedelta(minutes=10)))
        with pytest.raises(Unknown):
            await network.look_up(connection, one)
        assert len(world.posts(PERSON)) == 1

    async def test_a_picture_that_is_not_taken_is_left_out(self, network, world, connection):
        """The post matters more than its picture."""
        await network.post(connection, draft(image=b"GIF89a broken"))
        [seen] = world.posts(PERSON)
        assert (seen.image, seen.title) == ("", "Neuer Windpark")

    async def test_a_version_that_has_ended_is_not_the_persons_fault(self, here, http, world, connection):
        """426 is for the administrator: the share waits instead of failing."""
        old = ALL["linkedin"](here.model_copy(update={"linkedin_version": "202401"}), http)
        with pytest.raises(Retry) as caught:
            await old.post(connection, draft())
        assert caught.value.after >= timedelta(minutes=10)
        assert world.posts() == []

    async def test_the_token_ends_after_sixty_days(self, network, world, connection):
        """The end is known from the start, and the network says so then."""
        assert timedelta(days=59) < connection.expires_at - now() < timedelta(days=61)
        world.clock.move(days=61)
        with pytest.raises(Reconnect):
            await network.post(connection, draft())

    def test_without_an_app_it_is_a_share_page(self, here, http):
        """Works with nothing set up."""
        bare = ALL["linkedin"](here.model_copy(update={"linkedin_client_id": None}), http)
        assert not bare.abilities().post
        assert bare.abilities().dialog

    def test_little_text_escapes_all_but_hashtags(self):
        """Reserved signs are escaped; a hashtag stays one."""
        assert little_text("a_b (c) #Wind #1 # x@y") == r"a\_b \(c\) #Wind #1 \# x\@y"


class TestMastodon(NetworkSuite):
    name = "mastodon"
    creating = "/api/v1/statuses"
    host = "nordlicht.social"

    @staticmethod
    def make_world() -> NetworkWorld:
        return MastodonWorld()

    async def test_after_the_hour_of_the_key_a_repeat_is_not_made_blindly(self, network, world, connection):
        """The post is found by its link, long after the server forgot the key."""
        one = draft()
        posted = await network.post(connection, one)
        world.clock.move(hours=2)
        found = await network.look_up(connection, replace(one, first_tried_at=now() - timedelta(hours=2)))
        assert found == posted

    async def test_what_is_no_mastodon_server_is_refused(self, network):
        """A typing mistake in the server's name ends with a clear no, and private addresses are not visited."""
        for host in ("localhost", "127.0.0.1"):
            with pytest.raises(Refused):
                await network.register(host, CALLBACK)

    async def test_the_verifier_is_needed(self, network, world):
        """PKCE: a stolen code alone gives nothing."""
        client = await network.register(self.host, CALLBACK)
        consent = network.consent(client, self.host, "s", CALLBACK)
        answer = await world.act({"act": "consent", "url": consent.url, "person": PERSON})
        code = parse_qs(urlsplit(answer["redirect"]).query)["code"][0]
        with pytest.raises(Refused):
            await network.exchange(client, self.host, code, CALLBACK, "another verifier")

    def test_with_a_named_server_there_is_a_share_page(self, here, http):
        """Otherwise nobody knows on which server it would be."""
        named = ALL["mastodon"](here.model_copy(update={"mastodon_hosts": ("nordlicht.social",)}), http)
        assert named.abilities().dialog
        assert parse_qs(urlsplit(named.dialog(f"Hallo\n\n{LINK}", LINK)).query)["text"] == [f"Hallo\n\n{LINK}"]


class TestBluesky(NetworkSuite):
    name = "bluesky"
    creating = "putRecord"

    @staticmethod
    def make_world() -> NetworkWorld:
        return BlueskyWorld()

    async def connect(self, network: Network, world: NetworkWorld) -> Connection:
        assert isinstance(world, BlueskyWorld)
        handle = world.handle(world.people[PERSON])
        return await network.sign_in("", f" @{handle}\u202c ", world.app_password(PERSON))

    async def test_a_wrong_password_is_refused(self, network, world):
        """And says nothing about which of the two was wrong."""
        for handle, password in (("jana-feld.bsky.social", "wrong"), ("nobody.bsky.social", "play-jana.feld")):
            with pytest.raises(Refused):
                await network.sign_in("", handle, password)
        assert not world.connected(PERSON)

    async def test_a_lapsed_session_is_renewed_and_handed_over(self, network, world, connection):
        """After two hours the access token lapses; the new pair is given to whoever stores it."""
        fresh: list[Connection] = []
        world.clock.move(hours=3)
        await network.post(replace(connection, renewed=fresh.append), draft())
        [renewed] = fresh
        assert renewed.token != connection.token
        assert renewed.refresh_token != connection.refresh_token
        await network.post(renewed, draft("Zweiter."))
        assert len(world.posts(PERSON)) == 2

    async def test_links_and_hashtags_can_be_pressed(self, network, world, connection):
        """Facets count UTF-8 bytes, so umlauts and emoji before them matter."""
        text = f"Grüße 🌬️ aus #Köln, #42 und (https://a.example/b). #Ende!\n\n{LINK}"
        pressed = [
            (text.encode()[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode(), one["features"][0])
            for one in facets(text)
        ]
        assert [said for said, _ in pressed] == ["#Köln", "https://a.example/b", "#Ende", LINK]
        assert [next(value for key, value in one.items() if key != "$type") for _, one in pressed] == [
            "Köln", "https://a.example/b", "Ende", LINK,
        ]  # fmt: skip
        await network.post(connection, draft(text.removesuffix(f"\n\n{LINK}")))
        assert len(world.posts(PERSON)) == 1

    def test_bytes_are_a_limit_too(self, network):
        """300 graphemes of family emoji are far over 3,000 bytes."""
        assert network.length("👩‍👩‍👧‍👦" * 200) > network.limit


TEXTS = st.text(max_size=80) | st.lists(
    st.sampled_from(["Wind", "kräftig", "🌬️", "👩🏽‍🔧", "🇩🇪", "風力", "@jana@nordlicht.social", "https://a.example/b?c=d", LINK + ".", "(", ")", "#tag", "e\u0301"]),
    max_size=20,
).map(" ".join)  # fmt: skip


class TestLengths:
    """We count as the networks do: what we let pass is taken, what we cut had to be cut."""

    @given(TEXTS)
    @hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    def test_our_count_is_never_below_theirs(self, text: str) -> None:
        here = playground_settings("sqlite:///unused", Path())
        networks = make_all(here, Http(here))
        for world in (LinkedInWorld(), MastodonWorld(), DialogsWorld()):
            names = ("x", "whatsapp") if isinstance(world, DialogsWorld) else (world.name,)
            for name in names:
                theirs, limit = world.length(name, text)
                assert networks[name].length(text) >= theirs
                assert networks[name].limit <= limit
                if name in {"mastodon", "x"} and "http" not in text:
                    assert networks[name].length(text) == theirs


class TestDialogs:
    """Networks that are share pages only."""

    @staticmethod
    def make_world() -> NetworkWorld:
        return DialogsWorld()

    name = "x"

    @pytest.mark.parametrize("name", ["x", "xing", "facebook", "whatsapp"])
    async def test_the_page_opens_prefilled_and_posts(self, name, here, http, world):
        """What the page makes of our address is our text (where it takes one) and our link."""
        one = make_all(here, http)[name]
        text = f"{ODD}\n\n{LINK}"
        post = await world.share(one.dialog(text, LINK), PERSON)
        assert post.url_of_link == LINK
        assert post.text == (text if one.abilities().dialog_takes_text else "")
        with pytest.raises(Refused):
            await one.post(Connection("", "", "", ""), draft())

    async def test_a_mail_is_encoded_for_every_mail_program(self, here, http):
        """RFC 6068: no plus signs, line breaks as CRLF, a subject of one line."""
        url = make_all(here, http)["email"].dialog(f"Neuer Windpark + mehr\n\n{ODD}\n\n{LINK}", LINK)
        assert url.startswith("mailto:?subject=Neuer%20Windpark%20%2B%20mehr&body=")
        assert "+" not in url
        assert re.search("(?<!%0D)%0A", url) is None
        assert url.endswith(LINK.replace(":", "%3A").replace("/", "%2F"))

    def test_an_unknown_name_in_the_settings_is_said(self, here, http):
        """A typing mistake does not silently lose a network."""
        with pytest.raises(ValueError, match="linkedn"):
            make_all(here.model_copy(update={"networks": ("linkedn",)}), http)
