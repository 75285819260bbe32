"""What people read about their connections to networks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from advocacy.bot.brands import called
from advocacy.bot.language import Translator
from advocacy.chat import Button, Fact, Message
from advocacy.sharing.lapses import Standing
from advocacy.sharing.network import Network


def accounts_message(
    t: Translator,
    accounts: Sequence[Standing],
    networks: Mapping[str, Network],
    connect: Mapping[str, str],
    *,
    going_back: Collection[str] = (),
    at: datetime,
    zone: ZoneInfo,
) -> Message:
    """Each network that can be connected and how it stands, the others in one line.

    ``connect`` are addresses; ``zone`` is the person's.
    """
    have = {one.network: one for one in accounts}
    facts: list[Fact] = []
    only: list[str] = []
    first: list[Button] = []
    last: list[Button] = []
    for name, network in networks.items():
        label, one = called(t, network), have.get(name)
        if one is None and name not in going_back and not network.abilities().post:
            only.append(label)
            continue
        facts.append(Fact(label, _status(t, one, label, at=at, zone=zone, is_going_back=name in going_back)))
        if one is not None and one.stage and name in connect:
            first.insert(0, Button(t("Reconnect {network}", network=label), url=connect[name], style="primary"))
        elif one is None and name in connect:
            first.append(Button(t("Connect {network}", network=label), url=connect[name]))
        if one is not None:
            last.append(_disconnect_button(t, network))
    if only:
        facts.append(Fact(t("Without connecting"), ", ".join(only)))
    said = t("Networks you have connected. Without one, you share through the network's own share page.")
    return Message(
        summary=said, heading=t("My accounts"), paragraphs=(said,), facts=tuple(facts), buttons=(*first, *last),
        footnote=t("Stored: the permission to post for you, encrypted. Nothing is read from your profile."),
    )  # fmt: skip


def _status(
    t: Translator, one: Standing | None, label: str, *, at: datetime, zone: ZoneInfo, is_going_back: bool
) -> str:
    if one is None:
        if is_going_back:
            return t("disconnected; the network has not confirmed it yet")
        return t("not connected")
    if one.trouble:
        return _trouble(t, one, label, zone)
    since = t.date(one.connected_at.astimezone(zone).date())
    known = t("connected as {handle} since {date}", handle=one.handle, date=since)
    if one.ends_at is None:
        return known + "; " + t("valid until you disconnect")
    return known + "; " + _end(t, one.ends_at, at, zone)


def _end(t: Translator, ends_at: datetime, at: datetime, zone: ZoneInfo) -> str:
    """Until when, and how long that is."""
    days = _days(ends_at - at)
    date = t.date(ends_at.astimezone(zone).date())
    if not days:
        return t("valid until {date}, less than a day", date=date)
    return t.n("valid until {date}, {n} more day", "valid until {date}, {n} more days", days, date=date)


def _days(left: timedelta) -> int:
    """Whole days, rounded up; 0 for less than one."""
    return 0 if left < timedelta(days=1) else -(-left // timedelta(days=1))


def _trouble(t: Translator, one: Standing, label: str, zone: ZoneInfo) -> str:
    if one.trouble == "ended" and one.ends_at is not None:
        return t("ended on {date}; please connect it again", date=t.date(one.ends_at.astimezone(zone).date()))
    if one.trouble == "unreadable":
        return t("what is stored can no longer be read here; please connect it again")
    return t(
        "{network} no longer accepts it (withdrawn there, or the password changed); please connect it again",
        network=label,
    )


def _disconnect_button(t: Translator, network: Network) -> Button:
    label = t("Disconnect {network}", network=called(t, network))
    ask = t("We give the permission back and delete it here. Disconnect?")
    return Button(label, action="disconnect", value={"n": network.name}, style="danger", confirm=ask)


def disconnected(t: Translator, label: str, outcome: str) -> Message:
    """What became of a connection that its person ended: an outcome of ``Accounts.disconnect``, or ``slow``."""
    if outcome in {"revoked", ""}:
        said = t("Disconnected from {network}. The permission was deleted.", network=label)
        return _short(t, said)
    said = t("Disconnected from {network}. Nothing can be posted there any more.", network=label)
    if outcome == "failed":
        return _short(t, said, _by_hand(t, label))
    return _short(
        t,
        said,
        t(
            "{network} has not taken the permission back yet. We try for a day, then it is deleted here all the same.",
            network=label,
        ),
        t("You hear from us how it ends."),
    )


def given_back(t: Translator, label: str, outcome: str) -> Message:
    """How it ended, some time after: ``revoked`` or ``failed``."""
    if outcome == "revoked":
        return _short(t, t("{network} has taken the permission back, and it was deleted here.", network=label))
    return _short(t, t("{network} could not be reached, or said no.", network=label), _by_hand(t, label))


def _by_hand(t: Translator, label: str) -> str:
    return t(
        "It was deleted here, but {network} did not confirm that it has ended there. To be sure, remove it in your"
        " settings at {network}.",
        network=label,
    )


def _short(t: Translator, said: str, *more: str) -> Message:
    return Message(summary=said, heading=said, paragraphs=more, buttons=(Button(t("My accounts"), action="accounts"),))


def warning(t: Translator, one: Standing, label: str, url: str, *, at: datetime, zone: ZoneInfo) -> Message:
    """To the person, before a connection ends or when it broke, with the way to renew it."""
    date = t.date(one.ends_at.astimezone(zone).date()) if one.ends_at is not None else ""
    if one.stage == "broken":
        heading = t("Your connection to {network} has ended", network=label)
        lines = [
            t("It was valid until {date}.", date=date)
            if one.trouble == "ended"
            else t(
                "{network} no longer accepts it. Perhaps it was withdrawn there, or your password changed.",
                network=label,
            )
            if one.trouble == "refused"
            else t("What was stored can no longer be read here.")
        ]
        lines.append(t("What you share there meanwhile is kept, and goes out after you reconnect."))
    else:
        assert one.ends_at is not None
        days = _days(one.ends_at - at)
        heading = (
            t.n(
                "Your connection to {network} ends in {n} day",
                "Your connection to {network} ends in {n} days",
                days,
                network=label,
            )
            if days
            else t("Your connection to {network} ends in less than a day", network=label)
        )
        lines = [
            t(
                "{network} lets us post for you until {date}; it does not renew that by itself.",
                network=label,
                date=date,
            ),
            t("Renew it now and nothing changes. If you do nothing, what you share there then waits for you."),
        ]
    return Message(
        summary=heading,
        heading=heading,
        paragraphs=tuple(lines),
        buttons=(
            Button(t("Reconnect {network}", network=label), url=url, style="primary"),
            Button(t("My accounts"), action="accounts"),
        ),
        footnote=t("Only you see this message."),
    )


__all__ = ["accounts_message", "disconnected", "given_back", "warning"]
