"""LinkedIn in small (https://learn.microsoft.com/linkedin/): sign-in, posts, pictures, dialogs, limits, errors."""

from __future__ import annotations

import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Literal

from aiohttp import web
from PIL import Image, UnidentifiedImageError

from advocacy.playground.company import Resident
from advocacy.playground.networks import linkedin_errors as say
from advocacy.playground.networks import little_text
from advocacy.playground.networks.consent import Client, ConsentWorld, Token, same
from advocacy.playground.networks.pages import Look
from advocacy.playground.networks.posts import Draft, Post, first_link
from advocacy.playground.world import Handler

WWW = "www.linkedin.com"
API = "api.linkedin.com"
MEDIA = "media.licdn.com"
VERSIONS = ("202512", "202611")
"""Oldest and newest LinkedIn-Version that is active."""
LONGEST = 3000
DAILY = 150
"""Requests per member and UTC day."""
DUPLICATE_WINDOW = timedelta(minutes=10)
MOST_PIXELS = 36_152_320
_VERSION = re.compile("[0-9]{6}")
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif"}


@dataclass(slots=True)
class Picture:
    """A picture's place, reserved by its owner and filled by the upload."""

    owner: str
    data: bytes = b""
    kind: str = ""


class LinkedInWorld(ConsentWorld):
    """LinkedIn with the two self-serve products: Share on LinkedIn, Sign In with OpenID Connect."""

    name = "linkedin"
    look = Look("LinkedIn", "in", "#0a66c2", "#1d76cf", home="/feed/")
    origin = f"https://{WWW}"
    crawler = "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)"
    code_life = timedelta(minutes=30)
    token_life = timedelta(days=60)
    denied: ClassVar = {"error": "user_cancelled_login", "error_description": "The user cancelled LinkedIn login"}
    scope_words: ClassVar = {
        "openid": "scope_name", "profile": "scope_name", "email": "scope_email", "w_member_social": "scope_post",
    }  # fmt: skip

    def __init__(
        self,
        client_id: str = "playground-linkedin",
        client_secret: str = "playground-linkedin-secret",  # noqa: S107 - opens nothing but this stage
        redirects: tuple[str, ...] = (),
    ) -> None:
        super().__init__(client_id, client_secret)
        self.redirects = redirects
        """Registered redirect addresses, compared letter by letter; any when empty."""
        self.pictures: dict[str, Picture] = {}
        self._calls: Counter[tuple[str, date]] = Counter()
        self._recent: dict[tuple[str, str, str], tuple[datetime, str]] = {}

    def routes(self) -> Iterable[tuple[str, str, str, Handler]]:
        """Sign-in, pages and dialogs on www, the API on api, pictures on media."""
        yield from self.consent_routes(WWW, "/oauth/v2/authorization")
        yield (WWW, "POST", "/oauth/v2/accessToken", self._answer(self._access_token))
        yield (WWW, "POST", "/oauth/v2/revoke", self._answer(self._give_back))
        yield (WWW, "PUT", "/dms-uploads/{picture}/uploaded-image/0", self._answer(self._upload))
        for path in ("/sharing/share-offsite", "/sharing/share-offsite/", "/feed", "/feed/"):
            yield from self.dialog_routes(WWW, path)
        yield from self.page_routes(WWW, "/in/{person}", "/feed/update/{post}")
        yield (WWW, "GET", "/feed/update/{post}/", self.post_page)
        yield (MEDIA, "GET", "/dms/image/{picture}", self._picture)
        yield (API, "GET", "/v2/userinfo", self._answer(self._userinfo))
        yield (API, "POST", "/rest/posts", self._answer(self._create))
        yield (API, "DELETE", "/rest/posts/{post}", self._answer(self._delete))
        yield (API, "POST", "/rest/images", self._answer(self._initialize_upload))
        yield (API, "GET", "/rest/{what:(?:posts|images)/.+}", self._answer(self._read))

    def urn(self, person: Resident) -> str:
        """``urn:li:person:…`` as this app sees the person."""
        return f"urn:li:person:{self.subject(person)}"

    def subject(self, person: Resident) -> str:
        """The pairwise ``sub`` of OpenID Connect."""
        return hashlib.sha256(f"{self.client_id}/{person.key}".encode()).hexdigest()[:10]

    # -- in LinkedIn's words -----------------------------------------------------------------------------------------

    def throttled(self, request: web.Request, retry_after: int) -> web.StreamResponse:
        """429; LinkedIn sends no Retry-After."""
        del request, retry_after
        return say.answer(say.too_many())

    def broken(self, request: web.Request) -> web.StreamResponse:
        """500."""
        del request
        return say.answer(say.Refusal(500, "INTERNAL_SERVER_ERROR", "Internal Server Error"))

    def revoked(self, request: web.Request) -> web.StreamResponse:
        """401; the token itself is dead from now on, as it would be."""
        token = self.bearer(request)
        if token is not None:
            token.revoked = True
        return say.answer(say.revoked())

    def _answer(self, work: Handler) -> Handler:
        async def answered(request: web.Request) -> web.StreamResponse:
            try:
                return await work(request)
            except say.Refusal as refusal:
                return say.answer(refusal)

        return answered

    async def reset(self) -> None:
        """Forget posts, pictures, connections and what was counted."""
        await super().reset()
        self.pictures.clear()
        self._calls.clear()
        self._recent.clear()

    # -- sign-in -----------------------------------------------------------------------------------------------------

    def client(self, client_id: str) -> Client | None:
        """The one registered app."""
        if not same(client_id, self.client_id):
            return None
        return Client(client_id, self.client_secret, "Advocacy", self.redirects, frozenset(self.scope_words))

    async def _access_token(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if form.get("grant_type") != "authorization_code":
            return say.oauth_error(400, "unsupported_grant_type", "Refresh tokens are for approved partners")
        client = self.client(form.get("client_id", ""))
        if client is None or not same(form.get("client_secret", ""), client.secret):
            return say.oauth_error(401, "invalid_client", "Client authentication failed")
        token = self.redeem(client, form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier", ""))
        if token is None:
            why = (
                "Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code."
                " Or authorization code expired. Or external member binding exists"
            )
            return say.oauth_error(400, "invalid_request", why)
        assert self.token_life is not None
        life = int(self.token_life.total_seconds())
        scope = " ".join(sorted(token.scopes))
        return web.json_response(
            {"access_token": token.value, "expires_in": life, "scope": scope, "token_type": "Bearer"}
        )

    async def _give_back(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        client = self.client(str(form.get("client_id", "")))
        if client is None or not same(str(form.get("client_secret", "")), client.secret):
            return say.oauth_error(401, "invalid_client", "Client authentication failed")
        token = self.tokens.get(str(form.get("token", "")))
        if token is not None:
            token.revoked = True
            self.tell("account", change="revoked", person=token.person)
        return web.Response()

    def issue(self, client: Client, person_key: str, scopes: frozenset[str]) -> Token:
        """Give a token. Another set of scopes than before ends the earlier ones."""
        for token in self.tokens.values():
            if token.person == person_key and token.scopes != scopes:
                token.revoked = True
        return super().issue(client, person_key, scopes)

    def _person(self, request: web.Request, *scopes: str) -> Resident:
        token = self.bearer(request)
        if token is None:
            raise say.Refusal(401, "INVALID_ACCESS_TOKEN", "Invalid access token", serviceErrorCode=65600)
        if token.revoked:
            raise say.revoked()
        if not token.works(self.clock.now()):
            message = "The token used in the request has expired"
            raise say.Refusal(401, "EXPIRED_ACCESS_TOKEN", message, serviceErrorCode=65602)
        if not token.scopes.issuperset(scopes):
            raise say.denied(f"Not enough permissions to access: {request.path.partition(API)[2]}")
        return self.people[token.person]

    async def _userinfo(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request, "openid", "profile")
        given, _, family = person.name.rpartition(" ")
        country = "DE" if person.language == "de" else "US"
        told: dict[str, Any] = {
            "sub": self.subject(person), "name": person.name, "given_name": given, "family_name": family,
            "locale": {"country": country, "language": person.language},
        }  # fmt: skip
        token = self.bearer(request)
        if token is not None and "email" in token.scopes:
            told |= {"email": person.email, "email_verified": True}
        return web.json_response(told)

    # -- the versioned API -------------------------------------------------------------------------------------------

    def _member(self, request: web.Request) -> Resident:
        """Everything a versioned write must bring. https://learn.microsoft.com/linkedin/marketing/versioning"""
        person = self._person(request)
        version = request.headers.get("LinkedIn-Version", "")
        if not version:
            message = "A version must be present. Please specify a version by adding the LinkedIn-Version header."
            raise say.Refusal(400, "VERSION_MISSING", message)
        if not (_VERSION.fullmatch(version) and VERSIONS[0] <= version <= VERSIONS[1]):
            raise say.Refusal(426, "NONEXISTENT_VERSION", f"Requested version {version}01 is not active")
        if request.headers.get("X-Restli-Protocol-Version") != "2.0.0":
            # The vendor would read the request by protocol 1.0 rules, which break on our addresses; say so at once.
            raise say.Refusal(400, "ILLEGAL_ARGUMENT", "X-Restli-Protocol-Version must be 2.0.0")
        today = (person.key, self.clock.now().date())
        self._calls[today] += 1
        if self._calls[today] > DAILY:
            raise say.too_many()
        return self._person(request, "w_member_social")

    async def _create(self, request: web.Request) -> web.StreamResponse:
        person = self._member(request)
        body = await say.json_body(request)
        say.check_fields(body)
        if body["author"] != self.urn(person):
            why = "Data Processing Exception while processing fields [/author]"
            raise say.denied(f"Field Value validation failed in REQUEST_BODY: {why}")
        commentary = str(body.get("commentary", ""))
        if little_text.length(commentary) > LONGEST:
            used = little_text.length(commentary)
            message = f"commentary text length ({used} characters) exceeded the maximum allowed ({LONGEST} characters)"
            raise say.Refusal(422, "UNPROCESSABLE_ENTITY", message)
        text = little_text.shown(commentary)
        link, title, image = self._content(body.get("content") or {}, person)
        if "reshareContext" in body:
            link, title = self._passed_on(body)
        self._refuse_twin(person, commentary, link)
        post = self._post(person, text, link or first_link(text), "api")
        post.title, post.image = title, image
        self.publish(post)
        self._recent[person.key, commentary, link] = (post.at, post.id)
        return web.Response(status=201, headers={"x-restli-id": post.id, "x-linkedin-id": post.id})

    def _refuse_twin(self, person: Resident, commentary: str, link: str) -> None:
        """The same words again within ten minutes are refused, even when the first post was deleted meanwhile."""
        at, urn = self._recent.get((person.key, commentary, link), (None, ""))
        if at is not None and self.clock.now() - at < DUPLICATE_WINDOW:
            raise say.duplicate(urn)

    def _content(self, content: dict[str, Any], person: Resident) -> tuple[str, str, str]:
        """Link, title and picture. Nothing is read from the link: what is not sent is not shown."""
        article, media = content.get("article"), content.get("media")
        say.check_content(content)
        if article is not None:
            source = str(article.get("source", ""))
            if not source.startswith(("http://", "https://")):
                raise say.invalid("/content/article/source", "field is required but not found and has no default value")
            if not article.get("title"):
                raise say.invalid("/content/article/title", "field is required but not found and has no default value")
            return source, str(article["title"]), self._public(article.get("thumbnail"), person)
        if media is not None:
            return "", str(media.get("title", "")), self._public(media.get("id"), person)
        return "", "", ""

    def _passed_on(self, body: dict[str, Any]) -> tuple[str, str]:
        """Page and first words of the post that is passed on. Its activity's number is no name for it."""
        context = body["reshareContext"]
        urn = str(context.get("parent", "")) if isinstance(context, dict) else ""
        if not urn.startswith(("urn:li:share:", "urn:li:ugcPost:")) or body.get("content"):
            raise say.invalid("/reshareContext/parent", f'"{urn}" is not a share or ugcPost that can be reshared')
        before = self.find(urn)
        if before is None:
            raise say.Refusal(404, "NOT_FOUND", f"{urn} does not exist")
        return before.url, before.text[:80]

    def _public(self, urn: str | None, person: Resident) -> str:
        if urn is None:
            return ""
        picture = self.pictures.get(urn)
        if picture is None or picture.owner != person.key or not picture.data:
            raise say.Refusal(400, "INVALID_URN", f"{urn} does not exist or was not uploaded by the author")
        return f"https://{MEDIA}/dms/image/{urn.rpartition(':')[2]}"

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        person = self._member(request)
        post = self._posts.get(request.match_info["post"])
        if post is None:
            raise say.Refusal(404, "NOT_FOUND", "The requested post does not exist")
        if post.person != person.key:
            raise say.denied("Only the author may delete this post")
        self.remove(post.id)
        return web.Response(status=204)

    async def _read(self, request: web.Request) -> web.StreamResponse:
        """Reading needs r_member_social, which is closed."""
        self._member(request)
        raise say.denied(f"Not enough permissions to access: {request.path.partition(API)[2]}")

    # -- pictures ----------------------------------------------------------------------------------------------------

    async def _initialize_upload(self, request: web.Request) -> web.StreamResponse:
        person = self._member(request)
        if request.query.get("action") != "initializeUpload":
            raise say.Refusal(400, "ILLEGAL_ARGUMENT", "action must be initializeUpload")
        body = await say.json_body(request)
        if (body.get("initializeUploadRequest") or {}).get("owner") != self.urn(person):
            raise say.denied("Field Value validation failed in REQUEST_BODY: [/initializeUploadRequest/owner]")
        urn = f"urn:li:image:D4E{self.next_number():08d}"
        self.pictures[urn] = Picture(person.key)
        until = int((self.clock.now() + timedelta(hours=1)).timestamp() * 1000)
        place = f"https://{WWW}/dms-uploads/{urn.rpartition(':')[2]}/uploaded-image/0"
        return web.json_response({"value": {"uploadUrlExpiresAt": until, "uploadUrl": place, "image": urn}})

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request, "w_member_social")
        picture = self.pictures.get(f"urn:li:image:{request.match_info['picture']}")
        if picture is None or picture.owner != person.key or picture.data:
            raise say.Refusal(404, "NOT_FOUND", "There is no upload waiting here")
        data = await request.read()
        try:
            with Image.open(io.BytesIO(data)) as opened:
                kind, pixels = _FORMATS.get(opened.format or ""), opened.width * opened.height
                opened.verify()
        except (UnidentifiedImageError, OSError, SyntaxError):
            kind, pixels = None, 0
        if kind is None or pixels >= MOST_PIXELS:
            raise say.Refusal(400, "INVALID_IMAGE", f"JPG, PNG or GIF under {MOST_PIXELS} pixels")
        picture.data, picture.kind = data, kind
        return web.Response(status=201)

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        picture = self.pictures.get(f"urn:li:image:{request.match_info['picture']}")
        if picture is None or not picture.data:
            raise web.HTTPNotFound
        return web.Response(body=picture.data, content_type=picture.kind)

    # -- share dialogs -----------------------------------------------------------------------------------------------

    def draft(self, host: str, path: str, query: Mapping[str, str]) -> Draft | None:
        """``/sharing/share-offsite/?url=`` takes no text; ``/feed/?shareActive=true&text=`` takes nothing else."""
        del host
        if path.startswith("/sharing/share-offsite"):
            link = query.get("url", "")
            return Draft(self.name, "", link, attached=True) if link.startswith(("http://", "https://")) else None
        if path.rstrip("/") == "/feed" and query.get("shareActive") == "true":
            text = query.get("text", "")
            return Draft(self.name, text, first_link(text))
        return None

    def length(self, network: str, text: str) -> tuple[int, int]:
        """Plain characters, up to 3,000."""
        del network
        return len(text), LONGEST

    def post_by_hand(self, person: Resident, draft: Draft) -> Post:
        """A post typed into the dialog: no little text there."""
        return self.publish(self._post(person, draft.text, draft.link, "dialog"), crawl=True)

    def _post(self, person: Resident, text: str, link: str, via: Literal["api", "dialog"]) -> Post:
        urn = f"urn:li:share:{7_398_000_000_000_000_000 + self.next_number()}"
        page = f"{self.origin}/feed/update/{urn}"
        return Post(urn, person.key, text, link, "", "", self.clock.now(), via, network=self.name, url=page)
