"""Slack: whether our tokens are taken, what they may do, and when they end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from advocacy.config import Settings
from advocacy.db import Database, now
from advocacy.delivery.lanes import paused
from advocacy.delivery.models import Outbox, OutboxState
from advocacy.doctor.finding import LOST, Finding
from advocacy.http import Http
from advocacy.slack.manifest import OPTIONAL_SCOPES, SCOPES
from advocacy.slack.models import Installation

_INSTALL = "have the app installed there again, with the link of: advocacy slack install-link"


@dataclass(frozen=True, slots=True)
class SlackSays:
    """What Slack answers about a token. ``problem`` is Slack's own code, or ours when it did not answer."""

    team: str = ""
    name: str = ""
    scopes: frozenset[str] = frozenset()
    problem: str = ""


async def ask(http: Http, token: str) -> SlackSays:
    """Ask Slack about a bot token (https://docs.slack.dev/reference/methods/auth.test)."""
    headers = {"Authorization": f"Bearer {token}"}
    try:
        reply = await http.request("POST", "https://slack.com/api/auth.test", headers=headers, data={})
    except LOST as error:
        return SlackSays(problem=f"no answer: {error}")
    told = reply.json()
    if not isinstance(told, dict) or not told.get("ok"):
        return SlackSays(problem=str(told.get("error", reply.status)) if isinstance(told, dict) else str(reply.status))
    scopes = frozenset(one.strip() for one in reply.headers.get("x-oauth-scopes", "").split(",") if one.strip())
    return SlackSays(str(told.get("team_id", "")), str(told.get("team", "")), scopes)


async def check(http: Http, settings: Settings) -> AsyncIterator[Finding]:
    """One workspace with the token of the settings, or all that installed the app."""
    if settings.has_several_slacks:
        async for finding in _several(http, settings):
            yield finding
    elif settings.slack_bot_token is None:
        yield Finding("good", "Slack is not set up.", "docs/connect-slack.md says how")
    else:
        says = await ask(http, settings.slack_bot_token.get_secret_value())
        if says.problem:
            advice = "take the Bot User OAuth Token from the app's page, and set ADVOCACY_SLACK_BOT_TOKEN"
            yield Finding("bad", f"Slack does not take the bot token ({says.problem}).", advice)
        else:
            for finding in _permissions(says, says.name, says.team, ""):
                yield finding


def _permissions(says: SlackSays, name: str, tenant: str, renewed: str) -> list[Finding]:
    """What was granted, beside what the manifest asks for."""
    missing = sorted(set(SCOPES) - says.scopes)
    if missing:
        advice = "add them under OAuth & Permissions, then install the app again"
        found = [Finding("bad", f"Slack's app for {name} lacks the permissions {', '.join(missing)}.", advice)]
    else:
        sentence = f"Slack knows the app in {name} ({tenant}) with all permissions it needs.{renewed}"
        found = [Finding("good", sentence)]
    refused = sorted(set(OPTIONAL_SCOPES) - says.scopes)
    if refused:
        reasons = "; ".join(f"{one}: {OPTIONAL_SCOPES[one]}" for one in refused)
        where = f" in {name}" if renewed else ""
        sentence = f"Slack's app has not all of the optional permissions{where}."
        found.append(Finding("warning", sentence, f"missing: {reasons}"))
    return found


async def _several(http: Http, settings: Settings) -> AsyncIterator[Finding]:
    db = Database(settings.database_url, settings.key_bytes)
    try:
        async with db.read() as s:
            there = list(await s.scalars(select(Installation).order_by(Installation.name, Installation.id)))
            left = {lane for lane in await paused(s) if lane.startswith("slack:")}
            left -= {f"slack:{one.tenant}" for one in there}
            waiting = select(Outbox.lane, func.count()).where(Outbox.state == OutboxState.PENDING).group_by(Outbox.lane)
            waits = {lane: count for lane, count in (await s.execute(waiting)).all() if lane in left}
    except (SQLAlchemyError, OSError, LookupError):
        return  # the database has a finding of its own
    finally:
        await db.close()
    if not there:
        advice = "open the link of: advocacy slack install-link"
        yield Finding("warning", "No Slack workspace has installed the app yet.", advice)
    for one in there:
        for finding in await _installation(http, settings, one):
            yield finding
    for lane in sorted(left):
        count = waits.get(lane, 0)
        sentence = (
            f"The app is no longer in the Slack workspace {lane.partition(':')[2]}; {count} messages wait for it."
        )
        yield Finding("warning", sentence, _INSTALL)


async def _installation(http: Http, settings: Settings, one: Installation) -> list[Finding]:
    name = one.name or one.tenant
    says = await ask(http, one.token)
    if says.problem:
        sentence = f"Slack does not take the token of {name} ({one.tenant}): {says.problem}."
        return [Finding("bad", sentence, _INSTALL)]
    renewed = " Its token does not end."
    if one.expires_at is not None:
        ends = one.expires_at.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M %Z")
        renewed = f" Its token ends at {ends} and is renewed before."
        if one.lost_at is not None:
            sentence = f"The token of {name} ({one.tenant}) ends at {ends} and cannot be renewed: {one.problem}."
            return [Finding("bad", sentence, _INSTALL), *_permissions(says, name, one.tenant, renewed)[1:]]
        if one.problem or one.expires_at < now():
            sentence = (
                f"The token of {name} ({one.tenant}), until {ends}, could not be renewed: {one.problem or 'late'}."
            )
            return [Finding("warning", sentence, "let the product run, and reach slack.com; it tries each minute")]
    return _permissions(says, name, one.tenant, renewed)


__all__ = ["SlackSays", "ask", "check"]
