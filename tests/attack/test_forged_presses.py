"""Every action there is, pressed with values and forms that no button of ours carries."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from advocacy.app import ACTIONS
from advocacy.chat import ChannelRef, MessageRef, Press, Quoted, UserRef
from advocacy.content.feed_models import Feed, FeedEntry
from advocacy.content.models import Campaign, Caption, Halt, LanguageVersion, Review, ReviewRule, ReviewTask, Story
from advocacy.db import Base
from advocacy.delivery.models import Channel, Placement
from advocacy.playground.company import SLACK_TEAM
from tests.bot.conftest import Chat

EDITORIAL: tuple[type[Base], ...] = (
    Story, Caption, LanguageVersion, Review, ReviewRule, ReviewTask, Halt, Feed, FeedEntry, Campaign, Channel, Placement,
)  # fmt: skip
OWN_WORK = frozenset({"compose_save", "share"})
"""What employees may do to a story: suggest a new one, or share one, which deals a caption."""
NAMES = (
    "s", "i", "p", "e", "q", "w", "v", "o", "at", "c", "sure", "f", "n", "l", "x", "r", "by", "url", "picture", "site",
)  # fmt: skip
INPUTS = (
    "url", "title", "summary", "language", "caption", "image", "image_alt", "image_rights", "topics", "named", "note",
    "reason", "text", "network", "hashtags", "mentions", "quota", "day", "hour", "clock", "embargo_day", "embargo_hour",
    "end_day", "end_hour", "rights_day", "rights_note", "urgent", "departments", "locations", "languages", "leaders",
    "minutes", "campaign", "link", "screenshot", "share", "quiet", "to", "follow_0", "name", "goal_kind", "goal", "starts", "ends",
)  # fmt: skip
EDITOR, EMPLOYEE = "clara.editorius", "emre.sonntag"
RIGHT = {
    "url": "https://www.nordlicht.example/r", "title": "T", "language": "en", "text": "Words.", "image": "yes",
    "name": "N", "goal_kind": "people", "goal": "1", "day": "2030-01-01",
}  # fmt: skip
SAVES = {
    "compose_save": ("url", "title", "summary", "language", "caption", "image_alt", "topics"),
    "story_edit_save": ("url", "title", "summary", "language", "image_alt", "topics"),
    "version_save": ("url", "title", "summary", "language", "image_alt"),
    "wording_save": ("text", "network", "language", "hashtags", "mentions", "quota"),
    "when_save": ("day", "hour", "clock", "embargo_day", "end_day", "end_hour", "rights_day", "rights_note"),
    "audience_save": ("departments", "locations", "languages", "topics", "leaders", "minutes", "campaign"),
    "campaign_save": ("name", "goal_kind", "goal", "starts", "ends"),
}
OTHER_FORMS = (
    "backup_save",
    "backup_send",
    "backup_text_save",
    "backup_hand_save",
    "compose_link",
    "edit_save",
    "return_save",
    "stop_now",
    "suggest",
    "topics_save",
    "wording_count",
)
VALUES: dict[str, Any] = {
    "nothing": None, "true": True, "minus": -1, "zero": 0, "one": 1, "largest": 2**63 - 1, "too-large": 10**40, "half": 1.5,
    "word": "1", "list": [1], "map": {"s": 1}, "nul": "a\0b", "surrogate": "\ud800", "long": "x" * 100_000,
}  # fmt: skip
TYPED = {
    "empty": "", "spaces": " \t\n ", "html": "<script>alert(1)</script><b>&amp;", "slack": "<!channel> <@U1> *b*",
    "rtl": "\u202eevil\u202c \u2066x", "emoji": "👩‍👩‍👧‍👦🇩🇪", "nul": "a\0b", "only-nul": "\0", "surrogate": "a\ud800",
    "long": "x" * 100_000, "commas": ",," * 50_000, "number": "1", "minus": "-1", "padded": "0" * 8 + "1" + "9" * 5000,
    "padded-12": "0" * 11 + "1" + "9" * 30, "padded-18": "0" * 17 + "1" + "9" * 30,
    "superscript": "²", "arabic": "١٢", "first-day": "0001-01-01", "last-day": "9999-12-31", "no-day": "2027-02-30",
    "moment": "2027-01-01T25:99", "language-line": "en\n", "percent": "{title} %s %(x)s {0}", "link": "https://ü..example/",
    "page": "https://www.nordlicht.example/r",
}  # fmt: skip


TYPED_VALUES = frozenset({"true", "largest", "too-large", "half", "word", "nul", "surrogate"})
"""What PostgreSQL, whose columns have types, might take in another way than SQLite does."""
STORED = frozenset({"nul", "only-nul", "surrogate", "long", "first-day", "last-day", "padded", "number"})
"""What one kind of database might take and the other not; the rest never gets as far as that."""


async def rows(chat: Chat) -> dict[str, list[dict[str, Any]]]:
    """All editorial rows, as they stand."""
    async with chat.db.read() as s:
        return {
            table.__tablename__: [dict(row) for row in (await s.execute(select(table.__table__))).mappings()]
            for table in EDITORIAL
        }


async def furnish(chat: Chat) -> tuple[int, int]:
    """A story that is out and one in review, with ids that can be guessed; and a rule, a feed, and what it asked."""
    out = await chat.live_story()
    waiting = await chat.story(title="Nobody knows this yet")
    async with chat.db.write() as s:
        s.add(ReviewRule(name="Numbers", kind="numbers"))
        feed = Feed(url="https://www.nordlicht.example/feed")
        s.add(feed)
        await s.flush()
        entry = {
            "title": "E", "summary": "", "url": "https://a.example/", "image_url": "", "image_alt": "", "topics": [],
            "language": "en",
        }  # fmt: skip
        s.add(FeedEntry(feed_id=feed.id, key="k", state="asked", title="Entry", entry=entry))
    await chat.channel("news")
    await chat.channel("comms-editors", "editors")
    return out.id, waiting.id


async def attack(chat: Chat, key: str, action: str, value: dict[str, Any], inputs: dict[str, str]) -> str:
    """What was wrong with how it was answered; empty when nothing was."""
    quoted = Quoted(inputs.get("text", ""), UserRef("slack", SLACK_TEAM, "U1"))
    press = Press(
        chat.who(key), action, value, inputs, text=inputs.get("text", ""), quoted=quoted if inputs else None,
        channel=ChannelRef("slack", SLACK_TEAM, "C1"), message=MessageRef("slack", SLACK_TEAM, "C1", "1.0"),
        kept={},
    )  # fmt: skip
    try:
        await chat.bot.handle(press)
    except Exception as error:  # noqa: BLE001 - all of them are told at once
        return f"{action}: {error!r:.300}"
    return ""


@pytest.mark.parametrize("key", [EMPLOYEE, EDITOR])
async def test_values_that_cannot_be_are_answered(chat: Chat, key: str) -> None:
    """In a button anything may come back."""
    await furnish(chat)
    chosen = VALUES.keys() if key == EDITOR else {"list", "too-large", "nul", "surrogate"}
    if not chat.db.is_sqlite:
        chosen = chosen & TYPED_VALUES
    wrong = {
        name: found
        for name, value in VALUES.items()
        for one in ACTIONS
        if name in chosen and (found := await attack(chat, key, one, dict.fromkeys(NAMES, value), {}))
    }
    assert not wrong


async def test_forms_of_anything_are_answered(chat: Chat) -> None:
    """A form comes back with whatever a client writes in it: in all fields, and in one at a time."""
    _, story = await furnish(chat)
    wrong = {}
    for typed in TYPED if chat.db.is_sqlite else STORED:
        odd = TYPED[typed]
        sent = [(one, dict.fromkeys(INPUTS, odd)) for one in (*SAVES, *OTHER_FORMS)]
        sent += [(one, {**RIGHT, name: odd}) for one, names in SAVES.items() for name in names]
        for one, inputs in sent:
            if found := await attack(chat, EDITOR, one, {"s": story}, inputs):
                wrong[typed] = found
    assert not wrong


async def test_employees_change_nothing_that_editors_decide(chat: Chat) -> None:
    """Each action, with the ids of all stories, entries, placements and rules there are."""
    await furnish(chat)
    await chat.deliver()
    before = await rows(chat)
    for number in (1, 2, 3):
        value = {**dict.fromkeys(NAMES, number), "n": "linkedin", "r": "topic", "l": "en", "sure": 1}
        inputs = {
            "url": "https://www.nordlicht.example/other", "title": "Taken over", "text": "Taken over", "name": "Taken over",
            "language": "en", "note": "Taken over", "reason": "Taken over", "day": "2030-01-01",
        }  # fmt: skip
        for one in ACTIONS:
            if one not in OWN_WORK:
                assert not await attack(chat, EMPLOYEE, one, value, inputs), one
        assert await rows(chat) == before, "which action did it? compare after each"
