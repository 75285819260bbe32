"""What others do to a crowd's shares: editors, the roster, and posts that leave by themselves."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from advocacy.bot import stops
from advocacy.bot.review import withdrawal
from advocacy.content import approval
from advocacy.content.models import Caption, Story, Topic
from advocacy.db import Database, now
from advocacy.people.models import Identity, Person
from advocacy.sharing import leavers, standing
from advocacy.sharing.models import Share, ShareState, StandingShare
from advocacy.sharing.standing import STANDING, STOPPABLE

if TYPE_CHECKING:
    from advocacy.config import Settings
    from advocacy.sharing.accounts import Accounts
    from advocacy.sharing.shares import Sharing
    from tests.sharing.fake_network import Truth

ROOT = "root"
REPLY = {"platform": "slack", "tenant": "T1", "user": "U1", "address": "", "reply_to": "", "language": "en"}
BLANK = "I have seen it grow. I like it because of [your reason]. More of it soon."
TOPIC = "Wind"
PLAIN, WINDY, BLANKED = 0, 1, 2
"""The stories: one as any other, one of a topic that may be posted by itself, one with a blank in its wording."""


class Company:
    """The half of a crowd that people themselves do not do."""

    db: Database
    settings: Settings
    sharing: Sharing
    accounts: Accounts
    truth: Truth
    people: list[Person]
    stories: list[int]
    topic_id: int
    acts: Counter[str]
    """What happened, and took effect, in all runs."""

    def seen(self, share: Share) -> None:
        """The answer to a press: what it says is promised."""
        raise NotImplementedError

    async def set_up(self) -> None:
        """Two people, three stories, one topic."""
        async with self.db.write() as s:
            topic = Topic(name=TOPIC)
            stories = [
                Story(
                    title=f"Story {i}", summary="", url="https://x.example/s", language="en",
                    topics=[TOPIC] if i == WINDY else [],
                )
                for i in range(3)
            ]  # fmt: skip
            s.add_all([*self.people, *stories, topic])
            await s.flush()
            s.add_all([
                Identity(person_id=one.id, platform="slack", tenant="T1", user_id=one.email) for one in self.people
            ])  # fmt: skip
            s.add(Caption(story_id=stories[BLANKED].id, language="en", text=BLANK))
            self.stories, self.topic_id = [one.id for one in stories], topic.id

    # -- editors -------------------------------------------------------------------------------------------------------

    async def recall(self, story: int, *, alone: bool) -> None:
        """As editors do, or the story alone: then the last look must see to its shares."""
        story_id = self.stories[story]
        if story_id in self.truth.ended:
            return
        async with self.db.write() as s:
            if alone:
                await approval.recall(s, story_id, ROOT)
            else:
                await withdrawal.recall(s, self.sharing, story_id, ROOT)
        self.truth.ended.add(story_id)
        self.acts["story recalled"] += 1

    async def expire(self, story: int, *, noticed: bool) -> None:
        """Its time is over; the job notices later."""
        story_id = self.stories[story]
        async with self.db.write() as s:
            await s.execute(update(Story).where(Story.id == story_id).values(expires_at=now()))
            if noticed:
                await self.sharing.cancel_story(s, story_id)
        self.truth.ended.add(story_id)
        self.acts["story expired"] += 1

    async def stop(self) -> None:
        async with self.db.write() as s:
            await stops.stop(s, self.settings, ROOT)
        self.truth.is_stopped = True
        self.acts["all stopped"] += 1

    async def lift(self) -> None:
        was, self.truth.is_stopped = self.truth.is_stopped, False
        async with self.db.write() as s:
            await stops.resume(s, self.sharing, ROOT)
        self.acts["stop lifted"] += was

    # -- posts that leave by themselves --------------------------------------------------------------------------------

    async def agree(self, person: int, network: str) -> None:
        """To posts of the topic on this network; an earlier consent is replaced, and what it announced goes on."""
        try:
            async with self.db.write() as s:
                await standing.give(
                    s, self.sharing, self.people[person].id, self.topic_id, network, version="1", said="I agree.",
                    at=now(),
                )  # fmt: skip
        except standing.NotFree:
            return
        self.acts["standing: agreed"] += 1

    async def announce(self) -> None:
        """The round that begins shares by themselves; their people hear of them."""
        async with self.db.read() as s:
            stories = await standing.stories_due(s, now())
            pairs = [(story, one) for story in stories for one in await standing.consents(s, story, now())]
        if self.truth.is_stopped:
            return
        for story, one in pairs:
            async with self.db.write() as s:
                share = await standing.announce(s, self.sharing, one, story, reply=dict(REPLY), at=now())
            if share is not None:
                self.seen(share)
                self.truth.not_before[share.key] = now() + STOPPABLE
                self.acts["standing: announced"] += 1

    async def no_longer(self, person: int) -> None:
        """One press ends a person's consents; nothing that waits under them leaves any more."""
        mine = self.people[person].id
        async with self.db.read() as s:
            ids = [one.id for one, _ in await standing.own(s, mine, now())]
        for consent_id in ids:
            async with self.db.write() as s:
                await standing.stop(s, consent_id, mine, now())
            await self._promise_none(mine)
            self.acts["standing: ended"] += 1

    async def look_after_consents(self) -> None:
        """The job: what has lapsed, or lost its connection, ends."""
        async with self.db.write() as s:
            ended = await standing.settle(s, now(), allowed=True)
        self.acts["standing: settled"] += ended

    async def _promise_none(self, person_id: int) -> None:
        async with self.db.read() as s:
            open_ = select(StandingShare.network).where(
                StandingShare.person_id == person_id, standing.holds(now())
            )  # fmt: skip
            carried = set(await s.scalars(open_))
            query = select(Share).where(Share.person_id == person_id, Share.planned_why.startswith(STANDING))
            for share in await s.scalars(query):
                if share.network not in carried and share.state != ShareState.POSTED:
                    self.truth.uncarried.add(share.key)

    # -- people who leave ----------------------------------------------------------------------------------------------

    async def leave(self, person: int, *, noticed: bool) -> None:
        """Since the day before yesterday, as the roster says; the job that forgets them may run later."""
        mine = self.people[person].id
        async with self.db.write() as s:
            (await s.get_one(Person, mine)).left_on = (now() - timedelta(days=2)).date()
        self.truth.left.add(mine)
        self.acts["people: left"] += 1
        if noticed:
            await self.forget()

    async def come_back(self, person: int) -> None:
        """Employed again. What was forgotten stays forgotten."""
        mine = self.people[person].id
        async with self.db.write() as s:
            (await s.get_one(Person, mine)).left_on = None
        self.acts["people: came back"] += mine in self.truth.left
        self.truth.left.discard(mine)

    async def forget(self) -> None:
        """The nightly job."""
        self.acts["people: forgotten"] += await leavers.forget_left(self.db, self.accounts)
