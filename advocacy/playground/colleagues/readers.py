"""People who click on posted links, and the bots that come by to draw previews of them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from urllib.parse import urljoin

import aiohttp

from advocacy.playground.networks.preview import playable
from advocacy.playground.world import Outside

HOPS = 5
PATIENCE = aiohttp.ClientTimeout(total=10)
_MOZILLA = "Mozilla/5.0"
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"
_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0"
PEOPLE = (
    f"{_MOZILLA} (Windows NT 10.0; Win64; x64) {_BLINK} Safari/537.36",
    f"{_MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Safari/605.1.15",
    f"{_MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) {_WEBKIT} Mobile/15E148 Safari/604.1",
    f"{_MOZILLA} (Linux; Android 15; Pixel 9) {_BLINK} Mobile Safari/537.36",
    f"{_MOZILLA} (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    f"{_MOZILLA} (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
)
BOTS = (
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Twitterbot/1.0",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    "Mastodon/4.4.3 (http.rb/5.3.1; +https://nordlicht.social/) Bot",
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One click, followed to its end."""

    link: str
    agent: str
    is_bot: bool
    method: str
    status: int
    """Of the link itself, before any redirect was followed."""
    landed: str
    """Where it led, as public address where it has one."""


class Reader:
    """Everybody outside of the company, with one connection."""

    def __init__(self, outside: Outside, dice: random.Random) -> None:
        self._outside, self._dice = outside, dice
        self._http: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let the connection go."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def click(self, link: str, *, as_bot: bool, head: bool, referrer: str) -> Visit:
        """Open a link and follow it. Raises ``aiohttp.ClientError`` and ``TimeoutError``."""
        if self._http is None or self._http.closed:
            self._http = aiohttp.ClientSession(timeout=PATIENCE, cookie_jar=aiohttp.DummyCookieJar())
        agent = self._dice.choice(BOTS if as_bot else PEOPLE)
        # Each comes from somewhere else in the world, as a proxy in front of the product would say.
        home = ".".join(str(self._dice.randint(1, 254)) for _ in range(2))
        headers = {"User-Agent": agent, "X-Forwarded-For": f"198.18.{home}"} | (
            {"Referer": f"https://{referrer}/"} if referrer and not as_bot else {}
        )
        method, url, first = ("HEAD" if head else "GET"), link, 0
        for _ in range(HOPS):
            played = playable(self._outside, url)
            async with self._http.request(method, played, headers=headers, allow_redirects=False) as answer:
                first = first or answer.status
                if answer.status not in {301, 302, 303, 307, 308}:
                    break
                url = urljoin(url, answer.headers.get("Location", ""))
        return Visit(link, agent, as_bot, method, first, url)
