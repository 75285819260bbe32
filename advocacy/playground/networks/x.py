"""X in small (https://docs.x.com): consent, tokens that rotate, posts, what they cost, and the share dialog."""

from __future__ import annotations

import base64
import binascii
import html
import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, ClassVar, Literal

import regex
from aiohttp import web

from advocacy.playground.company import Resident
from advocacy.playground.networks.consent import Asked, Client, ConsentRefused, ConsentWorld, Token, same
from advocacy.playground.networks.limits import Counted, Quota
from advocacy.playground.networks.pages import Look
from advocacy.playground.networks.posts import LINK, Draft, Post, first_link
from advocacy.playground.world import Handler

WWW = "x.com"
API = "api.x.com"
LONGEST = 280
PER_LINK = 23
# https://docs.x.com/fundamentals/counting-characters : these count once, everything else twice.
_LIGHT = re.compile("[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_PICTURE = (
    r"[\p{Extended_Pictographic}--[©®]](?!\ufe0e)[\ufe0f\p{Emoji_Modifier}]?(?:[\U000e0020-\U000e007e]+\U000e007f)?"
)
_EMOJI = regex.compile(
    rf"\p{{Regional_Indicator}}{{2}}|[#*0-9]\ufe0f?\u20e3|[©®]\ufe0f|{_PICTURE}(?:\u200d{_PICTURE})*", regex.VERSION1
)
_TITLES = {
    400: "Invalid Request", 401: "Unauthorized", 402: "CreditsDepleted", 403: "Forbidden", 404: "Not Found",
    500: "Internal Server Error",
}  # fmt: skip


class Problem(Exception):
    """An error as X words it."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail

    def answer(self) -> web.Response:
        """https://docs.x.com/x-api/fundamentals/response-codes-and-errors"""
        told = {"detail": self.detail, "type": "about:blank", "title": _TITLES[self.status], "status": self.status}
        return web.json_response(told, status=self.status)


class XWorld(ConsentWorld):
    """Everybody's posts on X, by hand and through an app that pays for each."""

    name = "x"
    look = Look("X", "𝕏", "#0f1419", "#3d454d", home="/home")
    origin = f"https://{WWW}"
    crawler = "Twitterbot/1.0"
    code_life = timedelta(seconds=30)
    token_life = timedelta(hours=2)
    denied: ClassVar[Mapping[str, str]] = {"error": "access_denied"}
    scope_words: ClassVar[Mapping[str, str]] = {
        "tweet.read": "scope_read", "users.read": "scope_name", "tweet.write": "scope_post",
        "offline.access": "scope_read",
    }  # fmt: skip

    def __init__(self) -> None:
        super().__init__("playground-x")
        self.has_credits = True
        """What the app's owner has bought is not used up."""
        self.reads = 0
        """Posts that were read by their ids, each for money."""
        self._lookups = Quota(900, 900)
        self._refreshers: dict[str, Token] = {}
        self._quota = Quota(100, 900)

    def routes(self) -> Iterable[tuple[str, str, str, Handler]]:
        """Consent, dialog and pages for people, the API for apps."""
        yield from self.consent_routes(WWW, "/i/oauth2/authorize")
        yield from self.dialog_routes(WWW, "/intent/post")
        yield (WWW, "GET", "/home", self.feed_page)
        yield from self.page_routes(WWW, "/people/{person}", "/i/status/{post}")
        yield (API, "POST", "/2/oauth2/token", self._token)
        yield (API, "POST", "/2/oauth2/revoke", self._give_back)
        yield (API, "GET", "/2/users/me", self._answer(self._me))
        yield (API, "GET", "/2/users/{user}/tweets", self._answer(self._list))
        yield (API, "POST", "/2/tweets", self._answer(self._create))
        yield (API, "GET", "/2/tweets", self._answer(self._look_up))
        yield (API, "DELETE", "/2/tweets/{post}", self._answer(self._delete))

    def user_id(self, person: Resident) -> str:
        """As X numbers people."""
        return str(1_700_000_000 + list(self.people).index(person.key))

    def connected(self, person_key: str) -> bool:
        """Does some app hold a token that works, or one that renews it?"""
        return super().connected(person_key) or any(one.person == person_key for one in self._refreshers.values())

    def revoke(self, person_key: str) -> None:
        """The person takes all apps' access away; what would renew it is gone as well."""
        self._refreshers = {value: one for value, one in self._refreshers.items() if one.person != person_key}
        super().revoke(person_key)

    async def reset(self) -> None:
        """Forget posts, connections and what was counted."""
        await super().reset()
        self._refreshers.clear()
        self._quota.clear()
        self._lookups.clear()
        self.reads = 0
        self.has_credits = True

    # -- in X's words ------------------------------------------------------------------------------------------------

    def throttled(self, request: web.Request, retry_after: int) -> web.StreamResponse:
        """429; the moment it ends is in x-rate-limit-reset."""
        del request
        until = self.clock.now() + timedelta(seconds=retry_after)
        return _too_many(Counted(allowed=False, most=100, left=0, until=until))

    def broken(self, request: web.Request) -> web.StreamResponse:
        """500."""
        del request
        return Problem(500, "Something is broken. This is usually temporary.").answer()

    def revoked(self, request: web.Request) -> web.StreamResponse:
        """401; the permission is gone from now on, as it would be."""
        token = self.bearer(request)
        if token is not None:
            self.revoke(token.person)
        return Problem(401, "Unauthorized").answer()

    def _answer(self, work: Handler) -> Handler:
        async def answered(request: web.Request) -> web.StreamResponse:
            try:
                return await work(request)
            except Problem as problem:
                return problem.answer()

        return answered

    # -- tokens ------------------------------------------------------------------------------------------------------

    def asked(self, query: Mapping[str, str]) -> Asked:
        """X takes nobody without PKCE."""
        asked = super().asked(query)
        if not asked.challenge:
            raise ConsentRefused("invalid_request: code_challenge is missing")
        return asked

    async def _token(self, request: web.Request) -> web.StreamResponse:
        """A code, or a refresh token that was never used, becomes a pair of tokens."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        client = self._app(request)
        if client is None:
            return _refused("unauthorized_client", "Missing valid authorization header", status=401)
        if form.get("grant_type") == "refresh_token":
            before = self._refreshers.pop(form.get("refresh_token", ""), None)
            if before is None:
                return _refused("invalid_request", "Value passed for the token was invalid.")
            token = self.issue(client, before.person, before.scopes)
        else:
            code, redirect = form.get("code", ""), form.get("redirect_uri", "")
            made = self.redeem(client, code, redirect, form.get("code_verifier", ""))
            if made is None:
                return _refused("invalid_request", "Value passed for the authorization code was invalid.")
            token = made
        told = {
            "token_type": "bearer", "expires_in": 7200, "access_token": token.value,
            "scope": " ".join(sorted(token.scopes)),
        }  # fmt: skip
        if "offline.access" in token.scopes:
            told["refresh_token"] = secrets.token_urlsafe(32)
            self._refreshers[str(told["refresh_token"])] = token
        return web.json_response(told)

    async def _give_back(self, request: web.Request) -> web.StreamResponse:
        if self._app(request) is None:
            return _refused("unauthorized_client", "Missing valid authorization header", status=401)
        value = str((await request.post()).get("token", ""))
        token = self.tokens.get(value) or self._refreshers.get(value)
        if token is not None:
            self.revoke(token.person)
        return web.json_response({"revoked": True})

    def _app(self, request: web.Request) -> Client | None:
        """The app that this Authorization header proves."""
        kind, _, said = request.headers.get("Authorization", "").partition(" ")
        try:
            name, _, secret = base64.b64decode(said, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        client = self.client(name)
        return client if client is not None and kind == "Basic" and same(secret, client.secret) else None

    def _person(self, request: web.Request, *scopes: str) -> Resident:
        token = self.bearer(request)
        if token is None or not token.works(self.clock.now()):
            raise Problem(401, "Unauthorized")
        if not token.scopes.issuperset(scopes):
            raise Problem(403, "You are not permitted to perform this action.")
        if not self.has_credits:
            raise Problem(402, "Your enrolled account does not have any credits to fulfill this request.")
        return self.people[token.person]

    async def _me(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request, "users.read", "tweet.read")
        return web.json_response({"data": {"id": self.user_id(person), "name": person.name, "username": person.key}})

    # -- posts -------------------------------------------------------------------------------------------------------

    async def _create(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request, "tweet.read", "tweet.write", "users.read")
        counted = self._quota.use(person.key, self.clock.now())
        if not counted.allowed:
            return _too_many(counted)
        sent = await request.json()
        text = str(sent.get("text", ""))
        if not text.strip():
            raise Problem(400, "One or more parameters to your request was invalid.")
        if x_length(text) > LONGEST:
            raise Problem(403, "Your Tweet text is too long.")
        # A post that was taken down counts as well.
        if any(one.text == text and self.clock.now() - one.at < timedelta(days=1) for one in self.posts(person.key)):
            raise Problem(403, "You are not allowed to create a Tweet with duplicate content.")
        post = self._put_up(person, text, first_link(text), "api")
        post.labelled = sent.get("paid_partnership") is True
        return web.json_response({"data": _shown(post)}, status=201)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        """A person's posts, newest first."""
        self._person(request, "tweet.read", "users.read")
        wanted = next((one for one in self.people.values() if self.user_id(one) == request.match_info["user"]), None)
        most = request.query.get("max_results", "10")
        if wanted is None or not most.isdecimal() or not 5 <= int(most) <= 100:
            raise Problem(400, "One or more parameters to your request was invalid.")
        found = [_shown(one) for one in self.posts(wanted.key, deleted=False)[::-1][: int(most)]]
        return web.json_response({"meta": {"result_count": len(found)}} | ({"data": found} if found else {}))

    async def _look_up(self, request: web.Request) -> web.StreamResponse:
        """Up to a hundred posts by their ids; those that are not there are errors beside the others."""
        person = self._person(request, "tweet.read", "users.read")
        counted = self._lookups.use(person.key, self.clock.now())
        if not counted.allowed:
            return _too_many(counted)
        ids = [one for one in request.query.get("ids", "").split(",") if one]
        if not 0 < len(ids) <= 100 or not all(map(str.isdecimal, ids)):
            raise Problem(400, "One or more parameters to your request was invalid.")
        found = [post for one in ids if (post := self.find(one)) is not None]
        self.reads += len(found)
        wanted = "public_metrics" in request.query.get("tweet.fields", "").split(",")
        missing = [
            {"resource_type": "tweet", "parameter": "ids", "value": one, "title": "Not Found Error"}
            for one in ids if self.find(one) is None
        ]  # fmt: skip
        told = {"data": [_shown(one) | (_counts(one) if wanted else {}) for one in found]} if found else {}
        return web.json_response(told | ({"errors": missing} if missing else {}))

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request, "tweet.read", "tweet.write", "users.read")
        post = self.find(request.match_info["post"])
        if post is None:
            raise Problem(404, "Could not find tweet with this id.")
        if post.person != person.key:
            raise Problem(403, "You are not authorized to delete this Tweet.")
        self.remove(post.id)
        return web.json_response({"data": {"deleted": True}})

    def _put_up(self, person: Resident, text: str, link: str, via: Literal["api", "dialog"]) -> Post:
        number = str(1_993_000_000_000_000_000 + self.next_number())
        page = f"{self.origin}/i/status/{number}"
        post = Post(number, person.key, text, link, "", "", self.clock.now(), via, network=self.name, url=page)
        return self.publish(post, crawl=True)

    # -- the share dialog --------------------------------------------------------------------------------------------

    def draft(self, host: str, path: str, query: Mapping[str, str]) -> Draft | None:
        """Text, link, hashtags, via. https://docs.x.com/x-for-websites/post-button"""
        if host != WWW or path.rstrip("/") != "/intent/post":
            return None
        tags = [f"#{tag.strip()}" for tag in query.get("hashtags", "").split(",") if tag.strip()]
        via = f"via @{query['via']}" if query.get("via") else ""
        text = " ".join(filter(None, (query.get("text", ""), query.get("url", ""), *tags, via)))
        return Draft(self.name, text, first_link(text))

    def length(self, network: str, text: str) -> tuple[int, int]:
        """Weighted."""
        del network
        return x_length(text), LONGEST

    def post_by_hand(self, person: Resident, draft: Draft) -> Post:
        """Publish what was typed."""
        return self._put_up(person, draft.text, draft.link, "dialog")


def x_length(text: str) -> int:
    """X's weighted count: a link 23, an emoji 2, CJK 2 each, Latin 1; of composed characters."""
    text = unicodedata.normalize("NFC", text)
    weight = 0
    end = 0
    for found in LINK.finditer(text):
        weight += _weight(text[end : found.start()]) + PER_LINK
        end = found.end()
    return weight + _weight(text[end:])


def _weight(text: str) -> int:
    rest = _EMOJI.sub("", text)
    emoji = len(_EMOJI.findall(text))
    return 2 * emoji + sum(1 if _LIGHT.match(letter) else 2 for letter in rest)


def _shown(post: Post) -> dict[str, Any]:
    """A post as the API shows it: links are t.co's, and three signs are escaped."""
    urls = [
        {"url": f"https://t.co/{post.id[-6:]}{number}", "expanded_url": link}
        for number, link in enumerate(LINK.findall(post.text))
    ]
    text = post.text
    for one in urls:
        text = text.replace(one["expanded_url"], one["url"], 1)
    return {"id": post.id, "text": html.escape(text, quote=False), "entities": {"urls": urls}}


def _counts(post: Post) -> dict[str, Any]:
    return {
        "public_metrics": {
            "like_count": post.likes, "retweet_count": post.reposts, "reply_count": post.replies, "quote_count": 0,
            "bookmark_count": 0, "impression_count": 10 * post.likes,
        }
    }  # fmt: skip


def _too_many(counted: Counted) -> web.Response:
    told = {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429}
    headers = {
        "x-rate-limit-limit": str(counted.most), "x-rate-limit-remaining": str(counted.left),
        "x-rate-limit-reset": str(int(counted.until.timestamp())),
    }  # fmt: skip
    return web.json_response(told, status=429, headers=headers)


def _refused(error: str, why: str, *, status: int = 400) -> web.Response:
    return web.json_response({"error": error, "error_description": why}, status=status)
