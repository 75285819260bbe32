"""Checks blocks as Slack does (https://docs.slack.dev/reference/block-kit/blocks).

Answers a list of problems in Slack's words, each with a JSON pointer, empty when all is well.
"""

from __future__ import annotations

from typing import Any, Literal

from advocacy.playground.slack.elements import INPUT_ELEMENTS, Checker

Surface = Literal["message", "modal", "home"]

_MAX_BLOCKS: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}
_MAX_TEXT = 13_000
_MAX_MARKDOWN = 12_000
_MENUS = (
    "button", "overflow", "static_select", "external_select", "users_select", "conversations_select",
    "channels_select", "multi_static_select", "multi_external_select", "multi_users_select",
    "multi_conversations_select", "multi_channels_select", "datepicker", "timepicker", "checkboxes",
    "radio_buttons", "workflow_button",
)  # fmt: skip
_KEYS: dict[str, str] = {
    "section": "text fields accessory expand",
    "header": "text",
    "divider": "",
    "image": "image_url slack_file alt_text title",
    "context": "elements",
    "actions": "elements",
    "input": "label element hint optional dispatch_action",
    "rich_text": "elements",
    "markdown": "text",
    "table": "rows column_settings",
    "video": "title title_url description video_url thumbnail_url alt_text author_name provider_name provider_icon_url",
    "file": "external_id source",
    "context_actions": "elements",
    "alert": "text level",
}
_ONLY: dict[str, tuple[Surface, ...]] = {
    "markdown": ("message",), "table": ("message",), "file": ("message",), "context_actions": ("message",),
    "alert": ("modal",),
}  # fmt: skip

_RUNS = {"text", "link", "emoji", "user", "usergroup", "channel", "broadcast", "color", "date"}
_RUN_STYLES = {"bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"}


def problems(blocks: Any, surface: Surface) -> list[str]:
    """Everything wrong with these blocks on this surface, in Slack's words."""
    return _BlockChecker(surface).all(blocks)


def text_size(blocks: list[dict[str, Any]]) -> int:
    """Characters of text in these blocks, all texts added up."""

    def size(value: object) -> int:
        if isinstance(value, dict):
            own = len(value["text"]) if isinstance(value.get("text"), str) else 0
            return own + sum(size(part) for part in value.values())
        return sum(size(part) for part in value) if isinstance(value, list) else 0

    return size(blocks)


def too_long(blocks: list[dict[str, Any]]) -> bool:
    """Whether Slack refuses the message as a whole (``msg_blocks_too_long``), reported from about 13,000 characters."""
    return text_size(blocks) > _MAX_TEXT


class _BlockChecker(Checker):
    def __init__(self, surface: Surface) -> None:
        super().__init__()
        self.surface = surface

    def all(self, blocks: Any) -> list[str]:
        if not isinstance(blocks, list):
            return ["must be an array [json-pointer:/blocks]"]
        if len(blocks) > _MAX_BLOCKS[self.surface]:
            self.say(f"no more than {_MAX_BLOCKS[self.surface]} items allowed", "/blocks")
        seen: set[str] = set()
        for index, block in enumerate(blocks):
            at = f"/blocks/{index}"
            if not isinstance(block, dict):
                self.say("must be an object", at)
                continue
            self._block(block, at)
            block_id = block.get("block_id")
            if isinstance(block_id, str) and block_id:
                if block_id in seen:
                    self.say(f"`block_id`: `{block_id}` already exists", f"{at}/block_id")
                seen.add(block_id)
        self._whole([block for block in blocks if isinstance(block, dict)])
        return self.found

    def _whole(self, blocks: list[dict[str, Any]]) -> None:
        markdown = sum(len(str(one.get("text", ""))) for one in blocks if one.get("type") == "markdown")
        if markdown > _MAX_MARKDOWN:
            self.say(f"must be less than {_MAX_MARKDOWN + 1} characters", "/blocks")
        if sum(one.get("type") == "table" for one in blocks) > 1:
            self.say("only_one_table_allowed", "/blocks")

    def _block(self, block: dict[str, Any], at: str) -> None:
        kind = str(block.get("type"))
        if kind not in _KEYS or self.surface not in _ONLY.get(kind, (self.surface,)):
            self.say(f"unsupported type: {kind}", f"{at}/type")
            return
        self.only(block, at, "type block_id " + _KEYS[kind])
        self.string(block, "block_id", at, most=255, required=False)
        check = getattr(self, f"_{kind}", None)
        if check is not None:
            check(block, at)

    def _section(self, block: dict[str, Any], at: str) -> None:
        if not block.get("text") and not block.get("fields"):
            self.say("missing required field: text", at)
        self.text(block, "text", at, most=3000, required=False)
        fields = self.items(block, "fields", at, most=10, required=False)
        for index in range(len(fields)):
            self.text_object(fields[index], f"{at}/fields/{index}", most=2000)
        if block.get("accessory") is not None:
            self.element(block["accessory"], f"{at}/accessory", (*_MENUS, "image"))

    def _header(self, block: dict[str, Any], at: str) -> None:
        self.text(block, "text", at, most=150, plain=True)

    def _image(self, block: dict[str, Any], at: str) -> None:
        self.picture(block, at)
        self.text(block, "title", at, most=2000, plain=True, required=False)

    def _context(self, block: dict[str, Any], at: str) -> None:
        for index, element in enumerate(self.items(block, "elements", at, most=10)):
            where = f"{at}/elements/{index}"
            if isinstance(element, dict) and element.get("type") == "image":
                self.only(element, where, "type image_url slack_file alt_text")
                self.picture(element, where)
            else:
                self.text_object(element, where, most=3000)

    def _actions(self, block: dict[str, Any], at: str) -> None:
        elements = self.items(block, "elements", at, most=25)
        for index, element in enumerate(elements):
            self.element(element, f"{at}/elements/{index}", (*_MENUS, "datetimepicker", "rich_text_input"))
        ids = [one["action_id"] for one in elements if isinstance(one, dict) and one.get("action_id")]
        for action_id in sorted({one for one in ids if ids.count(one) > 1}):
            self.say(f"`action_id` `{action_id}` already exists for another element", at)

    def _input(self, block: dict[str, Any], at: str) -> None:
        self.text(block, "label", at, most=2000, plain=True)
        self.text(block, "hint", at, most=2000, plain=True, required=False)
        allowed = INPUT_ELEMENTS if self.surface == "modal" else INPUT_ELEMENTS - {"file_input"}
        self.element(block.get("element"), f"{at}/element", tuple(allowed))

    def _rich_text(self, block: dict[str, Any], at: str) -> None:
        kinds = {"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}
        for index, part in enumerate(self.items(block, "elements", at, most=1000)):
            if not isinstance(part, dict) or part.get("type") not in kinds:
                self.say("failed to match all allowed schemas", f"{at}/elements/{index}")
            elif part["type"] != "rich_text_list":
                for place, run in enumerate(self.items(part, "elements", f"{at}/elements/{index}", most=1000)):
                    self._run(run, f"{at}/elements/{index}/elements/{place}")

    def _run(self, run: Any, at: str) -> None:
        """A run of text and how it is drawn; the other kinds (links, people, emoji) are taken as they are."""
        if not isinstance(run, dict) or run.get("type") not in _RUNS:
            self.say("failed to match all allowed schemas", at)
        elif run["type"] == "text":
            self.string(run, "text", at, most=_MAX_TEXT)
            style = run.get("style", {})
            if not isinstance(style, dict) or not all(
                name in _RUN_STYLES and type(value) is bool for name, value in style.items()
            ):
                self.say("failed to match all allowed schemas", f"{at}/style")

    def _markdown(self, block: dict[str, Any], at: str) -> None:
        self.string(block, "text", at, most=_MAX_MARKDOWN)

    def _table(self, block: dict[str, Any], at: str) -> None:
        for index, row in enumerate(self.items(block, "rows", at, most=100)):
            where = f"{at}/rows/{index}"
            cells = row if isinstance(row, list) else []
            if not 1 <= len(cells) <= 20:
                self.say("must have 1 to 20 items", where)
            for column, cell in enumerate(cells):
                if not isinstance(cell, dict) or cell.get("type") not in {"raw_text", "rich_text"}:
                    self.say("failed to match all allowed schemas", f"{where}/{column}")
                elif cell["type"] == "raw_text" and not cell.get("text"):
                    self.say("must be more than 0 characters", f"{where}/{column}/text")

    def _video(self, block: dict[str, Any], at: str) -> None:
        self.text(block, "title", at, most=199, plain=True)
        self.string(block, "alt_text", at, most=2000)
        self.url(block, "video_url", at)
        self.url(block, "thumbnail_url", at)
        self.string(block, "author_name", at, most=49, required=False)

    def _alert(self, block: dict[str, Any], at: str) -> None:
        self.text(block, "text", at, most=3000)
