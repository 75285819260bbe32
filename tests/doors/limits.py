"""Whatever the product says, drawn for both products and held against what nobody here wrote.

Slack: the limits of its reference, and slack_sdk's own models. Teams: the Adaptive Cards 1.5 schema as it was
published, the subset that phones draw, and the size of a message.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jsonschema
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from advocacy.bot.language import translator
from advocacy.chat import MOST_LABEL, Bar, Button, Change, Fact, Form, Input, Message, Option, Part, Refused
from advocacy.playground.slack import blocks as slack_rules
from advocacy.playground.teams import cards as teams_rules
from advocacy.slack import forms as slack_forms
from advocacy.slack import render as slack_render
from advocacy.slack.reply import ReplyTo
from advocacy.teams import render as teams_render

Json = dict[str, Any]
SCHEMA = Path(__file__).parents[3] / "shared" / "schemas" / "adaptive-card-1.5.0.json"
REPLY = ReplyTo("T0NORDLICHT", "U00000001", channel="C00000001", ts="1795688000.000200",
                url="https://hooks.slack.com/actions/T0NORDLICHT/1234567890/aaaaaaaaaaaaaaaaaaaaaaaa")  # fmt: skip
ORIGIN = "a" * 32 + ".1795435911456"
VIEW_BYTES, VIEW_METADATA, MODAL_TITLE = 250_000, 3_000, 24
CARD_BYTES, MESSAGE_UTF16 = 28_000, 100_000
NEWER = {"Table", "TableRow", "TableCell", "Action.Execute"}
"""Later than the 1.2 of phones; each of them needs a fallback."""
RTL, FAMILY, LONG = (
    "\u202eעברית العربية\u202c ",
    "👩‍👩‍👧‍👦🇩🇪",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft ",
)
STRETCHED: dict[str, Callable[[str], str]] = {
    "half as long again": lambda said: said + " " + LONG[: len(said) // 2 + 1],
    "of other scripts": lambda said: f"{FAMILY}{RTL}<!channel> *_~`[x](y)&amp; {said}{FAMILY}",
}  # fmt: skip


@dataclass
class Seen:
    """What was looked at so far."""

    wrong: list[str] = field(default_factory=list)
    drawn: int = 0
    largest_card: int = 0
    largest_view: int = 0
    most_blocks: int = 0


def kind_of(said: Message | Form) -> tuple[object, ...]:
    """Messages of one kind look alike: the same buttons, inputs and parts."""
    body = said.body if isinstance(said, Form) else said
    parts = (bool(body.image), bool(body.quote), bool(body.facts), bool(body.bars), bool(body.changes), bool(body.tabs))
    action = said.action if isinstance(said, Form) else ""
    return (
        action,
        tuple(dict.fromkeys(one.action for one in body.buttons)),
        tuple(one.name for one in body.inputs),
        parts,
    )


def look(said: Sequence[Message | Form], language: str) -> Seen:
    """Draw one of each kind, as it is and stretched in each way. What is only stretched has the same shape."""
    seen, kinds = Seen(), {kind_of(one): one for one in said}
    card = jsonschema.Draft6Validator(_card_schema()) if SCHEMA.exists() else None
    for one in kinds.values():
        _both(seen, one, language, "", card)
        for name, stretch in STRETCHED.items():
            _both(seen, _stretched(one, stretch), language, name, None)
        _both(seen, _crowded(one), language, "crowded", None)
    return seen


def _both(seen: Seen, said: Message | Form, language: str, how: str, schema: Any) -> None:
    for door in (_slack, _teams):
        try:
            found = list(door(seen, said, language, schema))
        except Refused as no:
            found = [f"refused: {no}"]
        title = said.title if isinstance(said, Form) else said.summary
        seen.wrong += [f"{door.__name__} {how} {title[:50]!r}: {one}" for one in found]
        seen.drawn += 1


def _slack(seen: Seen, said: Message | Form, language: str, _: Any) -> Iterator[str]:
    t = translator(language)
    if isinstance(said, Form):
        view = slack_forms.modal(said, REPLY, t)
        yield from _view(seen, view, "modal")
        yield from _blocks(seen, slack_render.body(slack_forms.as_message(said), t))
        return
    yield from _blocks(seen, slack_render.body(said, t))
    if not said.inputs:
        yield from _view(seen, slack_forms.home(said, t), "home")


def _blocks(seen: Seen, body: Json) -> Iterator[str]:
    blocks = body["blocks"]
    seen.most_blocks = max(seen.most_blocks, len(blocks))
    yield from slack_rules.problems(blocks, "message")
    if slack_rules.too_long(blocks):
        yield "msg_blocks_too_long"
    if not 0 < len(body["text"]) <= 4_000:
        yield "the notification's text"
    yield from _models(lambda: [one.to_dict() for one in Block.parse_all(blocks)])


def _view(seen: Seen, view: Json, surface: Any) -> Iterator[str]:
    seen.largest_view = max(seen.largest_view, len(json.dumps(view).encode()))
    yield from slack_rules.problems(view["blocks"], surface)
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        yield "the view is too large"
    if len(view.get("private_metadata", "")) > VIEW_METADATA:
        yield "private_metadata is too long"
    yield from _models(lambda: View(**view).to_dict())


def _models(made: Callable[[], object]) -> Iterator[str]:
    try:
        made()
    except (SlackObjectFormationError, TypeError) as wrong:
        yield f"slack_sdk: {wrong}"


def _teams(seen: Seen, said: Message | Form, language: str, schema: Any) -> Iterator[str]:
    if isinstance(said, Form):
        cards = [teams_render.form(said, origin=ORIGIN), teams_render.form(said, place="chat")]
    else:
        cards = [teams_render.card(said), teams_render.card(said, place="dialog", origin=ORIGIN)]
    for card in cards:
        text = json.dumps(card, ensure_ascii=False)
        size = len(text.encode(errors="replace"))
        seen.largest_card = max(seen.largest_card, size)
        if size > CARD_BYTES or len(text.encode("utf-16-le", errors="replace")) > MESSAGE_UTF16:
            yield f"the card has {size} bytes"
        yield from teams_rules.problems(card)
        yield from (f"{one} has no fallback" for one in _unknown_to_phones(card))
        if schema is not None:
            yield from (f"schema: {one.message[:150]}" for one in schema.iter_errors(card))


def _unknown_to_phones(thing: Any) -> Iterator[str]:
    if isinstance(thing, list):
        for one in thing:
            yield from _unknown_to_phones(one)
    elif isinstance(thing, dict):
        if thing.get("type") in NEWER and "fallback" not in thing:
            yield str(thing["type"])
        yield from (two for name, one in thing.items() if name != "refresh" for two in _unknown_to_phones(one))


def _card_schema() -> Json:
    return {**json.loads(SCHEMA.read_text("utf-8")), "$ref": "#/definitions/AdaptiveCard"}


def _stretched(said: Message | Form, stretch: Callable[[str], str]) -> Message | Form:
    """The same with other words; labels and titles stay within what every caller keeps."""
    if isinstance(said, Form):
        body = _stretched(said.body, stretch)
        assert isinstance(body, Message)
        return replace(
            said, body=body, title=stretch(said.title)[:24], errors={k: stretch(v) for k, v in said.errors.items()}
        )

    def words(text: str) -> str:
        return stretch(text) if text else text

    return replace(
        said, summary=words(said.summary), heading=words(said.heading), paragraphs=tuple(map(words, said.paragraphs)),
        quote=words(said.quote), footnote=words(said.footnote),
        facts=tuple(Fact(words(one.label), words(one.value)) for one in said.facts),
        bars=tuple(replace(one, label=words(one.label), value=words(one.value)) for one in said.bars),
        changes=tuple(Change(words(one.label), tuple(Part(words(part.text), part.kind) for part in one.parts)) for one in said.changes),
        inputs=tuple(_input(one, words) for one in said.inputs),
        buttons=tuple(_button(one, words) for one in said.buttons), tabs=tuple(_button(one, words) for one in said.tabs),
    )  # fmt: skip


def _button(one: Button, words: Callable[[str], str]) -> Button:
    return replace(one, label=words(one.label)[:MOST_LABEL], confirm=words(one.confirm))


def _input(one: Input, words: Callable[[str], str]) -> Input:
    options = tuple(Option(each.value, words(each.label)) for each in one.options)
    value = words(one.value)[: one.max_length] if one.kind in {"line", "text"} else one.value
    return replace(one, label=words(one.label), hint=words(one.hint), value=value, options=options)


def _crowded(said: Message | Form) -> Message | Form:
    """A title of 300 characters, sixty departments, long paragraphs, fields that are full to the last letter."""
    if isinstance(said, Form):
        body = _crowded(said.body)
        assert isinstance(body, Message)
        return replace(said, body=body)
    departments = [f"{number}. Abteilung für {LONG}"[:90] for number in range(60)]
    facts = tuple(Fact(one, "12 von 345 Personen") for one in departments) if said.facts else ()
    bars = tuple(Bar(one, 0.5, "6 von 12") for one in departments) if said.bars else ()
    return replace(
        said, heading=(LONG * 5)[:300] if said.heading else "", facts=facts, bars=bars,
        paragraphs=tuple((one + " " + LONG * 9)[:900] for one in said.paragraphs),
        inputs=tuple(
            replace(one, value=("ü" * min(one.max_length, 900)) if one.kind == "text" else one.value) for one in said.inputs
        ),
    )  # fmt: skip


__all__ = ["SCHEMA", "Seen", "look"]
