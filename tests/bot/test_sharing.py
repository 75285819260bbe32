"""One click, as a dialog: a person presses, the bot answers, the network has the post."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from advocacy.bot import followups
from advocacy.chat import OpenForm, Private
from advocacy.content import approval
from advocacy.playground.world import Fault
from advocacy.sharing.models import Share, ShareEvent, ShareState
from tests.bot.conftest import Chat, connect, message_of, said

JANA = "jana.feld"


async def shares(chat: Chat) -> list[Share]:
    async with chat.db.read() as s:
        return list((await s.execute(select(Share).order_by(Share.id))).scalars())


async def test_one_click_shows_the_exact_text_and_posts_it_after_the_window(chat: Chat) -> None:
    """Press → exact text with time to undo → the very same text on LinkedIn, once."""
    story = await chat.live_story()
    await connect(chat, JANA)
    answer = await chat.press(JANA, "share", s=story.id, n="linkedin", p=0)
    message = message_of(answer)
    assert "LinkedIn" in message.heading
    assert "30 s" in message.heading
    assert [one.label for one in message.buttons] == [
        "Rückgängig",
        "Bearbeiten",
        "Jetzt posten",
        "Später …",
        "Beste Zeit",
    ]
    assert chat.worlds.linkedin.posts() == [], "nothing leaves before the window ends"
    [share] = await shares(chat)
    assert share.text == message.quote
    assert "Nordlicht Energie" in message.quote
    assert "/r/" in message.quote
    await chat.press(JANA, "post_now", i=share.id)
    await chat.parts.poster.run_due()
    [post] = chat.worlds.linkedin.posts()
    assert post.text == message.quote


async def test_a_double_press_is_one_share(chat: Chat) -> None:
    """The second press shows the first one's share."""
    story = await chat.live_story()
    await connect(chat, JANA)
    first = await chat.press(JANA, "share", s=story.id, n="linkedin")
    second = await chat.press(JANA, "share", s=story.id, n="linkedin")
    assert message_of(first).quote == message_of(second).quote
    assert len(await shares(chat)) == 1


async def test_undo_in_time_leaves_nothing(chat: Chat) -> None:
    """Undone is undone: the worker finds nothing to do, and nothing counts."""
    story = await chat.live_story()
    await connect(chat, JANA)
    await chat.press(JANA, "share", s=story.id, n="linkedin")
    [share] = await shares(chat)
    answer = await chat.press(JANA, "undo", i=share.id)
    assert "nichts gepostet" in said(answer)
    assert isinstance(answer, Private)
    assert answer.replace
    await chat.parts.poster.run_due()
    assert chat.worlds.linkedin.posts() == []
    async with chat.db.read() as s:
        assert (await s.execute(select(func.count()).select_from(ShareEvent))).scalar_one() == 0


async def test_a_client_that_looks_takes_no_news_away(chat: Chat) -> None:
    """Pressed in one product, while another one's client asks for the card: the outcome is told where it was pressed."""
    story = await chat.live_story()
    await connect(chat, JANA)
    await chat.press(JANA, "share", s=story.id, n="linkedin", reply_to="where Jana pressed")
    [before] = await shares(chat)
    await chat.press(JANA, "post_now", i=before.id, reply_to="where Jana pressed")
    await chat.parts.poster.run_due()
    seen = await chat.press(JANA, "view", s=story.id, reply_to="where a client looks")
    assert "gepostet ✓" in said(seen)
    [share] = await shares(chat)
    assert (share.state, share.told) == (ShareState.POSTED, ShareState.PENDING)
    assert share.reply["reply_to"] == "where Jana pressed"
    assert await followups.tell(chat.parts) == 1


async def test_connect_and_continue(chat: Chat) -> None:
    """Not connected: the answer is a link; after connecting the same share goes on, and the person is told."""
    story = await chat.live_story()
    answer = await chat.press(JANA, "share", s=story.id, n="linkedin")
    [connect_button, *_] = message_of(answer).buttons
    assert connect_button.url.startswith(chat.parts.settings.public_url + "/connect/linkedin?t=")
    await connect(chat, JANA)
    [share] = await shares(chat)
    assert share.state == ShareState.PENDING
    assert await followups.tell(chat.parts) == 1
    await chat.deliver()
    told = chat.worlds.slack.messages(chat.worlds.slack.im(chat.who(JANA).user).id, chat.who(JANA).user)
    told += chat.worlds.slack.ephemerals(chat.who(JANA).user)
    assert any("LinkedIn" in one.text for one in told)
    assert await followups.tell(chat.parts) == 0, "told once"


async def test_a_dialog_network_counts_only_when_the_person_says_so(chat: Chat) -> None:
    """An opened dialog is no share; "Done, I posted it" is a self-reported one, and can be taken back."""
    story = await chat.live_story()
    answer = await chat.press(JANA, "share", s=story.id, n="xing")
    assert message_of(answer).buttons[0].url.startswith("http")
    [share] = await shares(chat)
    assert share.state == ShareState.OPENED
    await chat.press(JANA, "done", i=share.id)
    await chat.press(JANA, "done", i=share.id)
    async with chat.db.read() as s:
        assert [one.kind for one in (await s.execute(select(ShareEvent))).scalars()] == ["reported"]
    await chat.press(JANA, "not_done", i=share.id)
    async with chat.db.read() as s:
        assert sum(one.change for one in (await s.execute(select(ShareEvent))).scalars()) == 0


async def test_the_edited_text_is_what_leaves(chat: Chat) -> None:
    """Edit opens a form and holds the window; a text that is too long is said beside its field, and kept."""
    story = await chat.live_story()
    await connect(chat, JANA)
    await chat.press(JANA, "share", s=story.id, n="linkedin")
    [share] = await shares(chat)
    form = await chat.press(JANA, "edit", i=share.id)
    assert isinstance(form, OpenForm)
    assert form.form.body.inputs[0].value == share.text
    too_long = await chat.press(JANA, "edit_save", {"text": "x" * 4000}, i=share.id)
    assert isinstance(too_long, OpenForm)
    assert "kürze" in too_long.form.errors["text"].lower()
    assert too_long.form.body.inputs[0].value == "x" * 4000
    unfilled = await chat.press(JANA, "edit_save", {"text": "Ich mag [was ich mag] daran"}, i=share.id)
    assert isinstance(unfilled, OpenForm)
    saved = await chat.press(JANA, "edit_save", {"text": "Meine Worte & <eigene>"}, i=share.id)
    assert "Meine Worte & <eigene>" in message_of(saved).quote
    await chat.press(JANA, "post_now", i=share.id)
    await chat.parts.poster.run_due()
    assert chat.worlds.linkedin.posts()[0].text == message_of(saved).quote


async def test_nobody_touches_what_belongs_to_somebody_else(chat: Chat) -> None:
    """Ids in buttons are hints: another person's share is refused, and stays as it is."""
    story = await chat.live_story()
    await connect(chat, JANA)
    await chat.press(JANA, "share", s=story.id, n="linkedin")
    [share] = await shares(chat)
    for action in ("undo", "post_now", "edit", "done", "retry", "again", "delete", "dialog"):
        assert "jemand anderem" in said(await chat.press("emre.sonntag", action, i=share.id)), action
    forms = await chat.press("emre.sonntag", "edit_save", {"text": "mine"}, i=share.id)
    assert "jemand anderem" in said(forms)
    [after] = await shares(chat)
    assert (after.state, after.text, after.due_at) == (share.state, share.text, share.due_at)


async def test_nonsense_in_a_press_is_answered_kindly(chat: Chat) -> None:
    """Wrong types, huge numbers, unknown actions and networks: a sentence, never an error."""
    await chat.live_story()
    for action, value in (
        ("share", {"s": "1", "n": "linkedin"}), ("share", {"s": 2**70, "n": "linkedin"}), ("share", {"s": -1, "n": "x"}),
        ("share", {"s": 1, "n": "nowhere"}), ("undo", {"i": None}), ("undo", {"i": True}), ("made_up", {}),
        ("approve", {"s": 1, "f": ["x"]}), ("share", {"p": 10**15, "s": 1, "n": []}), ("more", {}), ("view", {"s": 999}),
        ("feed", {"at": "x"}), ("disconnect", {"n": "nowhere"}),
    ):  # fmt: skip
        answer = await chat.press(JANA, action, **value)
        assert isinstance(answer, Private), (action, value)
        assert answer.message.summary


async def test_after_one_network_the_others_are_a_press_away(chat: Chat) -> None:
    """What a share is answered with stands where the card was in Teams, so it leads to the other networks."""
    story = await chat.live_story()
    await connect(chat, JANA)
    await chat.press(JANA, "share", s=story.id, n="linkedin")
    [share] = await shares(chat)
    undone = message_of(await chat.press(JANA, "undo", i=share.id))
    [other] = [one for one in undone.buttons if one.action == "more"]
    ways = message_of(await chat.press(JANA, "more", **other.value))
    offered = [one.value["n"] for one in ways.buttons if one.action == "share"]
    assert offered == [name for name in chat.parts.networks if name != "linkedin"]
    from_card = message_of(await chat.press(JANA, "more", s=story.id, p=7))
    assert {one.value["p"] for one in from_card.buttons} == {7}, "the card is known to be looked at"


async def test_a_recalled_story_cannot_be_shared_any_more(chat: Chat) -> None:
    """A press on an old card is answered with why; what was waiting never leaves."""
    story = await chat.live_story()
    await connect(chat, JANA)
    await chat.press(JANA, "share", s=story.id, n="linkedin")
    await chat.press("david.vierauge", "recall", s=story.id)
    [share] = await shares(chat)
    assert share.state == ShareState.CANCELLED
    assert "zurückgezogen" in said(await chat.press("emre.sonntag", "share", s=story.id, n="linkedin"))
    await chat.parts.poster.run_due()
    assert chat.worlds.linkedin.posts() == []


async def test_a_revoked_token_asks_to_reconnect_and_keeps_the_share(chat: Chat) -> None:
    """The network no longer takes the token: a private message with a way forward; after it, one post."""
    story = await chat.live_story()
    await connect(chat, JANA)
    chat.worlds.linkedin.revoke(JANA)
    await chat.press(JANA, "share", s=story.id, n="linkedin")
    [share] = await shares(chat)
    await chat.press(JANA, "post_now", i=share.id)
    await chat.parts.poster.run_due()
    await followups.tell(chat.parts)
    await chat.deliver()
    user = chat.who(JANA).user
    told = [*chat.worlds.slack.messages(chat.worlds.slack.im(user).id, user), *chat.worlds.slack.ephemerals(user)]
    assert any("neu zu verbinden" in one.text for one in told)
    await connect(chat, JANA)
    [share] = await shares(chat)
    assert share.state == ShareState.PENDING
    await chat.press(JANA, "post_now", i=share.id)
    await chat.parts.poster.run_due()
    assert len(chat.worlds.linkedin.posts()) == 1


async def test_copying_shows_the_text_and_counts_when_the_person_says_so(chat: Chat) -> None:
    """For wherever there is no button: no page to open, the text with disclosure and link, and Done."""
    story = await chat.live_story()
    answer = message_of(await chat.press(JANA, "share", s=story.id, n="copy"))
    [share] = await shares(chat)
    assert (answer.quote, share.disclosure in answer.quote) == (share.text, True)
    assert [one.action for one in answer.buttons] == ["done", "edit", "undo"]
    await chat.press(JANA, "done", i=share.id)
    [share] = await shares(chat)
    assert share.state == ShareState.REPORTED


async def test_delete_takes_the_post_down_and_out_of_the_count(chat: Chat) -> None:
    """Deleted at the network, no longer counted, and can be shared again as a new round."""
    story = await chat.live_story()
    await connect(chat, JANA, "mastodon")
    await chat.press(JANA, "share", s=story.id, n="mastodon")
    [share] = await shares(chat)
    await chat.press(JANA, "post_now", i=share.id)
    await chat.parts.poster.run_due()
    answer = await chat.press(JANA, "delete", i=share.id)
    assert "gelöscht" in said(answer)
    assert chat.worlds.mastodon.posts(deleted=False) == []
    async with chat.db.read() as s:
        assert sum(one.change for one in (await s.execute(select(ShareEvent))).scalars()) == 0
    await chat.press(JANA, "again", i=share.id)
    assert [one.round for one in await shares(chat)] == [1, 2]


async def test_a_slow_delete_that_fails_is_told_afterwards(chat: Chat) -> None:
    """ "Deleting …" is never the last word: that the network refused comes as a private answer of its own."""
    chat.parts.background.patience = 0.0
    story = await chat.live_story()
    await connect(chat, JANA, "mastodon")
    await chat.press(JANA, "share", s=story.id, n="mastodon")
    [share] = await shares(chat)
    await chat.press(JANA, "post_now", i=share.id)
    await chat.parts.poster.run_due()
    await followups.tell(chat.parts)
    assert await followups.tell(chat.parts) == 0
    chat.worlds.mastodon.faults.inject(Fault.REVOKED, path="/api/v1/statuses")
    await chat.press(JANA, "delete", i=share.id)
    await chat.parts.background.settle(5)
    [share] = await shares(chat)
    assert (share.state, share.problem) == (ShareState.POSTED, "reconnect")
    assert await followups.tell(chat.parts) == 1


async def test_an_old_answer_of_a_network_that_is_offered_no_more_is_answered(chat: Chat) -> None:
    """Its buttons are still there: a clear refusal instead of an error."""
    story = await chat.live_story()
    await chat.press(JANA, "share", s=story.id, n="xing")
    [share] = await shares(chat)
    chat.parts.networks = {name: one for name, one in chat.parts.networks.items() if name != "xing"}
    assert isinstance(await chat.press(JANA, "done", i=share.id), Private)


async def test_somebody_unknown_is_told_so_and_nothing_happens(chat: Chat) -> None:
    """A user whom Slack does not know, and a guest: a clear answer, no share."""
    story = await chat.live_story()
    chat.people["stranger"] = chat.people[JANA].__class__(
        **{**{name: getattr(chat.people[JANA], name) for name in chat.people[JANA].__slots__}, "slack_id": "U0STRANGER"}
    )
    answer = await chat.press("stranger", "share", s=story.id, n="linkedin")
    assert "do not know you" in said(answer)
    assert await shares(chat) == []


async def test_a_network_fault_ends_posted_once(chat: Chat) -> None:
    """429, 500 and a lost answer: in the end the post is there once and the person is told so."""
    story = await chat.live_story()
    await connect(chat, JANA, "mastodon")
    for fault in (Fault.THROTTLE, Fault.ERROR, Fault.LOST_ANSWER):
        chat.worlds.mastodon.faults.inject(fault, path="/api/v1/statuses")
    await chat.press(JANA, "share", s=story.id, n="mastodon")
    [share] = await shares(chat)
    await chat.press(JANA, "post_now", i=share.id)
    for _ in range(12):
        await chat.parts.poster.run_due()
        await chat.parts.poster.settle_unknown()
        async with chat.db.write() as s:
            mine = await s.get_one(Share, share.id)
            if mine.state == ShareState.POSTED:
                break
            mine.due_at = mine.due_at - timedelta(hours=1) if mine.due_at else None
    [share] = await shares(chat)
    assert share.state == ShareState.POSTED
    assert len(chat.worlds.mastodon.posts()) == 1


async def test_only_another_editor_approves_and_only_what_was_shown(chat: Chat) -> None:
    """Not the author, not a colleague without the role, not a card that shows something else."""
    story = await chat.story()
    async with chat.db.read() as s:
        from advocacy.content import stories

        seen = approval.fingerprint(await stories.get(s, story.id))
    own = await chat.press("clara.editorius", "approve", s=story.id, f=seen)
    assert "jemand anderes" in said(own)
    assert "Redaktion" in said(await chat.press(JANA, "approve", s=story.id, f=seen))
    assert "geändert" in said(await chat.press("david.vierauge", "approve", s=story.id, f="0" * 64))
    assert "Freigegeben von David Vierauge" in said(await chat.press("david.vierauge", "approve", s=story.id, f=seen))


async def test_pressing_share_again_is_a_wish_to_share(chat: Chat) -> None:
    """After an undo a new press begins anew; after a post it says that nothing was posted a second time."""
    story = await chat.live_story()
    await connect(chat, JANA)
    await chat.press(JANA, "share", s=story.id, n="linkedin")
    [first] = await shares(chat)
    await chat.press(JANA, "undo", i=first.id)
    await chat.press(JANA, "share", s=story.id, n="linkedin")
    second = (await shares(chat))[-1]
    assert (second.round, second.state) == (2, ShareState.PENDING)
    await chat.press(JANA, "post_now", i=second.id)
    await chat.parts.poster.run_due()
    assert "schon geteilt" in said(await chat.press(JANA, "share", s=story.id, n="linkedin"))
    assert len(chat.worlds.linkedin.posts()) == 1


async def test_who_shared_a_withdrawn_story_is_offered_to_delete_the_post(chat: Chat) -> None:
    """Withdrawing tells each sharer once, and one press takes the post down."""
    story = await chat.live_story()
    await connect(chat, JANA)
    await chat.press(JANA, "share", s=story.id, n="linkedin")
    [share] = await shares(chat)
    await chat.press(JANA, "post_now", i=share.id)
    await chat.parts.poster.run_due()
    for _ in range(2):
        await chat.press("david.vierauge", "recall", s=story.id)
    await chat.deliver()
    user = chat.who(JANA).user
    told = [*chat.worlds.slack.messages(chat.worlds.slack.im(user).id, user), *chat.worlds.slack.ephemerals(user)]
    assert len([one for one in told if "wurde zurückgezogen" in one.text]) == 1
    await chat.press(JANA, "delete", i=share.id)
    assert chat.worlds.linkedin.posts(deleted=False) == []


async def test_from_more_ways_back_to_what_was_there(chat: Chat) -> None:
    """To the card, or to the answer about the share that led there."""
    story = await chat.live_story()
    more = message_of(await chat.press("yara.blume", "more", s=story.id))
    back = more.buttons[-1]
    assert back.label == "‹ Back"
    assert "[Share on LinkedIn]" in said(await chat.press("yara.blume", back.action, **back.value))
    await chat.press("yara.blume", "share", s=story.id, n="xing")
    done = message_of(await chat.press("yara.blume", "done", i=1))
    others = next(one for one in done.buttons if one.action == "more")
    answer = await chat.press("yara.blume", "more", **others.value)
    assert isinstance(answer, Private)
    assert answer.replace
    back = message_of(answer).buttons[-1]
    assert "Noted: you shared it on XING" in said(await chat.press("yara.blume", back.action, **back.value))


async def test_mail_is_a_word_and_networks_are_names(chat: Chat) -> None:
    """“E-mail” in English, “E-Mail” in German."""
    story = await chat.live_story()
    assert "[E-Mail]" in said(await chat.press("jana.feld", "more", s=story.id))
    assert "[E-mail]" in said(await chat.press("yara.blume", "more", s=story.id))
