"""A ``Form`` as a modal, and a ``Message`` as a Home tab (https://docs.slack.dev/reference/views)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from advocacy.bot import doors
from advocacy.bot.language import Translator
from advocacy.chat import Button, Form, Message, Refused
from advocacy.slack.render import Json, blocks, packed
from advocacy.slack.reply import ReplyTo, unpack
from advocacy.slack.text import plain

CALLBACK = "form"
KEPT = "kept"
"""Beside a form's values: what it keeps."""
_MOST_METADATA = 3_000
_TITLE = 24
_SENTENCE = 3_000
_NAME = "Advocacy"
_TROUBLE = "trouble"
"""Block above a form that came back because something broke."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a modal carries from its opening to its sending."""

    action: str
    value: dict[str, Any]
    reply: ReplyTo | None


def modal(form: Form, reply: ReplyTo, t: Translator) -> Json:
    """The view. Errors stand above the inputs: a view has no place for them. Raises ``Refused`` when it is too much."""
    shown = _with_errors(form)
    metadata = packed({"a": form.action, "v": _carries(form), "r": reply.pack()})
    if len(metadata) > _MOST_METADATA:
        msg = f"what the form {form.title!r} carries is longer than Slack's 3000 characters"
        raise Refused(msg)
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": plain(form.title, _TITLE),
        "submit": plain(form.submit, _TITLE),
        "close": plain(form.cancel, _TITLE),
        "private_metadata": metadata,
        "blocks": blocks(shown, t),
    }


def as_message(form: Form) -> Message:
    """The form as a message with inputs, for where no modal can open: what people write in direct messages."""
    shown = _with_errors(form)
    send = Button(form.submit, action=form.action, value=_carries(form), style="primary")
    return replace(shown, heading=shown.heading or form.title, buttons=(send, *shown.buttons))


def _carries(form: Form) -> dict[str, Any]:
    """What goes with the form; what it keeps as well: Slack signs what it sends back, its client cannot reach it."""
    return form.value if form.kept is None else {**form.value, KEPT: dict(form.kept)}


def kept(value: dict[str, Any]) -> dict[str, Any] | None:
    """Take what a form keeps out of its values."""
    found = value.pop(KEPT, None)
    return found if isinstance(found, dict) else None


def _with_errors(form: Form) -> Message:
    labels = {one.name: f"{one.label}: " for one in form.body.inputs}
    above = tuple(labels.get(name, "") + text for name, text in form.errors.items())
    return replace(form.body, paragraphs=(*above, *form.body.paragraphs)) if above else form.body


def waiting(t: Translator, shown: Mapping[str, Any] | None = None) -> Json:
    """What stands there until the answer comes; in the place of ``shown``, whatever that carries is carried on."""
    before = shown or {}
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": before.get("title") or plain(_NAME, _TITLE),
        "close": plain(doors.close(t), _TITLE),
        "private_metadata": before.get("private_metadata") or "",
        "blocks": [{"type": "section", "text": plain(doors.moment(t), _SENTENCE)}],
    }


def told(message: Message, t: Translator) -> Json:
    """A modal in which something is only said."""
    return {
        "type": "modal",
        "title": plain(_NAME, _TITLE),
        "close": plain(doors.close(t), _TITLE),
        "blocks": blocks(replace(message, inputs=(), buttons=()), t),
    }


def again(shown: Mapping[str, Any], trouble: str) -> Json:
    """A form as it was sent, with all that was typed, and above it what went wrong."""
    values = (shown.get("state") or {}).get("values") or {}
    drawn = [_filled(block, values) for block in shown.get("blocks", ()) if block.get("block_id") != _TROUBLE]
    said = {"type": "section", "block_id": _TROUBLE, "text": plain(trouble, _SENTENCE)}
    kept = ("type", "callback_id", "title", "submit", "close", "private_metadata")
    return {name: shown[name] for name in kept if shown.get(name)} | {"blocks": [said, *drawn]}


def _filled(block: Mapping[str, Any], values: Mapping[str, Any]) -> Json:
    if block.get("type") == "image":  # comes back with measures that Slack does not take
        return {name: block[name] for name in ("type", "block_id", "image_url", "alt_text") if name in block}
    if block.get("type") != "input":
        return dict(block)
    element = {name: one for name, one in block["element"].items() if not name.startswith("initial_")}
    for name, one in values.get(block["block_id"], {}).get(element["action_id"], {}).items():
        if one and (name == "value" or name.startswith("selected_")):
            element["initial_" + name.removeprefix("selected_")] = one
    return {**block, "element": element}


def home(message: Message, t: Translator) -> Json:
    """The Home tab."""
    return {"type": "home", "blocks": blocks(message, t)}


def carried(view: Mapping[str, Any]) -> Carried | None:
    """What ``modal`` put in; ``None`` for a view that is not ours."""
    try:
        data = json.loads(view.get("private_metadata") or "")
        return Carried(str(data["a"]), dict(data["v"]), unpack(data["r"]))
    except (ValueError, KeyError, TypeError):
        return None


def keeping(view: Json, shown: Mapping[str, Any]) -> Json:
    """The view with the ids of the inputs that are on screen, so that Slack keeps what is being typed there."""
    inputs = (block for block in shown.get("blocks", ()) if block.get("type") == "input")
    there = {block["block_id"]: block["element"] for block in inputs}
    for block in view["blocks"]:
        kept = there.get(block.get("block_id")) if block["type"] == "input" else None
        if kept and kept.get("type") == block["element"]["type"]:
            block["element"]["action_id"] = kept["action_id"]
    return view


def field_errors(form: Form, view: Mapping[str, Any]) -> dict[str, str]:
    """The errors beside inputs of this view, when all can stand there; empty otherwise."""
    fields = {block.get("block_id") for block in view.get("blocks", ()) if block.get("type") == "input"}
    if not form.errors or not set(form.errors) <= fields:
        return {}
    return {name: text[:2000] for name, text in form.errors.items()}


def typed(state: Mapping[str, Any] | None) -> dict[str, str]:
    """Values by input name; several choices joined by commas, nothing chosen as an empty text."""
    values: dict[str, str] = {}
    for name, elements in ((state or {}).get("values") or {}).items():
        for element in elements.values():
            values[name] = _value(element)
    return values


def _value(element: Mapping[str, Any]) -> str:
    if "selected_options" in element:
        return ",".join(str(option["value"]) for option in element["selected_options"] or ())
    if "selected_option" in element:
        return str((element["selected_option"] or {}).get("value", ""))
    for picked in ("selected_date", "selected_time"):
        if picked in element:
            return str(element[picked] or "")
    return str(element.get("value") or "")
