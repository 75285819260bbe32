from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import delete

from advocacy.db import now
from advocacy.insights import periods
from advocacy.people.models import Membership
from tests.web.conftest import COMPANY, Browser, Product


def rows(body: str) -> dict[str, list[str]]:
    """The departments' table as it is read: name to rate, people, measured, self-reported, clicks."""
    found = {}
    for row in re.findall(r"<tr role=\"row\".*?</tr>", body.partition("<tbody")[2].partition("</tbody>")[0], re.DOTALL):
        name = re.search(r"<th[^>]*>(.*?)</th>", row, re.DOTALL)
        assert name is not None
        cells = re.findall(r"<td[^>]*>([^<]+)</td>", row)
        found[unescape(re.sub(r"<[^>]+>", "", name[1]))] = cells
    return found


def figures(body: str) -> list[str]:
    return re.findall(r'class="figure">([^<]*)<', body)


def changes(body: str) -> list[str]:
    return re.findall(r'class="change">([^<]*)<', body)


def last_month(product: Product) -> datetime:
    """A moment in the month before this one."""
    first = periods.current(product.settings.zone).first
    return datetime(first.year, first.month, first.day, 12, tzinfo=product.settings.zone) - timedelta(days=3)


async def test_strangers_are_told_how_to_get_in(product: Product, browser: Browser) -> None:
    """No form for a password: the bot gives the address."""
    page = await browser.get("/insights")
    assert (page.status, "Write “leaderboard” to the bot" in page.body) == (401, True)
    assert (await browser.get("/", follow=True)).status == 401
    for path in ("/insights/numbers", "/insights/trend.svg"):
        assert (await browser.get(path)).status == 401


async def test_only_leaders_and_editors_see_it(product: Product, browser: Browser) -> None:
    """Roles are looked up for each request: given and taken, they hold at once."""
    person = product.member
    end = await browser.sign_in(product, person)
    assert (end.status, "leaders and editors" in end.body) == (403, True)
    for path in ("/insights/numbers", "/insights/trend.svg"):
        assert (await browser.get(path)).status == 401
    for role, status in (("leader", 200), ("editor", 200), ("admin", 200), ("", 403)):
        await product.change(person, roles=[role] if role else [])
        assert (await browser.get("/insights")).status == status


async def test_the_numbers_and_their_definition(product: Product, browser: Browser) -> None:
    """Participation counts people, whatever they shared how often; measured and self-reported stand apart."""
    people = product.people
    await product.share(people["leader"], count=3)
    await product.share(people["leader"], "reported")
    await product.share(people["p5"], "reported", count=2)
    page = await browser.sign_in(product, people["leader"])
    assert figures(page.body) == ["6.1%", "3", "3", "0"]
    assert "2 of 33 people" in page.body
    assert "out of all employed there on any day of the period" in page.body
    assert "Groups under 5 people are shown together." in page.body
    assert rows(page.body)["Vertrieb"] == ["17%", "2 of 12", "3", "3", "0"]
    assert f"<h1>{COMPANY}</h1>" in page.body


async def test_a_bar_shows_measured_people_before_self_reported_ones(product: Product, browser: Browser) -> None:
    """The solid part are people with a measured share; the whole are all who took part."""
    await product.share(product.people["leader"])
    await product.share(product.people["p5"], "reported")
    page = await browser.sign_in(product, product.people["leader"])
    row = page.body.partition(">Vertrieb<")[2].partition("</tr>")[0]
    widths = dict(re.findall(r'class="(whole|solid)" width="([\d.]+)"', row))
    assert float(widths["whole"]) == pytest.approx(2 / 12 / 0.25 * 100, abs=0.01), "the axis ends at 25%"
    assert float(widths["solid"]) == pytest.approx(float(widths["whole"]) / 2, abs=0.01)


async def test_small_groups_stand_together(product: Product, browser: Browser) -> None:
    """Three people never stand alone, nor can they be worked out from the rest."""
    await product.share(product.people[f"p{6 + 6 + 10 - 3}"])  # the first of Recht
    page = await browser.sign_in(product, product.people["leader"])
    assert rows(page.body).keys() == {"Vertrieb", "Technik", "Smaller departments together"}
    assert rows(page.body)["Smaller departments together"][:2] == ["9.1%", "1 of 11"]


async def test_a_merged_department_is_not_had_by_its_address(product: Product, browser: Browser) -> None:
    """Large enough alone, but its figures would give the small one away."""
    await browser.sign_in(product, product.people["leader"])
    for path in ("Einkauf", "Recht"):
        query = f"?department={product.departments[path]}"
        for view in ("/insights", "/insights/numbers"):
            page = await browser.get(view + query)
            assert "not shown on its own" in page.body
            assert "figure" not in page.body
            assert rows(page.body) == {}
        assert (await browser.get("/insights/trend.svg" + query)).status == 404
    page = await browser.get(f"/insights?department={product.departments['Technik']}")
    assert "<h1>Technik</h1>" in page.body
    assert "10 people" in page.body


async def test_sub_departments(product: Product, browser: Browser) -> None:
    """A department with others below it is a link; the way back is there."""
    await product.share(product.people["leader"])
    page = await browser.sign_in(product, product.people["leader"])
    link = re.search(r'<a href="([^"]+)"[^>]*>Vertrieb</a>', page.body)
    assert link is not None
    assert ">Technik</a>" not in page.body, "nothing is below it"
    page = await browser.get(unescape(link[1]))
    assert "<h1>Vertrieb</h1>" in page.body
    assert rows(page.body) == {"Nord": ["17%", "1 of 6", "1", "0", "0"], "Süd": ["0%", "0 of 6", "0", "0", "0"]}
    assert f">{COMPANY}</a>" in page.body


async def test_a_group_that_is_too_small(product: Product, browser: Browser) -> None:
    """A company below the minimum is told why it sees nothing."""
    for key, person in product.people.items():
        if key not in {"leader", product.resident.key, "editor"}:
            await product.change(person, joined_on=now().date() + timedelta(days=400))
    async with product.db.write() as s:
        await s.execute(delete(Membership))
    await product.share(product.people["leader"])
    page = await browser.sign_in(product, product.people["leader"])
    assert "not shown on its own" in page.body
    assert "figure" not in page.body
    assert "trend.svg" not in page.body


async def test_nothing_yet(product: Product, browser: Browser) -> None:
    """An empty month says so and still shows who could take part."""
    page = await browser.sign_in(product, product.people["editor"])
    assert "Nobody has shared in this period yet" in page.body
    assert figures(page.body) == ["0%", "0", "0", "0"]
    assert rows(page.body)["Technik"][1] == "0 of 10"


async def test_a_running_month_is_not_held_against_a_whole_one(product: Product, browser: Browser) -> None:
    """Beside it stands what the whole month before had; two whole months are compared."""
    people = product.people
    await product.share(people["leader"], at=last_month(product), count=4)
    await product.share(people["p5"], at=last_month(product))
    await product.share(people["leader"])
    page = await browser.sign_in(product, people["leader"])
    assert [one.partition(": ")[2] for one in changes(page.body)] == ["6.1%", "5", "0", "0"]
    page = await browser.get("/insights?period=last-month")
    assert figures(page.body)[:2] == ["6.1%", "5"]
    assert [one.partition(" against ")[0] for one in changes(page.body)] == ["+6.1 points", "+5", "±0", "±0"]


async def test_the_last_thirty_days_are_compared_only_where_they_can_be(product: Product, browser: Browser) -> None:
    """Only each person's last share is kept, so the thirty days before have shares but no participation."""
    await product.share(product.people["leader"], at=now() - timedelta(days=40), count=3)
    await product.share(product.people["leader"])
    await browser.sign_in(product, product.people["leader"])
    page = await browser.get("/insights?period=30d")
    assert figures(page.body)[:2] == ["3.0%", "1"]
    assert [one.partition(" against ")[0] for one in changes(page.body)] == ["−2", "±0", "±0"]


@pytest.mark.parametrize("period", ["month", "last-month", "quarter", "30d", "2026-Q1", "2025-12"])
async def test_periods(product: Product, browser: Browser, period: str) -> None:
    """Each can be chosen, and stays chosen in the links of the page."""
    await browser.sign_in(product, product.people["leader"])
    page = await browser.get(f"/insights?period={period}")
    assert page.status == 200
    assert f"/insights?period={period}&amp;department=" in page.body
    assert page.body.count('aria-current="page"') == (period in {"month", "last-month", "quarter", "30d"})


@pytest.mark.parametrize(
    "query", ["period=2026-13", "period=never", "department=x", "department=99999", "department=-1",
              "department=99999999999999999999", "period=0000-01"],
)  # fmt: skip
async def test_what_does_not_exist(product: Product, browser: Browser, query: str) -> None:
    """A friendly 404, never an error."""
    await browser.sign_in(product, product.people["leader"])
    for view in ("/insights", "/insights/numbers", "/insights/trend.svg"):
        assert (await browser.get(f"{view}?{query}")).status == 404


async def test_the_numbers_refresh(product: Product, browser: Browser) -> None:
    """The part that the script asks for is the part on the page, and has a new share as soon as it is folded."""
    page = await browser.sign_in(product, product.people["leader"])
    address = re.search(r'data-live="([^"]+)"', page.body)
    assert address is not None
    first = await browser.get(unescape(address[1]))
    assert first.body.strip() in page.body
    assert "<html" not in first.body
    await product.share(product.people["leader"])
    assert figures((await browser.get(unescape(address[1]))).body) == ["3.0%", "1", "0", "0"]
    await browser.post("/sign-out", {})
    assert (await browser.get(unescape(address[1]))).status == 401


async def test_the_chart(product: Product, browser: Browser) -> None:
    """Drawn for light and dark, wide and narrow; its address changes with its numbers; a table says the same."""
    await product.share(product.people["leader"], count=2)
    page = await browser.sign_in(product, product.people["leader"])
    sources = [unescape(one) for one in re.findall(r'src(?:set)?="(/insights/trend[^"]+)"', page.body)]
    assert len(sources) == 4
    drawn = [await browser.get(one) for one in sources]
    assert {one.headers["Content-Type"].partition(";")[0] for one in drawn} == {"image/svg+xml"}
    assert len({one.body for one in drawn}) == 4
    assert all(">Self-reported<" in one.body and "<svg" in one.body for one in drawn)
    days = page.body.partition('class="days"')[2]
    assert re.search(r"<td class=\"number\">2</td><td class=\"number\">0</td>", days)
    await product.share(product.people["leader"])
    assert sources[0].partition("v=")[2] not in (await browser.get("/insights")).body


async def test_german(product: Product, browser: Browser) -> None:
    """The person's language everywhere, numbers and dates too."""
    leader = product.people["leader"]
    await product.change(leader, language="de-AT")
    await product.share(leader)
    page = await browser.sign_in(product, leader)
    assert '<html lang="de">' in page.body
    assert figures(page.body)[0] == "3,0\u00a0%"
    for said in ("Beteiligung", "Gemessene Shares", "Selbst gemeldete Shares", "1 von 33 Personen", "Tag für Tag"):
        assert said in page.body
    assert "Smaller" not in page.body


async def test_the_table_can_be_read_without_eyes(product: Product, browser: Browser) -> None:
    """Headers name their columns and rows, the drawing is left out, and there is a way past the top."""
    await product.share(product.people["leader"])
    page = await browser.sign_in(product, product.people["leader"])
    assert page.body.count('scope="col"') >= 6
    assert 'scope="row"' in page.body
    assert 'class="bar" aria-hidden="true"' in page.body
    assert 'href="#main"' in page.body
    assert page.body.count("<h1") == 1
    assert all(one.strip() for one in re.findall(r'alt="([^"]*)"[^>]*height="330"', page.body))


async def test_static_files(product: Product, browser: Browser) -> None:
    """One style sheet, one script, nothing from elsewhere."""
    page = await browser.get("/insights")
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.body):
        assert (await browser.get(address)).status == 200
    assert not re.findall(r'(?:href|src)="https?://', page.body)
    for name in ("advocacy.css", "live.js"):
        assert "http" not in (await browser.get(f"/static/{name}")).body
    assert (await browser.get("/static/../server.py")).status == 404
