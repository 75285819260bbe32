"""Rules an administrator sets, and what a share keeps as proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from advocacy.content.models import Caption
from advocacy.db import Database, now
from advocacy.people.models import Person
from advocacy.sharing.disclosure import overrides
from advocacy.sharing.disclosure.overrides import NotARule, Wanted
from advocacy.sharing.models import ShareState
from tests.sharing.conftest import JANA, Scene

DISCLOSURE = "Anzeige | mein Arbeitgeber Nordlicht Energie"
NAMES = ("linkedin", "x")


async def rule(scene: Scene, **wanted: object) -> None:
    async with scene.db.write() as s:
        await overrides.add(s, Wanted(**{"reason": "Agreed", **wanted}), list(scene.networks), "Ada")


async def test_the_proof_of_a_share_survives_later_rules(scene: Scene) -> None:
    """Words, rule, country, kind and moment are kept; a rule set later holds for the next round only."""
    share = await scene.start("linkedin")
    proof = dict(share.proof)
    assert share.disclosure == DISCLOSURE
    assert (proof["rule"], proof["level"], proof["place"], proof["country"]) == ("DE-news", "required", "opening", "DE")
    assert (proof["source"], proof["kind"], proof["language"], proof["left_out"]) == ("DE", "news", "de", False)
    assert proof["at"]
    await rule(scene, level="required", place="end", texts={"de": ["Werbung für {company}"]})
    edited = await scene.press("edit", share, text_="Meins.")
    assert edited.text.startswith(f"{DISCLOSURE}\n\nMeins.")
    assert edited.proof == proof
    await scene.press("undo", share)
    second = await scene.press("again", share)
    assert second.text.endswith("\n\nWerbung für Nordlicht Energie")
    assert "Meins." in second.text
    assert DISCLOSURE not in second.text
    assert (second.proof["rule"], second.proof["source"], second.own_words) == ("own-1", "Agreed", True)
    assert (await scene.share(share.id)).proof == proof


async def test_country_of_the_person_and_kind_of_the_story_decide(scene: Scene) -> None:
    """An Austrian's post opens with “Werbung”; a vacancy's note may be left out, which is kept."""
    async with scene.db.write() as s:
        await s.execute(update(Person).where(Person.id == scene.people[JANA].id).values(country="AT"))
    scene.people[JANA].country = "AT"
    share = await scene.start("linkedin")
    assert share.text.startswith("Werbung | mein Arbeitgeber Nordlicht Energie\n\n")
    await scene.change_story(kind="job")
    vacancy = await scene.start("mastodon")
    assert vacancy.text.startswith("Ich arbeite bei Nordlicht Energie.\n\n")
    assert vacancy.proof["rule"] == "AT-job"
    bare = await scene.press("edit", vacancy, text_="Kommt zu uns!")
    assert (bare.disclosure, bare.proof["left_out"]) == ("", True)
    assert bare.text.startswith("Kommt zu uns!")
    back = await scene.press("edit", vacancy, text_="Kommt zu uns! Ich arbeite bei Nordlicht Energie.")
    assert back.text.startswith("Ich arbeite bei Nordlicht Energie.\n\nKommt zu uns!")
    assert (back.disclosure, back.proof["left_out"]) == ("Ich arbeite bei Nordlicht Energie.", False)


async def test_a_share_from_before_proofs_keeps_its_disclosure(scene: Scene) -> None:
    """What stood in its text stays required."""
    share = await scene.start("linkedin")
    await scene.change(share, proof={})
    assert (await scene.press("edit", share, text_="Alt.")).text.startswith(f"{DISCLOSURE}\n\nAlt.")
    assert (await scene.share(share.id)).proof == {}


async def test_leaving_out_a_gap_keeps_the_disclosure_at_its_place(scene: Scene) -> None:
    """And a wording that says it by itself does not say it twice."""
    async with scene.db.write() as s:
        await s.execute(update(Caption).values(text=f"{DISCLOSURE}\nWind. Weil [dein Grund].", network="", dealt=0))
    share = await scene.start("linkedin")
    assert share.text.count("Anzeige") == 1
    done = await scene.press("skip_marker", share)
    assert done.text.startswith(f"{DISCLOSURE}\n\nWind.\n\n")


async def test_own_rules_come_before_built_in_ones_the_most_exact_first(db: Database, scene: Scene) -> None:
    """Dated, for the future too; of the same cases the newest holds; lifted, the built-in one is back."""
    port, at = scene.networks["linkedin"], now()

    async def code(**more: object) -> str:
        async with scene.db.read() as s:
            book = await overrides.load(s, more.pop("at", None) or now())  # type: ignore[arg-type]
        return book.decide(str(more.get("country", "DE")), port, str(more.get("kind", "news"))).rule.code

    await rule(scene, level="recommended", country="DE")
    await rule(scene, level="none", country="DE", network="linkedin", kind="job")
    await rule(scene, level="required", country="EU", since=now() + timedelta(days=2))
    assert [await code(), await code(kind="job"), await code(country="CH")] == ["own-1", "own-2", "CH-news"]
    assert await code(country="FR") == "EU-news"
    assert await code(country="FR", at=at + timedelta(days=3)) == "own-3"
    assert await code(at=at - timedelta(seconds=1)) == "DE-news"
    await rule(scene, level="recommended", country="DE", place="end")
    assert await code() == "own-4"
    await rule(scene, level="default", country="DE")
    assert [await code(), await code(kind="job")] == ["DE-news", "own-2"]
    async with scene.db.read() as s:
        rows = await overrides.listing(s)
    assert [one.id for one in rows] == [5, 4, 3, 2, 1]
    assert all(one.set_by == "Ada" and one.since >= one.set_at for one in rows)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"country": "XX"}, "unknown_country"), ({"network": "myspace"}, "unknown_network"),
        ({"kind": "poem"}, "unknown_kind"), ({"level": "maybe"}, "unknown_level"), ({"place": "top"}, "unknown_place"),
        ({"wording": "fun"}, "unknown_wording"), ({"texts": {"de": ["a\nb"]}}, "bad_texts"),
        ({"texts": {"de": ["[so]"]}}, "bad_texts"), ({"texts": {"de": ["x" * 121]}}, "bad_texts"),
        ({"reason": " "}, "no_reason"), ({"reason": "x" * 301}, "long_reason"),
        ({"since": now() - timedelta(days=1)}, "past"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_rule_has_a_code(wanted: dict[str, object], code: str) -> None:
    """Never for the past, never without a reason."""
    with pytest.raises(NotARule) as caught:
        overrides.check(Wanted(**{"level": "required", "reason": "Agreed", **wanted}), NAMES, now())  # type: ignore[arg-type]
    assert caught.value.code == code


async def test_a_share_page_sets_no_label_so_the_words_are_said(scene: Scene) -> None:
    """Where X itself would mark the post, its text says nothing; through its share page the words open it."""
    await rule(scene, level="required", place="label", network="x")
    port = scene.networks["x"]
    abilities = port.abilities()
    port.abilities = lambda: replace(abilities, post=True, labels_ads=True)  # type: ignore[method-assign]
    share = await scene.start("x")
    assert (share.state, share.disclosure, share.proof["place"]) == (ShareState.WAITING, "", "label")
    assert "Anzeige" not in share.text
    assert "Anzeige" not in (await scene.press("edit", share, text_="Wind!")).text
    paged = await scene.press("use_dialog", share)
    assert paged.text.startswith("Anzeige | mein Arbeitgeber\n\nWind!")
    assert (paged.disclosure, paged.proof["place"]) == ("Anzeige | mein Arbeitgeber", "opening")
