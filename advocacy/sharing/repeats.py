"""Tells the first click of a visitor on a link from those that follow within the hour, out of the stored clicks.

Judged afterwards and in their order, so that all processes agree and a restart forgets nothing. All that is known of a
visitor is the day's hash that is stored with the click (``visitors``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, cast, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.sharing.models import Click

REPEAT: Final = "repeat"
"""Why such a click does not count."""
HOUR: Final = 3600
MOST: Final = 100_000
"""Clicks remembered at least; about 15 MB. With more in an hour, some that repeat are counted."""
_CHUNK: Final = 500


class Repeats:
    """Those of the last hour that counted, up to the click that was judged last; one per process."""

    def __init__(self) -> None:
        self._upto = -1
        self._young: dict[int, int] = {}
        self._old: dict[int, int] = {}
        self._since: int | None = None

    async def find(self, s: AsyncSession, after: int, upto: int) -> list[int]:
        """Ids of the clicks in ``(after, upto]`` that repeat one; all up to ``after`` have been judged and marked."""
        columns = (Click.id, Click.link_id, Click.visitor, _second(s))
        within = (Click.id > after, Click.id <= upto, *_OF_PEOPLE)
        fresh = (await s.execute(select(*columns).where(*within).order_by(Click.id))).all()
        if fresh and self._upto != after:
            await self._remember(s, after, min(at for *_, at in fresh))
        self._upto = upto
        return [click_id for click_id, link_id, visitor, at in fresh if self._is_one(link_id, visitor, at)]

    async def _remember(self, s: AsyncSession, upto: int, before: int) -> None:
        """What another process judged, or this one before it was started again."""
        self._young, self._old, self._since = {}, {}, None
        earliest = datetime.fromtimestamp(before - HOUR, UTC)
        within = (Click.id > upto - MOST, Click.id <= upto, Click.at > earliest, *_OF_PEOPLE)
        for link_id, visitor, at in await s.execute(
            select(Click.link_id, Click.visitor, _second(s)).where(*within).order_by(Click.id)
        ):
            self._keep(hash((link_id, visitor)), at)

    def _is_one(self, link_id: int, visitor: str, at: int) -> bool:
        """Has this visitor's click on this link counted within the hour? If not, this one does."""
        key = hash((link_id, visitor))  # 64 bits with a key of this process: small, and as good as the whole
        last = self._young.get(key) or self._old.get(key)
        if last is not None and abs(at - last) < HOUR:  # one out of the spool may be older
            return True
        self._keep(key, at if last is None else max(at, last))
        return False

    def _keep(self, key: int, at: int) -> None:
        if self._since is None:
            self._since = at
        if at - self._since >= HOUR or len(self._young) >= MOST:
            self._old, self._young, self._since = self._young, {}, at
        self._young[key] = at


def _second(s: AsyncSession) -> ColumnElement[int]:
    """When it was, in whole seconds since 1970: cheaper to read than a moment, and exact enough."""
    is_sqlite = s.get_bind().dialect.name == "sqlite"
    return cast(func.strftime("%s", Click.at) if is_sqlite else func.floor(func.extract("epoch", Click.at)), BigInteger)


_OF_PEOPLE: tuple[Any, ...] = (Click.dropped == "", Click.visitor != "")


async def mark(s: AsyncSession, click_ids: Sequence[int]) -> None:
    """These repeat others and do not count."""
    for start in range(0, len(click_ids), _CHUNK):
        part = click_ids[start : start + _CHUNK]
        marked = update(Click).where(Click.id.in_(part)).values(dropped=REPEAT)
        await s.execute(marked.execution_options(synchronize_session=False))


__all__ = ["HOUR", "MOST", "REPEAT", "Repeats", "mark"]
