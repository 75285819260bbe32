"""Bluesky, over the AT protocol (https://docs.bsky.app), connected with an app password.

Nothing is scraped there: the preview card and the links in the text are our work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from advocacy.chat import Refused, Unknown
from advocacy.db import now
from advocacy.http import Reply
from advocacy.sharing.api import call, count_of, fields, said, token_of, whole
from advocacy.sharing.base import BaseNetwork
from advocacy.sharing.network import Abilities, Connection, Draft, HostClient, Posted, Reactions, Reconnect
from advocacy.sharing.text import URL, Pattern, address, graphemes, quote

HOME = "bsky.social"
PUBLIC = "public.api.bsky.app"
"""What everybody can see (https://docs.bsky.app/docs/advanced-guides/api-directory)."""
POSTS_AT_ONCE = 25
APP = "https://bsky.app"
POST = "app.bsky.feed.post"
TID_LENGTH = 13
BYTES_PER_GRAPHEME = 10
"""300 graphemes and 3,000 bytes are both limits; counted in bytes, ten are one."""
LARGEST_THUMB = 1_000_000
LONGEST_TAG = 64
_PUNCTUATION = ".,;:!?…)]}\"'»”"
_TAG = Pattern(r"(?<=^|\s)[#＃](?!\ufe0f)([^\s#＃\u00ad\u2060\u200b-\u200d]*[^\d\s\p{P}#＃][^\s#＃\u200b]*)")
_UNSEEN = Pattern(r"\p{Cf}")
"""Direction marks come along when a handle is copied from the app."""
_LAPSED = {"ExpiredToken"}
_RECONNECT = {"AuthMissing", "AuthenticationRequired", "InvalidToken", "ExpiredToken"}


def record_key(key: str) -> str:
    """Our record key: a TID made when the share began, so that every attempt writes the same record."""
    return key[:TID_LENGTH]


def facets(text: str) -> list[dict[str, Any]]:
    """What of the text can be pressed: links and hashtags, at offsets of UTF-8 bytes."""
    found: list[dict[str, Any]] = []
    for one in URL.finditer(text):
        feature = {"$type": "app.bsky.richtext.facet#link", "uri": one.group()}
        found.append(_facet(text, one.start(), one.end(), feature))
    for one in _TAG.compiled.finditer(text):
        tag = one.group(1).rstrip(_PUNCTUATION)
        if tag and graphemes(tag) <= LONGEST_TAG:
            feature = {"$type": "app.bsky.richtext.facet#tag", "tag": tag}
            found.append(_facet(text, one.start(), one.start(1) + len(tag), feature))
    return sorted(found, key=lambda facet: int(facet["index"]["byteStart"]))


def _facet(text: str, start: int, end: int, feature: dict[str, str]) -> dict[str, Any]:
    first = len(text[:start].encode())
    return {"index": {"byteStart": first, "byteEnd": first + len(text[start:end].encode())}, "features": [feature]}


class Bluesky(BaseNetwork):
    """Posts under a record key of our own: writing it twice is writing it once."""

    name = "bluesky"
    label = "Bluesky"
    limit = 300

    def abilities(self) -> Abilities:
        """Everything, with no app to set up."""
        return Abilities(
            post=True, delete=True, metrics=True, image=True, dialog=True, dialog_takes_text=True, asks_password=True,
            password_page=f"{APP}/settings/app-passwords",
        )  # fmt: skip

    def length(self, text: str) -> int:
        """Graphemes, or a tenth of the bytes where that is more."""
        return max(graphemes(text), -(-len(text.encode()) // BYTES_PER_GRAPHEME))

    def dialog(self, text: str, link: str) -> str:
        """https://docs.bsky.app/docs/advanced-guides/intent-links"""
        base = f"{self.settings.origin(APP)}/intent/compose?text="
        return address(lambda part: base + quote(part), text, link)

    # -- connecting --------------------------------------------------------------------------------------------------

    async def sign_in(self, host: str, handle: str, password: str) -> Connection:
        """Only the session is kept, not the password."""
        name = _UNSEEN.sub("", handle).strip().lstrip("@")
        body = {"identifier": name, "password": password}
        url = _xrpc(host or HOME, "com.atproto.server.createSession")
        reply = await call(self.http, "POST", url, repeatable=True, json=body)
        if not reply.ok:
            raise Refused(said(reply, "error"))
        return _connection(fields(reply), host or HOME)

    async def revoke(self, client: HostClient, connection: Connection) -> None:
        """End the session; one that has ended already is answered with 400 or 401."""
        del client
        headers = {"Authorization": f"Bearer {connection.refresh_token}"}
        url = _xrpc(connection.host, "com.atproto.server.deleteSession")
        reply = await call(self.http, "POST", url, repeatable=True, headers=headers)
        if not reply.ok and reply.status not in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}:
            raise Refused(said(reply, "message", "error"))

    # -- posting -----------------------------------------------------------------------------------------------------

    async def post(self, connection: Connection, draft: Draft) -> Posted:
        """Write the record. ``putRecord`` with our own key cannot make a second post."""
        session = _Session(self, connection)
        thumb = await self._upload(session, draft)
        body = {
            "repo": connection.remote_id, "collection": POST, "rkey": record_key(draft.key),
            "record": _record(draft, thumb),
        }  # fmt: skip
        reply = await session.call("POST", "com.atproto.repo.putRecord", json=body, repeatable=False)
        if not reply.ok:
            raise Refused(said(reply, "message", "error"))
        return self._posted(reply)

    async def look_up(self, connection: Connection, draft: Draft) -> Posted | None:
        """Reads the record under our key; no sign-in needed."""
        asked = {"repo": connection.remote_id, "collection": POST, "rkey": record_key(draft.key)}
        url = f"{_xrpc(connection.host, 'com.atproto.repo.getRecord')}?{urlencode(asked)}"
        reply = await call(self.http, "GET", url, repeatable=True)
        if reply.ok:
            return self._posted(reply)
        if said(reply, "error") == "RecordNotFound":
            return None
        raise Unknown(said(reply, "message", "error"))

    async def delete(self, connection: Connection, remote_id: str) -> None:
        """Take it down; one that is gone already is fine."""
        body = {"repo": connection.remote_id, "collection": POST, "rkey": remote_id.rpartition("/")[2]}
        session = _Session(self, connection)
        reply = await session.call("POST", "com.atproto.repo.deleteRecord", json=body, repeatable=True)
        if not reply.ok:
            raise Refused(said(reply, "message", "error"))

    async def reactions(self, connection: Connection, remote_ids: Sequence[str]) -> dict[str, Reactions]:
        """Asked of the public view, which takes 25 posts at once and no sign-in."""
        about = await call(
            self.http, "GET", _public("actor.getProfile", [("actor", connection.remote_id)]), repeatable=True
        )
        followers = whole(fields(about).get("followersCount"), 0, 10**9)
        told: dict[str, Reactions] = {}
        for start in range(0, len(remote_ids), POSTS_AT_ONCE):
            asked = [("uris", one) for one in remote_ids[start : start + POSTS_AT_ONCE]]
            reply = await call(self.http, "GET", _public("feed.getPosts", asked), repeatable=True)
            posts = fields(reply).get("posts")
            if not reply.ok or not isinstance(posts, list):
                raise Refused(said(reply, "message", "error"))
            for post in posts:
                if isinstance(post, dict):
                    told[str(post.get("uri"))] = Reactions(
                        count_of(post, "likeCount"), count_of(post, "repostCount", "quoteCount"),
                        count_of(post, "replyCount"), now(), followers,
                    )  # fmt: skip
        return told

    def _posted(self, reply: Reply) -> Posted:
        uri = str(fields(reply).get("uri", ""))
        did, _, path = uri.removeprefix("at://").partition("/")
        key = path.partition("/")[2]
        if not uri.startswith("at://") or not key:
            raise Unknown("Bluesky took it but did not say where it is")
        return Posted(uri, self.settings.reachable(f"{APP}/profile/{did}/post/{key}"))

    async def _upload(self, session: _Session, draft: Draft) -> dict[str, Any] | None:
        if draft.image is None or len(draft.image) > LARGEST_THUMB:
            return None
        reply = await session.call("POST", "com.atproto.repo.uploadBlob", data=draft.image, repeatable=True)
        blob = fields(reply).get("blob")
        return blob if reply.ok and isinstance(blob, dict) else None


class _Session:
    """One verb's calls; when the access token has lapsed, it is renewed once."""

    def __init__(self, network: Bluesky, connection: Connection) -> None:
        self._network = network
        self._connection = connection

    async def call(
        self, method: str, name: str, *, json: Any = None, data: bytes | None = None, repeatable: bool
    ) -> Reply:
        """Raises ``Reconnect`` when the app password is gone."""
        reply = await self._once(method, name, json=json, data=data, repeatable=repeatable)
        if not reply.ok and said(reply, "error") in _LAPSED:
            await self._renew()
            reply = await self._once(method, name, json=json, data=data, repeatable=repeatable)
        if not reply.ok and (said(reply, "error") in _RECONNECT or reply.status == HTTPStatus.UNAUTHORIZED):
            raise Reconnect(said(reply, "message", "error"))
        return reply

    async def _once(self, method: str, name: str, *, json: Any, data: bytes | None, repeatable: bool) -> Reply:
        headers = {"Authorization": f"Bearer {self._connection.token}"}
        if data is not None:
            headers["Content-Type"] = "image/jpeg"
        url = _xrpc(self._connection.host, name)
        return await call(self._network.http, method, url, repeatable=repeatable, headers=headers, json=json, data=data)

    async def _renew(self) -> None:
        old = self._connection
        headers = {"Authorization": f"Bearer {old.refresh_token}"}
        url = _xrpc(old.host, "com.atproto.server.refreshSession")
        reply = await call(self._network.http, "POST", url, repeatable=True, headers=headers)
        if not reply.ok:
            raise Reconnect(said(reply, "message", "error"))
        fresh = _connection(fields(reply), old.host)
        self._connection = replace(old, token=fresh.token, refresh_token=fresh.refresh_token, host=fresh.host)
        if old.renewed is not None:
            old.renewed(self._connection)


def _public(name: str, asked: list[tuple[str, str]]) -> str:
    return f"{_xrpc(PUBLIC, f'app.bsky.{name}')}?{urlencode(asked)}"


def _xrpc(host: str, name: str) -> str:
    return f"https://{host}/xrpc/{name}"


def _connection(told: dict[str, Any], host: str) -> Connection:
    """What a session answer says; the person's own server (PDS) is named in it."""
    if not told.get("did") or not told.get("accessJwt"):
        raise Refused("this does not answer like a Bluesky server")
    return Connection(
        str(told["did"]), f"@{told.get('handle', '')}", _server(told) or host, token_of(told["accessJwt"]),
        token_of(told.get("refreshJwt") or ""),
    )  # fmt: skip


def _server(told: dict[str, Any]) -> str:
    """The server that the person's DID document names; empty when it names none."""
    document = told.get("didDoc")
    services = document.get("service") if isinstance(document, dict) else None
    for service in services if isinstance(services, list) else ():
        if isinstance(service, dict) and str(service.get("id", "")).endswith("#atproto_pds"):
            try:
                server = urlsplit(str(service.get("serviceEndpoint", "")))
            except ValueError:
                continue
            if server.scheme == "https" and server.netloc:
                return server.netloc
    return ""


def _record(draft: Draft, thumb: dict[str, Any] | None) -> dict[str, Any]:
    external: dict[str, Any] = {"uri": draft.link, "title": draft.title, "description": draft.summary[:1000]}
    if thumb is not None:
        external["thumb"] = thumb
    return {
        "$type": POST, "text": draft.text, "createdAt": _moment(now()), "langs": [draft.language],
        "facets": facets(draft.text), "embed": {"$type": "app.bsky.embed.external", "external": external},
    }  # fmt: skip


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
