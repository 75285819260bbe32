"""A person's rhythm in words."""

from __future__ import annotations

from advocacy.bot.language import Translator
from advocacy.config import DAYS
from advocacy.people.rhythm import Pace


def day_names(t: Translator) -> dict[str, str]:
    """Each day by its short name in settings, Monday first."""
    names = (
        t("Monday"), t("Tuesday"), t("Wednesday"), t("Thursday"), t("Friday"), t("Saturday"), t("Sunday"),
    )  # fmt: skip
    return dict(zip(DAYS, names, strict=True))


def digest_days(t: Translator, pace: Pace) -> str:
    """Such as “Tuesday, Thursday at 9:00”."""
    if not pace.days:
        return t("none")
    names = day_names(t)
    return t("{days} at {hour}", days=", ".join(names[day] for day in pace.days), hour=f"{pace.hour:%H:%M}")


def digest_times(t: Translator, pace: Pace) -> str:
    """When the digest comes, as a sentence."""
    return t("Your digest comes: {when}.", when=digest_days(t, pace)) if pace.days else ""


__all__ = ["day_names", "digest_days", "digest_times"]
