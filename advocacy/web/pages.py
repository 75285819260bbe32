"""What all pages share: templates, the visitor's language, and the signed addresses that lead to them."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from advocacy.bot.language import Translator, asked_for, translator
from advocacy.config import Settings
from advocacy.db import Database
from advocacy.http import Http
from advocacy.sharing.accounts import Accounts
from advocacy.sharing.clicks import ClickWriter, LinkTable
from advocacy.sharing.network import Network
from advocacy.sharing.visitors import Visitors

if TYPE_CHECKING:
    from jinja2 import Environment

SIGN_IN_LIFE = timedelta(minutes=10)
ROOM = Path(__file__).parent
STATIC = ROOM / "static"
PICTURE_FRESH_SECONDS = 30
_PICTURE = re.compile(
    r"board-(?P<period>30d|\d{4}-(?:Q[1-4]|\d\d))-(?P<language>[a-z]{2})-(?P<mark>[0-9a-f]{32})", re.ASCII
)


class Parts(Protocol):
    """What the pages work with; the composition root has it all."""

    settings: Settings
    db: Database
    http: Http
    networks: dict[str, Network]
    accounts: Accounts
    links: LinkTable
    clicks: ClickWriter
    visitors: Visitors
    editors_due: Callable[[], None]
    """Called when a story waits for editors."""


class Signer:
    """Signs what we hand out and want back unchanged. The first key signs, all are believed."""

    def __init__(self, settings: Settings) -> None:
        self._keys = [hashlib.sha256(b"advocacy pages" + key).digest() for key in settings.key_bytes]

    def sign(self, purpose: str, said: str) -> str:
        """A mark for these words and this purpose: 32 hexadecimal digits."""
        return _mark(self._keys[0], purpose, said)

    def is_ours(self, purpose: str, said: str, mark: str) -> bool:
        """Did we sign this?"""
        given = _bytes(mark)
        return any(hmac.compare_digest(_mark(key, purpose, said).encode(), given) for key in self._keys)


def _mark(key: bytes, purpose: str, said: str) -> str:
    return hmac.new(key, _bytes(f"{purpose}\n{said}"), hashlib.sha256).hexdigest()[:32]


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")  # cookies and addresses may hold what no text has


class Addresses:
    """Addresses of pages that messages point to, and their check when somebody comes back with one."""

    def __init__(self, settings: Settings) -> None:
        self._base = settings.public_url.rstrip("/")
        self._signer = Signer(settings)

    def sign_in(self, person_id: int) -> str:
        """Signs this person in once, within ten minutes."""
        until = int(time.time() + SIGN_IN_LIFE.total_seconds())
        said = f"{person_id}.{until}.{secrets.token_urlsafe(12)}"
        return f"{self._base}/sign-in?t={said}.{self._signer.sign('sign-in', said)}"

    def read_sign_in(self, token: str) -> tuple[int, str]:
        """Person and nonce. Raises ``ValueError``: ``expired``, or ``bad_link`` for what is not ours."""
        said, _, mark = token.rpartition(".")
        if not self._signer.is_ours("sign-in", said, mark):
            raise ValueError("bad_link")
        person_id, until, nonce = said.split(".", 2)
        if int(until) < time.time():
            raise ValueError("expired")
        return int(person_id), nonce

    def dialog(self, share_id: int) -> str:
        """Opens the share dialog of a share that was begun, for dialogs that are no web page."""
        return f"{self._base}/open/{share_id}-{self._signer.sign('dialog', str(share_id))}"

    def read_dialog(self, said: str) -> int | None:
        """The share; ``None`` for what is not ours."""
        number, _, mark = said.partition("-")
        is_ours = self._signer.is_ours("dialog", number, mark)
        return int(number) if is_ours else None

    def board_picture(self, period: str, language: str) -> str:
        """The department board as a picture.

        Chat platforms keep pictures by address (Slack for days), so the address changes every half minute.
        """
        said = f"{period}-{language}"
        fresh = int(time.time()) // PICTURE_FRESH_SECONDS
        return f"{self._base}/pictures/board-{said}-{self._signer.sign('board', said)}.png?at={fresh}"

    def read_board_picture(self, name: str) -> tuple[str, str] | None:
        """Period and language of a picture's name without its ending; ``None`` for what is not ours."""
        found = _PICTURE.fullmatch(name)
        if found is None or not self._signer.is_ours("board", f"{found['period']}-{found['language']}", found["mark"]):
            return None
        return found["period"], found["language"]


def language_of(request: web.Request) -> str:
    """The language that the visitor's browser asks for and we speak."""
    return asked_for(request.headers.get("Accept-Language", ""))


async def form(request: web.Request) -> dict[str, str]:
    """The texts of a form that was sent. Raises ``HTTPBadRequest`` for what no browser sends."""
    try:
        sent = await request.post()
    except (ValueError, LookupError, RuntimeError):  # broken bytes or parts, an encoding nobody knows
        raise web.HTTPBadRequest from None
    return {name: value for name, value in sent.items() if isinstance(value, str)}


def visitor_words(request: web.Request) -> Translator:
    """How we speak to somebody we do not know."""
    return translator(language_of(request), "web")


@cache
def environment() -> Environment:
    """Templates; everything put into them is escaped. Loaded with the first page: a chat-only process needs none."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(ROOM / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["asset"] = asset
    return made


@cache
def asset(name: str) -> str:
    """The address of a static file; changes with what is in it."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"


def text(template: str, t: Translator, **values: object) -> str:
    """A template, filled in."""
    return environment().get_template(template).render(t=t, n=t.n, lang=t.language, **values)


def render(
    template: str, t: Translator, *, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None,
    **values: object,
) -> web.Response:  # fmt: skip
    """A page."""
    return web.Response(
        text=text(template, t, **values), status=status, content_type="text/html", charset="utf-8", headers=headers
    )


def message(
    t: Translator, title: str, *lines: str, status: int = HTTPStatus.OK, tone: str = "plain", reference: str = "",
    way: tuple[str, str] | None = None,
) -> web.Response:  # fmt: skip
    """A page that says one thing. ``way`` is a way forward: label and address. ``tone``: plain, good or bad."""
    return render("message.html", t, status=status, title=title, lines=lines, tone=tone, reference=reference, way=way)


def problem(request: web.Request, kind: str, *, status: int, reference: str = "") -> web.Response:
    """A page for what went wrong: ``missing``, ``wrong`` (the request), ``failed`` (we did)."""
    t = visitor_words(request)
    said = {
        "missing": (t("This page does not exist"), t("Perhaps the address was cut off. Open it again from the chat.")),
        "wrong": (t("That did not work"), t("Please go back to the chat and open the page again.")),
        "failed": (
            t("Something went wrong on our side"),
            t("It is not your fault. Please try again in a minute."),
        ),
    }[kind]
    return message(t, *said, status=status, tone="plain" if kind == "missing" else "bad", reference=reference)


__all__ = [
    "STATIC", "Addresses", "Parts", "Signer", "asset", "form", "language_of", "message", "problem",
    "render", "text", "visitor_words",
]  # fmt: skip
