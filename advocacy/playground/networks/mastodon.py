"""A Mastodon server in small (https://docs.joinmastodon.org): apps, sign-in, statuses, media, with its limits."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from aiohttp import web
from PIL import Image, UnidentifiedImageError

from advocacy.playground.company import Resident
from advocacy.playground.networks.consent import Client, ConsentWorld, Token, same
from advocacy.playground.networks.limits import Counted, Quota
from advocacy.playground.networks.mastodon_status import (
    LONGEST,
    PER_LINK,
    Refusal,
    account_json,
    instance_json,
    length,
    params,
    status_json,
)
from advocacy.playground.networks.pages import Look
from advocacy.playground.networks.posts import Draft, Post, first_link
from advocacy.playground.world import Handler

HOST = "nordlicht.social"
_VISIBILITIES = {"public", "unlisted", "private", "direct"}
_KEPT = timedelta(hours=1)
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
_MOST_LISTED = 40


@dataclass(frozen=True, slots=True)
class Media:
    """An uploaded picture."""

    id: str
    owner: str
    data: bytes
    kind: str
    description: str


class MastodonWorld(ConsentWorld):
    """A server, ``nordlicht.social`` unless another is named, with its limits."""

    name = "mastodon"
    look = Look("Mastodon", "m", "#563acc", "#6f5ae8", radius=".6rem", home="/home")
    denied: ClassVar[Mapping[str, str]] = {
        "error": "access_denied",
        "error_description": "The resource owner or authorization server denied the request.",
    }
    default_scope = "read"
    scope_words: ClassVar[Mapping[str, str]] = {
        "profile": "scope_name", "read": "scope_read", "read:accounts": "scope_read", "read:statuses": "scope_read",
        "write": "scope_post", "write:statuses": "scope_post", "write:media": "scope_media",
    }  # fmt: skip

    def __init__(self, host: str = HOST, *, longest: int = LONGEST, per_link: int = PER_LINK) -> None:
        super().__init__()
        self.host, self.longest, self.per_link = host, longest, per_link
        self.origin = f"https://{host}"
        self.crawler = f"Mastodon/4.5.0 (http.rb/5.3.1; +https://{host}/) Bot"
        self.claims: dict[str, Any] = {}
        """What the server says of its limits instead of the truth."""
        self.apps: dict[str, Client] = {}
        self.media: dict[str, Media] = {}
        self.requests = Quota(300, 300)
        self.uploads = Quota(30, 1800)
        self.deletions = Quota(30, 1800)
        self._kept: dict[tuple[str, str], tuple[datetime, str]] = {}
        self._more: dict[str, dict[str, Any]] = {}

    def routes(self) -> Iterable[tuple[str, str, str, Handler]]:
        """Everything is on one host."""
        yield (self.host, "POST", "/api/v1/apps", self._answer(self._register))
        yield from self.consent_routes(self.host, "/oauth/authorize")
        yield (self.host, "POST", "/oauth/token", self._answer(self._token))
        yield (self.host, "POST", "/oauth/revoke", self._answer(self._give_back))
        yield (self.host, "GET", "/api/v1/accounts/verify_credentials", self._answer(self._who))
        yield (self.host, "GET", "/api/v1/accounts/{account}/statuses", self._answer(self._list))
        yield (self.host, "POST", "/api/v1/statuses", self._answer(self._create))
        yield (self.host, "GET", "/api/v1/statuses/{post}", self._answer(self._get))
        yield (self.host, "DELETE", "/api/v1/statuses/{post}", self._answer(self._delete))
        yield (self.host, "POST", "/api/v2/media", self._answer(self._upload))
        yield (self.host, "GET", "/api/v2/instance", self._answer(self._instance))
        yield (self.host, "GET", "/system/media_attachments/{media}", self._picture)
        yield (self.host, "GET", "/home", self.feed_page)
        yield from self.dialog_routes(self.host, "/share")
        yield from self.page_routes(self.host, "/@{person}", "/@{person}/{post}")

    def handle(self, person: Resident) -> str:
        """The user name: letters, digits and underscores only."""
        return re.sub(r"[^a-z0-9_]", "_", person.key)

    def account_id(self, person: Resident) -> str:
        """The account's id."""
        return str(110_000 + list(self.people).index(person.key))

    # -- in Mastodon's words -----------------------------------------------------------------------------------------

    def throttled(self, request: web.Request, retry_after: int) -> web.StreamResponse:
        """429; Mastodon tells the moment in X-RateLimit-Reset and sends no Retry-After."""
        del request
        return _too_many(Counted(False, 300, 0, self.clock.now() + timedelta(seconds=retry_after)))

    def broken(self, request: web.Request) -> web.StreamResponse:
        """500."""
        del request
        return web.json_response({"error": "We're sorry, but something went wrong on our end."}, status=500)

    def revoked(self, request: web.Request) -> web.StreamResponse:
        """401; the token itself is dead from now on, as it would be."""
        token = self.bearer(request)
        if token is not None:
            token.revoked = True
        return web.json_response({"error": "The access token was revoked"}, status=401)

    def _answer(self, work: Handler) -> Handler:
        async def answered(request: web.Request) -> web.StreamResponse:
            token = self.bearer(request)
            caller = ("account", token.person) if token else ("address", request.remote)
            counted = self.requests.use(caller, self.clock.now())
            if not counted.allowed:
                return _too_many(counted)
            try:
                answer = await work(request)
            except Refusal as refusal:
                answer = web.json_response(refusal.body, status=refusal.status)
            if "X-RateLimit-Limit" not in answer.headers:
                answer.headers.update(_limits(counted))
            return answer

        return answered

    async def reset(self) -> None:
        """Forget posts, media, connections and what was counted; registered apps stay."""
        await super().reset()
        for kept in (self.media, self._kept, self._more, self.requests, self.uploads, self.deletions):
            kept.clear()

    # -- apps and tokens ---------------------------------------------------------------------------------------------

    def client(self, client_id: str) -> Client | None:
        """A registered app."""
        return self.apps.get(client_id)

    async def _register(self, request: web.Request) -> web.StreamResponse:
        given = await params(request)
        redirects = given.get("redirect_uris") or []
        redirects = redirects.split() if isinstance(redirects, str) else redirects
        scopes = frozenset(str(given.get("scopes") or self.default_scope).split())
        if not given.get("client_name"):
            raise Refusal(422, "Validation failed: Application name can't be blank")
        if not redirects or not all(str(one).startswith(("http://", "https://")) for one in redirects):
            raise Refusal(422, "Validation failed: Redirect URI must be an absolute URI.")
        if not scopes <= self.scope_words.keys():
            raise Refusal(422, "Validation failed: Scopes doesn't match configured on the server.")
        app = Client(
            secrets.token_urlsafe(32), secrets.token_urlsafe(32), str(given["client_name"]), tuple(redirects), scopes
        )
        self.apps[app.id] = app
        return web.json_response(
            {
                "id": str(self.next_number()), "name": app.name, "website": given.get("website"),
                "scopes": sorted(scopes),
                "redirect_uris": list(app.redirects), "redirect_uri": "\n".join(app.redirects),
                "client_id": app.id, "client_secret": app.secret, "client_secret_expires_at": 0,
            }
        )  # fmt: skip

    async def _app(self, given: dict[str, Any]) -> Client:
        app = self.apps.get(str(given.get("client_id", "")))
        if app is None or not same(str(given.get("client_secret", "")), app.secret):
            why = "Client authentication failed due to unknown client, or no client authentication included."
            raise Refusal(401, "invalid_client", why)
        return app

    async def _token(self, request: web.Request) -> web.StreamResponse:
        given = await params(request)
        app = await self._app(given)
        if given.get("grant_type") != "authorization_code":
            raise Refusal(400, "unsupported_grant_type", "The authorization grant type is not supported.")
        token = self.redeem(
            app, str(given.get("code", "")), str(given.get("redirect_uri", "")), str(given.get("code_verifier", ""))
        )
        if token is None:
            why = (
                "The provided authorization grant is invalid, expired, revoked, or does not match the redirection URI."
            )
            raise Refusal(400, "invalid_grant", why)
        scope, made = " ".join(sorted(token.scopes)), int(token.made.timestamp())
        return web.json_response(
            {"access_token": token.value, "token_type": "Bearer", "scope": scope, "created_at": made}
        )

    async def _give_back(self, request: web.Request) -> web.StreamResponse:
        given = await params(request)
        token = self.tokens.get(str(given.get("token", "")))
        app = self.apps.get(str(given.get("client_id", "")))
        right = app is not None and same(str(given.get("client_secret", "")), app.secret)
        if app is None or not right or (token is not None and token.client_id != app.id):
            raise Refusal(403, "unauthorized_client", "You are not authorized to revoke this token")
        if token is not None:
            token.revoked = True
            self.tell("account", change="revoked", person=token.person)
        return web.json_response({})

    def _person(self, request: web.Request, *scopes: str) -> Resident:
        """Whose token this is. One of the scopes is enough; ``write`` covers ``write:…``. Raises ``Refusal``."""
        token: Token | None = self.bearer(request)
        if token is None:
            raise Refusal(401, "The access token is invalid")
        if token.revoked:
            raise Refusal(401, "The access token was revoked")
        if not any(scope in token.scopes or scope.partition(":")[0] in token.scopes for scope in scopes):
            raise Refusal(403, "This action is outside the authorized scopes")
        return self.people[token.person]

    # -- statuses ----------------------------------------------------------------------------------------------------

    async def _who(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request, "profile", "read:accounts")
        return web.json_response(self._account(person) | {"source": {"language": person.language, "privacy": "public"}})

    async def _create(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request, "write:statuses")
        given = await params(request)
        key = (person.key, request.headers.get("Idempotency-Key", ""))
        at, before = self._kept.get(key, (None, ""))
        if key[1] and at is not None and self.clock.now() - at < _KEPT:
            return web.json_response(self._status(self._find(before)))
        text = str(given.get("status") or "")
        media = [self._own(str(one), person) for one in given.get("media_ids") or []]
        self._check(text, given, media)
        post = self._post(person, text, first_link(text), "api")
        post.image = self._address(media[0]) if media else ""
        self._more[post.id] = {
            "visibility": given.get("visibility") or "public", "language": given.get("language") or person.language,
            "spoiler_text": given.get("spoiler_text") or "", "media_attachments": [self._media(one) for one in media],
        }  # fmt: skip
        self.publish(post, crawl=not media)
        if key[1]:
            self._kept[key] = (self.clock.now(), post.id)
        return web.json_response(self._status(post))

    def _check(self, text: str, given: dict[str, Any], media: list[Media]) -> None:
        if not text.strip() and not media:
            raise Refusal(422, "Validation failed: Text can't be blank")
        if length(text, self.per_link) + length(str(given.get("spoiler_text") or ""), self.per_link) > self.longest:
            raise Refusal(422, f"Validation failed: Text character limit of {self.longest} exceeded")
        if (given.get("visibility") or "public") not in _VISIBILITIES:
            raise Refusal(422, "Validation failed: Visibility is not included in the list")
        if given.get("scheduled_at"):
            raise Refusal(422, "Validation failed: Scheduled at is not offered by this server")

    async def _get(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self._status(self._find(request.match_info["post"])))

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request, "write:statuses")
        post = self._find(request.match_info["post"])
        if post.person != person.key:
            raise Refusal(404, "Record not found")
        counted = self.deletions.use(person.key, self.clock.now())
        if not counted.allowed:
            return _too_many(counted)
        self.remove(post.id)
        return web.json_response(self._status(post) | {"text": post.text})

    async def _list(self, request: web.Request) -> web.StreamResponse:
        keys = {self.account_id(one): one.key for one in self.people.values()}
        key = keys.get(request.match_info["account"])
        if key is None:
            raise Refusal(404, "Record not found")
        query = request.query
        wanted = query.get("limit", "20")
        limit = min(int(wanted), _MOST_LISTED) if wanted.isdecimal() else 20
        older, newer = query.get("max_id", ""), query.get("since_id", query.get("min_id", ""))
        found = [
            one
            for one in self.posts(key, deleted=False)
            if (not older.isdecimal() or int(one.id) < int(older))
            and (not newer.isdecimal() or int(one.id) > int(newer))
        ]
        return web.json_response([self._status(one) for one in found[::-1][:limit]])

    def _find(self, post_id: str) -> Post:
        post = self.find(post_id)
        if post is None:
            raise Refusal(404, "Record not found")
        return post

    def _account(self, person: Resident) -> dict[str, Any]:
        return account_json(person, self.account_id(person), self.handle(person), self.origin)

    def _status(self, post: Post) -> dict[str, Any]:
        account = self._account(self.people[post.person])
        return status_json(post, account, self._more.get(post.id, {}), self.outside)

    # -- media and the server itself ---------------------------------------------------------------------------------

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request, "write:media")
        counted = self.uploads.use(person.key, self.clock.now())
        if not counted.allowed:
            return _too_many(counted)
        given = await params(request)
        file = given.get("file")
        data = file.file.read() if isinstance(file, web.FileField) else b""
        try:
            with Image.open(io.BytesIO(data)) as opened:
                kind = _FORMATS.get(opened.format or "")
        except (UnidentifiedImageError, OSError):
            kind = None
        if kind is None:
            raise Refusal(422, "Validation failed: File content type is invalid, File is invalid")
        number = str(990_000_000 + self.next_number())
        media = Media(number, person.key, data, kind, str(given.get("description") or ""))
        self.media[number] = media
        return web.json_response(self._media(media))

    def _own(self, number: str, person: Resident) -> Media:
        media = self.media.get(number)
        if media is None or media.owner != person.key:
            raise Refusal(422, "Validation failed: Media attachment not found")
        return media

    def _address(self, media: Media) -> str:
        return f"{self.origin}/system/media_attachments/{media.id}"

    def _media(self, media: Media) -> dict[str, Any]:
        address = self._address(media)
        return {
            "id": media.id, "type": "image", "url": address, "preview_url": address, "remote_url": None, "meta": {},
            "description": media.description or None, "blurhash": None,
        }  # fmt: skip

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        media = self.media.get(request.match_info["media"])
        if media is None:
            raise web.HTTPNotFound
        return web.Response(body=media.data, content_type=media.kind)

    async def _instance(self, request: web.Request) -> web.StreamResponse:
        del request
        rules = {"max_characters": self.longest, "characters_reserved_per_url": self.per_link} | self.claims
        return web.json_response(instance_json(self.host, rules, list(_FORMATS.values())))

    # -- share dialog ------------------------------------------------------------------------------------------------

    def draft(self, host: str, path: str, query: Mapping[str, str]) -> Draft | None:
        """``/share?text=``; ``title`` and ``url`` are put behind it."""
        del host
        if path != "/share":
            return None
        text = " ".join(filter(None, (query.get("text"), query.get("title"), query.get("url"))))
        return Draft(self.name, text, first_link(text))

    def length(self, network: str, text: str) -> tuple[int, int]:
        """As the server counts, and what it takes."""
        del network
        return length(text, self.per_link), self.longest

    def post_by_hand(self, person: Resident, draft: Draft) -> Post:
        """A status typed by hand."""
        return self.publish(self._post(person, draft.text, draft.link, "dialog"), crawl=True)

    def _post(self, person: Resident, text: str, link: str, via: Literal["api", "dialog"]) -> Post:
        number = str(115_600_000_000_000_000 + self.next_number())
        page = f"{self.origin}/@{self.handle(person)}/{number}"
        return Post(number, person.key, text, link, "", "", self.clock.now(), via, network=self.name, url=page)


def _limits(counted: Counted) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(counted.most), "X-RateLimit-Remaining": str(counted.left),
        "X-RateLimit-Reset": counted.until.isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }  # fmt: skip


def _too_many(counted: Counted) -> web.Response:
    return web.json_response({"error": "Too many requests"}, status=429, headers=_limits(counted))
