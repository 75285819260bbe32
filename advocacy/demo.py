"""The product and its outside world together on this machine: for the demo, the tour and the browser tests."""

from __future__ import annotations

import asyncio
import io
import secrets
import shutil
import signal
import socket
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from advocacy.app import App
from advocacy.bot.announce import ask_editors
from advocacy.chat import ChannelRef
from advocacy.config import Settings
from advocacy.content import approval, stories
from advocacy.content.feeds import pull, sources
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Story
from advocacy.content.stories import Wording
from advocacy.db import new_key, now
from advocacy.delivery import placements
from advocacy.people import directory, roster
from advocacy.playground.captions import CAMPAIGNS, Campaign
from advocacy.playground.colleagues.crowd import Colleagues
from advocacy.playground.company import COMPANY, MAIL_DOMAIN, SLACK_TEAM, TEAMS_TENANT, roster_csv
from advocacy.playground.outside import Worlds
from advocacy.playground.page.server import add_page
from migrations import upgrade

SLACK_CHANNELS = {"news": "en", "sales-stories": "de", "tech-stories": "en"}
TEAMS_CHANNELS = {"Stories": "de", "Sales": "en"}
PAST = timedelta(days=200)
FEED = "https://www.nordlicht.example/feed.xml"
PAGE_PORT, PRODUCT_PORT = 8790, 8780
APP_ID = "00000000-0000-4000-8000-00000000b07a"


class Demo:
    """One company with everything that belongs to it. Everything is on loopback and starts empty."""

    def __init__(
        self, folder: Path, *, database_url: str = "", page_port: int = 0, product_port: int = 0, **settings: object
    ) -> None:
        self.folder = folder
        self.database_url = database_url or f"sqlite:///{folder / 'advocacy.sqlite'}"
        self.worlds = Worlds(
            bot_token="xoxb-playground-" + secrets.token_hex(8), signing_secret=secrets.token_hex(16),
            app_token="xapp-playground-" + secrets.token_hex(8), app_id=APP_ID, app_password=secrets.token_urlsafe(24),
        )  # fmt: skip
        self.colleagues = Colleagues(self.worlds.outside)
        self._page_port, self._product_port = page_port, product_port
        self._changes = settings
        self._app: App | None = None

    @property
    def app(self) -> App:
        """The product, once started."""
        assert self._app is not None
        return self._app

    @property
    def page(self) -> str:
        """Where the visitor looks at it all."""
        return self.worlds.outside.url + "/"

    async def start(self) -> None:
        """Start the worlds, then a product that has been set up for them."""
        add_page(self.worlds.outside, self.worlds.residents)
        await self.worlds.outside.start(self._page_port)
        self._product_port = self._product_port or _free_port()
        self.worlds.outside.product_url = f"http://127.0.0.1:{self._product_port}"
        self.worlds.teams.preinstall(team=True)
        self.worlds.slack.hands.unfurl_domains = {"127.0.0.1"}
        settings = self.settings()
        self._app = App(settings)
        await upgrade(self._app.db)
        await self._set_up(self._app)
        await self._app.start()

    async def stop(self) -> None:
        """Stop everything."""
        await self.colleagues.stop()
        if self._app is not None:
            await self._app.stop()
        await self.worlds.outside.stop()

    def settings(self) -> Settings:
        """Settings of a product whose vendors are all played here."""
        worlds = self.worlds
        values: dict[str, object] = {
            "database_url": self.database_url, "public_url": worlds.outside.product_url, "port": self._product_port,
            "keys": new_key(), "spool": self.folder / "spool", "company": COMPANY, "playground": True,
            "outside": worlds.outside.origins(), "slack_bot_token": worlds.bot_token,
            "slack_signing_secret": worlds.signing_secret, "teams_app_id": worlds.app_id,
            "teams_app_password": worlds.app_password, "teams_tenant": TEAMS_TENANT,
            "apps": worlds.apps(), "mastodon_hosts": ("nordlicht.social",), "undo_seconds": 15,
            "card_refresh_seconds": 2.0, "fold_seconds": 1.0, "log_level": "ERROR",
        }  # fmt: skip
        return Settings(_env_file=None, **{**values, **self._changes})  # type: ignore[arg-type]

    async def _set_up(self, app: App) -> None:
        read = roster.read_csv(io.StringIO(roster_csv()))
        # The company is older than this visit: people have belonged to it for a while.
        await roster.apply(app.db, read.rows, now().astimezone(app.settings.zone).date() - PAST)
        async with app.db.write() as s:
            for name, language in SLACK_CHANNELS.items():
                ref = ChannelRef("slack", SLACK_TEAM, self.worlds.slack.channel(name).id)
                await placements.add_channel(s, ref, f"#{name}", language=language)
            for name, language in TEAMS_CHANNELS.items():
                ref = ChannelRef("teams", TEAMS_TENANT, self.worlds.teams.channel(name).id)
                await placements.add_channel(s, ref, name, language=language)
            # One editors' channel in each language, so that a visitor can read one of them.
            editors = ChannelRef("slack", SLACK_TEAM, self.worlds.slack.channel("comms-editors").id)
            await placements.add_channel(s, editors, "#comms-editors", purpose="editors", language="en")
            editors = ChannelRef("teams", TEAMS_TENANT, self.worlds.teams.channel("Comms Editors").id)
            await placements.add_channel(s, editors, "Comms Editors", purpose="editors", language="de")

    async def write_story(self, campaign: Campaign, *, author: str = "") -> Story:
        """Have a member of the communications team write a story and ask for its review."""
        article = next(one for one in self.worlds.site.stories if one.article.slug == campaign.slug)
        origin = self.worlds.site.origin
        async with self.app.db.write() as s:
            writer = await directory.find(s, f"{author or campaign.author}@{MAIL_DOMAIN}")
            assert writer is not None
            story = await stories.create(
                s, title=article.article.title, summary=article.article.summary, url=origin + article.path,
                image_url=f"{origin}/pictures/{article.article.picture}.png", image_alt=article.article.picture_says,
                language=article.article.language, topics=campaign.topics, author_id=writer.id,
                captions=[Wording(text=said, network=where, language=one) for where, one, said in campaign.captions],
            )  # fmt: skip
            return await approval.submit(s, story.id, writer.id)

    async def pull_feed(self, most: int = 2) -> list[int]:
        """Pull the company's feed; the newest entries go to review. Answers those stories' ids."""
        pulled = await pull.pull(self.app.db, self.app.http, FEED)
        async with self.app.db.write() as s:
            for story_id in pulled.drafts[:most]:
                await approval.submit(s, story_id, None)
        return pulled.drafts[:most]

    async def approve(self, story_id: int, editor: str) -> None:
        """Approve as somebody who is not its author, as if the card had been pressed."""
        async with self.app.db.write() as s:
            by = await directory.find(s, f"{editor}@{MAIL_DOMAIN}")
            assert by is not None
            story = await stories.get(s, story_id)
            await approval.approve(s, story_id, by, fingerprint(story), four_eyes=True)

    async def fill(self) -> None:
        """What a visitor finds: one story that is out, others in front of the editors."""
        # None of them is Clara's own: the visitor begins as Clara, and nobody approves what they wrote.
        _, second = [await self.write_story(campaign, author="emilia.textor") for campaign in CAMPAIGNS]
        await self.pull_feed()
        async with self.app.db.write() as s:
            await sources.subscribe(s, FEED, mode="ask", every_minutes=5)
        await self.approve(second.id, "clara.editorius")  # before editors are asked: no card offers what is decided
        await ask_editors(self.app.parts)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As a server binds: what has just ended there does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _empty_folder(page_port: int) -> Path:
    # Two playgrounds side by side have one each.
    folder = Path("var/playground") if page_port == PAGE_PORT else Path(f"var/playground-{page_port}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


async def run(*, database_url: str = "", page_port: int = PAGE_PORT, product_port: int = PRODUCT_PORT) -> None:
    """Run the demo until Ctrl-C. Raises ``ValueError`` when the page's port is taken; the product moves aside."""
    if not _is_free(page_port):
        raise ValueError(f"Port {page_port} is taken, perhaps by another playground. Choose another one with --port")
    if not _is_free(product_port):
        product_port = 0
    console = Console()
    demo = Demo(_empty_folder(page_port), database_url=database_url, page_port=page_port, product_port=product_port)
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, done.set)
    with console.status("Starting Slack, Teams, the networks and the product, all on this machine …"):
        await demo.start()
        await demo.fill()
    demo.colleagues.start()
    console.print(f"\n  [bold]Open {demo.page}[/bold]   (Ctrl-C ends it; nothing leaves this machine)\n")
    try:
        await done.wait()
    finally:
        with console.status("Stopping …"):
            await demo.stop()
