"""A page becomes title, summary, picture, language, site; whatever it holds, as plain text, and quickly."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advocacy.content import addresses
from advocacy.content.plain import plain
from advocacy.content.preview import page

URL = "https://www.nordlicht.example/news/rotor?x=1"


def read(html: str | bytes, charset: str = "") -> page.Page:
    return page.read(html.encode() if isinstance(html, str) else html, url=URL, charset=charset)


def test_open_graph_comes_first() -> None:
    """It is written for exactly this; entities are resolved, relative pictures made whole."""
    found = read("""<!doctype html><html lang="de-DE" prefix="og: https://ogp.me/ns#"><head><meta charset=utf-8>
      <title>Rotor &amp; mehr | Nordlicht</title><meta name=description content="Von der Seite.">
      <meta property="og:title" content="Der Rotor, der &quot;zuh&ouml;rt&quot;"><meta property=og:site_name content=Nordlicht>
      <meta property='og:description' content='40 Anlagen > 30'><meta property="og:image" content="/p/rotor.jpg">
      <meta property="og:image:alt" content="Ein Rotor"><meta name="twitter:image" content="https://cdn.example/t.png">
      <link rel="canonical" href="/news/rotor"></head>""")
    assert (found.title, found.summary, found.site) == ('Der Rotor, der "zuhört"', "40 Anlagen > 30", "Nordlicht")
    assert found.images == ("https://www.nordlicht.example/p/rotor.jpg", "https://cdn.example/t.png")
    assert (found.image_alt, found.language) == ("Ein Rotor", "de")
    assert found.canonical == "https://www.nordlicht.example/news/rotor"


def test_twitter_json_ld_and_html_fill_the_gaps() -> None:
    """In this order; the site's name is taken off the title."""
    data = {"@graph": [{"@type": "WebPage", "name": "no"}, {
        "@type": ["NewsArticle"], "headline": "From JSON", "description": "Said <b>there</b>", "inLanguage": "fr-FR",
        "image": [{"@type": "ImageObject", "url": "x.webp", "caption": "Words"}], "publisher": {"name": "Le Site"},
    }]}  # fmt: skip
    found = read(f'<script type="application/ld+json">{json.dumps(data)}</script><title>T</title>')
    assert (found.title, found.summary, found.language, found.site) == ("From JSON", "Said there", "fr", "Le Site")
    assert (found.images, found.image_alt) == (("https://www.nordlicht.example/news/x.webp",), "Words")
    assert read('<title>Plain – Nordlicht</title><meta name="application-name" content="Nordlicht">').title == "Plain"
    assert read('<title>A</title><meta name="twitter:title" content="B">').title == "B"
    assert read("<title>A</title>").site == "nordlicht.example"


@pytest.mark.parametrize(
    ("canonical", "kept"),
    [
        ("https://www.nordlicht.example/a", True), ("/a", True), ("https://evil.example/a", False),
        ("http://www.nordlicht.example/a", False), ("http://127.0.0.1/a", False), ("javascript:alert(1)", False),
        ("https://www.nordlicht.example/", False), ("https://[", False), ("https://www.nordlicht.example:8443/a", False),
        ("https://me@www.nordlicht.example/a", False), ("", False),
    ],
)  # fmt: skip
def test_a_canonical_address_is_believed_for_its_own_host(canonical: str, kept: bool) -> None:
    """Nobody else's page may put its link under a story, and no front page replaces an article."""
    assert bool(read(f'<link rel="canonical" href="{canonical}">').canonical) is kept


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        ("<title>Größe</title>".encode(), ""), ("<title>Größe</title>".encode("latin-1"), ""),
        ("<title>Größe</title>".encode("latin-1"), "ISO-8859-1"), ("\ufeff<title>Größe</title>".encode(), "latin-1"),
        ("<meta charset=windows-1252><title>Größe</title>".encode("cp1252"), ""),
        ("<title>Größe</title>".encode("utf-16"), ""), ("<title>Größe</title>".encode(), "zip"),
        ("<title>Größe</title>".encode(), "utf-7"), ("<title>Größe</title>".encode(), "\ud800"),
        ("<title>Größe</title>€".encode()[:-1], ""),
    ],
)  # fmt: skip
def test_letters_survive(data: bytes, charset: str) -> None:
    """As the mark, the server or the page says; no codec that only attackers name."""
    assert read(data, charset).title == "Größe"


@pytest.mark.parametrize(
    "html",
    [
        "<meta " * 150_000, '<meta content="' * 60_000, "<meta content='" * 60_000, "<a " + "x " * 400_000, "<" * 1_000_000,
        "<!--" * 250_000, "<script>" * 120_000, "<title>" * 140_000, "<title" + " " * 900_000, "<meta a=" * 120_000,
        "<meta a" + " " * 900_000 + "b>", "<a" + "/" * 900_000, "&" * 900_000, "<title>" + "&#" + "9" * 900_000,
        "<meta property=og:title content='&#" + "9" * 900_000 + ";'>", "<title>" + "&" * 900_000 + "</title>",
        "<title>" + "<" * 900_000 + "</title>", '<script type="application/ld+json">' + "[" * 900_000 + "</script>",
        '<script type="application/ld+json">' + '{"@graph":' * 90_000 + "</script>", "</" * 450_000, "</a" * 300_000,
        '<script type="application/ld+json">{"@type":"Article","headline":' + "9" * 9000 + "}</script>", "<a>" * 300_000,
    ],
)  # fmt: skip
def test_no_page_is_slow(html: str) -> None:
    """A megabyte of anything is read in about a second."""
    began = time.perf_counter()
    read(html)
    assert time.perf_counter() - began < 5


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["<meta ", "property=", "og:title", '"', "'", ">", "<title>", "</title>", "content=", "<",
    "&#x202e;", "&lt;b&gt;", "\u202e", "\x00", "<script type=application/ld+json>", '{"@type":"Article","image":', "[", "{",
    "null", "1", "</script>", "og:image", "http://127.0.0.1/", "http://[", "é", "=", "/", "&#99999999;", "og:url"]), max_size=40))  # fmt: skip
def test_whatever_it_holds(parts: list[str]) -> None:
    """Nothing is raised, no tag or invisible character comes through, and no picture is at a private address."""
    found = read("".join(parts))
    assert not any(addresses.problem(image) for image in found.images)
    for text in (found.title, found.summary, found.site, found.image_alt):
        assert not set(text) & set("\u202e\x00\n")
    assert len(found.title) <= 300


def test_numbers_no_character_has_break_nothing() -> None:
    """Neither here nor in feeds; once and twice escaped."""
    assert plain("a&#" + "9" * 5000 + ";b") == "a\ufffdb"
    assert plain("a&amp;#" + "9" * 5000 + ";b") == "a\ufffdb"


def test_half_a_pair_is_no_character() -> None:
    """JSON-LD can hold one, and no database takes it."""
    data = json.dumps(
        {"@type": "Article", "headline": "Wi\ud800nd", "description": "\udfff", "image": "https://a.example/\ud800"}
    )
    found = read(f'<script type="application/ld+json">{data}</script>')
    assert (found.title, found.summary, found.images) == ("Wind", "", ())
