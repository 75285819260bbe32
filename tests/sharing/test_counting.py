"""How long a text is, by each network's own rules.

The numbers were worked out by hand from the rules that ``RULES`` names, not by our code. ``pytest -s`` prints the
table.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from advocacy.http import Http
from advocacy.sharing.network import Limits
from advocacy.sharing.networks import make_all
from tests.conftest import playground_settings

HERE = playground_settings("sqlite:///unused", Path())
NETWORKS = make_all(HERE, Http(HERE))

X3 = "https://github.com/twitter/twitter-text/blob/master/config/v3.json"
X_EMOJI = "https://docs.x.com/fundamentals/counting-characters"
X_URL = "https://github.com/twitter/twitter-text/blob/master/conformance/validate.yml"
X_FIND = "https://github.com/twitter/twitter-text/blob/master/conformance/extract.yml"
MASTODON = "https://github.com/mastodon/mastodon/blob/main/app/validators/status_length_validator.rb"
MASTODON_NAME = "https://github.com/mastodon/mastodon/blob/main/app/models/account.rb"
BLUESKY = "https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json"
INSTANCE = "https://docs.joinmastodon.org/entities/Instance/"
GOTOSOCIAL = "https://github.com/superseriousbusiness/gotosocial/blob/main/internal/typeutils/internaltofrontend.go"
KTISTEC = "https://github.com/toddsundsted/ktistec"
UAX29 = "https://www.unicode.org/reports/tr29/"
LITTLE = "https://learn.microsoft.com/linkedin/marketing/community-management/shares/little-text-format"
LINKEDIN = "https://github.com/n8n-io/n8n/issues/22899"
UTF16 = "https://developers.buffer.com/guides/character-limits.md"

FAMILY = "👨‍👩‍👧‍👦"  # 4 people of 4 bytes, 3 joiners of 3: 25 bytes, 11 UTF-16 units, 1 grapheme
WORKER = "👩🏽‍🔧"  # 4 + 4 + 3 + 4 = 15 bytes, 7 units
GERMANY = "🇩🇪"  # 8 bytes, 4 units
SCOTLAND = "🏴󠁧󠁢󠁳󠁣󠁴󠁿"  # 7 signs of 4 bytes = 28 bytes, 14 units
LONG = "https://www.nordlicht.example/neues/windpark-tiefsand?utm_source=kollegen"

CASES = (
    ("letters", "x", "This is a test.", 15, X_URL),
    ("umlauts", "x", "Größe", 5, X3),
    ("Cyrillic", "x", "Энергия", 7, X3),
    ("Arabic, right to left", "x", "طاقة الرياح", 11, X3),
    ("Hebrew, right to left", "x", "רוח", 3, X3),
    ("Thai", "x", "ลม", 2, X3),
    ("Georgian, last light letters", "x", "ქარი", 4, X3),
    ("Hangul jamo, first heavy", "x", "\u1100", 2, X3),
    ("Chinese", "x", "風力發電", 8, X3),
    ("Japanese", "x", "風のちから", 10, X3),
    ("Korean", "x", "저찀쯿쿿", 8, X3),
    ("Latin and Chinese", "x", "Wind 風", 7, X3),
    ("German quotation marks", "x", "„Wind“", 6, X3),
    ("ellipsis counts twice", "x", "Wind…", 6, X3),
    ("euro sign counts twice", "x", "5 €", 4, X3),
    ("dash", "x", "a – b", 5, X3),
    ("primes", "x", "5′", 2, X3),
    ("a letter beyond the first plane", "x", "𝗪", 2, X3),
    ("line breaks", "x", "a\n\nb", 4, X3),
    ("decomposed é is one", "x", "e\u0301", 1, X_EMOJI),
    ("marks that cannot be composed", "x", "x\u0301\u0302", 3, X3),
    ("emoji", "x", "🌬", 2, X_EMOJI),
    ("emoji with its sign for colour", "x", "🌬️", 2, X_EMOJI),
    ("family", "x", FAMILY, 2, X_EMOJI),
    ("profession and skin tone", "x", WORKER, 2, X_EMOJI),
    ("thumb and skin tone", "x", "👍🏿", 2, X_EMOJI),
    ("flag", "x", GERMANY, 2, X_EMOJI),
    ("flag of a country's part", "x", SCOTLAND, 2, X_EMOJI),
    ("two flags", "x", GERMANY + "🇪🇺", 4, X_EMOJI),
    ("keycap", "x", "1️⃣", 2, X_EMOJI),
    ("copyright sign is no emoji", "x", "© 2026", 6, X3),
    ("copyright sign in colour is one", "x", "©️", 2, X_EMOJI),
    ("marks piled upon an emoji count", "x", "🙂" + "\u0301" * 3, 5, X3),
    ("link", "x", "https://test.com", 23, X_URL),
    ("link without https", "x", "test.com", 23, X_URL),
    ("links in a text", "x", "Test https://test.com test https://test.com test.com test", 86, X_URL),
    ("long link", "x", LONG, 23, X_URL),
    ("full stop after a link", "x", f"Hier: {LONG}.", 30, X_FIND),
    ("link in brackets", "x", "(https://test.com/a)", 25, X_FIND),
    ("brackets in a link", "x", "https://en.wikipedia.org/wiki/Wind_(band)", 23, X_FIND),
    ("domain with a path", "x", "Mehr: nordlicht.de/wind!", 30, X_FIND),
    ("capitals", "x", "HTTPS://Test.COM/A", 23, X_URL),
    ("domain of no country", "x", "index.htmlx", 11, X_FIND),
    ("e-mail address is no link", "x", "an jana@nordlicht.de", 20, X_FIND),
    ("Japanese ends a link", "x", "https://test.com/を", 25, X_FIND),
    ("mention", "x", "@nordlicht", 10, X3),
    ("hashtag", "x", "#Windkraft", 10, X3),
    ("letters", "mastodon", "Größe", 5, MASTODON),
    ("Chinese counts once", "mastodon", "風力發電", 4, MASTODON),
    ("family", "mastodon", FAMILY, 1, MASTODON),
    ("flags", "mastodon", GERMANY + "🇪🇺", 2, UAX29),
    ("skin tone", "mastodon", "👍🏿", 1, UAX29),
    ("keycap", "mastodon", "1️⃣", 1, UAX29),
    ("decomposed é", "mastodon", "e\u0301", 1, UAX29),
    ("piled marks", "mastodon", "x\u0301\u0302", 1, UAX29),
    ("line break of two signs", "mastodon", "a\r\nb", 3, UAX29),
    ("long link", "mastodon", LONG, 23, MASTODON),
    ("short link", "mastodon", "http://a.de", 23, MASTODON),
    ("link without https stays text", "mastodon", "nordlicht.de", 12, MASTODON),
    ("full stop after a link", "mastodon", f"Hier: {LONG}.", 30, MASTODON),
    ("colleague on another server", "mastodon", "@jana@nordlicht.social hallo", 11, MASTODON),
    ("name with a dot", "mastodon", "@jana.feld@nordlicht.social", 10, MASTODON_NAME),
    ("colleague on the same server", "mastodon", "@jana", 5, MASTODON),
    ("profile in a link", "mastodon", "https://nordlicht.social/@jana@other.example", 23, MASTODON),
    ("hashtag", "mastodon", "#Windkraft", 10, MASTODON),
    ("letters", "bluesky", "Wind", 4, BLUESKY),
    ("Chinese: four signs, 12 bytes", "bluesky", "風力發電", 4, BLUESKY),
    ("family: 1 sign, 25 of 3,000 bytes", "bluesky", FAMILY, 3, BLUESKY),
    ("profession: 15 bytes", "bluesky", WORKER, 2, BLUESKY),
    ("flag: 8 bytes", "bluesky", GERMANY, 1, BLUESKY),
    ("Scotland: 28 bytes", "bluesky", SCOTLAND, 3, BLUESKY),
    ("skin tone: 8 bytes", "bluesky", "👍🏿", 1, BLUESKY),
    ("decomposed é", "bluesky", "e\u0301", 1, UAX29),
    ("Arabic, right to left", "bluesky", "طاقة الرياح", 11, BLUESKY),
    ("links count in full", "bluesky", "https://test.com", 16, BLUESKY),
    ("hashtag", "bluesky", "#Windkraft", 10, BLUESKY),
    ("letters", "linkedin", "Größe", 5, LINKEDIN),
    ("escapes do not count", "linkedin", "(a_b) [c] #Wind", 15, LITTLE),
    ("backslash", "linkedin", "a\\b", 3, LITTLE),
    ("emoji beyond the first plane", "linkedin", "🌬", 2, UTF16),
    ("family", "linkedin", FAMILY, 11, UTF16),
    ("flag", "linkedin", GERMANY, 4, UTF16),
    ("Chinese", "linkedin", "風力發電", 4, UTF16),
    ("links count in full", "linkedin", "https://test.com", 16, UTF16),
    ("emoji", "xing", "🌬", 2, UTF16),
    ("emoji", "facebook", "🌬", 2, UTF16),
    ("links count in full", "whatsapp", "https://test.com", 16, UTF16),
    ("letters", "email", "Größe", 5, UTF16),
)


@pytest.mark.parametrize(("case", "network", "text", "length", "source"), CASES)
def test_counted_as_the_network_does(case: str, network: str, text: str, length: int, source: str) -> None:
    """Neither more (or room is wasted) nor less (or it is refused)."""
    counted = NETWORKS[network].length(text)
    print(f"{case:36} {network:9} {counted:3} {length:3}  {source}")
    assert counted == length


SERVERS = (
    ("links of 23", Limits(500, 23), f"Hier: {LONG}", 29, INSTANCE),
    ("links of 30", Limits(1000, 30), f"Hier: {LONG}", 36, INSTANCE),
    ("links of 25", Limits(5000, 25), f"Hier: {LONG} und http://a.de", 61, GOTOSOCIAL),
    ("a short link counts more than it has", Limits(5000, 25), "http://a.de", 25, GOTOSOCIAL),
    ("links in full", Limits(5000, None), f"Hier: {LONG}", 79, KTISTEC),
    ("links in full, a colleague elsewhere", Limits(5000, None), "@jana@nordlicht.social http://a.de", 17, KTISTEC),
    ("links in full, a profile in a link", Limits(5000, None), "https://nordlicht.social/@jana@other.example", 44, KTISTEC),
    ("no link", Limits(1000, 30), WORKER + "Größe", 6, INSTANCE),
)  # fmt: skip


@pytest.mark.parametrize(("case", "limits", "text", "length", "source"), SERVERS)
def test_counted_as_the_own_server_does(case: str, limits: Limits, text: str, length: int, source: str) -> None:
    """By what that server says of itself; the network as most have it is not touched by that."""
    usual = NETWORKS["mastodon"]
    mine = usual.within(limits)
    print(f"{case:36} {limits.characters:9} {mine.length(text):3} {length:3}  {source}")
    assert mine.length(text) == length
    assert (mine.limit, usual.limit, usual.length(LONG)) == (limits.characters, 500, 23)


@pytest.mark.parametrize(
    ("network", "fits", "over"),
    [
        ("x", "風" * 140, "風" * 140 + "a"),
        ("x", "🌬️" * 140, "🌬️" * 141),
        ("mastodon", FAMILY * 500, FAMILY * 500 + "a"),
        ("bluesky", "風" * 300, "風" * 301),
        ("bluesky", FAMILY * 120, FAMILY * 121),  # 25 bytes each: 3,000 bytes are reached first
        ("linkedin", "(" * 3000, "(" * 3001),
    ],
)
def test_the_last_one_that_fits(network: str, fits: str, over: str) -> None:
    """Exactly at the limit a text is taken, one sign more is not."""
    port = NETWORKS[network]
    assert port.length(fits) == port.limit < port.length(over)


def test_there_are_enough_cases() -> None:
    """At least sixty, and each rule has its source."""
    assert len(CASES) >= 60
    assert all(source.startswith("https://") for *_rest, source in (*CASES, *SERVERS))
