"""Slack's Web API, with every failure told as one of the four errors of ``chat``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from advocacy.chat import Gone, Refused, Retry, Unknown
from advocacy.slack.tokens import DEAD, Grant, Tokens

_LATER = timedelta(seconds=5)
_THROTTLED = 429
_SERVER_ERROR = 500
_RETRY = frozenset({
    "message_limit_exceeded", "rate_limited", "ratelimited", "request_timeout", "service_unavailable",
    "team_added_to_org",
})  # fmt: skip
_GONE = frozenset({
    "cannot_dm_bot", "channel_is_archived", "channel_not_found", "is_archived", "is_inactive", "message_not_found",
    "messages_tab_disabled", "not_in_channel", "restricted_action", "restricted_action_non_threadable_channel",
    "restricted_action_read_only_channel", "restricted_action_thread_locked",
    "restricted_action_thread_only_channel", "user_disabled", "user_not_found", "user_not_in_channel",
    "user_not_visible", "users_not_found",
})  # fmt: skip
_MAYBE_DONE = frozenset({"fatal_error", "internal_error"})
"""Slack says of these: some of it may have been done (https://docs.slack.dev/reference/methods/chat.postMessage#errors)."""
_NOT_INSTALLED = timedelta(minutes=5)
_OF_A_TEAM = re.compile(
    r"conversations\.(create|list)|team\.profile\.get|usergroups\.(users\.)?list|users\.(conversations|list)"
)
"""What takes ``team_id``, and needs it when a token is good for a whole organization; from others it is ignored
(https://docs.slack.dev/enterprise/developing-for-enterprise-orgs)."""


class SlackRefused(Refused):
    """Slack's own word for the refusal is in ``error``; what it adds, in ``details``."""

    def __init__(self, method: str, error: str, details: str = "") -> None:
        super().__init__(f"Slack refused {method}: {error}" + (f" ({details})" if details else ""))
        self.error = error
        self.details = details


def fate(
    method: str, error: str, *, after: timedelta = _LATER, repeatable: bool = False, details: str = ""
) -> Exception:
    """The error of ours that one of Slack's means. Unknown strings are refusals: the same again would fail again."""
    if error in _RETRY:
        return Retry(after, f"Slack {method}: {error}")
    if error in _GONE:
        return Gone(f"Slack {method}: {error}")
    if error in _MAYBE_DONE:
        return _unanswered(f"Slack {method}: {error}", repeatable=repeatable)
    return SlackRefused(method, error, details)


def _unanswered(why: str, *, repeatable: bool) -> Exception:
    return Retry(_LATER, why) if repeatable else Unknown(why)


class Calls:
    """One client for all calls, with the token of the workspace each goes to. The door gives it a session."""

    def __init__(self, client: AsyncWebClient, tokens: Tokens) -> None:
        self.client = client
        self._tokens = tokens

    async def read(self, tenant: str, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Ask something of a workspace. Raises ``Retry``, ``Gone`` or ``Refused``."""
        # Reading methods take no JSON body (https://docs.slack.dev/apis/web-api/#methods_supporting_json).
        return await self._call(tenant, method, "params", arguments, repeatable=True, http_verb="GET")

    async def write(self, tenant: str, method: str, *, repeatable: bool = False, **arguments: Any) -> Mapping[str, Any]:
        """Do something there. Raises the four errors; no ``Unknown`` where a second time does no harm."""
        return await self._call(tenant, method, "json", arguments, repeatable=repeatable)

    async def post(self, url: str, body: Mapping[str, Any]) -> None:
        """Answer through a ``response_url``. ``Gone`` once it is used up or out of time."""
        assert self.client.session is not None, "the door is not open"
        try:
            async with self.client.session.post(url, json=body, proxy=self.client.proxy) as reply:
                status, said = reply.status, (await reply.text())[:200]
                wait = reply.headers.get("Retry-After")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Retry(_LATER, f"Slack response_url: {type(error).__name__}") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unknown(f"Slack response_url: {type(error).__name__}") from error
        if status == _THROTTLED:
            raise Retry(_seconds(wait), "Slack response_url: throttled")
        if status >= _SERVER_ERROR:
            raise Unknown(f"Slack response_url: status {status}")
        if status in {403, 404, 410}:
            raise Gone(f"Slack response_url: {said}")
        if status != 200:
            raise SlackRefused("response_url", said)

    async def _call(
        self, tenant: str, method: str, kind: str, arguments: Mapping[str, Any], *, repeatable: bool, **more: Any
    ) -> Mapping[str, Any]:
        grant = await self._tokens.of(tenant)
        if grant is None:
            raise Retry(_NOT_INSTALLED, f"Slack {method}: the app is not installed in {tenant}")
        try:
            return await ask(
                self.client, method, repeatable=repeatable, **{kind: _told(arguments, method, grant, tenant)}, **more
            )
        except SlackRefused as refusal:
            if refusal.error not in DEAD:
                raise
            other = await self._tokens.instead(tenant, grant, refusal.error)
            if other is None:
                raise
        return await ask(
            self.client, method, repeatable=repeatable, **{kind: _told(arguments, method, other, tenant)}, **more
        )


def _told(arguments: Mapping[str, Any], method: str, grant: Grant, tenant: str) -> dict[str, Any]:
    """With the token, which the client puts into the header; and with the workspace where that is wanted."""
    team = {"team_id": tenant} if grant.is_org and _OF_A_TEAM.fullmatch(method) else {}
    return {**team, **arguments, "token": grant.token}


async def ask(client: AsyncWebClient, method: str, *, repeatable: bool, **request: Any) -> Mapping[str, Any]:
    """One call with no second try; ``request`` is what ``AsyncWebClient.api_call`` takes. Raises the four errors."""
    try:
        answer = await client.api_call(method, **request)
    except SlackApiError as error:
        raise _failure(method, error, repeatable=repeatable) from error
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise Retry(_LATER, f"Slack {method}: {type(error).__name__}") from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise _unanswered(f"Slack {method}: {type(error).__name__}", repeatable=repeatable) from error
    return answer.data if isinstance(answer.data, dict) else {}


def _failure(method: str, error: SlackApiError, *, repeatable: bool) -> Exception:
    response: Any = error.response
    data = getattr(response, "data", None)
    said: dict[str, Any] = data if isinstance(data, dict) else {}
    status: int = getattr(response, "status_code", None) or getattr(response, "status", None) or 0
    after = _seconds(response.headers.get("Retry-After"))
    if status == _THROTTLED:
        return Retry(after, f"Slack {method}: throttled", is_throttled=True)
    if status >= _SERVER_ERROR or "error" not in said:
        return _unanswered(f"Slack {method}: status {status}", repeatable=repeatable)
    meta = said.get("response_metadata") or {}
    details = [*meta.get("messages", ()), *(f"needs {said[key]}" for key in ("needed",) if said.get(key))]
    return fate(method, str(said["error"]), after=after, repeatable=repeatable, details="; ".join(map(str, details)))


def _seconds(header: str | None) -> timedelta:
    return timedelta(seconds=int(header)) if header and header.isascii() and header.isdigit() else _LATER
