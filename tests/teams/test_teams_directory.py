"""Microsoft Graph over real HTTP: everybody once, then what changed; and the app for chosen people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from advocacy.bot.rosters import Outdated
from advocacy.chat import Gone, Refused, Retry
from advocacy.people.listing import Member
from advocacy.playground.company import TEAMS_TENANT, residents
from advocacy.playground.teams.tokens import GRAPH, ISSUER
from advocacy.playground.teams.world import TeamsWorld
from advocacy.playground.world import Fault, Outside
from advocacy.teams.directory import TeamsDirectory, entry
from advocacy.teams.graph import GraphRefused
from advocacy.teams.installing import Installed, Installing
from tests.conftest import playground_settings

APP_ID, PASSWORD = "00000000-0000-4000-8000-00000000b07a", "playground-teams-password"
EVERYBODY = [one for one in residents() if one.teams_id]
JANA = next(one for one in EVERYBODY if one.name == "Jana Feld")
SET_UP = {"teams_app_id": APP_ID, "teams_app_password": PASSWORD, "teams_tenant": TEAMS_TENANT}


@pytest.fixture
async def world() -> AsyncIterator[TeamsWorld]:
    made = TeamsWorld(residents(), app_id=APP_ID, app_password=PASSWORD, tenant=TEAMS_TENANT)
    outside = Outside(made)
    await outside.start()
    outside.product_url = "http://127.0.0.1:9"  # nobody listens there
    yield made
    await outside.stop()


@pytest.fixture
async def directory(world: TeamsWorld, tmp_path: Path) -> AsyncIterator[TeamsDirectory]:
    assert world.outside is not None
    settings = playground_settings("sqlite:///unused", tmp_path, outside=world.outside.origins(), **SET_UP)
    made = TeamsDirectory(settings)
    yield made
    await made.graph.close()


async def listed(directory: TeamsDirectory, cursor: str = "") -> tuple[list[Member], str, int]:
    """A whole round: entries, the mark at its end, pages."""
    members, pages = [], 0
    while True:
        page = await directory.page(cursor)
        members += page.members
        pages += 1
        if not page.following:
            return members, page.mark, pages
        cursor = page.following


async def test_everybody_is_listed_in_pages_and_then_only_changes(world: TeamsWorld, directory: TeamsDirectory) -> None:
    """Links are followed as given; a change that tells little is asked for; who was removed is gone."""
    world.graph.page = 7
    members, mark, pages = await listed(directory)
    assert (len(members), pages) == (len(EVERYBODY), -(-len(EVERYBODY) // 7))
    jana = next(one for one in members if one.user == JANA.teams_id)
    assert (jana.email, jana.department, jana.country, jana.language) == (JANA.email, JANA.department, "DE", "de-DE")
    assert jana.is_ours
    nothing, mark, pages = await listed(directory, mark)
    assert (nothing, pages) == ([], 1)

    leaver, guest = EVERYBODY[1].teams_id or "", EVERYBODY[2].teams_id or ""
    world.users.set(JANA.teams_id or "", department="People & Culture")
    world.users.set("new", displayName="Nova Neu", userPrincipalName="nova@nordlicht.example", accountEnabled=True,
                    userType="Member", mail=None, department=None)  # fmt: skip
    world.users.set(guest, accountEnabled=False)
    world.users.set(JANA.teams_id or "", jobTitle="not asked for")
    world.users.remove(leaver)
    world.graph.page = 2
    changed, mark, pages = await listed(directory, mark)
    by_user = {one.user: one for one in changed}
    assert pages == 2
    assert set(by_user) == {JANA.teams_id, "new", guest, leaver}
    assert (by_user[JANA.teams_id or ""].department, by_user[JANA.teams_id or ""].email) == (
        "People & Culture",
        JANA.email,
    )
    assert (by_user["new"].email, by_user["new"].department) == ("nova@nordlicht.example", None)
    assert by_user[leaver].is_gone
    assert by_user[guest].is_gone
    assert (await directory.member("new")).name == "Nova Neu"
    assert (await directory.member(leaver)).is_gone


async def test_a_mark_that_is_too_old_begins_anew(world: TeamsWorld, directory: TeamsDirectory) -> None:
    """The vendor says so with 410; words of a token that is none are a refusal."""
    _, mark, _ = await listed(directory)
    world.users.expired = -1
    with pytest.raises(Outdated):
        await directory.page(mark)
    with pytest.raises(GraphRefused):
        await directory.page(f"{GRAPH}/v1.0/users/delta?$skiptoken=nonsense")
    with pytest.raises(Refused, match="not Microsoft Graph's"):
        await directory.page("https://elsewhere.example/v1.0/users/delta")


async def test_trouble_is_told_in_four_words(world: TeamsWorld, directory: TeamsDirectory) -> None:
    """Throttled: after the seconds it says. A revoked token: a new one. No permission: a sentence for an administrator."""
    world.faults.inject(Fault.THROTTLE, path="/users/delta", retry_after=17)
    with pytest.raises(Retry) as later:
        await directory.page("")
    assert (later.value.after.total_seconds(), later.value.is_throttled) == (17, True)
    world.faults.inject(Fault.ERROR, path="/users/delta")
    with pytest.raises(Retry):
        await directory.page("")
    world.tokens.revoke()
    assert (await directory.page("")).members
    world.graph.windows = ((2, 10.0),)
    for expected in (None, None, Retry):
        if expected is None:
            await directory.page("")
        else:
            with pytest.raises(expected):
                await directory.page("")
    world.graph.windows = ()
    world.graph.permissions = frozenset()
    with pytest.raises(GraphRefused, match=r"403 Authorization_RequestDenied: Insufficient privileges"):
        await directory.page("")


async def test_a_token_of_one_service_is_none_for_another(world: TeamsWorld, directory: TeamsDirectory) -> None:
    """Neither the connector's at Graph, nor the other way round."""
    token, _ = world.tokens.give(ISSUER)
    async with aiohttp.ClientSession() as http:
        headers = {"Authorization": f"Bearer {token}"}
        async with http.get(world.at("graph.microsoft.com", "/v1.0/users/delta"), headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert not world.tokens.accepts(f"Bearer {world.tokens.give(GRAPH)[0]}")


def test_what_an_entry_says() -> None:
    """Guests, the disabled, tombstones; the sign-in name stands in for the mail, or beside it."""
    told = {"id": "1", "displayName": "Ada", "userPrincipalName": "Ada@N.example", "mail": "lund@n.example"}
    assert (entry(told).email, entry(told).other_email) == ("lund@n.example", "ada@n.example")
    assert (entry({**told, "mail": None}).email, entry({**told, "mail": None}).other_email) == ("ada@n.example", "")
    outside = {**told, "userPrincipalName": "ada_else.example#EXT#@n.onmicrosoft.com", "mail": "ada@else.example"}
    assert (entry(outside).is_guest, entry({**told, "userType": "Guest"}).is_guest) == (True, True)
    assert entry({**told, "accountEnabled": False}).is_gone
    assert entry({"id": "1", "@removed": {"reason": "deleted"}}).is_gone


async def test_the_app_is_installed_for_chosen_people(
    world: TeamsWorld, directory: TeamsDirectory, tmp_path: Path
) -> None:
    """Once; afterwards they can be written to. Whoever does not exist is said; so is an app that nobody uploaded."""
    settings = playground_settings("sqlite:///unused", tmp_path, **SET_UP)
    world.graph.in_catalogue = False
    with pytest.raises(Refused, match="upload its package"):
        await Installing(directory.graph, settings).install(JANA.teams_id or "")
    world.graph.in_catalogue = True
    installing = Installing(directory.graph, settings)
    assert await installing.install(JANA.teams_id or "") is Installed.NOW
    await world.until(lambda: JANA.teams_id in world.state.installed)
    assert await installing.install(JANA.teams_id or "") is Installed.BEFORE
    assert await installing.install("nobody") is Installed.UNKNOWN_USER
    world.graph.permissions = frozenset({"User.Read.All", "AppCatalog.Read.All"})
    with pytest.raises(GraphRefused, match="403"):
        await installing.install(EVERYBODY[3].teams_id or "")
    with pytest.raises(Gone):
        await directory.graph.get("/v1.0/users/nobody")
