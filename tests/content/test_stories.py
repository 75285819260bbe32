"""What a story may hold, and who may share it when."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from content_help import NOON, draft, live, person

from advocacy.content import addresses, approval, audience, schedule, stories
from advocacy.content.models import StoryState
from advocacy.content.stories import Version, Wording
from advocacy.db import Database, now
from advocacy.people.models import Department, Membership


async def test_a_draft_keeps_what_was_written(db: Database) -> None:
    """Captions without a language speak the story's; the same wording twice is one."""
    async with db.write() as s:
        made = await draft(
            s,
            title=" Wind ",
            language="de",
            topics=["wind", " wind ", " "],
            captions=[Wording("Toll"), Wording("Toll"), Wording("Great", "linkedin", "en")],
        )
    async with db.read() as s:
        story = await stories.get(s, made.id)
        assert (story.title, story.state, story.topics) == ("Wind", StoryState.DRAFT, ["wind"])
        assert [(c.network, c.language, c.text) for c in story.captions] == [
            ("", "de", "Toll"),
            ("linkedin", "en", "Great"),
        ]
        assert [one.id for one in await stories.listing(s, "draft")] == [made.id]
        assert await stories.listing(s, "live") == []


async def test_what_is_approved_reads_in_the_order_it_is_posted_in(db: Database) -> None:
    """Characters that turn text around are dropped wherever somebody types; marks and isolates of Hebrew stay."""
    async with db.write() as s:
        made = await draft(
            s,
            title="\u202eevil \u2067\u05e2\u05d1\u05e8\u05d9\u05ea\u2069\u200f",
            summary="a\u202db\u202c",
            topics=["\u202ewind"],
            captions=[Wording("\u202b\u202eTop")],
            versions=[Version("de", "\u202eWind", "\u202a", "https://nordlicht.example/de", "")],
        )
    async with db.read() as s:
        story = await stories.get(s, made.id)
        assert story.title == "evil \u2067\u05e2\u05d1\u05e8\u05d9\u05ea\u2069\u200f"
        assert (story.summary, story.topics, story.captions[0].text) == ("ab", ["wind"], "Top")
        assert (story.versions[0].title, story.versions[0].summary) == ("Wind", "")


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"title": "  "}, "title", "missing"),
        ({"title": "x" * 301}, "title", "too_long"),
        ({"summary": "x" * 3001}, "summary", "too_long"),
        ({"url": ""}, "url", "missing"),
        ({"url": "ftp://nordlicht.example/x"}, "url", "bad_link"),
        ({"url": "https://user:pw@nordlicht.example/"}, "url", "bad_link"),
        ({"url": "http://10.0.0.7/wiki"}, "url", "private_link"),
        ({"url": "https://nordlicht.example/" + "x" * 2000}, "url", "too_long"),
        ({"image_url": "http://localhost/x.png"}, "image_url", "private_link"),
        ({"language": "german"}, "language", "bad_language"),
        ({"audience_languages": ["de\nen"]}, "audience_languages", "bad_language"),
        ({"captions": [Wording("x", language="de\n")]}, "captions", "bad_language"),
        ({"captions": [Wording("x", hashtags=("x" * 201,))]}, "captions", "too_long"),
        ({"topics": ["x" * 61]}, "topics", "too_long"),
        ({"wall_clock": "2026-02-30T09:00"}, "wall_clock", "unknown"),
        ({"wall_clock": "0001-01-01T00:00"}, "wall_clock", "unknown"),
        ({"captions": [Wording("")]}, "captions", "missing"),
        ({"captions": [Wording("x" * 3001)]}, "captions", "too_long"),
        ({"department_ids": [77]}, "department_ids", "unknown"),
        ({"publish_at": NOON, "expires_at": NOON}, "expires_at", "order"),
        ({"expires_at": datetime(2026, 1, 1)}, "expires_at", "no_time_zone"),  # noqa: DTZ001
    ],
)
async def test_what_cannot_be_is_refused_by_field_and_code(
    db: Database, changes: dict[str, object], field: str, code: str
) -> None:
    """The first wrong field is named, and nothing is stored."""
    with pytest.raises(stories.Invalid) as caught:
        async with db.write() as s:
            await draft(s, **changes)
    assert (caught.value.field, caught.value.code) == (field, code)
    async with db.read() as s:
        assert await stories.listing(s) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f.0.0.1/", "http://[::1]/",
        "http://[::ffff:10.0.0.1]/", "http://[2002:7f00:1::]/", "http://169.254.169.254/latest", "http://intranet/",
        "http://wiki.internal/", "http://printer.local./", "http://224.0.0.1/", "http://LOCALHOST:8080/",
    ],
)  # fmt: skip
def test_private_addresses_are_refused_in_every_spelling(url: str) -> None:
    """A link into the company's own network, however it is written, is private."""
    assert addresses.problem(url) == "private_link"


def test_tracking_does_not_make_another_link() -> None:
    """Two links that differ in tracking, fragment or a last slash are alike."""
    plain = addresses.without_tracking("https://Nordlicht.example/a?id=1")
    assert plain == addresses.without_tracking("https://nordlicht.example/a/?utm_source=x&id=1&fbclid=2#top")
    assert plain != addresses.without_tracking("https://nordlicht.example/a?id=2")


async def test_an_edit_of_live_content_takes_it_back_to_review(db: Database) -> None:
    """Text, link, image, wordings and audience count; times and topics do not."""
    async with db.write() as s:
        author, editor = await person(s, "author"), await person(s, "editor", "editor")
        story = await live(s, author, editor, captions=[Wording("One"), Wording("Two")])
        kept = {one.text: one.id for one in story.captions}
        edited = await stories.edit(s, story.id, topics=["wind"], expires_at=NOON + timedelta(days=9000))
        assert edited.state == StoryState.LIVE
        edited = await stories.edit(s, story.id, captions=[Wording("Two"), Wording("Three")], by_id=author.id, seen=2)
        assert edited.state == StoryState.IN_REVIEW
        assert {one.text: one.id for one in edited.captions}["Two"] == kept["Two"], "the same wording keeps its count"
        assert await schedule.go_live(s, NOON) == []
        with pytest.raises(audience.NotSharable) as caught:
            await audience.sharable(s, story.id, author.id, NOON)
        assert caught.value.code == "not_live"


async def test_edits_of_other_states(db: Database) -> None:
    """A returned story is a draft again, one in review stays there, a recalled one cannot be edited."""
    async with db.write() as s:
        author, editor = await person(s, "author"), await person(s, "editor", "editor")
        story = await draft(s, author_id=author.id)
        await approval.submit(s, story.id, author.id)
        assert (await stories.edit(s, story.id, title="A")).state == StoryState.IN_REVIEW
        await approval.give_back(s, story.id, editor, "Too short")
        assert (await stories.edit(s, story.id, title="B")).state == StoryState.DRAFT
        with pytest.raises(stories.Invalid, match="nonsense"):
            await stories.edit(s, story.id, nonsense=1)
        await approval.recall(s, story.id, editor)
        with pytest.raises(stories.Invalid, match="recalled"):
            await stories.edit(s, story.id, title="C")


async def test_new_times_of_an_approved_story_need_no_new_approval(db: Database) -> None:
    """An expired story whose content is still the approved one lives again with a later expiry."""
    async with db.write() as s:
        author, editor = await person(s, "author"), await person(s, "editor", "editor")
        story = await live(s, author, editor, expires_at=NOON + timedelta(hours=1))
        assert await schedule.expire(s, NOON + timedelta(hours=1)) == [story.id]
        again = await stories.edit(s, story.id, expires_at=now() + timedelta(days=2))
        assert again.state == StoryState.APPROVED
        assert await schedule.go_live(s, now()) == [story.id]


async def test_sharing_needs_a_live_story_that_is_for_this_person(db: Database) -> None:
    """Gone, recalled, expired, not live and not for you are told apart; departments include all below them."""
    async with db.write() as s:
        sales = Department(name="Sales", path="Sales")
        s.add(sales)
        await s.flush()
        dach = Department(name="DACH", path="Sales/DACH", parent_id=sales.id)
        s.add(dach)
        await s.flush()
        author, editor, other = await person(s, "author"), await person(s, "editor", "editor"), await person(s, "other")
        s.add(Membership(person_id=author.id, department_id=dach.id, starts_on=date(2026, 1, 1)))
        story = await live(s, author, editor, department_ids=[sales.id], expires_at=NOON + timedelta(days=1))
        assert (await audience.sharable(s, story.id, author.id, NOON)).id == story.id
        assert [one.id for one in await stories.live(s, at=NOON)] == [story.id]
        assert await stories.live(s, at=NOON + timedelta(days=1)) == []

        async def refusal(story_id: int, person_id: int, at: datetime = NOON) -> str:
            with pytest.raises(audience.NotSharable) as caught:
                await audience.sharable(s, story_id, person_id, at)
            return caught.value.code

        assert await refusal(story.id, other.id) == "not_for_you"
        assert await refusal(story.id, 4711) == "not_for_you"
        assert await refusal(story.id, author.id, NOON + timedelta(days=1)) == "expired"
        assert await refusal(4711, author.id) == "gone"
        author.left_on = NOON.date()
        assert await refusal(story.id, author.id) == "not_for_you"
        await approval.recall(s, story.id, editor)
        assert await refusal(story.id, author.id) == "recalled"


async def test_nobody_overwrites_what_they_have_not_seen(db: Database) -> None:
    """Who names another version, or none at all, changes nothing; only a feed, which is nobody, compares by itself."""
    async with db.write() as s:
        editor = await person(s, "editor", "editor")
        story = await draft(s)
        await stories.edit(s, story.id, by_id=editor.id, seen=1, title="First")
        for seen in (1, 0, None):
            with pytest.raises(stories.Overtaken):
                await stories.edit(s, story.id, by_id=editor.id, seen=seen, title="Second")
        assert (await stories.get(s, story.id)).title == "First"
        await stories.edit(s, story.id, title="What its source says")
