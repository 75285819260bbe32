"""What an administrator should know before anybody else notices: each finding with a sentence on what to do."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import date
from urllib.parse import quote, urlsplit

from sqlalchemy import LargeBinary, select, type_coerce
from sqlalchemy.exc import SQLAlchemyError

import migrations
from advocacy.config import Settings
from advocacy.content import emergency
from advocacy.db import Base, Database, Secret, now
from advocacy.doctor import slack
from advocacy.doctor.finding import LOST, Finding
from advocacy.http import Http, Reply

LINKEDIN_MONTHS = 9
"""Each of LinkedIn's versions lives at least twelve months: warn while there is time.

https://learn.microsoft.com/linkedin/marketing/versioning
"""


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything. Nothing is raised for what is found, and nothing is changed."""
    found = [Finding("good", "The settings can be read.")]
    if not (settings.has_slack or settings.has_teams):
        found.append(
            Finding("warning", "Neither Slack nor Teams is set up: nobody can be reached.", "set up one of them")
        )
    http = Http(settings)
    await http.start()
    try:
        for check in (
            _database(settings), _address(http, settings), _short_domain(http, settings), slack.check(http, settings),
            _teams(http, settings),
        ):  # fmt: skip
            found += [one async for one in check]
    finally:
        await http.close()
    return [*found, *linkedin(settings, now().date()), *x(settings), _spool(settings)]


def linkedin(settings: Settings, today: date) -> list[Finding]:
    """Warn while the version of LinkedIn's API still works."""
    if "linkedin" not in settings.apps:
        sentence = "LinkedIn posts through its share page only: there is no app of yours."
        advice = "to post with one click, set ADVOCACY_APPS__LINKEDIN__CLIENT_ID and …__CLIENT_SECRET"
        return [Finding("good", sentence, advice)]
    version = settings.linkedin_version
    if len(version) != 6 or not version.isdigit() or not 1 <= int(version[4:]) <= 12:
        return [Finding("bad", f"ADVOCACY_LINKEDIN_VERSION is {version}.", "write year and month, such as 202609")]
    months = (today.year - int(version[:4])) * 12 + today.month - int(version[4:])
    if months > LINKEDIN_MONTHS:
        sentence = f"The version of LinkedIn's API is {months} months old ({version}); it ends after twelve."
        return [Finding("warning", sentence, "update Advocacy, or set ADVOCACY_LINKEDIN_VERSION to a newer one")]
    return [Finding("good", f"The version of LinkedIn's API is current ({version}).")]


def x(settings: Settings) -> list[Finding]:
    """Say who pays for posts on X, as far as anything was set up for it."""
    has_app = "x" in settings.apps
    if has_app and settings.x_cost_accepted:
        return [Finding("good", "People post to X with one click; X charges about 0.20 USD for each post with a link.")]
    if has_app:
        sentence = "X posts through its share page only: that its API costs about 0.20 USD a post is not accepted."
        return [Finding("warning", sentence, "set ADVOCACY_X_COST_ACCEPTED to true, or take the app out")]
    if settings.x_cost_accepted:
        sentence = "X posts through its share page only: there is no app of yours."
        return [Finding("warning", sentence, "set ADVOCACY_APPS__X__CLIENT_ID and ADVOCACY_APPS__X__CLIENT_SECRET")]
    return []


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    from sqlalchemy.engine import make_url

    migrations.load_tables()
    try:
        shown = make_url(settings.database_url).render_as_string(hide_password=True)
        db = Database(settings.database_url, settings.key_bytes)
    except (SQLAlchemyError, ValueError, OSError) as error:
        yield Finding("bad", f"DATABASE_URL cannot be used: {error}.", "begin it with sqlite:/// or postgresql://")
        return
    try:
        stored = await migrations.stored(db)
        if stored != migrations.head():
            yield Finding("bad", f"The database {shown} does not have the newest tables.", "run: advocacy migrate")
        else:
            yield Finding("good", f"The database {shown} answers and has the newest tables.")
            yield await _keys(db, settings)
            async for finding in _stop(db, settings):
                yield finding
    except (SQLAlchemyError, OSError, ValueError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        yield Finding("bad", f"The database {shown} cannot be reached: {reason}.", "check DATABASE_URL and the server")
    finally:
        await db.close()


async def _stop(db: Database, settings: Settings) -> AsyncIterator[Finding]:
    """Has somebody stopped everything?"""
    async with db.read() as s:
        halt = await emergency.current(s)
    if halt is not None:
        since = halt.set_at.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M %Z")
        why = f": {halt.reason}" if halt.reason else ""
        sentence = f"Everything is stopped: no story is sent and nothing is shared ({halt.set_by}, {since}{why})."
        yield Finding("warning", sentence, "when the reason is gone, run: advocacy resume")


async def _keys(db: Database, settings: Settings) -> Finding:
    """Can what is stored be opened, and is any of it still sealed with an older key?"""
    older = 0
    async with db.read() as s:
        for table in Base.metadata.sorted_tables:
            for column in (one for one in table.columns if isinstance(one.type, Secret)):
                there = column.is_not(None)
                try:
                    (await s.scalars(select(column).where(there))).all()
                except LookupError as error:
                    advice = "add that key at the end of ADVOCACY_KEYS"
                    return Finding("bad", f"Something stored cannot be opened: {error.args[0]}.", advice)
                sealed = await s.scalars(select(type_coerce(column, LargeBinary)).where(there))
                older += sum(bytes(value)[:4] != Secret.keyring.current for value in sealed)
    if older:
        sentence = f"{older} stored secrets are encrypted with an older key."
        return Finding("warning", sentence, "run: advocacy keys rotate")
    spare = len(settings.keys) - 1
    advice = "the keys after the first are no longer needed: take them out of ADVOCACY_KEYS" if spare else ""
    return Finding("good", "Everything stored can be opened with the first key.", advice)


async def _address(http: Http, settings: Settings) -> AsyncIterator[Finding]:
    host = urlsplit(settings.public_url).hostname or ""
    if settings.playground:
        yield Finding("good", f"The playground is at {settings.public_url}.")
        return
    probe = f"{settings.public_url.rstrip('/')}/healthz"
    try:
        reply = await http.request("GET", probe, timeout=8.0)
    except LOST as error:
        sentence = f"{settings.public_url} cannot be reached from here ({error})."
        advice = f"start the product, let your proxy lead {host} to port {settings.port}, and check DNS and certificate"
        yield Finding("warning", sentence, advice)
        return
    if reply.ok:
        yield Finding("good", f"The product answers at {settings.public_url}.")
    else:
        sentence = f"{settings.public_url} answers {reply.status}, not as this product."
        yield Finding("warning", sentence, f"start it, and let your proxy lead there to port {settings.port}")


async def _short_domain(http: Http, settings: Settings) -> AsyncIterator[Finding]:
    """Does the short domain lead here, and to links alone?"""
    if not settings.short_url or settings.playground:
        return
    host = urlsplit(settings.short_url).hostname or ""
    try:
        health = await http.request("GET", f"{settings.link_url}/healthz", timeout=8.0)
        page = await http.request("GET", f"{settings.link_url}/sign-in", timeout=8.0)
    except LOST as error:
        sentence = f"Links lead to {settings.short_url}, which cannot be reached from here ({error})."
        yield Finding("bad", sentence, f"let your proxy lead {host} to port {settings.port}, or unset the short domain")
        return
    if not health.ok:
        sentence = f"Links lead to {settings.short_url}, which answers {health.status}, not as this product."
        yield Finding("bad", sentence, f"let your proxy lead {host} to port {settings.port}, or unset the short domain")
    elif page.status not in {302, 404}:
        sentence = f"{settings.short_url} shows other pages than links."
        yield Finding("warning", sentence, "let your proxy pass the Host header on")
    else:
        yield Finding("good", f"Links are followed at {settings.short_url}, and nothing else is served there.")


async def _teams(http: Http, settings: Settings) -> AsyncIterator[Finding]:
    if not settings.has_teams:
        yield Finding("good", "Teams is not set up.", "docs/connect-teams.md says how")
        return
    from advocacy.teams.cloud import cloud_of

    assert settings.teams_app_id is not None
    assert settings.teams_app_password is not None
    try:
        uuid.UUID(settings.teams_app_id)
    except ValueError:
        yield Finding("bad", "ADVOCACY_TEAMS_APP_ID is no id.", "take the Application (client) ID of the registration")
        return
    cloud = cloud_of(settings)
    form = {
        "grant_type": "client_credentials",
        "client_id": settings.teams_app_id,
        "client_secret": settings.teams_app_password.get_secret_value(),
        "scope": f"{cloud.issuer}/.default",
    }
    url = f"{cloud.login}/{quote(settings.teams_tenant or '', safe='')}/oauth2/v2.0/token"
    try:
        reply = await http.request("POST", url, data=form)
    except LOST as error:
        yield Finding("bad", f"Microsoft's sign-in cannot be reached ({error}).", "allow this server to reach it")
        return
    yield _token(reply)


def _token(reply: Reply) -> Finding:
    told = reply.json()
    if reply.ok and isinstance(told, dict) and told.get("access_token"):
        return Finding("good", "Microsoft gives the Teams app a token.")
    reason = str(told.get("error_description") or told.get("error") or reply.status) if isinstance(told, dict) else ""
    code = reason.split(":", maxsplit=1)[0] or str(reply.status)
    advice = {
        "AADSTS7000229": "the app has no service principal in the tenant: create one (Enterprise applications)",
        "AADSTS7000215": "the client secret is wrong: take its value, not its id",
        "AADSTS7000222": "the client secret has ended: make a new one",
        "AADSTS90002": "there is no such tenant: check ADVOCACY_TEAMS_TENANT",
        "AADSTS700016": "the app is not in this tenant: check ADVOCACY_TEAMS_APP_ID and ADVOCACY_TEAMS_TENANT",
    }.get(code, "check ADVOCACY_TEAMS_APP_ID, ADVOCACY_TEAMS_APP_PASSWORD and ADVOCACY_TEAMS_TENANT")
    return Finding("bad", f"Microsoft gives the Teams app no token ({code}).", advice)


def _spool(settings: Settings) -> Finding:
    probe = settings.spool / f".probe-{uuid.uuid4().hex}"
    try:
        settings.spool.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"probe")
        probe.unlink()
    except OSError as error:
        sentence = f"The folder for clicks that could not be stored, {settings.spool}, cannot be written"
        return Finding("bad", f"{sentence} ({error.strerror}).", "let this user write there, or set ADVOCACY_SPOOL")
    return Finding("good", f"The folder {settings.spool} can be written.")
