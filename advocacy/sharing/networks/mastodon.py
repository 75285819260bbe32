"""Mastodon, and servers that speak its API (https://docs.joinmastodon.org/client/)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus

from advocacy.chat import Refused, Retry, Unknown
from advocacy.db import now
from advocacy.http import Reply
from advocacy.sharing import oauth
from advocacy.sharing.api import SOON, call, count_of, fields, said, whole
from advocacy.sharing.base import BaseNetwork
from advocacy.sharing.network import (
    Abilities,
    Connection,
    Consent,
    Draft,
    HostClient,
    Limits,
    Posted,
    Reactions,
    Reconnect,
)
from advocacy.sharing.text import URL, address, graphemes, quote

SCOPE = "read:accounts write:statuses"
KEY_KEPT = timedelta(minutes=50)
"""A server keeps an Idempotency-Key for an hour; we stay below."""
LOOKED_THROUGH = 40
"""Newest posts in which an earlier attempt is looked for."""
LIMIT = 500
LINK_LENGTH = 23
BELIEVED = (140, 100_000)
"""Characters a server may say it takes; with fewer there is no room beside disclosure and link."""
MOST_PER_LINK = 100
PATIENCE = 5.0
"""Seconds for a question that can wait until tomorrow."""
_MENTION = re.compile(r"(?<![=/\w])(@[a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_])?)@\w+(?:[.-]+\w+)*", re.IGNORECASE)
"""A colleague on another server. https://github.com/mastodon/mastodon/blob/main/app/models/account.rb"""


class Mastodon(BaseNetwork):
    """Each person has a server of their own; the preview card is the server's work."""

    name = "mastodon"
    label = "Mastodon"
    limit = LIMIT
    link_length: int | None = LINK_LENGTH

    def abilities(self) -> Abilities:
        """Posting for everybody; a share page where the administrator named servers."""
        hosts = self.settings.mastodon_hosts
        return Abilities(
            post=True, delete=True, edit=True, metrics=True, dialog=bool(hosts), dialog_takes_text=True, asks_host=True,
            hosts=hosts, limits_differ=True,
        )  # fmt: skip

    async def limits(self, host: str) -> Limits:
        """What the server says; a number that cannot be meant counts as not said.

        https://docs.joinmastodon.org/entities/Instance/ ; servers of other makes say 0 where links count in full.
        """
        url = f"https://{host}/api/v2/instance"
        reply = await call(self.http, "GET", url, repeatable=True, timeout=PATIENCE)
        configuration = fields(reply).get("configuration")
        told = configuration.get("statuses") if isinstance(configuration, dict) else None
        if not reply.ok or not isinstance(told, dict):
            raise Refused(f"{host} does not say what it takes")
        per_url = whole(told.get("characters_reserved_per_url"), 0, MOST_PER_LINK)
        characters = whole(told.get("max_characters"), *BELIEVED)
        return Limits(characters or LIMIT, LINK_LENGTH if per_url is None else per_url or None)

    def length(self, text: str) -> int:
        """Graphemes; a link counts 23 on most servers, a mention without its server.

        https://github.com/mastodon/mastodon/blob/main/app/validators/status_length_validator.rb
        """
        counted = text if self.link_length is None else URL.sub("x" * self.link_length, text)
        return graphemes(_MENTION.sub(r"\1", counted))

    def dialog(self, text: str, link: str) -> str:
        """The share page of the first server in the settings."""
        if not self.settings.mastodon_hosts:
            return ""
        base = self.settings.reachable(f"https://{self.settings.mastodon_hosts[0]}/share?text=")
        return address(lambda part: base + quote(part), text, link)

    # -- connecting --------------------------------------------------------------------------------------------------

    async def register(self, host: str, callback: str) -> HostClient:
        """Make an app on this server."""
        asked = {
            "client_name": "Advocacy", "redirect_uris": callback, "scopes": SCOPE, "website": self.settings.public_url,
        }  # fmt: skip
        reply = await call(self.http, "POST", f"https://{host}/api/v1/apps", repeatable=True, data=asked)
        made = fields(reply)
        if not reply.ok or not made.get("client_id") or not made.get("client_secret"):
            raise Refused(f"{host} does not answer like a Mastodon server")
        return HostClient(str(made["client_id"]), str(made["client_secret"]))

    def consent(self, client: HostClient, host: str, state: str, callback: str) -> Consent:
        """With PKCE (servers from 4.3 on check it, older ones ignore it)."""
        verifier = oauth.new_verifier()
        endpoint = self.settings.reachable(f"https://{host}/oauth/authorize")
        url = oauth.address(endpoint, client, callback=callback, state=state, scope=SCOPE, verifier=verifier)
        return Consent(url, verifier)

    async def exchange(
        self, client: HostClient, host: str, code: str, callback: str, verifier: str | None
    ) -> Connection:
        """A token without an end."""
        endpoint = f"https://{host}/oauth/token"
        told = await oauth.redeem(self.http, endpoint, client, code=code, callback=callback, verifier=verifier)
        token = str(told["access_token"])
        reply = await call(
            self.http, "GET", f"https://{host}/api/v1/accounts/verify_credentials", repeatable=True,
            headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip
        about = fields(reply)
        if not reply.ok or not about.get("id"):
            raise Refused(said(reply, "error"))
        return Connection(str(about["id"]), f"@{about.get('username', '')}@{host}", host, token)

    async def revoke(self, client: HostClient, connection: Connection) -> None:
        """End the token."""
        await oauth.give_back(self.http, f"https://{connection.host}/oauth/revoke", client, connection.token)

    # -- posting -----------------------------------------------------------------------------------------------------

    async def post(self, connection: Connection, draft: Draft) -> Posted:
        """Post. The Idempotency-Key makes a repeat within the hour answer with the first post."""
        body = {"status": draft.text, "visibility": "public", "language": draft.language.partition("-")[0].lower()}
        headers = {"Idempotency-Key": draft.key}
        reply = await self._call(connection, "POST", "/api/v1/statuses", json=body, headers=headers)
        if reply.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            raise Refused("the post was made and deleted again")
        if not reply.ok:
            raise Refused(said(reply, "error"))
        return self._posted(fields(reply))

    async def look_up(self, connection: Connection, draft: Draft) -> Posted | None:
        """Looks for our link among the newest posts; no two shares have the same."""
        path = f"/api/v1/accounts/{connection.remote_id}/statuses?limit={LOOKED_THROUGH}&exclude_reblogs=true"
        # Without the token: public posts need none, and ours has no scope to read everything a person wrote.
        reply = await call(self.http, "GET", f"https://{connection.host}{path}", repeatable=True)
        found = reply.json()
        if reply.ok and isinstance(found, list):
            for status in found:
                if isinstance(status, dict) and f'"{draft.link}"' in str(status.get("content", "")):
                    return self._posted(status)
            return None
        if draft.first_tried_at is not None and now() - draft.first_tried_at < KEY_KEPT:
            return None  # the server shows nothing to strangers, but its key makes a repeat harmless
        raise Unknown(f"{connection.host} does not show posts: {said(reply, 'error')}")

    async def delete(self, connection: Connection, remote_id: str) -> None:
        """Take it down; one that is gone already is fine."""
        reply = await self._call(connection, "DELETE", f"/api/v1/statuses/{remote_id}", repeatable=True)
        if not reply.ok and reply.status not in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            raise Refused(said(reply, "error"))

    async def reactions(self, connection: Connection, remote_ids: Sequence[str]) -> dict[str, Reactions]:
        """Each post as its server shows it to everybody; our token has no scope to read."""
        told: dict[str, Reactions] = {}
        for remote_id in remote_ids:
            url = f"https://{connection.host}/api/v1/statuses/{quote(remote_id)}"
            reply = await call(self.http, "GET", url, repeatable=True)
            if reply.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
                continue
            if not reply.ok:
                raise Refused(said(reply, "error"))
            post = fields(reply)
            account = post.get("account")
            followers = whole(account.get("followers_count"), 0, 10**9) if isinstance(account, dict) else None
            told[remote_id] = Reactions(
                count_of(post, "favourites_count"), count_of(post, "reblogs_count", "quotes_count"),
                count_of(post, "replies_count"), now(), followers,
            )  # fmt: skip
        return told

    def _posted(self, status: dict[str, object]) -> Posted:
        if not status.get("id"):
            raise Unknown("the server took it but did not say where it is")
        return Posted(str(status["id"]), self.settings.reachable(str(status.get("url") or status.get("uri") or "")))

    async def _call(
        self, connection: Connection, method: str, path: str, *, json: object = None,
        headers: dict[str, str] | None = None, repeatable: bool = False,
    ) -> Reply:  # fmt: skip
        sent = {"Authorization": f"Bearer {connection.token}", **(headers or {})}
        url = f"https://{connection.host}{path}"
        reply = await call(self.http, method, url, headers=sent, json=json, repeatable=repeatable)
        if reply.status == HTTPStatus.UNAUTHORIZED:
            raise Reconnect(said(reply, "error"))
        if reply.status == HTTPStatus.FORBIDDEN and "scope" in said(reply, "error"):
            raise Reconnect(said(reply, "error"))
        if reply.status == HTTPStatus.CONFLICT:
            raise Retry(SOON, "the same post is being made right now")
        return reply
