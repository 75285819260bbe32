"""Messages as Block Kit: whatever is said, Slack takes it, and nobody's text does anything."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advocacy.bot.language import translator
from advocacy.chat import Bar, Button, Change, Fact, Form, Image, Input, Message, Option, Part, Refused
from advocacy.playground.slack.blocks import problems, too_long
from advocacy.slack import forms
from advocacy.slack.render import action_of, blocks, body
from advocacy.slack.reply import ReplyTo, unpack
from advocacy.slack.text import column, cut, escaped, width

EN, DE = translator("en"), translator("de")
REPLY = ReplyTo(
    "T0NORDLICHT", "U00000001", channel="C0NEWS0001", url="https://hooks.slack.com/actions/T0/1/x", own=True
)
LONGEST = (
    "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz und "
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft "
)
HOSTILE = (
    "<!channel> <@U1> <https://evil.example|bank> & *b* _i_ `c` ```x``` :bomb: \u202eevil\u202c \x00 &amp;lt; > quote"
)


def texts(value: Any) -> list[dict[str, Any]]:
    """Every text object and run of text in it."""
    if isinstance(value, dict):
        own = [value] if isinstance(value.get("text"), str) else []
        return own + [found for part in value.values() for found in texts(part)]
    return [found for part in value for found in texts(part)] if isinstance(value, list) else []


def full(text: str) -> Message:
    """A message that says this everywhere."""
    return Message(
        summary=text, heading=text, image=Image("https://nordlicht.example/a.png", text), paragraphs=(text,) * 30,
        quote=text, changes=(Change(text, (Part(text, "removed"), Part(text, "added"), Part(text))),) * 12, facts=tuple(Fact(text, text) for _ in range(15)),
        bars=tuple(Bar(text, one / 10, text) for one in range(-1, 13)),
        inputs=(
            Input("line", text, value=text, hint=text),
            Input("text", text, "text", value=text, max_length=300),
            Input("choice", text, "choice", value="2", options=tuple(Option(str(one), text) for one in range(120))),
            Input("few", text, "choices", value="1,3", options=tuple(Option(str(one), text) for one in range(5))),
            Input("many", text, "choices", value="1,3", options=tuple(Option(str(one), text) for one in range(50))),
        ),
        buttons=tuple(Button(text[:40], action=f"a{one}", value={"n": one}, confirm=text, style="danger") for one in range(12)),
        footnote=text,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text", [LONGEST * 100, HOSTILE * 60, "x" * 9_000, "字" * 5_000, "Kurz", " ", "👩‍👩‍👧‍👦" * 900, "&" * 4_000]
)
def test_whatever_is_said_slack_takes_it(text: str) -> None:
    """Counts, lengths and ids are within Block Kit's limits; the message's text within chat.update's."""
    drawn = body(full(text), DE)
    message = [one for one in drawn["blocks"] if one["type"] != "input"]
    assert problems(drawn["blocks"], "message") == []
    assert not too_long(message)
    assert len(drawn["text"]) <= 4_000


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=400), st.integers(1, 300))
def test_any_text_at_all(text: str, copies: int) -> None:
    """No text, however odd, makes a message or a form that Slack refuses."""
    message = full(text * copies)
    assert problems(blocks(message, EN), "message") == []
    form = Form(text, message, "save", {"i": 1}, "Save" + text, "Cancel" + text, errors={"other": text or "x"})
    view = forms.modal(form, REPLY, EN)
    assert problems(view["blocks"], "modal") == []
    assert max(len(view[part]["text"]) for part in ("title", "submit", "close")) <= 24


def test_nothing_that_people_wrote_is_markup() -> None:
    """Every text is ``plain_text`` or a literal run; only the notification is mrkdwn, and it is escaped."""
    drawn = body(full(HOSTILE), EN)
    assert {one["type"] for one in texts(drawn["blocks"])} <= {"plain_text", "text"}
    assert all(one["emoji"] is False for one in texts(drawn["blocks"]) if one["type"] == "plain_text")
    assert "<" not in drawn["text"]
    assert drawn["text"].startswith("&lt;!channel&gt; &lt;@U1&gt;")
    assert "&amp;amp;lt;" in drawn["text"]


def test_the_order_is_that_of_the_message() -> None:
    """Heading, image, paragraphs, quote, changes, facts, bars, inputs, buttons, footnote."""
    kinds = [one["type"] for one in blocks(full("Wort"), EN)]
    assert kinds == [
        "header", "image", *["section"] * 20, *["rich_text"] * 4, *["input"] * 5, *["actions"] * 3, "context",
    ]  # fmt: skip


def test_a_quote_keeps_every_character() -> None:
    """What will leave is shown exactly: line breaks, spaces, stars and all, up to LinkedIn's 3,000 characters."""
    quote = ("*Neu* – <b>\n\n  eingerückt & #Wind  \n" * 90)[:2_990].strip()
    drawn = blocks(Message(summary="s", paragraphs=("x" * 3_000,) * 5, quote=quote), EN)
    (rich,) = [one for one in drawn if one["type"] == "rich_text"]
    assert rich["elements"][0]["type"] == "rich_text_quote"
    assert "".join(part["text"] for part in rich["elements"][0]["elements"]) == quote


def test_bars_line_up() -> None:
    """One row each in a monospaced block; names are cut, wide characters count double, nothing is not a tick."""
    bars = (
        Bar("Engineering/Turbines", 1.0, "100 %"),
        Bar("営業", 0.5, "50 %"),
        Bar("IT", 0.01, "1 %"),
        Bar("Lager", 0.0, "–"),
    )
    drawn = blocks(Message(summary="s", heading="h", bars=bars), EN)
    part = drawn[1]["elements"][0]
    assert part["type"] == "rich_text_preformatted"
    assert part["elements"][0]["text"].splitlines() == [
        "Engineering/Tur… ██████████ 100 %",
        "営業             █████░░░░░ 50 %",
        "IT               █░░░░░░░░░ 1 %",
        "Lager            ░░░░░░░░░░ –",
    ]


def test_buttons() -> None:
    """Five a row, each id of its own, the value as it was given; links lead, dangerous ones ask first."""
    buttons = (
        Button("Share", action="share", value={"s": 7}, style="primary"),
        Button("Read", url="https://nordlicht.example/a?b=c&d=<e>"),
        Button("Delete", action="delete", style="danger", confirm="For good?"),
        *(Button("Share", action="share", value={"s": 7}) for _ in range(3)),
    )
    rows = [one["elements"] for one in blocks(Message(summary="s", buttons=buttons), DE) if one["type"] == "actions"]
    assert [len(row) for row in rows] == [5, 1]
    share, read, delete = rows[0][:3]
    assert (action_of(share["action_id"]), json.loads(share["value"]), share["style"]) == ("share", {"s": 7}, "primary")
    assert (action_of(read["action_id"]), read["url"]) == ("", "https://nordlicht.example/a?b=c&d=<e>")
    assert delete["confirm"]["text"]["text"] == "For good?"
    assert delete["confirm"]["deny"]["text"] == DE("Cancel") == "Abbrechen"
    assert "style" not in read


@pytest.mark.parametrize("action_id", ["", "share", "link#1", "#", "share#x", "b17"])
def test_ids_that_are_no_presses(action_id: str) -> None:
    """Only ids that we gave to pressable buttons lead to the bot."""
    assert action_of(action_id) == ""


def test_what_a_button_cannot_carry_is_refused() -> None:
    """A value cannot be cut; the sender is told, once and for all."""
    for button in (
        Button("A", action="a", value={"x": "y" * 2_000}),
        Button("A", url="https://a.example/" + "b" * 3_000),
    ):
        with pytest.raises(Refused):
            blocks(Message(summary="s", buttons=(button,)), EN)
    with pytest.raises(Refused):
        forms.modal(Form("T", Message(summary=""), "a", {"x": "y" * 3_000}, "S", "C"), REPLY, EN)


def test_pictures() -> None:
    """Always with words for those who do not see them; no address that Slack could not fetch."""
    (_, image) = blocks(Message(summary="s", heading="h", image=Image("https://a.example/a.png", "")), EN)
    assert (image["type"], image["image_url"], image["alt_text"]) == ("image", "https://a.example/a.png", "–")
    for url in ("", "data:image/png;base64,AAAA", "file:///etc/passwd", "https://a.example/" + "b" * 3_000):
        assert [one["type"] for one in blocks(Message(summary="s", heading="h", image=Image(url, "x")), EN)] == [
            "header"
        ]


def test_a_message_of_one_sentence_says_it() -> None:
    """The summary is shown where nothing else would be."""
    assert blocks(Message(summary="Done."), EN)[0]["text"]["text"] == "Done."


def test_a_form_carries_what_it_needs() -> None:
    """Action, value and the way back survive the trip through Slack; start values are there."""
    inputs = (
        Input("text", "Text", "text", value="Vorher", max_length=300, hint="At most 300"),
        Input("network", "Network", "choice", value="b", options=(Option("a", "A"), Option("b", "B"))),
        Input(
            "topics", "Topics", "choices", value="x,z", options=(Option("x", "X"), Option("y", "Y"), Option("z", "Z"))
        ),
        Input("none", "Nothing to choose", "choice"),
    )
    view = forms.modal(Form("Edit", Message(summary="", inputs=inputs), "save", {"i": 12}, "Save", "Cancel"), REPLY, EN)
    back = forms.carried(view)
    assert back is not None
    assert (back.action, back.value, back.reply) == ("save", {"i": 12}, REPLY)
    text, network, topics = [one for one in view["blocks"] if one["type"] == "input"]
    assert (text["block_id"], text["element"]["initial_value"], text["element"]["max_length"]) == (
        "text",
        "Vorher",
        300,
    )
    assert network["element"]["initial_option"]["value"] == "b"
    assert [one["value"] for one in topics["element"]["initial_options"]] == ["x", "z"]


def test_a_start_text_that_is_too_long_can_be_shortened() -> None:
    """Slack refuses a start text beyond the limit of its input; the limit gives way, the bot checks it anyway."""
    (one,) = [
        block for block in blocks(Message(summary="s", inputs=(Input("t", "T", value="x" * 400, max_length=300),)), EN)
        if block["type"] == "input"
    ]  # fmt: skip
    assert (one["element"]["max_length"], len(one["element"]["initial_value"])) == (400, 400)


@pytest.mark.parametrize("text", ["", "{}", "null", "[]", '{"tenant":"T"}', '{"tenant":"T","user":"U","more":1}', "x"])
def test_a_way_back_that_is_not_ours(text: str) -> None:
    """Anything else is no way back."""
    assert unpack(text) is None


@given(st.text(), st.integers(0, 60))
def test_cutting(text: str, most: int) -> None:
    """Never longer than allowed, never longer than before, unchanged where it fits."""
    done = cut(text, most)
    assert len(done) <= most
    assert done == text.strip() or (len(text.strip()) > most and (done.endswith("…") or not most))


def test_cutting_at_a_word() -> None:
    """At the last word that fits; one endless word is cut anywhere."""
    assert cut("Der Wind dreht nach Norden", 20) == "Der Wind dreht…"
    assert cut("x" * 100, 10) == "x" * 9 + "…"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300), st.integers(1, 200))
def test_escaping_stays_within_the_limit(text: str, most: int) -> None:
    """No half entity at the end, nothing left unescaped."""
    done = escaped(text, most)
    assert len(done) <= most
    assert "<" not in done
    assert all(part.startswith(("amp;", "lt;", "gt;")) for part in done.split("&")[1:])


@given(st.text(max_size=60), st.integers(1, 30))
def test_columns_are_even(text: str, wide: int) -> None:
    """Every label takes just as many columns."""
    assert width(column(text, wide)) == wide


CHANGES = (
    Change("Title", (Part("The "), Part("old", "removed"), Part("new", "added"), Part(" rotor"))),
    Change("Summary", (Part("字" * 9_000, "added"),)),
    Change("Link", (Part("never shown", "added"),)),
)


def test_changes_are_struck_and_bold() -> None:
    """What was taken out is struck, what came in is bold; the spaces between words stay; a cut shows."""
    [block] = [one for one in blocks(Message("S", heading="H", changes=CHANGES), EN) if one["type"] == "rich_text"]
    assert problems([block], "message") == []
    runs = [(one["text"], one.get("style")) for one in block["elements"][0]["elements"]]
    assert runs[:5] == [
        ("Title: ", {"italic": True}), ("The ", None), ("old", {"strike": True}), ("new", {"bold": True}),
        (" rotor", None),
    ]  # fmt: skip
    assert runs[5] == ("\nSummary: ", {"italic": True})
    assert runs[-1][0].endswith("…")
    assert "never shown" not in json.dumps(block)
    assert sum(len(text) for text, _ in runs) < 4_200
