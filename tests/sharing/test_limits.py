"""How long a text may be is what the person's own server says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from advocacy.content.models import Caption
from advocacy.db import now
from advocacy.playground.networks.mastodon import MastodonWorld
from advocacy.playground.networks.network import NetworkWorld
from advocacy.playground.world import Fault
from advocacy.sharing.limits import AGAIN, FRESH, fitted
from advocacy.sharing.models import HostApp, Share, ShareState
from advocacy.sharing.shares import TextProblem
from tests.sharing.conftest import EMRE, JANA, PAST, Scene, settle

ROOMY = "wattenmeer.social"
LONG = "Zwölf neue Anlagen speisen ein. " * 26


@pytest.fixture
def worlds(worlds: dict[str, NetworkWorld]) -> dict[str, NetworkWorld]:
    """With a second server, which takes more and counts links otherwise."""
    roomy = MastodonWorld(ROOMY, longest=1000, per_link=30)
    roomy.name, roomy.previews = ROOMY, False
    return {**worlds, ROOMY: roomy}


def server(scene: Scene, host: str = "mastodon") -> MastodonWorld:
    world = scene.worlds[host]
    assert isinstance(world, MastodonWorld)
    return world


async def word(scene: Scene, text: str) -> None:
    async with scene.db.write() as s:
        await s.execute(delete(Caption))
        s.add(Caption(story_id=scene.story_id, text=text, language="de"))


async def known(scene: Scene) -> dict[str, object]:
    async with scene.db.read() as s:
        return {one.host: one.limits for one in await s.scalars(select(HostApp))}


async def room(scene: Scene, person: str = JANA) -> tuple[int, int | None]:
    """What this person's texts may have: characters, and what a link counts."""
    async with scene.db.read() as s:
        port = await fitted(s, scene.networks["mastodon"], scene.people[person].id)
    return port.limit, port.link_length


async def pass_time(scene: Scene, by: timedelta = FRESH) -> None:
    async with scene.db.write() as s:
        for one in await s.scalars(select(HostApp).where(HostApp.limits_at.is_not(None))):
            assert one.limits_at is not None
            one.limits_at -= by


async def refresh(scene: Scene) -> None:
    await scene.accounts.limits.refresh(scene.people[JANA].id)


async def test_each_colleague_has_the_room_of_their_own_server(scene: Scene) -> None:
    """The same long wording is cut for one and whole for the other, and both servers take it."""
    await word(scene, LONG)
    await scene.connect("mastodon", JANA)
    await scene.connect("mastodon", EMRE, scene.worlds[ROOMY])
    assert await known(scene) == {
        "nordlicht.social": {"characters": 500, "per_url": 23}, ROOMY: {"characters": 1000, "per_url": 30},
    }  # fmt: skip
    narrow = await scene.start("mastodon", JANA, at=now() - PAST)
    wide = await scene.start("mastodon", EMRE, at=now() - PAST)
    assert "…" in narrow.text
    assert LONG.strip() in wide.text
    assert [await settle(scene, one.id) for one in (narrow, wide)] == [ShareState.POSTED] * 2
    assert scene.posts(ROOMY, EMRE) == [wide.text]


async def test_own_words_are_refused_by_the_own_servers_count(scene: Scene) -> None:
    """Exactly what the server takes is taken and posted, one sign more is said to be one too many."""
    await scene.connect("mastodon", EMRE, scene.worlds[ROOMY])
    share = await scene.start("mastodon", EMRE, at=now() - PAST)
    around = await scene.press("edit", share, EMRE, text_="a")
    world = server(scene, ROOMY)
    free = 1000 - world.length("mastodon", around.text)[0] + 1
    with pytest.raises(TextProblem) as caught:
        await scene.press("edit", share, EMRE, text_="a" * (free + 1))
    assert (caught.value.code, caught.value.over) == ("too_long", 1)
    full = await scene.press("edit", share, EMRE, text_="a" * free, at=now() - PAST)
    assert world.length("mastodon", full.text) == (1000, 1000)
    assert await settle(scene, share.id) == ShareState.POSTED
    assert scene.posts(ROOMY, EMRE) == [full.text]


async def test_a_server_is_asked_at_most_once_a_day(scene: Scene) -> None:
    """A change is seen the next day, whoever of that server shares first."""
    await scene.connect("mastodon")
    server(scene).longest = 700
    await refresh(scene)
    await scene.connect("mastodon", EMRE)
    assert await room(scene) == (500, 23)
    await pass_time(scene)
    await refresh(scene)
    assert await room(scene) == await room(scene, EMRE) == (700, 23)


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.THROTTLE, Fault.LOST_ANSWER])
async def test_without_an_answer_the_last_known_counts(scene: Scene, fault: Fault) -> None:
    """And the server is asked again after an hour, not at each press."""
    world = server(scene)
    world.longest = 700
    await scene.connect("mastodon")
    world.longest = 900
    await pass_time(scene)
    world.faults.inject(fault, path="/instance", times=9)
    await refresh(scene)
    world.faults.clear()
    await refresh(scene)
    assert await room(scene) == (700, 23)
    await pass_time(scene, AGAIN)
    await refresh(scene)
    assert await room(scene) == (900, 23)


async def test_whoever_connects_need_not_wait_for_limits(scene: Scene) -> None:
    """A server that does not tell them, or tells nonsense, is like most servers."""
    world = server(scene)
    world.faults.inject(Fault.ERROR, path="/instance")
    await scene.connect("mastodon")
    assert (await room(scene), await known(scene)) == ((500, 23), {"nordlicht.social": None})
    world.claims = {"max_characters": 10**9, "characters_reserved_per_url": "many"}
    await pass_time(scene)
    await refresh(scene)
    assert (await room(scene), await room(scene, EMRE)) == ((500, 23), (500, 23))


async def test_a_share_that_waited_for_a_smaller_server_is_cut_to_fit(scene: Scene) -> None:
    """It was made before anybody knew the server; own words are never cut."""
    await word(scene, LONG)
    share = await scene.start("mastodon")
    own = await scene.start("mastodon", EMRE)
    own = await scene.press("edit", own, EMRE, text_="Wind " * 80)
    server(scene).longest = 300
    for person in (JANA, EMRE):
        await scene.connect("mastodon", person)
    cut, kept = await scene.share(share.id), await scene.share(own.id)
    assert server(scene).length("mastodon", cut.text)[0] <= 300 < server(scene).length("mastodon", share.text)[0]
    assert cut.disclosure in cut.text
    assert kept.text == own.text
    assert await settle(scene, share.id) == ShareState.POSTED
    assert await settle(scene, own.id) == ShareState.FAILED
    assert (await scene.share(own.id)).problem == "too_long"


async def test_what_no_longer_fits_is_not_sent(scene: Scene) -> None:
    """A server took more yesterday: the person hears that the text is too long, and it is theirs to change."""
    await word(scene, LONG)
    await scene.connect("mastodon", EMRE, scene.worlds[ROOMY])
    share: Share = await scene.start("mastodon", EMRE, at=now() - PAST)
    server(scene, ROOMY).longest = 400
    await pass_time(scene)
    await scene.accounts.limits.refresh(scene.people[EMRE].id)
    assert await settle(scene, share.id) == ShareState.FAILED
    assert (await scene.share(share.id)).problem == "too_long"
    assert scene.posts(ROOMY, EMRE) == []


async def test_other_networks_are_never_asked(scene: Scene) -> None:
    """Where all accounts have the same limits, nothing is looked up or kept."""
    await scene.connect("linkedin")
    await scene.connect("bluesky")
    await refresh(scene)
    assert await known(scene) == {}
    async with scene.db.read() as s:
        for name in ("linkedin", "bluesky"):
            assert await fitted(s, scene.networks[name], scene.people[JANA].id) is scene.networks[name]
