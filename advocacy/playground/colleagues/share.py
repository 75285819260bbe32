"""One share as a colleague goes through it: card, private answer, account, undo, own words, share page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from advocacy.playground.colleagues.browser import Browser
from advocacy.playground.colleagues.seats import Button, Seat, Seen
from advocacy.playground.networks.network import NetworkWorld
from advocacy.playground.networks.posts import LINK, where
from advocacy.playground.world import Outside

Style = Literal["plain", "double", "undo", "connect", "dialog", "edit"]
PATIENCE = 10.0
"""Seconds until an answer must be on screen."""
FINAL = {"posted", "reported", "undone", "deleted", "failed"}
UNDECIDED = {"", "said", "waiting"}
# Which button tells in which state a share is; the first that is there decides.
_TELLING = (
    ("post_now", "pending"), ("not_done", "reported"), ("after_all", "undone"), ("again", "deleted"),
    ("retry", "failed"), ("retry_looked", "failed"), ("delete", "posted"), ("done", "opened"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one share, as the person saw it."""

    person: str
    door: str
    network: str
    style: str
    state: str = ""
    """waiting, pending, opened, posted, reported, undone, deleted, failed, said; '' when nothing was answered."""
    problem: str = ""
    """Why it went no further; '' when it did."""
    story: int = 0
    share: int = 0
    connected: bool = False
    """The account had to be connected on the way."""
    text: str = ""
    """Everything the last private answer says."""

    @property
    def ok(self) -> bool:
        """Did it go as far as its style wants?"""
        return not self.problem

    @property
    def link(self) -> str:
        """The tracked link in the text; '' when none was shown."""
        return next((one for one in LINK.findall(self.text) if urlsplit(one).path.startswith("/r/")), "")


class ShareWalk:
    """One share on its way. ``outcome`` says at any time how far it came.

    ``run`` raises LookupError where the screen does not offer what the style needs, TimeoutError where nothing is
    answered, ValueError where a network refuses, ``LostWayError`` where a page is not as it should be.
    """

    def __init__(self, outside: Outside, seat: Seat, outcome: Outcome, own_words: str) -> None:
        self.outcome = outcome
        self._outside, self._seat, self._own_words = outside, seat, own_words
        self._answer: Seen | None = None
        self._before: dict[tuple[str, str], Seen] = {}

    async def run(self, settle: float) -> None:
        """Go as far as the style wants, then wait up to ``settle`` seconds for the end."""
        style = self.outcome.style
        await self._press_share(presses=2 if style == "double" else 1)
        if self.outcome.state == "waiting":
            await (self._without_connecting() if style == "dialog" else self._connect())
        elif style == "connect":
            raise LookupError("the account was connected already")
        if self.outcome.state == "opened":
            await self._by_hand()
        elif style == "undo":
            await self._press("undo")
        elif style == "edit" and self.outcome.state == "pending":
            await self._edit()
        if settle and self.outcome.state not in FINAL:
            await self._until(lambda state: state in FINAL, settle)

    async def _press_share(self, *, presses: int) -> None:
        card, button = await self._offer()
        self.outcome = replace(self.outcome, story=button.about("s"))
        self._note()
        await asyncio.gather(*(self._seat.press(card, button) for _ in range(presses)))
        await self._answered()

    async def _offer(self) -> tuple[Seen, Button]:
        """The newest card that offers the network, or what opens behind its "More ways"."""
        network = self.outcome.network
        for seen in reversed(self._seat.look()):
            button = seen.find("share", network)
            if button is not None and self.outcome.story in {0, button.about("s")}:
                return seen, button
            more = seen.find("more")
            if more is None or self.outcome.story not in {0, more.about("s")}:
                continue
            self._note()
            await self._seat.press(seen, more)
            opened = await self._changed(lambda one: one.find("share", network) is not None)
            found = opened.find("share", network)
            assert found is not None
            return opened, found
        raise LookupError(f"no card on screen offers {network}")

    async def _press(self, action: str) -> None:
        """Press a button of the private answer, and take in what it says then."""
        seen, button = self._button(action)
        self._note()
        await self._seat.press(seen, button)
        await self._answered()

    def _button(self, action: str) -> tuple[Seen, Button]:
        button = self._answer.find(action) if self._answer is not None else None
        if self._answer is None or button is None:
            raise LookupError(f"the answer has no {action!r}")
        return self._answer, button

    async def _connect(self) -> None:
        """Follow the connect link of the private answer; the share then goes on by itself."""
        assert self._answer is not None
        link = next(one.url for one in self._answer.buttons if is_connect(one))
        self._note()
        async with Browser(self._outside, self._seat.person) as browser:
            await browser.connect(link)
        self.outcome = replace(self.outcome, connected=True)
        await self._until(lambda state: state not in UNDECIDED, PATIENCE)

    async def _without_connecting(self) -> None:
        """Open the network's share page right from the answer, and post there; the answer then asks about it."""
        assert self._answer is not None
        link = next((one.url for one in self._answer.buttons if is_open(one)), "")
        if not link:
            await self._press("dialog")
            return
        self._note()
        await self._post(link)
        await self._until(lambda state: state == "opened", PATIENCE)
        await self._press("done")

    async def _by_hand(self) -> None:
        """Open the network's share page, post there, come back and say so."""
        seen, _ = self._button("done")
        link = next((one.url for one in seen.buttons if one.url), "")
        if link.startswith("http"):
            await self._post(link)
        await self._press("done")

    async def _post(self, link: str) -> None:
        async with Browser(self._outside, self._seat.person) as browser:
            page = (await browser.get(link)).url
        await self._network_at(page).share(page, self._seat.person.key)

    def _network_at(self, url: str) -> NetworkWorld:
        host = where(url)[0]
        for world in self._outside.worlds.values():
            if isinstance(world, NetworkWorld) and any(played == host for played, *_ in world.routes()):
                return world
        raise LookupError(f"nobody plays {host}")

    async def _edit(self) -> None:
        """Put a few own words in front."""
        seen, button = self._button("edit")
        await self._seat.press(seen, button)
        text = await self._seat.until(self._seat.form, PATIENCE)
        self._note()
        await self._seat.submit(f"{self._own_words} {text}")
        await self._answered()

    # -- looking at the private answer

    def _note(self) -> None:
        """Remember the screen, to tell later what is new."""
        self._before = {(one.where, one.id): one for one in self._seat.look()}

    def _is_new(self, seen: Seen) -> bool:
        return seen.private and self._before.get((seen.where, seen.id)) != seen

    async def _changed(self, wanted: Callable[[Seen], bool]) -> Seen:
        """The newest private message that was not there before, or said something else."""

        def look() -> Seen | None:
            return next((one for one in reversed(self._seat.look()) if self._is_new(one) and wanted(one)), None)

        found = await self._seat.until(look, PATIENCE)
        assert found is not None
        return found

    async def _answered(self) -> None:
        self._take(await self._changed(lambda _: True))

    async def _until(self, wanted: Callable[[str], bool], seconds: float) -> None:
        """Wait for this share's answer to reach a state."""
        share = self.outcome.share

        def look() -> Seen | None:
            for seen in reversed(self._seat.look()):
                about = (seen.private and share != 0 and seen.share == share) or self._is_new(seen)
                if about and wanted(state_of(seen)):
                    return seen
            return None

        found = await self._seat.until(look, seconds)
        assert found is not None
        self._take(found)

    def _take(self, seen: Seen) -> None:
        self._answer = seen
        self.outcome = replace(
            self.outcome, state=state_of(seen), share=seen.share or self.outcome.share, text=seen.text
        )


def state_of(seen: Seen) -> str:
    """Where a share stands, told by the buttons its private answer offers; ``said`` when none tells."""
    if any(is_connect(one) for one in seen.buttons):
        return "waiting"
    return next((state for action, state in _TELLING if seen.find(action) is not None), "said")


def is_connect(button: Button) -> bool:
    """Does it lead to the page on which an account is connected?"""
    return urlsplit(button.url).path.startswith("/connect/")


def is_open(button: Button) -> bool:
    """Does it lead to the network's own share page?"""
    return urlsplit(button.url).path.startswith("/open/")
