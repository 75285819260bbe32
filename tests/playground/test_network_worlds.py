"""What all networks' worlds have in common: share dialogs, pages, consent in the browser, preview cards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import pytest
from network_stage import Stage, answer_of, authorize, product, stage

from advocacy.playground.networks.bluesky import BlueskyWorld
from advocacy.playground.networks.dialogs import DialogsWorld
from advocacy.playground.networks.linkedin import LinkedInWorld
from advocacy.playground.networks.mastodon import MastodonWorld
from advocacy.playground.networks.network import NetworkWorld, ShareError
from advocacy.playground.networks.posts import first_link, where
from advocacy.playground.networks.preview import preview
from advocacy.playground.networks.x import XWorld, x_length
from advocacy.playground.site.world import SiteWorld

SHORT = "https://go.nordlicht.example/r/a?b=1&c=2"
GERMAN = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"}


@dataclass(frozen=True)
class Case:
    """A dialog: its network, where it is, and whether it takes our words."""

    network: str
    url: str
    takes_text: bool
    home: str


TEXT = f"Grüße & Küsse <b> {SHORT}"
CASES = [
    Case("linkedin", "https://www.linkedin.com/sharing/share-offsite/?" + urlencode({"url": SHORT}), False, "/feed/"),
    Case(
        "linkedin",
        f"https://www.linkedin.com/feed/?shareActive=true&text={quote(TEXT, safe='')}",
        True,
        "/feed/",
    ),
    Case("mastodon", f"https://nordlicht.social/share?text={quote(TEXT, safe='')}", True, "/home"),
    Case("bluesky", f"https://bsky.app/intent/compose?text={quote(TEXT, safe='')}", True, "/"),
    Case(
        "x", f"https://x.com/intent/post?text={quote('Grüße & Küsse <b>')}&url={quote(SHORT, safe='')}", True, "/home"
    ),
    Case("xing", "https://www.xing.com/spi/shares/new?" + urlencode({"url": SHORT}), False, "/discover"),
    Case("facebook", "https://www.facebook.com/sharer/sharer.php?" + urlencode({"u": SHORT}), False, "/home.php"),
    Case("whatsapp", f"https://wa.me/?text={quote(TEXT, safe='')}", True, "/status"),
]
each_dialog = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.network}-{case.takes_text}")


@dataclass
class All:
    """Every network at once."""

    on: Stage
    site: SiteWorld

    def world(self, network: str) -> Any:
        worlds = self.on.outside.worlds
        return worlds.get(network, worlds["dialogs"])


@pytest.fixture
async def everywhere() -> AsyncIterator[All]:
    worlds: list[NetworkWorld] = [LinkedInWorld(), MastodonWorld(), BlueskyWorld(), XWorld(), DialogsWorld()]
    site = SiteWorld()
    async with stage(*worlds, site) as on:
        yield All(on, site)


@each_dialog
async def test_a_dialog_is_prefilled_and_its_button_publishes(everywhere: All, case: Case) -> None:
    """Opening posts nothing; pressing Post puts the person's words on the feed, once, by hand."""
    on, world = everywhere.on, everywhere.world(case.network)
    status, page, _ = await on.ask("GET", f"{case.url}&playground_person=jana.feld")
    assert status == 200
    assert "Jana Feld" in page
    assert ("Grüße &amp; Küsse &lt;b&gt;" in page) == case.takes_text
    assert "https://go.nordlicht.example/r/a?b=1&amp;c=2" in page
    assert world.posts() == []
    words = {"person": "jana.feld", "text": f"Meine Worte {SHORT}" if case.takes_text else "Meine\r\nWorte"}
    status, page, _ = await on.ask("POST", case.url, data=words)
    assert status == 200
    assert "Meine" in page
    (post,) = world.posts("jana.feld")
    assert (post.network, post.via, post.url_of_link) == (case.network, "dialog", SHORT)
    assert post.text == words["text"].replace("\r\n", "\n")
    status, page, _ = await on.ask("GET", post.url)
    assert status == 200
    assert "Meine" in page


@each_dialog
async def test_a_dialog_can_be_used_without_a_browser(everywhere: All, case: Case) -> None:
    """``share`` and the act of that name do what the page does, from the public or the loopback address."""
    world = everywhere.world(case.network)
    post = await world.share(case.url, "jana.feld")
    assert post.text == (TEXT if case.takes_text else "")
    local = everywhere.on.outside.at(where(case.url)[0], case.url.partition(where(case.url)[0])[2])
    told = await world.act({"act": "share", "url": local, "person": "pia.lorenzen", "text": f"Selbst {SHORT}"})
    assert told["ok"] is True
    assert [(one.person, one.via) for one in world.posts()] == [("jana.feld", "dialog"), ("pia.lorenzen", "dialog")]
    with pytest.raises(ShareError):
        await world.share(case.url, "nobody.here")
    with pytest.raises(ShareError):
        await world.share("https://www.linkedin.com/somewhere/else", "jana.feld")


@each_dialog
async def test_the_feed_shows_posts_of_this_network_only_and_deletes_them(everywhere: All, case: Case) -> None:
    """Everything is escaped, links lead on; only the author gets a Delete button that works; deleted posts are gone."""
    on, world = everywhere.on, everywhere.world(case.network)
    host = where(case.url)[0]
    await world.share(case.url, "jana.feld", f"<script>alert(1)</script> {SHORT}")
    if case.network == "xing":
        await world.share(CASES[-1].url, "pia.lorenzen", "elsewhere")
    feed = f"https://{host}{case.home}"
    _, page, _ = await on.ask("GET", feed, cookies={"playground_person": "jana.feld"})
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    assert "elsewhere" not in page
    assert 'href="https://go.nordlicht.example/r/a?b=1&amp;c=2"' in page
    assert "/playground/delete" in page
    (post,) = world.posts("jana.feld")
    button = f"https://{host}/playground/delete"
    await on.ask("POST", button, data={"post": post.id}, cookies={"playground_person": "pia.lorenzen"})
    assert not post.deleted
    await on.ask("POST", button, data={"post": post.id}, cookies={"playground_person": "jana.feld"})
    assert post.deleted
    assert "alert(1)" not in (await on.ask("GET", feed))[1]
    assert (await on.ask("GET", post.url))[0] == 404


@each_dialog
async def test_pages_speak_german_to_germans_and_say_they_are_no_network(everywhere: All, case: Case) -> None:
    """By Accept-Language; the page plainly says what it is, fits a phone, follows dark mode and runs no script."""
    _, english, headers = await everywhere.on.ask("GET", case.url)
    _, german, _ = await everywhere.on.ask("GET", case.url, headers=GERMAN)
    assert "This is not the real" in english
    assert "Das ist nicht das echte" in german
    assert 'lang="de"' in german
    for page in (english, german):
        assert "width=device-width" in page
        assert "prefers-color-scheme:dark" in page
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("case", "text"),
    [(CASES[0], "x" * 3001), (CASES[2], "x" * 501), (CASES[3], "x" * 301), (CASES[4], "x" * 281), (CASES[2], "  ")],
    ids=["linkedin", "mastodon", "bluesky", "x", "empty"],
)
async def test_a_dialog_refuses_what_does_not_fit(everywhere: All, case: Case, text: str) -> None:
    """422, the words are kept in the box, nothing is posted; nor without saying who."""
    world = everywhere.world(case.network)
    for form in ({"person": "jana.feld", "text": text}, {"person": "", "text": "Hello"}):
        status, page, _ = await everywhere.on.ask("POST", case.url, data=form)
        assert status == 422
        assert f"{form['text']}</textarea>" in page
    assert world.posts() == []


async def test_a_link_that_was_deleted_from_the_text_is_gone(everywhere: All) -> None:
    """Where the link is part of the text, the text decides; where it is attached, it stays."""
    posts = [await everywhere.world(case.network).share(case.url, "jana.feld", "No link") for case in CASES]
    assert [post.url_of_link for post in posts] == ["" if case.takes_text else SHORT for case in CASES]


async def test_addresses_that_prefill_nothing_are_no_dialogs(everywhere: All) -> None:
    """Without a link, or with one that is none, the feed is shown."""
    for url in (
        "https://www.linkedin.com/feed/",
        "https://www.linkedin.com/sharing/share-offsite/?url=javascript:alert(1)",
        "https://www.xing.com/spi/shares/new?url=ftp://a.example/",
    ):
        status, page, _ = await everywhere.on.ask("GET", url)
        assert status == 200
        assert "<textarea" not in page
        assert "javascript" not in page


def test_x_counts_by_weight() -> None:
    """A link is 23, an emoji 2 however long, CJK 2 each, Latin 1."""
    assert x_length("Grüße") == 5
    assert x_length("https://go.nordlicht.example/" + "r" * 100) == 23
    assert x_length("👩‍👩‍👧‍👦") == 2
    assert x_length("風力") == 4


def test_the_first_link_ends_before_punctuation() -> None:
    """Brackets and full stops around it do not belong to it."""
    assert first_link("(see https://a.example/x?y=1). And https://b.example/") == "https://a.example/x?y=1"
    assert first_link("no link") == ""


async def test_a_dialog_post_gets_the_card_its_link_leads_to(everywhere: All) -> None:
    """The network's crawler follows the short link, introduces itself, and shows title and picture."""
    article = everywhere.site.stories[0]
    async with product(everywhere.site.address(article.article.slug)) as (short, agents):
        world = everywhere.world("facebook")
        post = await world.share(f"https://www.facebook.com/sharer/sharer.php?u={quote(short, safe='')}", "jana.feld")
        await world.settle()
        assert (post.title, post.image) == (article.title, f"https://www.nordlicht.example{article.picture_path}")
        assert agents == ["facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"]
        _, page, _ = await everywhere.on.ask("GET", post.url)
        assert f'src="{everywhere.on.outside.at("www.nordlicht.example", article.picture_path)}"' in page
    assert everywhere.site.visited.total() == 0


async def test_nothing_but_loopback_is_ever_read(everywhere: All) -> None:
    """An address nobody plays gives an empty card, and so does one that leads to itself."""
    card = await preview(everywhere.on.outside, "https://go.elsewhere.example/", "x")
    assert card.title == ""
    async with product("/r/abc") as (short, agents):
        assert (await preview(everywhere.on.outside, short, "x")).title == ""
        assert len(agents) == 5


async def test_changes_are_told_and_snapshots_are_json(everywhere: All) -> None:
    """The page hears of a new post, of a reaction and of its end, and can draw everything from the snapshot."""
    heard = everywhere.on.outside.listen()
    world = everywhere.world("mastodon")
    world.previews = False
    post = await world.share(CASES[2].url, "jana.feld")
    assert await world.act({"act": "like", "id": post.id}) == {"ok": True}
    assert await world.act({"act": "delete", "id": post.id}) == {"ok": True}
    assert await world.act({"act": "delete", "id": post.id}) == {"ok": False}
    told = [heard.get_nowait() for _ in range(heard.qsize())]
    assert [(one["world"], one["kind"], one["change"]) for one in told] == [
        ("mastodon", "post", "new"), ("mastodon", "post", "like"), ("mastodon", "post", "deleted"),
    ]  # fmt: skip
    snapshot = await world.snapshot()
    assert snapshot["posts"] == [post.json()]
    assert (snapshot["posts"][0]["deleted"], snapshot["posts"][0]["likes"]) == (True, 1)
    assert snapshot["connected"] == []
    assert (await world.act({"act": "dance"}))["ok"] is False
    await world.reset()
    assert world.posts() == []


# -- consent in the browser --------------------------------------------------------------------------------------------


def linkedin_request(everywhere: All, **more: str) -> str:
    world = everywhere.world("linkedin")
    return authorize(world, "/oauth/v2/authorization", world.client_id, "openid profile w_member_social", **more)


@pytest.mark.parametrize("hint", ["jana.feld", "jana.feld@nordlicht.example", "cookie", "query"])
async def test_the_consent_page_knows_who_is_in_front(everywhere: All, hint: str) -> None:
    """By login_hint (key or e-mail), by cookie, or by the playground's own parameter; the button names the person."""
    more: dict[str, Any] = {}
    url = linkedin_request(everywhere)
    if hint == "cookie":
        more = {"cookies": {"playground_person": "jana.feld"}}
    elif hint == "query":
        url += "&playground_person=jana.feld"
    else:
        url += f"&login_hint={hint}"
    status, page, _ = await everywhere.on.ask("GET", url, **more)
    assert status == 200
    assert "Allow as Jana Feld" in page
    assert "<select" not in page
    assert "create, change and delete posts for you" in page


async def test_without_a_hint_one_chooses_and_answers_in_the_browser(everywhere: All) -> None:
    """Everybody is on the list; Allow leads back with code and state, Cancel with LinkedIn's error."""
    url = linkedin_request(everywhere)
    _, page, _ = await everywhere.on.ask("GET", url, headers=GERMAN)
    world = everywhere.world("linkedin")
    assert all(f'value="{key}"' in page for key in world.people)
    assert "Erlauben" in page
    status, _, headers = await everywhere.on.ask("POST", url, data={"person": "jana.feld", "answer": "allow"})
    assert status == 303
    assert answer_of(headers["Location"]).keys() == {"code", "state"}
    _, _, headers = await everywhere.on.ask("POST", url, data={"person": "jana.feld", "answer": "cancel"})
    assert answer_of(headers["Location"])["error"] == "user_cancelled_login"
    assert (await everywhere.on.ask("POST", url, data={"person": "nobody", "answer": "allow"}))[0] == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "other"}, {"response_type": "token"}, {"scope": "r_member_social"}, {"redirect_uri": "javascript:x"},
        {"code_challenge": "x", "code_challenge_method": "plain"},
    ],
)  # fmt: skip
async def test_a_wrong_request_is_shown_and_never_sent_back(everywhere: All, wrong: dict[str, str]) -> None:
    """400 on the page; the browser is not sent anywhere. The act says so, too."""
    url = linkedin_request(everywhere, **wrong)
    for method in ("GET", "POST"):
        status, _, headers = await everywhere.on.ask(method, url)
        assert status == 400
        assert "Location" not in headers
    told = await everywhere.world("linkedin").act({"act": "consent", "url": url, "person": "jana.feld"})
    assert told["ok"] is False


async def test_registered_redirects_are_compared_letter_by_letter() -> None:
    """A trailing slash is another address."""
    async with stage(world := LinkedInWorld(redirects=("https://advocacy.nordlicht.example/oauth/callback/",))) as on:
        url = authorize(world, "/oauth/v2/authorization", world.client_id, "openid profile")
        assert (await on.ask("GET", url))[0] == 400
        assert (await on.ask("GET", url.replace("callback&", "callback%2F&")))[0] == 200


async def test_the_cookie_is_set_once_a_person_is_named(everywhere: All) -> None:
    """So that the next page knows who is in front."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as browser:
        here = everywhere.on.outside
        async with browser.get(here.at("bsky.app", "/intent/compose?text=hi&playground_person=jana.feld")) as first:
            assert first.status == 200
        async with browser.get(here.at("x.com", "/intent/post?text=hi")) as second:
            assert "Jana Feld" in await second.text()
