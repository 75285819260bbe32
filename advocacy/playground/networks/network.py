"""What the networks' worlds share: people with a feed, posts, share dialogs, and a clock that can be moved."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from advocacy.playground.company import Resident, residents
from advocacy.playground.networks import pages
from advocacy.playground.networks.posts import Draft, Post, where
from advocacy.playground.networks.preview import preview
from advocacy.playground.world import Change, Handler, World


class ShareError(ValueError):
    """The dialog would not take it. The message is what the network shows."""


class Clock:
    """The world's time: real, unless moved ahead."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """UTC."""
        return datetime.now(UTC) + self.ahead

    def move(self, **delta: float) -> None:
        """Let time pass: ``move(days=61)``."""
        self.ahead += timedelta(**delta)


class NetworkWorld(World):
    """A network: who lives there, what they posted. Subclasses say how a dialog is read and a post is made."""

    look: pages.Look
    origin: str = ""
    """The public origin of its pages."""
    crawler: str = ""
    """User agent with which it reads links to make preview cards."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.previews = True
        """Read links of dialog posts (and where the network does, of API posts) to make preview cards."""
        self.people = {one.key: one for one in residents()}
        self._posts: dict[str, Post] = {}
        self._reading: set[asyncio.Task[None]] = set()

    # -- what others ask ---------------------------------------------------------------------------------------------

    def posts(self, person_key: str | None = None, *, deleted: bool = True) -> list[Post]:
        """All posts, oldest first; of one person when named; without the deleted ones when asked."""
        return [
            post for post in self._posts.values() if person_key in (None, post.person) and (deleted or not post.deleted)
        ]

    def connected(self, person_key: str) -> bool:
        """Does some app hold a working token of this person?"""
        del person_key
        return False

    def revoke(self, person_key: str) -> None:
        """The person withdraws all apps' access, in the network's own settings."""
        del person_key

    def person(self, hint: str) -> Resident | None:
        """A resident by key or e-mail address."""
        return self.people.get(hint.strip().lower().removesuffix("@nordlicht.example"))

    async def snapshot(self) -> Change:
        """``{"labels": {…}, "posts": […], "connected": [keys]}``, posts oldest first, the deleted ones marked."""
        return {
            "labels": self.labels(),
            "posts": [post.json() for post in self.posts()],
            "connected": [key for key in self.people if self.connected(key)],
        }

    async def act(self, what: dict[str, Any]) -> Change:
        """``delete``, ``like``, ``repost`` (id); ``revoke`` (person); ``share`` (url, person, text?).

        Answers ``{"ok": true}``, or ``{"ok": false, "error": …}``.
        """
        match what.get("act"):
            case "delete":
                return {"ok": self.remove(str(what["id"]))}
            case "like" | "repost" as kind:
                return {"ok": self._react(str(what["id"]), kind)}
            case "revoke":
                self.revoke(str(what["person"]))
                return {"ok": True}
            case "share":
                try:
                    post = await self.share(str(what["url"]), str(what["person"]), what.get("text"))
                except ShareError as error:
                    return {"ok": False, "error": str(error)}
                return {"ok": True, "post": post.json()}
            case unknown:
                return {"ok": False, "error": f"nobody can {unknown!r} here"}

    async def reset(self) -> None:
        """Forget all posts."""
        await self.stop()
        self._posts.clear()
        self.clock = Clock()

    async def stop(self) -> None:
        """Stop reading links."""
        for task in self._reading:
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)

    async def settle(self) -> None:
        """Wait until every preview card that is being made is there."""
        while self._reading:
            await asyncio.gather(*self._reading, return_exceptions=True)

    # -- posts -------------------------------------------------------------------------------------------------------

    def publish(self, post: Post, *, crawl: bool = False) -> Post:
        """Put a post up. With ``crawl`` its link is read in the background to make the preview card."""
        self._posts.pop(post.id, None)
        self._posts[post.id] = post
        self.tell("post", change="new", post=post.json())
        if crawl and self.previews and post.url_of_link:
            task = asyncio.create_task(self._read_link(post))
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)
        return post

    def find(self, post_id: str) -> Post | None:
        """A post that was not deleted."""
        post = self._posts.get(post_id)
        return None if post is None or post.deleted else post

    def remove(self, post_id: str) -> bool:
        """Take a post down; False when there is none."""
        post = self.find(post_id)
        if post is None:
            return False
        post.deleted = True
        self.tell("post", change="deleted", post=post.json())
        return True

    def _react(self, post_id: str, kind: str) -> bool:
        post = self.find(post_id)
        if post is None:
            return False
        if kind == "like":
            post.likes += 1
        else:
            post.reposts += 1
        self.tell("post", change=kind, post=post.json())
        return True

    async def _read_link(self, post: Post) -> None:
        assert self.outside is not None
        card = await preview(self.outside, post.url_of_link, self.crawler_of(post.network))
        if card.title and not post.title:
            post.title, post.image = card.title, post.image or card.image
            self.tell("post", change="preview", post=post.json())

    def crawler_of(self, network: str) -> str:
        """The user agent that reads links for this network. (One world may play several.)"""
        del network
        return self.crawler

    # -- share dialogs -----------------------------------------------------------------------------------------------

    def draft(self, host: str, path: str, query: Mapping[str, str]) -> Draft | None:
        """What this dialog address prefills; None when it is no dialog."""
        raise NotImplementedError

    def post_by_hand(self, person: Resident, draft: Draft) -> Post:
        """Publish what a person typed; it fits."""
        raise NotImplementedError

    def length(self, network: str, text: str) -> tuple[int, int]:
        """How long a text is as this network counts, and how long it may be."""
        raise NotImplementedError

    async def share(self, dialog_url: str, person_key: str, text: str | None = None) -> Post:
        """What a person does with a share dialog, without a browser: open, perhaps rewrite, press "Post".

        ``dialog_url`` is the network's own or the loopback address. Raises ``ShareError`` with what the network says.
        """
        host, path, query = where(dialog_url)
        person = self.person(person_key)
        draft = self.draft(host, path, query)
        if person is None:
            raise ShareError("nobody with this name lives here")
        if draft is None:
            raise ShareError("this is no share dialog")
        return self.press_post(person, draft if text is None else draft.saying(text))

    def press_post(self, person: Resident, draft: Draft) -> Post:
        """Publish a dialog's text as this person. Raises ``ShareError`` when it is empty or too long."""
        used, most = self.length(draft.network, draft.text)
        if used > most:
            raise ShareError(f"{used} characters, but no more than {most} fit")
        if not draft.text.strip() and not draft.attached:
            raise ShareError("there is nothing to post")
        return self.post_by_hand(person, draft)

    async def dialog_page(self, request: web.Request) -> web.StreamResponse:
        """GET shows the prefilled dialog, POST is its button."""
        draft = self.draft(*where(request.path_qs))
        if draft is None:
            return await self.feed_page(request)
        context = self.context(request)
        if request.method == "GET":
            assert self.outside is not None
            read = draft.link and self.previews
            card = await preview(self.outside, draft.link, self.crawler_of(draft.network)) if read else None
            return pages.dialog(context, draft, card)
        form = await request.post()
        person = self.person(str(form.get("person", "")))
        draft = draft.saying(str(form.get("text", "")).replace("\r\n", "\n"))
        if person is None:
            return pages.dialog(context, draft, error=context.say("choose"))
        try:
            post = self.press_post(person, draft)
        except ShareError as error:
            return pages.dialog(context, draft, error=str(error))
        await self.settle()
        return pages.posted(context, post)

    # -- pages -------------------------------------------------------------------------------------------------------

    def context(self, request: web.Request) -> pages.Context:
        """Who looks at this world's page."""
        look = self.look_of(where(request.path)[0])
        return pages.Context(request, look, self.people, self.outside, self.handle)

    def handle(self, person: Resident) -> str:
        """What the person is called on this network; the key unless said otherwise."""
        return person.key

    def labels(self) -> dict[str, str]:
        """Each network that is played here, and what it is called."""
        return {self.name: self.look.name}

    def look_of(self, host: str) -> pages.Look:
        """How this host's pages look. (One world may play several.)"""
        del host
        return self.look

    async def feed_page(self, request: web.Request) -> web.StreamResponse:
        """Everybody's posts, newest first; a handle in the path or ``?person=`` shows one person's."""
        wanted = request.match_info.get("person") or request.query.get("person")
        keys = {one.key for one in self.people.values() if wanted in (None, one.key, self.handle(one))}
        look = self.look_of(where(request.path)[0])
        shown = [
            one for one in self.posts(deleted=False) if one.person in keys and self.look_of(where(one.url)[0]) is look
        ]
        return pages.feed(self.context(request), shown[::-1])

    async def post_page(self, request: web.Request) -> web.StreamResponse:
        """One post, or a page that says it is gone."""
        return pages.single(self.context(request), self.find(self.post_id_of(request)))

    def post_id_of(self, request: web.Request) -> str:
        """The post a page's address means."""
        return request.match_info["post"]

    async def delete_button(self, request: web.Request) -> web.StreamResponse:
        """The person in front presses Delete under an own post."""
        context = self.context(request)
        post = self.find(str((await request.post()).get("post", "")))
        if post is not None and context.viewer is not None and context.viewer.key == post.person:
            self.remove(post.id)
        raise web.HTTPSeeOther(context.base + context.look.home)

    def dialog_routes(self, host: str, path: str) -> Iterable[tuple[str, str, str, Handler]]:
        """Routes of one share dialog."""
        return (host, "GET", path, self.dialog_page), (host, "POST", path, self.dialog_page)

    def page_routes(self, host: str, person: str, post: str) -> Iterable[tuple[str, str, str, Handler]]:
        """Routes of the pages every network has: a person's posts, one post, its Delete button."""
        return (
            (host, "GET", person, self.feed_page),
            (host, "GET", post, self.post_page),
            (host, "POST", "/playground/delete", self.delete_button),
        )
