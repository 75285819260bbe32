"""Microsoft Teams on loopback: one tenant, one team, the Bot Connector, and the hands of everyone in it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from advocacy.playground.company import Resident
from advocacy.playground.teams.activities import Inbound
from advocacy.playground.teams.cards import find_action
from advocacy.playground.teams.client import Client
from advocacy.playground.teams.connector import SMBA, TeamsConnector
from advocacy.playground.teams.graph import HOST as GRAPH_HOST
from advocacy.playground.teams.graph import TeamsGraph, too_many
from advocacy.playground.teams.hands import TeamsHands
from advocacy.playground.teams.login import ENTRA, TeamsLogin, aadsts
from advocacy.playground.teams.refresh import Refresher
from advocacy.playground.teams.state import Activity, Conversation, Json, TeamsState, base_of
from advocacy.playground.teams.tokens import BotTokens, SigningKey
from advocacy.playground.teams.users import Users
from advocacy.playground.teams.wire import Delivered, Wire
from advocacy.playground.world import Change, Handler, World

Found = TypeVar("Found")


class TeamsWorld(World):
    """Teams. ``hands`` does what people do; the product calls the hosts ``routes`` names.

    ``refresh_every``: seconds between two automatic refreshes of one card by one person (Teams: a minute).
    """

    name = "teams"

    def __init__(
        self,
        residents: Sequence[Resident],
        *,
        app_id: str,
        app_password: str,
        tenant: str,
        bot_name: str = "Advocacy",
        enforce_limits: bool = True,
        refresh_every: float = 60.0,
    ) -> None:
        super().__init__()
        self.state = TeamsState(residents, app_id, tenant, bot_name)
        self.tokens = BotTokens(app_id, tenant)
        self.connector = TeamsConnector(self.state, self.tokens, self._changed, enforce_limits=enforce_limits)
        self.login = TeamsLogin(self.tokens, app_password, self.at)
        self.wire = Wire(self.tokens, self.faults, self._product_url)
        self.inbound = Inbound(self.state, lambda: self.service_url)
        self.client = Client(self.state, self.tell)
        self.hands = TeamsHands(self.state, self.inbound, self.wire, self.client)
        self.hands.refresh_every = refresh_every
        self.refresher = Refresher(self.hands)
        self.users = Users(residents)
        self.graph = TeamsGraph(self.state, self.tokens, self.users, self._install)
        self._installing: set[asyncio.Task[Delivered]] = set()
        self._waiting: set[asyncio.Event] = set()

    def routes(self) -> Iterable[tuple[str, str, str, Handler]]:
        """Everything under the login hosts, the connector and Graph."""
        return [*self.login.routes(), *self.connector.routes(), *self.graph.routes()]

    @property
    def service_url(self) -> str:
        """Where activities tell the product to answer."""
        return self.at(SMBA, "/teams/")

    def _product_url(self) -> str:
        return self.outside.product_url if self.outside is not None else ""

    def _install(self, user: str) -> None:
        """Graph answers at once; the bot hears of it a little later."""
        task = asyncio.get_running_loop().create_task(self.hands.install(user))
        self._installing.add(task)
        task.add_done_callback(self._installing.discard)

    # -- faults in the vendor's own words

    def throttled(self, request: web.Request, retry_after: int) -> web.StreamResponse:
        """429 Throttled; Graph words it otherwise."""
        if f"/{GRAPH_HOST}/" in request.path:
            return too_many(retry_after).answer()
        body = {"error": {"code": "Throttled", "message": "Too many requests"}}
        return web.json_response(body, status=429, headers={"Retry-After": str(math.ceil(retry_after))})

    def broken(self, _: web.Request) -> web.StreamResponse:
        """500 ServiceError."""
        return web.json_response({"error": {"code": "ServiceError", "message": "Unknown error"}}, status=500)

    def revoked(self, request: web.Request) -> web.StreamResponse:
        """Answer an expired secret at the login host; a refused token at the connector."""
        if f"/{ENTRA}/" in request.path:
            return aadsts(401, "invalid_client", 7000222, "The provided client secret keys are expired.")
        return web.json_response({"message": "Authorization has been denied for this request."}, status=401)

    # -- tokens, for tests and for the day the vendor changes its keys

    def rotate_keys(self, *, keep_old: bool = True) -> None:
        """Sign with a new key from now on."""
        self.tokens.rotate(keep_old=keep_old)

    def bearer(
        self,
        *,
        key: SigningKey | rsa.RSAPrivateKey | None = None,
        kid: str | None = None,
        skewed: bool = False,
        **claims: Any,
    ) -> str:
        """Sign a token for ``/api/messages``; replaced claims (None drops one) or another key make it wrong."""
        return self.tokens.bearer(self.service_url, key=key, kid=kid, skewed=skewed, **claims)

    # -- looking

    @property
    def views(self) -> dict[tuple[str, str], Json]:
        """Own views: (activity id, object id of the person) → card."""
        return self.state.views

    @property
    def errors(self) -> list[str]:
        """Why clients showed an error so far."""
        return self.state.errors

    def channel(self, name: str) -> Conversation:
        """Give the channel of this name. Raises LookupError."""
        return self.state.channel(name)

    def chat(self, user: str) -> str:
        """Give the conversation id of a person's chat with the bot."""
        return self.state.chat_id(self.state.person(user))

    def activities(self, conversation_id: str, viewer: str | None = None) -> list[Json]:
        """Give the messages of a conversation or of one thread, oldest first, with the viewer's own cards in place."""
        base, thread = base_of(conversation_id)
        conversation = self.state.conversations.get(base)
        person = None if viewer is None else self.state.person(viewer)
        return [
            self.state.shown(one, person)
            for one in (conversation.activities.values() if conversation is not None else ())
            if not thread or thread in {one.id, one.reply_to}
        ]

    def card(self, conversation_id: str, activity_id: str, viewer: str | None = None) -> Json:
        """Give the card of a message as this person (or everybody) sees it. Raises LookupError."""
        activity = self.state.activity(conversation_id, activity_id)
        person = None if viewer is None else self.state.person(viewer)
        card = self.state.seen_card(activity, person) if activity is not None else None
        if card is None:
            raise LookupError(f"no card in message {activity_id!r} of {conversation_id!r}")
        return card

    def find_action(self, card: Json, wanted: str) -> Json:
        """Give the action with this title, verb or id, or whose verb or title begins so. Raises LookupError."""
        return find_action(card, wanted)

    async def until(self, predicate: Callable[[], Found], seconds: float = 10.0) -> Found:
        """Wait for something in this world to become true, and answer it. Raises TimeoutError."""
        changed = asyncio.Event()
        self._waiting.add(changed)
        try:
            async with asyncio.timeout(seconds):
                while not (found := predicate()):
                    await changed.wait()
                    changed.clear()
                return found
        finally:
            self._waiting.discard(changed)

    def tell(self, kind: str, **what: Any) -> None:
        """Let the page and everyone who waits know that something changed."""
        super().tell(kind, **what)
        for event in self._waiting:
            event.set()

    # -- the state of things

    def preinstall(self, *users: str, team: bool = False) -> None:
        """Have the app installed by an administrator before the product could hear of it. Everybody by default."""
        people = [self.state.person(one) for one in users] or list(self.state.people.values())
        for person in people:
            self.state.installed.add(person.teams_id or "")
            self.state.chat(person)
        self.state.team_installed = self.state.team_installed or team
        self.tell("install", installed=True)

    def _changed(self, kind: str, activity: Activity) -> None:
        if kind != "message":
            # An edit shows everybody the new card. Who is named keeps the last own view until the next answer.
            self.state.forget_views(activity.id, self.refresher.listed(activity) if kind == "update" else ())
        self.tell(kind, conversation=activity.conversation, activity=activity.id)
        if kind != "delete":
            self.refresher.changed(activity)

    async def snapshot(self) -> Change:
        """Everything the page draws. People are named by their object id."""
        state = self.state
        views: dict[str, dict[str, Json]] = {}
        for (activity_id, person), card in state.views.items():
            views.setdefault(activity_id, {})[person] = card
        return {
            "team": state.team,
            "channels": [
                {"id": one.id, "name": one.name, "members": one.members, "private": one.private}
                for one in state.channels
            ],
            "people": [{"id": key, "key": one.key, "name": one.name} for key, one in state.people.items()],
            "chats": {key: state.chat_id(one) for key, one in state.people.items()},
            "activities": {one: self.activities(one) for one in state.conversations},
            "views": views,
            "dialogs": {
                person: {"title": one.title, "card": one.card, "url": one.url} for person, one in state.dialogs.items()
            },
            "toasts": dict(state.toasts),
            "results": dict(state.results),
            "installed": sorted(state.installed),
            "team_installed": state.team_installed,
        }

    async def act(self, what: Json) -> Change:
        """Do what a person does on the page.

        ``act``: press, submit, close, dismiss, say, refresh, query, pick, suggest, compose, unfurl, install, uninstall,
        install_team. With ``user`` and, as the act needs them, ``conversation``, ``activity``, ``action``,
        ``inputs``, ``text``, ``number``, ``command``, ``url``. Answers status, body, seconds, the person's toast,
        and ``error`` when it cannot be done.
        """
        hands, user = self.hands, str(what.get("user", ""))
        where, about = str(what.get("conversation", "")), str(what.get("activity", ""))
        text, inputs = str(what.get("text", "")), what.get("inputs")
        acts: dict[str, Callable[[], Awaitable[Delivered]]] = {
            "press": lambda: hands.press(user, where, about, what["action"], inputs),
            "submit": lambda: hands.submit_dialog(user, inputs, action=what.get("action"), data=what.get("data")),
            "say": lambda: hands.say(user, where or self.chat(user), text, mention=bool(what.get("mention", True))),
            "refresh": lambda: hands.refresh(user, where, about),
            "query": lambda: hands.query(user, text, command_id=str(what.get("command") or "search")),
            "suggest": lambda: hands.message_action(
                user, where, about, command_id=str(what.get("command") or "suggest")
            ),
            "compose": lambda: hands.compose_action(user, where or self.chat(user)),
            "unfurl": lambda: hands.unfurl(user, where, str(what.get("url", ""))),
            "install": lambda: hands.install(user),
            "uninstall": lambda: hands.uninstall(user),
            "install_team": lambda: hands.install_team(user),
        }
        try:
            if what.get("act") in acts:
                done = await acts[str(what["act"])]()
            else:
                done = self._act_alone(user, where, what)
        except (LookupError, ValueError) as missing:
            return {"status": 404, "error": str(missing)}
        toast = self.state.toasts.get(self.state.person(user).teams_id or "") if user else None
        return {"status": done.status, "body": done.body, "seconds": done.seconds, "toast": toast}

    def _act_alone(self, user: str, where: str, what: Json) -> Delivered:
        """Acts the product never hears of."""
        match what.get("act"):
            case "close":
                self.hands.close_dialog(user)
            case "dismiss":
                self.hands.dismiss(user)
            case "pick":
                self.hands.pick(user, where, int(what.get("number", 0)))
            case other:
                raise LookupError(f"there is no act {other!r}")
        return Delivered(0, {}, 0.0)

    async def reset(self) -> None:
        """Forget all that was said, installed and opened; tokens and keys stay good."""
        await self.refresher.stop()
        self.state.clear()
        self.users.clear()
        self.connector.limits.clear()
        self.graph.limits.clear()
        self.tell("reset")

    async def stop(self) -> None:
        """Cancel the clients' refreshes and close the connections to the product."""
        await self.refresher.stop()
        await asyncio.gather(*self._installing, return_exceptions=True)
        await self.wire.close()
