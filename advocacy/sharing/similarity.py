"""How close a text is to what colleagues wrote about a story: told as a number of texts, never whose they are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.sharing import own_words, text
from advocacy.sharing.models import Share, ShareState

CLOSE = 80.0
"""From this likeness on, of 100, two texts are close."""
NEWEST = 200
"""So many of colleagues' texts are looked at."""
_USED = (ShareState.PENDING, ShareState.SENDING, ShareState.UNKNOWN, ShareState.POSTED, ShareState.REPORTED)
_NO_WORD = re.compile(r"[\W_]+")


def close(words: str, theirs: Sequence[str]) -> int:
    """To how many of these texts the words are close; the order of words matters little."""
    mine = plain(words)
    if not mine:
        return 0
    return sum(max(fuzz.ratio(mine, one), fuzz.token_sort_ratio(mine, one)) >= CLOSE for one in theirs)


def plain(words: str) -> str:
    """What is compared: without links, capitals and punctuation."""
    return _NO_WORD.sub(" ", text.URL.sub(" ", words).casefold()).strip()


async def of_colleagues(s: AsyncSession, story_id: int, network: str, person_id: int) -> list[str]:
    """The newest texts that others used for a story on a network, plain, without disclosures."""
    query = select(Share.text, Share.disclosure).where(
        Share.story_id == story_id, Share.network == network, Share.person_id != person_id, Share.state.in_(_USED),
        Share.text != "",
    )  # fmt: skip
    rows = await s.execute(query.order_by(Share.id.desc()).limit(NEWEST))
    return [plain(own_words.words(said, (disclosure,), "")) for said, disclosure in rows]


__all__ = ["close", "of_colleagues", "plain"]
