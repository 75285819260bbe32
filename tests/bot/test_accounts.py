"""Connections as people see them: how they stand, when they end, and ending them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from advocacy.bot import account_notes, followups
from advocacy.chat import Message, from_json
from advocacy.db import now
from advocacy.delivery.models import Outbox
from advocacy.people.models import Person
from advocacy.playground.world import Fault
from advocacy.sharing.accounts import ConnectProblem
from advocacy.sharing.models import Account, Share
from tests.bot.conftest import Chat, connect, message_of, said

JANA = "jana.feld"


async def change(chat: Chat, **values: Any) -> None:
    async with chat.db.write() as s:
        await s.execute(update(Account).values(**values))


async def notes(chat: Chat) -> list[tuple[dict[str, Any], Message]]:
    """Private messages that wait to be sent, the oldest first."""
    async with chat.db.read() as s:
        rows = list(await s.scalars(select(Outbox).order_by(Outbox.id)))
    return [(row.target, from_json(row.message)) for row in rows]


def facts(message: Message) -> dict[str, str]:
    return {one.label: one.value for one in message.facts}


async def test_every_network_says_how_it_stands(chat: Chat) -> None:
    """Connected since and until when, ended, broken and why, not connected; with what can be done. The rest in a line."""
    await connect(chat, JANA)
    await connect(chat, JANA, "mastodon")
    shown = message_of(await chat.types(JANA, "konten"))
    stand = facts(shown)
    assert stand["LinkedIn"].startswith("verbunden als Jana Feld seit ")
    assert stand["LinkedIn"].endswith("noch 60 Tage")
    assert stand["Mastodon"].endswith("gültig, bis du trennst")
    assert stand["Bluesky"] == "nicht verbunden"
    assert "X" not in stand
    assert stand["Ohne Verbinden"].startswith("Threads, X, XING")
    labels = [one.label for one in shown.buttons]
    assert labels == ["Bluesky verbinden", "LinkedIn trennen", "Mastodon trennen"]
    for values, words in (
        ({"expires_at": now() + timedelta(days=3, minutes=-1)}, "noch 3 Tage"),
        ({"expires_at": now() - timedelta(days=3)}, "abgelaufen am"),
        ({"expires_at": None, "state": "broken", "problem": "refused"}, "dort entzogen"),
        ({"expires_at": None, "state": "broken", "problem": "unreadable"}, "nicht mehr lesen"),
    ):
        await change(chat, **values)
        shown = message_of(await chat.types(JANA, "konten"))
        assert words in facts(shown)["LinkedIn"]
        again = next(one for one in shown.buttons if one.label == "LinkedIn neu verbinden")
        assert again.url.startswith(f"{chat.parts.settings.public_url}/connect/linkedin?t=")


async def test_a_warning_comes_once_per_stage(chat: Chat) -> None:
    """14 days, 3 days, ended: each once, private, in the person's language; after reconnecting it begins anew."""
    await connect(chat, JANA)
    assert await account_notes.warn(chat.parts) == 0
    for left, words in (
        (timedelta(days=14, minutes=-1), "endet in 14 Tagen"), (timedelta(days=2, hours=1), "endet in 3 Tagen"),
        (timedelta(minutes=-1), "ist beendet"),
    ):  # fmt: skip
        await change(chat, expires_at=now() + left)
        assert (await account_notes.warn(chat.parts), await account_notes.warn(chat.parts)) == (1, 0)
        where, message = (await notes(chat))[-1]
        assert (where["kind"], where["user"]) == ("UserRef", chat.who(JANA).user)
        assert words in message.heading
        assert message.buttons[0].label == "LinkedIn neu verbinden"
    await connect(chat, JANA)
    await change(chat, expires_at=now() + timedelta(days=1))
    assert await account_notes.warn(chat.parts) == 1, "straight to the last warning"
    await change(chat, state="broken", problem="refused")
    assert await account_notes.warn(chat.parts) == 1
    assert "Vielleicht wurde sie dort entzogen" in "\n".join((await notes(chat))[-1][1].paragraphs)
    assert len(await notes(chat)) == 5


async def test_nobody_is_warned_who_need_not_be(chat: Chat) -> None:
    """Tokens that renew themselves, a stop, quiet hours, a break, somebody who left, a share that asks already."""
    await connect(chat, JANA)
    await change(chat, expires_at=now() + timedelta(days=1), refresh_token="renews")
    assert await account_notes.warn(chat.parts) == 0
    await change(chat, refresh_token=None)
    await chat.press("clara.editorius", "stop_now", {"reason": ""})
    assert await account_notes.warn(chat.parts) == 0
    await chat.press("clara.editorius", "resume_now")
    settings = chat.parts.settings
    always = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    chat.parts.settings = settings.model_copy(update={"quiet_hours": always})
    assert await account_notes.warn(chat.parts) == 0
    chat.parts.settings = settings
    await chat.press(JANA, "quiet_set", d="week")
    assert await account_notes.warn(chat.parts) == 0
    await chat.press(JANA, "quiet_set", d="end")
    async with chat.db.write() as s:
        await s.execute(update(Person).values(left_on=now().date()))
    assert await account_notes.warn(chat.parts) == 0
    async with chat.db.write() as s:
        await s.execute(update(Person).values(left_on=None))
    await change(chat, state="broken")
    story = await chat.live_story()
    await chat.press(JANA, "share", s=story.id, n="linkedin")
    before = len(await notes(chat))
    assert await account_notes.warn(chat.parts) == 0
    assert len(await notes(chat)) == before
    await change(chat, warned="")
    async with chat.db.write() as s:
        await s.execute(update(Share).values(reply={}))
    assert await account_notes.warn(chat.parts) == 1, "its message could not be shown, so this one is sent"


async def test_the_button_of_a_warning_renews_only_that_account(chat: Chat) -> None:
    """It is good for as long as the warning matters; whoever finds it cannot put another account in its place."""
    await connect(chat, JANA)
    await change(chat, expires_at=now() + timedelta(days=10))
    await account_notes.warn(chat.parts)
    url = (await notes(chat))[-1][1].buttons[0].url
    ticket = url.partition("?t=")[2]

    async def agree(person: str) -> Any:
        consent, cookie = await chat.parts.accounts.begin(ticket)
        back = await chat.worlds.linkedin.consent(consent, person)
        state, code = (back.partition(f"{name}=")[2].partition("&")[0] for name in ("state", "code"))
        return await chat.parts.accounts.finish(state, code, cookie)

    with pytest.raises(ConnectProblem, match="other_account"):
        await agree("emre.sonntag")
    assert (await agree(JANA)).network == "linkedin"
    async with chat.db.read() as s:
        account = (await s.scalars(select(Account))).one()
    assert account.expires_at is not None
    assert account.expires_at > now() + timedelta(days=59)
    assert account.warned == ""


async def test_what_was_shared_meanwhile_goes_out_after_reconnecting(chat: Chat) -> None:
    """Kept while the connection is broken, sent when it works again; of a story that ended, a word instead."""
    await connect(chat, JANA)
    await change(chat, expires_at=now() - timedelta(minutes=1))
    kept, ends = await chat.live_story(), await chat.live_story(url="https://www.nordlicht.example/other")
    for story in (kept, ends):
        waits = said(await chat.press(JANA, "share", s=story.id, n="linkedin", reply_to="r"))
        assert "neu zu verbinden" in waits
        assert "[LinkedIn neu verbinden]" in waits
    async with chat.db.write() as s:
        await chat.parts.sharing.cancel_story(s, ends.id)
    await followups.tell(chat.parts)
    assert "Nicht gepostet" in (await notes(chat))[-1][1].heading
    await connect(chat, JANA)
    await followups.tell(chat.parts)
    assert "Wird in" in (await notes(chat))[-1][1].heading
    async with chat.db.write() as s:
        await s.execute(update(Share).where(Share.state == "pending").values(due_at=now() - timedelta(seconds=1)))
    await chat.parts.poster.run_due()
    assert len(chat.worlds.linkedin.posts(JANA)) == 1


async def test_disconnecting_says_honestly_how_it_ended(chat: Chat) -> None:
    """At once; or later, with a private message; and when the network never confirmed it, what can be done there."""
    await connect(chat, JANA, "mastodon")
    assert "Die Erlaubnis wurde gelöscht" in said(await chat.press(JANA, "disconnect", n="mastodon"))
    for outcome, words in (
        ("revoked", "zurückgenommen, und hier ist sie gelöscht"),
        ("failed", "entferne sie in deinen"),
    ):
        await connect(chat, JANA, "mastodon")
        chat.worlds.mastodon.faults.inject(Fault.ERROR, times=99)
        answer = said(await chat.press(JANA, "disconnect", n="mastodon"))
        assert "kann nichts mehr gepostet werden" in answer
        assert "Wir sagen dir Bescheid" in answer
        assert "noch nicht bestätigt" in facts(message_of(await chat.types(JANA, "konten")))["Mastodon"]
        if outcome == "revoked":
            chat.worlds.mastodon.faults.clear()
        assert await account_notes.tell_ended(chat.parts) == 0
        for _ in range(7):
            await chat.parts.accounts.revocations.run_due(now() + timedelta(hours=9))
        assert (await account_notes.tell_ended(chat.parts), await account_notes.tell_ended(chat.parts)) == (1, 0)
        assert words in said_in((await notes(chat))[-1][1])
        chat.worlds.mastodon.faults.clear()


def said_in(message: Message) -> str:
    return "\n".join([message.heading, *message.paragraphs])
