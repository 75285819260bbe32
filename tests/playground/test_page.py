from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from small_product import SmallProduct, playing

from advocacy.playground.colleagues.crowd import PERSONAS, Colleagues
from advocacy.playground.page.server import FOLDER

JANA, PIA = "U00000001", "U00000003"


@pytest.fixture
async def product() -> AsyncIterator[SmallProduct]:
    async with playing() as made:
        yield made


class Page:
    """The visitor's browser."""

    def __init__(self, product: SmallProduct, http: aiohttp.ClientSession) -> None:
        self.url = product.worlds.outside.url
        self.http = http

    async def get(self, path: str, **headers: str) -> tuple[int, Any, Any]:
        async with self.http.get(self.url + path, headers=headers) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, (await answer.json() if is_json else await answer.text()), answer.headers

    async def post(self, path: str, what: Any, origin: str | None = "") -> tuple[int, Any]:
        headers = {} if origin is None else {"Origin": origin or self.url}
        body = what if isinstance(what, str) else json.dumps(what)
        async with self.http.post(self.url + path, data=body, headers=headers) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def page(product: SmallProduct) -> AsyncIterator[Page]:
    async with aiohttp.ClientSession() as http:
        yield Page(product, http)


# -- the page


async def test_serves_itself_under_a_policy_without_inline_script(page: Page) -> None:
    """The page loads only its own files: no inline script or style, no other origin but the product's pictures."""
    status, body, headers = await page.get("/")
    policy = headers["Content-Security-Policy"]
    assert status == 200
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", body)
    for path in re.findall(r'(?:href|src)="(/page/[^"]+)"', body):
        assert (await page.get(path))[0] == 200, path


@pytest.mark.parametrize("path", ["/page/../page.py", "/page/%2e%2e%2fpage.py", "/page/none.js", "/page/"])
async def test_serves_nothing_but_its_own_folder(page: Page, path: str) -> None:
    """No other file of the machine can be read through the page."""
    assert (await page.get(path))[0] == 404


def test_scripts_never_make_html_of_text() -> None:
    """Untrusted text becomes text nodes only: the scripts name no way to parse HTML or run code."""
    for file in FOLDER.glob("*.js"):
        code = file.read_text()
        used = re.findall(
            r"\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser", code
        )
        assert not used, f"{file.name}: {used}"
        assert len(code.splitlines()) <= 400, file.name


def test_every_word_is_there_in_both_languages() -> None:
    """English and German have the same keys with the same names in them, and every key a script asks for exists."""
    code = (FOLDER / "words.js").read_text()
    tables = {
        name: dict(
            re.findall(r'(\w+): "((?:[^"\\]|\\.)*)"', re.search(rf"const {name} = {{(.*?)\n}};", code, re.DOTALL)[1])
        )
        for name in ("EN", "DE")
    }
    assert tables["EN"].keys() == tables["DE"].keys()
    for key, words in tables["EN"].items():
        assert set(re.findall(r"{(\w+)}", words)) == set(re.findall(r"{(\w+)}", tables["DE"][key])), key
    for file in FOLDER.glob("*.js"):
        for key in re.findall(r'\bt\("(\w+)"', file.read_text()):
            assert key in tables["EN"], f"{file.name}: {key}"


# -- looking


async def test_state_shows_each_person_only_what_they_see(product: SmallProduct, page: Page) -> None:
    """A private answer is in the state of its own person and nobody else's; private channels only for members."""
    await product.post_card()
    await product.worlds.slack.hands.press(JANA, *_card(product), "share#0")
    jana = (await page.get("/state?slack=jana.feld&teams=jana.feld"))[1]["worlds"]
    pia = (await page.get("/state?slack=pia.lorenzen&teams=pia.lorenzen"))[1]["worlds"]
    news = product.worlds.slack.channel("news").id
    assert [one["ephemeral_for"] for one in jana["slack"]["messages"][news]] == [None, JANA]
    assert [one["ephemeral_for"] for one in pia["slack"]["messages"][news]] == [None]
    assert "comms-editors" not in [one["name"] for one in jana["slack"]["channels"]]
    assert "Comms Editors" not in [one["name"] for one in jana["teams"]["channels"]]
    clara = (await page.get("/state?slack=clara.editorius&teams=clara.editorius"))[1]["worlds"]
    assert "comms-editors" in [one["name"] for one in clara["slack"]["channels"]]
    assert "Comms Editors" in [one["name"] for one in clara["teams"]["channels"]]


async def test_state_of_somebody_who_does_not_use_a_product(page: Page) -> None:
    """Who is not in Teams has no Teams window, and the rest still works."""
    worlds = (await page.get("/state?slack=emre.sonntag&teams=emre.sonntag"))[1]["worlds"]
    assert worlds["teams"] == {"user": None}
    assert worlds["slack"]["user"] == "U00000002"


async def test_state_of_named_worlds_only(page: Page) -> None:
    """After a change only the worlds that changed are fetched."""
    told = (await page.get("/state?slack=jana.feld&teams=jana.feld&only=linkedin,site"))[1]
    assert set(told["worlds"]) == {"linkedin", "site"}
    assert "people" not in told


async def test_deleted_posts_are_not_shown(product: SmallProduct, page: Page) -> None:
    """The feed is what the public sees."""
    world = product.worlds.mastodon
    post = await world.share(world.at("nordlicht.social", "/share?text=Hello"), "jana.feld")
    assert [one["text"] for one in (await page.get("/state?only=mastodon"))[1]["worlds"]["mastodon"]["posts"]] == [
        "Hello"
    ]
    await page.post("/do", {"world": "mastodon", "act": "delete", "id": post.id})
    assert (await page.get("/state?only=mastodon"))[1]["worlds"]["mastodon"]["posts"] == []


async def test_events_tell_which_worlds_changed(product: SmallProduct, page: Page) -> None:
    """The stream greets, then names the worlds that changed, several changes gathered in one message."""
    async with asyncio.timeout(10), page.http.get(page.url + "/events") as stream:
        assert stream.content_type == "text/event-stream"
        assert await _until(stream, "event: hello")
        product.worlds.slack.tell("one")
        product.worlds.slack.tell("two")
        product.worlds.linkedin.tell("three")
        assert json.loads((await _until(stream, 'data: {"worlds'))[6:]) == {"worlds": ["linkedin", "slack"]}


async def test_a_browser_that_leaves_is_forgotten(product: SmallProduct, page: Page) -> None:
    """A closed stream holds no queue, and stopping the outside world waits for none."""
    outside = product.worlds.outside
    async with page.http.get(page.url + "/events") as stream:
        await _until(stream, "event: hello")
        assert len(outside._listeners) == 1
    async with asyncio.timeout(10):
        while outside._listeners:
            outside.worlds["slack"].tell("anything")
            await asyncio.sleep(0.02)


# -- pressing


async def test_a_press_reaches_the_product(product: SmallProduct, page: Page) -> None:
    """What the visitor presses is pressed in the world, and the product hears of it."""
    await product.post_card()
    channel, ts = _card(product)
    asked = {"world": "slack", "act": "press", "user": JANA, "channel": channel, "ts": ts, "action_id": "share#0"}
    status, told = await page.post("/do", asked)
    assert (status, told["status"]) == (200, 200)
    assert product.heard["share"] == 1


@pytest.mark.parametrize("path", ["/do", "/faults", "/colleagues"])
@pytest.mark.parametrize("origin", [None, "http://evil.example", "null", "http://127.0.0.1:1"])
async def test_other_sites_cannot_press(page: Page, path: str, origin: str | None) -> None:
    """Only the page itself may post; a foreign origin, none, or another port is refused."""
    status, told = await page.post(path, {"world": "slack", "act": "home", "user": JANA}, origin)
    assert status == 403
    assert told["error"].endswith(".")


@pytest.mark.parametrize("path", ["/", "/state", "/events", "/page/app.js"])
async def test_foreign_names_of_this_machine_are_refused(page: Page, path: str) -> None:
    """A foreign host name that is pointed at this machine sees nothing."""
    assert (await page.get(path, Host="evil.example"))[0] == 403


@pytest.mark.parametrize(
    "what",
    [
        "no json", "[]", "{}", '{"world": "nowhere", "act": "press"}', '{"world": "slack"}', '{"world": 5, "act": "x"}',
        '{"world": "slack", "act": ["x"]}', '{"world": "slack", "act": "dance"}',
        '{"world": "mastodon", "act": "delete"}', '{"world": "mastodon", "act": "share", "url": 1, "person": 2}',
        '{"world": "teams", "act": "pick", "number": "x"}', '{"world": "site", "act": "publish"}', '"\\ud800"',
    ],
)  # fmt: skip
async def test_nonsense_is_answered_with_a_sentence(page: Page, what: str) -> None:
    """Bad input is answered as JSON with one sentence or a world's own refusal, never with a crash."""
    status, told = await page.post("/do", what)
    assert status in {200, 400}
    assert told.get("error")


async def test_faults_are_injected_and_cleared(product: SmallProduct, page: Page) -> None:
    """ "What if …" lets the next matching request fail, is counted, and can be taken back."""
    asked = {"world": "mastodon", "fault": "throttle", "times": 2, "path": "/api/v2", "retry_after": 7}
    assert (await page.post("/faults", asked))[1]["faults"]["mastodon"] == 2
    async with page.http.get(product.worlds.mastodon.at("nordlicht.social", "/api/v2/instance")) as answer:
        assert answer.status == 429
    assert (await page.get("/state?only=site"))[1]["faults"]["mastodon"] == 1
    assert (await page.post("/faults", {"world": "mastodon", "clear": True}))[1]["faults"]["mastodon"] == 0
    async with page.http.get(product.worlds.mastodon.at("nordlicht.social", "/api/v2/instance")) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    "wrong", [{"fault": "flood"}, {"fault": "error", "times": 0}, {"fault": "error", "times": "x"}, {}]
)
async def test_wrong_faults_are_refused(page: Page, wrong: dict[str, Any]) -> None:
    """A fault nobody knows, or a senseless number, changes nothing."""
    status, told = await page.post("/faults", {"world": "slack", **wrong})
    assert (status, bool(told["error"])) == (400, True)
    assert (await page.get("/state?only=site"))[1]["faults"]["slack"] == 0


# -- colleagues


async def test_colleagues_are_switched_on_and_off(product: SmallProduct, page: Page) -> None:
    """The switch on the page lets them work and rest; without any it says so."""
    assert (await page.post("/colleagues", {"active": True}))[0] == 400
    colleagues = Colleagues(product.worlds.outside, pace=60.0)
    try:
        assert (await page.post("/colleagues", {"active": True}))[1]["colleagues"] == {"there": True, "active": True}
        assert colleagues.active
        assert (await page.post("/colleagues", {"active": False}))[1]["colleagues"]["active"] is False
        assert not colleagues.active
    finally:
        await colleagues.stop()


@pytest.fixture
async def colleagues(product: SmallProduct) -> AsyncIterator[Colleagues]:
    await product.post_card()
    product.post_teams_card()
    made = Colleagues(product.worlds.outside)
    yield made
    await made.stop()


async def test_a_colleague_connects_and_shares(product: SmallProduct, colleagues: Colleagues) -> None:
    """The connect link is followed as a browser would: page, form, consent at the network, callback; the share goes on."""
    outcome = await colleagues.share("pia.lorenzen", "slack", "mastodon")
    assert (outcome.ok, outcome.state, outcome.connected) == (True, "pending", True)
    assert (outcome.story, outcome.share) == (7, 11)
    assert outcome.link == f"{product.url}/r/abc"
    again = await colleagues.share("pia.lorenzen", "slack", "mastodon", "connect")
    assert again.problem == "the account was connected already"


@pytest.mark.parametrize(("door", "network"), [("slack", "mastodon"), ("teams", "linkedin")])
async def test_a_colleague_undoes(product: SmallProduct, colleagues: Colleagues, door: Any, network: str) -> None:
    """Undo is pressed on the private answer, in both doors."""
    product.connected.add(PIA)
    outcome = await colleagues.share("pia.lorenzen", door, network, "undo")
    assert (outcome.problem, outcome.state) == ("", "undone")
    assert product.heard == {"share": 1, "undo": 1}


@pytest.mark.parametrize(("door", "network"), [("slack", "mastodon"), ("teams", "linkedin")])
async def test_a_colleague_presses_twice(
    product: SmallProduct, colleagues: Colleagues, door: Any, network: str
) -> None:
    """A double press is two presses at the same time."""
    product.connected.add(PIA)
    outcome = await colleagues.share("pia.lorenzen", door, network, "double")
    assert (outcome.problem, outcome.state, product.heard["share"]) == ("", "pending", 2)


@pytest.mark.parametrize(("door", "network"), [("slack", "mastodon"), ("teams", "linkedin")])
async def test_a_colleague_uses_own_words(
    product: SmallProduct, colleagues: Colleagues, door: Any, network: str
) -> None:
    """Edit opens the form; own words go before the text, and the answer shows them, in both doors."""
    product.connected.add(PIA)
    outcome = await colleagues.share("pia.lorenzen", door, network, "edit")
    assert (outcome.problem, outcome.state) == ("", "pending")
    (text,) = product.texts.values()
    assert re.fullmatch(rf"\S.* A fine story. {product.url}/r/abc", text)
    assert text in outcome.text


async def test_a_colleague_posts_by_hand(product: SmallProduct, colleagues: Colleagues) -> None:
    """The share page is opened and used, then "Done, I posted it" is pressed: the post is public, by hand."""
    product.worlds.mastodon.previews = False
    outcome = await colleagues.share("pia.lorenzen", "slack", "mastodon", "dialog")
    assert (outcome.problem, outcome.state) == ("", "reported")
    (post,) = product.worlds.mastodon.posts("pia.lorenzen")
    assert (post.via, post.text) == ("dialog", f"A fine story. {product.url}/r/abc")


@pytest.mark.parametrize(
    ("person", "door", "network", "problem"),
    [
        ("nobody.at.all", "slack", "mastodon", "nobody is called 'nobody.at.all'"),
        ("emre.sonntag", "teams", "linkedin", "Emre Sonntag does not use Teams"),
        ("pia.lorenzen", "slack", "xing", "no card on screen offers xing"),
    ],
)
async def test_what_cannot_be_done_is_said(
    colleagues: Colleagues, person: str, door: Any, network: str, problem: str
) -> None:
    """A share that is not possible ends as an outcome with its reason, not as an exception."""
    outcome = await colleagues.share(person, door, network)
    assert (outcome.ok, outcome.problem) == (False, problem)


async def test_readers_and_bots_click(product: SmallProduct, colleagues: Colleagues) -> None:
    """Readers come with browsers and a referrer and reach the article; bots say who they are; HEAD is HEAD."""
    link = f"{product.url}/r/abc"
    visit = await colleagues.click(link, network="linkedin")
    assert (visit.status, visit.landed) == (302, "https://www.nordlicht.example/news/rotor-that-listens")
    await colleagues.click(link, as_bot=True)
    await colleagues.click(link, head=True)
    (_, person, referrer), (_, bot, none), (method, *_) = product.clicks
    assert "Mozilla/5.0" in person
    assert referrer == "https://www.linkedin.com/"
    assert re.search("bot|externalhit|Preview", bot, re.IGNORECASE)
    assert none == ""
    assert method == "HEAD"
    assert product.worlds.site.visited["rotor-that-listens"] == 1


async def test_steps_leave_the_visitors_people_alone(product: SmallProduct, colleagues: Colleagues) -> None:
    """By themselves colleagues share and read, never as one of the people the visitor plays, never twice the same."""
    product.worlds.mastodon.previews = False
    for _ in range(40):
        await colleagues.step()
    users = {one.ephemeral_for for log in product.worlds.slack.workspace.log.values() for one in log.values()} - {None}
    chosen = {one.key for one in product.worlds.residents if one.slack_id in users or one.key in _teams_users(product)}
    assert len(chosen) >= 5
    assert not chosen & set(PERSONAS)
    assert product.clicks


# -- help


def _card(product: SmallProduct) -> tuple[str, str]:
    news = product.worlds.slack.channel("news").id
    return news, product.worlds.slack.messages(news)[0].ts


def _teams_users(product: SmallProduct) -> set[str]:
    people = product.worlds.teams.state.people
    return {people[user].key for _, user in product.worlds.teams.views}


async def _until(stream: aiohttp.ClientResponse, start: str) -> str:
    async for raw in stream.content:
        line = raw.decode().strip()
        if line.startswith(start):
            return line
    raise AssertionError("the stream ended")
