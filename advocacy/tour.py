"""The whole loop through both doors without a screen: each step prints its figures, and fails aloud."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

from rich.console import Console
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.announce import ask_editors
from advocacy.bot.language import LANGUAGES, translator
from advocacy.bot.refusals import refusal
from advocacy.demo import Demo
from advocacy.insights import participation, periods
from advocacy.playground.captions import CAMPAIGNS
from advocacy.playground.colleagues.crowd import Door
from advocacy.playground.colleagues.seats import Seat, SlackSeat, TeamsSeat
from advocacy.playground.colleagues.share import Style
from advocacy.playground.company import Resident

NETWORKS = ("linkedin", "mastodon", "bluesky")
SHARERS = 24
PATIENCE = 30.0
WAYS = {
    "plain": "pressed Share", "double": "pressed twice", "undo": "undid it", "connect": "connected first",
    "dialog": "used a dialog",
}  # fmt: skip
Step = Callable[[], Awaitable[str]]


class Failed(Exception):
    """A step did not show what it has to show."""


def expect(truth: object, sentence: str) -> None:
    """Fail the step with this sentence unless it is true."""
    if not truth:
        raise Failed(sentence)


class Tour:
    """One play of the loop."""

    def __init__(self, demo: Demo, console: Console) -> None:
        self.demo = demo
        self.console = console
        self.worlds = demo.worlds
        self.sharers: list[tuple[Resident, str, str, str]] = []
        self.links: list[str] = []

    async def play(self) -> bool:
        """Play all steps; answers whether each of them held."""
        steps: tuple[tuple[str, Step], ...] = (
            ("Start the company, its Slack, its Teams and its networks", self.begin),
            ("Put stories in front of the editors", self.write),
            ("Approve in the editors' channels: not by the author", self.approve),
            ("See cards in Slack and Teams", self.cards),
            ("Share through both doors", self.share),
            ("Find each post once on its network", self.posts),
            ("Follow the links, people and preview bots", self.click),
            ("Compare participation with an independent recount", self.recount),
            ("Ask for the board in both doors", self.boards),
        )
        for number, (name, step) in enumerate(steps, 1):
            begun = perf_counter()
            try:
                said = await step()
            except (Failed, TimeoutError, LookupError, AssertionError) as wrong:
                self.console.print(f"[red]✗ {number}. {name}: {wrong or type(wrong).__name__}[/red]")
                return False
            self.console.print(
                f"[green]✓[/green] {number}. {name}  [dim]{perf_counter() - begun:.1f} s[/dim]\n   {said}"
            )
        return True

    async def begin(self) -> str:
        """Start everything."""
        await self.demo.start()
        async with self.demo.app.db.read() as s:
            people = (await s.execute(text("SELECT count(*) FROM person"))).scalar_one()
            kind = s.get_bind().dialect.name
        return f"{people} people, database {kind}, page {self.demo.page}"

    async def write(self) -> str:
        """Two stories by the communications team, two out of the company's feed."""
        for campaign in CAMPAIGNS:
            await self.demo.write_story(campaign)
        from_feed = await self.demo.pull_feed()
        await ask_editors(self.demo.app.parts)
        wanted = len(CAMPAIGNS) + len(from_feed)
        slack = self.worlds.slack.channel("comms-editors").id
        teams = self.worlds.teams.channel("Comms Editors").id
        await self.worlds.slack.until(lambda: len(self.worlds.slack.messages(slack)) >= wanted, seconds=PATIENCE)
        await self.worlds.teams.until(lambda: len(self.worlds.teams.activities(teams)) >= wanted, seconds=PATIENCE)
        return (
            f"{len(CAMPAIGNS)} written, {len(from_feed)} from the feed; {wanted} review cards in each editors' channel"
        )

    async def approve(self) -> str:
        """The author is refused; somebody else approves, one story in Slack, the other in Teams."""
        first, second = (self._title(campaign.slug) for campaign in CAMPAIGNS)
        refused = await self._decide("clara.editorius", "slack", first)
        told = {refusal(translator(one), "own_story").summary for one in LANGUAGES}
        expect(any(one in refused for one in told), f"the author was told {refused!r}")
        await self._still_in_review(0)
        await self._decide("david.vierauge", "slack", first)
        await self._decide("clara.editorius", "teams", second)
        async with self.demo.app.db.read() as s:
            rows = await s.execute(text(
                "SELECT story.id, story.author_id, review.by_id FROM story JOIN review ON review.story_id = story.id"
                " WHERE review.decision = 'approved'"
            ))  # fmt: skip
            decided = rows.all()
        expect(len(decided) == len(CAMPAIGNS), f"{len(decided)} approvals instead of {len(CAMPAIGNS)}")
        expect(all(author != by for _, author, by in decided), "somebody approved a story of their own")
        return f"author refused once; {len(decided)} stories approved by others, 1 in Slack, 1 in Teams"

    def _title(self, slug: str) -> str:
        return next(one.article.title for one in self.worlds.site.stories if one.article.slug == slug)

    def _seat(self, key: str, door: str) -> Seat:
        person = next(one for one in self.worlds.residents if one.key == key)
        return SlackSeat(self.worlds.slack, person) if door == "slack" else TeamsSeat(self.worlds.teams, person)

    async def _decide(self, key: str, door: str, title: str) -> str:
        """Press Approve on the review card; answers what the person sees then."""
        seat = self._seat(key, door)
        before = {(one.where, one.id): one for one in seat.look()}
        card = next(one for one in reversed(seat.look()) if title in one.text and one.find("approve"))
        button = card.find("approve")
        assert button is not None
        await seat.press(card, button)

        def news() -> str:
            fresh = [one for one in seat.look() if before.get((one.where, one.id)) != one]
            return fresh[-1].text if fresh else ""

        return await seat.until(news, PATIENCE)

    async def _still_in_review(self, which: int) -> None:
        async with self.demo.app.db.read() as s:
            state = (
                await s.execute(text("SELECT state FROM story ORDER BY id LIMIT 1 OFFSET :n"), {"n": which})
            ).scalar_one()
        expect(state == "in_review", f"the story is {state} although its own author pressed")

    async def cards(self) -> str:
        """Cards in at least three Slack and two Teams channels."""
        slack, teams = self.worlds.slack, self.worlds.teams
        names = ("news", "sales-stories", "tech-stories")
        teams_names = ("Stories", "Sales")
        await slack.until(
            lambda: all(len(slack.messages(slack.channel(one).id)) >= len(CAMPAIGNS) for one in names), seconds=PATIENCE
        )
        await teams.until(
            lambda: all(len(teams.activities(teams.channel(one).id)) >= len(CAMPAIGNS) for one in teams_names),
            seconds=PATIENCE,
        )
        in_slack = sum(len(slack.messages(slack.channel(one).id)) for one in names)
        in_teams = sum(len(teams.activities(teams.channel(one).id)) for one in teams_names)
        expect(in_slack == len(names) * len(CAMPAIGNS), f"{in_slack} cards in Slack")
        expect(in_teams == len(teams_names) * len(CAMPAIGNS), f"{in_teams} cards in Teams")
        return f"{in_slack} cards in {len(names)} Slack channels, {in_teams} in {len(teams_names)} Teams channels"

    async def share(self) -> str:
        """People of all departments, through both doors, on three networks; some in special ways."""
        people = [one for one in self.worlds.residents if one.slack_id and one.teams_id][: SHARERS + 2]
        special: dict[int, Style] = {0: "double", 1: "undo", 2: "connect", 3: "dialog"}
        plan = []
        for number, one in enumerate(people):
            door: Door = "slack" if number % 2 else "teams"
            style = special.get(number, "plain")
            network = "xing" if style == "dialog" else NETWORKS[number % len(NETWORKS)]
            plan.append((one, door, network, style))
        outcomes: Counter[str] = Counter()
        story = await self._first_story()
        for one, door, network, style in plan:
            outcome = await self.demo.colleagues.share(one.key, door, network, style, story=story)
            expect(outcome.ok, f"{one.name} in {door} on {network} ({style}): {outcome.problem}")
            outcomes[style] += 1
            if style == "undo":
                expect(outcome.state == "undone", f"undo ended as {outcome.state}")
            else:
                self.sharers.append((one, door, network, style))
        doors = Counter(door for _, door, _, _ in self.sharers)
        ways = ", ".join(f"{outcomes[name]} {said}" for name, said in WAYS.items())
        return f"{len(self.sharers)} people ({doors['slack']} in Slack, {doors['teams']} in Teams); {ways}"

    async def _first_story(self) -> int:
        async with self.demo.app.db.read() as s:
            return int((await s.execute(text("SELECT min(id) FROM story WHERE state = 'live'"))).scalar_one())

    async def posts(self) -> str:
        """Every share is one post on its network; the undone one is none."""
        wanted = Counter(network for _, _, network, style in self.sharers if style != "dialog")
        worlds = {"linkedin": self.worlds.linkedin, "mastodon": self.worlds.mastodon, "bluesky": self.worlds.bluesky}
        for name, world in worlds.items():
            await _until(lambda name=name, world=world: len(world.posts()) >= wanted[name])  # type: ignore[misc]
        for name, world in worlds.items():
            per_person = Counter(post.person for post in world.posts())
            expect(
                sum(per_person.values()) == wanted[name],
                f"{sum(per_person.values())} posts on {name}, not {wanted[name]}",
            )
            expect(max(per_person.values()) == 1, f"somebody has two posts on {name}")
            self.links += [post.url_of_link for post in world.posts()]
        await _until(self._all_told)
        return ", ".join(f"{wanted[name]} on {name}" for name in worlds) + "; none twice, the undone one nowhere"

    async def _all_told(self) -> bool:
        async with self.demo.app.db.read() as s:
            query = "SELECT count(*) FROM share WHERE state = 'posted' AND told <> 'posted'"
            return int((await s.execute(text(query))).scalar_one()) == 0

    async def click(self) -> str:
        """Readers and preview bots follow the links; bots are set apart."""
        people = bots = 0
        for number, link in enumerate(self.links):
            for _ in range(1 + number % 3):
                await self.demo.colleagues.click(link)
                people += 1
            await self.demo.colleagues.click(link, as_bot=True)
            bots += 1
        counted = [0, 0]

        async def all_folded() -> bool:
            async with self.demo.app.db.read() as s:
                row = (await s.execute(text("SELECT sum(clicks), sum(dropped) FROM story_total"))).one()
            counted[:] = [int(row[0] or 0), int(row[1] or 0)]
            # The networks' own crawlers draw a preview of each link as well.
            return counted[0] == people and counted[1] >= bots

        try:
            await _until(all_folded)
        except TimeoutError:
            raise Failed(f"counted {counted[0]} clicks and {counted[1]} of bots, not {people} and {bots}") from None
        return f"{people} clicks of people counted, {counted[1]} of preview bots set apart"

    async def recount(self) -> str:
        """Participation equals what the raw facts say, counted here in another way."""
        settings = self.demo.app.settings
        period = periods.current(settings.zone)
        async with self.demo.app.db.read() as s:
            board = await participation.board(s, settings, period)
            counted = await recount(s, period.first, period.last, settings.zone)
        for row in board.rows:
            if not row.is_rest:
                said, facts = (row.people, row.headcount), counted[row.department_id]
                expect(said == facts, f"{row.name}: the board says {said}, the facts say {facts}")
        expect(board.company.people == counted[0][0], "the company's total differs")
        lines = [f"{row.name or 'smaller departments together'} {row.people}/{row.headcount}" for row in board.rows]
        return f"equal to the recount: {', '.join(lines)}; company {board.company.people}/{board.company.headcount}"

    async def boards(self) -> str:
        """The board is told in both doors, privately, with its definition."""
        slack, teams = self._seat("jana.feld", "slack"), self._seat("jana.feld", "teams")
        jana = slack.person
        assert jana.slack_id is not None
        assert jana.teams_id is not None
        news = self.worlds.slack.channel("news").id
        await self.worlds.slack.hands.command(jana.slack_id, news, "/advocacy", "leaderboard")
        await self.worlds.teams.hands.say(jana.key, self.worlds.teams.chat(jana.key), "leaderboard")
        for name, seat in (("Slack", slack), ("Teams", teams)):
            told = await seat.until(lambda seat=seat: self._definition(seat), PATIENCE)  # type: ignore[misc]
            expect(told, f"{name} did not answer with the definition")
        return "answered in Slack and in Teams, with the definition beside the numbers"

    @staticmethod
    def _definition(seat: Seat) -> str:
        return next((one.text for one in seat.look() if "beschäftigt waren" in one.text), "")


async def recount(s: AsyncSession, first: date, last: date, zone: ZoneInfo) -> dict[int, tuple[int, int]]:
    """Distinct people with a share, and people employed, per department with all below it; 0 is the company.

    Reads only raw facts and counts in plain Python: it knows nothing of folds and rollups.
    """
    departments = await s.execute(text("SELECT id, parent_id FROM department"))
    parents = {row.id: row.parent_id for row in departments}
    belongs = [
        (person, department, _day(starts), _day(ends) if ends else date.max)
        for person, department, starts, ends in await s.execute(
            text("SELECT person_id, department_id, starts_on, ends_on FROM membership")
        )
    ]
    employed: dict[int, set[int]] = defaultdict(set)
    for person, department, starts, ends in belongs:
        if starts <= last and ends > first:
            for one in _chain(parents, department):
                employed[one].add(person)
    shared: Counter[tuple[int, int]] = Counter()
    for person, change, at in await s.execute(text("SELECT person_id, change, at FROM share_event")):
        on = _moment(at).astimezone(zone).date()
        where = next((d for p, d, starts, ends in belongs if p == person and starts <= on < ends), None)
        if first <= on <= last:
            for one in _chain(parents, where):
                shared[one, person] += change
    active = Counter(department for (department, _), number in shared.items() if number > 0)
    return {one: (active[one], len(people)) for one, people in employed.items()}


def _chain(parents: dict[int, int | None], department: int | None) -> list[int]:
    found = [0]
    while department is not None:
        found.append(department)
        department = parents[department]
    return found


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def _moment(value: object) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


async def _until(truth: Callable[[], object]) -> None:
    """Wait until it is true, asking now and then; the outside world is asked, not the product."""
    deadline = perf_counter() + PATIENCE
    while True:
        answer = truth()
        if await answer if isinstance(answer, Awaitable) else answer:
            return
        if perf_counter() > deadline:
            raise TimeoutError("it did not happen in time")
        await asyncio.sleep(0.05)


async def run(*, database_url: str = "", console: Console | None = None) -> bool:
    """Play the tour in a folder that is thrown away; answers whether every step held."""
    console = console or Console(width=110)
    begun = perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder), database_url=database_url, undo_seconds=3, card_refresh_seconds=1.0)
        try:
            held = await Tour(demo, console).play()
        finally:
            await demo.stop()
    console.print(f"{'tour complete' if held else 'tour failed'} in {perf_counter() - begun:.1f} s")
    return held
