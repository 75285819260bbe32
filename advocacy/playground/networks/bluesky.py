"""Bluesky in small (https://docs.bsky.app): sessions, blobs, records, public look-ups, the compose dialog."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from advocacy.playground.company import Resident
from advocacy.playground.networks import bluesky_records as records
from advocacy.playground.networks import bluesky_wire as wire
from advocacy.playground.networks.bluesky_records import POST, XrpcError
from advocacy.playground.networks.bluesky_sessions import Pair, Sessions
from advocacy.playground.networks.limits import Counted, Quota
from advocacy.playground.networks.network import NetworkWorld
from advocacy.playground.networks.pages import Look
from advocacy.playground.networks.posts import Draft, Post, first_link, followers
from advocacy.playground.world import Handler

PDS = "bsky.social"
PUBLIC = "public.api.bsky.app"
APP = "bsky.app"
CDN = "cdn.bsky.app"
_MOST_URIS = 25
_MOST_LISTED = 100
_COSTS = {"create": 3, "update": 2, "delete": 1}


class BlueskyWorld(NetworkWorld):
    """One server with everybody's repository, and the app that shows them."""

    name = "bluesky"
    look = Look("Bluesky", "≋", "#0a66d8", "#1d7cf2", radius="50%")
    origin = f"https://{APP}"
    crawler = "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)"

    def __init__(self) -> None:
        super().__init__()
        self.sessions = Sessions()
        self.blobs: dict[str, tuple[bytes, str]] = {}
        self._records: dict[str, wire.Record] = {}
        self._points = (Quota(5000, 3600), Quota(35000, 86400))
        self._sign_ins = (Quota(30, 300), Quota(300, 86400))

    def routes(self) -> Iterable[tuple[str, str, str, Handler]]:
        """XRPC on the server, look-ups on the public host, pages on the app."""
        writes = {
            "server.createSession": self._sign_in, "server.refreshSession": self._refresh,
            "server.deleteSession": self._sign_out, "repo.uploadBlob": self._upload,
            "repo.createRecord": self._create, "repo.putRecord": self._put, "repo.deleteRecord": self._delete,
        }  # fmt: skip
        reads = {
            "server.getSession": self._session, "repo.getRecord": self._get, "repo.listRecords": self._list,
            "identity.resolveHandle": self._resolve,
        }  # fmt: skip
        for method, work in writes.items():
            yield (PDS, "POST", f"/xrpc/com.atproto.{method}", self._answer(work))
        for method, work in reads.items():
            yield (PDS, "GET", f"/xrpc/com.atproto.{method}", self._answer(work))
        for host in (PDS, PUBLIC):
            yield (host, "GET", "/xrpc/app.bsky.feed.getPosts", self._answer(self._posts_by_uri))
            yield (host, "GET", "/xrpc/app.bsky.actor.getProfile", self._answer(self._profile))
        yield (CDN, "GET", "/img/feed_thumbnail/plain/{did}/{cid}", self._picture)
        yield (APP, "GET", "/", self.feed_page)
        yield (APP, "GET", "/settings/app-passwords", self._password_page)
        yield from self.dialog_routes(APP, "/intent/compose")
        yield from self.page_routes(APP, "/profile/{person}", "/profile/{person}/post/{post}")

    def handle(self, person: Resident) -> str:
        """``jana-feld.bsky.social``."""
        return re.sub("[^a-z0-9]+", "-", person.key.encode("ascii", "ignore").decode()) + f".{PDS}"

    def did(self, person: Resident) -> str:
        """The person's lasting identifier."""
        return records.did_of(person.key)

    def app_password(self, person_key: str) -> str:
        """What the person types to connect; also shown at ``/settings/app-passwords``."""
        return self.sessions.password(person_key)

    def connected(self, person_key: str) -> bool:
        """Does some app hold a session that can go on?"""
        return self.sessions.connected(person_key, self.clock.now())

    def revoke(self, person_key: str) -> None:
        """The person deletes the app password; its successor is another one."""
        self.sessions.revoke(person_key)
        self.tell("account", change="revoked", person=person_key)

    def person_named(self, name: str) -> Resident | None:
        """A person by handle, DID or e-mail address."""
        name = name.strip().lower().removeprefix("@").removeprefix("at://")
        return next((p for p in self.people.values() if name in (self.handle(p), self.did(p), p.email)), None)

    # -- in Bluesky's words ------------------------------------------------------------------------------------------

    def throttled(self, request: web.Request, retry_after: int) -> web.StreamResponse:
        """429; the moment it ends is in RateLimit-Reset."""
        del request
        until = self.clock.now() + timedelta(seconds=retry_after)
        return wire.too_many(Counted(allowed=False, most=3000, left=0, until=until), 300)

    def broken(self, request: web.Request) -> web.StreamResponse:
        """500."""
        del request
        return wire.error_answer(XrpcError(500, "InternalServerError", "Internal Server Error"))

    def revoked(self, request: web.Request) -> web.StreamResponse:
        """The app password behind this token is deleted."""
        with contextlib.suppress(XrpcError):  # a token nobody knows has nothing to take away
            self.revoke(self.sessions.person(wire.bearer(request), self.clock.now()))
        return wire.error_answer(XrpcError(400, "ExpiredToken", "Token has been revoked"))

    def _answer(self, work: Handler) -> Handler:
        async def answered(request: web.Request) -> web.StreamResponse:
            try:
                return await work(request)
            except XrpcError as error:
                return wire.error_answer(error)
            except wire.Throttled as throttled:
                return wire.too_many(throttled.counted, throttled.window)

        return answered

    def _count(self, quotas: Iterable[Quota], key: str, points: int = 1) -> None:
        for quota in quotas:
            counted = quota.use(key, self.clock.now(), points)
            if not counted.allowed:
                raise wire.Throttled(counted, quota.seconds)

    async def reset(self) -> None:
        """Forget posts, pictures, sessions and what was counted."""
        await super().reset()
        self.sessions = Sessions()
        for kept in (self.blobs, self._records, *self._points, *self._sign_ins):
            kept.clear()

    # -- sessions ----------------------------------------------------------------------------------------------------

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        body = await wire.json_body(request)
        person = self.person_named(str(body.get("identifier", "")))
        if person is None:
            raise XrpcError(401, "AuthenticationRequired", "Invalid identifier or password")
        self._count(self._sign_ins, person.key)
        pair = self.sessions.sign_in(person.key, str(body.get("password", "")), self.clock.now())
        self.tell("account", change="connected", person=person.key)
        return web.json_response(self._signed_in(person, pair))

    async def _refresh(self, request: web.Request) -> web.StreamResponse:
        key, pair = self.sessions.refresh(wire.bearer(request), self.clock.now())
        return web.json_response(self._signed_in(self.people[key], pair))

    async def _sign_out(self, request: web.Request) -> web.StreamResponse:
        key = self.sessions.end(wire.bearer(request))
        if key is None:
            raise XrpcError(400, "InvalidToken", "Token could not be verified")
        self.tell("account", change="revoked", person=key)
        return web.Response()

    async def _session(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self._about(self._person(request)))

    def _signed_in(self, person: Resident, pair: Pair) -> dict[str, Any]:
        return self._about(person) | {"accessJwt": pair.access, "refreshJwt": pair.refresh}

    def _about(self, person: Resident) -> dict[str, Any]:
        did, handle = self.did(person), self.handle(person)
        server = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": f"https://{PDS}"}
        document = {"id": did, "alsoKnownAs": [f"at://{handle}"], "service": [server]}
        return {
            "did": did, "handle": handle, "email": person.email, "emailConfirmed": True, "active": True,
            "didDoc": document,
        }  # fmt: skip

    def _person(self, request: web.Request) -> Resident:
        return self.people[self.sessions.person(wire.bearer(request), self.clock.now())]

    async def _resolve(self, request: web.Request) -> web.StreamResponse:
        person = self.person_named(request.query.get("handle", ""))
        if person is None:
            raise XrpcError(400, "InvalidRequest", "Unable to resolve handle")
        return web.json_response({"did": self.did(person)})

    # -- blobs and records -------------------------------------------------------------------------------------------

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        self._person(request)
        data, kind = await request.read(), request.headers.get("Content-Type", "")
        if not kind:
            raise XrpcError(400, "InvalidRequest", "Request encoding (Content-Type) required but not provided")
        if len(data) > records.LARGEST_BLOB:
            message = f"This file is too large. It is {len(data)} bytes but the maximum size is {records.LARGEST_BLOB}."
            raise XrpcError(400, "BlobTooLarge", message)
        cid = records.cid_of(data)
        self.blobs[cid] = (data, kind)
        blob = {"$type": "blob", "ref": {"$link": cid}, "mimeType": kind, "size": len(data)}
        return web.json_response({"blob": blob})

    async def _create(self, request: web.Request) -> web.StreamResponse:
        person, body = await self._write(request)
        rkey = records.check_key(body.get("rkey") or records.tid(self.next_number()))
        records.check_post(body.get("record"), self.blobs)
        self._count(self._points, person.key, _COSTS["create"])
        if self._uri(person, rkey) in self._records:
            # Seen on the real server: no name of its own for "this key is taken".
            raise XrpcError(500, "InternalServerError", "Internal Server Error")
        return web.json_response(self._written(self._store(person, rkey, body["record"], "api")))

    async def _put(self, request: web.Request) -> web.StreamResponse:
        person, body = await self._write(request)
        rkey = records.check_key(body.get("rkey"))
        records.check_post(body.get("record"), self.blobs)
        before = self._records.get(self._uri(person, rkey))
        self._count(self._points, person.key, _COSTS["update" if before else "create"])
        if before is not None and before.value == body["record"]:
            return web.json_response({"uri": before.uri, "cid": before.cid, "validationStatus": "valid"})
        return web.json_response(self._written(self._store(person, rkey, body["record"], "api")))

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        person, body = await self._write(request)
        self._count(self._points, person.key, _COSTS["delete"])
        self.remove(self._uri(person, str(body.get("rkey", ""))))
        return web.json_response({})

    async def _write(self, request: web.Request) -> tuple[Resident, dict[str, Any]]:
        person = self._person(request)
        body = await wire.json_body(request)
        if body.get("repo") not in (self.did(person), self.handle(person)):
            raise XrpcError(401, "AuthenticationRequired", "Authentication Required")
        if body.get("collection") != POST:
            raise XrpcError(400, "InvalidRequest", f"Lexicon not found: {body.get('collection')}")
        return person, body

    async def _get(self, request: web.Request) -> web.StreamResponse:
        person = self.person_named(request.query.get("repo", ""))
        query = request.query
        uri = f"at://{self.did(person) if person else ''}/{query.get('collection')}/{query.get('rkey')}"
        record = self._records.get(uri)
        if record is None:
            raise XrpcError(400, "RecordNotFound", f"Could not locate record: {uri}")
        return web.json_response(record.json())

    async def _list(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        person = self.person_named(query.get("repo", ""))
        if person is None:
            raise XrpcError(400, "InvalidRequest", f"Could not find repo: {query.get('repo')}")
        wanted = query.get("limit", "50")
        if not wanted.isdecimal() or not 0 < int(wanted) <= _MOST_LISTED:
            raise XrpcError(400, "InvalidRequest", f"Error: limit can not be greater than {_MOST_LISTED}")
        forwards, cursor = query.get("reverse") == "true", query.get("cursor", "")
        found = sorted(
            (one for uri, one in self._records.items() if uri.startswith(f"at://{self.did(person)}/")),
            key=lambda one: one.uri,
            reverse=not forwards,
        )
        if cursor:
            found = [
                one for one in found if (wire.rkey_of(one.uri) > cursor) == forwards and wire.rkey_of(one.uri) != cursor
            ]
        shown = found[: int(wanted)]
        more = {"cursor": wire.rkey_of(shown[-1].uri)} if len(found) > len(shown) else {}
        return web.json_response({"records": [one.json() for one in shown]} | more)

    async def _posts_by_uri(self, request: web.Request) -> web.StreamResponse:
        """Public, no sign-in. Unknown and deleted ones are left out."""
        uris = request.query.getall("uris", []) + request.query.getall("uris[]", [])
        if not 0 < len(uris) <= _MOST_URIS:
            raise XrpcError(400, "InvalidRequest", f"Error: uris must not have more than {_MOST_URIS} elements")
        found = [self._records[uri] for uri in uris if uri in self._records]
        return web.json_response({"posts": [self._view(one) for one in found]})

    async def _profile(self, request: web.Request) -> web.StreamResponse:
        """Public, no sign-in."""
        person = self.person_named(request.query.get("actor", ""))
        if person is None:
            raise XrpcError(400, "InvalidRequest", "Profile not found")
        about = {"did": self.did(person), "handle": self.handle(person), "displayName": person.name}
        return web.json_response(about | {"followersCount": followers(person.key)})

    def _view(self, record: wire.Record) -> dict[str, Any]:
        post = self._posts[record.uri]
        person = self.people[post.person]
        author = {"did": self.did(person), "handle": self.handle(person), "displayName": person.name}
        return {
            "uri": record.uri, "cid": record.cid, "author": author, "record": record.value, "replyCount": post.replies,
            "repostCount": post.reposts, "likeCount": post.likes, "quoteCount": 0, "bookmarkCount": 0,
            "indexedAt": wire.iso(post.at), "labels": [],
        }  # fmt: skip

    def _uri(self, person: Resident, rkey: str) -> str:
        return f"at://{self.did(person)}/{POST}/{rkey}"

    def _written(self, record: wire.Record) -> dict[str, Any]:
        commit = {"cid": records.record_cid(record.uri), "rev": records.tid(self.next_number())}
        return {"uri": record.uri, "cid": record.cid, "commit": commit, "validationStatus": "valid"}

    def _store(
        self, person: Resident, rkey: str, value: dict[str, Any], via: Any, *, crawl: bool = False
    ) -> wire.Record:
        record = wire.Record(self._uri(person, rkey), records.record_cid(value), value)
        self._records[record.uri] = record
        link, title = records.links_of(value)
        thumb, did = records.thumb_of(value), self.did(person)
        image = f"https://{CDN}/img/feed_thumbnail/plain/{did}/{thumb}" if thumb else ""
        page = f"{self.origin}/profile/{did}/post/{rkey}"
        now = self.clock.now()
        post = Post(record.uri, person.key, value["text"], link, title, image, now, via, network=self.name, url=page)
        self.publish(post, crawl=crawl)
        return record

    def remove(self, post_id: str) -> bool:
        """Take a post and its record down."""
        self._records.pop(post_id, None)
        return super().remove(post_id)

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        data, kind = self.blobs.get(request.match_info["cid"], (b"", ""))
        if not kind.startswith("image/"):
            raise web.HTTPNotFound
        return web.Response(body=data, content_type=kind)

    # -- the app -----------------------------------------------------------------------------------------------------

    async def _password_page(self, request: web.Request) -> web.StreamResponse:
        """Where people find what to type when they connect."""
        context = self.context(request)
        viewer = self.person(request.query.get("person", "")) or context.viewer
        password = self.app_password(viewer.key) if viewer else ""
        title = context.say("app_passwords")
        return context.draw("password", title=title, owner=viewer, password=password)

    def post_id_of(self, request: web.Request) -> str:
        """The page's address names the author by DID or handle."""
        person = self.person_named(request.match_info["person"])
        return self._uri(person, request.match_info["post"]) if person else ""

    def draft(self, host: str, path: str, query: Mapping[str, str]) -> Draft | None:
        """``/intent/compose?text=``."""
        del host
        text = query.get("text", "")
        return Draft(self.name, text, first_link(text)) if path == "/intent/compose" else None

    def length(self, network: str, text: str) -> tuple[int, int]:
        """Graphemes, up to 300."""
        del network
        return records.graphemes(text), records.MOST_GRAPHEMES

    def post_by_hand(self, person: Resident, draft: Draft) -> Post:
        """The app writes a record like any other client, and marks the link for its person."""
        value: dict[str, Any] = {
            "$type": POST,
            "text": draft.text,
            "createdAt": wire.iso(self.clock.now()),
            "langs": [person.language],
        }
        link = draft.link
        if link:
            start = len(draft.text[: draft.text.index(link)].encode())
            feature = {"$type": "app.bsky.richtext.facet#link", "uri": link}
            span = {"byteStart": start, "byteEnd": start + len(link.encode())}
            value["facets"] = [{"index": span, "features": [feature]}]
        record = self._store(person, records.tid(self.next_number()), value, "dialog", crawl=True)
        return self._posts[record.uri]
