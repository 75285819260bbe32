"""Microsoft Graph at ``graph.microsoft.com``: users with delta, and installing the app for people."""

from __future__ import annotations

import asyncio
import math
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from advocacy.playground.teams.limits import Limits, Windows
from advocacy.playground.teams.state import TeamsState
from advocacy.playground.teams.tokens import GRAPH, BotTokens
from advocacy.playground.teams.users import Json, Users, opened, sealed
from advocacy.playground.world import Handler

HOST = "graph.microsoft.com"
PERMISSIONS = frozenset({"User.Read.All", "TeamsAppInstallation.ReadWriteSelfForUser.All", "AppCatalog.Read.All"})
"""Application permissions that the administrator granted, unless a world is told otherwise."""
ENTRY = "b1c5353a-7aca-41b3-830f-27d5218fe0e5"
"""The app's id in the organization's catalogue."""
_FILTER = re.compile(r"externalId eq '([^']*)'")
_KNOWN = frozenset({
    "id", "displayName", "givenName", "surname", "mail", "userPrincipalName", "userType", "accountEnabled",
    "department", "jobTitle", "officeLocation", "preferredLanguage", "usageLocation",
})  # fmt: skip


class GraphError(Exception):
    """An error answer: https://learn.microsoft.com/graph/errors"""

    def __init__(self, status: int, code: str, words: str, **headers: str) -> None:
        super().__init__(words)
        self.status, self.code, self.headers = status, code, headers

    def answer(self) -> web.Response:
        """As Graph words it."""
        request = secrets.token_hex(16)
        inner = {"date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}", "request-id": request, "client-request-id": request}
        body = {"error": {"code": self.code, "message": str(self), "innerError": inner}}
        return web.json_response(body, status=self.status, headers=self.headers)


def too_many(seconds: int) -> GraphError:
    """429 (https://learn.microsoft.com/graph/throttling)."""
    return GraphError(429, "TooManyRequests", "Too many requests.", **{"Retry-After": str(seconds)})


class TeamsGraph:
    """Answers Graph's REST calls. ``install(user)`` is what happens when the app comes to somebody.

    ``page`` users a page; ``windows`` requests an app may make in a tenant, none are counted without.
    """

    def __init__(self, state: TeamsState, tokens: BotTokens, users: Users, install: Callable[[str], None]) -> None:
        self.state, self.tokens, self.users = state, tokens, users
        self._install = install
        self.permissions = PERMISSIONS
        self.in_catalogue = True
        """An administrator uploaded the app."""
        self.page = 200
        self.windows: Windows = ()
        self.limits = Limits(time.monotonic)
        self.latency = 0.0
        """Seconds that each answer takes."""
        self.calls = 0
        """Answered or refused for the pace."""

    def routes(self) -> Iterable[tuple[str, str, str, Handler]]:
        """Host, method, path and handler of everything here."""
        routes: list[tuple[str, str, str, Callable[[web.Request], Awaitable[web.Response]]]] = [
            ("GET", "/v1.0/users/delta", "User.Read.All", self.delta),
            ("GET", "/v1.0/users/{user}", "User.Read.All", self.user),
            ("GET", "/v1.0/appCatalogs/teamsApps", "AppCatalog.Read.All", self.catalogue),
            ("POST", "/v1.0/users/{user}/teamwork/installedApps", "TeamsAppInstallation.ReadWriteSelfForUser.All",
             self.install),
        ]  # fmt: skip
        return [(HOST, method, path, self._guarded(need, handler)) for method, path, need, handler in routes]

    def _guarded(self, permission: str, handler: Callable[[web.Request], Awaitable[web.Response]]) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            self.calls += 1
            await asyncio.sleep(self.latency)
            try:
                self._admit(request, permission)
                return await handler(request)
            except GraphError as error:
                return error.answer()

        return guarded

    def _admit(self, request: web.Request, permission: str) -> None:
        if not self.tokens.accepts(request.headers.get("Authorization", ""), GRAPH):
            raise GraphError(401, "InvalidAuthenticationToken", "Access token is empty, expired or not ours.")
        if self.windows and (wait := self.limits.wait("app", self.state.tenant, self.windows)):
            raise too_many(math.ceil(wait))
        if permission not in self.permissions:
            raise GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")

    async def delta(self, request: web.Request) -> web.Response:
        """Everybody, page by page, then a link that tells what changed after that.

        Options are taken with the first request only, and live on in the links.
        """
        query = request.query
        token = query.get("$skiptoken") or query.get("$deltatoken")
        if token is None:
            select = _selected(query.get("$select", ""))
            return self._full({"s": select, "at": 0, "seen": len(self.users.changes)})
        if set(query) - {"$skiptoken", "$deltatoken"}:
            raise GraphError(400, "Request_BadRequest", "Query options cannot be changed in a link.")
        if token == "latest":
            return self._end(_selected(""), [])
        told = opened(token)
        if told is None:
            raise GraphError(400, "Request_BadRequest", "Badly formed token.")
        if told["seen"] < self.users.expired or self.users.expired < 0:
            words = "The sync state generation is not found. The delta token is expired."
            raise GraphError(410, "syncStateNotFound", words, Location=self._link("$skiptoken", s=told["s"], at=0))
        return self._full(told) if "at" in told else self._changes(told)

    def _full(self, told: Json) -> web.Response:
        users = self.users.listed(told["at"], self.page, told["s"])
        after = told["at"] + self.page
        if after < len(self.users.all):
            return self._answer(told["s"], users, "nextLink", "$skiptoken", s=told["s"], at=after, seen=told["seen"])
        return self._answer(told["s"], users, "deltaLink", "$deltatoken", s=told["s"], seen=told["seen"])

    def _changes(self, told: Json) -> web.Response:
        upto = told.get("upto", len(self.users.changes))
        found = self.users.changed(told["seen"], upto, told["s"])
        start = told.get("from", 0)
        users, after = found[start : start + self.page], start + self.page
        if after < len(found):
            more = {**told, "upto": upto, "from": after}
            return self._answer(told["s"], users, "nextLink", "$skiptoken", **more)
        return self._answer(told["s"], users, "deltaLink", "$deltatoken", s=told["s"], seen=upto)

    def _end(self, select: list[str], users: list[Json]) -> web.Response:
        return self._answer(select, users, "deltaLink", "$deltatoken", s=select, seen=len(self.users.changes))

    def _answer(self, select: list[str], users: list[Json], link: str, token: str, **told: Any) -> web.Response:
        context = f"{GRAPH}/v1.0/$metadata#users({','.join(select)})"
        body = {"@odata.context": context, f"@odata.{link}": self._link(token, **told), "value": users}
        return web.json_response(body)

    def _link(self, token: str, **told: Any) -> str:
        told.setdefault("seen", len(self.users.changes))
        return f"{GRAPH}/v1.0/users/delta?{token}={sealed(**told)}"

    async def user(self, request: web.Request) -> web.Response:
        """One user by id or principal name. Without ``$select`` no department is told."""
        wanted = request.match_info["user"]
        found = self.users.all.get(wanted) or next(
            (one for one in self.users.all.values() if one["userPrincipalName"] == wanted), None
        )
        if found is None:
            words = (
                f"Resource '{wanted}' does not exist or one of its queried reference-property objects are not present."
            )
            raise GraphError(404, "Request_ResourceNotFound", words)
        asked = request.query.get("$select", "")
        select = [*(["id"] if not asked or "id" in asked.split(",") else []), *_selected(asked)]
        context = f"{GRAPH}/v1.0/$metadata#users({','.join(select)})/$entity"
        return web.json_response({"@odata.context": context, **{name: found.get(name) for name in select}})

    async def catalogue(self, request: web.Request) -> web.Response:
        """The organization's apps; ours by its manifest's id."""
        wanted = _FILTER.fullmatch(request.query.get("$filter", ""))
        is_ours = self.in_catalogue and (wanted is None or wanted[1] == self.state.app_id)
        app = {"id": ENTRY, "externalId": self.state.app_id, "displayName": self.state.bot_name,
               "distributionMethod": "organization"}  # fmt: skip
        context = f"{GRAPH}/v1.0/$metadata#appCatalogs/teamsApps"
        return web.json_response({"@odata.context": context, "value": [app] if is_ours else []})

    async def install(self, request: web.Request) -> web.Response:
        """The app comes to somebody, as if they had added it: 201 without a body."""
        body = await request.json()
        if body.get("teamsApp@odata.bind") != f"{GRAPH}/v1.0/appCatalogs/teamsApps/{ENTRY}":
            raise GraphError(404, "NotFound", "The requested app does not exist.")
        user = request.match_info["user"]
        if user not in self.users.all or user not in self.state.people:
            raise GraphError(404, "NotFound", f"No user found with id {user}.")
        if user in self.state.installed:
            raise GraphError(409, "Conflict", "App is already installed for the user.")
        self._install(user)
        return web.Response(status=201)


def _selected(text: str) -> list[str]:
    names = [one for one in text.split(",") if one and one != "id"]
    if unknown := set(names) - _KNOWN:
        words = f"Could not find a property named '{min(unknown)}' on type 'microsoft.graph.user'."
        raise GraphError(400, "Request_BadRequest", words)
    usual = ["displayName", "givenName", "surname", "mail", "userPrincipalName", "jobTitle", "officeLocation",
             "preferredLanguage"]  # fmt: skip
    return names or usual
