"""Messages as Adaptive Cards: limits, escaping, and what phones can draw."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from door_help import EDIT, PENDING, STORY
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from advocacy.chat import Bar, Button, Change, Fact, Form, Image, Input, Message, Option, Part, Refused
from advocacy.playground.teams.cards import actions_of, inputs_of, problems, texts_of
from advocacy.teams import render

SCHEMA = Path(__file__).parents[3] / "shared" / "schemas" / "adaptive-card-1.5.0.json"
TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=60)
FULL = Message(
    summary="Everything at once",
    heading="Everything *at once*",
    image=Image("https://nordlicht.example/turbine.png", "A turbine at dusk"),
    paragraphs=("One paragraph.", "Another\nwith two lines."),
    quote="Exactly so.\n\n#wind [link](https://nordlicht.example)",
    facts=(Fact("Link", "https://nordlicht.example/a_b_c"),),
    bars=(Bar("Sales", 0.42, "42 %"), Bar("None", 0.0, "0 %"), Bar("All", 1.0, "100 %"), Bar("Odd", 1.7, "170 %")),
    inputs=(
        Input("line", "A line", hint="Short"),
        Input("text", "A text", kind="text", value="Already\nthere", max_length=300),
        Input("one", "One of", kind="choice", options=(Option("a", "A"), Option("b", "B")), value="b"),
        Input("many", "Some of", kind="choices", options=(Option("a", "A"), Option("b", "B")), value="a,b"),
    ),
    buttons=(*STORY.buttons, *(Button(f"Number {n}", action="more", value={"n": n}) for n in range(6))),
    footnote="Small print.",
    refresh=Button("Refresh", action="view", value={"s": 7}),
    refresh_for=tuple(f"29:{n}" for n in range(70)),
)


def elements(card: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def walk(thing: Any) -> None:
        if isinstance(thing, dict):
            if thing.get("type") == kind:
                found.append(thing)
            for inner in thing.values():
                walk(inner)
        elif isinstance(thing, list):
            for inner in thing:
                walk(inner)

    walk(card)
    return found


@pytest.mark.parametrize("message", [STORY, PENDING, FULL, Message(summary="Only this")], ids=lambda one: one.summary)
@pytest.mark.parametrize("place", ["chat", "dialog"])
def test_cards_fit_the_published_schema(message: Message, place: render.Place) -> None:
    """Each kind of card validates against Adaptive Cards 1.5, and the played Teams would take it."""
    card = render.card(message, place=place)
    assert problems(card) == []
    if not SCHEMA.exists():
        pytest.skip("the published schema is not at hand")
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft6Validator({**schema, "$ref": "#/definitions/AdaptiveCard"}).validate(card)
    jsonschema.Draft6Validator({**schema, "$ref": "#/definitions/AdaptiveCard"}).validate(render.form(EDIT))


def test_all_is_there_in_its_order() -> None:
    """Heading, image, paragraphs, quote, facts, bars, inputs, buttons, footnote."""
    card = render.card(FULL)
    kinds = [one["type"] for one in card["body"]]
    assert kinds == [
        "TextBlock", "Image", "TextBlock", "TextBlock", "TextBlock", "Container", "FactSet", *["ColumnSet"] * 8,
        "Input.Text", "Input.Text", "Input.ChoiceSet", "Input.ChoiceSet", "ActionSet", "ActionSet", "TextBlock",
    ]  # fmt: skip
    assert (card["version"], card["fallbackText"]) == ("1.5", "Everything at once")
    assert elements(card, "Image")[0]["altText"] == "A turbine at dusk"
    assert all(one["wrap"] for one in elements(card, "TextBlock") if one["text"] != render.NO_BREAK)


def test_a_long_fact_stands_below_its_name() -> None:
    """The second column of facts is narrow on a phone; short ones before and after keep their columns and order."""
    facts = (Fact("A", "short"), Fact("B", "words " * 30), Fact("C", "two\nlines"), Fact("D", "short"))
    body = render.card(Message("x", facts=facts))["body"]
    assert [one["type"] for one in body] == ["FactSet", *["TextBlock"] * 5, "FactSet"]
    assert [one["text"] for one in body[1:6:2]][:1] == ["B"]
    assert body[2]["spacing"] == "None"


def test_no_action_set_is_too_long() -> None:
    """Teams draws six actions of a set; more go into another set, none is lost."""
    sets = elements(render.card(FULL), "ActionSet")
    assert all(len(one["actions"]) <= 6 for one in sets)
    titles = {one.get("title") for one in actions_of(render.card(FULL))}
    assert titles == {one.label for one in FULL.buttons}


def test_a_view_names_at_most_sixty_people() -> None:
    """The newest sixty; without names the whole channel may refresh."""
    refresh = render.card(FULL)["refresh"]
    assert len(refresh["userIds"]) == 60
    assert refresh["userIds"][-1] == "29:69"
    assert refresh["action"]["verb"] == "view"
    assert "userIds" not in render.card(replace(FULL, refresh_for=()))["refresh"]
    assert "refresh" not in render.card(FULL, place="dialog")


def test_every_execute_has_a_fallback_that_means_the_same() -> None:
    """Old clients submit instead; the same action and value arrive."""
    for action in actions_of(render.card(STORY)):
        if action["type"] == "Action.Execute":
            fallback = action["fallback"]
            assert (fallback["type"], fallback["data"]["action"]) == ("Action.Submit", action["verb"])
            assert fallback["data"]["value"] == action["data"]["value"]


def test_a_dialog_only_submits() -> None:
    """Universal Actions are for messages; in a dialog all buttons are submits, with the form's own first."""
    actions = actions_of(render.form(EDIT, origin="sealed"))
    assert [one["type"] for one in actions] == ["Action.Submit", "Action.Submit"]
    assert actions[0]["data"] == {"action": "edit_save", "value": {"i": 9}, "origin": "sealed"}
    assert actions[1]["title"] == "Cancel"
    inner = actions_of(render.card(STORY, place="dialog"))
    assert "Action.Execute" not in {one["type"] for one in inner}


def test_a_dialog_says_its_title_once() -> None:
    """Teams draws the title above the card."""
    assert "Edit" not in texts_of(render.form(EDIT)).splitlines()
    assert "Edit" in texts_of(render.form(EDIT, place="chat")).splitlines()


def test_errors_stand_below_their_input() -> None:
    """A form with mistakes shows the sentence right after the input, in the colour for it."""
    form = replace(EDIT, errors={"text": "Too long"})
    body = render.form(form)["body"]
    place = next(n for n, one in enumerate(body) if one["type"] == "Input.Text")
    assert (body[place + 1]["text"], body[place + 1]["color"]) == ("Too long", "Attention")


def test_a_hint_is_seen_although_the_field_is_full() -> None:
    """A placeholder shows in an empty field only: beside a text the hint stands below."""
    drawn = render.card(Message("x", inputs=(Input("text", "Text", "text", "There", hint="12 left"),)))["body"]
    assert drawn[-1]["text"] == "12 left"
    empty = render.card(Message("x", inputs=(Input("day", "Day", "date", hint="Empty: never."),)))["body"]
    assert empty[-1]["text"] == "Empty: never."  # a calendar shows no placeholder
    long = "They stand below the text; the last ones go first where there is no room."
    assert render.card(Message("x", inputs=(Input("tags", "Tags", hint=long),)))["body"][-1]["text"] == long


def test_inputs_keep_what_they_held() -> None:
    """Values, limits, choices."""
    line, text, one, many = inputs_of(render.card(FULL))
    assert (line["placeholder"], line["isMultiline"]) == ("Short", False)
    assert (text["value"], text["maxLength"], text["isMultiline"]) == ("Already\nthere", 300, True)
    assert (one["value"], one["isMultiSelect"]) == ("b", False)
    assert (many["value"], many["isMultiSelect"]) == ("a,b", True)


def test_an_input_cannot_take_a_name_of_ours() -> None:
    """Its text would overwrite what the button carries."""
    with pytest.raises(ValueError, match="cannot be called"):
        render.card(Message(summary="x", inputs=(Input("action", "Action"),)))


@pytest.mark.parametrize("url", ["http://nordlicht.example/a.png", "file:///etc/passwd", "data:image/svg+xml,x", ""])
def test_pictures_teams_cannot_load_are_left_out(url: str) -> None:
    """Only https (and loopback, for the playground)."""
    assert elements(render.card(replace(STORY, image=Image(url, "x"))), "Image") == []


def test_bars_are_as_long_as_they_say() -> None:
    """Widths are parts of a hundred; nothing is drawn for none or beyond all."""
    sets = elements(render.card(FULL), "ColumnSet")[1::2]
    widths = [[(one["style"], one["width"]) for one in columns["columns"]] for columns in sets]
    assert widths == [
        [("accent", 42), ("emphasis", 58)], [("emphasis", 100)], [("accent", 100)], [("accent", 100)],
    ]  # fmt: skip


def test_a_card_stays_small() -> None:
    """However much is to be said: 25 KB. What will leave exactly so is never cut."""
    long = "Wörter und Zeichen. " * 2000
    message = replace(
        FULL, paragraphs=(long,) * 5, footnote=long, facts=(Fact("Long", long),) * 50, quote="Exact. " * 300
    )
    card = render.card(message)
    assert render.size(card) <= render.LARGEST
    assert ("Exact. " * 300).strip() in texts_of(card).replace("\n", " ")
    assert "…" in texts_of(card)


def test_what_cannot_be_cut_is_refused() -> None:
    """An exact text beyond all limits: a clear refusal, not a card that Teams rejects."""
    with pytest.raises(Refused, match="too large"):
        render.card(replace(STORY, quote="ü" * 30_000))


def test_line_breaks_of_a_quote_are_kept() -> None:
    """One block a line; an empty line is a gap."""
    [box] = elements(render.card(PENDING), "Container")
    assert [(one["text"], one.get("spacing")) for one in box["items"]] == [
        ("Our turbines sing.", None), ("I work at Nordlicht.", "Medium"),
    ]  # fmt: skip


def drawn(text: str) -> str:
    """What a Markdown renderer shows of a line, links and marks in brackets so that they are noticed."""
    tokens = MarkdownIt("commonmark").enable("strikethrough").parse(text)
    out: list[str] = []
    for token in tokens:
        if token.type == "inline":
            inside = token.children or []
            out += [one.content if one.type in ("text", "text_special") else f"<{one.type}>" for one in inside]
        elif token.type not in ("paragraph_open", "paragraph_close"):
            out.append(f"<{token.type}>")
    return "".join(out)


@pytest.mark.parametrize(
    "text",
    ["*bold*", "**bold**", "_sly_", "snake_case_name", "a*b*c", "`code`", "~~gone~~", "[text](https://evil.example)",
     "![x](https://evil.example/x.png)", "# heading", "#hashtag", "> quote", "- list", "+ list", "* list", "1. first",
     "12) twelfth", "---", "===", "***", "[a]: https://evil.example", "&lt;b&gt;", "AT&T", "back\\slash", "[ … ]",
     "https://nordlicht.example/a_b_c?x=1&y=2", "50 % - 60 %", "_", "__init__", "a_", "2026. A year"],
)  # fmt: skip
def test_text_is_drawn_as_it_was_written(text: str) -> None:
    """Nothing that people write becomes a link, a list or emphasis."""
    assert drawn(render.escape(text)) == text


@given(st.text(st.sampled_from("ab 1.*_`~[]()#>+-=\\&;!:/l"), max_size=14))
@settings(max_examples=600, deadline=None, database=None)
def test_no_mixture_of_marks_is_drawn_otherwise(text: str) -> None:
    """Any mixture of the characters that mean something comes out as itself (spaces at the ends apart)."""
    # Four spaces in front make a code block, which no card has; a backslash at the end is drawn by itself.
    text = " ".join(text.split())
    assert drawn(render.escape(text)) == text


def test_plain_words_are_left_alone() -> None:
    """Links, hashtags and names with underscores carry no backslash into clients that draw one."""
    text = "Read https://nordlicht.example/a_b_c-d?x=1&y=2 #wind_power @jana (really) [soon]"
    assert render.escape(text) == text


@given(
    st.builds(
        Message,
        summary=TEXT,
        heading=TEXT,
        paragraphs=st.tuples(TEXT),
        quote=TEXT,
        facts=st.tuples(st.builds(Fact, label=TEXT, value=TEXT)),
        bars=st.tuples(st.builds(Bar, label=TEXT, share=st.floats(0, 1), value=TEXT)),
        footnote=TEXT,
    )
)
@settings(max_examples=100, deadline=None, database=None)
def test_any_text_makes_a_card_that_teams_takes(message: Message) -> None:
    """Whatever characters people use."""
    assert problems(render.card(message)) == []


def test_a_form_as_a_message_keeps_its_title() -> None:
    """Where no dialog opens, the title is the heading and the button sends the form."""
    form = Form("Edit", Message(summary="Edit"), "save", {"i": 1}, "Save", "Cancel")
    message = render.form_message(form)
    assert (message.heading, message.buttons[0].action, message.buttons[0].value) == ("Edit", "save", {"i": 1})


CHANGED = Message(
    summary="Changed",
    changes=(
        Change("Title", (Part("The "), Part("old *", "removed"), Part("new _", "added"), Part(" rotor\n\nturns"))),
        Change("Summary", (Part("字" * 20_000, "added"),)),
    ),
)


def test_changes_are_struck_and_highlighted() -> None:
    """One block a line, drawn literally; a client without rich text reads both; a large one is cut, and still valid."""
    card = render.card(CHANGED)
    assert problems(card) == []
    if SCHEMA.exists():
        schema = json.loads(SCHEMA.read_text())
        jsonschema.Draft6Validator({**schema, "$ref": "#/definitions/AdaptiveCard"}).validate(card)
    first, second, *_ = elements(card, "RichTextBlock")
    assert [(one["text"], one.get("strikethrough"), one.get("highlight")) for one in first["inlines"]] == [
        ("Title: ", None, None), ("The ", None, None), ("old *", True, None), ("new _", None, True),
        (" rotor", None, None),
    ]  # fmt: skip
    assert first["fallback"]["text"] == "Title: The old \\* rotor turns → The new \\_ rotor turns"
    assert [one["text"] for one in second["inlines"]] == ["turns"]
    assert render.size(card) <= render.LARGEST
    assert "…" in json.dumps(card, ensure_ascii=False)


def test_dates_and_times_are_pickers() -> None:
    """A calendar and a clock; an empty one has no value; live inputs are drawn like others."""
    inputs = (
        Input("day", "Day", "date", "2026-12-01", hint="The first day"), Input("hour", "Hour", "time"),
        Input("text", "Text", live="count"),
    )  # fmt: skip
    drawn = [one for one in render.card(Message("x", inputs=inputs))["body"] if one["type"].startswith("Input.")]
    assert drawn[0] == {
        "type": "Input.Date", "id": "day", "label": "Day", "value": "2026-12-01"
    }  # fmt: skip
    assert drawn[1] == {"type": "Input.Time", "id": "hour", "label": "Hour"}
    assert drawn[2]["type"] == "Input.Text"


def test_a_button_in_a_dialog_submits_what_was_typed() -> None:
    """Action.Submit takes all inputs along unless it says otherwise; only Cancel does."""
    body = Message("x", inputs=(Input("text", "Text"),), buttons=(Button("Preview", action="preview", value={"d": 4}),))
    drawn = render.form(Form("Compose", body, "save", {"d": 4}, "Save", "Cancel"))
    (actions,) = (one["actions"] for one in drawn["body"] if one["type"] == "ActionSet")
    assert [(one["type"], one.get("associatedInputs")) for one in actions] == [
        ("Action.Submit", None), ("Action.Submit", None), ("Action.Submit", "None"),
    ]  # fmt: skip
    assert actions[1]["data"] == {"action": "preview", "value": {"d": 4}}
