"""People who share, with the product's own hands and workers, and the truth beside it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import delete, event, select, update

from advocacy.chat import UserRef
from advocacy.content.audience import NotSharable
from advocacy.content.models import Halt, Review, Story, StoryState
from advocacy.db import Database, now
from advocacy.people.models import Person
from advocacy.sharing import planning
from advocacy.sharing.accounts import Accounts
from advocacy.sharing.models import Account, Connecting, Link, Revocation, Share, ShareEvent, ShareState
from advocacy.sharing.plain import Plain, Pressed, Unusual
from advocacy.sharing.planning import NotThen
from advocacy.sharing.posting import ABANDONED, Poster
from advocacy.sharing.shares import PROBLEMS, NotYours, Sharing, TextProblem
from advocacy.sharing.standing import STANDING, StandingShare
from tests.conftest import TEST_KEY, playground_settings
from tests.sharing.company import BLANKED, REPLY, Company
from tests.sharing.fake_network import KINDS, Faults, Killed, Truth, as_networks, fakes

S = ShareState
UNDER_WAY = (S.PENDING, S.SENDING, S.UNKNOWN)
LEAVING = (S.SENDING, S.UNKNOWN, S.POSTED)
BY_HAND = (S.REPORTED, S.UNDONE, S.OPENED, S.FAILED)
FORGOTTEN = "forgotten-"
UNDER = {
    "marker": ("fill_in", "skip_marker", "undo"), S.PENDING: ("undo", "post_now", "hold", "plan", "plan_best"),
    S.WAITING: ("use_dialog", "plan", "undo"), S.FAILED: ("retry", "use_dialog", "undo"),
    S.OPENED: ("report_done", "report_not_done"), S.REPORTED: ("report_not_done", "again"),
    S.POSTED: ("delete", "again"), S.UNDONE: ("again",), S.DELETED: ("again",), S.CANCELLED: ("again",),
}  # fmt: skip
"""The buttons under a share, by its state."""


class Worker(Poster):
    """One that may be held up between its claim and the call, where pictures are fetched."""

    def __init__(self, crowd: Crowd, db: Database) -> None:
        super().__init__(db, crowd.settings, crowd.networks, cast("Any", None))
        self._pictures = cast("Any", crowd)


class Crowd(Company):
    """Two people, three stories, a network of each kind, and two workers, each with an engine of its own."""

    def __init__(self, url: str, folder: Path, wait: Callable[[float], object] = lambda _: None) -> None:
        self.dbs = [Database(url, [TEST_KEY])]
        self.db = self.dbs[0]
        if self.db.is_sqlite:  # one process, and no step needs to survive a loss of power
            event.listen(self.db.engine.sync_engine, "connect", lambda it, _: it.execute("PRAGMA synchronous=OFF"))
        else:
            self.dbs.append(Database(url, [TEST_KEY]))
        self.wait = wait
        self.settings = playground_settings(url, folder)
        self.truth, self.faults = Truth(), Faults()
        self.fakes = fakes(self.truth, self.faults)
        self.networks = as_networks(self.fakes)
        self.sharing = Sharing(self.settings, self.networks)
        self.plain = Plain(self.db, self.settings, self.networks)
        self.accounts = Accounts(self.db, self.settings, self.networks)
        self.workers = [Worker(self, self.dbs[0]), Worker(self, self.dbs[-1])]
        self.at_picture: Callable[[], Awaitable[object]] | None = None
        self.people: list[Person] = []
        self.stories: list[int] = []
        self.found: list[str] = []
        """All that was ever wrong."""
        self.tally: Counter[str] = Counter()
        """How all shares ended."""
        self.acts: Counter[str] = Counter()

    async def open(self) -> None:
        self.people = [Person(email=f"p{i}@x.example", name=f"P{i}", joined_on=date(2026, 1, 1)) for i in range(2)]
        await self.set_up()

    async def close(self) -> None:
        for db in self.dbs:
            await db.close()

    async def clear(self) -> None:
        """Nobody has shared anything, everybody is connected."""
        async with self.db.write() as s:
            for table in (ShareEvent, Link, Share, Account, Revocation, Connecting, Halt, Review, StandingShare):
                await s.execute(delete(table))
            await s.execute(update(Person).values(left_on=None))
            await s.execute(update(Story).values(state=StoryState.LIVE, live_at=now(), expires_at=None))
        self.truth.forget()
        self.faults.clear()
        self.at_picture = None
        for one in self.fakes.values():
            one.tokens.clear()

        for person in self.people:
            async with self.db.write() as s:
                for name in KINDS[:-1]:
                    token = (await self.fakes[name].sign_in("", str(person.id), "")).token
                    s.add(Account(person_id=person.id, network=name, remote_id=f"id-{person.id}", token=token))

    def forget_steps(self) -> None:
        """What was to happen meanwhile found no moment to."""
        self.at_picture = self.faults.meanwhile = self.faults.late = None

    async def get(self, url: str) -> None:
        """Stands in for the pictures: between the claim and the call something may happen."""
        del url
        step, self.at_picture = self.at_picture, None
        if step is not None:
            await step()

    # -- what people do ----------------------------------------------------------------------------------------------

    async def start(self, person: int, story: int, network: str) -> None:
        """One click: the short way if it is a plain share, else the long one."""
        who = UserRef("slack", "T1", self.people[person].email)
        with suppress(Unusual):
            pressed = Pressed(who, self.stories[story], network, now(), lambda _language: dict(REPLY))
            begun = await self.plain.begin(pressed)
            self.acts["shares begun"] += 1
            self.acts["begun the short way"] += 1
            self.seen(begun.share)
            return
        try:
            async with self.db.write() as s:
                made = await self.sharing.start(
                    s, person=self.people[person], story_id=self.stories[story], network=network, reply=dict(REPLY),
                    language="en",
                )  # fmt: skip
        except NotSharable:
            return
        self.acts["shares begun"] += made.fresh
        self.acts["waits for own words"] += made.fresh and made.share.problem == "marker"
        self.seen(made.share)

    async def press(self, verb: str, key: str, **more: Any) -> None:
        """A button under a share's message, which may be an old one."""
        person, _, share_id = self.truth.shares[key]
        try:
            async with self.db.write() as s:
                before = await self.state_of(s, share_id)
                share = await getattr(self.sharing, verb)(s, share_id, person, **more)
                acted = before != (share.state, share.due_at, share.text, share.key)
        except (NotSharable, NotYours, TextProblem):
            return
        self.acts[f"pressed {verb}"] += acted
        if acted and verb in {"post_now", "retry"}:  # it was their own wish now
            self.truth.not_before.pop(key, None)
            self.truth.uncarried.discard(key)
        self.seen(share)

    async def press_where_it_waits(self, which: int) -> None:
        """A button under a share that waits for its person, or failed; of what it has."""
        waits = {share.id for share in await self.shares() if share.state in {S.WAITING, S.FAILED}}
        keys = [key for key, (_, _, share_id) in self.truth.shares.items() if share_id in waits]
        if keys:
            await self.press_what_is_there(keys[-1 - which % len(keys)], which)

    async def press_what_is_there(self, key: str, which: int) -> None:
        """One of the buttons that stand under a share as it is."""
        share_id = self.truth.shares[key][2]
        async with self.db.read() as s:
            share = await s.get_one(Share, share_id)
        verbs = UNDER.get("marker" if share.problem == "marker" else share.state)
        if verbs is None:
            return
        verb = verbs[which % len(verbs)]
        match verb:
            case "plan" | "plan_best":
                await self.plan(key, 2 if verb == "plan" else 0)
            case "fill_in":
                await self.press("edit", key, text_=f"My reason is number {which}.")
            case "delete":
                await self.delete_post(key)
            case _:
                await self.press(verb, key)

    async def state_of(self, s: Any, share_id: int) -> tuple[Any, ...]:
        columns = (Share.state, Share.due_at, Share.text, Share.key)
        return tuple((await s.execute(select(*columns).where(Share.id == share_id))).one())

    async def plan(self, key: str, hours: int) -> None:
        """At a moment of one's own; at the best one for no hours."""
        person, _, share_id = self.truth.shares[key]
        try:
            async with self.db.write() as s:
                before = (await s.get_one(Share, share_id)).planned_at
                wanted = now() + timedelta(hours=hours)
                share = (
                    await planning.plan(s, self.sharing, share_id, person, wanted)
                    if hours
                    else await planning.plan_best(s, self.sharing, share_id, person)
                )
        except (NotSharable, NotThen, NotYours):
            return
        if share.planned_at != before:
            self.acts["planned: a chosen time" if hours else "planned: the best time"] += 1
            self.truth.not_before.pop(key, None)
            self.truth.uncarried.discard(key)
        self.seen(share)

    def seen(self, share: Share) -> None:
        """The answer to a press: what it says is promised."""
        if share.key.startswith(FORGOTTEN):
            return
        self.truth.shares[share.key] = (share.person_id, share.story_id, share.id)
        self.truth.texts[share.key] = share.text
        if share.state == S.UNDONE:
            self.truth.undone.add(share.key)

    async def look_at_profile(self, key: str) -> None:
        """Whoever is asked whether it was posted looks, and tells the truth."""
        if key in self.truth.unsure:
            there = self.truth.live(key)
            await (self.press("report_done", key) if there else self.press("retry", key, looked=True))

    async def delete_post(self, key: str) -> None:
        person, _, share_id = self.truth.shares[key]
        try:
            share = await self.workers[0].delete(share_id, person)
        except (Killed, NotYours):
            return
        self.acts["deleted"] += share.state == S.DELETED

    async def connect(self, person: int, network: str) -> None:
        if network == "dialog" or self.people[person].id in self.truth.left:
            return
        mine = self.people[person].id
        token = self.accounts.connect_url(mine, network).partition("?t=")[2]
        await self.accounts.sign_in(token, "", str(mine), "app-password")
        self.acts["connected"] += 1

    async def disconnect(self, person: int, network: str) -> None:
        gone = await self.accounts.disconnect(self.people[person].id, network, quiet=True)
        self.acts["disconnected"] += gone != ""

    async def revoke(self, person: int, network: str) -> None:
        """The person withdraws our access in the network's own settings."""
        self.acts["access withdrawn"] += self.fakes[network].forget(self.people[person].id)

    # -- what workers do -----------------------------------------------------------------------------------------------

    async def work(self, *, both: bool = False) -> int:
        """Everything that is due, by one worker or by two at the same moment."""
        done = 0
        for verb in ("run_due", "settle_unknown"):
            hands = self.workers if both else self.workers[:1]
            for one in await asyncio.gather(*(getattr(each, verb)() for each in hands), return_exceptions=True):
                if isinstance(one, int):
                    done += one
                elif not isinstance(one, BaseExceptionGroup) or one.split(Killed)[1] is not None:
                    raise one
        return done

    async def restart(self) -> None:
        """The process is started again. (On PostgreSQL another one may be at work: that is left alone.)"""
        await self.workers[0].recover()

    async def overtaken(self) -> None:
        """A worker waits for an answer so long that the other takes it for dead and looks for itself."""
        self.wait(ABANDONED.total_seconds() + 1)
        await self.workers[1].settle_unknown()

    async def come_to_rest(self) -> None:
        """All is well again and time passes, until nothing is left to do."""
        self.faults.clear()
        self.at_picture = None
        await self.lift()
        await self.forget()
        await self.look_after_consents()
        for person, network in await self._unconnected():
            await self.connect(person, network)
        await self._fill_in()
        for _ in range(60):
            await self.work()
            left = [share for share in await self.shares() if share.state in UNDER_WAY]
            if not left:
                await self.forget()
                return
            ahead = [(share.planned_at - now()).total_seconds() for share in left if share.planned_at is not None]
            self.wait(max(301, min(ahead, default=0)))
        self.truth.wrong.append("never settled")

    async def _fill_in(self) -> None:
        """Whoever owes words writes them."""
        owing = {share.id for share in await self.shares() if (share.state, share.problem) == (S.WAITING, "marker")}
        for key, (_, _, share_id) in list(self.truth.shares.items()):
            if share_id in owing:
                await self.press("edit", key, text_="In my own words, at last.")

    async def _unconnected(self) -> list[tuple[int, str]]:
        async with self.db.read() as s:
            there = [one for one in await s.scalars(select(Account)) if one.state == "active"]
        works = {(one.person_id, one.network) for one in there if one.token in self.fakes[one.network].tokens}
        ids = [one.id for one in self.people]
        here = [i for i in range(2) if ids[i] not in self.truth.left]
        return [(i, name) for i in here for name in KINDS[:-1] if (ids[i], name) not in works]

    # -- what is true --------------------------------------------------------------------------------------------------

    async def shares(self) -> list[Share]:
        async with self.db.read() as s:
            return list(await s.scalars(select(Share).order_by(Share.id)))

    def key_of(self, share: Share) -> str:
        """The one it was begun with: a forgotten share has another."""
        return next((key for key, (_, _, one) in self.truth.shares.items() if one == share.id), share.key)

    async def check(self) -> None:
        """What holds at every moment."""
        async with self.db.read() as s:
            shares = list(await s.scalars(select(Share)))
            counted: Counter[int] = Counter()
            for share_id, change in await s.execute(select(ShareEvent.share_id, ShareEvent.change)):
                counted[share_id] += change
        wrong = self.truth.wrong
        if missing := {one for _, _, one in self.truth.shares.values()} - {one.id for one in shares}:
            wrong.append(f"lost: {missing}")
        for share in shares:
            key = self.key_of(share)
            if share.problem == "cannot_tell":
                self.truth.unsure.add(key)
            if counted[share.id] != (share.state in {S.POSTED, S.REPORTED}):
                wrong.append(f"a share that is {share.state} counts {counted[share.id]}")
            if share.planned_at is not None and share.state in LEAVING and share.claimed_at < share.planned_at:
                wrong.append("left before the moment it was planned for")
            posts = [one.id for one in self.truth.posts if one.key == key]
            if share.state == S.POSTED and share.remote_id not in posts and not is_forgotten(share):
                wrong.append("said to be posted, but on no network")
            if is_forgotten(share) and (share.text or share.remote_id or share.state in UNDER_WAY):
                wrong.append(f"forgotten, but {share.state} with {share.text!r}")

    async def check_rest(self) -> None:
        """What holds in the end: every share has settled, and what stands on a network is known here."""
        wrong = self.truth.wrong
        for share in await self.shares():
            key = self.key_of(share)
            self.tally["forgotten" if is_forgotten(share) else share.state] += 1
            live = self.truth.live(key)
            if share.state in UNDER_WAY:
                wrong.append(f"never settled: {share.state}")
            if share.state == S.WAITING or (share.state == S.FAILED and share.problem not in ("", *PROBLEMS)):
                wrong.append(f"left {share.state} with nothing to do about it ({share.problem!r})")
            if live and share.state != S.POSTED and not (key in self.truth.unsure and share.state in BY_HAND):
                wrong.append(f"stands on {share.network}, but is {share.state} here ({share.problem!r})")
            if is_forgotten(share):
                continue
            if share.person_id in self.truth.left:
                wrong.append(f"kept of somebody who left: {share.state} on {share.network}")
            if live and share.state == S.POSTED and live[0].text != share.text:
                wrong.append("stands with another text than is stored")
            self._count_kinds(share, bool(live))
        self.tally["posts"] += len(self.truth.posts)

    def _count_kinds(self, share: Share, is_live: bool) -> None:
        """What kinds of shares were posted: a search in which none of a kind is proves nothing about it."""
        if is_live and share.planned_at is not None:
            kind = "by itself" if share.planned_why.startswith(STANDING) else "at its time"
            self.acts[f"posted {kind}"] += 1
        if is_live and share.story_id == self.stories[BLANKED]:
            self.acts["posted with the blank filled in"] += 1


def is_forgotten(share: Share) -> bool:
    """Its person left, and only that it was stays."""
    return share.key.startswith(FORGOTTEN)
