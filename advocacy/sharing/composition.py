"""What a share says before its person has touched it: a wording, or the story itself, with disclosure and link."""

from __future__ import annotations

from dataclasses import dataclass

from advocacy.content.models import Caption, Story
from advocacy.content.versions import Spoken, spoken
from advocacy.sharing import own_words, text
from advocacy.sharing.disclosure.rules import Decision, Note
from advocacy.sharing.network import Network


@dataclass(frozen=True, slots=True)
class Composed:
    """A text ready to leave, or with a blank for the person's own words, and what it was made of."""

    text: str
    note: Note
    caption_id: int | None


@dataclass(frozen=True, slots=True)
class Around:
    """What surrounds the words: for whom, where, under which link and which rule of disclosure."""

    port: Network
    language: str
    """The person's."""
    link: str
    company: str
    decision: Decision

    def note(self, language: str) -> Note:
        """The disclosure of a text in this language."""
        return self.decision.note(self.port, language, self.company)


def composed(around: Around, story: Story, caption: Caption | None) -> Composed:
    """The whole text, within the network's limit. Versions of the story must be loaded.

    A blank in the wording stays for the person to fill in. Where the wording is cut for want of room, it might lose
    half of the blank: there the sentence with it is left out instead.
    """
    if caption is not None:
        note = around.note(caption.language)
        # A wording that says by itself what the disclosure says does not say it twice.
        words, _ = own_words.taken_out(text.clean(caption.text), note.allowed)
        whole = _worded(around, caption, words, note)
        if text.has_marker(words) and words not in whole:
            rest = text.without_markers(words)
            whole = _worded(around, caption, rest, note) if rest else ""
        if whole:
            return Composed(whole, note, caption.id)
    return untold(around, story)


def untold(around: Around, story: Story) -> Composed:
    """The text where no wording is left: the story speaks for itself, in the person's language if it can."""
    said = spoken(story, around.language)
    note = around.note(said.language)
    longer = text.join(_itself(said), note.text, around.link, note.place)
    if said.summary and around.port.length(longer) <= around.port.limit:
        return Composed(longer, note, None)
    title = text.unbracketed(said.title)
    return Composed(text.compose(around.port, title, note.text, around.link, place=note.place), note, None)


def without_gap(around: Around, story: Story, whole: str, note: Note) -> str:
    """A composed text without the sentences that hold a blank; the title speaks where no words are left."""
    rest = text.without_markers(own_words.words(whole, note.allowed, around.link))
    if not any(word[0] not in "#@" for word in rest.split()):
        rest = text.GAP.join(part for part in (text.unbracketed(spoken(story, around.language).title), rest) if part)
    return text.compose(around.port, rest, note.text, around.link, place=note.place)


def refitted(port: Network, whole: str, note: Note, link: str) -> str:
    """A composed text that has to fit less room than it was made for; one with a blank waits for its person as it is.

    The words are cut from their end, so hashtags go first.
    """
    if port.length(whole) <= port.limit or text.has_marker(whole):
        return whole
    words = own_words.words(whole, note.allowed, link)
    return text.compose(port, words, note.text, link, place=note.place)


def _worded(around: Around, caption: Caption, words: str, note: Note) -> str:
    mentions = caption.mentions if caption.network == around.port.name else ()
    return text.compose(
        around.port, words, note.text, around.link, place=note.place, hashtags=caption.hashtags, mentions=mentions
    )


def _itself(said: Spoken) -> str:
    return text.clean(text.unbracketed(text.GAP.join(part for part in (said.title, said.summary) if part)))


__all__ = ["Around", "Composed", "composed", "refitted", "untold", "without_gap"]
