"""Threads in small (https://developers.facebook.com/docs/threads): consent, containers, publication, its limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

import regex
from aiohttp import web

from advocacy.playground.company import Resident
from advocacy.playground.networks.consent import ConsentWorld, Token, same
from advocacy.playground.networks.limits import Quota
from advocacy.playground.networks.pages import Look
from advocacy.playground.networks.posts import LINK, Draft, Post, first_link
from advocacy.playground.world import Handler

WWW = "www.threads.net"
ASKS = "threads.net"
GRAPH = "graph.threads.net"
LONGEST = 500
MOST_LINKS = 5
_LASTING = timedelta(days=60)
_OLD_ENOUGH = timedelta(days=1)
_CONTAINER = timedelta(days=1)
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3", regex.VERSION1)


class GraphError(Exception):
    """An answer in the words of Meta's Graph API."""

    def __init__(self, code: int, message: str, *, status: int = 400, subcode: int = 0) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.subcode = code, message, status, subcode

    def answer(self) -> web.Response:
        """https://developers.facebook.com/docs/graph-api/guides/error-handling"""
        kind = "OAuthException" if self.code in {4, 10, 190, 200} else "THApiException"
        told = {"message": self.message, "type": kind, "code": self.code, "fbtrace_id": "AplayedOnLoopback"}
        if self.subcode:
            told["error_subcode"] = self.subcode
        return web.json_response({"error": told}, status=self.status)


class ThreadsWorld(ConsentWorld):
    """Everybody's threads."""

    name = "threads"
    look = Look("Threads", "@", "#1f1f1f", "#4a4a4a", radius="50%", home="/for-you")
    origin = f"https://{WWW}"
    crawler = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"
    token_life = timedelta(hours=1)
    denied: ClassVar[Mapping[str, str]] = {
        "error": "access_denied",
        "error_description": "The user denied your request.",
    }
    scope_words: ClassVar[Mapping[str, str]] = {
        "threads_basic": "scope_name", "threads_content_publish": "scope_post", "threads_delete": "scope_post",
    }  # fmt: skip

    def __init__(self) -> None:
        super().__init__("playground-threads")
        self._containers: dict[str, tuple[str, str, str, datetime]] = {}
        """Id to its person, text, link and when it was made."""
        self._daily = Quota(250, 86400)

    def routes(self) -> Iterable[tuple[str, str, str, Handler]]:
        """Consent and pages for people, the graph for apps."""
        yield from self.consent_routes(ASKS, "/oauth/authorize")
        yield (GRAPH, "POST", "/oauth/access_token", self._answer(self._access_token))
        yield (GRAPH, "GET", "/access_token", self._answer(self._exchange))
        yield (GRAPH, "GET", "/refresh_access_token", self._answer(self._refresh))
        yield (GRAPH, "GET", "/v1.0/me", self._answer(self._me))
        yield (GRAPH, "POST", "/v1.0/{user}/threads", self._answer(self._hold))
        yield (GRAPH, "GET", "/v1.0/{user}/threads", self._answer(self._list))
        yield (GRAPH, "POST", "/v1.0/{user}/threads_publish", self._answer(self._publish))
        yield (GRAPH, "GET", "/v1.0/{post}", self._answer(self._read))
        yield (GRAPH, "DELETE", "/v1.0/{post}", self._answer(self._delete))
        yield (WWW, "GET", "/for-you", self.feed_page)
        yield from self.dialog_routes(WWW, "/intent/post")
        yield from self.page_routes(WWW, "/@{person}", "/@{person}/post/{post}")

    def user_id(self, person: Resident) -> str:
        """As the graph counts people."""
        return str(17_841_400_000_000_000 + list(self.people).index(person.key))

    async def reset(self) -> None:
        """Forget posts, containers, connections and what was counted."""
        await super().reset()
        self._containers.clear()
        self._daily.clear()

    # -- in Meta's words ---------------------------------------------------------------------------------------------

    def throttled(self, request: web.Request, retry_after: int) -> web.StreamResponse:
        """A code says it; when to come back is not told."""
        del request, retry_after
        return GraphError(4, "(#4) Application request limit reached", status=403).answer()

    def broken(self, request: web.Request) -> web.StreamResponse:
        """500."""
        del request
        return GraphError(2, "An unexpected error has occurred. Please retry your request later.", status=500).answer()

    def revoked(self, request: web.Request) -> web.StreamResponse:
        """The token itself is dead from now on, as it would be."""
        token = self.bearer(request)
        if token is not None:
            token.revoked = True
        return _lapsed().answer()

    def _answer(self, work: Handler) -> Handler:
        async def answered(request: web.Request) -> web.StreamResponse:
            try:
                return await work(request)
            except GraphError as error:
                return error.answer()

        return answered

    # -- tokens ------------------------------------------------------------------------------------------------------

    async def _access_token(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        client = self.client(form.get("client_id", ""))
        if client is None or not same(form.get("client_secret", ""), client.secret):
            raise GraphError(101, "Error validating client secret.")
        token = self.redeem(client, form.get("code", ""), form.get("redirect_uri", ""), "")
        if form.get("grant_type") != "authorization_code" or token is None:
            raise GraphError(100, "This authorization code has been used or is not valid")
        return web.json_response({"access_token": token.value, "user_id": self.user_id(self.people[token.person])})

    async def _exchange(self, request: web.Request) -> web.StreamResponse:
        """An hour's token becomes one for 60 days."""
        token = self._token(request)
        if request.query.get("grant_type") != "th_exchange_token":
            raise GraphError(100, "Unsupported grant type")
        if not same(request.query.get("client_secret", ""), self.client_secret):
            raise GraphError(101, "Error validating client secret.")
        return self._lasting(token)

    async def _refresh(self, request: web.Request) -> web.StreamResponse:
        """A token of at least a day becomes a fresh one; the old one goes on to its end."""
        token = self._token(request)
        if request.query.get("grant_type") != "th_refresh_token":
            raise GraphError(100, "Unsupported grant type")
        if token.until is None or token.until - token.made < _LASTING or self.clock.now() - token.made < _OLD_ENOUGH:
            raise GraphError(100, "The access token must be long-lived and at least 24 hours old")
        return self._lasting(token)

    def _lasting(self, token: Token) -> web.Response:
        client = self.client(token.client_id)
        assert client is not None
        fresh = self.issue(client, token.person, token.scopes)
        fresh.until = fresh.made + _LASTING
        life = int(_LASTING.total_seconds())
        return web.json_response({"access_token": fresh.value, "token_type": "bearer", "expires_in": life})

    def _token(self, request: web.Request, *scopes: str) -> Token:
        token = self.bearer(request)
        if token is None or not token.works(self.clock.now()):
            raise _lapsed()
        if not token.scopes.issuperset(scopes):
            raise GraphError(10, "Application does not have permission for this action")
        return token

    def _person(self, request: web.Request, *scopes: str) -> Resident:
        """Whose token it is; a user in the address has to be the same."""
        person = self.people[self._token(request, *scopes).person]
        if request.match_info.get("user", self.user_id(person)) not in {self.user_id(person), "me"}:
            raise GraphError(100, "Unsupported post request. Object does not exist", subcode=33)
        return person

    async def _me(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request, "threads_basic")
        return web.json_response({"id": self.user_id(person), "username": person.key})

    # -- posts -------------------------------------------------------------------------------------------------------

    async def _hold(self, request: web.Request) -> web.StreamResponse:
        """Make a container; nobody sees it until it is published, and after a day nobody ever will."""
        person = self._person(request, "threads_basic", "threads_content_publish")
        form = {name: str(value) for name, value in (await request.post()).items()}
        text, link = form.get("text", ""), form.get("link_attachment", "")
        if form.get("media_type") != "TEXT" or not text:
            raise GraphError(100, "(#100) Param media_type must be TEXT, and text must not be empty")
        used, most = self.length(self.name, text)
        if used > most:
            raise GraphError(100, f"(#100) Param text must be at most {most} characters long.")
        if len({*LINK.findall(text), *([link] if link else [])}) > MOST_LINKS:
            raise GraphError(100, "THREADS_API__LINK_LIMIT_EXCEEDED")
        number = str(18_000_000_000_000_000 + self.next_number())
        self._containers[number] = (person.key, text, link or first_link(text), self.clock.now())
        return web.json_response({"id": number})

    async def _publish(self, request: web.Request) -> web.StreamResponse:
        """A container becomes a post, once."""
        person = self._person(request, "threads_basic", "threads_content_publish")
        wanted = str((await request.post()).get("creation_id", ""))
        owner, text, link, made = self._containers.get(wanted, ("", "", "", self.clock.now()))
        if owner != person.key or self.clock.now() - made > _CONTAINER:
            raise GraphError(24, "The requested resource does not exist", subcode=4279009)
        if not self._daily.use(person.key, self.clock.now()).allowed:
            raise GraphError(9, "You have reached the maximum number of posts of 24 hours", status=403)
        del self._containers[wanted]
        return web.json_response({"id": self._put_up(person, text, link, "api").id})

    async def _list(self, request: web.Request) -> web.StreamResponse:
        """The person's own posts, newest first."""
        person = self._person(request, "threads_basic")
        most = min(int(request.query.get("limit", "25")), 100)
        mine = self.posts(person.key, deleted=False)[::-1][:most]
        return web.json_response({"data": [_shown(one, request.query.get("fields", "id")) for one in mine]})

    async def _read(self, request: web.Request) -> web.StreamResponse:
        post = self._own(request, "threads_basic")
        return web.json_response(_shown(post, request.query.get("fields", "id")))

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        post = self._own(request, "threads_basic", "threads_delete")
        self.remove(post.id)
        return web.json_response({"success": True, "deleted_id": post.id})

    def _own(self, request: web.Request, *scopes: str) -> Post:
        person = self._person(request, *scopes)
        post = self.find(request.match_info["post"])
        if post is None or post.person != person.key:
            message = f"Unsupported request. Object with ID '{request.match_info['post']}' does not exist"
            raise GraphError(100, message, subcode=33)
        return post

    def _put_up(self, person: Resident, text: str, link: str, via: Literal["api", "dialog"]) -> Post:
        number = str(17_900_000_000_000_000 + self.next_number())
        page = f"{self.origin}/@{person.key}/post/{number}"
        post = Post(number, person.key, text, link, "", "", self.clock.now(), via, network=self.name, url=page)
        return self.publish(post, crawl=True)

    # -- the share dialog --------------------------------------------------------------------------------------------

    def draft(self, host: str, path: str, query: Mapping[str, str]) -> Draft | None:
        """``/intent/post?text=&url=``."""
        if host != WWW or path != "/intent/post":
            return None
        text = " ".join(filter(None, (query.get("text", ""), query.get("url", ""))))
        return Draft(self.name, text, first_link(text))

    def length(self, network: str, text: str) -> tuple[int, int]:
        """Characters, up to 500; an emoji counts its bytes."""
        del network
        emoji = _EMOJI.findall(text)
        return len(text) + sum(len(one.encode()) - 1 for one in emoji), LONGEST

    def post_by_hand(self, person: Resident, draft: Draft) -> Post:
        """A post typed into the dialog."""
        return self._put_up(person, draft.text, draft.link, "dialog")


def _lapsed() -> GraphError:
    return GraphError(190, "Error validating access token: The session is no longer valid", status=401, subcode=463)


def _shown(post: Post, wanted: str) -> dict[str, Any]:
    """These fields of a post."""
    all_of_it = {
        "id": post.id, "media_type": "TEXT_POST", "text": post.text, "permalink": post.url, "username": post.person,
        "timestamp": post.at.isoformat(timespec="seconds"), "link_attachment_url": post.url_of_link,
    }  # fmt: skip
    return {name: value for name, value in all_of_it.items() if name in {*wanted.split(","), "id"}}
