"""What every chat platform must do, whichever it is. A subclass brings the platform and its world in a fixture ``chat``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import pytest

from advocacy.chat import (
    Bar,
    Button,
    Change,
    ChannelRef,
    ChatPlatform,
    Fact,
    Gone,
    Image,
    Message,
    MessageRef,
    Part,
    Press,
    Profile,
    Refused,
    Retry,
    Unknown,
    UserRef,
)
from advocacy.playground.world import Fault

CARD = Message(
    summary="A story to share",
    heading="Wind over the harbour",
    image=Image("https://nordlicht.example/wind.png", "Three turbines at dusk"),
    paragraphs=("The first turbine turns.",),
    quote="Exactly this\nleaves.",
    facts=(Fact("Department", "Sales"),),
    bars=(Bar("Sales", 0.5, "50 %"),),
    buttons=(
        Button("Share on LinkedIn", action="share", value={"s": 1, "n": "linkedin"}, style="primary"),
        Button("Read it first", url="https://nordlicht.example/story"),
        Button("Delete", action="delete", value={"s": 1}, style="danger", confirm="It cannot be brought back."),
    ),
    footnote="14 colleagues from 6 departments",
)
CHANGED = Message(summary="Changed", heading="Changed", paragraphs=("Over.",))


class Chat(ABC):
    """A platform, and what can be seen and broken at its vendor."""

    platform: ChatPlatform
    channel: ChannelRef
    person: UserRef
    email: str
    """The person's, in lower case."""

    @abstractmethod
    def seen(self, where: ChannelRef | UserRef) -> list[str]:
        """What stands in the channel for everybody, or in the person's direct messages; oldest first, as JSON."""

    @abstractmethod
    async def suggest(self, text: str) -> Press:
        """The person writes this in the channel and suggests it from the message's menu: what the bot hears."""

    @abstractmethod
    def break_next(self, fault: Fault) -> None:
        """Let this happen to the next call of the platform that sends, rewrites or asks."""

    @abstractmethod
    async def gone_channel(self) -> ChannelRef:
        """A channel that no longer takes our messages."""

    @abstractmethod
    async def gone_message(self) -> MessageRef:
        """A message that was sent and then deleted by somebody."""

    @abstractmethod
    async def unplug(self) -> None:
        """Nobody listens at the vendor's address any more; called before anything was sent."""

    @abstractmethod
    def make_guest(self) -> None:
        """The vendor says from now on that the person is a guest."""


@dataclass
class Trial:
    """A call whose answer was lost."""

    found: MessageRef | None
    can_tell: bool


class ChatSuite:
    """Subclass it, define ``chat``, and every rule is tested."""

    can_find: ClassVar[bool] = True
    """Whether the vendor lets us look for a message by its marker."""

    async def test_a_card_in_a_channel(self, chat: Chat) -> None:
        """Everybody in the channel sees it, once; the reference names the channel and the message."""
        ref = await chat.platform.send(chat.channel, CARD, "marker-1")
        assert (ref.platform, ref.tenant) == (chat.platform.name, chat.channel.tenant)
        assert ref.message
        (seen,) = chat.seen(chat.channel)
        for part in ("Wind over the harbour", "The first turbine turns.", "Share on LinkedIn", "14 colleagues"):
            assert part in seen
        assert chat.seen(chat.person) == []

    async def test_a_message_to_a_person(self, chat: Chat) -> None:
        """It stands in the person's direct messages and can be rewritten there."""
        ref = await chat.platform.send(chat.person, CARD, "marker-1")
        assert "Wind over the harbour" in chat.seen(chat.person)[0]
        assert chat.seen(chat.channel) == []
        await chat.platform.update(ref, CHANGED)
        (seen,) = chat.seen(chat.person)
        assert "Changed" in seen
        assert "Wind over the harbour" not in seen

    async def test_rewriting(self, chat: Chat) -> None:
        """In place, for everybody; nothing of the old card is left, no button either."""
        ref = await chat.platform.send(chat.channel, CARD, "marker-1")
        await chat.platform.update(ref, CHANGED)
        await chat.platform.update(ref, CHANGED)
        (seen,) = chat.seen(chat.channel)
        assert "Over." in seen
        assert "Share on LinkedIn" not in seen

    async def test_changes(self, chat: Chat) -> None:
        """What was taken out and what came in are both there, each drawn in its own way, and the vendor takes it."""
        parts = (Part("The "), Part("old", "removed"), Part("new", "added"), Part(" rotor <b> & *so*"))
        message = Message(summary="Changed", heading="To review", changes=(Change("Title", parts),))
        await chat.platform.send(chat.channel, message, "marker-1")
        (seen,) = chat.seen(chat.channel)
        for part in ("Title", '"The "', '"old"', '"new"', "strike"):
            assert part in seen

    async def test_hostile_text_stays_text(self, chat: Chat) -> None:
        """Nobody is called, nothing becomes a link, whatever a feed or a colleague wrote."""
        evil = "<!channel> <@U1> <https://evil.example|bank> <at>all</at> [bank](https://evil.example) *a* & `b`"
        message = Message(summary=evil, heading=evil, paragraphs=(evil,), quote=evil, footnote=evil)
        await chat.platform.send(chat.channel, message, "marker-1")
        assert len(chat.seen(chat.channel)) == 1

    async def test_a_message_that_is_suggested(self, chat: Chat) -> None:
        """Its words and its author, as the platform vouches for them; the message is not ours to rewrite."""
        text = "Our crane lifted 400 t: https://nordlicht.example/crane?a=1"
        press = await chat.suggest(text)
        assert press.action == "suggest"
        assert press.quoted is not None
        assert press.quoted.text == text
        author = press.quoted.author
        assert author is not None
        assert (author.platform, author.tenant, author.user) == (
            chat.person.platform, chat.person.tenant, chat.person.user,
        )  # fmt: skip
        assert press.message is None

    async def test_telling_somebody(self, chat: Chat) -> None:
        """Without a way back to a private answer, it comes as a direct message."""
        await chat.platform.tell(chat.person, "", CHANGED)
        assert "Changed" in chat.seen(chat.person)[0]
        assert chat.seen(chat.channel) == []

    async def test_an_answer_that_was_lost(self, chat: Chat) -> None:
        """Sent, but nobody said so: ``Unknown``, and looking finds the one message (or cannot tell)."""
        chat.break_next(Fault.LOST_ANSWER)
        with pytest.raises(Unknown):
            await chat.platform.send(chat.channel, CARD, "marker-lost")
        assert len(chat.seen(chat.channel)) == 1
        trial = await self.look(chat, chat.channel, "marker-lost")
        assert trial.can_tell is self.can_find
        if trial.found is not None:
            await chat.platform.update(trial.found, CHANGED)
            assert "Changed" in chat.seen(chat.channel)[0]

    async def test_an_answer_that_was_lost_to_a_person(self, chat: Chat) -> None:
        """The same in direct messages."""
        chat.break_next(Fault.LOST_ANSWER)
        with pytest.raises(Unknown):
            await chat.platform.send(chat.person, CARD, "marker-lost")
        assert len(chat.seen(chat.person)) == 1
        trial = await self.look(chat, chat.person, "marker-lost")
        assert (trial.can_tell, trial.found is not None) == (self.can_find, self.can_find)

    async def test_looking_for_what_was_never_sent(self, chat: Chat) -> None:
        """``None`` only when it surely is not there; another message's marker is not it."""
        await chat.platform.send(chat.channel, CARD, "marker-1")
        trial = await self.look(chat, chat.channel, "marker-2")
        assert trial.found is None
        assert trial.can_tell is self.can_find

    async def test_a_lost_rewrite_can_be_repeated(self, chat: Chat) -> None:
        """Rewriting twice does no harm, so the caller is told to come again, or that it may be done."""
        ref = await chat.platform.send(chat.channel, CARD, "marker-1")
        chat.break_next(Fault.LOST_ANSWER)
        with pytest.raises((Retry, Unknown)):
            await chat.platform.update(ref, CHANGED)
        await chat.platform.update(ref, CHANGED)
        assert "Changed" in chat.seen(chat.channel)[0]

    async def test_throttling(self, chat: Chat) -> None:
        """Nothing was done, and the vendor's time is handed on."""
        chat.break_next(Fault.THROTTLE)
        with pytest.raises(Retry) as caught:
            await chat.platform.send(chat.channel, CARD, "marker-1")
        assert caught.value.after.total_seconds() >= 1
        assert chat.seen(chat.channel) == []
        await chat.platform.send(chat.channel, CARD, "marker-1")
        assert len(chat.seen(chat.channel)) == 1

    async def test_a_broken_vendor(self, chat: Chat) -> None:
        """500: never a reason to give up on the channel; the next try goes through."""
        chat.break_next(Fault.ERROR)
        with pytest.raises((Retry, Unknown)):
            await chat.platform.send(chat.channel, CARD, "marker-1")
        await chat.platform.send(chat.channel, CARD, "marker-1")
        assert len(chat.seen(chat.channel)) == 1

    async def test_an_unreachable_vendor(self, chat: Chat) -> None:
        """No connection, so nothing was sent: come again, for each verb."""
        ref = MessageRef(chat.platform.name, chat.channel.tenant, chat.channel.channel, "1")
        await chat.unplug()
        for call in (
            chat.platform.send(chat.channel, CARD, "marker-2"),
            chat.platform.update(ref, CHANGED),
            chat.platform.tell(chat.person, "", CHANGED),
            chat.platform.profile(chat.person),
        ):
            with pytest.raises(Retry):
                await call

    async def test_a_channel_that_is_gone(self, chat: Chat) -> None:
        """Stop sending there."""
        channel = await chat.gone_channel()
        with pytest.raises(Gone):
            await chat.platform.send(channel, CARD, "marker-1")

    async def test_a_message_that_is_gone(self, chat: Chat) -> None:
        """Somebody deleted the card: there is nothing to rewrite."""
        ref = await chat.gone_message()
        with pytest.raises(Gone):
            await chat.platform.update(ref, CHANGED)

    async def test_credentials_that_no_longer_count(self, chat: Chat) -> None:
        """A revoked token is no channel's fault: refused, or to be tried again, but the channel is not gone."""
        chat.break_next(Fault.REVOKED)
        with pytest.raises((Refused, Retry)):
            await chat.platform.send(chat.channel, CARD, "marker-1")
        assert chat.seen(chat.channel) == []

    async def test_who_somebody_is(self, chat: Chat) -> None:
        """Name and e-mail in lower case; a guest is told apart; somebody who never was is gone."""
        profile = await chat.platform.profile(chat.person)
        assert profile == Profile(name=profile.name, email=chat.email)
        assert profile.name
        chat.make_guest()
        assert (await chat.platform.profile(chat.person)).is_guest
        with pytest.raises(Gone):
            await chat.platform.profile(UserRef(chat.person.platform, chat.person.tenant, "U0NOBODY", "29:nobody"))

    @staticmethod
    async def look(chat: Chat, to: ChannelRef | UserRef, marker: str) -> Trial:
        """Look for a marker."""
        try:
            return Trial(await chat.platform.find(to, marker, 0.0), can_tell=True)
        except Unknown:
            return Trial(None, can_tell=False)
