"""What a person does in Slack's client, and what the client does with the app's answer."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from advocacy.playground.slack.call import Args, SlackError
from advocacy.playground.slack.hooks import respond
from advocacy.playground.slack.inputs import (
    NotOnScreenError,
    Value,
    chosen,
    complaints,
    fill,
    find_element,
    start_value,
    values_of,
)
from advocacy.playground.slack.payloads import Payloads, action_of, verification
from advocacy.playground.slack.state import BOT_USER, Channel, Hook, Json, Message, User, View
from advocacy.playground.slack.views import check_view
from advocacy.playground.slack.wire import Delivered, Wire
from advocacy.playground.slack.workspace import Workspace

_SUBSCRIBED = (
    "app_home_opened", "link_shared", "message.im", "team_join", "user_change", "app_uninstalled", "tokens_revoked",
    "member_joined_channel", "team_access_granted", "team_access_revoked",
)  # fmt: skip
_NOTHING_SENT = Delivered(200, "", 0.0)
_LINK = re.compile(r"https?://[^\s<>|]+")
_RETRY_REASON = "http_timeout"


class SlackHands:
    """Presses, types and submits as members of the workspace.

    Everything raises NotOnScreenError when that person could not do it in the client. An error status or a late
    answer shows as a warning to the person, as in Slack.
    """

    def __init__(self, space: Workspace, wire: Wire) -> None:
        self._space = space
        self._wire = wire
        self._payloads = Payloads(space)
        self.subscribed: set[str] = set(_SUBSCRIBED)
        """The bot events the app asked for."""
        self.unfurl_domains: set[str] = set()
        """Links to these hosts are announced with ``link_shared``."""

    async def press(self, user_id: str, channel_id: str, ts: str, action_id: str, *, value: Value = None,
                    block_id: str | None = None) -> Delivered:  # fmt: skip
        """Press a button, or choose ``value`` in a menu, on a message. Buttons that are links tell the app as well.

        For a button ``value`` picks one of several with the same action id.
        """
        channel, message = self._message(user_id, channel_id, ts)
        block, element = find_element(message.blocks, action_id, block_id=block_id, value=value)
        action = self._act_on(message.state, block, element, value)
        payload = self._payloads.on_message(user_id, channel, message, action)
        return await self._interact(user_id, payload)

    async def press_in_view(self, user_id: str, view_id: str, action_id: str, *, value: Value = None,
                            block_id: str | None = None) -> Delivered:  # fmt: skip
        """The same in a modal or on the Home tab."""
        view = self._view(user_id, view_id)
        block, element = find_element(view.content["blocks"], action_id, block_id=block_id, value=value)
        action = self._act_on(view.state, block, element, value)
        return await self._interact(user_id, self._payloads.on_view(user_id, view, action))

    def _act_on(self, state: dict[str, dict[str, Json]], block: Json, element: Json, value: Value) -> Json:
        pick = None if element["type"] in {"button", "workflow_button"} else chosen(element, value)
        if pick is not None and start_value(element) is not None:
            state.setdefault(block["block_id"], {})[element["action_id"]] = pick
        return action_of(block, element, pick, self._space.new_ts())

    def type(self, user_id: str, view_id: str, values: dict[str, Any]) -> None:
        """Fill inputs of a view, sending nothing: ``{block_id: {action_id: value}}`` or ``{block_id: value}``."""
        view = self._view(user_id, view_id)
        fill(view.content["blocks"], view.state, values)

    async def submit(self, user_id: str, view_id: str, values: dict[str, Any] | None = None) -> Delivered:
        """Fill the top modal and submit it; then do what the answer says: close, errors, update, push or clear.

        What Slack's client refuses (an empty required input, text too long) is answered with ``errors`` and status 0:
        nothing was sent.
        """
        view = self._view(user_id, view_id)
        if self._space.views.get(user_id, [])[-1:] != [view] or not view.content.get("submit"):
            raise NotOnScreenError(f"view {view_id} cannot be submitted")
        blocks = view.content["blocks"]
        fill(blocks, view.state, values or {})
        refused = complaints(blocks, values_of(blocks, view.state))
        if refused:
            self._show_errors(view, refused)
            return Delivered(0, {"response_action": "errors", "errors": refused}, 0.0)
        self._show_errors(view, {})
        delivered = await self._wire.send("interactive", "view_submission", self._payloads.submission(view))
        self._after_submit(view, delivered)
        return delivered

    def _after_submit(self, view: View, delivered: Delivered) -> None:
        said = delivered.body if isinstance(delivered.body, dict) else {}
        if not delivered.ok or (isinstance(delivered.body, str) and delivered.body.strip()):
            self._space.warn(view.user, f"We had some trouble connecting. Try again? ({_reason(delivered)})")
            return
        try:
            self._follow(view, said)
        except SlackError as error:
            self._space.warn(view.user, f"We had some trouble connecting. Try again? ({error})")

    def _follow(self, view: View, said: Json) -> None:
        """Do as ``response_action`` says (https://docs.slack.dev/surfaces/modals#updating_response)."""
        space, action = self._space, said.get("response_action")
        if action == "errors":
            inputs = {one["block_id"] for one in view.content["blocks"] if one["type"] == "input"}
            errors = said.get("errors")
            if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
                raise SlackError("invalid_response_action_errors")
            self._show_errors(view, {block: str(text) for block, text in errors.items()})
        elif action == "update":
            space.change_view(view, check_view(space, said.get("view"), "modal", replaces=view))
        elif action == "push":
            space.open_view(view.user, check_view(space, said.get("view"), "modal"), push=True)
        elif action == "clear":
            space.drop_views(view.user)
        elif action is not None:
            raise SlackError("invalid_response_action")
        elif space.views.get(view.user, [])[-1:] == [view]:
            space.drop_views(view.user, only_top=True)

    def _show_errors(self, view: View, errors: dict[str, str]) -> None:
        if view.errors != errors:
            view.errors = errors
            self._space.tell("view", user=view.user, view=view.id)

    async def close_view(self, user_id: str, view_id: str, *, everything: bool = False) -> Delivered:
        """Cancel the top modal (or, with ``everything``, the whole stack); the app hears of those that asked for it."""
        view = self._view(user_id, view_id)
        cleared = everything or bool(view.content.get("clear_on_close"))
        payloads = [
            self._payloads.closed(gone, cleared=cleared)
            for gone in self._space.drop_views(user_id, only_top=not cleared)
            if gone.content.get("notify_on_close")
        ]
        delivered = [await self._wire.send("interactive", "view_closed", one) for one in payloads]
        return delivered[0] if delivered else _NOTHING_SENT

    async def command(self, user_id: str, channel_id: str, command: str, text: str = "") -> Delivered:
        """Type a slash command. An answer in the body is shown as the app's message."""
        channel = self._channel(user_id, channel_id)
        payload = self._payloads.command(user_id, channel, command, text)
        delivered = await self._wire.send("slash_commands", "command", payload)
        if not delivered.ok:
            reason = "operation_timeout" if delivered.body == "operation_timeout" else "dispatch_failed"
            self._space.warn(user_id, f'{command} failed with the error "{reason}" ({_reason(delivered)})')
        elif delivered.body:
            said = delivered.body if isinstance(delivered.body, dict) else {"text": delivered.body}
            hook = Hook("commands", channel.id, user_id, self._space.clock())
            try:
                respond(self._space, hook, Args(said))
            except SlackError as error:
                self._space.warn(user_id, f'{command} failed with the error "{error}"')
        return delivered

    async def shortcut(self, user_id: str, callback_id: str) -> Delivered:
        """Use a global shortcut."""
        self._present(user_id)
        return await self._interact(user_id, self._payloads.shortcut(user_id, callback_id))

    async def message_action(self, user_id: str, channel_id: str, ts: str, callback_id: str) -> Delivered:
        """Use a shortcut from a message's menu; ephemeral messages have none."""
        channel, message = self._message(user_id, channel_id, ts)
        if message.ephemeral_for is not None:
            raise NotOnScreenError("a message only you can see has no shortcuts")
        return await self._interact(user_id, self._payloads.message_action(user_id, channel, message, callback_id))

    async def open_home(self, user_id: str, tab: str = "home") -> Delivered:
        """Open the app's Home (or "messages") tab."""
        self._present(user_id)
        event: Json = {"type": "app_home_opened", "user": user_id, "channel": self._space.im(user_id).id, "tab": tab}
        home = self._space.homes.get(user_id)
        if home is not None and tab == "home":
            event["view"] = self._payloads.view(home)
        return await self.event(event)

    async def say(self, user_id: str, channel_id: str, text: str, *, thread_ts: str | None = None) -> Delivered:
        """Write a message. The app hears of direct messages to it and of links it may unfurl."""
        channel = self._channel(user_id, channel_id)
        message = Message(channel.id, self._space.new_ts(), user_id, text, thread_ts=thread_ts)
        self._space.add_message(message)
        delivered = _NOTHING_SENT
        links = [one for one in _LINK.findall(text) if urlsplit(one).hostname in self.unfurl_domains]
        if links:
            delivered = await self._link_shared(channel, message, links)
        if channel.is_im:
            event: Json = {"type": "message", "channel_type": "im", "channel": channel.id, "user": user_id,
                           "text": text, "ts": message.ts, "team": self._space.team,
                           "client_msg_id": self._space.new_id("")}  # fmt: skip
            if thread_ts:
                event["thread_ts"] = thread_ts
            delivered = await self.event(event)
        return delivered

    async def _link_shared(self, channel: Channel, message: Message, links: list[str]) -> Delivered:
        self._space.links[channel.id, message.ts] = links
        return await self.event(
            {
                "type": "link_shared",
                "channel": channel.id,
                "is_bot_user_member": BOT_USER in channel.members,
                "user": message.user,
                "message_ts": message.ts,
                "unfurl_id": f"{channel.id}-{message.ts}",
                "source": "conversations_history",
                "links": [{"domain": urlsplit(one).hostname, "url": one} for one in links],
            }
        )

    async def join(self, user: User) -> Delivered:
        """Somebody new joins the workspace."""
        self._space.add_user(user)
        self._space.tell("user", user=user.id)
        return await self.event({"type": "team_join", "user": user.as_api(self._space.team, email=True)})

    async def leave(self, user_id: str) -> Delivered:
        """Somebody's account is deactivated."""
        return await self.change(user_id, deleted=True)

    async def change(self, user_id: str, **what: Any) -> Delivered:
        """Something about somebody's account or profile becomes another: fields of ``User`` by name."""
        user = self._space.user(user_id)
        for name, value in what.items():
            setattr(user, name, value)
        user.updated = max(user.updated + 1, int(self._space.clock()))
        self._space.tell("user", user=user_id)
        return await self.event({"type": "user_change", "user": user.as_api(self._space.team, email=True)})

    async def event(self, event: Json, retry: int | None = None) -> Delivered:
        """Deliver an event the app subscribed to; ``retry`` (1 to 3) repeats this very event with the same event id.

        ``event_ts`` is added to ``event`` when it is missing.
        """
        name = f"message.{event['channel_type']}" if event.get("type") == "message" else str(event.get("type"))
        if name not in self.subscribed:
            return _NOTHING_SENT
        payload = self._payloads.event(event, again=retry is not None)
        return await self._wire.send(
            "events_api", str(event["type"]), payload, retry=retry, reason=_RETRY_REASON if retry is not None else ""
        )

    async def verify_url(self) -> bool:
        """Enter the request URL: whether the app echoes the challenge."""
        payload = verification()
        said = (await self._wire.send("events_api", "url_verification", payload)).body
        echo = said.get("challenge") if isinstance(said, dict) else said.strip()
        return bool(echo == payload["challenge"])

    async def dismiss(self, user_id: str, channel_id: str, ts: str) -> Delivered:
        """Hide a message only this person sees; the app does not hear of it."""
        _, message = self._message(user_id, channel_id, ts)
        if message.ephemeral_for != user_id:
            raise NotOnScreenError("only your own private messages can be dismissed")
        self._space.remove_message(message)
        return _NOTHING_SENT

    async def _interact(self, user_id: str, payload: Json) -> Delivered:
        delivered = await self._wire.send("interactive", payload["type"], payload)
        if not delivered.ok:
            self._space.warn(user_id, f"This app responded with an error ({_reason(delivered)})")
        return delivered

    def _present(self, user_id: str) -> None:
        user = self._space.users.get(user_id)
        if user is None or user.deleted or user.is_bot:
            raise NotOnScreenError(f"{user_id} cannot sign in")

    def _channel(self, user_id: str, channel_id: str) -> Channel:
        self._present(user_id)
        channel = self._space.channels.get(channel_id)
        if channel is None or not self._space.sees(user_id, channel):
            raise NotOnScreenError(f"{user_id} does not see {channel_id}")
        return channel

    def _message(self, user_id: str, channel_id: str, ts: str) -> tuple[Channel, Message]:
        channel = self._channel(user_id, channel_id)
        message = self._space.find_message(channel_id, ts)
        if message is None or message.ephemeral_for not in {None, user_id}:
            raise NotOnScreenError(f"{user_id} does not see message {ts}")
        return channel, message

    def _view(self, user_id: str, view_id: str) -> View:
        view = self._space.find_view(view_id)
        if view is None or view.user != user_id:
            raise NotOnScreenError(f"{user_id} does not see view {view_id}")
        return view


def _reason(delivered: Delivered) -> str:
    return f"status {delivered.status}" if delivered.status else str(delivered.body)
