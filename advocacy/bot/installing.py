"""What somebody reads in the browser who installs the app in a Slack workspace."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from advocacy.bot.language import Translator


@dataclass(frozen=True, slots=True)
class Said:
    """One small page."""

    title: str
    lines: tuple[str, ...]
    status: int = HTTPStatus.BAD_REQUEST
    tone: str = "plain"


def installed(t: Translator, name: str, tenant: str, *, is_org: bool) -> Said:
    """It is there; what comes next."""
    first = (t("First let the app into the workspaces that need it, in your organization's settings."),)
    lines = (
        *(first if is_org else ()),
        t("Next: invite the app into a channel. Write /invite @Advocacy there; public channels need no invitation."),
        t('Then make the channel known on your server: advocacy channel add slack C… "#name" --tenant {tenant}',
          tenant="T…" if is_org else tenant),
        t("Colleagues type /advocacy help to see what they can do."),
    )  # fmt: skip
    return Said(t("Installed in {name}", name=name or tenant), lines, HTTPStatus.OK, "good")


def trouble(t: Translator, code: str) -> Said:
    """It is not there, and why. Codes: ``bad_link``, ``expired``, ``astray``, ``declined``, ``refused``, ``later``."""
    anew = t("For a new link, run on your server: advocacy slack install-link")
    if code == "expired":
        return Said(t("This link has expired"), (t("Links to install the app are good for one hour."), anew),
                    HTTPStatus.GONE)  # fmt: skip
    if code == "astray":
        said = t("It was begun in another browser, more than ten minutes ago, or is finished already.")
        return Said(t("This installation cannot go on"), (said, t("Open the link once more, and stay in one browser.")))
    if code == "declined":
        return Said(t("Nothing was installed"), (t("You did not allow it. The link still works if you want to."),))
    if code == "refused":
        said = t("Slack did not accept the app's credentials or its address. An administrator of this server finds the"
                 " reason in its log.")  # fmt: skip
        return Said(t("Slack refused the installation"), (said,), HTTPStatus.BAD_GATEWAY, "bad")
    if code == "later":
        said = t("Slack does not answer right now. Please open the link again in a few minutes.")
        return Said(t("One moment"), (said,), HTTPStatus.SERVICE_UNAVAILABLE)
    only = t("The app can be installed only with a link from whoever runs this server.")
    return Said(t("This link is not complete"), (only, anew), HTTPStatus.FORBIDDEN)


__all__ = ["Said", "installed", "trouble"]
