"""What people read about posts that leave by themselves: the consent, what they agreed to, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from advocacy.bot.around import Around
from advocacy.bot.brands import called
from advocacy.bot.language import Translator
from advocacy.chat import MOST_LABEL, OPENS_FORM, Button, Fact, Form, Input, Message, Option
from advocacy.content.plain import shorten
from advocacy.sharing.models import StandingShare

CONSENT = "2026-11"
"""The version of the text below. Whoever changes what it means changes this too: people then agree anew."""
AGREED = "yes"


def by_itself(t: Translator) -> Button:
    """The way here."""
    return Button(t("Post by itself …"), action="standing")


def consent_text(t: Translator) -> tuple[str, ...]:
    """What a person agrees to, in paragraphs. Kept with their consent as they read it."""
    return (
        t(
            "New stories of this topic are posted on this network in my name without a press of mine, at most one a"
            " day, in working hours, and with the wording and the note about my employer that Share would use."
        ),
        t(
            "Each post is announced to me privately at least an hour before, with its exact text, and I can stop or"
            " change it. Stories that ask for my own words, and topics that are required or for members, are left out."
        ),
        t(
            "It is voluntary, nobody else sees whether I do it, and I end it at any time with one press. It ends by"
            " itself after a year unless I renew it."
        ),
    )


def consent_form(
    t: Translator, topics: Mapping[int, str], networks: Mapping[str, str], typed: Mapping[str, str],
    errors: Mapping[str, str],
) -> Form:  # fmt: skip
    """Topic, network, and the consent, which nobody ticks for anybody."""
    inputs = (
        Input("topic", t("Topic"), "choice", typed.get("topic", ""),
              options=tuple(Option(str(id_), name) for id_, name in topics.items())),
        Input("network", t("Network"), "choice", typed.get("network", ""),
              options=tuple(Option(name, label) for name, label in networks.items())),
        Input("agree", t("Consent"), "choices", typed.get("agree", ""), optional=True,
              options=(Option(AGREED, t("I agree to this")),)),
    )  # fmt: skip
    body = Message(summary=t("Post by itself"), paragraphs=consent_text(t), inputs=inputs)
    return Form(t("Post by itself"), body, "standing_save", {"v": CONSENT}, t("Agree"), t("Cancel"), errors)


def listing(
    t: Translator, mine: Sequence[tuple[StandingShare, str]], labels: Mapping[str, str], zone: ZoneInfo, said: str = ""
) -> Message:
    """What somebody agreed to, each with the way out."""
    heading = t("Posts that leave by themselves")
    new = Button(t("Agree for a topic"), action="standing_form", value={OPENS_FORM: 1})
    nothing = t("Nothing is posted by itself: every post takes a press of yours.")
    offs = [_off(t, one, topic, labels.get(one.network, one.network)) for one, topic in mine]
    paragraphs = tuple(one for one in (said, "" if mine else nothing) if one)
    return Message(
        summary=said or heading, heading=heading, paragraphs=paragraphs,
        facts=tuple(_fact(t, one, topic, labels, zone) for one, topic in mine), buttons=(*offs, new),
        footnote=t("Only you see this. Your manager does not."),
    )  # fmt: skip


def _off(t: Translator, one: StandingShare, topic: str, label: str) -> Button:
    said = shorten(t("Stop: {topic}, {network}", topic=topic, network=label), MOST_LABEL)
    return Button(said, action="standing_off", value={"c": one.id}, style="danger")


def _fact(t: Translator, one: StandingShare, topic: str, labels: Mapping[str, str], zone: ZoneInfo) -> Fact:
    given, ends = (t.date(at.astimezone(zone).date()) for at in (one.given_at, one.ends_at))
    label = f"{topic} · {labels.get(one.network, one.network)}"
    return Fact(label, t("agreed on {given}, ends on {ends}", given=given, ends=ends))


def renewal(t: Translator, one: StandingShare, topic: str, label: str, zone: ZoneInfo) -> Message:
    """Two weeks before it ends: silence is a no."""
    heading = t("Should “{topic}” go on posting by itself?", topic=topic)
    ends = t.date(one.ends_at.astimezone(zone).date())
    said = t(
        "You agreed a year ago, for {network}. It ends on {date}; if you do nothing, nothing more is posted then.",
        network=label, date=ends,
    )  # fmt: skip
    return Message(
        summary=heading, heading=heading, paragraphs=(said, *consent_text(t)),
        buttons=(
            Button(t("I agree for another year"), action="standing_renew", value={"c": one.id, "v": CONSENT}),
            Button(t("Stop it now"), action="standing_off", value={"c": one.id}, style="danger"),
        ),
    )  # fmt: skip


def taken_back(t: Translator, around: Around) -> Message:
    """An announced post that does not leave: what it rested on has ended."""
    heading = t("Not posted on {network}", network=called(t, around.network))
    said = t("“{title}” does not post by itself any more. Nothing has left.", title=around.title)
    button = Button(t("Share it after all"), action="after_all", value=around.value)
    return Message(summary=heading, heading=heading, paragraphs=(said,), buttons=(button,))


__all__ = ["AGREED", "CONSENT", "by_itself", "consent_form", "consent_text", "listing", "renewal", "taken_back"]
