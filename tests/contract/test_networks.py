"""Every network, held to the same suite; a new one adds a subclass here."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from network_suite import CALLBACK, LINK, PERSON, NetworkSuite, draft

from advocacy.chat import Refused, Retry, Unknown
from advocacy.db import now
from advocacy.http import Http
from advocacy.playground.networks.bluesky import BlueskyWorld
from advocacy.playground.networks.linkedin import LinkedInWorld
from advocacy.playground.networks.mastodon import MastodonWorld
from advocacy.playground.networks.network import NetworkWorld
from advocacy.playground.networks.threads import ThreadsWorld
from advocacy.playground.networks.x import XWorld
from advocacy.playground.world import Fault
from advocacy.sharing.network import Connection, Limits, Network, Reconnect
from advocacy.sharing.networks import ALL, make_all
from advocacy.sharing.networks.bluesky import facets
from advocacy.sharing.networks.linkedin import little_text, parent
from tests.conftest import playground_settings

RULES = (
    "connecting_tells_who_it_is", "a_post_shows_exactly_the_text_with_link_and_card", "the_same_post_again_is_still_one",
    "a_lost_answer_is_unknown_until_it_is_looked_up", "being_throttled_means_later_and_nothing_done",
    "a_withdrawn_permission_asks_to_connect_again", "a_post_can_be_deleted_and_twice_is_fine",
    "a_text_that_is_too_long_is_refused", "a_picture_that_is_too_large_does_not_hold_up_the_post",
    "odd_characters_arrive_as_they_are",
)  # fmt: skip
"""Connect, post, duplicate, time-out after it was done, rate limit, revoked, deleted elsewhere, too long, too large, odd."""


def test_every_network_that_posts_keeps_the_same_rules(tmp_path: Path) -> None:
    """Each has its class here, and none has a milder version of a rule."""
    here = playground_settings(
        "sqlite:///unused",
        tmp_path,
        apps={one: {"client_id": "a", "client_secret": "s"} for one in ALL},
        x_cost_accepted=True,
    )
    networks = make_all(here.model_copy(update={"networks": tuple(ALL)}), Http(here))
    suites = {one.name: one for one in NetworkSuite.__subclasses__()}
    assert set(suites) == {name for name, network in networks.items() if network.abilities().post}
    for rule in RULES:
        kept = getattr(NetworkSuite, f"test_{rule}")
        assert all(getattr(suite, f"test_{rule}") is kept for suite in suites.values()), rule


class TestLinkedIn(NetworkSuite):
    name = "linkedin"
    creating = "/rest/posts"
    tells_when = False
    too_large = ((6100, 6000),)

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

    async def test_a_picture_post_says_what_it_shows(self, network, world, connection):
        """In ``content.media``, as the Posts API wants it; it takes one kind of content and no other field."""
        one = draft(as_picture=True)
        body = network._body(connection, one, urn := "urn:li:image:D4E00000001")
        assert body["content"] == {"media": {"id": urn, "altText": "Ein Windrad"}}
        assert network._body(connection, replace(one, link=""), urn)["content"] == body["content"]
        for wrong in ({"media": {"id": urn}, "article": {"source": LINK, "title": "T"}}, {"media": {"alt": "x"}}):
            with pytest.raises(Refused):
                network._posted(await network._call(connection, "POST", "/rest/posts", json={**body, "content": wrong}))
        assert world.posts() == []

    async def test_a_picture_post_is_looked_up_with_its_picture_or_not_at_all(self, network, world, connection):
        """Posted again as a card, LinkedIn might take it for another one."""
        one = draft(as_picture=True)
        posted = await network.post(connection, one)
        tried = replace(one, first_tried_at=now())
        assert await network.look_up(connection, tried) == posted
        for image in (None, b"no picture any more"):
            with pytest.raises(Unknown):
                await network.look_up(connection, replace(tried, image=image))
        assert len(world.posts(PERSON)) == 1

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
        bare = ALL["linkedin"](here.model_copy(update={"apps": {}}), http)
        assert not bare.abilities().post
        assert bare.abilities().dialog

    async def test_a_post_of_the_companys_page_is_passed_on_with_own_words(self, network, world, connection):
        """No link, no card of ours: the post itself hangs below the words. In another round the words are new."""
        theirs = await network.post(connection, draft("Der Beitrag des Unternehmens."))
        page = f"https://www.linkedin.com/feed/update/{theirs.remote_id}/?utm_source=a"
        assert network.reshares(page)
        one = draft(link=page, text="Anzeige\n\nStolz darauf!")
        mine = await network.post(connection, one)
        seen = world.posts(PERSON)[-1]
        assert (seen.id, seen.text, seen.url_of_link) == (mine.remote_id, one.text, world.find(theirs.remote_id).url)
        with pytest.raises(Refused):
            await network.post(connection, one)
        assert await network.look_up(connection, replace(one, first_tried_at=now())) == mine
        await network.delete(connection, theirs.remote_id)
        with pytest.raises(Refused):
            await network.post(connection, draft(link=page, text="Noch einmal."))

    def test_only_addresses_that_name_a_post_are_passed_on(self, network, here, http):
        """Share and ugcPost; an activity may have another number than its post, and strangers only look like it."""
        www = "https://www.linkedin.com"
        assert (
            parent(f"{www}/posts/nordlicht_wind-ugcPost-7336013677930006817-6jfq")
            == "urn:li:ugcPost:7336013677930006817"
        )
        for other in (f"{www}/posts/a-activity-7332661864792854528-hcGT", f"{www}/company/nordlicht", LINK,
                      f"https://a.example/?u={www}/feed/update/urn:li:share:1", f"{www}/feed/update/urn:li:activity:1"):  # fmt: skip
            assert parent(other) == ""
        bare = ALL["linkedin"](here.model_copy(update={"apps": {}}), http)
        assert not bare.reshares(f"{www}/feed/update/urn:li:share:1")

    def test_little_text_escapes_all_but_hashtags(self):
        """Reserved signs are escaped; a hashtag stays one."""
        assert little_text("a_b (c) #Wind #1 # x@y") == r"a\_b \(c\) #Wind #1 \# x\@y"


class TestMastodon(NetworkSuite):
    name = "mastodon"
    telling = "/api/v1/statuses/"
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

    @pytest.mark.parametrize(("longest", "per_link"), [(1000, 30), (300, 25), (5000, 0)])
    async def test_a_server_takes_what_it_says(self, network, world, connection, longest, per_link):
        """By its own count: exactly its limit is posted whole, one more is refused."""
        world.longest, world.per_link = longest, per_link
        mine = network.within(await network.limits(self.host))
        room = longest - mine.length(f"\n\n{LINK}")
        with pytest.raises(Refused):
            await mine.post(connection, draft("ä" * (room + 1)))
        await mine.post(connection, one := draft("ä" * room))
        assert mine.length(one.text) == mine.limit == longest
        assert [post.text for post in world.posts(PERSON)] == [one.text]

    @pytest.mark.parametrize("said", [-1, 0, 3, 10**9, "1000", "many", None, True, 640.0, [], {}, 1e400])
    async def test_what_cannot_be_meant_counts_as_not_said(self, network, world, said):
        """Whatever a server says of its limits, the text has a sensible one."""
        world.claims = {"max_characters": said}
        assert await network.limits(self.host) == Limits(500, 23)
        world.claims = {"max_characters": 800, "characters_reserved_per_url": said if said not in (0, 3) else -7}
        assert await network.limits(self.host) == Limits(800, 23)

    @pytest.mark.parametrize("fault", [Fault.ERROR, Fault.THROTTLE, Fault.LOST_ANSWER])
    async def test_a_server_that_does_not_answer_says_nothing_of_its_limits(self, network, world, fault):
        """It is an error that whoever asks can tell from an answer."""
        world.faults.inject(fault, path="/instance", times=9)
        with pytest.raises((Retry, Unknown)):
            await network.limits(self.host)

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
    telling = "feed.getPosts"
    creating = "putRecord"
    lost_answers = 2

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
        text = f"Grüße 🌬️👨‍👩‍👧‍👦🇺🇳 שלום 風 e\u0301 aus #Köln, #42 und (https://a.example/b). #Ende!\n\n{LINK}"
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


class TestThreads(NetworkSuite):
    name = "threads"
    creating = "threads_publish"
    tells_when = False
    revokes = False  # Meta has no way: the person takes the permission away in the settings of Threads

    @staticmethod
    def make_world() -> NetworkWorld:
        return ThreadsWorld()

    async def test_a_token_is_made_new_in_its_second_half_and_handed_over(self, network, world, connection):
        """Whoever shares every other month never has to connect again; a token of yesterday is left as it is."""
        assert timedelta(days=59) < connection.expires_at - now() < timedelta(days=61)
        fresh: list[Connection] = []
        await network.post(replace(connection, renewed=fresh.append), draft("Eins."))
        world.clock.move(days=40)
        aged = replace(connection, renewed=fresh.append, expires_at=connection.expires_at - timedelta(days=40))
        await network.post(aged, draft("Zwei."))
        [renewed] = fresh
        world.clock.move(days=40)
        await network.post(renewed, draft("Drei."))
        with pytest.raises(Reconnect):
            await network.post(aged, draft("Vier."))
        assert len(world.posts(PERSON)) == 3

    def test_without_an_app_it_is_a_share_page(self, here, http):
        """Works with nothing set up."""
        bare = ALL["threads"](here.model_copy(update={"apps": {}}), http)
        assert (bare.abilities().post, bare.abilities().dialog) == (False, True)


class TestX(NetworkSuite):
    name = "x"
    telling = "/2/tweets"
    creating = "/2/tweets"
    chosen: ClassVar = {"x_cost_accepted": True}

    @staticmethod
    def make_world() -> NetworkWorld:
        return XWorld()

    async def test_every_refresh_token_works_once_and_the_new_pair_is_handed_over(self, network, world, connection):
        """After two hours the token is renewed by the way; the pair before is worth nothing then."""
        fresh: list[Connection] = []
        world.clock.move(hours=3)
        await network.post(replace(connection, renewed=fresh.append), draft())
        [renewed] = fresh
        assert {renewed.token, renewed.refresh_token}.isdisjoint({connection.token, connection.refresh_token})
        await network.post(renewed, draft("Zweiter."))
        with pytest.raises(Reconnect):
            await network.post(connection, draft("Dritter."))
        assert len(world.posts(PERSON)) == 2

    async def test_advertising_is_marked_by_x_itself_where_a_rule_wants_that(self, network, world, connection):
        """Only then: a post without it has no mark."""
        await network.post(connection, replace(draft("Eins."), labelled=True))
        await network.post(connection, draft("Zwei."))
        assert network.abilities().labels_ads
        assert [one.labelled for one in world.posts(PERSON)] == [True, False]

    async def test_a_duplicate_that_x_does_not_show_is_unknown(self, network, world, connection):
        """X refuses the words of a post that was taken down, too; nobody guesses then."""
        one = draft()
        posted = await network.post(connection, one)
        await network.delete(connection, posted.remote_id)
        with pytest.raises(Unknown):
            await network.post(connection, one)

    async def test_used_up_credits_are_not_the_persons_fault(self, network, world, connection):
        """402 is for the administrator: the share waits instead of failing."""
        world.has_credits = False
        with pytest.raises(Retry) as caught:
            await network.post(connection, draft())
        assert caught.value.after >= timedelta(minutes=10)

    def test_nobody_pays_by_accident(self, here, http):
        """An app alone is not enough: what each post costs has to be accepted, or it stays a share page."""
        for changes in ({"x_cost_accepted": False}, {"apps": {}}):
            able = ALL["x"](here.model_copy(update=changes), http).abilities()
            assert (able.post, able.delete, able.metrics, able.dialog) == (False, False, False, True)
