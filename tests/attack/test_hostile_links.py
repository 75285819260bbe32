"""Links that lead where nobody may go, or that never end: refused in words, and nothing inside was reached.

``pytest -s`` prints what each case got.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest

from advocacy import http as http_module
from advocacy.chat import Unknown
from advocacy.content import visits
from advocacy.content.preview.fetch import preview
from advocacy.http import Blocked, TooLarge, Unreachable, is_public
from tests.attack.hostile_world import EVIL, TABLE, World, hostile_world, packed, ports_with

INSIDE = {
    "v4": "http://127.0.0.1:{p}/", "v4-other": "http://127.0.0.2:{p}/", "decimal": "http://2130706433:{p}/",
    "octal": "http://0177.0.0.1:{p}/", "octal-long": "http://00000177.00.00.01:{p}/", "hex": "http://0x7f000001:{p}/",
    "hex-parts": "http://0x7f.0x0.0x0.0x1:{p}/", "short": "http://127.1:{p}/", "shorter": "http://0:{p}/",
    "mixed-bases": "http://0x7f.1:{p}/", "zero": "http://0.0.0.0:{p}/", "v6": "http://[::1]:{p}/",
    "v6-long": "http://[0:0:0:0:0:0:0:1]:{p}/", "v6-any": "http://[::]:{p}/", "v6-mapped": "http://[::ffff:127.0.0.1]:{p}/",
    "v6-mapped-hex": "http://[::ffff:7f00:1]:{p}/", "v6-compatible": "http://[::127.0.0.1]:{p}/",
    "v6-translated": "http://[::ffff:0:127.0.0.1]:{p}/", "nat64": "http://[64:ff9b::7f00:1]:{p}/",
    "nat64-local": "http://[64:ff9b:1::7f00:1]:{p}/", "6to4": "http://[2002:7f00:1::]:{p}/",
    "teredo": "http://[2001:0:0:0:0:0:80ff:fffe]:{p}/", "v6-zone": "http://[::1%25lo]:{p}/",
    "v6-link": "http://[fe80::1]:{p}/", "v6-site": "http://[fec0::1]:{p}/", "v6-unique": "http://[fd00::1]:{p}/",
    "localhost": "http://localhost:{p}/", "localhost-case": "http://LocalHost:{p}/", "localhost-dot": "http://localhost.:{p}/",
    "localhost-sub": "http://a.localhost:{p}/", "localhost-6": "http://ip6-localhost:{p}/", "v4-dot": "http://127.0.0.1.:{p}/",
    "wide-digits": "http://１２７.０.０.１:{p}/", "ringed-digits": "http://①②⑦.⓪.⓪.①:{p}/", "wide-dots": "http://127。0。0。1:{p}/",
    "wide-letters": "http://ｌｏｃａｌｈｏｓｔ:{p}/", "ringed-letters": "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{p}/", "soft-hyphen": "http://local\u00adhost:{p}/",
    "userinfo": "http://me@127.0.0.1:{p}/", "userinfo-host": "http://good.example@127.0.0.1:{p}/",
    "userinfo-colon": "http://good.example:80@127.0.0.1:{p}/", "backslash": "http://127.0.0.1:{p}\\@good.example/",
    "fragment": "http://good.example#@127.0.0.1:{p}/", "escaped-host": "http://%31%32%37.0.0.1:{p}/", "tab": "http://127.0.0.1\t:{p}/",
    "name": "http://private.example:{p}/", "name-ten": "http://ten.example:{p}/", "name-v6": "http://loop6.example:{p}/",
    "name-mixed": "http://mixed.example:{p}/", "name-mapped": "http://mapped.example:{p}/", "name-nat64": "http://nat64.example:{p}/",
    "name-zero": "http://zero.example:{p}/", "name-none": "http://none.example:{p}/", "name-empty-part": "http://a..example:{p}/",
    "name-long-part": "http://" + "a" * 70 + ".example:{p}/", "metadata": "http://169.254.169.254/latest/meta-data/",
    "metadata-v6": "http://[fd00:ec2::254]/", "metadata-name": "http://metadata.example/", "metadata-google": "http://metadata.google.internal/",
    "metadata-alibaba": "http://100.100.100.200/", "metadata-oracle": "http://192.0.0.192/", "metadata-azure": "http://168.63.129.16/",
    "metadata-azure-name": "http://azure.example/", "port-22": "http://93.184.216.34:22/", "port-6379": "http://93.184.216.34:6379/",
    "port-0": "http://93.184.216.34:0/", "port-large": "http://93.184.216.34:65616/", "file": "file:///etc/passwd",
    "gopher": "gopher://127.0.0.1:{p}/_x", "ftp": "ftp://127.0.0.1:{p}/", "data": "data:text/html,<title>x</title>",
    "script": "javascript:alert(1)", "no-scheme": "//127.0.0.1:{p}/", "newline": "http://127.0.0.1:{p}/\r\nHost: x",
    "broadcast": "http://255.255.255.255:{p}/", "multicast": "http://224.0.0.1:{p}/", "shared": "http://100.64.0.1:{p}/",
    "intranet": "http://wiki:{p}/", "inner-name": "http://nas.local:{p}/", "nothing": "http://", "brackets": "http://[",
}  # fmt: skip
"""Each one typed, handed to the client below, and redirected to."""
FAILURES = (Blocked, Unreachable, Unknown, TooLarge)


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(visits, "PATIENCE", 0.6)
    async with hostile_world(tmp_path) as made:
        monkeypatch.setattr(http_module, "PORTS", ports_with(made.port))
        yield made
        assert made.reached == [], "the forbidden server was reached"


def note(case: str, got: str) -> None:
    TABLE.append((case, got))
    assert got in visits.PROBLEMS, f"{case} got {got!r}"


@pytest.mark.parametrize("case", INSIDE)
async def test_a_link_to_the_inside_is_refused(world: World, case: str) -> None:
    """As it was typed; and by the client itself, whose guard does not rely on the look at the text."""
    url = INSIDE[case].format(p=world.port)
    note(case, (await preview(world.http, url)).problem)
    with pytest.raises(FAILURES):
        await world.http.fetch(url, max_bytes=1000, accept="*/*")


@pytest.mark.parametrize("case", [one for one in INSIDE if one != "newline"])
async def test_a_redirect_to_the_inside_is_refused(world: World, case: str) -> None:
    """A public page may lead on to anything."""
    to = quote(quote(INSIDE[case].format(p=world.port), safe=""), safe="")
    got = await preview(world.http, f"{EVIL}/to?to={to}")
    if not got.problem:  # no scheme of its own, or not an absolute address: leads back to the public server itself
        assert got.url.startswith(EVIL)
        return
    note(f"redirect to {case}", got.problem)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("hops", [0, 3])
async def test_every_kind_of_redirect_is_checked(world: World, status: int, hops: int) -> None:
    """At once and at the end of a chain."""
    to = quote(f"http://127.0.0.1:{world.port}/", safe="")
    got = await preview(world.http, f"{EVIL}/to?status={status}&hops={hops}&to={to}")
    note(f"{status} after {hops} hops", got.problem)
    assert got.problem == "private_link"


async def test_a_name_that_changes_between_two_looks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the connection goes to the address that was judged; the next look is judged anew."""
    monkeypatch.setattr(http_module, "is_public", lambda one: one == "127.0.0.2" or is_public(one))
    world.names.told["rebind.example"] = [["127.0.0.2"], ["127.0.0.1"]]
    url = f"http://rebind.example:{world.port}/"
    first = await preview(world.http, url)
    assert first.title == "secret", "the stand-in for a public address answers"
    assert [place.split("'")[1] for place in world.reached] == ["127.0.0.2"]
    assert world.names.asked == 1, "nobody looks a second time between judging and connecting"
    world.reached.clear()
    assert world.http._session is not None
    world.http._session.connector.clear_dns_cache()  # type: ignore[union-attr]
    note("rebinding", (await preview(world.http, url)).problem)
    with pytest.raises(Blocked):
        await world.http.fetch(url, max_bytes=1000, accept="*/*")


BODIES = {
    "gzip-bomb": ("Content-Type: text/html\r\nContent-Encoding: gzip\r\n", packed("gzip", 200_000_000), "not_a_page"),
    "deflate-bomb": ("Content-Type: text/html\r\nContent-Encoding: deflate\r\n", packed("deflate", 200_000_000), "not_a_page"),
    "gzip-broken": ("Content-Type: text/html\r\nContent-Encoding: gzip\r\n", b"no gzip", "unreachable"),
    "brotli": ("Content-Type: text/html\r\nContent-Encoding: br\r\n", b"\x8b\x02\x80abc\x03", None),
    "unknown-encoding": ("Content-Type: text/html\r\nContent-Encoding: magic\r\n", b"\x8b\x02\x80\x00", "not_a_page"),
    "50-mb": ("Content-Type: text/html\r\n", b"<p>" * 17_000_000, "too_large"),
    "pdf": ("Content-Type: application/pdf\r\n", b"%PDF-1.7", "not_a_page"),
    "pdf-as-html": ("Content-Type: text/html\r\n", b"%PDF-1.7", "not_a_page"),
    "zip-as-html": ("Content-Type: text/html\r\n", b"PK\x03\x04", "not_a_page"),
    "binary-as-html": ("Content-Type: text/html\r\n", b"MZ\x00\x00", "not_a_page"),
    "json": ("Content-Type: application/json\r\n", b"{}", "not_a_page"),
    "odd-type": ("Content-Type: \xff;;;=\r\n", b"<title>x</title>", "not_a_page"),
    "empty": ("Content-Type: text/html\r\n", b"", "not_a_page"),
}  # fmt: skip


@pytest.mark.parametrize("case", BODIES)
async def test_a_hostile_page_is_refused(world: World, case: str) -> None:
    """Whatever comes, little of it is read."""
    headers, body, wanted = BODIES[case]
    world.bodies["page"] = (headers, body)
    got = (await preview(world.http, f"{EVIL}/page")).problem
    note(case, got)
    assert wanted in {None, got}
    assert world.sent < 20_000_000


ENDLESS = {
    "loop": "redirects", "to?hops=8&to=/garbage": "redirects", "slow-header": "slow", "slow-body": "slow", "silent": "slow",
    "slow-redirect": "slow", "interim": None, "endless": "too_large", "endless?type=video/mp4": "not_a_page",
    "header": "unreachable", "headers": None, "garbage": "unreachable", "short": "unreachable", "negative": "unreachable",
}  # fmt: skip


@pytest.mark.parametrize("case", ENDLESS)
async def test_a_server_that_never_ends_is_left(world: World, case: str) -> None:
    """In time, and before it has sent much."""
    began = time.perf_counter()
    got = (await preview(world.http, f"{EVIL}/{case}")).problem
    note(case, got)
    assert ENDLESS[case] in {None, got}
    assert time.perf_counter() - began < 3
    assert world.sent < 20_000_000
