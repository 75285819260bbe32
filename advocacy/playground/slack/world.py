"""Slack on loopback: Web API, response URLs, Socket Mode, OAuth, and one workspace in which people press buttons."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

from aiohttp import web

from advocacy.playground.company import Resident
from advocacy.playground.slack import files as slack_files
from advocacy.playground.slack import sockets as slack_sockets
from advocacy.playground.slack.api import Method, SlackApi, ratelimited
from advocacy.playground.slack.files import FileDesk
from advocacy.playground.slack.hands import SlackHands
from advocacy.playground.slack.hooks import Hooks
from advocacy.playground.slack.inputs import NotOnScreenError
from advocacy.playground.slack.limits import SCOPES, Limits
from advocacy.playground.slack.oauth import OAuth
from advocacy.playground.slack.sockets import Sockets
from advocacy.playground.slack.spaces import Spaces
from advocacy.playground.slack.state import BOT_USER, Channel, Json, Message, Tokens, View
from advocacy.playground.slack.wire import Delivered, Wire
from advocacy.playground.slack.workspace import Workspace, elements_of
from advocacy.playground.world import Change, Handler, World

T = TypeVar("T")


class SlackWorld(World):
    """One Slack workspace: T0NORDLICHT, with #general, #news, #sales-stories, #tech-stories and #comms-editors."""

    name = "slack"

    def __init__(
        self,
        residents: Sequence[Resident],
        *,
        bot_token: str,
        signing_secret: str,
        app_token: str,
        enforce_limits: bool = True,
        burst: int = 3,
    ) -> None:
        super().__init__()
        self._residents = tuple(residents)
        self._changed = asyncio.Event()
        self.socket_mode = False
        """Reach the app over Socket Mode instead of HTTP, as the switch in the app's settings does."""
        self.tokens = Tokens(bot_token, app_token, frozenset(SCOPES))
        self.limits = Limits(time.monotonic, posts=enforce_limits, burst=burst)
        self.workspace = Workspace(tell=self.tell, at=self.at)
        self.workspace.settle(self._residents)
        self.spaces = Spaces(self.workspace)
        """This workspace and any others that tests found, with the tokens with which the app was let in."""
        self.sockets = Sockets()
        self.wire = wire = Wire(signing_secret, self._product_url, self.faults, self.sockets, lambda: self.socket_mode)
        self.hands = SlackHands(self.workspace, wire)
        self._hands = {self.workspace.team: self.hands}
        self._files = FileDesk(self.workspace)
        self._hooks = Hooks(self.spaces)
        self._oauth = OAuth(self.spaces, self.tokens)
        more: dict[str, Method] = {"apps.connections.open": self.sockets.open, "oauth.v2.access": self._oauth.access}
        self.api = SlackApi(self.spaces, self.tokens, self.limits, more)

    def _product_url(self) -> str:
        return self.outside.product_url if self.outside is not None else ""

    def routes(self) -> Iterable[tuple[str, str, str, Handler]]:
        """The hosts and paths of Slack that an app talks to."""
        if self.outside is not None:
            self.outside.app.on_shutdown.append(self._hang_up)
        yield "slack.com", "GET", "/api/{method}", self.api.handle
        yield "slack.com", "POST", "/api/{method}", self.api.handle
        yield "slack.com", "GET", "/oauth/v2/authorize", self._oauth.page
        yield "slack.com", "POST", "/oauth/v2/authorize", self._oauth.answer
        yield "hooks.slack.com", "POST", "/{kind}/{id:.+}", self._hooks.post
        yield slack_files.HOST, "POST", "/upload/v1/{file}", self._files.upload
        yield slack_files.HOST, "GET", "/files-pri/{file}/{name}", self._files.download
        yield slack_sockets.HOST, "GET", "/link/", self.sockets.connect

    async def _hang_up(self, _: web.Application) -> None:
        await self.sockets.close()

    def throttled(self, request: web.Request, retry_after: int) -> web.StreamResponse:
        """HTTP 429, ``ratelimited``."""
        del request
        return ratelimited(retry_after)

    def broken(self, request: web.Request) -> web.StreamResponse:
        """HTTP 500, ``internal_error``."""
        del request
        return web.json_response({"ok": False, "error": "internal_error"}, status=500)

    def revoked(self, request: web.Request) -> web.StreamResponse:
        """HTTP 200, ``token_revoked``."""
        del request
        return web.json_response({"ok": False, "error": "token_revoked"})

    def tell(self, kind: str, **what: Any) -> None:
        """Let the page know, and whoever waits in ``until``."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        super().tell(kind, **what)

    async def reset(self) -> None:
        """Everyone is there, nothing was said."""
        self.workspace.settle(self._residents)
        self.spaces.reset()
        self.limits.reset()
        self.faults.clear()
        self.tokens.revoked = False
        self.api.calls.clear()
        self.socket_mode = False
        self.tell("reset")

    async def uninstall(self, team: str = "") -> Delivered:
        """The app is removed from a workspace, or from its whole organization: tokens die, it hears both events."""
        space = self.spaces.get(team or self.workspace.team)
        hands = self.hands_of(space.team)
        if space is self.workspace:
            self.tokens.revoked = True
        if space.is_org_install:
            self.spaces.remove(org=space.enterprise)
        else:
            self.spaces.remove(space=space)
        await hands.event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}})
        return await hands.event({"type": "app_uninstalled"})

    def hands_of(self, team: str) -> SlackHands:
        """The hands of the people in one of the workspaces."""
        if team not in self._hands:
            self._hands[team] = SlackHands(self.spaces.get(team), self.wire)
        return self._hands[team]

    # What tests and the tour look at.

    def channel(self, name: str) -> Channel:
        """The channel of this name; KeyError when there is none."""
        return self.workspace.channel_by_name(name)

    def im(self, user_id: str) -> Channel:
        """The direct messages between this person and the app."""
        return self.workspace.im(user_id)

    def messages(self, channel_id: str, viewer: str | None = None) -> list[Message]:
        """What everybody sees in a channel, oldest first; with ``viewer`` also what only that person sees."""
        return list(self.workspace.messages(channel_id, viewer))

    def ephemerals(self, user_id: str) -> list[Message]:
        """The messages only this person sees, oldest first."""
        found = [one for log in self.workspace.log.values() for one in log.values() if one.ephemeral_for == user_id]
        return sorted(found, key=lambda one: one.ts)

    def view(self, user_id: str) -> View | None:
        """The modal on top of this person's screen."""
        stack = self.workspace.views.get(user_id)
        return stack[-1] if stack else None

    def home(self, user_id: str) -> View | None:
        """This person's Home tab, once published."""
        return self.workspace.homes.get(user_id)

    @staticmethod
    def find_button(seen: Message | View, prefix: str) -> Json | None:
        """The first element whose action id begins so, with its ``block_id``; None when there is none."""
        for block in seen.blocks if isinstance(seen, Message) else seen.content["blocks"]:
            for element in elements_of(block):
                if str(element.get("action_id", "")).startswith(prefix):
                    return element | {"block_id": block["block_id"]}
        return None

    async def until(self, predicate: Callable[[], T], *, seconds: float = 5.0) -> T:
        """Wait until this is true, looking again after each change; TimeoutError after ``seconds``."""
        async with asyncio.timeout(seconds):
            while not (found := predicate()):
                await self._changed.wait()
        return found

    async def snapshot(self) -> Change:
        """Everything the page draws."""
        space = self.workspace
        channels = [one for one in space.channels.values() if not one.is_im]
        return {
            "team": {"id": space.team, "name": space.team_name},
            "users": {one.id: _face(one.real_name, one.name, bot=one.is_bot, gone=one.deleted, title=one.title)
                      for one in space.users.values()},
            "channels": [
                {"id": one.id, "name": one.name, "is_private": one.is_private, "members": one.members}
                for one in channels
            ],
            "messages": {channel: [one.for_page() for one in log.values()] for channel, log in space.log.items()},
            "ims": {one.user: one.id for one in space.channels.values() if one.is_im},
            "views": {user: [one.for_page(space.team) for one in stack] for user, stack in space.views.items()},
            "homes": {user: one.for_page(space.team) for user, one in space.homes.items()},
            "files": {one.id: slack_files.describe(space, one) for one in space.files.values()},
            "warnings": {user: list(texts) for user, texts in space.warnings.items()},
        }  # fmt: skip

    async def act(self, what: dict[str, Any]) -> Change:
        """Do what the page's person did: press, submit, close, command, say, home, shortcut, message_action, dismiss.

        Answers ``{"status", "body", "seconds"}``; status 404 with ``error`` when that is not on the person's screen.
        """
        try:
            delivered = await self._act(what)
        except NotOnScreenError as error:
            return {"status": 404, "error": str(error)}
        except KeyError as error:
            return {"status": 400, "error": f"missing or unknown: {error}"}
        return {"status": delivered.status, "body": delivered.body, "seconds": round(delivered.seconds, 4)}

    async def _act(self, what: dict[str, Any]) -> Delivered:
        hands, user = self.hands, str(what["user"])
        if what["act"] == "press" and what.get("view") and what.get("values"):
            hands.type(user, what["view"], what["values"])  # a press in a modal takes along what stands in it
        pick = {"value": what.get("value"), "block_id": what.get("block_id")}
        acts: dict[str, Callable[[], Awaitable[Delivered]]] = {
            "press": lambda: hands.press(user, what["channel"], what["ts"], what["action_id"], **pick),
            "press_in_view": lambda: hands.press_in_view(user, what["view"], what["action_id"], **pick),
            "submit": lambda: hands.submit(user, what["view"], what.get("values")),
            "close": lambda: hands.close_view(user, what["view"], everything=bool(what.get("everything"))),
            "command": lambda: hands.command(user, what["channel"], what["command"], what.get("text", "")),
            "say": lambda: hands.say(user, what["channel"], what["text"], thread_ts=what.get("thread_ts")),
            "home": lambda: hands.open_home(user, what.get("tab", "home")),
            "shortcut": lambda: hands.shortcut(user, what["callback_id"]),
            "message_action": lambda: hands.message_action(user, what["channel"], what["ts"], what["callback_id"]),
            "dismiss": lambda: hands.dismiss(user, what["channel"], what["ts"]),
        }
        return await acts["press_in_view" if what["act"] == "press" and what.get("view") else what["act"]]()


def _face(real_name: str, name: str, *, bot: bool, gone: bool, title: str) -> Json:
    return {"name": name, "real_name": real_name, "is_bot": bot, "deleted": gone, "title": title}
