"""The pages over real HTTP: a small fictional company, its networks played on loopback."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from advocacy.config import Settings
from advocacy.content.models import Story, StoryState
from advocacy.db import Database, now
from advocacy.http import Http
from advocacy.insights.fold import Fold
from advocacy.people.models import Department, Membership, Person
from advocacy.playground.company import Resident, residents
from advocacy.playground.networks.bluesky import BlueskyWorld
from advocacy.playground.networks.linkedin import LinkedInWorld
from advocacy.playground.networks.mastodon import MastodonWorld
from advocacy.playground.site.world import SiteWorld
from advocacy.playground.world import Outside
from advocacy.sharing.accounts import Accounts
from advocacy.sharing.clicks import ClickWriter, LinkTable, Spool
from advocacy.sharing.models import Share, ShareEvent
from advocacy.sharing.network import Network
from advocacy.sharing.networks import make_all
from advocacy.sharing.shares import Sharing
from advocacy.sharing.visitors import Visitors
from advocacy.web import server
from advocacy.web.pages import Addresses
from tests.conftest import playground_settings

COMPANY = "Nordlicht Energie"
DEPARTMENTS = {"Vertrieb": 0, "Vertrieb/Nord": 6, "Vertrieb/Süd": 6, "Technik": 10, "Recht": 3, "Einkauf": 8}
"""People in each. ``Recht`` is below the minimum; ``Einkauf`` has to hide it."""
PAGE = {"Accept": "text/html"}


@dataclass
class Answer:
    """What a browser got."""

    status: int
    url: str
    body: str
    headers: dict[str, str]


@dataclass
class Product:
    """The web room with everything it needs, listening on loopback."""

    settings: Settings
    db: Database
    http: Http
    networks: dict[str, Network]
    accounts: Accounts
    links: LinkTable
    clicks: ClickWriter
    visitors: Visitors
    outside: Outside
    addresses: Addresses
    people: dict[str, Person] = field(default_factory=dict)
    departments: dict[str, int] = field(default_factory=dict)
    story_id: int = 0
    editors_due: Callable[[], None] = lambda: None

    @property
    def resident(self) -> Resident:
        """The person whose accounts are connected, as the networks know him or her."""
        return residents()[10]

    @property
    def member(self) -> Person:
        return self.people[self.resident.key]

    async def share(self, person: Person, kind: str = "measured", at: datetime | None = None, count: int = 1) -> None:
        """Facts, as if these shares had been posted or reported."""
        async with self.db.write() as s:
            for _ in range(count):
                s.add(
                    ShareEvent(
                        share_id=1, person_id=person.id, story_id=self.story_id, network="linkedin", kind=kind,
                        change=1, at=at or now(),
                    )
                )  # fmt: skip
        await Fold(self.db, self.settings).run()

    async def waiting_share(self, network: str) -> int:
        """A share that waits until its person connects."""
        async with self.db.write() as s:
            started = await Sharing(self.settings, self.networks).start(
                s, person=self.member, story_id=self.story_id, network=network, reply={"platform": "slack"},
                language="de", at=now(),
            )  # fmt: skip
        assert started.share.state == "waiting"
        return started.share.id

    async def state(self, share_id: int) -> str:
        async with self.db.read() as s:
            return (await s.get_one(Share, share_id)).state

    async def change(self, person: Person, **values: object) -> None:
        """As if the roster had said so."""
        async with self.db.write() as s:
            found = await s.get_one(Person, person.id)
            for name, value in values.items():
                setattr(found, name, value)


class Browser:
    """One person's browser; follows no redirects of its own unless asked."""

    def __init__(self, product: Product, http: aiohttp.ClientSession) -> None:
        self._base = product.settings.public_url
        self.http = http

    async def get(self, path: str, *, follow: bool = False, **headers: str) -> Answer:
        return await self._ask("GET", path, None, follow, headers)

    async def post(self, path: str, form: dict[str, str], *, follow: bool = False, **headers: str) -> Answer:
        """Send a form as a browser does from a page of ours, unless headers say otherwise."""
        return await self._ask("POST", path, form, follow, headers or {"Sec-Fetch-Site": "same-origin"})

    async def _ask(
        self, method: str, path: str, form: dict[str, str] | None, follow: bool, headers: dict[str, str]
    ) -> Answer:
        url = path if path.startswith("http") else self._base + path
        sent = {**PAGE, **{name.replace("_", "-"): value for name, value in headers.items()}}
        async with self.http.request(method, url, data=form, headers=sent, allow_redirects=follow) as answer:
            return Answer(answer.status, str(answer.url), await answer.text(), dict(answer.headers))

    async def sign_in(self, product: Product, person: Person) -> Answer:
        token = product.addresses.sign_in(person.id).partition("?t=")[2]
        return await self.post("/sign-in", {"t": token}, follow=True)


@pytest.fixture
async def product(db: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Product]:
    worlds = (LinkedInWorld("linkedin-client", "linkedin-secret"), MastodonWorld(), BlueskyWorld())
    for world in worlds:
        world.previews = False
    outside = Outside(*worlds, SiteWorld())
    await outside.start()
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    settings = playground_settings(
        database_url, tmp_path, outside=outside.origins(), company=COMPANY, public_url=f"http://127.0.0.1:{port}"
    )
    http = Http(settings)
    await http.start()
    networks = make_all(settings, http)
    made = Product(
        settings, db, http, networks, Accounts(db, settings, networks), LinkTable(db), ClickWriter(db, Spool(settings.spool)),
        Visitors(db), outside, Addresses(settings),
    )  # fmt: skip
    await _fill(made)
    runner = web.AppRunner(server.build(made), access_log=None)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    yield made
    await runner.cleanup()
    await http.close()
    await outside.stop()


@pytest.fixture
async def browser(product: Product) -> AsyncIterator[Browser]:
    # Cookies of a bare address are only kept when asked for.
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Browser(product, http)


async def _fill(product: Product) -> None:
    async with product.db.write() as s:
        for path in DEPARTMENTS:
            above = product.departments.get(path.rpartition("/")[0])
            made = Department(name=path.rpartition("/")[2], path=path, parent_id=above)
            s.add(made)
            await s.flush()
            product.departments[path] = made.id
        keys = iter(
            [product.resident.key, "leader", "editor", *(f"p{number}" for number in range(sum(DEPARTMENTS.values())))]
        )
        for path, count in DEPARTMENTS.items():
            for _ in range(count):
                key = next(keys)
                roles = [key] if key in {"leader", "editor"} else []
                person = Person(
                    email=f"{key}@nordlicht.example", name=key, language="en", roles=roles, joined_on=date(2020, 1, 1)
                )
                s.add(person)
                await s.flush()
                s.add(
                    Membership(person_id=person.id, department_id=product.departments[path], starts_on=date(2020, 1, 1))
                )
                product.people[key] = person
        story = Story(
            title="Windpark", summary="Zwölf.", url="https://www.nordlicht.example/w", language="de",
            state=StoryState.LIVE, live_at=now(),
        )  # fmt: skip
        s.add(story)
        await s.flush()
        product.story_id = story.id


__all__ = ["COMPANY", "Answer", "Browser", "Product"]
