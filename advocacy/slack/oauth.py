"""Slack's side of an installation: its consent page, a code for a token, a token for the next one."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from slack_sdk.web.async_client import AsyncWebClient

from advocacy.chat import Refused
from advocacy.config import Settings
from advocacy.db import now
from advocacy.slack.calls import ask
from advocacy.slack.manifest import OPTIONAL_SCOPES, REDIRECT_PATH, SCOPES

SLACK = "https://slack.com"


@dataclass(frozen=True, slots=True)
class Fresh:
    """A token that Slack has just made, and what renews it."""

    token: str
    refresh_token: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Installed:
    """What Slack says of an installation."""

    tenant: str
    """The workspace; the organization, when it is for all of it."""
    fresh: Fresh
    name: str = ""
    is_org: bool = False
    enterprise_id: str = ""
    app_id: str = ""
    bot_user_id: str = ""
    scopes: tuple[str, ...] = ()
    installed_by: str = ""


class OAuth:
    """Speaks to Slack as the app itself (https://docs.slack.dev/authentication/installing-with-oauth)."""

    def __init__(self, client: AsyncWebClient, settings: Settings) -> None:
        assert settings.slack_client_id is not None
        assert settings.slack_client_secret is not None
        self._client = client
        self._client_id = settings.slack_client_id
        both = f"{settings.slack_client_id}:{settings.slack_client_secret.get_secret_value()}"
        self._headers = {"Authorization": "Basic " + base64.b64encode(both.encode()).decode()}
        self._consent = settings.origin(SLACK) + "/oauth/v2/authorize"
        self._back = settings.public_url.rstrip("/") + REDIRECT_PATH

    def consent_url(self, state: str) -> str:
        """Where an administrator is asked; Slack brings them back with the same ``state``."""
        scopes = ",".join([*SCOPES, *OPTIONAL_SCOPES])
        asked = {"client_id": self._client_id, "scope": scopes, "redirect_uri": self._back, "state": state}
        return f"{self._consent}?{urlencode(asked)}"

    async def redeem(self, code: str) -> Installed:
        """What a code is worth, once. Raises the four errors."""
        told = await self._access({"code": code, "redirect_uri": self._back})
        return _installed(told)

    async def renew(self, refresh_token: str) -> Fresh:
        """The next token; the one that renews is used up, even if the answer never comes. Raises the four errors.

        https://docs.slack.dev/authentication/using-token-rotation
        """
        return _fresh(await self._access({"grant_type": "refresh_token", "refresh_token": refresh_token}))

    async def _access(self, form: dict[str, str]) -> Mapping[str, Any]:
        """In a form: an address with a secret in it would stand in logs on the way."""
        return await ask(self._client, "oauth.v2.access", repeatable=False, data=form, headers=dict(self._headers))


def _installed(told: Mapping[str, Any]) -> Installed:
    team, enterprise = told.get("team") or {}, told.get("enterprise") or {}
    is_org = bool(told.get("is_enterprise_install"))
    whole = enterprise if is_org else team
    tenant = str(whole.get("id") or "")
    if not tenant or told.get("token_type", "bot") != "bot":
        msg = "Slack's answer names no workspace, or no bot"
        raise Refused(msg)
    return Installed(
        tenant=tenant,
        fresh=_fresh(told),
        name=str(whole.get("name") or ""),
        is_org=is_org,
        enterprise_id=str(enterprise.get("id") or ""),
        app_id=str(told.get("app_id") or ""),
        bot_user_id=str(told.get("bot_user_id") or ""),
        scopes=tuple(one for one in str(told.get("scope") or "").split(",") if one),
        installed_by=str((told.get("authed_user") or {}).get("id") or ""),
    )


def _fresh(told: Mapping[str, Any]) -> Fresh:
    if not told.get("access_token"):
        msg = "Slack's answer has no token"
        raise Refused(msg)
    refresh = str(told.get("refresh_token") or "") or None
    ends = now() + timedelta(seconds=int(told["expires_in"])) if refresh and told.get("expires_in") else None
    return Fresh(str(told["access_token"]), refresh, ends)


__all__ = ["SLACK", "Fresh", "Installed", "OAuth"]
