"""The record of review: what was decided about which exact content, by whom."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.fingerprint import content, fingerprint
from advocacy.content.models import Review, Story


def note(s: AsyncSession, story: Story, decision: str, by_id: int | None, words: str = "") -> None:
    """Append a decision (see ``Review``) about the story as it stands. Captions and versions must be loaded."""
    s.add(
        Review(
            story_id=story.id, fingerprint=fingerprint(story), decision=decision, by_id=by_id, note=words.strip(),
            content=content(story),
        )
    )  # fmt: skip


__all__ = ["note"]
