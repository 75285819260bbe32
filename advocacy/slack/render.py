"""A ``Message`` as Block Kit, within the limits of https://docs.slack.dev/reference/block-kit/blocks.

Everything people wrote goes into ``plain_text`` and ``rich_text``, which Slack shows literally; only the
notification text is mrkdwn and therefore escaped.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from advocacy.bot.language import Translator
from advocacy.chat import Bar, Button, Fact, Image, Input, Message, Refused
from advocacy.slack.changes import drawn as drawn_changes
from advocacy.slack.text import column, cut, escaped, plain, width

Json = dict[str, Any]

LINK = "link"
"""Action of a button that only leads somewhere; Slack tells us of those presses too."""
_MOST_TEXT = 12_000
"""Of the whole message: Slack refuses some from about 13,000 characters on."""
_LEAST_TEXT = 3_000
"""For what is said, however much the buttons and inputs take."""
_MOST_SUMMARY = 3_000
_MOST_PARAGRAPHS = 20
_MOST_INPUTS = 15
_MOST_BUTTONS = 25
_MOST_VALUE = 2_000
_PER_ROW = 5
_SECTION = 3_000
_TICKS = 10
_LABEL_COLUMNS = 16
_MOST_BARS = 30
_MOST_BOXES = 10
_MOST_OPTIONS = 100
_MOST_TYPED = 3_000
_PICKERS = {
    "date": re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII),
    "time": re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII),
}
_STYLES = {"primary", "danger"}


def body(message: Message, t: Translator, *, images: bool = True) -> Json:
    """``text`` and ``blocks``, as chat.postMessage and a ``response_url`` take them. Raises ``Refused``."""
    return {"text": escaped(message.summary, _MOST_SUMMARY), "blocks": blocks(message, t, images=images)}


def blocks(message: Message, t: Translator, *, images: bool = True) -> list[Json]:
    """At most 50 blocks, in the order ``Message`` gives. Raises ``Refused`` when a button's value is too large."""
    count = len(message.tabs)  # each press of a message has a number of its own
    head = [*_rows(message.tabs, t), *([{"type": "divider"}] if message.tabs else [])]
    tail = [*_inputs(message.inputs), *_rows(message.buttons, t, count), *_context(message.footnote)]
    room = _Room(max(_LEAST_TEXT, _MOST_TEXT - _size(head) - _size(tail)))
    return [*head, *_said(message, room, images=images), *tail]


def action_of(action_id: str) -> str:
    """The action behind an ``action_id``; empty for a button that only leads somewhere."""
    action, _, number = action_id.rpartition("#")
    return action if number.isdigit() and action != LINK else ""


class _Room:
    """Characters that are left."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, text: str, most: int) -> str:
        taken = cut(text, min(most, self.left))
        self.left -= len(taken)
        return taken


def _size(drawn: Any) -> int:
    """Characters of all texts in it."""
    if isinstance(drawn, dict):
        text = drawn.get("text")
        return (len(text) if isinstance(text, str) else 0) + sum(_size(part) for part in drawn.values())
    return sum(_size(part) for part in drawn) if isinstance(drawn, list) else 0


def _said(message: Message, room: _Room, *, images: bool) -> Iterator[Json]:
    quote = room.take(message.quote, 2 * _SECTION)  # what will leave has the first claim to be shown whole
    if message.heading.strip():
        yield {"type": "header", "text": plain(message.heading, 150)}
    elif not (message.paragraphs or quote or message.inputs):
        yield {"type": "section", "text": plain(message.summary, _SECTION)}
    if images and message.image is not None:
        yield from _image(message.image)
    for paragraph in _few(message.paragraphs, _MOST_PARAGRAPHS):
        if text := room.take(paragraph, _SECTION):
            yield {"type": "section", "text": plain(text, _SECTION)}
    if quote:
        yield _rich({"type": "rich_text_quote", "elements": [_run(part) for part in _parts(quote, _SECTION)]})
    sections = (drawn_changes(message.changes, room.take), list(_facts(message.facts, room)))
    yield from (_rich({"type": "rich_text_section", "elements": runs}) for runs in sections if runs)
    if message.bars:
        drawn = room.take("\n".join(_bars(message.bars[:_MOST_BARS])), _SECTION)
        if drawn:
            yield _rich({"type": "rich_text_preformatted", "elements": [_run(drawn)]})


def _image(image: Image) -> Iterator[Json]:
    if image.url.startswith(("https://", "http://")) and len(image.url) <= _SECTION:
        yield {"type": "image", "image_url": image.url, "alt_text": cut(image.alt, _MOST_VALUE) or "–"}


def _few(texts: Sequence[str], most: int) -> list[str]:
    """The texts, the last ones joined when there are too many for a block each."""
    texts = [text for text in texts if text.strip()]
    return [*texts[: most - 1], "\n\n".join(texts[most - 1 :])] if len(texts) > most else texts


def _rich(part: Json) -> Json:
    return {"type": "rich_text", "elements": [part]}


def _run(text: str, *, bold: bool = False) -> Json:
    return {"type": "text", "text": text} | ({"style": {"bold": True}} if bold else {})


def _parts(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def _facts(facts: Sequence[Fact], room: _Room) -> Iterator[Json]:
    for number, fact in enumerate(facts):
        label, value = room.take(fact.label, 200), room.take(fact.value, 1_000)
        if not label and not value:
            return
        yield _run(("\n" if number else "") + f"{label}: ", bold=True)
        yield _run(value or "–")


def _bars(bars: Sequence[Bar]) -> Iterator[str]:
    wide = min(_LABEL_COLUMNS, max(width(" ".join(bar.label.split())) for bar in bars))
    for bar in bars:
        # A bar that is not nothing shows at least one tick.
        filled = max(round(min(max(bar.share, 0.0), 1.0) * _TICKS), 1 if bar.share > 0 else 0)
        value = cut(" ".join(bar.value.split()), 60)
        yield f"{column(bar.label, wide)} {'█' * filled}{'░' * (_TICKS - filled)} {value}".rstrip()


def _context(footnote: str) -> Iterator[Json]:
    if footnote.strip():
        yield {"type": "context", "elements": [plain(footnote, 500)]}


def _rows(buttons: Sequence[Button], t: Translator, first: int = 0) -> Iterator[Json]:
    left = iter([_button(button, number, t) for number, button in enumerate(buttons[:_MOST_BUTTONS], first)])
    while row := list(islice(left, _PER_ROW)):
        yield {"type": "actions", "elements": row}


def _button(button: Button, number: int, t: Translator) -> Json:
    drawn: Json = {"type": "button", "text": plain(button.label, 75)}
    if button.style in _STYLES:
        drawn["style"] = button.style
    if button.url:
        if len(button.url) > _SECTION:
            msg = f"the link behind {button.label!r} is longer than Slack's 3000 characters"
            raise Refused(msg)
        return drawn | {"action_id": f"{LINK}#{number}", "url": button.url}
    value = packed(button.value)
    if len(value) > _MOST_VALUE:
        msg = f"what {button.label!r} carries is longer than Slack's 2000 characters"
        raise Refused(msg)
    drawn |= {"action_id": f"{button.action}#{number}", "value": value}
    return drawn | {"confirm": _confirm(button, t)} if button.confirm else drawn


def _confirm(button: Button, t: Translator) -> Json:
    return {
        "title": plain(button.label, 100),
        "text": plain(button.confirm, 300),
        "confirm": plain(button.label, 30),
        "deny": plain(t("Cancel"), 30),
    } | ({"style": "danger"} if button.style == "danger" else {})


def packed(value: Any) -> str:
    """JSON without a space too many."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _inputs(inputs: Sequence[Input]) -> Iterator[Json]:
    for one in inputs[:_MOST_INPUTS]:
        if one.kind in {"choice", "choices"} and not one.options:
            continue  # Slack has no menu without options
        drawn: Json = {"type": "input", "block_id": one.name, "optional": one.optional,
                       "label": plain(one.label or one.name, 300), "element": _element(one)}  # fmt: skip
        if one.live:
            drawn["dispatch_action"] = True
        yield drawn | ({"hint": plain(one.hint, 500)} if one.hint.strip() else {})


def _element(one: Input) -> Json:
    # Slack keeps what was typed while block and action ids stay; another start value must come with another id.
    start = zlib.crc32(one.value.encode())
    action_id = f"{one.live}#{start}" if one.live else f"input{start:08x}"
    if one.kind in {"choice", "choices"}:
        return {"action_id": action_id, **_menu(one)}
    if one.kind in _PICKERS:
        return {"action_id": action_id, **_picker(one)}
    drawn: Json = {"type": "plain_text_input", "action_id": action_id, "multiline": one.kind == "text"}
    if one.live:
        drawn["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
    start_text = one.value[:_MOST_TYPED]
    # A start text that is too long is there to be shortened: Slack would not take it together with its limit.
    drawn["max_length"] = max(min(one.max_length, _MOST_TYPED), len(start_text), 1)
    return drawn | ({"initial_value": start_text} if start_text else {})


def _picker(one: Input) -> Json:
    """A calendar or a clock; a start value that is none of theirs is left out."""
    shape = _PICKERS[one.kind]
    drawn = {"type": f"{one.kind}picker"}
    return drawn | ({f"initial_{one.kind}": one.value} if shape.fullmatch(one.value) else {})


def _menu(one: Input) -> Json:
    options = [{"text": plain(option.label or option.value, 75), "value": option.value} for option in one.options]
    options = options[:_MOST_OPTIONS]
    if any(not 0 < len(str(option["value"])) <= 150 for option in options):
        msg = f"a choice of {one.name!r} is empty or longer than Slack's 150 characters"
        raise Refused(msg)
    if one.kind == "choice":
        chosen = [option for option in options if option["value"] == one.value]
        return {"type": "static_select", "options": options} | ({"initial_option": chosen[0]} if chosen else {})
    wanted = set(one.value.split(","))
    chosen = [option for option in options if option["value"] in wanted]
    kind = "checkboxes" if len(options) <= _MOST_BOXES else "multi_static_select"
    return {"type": kind, "options": options} | ({"initial_options": chosen} if chosen else {})
