"""The limits of Block Kit, each with what just fits and what does not."""

from __future__ import annotations

from typing import Any

import pytest
from slack_app import actions, button, plain, section, text_input

from advocacy.playground.slack.blocks import problems

OPTION = {"text": plain("One"), "value": "1"}


@pytest.mark.parametrize(
    ("block", "pointer"),
    [
        ({"type": "hologram"}, "/0/type"),
        ({"type": "section"}, "/0"),
        (section("x" * 3001), "/0/text/text"),
        (section(""), "/0/text/text"),
        (section(fields=[{"type": "mrkdwn", "text": "x"}] * 11), "/0/fields"),
        (section(colour="red"), "/0"),
        ({"type": "header", "text": plain("x" * 151)}, "/0/text/text"),
        ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "/0/text/type"),
        ({"type": "image", "image_url": "https://pictures.example/a.png"}, "/0"),
        ({"type": "image", "image_url": "a.png", "alt_text": "A"}, "/0/image_url"),
        ({"type": "context", "elements": [plain("x")] * 11}, "/0/elements"),
        (actions(*[button(f"a{number}") for number in range(26)]), "/0/elements"),
        (actions(button(), button()), "/0"),
        (actions(button("a" * 256)), "/0/elements/0/action_id"),
        (actions(button(text="x" * 76)), "/0/elements/0/text/text"),
        (actions(button(value="x" * 2001)), "/0/elements/0/value"),
        (actions(button(url="x" * 5)), "/0/elements/0/url"),
        (actions(button(style="blue")), "/0/elements/0/style"),
        (actions(button(confirm={"title": plain("x" * 101)})), "/0/elements/0/confirm/title/text"),
        (actions({"type": "overflow", "options": [OPTION] * 6}), "/0/elements/0/options"),
        (actions({"type": "static_select", "options": [OPTION] * 101}), "/0/elements/0/options"),
        (actions({"type": "static_select", "options": [OPTION | {"value": "x" * 151}]}), "/0/elements/0/options/0/value"),
        (actions({"type": "static_select", "options": [OPTION], "initial_option": {"value": "2"}}), "/0/elements/0"),
        (actions({"type": "datepicker", "initial_date": "1.2.2026"}), "/0/elements/0/initial_date"),
        (text_input("b", max_length=3001), "/0/element/max_length"),
        (text_input("b" * 256), "/0/block_id"),
    ],
)  # fmt: skip
def test_block_limits(block: dict[str, Any], pointer: str) -> None:
    """Each limit of Block Kit is held, and the problem points at the place."""
    found = problems([block], "message")
    assert any(one.endswith(f"[json-pointer:/blocks{pointer}]") for one in found), found


@pytest.mark.parametrize(
    "block",
    [
        section(
            "x" * 3000, accessory={"type": "image", "image_url": "https://pictures.example/a.png", "alt_text": "A"}
        ),
        {"type": "header", "text": plain("x" * 150)},
        actions(button(text="x" * 75, value="x" * 2000, style="primary"), button("b", url="https://nordlicht.example")),
        actions({"type": "checkboxes", "options": [OPTION] * 10, "initial_options": [OPTION]}),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 10},
        {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A", "title": plain("x")},
        text_input("b", multiline=True, initial_value="x" * 3000),
    ],
)
def test_blocks_at_their_limits(block: dict[str, Any]) -> None:
    """What just fits is taken."""
    assert problems([block], "message") == []
