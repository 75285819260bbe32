"""A Message as an Adaptive Card 1.5 (elements of 1.2 where they do, for phones), within Teams' limits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Literal
from urllib.parse import urlsplit

from advocacy.chat import OPENS_FORM, Bar, Button, Fact, Form, Image, Input, Message, Option, Refused
from advocacy.teams.changes import drawn as drawn_changes
from advocacy.teams.changes import shorter as shorter_change
from advocacy.teams.names import ADAPTIVE, OURS

Json = dict[str, Any]
VERSION = "1.5"
LARGEST = 25_000
"""Bytes of a card. Teams takes 100 KB of UTF-16 for a whole message; a lean card draws at once on a phone."""
ACTIONS = 6
"""Teams draws so many actions of one set. https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference"""
USERS = 60
"""People whose own view a card may name. Same source, user-specific views."""
TEXT_LIMITS = (4000, 1500, 500, 150)
"""Tried in this order for a card that is too large."""
ROWS = 40
BARS = 20
"""Of a card that is too large: each takes as much room as ten lines."""
_BESIDE = 100
"""Characters of a fact that stand beside its name."""
_PLACEHOLDER = 34
"""Characters that a field has room for on a phone."""
INLINE = re.compile(r"[\\*`]|~~|(?<![^\W_])_|_(?![^\W_])|(?<=\])\(|&(?=#?\w+;)")
"""What would be drawn as emphasis, code, a link or an entity. Words_with_underscores and #hashtags are none."""
AT_START = re.compile(
    r"^(\s*)(?:(#{1,6}(?=\s|$)|>|[-+](?=\s|$)|[-=](?=[-=\s]*$)|\[(?=[^\]]*\]:))|(\d+)([.)])(?=\s|$))", re.MULTILINE
)
"""What would be drawn as a heading, quote, list or rule, or be swallowed as a definition, at the start of a line."""
NO_BREAK = "\u00a0"
Place = Literal["chat", "dialog"]


@dataclass(frozen=True, slots=True)
class _Where:
    """Where a card is drawn: in chat it has Universal Actions, in a dialog it can only submit."""

    place: Place = "chat"
    origin: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    cancel: str = ""
    back: Button | None = None
    """The card's own refresh: goes along with each press, so that an answer in its place finds back to it."""


def card(message: Message, *, place: Place = "chat", origin: str = "") -> Json:
    """Draw a message. ``origin`` goes along with what a dialog submits. Raises Refused when it cannot fit."""
    return _fit(message, _Where(place, origin))


def form(asked: Form, *, place: Place = "dialog", origin: str = "") -> Json:
    """Draw a form: in a dialog, or (``chat``) as a card where no dialog can be opened. Raises Refused."""
    if place == "chat":
        return _fit(form_message(replace(asked, errors={})), _Where(place, origin, asked.errors))
    body = replace(asked.body, buttons=(_sends(asked), *asked.body.buttons))
    return _fit(body, _Where(place, origin, asked.errors, asked.cancel))


def form_message(asked: Form) -> Message:
    """Turn a form into a message whose button sends it; what is wrong with its fields stands above them."""
    labels = {one.name: f"{one.label}: " for one in asked.body.inputs}
    above = tuple(labels.get(name, "") + said for name, said in asked.errors.items())
    buttons = (_sends(asked), *asked.body.buttons)
    return replace(
        asked.body, heading=asked.body.heading or asked.title, paragraphs=(*above, *asked.body.paragraphs),
        buttons=buttons,
    )  # fmt: skip


def _sends(asked: Form) -> Button:
    return Button(asked.submit, action=asked.action, value=asked.value, style="primary")


def attachment(drawn: Json) -> Json:
    """Wrap a card as activities and dialogs carry it."""
    return {"contentType": ADAPTIVE, "content": drawn}


def escape(text: str) -> str:
    """Keep Markdown from being drawn. https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features"""
    escaped = INLINE.sub(lambda found: "".join("\\" + one for one in found.group()), text)
    return AT_START.sub(
        lambda found: f"{found[1]}\\{found[2]}" if found[2] else f"{found[1]}{found[3]}\\{found[4]}", escaped
    )


def size(drawn: Json) -> int:
    """Count the bytes of a card. An emoji is four of them, however the wire spells it."""
    return len(json.dumps(drawn, ensure_ascii=False).encode(errors="replace"))


def _fit(message: Message, where: _Where) -> Json:
    drawn = _card(message, where)
    for limit in TEXT_LIMITS:
        if size(drawn) <= LARGEST:
            return drawn
        drawn = _card(_shorter(message, limit), where)
    if size(drawn) > LARGEST:
        raise Refused(f"the message is too large for Teams: {message.summary[:80]}")
    return drawn


def _shorter(message: Message, limit: int) -> Message:
    """Cut what can be cut; text that will leave exactly so, and what is typed in, never is."""
    return replace(
        message,
        heading=_cut(message.heading, limit),
        paragraphs=tuple(_cut(one, limit) for one in message.paragraphs[:ROWS]),
        changes=tuple(shorter_change(one, limit) for one in message.changes[:ROWS]),
        facts=tuple(Fact(_cut(one.label, limit), _cut(one.value, limit)) for one in message.facts[:ROWS]),
        bars=tuple(replace(one, label=_cut(one.label, limit)) for one in message.bars[:BARS]),
        footnote=_cut(message.footnote, limit),
    )


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _card(message: Message, where: _Where) -> Json:
    drawn: Json = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": VERSION,
        "body": list(_body(message, where)),
        "fallbackText": message.summary,
    }
    if message.refresh is not None and where.place == "chat":
        refresh: Json = {"action": {"type": "Action.Execute", **_execute(message.refresh)}}
        if message.refresh_for:
            refresh["userIds"] = list(dict.fromkeys(message.refresh_for))[-USERS:]
        drawn["refresh"] = refresh
    return drawn


def _body(message: Message, where: _Where) -> Iterator[Json]:
    yield from _actions(message.tabs, replace(where, back=message.refresh, cancel=""))
    if message.heading:
        yield _text(message.heading, size="Large", weight="Bolder", style="heading")
    if message.image is not None and _is_shown(message.image):
        yield {"type": "Image", "url": message.image.url, "altText": message.image.alt, "size": "Stretch"}
    for paragraph in message.paragraphs:
        yield from _lines(paragraph)
    if message.quote:
        yield {"type": "Container", "style": "emphasis", "items": list(_lines(message.quote))}
    yield from drawn_changes(message.changes, escape)
    yield from _facts(message.facts)
    for bar in message.bars:
        yield from _bar(bar)
    for asked in message.inputs:
        yield from _input(asked, where.errors.get(asked.name, ""))
    yield from _actions(message.buttons, replace(where, back=message.refresh))
    if message.footnote:
        yield _text(message.footnote, size="Small", isSubtle=True)
    parts = (message.heading, message.paragraphs, message.quote, message.changes, message.facts, message.bars)
    if not any((*parts, message.inputs)):
        yield _text(message.summary)


def _text(text: str, **how: Any) -> Json:
    return {"type": "TextBlock", "text": escape(text), "wrap": True, **how}


def _some(text: str) -> str:
    """Escape; a dash for nothing, as Teams refuses a fact without words."""
    return escape(text) if text.strip() else "–"


def _lines(text: str) -> Iterator[Json]:
    """One block a line: clients disagree about line breaks inside a block."""
    spacing: Json = {}
    for line in text.splitlines():
        if line.strip():
            yield _text(line, **spacing)
            spacing = {"spacing": "None"}
        else:
            spacing = {"spacing": "Medium"}


def _facts(facts: Sequence[Fact]) -> Iterator[Json]:
    """Short ones in two columns; what is long stands below its name, as the second column is narrow on a phone."""
    for is_long, some in groupby(facts, lambda one: len(one.value) > _BESIDE or "\n" in one.value):
        if not is_long:
            beside = [{"title": _some(one.label), "value": _some(one.value)} for one in some]
            yield {"type": "FactSet", "facts": beside}
            continue
        for one in some:
            yield _text(one.label, weight="Bolder")
            for line in _lines(one.value):
                yield {**line, "spacing": "None"}


def _is_shown(image: Image) -> bool:
    """Tell whether Teams can load it: https only; loopback for the playground."""
    parts = urlsplit(image.url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"})


def _bar(bar: Bar) -> Iterator[Json]:
    label: Json = {"type": "Column", "width": "stretch", "items": [_text(bar.label)]}
    value: Json = {"type": "Column", "width": "auto", "items": [_text(bar.value, weight="Bolder")]}
    yield {"type": "ColumnSet", "columns": [label, value]}
    filled = round(min(max(bar.share, 0.0), 1.0) * 100)
    widths = (("accent", filled), ("emphasis", 100 - filled))
    blank = {"type": "TextBlock", "text": NO_BREAK, "size": "Small"}
    columns = [
        {"type": "Column", "width": width, "style": style, "spacing": "None", "items": [blank]}
        for style, width in widths
        if width
    ]
    yield {"type": "ColumnSet", "columns": columns, "spacing": "None"}


def _input(asked: Input, error: str) -> Iterator[Json]:
    if asked.name in OURS:
        raise ValueError(f"an input cannot be called {asked.name!r} in Teams")
    drawn: Json = {"type": "Input.Text", "id": asked.name, "label": asked.label, "value": asked.value}
    if asked.kind in ("choice", "choices"):
        drawn |= {"type": "Input.ChoiceSet", "choices": [_choice(one) for one in asked.options], "style": "compact"}
        drawn["isMultiSelect"] = asked.kind == "choices"
    elif asked.kind in ("date", "time"):
        drawn["type"] = "Input.Date" if asked.kind == "date" else "Input.Time"
        if not asked.value:
            del drawn["value"]  # an empty text is no date
    else:
        drawn |= {"isMultiline": asked.kind == "text", "maxLength": asked.max_length}
    is_below = bool(asked.hint) and _is_below(asked)
    if asked.hint and not is_below:
        drawn["placeholder"] = asked.hint
    yield drawn
    if error:
        yield _text(error, color="Attention", spacing="Small", weight="Bolder")
    if is_below:
        yield _text(asked.hint, isSubtle=True, size="Small", spacing="Small")


def _is_below(asked: Input) -> bool:
    """Would a placeholder not do? It shows in an empty field only, on one line, and in no calendar or clock."""
    return bool(asked.value) or asked.kind in ("date", "time") or bool(asked.live) or len(asked.hint) > _PLACEHOLDER


def _choice(option: Option) -> Json:
    return {"title": option.label, "value": option.value}


def _actions(buttons: Sequence[Button], where: _Where) -> Iterator[Json]:
    drawn = [_button(one, where) for one in buttons]
    if where.cancel:
        drawn.append({"type": "Action.Submit", "title": where.cancel, "data": {}, "associatedInputs": "None"})
    for start in range(0, len(drawn), ACTIONS):
        yield {"type": "ActionSet", "actions": drawn[start : start + ACTIONS]}


def _button(button: Button, where: _Where) -> Json:
    action = _plain_button(button, where)
    if button.style != "default":
        action["style"] = {"primary": "positive", "danger": "destructive"}[button.style]
    if not button.confirm:
        return action
    asked: Json = {
        "type": "AdaptiveCard",
        "body": [_text(button.confirm), {"type": "ActionSet", "actions": [action]}],
    }
    return {"type": "Action.ShowCard", "title": button.label, "card": asked}


def _plain_button(button: Button, where: _Where) -> Json:
    if button.url:
        return {"type": "Action.OpenUrl", "title": button.label, "url": button.url}
    data = {"action": button.action, "value": button.value}
    submit: Json = {"type": "Action.Submit", "title": button.label, "data": data}
    if where.place == "dialog":
        if where.origin:
            data["origin"] = where.origin
        return submit
    if button.value.get(OPENS_FORM):
        data["msteams"] = {"type": "task/fetch"}
        return submit
    executed = _execute(button)
    if where.back is not None:
        executed["data"]["back"] = {"action": where.back.action, "value": where.back.value}
    return {"type": "Action.Execute", **executed, "fallback": submit}


def _execute(button: Button) -> Json:
    drawn: Json = {"verb": button.action, "data": {"value": button.value}}
    return {"title": button.label, **drawn} if button.label else drawn
