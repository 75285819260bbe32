"""Stories and rules that were read lately. A unit of work that uses them checks that they are still so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from advocacy.content import stories
from advocacy.content.models import Story
from advocacy.db import Database
from advocacy.sharing.disclosure.overrides import rulebook
from advocacy.sharing.disclosure.rules import Rulebook
from advocacy.sharing.models import DisclosureRule
from advocacy.sharing.plain_look import Seen

_STORIES = 200


class Memory:
    """One per process. What it holds is detached: only for reading."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._stories: dict[int, Story] = {}
        self._rules: Sequence[DisclosureRule] | None = None
        self._newest: int | None = None

    async def story(self, story_id: int) -> Story | None:
        """The whole story as it was when it was read; ``None`` when there is none. Read anew once it was overtaken."""
        if self._rules is None or story_id not in self._stories:
            async with self._db.read() as s:
                query = select(DisclosureRule).order_by(DisclosureRule.since, DisclosureRule.id)
                self._rules = list(await s.scalars(query))
                self._newest = max((one.id for one in self._rules), default=None)
                try:
                    found = await stories.get(s, story_id)
                except stories.NoStory:
                    return None
            while len(self._stories) >= _STORIES:
                del self._stories[next(iter(self._stories))]
            self._stories[story_id] = found
        return self._stories[story_id]

    def still_so(self, story: Story, now: Seen) -> bool:
        """Do story and rules still stand as they were read? ``now`` tells; what does not is forgotten."""
        if now.rules != self._newest:
            self._rules = None
        # Each edit counts the version up, and what went out was approved as exactly this.
        stamp = (story.version, story.approved_hash, story.updated_at)
        if stamp != (now.version, now.approved_hash, now.updated_at):
            self._stories.pop(story.id, None)
            return False
        return self._rules is not None

    def rulebook(self, at: datetime) -> Rulebook:
        """The rules of disclosure that hold at a moment."""
        return rulebook([one for one in self._rules or () if one.since <= at])


__all__ = ["Memory"]
