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
from advocacy.playground.slack.state import APP_ID, BOT_ID, BOT_USER, Json, Tokens
from advocacy.playground.slack.workspace import TEAM_DOMAIN, Workspace

Method = Callable[[Workspace, Args], Answer]

_OPEN = {"api.test", "oauth.v2.access"}
_APP_LEVEL = {"apps.connections.open"}


class SlackApi:
    """Answers ``/api/{method}`` by GET, or by POST with JSON, a form or a query string."""

    def __init__(self, space: Workspace, tokens: Tokens, limits: Limits, more: dict[str, Method]) -> None:
        self._space = space
        self._tokens = tokens
        self._limits = limits
        self.calls: Counter[str] = Counter()
        """How often each method was called, refused calls too; calls that met an injected fault not."""
        self.methods: dict[str, Method] = {
            "api.test": _api_test,
            "auth.test": _auth_test,
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
        headers = {"x-oauth-scopes": ",".join(sorted(self._tokens.scopes))}
        try:
            args = await read_args(request)
            self._authorise(name, args)
            wait = self._limits.wait(name, args.text("channel"))
            if wait:
                return ratelimited(wait)
            answer: Json = {"ok": True, **self.methods[name](self._space, args)}
        except SlackError as error:
            answer = error.body()
        return web.json_response(answer, headers=headers)

    def _authorise(self, name: str, args: Args) -> None:
        if name not in self.methods:
            raise SlackError("unknown_method", req_method=name)
        if name in _OPEN:
            return
        if not args.token:
            raise SlackError("not_authed")
        wanted, other = (self._tokens.bot, self._tokens.app)[:: -1 if name in _APP_LEVEL else 1]
        if args.token == other:
            raise SlackError("not_allowed_token_type")
        if args.token != wanted:
            raise SlackError("invalid_auth")
        if self._tokens.revoked:
            raise SlackError("token_revoked")
        needed = METHODS[name][0]
        if needed and needed not in self._tokens.scopes and not _any_read(name, self._tokens.scopes):
            raise SlackError("missing_scope", needed=needed, provided=",".join(sorted(self._tokens.scopes)))
        args.scopes = self._tokens.scopes


def _any_read(name: str, scopes: frozenset[str]) -> bool:
    """Conversation methods want one scope of several, by the kind of the conversation."""
    suffix = {"conversations.history": ":history", "conversations.info": ":read", "conversations.list": ":read",
              "conversations.members": ":read"}.get(name)  # fmt: skip
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
    del args
    return {
        "url": f"https://{TEAM_DOMAIN}.slack.com/",
        "team": space.team_name,
        "user": space.users[BOT_USER].name,
        "team_id": space.team,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "is_enterprise_install": False,
    }
