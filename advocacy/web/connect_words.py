"""What people read when an account could not be connected, and what they can do."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from advocacy.bot.language import Translator


@dataclass(frozen=True, slots=True)
class Trouble:
    """One problem in words."""

    title: str
    lines: tuple[str, ...]
    status: int = HTTPStatus.BAD_REQUEST
    tone: str = "plain"
    can_retry: bool = False
    """The same address can be used again."""


def trouble(t: Translator, code: str, network: str) -> Trouble:
    """The words for a code of ``ConnectProblem``."""
    make = {
        "expired": _expired, "used": _used, "not_offered": _not_offered, "bad_host": _bad_host,
        "not_a_server": _not_a_server, "wrong_password": _wrong_password, "declined": _declined,
        "wrong_browser": _wrong_browser, "refused": _refused, "try_later": _try_later, "taken": _taken,
        "other_account": _other_account,
    }.get(code, _bad_link)  # fmt: skip
    return make(t, network)


def _anew(t: Translator) -> str:
    return t("Write “accounts” to the bot in Slack or Teams to get a new link.")


def _bad_link(t: Translator, network: str) -> Trouble:
    del network
    return Trouble(t("This link is not complete"), (t("It may have been cut off when it was copied."), _anew(t)))


def _expired(t: Translator, network: str) -> Trouble:
    said = t("Links to connect {network} are good for a short time, to keep your account safe.", network=network)
    return Trouble(t("This link has expired"), (said, _anew(t)), HTTPStatus.GONE, can_retry=True)


def _used(t: Translator, network: str) -> Trouble:
    said = t("With this link {network} was connected already. There is nothing left to do here.", network=network)
    return Trouble(t("Already connected"), (said, t("To connect another account:"), _anew(t)), HTTPStatus.GONE, "good")


def _not_offered(t: Translator, network: str) -> Trouble:
    said = t("{network} cannot be connected here at the moment.", network=network)
    return Trouble(
        t("Not available"),
        (said, t("You can still share there: the story's button opens the network's own share page.")),
        HTTPStatus.NOT_FOUND,
    )


def _bad_host(t: Translator, network: str) -> Trouble:
    del network
    return Trouble(
        t("Which server?"), (t("Enter the name of your server, for example social.example."),), can_retry=True
    )


def _not_a_server(t: Translator, network: str) -> Trouble:
    said = t("We found no {network} server there. Please check the name.", network=network)
    return Trouble(t("No server found"), (said,), can_retry=True)


def _wrong_password(t: Translator, network: str) -> Trouble:
    lines = (
        t("{network} did not accept this handle and app password.", network=network),
        t("Use an app password, not the password of your account."),
    )
    return Trouble(t("Handle or app password is wrong"), lines, can_retry=True)


def _declined(t: Translator, network: str) -> Trouble:
    lines = (
        t("You did not allow it on {network}, so nothing was connected and nothing was stored.", network=network),
        t("Your post waits. You can connect later, or not at all."),
    )
    return Trouble(t("Not connected"), lines, can_retry=True)


def _wrong_browser(t: Translator, network: str) -> Trouble:
    del network
    lines = (
        t("You began in another browser or window. To protect your account, both steps must happen in the same one."),
        _anew(t),
    )
    return Trouble(t("Please use one browser"), lines, can_retry=True)


def _refused(t: Translator, network: str) -> Trouble:
    lines = (
        t("{network} did not let us connect your account.", network=network),
        t("Please try again. If it happens again, tell your communications team."),
    )
    return Trouble(t("{network} said no", network=network), lines, HTTPStatus.BAD_GATEWAY, "bad", can_retry=True)


def _taken(t: Translator, network: str) -> Trouble:
    lines = (
        t("This {network} account is connected to a colleague here. Nothing was changed.", network=network),
        t("If it is yours, ask that colleague to disconnect it first. Only open links that the app sent to you."),
    )
    return Trouble(t("Connected to somebody else"), lines, HTTPStatus.CONFLICT, "bad")


def _other_account(t: Translator, network: str) -> Trouble:
    lines = (
        t("This link renews the {network} account you had connected; you signed in with another one.", network=network),
        t("Nothing was changed. To connect another account:"),
        _anew(t),
    )
    return Trouble(t("That is another account"), lines, HTTPStatus.CONFLICT, can_retry=True)


def _try_later(t: Translator, network: str) -> Trouble:
    said = t("{network} cannot be reached right now. Please try again in a few minutes.", network=network)
    return Trouble(t("Please try again later"), (said,), HTTPStatus.SERVICE_UNAVAILABLE, "bad", can_retry=True)


__all__ = ["Trouble", "trouble"]
