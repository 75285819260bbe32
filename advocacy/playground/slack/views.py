"""Slack's ``views.*`` methods: modals and Home tabs (https://docs.slack.dev/surfaces/modals)."""

from __future__ import annotations

import json
from typing import Any

from advocacy.playground.slack.blocks import problems
from advocacy.playground.slack.call import Answer, Args, SlackError
from advocacy.playground.slack.elements import Checker
from advocacy.playground.slack.state import Json, View
from advocacy.playground.slack.workspace import Workspace

_MAX_BYTES = 250 * 1024
_MODAL_KEYS = (
    "type title blocks close submit private_metadata callback_id clear_on_close notify_on_close external_id "
    "submit_disabled"
)
_HOME_KEYS = "type blocks private_metadata callback_id external_id title close submit"


def check_view(space: Workspace, content: Any, kind: str, *, replaces: View | None = None) -> Json:
    """The view as given, when Slack would take it; else ``invalid_arguments``, ``view_too_large`` and their like."""
    if not isinstance(content, dict):
        raise SlackError("invalid_arguments", "missing required field: view")
    if len(json.dumps(content, ensure_ascii=False).encode()) > _MAX_BYTES:
        raise SlackError("view_too_large")
    found = _problems(content, kind)
    if found:
        raise SlackError("invalid_arguments", *found)
    external = content.get("external_id")
    others = (one for one in space.all_views() if one is not replaces)
    if external and any(one.content.get("external_id") == external for one in others):
        raise SlackError("duplicate_external_id")
    return content


def _problems(content: Json, kind: str) -> list[str]:
    check = Checker()
    if content.get("type") != kind:
        check.say(f"must be one of: {kind}", "/view/type")
    check.only(content, "/view", _MODAL_KEYS if kind == "modal" else _HOME_KEYS)
    check.string(content, "private_metadata", "/view", most=3000, required=False)
    check.string(content, "callback_id", "/view", most=255, required=False)
    check.string(content, "external_id", "/view", most=255, required=False)
    if kind == "modal":
        check.text(content, "title", "/view", most=24, plain=True)
        check.text(content, "submit", "/view", most=24, plain=True, required=False)
        check.text(content, "close", "/view", most=24, plain=True, required=False)
    blocks = content.get("blocks")
    if (
        kind == "modal"
        and not content.get("submit")
        and isinstance(blocks, list)
        and any(isinstance(one, dict) and one.get("type") == "input" for one in blocks)
    ):
        check.say("missing required field: submit", "/view")
    found = problems(blocks, "modal" if kind == "modal" else "home")
    return check.found + [one.replace("[json-pointer:", "[json-pointer:/view", 1) for one in found]


def views_open(space: Workspace, args: Args) -> Answer:
    """``views.open``: needs a fresh ``trigger_id``; takes the place of what was open."""
    content = check_view(space, args.parsed("view", "invalid_arguments"), "modal")
    trigger = space.spend_trigger(args.need("trigger_id"))
    return {"view": space.open_view(trigger.user, content, push=False).as_api(space.team)}


def views_push(space: Workspace, args: Args) -> Answer:
    """``views.push``: on top of the modal whose button was pressed; three at most."""
    content = check_view(space, args.parsed("view", "invalid_arguments"), "modal")
    trigger = space.spend_trigger(args.need("trigger_id"))
    if trigger.view is None or not space.views.get(trigger.user):
        raise SlackError("invalid_trigger_id")
    return {"view": space.open_view(trigger.user, content, push=True).as_api(space.team)}


def views_update(space: Workspace, args: Args) -> Answer:
    """``views.update``: by ``view_id`` or ``external_id``; ``hash_conflict`` when the view changed meanwhile."""
    wanted, external = args.text("view_id"), args.text("external_id")
    if not wanted and not external:
        raise SlackError("invalid_arguments", "missing required field: view_id")
    found = (
        one
        for one in space.all_views()
        if one.id == wanted or (external and one.content.get("external_id") == external)
    )
    view = next(found, None)
    if view is None:
        raise SlackError("not_found")
    content = check_view(space, args.parsed("view", "invalid_arguments"), view.content["type"], replaces=view)
    _check_hash(view, args)
    space.change_view(view, content)
    return {"view": view.as_api(space.team)}


def views_publish(space: Workspace, args: Args) -> Answer:
    """``views.publish``: the Home tab of one person."""
    user = space.user(args.need("user_id"))
    home = space.homes.get(user.id)
    content = check_view(space, args.parsed("view", "invalid_arguments"), "home", replaces=home)
    if home is not None:
        _check_hash(home, args)
    return {"view": space.publish_home(user.id, content).as_api(space.team)}


def _check_hash(view: View, args: Args) -> None:
    if args.has("hash") and args.text("hash") != view.hash:
        raise SlackError("hash_conflict")


METHODS = {
    "views.open": views_open,
    "views.publish": views_publish,
    "views.push": views_push,
    "views.update": views_update,
}
