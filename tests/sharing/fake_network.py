"""A network at the port that keeps the truth: what was really posted, under which key, and what should not have been."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from advocacy.chat import Refused, Retry, Unknown
from advocacy.db import now
from advocacy.sharing.base import BaseNetwork
from advocacy.sharing.network import Abilities, Connection, Draft, HostClient, Network, Posted, Reconnect

REMEMBERED = timedelta(minutes=10)
"""So long the one that ``remembers`` names the first of two equal posts."""


class Killed(Exception):
    """The process that called is gone: nobody catches this on the way."""


@dataclass
class Post:
    """A post that the network has."""

    id: str
    key: str
    network: str
    person_id: int
    text: str
    at: datetime
    deleted: bool = False


@dataclass
class Truth:
    """What was promised to people, kept apart from the product's own tables."""

    shares: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """By key: person, story, share."""
    texts: dict[str, str] = field(default_factory=dict)
    """What its person saw last, by key."""
    undone: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    """Keys of which the product once said that it cannot tell; its person had to look."""
    ended: set[int] = field(default_factory=set)
    """Stories that were withdrawn or are over."""
    left: set[int] = field(default_factory=set)
    """People who are no longer employed."""
    not_before: dict[str, datetime] = field(default_factory=dict)
    """Until then what was announced can be stopped, by key."""
    uncarried: set[str] = field(default_factory=set)
    """Keys of what was to leave by itself, under a consent that has ended."""
    is_stopped: bool = False
    posts: list[Post] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def forget(self) -> None:
        """Begin anew."""
        for kept in (
            self.shares, self.texts, self.undone, self.unsure, self.ended, self.left, self.not_before, self.uncarried,
            self.posts, self.wrong,
        ):  # fmt: skip
            kept.clear()
        self.is_stopped = False

    def live(self, key: str) -> list[Post]:
        """What stands on the network under this key."""
        return [one for one in self.posts if one.key == key and not one.deleted]

    def arrived(self, post: Post) -> None:
        """Hold a post against everything that was promised, and keep it."""
        self.wrong += self._wrong(post)
        self.posts.append(post)

    def _wrong(self, post: Post) -> Iterator[str]:
        person, story, _ = self.shares.get(post.key, (0, 0, 0))
        if self.live(post.key):
            yield f"posted twice on {post.network}"
        if person != post.person_id:
            yield f"posted in somebody else's name on {post.network}"
        if post.key in self.undone:
            yield f"posted after undo on {post.network}"
        if story in self.ended:
            yield f"posted after the end of its story on {post.network}"
        if self.is_stopped:
            yield f"posted in a stop on {post.network}"
        if self.texts.get(post.key) != post.text:
            yield f"posted with another text on {post.network}"
        yield from self._unwanted(post, person)

    def _unwanted(self, post: Post, person: int) -> Iterator[str]:
        """What nobody asked for."""
        if person in self.left:
            yield f"posted for somebody who left on {post.network}"
        if post.at < self.not_before.get(post.key, post.at):
            yield f"posted by itself before it could be stopped on {post.network}"
        if post.key in self.uncarried:
            yield f"posted by itself without a consent on {post.network}"
        if "[" in post.text:
            yield f"posted with a blank on {post.network}"


class Faults:
    """What the calls to come meet."""

    def __init__(self) -> None:
        self.next: str = ""
        self.away = ""
        """``busy`` or ``broken`` for every call, until it is healed."""
        self.met: Counter[str] = Counter()
        """How often calls met what."""
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        self.late: Callable[[], Awaitable[object]] | None = None

    def clear(self) -> None:
        """All is well again."""
        self.next = self.away = ""
        self.meanwhile = self.late = None

    async def before(self, pause: timedelta = timedelta(seconds=30)) -> str:
        """The call has arrived. Raises what it meets before anything is done; answers what it meets afterwards."""
        step, self.meanwhile = self.meanwhile, None
        if step is not None:
            await step()
        fault, self.next = self.away or self.next, "" if not self.away else self.next
        self.met[fault or "all well"] += 1
        match fault:
            case "busy":
                raise Retry(pause)
            case "broken":
                raise Unknown("500")
            case "refused":
                raise Refused("no")
            case "killed":
                raise Killed
        return fault

    async def after(self, fault: str) -> None:
        """The work is done, and now the answer is lost, late, or nobody is there to hear it."""
        if fault == "lost":
            raise Unknown("no answer")
        if fault == "killed_after":
            raise Killed
        step, self.late = self.late, None
        if fault == "late" and step is not None:
            await step()


class FakeNetwork(BaseNetwork):
    """A network with the abilities of one kind of real ones.

    ``keyed`` has an idempotency key (Mastodon), ``records`` puts a post under our own key (Bluesky), ``listed`` can only
    be looked through (Threads, X), ``remembers`` names the first of two equal posts for a while and must be asked by
    posting (LinkedIn), ``blind`` can neither avoid nor find a second one, ``dialog`` only has a share page.
    """

    limit = 500

    def __init__(self, name: str, truth: Truth, faults: Faults) -> None:  # settings and http are never asked for
        self.name = self.label = name
        self.truth = truth
        self.faults = faults
        self.tokens: dict[str, int] = {}

    def abilities(self) -> Abilities:
        is_api = self.name != "dialog"
        return Abilities(
            post=is_api, delete=is_api, dialog=True, asks_password=True, looks_by_posting=self.name == "remembers"
        )

    def dialog(self, text: str, link: str) -> str:
        return f"https://dialog.example/?{link}{len(text)}"

    # -- connections -------------------------------------------------------------------------------------------------

    async def sign_in(self, host: str, handle: str, password: str) -> Connection:
        del password
        token = secrets.token_hex(8)
        self.tokens[token] = int(handle)
        return Connection(f"id-{handle}", handle, host, token)

    async def revoke(self, client: HostClient, connection: Connection) -> None:
        del client
        self.tokens.pop(connection.token, None)

    def forget(self, person_id: int) -> bool:
        """The person withdraws our access in the network's own settings; there was one."""
        had = person_id in self.tokens.values()
        self.tokens = {token: one for token, one in self.tokens.items() if one != person_id}
        return had

    def _person(self, connection: Connection) -> int:
        if connection.token not in self.tokens:
            raise Reconnect(self.name)
        return self.tokens[connection.token]

    # -- posts -------------------------------------------------------------------------------------------------------

    async def post(self, connection: Connection, draft: Draft) -> Posted:
        fault = await self.faults.before()
        person_id = self._person(connection)
        post = self._earlier(person_id, draft)
        if post is None:
            post = Post(secrets.token_hex(4), draft.key, self.name, person_id, draft.text, now())
            self.truth.arrived(post)
        await self.faults.after(fault)
        return Posted(post.id, f"https://{self.name}.example/{post.id}")

    def _earlier(self, person_id: int, draft: Draft) -> Post | None:
        """The post that this network gives instead of a second one."""
        match self.name:
            case "keyed" | "records":
                twins = self.truth.live(draft.key)
            case "remembers":
                mine = [one for one in self.truth.posts if (one.network, one.person_id) == (self.name, person_id)]
                twins = [one for one in mine if one.text == draft.text and now() - one.at < REMEMBERED]
            case _:
                twins = []
        return twins[0] if twins else None

    async def look_up(self, connection: Connection, draft: Draft) -> Posted | None:
        if self.name == "remembers":
            if draft.first_tried_at is None or now() - draft.first_tried_at > REMEMBERED - timedelta(seconds=30):
                raise Unknown("it no longer remembers")
            return await self.post(connection, draft)
        fault = await self.faults.before()
        self._person(connection)
        await self.faults.after(fault)
        if self.name == "blind":
            raise Unknown("nobody can tell")
        found = self.truth.live(draft.key)
        return Posted(found[0].id, f"https://{self.name}.example/{found[0].id}") if found else None

    async def delete(self, connection: Connection, remote_id: str) -> None:
        fault = await self.faults.before(timedelta())
        self._person(connection)
        for post in self.truth.posts:
            post.deleted = post.deleted or post.id == remote_id
        await self.faults.after(fault)


def fakes(truth: Truth, faults: Faults) -> dict[str, FakeNetwork]:
    """One of each kind."""
    return {name: FakeNetwork(name, truth, faults) for name in KINDS}


KINDS = ("keyed", "records", "listed", "remembers", "blind", "dialog")


def as_networks(played: dict[str, FakeNetwork]) -> dict[str, Network]:
    """As the product knows them."""
    return dict(played)
