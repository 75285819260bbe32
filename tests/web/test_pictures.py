from __future__ import annotations

import asyncio
import io
import itertools
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from unittest.mock import patch

import aiohttp
import pytest
from PIL import Image

from advocacy.insights import periods, picture
from advocacy.insights.participation import Board, BoardRow, TrendDay
from advocacy.insights.picture import BoardWords, Look, TrendWords
from tests.web.conftest import Browser, Product

MONTH = periods.month(date(2026, 11, 23))


def row(name: str, people: int, measured: int, headcount: int, *, is_rest: bool = False) -> BoardRow:
    return BoardRow(1, name, people, measured, headcount, people / headcount, measured, people - measured, 5, is_rest)


def board(*rows: BoardRow) -> Board:
    return Board(MONTH, list(rows), row("", 20, 15, 100), 5)


WORDS = BoardWords(
    title="Wer macht mit: November 2026", subtitle="Nordlicht Energie: 20 von 100 (20 %)",
    definition="Beteiligung: Personen mit mindestens einem Share.", measured="gemessen", reported="selbst gemeldet",
    empty="Nichts zu zeigen", scale=lambda rate: f"voller Balken = {rate:.0%}", name=lambda one: one.name or "Rest",
    value=lambda one: f"{one.people} von {one.headcount}", more=lambda count: f"und {count} weitere",
)  # fmt: skip
TREND = TrendWords("Shares", "Klicks", "gemessen", "selbst gemeldet", lambda day: f"{day.day}.{day.month}.")


async def fetch(product: Product, address: str, **headers: str) -> tuple[int, bytes, Mapping[str, str]]:
    async with aiohttp.ClientSession() as http, http.get(address, headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


@pytest.mark.parametrize("language", ["en", "de"])
async def test_chat_platforms_fetch_the_board(product: Product, language: str) -> None:
    """A PNG, 1200 pixels wide, without signing in; kept for a short while only."""
    await product.share(product.people["leader"])
    address = product.addresses.board_picture(periods.current(product.settings.zone).key, language)
    assert address.startswith(product.settings.public_url + "/pictures/board-")
    status, png, headers = await fetch(product, address)
    assert (status, headers["Content-Type"]) == (200, "image/png")
    assert headers["Cache-Control"] == "public, max-age=30"
    with Image.open(io.BytesIO(png)) as image:
        assert image.width == 1200
        assert len(image.convert("RGB").getcolors(1 << 24) or ()) > 3, "something is drawn"
    status, body, _ = await fetch(product, address, **{"If-None-Match": headers["ETag"]})
    assert (status, body) == (304, b"")


async def test_only_our_addresses_are_drawn(product: Product) -> None:
    """Neither another period nor another language can be asked for with a mark that was given for one."""
    address = product.addresses.board_picture("2026-11", "en")
    for changed in (
        address.replace("2026-11", "2026-10"), address.replace("-en-", "-de-"), address.replace("board-", "x-"),
        address.partition(".png")[0][:-1] + "0.png", product.settings.public_url + "/pictures/board.png",
    ):  # fmt: skip
        if changed != address:
            assert (await fetch(product, changed))[0] == 404


async def test_a_new_number_is_a_new_picture(product: Product) -> None:
    """The same numbers are drawn once, however many fetch them; other numbers are drawn anew."""
    address = product.addresses.board_picture(periods.current(product.settings.zone).key, "en")
    drawn: list[str] = []
    draw = picture._render  # type: ignore[attr-defined]

    def counted(said: str, form: str) -> bytes:
        drawn.append(form)
        result: bytes = draw(said, form)
        return result

    picture.forget()
    with patch.object(picture, "_render", counted):
        first = await asyncio.gather(*(fetch(product, address) for _ in range(4)))
        assert len({png for _, png, _ in first}) == 1
        assert drawn == ["png"]
        await product.share(product.people["leader"])
        assert (await fetch(product, address))[1] != first[0][1]
        assert drawn == ["png", "png"]


async def test_the_address_changes_while_numbers_do(product: Product) -> None:
    """Slack keeps a picture by its address for days."""
    with patch.object(time, "time", return_value=1_000_000.0):
        early = product.addresses.board_picture("2026-11", "en")
    with patch.object(time, "time", return_value=1_000_031.0):
        assert product.addresses.board_picture("2026-11", "en") != early


def test_the_picture_says_what_the_page_says() -> None:
    """Title, company, departments, numbers, both kinds, the scale and the definition."""
    svg = picture.board_svg(board(row("Vertrieb", 8, 6, 20), row("", 1, 0, 9, is_rest=True)), WORDS)
    for said in (
        WORDS.title, WORDS.subtitle, "Vertrieb", "8 von 20", "Rest", "gemessen", "selbst gemeldet",
        "voller Balken = 50%", "Beteiligung: Personen mit mindestens einem Share.",
    ):  # fmt: skip
        assert f">{said}</" in svg


def test_long_names_fit() -> None:
    """A long name ends in an ellipsis before it meets the number, and long words do not widen the picture."""
    long = "Donaudampfschifffahrtsgesellschaftskapitänsversammlungsbeauftragte und Rechtsabteilung international"
    svg = picture.board_svg(board(row(long, 8, 6, 20), row("W" * 90, 3, 3, 20)), WORDS)
    assert f">{long}<" not in svg
    assert re.search(">Donaudampfschiff[^<]*…<", svg)
    assert "8 von 20" in svg
    with Image.open(io.BytesIO(picture.board_png(board(row(long, 8, 6, 20)), WORDS))) as image:
        assert image.width == 1200
        gray = image.convert("L")
        line = gray.crop((56, 2 * (28 + 78), 1144, 2 * (28 + 78) + 36))
    ink = [line.crop((x, 0, x + 1, 36)).getextrema()[0] < 128 for x in range(line.width)]
    marks = [x for x, dark in enumerate(ink) if dark]
    gaps = [after - before for before, after in itertools.pairwise(marks)]
    assert marks[0] < 10, "the name begins at the left edge"
    assert marks[-1] > line.width - 10, "the number ends at the right edge"
    assert max(gaps) >= 20, "and there is room between them"


def test_many_departments_are_counted_not_drawn() -> None:
    """The page has all; the picture stays readable on a phone."""
    many = [row(f"Abteilung {number}", 3, 2, 20) for number in range(30)]
    svg = picture.board_svg(board(*many), WORDS)
    assert "und 18 weitere" in svg
    assert "Abteilung 11<" in svg
    assert "Abteilung 12<" not in svg


def test_an_empty_board_says_so() -> None:
    """No bars, no legend."""
    svg = picture.board_svg(replace(board(), reason="too_small"), WORDS)
    assert "Nichts zu zeigen" in svg
    assert "gemessen" not in svg


def test_names_are_text() -> None:
    """A department called like markup stays a name."""
    svg = picture.board_svg(board(row("<script>R&D</script>", 1, 1, 9)), WORDS)
    assert "<script" not in svg
    assert "&lt;script&gt;R&amp;D" in svg


@pytest.mark.parametrize(
    ("rate", "end"), [(0, 0.05), (0.05, 0.05), (0.051, 0.1), (0.2, 0.25), (0.3, 0.5), (0.51, 1), (1, 1)]
)
def test_where_the_axis_ends(rate: float, end: float) -> None:
    """At a round number not far above the longest bar."""
    assert picture.nice_top(rate) == end


def test_the_trend_has_every_day() -> None:
    """Days without a share are gaps, not missing; both kinds are stacked; clicks have an axis of their own."""
    spec = picture.trend_spec([TrendDay(date(2026, 11, 2), 3, 1, 9)], MONTH, TREND, Look())
    shares, clicks = (chart["data"]["values"] for chart in spec["vconcat"])
    assert len(clicks) == MONTH.days
    assert [one["count"] for one in shares if one["day"] == "2026-11-02"] == [3, 1]
    assert sum(one["count"] for one in shares) == 4


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("period", [MONTH, periods.quarter(date(2026, 11, 1)), periods.rolling(date(2026, 11, 23))])
def test_a_trend_is_drawn_for_each_period(period: periods.Period, *, dark: bool) -> None:
    """In both themes, without a background, with few enough labels to read."""
    svg = picture.trend_svg([TrendDay(period.first, 3, 1, 9)], period, TREND, Look(dark=dark, width=360))
    assert ">Klicks<" in svg
    assert svg.count(f">{TREND.day(period.first)}<") == 1
    assert "white" not in svg
    assert "#fff" not in svg


async def test_pages_and_pictures_agree(product: Product, browser: Browser) -> None:
    """The board in chat and the page read the same figures."""
    await product.share(product.people["leader"])
    seen: dict[str, Any] = {}

    def catch(found: Board, words: BoardWords) -> bytes:
        seen.update(board=found, subtitle=words.subtitle)
        return b"png"

    with patch("advocacy.web.pictures.board_png", catch):
        await fetch(product, product.addresses.board_picture(periods.current(product.settings.zone).key, "en"))
    page = await browser.sign_in(product, product.people["leader"])
    assert seen["subtitle"] == "Nordlicht Energie: 1 of 33 (3%)"
    assert "1 of 33 people" in page.body
    assert [one.headcount for one in seen["board"].rows] == [12, 10, 11]
