"""A browser without a screen: follows the product's pages as a person would, with cookies, forms and redirects."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import aiohttp

from advocacy.playground.company import Resident
from advocacy.playground.networks.bluesky import BlueskyWorld
from advocacy.playground.networks.consent import ConsentWorld
from advocacy.playground.networks.mastodon import HOST as MASTODON_HOST
from advocacy.playground.networks.posts import where
from advocacy.playground.networks.preview import playable
from advocacy.playground.world import Outside

HOPS = 8
PATIENCE = aiohttp.ClientTimeout(total=15)
REDIRECTS = {301, 302, 303, 307, 308}
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"


class LostWayError(RuntimeError):
    """A page was not what it should be. Says which."""


@dataclass(slots=True)
class Form:
    """One form of a page: where it goes, its fields' first values, and their types."""

    action: str = ""
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Landed:
    """Where a walk ended."""

    status: int
    url: str
    body: str


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif tag == "input" and self.found and given.get("name"):
            self.found[-1].fields[given["name"]] = given.get("value", "")
            self.found[-1].types[given["name"]] = given.get("type", "text").lower()
        elif tag == "button" and self.found and given.get("name"):
            self.found[-1].fields.setdefault(given["name"], given.get("value", ""))
            self.found[-1].types[given["name"]] = "submit"


class Browser:
    """One person's browser; ``async with`` it."""

    def __init__(self, outside: Outside, person: Resident) -> None:
        self._outside, self._person = outside, person
        # Cookies of a bare address are only kept when asked for, and everything here is on one.
        self._http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=PATIENCE, headers={"User-Agent": AGENT}
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.close()

    async def connect(self, url: str) -> Landed:
        """Connect an account: the product's page, its form, the network's consent, and back. Raises LostWayError."""
        page = await self.get(url)
        forms = _Forms()
        forms.feed(page.body)
        form = next((one for one in forms.found if one.method == "post"), None)
        if page.status != 200 or form is None:
            raise LostWayError(f"{urlsplit(url).path} answered {page.status} without a form to connect")
        end = await self._send(page.url, form)
        if end.status != 200:
            raise LostWayError(f"connecting ended at {urlsplit(end.url).path} with {end.status}")
        return end

    async def get(self, url: str, referrer: str = "") -> Landed:
        """Open an address and follow it to a page."""
        headers = {"Referer": referrer} if referrer else {}
        return await self._walk("GET", playable(self._outside, url), headers, None)

    async def _send(self, page: str, form: Form) -> Landed:
        """Fill a form as this person and send it, as a browser does from the same origin."""
        parts = urlsplit(page)
        headers = {"Origin": f"{parts.scheme}://{parts.netloc}", "Referer": page, "Sec-Fetch-Site": "same-origin"}
        filled = {name: self._entry(name, form.types[name], value) for name, value in form.fields.items()}
        return await self._walk("POST", urljoin(page, form.action) if form.action else page, headers, filled)

    def _entry(self, name: str, kind: str, value: str) -> str:
        """What this person types into a field."""
        bluesky = self._outside.worlds.get("bluesky")
        low = name.lower()
        if kind in {"hidden", "submit"}:
            return value
        if kind == "password" and isinstance(bluesky, BlueskyWorld):
            return bluesky.app_password(self._person.key)
        if ("handle" in low or "user" in low) and isinstance(bluesky, BlueskyWorld):
            return bluesky.handle(self._person)
        if "server" in low or "host" in low:
            return value if "bsky" in value else MASTODON_HOST
        return value

    async def _walk(self, method: str, url: str, headers: dict[str, str], form: dict[str, str] | None) -> Landed:
        for _ in range(HOPS):
            async with self._http.request(method, url, headers=headers, data=form, allow_redirects=False) as answer:
                if answer.status not in REDIRECTS:
                    return Landed(answer.status, url, await answer.text(errors="replace"))
                url = playable(self._outside, urljoin(url, answer.headers.get("Location", "")))
            if method == "POST" and answer.status not in {307, 308}:
                method, form = "GET", None
            headers = {}
            url = await self._agree(url)
        raise LostWayError(f"more than {HOPS} redirects, the last to {url}")

    async def _agree(self, url: str) -> str:
        """On a network's consent page press Allow, which leads on; any other page is just opened."""
        for world in self._outside.worlds.values():
            if isinstance(world, ConsentWorld) and where(url)[:2] in world.consent_pages:
                return await world.consent(url, self._person.key)
        return url
