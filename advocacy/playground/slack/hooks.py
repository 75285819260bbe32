"""``response_url``: five answers within thirty minutes (https://docs.slack.dev/interactivity/handling-user-interaction)."""

from __future__ import annotations

from aiohttp import web

from advocacy.playground.slack.call import Args, SlackError, read_args
from advocacy.playground.slack.chat import apply_content, read_content
from advocacy.playground.slack.spaces import Spaces
from advocacy.playground.slack.state import BOT_USER, Hook, Message
from advocacy.playground.slack.workspace import Workspace


class Hooks:
    """Answers posts to ``hooks.slack.com``."""

    def __init__(self, spaces: Spaces) -> None:
        self._spaces = spaces

    async def post(self, request: web.Request) -> web.StreamResponse:
        """One use of a response_url. 404 for an address that is unknown, expired or used up; 400 for a bad message."""
        path = f"/{request.match_info['kind']}/{request.match_info['id']}"
        try:
            args = await read_args(request)
            space = next((one for one in self._spaces.all() if path in one.hooks), self._spaces.first)
            hook = space.spend_hook(path)
        except SlackError as error:
            return web.json_response(error.body(), status=404)
        try:
            respond(space, hook, args)
        except SlackError as error:
            return web.json_response(error.body(), status=400)
        return web.json_response({"ok": True})


def respond(space: Workspace, hook: Hook, args: Args) -> None:
    """Do what a response asks: delete or replace the message it came from, or say something new.

    New messages are ephemeral unless ``response_type`` is ``in_channel``. Raises as ``read_content`` does.
    """
    original = space.find_message(hook.channel, hook.ts) if hook.ts else None
    if args.flag("delete_original"):
        if original is None or not original.is_bot:
            raise SlackError("message_not_found")
        space.remove_message(original)
        return
    content = read_content(args)
    if args.flag("replace_original"):
        if original is None or not original.is_bot:
            raise SlackError("message_not_found")
        if content.blocks is None:
            content.blocks = []
        apply_content(space, original, content)
        return
    space.add_message(
        Message(
            hook.channel,
            space.new_ts(),
            BOT_USER,
            content.text or "",
            content.blocks or [],
            content.attachments or [],
            metadata=content.metadata or None,
            thread_ts=args.text("thread_ts") or None,
            ephemeral_for=None if args.text("response_type") == "in_channel" else hook.user,
        )
    )
