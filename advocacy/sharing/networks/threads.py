"""Threads, through Meta's API. Meta reviews the app before anybody outside of the company's team can connect.

https://developers.facebook.com/docs/threads
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from advocacy.chat import Refused, Retry, Unknown
from advocacy.db import now
from advocacy.http import Reply
from advocacy.sharing import oauth
from advocacy.sharing.api import SOON, call, fields, said, token_of
from advocacy.sharing.base import BaseNetwork
from advocacy.sharing.network import Abilities, Connection, Consent, Draft, HostClient, Posted, Reconnect
from advocacy.sharing.text import Pattern, address, quote, utf16

WWW = "https://www.threads.net"
ASKS = "https://threads.net"
GRAPH = "https://graph.threads.net"
SCOPE = "threads_basic,threads_content_publish,threads_delete"
REFRESHED = timedelta(days=30)
"""Of a token's 60 days: it is made new in the second half, whenever something is posted."""
LOOKED_THROUGH = 50
"""Newest posts in which an earlier attempt is looked for."""
_LATER = {4, 9, 17, 32, 613}
"""Codes of limits. https://developers.facebook.com/docs/graph-api/guides/error-handling"""
_LAPSED = {10, 102, 190, 200}
"""Codes of a token that ended, was taken away or lacks a permission."""
_GONE = 33
"""Subcode: there is no such post (any more)."""
_GRAPHEME = Pattern(r"\X")
_EMOJI = Pattern(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]")


class Threads(BaseNetwork):
    """Posts in two steps: a container that nobody sees, then its publication. The preview card is Meta's work."""

    name = "threads"
    label = "Threads"
    limit = 500

    def abilities(self) -> Abilities:
        """Everything but reactions, which need a permission of their own, when an app is set up."""
        has_app = self.app() is not None
        return Abilities(
            post=has_app, delete=has_app, edit=has_app, dialog=True, dialog_takes_text=True, renews=True,
            keeps_permission=True,
        )  # fmt: skip

    def length(self, text: str) -> int:
        """Characters; an emoji counts its UTF-8 bytes. https://developers.facebook.com/docs/threads/posts"""
        signs = _GRAPHEME.findall(text)
        return sum(len(sign.encode()) if _EMOJI.findall(sign) else utf16(sign) for sign in signs)

    def dialog(self, text: str, link: str) -> str:
        """https://developers.facebook.com/docs/threads/threads-web-intents"""
        base = f"{self.settings.origin(WWW)}/intent/post?text="
        return address(lambda part: base + quote(part), text, link)

    # -- connecting --------------------------------------------------------------------------------------------------

    def consent(self, client: HostClient, host: str, state: str, callback: str) -> Consent:
        """There is no PKCE; the secret guards the code."""
        del host
        endpoint = f"{self.settings.origin(ASKS)}/oauth/authorize"
        return Consent(oauth.address(endpoint, client, callback=callback, state=state, scope=SCOPE))

    async def exchange(
        self, client: HostClient, host: str, code: str, callback: str, verifier: str | None
    ) -> Connection:
        """A token for an hour, and with it at once one for 60 days."""
        del host
        endpoint = f"{GRAPH}/oauth/access_token"
        told = await oauth.redeem(self.http, endpoint, client, code=code, callback=callback, verifier=verifier)
        short = Connection("", "", "", str(told["access_token"]))
        asked = {"grant_type": "th_exchange_token", "client_secret": client.client_secret}
        lasting = _lasting(short, await self._call(short, "GET", f"/access_token?{urlencode(asked)}", repeatable=True))
        reply = await self._call(lasting, "GET", "/v1.0/me?fields=id,username", repeatable=True)
        about = fields(reply)
        if not reply.ok or not about.get("id"):
            raise Refused(_message(reply))
        return replace(lasting, remote_id=str(about["id"]), handle=f"@{about.get('username', '')}")

    async def revoke(self, client: HostClient, connection: Connection) -> None:
        """Meta has no way to give a token back: only the person can, in the settings of Threads."""
        del client, connection
        raise Refused("Threads lets nobody but the person end a permission")

    # -- posting -----------------------------------------------------------------------------------------------------

    async def post(self, connection: Connection, draft: Draft) -> Posted:
        """Post. There is no idempotency key: right before it is published, an earlier attempt is looked for."""
        connection = await self._renewed(connection)
        mine = f"/v1.0/{connection.remote_id}"
        body = {"media_type": "TEXT", "text": draft.text, "link_attachment": draft.link}
        held = await self._call(connection, "POST", f"{mine}/threads", data=body, repeatable=True)
        container = fields(held).get("id")
        if not held.ok or not container:
            raise Refused(_message(held))
        earlier = await self.look_up(connection, draft)
        if earlier is not None:
            return earlier
        reply = await self._call(connection, "POST", f"{mine}/threads_publish", data={"creation_id": str(container)})
        if not reply.ok:
            raise Refused(_message(reply))
        post_id = str(fields(reply).get("id") or "")
        if not post_id:
            raise Unknown("Threads took it but did not say where it is")
        return self._posted(post_id, await self._page(connection, post_id))

    async def look_up(self, connection: Connection, draft: Draft) -> Posted | None:
        """Looks for our link among the newest posts; no two shares have the same."""
        path = f"/v1.0/{connection.remote_id}/threads?fields=id,permalink,text&limit={LOOKED_THROUGH}"
        reply = await self._call(connection, "GET", path, repeatable=True)
        posts = fields(reply).get("data")
        if not reply.ok or not isinstance(posts, list):
            raise Unknown(_message(reply))
        for post in posts:
            if isinstance(post, dict) and post.get("id") and draft.link in str(post.get("text", "")).split():
                return self._posted(str(post["id"]), str(post.get("permalink") or WWW))
        return None

    async def delete(self, connection: Connection, remote_id: str) -> None:
        """Take it down; one that is gone already is fine. https://developers.facebook.com/docs/threads/posts/delete-posts"""
        reply = await self._call(connection, "DELETE", f"/v1.0/{quote(remote_id)}", repeatable=True)
        if not reply.ok and _error(reply).get("error_subcode") != _GONE:
            raise Refused(_message(reply))

    def _posted(self, post_id: str, page: str) -> Posted:
        return Posted(post_id, self.settings.reachable(page))

    async def _page(self, connection: Connection, post_id: str) -> str:
        """The post's own page; the person's, where it cannot be had: that it is out must not be lost for that."""
        try:
            reply = await self._call(connection, "GET", f"/v1.0/{quote(post_id)}?fields=permalink", repeatable=True)
        except (Retry, Refused, Reconnect):
            return f"{WWW}/{connection.handle}"
        return str(fields(reply).get("permalink") or f"{WWW}/{connection.handle}")

    async def renew(self, connection: Connection) -> Connection | None:
        """The next 60 days, in the second half of these."""
        fresh = await self._renewed(connection)
        return None if fresh.token == connection.token else fresh

    async def _renewed(self, connection: Connection) -> Connection:
        """The connection with a new token, once half of its time is over; as it is, where that fails."""
        if connection.expires_at is None or connection.expires_at - now() > REFRESHED:
            return connection
        path = "/refresh_access_token?grant_type=th_refresh_token"
        try:
            fresh = _lasting(connection, await self._call(connection, "GET", path, repeatable=True))
        except (Retry, Refused):
            return connection
        if connection.renewed is not None:
            connection.renewed(fresh)
        return fresh

    async def _call(
        self, connection: Connection, method: str, path: str, *, data: Mapping[str, str] | None = None,
        repeatable: bool = False,
    ) -> Reply:  # fmt: skip
        headers = {"Authorization": f"Bearer {connection.token}"}
        reply = await call(self.http, method, GRAPH + path, headers=headers, data=data, repeatable=repeatable)
        code = _error(reply).get("code")
        if reply.status == HTTPStatus.UNAUTHORIZED or code in _LAPSED:
            raise Reconnect(_message(reply))
        if code in _LATER:
            raise Retry(SOON, _message(reply))
        return reply


def _error(reply: Reply) -> dict[str, Any]:
    told = fields(reply).get("error")
    return told if not reply.ok and isinstance(told, dict) else {}


def _message(reply: Reply) -> str:
    return str(_error(reply).get("message") or said(reply, "error_message"))


def _lasting(connection: Connection, reply: Reply) -> Connection:
    """With the token of this answer. Raises ``Refused`` when it holds none."""
    told = fields(reply)
    if not reply.ok or not told.get("access_token"):
        raise Refused(_message(reply))
    ends = now() + timedelta(seconds=int(told.get("expires_in") or 5_184_000))
    return replace(connection, token=token_of(told["access_token"]), expires_at=ends)
