"""What editors are shown is what would leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from advocacy.content.models import Caption, Story
from advocacy.http import Http
from advocacy.sharing.disclosure.defaults import RULES
from advocacy.sharing.disclosure.rules import Rulebook
from advocacy.sharing.networks import make_all
from advocacy.sharing.preview import Example, next_one, preview, room
from tests.conftest import playground_settings

HERE = playground_settings("sqlite:///unused", Path(), public_url="https://a.example", company="Nordlicht")
NETWORKS = make_all(HERE, Http(HERE))
EXAMPLE = Example(HERE, Rulebook(RULES))


def says(text: str, **more: object) -> Caption:
    return Caption(
        **{"text": text, "network": "", "language": "de", "dealt": 0, "hashtags": [], "mentions": [], **more}
    )


def story(*captions: Caption) -> Story:
    return Story(
        title="Windpark", summary="Zwölf.", url="https://a.example/w", language="de", kind="news",
        captions=list(captions), versions=[],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("network", "caption", "problems"),
    [
        ("linkedin", says("Wind."), ()),
        ("x", says("Wind. " * 60), ("cut",)),
        ("x", says("W" * 220, hashtags=["Energiewende"]), ("tags",)),
        ("linkedin", says("Ich mag [deinen Grund]."), ("marker",)),
        ("xing", says("Wind."), ("only_link",)),
        ("x", None, ("no_wording",)),
        ("x", says("Ich mag [deinen Grund]. " * 20), ("nothing_left",)),
        ("email", says("Wind.", hashtags=["Energiewende"]), ()),
        ("mastodon", says("Wind.", network="mastodon", mentions=["@jana@nordlicht.social"]), ()),
    ],
)
def test_what_an_editor_has_to_know_has_a_code(
    network: str, caption: Caption | None, problems: tuple[str, ...]
) -> None:
    """And the text is always one that the network takes."""
    shown = preview(EXAMPLE, NETWORKS[network], story(), "de", caption)
    assert shown.problems == problems
    assert shown.left == shown.limit - NETWORKS[network].length(shown.text) >= 0


def test_room_is_what_is_left_beside_disclosure_and_link() -> None:
    """On X: 280 less the note (26), two empty lines (4), a link (23) and the words."""
    assert room(EXAMPLE, NETWORKS["x"], story(), "風力", "de") == 280 - 26 - 4 - 23 - 4
    assert room(EXAMPLE, NETWORKS["x"], story(), "a" * 300, "de") < 0


def test_the_next_wording_is_the_one_dealt_least() -> None:
    """Of those with quota left, for this network before those for all."""
    own, used, general = says("A", network="x", dealt=3), says("B", network="x", quota=1, dealt=1), says("C")
    here = story(own, used, general)
    assert next_one(here, "x", "de") is own
    assert next_one(here, "linkedin", "de-AT") is general
    assert next_one(story(used), "x", "de") is None


def test_none_written_is_another_thing_than_none_left() -> None:
    """A used up wording for this network or for all counts as written; one in another language does not."""
    used = {"quota": 1, "dealt": 1}
    for there, code in ((says("B", **used), "used_up"), (says("B", network="x", **used), "used_up"),
                        (says("B", language="en"), "no_wording"), (says("B", network="xing"), "no_wording")):  # fmt: skip
        assert preview(EXAMPLE, NETWORKS["x"], story(there), "de", None).problems == (code,)
