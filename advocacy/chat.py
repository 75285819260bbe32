"""The seam between what the product says and the platforms it says it on.

A ``Message`` is free of any platform: plain text only, every door escapes it for its own markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, Literal, Protocol

Style = Literal["default", "primary", "danger"]
MOST_LABEL = 40
"""Characters on a button."""
OPENS_FORM = "_form"
"""Mark in the value of a button that leads to a form: Teams must know before it is pressed, Slack while it waits."""


@dataclass(frozen=True, slots=True)
class UserRef:
    """Someone as a platform knows them; not yet a person of ours."""

    platform: str
    tenant: str
    """Slack team id, Entra tenant id."""
    user: str
    """Slack user id; Entra object id."""
    address: str = ""
    """How to write to them there, where it differs from ``user`` (Teams: ``29:…``)."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A whole workspace or tenant of a platform."""

    platform: str
    tenant: str
    name: str = ""
    """As people call it; empty when the platform did not say."""


@dataclass(frozen=True, slots=True)
class ChannelRef:
    """A channel or conversation on a platform."""

    platform: str
    tenant: str
    channel: str
    thread: str = ""
    """The message to answer below (``MessageRef.message``, in that message's ``channel``); empty for none."""


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message that was sent and can be rewritten."""

    platform: str
    tenant: str
    channel: str
    message: str
    """Slack ``ts``; Teams activity id."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a platform says about a user. ``email`` is lower-cased, empty when the platform does not tell."""

    name: str
    email: str
    is_guest: bool = False
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """A picture. ``alt`` is always there: it is read out."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and a value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar chart. ``share`` is 0 … 1."""

    label: str
    share: float
    value: str


@dataclass(frozen=True, slots=True)
class Button:
    """A press (``action`` and ``value``) or a link (``url``). Labels of at most ``MOST_LABEL`` characters.

    ``value`` is a hint from an untrusted client once it comes back: what it may do is decided anew.
    """

    label: str
    action: str = ""
    value: dict[str, Any] = field(default_factory=dict)
    url: str = ""
    style: Style = "default"
    confirm: str = ""
    """Asked before the press counts, where something cannot be undone."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an input."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Input:
    """A field of a form."""

    name: str
    label: str
    kind: Literal["line", "text", "choice", "choices", "date", "time"] = "line"
    value: str = ""
    """What stands in it at first; for ``choices`` comma separated; ``2026-12-01`` for a date, ``09:30`` for a time."""
    hint: str = ""
    options: tuple[Option, ...] = ()
    max_length: int = 3000
    optional: bool = False
    live: str = ""
    """Action asked while somebody types, where the platform can: its ``OpenForm`` is drawn in place, what was typed
    stays. Elsewhere nothing happens until a button is pressed."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text as it was or has become."""

    text: str
    kind: Literal["same", "added", "removed"] = "same"


@dataclass(frozen=True, slots=True)
class Change:
    """One field that was changed, old and new words in one line of pieces."""

    label: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """What is said.

    Drawn in this order: tabs, heading, image, paragraphs, quote, changes, facts, bars, inputs, buttons, footnote.
    """

    summary: str
    """One plain sentence: notification, screen reader, fallback."""
    tabs: tuple[Button, ...] = ()
    """Ways to what else can stand here, the present one ``primary``."""
    heading: str = ""
    image: Image | None = None
    paragraphs: tuple[str, ...] = ()
    quote: str = ""
    """Text that will leave, or has left, exactly so. Keeps its line breaks."""
    changes: tuple[Change, ...] = ()
    facts: tuple[Fact, ...] = ()
    bars: tuple[Bar, ...] = ()
    inputs: tuple[Input, ...] = ()
    buttons: tuple[Button, ...] = ()
    footnote: str = ""
    about: str = ""
    """What it speaks of, such as one share: in a person's own chat, the next one about the same takes its place."""
    refresh: Button | None = None
    """Where a platform can show a card differently to each person: the press that asks for their view."""
    refresh_for: tuple[str, ...] = ()
    """Platform addresses (``UserRef.address``) whose view differs, at most 60."""


def sentence(said: str, *buttons: Button, heading: str = "") -> Message:
    """A message that says one thing."""
    return Message(summary=said, heading=heading, paragraphs=(said,), buttons=buttons)


@dataclass(frozen=True, slots=True)
class Form:
    """A dialog with inputs. ``errors`` maps the name of an input to a sentence."""

    title: str
    """At most 24 characters."""
    body: Message
    action: str
    value: dict[str, Any]
    submit: str
    cancel: str
    errors: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, Any] | None = None
    """What nobody may change on its way through a client; comes back as ``Press.kept``, or not at all."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A chat message somebody chose to do something with; the platform vouches for all of it."""

    text: str
    author: UserRef | None = None
    """``None`` when an app wrote it, or the platform does not say."""


@dataclass(frozen=True, slots=True)
class Press:
    """Something a person did on a platform: pressed a button, sent a form, typed a command."""

    who: UserRef
    action: str
    """A button's or form's action; for a command ``command``, with its words in ``text``."""
    value: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    channel: ChannelRef | None = None
    """Where it was pressed; ``None`` in the person's own chat with us, and where there is no conversation at all."""
    message: MessageRef | None = None
    """The message that was pressed, when it was a stored one that can be rewritten."""
    reply_to: str = ""
    """Opaque to all but the door: how a private answer to this press can be given and later replaced."""
    event: str = ""
    """The platform's own id of this event, for telling a repeat from a new press; empty when it has none."""
    kept: Mapping[str, Any] | None = None
    """``Form.kept`` as it was given to this person with this action; ``None`` where the platform cannot vouch."""
    quoted: Quoted | None = None
    """The message a shortcut (Slack) or a message's own command (Teams) was used on."""


@dataclass(frozen=True, slots=True)
class Private:
    """An answer only this person sees. ``replace`` puts it in the place of the private answer that was pressed."""

    message: Message
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The pressed message becomes this, for everybody who sees it."""

    message: Message


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A dialog opens; or, as the answer to a form with mistakes, it stays open with ``errors``."""

    form: Form


@dataclass(frozen=True, slots=True)
class Found:
    """What was searched for: each message can be put into what the person is writing."""

    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Previews:
    """Cards that stand below links somebody posted, by link; everybody there sees them. Others have nothing to show."""

    cards: Mapping[str, Message]


Answer = Private | Rewrite | OpenForm | Found | Previews | None
"""What a press leads to. ``None``: nothing to show (a form closes)."""


class Retry(Exception):
    """The platform or network asks us to come again later; nothing was done."""

    def __init__(
        self, after: timedelta = timedelta(seconds=5), reason: str = "", *, is_throttled: bool = False
    ) -> None:
        super().__init__(reason or f"try again after {after.total_seconds():g} s")
        self.after = after
        self.is_throttled = is_throttled


class Gone(Exception):
    """The target is no longer there or no longer wants us (deleted channel, blocked bot): stop sending there."""


class Refused(Exception):
    """The platform or network understood and said no; the same again would be refused again."""


class Unknown(Exception):
    """The answer never came: it may have been done. Look before trying again."""


class ChatPlatform(Protocol):
    """What a door can do outward. A feature adds a Message, never a verb. All verbs raise the four errors above."""

    name: str

    async def send(self, to: ChannelRef | UserRef, message: Message, marker: str) -> MessageRef:
        """Post to a channel, or to a person directly. ``marker`` is kept with it, so that ``find`` can tell."""
        ...

    async def update(self, ref: MessageRef, message: Message) -> None:
        """Rewrite a sent message for everybody."""
        ...

    async def tell(self, who: UserRef, reply_to: str, message: Message) -> None:
        """Give or replace the private answer to an earlier press; falls back to a direct message."""
        ...

    async def find(self, to: ChannelRef | UserRef, marker: str, since: float) -> MessageRef | None:
        """The message sent with this marker at or after ``since`` (Unix seconds), ``None`` when it surely is not there.

        Raises ``Unknown`` when the platform gives no way to tell.
        """
        ...

    async def profile(self, who: UserRef) -> Profile:
        """Who is this, in the platform's own directory?"""
        ...


def to_json(message: Message) -> dict[str, Any]:
    """A message as plain JSON, for the outbox."""
    return asdict(message)


def from_json(data: Mapping[str, Any]) -> Message:
    """The message that ``to_json`` wrote."""
    rest = dict(data)
    image, refresh = rest.pop("image"), rest.pop("refresh")
    return Message(
        image=Image(**image) if image else None,
        refresh=Button(**refresh) if refresh else None,
        paragraphs=tuple(rest.pop("paragraphs")),
        changes=tuple(_change(one) for one in rest.pop("changes", ())),
        facts=tuple(Fact(**one) for one in rest.pop("facts")),
        bars=tuple(Bar(**one) for one in rest.pop("bars")),
        inputs=tuple(_input(one) for one in rest.pop("inputs")),
        tabs=tuple(Button(**one) for one in rest.pop("tabs", ())),
        buttons=tuple(Button(**one) for one in rest.pop("buttons")),
        refresh_for=tuple(rest.pop("refresh_for")),
        **rest,
    )


def _change(data: Mapping[str, Any]) -> Change:
    return Change(data["label"], tuple(Part(**one) for one in data["parts"]))


def _input(data: Mapping[str, Any]) -> Input:
    return Input(**{**data, "options": tuple(Option(**one) for one in data["options"])})
