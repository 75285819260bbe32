"""Slack's Web API: who calls, may they, how often, and which method answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from aiohttp import web

from advocacy.playground.slack import chat as slack_chat
from advocacy.playground.slack import conversations as slack_conversations
from advocacy.playground.slack import files as slack_files
from advocacy.playground.slack import views as slack_views
from advocacy.playground.slack.call import Answer, Args, SlackError, read_args
from advocacy.playground.slack.limits import METHODS, Limits
from advocacy.playground.slack.spaces import Spaces
from advocacy.playground.slack.state import APP_ID, BOT_ID, BOT_USER, Json, Tokens
from advocacy.playground.slack.workspace import TEAM_DOMAIN, Workspace

Method = Callable[[Workspace, Args], Answer]

_OPEN = {"api.test", "oauth.v2.access"}
_APP_LEVEL = {"apps.connections.open"}


class SlackApi:
    """Answers ``/api/{method}`` by GET, or by POST with JSON, a form or a query string."""

    def __init__(self, spaces: Spaces, tokens: Tokens, limits: Limits, more: dict[str, Method]) -> None:
        self._spaces = spaces
        self._tokens = tokens
        self._limits = limits
        self.calls: Counter[str] = Counter()
        """How often each method was called, refused calls too; calls that met an injected fault not."""
        self.methods: dict[str, Method] = {
            "api.test": _api_test,
            "auth.test": _auth_test,
            "auth.teams.list": self._teams,
            **slack_chat.METHODS,
            **slack_conversations.METHODS,
            **slack_files.METHODS,
            **slack_views.METHODS,
            **more,
        }

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call. Refusals are HTTP 200 with ``ok: false``; only throttling is HTTP 429."""
        name = request.match_info["method"]
        self.calls[name] += 1
        scopes = self._tokens.scopes
        try:
            args = await read_args(request)
            space = self._authorise(name, args)
            scopes = args.scopes or scopes
            wait = self._limits.wait(name, args.text("channel"), space.team)
            if wait:
                return ratelimited(wait)
            answer: Json = {"ok": True, **self.methods[name](space, args)}
        except SlackError as error:
            answer = error.body()
        return web.json_response(answer, headers={"x-oauth-scopes": ",".join(sorted(scopes))})

    def _teams(self, space: Workspace, args: Args) -> Answer:
        """Workspaces an organization let the app into; for any other token, its own."""
        there = [one for one in self._spaces.all() if one.enterprise == space.enterprise and one.is_org_install]
        return {"teams": [{"id": one.team, "name": one.team_name} for one in (there if args.is_org else [space])]}

    def _authorise(self, name: str, args: Args) -> Workspace:
        """The workspace the call is done in."""
        if name not in self.methods:
            raise SlackError("unknown_method", req_method=name)
        if name in _OPEN:
            return self._spaces.first
        if not args.token:
            raise SlackError("not_authed")
        install = self._spaces.may(args.token)
        if install is not None:
            if name in _APP_LEVEL:
                raise SlackError("not_allowed_token_type")
            _check_scope(name, args, install.scopes)
            args.is_org = bool(install.org)
            return self._spaces.meant(install, name, args)
        wanted, other = (self._tokens.bot, self._tokens.app)[:: -1 if name in _APP_LEVEL else 1]
        if args.token == other:
            raise SlackError("not_allowed_token_type")
        if args.token != wanted:
            raise SlackError("invalid_auth")
        if self._tokens.revoked:
            raise SlackError("token_revoked")
        _check_scope(name, args, self._tokens.scopes)
        return self._spaces.first


def _check_scope(name: str, args: Args, scopes: frozenset[str]) -> None:
    needed = METHODS[name][0]
    if needed and needed not in scopes and not _any_read(name, scopes):
        raise SlackError("missing_scope", needed=needed, provided=",".join(sorted(scopes)))
    args.scopes = scopes


def _any_read(name: str, scopes: frozenset[str]) -> bool:
    """Conversation methods want one scope of several, by the kind of the conversation."""
    suffix = {
        "conversations.history": ":history", "conversations.replies": ":history", "conversations.info": ":read",
        "conversations.list": ":read", "conversations.members": ":read",
    }.get(name)  # fmt: skip
    return suffix is not None and bool({f"{kind}{suffix}" for kind in ("channels", "groups", "im")} & scopes)


def ratelimited(retry_after: int) -> web.Response:
    """HTTP 429 in Slack's form; ``retry_after`` in whole seconds."""
    return web.json_response(
        {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(retry_after)}
    )


def _api_test(space: Workspace, args: Args) -> Answer:
    del space
    if args.has("error"):
        raise SlackError(args.text("error"), args=args.given)
    return {"args": args.given} if args.given else {}


def _auth_test(space: Workspace, args: Args) -> Answer:
    return {
        "url": f"https://{TEAM_DOMAIN}.slack.com/",
        "team": space.team_name,
        "user": space.users[BOT_USER].name,
        "team_id": space.team,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "is_enterprise_install": args.is_org,
        **({"enterprise_id": space.enterprise} if space.enterprise else {}),
    }
