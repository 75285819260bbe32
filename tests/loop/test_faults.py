"""Whatever a network does, a share ends posted once, or its person is told why not and how to go on."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from advocacy.demo import Demo
from advocacy.playground.colleagues.crowd import Door
from advocacy.playground.world import Fault
from advocacy.sharing.models import ShareState
from tests.loop.stage import PATIENCE, Sharer, fresh_database

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
CREATES = {"linkedin": "/rest/posts", "mastodon": "/api/v1/statuses", "bluesky": "putRecord"}
"""Where a network makes a post: only there the fault happens, so it meets the share and nothing before it."""
DOORS: dict[str, Door] = {"linkedin": "slack", "mastodon": "teams", "bluesky": "slack"}
ALWAYS = 10_000


def each_network(on_postgresql: str) -> pytest.MarkDecorator:
    """All of them on SQLite, and one on PostgreSQL, where tests/sharing lets each network meet each of these faults."""
    cases = [("sqlite", network) for network in CREATES] + [("postgresql", on_postgresql)]
    return pytest.mark.parametrize(("demo", "network"), cases, indirect=["demo"], scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """One running product for all tests here; what is pressed is posted at once."""
    url = ""
    if request.param == "postgresql":
        url = await fresh_database(request.getfixturevalue("postgres_url"), "faults")
    made = Demo(tmp_path_factory.mktemp("faults"), database_url=url, undo_seconds=0, card_refresh_seconds=1.0)
    try:
        await made.start()
        await made.fill()
        slack, teams = made.worlds.slack, made.worlds.teams
        await slack.until(lambda: slack.messages(slack.channel("news").id), seconds=PATIENCE)
        await teams.until(lambda: teams.activities(teams.channel("Stories").id), seconds=PATIENCE)
        yield made
    finally:
        await made.stop()


async def pressed(demo: Demo, key: str, network: str, fault: Fault, *, path: str = "", **how: int) -> Sharer:
    """Somebody who is connected presses Share while this goes wrong."""
    sharer = Sharer(demo, key, DOORS[network], network)
    await sharer.connect()
    sharer.world.faults.inject(fault, path=path or CREATES[network], **how)
    await sharer.share()
    return sharer


async def is_posted_once(sharer: Sharer) -> None:
    """The network has it once, it counts once, and its person is told."""
    seen = await sharer.told("posted")
    assert "✓" in seen.text
    share = await sharer.stored()
    assert [post.text for post in sharer.posts()] == [share.text]
    assert (share.state, share.problem) == (ShareState.POSTED, "")
    assert await sharer.counted() == 1


@each_network("linkedin")
async def test_throttled(demo: Demo, network: str) -> None:
    """429: not tried again before the moment the network names (two seconds where it names none), then posted."""
    sharer = await pressed(demo, "aoife.merrow", network, Fault.THROTTLE, retry_after=600)
    asked = 2 if network == "linkedin" else 600
    assert asked - 2 < await sharer.waits(ShareState.PENDING) <= asked
    assert sharer.posts() == []
    await is_posted_once(sharer)


@each_network("mastodon")
async def test_an_error_and_nothing_was_done(demo: Demo, network: str) -> None:
    """500: nobody knows what was done, so it is looked up; it is not there, so it is posted."""
    await is_posted_once(await pressed(demo, "ines.carvalheira", network, Fault.ERROR))


@each_network("bluesky")
async def test_the_answer_is_lost_after_the_post_was_made(demo: Demo, network: str) -> None:
    """The post that is there is found, and no second one is made."""
    sharer = await pressed(demo, "sven.halvorsen", network, Fault.LOST_ANSWER)
    await is_posted_once(sharer)
    assert len(sharer.world.posts(sharer.person.key, deleted=True)) == 1


@each_network("linkedin")
async def test_the_answer_is_lost_and_then_nothing_can_be_seen(demo: Demo, network: str) -> None:
    """When nobody can tell, only its person can: asked to look, and believed."""
    sharer = await pressed(demo, "freya.lindqvistad", network, Fault.LOST_ANSWER)
    await sharer.waits(ShareState.UNKNOWN)
    sharer.world.faults.inject(Fault.ERROR, times=ALWAYS)
    seen = await sharer.told("failed", hours=3)
    sharer.world.faults.clear()
    assert "We cannot tell whether" in seen.text
    assert "Have a look at your profile, then tell us." in seen.text
    await sharer.press(seen, "done")
    await sharer.told("reported")
    assert len(sharer.posts()) == 1
    assert await sharer.counted() == 1


@each_network("mastodon")
async def test_a_network_that_is_away_for_long(demo: Demo, network: str) -> None:
    """In the end its person is told, the text is kept, and trying again when it is back works."""
    sharer = await pressed(demo, "milan.dragov", network, Fault.ERROR, times=ALWAYS)
    seen = await sharer.told("failed", hours=3)
    assert sharer.posts() == []
    assert await sharer.counted() == 0
    assert (await sharer.stored()).text.split("\n")[0] in seen.text
    assert "Nothing is lost: your text is kept here." in seen.text
    sharer.world.faults.clear()
    # Of a network that tells only by posting again nobody knows after so long: the person looked, and says so.
    await sharer.press(seen, "retry" if seen.find("retry") else "retry_looked")
    await is_posted_once(sharer)


@each_network("bluesky")
async def test_the_token_was_revoked(demo: Demo, network: str) -> None:
    """The share waits, the message leads to connecting again, and then it goes out by itself."""
    sharer = await pressed(demo, "kofi.asantemar", network, Fault.REVOKED)
    seen = await sharer.told("waiting")
    assert "asks you to connect again" in seen.text
    assert "Your share is kept: it goes out after you reconnect." in seen.text
    assert sharer.posts() == []
    await sharer.reconnect(seen)
    await is_posted_once(sharer)
