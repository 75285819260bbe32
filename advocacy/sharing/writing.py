"""What stands in a share: put together with its disclosure and link, written anew by its person, kept as proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.config import Settings
from advocacy.content import captions
from advocacy.content.models import Story
from advocacy.content.versions import spoken
from advocacy.people.models import Person
from advocacy.sharing import composition, limits, links, own_words, text
from advocacy.sharing.composition import Around, Composed
from advocacy.sharing.disclosure import overrides
from advocacy.sharing.disclosure.rules import Note, kept, of_proof
from advocacy.sharing.disclosure.wordings import fitting
from advocacy.sharing.models import Link, Share
from advocacy.sharing.network import Network
from advocacy.sharing.targets import target
from advocacy.sharing.text import Place, TextProblem


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a text is put together, and when: the rules of that moment and country hold."""

    language: str
    country: str
    """The company's when empty."""
    at: datetime | None = None

    @classmethod
    def of(cls, person: Person, language: str, at: datetime | None = None) -> Reader:
        """A person, in the language they use here."""
        return cls(language, person.country, at)


class Writing:
    """Texts of shares. All methods run in the caller's unit of work."""

    def __init__(self, settings: Settings, networks: Mapping[str, Network]) -> None:
        self.settings = settings
        self.networks = networks

    async def compose(self, s: AsyncSession, story: Story, port: Network, reader: Reader, link: str) -> Composed:
        """Deal a caption and put the whole text together, within the network's limit; it may hold a blank."""
        caption = await captions.deal(s, story, port.name, reader.language)
        return composition.composed(await self.around(s, story, port, reader, link), story, caption)

    async def first(self, s: AsyncSession, share: Share, story: Story, reader: Reader) -> None:
        """Give a new share its link and its text."""
        said, port = spoken(story, reader.language), await self.port(s, share)
        url = await target(s, self.settings, story, url=said.url, network=port.name, language=said.language)
        link = await links.make(
            s, url=url, story_id=story.id, person_id=share.person_id, network=port.name, share_id=share.id
        )
        carried = "" if port.reshares(said.url) else links.address(self.settings, link.code)
        made = await self.compose(s, story, port, reader, carried)
        share.text, share.caption_id = made.text, made.caption_id
        self._keep(share, made.note, made.note.text)

    async def write(self, s: AsyncSession, share: Share, typed: str) -> None:
        """The person's own words; disclosure and link are added where missing. Raises ``TextProblem``."""
        note = self.note(share)
        done = own_words.complete(typed, note, await self.link(s, share))
        text.check(await self.port(s, share), done.text)
        if done.text != share.text:
            share.text, share.own_words = done.text, True
            self._keep(share, note, done.disclosure)

    async def choose(self, s: AsyncSession, share: Share, caption_id: int, whole: str) -> None:
        """Another suggested wording, taken as it is; it counts as dealt. Raises ``TextProblem``."""
        await self.write(s, share, whole)
        if share.caption_id != caption_id:
            await captions.count_dealt(s, caption_id)
        share.caption_id, share.own_words = caption_id, False

    async def take_over(self, s: AsyncSession, before: Share, share: Share) -> None:
        """The own words of an earlier round, with this round's link, under the rule of today."""
        link, note = await self.link(s, share), self.note(share)
        words, old = own_words.words(before.text, self.note(before).allowed, ""), await self.link(s, before)
        words = words.replace(old, link) if old else words
        try:
            await self.write(s, share, words)
        except TextProblem:  # what has to be said now takes more room
            words = own_words.words(words, note.allowed, link)
            said = note.text if note.required else ""
            share.text = text.compose(await self.port(s, share), words, said, link, place=note.place)
            self._keep(share, note, said)
        share.own_words = True

    async def without_gap(self, s: AsyncSession, share: Share, story: Story, language: str) -> None:
        """Leave out the sentences with a blank."""
        around = await self.around(s, story, await self.port(s, share), Reader(language, ""), await self.link(s, share))
        share.text = composition.without_gap(around, story, share.text, self.note(share))

    async def say_it(self, s: AsyncSession, share: Share) -> None:
        """Put the disclosure into a text that was to get the network's own label: a share page sets none."""
        if share.proof.get("place") != Place.LABEL:
            return
        port, link = await self.port(s, share), await self.link(s, share)
        proof = {**share.proof, "place": Place.OPENING.value}
        note = of_proof(proof, fitting(proof["allowed"], port), private=False)
        words = own_words.words(share.text, note.allowed, link)
        share.text = text.compose(port, words, note.text, link, place=note.place)
        self._keep(share, note, note.text)

    async def refit(self, s: AsyncSession, share: Share) -> None:
        """Cut a composed text that has to fit less room now, with all that has to be in it."""
        port, link, note = await self.port(s, share), await self.link(s, share), self.note(share)
        share.text = composition.refitted(port, share.text, note, link)

    async def carry_link(self, s: AsyncSession, share: Share) -> None:
        """Put the link into the text of a post that was to be passed on: its page for sharing knows only links."""
        port, link, note = await self.port(s, share), await self._address(s, share), self.note(share)
        if link not in share.text:
            words = own_words.words(share.text, note.allowed, "")
            share.text = text.compose(port, words, share.disclosure, link, place=note.place)

    async def link(self, s: AsyncSession, share: Share) -> str:
        """The link that a share's text carries: none where the post itself is passed on."""
        link = await self._address(s, share)
        return "" if share.text and link not in share.text else link

    async def _address(self, s: AsyncSession, share: Share) -> str:
        """The address of a share's tracked link."""
        code = await s.scalar(select(Link.code).where(Link.share_id == share.id).order_by(Link.id.desc()).limit(1))
        return links.address(self.settings, code) if code else links.find(self.settings, share.text)

    async def around(self, s: AsyncSession, story: Story, port: Network, reader: Reader, link: str) -> Around:
        """What surrounds a person's words on a network, under the rules that hold."""
        rulebook = await overrides.load(s, reader.at)
        decision = rulebook.decide(reader.country or self.settings.country, port, story.kind, reader.at)
        return Around(port, reader.language, link, self.settings.company, decision)

    async def port(self, s: AsyncSession, share: Share) -> Network:
        """The network as the person's own account has it."""
        return await limits.fitted(s, self.networks[share.network], share.person_id)

    def note(self, share: Share) -> Note:
        """The disclosure of a share, as it was decided when it was made."""
        private = self.networks[share.network].abilities().private
        return of_proof(share.proof, share.disclosure, private=private)

    def _keep(self, share: Share, note: Note, said: str) -> None:
        """What the text says now, with the rule that decided, as proof."""
        share.disclosure = said
        proof = kept(note, said)
        if proof is not None:
            share.proof = proof


__all__ = ["Reader", "Writing"]
