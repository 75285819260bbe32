"""All wordings of a story in full, for whoever decides on them: what one card has no room for is on further pages."""

from __future__ import annotations

from advocacy.bot.language import Translator
from advocacy.chat import Button, Message
from advocacy.content.models import Caption, Story

MOST = 5_000
"""Characters on one page. Slack shows no more of a quote, and Teams refuses the whole card rather than cut one."""


def page(t: Translator, story: Story, start: int = 0) -> tuple[str, int]:
    """Wordings from number ``start`` on, each whole; and the number of the first one left, 0 when none is."""
    shown: list[str] = []
    left = MOST
    for number, caption in enumerate(story.captions[start:], start):
        said = _said(t, caption)
        if shown and len(said) > left:
            return "\n\n".join(shown), number
        shown.append(said)
        left -= len(said)
    return "\n\n".join(shown), 0


def more_button(t: Translator, story: Story, start: int) -> tuple[Button, ...]:
    """Leads to the wordings from number ``start`` on; none where ``start`` is 0."""
    label = t.n("Read {n} more wording", "Read {n} more wordings", len(story.captions) - start)
    return (Button(label, action="review_wordings", value={"s": story.id, "o": start}),) if start else ()


def wordings_message(t: Translator, story: Story, start: int) -> Message:
    """One page of them."""
    quote, left = page(t, story, start)
    heading = t("Wordings of “{title}”", title=story.title)
    return Message(summary=heading, heading=heading, quote=quote, buttons=more_button(t, story, left))


def _said(t: Translator, one: Caption) -> str:
    tags = " ".join([*(f"#{tag}" for tag in one.hashtags), *one.mentions])
    network = one.network or t("every network")
    return f"{network} ({t.language_name(one.language)}): {one.text}" + (f"\n{tags}" if tags else "")


__all__ = ["more_button", "page", "wordings_message"]
