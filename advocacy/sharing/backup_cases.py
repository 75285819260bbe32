"""Cases of backup: opened by somebody with a nasty comment, taken by one editor, closed, forgotten after a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.chat import UserRef
from advocacy.content import addresses
from advocacy.content.stories import Invalid
from advocacy.db import for_update, now
from advocacy.people import directory
from advocacy.people.models import Person
from advocacy.sharing.backup_models import BackupCase, BackupEvent, BackupMessage, CaseState
from advocacy.sharing.models import Share
from advocacy.sharing.shares import NotYours

MOST_TEXT = 3000
"""Characters of one message."""
MOST_IN_VIEW = 50


class NotNow(Exception):
    """This case is not in the state for that. Codes: ``taken`` (somebody else takes care), ``own``, ``closed``."""

    def __init__(self, code: str, case: BackupCase) -> None:
        super().__init__(code)
        self.code, self.case = code, case


async def open_case(
    s: AsyncSession, person: Person, *, share_id: int, text: str, link: str, screenshot: str, at: UserRef
) -> tuple[BackupCase, bool]:
    """Open a case, or go on with the open one about the same share; answers it, and whether it is new.

    ``share_id`` is 0 for none, ``at`` is where the person wrote from. Raises ``Invalid``, and ``NotYours`` for a share
    of somebody else.
    """
    text, link, screenshot = text.strip(), link.strip(), screenshot.strip()
    _check(text, link, screenshot)
    if share_id and await _share(s, share_id, person.id) is None:
        raise NotYours(share_id)
    await s.execute(for_update(select(Person.id).where(Person.id == person.id)))  # two presses at once: one case
    query = select(BackupCase).where(
        BackupCase.person_id == person.id, BackupCase.state != CaseState.CLOSED,
        BackupCase.share_id == share_id if share_id else BackupCase.share_id.is_(None),
    )  # fmt: skip
    case: BackupCase | None = await s.scalar(for_update(query.order_by(BackupCase.id.desc()).limit(1)))
    is_new = case is None
    if case is None:
        case = BackupCase(person_id=person.id, share_id=share_id or None, person_at={}, helper_at={})
        s.add(case)
        await s.flush()
        await log(s, case, person.id, "opened")
    case.link, case.screenshot = link or case.link, screenshot or case.screenshot
    case.person_at = asdict(at)
    if text and not any(one.text == text for one in await messages(s, case.id)):
        await _write(s, case, person.id, text)
    return case, is_new


def _check(text: str, link: str, screenshot: str) -> None:
    if len(text) > MOST_TEXT:
        raise Invalid("text", "too_long")
    for field, url in (("link", link), ("screenshot", screenshot)):
        if url and (code := "bad_link" if not url.startswith("https://") else addresses.problem(url)):
            # Pictures often lie where only the company gets to: that is right for them.
            if field == "screenshot" and code == "private_link":
                continue
            raise Invalid(field, code)


async def _share(s: AsyncSession, share_id: int, person_id: int) -> Share | None:
    found: Share | None = await s.scalar(select(Share).where(Share.id == share_id, Share.person_id == person_id))
    return found


async def get(s: AsyncSession, case_id: int) -> BackupCase:
    """The case, locked until the unit of work ends. Raises ``NotYours`` when there is none."""
    query = for_update(select(BackupCase).where(BackupCase.id == case_id))
    case: BackupCase | None = await s.scalar(query.execution_options(populate_existing=True))
    if case is None:
        raise NotYours(case_id)
    return case


async def of(s: AsyncSession, case_id: int, person: Person) -> BackupCase:
    """The case, if this person is one of the two who talk in it. Raises ``NotYours``."""
    case = await get(s, case_id)
    if not (case.person_id == person.id or is_helper(case, person)):
        raise NotYours(case_id)
    return case


def is_helper(case: BackupCase, person: Person) -> bool:
    """Does this person take care of the case, and may they still?"""
    return case.helper_id == person.id and directory.may(person, "editor")


async def take(s: AsyncSession, case_id: int, editor: Person, at: UserRef, *, over: bool = False) -> int | None:
    """Take care of a case; answers who did before. ``over``: also when somebody else does at the moment.

    Raises ``NotYours`` and ``NotNow``.
    """
    case = await get(s, case_id)
    if case.person_id == editor.id:
        raise NotNow("own", case)
    if case.state == CaseState.CLOSED:
        raise NotNow("closed", case)
    if case.helper_id == editor.id and case.state != CaseState.OPEN:
        return editor.id
    if case.state != CaseState.OPEN and not over:
        raise NotNow("taken", case)
    before = case.helper_id
    case.helper_id, case.helper_at = editor.id, asdict(at)
    if case.state == CaseState.OPEN:
        case.state = CaseState.TAKEN
    await log(s, case, editor.id, "taken")
    return before


async def say(s: AsyncSession, case: BackupCase, by: Person, text: str, at: UserRef) -> BackupMessage:
    """Write to the other one; it is their turn then. Raises ``Invalid`` and ``NotNow``."""
    text = text.strip()
    if not text or len(text) > MOST_TEXT:
        raise Invalid("text", "too_long" if text else "missing")
    if case.state == CaseState.CLOSED:
        raise NotNow("closed", case)
    if case.person_id == by.id:
        case.person_at = asdict(at)
        case.state = CaseState.OPEN if case.state == CaseState.OPEN else CaseState.TAKEN
    else:
        case.helper_at = asdict(at)
        case.state = CaseState.WAITING
    return await _write(s, case, by.id, text)


async def hand_over(s: AsyncSession, case: BackupCase, by: Person, to: Person) -> None:
    """Somebody else takes care from now on. Raises ``NotNow``."""
    if case.person_id == to.id:
        raise NotNow("own", case)
    if case.state == CaseState.CLOSED:
        raise NotNow("closed", case)
    case.helper_id, case.helper_at = to.id, {}
    await log(s, case, by.id, "handed")


async def close(s: AsyncSession, case: BackupCase, by: Person) -> bool:
    """It is over; answers whether it was not before."""
    if case.state == CaseState.CLOSED:
        return False
    case.state, case.closed_at = CaseState.CLOSED, now()
    await log(s, case, by.id, "closed")
    return True


async def reopen(s: AsyncSession, case: BackupCase, by: Person) -> bool:
    """It goes on, with the same helper if there is one who still may; answers whether it was closed."""
    if case.state != CaseState.CLOSED:
        return False
    case.closed_at = None
    await log(s, case, by.id, "reopened")
    helper = await s.get(Person, case.helper_id) if case.helper_id is not None else None
    if helper is not None and _can_help(helper):
        case.state = CaseState.TAKEN
    else:
        _free(case)
    return True


async def release(s: AsyncSession) -> list[BackupCase]:
    """Cases whose helper has left, or is no editor any more, are open again; answers them."""
    query = select(BackupCase).where(BackupCase.state.in_((CaseState.TAKEN, CaseState.WAITING)))
    cared = list(await s.scalars(for_update(query, skip_locked=True)))
    helpers = await s.scalars(select(Person).where(Person.id.in_({one.helper_id for one in cared})))
    able = {one.id for one in helpers if _can_help(one)}
    freed = [case for case in cared if case.helper_id not in able]
    for case in freed:
        _free(case)
        await log(s, case, None, "released")
    return freed


async def end_of_leavers(s: AsyncSession) -> int:
    """Nobody can be written to who has left: their cases are over; answers how many."""
    query = (
        select(BackupCase)
        .join(Person, Person.id == BackupCase.person_id)
        .where(BackupCase.state != CaseState.CLOSED, Person.left_on <= now().date())
    )
    over = list(await s.scalars(for_update(query)))
    for case in over:
        case.state, case.closed_at = CaseState.CLOSED, now()
        await log(s, case, None, "closed")
    return len(over)


def _can_help(helper: Person) -> bool:
    return directory.may(helper, "editor") and directory.is_employed(helper)


def _free(case: BackupCase) -> None:
    case.state, case.helper_id, case.helper_at = CaseState.OPEN, None, {}
    case.round += 1
    case.open_since, case.reminded_at, case.escalated_at = now(), None, None


async def looked(s: AsyncSession, case_id: int, editor: Person) -> BackupCase:
    """Open a case that is not one's own: it is logged, and both see it. Raises ``NotYours``."""
    case = await get(s, case_id)
    if case.person_id != editor.id and not is_helper(case, editor):
        await log(s, case, editor.id, "looked")
    return case


async def messages(s: AsyncSession, case_id: int) -> Sequence[BackupMessage]:
    """What was written, the oldest first; of very long ones the end."""
    query = select(BackupMessage).where(BackupMessage.case_id == case_id).order_by(BackupMessage.id.desc())
    return list(await s.scalars(query.limit(MOST_IN_VIEW)))[::-1]


async def events(s: AsyncSession, case_id: int) -> Sequence[BackupEvent]:
    """Who did what, the oldest first."""
    query = select(BackupEvent).where(BackupEvent.case_id == case_id).order_by(BackupEvent.id)
    return list(await s.scalars(query))


async def concerning(s: AsyncSession, person: Person) -> Sequence[BackupCase]:
    """Cases this person may know of: their own; for editors all that are not closed. The newest first."""
    mine = or_(BackupCase.person_id == person.id, BackupCase.helper_id == person.id)
    if directory.may(person, "editor"):
        mine = or_(mine, BackupCase.state != CaseState.CLOSED)
    return list(await s.scalars(select(BackupCase).where(mine).order_by(BackupCase.id.desc()).limit(10)))


async def untaken(s: AsyncSession, before: datetime) -> Sequence[BackupCase]:
    """Cases that were open for somebody to take already then, and of which not everybody was told; locked."""
    query = select(BackupCase).where(
        BackupCase.state == CaseState.OPEN, BackupCase.open_since <= before, BackupCase.escalated_at.is_(None)
    )
    return list(await s.scalars(for_update(query.order_by(BackupCase.id).limit(50), skip_locked=True)))


async def forget(s: AsyncSession, keep: timedelta) -> int:
    """Delete cases closed so long ago; answers how many."""
    over = BackupCase.closed_at < now() - keep
    gone = await s.execute(delete(BackupCase).where(over).execution_options(synchronize_session=False))
    return int(getattr(gone, "rowcount", 0))


async def log(s: AsyncSession, case: BackupCase, by_id: int | None, what: str) -> None:
    """Note who did what."""
    s.add(BackupEvent(case_id=case.id, by_id=by_id, what=what))
    await s.flush()


async def _write(s: AsyncSession, case: BackupCase, by_id: int, text: str) -> BackupMessage:
    message = BackupMessage(case_id=case.id, by_id=by_id, text=text)
    s.add(message)
    await s.flush()
    return message
