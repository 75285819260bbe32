"""A small company that shares, its networks played on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from advocacy.config import Settings
from advocacy.content.models import Caption, Story, StoryState
from advocacy.db import Database, now
from advocacy.http import Http
from advocacy.people.models import Person
from advocacy.playground.networks.bluesky import BlueskyWorld
from advocacy.playground.networks.linkedin import LinkedInWorld
from advocacy.playground.networks.mastodon import MastodonWorld
from advocacy.playground.networks.network import NetworkWorld
from advocacy.playground.networks.threads import ThreadsWorld
from advocacy.playground.networks.x import XWorld
from advocacy.playground.site.world import SiteWorld
from advocacy.playground.world import Outside
from advocacy.sharing.accounts import Accounts
from advocacy.sharing.models import Share, ShareEvent, ShareState
from advocacy.sharing.network import Network
from advocacy.sharing.networks import ALL, make_all
from advocacy.sharing.posting import Poster
from advocacy.sharing.shares import Sharing
from tests.conftest import playground_settings

JANA = "jana.feld"
EMRE = "emre.sonntag"
POSTING = ("linkedin", "mastodon", "bluesky")
"""Three that differ in all that matters to a share."""
CREATING = {
    "linkedin": "/rest/posts", "mastodon": "/api/v1/statuses", "bluesky": "putRecord", "threads": "threads_publish",
    "x": "/2/tweets",
}  # fmt: skip
"""All that post, and part of the path that makes a post there."""
PAST = timedelta(minutes=1)
REPLY = {"platform": "slack", "tenant": "T1", "user": "U1", "address": "", "reply_to": "", "language": "de"}


@dataclass
class Scene:
    """Everything a rule about sharing needs."""

    db: Database
    settings: Settings
    networks: dict[str, Network]
    http: Http
    worlds: dict[str, NetworkWorld]
    outside: Outside
    sharing: Sharing
    accounts: Accounts
    poster: Poster
    people: dict[str, Person]
    story_id: int

    async def start(self, network: str, person: str = JANA, *, at: datetime | None = None, story_id: int = 0) -> Share:
        async with self.db.write() as s:
            started = await self.sharing.start(
                s, person=self.people[person], story_id=story_id or self.story_id, network=network, reply=dict(REPLY),
                language="de", at=at or now(),
            )  # fmt: skip
        return started.share

    async def press(self, verb: str, share: Share, person: str = JANA, **more: Any) -> Share:
        async with self.db.write() as s:
            changed: Share = await getattr(self.sharing, verb)(s, share.id, self.people[person].id, **more)
        return changed

    async def share(self, share_id: int) -> Share:
        async with self.db.read() as s:
            return await s.get_one(Share, share_id)

    async def facts(self, share_id: int) -> list[tuple[str, int]]:
        async with self.db.read() as s:
            query = select(ShareEvent).where(ShareEvent.share_id == share_id).order_by(ShareEvent.id)
            return [(one.kind, one.change) for one in await s.scalars(query)]

    async def change(self, share: Share, **values: Any) -> None:
        """As if time had passed, or a process had died in the middle."""
        async with self.db.write() as s:
            await s.execute(update(Share).where(Share.id == share.id).values(**values))

    async def change_story(self, **values: Any) -> None:
        async with self.db.write() as s:
            await s.execute(update(Story).where(Story.id == self.story_id).values(**values))

    async def connect(self, network: str, person: str = JANA, world: NetworkWorld | None = None) -> None:
        world = world or self.worlds[network]
        token = self.accounts.connect_url(self.people[person].id, network).partition("?t=")[2]
        if isinstance(world, BlueskyWorld):
            await self.accounts.sign_in(token, "", world.handle(world.people[person]), world.app_password(person))
            return
        host = world.host if isinstance(world, MastodonWorld) else ""
        url, cookie = await self.accounts.begin(token, host)
        answer = await world.act({"act": "consent", "url": url, "person": person})
        state, code = (answer["redirect"].partition(f"{name}=")[2].partition("&")[0] for name in ("state", "code"))
        await self.accounts.finish(state, code, cookie)

    def posts(self, network: str, person: str = JANA) -> list[str]:
        return [post.text for post in self.worlds[network].posts(person, deleted=False)]


async def due(scene: Scene, network: str, person: str = JANA) -> int:
    """A share whose undo window is over; on X somebody accepted what it costs."""
    if network == "x":
        paid = scene.settings.model_copy(update={"x_cost_accepted": True})
        scene.networks[network] = ALL[network](paid, scene.http)
    if not scene.worlds[network].connected(person):
        await scene.connect(network, person)
    return (await scene.start(network, person, at=now() - PAST)).id


async def hurry(scene: Scene, share_id: int) -> None:
    """Let the pause of a share pass."""
    share = await scene.share(share_id)
    if share.due_at is not None:
        await scene.change(share, due_at=now() - timedelta(seconds=1))


async def settle(scene: Scene, share_id: int, rounds: int = 12) -> str:
    """What the jobs do, with all pauses skipped, until the share has come to an end."""
    for _ in range(rounds):
        await hurry(scene, share_id)
        await scene.poster.run_due()
        await scene.poster.settle_unknown()
        state = (await scene.share(share_id)).state
        if state not in {ShareState.PENDING, ShareState.UNKNOWN, ShareState.SENDING}:
            break
    return state


@pytest.fixture
def worlds() -> dict[str, NetworkWorld]:
    played: dict[str, NetworkWorld] = {
        "linkedin": LinkedInWorld("linkedin-client", "linkedin-secret"),
        "mastodon": MastodonWorld(),
        "bluesky": BlueskyWorld(),
        "threads": ThreadsWorld(),
        "x": XWorld(),
    }
    for world in played.values():
        world.previews = False
    return played


@pytest.fixture
async def scene(
    db: Database, database_url: str, tmp_path: Path, worlds: dict[str, NetworkWorld]
) -> AsyncIterator[Scene]:
    outside = Outside(*worlds.values(), SiteWorld())
    await outside.start()
    apps = {
        name: {"client_id": one.client_id, "client_secret": one.client_secret}
        for name, one in worlds.items()
        if isinstance(one, (LinkedInWorld, ThreadsWorld, XWorld))
    }
    settings = playground_settings(
        database_url, tmp_path, outside=outside.origins(), company="Nordlicht Energie", apps=apps
    )
    http = Http(settings)
    await http.start()
    networks = make_all(settings, http)
    people, story_id = await _fill(db)
    yield Scene(
        db, settings, networks, http, worlds, outside, Sharing(settings, networks),
        Accounts(db, settings, networks), Poster(db, settings, networks, http), people, story_id,
    )  # fmt: skip
    await http.close()
    await outside.stop()


async def _fill(db: Database) -> tuple[dict[str, Person], int]:
    people = {
        key: Person(email=f"{key}@nordlicht.example", name=key, language="de", joined_on=date(2026, 1, 1))
        for key in (JANA, EMRE)
    }
    story = Story(
        title="Windpark Tiefsand am Netz", summary="Zwölf Anlagen speisen ein.", url="https://www.nordlicht.example/w",
        language="de", state=StoryState.LIVE, live_at=datetime(2026, 1, 2, tzinfo=UTC),
        captions=[
            Caption(language="de", text="Zwölf neue Anlagen – und wir haben sie gebaut. #Windkraft"),
            Caption(language="de", text="Stolz auf mein Team: Tiefsand liefert Strom."),
        ],
    )  # fmt: skip
    async with db.write() as s:
        s.add_all([*people.values(), story])
        await s.flush()
    return people, story.id
