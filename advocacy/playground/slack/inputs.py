"""What people put into inputs and menus, in the form Slack sends it (``state.values`` and ``actions``)."""

from __future__ import annotations

from typing import Any

from advocacy.playground.slack.elements import options_of
from advocacy.playground.slack.state import Blocks, Json
from advocacy.playground.slack.workspace import elements_of

Value = str | int | list[str] | Json | None
State = dict[str, dict[str, Json]]

_ONE = {
    "static_select": "option", "external_select": "option", "radio_buttons": "option", "overflow": "option",
    "users_select": "user", "channels_select": "channel", "conversations_select": "conversation",
    "datepicker": "date", "timepicker": "time", "datetimepicker": "date_time",
}  # fmt: skip
_MANY = {
    "multi_static_select": "options", "multi_external_select": "options", "checkboxes": "options",
    "multi_users_select": "users", "multi_channels_select": "channels", "multi_conversations_select": "conversations",
}  # fmt: skip
_TYPED = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
_REQUIRED = "Please complete this required field."


class NotOnScreenError(LookupError):
    """The person does not see what he or she wants to press or choose."""


def start_value(element: Json) -> Json | None:
    """What stands in an element before anyone touches it; None for what keeps no value, such as a button."""
    kind = str(element.get("type"))
    if kind in _TYPED:
        return {"type": kind, "value": element.get("initial_value")}
    if kind == "rich_text_input":
        return {"type": kind, "rich_text_value": element.get("initial_value")}
    if kind in _MANY:
        name = _MANY[kind]
        return {"type": kind, f"selected_{name}": list(element.get(f"initial_{name}") or [])}
    if kind in _ONE and kind != "overflow":
        name = _ONE[kind]
        value: Json = {"type": kind, f"selected_{name}": element.get(f"initial_{name}")}
        if kind == "timepicker" and element.get("timezone"):
            value["timezone"] = element["timezone"]
        return value
    return {"type": kind, "files": []} if kind == "file_input" else None


def chosen(element: Json, value: Value) -> Json:
    """What Slack makes of a choice: options by their value, text as typed, dates as written.

    Raises NotOnScreenError for an option that is not offered.
    """
    kind = str(element.get("type"))
    if isinstance(value, dict):
        return {"type": kind, **value}
    if kind in _TYPED:
        return {"type": kind, "value": None if value in (None, "") else str(value)}
    if kind in _MANY:
        picked: list[Any] = value if isinstance(value, list) else [] if value is None else [value]
        if _MANY[kind] == "options":
            picked = [_option(element, str(one)) for one in picked]
        return {"type": kind, f"selected_{_MANY[kind]}": picked}
    if kind in _ONE:
        one: Any = None if value in (None, "") else value
        if _ONE[kind] == "option" and one is not None:
            one = _option(element, str(one))
        return {"type": kind, f"selected_{_ONE[kind]}": one}
    if kind == "rich_text_input":
        text = [{"type": "rich_text_section", "elements": [{"type": "text", "text": str(value)}]}]
        return {"type": kind, "rich_text_value": {"type": "rich_text", "elements": text}}
    raise NotOnScreenError(f"nothing can be put into a {kind}")


def _option(element: Json, value: str) -> Json:
    if "external" in str(element.get("type")):
        return {"text": {"type": "plain_text", "text": value, "emoji": True}, "value": value}
    for option in options_of(element):
        if option.get("value") == value:
            return option
    raise NotOnScreenError(f"no option {value!r} in {element.get('action_id')}")


def values_of(blocks: Blocks, state: State) -> State:
    """The state of every input and menu: what was chosen, else what it started with."""
    values: State = {}
    for block in blocks:
        for element in elements_of(block):
            start = start_value(element)
            if start is not None:
                block_id, action_id = block["block_id"], element["action_id"]
                values.setdefault(block_id, {})[action_id] = state.get(block_id, {}).get(action_id, start)
    return values


def find_element(
    blocks: Blocks, action_id: str, *, block_id: str | None = None, value: Value = None
) -> tuple[Json, Json]:
    """The block and element a person presses; of several with one action id, the button that carries ``value``.

    Raises NotOnScreenError when there is none.
    """
    found = [
        (block, element)
        for block in blocks
        if block_id is None or block["block_id"] == block_id
        for element in elements_of(block)
        if element.get("action_id") == action_id
    ]
    if found and found[0][1].get("type") == "button" and value is not None:
        found = [one for one in found if one[1].get("value") == value]
    if not found:
        raise NotOnScreenError(f"no {action_id} on screen")
    return found[0]


def fill(blocks: Blocks, state: State, values: dict[str, Any]) -> None:
    """Put values into the inputs of a form: ``{block_id: {action_id: value}}``, or ``{block_id: value}`` for short.

    Raises NotOnScreenError for inputs or options that are not there.
    """
    by_id = {block["block_id"]: block for block in blocks}
    for block_id, given in values.items():
        if block_id not in by_id:
            raise NotOnScreenError(f"no block {block_id} on screen")
        elements = {one["action_id"]: one for one in elements_of(by_id[block_id]) if start_value(one) is not None}
        if not elements:
            raise NotOnScreenError(f"nothing to fill in block {block_id}")
        short = not (isinstance(given, dict) and set(given) <= set(elements))
        for action_id, value in ({next(iter(elements)): given} if short else given).items():
            state.setdefault(block_id, {})[action_id] = chosen(elements[action_id], value)


def complaints(blocks: Blocks, values: State) -> dict[str, str]:
    """What Slack's own client refuses to submit: block id to sentence. Empty when the form may go."""
    found: dict[str, str] = {}
    for block in blocks:
        if block.get("type") != "input":
            continue
        element = block["element"]
        value = values.get(block["block_id"], {}).get(element["action_id"], {})
        filled = [one for name, one in value.items() if name not in {"type", "timezone"} and one]
        if not filled:
            if not block.get("optional"):
                found[block["block_id"]] = _REQUIRED
            continue
        problem = _typed_problem(element, filled[0])
        if problem:
            found[block["block_id"]] = problem
    return found


def _typed_problem(element: Json, value: Any) -> str:
    kind = element.get("type")
    if kind == "plain_text_input":
        least, most = int(element.get("min_length") or 0), int(element.get("max_length") or 3000)
        if len(value) < least:
            return f"Please enter at least {least} characters."
        if len(value) > most:
            return f"Please enter no more than {most} characters."
    if kind == "url_text_input" and "://" not in value:
        return "Please enter a valid URL."
    if kind == "email_text_input" and "@" not in value:
        return "Please enter a valid email address."
    if kind == "number_input" and not str(value).lstrip("-").replace(".", "", 1).isdigit():
        return "Please enter a number."
    return ""
