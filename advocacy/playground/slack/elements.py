"""Checks what stands inside blocks: texts, buttons, menus, inputs (https://docs.slack.dev/reference/block-kit/block-elements)."""

from __future__ import annotations

import re
from typing import Any

INPUT_ELEMENTS = frozenset(
    {
        "plain_text_input", "static_select", "external_select", "users_select", "conversations_select",
        "channels_select", "multi_static_select", "multi_external_select", "multi_users_select",
        "multi_conversations_select", "multi_channels_select", "datepicker", "timepicker", "datetimepicker",
        "checkboxes", "radio_buttons", "email_text_input", "url_text_input", "number_input", "file_input",
        "rich_text_input",
    }
)  # fmt: skip
_COMMON = "type action_id confirm focus_on_load placeholder "
_TYPED = "initial_value dispatch_action_config "
_KEYS: dict[str, str] = {
    "button": "type action_id text value url style confirm accessibility_label",
    "workflow_button": "type action_id text workflow style accessibility_label",
    "overflow": "type action_id options confirm",
    "checkboxes": "type action_id options initial_options confirm focus_on_load",
    "radio_buttons": "type action_id options initial_option confirm focus_on_load",
    "static_select": _COMMON + "options option_groups initial_option",
    "multi_static_select": _COMMON + "options option_groups initial_options max_selected_items",
    "external_select": _COMMON + "initial_option min_query_length",
    "multi_external_select": _COMMON + "initial_options min_query_length max_selected_items",
    "users_select": _COMMON + "initial_user",
    "multi_users_select": _COMMON + "initial_users max_selected_items",
    "channels_select": _COMMON + "initial_channel response_url_enabled",
    "multi_channels_select": _COMMON + "initial_channels max_selected_items",
    "conversations_select": _COMMON + "initial_conversation default_to_current_conversation response_url_enabled "
    "filter",
    "multi_conversations_select": _COMMON + "initial_conversations default_to_current_conversation max_selected_items "
    "filter",
    "datepicker": _COMMON + "initial_date",
    "timepicker": _COMMON + "initial_time timezone",
    "datetimepicker": "type action_id confirm focus_on_load initial_date_time",
    "plain_text_input": _COMMON + _TYPED + "multiline min_length max_length",
    "email_text_input": _COMMON + _TYPED,
    "url_text_input": _COMMON + _TYPED,
    "number_input": _COMMON + _TYPED + "is_decimal_allowed min_value max_value",
    "rich_text_input": _COMMON + _TYPED,
    "file_input": "type action_id filetypes max_files",
    "image": "type image_url slack_file alt_text",
}
_MAX_OPTIONS = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}
_PATTERNS = {
    "initial_date": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "initial_time": re.compile(r"([01]\d|2[0-3]):[0-5]\d"),
}
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_WEB_URL = re.compile(r"https?://\S+")
_MAX_TYPED = 3000

Json = dict[str, Any]


class Checker:
    """Gathers problems; each check appends to ``found`` and goes on."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def say(self, problem: str, at: str) -> None:
        """Note a problem at a JSON pointer."""
        self.found.append(f"{problem} [json-pointer:{at}]")

    def only(self, value: Json, at: str, keys: str) -> None:
        """No other keys than these."""
        for key in value:
            if key not in keys.split():
                self.say(f"invalid additional property: {key}", at)

    def string(self, value: Json, key: str, at: str, *, most: int, required: bool = True, least: int = 1) -> None:
        """A string of ``least`` to ``most`` characters."""
        text = value.get(key)
        if text is None:
            if required:
                self.say(f"missing required field: {key}", at)
        elif not isinstance(text, str):
            self.say("must be a string", f"{at}/{key}")
        elif len(text) > most:
            self.say(f"must be less than {most + 1} characters", f"{at}/{key}")
        elif len(text) < least and required:
            self.say(f"must be more than {least - 1} characters", f"{at}/{key}")

    def url(
        self, value: Json, key: str, at: str, *, required: bool = True, pattern: re.Pattern[str] = _WEB_URL
    ) -> None:
        """An address of at most 3000 characters."""
        self.string(value, key, at, most=3000, required=required)
        if isinstance(value.get(key), str) and not pattern.fullmatch(value[key]):
            self.say("must be a valid URL", f"{at}/{key}")

    def items(self, value: Json, key: str, at: str, *, most: int, required: bool = True) -> list[Any]:
        """A list of one to ``most`` things; answers it, cut at nothing."""
        things = value.get(key)
        if things is None:
            if required:
                self.say(f"missing required field: {key}", at)
            return []
        if not isinstance(things, list):
            self.say("must be an array", f"{at}/{key}")
            return []
        if len(things) > most:
            self.say(f"no more than {most} items allowed", f"{at}/{key}")
        if not things:
            self.say("no fewer than 1 items allowed", f"{at}/{key}")
        return things

    def text(self, value: Json, key: str, at: str, *, most: int, plain: bool = False, required: bool = True) -> None:
        """A text object under this key."""
        if value.get(key) is None:
            if required:
                self.say(f"missing required field: {key}", at)
            return
        self.text_object(value[key], f"{at}/{key}", most=most, plain=plain)

    def text_object(self, value: Any, at: str, *, most: int, plain: bool = False) -> None:
        """A text object of one to ``most`` characters."""
        if not isinstance(value, dict):
            self.say("must be an object", at)
            return
        kinds = {"plain_text"} if plain else {"plain_text", "mrkdwn"}
        if value.get("type") not in kinds:
            self.say(f"must be one of: {', '.join(sorted(kinds))}", f"{at}/type")
            return
        self.only(value, at, "type text emoji" if value["type"] == "plain_text" else "type text verbatim")
        self.string(value, "text", at, most=most)

    def picture(self, value: Json, at: str) -> None:
        """An image has an address or an uploaded file, and a text for those who do not see it."""
        if value.get("slack_file") is None:
            self.url(value, "image_url", at)
        elif value.get("image_url") is not None:
            self.say("only one of image_url, slack_file", at)
        elif not isinstance(value["slack_file"], dict) or not {"id", "url"} & value["slack_file"].keys():
            self.say("invalid slack file", f"{at}/slack_file")
        self.string(value, "alt_text", at, most=2000)

    def element(self, value: Any, at: str, allowed: tuple[str, ...]) -> None:
        """An interactive element of one of these types."""
        if not isinstance(value, dict):
            self.say("missing required field: element" if value is None else "must be an object", at)
            return
        kind = str(value.get("type"))
        if kind not in allowed:
            self.say(f"unsupported type: {kind}", f"{at}/type")
            return
        self.only(value, at, _KEYS[kind])
        if kind == "image":
            self.picture(value, at)
            return
        self.string(value, "action_id", at, most=255, required=False)
        self.text(value, "placeholder", at, most=150, plain=True, required=False)
        if value.get("confirm") is not None:
            self._confirm(value["confirm"], f"{at}/confirm")
        for key, pattern in _PATTERNS.items():
            if value.get(key) is not None and not pattern.fullmatch(str(value[key])):
                self.say(f"invalid value for {key}", f"{at}/{key}")
        if kind in {"button", "workflow_button"}:
            self._button(value, at)
        elif kind == "plain_text_input":
            self._typed(value, at)
        elif "options" in _KEYS[kind].split():
            self._menu(value, at, kind)

    def _button(self, value: Json, at: str) -> None:
        self.text(value, "text", at, most=75, plain=True)
        self.string(value, "value", at, most=2000, required=False)
        self.url(value, "url", at, required=False, pattern=_URL)
        self.string(value, "accessibility_label", at, most=75, required=False)
        if value.get("style") not in {None, "primary", "danger"}:
            self.say("must be one of: primary, danger", f"{at}/style")

    def _typed(self, value: Json, at: str) -> None:
        for key, least in (("min_length", 0), ("max_length", 1)):
            number = value.get(key)
            if number is not None and (not isinstance(number, int) or not least <= number <= _MAX_TYPED):
                self.say(f"must be from {least} to {_MAX_TYPED}", f"{at}/{key}")
        most = value.get("max_length")
        self.string(value, "initial_value", at, most=most if isinstance(most, int) else _MAX_TYPED, required=False)

    def _menu(self, value: Json, at: str, kind: str) -> None:
        groups = value.get("option_groups")
        if groups is not None and "option_groups" in _KEYS[kind]:
            if value.get("options") is not None:
                self.say("only one of options, option_groups", at)
            for index, group in enumerate(self.items(value, "option_groups", at, most=100)):
                where = f"{at}/option_groups/{index}"
                if not isinstance(group, dict):
                    self.say("must be an object", where)
                    continue
                self.text(group, "label", where, most=75, plain=True)
                self._options(group, where, kind, 100)
        else:
            self._options(value, at, kind, _MAX_OPTIONS.get(kind, 100))
        self._initial(value, at)

    def _options(self, value: Json, at: str, kind: str, most: int) -> None:
        plain = kind not in {"checkboxes", "radio_buttons"}
        for index, option in enumerate(self.items(value, "options", at, most=most)):
            where = f"{at}/options/{index}"
            if not isinstance(option, dict):
                self.say("must be an object", where)
                continue
            self.only(option, where, "text value description" + (" url" if kind == "overflow" else ""))
            self.text(option, "text", where, most=75, plain=plain)
            self.string(option, "value", where, most=150)
            self.text(option, "description", where, most=75, plain=plain, required=False)

    def _initial(self, value: Json, at: str) -> None:
        """What is chosen at first must be one of the options, word for word."""
        offered = options_of(value)
        chosen = value.get("initial_options") or ([value["initial_option"]] if value.get("initial_option") else [])
        if any(one not in offered for one in chosen):
            self.say("initial option(s) must match one of the provided options", at)

    def _confirm(self, value: Any, at: str) -> None:
        if not isinstance(value, dict):
            self.say("must be an object", at)
            return
        self.only(value, at, "title text confirm deny style")
        self.text(value, "title", at, most=100, plain=True)
        self.text(value, "text", at, most=300)
        self.text(value, "confirm", at, most=30, plain=True)
        self.text(value, "deny", at, most=30, plain=True)


def options_of(element: Json) -> list[Json]:
    """All options an element offers, those in groups too; whatever is malformed is left out."""
    groups = element.get("option_groups")
    sources = [element, *(groups if isinstance(groups, list) else [])]
    lists = [one.get("options") for one in sources if isinstance(one, dict)]
    return [one for options in lists if isinstance(options, list) for one in options if isinstance(one, dict)]
