"""One small way to draw every network's pages: own colours, light and dark, English and German."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web
from markupsafe import Markup, escape

from advocacy.playground.networks.posts import LINK, Draft, Post, where
from advocacy.playground.networks.preview import Preview, playable
from advocacy.playground.networks.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from advocacy.playground.company import Resident
    from advocacy.playground.world import Outside

PERSON_COOKIE = "playground_person"
_ZONE = ZoneInfo("Europe/Berlin")
SHELF = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).with_name("html")),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
)
HEADERS = {
    # No script runs here, whatever a post says. Pictures come from any world on loopback.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src *; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Look:
    """A network's face: recognisable, and plainly not the real one."""

    name: str
    mark: str
    """One or two characters drawn as its sign."""
    colour: str
    dark: str
    """The same colour where the page is dark."""
    ink: str = "#fff"
    """Readable on both colours."""
    radius: str = ".35rem"
    home: str = "/"
    """Path of its feed."""


@dataclass(frozen=True)
class Context:
    """Who looks at which network's page, in which language."""

    request: web.Request
    look: Look
    people: Mapping[str, Resident]
    outside: Outside | None
    handle: Callable[[Resident], str]

    @cached_property
    def language(self) -> str:
        """``de`` when the browser would rather read German than English, else ``en``."""
        best, chosen = 0.0, "en"
        for part in self.request.headers.get("Accept-Language", "").split(","):
            tag, _, weight = part.strip().partition(";q=")
            plain = tag.lower().partition("-")[0]
            try:
                value = float(weight or 1)
            except ValueError:
                value = 0.0
            if plain in WORDS and value > best:
                best, chosen = value, plain
        return chosen

    @cached_property
    def viewer(self) -> Resident | None:
        """The person in front: named in the address (key or e-mail), else remembered in the cookie."""
        asked = self.request.query
        for hint in (asked.get("playground_person"), asked.get("login_hint")):
            if hint is not None:
                return self.people.get(hint.strip().lower().partition("@")[0])
        return self.people.get(self.request.cookies.get(PERSON_COOKIE, ""))

    def say(self, key: str, **names: str) -> str:
        """A sentence in the viewer's language."""
        return WORDS[self.language][key].format(**names)

    def href(self, url: str) -> str:
        """A public address as it can be opened here; ``#`` for anything but http and https."""
        return playable(self.outside, url) if url.startswith(("http://", "https://")) else "#"

    def rich(self, text: str) -> Markup:
        """Escaped text with its links made clickable."""
        out, end = Markup(), 0
        for found in LINK.finditer(text):
            url = found.group()
            out += text[end : found.start()]
            out += Markup('<a href="{}" target="_blank" rel="noopener">{}</a>').format(self.href(url), url)
            end = found.end()
        return out + escape(text[end:])

    def moment(self, at: datetime) -> str:
        """Day and time where the company lives."""
        here = at.astimezone(_ZONE)
        return here.strftime("%d.%m.%Y, %H:%M" if self.language == "de" else "%-d %b %Y, %H:%M")

    @property
    def base(self) -> str:
        """The loopback path below which this host is played."""
        return f"/at/{where(self.request.path)[0]}"

    def draw(self, template: str, *, status: int = 200, **what: Any) -> web.Response:
        """A whole page. Remembers the viewer when the address named one."""
        look = self.look
        query = {name: value for name, value in self.request.query.items() if name != "login_hint"}
        body = SHELF.get_template(f"{template}.html").render(
            look=look, language=self.language, say=self.say, viewer=self.viewer, href=self.href, rich=self.rich,
            moment=self.moment, handle=self.handle, tint=_tint, initials=_initials, host_of=_host_of, base=self.base,
            home=self.base + look.home, named=self.people,
            people=sorted(self.people.values(), key=lambda one: (one.department, one.name)),
            someone_else="?" + urlencode(query | {"playground_person": ""}), **what,
        )  # fmt: skip
        answer = web.Response(text=body, status=status, content_type="text/html", headers=HEADERS)
        if self.viewer is not None and "playground_person" in self.request.query:
            answer.set_cookie(PERSON_COOKIE, self.viewer.key, path="/", samesite="Lax")
        return answer


def dialog(context: Context, draft: Draft, card: Preview | None = None, error: str = "") -> web.Response:
    """A prefilled share dialog; with an error it is answered as 422."""
    title = context.say("share_on", network=context.look.name)
    return context.draw("dialog", status=422 if error else 200, title=title, draft=draft, card=card, error=error)


def posted(context: Context, post: Post) -> web.Response:
    """What one sees after pressing "Post"."""
    return context.draw("posted", title=context.say("is_public"), one=post)


def feed(context: Context, posts: Sequence[Post]) -> web.Response:
    """Posts, in the order given."""
    return context.draw("feed", title="Feed", posts=posts)


def single(context: Context, post: Post | None) -> web.Response:
    """One post; 404 when it is gone."""
    if post is None:
        return message(context, context.say("gone"), context.say("gone_why"), status=404)
    return context.draw("feed", title=context.people[post.person].name, posts=[post])


def message(context: Context, title: str, text: str, *, status: int) -> web.Response:
    """A page that only says something."""
    return context.draw("message", status=status, title=title, message=text)


def consent(context: Context, app: str, scopes: Sequence[str]) -> web.Response:
    """The page that asks the person whether an app may act for him or her. ``scopes`` are keys of ``WORDS``."""
    said = [context.say(scope) for scope in scopes]
    return context.draw("consent", title=app, app=app, scopes=said)


def _tint(person: Resident) -> str:
    return f"hsl({zlib.crc32(person.key.encode()) % 360} 45% 42%)"


def _initials(person: Resident) -> str:
    names = person.name.removeprefix("Dr. ").split()
    return names[0][0] + names[-1][0]


def _host_of(url: str) -> str:
    return urlsplit(url).netloc
