"""The authorization-code dance as networks play it: a page that asks, a code that works once, a token."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from advocacy.playground.networks import pages
from advocacy.playground.networks.network import NetworkWorld
from advocacy.playground.networks.posts import where
from advocacy.playground.world import Change, Handler


@dataclass(frozen=True, slots=True)
class Client:
    """An app as the network knows it."""

    id: str
    secret: str
    name: str
    redirects: tuple[str, ...]
    """Allowed redirect addresses; any when empty."""
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A valid authorization request."""

    client: Client
    redirect: str
    state: str | None
    scopes: frozenset[str]
    challenge: str
    """PKCE S256, empty without."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A code that was given and not yet turned into a token."""

    asked: Asked
    person: str
    until: datetime


@dataclass(slots=True)
class Token:
    """What an app may do for a person, until when."""

    value: str
    client_id: str
    person: str
    scopes: frozenset[str]
    made: datetime
    until: datetime | None
    """None: does not expire."""
    revoked: bool = False

    def works(self, now: datetime) -> bool:
        """Is it still good?"""
        return not self.revoked and (self.until is None or now < self.until)


class ConsentRefused(ValueError):
    """The request is so wrong that the network shows an error page instead of sending the browser back."""


class ConsentWorld(NetworkWorld):
    """A network whose people connect apps in the browser."""

    code_life = timedelta(minutes=10)
    token_life: timedelta | None = None
    denied: ClassVar[Mapping[str, str]] = {}
    """What is added to the redirect when the person says no."""
    default_scope = ""
    scope_words: ClassVar[Mapping[str, str]] = {}
    """Scope to the key of its sentence on the page."""

    def __init__(self, client_id: str = "", client_secret: str = "") -> None:
        super().__init__()
        self.client_id = client_id
        """Of the one app that was registered by hand; empty where apps register themselves."""
        self.client_secret = client_secret or secrets.token_hex(12)
        self.consent_pages: set[tuple[str, str]] = set()
        """Host and path of the pages that ask."""
        self.tokens: dict[str, Token] = {}
        self._grants: dict[str, Grant] = {}

    def client(self, client_id: str) -> Client | None:
        """The app with this id."""
        if not self.client_id or not same(client_id, self.client_id):
            return None
        return Client(self.client_id, self.client_secret, "Advocacy", (), frozenset(self.scope_words))

    def connected(self, person_key: str) -> bool:
        """Does some app hold a working token of this person?"""
        now = self.clock.now()
        return any(one.person == person_key and one.works(now) for one in self.tokens.values())

    def revoke(self, person_key: str) -> None:
        """The person takes all apps' access away."""
        for token in self.tokens.values():
            if token.person == person_key:
                token.revoked = True
        self.tell("account", change="revoked", person=person_key)

    async def reset(self) -> None:
        """Forget all posts and connections."""
        await super().reset()
        self.tokens.clear()
        self._grants.clear()

    async def act(self, what: dict[str, Any]) -> Change:
        """Also ``consent`` (url, person, allow?): answers ``{"ok": true, "redirect": …}``."""
        if what.get("act") != "consent":
            return await super().act(what)
        try:
            redirect = await self.consent(str(what["url"]), str(what["person"]), allow=bool(what.get("allow", True)))
        except ConsentRefused as refused:
            return {"ok": False, "error": str(refused)}
        return {"ok": True, "redirect": redirect}

    async def consent(self, authorize_url: str, person_key: str, *, allow: bool = True) -> str:
        """What a person does on the consent page, without a browser. Answers the address the browser is sent to.

        ``authorize_url`` is the network's own or the loopback address. Raises ``ConsentRefused`` where the page shows
        an error instead.
        """
        return self.decide(self.asked(where(authorize_url)[2]), person_key, allow=allow)

    # -- the page ----------------------------------------------------------------------------------------------------

    def asked(self, query: Mapping[str, str]) -> Asked:
        """Check an authorization request. Raises ``ConsentRefused``."""
        client = self.client(query.get("client_id", ""))
        redirect = query.get("redirect_uri", "")
        if client is None:
            raise ConsentRefused("invalid_client: no app with this client_id")
        if urlsplit(redirect).scheme not in {"http", "https"} or redirect not in (client.redirects or (redirect,)):
            raise ConsentRefused("invalid_redirect_uri: not an address registered for this app")
        if query.get("response_type") != "code":
            raise ConsentRefused("unsupported_response_type: must be code")
        scopes = frozenset((query.get("scope") or self.default_scope).replace(",", " ").split())
        if not scopes or not scopes <= client.scopes:
            raise ConsentRefused(f"invalid_scope: {' '.join(sorted(scopes - client.scopes)) or 'missing'}")
        challenge = query.get("code_challenge", "")
        if challenge and query.get("code_challenge_method") != "S256":
            raise ConsentRefused("invalid_code_challenge_method: must be S256")
        return Asked(client, redirect, query.get("state"), scopes, challenge)

    def decide(self, asked: Asked, person_key: str, *, allow: bool) -> str:
        """The person pressed Allow or Cancel: where the browser goes next."""
        back = {} if asked.state is None else {"state": asked.state}
        if allow:
            if person_key not in self.people:
                raise ConsentRefused("access_denied: nobody with this name lives here")
            code = secrets.token_urlsafe(32)
            self._grants[code] = Grant(asked, person_key, self.clock.now() + self.code_life)
            back["code"] = code
        else:
            back |= self.denied
        return f"{asked.redirect}{'&' if urlsplit(asked.redirect).query else '?'}{urlencode(back)}"

    async def consent_page(self, request: web.Request) -> web.StreamResponse:
        """GET asks, POST is the answer."""
        context = self.context(request)
        try:
            asked = self.asked(request.query)
            if request.method == "GET":
                words = dict.fromkeys(self.scope_words[scope] for scope in sorted(asked.scopes))
                return pages.consent(context, asked.client.name, list(words))
            form = await request.post()
            person = self.person(str(form.get("person", "")))
            allow = form.get("answer") == "allow"
            next_page = self.decide(asked, person.key if person else "", allow=allow)
        except ConsentRefused as refused:
            return pages.message(context, context.say("refused"), str(refused), status=400)
        raise web.HTTPSeeOther(next_page)

    def consent_routes(self, host: str, path: str) -> Iterable[tuple[str, str, str, Handler]]:
        """Routes of the consent page."""
        self.consent_pages.add((host, path))
        return (host, "GET", path, self.consent_page), (host, "POST", path, self.consent_page)

    # -- codes and tokens --------------------------------------------------------------------------------------------

    def redeem(self, client: Client, code: str, redirect: str, verifier: str) -> Token | None:
        """Turn a code into a token; None when anything about it is wrong. A code works once."""
        grant = self._grants.pop(code, None)
        if grant is None or grant.until < self.clock.now():
            return None
        asked = grant.asked
        if asked.client.id != client.id or asked.redirect != redirect or not _proves(verifier, asked.challenge):
            return None
        return self.issue(client, grant.person, asked.scopes)

    def issue(self, client: Client, person_key: str, scopes: frozenset[str]) -> Token:
        """Give a token."""
        now = self.clock.now()
        until = None if self.token_life is None else now + self.token_life
        token = Token(self.token_value(), client.id, person_key, scopes, now, until)
        self.tokens[token.value] = token
        self.tell("account", change="connected", person=person_key)
        return token

    def token_value(self) -> str:
        """A token nobody can guess."""
        return secrets.token_urlsafe(32)

    def bearer(self, request: web.Request) -> Token | None:
        """The token a request carries, working or not; None when it carries none that we ever gave."""
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        return self.tokens.get(value.strip()) if scheme.lower() == "bearer" else None


def same(given: str, expected: str) -> bool:
    """Compare secrets without telling how much of them was right."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _proves(verifier: str, challenge: str) -> bool:
    if not challenge:
        return True
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return same(digest, challenge)
