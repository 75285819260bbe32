"""Slack's ``chat.*`` methods (https://docs.slack.dev/reference/methods/chat.postMessage)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from advocacy.playground.slack.blocks import problems, too_long
from advocacy.playground.slack.call import Answer, Args, SlackError
from advocacy.playground.slack.state import BOT_USER, Blocks, Channel, Json, Message
from advocacy.playground.slack.workspace import Workspace

_TRUNCATED = 40_000
_MAX_UPDATE_TEXT = 4_000
_MAX_MARKDOWN = 12_000
_MAX_ATTACHMENTS = 100
_MAX_METADATA = 16 * 1024


@dataclass(slots=True)
class Content:
    """What a message says. None is "not given", which an update treats as "leave it"."""

    text: str | None
    blocks: Blocks | None
    attachments: list[Json] | None
    metadata: Json | None


def read_content(args: Args) -> Content:
    """Read and check what a message is to say.

    Raises ``no_text``, ``invalid_blocks``, ``invalid_blocks_format``, ``msg_blocks_too_long``,
    ``markdown_text_conflict``, ``too_many_attachments``, ``invalid_metadata_format`` or ``metadata_too_large``.
    """
    blocks = args.parsed("blocks", "invalid_blocks_format")
    attachments = args.parsed("attachments", "invalid_attachments")
    text = args.text("text") if args.given.get("text") is not None else None
    if args.has("markdown_text"):
        if args.has("text") or blocks:
            raise SlackError("markdown_text_conflict")
        text = args.text("markdown_text")
        if len(text) > _MAX_MARKDOWN:
            raise SlackError("msg_too_long")
    if blocks is not None:
        _check_blocks(blocks)
    if attachments is not None and not isinstance(attachments, list):
        raise SlackError("invalid_attachments")
    if attachments and len(attachments) > _MAX_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    for one in attachments or []:
        if isinstance(one, dict) and one.get("blocks"):
            _check_blocks(one["blocks"])
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    return Content(text, blocks, attachments, _metadata(args))


def _check_blocks(blocks: Any) -> None:
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    found = problems(blocks, "message")
    if found:
        raise SlackError("invalid_blocks", *found)
    if too_long(blocks):
        raise SlackError("msg_blocks_too_long")


def _metadata(args: Args) -> Json | None:
    metadata = args.parsed("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    if metadata and not (
        isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)
    ):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(metadata)) > _MAX_METADATA:
        raise SlackError("metadata_too_large")
    return metadata


def _target(space: Workspace, args: Args) -> Channel:
    """Where a post goes: a channel, or a person's conversation with the app by the person's id."""
    wanted = args.text("channel")
    if wanted in space.users:
        if space.users[wanted].deleted or space.users[wanted].is_bot:
            raise SlackError("channel_not_found")
        return space.im(wanted)
    channel = space.visible_channel(_by_name(space, wanted))
    if channel.is_archived:
        raise SlackError("is_archived")
    if BOT_USER not in channel.members and "chat:write.public" not in args.scopes:
        raise SlackError("not_in_channel")
    return channel


def _by_name(space: Workspace, wanted: str) -> str:
    """``#name`` works for public channels in chat.postMessage, nowhere else."""
    for channel in space.channels.values():
        if wanted == f"#{channel.name}" and not channel.is_private:
            return channel.id
    return wanted


def post_message(space: Workspace, args: Args) -> Answer:
    """``chat.postMessage``: to a channel the app may write to, or to a person. Text is cut at 40,000 characters."""
    content = read_content(args)
    channel = _target(space, args)
    thread = args.text("thread_ts") or None
    message = space.add_message(
        Message(
            channel.id,
            space.new_ts(),
            BOT_USER,
            (content.text or "")[:_TRUNCATED],
            content.blocks or [],
            content.attachments or [],
            metadata=content.metadata or None,
            thread_ts=thread,
        )
    )
    return {"channel": channel.id, "ts": message.ts, "message": message.as_api(space.team)}


def _own_message(space: Workspace, args: Args, refusal: str) -> Message:
    channel = space.visible_channel(args.text("channel"))
    message = space.find_message(channel.id, args.text("ts"))
    if message is None or message.ephemeral_for is not None:
        raise SlackError("message_not_found")
    if not message.is_bot:
        raise SlackError(refusal)
    return message


def apply_content(space: Workspace, message: Message, content: Content) -> None:
    """Rewrite a message. Text alone drops the blocks; what is not given at all stays."""
    if content.blocks is not None:
        message.blocks = content.blocks
    elif content.text is not None:
        message.blocks = []
    if content.text is not None:
        message.text = content.text
    if content.attachments is not None:
        message.attachments = content.attachments
    if content.metadata is not None:
        message.metadata = content.metadata or None
    message.edited = space.new_ts()
    space.touch(message)


def update(space: Workspace, args: Args) -> Answer:
    """``chat.update``: the app's own messages, by channel id; not ephemeral ones; text of at most 4,000 characters."""
    content = read_content(args)
    if len(content.text or "") > _MAX_UPDATE_TEXT:
        raise SlackError("msg_too_long")
    message = _own_message(space, args, "cant_update_message")
    apply_content(space, message, content)
    body = message.as_api(space.team)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": body}


def delete(space: Workspace, args: Args) -> Answer:
    """``chat.delete``: the app's own messages."""
    message = _own_message(space, args, "cant_delete_message")
    space.remove_message(message)
    return {"channel": message.channel, "ts": message.ts}


def post_ephemeral(space: Workspace, args: Args) -> Answer:
    """``chat.postEphemeral``: one member of the channel sees it, until the next reload."""
    content = read_content(args)
    channel = _target(space, args)
    user = space.user(args.need("user"))
    if user.deleted or not space.sees(user.id, channel) or user.id not in channel.members:
        raise SlackError("user_not_in_channel")
    message = space.add_message(
        Message(
            channel.id,
            space.new_ts(),
            BOT_USER,
            (content.text or "")[:_TRUNCATED],
            content.blocks or [],
            content.attachments or [],
            thread_ts=args.text("thread_ts") or None,
            ephemeral_for=user.id,
        )
    )
    return {"message_ts": message.ts}


def unfurl(space: Workspace, args: Args) -> Answer:
    """``chat.unfurl``: cards below links people posted. Raises ``cannot_find_message``, ``cannot_unfurl_url``."""
    unfurls = args.parsed("unfurls", "invalid_unfurls_format") or {}
    if not isinstance(unfurls, dict) or not unfurls:
        raise SlackError("missing_unfurls")
    key = (args.text("channel"), args.text("ts"))
    if args.has("unfurl_id"):
        channel, _, ts = args.text("unfurl_id").partition("-")
        key = (channel, ts)
    message = space.find_message(*key)
    if message is None:
        raise SlackError("cannot_find_message")
    for url, card in unfurls.items():
        if url not in space.links.get(key, []):
            raise SlackError("cannot_unfurl_url")
        if not isinstance(card, dict):
            raise SlackError("invalid_unfurls_format")
        _check_blocks(card.get("blocks", []))
    message.attachments += [{"from_url": url, **card} for url, card in unfurls.items()]
    space.touch(message)
    return {}


METHODS = {
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "chat.postMessage": post_message,
    "chat.unfurl": unfurl,
    "chat.update": update,
}
