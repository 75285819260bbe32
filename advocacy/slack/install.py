"""``/slack/install`` and ``/slack/oauth_redirect``: an administrator of a workspace lets the app in."""

from __future__ import annotations

import html
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from advocacy.bot import installing
from advocacy.bot.language import Translator, asked_for, translator
from advocacy.chat import Gone, Refused, Retry, Unknown
from advocacy.config import Settings
from advocacy.slack import install_link
from advocacy.slack.calls import Calls
from advocacy.slack.install_states import LIFE, InstallStates
from advocacy.slack.installations import Installations
from advocacy.slack.manifest import INSTALL_PATH, REDIRECT_PATH
from advocacy.slack.oauth import Installed, OAuth

COOKIE = "advocacy-slack-install"
_FOLDER = "/slack"
_PAGES = 20
_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">
<title>{title} · Advocacy</title>
<link rel="icon" href="/static/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/advocacy.css">
</head>
<body>
<header class="top"><div class="narrow"><span class="mark">
<img src="/static/mark.svg" alt="" width="28" height="28"> Advocacy</span></div></header>
<main id="main" class="narrow"><section class="card message {tone}">
<h1>{title}</h1>
{lines}
</section></main>
</body>
</html>
"""
log = structlog.get_logger()


class Install:
    """The way of a browser: our link, Slack's consent page, back to us."""

    def __init__(
        self, settings: Settings, oauth: OAuth, states: InstallStates, installations: Installations, calls: Calls
    ) -> None:
        self._settings = settings
        self._oauth = oauth
        self._states = states
        self._installations = installations
        self._calls = calls
        self._secure = urlsplit(settings.public_url).scheme == "https"

    def routes(self, app: web.Application) -> None:
        """Mount both pages."""
        app.router.add_get(INSTALL_PATH, self.begin, allow_head=False)
        app.router.add_get(REDIRECT_PATH, self.finish, allow_head=False)

    async def begin(self, request: web.Request) -> web.StreamResponse:
        """Only with a link that this server made: nobody else may attach their workspace to this company."""
        t = _words(request)
        try:
            install_link.check(self._settings, request.query.get("key", ""))
        except ValueError as problem:
            return _page(t, installing.trouble(t, str(problem)))
        started = await self._states.begin()
        answer = web.Response(
            status=HTTPStatus.FOUND,
            headers={"Location": self._oauth.consent_url(started.state), "Cache-Control": "no-store",
                     "Referrer-Policy": "no-referrer"},
        )  # fmt: skip
        answer.set_cookie(
            COOKIE, started.cookie, max_age=int(LIFE.total_seconds()), httponly=True, samesite="Lax",
            secure=self._secure, path=_FOLDER,
        )  # fmt: skip
        return answer

    async def finish(self, request: web.Request) -> web.StreamResponse:
        """Back from Slack, in the browser that went, once and in time."""
        t = _words(request)
        page = _page(t, await self._finished(t, request))
        page.del_cookie(COOKIE, path=_FOLDER)
        return page

    async def _finished(self, t: Translator, request: web.Request) -> installing.Said:
        query = request.query
        if not await self._states.end(query.get("state", ""), request.cookies.get(COOKIE, "")):
            return installing.trouble(t, "astray")
        if query.get("error") or not query.get("code"):
            return installing.trouble(t, "declined")
        try:
            installed = await self._oauth.redeem(query["code"])
        except (Refused, Gone) as refusal:
            log.warning("slack.install_refused", why=str(refusal))
            return installing.trouble(t, "refused")
        except (Retry, Unknown) as trouble:
            log.warning("slack.install_failed", why=str(trouble))
            return installing.trouble(t, "later")
        await self._installations.save(installed)
        if installed.is_org:
            await self._learn_teams(installed)
        log.info("slack.installed", workspace=installed.name, tenant=installed.tenant, is_org=installed.is_org)
        return installing.installed(t, installed.name, installed.tenant, is_org=installed.is_org)

    async def _learn_teams(self, installed: Installed) -> None:
        """Which workspaces an organization has let it into so far; of later ones Slack tells by an event.

        https://docs.slack.dev/reference/methods/auth.teams.list
        """
        cursor, teams = "", list[str]()
        try:
            for _ in range(_PAGES):
                page = await self._calls.read(
                    installed.tenant, "auth.teams.list", limit=100, **({"cursor": cursor} if cursor else {})
                )
                teams += [str(one["id"]) for one in page.get("teams") or ()]
                cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
                if not cursor:
                    break
        except (Retry, Gone, Refused) as trouble:  # a workspace is also learnt when somebody there presses something
            log.warning("slack.teams_unknown", tenant=installed.tenant, why=str(trouble))
        if teams:
            await self._installations.grant_teams(installed.tenant, teams)


def _words(request: web.Request) -> Translator:
    return translator(asked_for(request.headers.get("Accept-Language", "")))


def _page(t: Translator, said: installing.Said) -> web.Response:
    text = _PAGE.format(
        language=t.language, title=html.escape(said.title), tone=said.tone, lines=_paragraphs(said.lines)
    )  # fmt: skip
    return web.Response(
        status=said.status, text=text, content_type="text/html",
        headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
    )  # fmt: skip


def _paragraphs(lines: Sequence[str]) -> str:
    return "\n".join(f"<p>{html.escape(line)}</p>" for line in lines)


__all__ = ["COOKIE", "Install"]
