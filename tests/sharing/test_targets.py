"""Where links lead: campaign tags are put on once, and tell nothing of people."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from advocacy.content.models import Campaign, Story
from advocacy.sharing.models import Link
from advocacy.sharing.shares import Sharing
from advocacy.sharing.targets import filled, slug, tagged
from tests.conftest import playground_settings
from tests.sharing.conftest import Scene

TEMPLATE = "utm_source={network}&utm_medium=employee-advocacy&utm_campaign={campaign|story}"
TAGS = [("utm_source", "linkedin"), ("utm_campaign", "Größe & mehr")]


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("https://a.example/p", "https://a.example/p?{}"),
        ("https://a.example/p?", "https://a.example/p?{}"),
        ("https://a.example/p?a=1&b=%2F#top", "https://a.example/p?a=1&b=%2F&{}#top"),
        ("https://a.example/#/app?x=1", "https://a.example/?{}#/app?x=1"),
        ("https://a.example/p?utm_source=feed", "https://a.example/p?utm_source=feed&utm_campaign=Gr%C3%B6%C3%9Fe%20%26%20mehr"),
        ("https://a.example/p?UTM_Source=&utm_campaign=x", "https://a.example/p?UTM_Source=&utm_campaign=x"),
    ],
)  # fmt: skip
def test_tags_stand_behind_the_query_and_before_the_fragment(url: str, whole: str) -> None:
    """Each sign of the address stays; a tag that it brings itself stays too."""
    assert tagged(url, TAGS) == whole.format("utm_source=linkedin&utm_campaign=Gr%C3%B6%C3%9Fe%20%26%20mehr")


def test_an_address_without_room_goes_without_tags() -> None:
    """Rather no tags than an address that is cut off."""
    long = "https://a.example/" + "x" * 1960
    assert tagged(long, TAGS) == long


def test_values_are_words_as_reports_have_them() -> None:
    """Of alternatives the first that is not empty; a tag without a value is left out."""
    assert slug("Größe zählt – über 40 Turbinen, naïve Ideen!") == "groesse-zaehlt-ueber-40-turbinen-naive-ideen"
    values = {"network": "x", "campaign": "", "story": "the-rotor", "number": "7", "language": "en"}
    assert filled(TEMPLATE, values)[2] == ("utm_campaign", "the-rotor")
    assert tagged("https://a.example/", filled("utm_id={campaign}", values)) == "https://a.example/"


@pytest.mark.parametrize(
    ("utm", "sentence"),
    [
        ("utm_source={person}", "nothing in a link may tell who shares it"),
        ("utm_source={campaign|email}", "nothing in a link may tell who shares it"),
        ("utm_source={department}", "nothing in a link may tell who shares it"),
        ("utm_source", "'utm_source' is no tag|utm_source is no tag"),
        ("utm_source={network", "is no tag; write ADVOCACY_UTM such as"),
        ("utm_source=a b", "is no tag; write ADVOCACY_UTM such as"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_at_start(tmp_path: Path, utm: str, sentence: str) -> None:
    """Unknown words, above all those that name people, are refused in words that say what there is."""
    with pytest.raises(ValidationError, match=sentence):
        playground_settings("sqlite:///unused", tmp_path, utm=utm)


async def test_a_share_leads_to_the_tagged_address(scene: Scene) -> None:
    """Made with the link, from its campaign's name; a link made earlier stays as it was."""
    plain = await scene.start("x")
    scene.sharing = Sharing(scene.settings.model_copy(update={"utm": TEMPLATE}), scene.networks)
    async with scene.db.write() as s:
        campaign = Campaign(name="Wind im Norden 2026")
        s.add(campaign)
        await s.flush()
        (await s.get_one(Story, scene.story_id)).campaign_id = campaign.id
    share = await scene.start("mastodon")
    async with scene.db.read() as s:
        urls = dict((await s.execute(select(Link.share_id, Link.url))).all())
    assert "utm" not in urls[plain.id]
    tags = "?utm_source=mastodon&utm_medium=employee-advocacy&utm_campaign=wind-im-norden-2026"
    assert urls[share.id] == urls[plain.id] + tags
