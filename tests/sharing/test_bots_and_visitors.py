from __future__ import annotations

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from multidict import CIMultiDict
from sqlalchemy import select

from advocacy.db import Database
from advocacy.sharing import bots
from advocacy.sharing.models import Salt
from advocacy.sharing.visitors import Visitors, forget_salts

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
AT = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"


@pytest.mark.parametrize(
    "agent",
    [
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Jakarta Commons-HttpClient/3.1 +http://www.linkedin.com)",
        "Twitterbot/1.0",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
        "Mastodon/4.5.0 (http.rb/5.3.1; +https://mastodon.example/) Bot",
        "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
        "WhatsApp/2.23.20.0",
        "TelegramBot (like TwitterBot)",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "curl/8.9.1",
        "python-requests/2.32",
        "",
        "   ",
    ],
)
def test_programs_do_not_count(agent: str) -> None:
    """A link that was merely pasted somewhere was not followed."""
    assert bots.reason("GET", CIMultiDict({"User-Agent": agent})) == "bot"


@pytest.mark.parametrize(
    "agent",
    [
        CHROME,
        PHONE + " Safari/604.1",
        PHONE + " [LinkedInApp]/9.29.7781",
        PHONE + " [FBAN/FBIOS;FBAV/466.0.0.30.109;FBDV/iPhone14,5]",
        PHONE + " Instagram 330.0.0",
        "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
        "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 21) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36",
    ],
)
def test_people_count(agent: str) -> None:
    """Browsers, and the browsers inside apps, are people; CUBOT makes telephones."""
    assert bots.reason("GET", CIMultiDict({"User-Agent": agent})) == ""


@pytest.mark.parametrize(
    ("method", "headers", "why"),
    [
        ("HEAD", {}, "head"),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}, "prefetch"),
        ("GET", {"Purpose": "prefetch"}, "prefetch"),
        ("GET", {"X-Purpose": "preview"}, "prefetch"),
        ("GET", {"X-Moz": "prefetch"}, "prefetch"),
        ("GET", {"Purpose": "reading"}, ""),
    ],
)
def test_looking_ahead_does_not_count(method: str, headers: dict[str, str], why: str) -> None:
    """A browser that fetches in case somebody clicks is recorded with the reason."""
    assert bots.reason(method, CIMultiDict({"User-Agent": CHROME, **headers})) == why


async def test_a_visitor_is_the_same_for_a_day_and_in_all_processes(db: Database) -> None:
    """Same address and browser, same name; another day, address or browser, another one."""
    one, two = Visitors(db), Visitors(db)
    await one.start(AT)
    await two.start(AT)
    name = one.name("192.0.2.7", CHROME, AT)
    assert len(name) == 24
    assert two.name("192.0.2.7", CHROME, AT - timedelta(hours=20)) == name
    others = {
        one.name("192.0.2.8", CHROME, AT),
        one.name("192.0.2.7", "Firefox", AT),
        one.name("192.0.2.7", CHROME, AT + timedelta(hours=1)),
    }
    assert len(others | {name}) == 4
    assert one.name("192.0.2.7", CHROME, AT + timedelta(hours=1)) == two.name(
        "192.0.2.7", CHROME, AT + timedelta(hours=1)
    )


async def test_salts_are_forgotten_after_48_hours(db: Database) -> None:
    """Then nobody can tell any more whose name it was."""
    visitors = Visitors(db)
    for days in range(4):
        await visitors.start(AT + timedelta(days=days))
    async with db.write() as s:
        gone = await forget_salts(s, AT + timedelta(days=3))
        left = sorted(await s.scalars(select(Salt.day)))
    assert gone == 2
    assert left == ["2026-11-05", "2026-11-06", "2026-11-07"]


async def test_salts_are_not_readable_in_the_database(db: Database) -> None:
    """They are encrypted at rest."""
    await Visitors(db).start(AT)
    async with db.read() as s:
        raw = (await s.connection()).exec_driver_sql("SELECT value FROM salt")
        values = [row[0] for row in await raw]
    assert values
    async with db.read() as s:
        for salt in await s.scalars(select(Salt.value)):
            assert not any(bytes.fromhex(salt) in value or salt.encode() in value for value in values)


async def test_a_day_without_a_salt_does_not_hold_anybody_up(db: Database) -> None:
    """The database was away at midnight: a salt of our own serves until the shared one can be read."""
    visitors = Visitors(db)
    with patch.object(Database, "write", side_effect=OSError):
        alone = visitors.name("192.0.2.7", CHROME, AT)
        assert alone == visitors.name("192.0.2.7", CHROME, AT)
        assert visitors._fetching is not None
        await visitors._fetching
    assert visitors.name("192.0.2.7", CHROME, AT) == alone
    await visitors.start(AT)
    shared = Visitors(db)
    await shared.start(AT)
    assert visitors.name("192.0.2.7", CHROME, AT) == shared.name("192.0.2.7", CHROME, AT) != alone
