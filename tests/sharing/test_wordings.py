"""Wordings on their way into a share: gaps, quotas, hashtags and mentions, languages."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from advocacy.content.models import Caption, LanguageVersion
from advocacy.db import now
from advocacy.sharing import links
from advocacy.sharing.models import Link, Share, ShareState
from advocacy.sharing.shares import TextProblem
from advocacy.sharing.writing import Reader
from tests.sharing.conftest import EMRE, JANA, PAST, Scene

GAP = "Ich mag [deinen Grund]. Windkraft ist toll!"


async def word(scene: Scene, *captions: Caption) -> None:
    """These wordings and no others."""
    async with scene.db.write() as s:
        await s.execute(delete(Caption))
        for one in captions:
            one.story_id = scene.story_id
            s.add(one)


def says(text: str, **more: object) -> Caption:
    return Caption(text=text, **{"language": "de", "network": "", "hashtags": [], "mentions": [], **more})


# -- gaps ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("network", ["linkedin", "x"])
async def test_a_gap_makes_the_share_wait_for_own_words(scene: Scene, network: str) -> None:
    """Connected or not, with an API or with a page: nothing is due, nothing is opened."""
    if network == "linkedin":
        await scene.connect("linkedin")
    await word(scene, says(GAP))
    share = await scene.start(network)
    assert (share.state, share.problem, share.due_at) == (ShareState.WAITING, "marker", None)
    assert "[deinen Grund]" in share.text
    for verb in ("post_now", "hold", "retry", "use_dialog", "report_done"):
        assert (await scene.press(verb, share)).problem == "marker"
    assert (await scene.start(network)).problem == "marker"
    with pytest.raises(TextProblem, match="marker"):
        await scene.press("edit", share, text_=share.text)
    filled = await scene.press("edit", share, text_=share.text.replace("[deinen Grund]", "die Ruhe"))
    assert (filled.state, filled.problem) == (ShareState.PENDING if network == "linkedin" else ShareState.OPENED, "")
    assert "Ich mag die Ruhe." in filled.text


async def test_the_sentence_with_the_gap_can_be_left_out(scene: Scene) -> None:
    """The rest goes the normal way; where nothing but hashtags is left, the title speaks."""
    await scene.connect("linkedin")
    await word(scene, says(GAP, hashtags=["Wind"]))
    share = await scene.press("skip_marker", await scene.start("linkedin"))
    assert (share.state, share.problem) == (ShareState.PENDING, "")
    assert "Windkraft ist toll!\n\n#Wind" in share.text
    assert "[" not in share.text
    await word(scene, says("Weil [dein Grund]", hashtags=["Wind"]))
    share = await scene.press("skip_marker", await scene.start("linkedin", EMRE), EMRE)
    assert "Windpark Tiefsand am Netz\n\n#Wind" in share.text
    link = links.find(scene.settings, share.text)
    assert (await scene.press("skip_marker", share, EMRE)).text.endswith(link)


async def test_connecting_does_not_send_on_what_has_a_gap(scene: Scene) -> None:
    """It still waits; filled in before connecting, it waits for the connection."""
    await word(scene, says(GAP))
    share = await scene.start("mastodon")
    await scene.connect("mastodon")
    assert (await scene.share(share.id)).problem == "marker"
    other = await scene.start("mastodon", EMRE)
    other = await scene.press("edit", other, EMRE, text_="Ich mag die Ruhe.")
    assert (other.state, other.problem) == (ShareState.WAITING, "")


async def test_recalling_cancels_what_waits_for_own_words(scene: Scene) -> None:
    """As everything else that has not left."""
    await word(scene, says(GAP))
    share = await scene.start("x")
    async with scene.db.write() as s:
        assert await scene.sharing.cancel_story(s, scene.story_id) == [share.id]
    share = await scene.share(share.id)
    assert (share.state, share.problem) == (ShareState.CANCELLED, "story_ended")


async def test_a_gap_never_leaves(scene: Scene) -> None:
    """Even if something put it among what is due, the last look sends it back to its person."""
    await scene.connect("linkedin")
    await word(scene, says(GAP))
    share = await scene.start("linkedin")
    await scene.change(share, state=ShareState.PENDING, problem="", due_at=now() - PAST)
    await scene.poster.run_due()
    share = await scene.share(share.id)
    assert (share.state, share.problem) == (ShareState.WAITING, "marker")
    assert scene.posts("linkedin") == []


async def test_square_brackets_in_a_title_are_no_gap(scene: Scene) -> None:
    """A title is not ours to fill in: its brackets become round, and one click works."""
    await word(scene)
    await scene.change_story(title="[Video] Windpark", summary="Jetzt [neu]!")
    share = await scene.start("x")
    assert share.state == ShareState.OPENED
    assert "(Video) Windpark\n\nJetzt (neu)!" in share.text


async def test_a_gap_in_a_wording_that_is_too_long_is_left_out(scene: Scene) -> None:
    """Half a gap would look like a text."""
    await word(scene, says("Wind und Wasser. " * 15 + "Ich mag [deinen ganz persönlichen Grund]."))
    share = await scene.start("x")
    assert share.state == ShareState.OPENED
    assert "[" not in share.text
    assert scene.networks["x"].length(share.text) <= 280


# -- dealing ---------------------------------------------------------------------------------------------------------


async def test_a_quota_is_kept_however_many_press_at_once(scene: Scene) -> None:
    """Twelve people, quotas of two and three: five get a wording, seven the story's own words."""
    await word(scene, says("Zwei.", quota=2), says("Drei.", quota=3))

    async def one(number: int) -> str:
        async with scene.db.write() as s:
            from advocacy.content import stories

            story = await stories.get(s, scene.story_id)
            link = f"https://advocacy.example.com/r/{number:09}"
            return (
                await scene.sharing.writing.compose(s, story, scene.networks["linkedin"], Reader("de", ""), link)
            ).text

    texts = await asyncio.gather(*(one(number) for number in range(12)))
    found = Counter("Zwei." if "Zwei." in one else "Drei." if "Drei." in one else "Titel" for one in texts)
    assert found == {"Zwei.": 2, "Drei.": 3, "Titel": 7}
    assert all("Windpark Tiefsand am Netz" in one for one in texts if "." not in one.split("\n\n")[1])


async def test_dealing_is_even_however_many_press_at_once(scene: Scene) -> None:
    """Of twelve, each of three wordings goes to four."""
    await word(scene, *(says(f"Satz {number}.") for number in range(3)))

    async def one() -> None:
        async with scene.db.write() as s:
            from advocacy.content import stories

            story = await stories.get(s, scene.story_id)
            await scene.sharing.writing.compose(
                s, story, scene.networks["linkedin"], Reader("de", ""), "https://a.example"
            )

    await asyncio.gather(*(one() for _ in range(12)))
    async with scene.db.read() as s:
        assert list(await s.scalars(select(Caption.dealt))) == [4, 4, 4]


# -- hashtags and mentions -------------------------------------------------------------------------------------------


async def test_hashtags_and_mentions_stand_below_the_words(scene: Scene) -> None:
    """Mentions only where they were meant, hashtags not twice, neither of them in a private message."""
    tags, names = ["Wind", "Nord licht", "#Strom"], ["@nordlicht", "tiefsand"]
    await word(
        scene, says("Viel #wind hier.", hashtags=tags, mentions=names),
        says("Auf X.", network="x", hashtags=tags, mentions=names), says("Mail.", network="email", hashtags=tags),
    )  # fmt: skip
    assert "Viel #wind hier.\n\n#Nordlicht #Strom\n\nhttp" in (await scene.start("linkedin")).text
    assert "Auf X.\n\n@nordlicht @tiefsand #Wind #Nordlicht #Strom\n\nhttp" in (await scene.start("x")).text
    assert "#" not in (await scene.start("email")).text


async def test_the_last_hashtags_go_when_there_is_no_room(scene: Scene) -> None:
    """Words are never cut for a hashtag."""
    words = "Wind und Wasser und Licht. " * 7
    await word(scene, says(words, hashtags=["eins" * 3, "zwei" * 3, "drei" * 3, "vier" * 3]))
    share = await scene.start("x")
    assert words.strip() in share.text
    assert "#einseinseins" in share.text
    assert "#viervier" not in share.text
    assert 268 <= scene.networks["x"].length(share.text) <= 280


# -- languages -------------------------------------------------------------------------------------------------------


async def test_a_share_speaks_the_persons_language(scene: Scene) -> None:
    """Title, summary, link and preview come from the version; the wordings of another language are not mixed in."""
    await word(scene, says("Zwölf Anlagen."))
    async with scene.db.write() as s:
        s.add(LanguageVersion(story_id=scene.story_id, language="en", title="Wind farm Tiefsand",
                              summary="Twelve turbines.", url="https://www.nordlicht.example/en"))  # fmt: skip
    scene.people[JANA].language = "en-GB"
    async with scene.db.write() as s:
        await s.merge(scene.people[JANA])
    await scene.connect("linkedin")
    async with scene.db.write() as s:
        started = await scene.sharing.start(
            s, person=scene.people[JANA], story_id=scene.story_id, network="linkedin", reply={}, language="en-GB",
            at=now() - PAST,
        )  # fmt: skip
    assert "Wind farm Tiefsand\n\nTwelve turbines." in started.share.text
    assert started.share.text.startswith("Ad | I work at")
    async with scene.db.read() as s:
        link = (await s.scalars(select(Link).where(Link.share_id == started.share.id))).one()
    assert link.url == scene.settings.reachable("https://www.nordlicht.example/en")
    await scene.poster.run_due()
    [post] = scene.worlds["linkedin"].posts(JANA)
    assert post.title == "Wind farm Tiefsand"
    theirs = await scene.start("x", EMRE)
    assert "Zwölf Anlagen." in theirs.text


async def test_own_words_come_back_without_the_gap(scene: Scene) -> None:
    """Undone and shared after all, a share with own words does not wait for the next wording's gap."""
    await scene.connect("linkedin")
    await word(scene, says(GAP))
    share = await scene.press("edit", await scene.start("linkedin"), text_="Ganz meine Meinung.")
    await scene.press("undo", share)
    again: Share = await scene.press("again", share)
    assert (again.state, again.problem) == (ShareState.PENDING, "")
    assert again.due_at is not None
    assert again.due_at > now() + timedelta(seconds=20)
