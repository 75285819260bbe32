"""A story in its other languages and all its wordings, in full, for whoever decides on them.

What one card has no room for is on further pages.
"""

from __future__ import annotations

from advocacy.bot.brands import called_by_name
from advocacy.bot.language import Translator
from advocacy.chat import Button, Message
from advocacy.content.models import Caption, LanguageVersion, Story

MOST = 5_000
"""Characters on one page. Slack shows no more of a quote, and Teams refuses the whole card rather than cut one."""
BYTES_EACH = 2
"""Teams counts bytes: letters that take more than this on average fill a page sooner."""


def page(t: Translator, story: Story, start: int = 0) -> tuple[str, int]:
    """Texts from number ``start`` on, and the number of the first one left, 0 when none is.

    Each is whole on one page, but for one that is longer than a page.
    """
    shown: list[str] = []
    left = MOST
    for number, text in enumerate(_texts(t, story)[start:], start):
        if shown and _size(text) > left:
            return "\n\n".join(shown), number
        shown.append(text)
        left -= _size(text)
    return "\n\n".join(shown), 0


def more_button(t: Translator, story: Story, start: int) -> tuple[Button, ...]:
    """Leads to the texts from number ``start`` on; none where ``start`` is 0."""
    left = len(_texts(t, story)) - start
    label = t.n("Read {n} more text", "Read {n} more texts", left)
    return (Button(label, action="review_texts", value={"s": story.id, "o": start}),) if start else ()


def texts_message(t: Translator, story: Story, start: int) -> Message:
    """One page of them."""
    quote, left = page(t, story, start)
    heading = t("Texts of “{title}”", title=story.title)
    return Message(summary=heading, heading=heading, quote=quote, buttons=more_button(t, story, left))


def _texts(t: Translator, story: Story) -> list[str]:
    """Other languages first, then the wordings; what no page has room for in parts."""
    whole = [*(_version(t, one) for one in story.versions), *(_wording(t, one) for one in story.captions)]
    return [part for text in whole for part in _parts(text)]


def _version(t: Translator, one: LanguageVersion) -> str:
    said = (f"{t.language_name(one.language)}: {one.title}", one.summary, one.url, one.image_alt)
    return "\n".join(filter(None, said))


def _wording(t: Translator, one: Caption) -> str:
    tags = " ".join([*(f"#{tag}" for tag in one.hashtags), *one.mentions])
    network = called_by_name(t, one.network)
    return f"{network} ({t.language_name(one.language)}): {one.text}" + (f"\n{tags}" if tags else "")


def _parts(text: str) -> list[str]:
    step = MOST // BYTES_EACH  # a letter takes four bytes at most
    return [text] if _size(text) <= MOST else [text[at : at + step] for at in range(0, len(text), step)]


def _size(text: str) -> int:
    """How much of a page it takes."""
    return max(len(text), len(text.encode()) // BYTES_EACH)


__all__ = ["more_button", "page", "texts_message"]
