"""The moment of sharing, with mouse and keyboard: two networks, two texts, and a time of one's own."""

from __future__ import annotations

import os
import re
from datetime import timedelta

import pytest
from playwright.async_api import Locator, expect

from advocacy.db import now
from advocacy.demo import Demo
from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
TRAINEES = "24 neue Auszubildende"


async def look(visitor: Visitor, name: str) -> None:
    """Keep a picture, where somebody asks for it."""
    if folder := os.environ.get("LOOK"):
        await visitor.page.screenshot(path=f"{folder}/{name}.png")


async def connected(visitor: Visitor, press: Locator, answer: Locator, network: str, heading: str) -> None:
    """Share and connect on the way."""
    await press.click()
    tab = await visitor.follow(answer.get_by_role("link", name=network))
    await visitor.agree(tab, heading)


async def test_two_texts_and_a_time_in_slack(demo: Demo, visit: Visit) -> None:
    """In German: one form for LinkedIn and Mastodon, then “Später …”; nothing has left."""
    visitor = await visit()
    card, private = visitor.slack(TRAINEES), visitor.private
    await connected(visitor, card.get_by_role("button", name="Mastodon"), private, "Mastodon", "verbunden")
    await expect(private).to_contain_text("auf Mastodon gepostet")
    await private.get_by_role("button", name="Rückgängig").click()
    await expect(private).to_contain_text("Es wurde nichts gepostet.")
    await connected(visitor, card.get_by_role("button", name="Share on LinkedIn"), private, "LinkedIn", "verbunden")
    await expect(private).to_contain_text(re.compile(r"Wird in \d+ s auf LinkedIn"))
    await private.get_by_role("button", name="Bearbeiten").click()
    form = visitor.page.locator("[role=dialog]")
    await expect(form.locator("textarea")).to_have_count(2)
    await form.locator("textarea").nth(1).fill("Kurz und herzlich.")
    await form.get_by_role("checkbox", name="Mastodon").check()
    await look(visitor, "slack-edit")
    await form.get_by_role("button", name="Speichern").click()
    await expect(form).to_have_count(0)
    await private.get_by_role("button", name="Später …").click()
    tomorrow = (now() + timedelta(days=1)).date().isoformat()
    await form.locator("input[type=date]").fill(tomorrow)
    await form.locator("input[type=time]").fill("14:00")
    await look(visitor, "slack-later")
    await form.get_by_role("button", name="Planen").click()
    await expect(private).to_contain_text("Geplant für")
    await look(visitor, "slack-planned")
    assert demo.worlds.linkedin.posts() == []


async def test_two_texts_and_the_best_time_in_teams(demo: Demo, visit: Visit) -> None:
    """In English, in the personal view of the card: the same form, then one press for the best time."""
    visitor = await visit()
    await visitor.become("Yara Blume", world="teams")
    card = visitor.teams(TRAINEES)
    answer = visitor.page.locator("#teams .t-card.own").last
    press = card.get_by_role("button", name="Mastodon").first
    await connected(visitor, press, answer, "Connect Mastodon", "Mastodon is connected")
    await expect(answer).to_contain_text(re.compile(r"Posting to Mastodon in \d+ s"))
    await answer.get_by_role("button", name="Undo").click()
    await answer.get_by_role("button", name="Other networks …").click()
    await connected(
        visitor,
        answer.get_by_role("button", name="LinkedIn").first,
        answer,
        "Connect LinkedIn",
        "LinkedIn is connected",
    )
    await expect(answer).to_contain_text(re.compile(r"Posting to LinkedIn in \d+ s"))
    await answer.get_by_role("button", name="Edit").click()
    form = visitor.page.locator("#teams [role=dialog]")
    await expect(form.locator("textarea")).to_have_count(2)
    await form.locator("textarea").nth(1).fill("Short and warm.")
    await look(visitor, "teams-edit")
    await form.get_by_role("button", name="Count anew").click()
    await expect(form.locator("textarea").nth(1)).to_have_value("Short and warm.")
    await form.get_by_role("button", name="In my own words").click()
    await expect(form).to_contain_text("These facts are cleared")
    await look(visitor, "teams-own")
    await form.locator("textarea").nth(0).fill("Proud of them!")
    await form.get_by_role("button", name="Save").click()
    await expect(answer).to_contain_text("Proud of them!")
    await answer.get_by_role("button", name="Best time").click()
    await expect(answer).to_contain_text("Planned for")
    await expect(answer).to_contain_text("Why then?")
    await look(visitor, "teams-planned")
    assert demo.worlds.linkedin.posts() == []
