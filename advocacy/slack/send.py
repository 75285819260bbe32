"""The outward side of the Slack door: cards into channels, messages to people, and finding what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advocacy.bot.language import translator
from advocacy.chat import ChannelRef, Gone, Message, MessageRef, Profile, Refused, Unknown, UserRef
from advocacy.config import Settings
from advocacy.slack.answers import Answers, LanguageOf
from advocacy.slack.calls import Calls, SlackRefused
from advocacy.slack.directory import email_of, is_guest
from advocacy.slack.presses import PLATFORM
from advocacy.slack.render import Json, body
from advocacy.slack.reply import ReplyTo, unpack

EVENT_TYPE = "advocacy"
"""Of the metadata in which a message carries its marker (https://docs.slack.dev/messaging/message-metadata)."""
_PAGE = 100
_MOST_PAGES = 20
_CLOCKS_DIFFER = 300.0
"""Seconds by which Slack's clock may be behind ours; a marker is unique, so looking further back does no harm."""


class SlackPlatform:
    """``ChatPlatform`` for all workspaces in which the app is installed."""

    name = PLATFORM

    def __init__(self, calls: Calls, answers: Answers, settings: Settings, language_of: LanguageOf) -> None:
        self._calls = calls
        self._answers = answers
        self._settings = settings
        self._language_of = language_of

    async def send(self, to: ChannelRef | UserRef, message: Message, marker: str) -> MessageRef:
        """Post it, with the marker as metadata. Slack has no idempotency key: ``Unknown`` when no answer came."""
        target = to.user if isinstance(to, UserRef) else to.channel
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"marker": marker}}
        below = {"thread_ts": to.thread} if isinstance(to, ChannelRef) and to.thread else {}
        answer = await self._drawn(
            to, message, "chat.postMessage",
            {"channel": target, "metadata": metadata, "unfurl_links": False, "unfurl_media": False, **below},
        )  # fmt: skip
        return MessageRef(self.name, to.tenant, str(answer["channel"]), str(answer["ts"]))

    async def update(self, ref: MessageRef, message: Message) -> None:
        """Rewrite it; the metadata stays. Doing so twice does no harm, so a lost answer is a ``Retry``."""
        to = ChannelRef(ref.platform, ref.tenant, ref.channel)
        await self._drawn(to, message, "chat.update", {"channel": ref.channel, "ts": ref.message}, repeatable=True)

    async def tell(self, who: UserRef, reply_to: str, message: Message) -> None:
        """In place of the person's private answer where Slack lets us, else beside it, else in direct messages."""
        reply = unpack(reply_to)
        if reply is None or reply.user != who.user:
            reply = ReplyTo(who.tenant, who.user)
        async with self._answers.turn(reply):
            await self._answers.private(reply, message, replace=True)

    async def find(self, to: ChannelRef | UserRef, marker: str, since: float) -> MessageRef | None:
        """Look for the marker among the messages sent since. ``Unknown`` without the optional history scopes."""
        try:
            channel = to.channel if isinstance(to, ChannelRef) else await self._direct(to)
            below = to.thread if isinstance(to, ChannelRef) else ""
            found = await self._search(to.tenant, channel, below, marker, since - _CLOCKS_DIFFER)
        except Refused as refusal:
            msg = f"cannot look into the conversation: {refusal}"
            raise Unknown(msg) from refusal
        return MessageRef(self.name, to.tenant, channel, found) if found else None

    async def profile(self, who: UserRef) -> Profile:
        """Who this is. People of other workspaces are guests: their e-mail address is another company's word."""
        answer = await self._calls.read(who.tenant, "users.info", user=who.user)
        user: Mapping[str, Any] = answer.get("user") or {}
        told: Mapping[str, Any] = user.get("profile") or {}
        return Profile(
            name=str(told.get("real_name") or user.get("real_name") or user.get("name") or ""),
            email=email_of(user),
            is_guest=is_guest(user, who.tenant),
            is_gone=bool(user.get("deleted")),
        )

    async def _drawn(
        self, to: ChannelRef | UserRef, message: Message, method: str, arguments: Json, *, repeatable: bool = False
    ) -> Mapping[str, Any]:
        language = self._settings.language
        if isinstance(to, UserRef) and any(button.confirm for button in message.buttons):
            language = await self._language_of(to)
        t = translator(language)
        try:
            return await self._calls.write(to.tenant, method, repeatable=repeatable, **arguments, **body(message, t))
        except SlackRefused as refusal:
            if not _is_about_the_image(refusal) or message.image is None:
                raise
            # Slack fetches pictures before it takes a message; one that is away must not hold a story back.
            content = body(message, t, images=False)
            return await self._calls.write(to.tenant, method, repeatable=repeatable, **arguments, **content)

    async def _direct(self, who: UserRef) -> str:
        answer = await self._calls.write(who.tenant, "conversations.open", repeatable=True, users=who.user)
        return str(answer["channel"]["id"])

    async def _search(self, tenant: str, channel: str, below: str, marker: str, oldest: float) -> str | None:
        try:
            return await self._search_pages(tenant, channel, below, marker, oldest)
        except Gone:
            # We may write to public channels without being in them, but not read there.
            await self._calls.write(tenant, "conversations.join", repeatable=True, channel=channel)
            return await self._search_pages(tenant, channel, below, marker, oldest)

    async def _search_pages(self, tenant: str, channel: str, below: str, marker: str, oldest: float) -> str | None:
        """What stands below a message is in its thread alone, never in the channel's history.

        https://docs.slack.dev/reference/methods/conversations.replies
        """
        method, which = ("conversations.replies", {"ts": below}) if below else ("conversations.history", {})
        cursor = ""
        for _ in range(_MOST_PAGES):
            page = await self._calls.read(
                tenant, method, channel=channel, oldest=f"{oldest:.6f}", limit=_PAGE, include_all_metadata=True,
                **which, **({"cursor": cursor} if cursor else {}),
            )  # fmt: skip
            for message in page.get("messages", ()):
                if _marker(message) == marker:
                    return str(message["ts"])
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return None
        msg = f"more than {_PAGE * _MOST_PAGES} messages to look through"
        raise Unknown(msg)


def _marker(message: Mapping[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return str(payload.get("marker", "")) if metadata.get("event_type") == EVENT_TYPE else ""


def _is_about_the_image(refusal: SlackRefused) -> bool:
    return refusal.error == "invalid_blocks" and "image" in refusal.details
