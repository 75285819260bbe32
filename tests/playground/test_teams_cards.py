"""Which cards Teams draws, and what a person finds on them."""

from __future__ import annotations

from typing import Any

import pytest
from teams_bot import share_card, text_card

from advocacy.playground.teams.cards import find_action, gather, problems, texts_of


def body(*elements: Any) -> dict[str, Any]:
    return {"type": "AdaptiveCard", "version": "1.5", "body": list(elements)}


def test_a_good_card() -> None:
    """Everything of Adaptive Cards 1.5 passes, nested as deep as one likes."""
    text = {"type": "TextBlock", "text": ""}
    card = body(
        {"type": "Container", "items": [text], "selectAction": {"type": "Action.OpenUrl", "url": "https://a.example"}},
        {"type": "ColumnSet", "columns": [{"type": "Column", "items": [text]}, {"items": [text]}]},
        {"type": "FactSet", "facts": [{"title": "Sales", "value": "14"}]},
        {"type": "RichTextBlock", "inlines": ["plain", {"type": "TextRun", "text": "bold"}]},
        {"type": "Table", "rows": [{"type": "TableRow", "cells": [{"type": "TableCell", "items": [text]}]}]},
        {"type": "Input.ChoiceSet", "id": "n", "choices": [{"title": "LinkedIn", "value": "linkedin"}]},
        {"type": "ActionSet", "actions": [{"type": "Action.ShowCard", "card": {"type": "AdaptiveCard", "body": []}}]},
        {"type": "Hologram", "fallback": text},
        {"type": "Image", "url": "https://nordlicht.example/a.png"},
    )
    assert problems(card) == []
    assert problems(share_card()) == []


@pytest.mark.parametrize(
    ("card", "why"),
    [
        ("text", "type must be AdaptiveCard"),
        ({"type": "AdaptiveCard"}, "version"),
        ({"type": "AdaptiveCard", "version": "1.6"}, "newer than 1.5"),
        (body({"type": "Hologram"}), "unknown element type 'Hologram'"),
        (body({"type": "Container", "items": [{"type": "Hologram"}]}), "card.body[0].items[0]"),
        (body({"type": "TextBlock"}), "TextBlock needs text"),
        (body({"type": "Image", "url": "/a.png"}), "full web address"),
        (body({"type": "FactSet", "facts": [{"title": "x"}]}), "needs value"),
        (body({"type": "FactSet"}), "FactSet needs a list of facts"),
        (body(*[{"type": "Input.Text", "id": "a"}] * 2), "used twice"),
        (share_card(actions=[{"type": "Action.Execute", "title": "Go"}]), "needs verb"),
        (share_card(actions=[{"type": "Action.Http", "title": "Go"}]), "unknown action type"),
        (share_card(refresh={"action": {"type": "Action.Submit"}}), "must be an Action.Execute"),
        (share_card(refresh={"action": {"type": "Action.Execute", "verb": "v"}, "userIds": ["x"]}), "29: ids"),
        (
            share_card(refresh={"action": {"type": "Action.Execute", "verb": "v"}, "userIds": ["29:x"] * 61}),
            "more than 60",
        ),
    ],
)
def test_bad_cards(card: Any, why: str) -> None:
    """Each mistake is named with the place where it is."""
    found = problems(card)
    assert len(found) == 1
    assert why in found[0]


def test_finding_an_action() -> None:
    """Title before verb before beginnings; an action in a nested card is found too; else the choices are named."""
    inner = {**text_card("more"), "actions": [{"type": "Action.Execute", "title": "Deep", "verb": "deep.down"}]}
    card = share_card()
    card["actions"].append({"type": "Action.ShowCard", "title": "More", "card": inner})
    assert find_action(card, "Share")["verb"] == "share.start"
    assert find_action(card, "share.")["verb"] == "share.start"
    assert find_action(card, "edit")["title"] == "Edit"
    assert find_action(card, "deep")["title"] == "Deep"
    with pytest.raises(LookupError, match=r"Share.*share\.start"):
        find_action(card, "Explode")


def test_gathering_inputs() -> None:
    """Inputs win over data, defaults count, values are strings; a choice not made is left out."""
    card = body(
        {"type": "Input.Text", "id": "text", "value": "default", "maxLength": 9},
        {"type": "Input.Toggle", "id": "agree", "title": "I agree"},
        {"type": "Input.ChoiceSet", "id": "many", "isMultiSelect": True, "choices": []},
        {"type": "Input.Date", "id": "day"},
        {"type": "Input.Number", "id": "count"},
    )
    action = {"type": "Action.Submit", "data": {"text": "from data", "id": 7}}
    assert gather(card, action, {}) == ({"text": "default", "id": 7, "agree": "false"}, "")
    given = {"text": "0123456789", "agree": True, "many": ["a", "b"], "count": 3}
    expected = {"text": "012345678", "id": 7, "agree": "true", "many": "a,b", "count": "3"}
    assert gather(card, action, given) == (expected, "")
    assert gather(card, {**action, "associatedInputs": "none"}, given)[0] == {"text": "from data", "id": 7}


def test_client_side_rules() -> None:
    """A pattern is checked by the client, in the card's own words."""
    card = body({"type": "Input.Text", "id": "handle", "regex": "@.+", "errorMessage": "Begin with @"})
    action = {"type": "Action.Submit"}
    assert gather(card, action, {"handle": "me"})[1] == "Begin with @"
    assert gather(card, action, {"handle": "@me"}) == ({"handle": "@me"}, "")
    assert gather(card, action, {})[1] == ""


def test_reading_a_card() -> None:
    """All words of a card in reading order, buttons in brackets."""
    assert texts_of(share_card()).splitlines() == ["Our turbines sing", "[Share]", "[Edit]", "[Read]"]
