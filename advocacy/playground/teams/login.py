"""The two hosts a bot signs in with: Entra's token service and the Bot Framework's published keys."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from advocacy.playground.teams.tokens import AUDIENCES, ISSUER, BotTokens
from advocacy.playground.world import Handler

ENTRA = "login.microsoftonline.com"
KEYS = "login.botframework.com"


def aadsts(status: int, error: str, code: int, words: str) -> web.Response:
    """Entra's error answer. Codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes"""
    now = datetime.now(UTC)
    trace, correlation = secrets.token_hex(16), secrets.token_hex(16)
    described = (
        f"AADSTS{code}: {words} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {now:%Y-%m-%d %H:%M:%SZ}"
    )
    answer = {
        "error": error,
        "error_description": described,
        "error_codes": [code],
        "timestamp": f"{now:%Y-%m-%d %H:%M:%SZ}",
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://{ENTRA}/error?code={code}",
    }
    return web.json_response(answer, status=status)


class TeamsLogin:
    """Answers the login hosts. ``at`` gives the loopback address of a path on a host."""

    def __init__(self, tokens: BotTokens, app_password: str, at: Callable[[str, str], str]) -> None:
        self.tokens = tokens
        self.app_password = app_password
        self.at = at

    def routes(self) -> Iterable[tuple[str, str, str, Handler]]:
        """Host, method, path and handler of everything here."""
        return [
            (ENTRA, "POST", "/{tenant}/oauth2/v2.0/token", self.token),
            (ENTRA, "GET", "/{tenant}/v2.0/.well-known/openid-configuration", self.tenant_metadata),
            (ENTRA, "GET", "/{tenant}/discovery/v2.0/keys", self.keys),
            (ENTRA, "GET", "/common/discovery/instance", self.instance),
            (KEYS, "GET", "/v1/.well-known/openidconfiguration", self.channel_metadata),
            (KEYS, "GET", "/v1/.well-known/keys", self.keys),
        ]

    async def token(self, request: web.Request) -> web.Response:
        """Client credentials for the Bot Connector and for Graph, and nothing else."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        tenant = request.match_info["tenant"]
        refused = self._malformed(form, tenant) or self._untrusted(form, tenant)
        if refused is not None:
            return refused
        token, seconds = self.tokens.give(next(AUDIENCES[one] for one in form["scope"].split() if one in AUDIENCES))
        answer = {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}
        return web.json_response(answer, headers={"Cache-Control": "no-store"})

    def _malformed(self, form: dict[str, str], tenant: str) -> web.Response | None:
        for name in ("grant_type", "client_id", "client_secret", "scope"):
            if not form.get(name):
                words = f"The request body must contain the following parameter: '{name}'."
                return aadsts(400, "invalid_request", 900144, words)
        if form["grant_type"] != "client_credentials":
            return aadsts(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        if tenant != self.tokens.tenant:
            return aadsts(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
        return None

    def _untrusted(self, form: dict[str, str], tenant: str) -> web.Response | None:
        if form["client_id"] != self.tokens.app_id:
            words = f"Application with identifier '{form['client_id']}' was not found in the directory '{tenant}'."
            return aadsts(400, "unauthorized_client", 700016, words)
        if form["client_secret"] != self.app_password:
            words = f"Invalid client secret provided for app '{self.tokens.app_id}'."
            return aadsts(401, "invalid_client", 7000215, words)
        # MSAL adds the OpenID scopes it never needs for an app; the resource decides.
        if not AUDIENCES.keys() & set(form["scope"].split()):
            words = f"The provided value for the input parameter 'scope' is not valid: {form['scope']}"
            return aadsts(400, "invalid_scope", 70011, words)
        return None

    async def tenant_metadata(self, request: web.Request) -> web.Response:
        """Give the tenant's OpenID metadata, with the real addresses: MSAL takes no plain http.

        Who sends MSAL's requests here already maps the real hosts to the played ones.
        """
        tenant = request.match_info["tenant"]
        if tenant not in {self.tokens.tenant, "common", "organizations"}:
            return aadsts(400, "invalid_tenant", 90002, f"Tenant '{tenant}' not found.")
        return web.json_response(
            {
                "token_endpoint": f"https://{ENTRA}/{tenant}/oauth2/v2.0/token",
                "authorization_endpoint": f"https://{ENTRA}/{tenant}/oauth2/v2.0/authorize",
                "jwks_uri": f"https://{ENTRA}/{tenant}/discovery/v2.0/keys",
                "issuer": f"https://{ENTRA}/{tenant}/v2.0",
                "response_types_supported": ["code", "id_token", "token id_token"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
                "cloud_instance_name": "microsoftonline.com",
            }
        )

    async def instance(self, _: web.Request) -> web.Response:
        """Which login hosts are one cloud. MSAL asks before it trusts an authority."""
        cloud: dict[str, Any] = {
            "preferred_network": ENTRA,
            "preferred_cache": "login.windows.net",
            "aliases": [ENTRA, "login.windows.net", "login.microsoft.com", "sts.windows.net"],
        }
        endpoint = f"https://{ENTRA}/{self.tokens.tenant}/v2.0/.well-known/openid-configuration"
        return web.json_response(
            {"tenant_discovery_endpoint": endpoint, "api-version": "1.1", "metadata": [cloud]},
        )

    async def channel_metadata(self, _: web.Request) -> web.Response:
        """Where the keys are that sign what Teams sends to a bot."""
        return web.json_response(
            {
                "issuer": ISSUER,
                "authorization_endpoint": "https://invalid.botframework.com",
                "jwks_uri": self.at(KEYS, "/v1/.well-known/keys"),
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            }
        )

    async def keys(self, _: web.Request) -> web.Response:
        """Give the public keys."""
        return web.json_response(self.tokens.key_list())
