"""Connecting an account: by the right person, in the right browser, once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from sqlalchemy import select, text

from advocacy.db import now
from advocacy.people.models import Person
from advocacy.playground.world import Fault
from advocacy.sharing.accounts import Accounts, ConnectProblem
from advocacy.sharing.models import Account, Connecting, HostApp, ShareState
from tests.conftest import playground_settings
from tests.sharing.conftest import EMRE, JANA, Scene

HOST = "nordlicht.social"


def token_of(scene: Scene, network: str, person: str = JANA) -> str:
    url = scene.accounts.connect_url(scene.people[person].id, network)
    assert url.startswith(f"{scene.settings.public_url}/connect/{network}?t=")
    return url.partition("?t=")[2]


async def agree(scene: Scene, network: str, url: str, person: str = JANA, *, allow: bool = True) -> dict[str, str]:
    """The person decides on the network's page; what the browser brings back."""
    answer = await scene.worlds[network].act({"act": "consent", "url": url, "person": person, "allow": allow})
    assert answer["redirect"].startswith(scene.accounts.callback(network))
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["redirect"]).query).items()}


async def problem(attempt: object) -> str:
    with pytest.raises(ConnectProblem) as caught:
        await attempt  # type: ignore[misc]
    return caught.value.code


@pytest.mark.parametrize(("network", "host"), [("linkedin", ""), ("mastodon", f"@jana_feld@{HOST}")])
async def test_agreeing_connects_the_person_who_asked(scene: Scene, network: str, host: str) -> None:
    """Account, handle, and the shares that waited for it."""
    share = await scene.start(network)
    url, cookie = await scene.accounts.begin(token_of(scene, network), host)
    back = await agree(scene, network, url)
    connected = await scene.accounts.finish(back["state"], back["code"], cookie)
    assert (connected.person_id, connected.network) == (scene.people[JANA].id, network)
    assert connected.resumed == (share.id,)
    async with scene.db.read() as s:
        [account] = await scene.accounts.mine(s, scene.people[JANA].id)
        assert (account.handle, account.state) == (connected.handle, "active")
        raw = (await s.execute(text("SELECT token FROM account"))).scalar_one()
        token = (await s.scalars(select(Account.token))).one()
        assert token.encode() not in bytes(raw)
        states = [one.state_hash for one in await s.scalars(select(Connecting))]
    assert back["state"] not in states
    assert len(states) == 1, "only the mark that the address was used is left"


async def test_an_app_password_connects(scene: Scene) -> None:
    """A mistake can be mended with the same address; the password itself is not kept."""
    token = token_of(scene, "bluesky")
    assert await problem(scene.accounts.sign_in(token, "", "jana-feld.bsky.social", "wrong")) == "wrong_password"
    connected = await scene.accounts.sign_in(token, "", "@jana-feld.bsky.social", "play-jana.feld")
    assert connected.handle == "@jana-feld.bsky.social"
    async with scene.db.read() as s:
        account = (await s.scalars(select(Account))).one()
    assert "play-jana" not in f"{account.token}{account.refresh_token}"


async def test_the_address_works_once_and_for_a_quarter_of_an_hour(scene: Scene) -> None:
    """Whoever finds it later finds nothing."""
    token = token_of(scene, "bluesky")
    await scene.accounts.sign_in(token, "", "jana-feld.bsky.social", "play-jana.feld")
    assert await problem(scene.accounts.sign_in(token, "", "jana-feld.bsky.social", "play-jana.feld")) == "used"
    assert await problem(scene.accounts.check(token)) == "used"
    token = token_of(scene, "bluesky")
    with time_machine.travel(now() + timedelta(minutes=16)):
        assert await problem(scene.accounts.check(token)) == "expired"


async def test_an_address_cannot_be_made_or_changed(scene: Scene) -> None:
    """Another person, another network, another end, another key: not ours."""
    token = token_of(scene, "bluesky")
    person_id, network, until, nonce, signature = token.split(".")
    for changed in (
        f"{scene.people[EMRE].id}.{network}.{until}.{nonce}.{signature}",
        f"{person_id}.linkedin.{until}.{nonce}.{signature}",
        f"{person_id}.{network}.{int(until) + 60}.{nonce}.{signature}",
        f"{person_id}.{network}.{until}.other.{signature}",
        token[:-1] + ("0" if token[-1] != "0" else "1"), "", ".", "a.b.c.d.e", "ä" * 40, token + ".x",
    ):  # fmt: skip
        assert await problem(scene.accounts.check(changed)) == "bad_link"
    other = playground_settings("sqlite:///unused", scene.settings.spool, keys="A" * 43 + "=")
    forged = Accounts(scene.db, other, scene.networks).connect_url(scene.people[JANA].id, "bluesky")
    assert await problem(scene.accounts.check(forged.partition("?t=")[2])) == "bad_link"


async def test_the_browser_that_began_has_to_finish(scene: Scene) -> None:
    """A link sent to somebody else cannot put their account under my name, nor mine under theirs."""
    url, cookie = await scene.accounts.begin(token_of(scene, "mastodon"), HOST)
    back = await agree(scene, "mastodon", url)
    assert await problem(scene.accounts.finish(back["state"], back["code"], "another browser")) == "wrong_browser"
    assert await problem(scene.accounts.finish(back["state"], back["code"], "")) == "wrong_browser"
    assert (await scene.accounts.finish(back["state"], back["code"], cookie)).network == "mastodon"


async def test_a_state_works_once(scene: Scene) -> None:
    """Coming back twice connects once; a state nobody gave out connects nothing."""
    url, cookie = await scene.accounts.begin(token_of(scene, "linkedin"))
    back = await agree(scene, "linkedin", url)
    finishing = (scene.accounts.finish(back["state"], back["code"], cookie) for _ in range(4))
    results = await asyncio.gather(*finishing, return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["ConnectProblem"] * 3 + ["Connected"]
    assert await problem(scene.accounts.finish("made up", "code", cookie)) == "expired"
    used = next(iter(parse_qs(urlsplit(url).query)["state"]))
    assert await problem(scene.accounts.finish(f"used.{used.partition('.')[0]}", "code", "")) == "expired"


async def test_saying_no_is_an_answer(scene: Scene) -> None:
    """Nothing is stored, the share keeps waiting, and the same address may be used to think again."""
    share = await scene.start("linkedin")
    token = token_of(scene, "linkedin")
    url, cookie = await scene.accounts.begin(token)
    back = await agree(scene, "linkedin", url, allow=False)
    assert "code" not in back
    assert await problem(scene.accounts.finish(back["state"], "", cookie)) == "declined"
    assert (await scene.share(share.id)).state == ShareState.WAITING
    url, cookie = await scene.accounts.begin(token)
    back = await agree(scene, "linkedin", url)
    assert (await scene.accounts.finish(back["state"], back["code"], cookie)).resumed == (share.id,)


@pytest.mark.parametrize(
    "host",
    ["", "localhost", "127.0.0.1", "[::1]", "10.0.0.1", "nordlicht", "a b.social", "x" * 300 + ".social", "-a.social",
     "evil.example:8080", "user@evil.example:pw", "ä..social"],
)  # fmt: skip
async def test_a_server_has_to_be_a_public_name(scene: Scene, host: str) -> None:
    """What is typed is never used as an address before it was looked at."""
    assert await problem(scene.accounts.begin(token_of(scene, "mastodon"), host)) == "bad_host"


async def test_administrators_can_name_the_servers(scene: Scene) -> None:
    """Then no other; with a single one nobody has to type it."""
    from advocacy.sharing.networks import make_all

    named = scene.settings.model_copy(update={"mastodon_hosts": (HOST,)})
    accounts = Accounts(scene.db, named, make_all(named, scene.http))
    assert await problem(accounts.begin(token_of(scene, "mastodon"), "mastodon.example")) == "bad_host"
    url, _ = await accounts.begin(token_of(scene, "mastodon"), "")
    assert f"/at/{HOST}/oauth/authorize" in url


async def test_our_app_is_registered_once_per_server(scene: Scene) -> None:
    """And its secret is kept like a token."""
    for person in (JANA, EMRE):
        await scene.accounts.begin(token_of(scene, "mastodon", person), f"https://{HOST}/about")
    async with scene.db.read() as s:
        app = (await s.scalars(select(HostApp))).one()
        raw = (await s.execute(text("SELECT client_secret FROM host_app"))).scalar_one()
    assert app.client_secret.encode() not in bytes(raw)


async def test_a_network_that_is_away_can_be_tried_later(scene: Scene) -> None:
    """No half-made connection, and a clear code."""
    scene.worlds["mastodon"].faults.inject(Fault.THROTTLE, times=2)
    assert await problem(scene.accounts.begin(token_of(scene, "mastodon"), HOST)) == "try_later"
    scene.worlds["mastodon"].faults.clear()
    url, cookie = await scene.accounts.begin(token_of(scene, "mastodon"), HOST)
    back = await agree(scene, "mastodon", url)
    scene.worlds["mastodon"].faults.inject(Fault.ERROR, path="/oauth/token")
    assert await problem(scene.accounts.finish(back["state"], back["code"], cookie)) == "try_later"
    scene.worlds["bluesky"].faults.inject(Fault.ERROR)
    signing_in = scene.accounts.sign_in(token_of(scene, "bluesky"), "", "jana-feld.bsky.social", "play-jana.feld")
    assert await problem(signing_in) == "try_later"


async def test_what_is_not_offered_cannot_be_connected(scene: Scene) -> None:
    """Share pages, unknown names, and the wrong way in."""
    for network in ("x", "myspace"):
        assert await problem(scene.accounts.check(token_of(scene, network))) == "not_offered"
    assert await problem(scene.accounts.begin(token_of(scene, "bluesky"))) == "not_offered"
    assert await problem(scene.accounts.sign_in(token_of(scene, "linkedin"), "", "a", "b")) == "not_offered"


async def test_people_who_left_connect_nothing(scene: Scene) -> None:
    """Their link is dead from the day they left."""
    token = token_of(scene, "bluesky")
    async with scene.db.write() as s:
        (await s.get_one(Person, scene.people[JANA].id)).left_on = now().date()
    assert await problem(scene.accounts.check(token)) == "bad_link"


@pytest.mark.parametrize("network", ["linkedin", "mastodon", "bluesky"])
async def test_disconnecting_forgets_and_gives_back(scene: Scene, network: str) -> None:
    """The token is gone here and worthless there; doing it twice is fine, and the network being away is no obstacle."""
    await scene.connect(network)
    assert scene.worlds[network].connected(JANA)
    assert await scene.accounts.disconnect(scene.people[JANA].id, network)
    assert not scene.worlds[network].connected(JANA)
    assert not await scene.accounts.disconnect(scene.people[JANA].id, network)
    await scene.connect(network)
    scene.worlds[network].faults.inject(Fault.ERROR, times=3)
    assert await scene.accounts.disconnect(scene.people[JANA].id, network)
    async with scene.db.read() as s:
        assert await scene.accounts.mine(s, scene.people[JANA].id) == []


async def test_connecting_again_replaces_the_old_connection(scene: Scene) -> None:
    """One account per person and network, and a broken one works again."""
    await scene.connect("linkedin")
    async with scene.db.write() as s:
        before = (await s.scalars(select(Account))).one()
        before.state = "broken"
    await scene.connect("linkedin")
    async with scene.db.read() as s:
        after = (await s.scalars(select(Account))).one()
    assert (after.id, after.state) == (before.id, "active")
    assert after.token != before.token


async def test_one_network_account_belongs_to_one_colleague(scene: Scene) -> None:
    """Whoever presses a colleague's connect link by mistake does not let that colleague post as them."""
    for person, expected in ((EMRE, ""), (JANA, "taken")):
        url, cookie = await scene.accounts.begin(token_of(scene, "linkedin", person))
        back = await agree(scene, "linkedin", url, EMRE)
        finishing = scene.accounts.finish(back["state"], back["code"], cookie)
        if expected:
            assert await problem(finishing) == expected
        else:
            await finishing
    async with scene.db.read() as s:
        assert await scene.accounts.mine(s, scene.people[JANA].id) == []
