"""Who sends us activities? Checks the bearer, the service URL and the tenant; hands botbuilder the result.

botbuilder's own check blocks the loop while it fetches keys and fails after a key rotation, so it gets this one.
"""

from __future__ import annotations

import hashlib
import time
from typing import Any

import jwt
from botbuilder.schema import Activity, CallerIdConstants
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
    UserTokenClient,
)

from advocacy.config import Settings
from advocacy.teams.cloud import cloud_of
from advocacy.teams.keys import Keys

CHANNEL = "msteams"
ALGORITHMS = ["RS256", "RS384", "RS512"]
SKEW = 300
"""Seconds that clocks may differ."""
REMEMBERED = 2000
"""Verified tokens kept. Teams uses one for many requests."""
Claims = dict[str, Any]


class Unauthorized(PermissionError):
    """The bearer is missing, malformed, forged, expired or not meant for us."""


class Forbidden(Exception):
    """Signed by the Bot Framework, but from a tenant or channel that we do not serve."""


class Authentication(BotFrameworkAuthentication):  # type: ignore[misc]
    """What CloudAdapter asks. https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication"""

    def __init__(self, settings: Settings, keys: Keys) -> None:
        self._app_id = settings.teams_app_id or ""
        self._tenant = (settings.teams_tenant or "").lower()
        self._issuer = cloud_of(settings).issuer
        self._keys = keys
        self._verified: dict[bytes, tuple[float, Claims]] = {}
        self._generation = keys.generation
        if not (self._app_id and self._tenant):
            raise ValueError("Teams needs an app id and a tenant: without them requests could not be checked")

    async def verify(self, header: str) -> Claims:
        """Answer the claims of an Authorization header. Raises Unauthorized, KeysAway."""
        scheme, _, token = header.strip().partition(" ")
        if scheme.lower() != "bearer" or not token or " " in token or not token.isascii():
            raise Unauthorized("no bearer")
        if self._generation != self._keys.generation:  # a key may have been withdrawn
            self._generation = self._keys.generation
            self._verified.clear()
        name = hashlib.sha256(token.encode()).digest()
        ends, claims = self._verified.get(name, (0.0, {}))
        if ends > time.time():
            return claims
        claims = await self._decode(token)
        if len(self._verified) >= REMEMBERED:
            self._verified.clear()
        self._verified[name] = (float(claims["exp"]) + SKEW, claims)
        return claims

    async def _decode(self, token: str) -> Claims:
        try:
            head = jwt.get_unverified_header(token)
            key = await self._keys.key(str(head.get("kid") or ""))
            if key is None or head.get("alg") not in ALGORITHMS:
                raise Unauthorized("not signed with a key of the Bot Framework")
            if CHANNEL not in key.endorsements:
                raise Unauthorized("the key is not endorsed for Teams")
            claims: Claims = jwt.decode(
                token, key.public, algorithms=ALGORITHMS, audience=self._app_id, issuer=self._issuer,
                leeway=SKEW, options={"require": ["exp", "iss", "aud"]},
            )  # fmt: skip
        except (jwt.PyJWTError, UnicodeError) as wrong:
            raise Unauthorized(str(wrong)) from wrong
        return claims

    def check(self, activity: Activity, claims: Claims) -> None:
        """Check what the signature does not cover. Raises Unauthorized or Forbidden."""
        told = str(activity.service_url or "").rstrip("/")
        if not told or str(claims.get("serviceurl") or claims.get("serviceUrl") or "").rstrip("/") != told:
            raise Unauthorized("the token was made for another service URL")
        if activity.channel_id != CHANNEL:
            raise Forbidden(f"channel {activity.channel_id!r}")
        tenants = tenants_of(activity)
        if not tenants or any(one != self._tenant for one in tenants):
            raise Forbidden(f"tenant {', '.join(sorted(tenants)) or 'unsaid'}")

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        """Check one activity before the turn begins."""
        claims = await self.verify(auth_header or "")
        self.check(activity, claims)
        result = AuthenticateRequestResult()
        result.claims_identity = ClaimsIdentity(claims, True, "bearer")
        result.audience = self._issuer
        result.caller_id = CallerIdConstants.public_azure_channel
        result.connector_factory = Outward()
        return result

    async def authenticate_streaming_request(
        self, auth_header: str, channel_id_header: str
    ) -> AuthenticateRequestResult:
        """Refuse: Teams does not stream."""
        raise Unauthorized("no streaming here")

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:
        """Answer the one factory there is."""
        return Outward()

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> UserTokenClient:
        """Answer none: nobody signs in through the bot."""
        return None


class Outward(ConnectorFactory):  # type: ignore[misc]
    """Stands where botbuilder makes two HTTP clients for each turn. What leaves, leaves through ``rest.py``."""

    async def create(self, service_url: str, audience: str) -> Outward:
        """Answer something true, which is all a turn asks for."""
        return self


def tenants_of(activity: Activity) -> set[str]:
    """Tenants an activity names, lower-cased. Clients may leave out either place."""
    named: set[object] = set()
    if activity.conversation is not None:
        extra = activity.conversation.additional_properties or {}
        named |= {activity.conversation.tenant_id, extra.get("tenantId")}
    data = activity.channel_data
    tenant = data.get("tenant") if isinstance(data, dict) else None
    if isinstance(tenant, dict):
        named.add(tenant.get("id"))
    return {str(one).lower() for one in named if one}


__all__ = ["Authentication", "Forbidden", "Unauthorized", "tenants_of"]
