"""Private answers about one share: what will leave, what has left, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from advocacy.bot.around import Around
from advocacy.bot.backup_offer import backup_button
from advocacy.bot.brands import called
from advocacy.bot.language import Translator
from advocacy.bot.moment_cards import changed_card, is_planned, kept_for, later_buttons, planned_card
from advocacy.bot.own_share import edit_button, not_now_button, own_share
from advocacy.bot.standing_cards import taken_back
from advocacy.chat import OPENS_FORM, Button, Message
from advocacy.sharing.models import ShareState
from advocacy.sharing.standing import OVER


def answer(t: Translator, around: Around) -> Message:
    """What to say about a share in the state it is in."""
    return replace(_say(around)(t, around), about=f"share:{around.share.id}")


def _say(around: Around) -> Callable[[Translator, Around], Message]:
    problem = around.share.problem if around.share.state == ShareState.WAITING else ""
    if problem in _WAITING_FOR:
        return _WAITING_FOR[problem]
    return _ANSWERS.get(ShareState(around.share.state), _pending)


def _pending(t: Translator, around: Around) -> Message:
    share, label = around.share, called(t, around.network)
    if around.halted and share.state == ShareState.PENDING:
        return _stopped(t, around)
    if is_planned(around):
        return planned_card(t, around)
    seconds = max(0, round((share.due_at - around.at).total_seconds())) if share.due_at else 0
    if share.state == ShareState.SENDING or seconds == 0:
        heading = t("Posting to {network} now …", network=label)
        return Message(summary=heading, heading=heading, quote=share.text)
    return own_share(
        t, around, t("Posting to {network} in {seconds} s", network=label, seconds=seconds),
        t("This is the exact text. Nothing leaves before then."),
        buttons=(
            *_ways_out(t, around),
            Button(t("Post now"), action="post_now", value=around.value, style="primary"),
            *later_buttons(t, around),
        ),
    )  # fmt: skip


def _stopped(t: Translator, around: Around) -> Message:
    return own_share(
        t, around, t("Stopped for now: your post waits"),
        t("The communications team has stopped everything for the moment. Your share is kept."),
        t("When it goes on, we tell you here, and you have time to undo it once more."),
        buttons=_ways_out(t, around),
    )  # fmt: skip


def _ways_out(t: Translator, around: Around) -> tuple[Button, Button]:
    """What somebody can do about a share that waits."""
    return (
        Button(t("Undo"), action="undo", value=around.value, style="danger"),
        edit_button(t, around),
    )


def _waiting(t: Translator, around: Around) -> Message:
    label, again = called(t, around.network), around.share.problem == "reconnect"
    heading = (
        t("{network} asks you to connect again", network=label)
        if again
        else t("Connect {network} once, then it takes one click", network=label)
    )
    said = (
        t("Your connection has ended at {network}. Your share is kept: it goes out after you reconnect.", network=label)
        if again
        else t("You agree at {network} itself; we never see your password. Your share then continues.", network=label)
    )
    connect = t("Reconnect {network}", network=label) if again else t("Connect {network}", network=label)
    buttons = [Button(connect, url=around.connect_url, style="primary")]
    if around.network.abilities().dialog and around.dialog_url:
        buttons.append(Button(t("Without connecting"), url=around.dialog_url))
    stored = t("Stored: the permission to post for you, encrypted. You can disconnect at any time with “accounts”.")
    buttons.append(not_now_button(t, around))
    return own_share(t, around, heading, said, *kept_for(t, around), stored, buttons=buttons)


def _gap(t: Translator, around: Around) -> Message:
    return own_share(
        t, around, t("A few words of your own are missing"),
        t("This text has a gap for your own words, in [square brackets]. Nothing leaves before it is filled."),
        buttons=(
            Button(t("Fill in"), action="edit", value={**around.value, OPENS_FORM: 1}, style="primary"),
            Button(t("Leave that sentence out"), action="skip_marker", value=around.value),
            not_now_button(t, around),
        ),
    )  # fmt: skip


def _to_copy(t: Translator, around: Around) -> Message:
    return own_share(
        t, around, t("Take the text along"),
        t("Copy it and post it wherever you like. Please leave the first line and the link in it."),
        t("Come back and tell us, so that your department's effort shows."),
        buttons=(
            Button(t("Done, I posted it"), action="done", value=around.value, style="primary"),
            edit_button(t, around),
            not_now_button(t, around),
        ),
    )  # fmt: skip


def _opened(t: Translator, around: Around) -> Message:
    if not around.network.abilities().dialog:
        return _to_copy(t, around)
    label = called(t, around.network)
    takes_text = around.network.abilities().dialog_takes_text
    said = (
        t("The share page opens with the text filled in. You decide there.")
        if takes_text
        else t("The share page opens with the link. Copy the text below if you like it.")
    )
    return own_share(
        t, around, t("Share it on {network} yourself", network=label), said,
        t("Come back and tell us, so that your department's effort shows."),
        buttons=(
            Button(t("Open {network}", network=label), url=around.dialog_url, style="primary"),
            Button(t("Done, I posted it"), action="done", value=around.value),
            not_now_button(t, around),
        ),
    )  # fmt: skip


def _posted(t: Translator, around: Around) -> Message:
    share, label = around.share, called(t, around.network)
    buttons = [Button(t("View"), url=share.remote_url)] if share.remote_url else []
    if around.network.abilities().delete:
        buttons.append(
            Button(
                t("Delete"),
                action="delete",
                value=around.value,
                style="danger",
                confirm=t("Your post on {network} is removed. Delete it?", network=label),
            )
        )
    buttons += [_elsewhere(t, around), backup_button(t, share.id)]
    said = (
        t("It could not be deleted.") + " " + problem(t, share.problem, label)
        if share.problem
        else t("You have shared this already. Nothing was posted a second time.")
        if around.is_repeat
        else t("Thank you! “{title}” is out.", title=around.title)
    )
    return own_share(t, around, t("Posted on {network} ✓", network=label), said, buttons=buttons)


def withdrawn(t: Translator, around: Around, why: str = "") -> Message:
    """To somebody who shared a story that is withdrawn: their post is theirs, and one press takes it down.

    ``why`` is what whoever withdrew it said; empty when they gave no reason.
    """
    label = called(t, around.network)
    heading = t("“{title}” was withdrawn", title=around.title)
    can_delete = around.network.abilities().delete and around.share.state == ShareState.POSTED
    said = (
        t("Your post on {network} is still there. You can delete it here with one press.", network=label)
        if can_delete
        else t("You shared it on {network}. If you can, please delete your post there.", network=label)
    )
    delete = Button(t("Delete my post"), action="delete", value=around.value, style="danger")
    view = Button(t("View"), url=around.share.remote_url)
    buttons = (*((delete,) if can_delete else ()), *((view,) if around.share.remote_url else ()))
    reason = (t("The reason: {reason}", reason=why),) if why else ()
    return Message(summary=heading, heading=heading, paragraphs=(*reason, said), buttons=buttons)


def _elsewhere(t: Translator, around: Around) -> Button:
    """The way to the other networks: in Teams this answer stands where the story's card was."""
    return Button(t("Other networks …"), action="more", value={"s": around.share.story_id, "n": around.share.network})


def _reported(t: Translator, around: Around) -> Message:
    heading = t("Noted: you shared it on {network} ✓", network=called(t, around.network))
    return Message(
        summary=heading,
        heading=heading,
        paragraphs=(t("Thank you! It counts for your department as self-reported."),),
        buttons=(
            Button(t("That was a mistake"), action="not_done", value=around.value),
            _elsewhere(t, around),
            backup_button(t, around.share.id),
        ),
    )


def _undone(t: Translator, around: Around) -> Message:
    heading = t("Undone. Nothing was posted.")
    return Message(
        summary=heading,
        heading=heading,
        buttons=(Button(t("Share it after all"), action="after_all", value=around.value), _elsewhere(t, around)),
    )


def _deleted(t: Translator, around: Around) -> Message:
    heading = t("Deleted from {network}", network=called(t, around.network))
    return Message(
        summary=heading,
        heading=heading,
        paragraphs=(t("Your post no longer counts either."),),
        buttons=(Button(t("Share it again"), action="again", value=around.value), _elsewhere(t, around)),
    )


def _unknown(t: Translator, around: Around) -> Message:
    heading = t("{network} has not answered yet", network=called(t, around.network))
    return Message(
        summary=heading,
        heading=heading,
        paragraphs=(t("We look whether your post arrived before trying anything else. It will not appear twice."),),
        quote=around.share.text,
    )


def _cancelled(t: Translator, around: Around) -> Message:
    if around.share.problem == OVER:
        return taken_back(t, around)
    heading = t("Not posted: the story has ended")
    return Message(
        summary=heading,
        heading=heading,
        paragraphs=(t("“{title}” was withdrawn or has expired before your post went out.", title=around.title),),
    )


def _failed(t: Translator, around: Around) -> Message:
    share, network = around.share, around.network
    heading = t("Not posted on {network}", network=called(t, network))
    buttons: list[Button] = []
    if share.problem == "cannot_tell":
        heading = t("We cannot tell whether {network} has your post", network=called(t, network))
        buttons = [
            Button(t("It is there"), action="done", value=around.value),
            Button(t("It is not there, post it"), action="retry_looked", value=around.value, style="primary"),
        ]
    elif share.problem != "story_ended":
        buttons = [
            Button(t("Try again"), action="retry", value=around.value, style="primary"),
            edit_button(t, around),
        ]
    if network.abilities().dialog and share.problem != "story_ended":
        buttons.append(Button(t("Use the share page"), action="dialog", value=around.value))
    said, kept = problem(t, share.problem, called(t, network)), t("Nothing is lost: your text is kept here.")
    return own_share(t, around, heading, said, buttons=buttons, footnote=kept)


def problem(t: Translator, code: str, label: str) -> str:
    """Why it did not work, and what to do, in one or two sentences."""
    words: dict[str, str] = {
        "refused": t("{network} did not accept this post. Change the text, or try the share page.", network=label),
        "too_long": t("The text is too long for {network}. Shorten it and try again.", network=label),
        "network_down": t("{network} could not be reached for a while. Try again later.", network=label),
        "cannot_tell": t("The connection broke at the wrong moment. Have a look at your profile, then tell us."),
        "story_ended": t("The story has ended, so it can no longer be shared."),
        "gone": t("The post is no longer there."),
        "reconnect": t("Please connect {network} again.", network=label),
    }
    return words.get(code) or t("{network} did not accept this post. Try again.", network=label)


_WAITING_FOR: dict[str, Callable[[Translator, Around], Message]] = {"marker": _gap, "changed": changed_card}
_ANSWERS: dict[ShareState, Callable[[Translator, Around], Message]] = {
    ShareState.WAITING: _waiting,
    ShareState.OPENED: _opened,
    ShareState.POSTED: _posted,
    ShareState.REPORTED: _reported,
    ShareState.UNDONE: _undone,
    ShareState.DELETED: _deleted,
    ShareState.UNKNOWN: _unknown,
    ShareState.CANCELLED: _cancelled,
    ShareState.FAILED: _failed,
}
