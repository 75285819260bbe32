"""Taking a share that is due, so that no one else takes it, and all that is needed to post it.

Everything here runs in a short unit of work of its own; the network is called after its commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.config import Settings
from advocacy.content import audience, emergency, pictures, stories
from advocacy.content.audience import NotSharable
from advocacy.content.models import Caption, Story, StoryState
from advocacy.content.versions import spoken
from advocacy.db import for_update, now
from advocacy.people.models import Person
from advocacy.sharing import limits, links, mandates, text
from advocacy.sharing.connections import account_of, usable
from advocacy.sharing.models import Account, Share, ShareState
from advocacy.sharing.network import Connection, Draft, Network
from advocacy.sharing.text import Place

TURN = timedelta(seconds=1)
"""A person's shares on one network go out one after the other: the next one looks again after this."""
GIVE_UP_LOOKING = timedelta(minutes=15)
"""When a network gives no way to tell, the person is asked to look."""
GIVE_UP_WAITING = timedelta(hours=2)
"""When a network that could tell cannot be reached."""
REVIEWED = timedelta(minutes=10)
"""A planned share whose story is being reviewed anew is looked at again after this."""
LEASE = timedelta(seconds=60)
"""How long a share that is being looked up is left to whoever looks."""


@dataclass(slots=True)
class Renewed:
    """Tokens the network gave anew during an attempt."""

    account_id: int
    connections: list[Connection] = field(default_factory=list)

    def token(self, before: Connection) -> str:
        """The token that was used last."""
        return self.connections[-1].token if self.connections else before.token

    async def store(self, s: AsyncSession) -> None:
        """Keep the newest."""
        if self.connections:
            fresh = self.connections[-1]
            await s.execute(
                update(Account)
                .where(Account.id == self.account_id)
                .values(
                    token=fresh.token, refresh_token=fresh.refresh_token, expires_at=fresh.expires_at, host=fresh.host
                )
                .execution_options(synchronize_session=False)
            )


@dataclass(slots=True)
class Job:
    """A claimed share, free of the database."""

    share_id: int
    renewed: Renewed
    network: Network
    connection: Connection
    draft: Draft
    image_url: str
    claimed_at: datetime
    ended: bool = False
    """The story can no longer be shared, or nothing lets it leave by itself any more."""


@dataclass(frozen=True, slots=True)
class Handled:
    """There was something due, but nothing is to be sent: the share was put where it belongs.

    ``settled``: its state changed, the person has to hear of it.
    """

    share_id: int
    settled: bool


async def claim(
    s: AsyncSession, settings: Settings, networks: Mapping[str, Network], at: datetime
) -> Job | Handled | None:
    """The share that is due longest becomes ``sending``. ``None`` when none is due.

    What was recalled or undone in between is noticed here: the last moment before anything leaves. In an emergency
    stop nothing is due.
    """
    due = (
        Share.state == ShareState.PENDING, Share.due_at <= at, Share.network.in_(tuple(networks)),
        ~emergency.halted(),
    )  # fmt: skip
    share = await _longest_due(s, *due)
    if share is None:
        return None
    network = networks[share.network]
    account = await account_of(s, share.person_id, share.network, lock=True)
    if await _is_busy(s, share):
        share.due_at = at + TURN
        return Handled(share.id, settled=False)
    story = await _story_to_send(s, share, at)
    if isinstance(story, Handled):
        return story
    obstacle = _obstacle(await limits.fitted(s, network, share.person_id), share, account, at)
    if obstacle is not None or account is None:
        return _put(share, *(obstacle or (ShareState.WAITING, "reconnect")))
    taken = await s.execute(
        update(Share)
        .where(Share.id == share.id, *due)
        .values(state=ShareState.SENDING, claimed_at=at, attempts=Share.attempts + 1, due_at=None, problem="")
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", taken).rowcount != 1:
        return Handled(share.id, settled=False)
    job = await _job(s, settings, network, share, story=story, account=account)
    job.claimed_at = at
    return job


async def claim_unknown(
    s: AsyncSession, settings: Settings, networks: Mapping[str, Network], at: datetime
) -> Job | Handled | None:
    """A share of which nobody knows whether it was posted, and that is due to be looked up; leased for a minute.

    Where looking means posting again, it waits while everything is stopped.
    """
    only_look = [name for name, network in networks.items() if not network.abilities().looks_by_posting]
    due = (
        Share.state == ShareState.UNKNOWN, Share.due_at <= at, Share.network.in_(tuple(networks)),
        or_(Share.network.in_(only_look), ~emergency.halted()),
    )  # fmt: skip
    share = await _longest_due(s, *due)
    if share is None:
        return None
    share.due_at = at + LEASE
    account = await account_of(s, share.person_id, share.network, lock=True)
    story = await stories.get(s, share.story_id)
    age = at - (share.unknown_since or at)
    able = account is not None and usable(account, at)
    if age > (2 * GIVE_UP_WAITING if able else GIVE_UP_LOOKING):
        return _put(share, ShareState.FAILED, "cannot_tell")
    if account is None or not able:
        share.problem = "reconnect"
        return Handled(share.id, settled=False)
    job = await _job(s, settings, networks[share.network], share, story=story, account=account)
    job.ended = await _sharable(s, share, at) is None or await mandates.is_over(s, share, at)
    job.draft = replace(job.draft, first_tried_at=share.unknown_since)
    return job


async def held_back(s: AsyncSession, share_id: int) -> tuple[ShareState, str] | None:
    """The look right before the network is called: was everything stopped, or the story withdrawn, since the claim?

    Answers the state and problem that the share gets instead of being sent; ``None`` when it may leave.
    """
    query = select(Story.state, emergency.halted()).join(Share, Share.story_id == Story.id).where(Share.id == share_id)
    row = (await s.execute(query)).one_or_none()
    if row is None or row[0] == StoryState.RECALLED:
        return ShareState.CANCELLED, "story_ended"
    return (ShareState.PENDING, "") if row[1] else None


def connection_of(account: Account, renewed: Renewed) -> Connection:
    """What a client needs of an account; the tokens it gets anew are gathered."""
    return Connection(
        remote_id=account.remote_id, handle=account.handle, host=account.host, token=account.token,
        refresh_token=account.refresh_token, expires_at=account.expires_at, renewed=renewed.connections.append,
    )  # fmt: skip


def _obstacle(network: Network, share: Share, account: Account | None, at: datetime) -> tuple[ShareState, str] | None:
    """Why it cannot be sent now: the state it goes to instead, and the problem."""
    if text.has_marker(share.text):
        return ShareState.WAITING, "marker"
    if not network.abilities().post:
        return ShareState.OPENED, ""
    if not usable(account, at):
        return ShareState.WAITING, "reconnect"
    if network.length(share.text) > network.limit:
        return ShareState.FAILED, "too_long"
    return None


async def _longest_due(s: AsyncSession, *due: ColumnElement[bool]) -> Share | None:
    query = select(Share).where(*due).order_by(Share.due_at, Share.id).limit(1)
    found: Share | None = await s.scalar(for_update(query, skip_locked=True).execution_options(populate_existing=True))
    return found


async def _is_busy(s: AsyncSession, share: Share) -> bool:
    """Is another share going out over the same account? (Two at once might both renew its tokens.)"""
    other = exists().where(
        Share.person_id == share.person_id, Share.network == share.network, Share.state == ShareState.SENDING
    )
    return bool(await s.scalar(select(other)))


async def _sharable(s: AsyncSession, share: Share, at: datetime) -> Story | None:
    try:
        return await audience.fit_to_share(s, share.story_id, share.person_id, at)
    except NotSharable:
        return None


async def _story_to_send(s: AsyncSession, share: Share, at: datetime) -> Story | Handled:
    """The story, if it may be shared now and, for a planned share, still says what it said and is still wanted."""
    if await mandates.is_over(s, share, at):
        return _put(share, ShareState.CANCELLED, mandates.OVER)
    story = await _sharable(s, share, at)
    if story is None and share.planned_at is not None and await _may_return(s, share.story_id, at):
        share.due_at = at + REVIEWED
        return Handled(share.id, settled=False)
    if story is None:
        return _put(share, ShareState.CANCELLED, "story_ended")
    if share.planned_at is not None and share.planned_hash != story.approved_hash:
        share.planned_at = None
        return _put(share, ShareState.WAITING, "changed")
    return story


async def _may_return(s: AsyncSession, story_id: int, at: datetime) -> bool:
    """Is the story only being changed or reviewed, and not over?"""
    over = (StoryState.RECALLED, StoryState.EXPIRED, StoryState.LIVE)
    query = select(Story.id).where(Story.id == story_id, Story.state.not_in(over), *stories.not_over(at))
    return await s.scalar(query) is not None


def _put(share: Share, state: ShareState, problem: str) -> Handled:
    share.state, share.problem, share.due_at = state, problem, None
    return Handled(share.id, settled=True)


async def _job(
    s: AsyncSession, settings: Settings, network: Network, share: Share, *, story: Story, account: Account
) -> Job:
    """The preview speaks the person's language where the story does; the language told is that of the words."""
    renewed = Renewed(account.id)
    said = spoken(story, (await s.get_one(Person, share.person_id)).language)
    caption = None if share.caption_id is None else await s.get(Caption, share.caption_id)
    draft = Draft(
        text=share.text, link=links.find(settings, share.text) or said.url, title=said.title, summary=said.summary,
        image=None, image_alt=said.image_alt, language=said.language if caption is None else caption.language,
        key=share.key, as_picture=story.as_picture, labelled=share.proof.get("place") == Place.LABEL,
    )  # fmt: skip
    image_url = pictures.of(story) if network.abilities().image else ""
    connection = connection_of(account, renewed)
    return Job(share.id, renewed, network, connection, draft, image_url, share.claimed_at or now())


__all__ = ["Handled", "Job", "Renewed", "claim", "claim_unknown", "connection_of", "held_back"]
