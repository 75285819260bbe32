"""The port every network implements: what it can do, how long a text may be, and the five verbs.

A network is one file under ``networks/`` and one line in that folder's list. Nothing else names it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from advocacy.chat import Gone, Refused, Retry, Unknown
from advocacy.config import Settings
from advocacy.http import Http


class Reconnect(Exception):
    """The network no longer takes our token: the person has to connect again."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a network lets us do for a person. Screens read this; they never ask for a name."""

    post: bool = False
    """Through its API, as the person."""
    delete: bool = False
    """We can take a post down."""
    edit: bool = False
    """The person can change the post at the network afterwards; we leave posts as they are."""
    metrics: bool = False
    """The network tells what came of a post: likes, reposts, replies."""
    metrics_paid: bool = False
    """Each time it is asked for that costs the company something, and takes the person's token."""
    image: bool = False
    """Our picture goes along with the post; elsewhere the network reads the link's own."""
    picture_post: bool = False
    """Can show our picture itself, large, without a preview of the link; for stories that prefer it."""
    dialog: bool = False
    """Has a prefilled share page."""
    dialog_takes_text: bool = False
    """The share page takes our wording; otherwise only the link."""
    asks_host: bool = False
    """Accounts live on servers; the person says which (Mastodon)."""
    asks_password: bool = False
    """Connects with a handle and an app password (Bluesky)."""
    password_page: str = ""
    """Where the person makes an app password."""
    hosts: tuple[str, ...] = ()
    """The servers to choose from; any when empty."""
    private: bool = False
    """A message to people one knows, not a public post."""
    limits_differ: bool = False
    """Each server has limits of its own (``Network.limits``); ``Network.limit`` is what most of them take."""
    labels_ads: bool = False
    """Has a mark of its own for advertising that our client can set: rules of disclosure may ask for it."""
    renews: bool = False
    """Tokens that end can be renewed without the person (``Network.renew``)."""
    keeps_permission: bool = False
    """Takes no permission back: only the person can end it, in their settings there."""
    looks_by_posting: bool = False
    """``look_up`` posts the same again and reads the refusal; never to be done for a story that has ended."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a text may be for the accounts of one server, as that server counts."""

    characters: int
    per_url: int | None
    """What a link counts for; its own length when ``None``."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A post before it leaves."""

    text: str
    """The whole text; holds ``link`` somewhere, unless that is a post which is passed on (``Network.reshares``)."""
    link: str
    """Our tracked link; or the address of the post that is passed on."""
    title: str
    summary: str
    image: bytes | None
    """For the preview: a JPEG of at most 1,000,000 bytes, ready to be uploaded."""
    image_alt: str
    language: str
    key: str
    """Made by us before the first try and the same on each (``once.new_key``): record key, idempotency key."""
    as_picture: bool = False
    """The story prefers to be shown as its picture, where a network can (``picture_post``)."""
    labelled: bool = False
    """Marked as advertising by the network itself; only where it ``labels_ads``."""
    first_tried_at: datetime | None = None
    """When the attempt began of which nobody knows how it ended."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What a client needs of an ``Account``."""

    remote_id: str
    handle: str
    host: str
    token: str
    refresh_token: str | None = None
    expires_at: datetime | None = None
    renewed: Callable[[Connection], None] | None = None
    """Called by the client when the network gave new tokens; they are stored in the same step's settle."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The network has it."""

    remote_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Reactions:
    """What came of a post so far, as everybody can see it."""

    likes: int
    reposts: int
    """With quotes: a quote is a repost with words."""
    replies: int
    at: datetime
    """When the network said so."""
    followers: int | None = None
    """Of the account at that moment, where the network says so along with it."""


@dataclass(frozen=True, slots=True)
class HostClient:
    """Our registration as an app: fixed in the settings, or made per server."""

    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Consent:
    """Where to send the browser so that the person can agree."""

    url: str
    verifier: str | None = None
    """PKCE, kept until the code comes back."""


class Network(Protocol):
    """One network. Verbs raise ``Retry``, ``Refused``, ``Gone``, ``Unknown`` or ``Reconnect``."""

    name: str
    label: str
    limit: int
    """Characters, as this network counts them."""
    link_length: int | None
    """What a link counts for, where that is fixed; its own length when ``None``."""
    offered: bool
    """On cards unless the settings choose; ``False`` for those that only an administrator should choose."""

    def abilities(self) -> Abilities:
        """What it can do with the settings there are (LinkedIn without an app cannot post)."""
        ...

    async def limits(self, host: str) -> Limits | None:
        """What the accounts of this server may write, within reason; ``None`` where all accounts have the same."""
        ...

    def within(self, limits: Limits) -> Network:
        """The same network, as an account with these limits has it."""
        ...

    def length(self, text: str) -> int:
        """How long a text is for this network (graphemes, weights, fixed link lengths)."""
        ...

    def reshares(self, url: str) -> bool:
        """Is this the address of a post there, that is passed on itself? The text then carries no link of ours."""
        ...

    def dialog(self, text: str, link: str) -> str:
        """The prefilled share page; the empty string where there is none."""
        ...

    async def register(self, host: str, callback: str) -> HostClient:
        """Make our app known to a server (``asks_host``), or give the one from the settings."""
        ...

    def consent(self, client: HostClient, host: str, state: str, callback: str) -> Consent:
        """Where the person agrees."""
        ...

    async def exchange(
        self, client: HostClient, host: str, code: str, callback: str, verifier: str | None
    ) -> Connection:
        """Turn the code into a connection."""
        ...

    async def sign_in(self, host: str, handle: str, password: str) -> Connection:
        """Connect with handle and app password (``asks_password``). ``Refused`` when they are wrong."""
        ...

    async def post(self, connection: Connection, draft: Draft) -> Posted:
        """Post. The same ``key`` again must not post a second time, or must raise ``Unknown`` rather than risk it."""
        ...

    async def look_up(self, connection: Connection, draft: Draft) -> Posted | None:
        """Was it posted? ``None`` when surely not, ``Unknown`` when the network gives no way to tell."""
        ...

    async def delete(self, connection: Connection, remote_id: str) -> None:
        """Take it down. Already gone is fine."""
        ...

    async def renew(self, connection: Connection) -> Connection | None:
        """With a new token, where it may end soon (``renews``); ``None`` when it is not time yet."""
        ...

    async def reactions(self, connection: Connection, remote_ids: Sequence[str]) -> dict[str, Reactions]:
        """What came of these posts of the account (``metrics``), by their ids; nothing of those that are gone.

        What is public is asked without the person's token, where the network answers that. At most one call for each
        hundred posts where it is paid for (``metrics_paid``).
        """
        ...

    async def revoke(self, client: HostClient, connection: Connection) -> None:
        """Give the token back; one that is worthless already is fine. Does nothing where a network cannot."""
        ...


MakeNetwork = Callable[[Settings, Http], Network]

__all__ = [
    "Abilities", "Connection", "Consent", "Draft", "Gone", "HostClient", "Limits", "MakeNetwork",
    "Network", "Posted", "Reactions", "Reconnect", "Refused", "Retry", "Unknown",
]  # fmt: skip
