"""Installing the app: the consent page and ``oauth.v2.access`` (https://docs.slack.dev/authentication/installing-with-oauth)."""

from __future__ import annotations

import html
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from advocacy.playground.slack.call import Answer, Args, SlackError
from advocacy.playground.slack.spaces import Install, Spaces
from advocacy.playground.slack.state import APP_ID, BOT_USER, Tokens, secret
from advocacy.playground.slack.workspace import Workspace

CLIENT_ID = "1000000000001.2000000000002"
CLIENT_SECRET = "playground-client-secret"
_CODE_SECONDS = 600.0
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in to Slack</title>
<body style="font-family:Lato,sans-serif;max-width:34rem;margin:4rem auto;color:#1d1c1d">
<h1 style="font-size:1.6rem">Advocacy is requesting permission to access the {team} Slack workspace</h1>
<p>It will be able to use: <code>{scope}</code></p>
<form method="post"><button name="answer" value="allow"
style="background:#007a5a;color:#fff;border:0;border-radius:4px;padding:.7rem 2rem;font-weight:700">Allow</button>
<button name="answer" value="cancel"
style="background:#fff;border:1px solid #ccc;border-radius:4px;padding:.7rem 2rem">Cancel</button></form></body></html>
"""


@dataclass(slots=True)
class _Code:
    redirect_uri: str
    scope: str
    user: str
    made: float
    space: Workspace | None
    org: str


class OAuth:
    """Hands out codes and trades them for bot tokens, and tokens for the next ones."""

    def __init__(self, spaces: Spaces, tokens: Tokens) -> None:
        self._spaces = spaces
        self._space = spaces.first
        self._tokens = tokens
        self._codes: dict[str, _Code] = {}

    async def page(self, request: web.Request) -> web.StreamResponse:
        """``GET /oauth/v2/authorize``: ask the person."""
        problem = _problem(request)
        if problem:
            return web.Response(status=400, text=problem)
        scope = html.escape(request.query.get("scope", ""))
        body = _PAGE.format(team=html.escape(self._space.team_name), scope=scope)
        return web.Response(text=body, content_type="text/html")

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """``POST /oauth/v2/authorize``: allowed or not, for ``team`` or for all of ``org``; back to the app."""
        problem = _problem(request)
        if problem:
            return web.Response(status=400, text=problem)
        form, query = await request.post(), request.query
        back = {"state": query.get("state", "")}
        if form.get("answer") == "cancel":
            back = {"error": "access_denied", **back}
        else:
            org = str(form.get("org", ""))
            space = None if org else self._spaces.get(str(form.get("team") or self._space.team))
            code = f"{self._space.new_id('')}.{secret(32)}"
            people = [one.id for one in self._space.users.values() if one.email]
            user = str(form.get("user") or (people[0] if people else BOT_USER))
            self._codes[code] = _Code(
                query.get("redirect_uri", ""), query.get("scope", ""), user, self._space.clock(), space, org
            )
            back = {"code": code, **back}
        joint = "&" if "?" in query["redirect_uri"] else "?"
        raise web.HTTPFound(query["redirect_uri"] + joint + urlencode(back))

    def access(self, space: Workspace, args: Args) -> Answer:
        """``oauth.v2.access``: for a bot token a code, once, within ten minutes; or what renews one, once.

        Raises ``invalid_client_id``, ``bad_client_secret``, ``invalid_code``, ``bad_redirect_uri`` or
        ``invalid_refresh_token``.
        """
        if args.text("client_id") != CLIENT_ID:
            raise SlackError("invalid_client_id")
        if args.text("client_secret") != CLIENT_SECRET:
            raise SlackError("bad_client_secret")
        if args.text("grant_type") == "refresh_token":
            return _ANSWER | self._spaces.describe(self._spaces.renew(args.text("refresh_token")), BOT_USER)
        code = self._codes.pop(args.text("code"), None)
        if code is None or space.clock() - code.made > _CODE_SECONDS:
            raise SlackError("invalid_code")
        if args.has("redirect_uri") and args.text("redirect_uri") != code.redirect_uri:
            raise SlackError("bad_redirect_uri")
        scopes = code.scope.split(",")
        if code.space is self._space and not self._spaces.rotation and not self._space.enterprise:
            self._tokens.revoked = False
            made = Install(self._tokens.bot, frozenset(scopes), code.space)
        else:
            made = self._spaces.install(scopes, space=code.space, org=code.org)
        return _ANSWER | self._spaces.describe(made, code.user)


_ANSWER: Answer = {"token_type": "bot", "bot_user_id": BOT_USER, "app_id": APP_ID}


def _problem(request: web.Request) -> str:
    query = request.query
    if query.get("client_id") != CLIENT_ID:
        return "invalid_client_id"
    if not query.get("redirect_uri"):
        return "missing redirect_uri"
    return "" if query.get("scope") else "missing_scope"
