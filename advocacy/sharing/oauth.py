"""The authorization-code dance, as every network with OAuth dances it (RFC 6749, RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from advocacy.chat import Refused
from advocacy.http import Http, Reply
from advocacy.sharing.api import call, fields, said, token_of
from advocacy.sharing.network import HostClient


def new_verifier() -> str:
    """A PKCE verifier nobody can guess."""
    return secrets.token_urlsafe(48)


def challenge(verifier: str) -> str:
    """Its S256 challenge."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def address(endpoint: str, client: HostClient, *, callback: str, state: str, scope: str, verifier: str = "") -> str:
    """Where the person agrees."""
    asked = {
        "response_type": "code", "client_id": client.client_id, "redirect_uri": callback,
        "state": state, "scope": scope,
    }  # fmt: skip
    if verifier:
        asked |= {"code_challenge": challenge(verifier), "code_challenge_method": "S256"}
    return f"{endpoint}?{urlencode(asked)}"


async def redeem(
    http: Http, endpoint: str, client: HostClient, *, code: str, callback: str, verifier: str | None,
    basic: bool = False,
) -> Mapping[str, Any]:  # fmt: skip
    """Turn a code into the token answer. Raises ``Refused``, ``Retry`` or ``Unknown``.

    ``basic``: the network wants the app's secret in a header, too (RFC 6749, 2.3.1).
    """
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": callback,
        "client_id": client.client_id, "client_secret": client.client_secret,
    }  # fmt: skip
    if verifier:
        form["code_verifier"] = verifier
    headers = _basic(client) if basic else None
    return _tokens(await call(http, "POST", endpoint, repeatable=False, data=form, headers=headers))


async def renew(http: Http, endpoint: str, client: HostClient, refresh_token: str) -> Mapping[str, Any]:
    """New tokens for a refresh token, which may work only once (RFC 6749, 6). Raises ``Refused`` or ``Retry``."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": client.client_id}
    return _tokens(await call(http, "POST", endpoint, repeatable=True, data=form, headers=_basic(client)))


async def give_back(http: Http, endpoint: str, client: HostClient, token: str, *, basic: bool = False) -> None:
    """Revoke a token (RFC 7009); one that is worthless already is fine. Raises ``Retry`` or ``Refused``."""
    form = {"client_id": client.client_id, "client_secret": client.client_secret, "token": token}
    headers = _basic(client) if basic else None
    reply = await call(http, "POST", endpoint, repeatable=True, data=form, headers=headers)
    if not reply.ok:
        raise Refused(said(reply, "error_description", "error"))


def _tokens(reply: Reply) -> Mapping[str, Any]:
    told = fields(reply)
    if not reply.ok or not told.get("access_token"):
        raise Refused(said(reply, "error_description", "error"))
    token_of(told["access_token"])
    return told


def _basic(client: HostClient) -> dict[str, str]:
    both = f"{client.client_id}:{client.client_secret}"
    return {"Authorization": f"Basic {base64.b64encode(both.encode()).decode()}"}


__all__ = ["address", "challenge", "give_back", "new_verifier", "redeem", "renew"]
