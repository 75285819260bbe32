"""What Teams accepts as an Adaptive Card, and what a person can find on one: inputs and actions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
HIGHEST = (1, 5)
"""https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference"""
LISTED_AT_MOST = 60

# Element → the texts it must have. Everything Adaptive Cards 1.5 knows: https://adaptivecards.io/explorer/
TEXTS: dict[str, tuple[str, ...]] = {
    "TextBlock": ("text",), "RichTextBlock": (), "Image": ("url",), "Media": (), "ActionSet": (), "Container": (),
    "ColumnSet": (), "FactSet": (), "ImageSet": (), "Table": (), "Input.Text": ("id",), "Input.Number": ("id",),
    "Input.Date": ("id",), "Input.Time": ("id",), "Input.Toggle": ("id", "title"), "Input.ChoiceSet": ("id",),
}  # fmt: skip
# Element → the lists of things it holds, and what those things are.
HOLDS: dict[str, tuple[tuple[str, str], ...]] = {
    "AdaptiveCard": (("body", "element"), ("actions", "action")),
    "Container": (("items", "element"),), "ColumnSet": (("columns", "Column"),), "Column": (("items", "element"),),
    "ActionSet": (("actions", "action"),), "ImageSet": (("images", "Image"),), "Table": (("rows", "TableRow"),),
    "TableRow": (("cells", "TableCell"),), "TableCell": (("items", "element"),), "FactSet": (("facts", "Fact"),),
    "RichTextBlock": (("inlines", "TextRun"),), "Media": (("sources", "Source"),),
    "Input.ChoiceSet": (("choices", "Choice"),),
}  # fmt: skip
MUST_HOLD = {"Container", "ActionSet", "ImageSet", "FactSet", "RichTextBlock", "Media"}
PARTS: dict[str, tuple[str, ...]] = {
    "Column": (), "TableRow": (), "TableCell": (), "TextRun": ("text",), "Fact": ("title", "value"),
    "Choice": ("title", "value"), "Source": ("url",), "Image": ("url",),
}  # fmt: skip
RUN = {
    "type", "text", "color", "fontType", "highlight", "isSubtle", "italic", "selectAction", "size", "strikethrough",
    "underline", "weight",
}  # fmt: skip
"""What a run of text may say of itself. https://adaptivecards.io/explorer/TextRun.html"""
ACTIONS: dict[str, tuple[str, ...]] = {
    "Action.Execute": ("verb",), "Action.Submit": (), "Action.OpenUrl": ("url",), "Action.ShowCard": (),
    "Action.ToggleVisibility": (),
}  # fmt: skip


def problems(card: Any) -> list[str]:
    """Why Teams would refuse this card, in words; empty when it would not."""
    check = _Check()
    check.card(card, "card")
    return check.found


class _Check:
    """One walk over a card."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.inputs: set[str] = set()

    def card(self, card: Any, at: str) -> None:
        if not isinstance(card, dict) or card.get("type") != "AdaptiveCard":
            self.found.append(f"{at}: type must be AdaptiveCard")
            return
        version = str(card.get("version", "")) if at == "card" else "1.0"
        if not re.fullmatch(r"\d+\.\d+", version):
            self.found.append(f"{at}: version is missing or malformed")
        elif tuple(int(part) for part in version.split(".")) > HIGHEST:
            self.found.append(f"{at}: version {version} is newer than 1.5")
        self._held("AdaptiveCard", card, at)
        self._select(card, at)
        if "refresh" in card:
            self._refresh(card["refresh"], f"{at}.refresh")

    def _refresh(self, refresh: Any, at: str) -> None:
        action = refresh.get("action") if isinstance(refresh, dict) else None
        if not isinstance(action, dict) or action.get("type") != "Action.Execute":
            self.found.append(f"{at}: action must be an Action.Execute")
            return
        self._action(action, f"{at}.action")
        ids = refresh.get("userIds", [])
        if not isinstance(ids, list) or not all(isinstance(one, str) and one.startswith("29:") for one in ids):
            self.found.append(f"{at}: userIds must be a list of 29: ids")
        elif len(ids) > LISTED_AT_MOST:
            self.found.append(f"{at}: more than {LISTED_AT_MOST} userIds")

    def _held(self, kind: str, thing: Json, at: str) -> None:
        for name, expected in HOLDS.get(kind, ()):
            held = thing.get(name)
            if held is None and kind not in MUST_HOLD:
                continue
            if not isinstance(held, list):
                self.found.append(f"{at}: {kind} needs a list of {name}")
                continue
            for number, one in enumerate(held):
                self._one(one, expected, f"{at}.{name}[{number}]")

    def _one(self, thing: Any, expected: str, at: str) -> None:
        if expected == "TextRun" and isinstance(thing, str):
            return
        if not isinstance(thing, dict):
            self.found.append(f"{at}: must be an object")
        elif expected == "action":
            self._action(thing, at)
        elif expected == "element":
            self._element(thing, at)
        else:
            if thing.get("type", expected) != expected:
                self.found.append(f"{at}: must be a {expected}, is {thing['type']!r}")
            self._texts(PARTS[expected], thing, at)
            if expected == "TextRun" and (odd := sorted(set(thing) - RUN)):
                self.found.append(f"{at}: a TextRun has no {odd[0]}")
            self._held(expected, thing, at)
            self._select(thing, at)

    def _element(self, thing: Json, at: str) -> None:
        kind = str(thing.get("type"))
        if kind not in TEXTS:
            fallback = thing.get("fallback")
            if isinstance(fallback, dict):
                self._element(fallback, f"{at}.fallback")
            elif fallback != "drop":
                self.found.append(f"{at}: unknown element type {kind!r}")
            return
        self._texts(TEXTS[kind], thing, at)
        if kind.startswith("Input.") and isinstance(thing.get("id"), str):
            if thing["id"] in self.inputs:
                self.found.append(f"{at}: the input id {thing['id']!r} is used twice")
            self.inputs.add(thing["id"])
        url = thing.get("url")
        if kind == "Image" and isinstance(url, str) and not url.startswith(("https://", "http://", "data:image/")):
            self.found.append(f"{at}: an image needs a full web address")
        self._held(kind, thing, at)
        self._select(thing, at)

    def _action(self, action: Any, at: str) -> None:
        kind = str(action.get("type")) if isinstance(action, dict) else ""
        if kind not in ACTIONS:
            self.found.append(f"{at}: unknown action type {kind!r}")
            return
        self._texts(ACTIONS[kind], action, at)
        if kind == "Action.ShowCard":
            self.card(action.get("card"), f"{at}.card")
        if kind == "Action.ToggleVisibility" and not isinstance(action.get("targetElements"), list):
            self.found.append(f"{at}: Action.ToggleVisibility needs targetElements")
        if isinstance(action.get("fallback"), dict):
            self._action(action["fallback"], f"{at}.fallback")

    def _select(self, thing: Json, at: str) -> None:
        for name in ("selectAction", "inlineAction"):
            if name in thing:
                self._action(thing[name], f"{at}.{name}")
                if thing[name].get("type") == "Action.ShowCard":
                    self.found.append(f"{at}.{name}: Action.ShowCard is not possible here")

    def _texts(self, names: tuple[str, ...], thing: Json, at: str) -> None:
        for name in names:
            if not isinstance(thing.get(name), str) or (name != "text" and not thing[name].strip()):
                self.found.append(f"{at}: {thing.get('type', 'this')} needs {name}")


def _things(thing: Any) -> Iterator[Json]:
    """Every object inside a card, in reading order; not what is data or fallback."""
    if isinstance(thing, list):
        for one in thing:
            yield from _things(one)
    elif isinstance(thing, dict):
        yield thing
        for name, inner in thing.items():
            if name not in {"data", "fallback", "refresh", "msteams", "metadata"}:
                yield from _things(inner)


def actions_of(card: Json) -> list[Json]:
    """Every action on a card, those of nested containers and cards too."""
    return [one for one in _things(card) if str(one.get("type", "")).startswith("Action.")]


def inputs_of(card: Json) -> list[Json]:
    """Every input on a card."""
    return [one for one in _things(card) if str(one.get("type", "")).startswith("Input.")]


def texts_of(card: Json) -> str:
    """All that can be read on a card, one line each; buttons in brackets."""
    lines: list[str] = []
    for one in _things(card):
        kind = str(one.get("type", ""))
        if kind.startswith("Action."):
            lines.append(f"[{one.get('title', '')}]")
        elif kind in {"TextBlock", "TextRun"}:
            lines.append(str(one.get("text", "")))
        elif "value" in one and "title" in one and not kind:
            lines.append(f"{one['title']} {one['value']}")
    return "\n".join(lines)


def verb_of(action: Json) -> str:
    """Give what an action asks for: its verb, or the verb or action its data names."""
    data = action.get("data")
    held = data if isinstance(data, dict) else {}
    return str(action.get("verb") or held.get("verb") or held.get("action") or "")


def find_action(card: Json, wanted: str) -> Json:
    """Give the action with this title, verb or id, else the first whose verb or title begins so. Raises LookupError."""
    everything = actions_of(card)
    for name in ("title", "verb", "id"):
        for one in everything:
            if (verb_of(one) if name == "verb" else one.get(name)) == wanted:
                return one
    for one in everything:
        if verb_of(one).startswith(wanted) or str(one.get("title", "")).startswith(wanted):
            return one
    seen = ", ".join(f"{one.get('title', '')!r} ({verb_of(one)})" for one in everything) or "none"
    raise LookupError(f"no action {wanted!r} on this card; there are: {seen}")


def gather(card: Json, action: Json, given: Json) -> tuple[Json, str]:
    """Merge what the person entered into the action's data, as the client does.

    Returns the data, and what the client complains about ('' when it would send). Values are strings, as
    Teams sends them. Raises LookupError for an input that is not on the card.
    """
    data = action.get("data")
    merged: Json = dict(data) if isinstance(data, dict) else {}
    if str(action.get("associatedInputs", "auto")).lower() == "none":
        return merged, ""
    inputs = inputs_of(card)
    unknown = set(given) - {one.get("id") for one in inputs}
    if unknown:
        raise LookupError(f"no input {sorted(unknown)} on this card; there are: {[one.get('id') for one in inputs]}")
    for one in inputs:
        value = _entered(one, given.get(one["id"]))
        pattern = one.get("regex")
        missing = one.get("isRequired") and not value
        if missing or (value and isinstance(pattern, str) and not re.fullmatch(pattern, value)):
            return merged, str(one.get("errorMessage") or f"{one.get('label') or one['id']} is required")
        if value or one["type"] == "Input.Text":
            merged[one["id"]] = value
    return merged, ""


def _entered(one: Json, given: Any) -> str:
    if one["type"] == "Input.Toggle":
        on, off = str(one.get("valueOn", "true")), str(one.get("valueOff", "false"))
        if given is None:
            return str(one.get("value", off))
        return (on if given else off) if isinstance(given, bool) else str(given)
    if given is None:
        given = one.get("value", "")
    if isinstance(given, list):
        given = ",".join(str(item) for item in given)
    longest = one.get("maxLength")
    return str(given)[:longest] if isinstance(longest, int) and longest > 0 else str(given)
