"""The authorization-code dance, as every network with OAuth dances it (RFC 6749, RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from advocacy.chat import Refused
from advocacy.http import Http
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
    http: Http, endpoint: str, client: HostClient, *, code: str, callback: str, verifier: str | None
) -> Mapping[str, Any]:
    """Turn a code into the token answer. Raises ``Refused``, ``Retry`` or ``Unknown``."""
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": callback,
        "client_id": client.client_id, "client_secret": client.client_secret,
    }  # fmt: skip
    if verifier:
        form["code_verifier"] = verifier
    reply = await call(http, "POST", endpoint, repeatable=False, data=form)
    told = fields(reply)
    if not reply.ok or not told.get("access_token"):
        raise Refused(said(reply, "error_description", "error"))
    token_of(told["access_token"])
    return told


async def give_back(http: Http, endpoint: str, client: HostClient, token: str) -> None:
    """Revoke a token (RFC 7009); one that is worthless already is fine. Raises ``Retry`` or ``Refused``."""
    form = {"client_id": client.client_id, "client_secret": client.client_secret, "token": token}
    reply = await call(http, "POST", endpoint, repeatable=True, data=form)
    if not reply.ok:
        raise Refused(said(reply, "error_description", "error"))


__all__ = ["address", "challenge", "give_back", "new_verifier", "redeem"]
