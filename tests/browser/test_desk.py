"""A story's whole life by hand: from a pasted link through review, its time, a change and its recall."""

from __future__ import annotations

import re
from datetime import timedelta
from time import perf_counter

import pytest
from playwright.async_api import Locator, expect
from sqlalchemy import select, update

from advocacy.content.models import Story
from advocacy.db import now
from advocacy.demo import Demo
from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
ARTICLE = "https://www.nordlicht.example/news/rotor-that-listens"
TITLE = "A rotor of our own"
CHANGED = "A rotor of the whole town"


async def type_in(visitor: Visitor, world: str, text: str) -> None:
    """Type into the open place and send it: one press."""
    field = visitor.page.locator(f"#{world} .write-field, #{world} .t-write input, #{world} form.write input").first
    await field.fill(text)
    await visitor.page.keyboard.press("Enter")


def dialog(visitor: Visitor, world: str) -> Locator:
    return visitor.page.locator(f"#{world} [role=dialog]")


async def stored(demo: Demo) -> Story:
    async with demo.app.db.read() as s:
        return (await s.scalars(select(Story).order_by(Story.id.desc()).limit(1))).one()


async def time_comes(demo: Demo) -> None:
    """The moment for which the newest story was planned is there."""
    async with demo.app.db.write() as s:
        story = await stored(demo)
        await s.execute(update(Story).where(Story.id == story.id).values(publish_at=now() - timedelta(seconds=1)))
    demo.app.jobs.soon("publish stories")


async def test_a_story_from_link_to_recall_in_slack(
    demo: Demo, visit: Visit, capsys: pytest.CaptureFixture[str]
) -> None:
    """At most four presses to review; a second person sees the difference; each card follows each step."""
    visitor = await visit()
    await visitor.become("Emilia Textor")
    await visitor.go("news")
    begun, presses = perf_counter(), 0
    await type_in(visitor, "slack", f"/advocacy compose {ARTICLE}")
    presses += 1
    form = dialog(visitor, "slack")
    title = form.get_by_label("Title")
    await expect(title).to_have_value("The rotor that listens to the wind")
    await title.fill(TITLE)
    await form.get_by_role("button", name="Ask for review").click()
    presses += 1
    await expect(visitor.private).to_contain_text(f"In review: {TITLE}")
    with capsys.disabled():
        print(f"\nSlack: from pasting the link to “in review”: {presses} presses, {perf_counter() - begun:.1f} s")
    assert presses <= 4

    await visitor.private.locator("[data-action^=desk]").click()
    await visitor.private.locator("[data-action^=when]").click()
    day = (now() + timedelta(days=2)).date().isoformat()
    await form.get_by_label("Goes out on").fill(day)
    await form.get_by_label(re.compile("^At")).fill("09:30")
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_have_count(0)

    await visitor.become("David Vierauge")
    await visitor.go("comms-editors")
    await visitor.slack(TITLE).locator("[data-action^=approve]").click()
    await expect(visitor.slack("Approved by David Vierauge")).to_be_visible()
    assert (await stored(demo)).state == "scheduled"
    await visitor.go("news")
    await expect(visitor.slack(TITLE)).to_have_count(0)
    await time_comes(demo)
    await expect(visitor.slack(TITLE)).to_be_visible()

    await edit_in_slack(visitor, demo)
    await visitor.become("Clara Editorius")
    await visitor.go("comms-editors")
    again = visitor.slack(CHANGED).last
    await expect(again.locator("s")).to_have_text(["our own"])
    await expect(again.locator("strong", has_text="the whole town")).to_be_visible()
    await again.locator("[data-action^=approve]").click()
    await visitor.go("news")
    await expect(visitor.slack(CHANGED)).to_be_visible()

    await visitor.go("comms-editors")
    await visitor.slack("Approved by Clara Editorius").last.locator("[data-action^=recall]").click()
    await dialog(visitor, "slack").get_by_role("button", name="Zurückziehen").click()
    await visitor.go("news")
    await expect(visitor.slack("Story withdrawn")).to_be_visible()
    await expect(visitor.slack(CHANGED)).to_have_count(0)
    assert (await stored(demo)).state == "recalled"


async def edit_in_slack(visitor: Visitor, demo: Demo) -> None:
    """David changes the title of the live story from its desk, and the channel's card waits for the next approval."""
    await visitor.go("comms-editors")
    await visitor.slack("Approved by David Vierauge").locator("[data-action^=desk]").click()
    await visitor.private.locator("[data-action^=story_edit]").click()
    form = dialog(visitor, "slack")
    await form.get_by_label("Titel").fill(CHANGED)
    await form.get_by_role("button", name="Speichern").click()
    await expect(form).to_have_count(0)
    await visitor.go("news")
    await expect(visitor.slack("Being revised")).to_be_visible()
    await expect(visitor.slack(TITLE)).to_have_count(0)


async def write_in_teams(visitor: Visitor, capsys: pytest.CaptureFixture[str]) -> None:
    """From the pasted link to review, and planned for another day; counts seconds and presses."""
    page = visitor.page
    begun, presses = perf_counter(), 0
    await type_in(visitor, "teams", f"compose {ARTICLE}")
    presses += 1
    form = page.locator("#teams article").last
    await expect(form.get_by_label("Title")).to_have_value("The rotor that listens to the wind")
    await form.get_by_label("Title").fill(TITLE)
    await form.get_by_role("button", name="Ask for review").click()
    presses += 1
    await expect(page.locator("#teams article").last).to_contain_text(f"In review: {TITLE}")
    with capsys.disabled():
        print(f"\nTeams: from pasting the link to “in review”: {presses} presses, {perf_counter() - begun:.1f} s")
    assert presses <= 4

    await page.locator("#teams article").last.get_by_role("button", name="Open the story").click()
    await page.locator("#teams article").last.get_by_role("button", name="When").click()
    when = dialog(visitor, "teams")
    await when.get_by_label("Goes out on").fill((now() + timedelta(days=2)).date().isoformat())
    await when.get_by_label("At (optional)", exact=True).fill("09:30")
    await when.get_by_role("button", name="Save").click()
    await expect(when.get_by_label("At (optional)", exact=True)).to_have_count(0)


async def test_a_story_from_link_to_recall_in_teams(
    demo: Demo, visit: Visit, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same in Teams, with cards in chat where Slack has modals."""
    visitor = await visit()
    page = visitor.page
    await visitor.become("Emilia Textor", world="teams")
    await visitor.go("Advocacy", world="teams")
    await write_in_teams(visitor, capsys)

    await visitor.become("David Vierauge", world="teams")
    await visitor.go("Comms Editors", world="teams")
    await visitor.teams(TITLE).get_by_role("button", name="Freigeben").click()
    await expect(visitor.teams(TITLE)).to_contain_text("Freigegeben von David Vierauge")
    assert (await stored(demo)).state == "scheduled"
    await time_comes(demo)
    await visitor.go("Stories", world="teams")
    await expect(visitor.teams(TITLE).get_by_role("button", name="Auf LinkedIn teilen")).to_be_visible()

    await visitor.go("Comms Editors", world="teams")
    await visitor.teams(TITLE).get_by_role("button", name="Beitrag öffnen").click()
    own = page.locator("#teams .t-card.own")
    await own.get_by_role("button", name="Bearbeiten").click()
    edit = dialog(visitor, "teams")
    await edit.get_by_label("Titel").fill(CHANGED)
    await edit.get_by_role("button", name="Speichern").click()
    await visitor.go("Stories", world="teams")
    await expect(visitor.teams("Wird überarbeitet")).to_be_visible()
    await expect(visitor.teams(TITLE)).to_have_count(0)

    await visitor.become("Clara Editorius", world="teams")
    await visitor.go("Comms Editors", world="teams")
    again = visitor.teams(f"Zur Freigabe: {CHANGED}")
    await expect(again.locator("s")).to_have_text(["our own"])
    await again.get_by_role("button", name="Freigeben").click()
    await visitor.go("Stories", world="teams")
    await expect(visitor.teams(CHANGED).get_by_role("button", name="Auf LinkedIn teilen")).to_be_visible()

    await visitor.go("Comms Editors", world="teams")
    decided = visitor.teams("Freigegeben von Clara Editorius").last
    await decided.get_by_role("button", name="Beitrag zurückziehen").click()
    await dialog(visitor, "teams").get_by_label("Begründung (optional)").fill("Ein Zahlendreher.")
    await dialog(visitor, "teams").get_by_role("button", name="Zurückziehen").click()
    await visitor.go("Stories", world="teams")
    await expect(visitor.teams("Beitrag zurückgezogen")).to_be_visible()
    await expect(visitor.teams(CHANGED)).to_have_count(0)
    assert (await stored(demo)).state == "recalled"
