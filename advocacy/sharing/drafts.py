"""Texts of one story that a person writes for several networks at once, each by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import audience, captions, stories
from advocacy.content.models import Story
from advocacy.content.versions import spoken
from advocacy.people.models import Person
from advocacy.sharing import composition, limits, links, own_words, similarity, text
from advocacy.sharing.connections import usable
from advocacy.sharing.disclosure.rules import Note
from advocacy.sharing.models import Account, Share, ShareState
from advocacy.sharing.network import Network
from advocacy.sharing.pauses import UNHEARD
from advocacy.sharing.preview import EXAMPLE
from advocacy.sharing.shares import Sharing
from advocacy.sharing.starting import OPEN
from advocacy.sharing.text import TextProblem
from advocacy.sharing.writing import Reader

WRITABLE = (*OPEN, ShareState.FAILED)
"""States in which a share's text can still be changed."""
_FREE = (ShareState.UNDONE, ShareState.DELETED)
"""After these a person may want to share there anew."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The text for one network."""

    port: Network
    """As the person's own account has it."""
    share: Share | None
    """``None`` where nothing was begun yet: it begins when the text is saved."""
    text: str
    """As it stands at first. Where nothing was begun it has no link yet; one is added."""
    link: str
    """As long as the one that is added."""
    note: Note
    wordings: tuple[tuple[int, str], ...]
    """Ids and whole texts of the suggested wordings, the least used first."""
    theirs: tuple[str, ...]
    """Colleagues' texts, plain."""

    def length(self, typed: str) -> int:
        """How long it would be, with all that is added."""
        try:
            whole = own_words.complete(typed, self.note, self.link).text
        except TextProblem:
            whole = text.join(text.clean(typed), self.note.text, self.link, self.note.place)
        return self.port.length(whole)

    def check(self, typed: str) -> None:
        """Raises ``TextProblem`` where it cannot be taken."""
        text.check(self.port, own_words.complete(typed, self.note, self.link).text)

    def close(self, typed: str) -> int:
        """To how many colleagues' texts it is close."""
        return similarity.close(own_words.words(typed, self.note.allowed, self.link), self.theirs)

    def wording(self, typed: str) -> int | None:
        """The id of the suggested wording that this is, word for word."""
        said = text.clean(typed)
        return next((id_ for id_, whole in self.wordings if text.clean(whole) == said), None)

    def another(self, typed: str) -> str:
        """The wording after this one; the first where it is none of them, and the text itself where there is none."""
        texts = [whole for _, whole in self.wordings]
        here = self.wording(typed)
        place = -1 if here is None else [id_ for id_, _ in self.wordings].index(here)
        return texts[(place + 1) % len(texts)] if texts else typed


@dataclass(frozen=True, slots=True)
class Pen:
    """Who writes, when, and where they are answered."""

    sharing: Sharing
    person: Person
    at: datetime
    reply: dict[str, Any]


async def gather(s: AsyncSession, pen: Pen, mine: Share) -> list[Draft]:
    """The share that is edited, then the story's other shares of this person, then the networks they connected."""
    story = await stories.get(s, mine.story_id)
    found = [await _begun(s, pen, mine, story)]
    accounts = {one.network: one for one in await s.scalars(select(Account).where(Account.person_id == pen.person.id))}
    for name, port in pen.sharing.networks.items():
        if name == mine.network:
            continue
        there = await pen.sharing.latest(s, pen.person.id, story.id, name)
        if there is not None and there.text and there.state in WRITABLE:
            if there.problem != "cannot_tell":
                found.append(await _begun(s, pen, there, story))
        elif port.abilities().post and usable(accounts.get(name), pen.at) and (there is None or there.state in _FREE):
            found.append(await _fresh(s, pen, name, story))
    return found


async def write(s: AsyncSession, pen: Pen, mine: Share, drafts: Sequence[Draft], texts: Mapping[str, str]) -> Share:
    """Write the texts of all networks named, and begin where nothing was; undo what was begun and is named no more.

    Answers the share that was edited. All texts are checked before: raises ``TextProblem`` only when one no longer
    fits, ``NotSharable`` when the story ended.
    """
    if any(one.share is None for one in drafts if one.port.name in texts):
        await audience.sharable(s, mine.story_id, pen.person.id, pen.at)
    for one in drafts:
        name = one.port.name
        if name not in texts:
            if one.share is not None:
                await _step_back(s, pen, one.share, mine)
            continue
        share = one.share or await _begin(s, pen, name, mine)
        chosen = one.wording(texts[name])
        share = await pen.sharing.edit(s, share.id, pen.person.id, texts[name], wording=chosen, at=pen.at)
        if share.id != mine.id:
            share.told = UNHEARD  # it has a message of its own
    return mine


async def _step_back(s: AsyncSession, pen: Pen, share: Share, mine: Share) -> None:
    await pen.sharing.undo(s, share.id, share.person_id)
    if share.id != mine.id:
        share.told = share.state


async def _begin(s: AsyncSession, pen: Pen, network: str, mine: Share) -> Share:
    """A share of its own, with a message of its own; planned as the other one is."""
    started = await pen.sharing.start(
        s, person=pen.person, story_id=mine.story_id, network=network, reply={**pen.reply, "reply_to": ""},
        language=pen.person.language, at=pen.at,
    )  # fmt: skip
    share = started.share
    if share.state in _FREE:
        share = await pen.sharing.again(s, share.id, pen.person.id, at=pen.at)
        share.reply = {**pen.reply, "reply_to": ""}
    if mine.planned_at is not None and mine.planned_at > pen.at:
        share.planned_at, share.planned_why = mine.planned_at, mine.planned_why
        share.planned_hash = mine.planned_hash
        share.due_at = mine.planned_at if share.due_at is not None else None
    return share


async def _begun(s: AsyncSession, pen: Pen, share: Share, story: Story) -> Draft:
    port = await limits.fitted(s, pen.sharing.port(share.network), pen.person.id)
    link, note = await pen.sharing.writing.link(s, share), pen.sharing.writing.note(share)
    wordings = await _wordings(s, pen, port, story, link)
    theirs = await similarity.of_colleagues(s, story.id, port.name, pen.person.id)
    return Draft(port, share, share.text, link, note, wordings, tuple(theirs))


async def _fresh(s: AsyncSession, pen: Pen, network: str, story: Story) -> Draft:
    port = await limits.fitted(s, pen.sharing.port(network), pen.person.id)
    said = spoken(story, pen.person.language)
    link = "" if port.reshares(said.url) else links.address(pen.sharing.settings, EXAMPLE)
    wordings = await _wordings(s, pen, port, story, link)
    around = await pen.sharing.writing.around(s, story, port, Reader.of(pen.person, pen.person.language), link)
    whole = wordings[0][1] if wordings else composition.untold(around, story).text
    theirs = await similarity.of_colleagues(s, story.id, port.name, pen.person.id)
    draft = Draft(port, None, whole, link, around.note(said.language), wordings, tuple(theirs))
    if not link:
        return draft
    bare = tuple((id_, text.clean(one.replace(link, ""))) for id_, one in wordings)
    return replace(draft, text=text.clean(whole.replace(link, "")), wordings=bare)


async def _wordings(s: AsyncSession, pen: Pen, port: Network, story: Story, link: str) -> tuple[tuple[int, str], ...]:
    around = await pen.sharing.writing.around(s, story, port, Reader.of(pen.person, pen.person.language), link)
    made = [
        composition.composed(around, story, one)
        for one in await captions.others(s, story, port.name, pen.person.language)
    ]
    return tuple((one.caption_id, one.text) for one in made if one.caption_id is not None)


__all__ = ["WRITABLE", "Draft", "Pen", "gather", "write"]
