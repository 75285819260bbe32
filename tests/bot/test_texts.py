"""One form for the texts of all networks, as a dialog."""

from __future__ import annotations

from sqlalchemy import select

from advocacy.bot import followups
from advocacy.chat import Answer, Form, OpenForm
from advocacy.content.models import Caption
from advocacy.sharing.models import Share, ShareState
from tests.bot.conftest import Chat, connect, said

JANA, OTHER = "jana.feld", "emre.sonntag"


def form_of(answer: Answer) -> Form:
    assert isinstance(answer, OpenForm), answer
    return answer.form


def values(form: Form) -> dict[str, str]:
    return {one.name: one.value for one in form.body.inputs}


async def shares(chat: Chat) -> dict[str, Share]:
    async with chat.db.read() as s:
        return {one.network: one for one in await s.scalars(select(Share).order_by(Share.id))}


async def begun(chat: Chat, key: str = JANA) -> int:
    story = await chat.live_story()
    for network in ("linkedin", "mastodon"):
        await connect(chat, key, network)
    await chat.press(key, "share", s=story.id, n="linkedin", reply_to="where it was pressed")
    return (await shares(chat))["linkedin"].id


async def test_two_networks_get_different_texts_from_one_answer(chat: Chat) -> None:
    """What is too long is said at its field and all is kept; ticked networks get a share and a message of their own."""
    share_id = await begun(chat)
    form = form_of(await chat.press(JANA, "edit", i=share_id))
    assert list(values(form)) == ["text", "text_mastodon", "networks"]
    assert values(form)["networks"] == "linkedin"
    assert "/r/" not in values(form)["text_mastodon"], "nothing was begun there, so there is no link yet"
    typed = {"text": "Für LinkedIn etwas länger.", "text_mastodon": "x" * 2900, "networks": "linkedin,mastodon"}
    form = form_of(await chat.press(JANA, "edit_save", typed, i=share_id))
    assert list(form.errors) == ["text_mastodon"]
    assert values(form) == typed
    assert "mastodon" not in await shares(chat), "nothing was begun for a text that cannot be taken"
    nothing = form_of(await chat.press(JANA, "edit_save", {**typed, "networks": ""}, i=share_id))
    assert list(nothing.errors) == ["networks"]
    typed["text_mastodon"] = "Kurz für Mastodon."
    answer = await chat.press(JANA, "edit_save", typed, i=share_id, reply_to="where it was pressed")
    assert "Für LinkedIn" in said(answer)
    assert "Mastodon: Diesen Text zeigt eine eigene Nachricht" in said(answer)
    there = await shares(chat)
    assert (there["mastodon"].state, there["mastodon"].own_words) == (ShareState.PENDING, True)
    assert there["mastodon"].reply["reply_to"] == "", "it gets a message of its own"
    assert await followups.tell(chat.parts) == 1
    for one in there.values():
        await chat.press(JANA, "post_now", i=one.id)
    await chat.parts.poster.run_due()
    assert [("Für LinkedIn" in post.text, "/r/" in post.text) for post in chat.worlds.linkedin.posts()] == [
        (True, True)
    ]
    assert [("Kurz für" in post.text, "/r/" in post.text) for post in chat.worlds.mastodon.posts()] == [(True, True)]


async def test_without_its_tick_a_share_is_undone(chat: Chat) -> None:
    """Of two that wait, one is taken back; the other goes on, and comes along as planned."""
    share_id = await begun(chat)
    await chat.press(JANA, "best_time", i=share_id)
    both = {"text": "Eins.", "text_mastodon": "Zwei.", "networks": "linkedin,mastodon"}
    await chat.press(JANA, "edit_save", both, i=share_id)
    there = await shares(chat)
    assert there["linkedin"].planned_at == there["mastodon"].planned_at == there["mastodon"].due_at
    form = form_of(await chat.press(JANA, "edit", i=share_id))
    assert values(form)["networks"] == "linkedin,mastodon"
    await chat.press(JANA, "edit_save", {**values(form), "networks": "mastodon"}, i=share_id)
    assert {name: one.state for name, one in (await shares(chat)).items()} == {
        "linkedin": ShareState.UNDONE, "mastodon": ShareState.PENDING,
    }  # fmt: skip


async def test_wordings_own_words_and_counters(chat: Chat) -> None:
    """Another wording is put in and counts as dealt; own words begin with the facts; counting keeps what was typed."""
    from advocacy.content.stories import Wording

    first, second = "Erster Wortlaut zum Rotor.", "Zweiter, ganz anderer Satz."
    story = await chat.live_story(captions=[Wording(text=one, language="de") for one in (first, second)])
    await connect(chat, JANA)
    await chat.press(JANA, "share", s=story.id, n="linkedin")
    share_id = (await shares(chat))["linkedin"].id
    form = form_of(await chat.press(JANA, "edit", i=share_id))
    assert list(values(form)) == ["text"]
    assert [one.action for one in form.body.buttons] == ["edit_other", "edit_own", "edit_count"]
    other = form_of(await chat.press(JANA, "edit_other", values(form), i=share_id, n="linkedin"))
    assert first in values(form)["text"]
    assert second in values(other)["text"]
    await chat.press(JANA, "edit_save", values(other), i=share_id)
    async with chat.db.read() as s:
        dealt = {one.text: one.dealt for one in await s.scalars(select(Caption))}
    mine = (await shares(chat))["linkedin"]
    assert (dealt[second], mine.own_words) == (1, False)
    own = form_of(await chat.press(JANA, "edit_own", values(other), i=share_id))
    assert values(own) == {"text": ""}
    assert any(one.value == "The rotor that listens" for one in own.body.facts)
    counted = form_of(await chat.press(JANA, "edit_count", {"text": "Meins"}, i=share_id, o=1))
    assert values(counted) == {"text": "Meins"}
    assert counted.body.facts, "the facts stay"


async def test_the_field_says_how_close_a_text_is_to_colleagues(chat: Chat) -> None:
    """A number, no names, and it stops nobody."""
    share_id = await begun(chat, OTHER)
    await chat.press(OTHER, "edit_save", {"text": "Der Rotor hört jetzt auf den Wind."}, i=share_id)
    story_id = (await shares(chat))["linkedin"].story_id
    await connect(chat, JANA)
    await chat.press(JANA, "share", s=story_id, n="linkedin")
    mine = (await shares(chat))["linkedin"].id
    near = form_of(await chat.press(JANA, "edit_count", {"text": "Der Rotor hört jetzt auf den Wind!"}, i=mine))
    assert "schon eine Person" in near.body.inputs[0].hint
    own = form_of(await chat.press(JANA, "edit_count", {"text": "Zwei Jahre habe ich daran gelötet."}, i=mine))
    assert "Deine eigenen Worte" in own.body.inputs[0].hint
    saved = await chat.press(JANA, "edit_save", {"text": "Der Rotor hört jetzt auf den Wind!"}, i=mine)
    assert not isinstance(saved, OpenForm)
