"""Signing as the Bot Framework does, and the access tokens its login service hands out."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

ISSUER = "https://api.botframework.com"
SCOPE = f"{ISSUER}/.default"
GRAPH = "https://graph.microsoft.com"
AUDIENCES = {SCOPE: ISSUER, f"{GRAPH}/.default": GRAPH}
"""What an app may ask tokens for, by scope."""
HOUR = 3600
SKEW_SECONDS = 600
"""How far off the clock is under Fault.SKEW; the Bot Framework allows five minutes."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One RSA key and the name it is published under."""

    kid: str
    private: rsa.RSAPrivateKey

    @classmethod
    def new(cls) -> SigningKey:
        """Make a fresh 2048-bit key."""
        return cls(secrets.token_urlsafe(20), rsa.generate_private_key(public_exponent=65537, key_size=2048))

    def published(self) -> dict[str, Any]:
        """Give the public half as an entry of the key list, endorsed for Teams."""
        public: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key()))
        public.pop("key_ops", None)
        return {**public, "use": "sig", "kid": self.kid, "x5t": self.kid, "endorsements": ["msteams", "skype"]}


@cache
def _first_key() -> SigningKey:
    """One for all worlds of this process; ``rotate`` makes others."""
    return SigningKey.new()


class BotTokens:
    """Both directions: what we sign for the product, what we gave the product to call us with.

    https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
    """

    def __init__(self, app_id: str, tenant: str) -> None:
        self.app_id = app_id
        self.tenant = tenant
        self.lifetime = HOUR - 1
        """Seconds an access token given to the product lives."""
        self._key: SigningKey | None = None
        self._retired: list[SigningKey] = []
        self._given: dict[str, tuple[float, str]] = {}

    @property
    def key(self) -> SigningKey:
        """What we sign with; made at first use, since that takes a while."""
        if self._key is None:
            self._key = _first_key()
        return self._key

    def rotate(self, *, keep_old: bool = True) -> None:
        """Sign with a new key from now on; the old one stays published unless told otherwise."""
        self._retired = [self.key] if keep_old else []
        self._key = SigningKey.new()

    def key_list(self) -> dict[str, Any]:
        """Give the JSON Web Key Set."""
        return {"keys": [key.published() for key in (self.key, *self._retired)]}

    def bearer(
        self,
        service_url: str,
        *,
        key: SigningKey | rsa.RSAPrivateKey | None = None,
        kid: str | None = None,
        skewed: bool = False,
        **claims: Any,
    ) -> str:
        """Sign a token as the channel sends it with an activity.

        ``claims`` replace ours; None leaves a claim out. A bare private key, or another SigningKey with our
        ``kid``, makes a forgery. ``skewed`` moves the clock ten minutes ahead.
        """
        now = int(time.time()) + (SKEW_SECONDS if skewed else 0)
        said: dict[str, Any] = {
            "serviceurl": service_url,
            "nbf": now,
            "exp": now + HOUR,
            "iss": ISSUER,
            "aud": self.app_id,
            **claims,
        }
        signing = self.key if key is None else key
        private = signing.private if isinstance(signing, SigningKey) else signing
        name = kid or (signing.kid if isinstance(signing, SigningKey) else self.key.kid)
        payload = {claim: value for claim, value in said.items() if value is not None}
        return jwt.encode(payload, private, algorithm="RS256", headers={"kid": name, "x5t": name})

    def give(self, audience: str = ISSUER) -> tuple[str, int]:
        """Hand out an access token for the product, good at one service, and the seconds it lives."""
        now = int(time.time())
        claims = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{self.tenant}/",
            "nbf": now,
            "exp": now + self.lifetime,
            "appid": self.app_id,
            "tid": self.tenant,
            "uti": secrets.token_urlsafe(12),
        }
        token = jwt.encode(claims, self.key.private, algorithm="RS256", headers={"kid": self.key.kid})
        self._given = {one: kept for one, kept in self._given.items() if kept[0] > now}
        self._given[token] = (now + self.lifetime, audience)
        return token, self.lifetime

    def accepts(self, authorization: str, audience: str = ISSUER) -> bool:
        """Whether an Authorization header carries a token of ours that is still good at this service."""
        scheme, _, token = authorization.partition(" ")
        end, meant = self._given.get(token, (0.0, ""))
        return scheme.lower() == "bearer" and end > time.time() and meant == audience

    def revoke(self) -> None:
        """Refuse every access token given so far."""
        self._given.clear()
