"""Everything that can be pressed and typed: each file of actions, one a line, brings its ``ACTIONS`` and ``WORDS``."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import ModuleType

from advocacy.bot import account_actions
from advocacy.bot import campaign_actions
from advocacy.bot import command_actions
from advocacy.bot import edit_actions
from advocacy.bot import emergency_actions
from advocacy.bot import feed_actions
from advocacy.bot import moment_actions
from advocacy.bot import reason_actions
from advocacy.bot import search_actions
from advocacy.bot import share_actions
from advocacy.bot import standing_actions
from advocacy.bot import subscription_actions
from advocacy.bot import topic_actions
from advocacy.bot import topic_desk
from advocacy.bot import unfurl_actions
from advocacy.bot.backup import care_actions
from advocacy.bot.backup import case_actions
from advocacy.bot.backup import quiet_actions
from advocacy.bot.backup import text_actions
from advocacy.bot.cheer import channel_actions
from advocacy.bot.desk import compose_actions
from advocacy.bot.desk import consent_actions
from advocacy.bot.desk import draft_actions
from advocacy.bot.desk import link_actions
from advocacy.bot.desk import plan_actions
from advocacy.bot.desk import result_actions
from advocacy.bot.desk import story_actions
from advocacy.bot.desk import wording_actions
from advocacy.bot.review import decision_actions
from advocacy.bot.home import home_actions
from advocacy.bot.home import pace_actions
from advocacy.bot.review import recall_actions
from advocacy.bot.review import rule_actions
from advocacy.bot.welcome import tour_actions
from advocacy.bot import plain_share
from advocacy.bot.actions import Action, Call, ShortWay
from advocacy.bot.boards import help_message
from advocacy.chat import Answer, Private
from advocacy.people import directory

FILES: tuple[ModuleType, ...] = (
    account_actions,
    campaign_actions,
    care_actions,
    case_actions,
    channel_actions,
    command_actions,
    compose_actions,
    consent_actions,
    decision_actions,
    draft_actions,
    edit_actions,
    emergency_actions,
    feed_actions,
    home_actions,
    link_actions,
    moment_actions,
    pace_actions,
    plan_actions,
    quiet_actions,
    reason_actions,
    recall_actions,
    result_actions,
    rule_actions,
    search_actions,
    share_actions,
    standing_actions,
    story_actions,
    subscription_actions,
    text_actions,
    topic_actions,
    tour_actions,
    topic_desk,
    unfurl_actions,
    wording_actions,
)


async def command(call: Call) -> Answer:
    """A line that somebody typed. Its first word decides; anything else is answered with help."""
    words = call.press.text.strip().lstrip("/").split()
    if words and words[0].lower() == "advocacy":
        words = words[1:]
    named = _TYPED.get(_plain(words[0])) if words else None
    if words and named is None:
        is_editor = directory.may(call.person, "editor")
        return Private(help_message(call.t, call.person.name, odd=words[0][:40], is_editor=is_editor))
    return await (named or command_actions.show_help)(call)


def _plain(word: str) -> str:
    """A word however it was typed: in capitals, with ä in one piece, in two, or as ae, with the stop of a sentence."""
    return unicodedata.normalize("NFC", word).casefold().strip(".,!?:;“”„\"'").translate(_UMLAUTS)


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
WORDS: Mapping[str, Action] = {word: action for file in FILES for word, action in getattr(file, "WORDS", {}).items()}
_TYPED: Mapping[str, Action] = {_plain(word): action for word, action in WORDS.items()}
ACTIONS: Mapping[str, Action] = {
    "command": command,
    **{name: action for file in FILES for name, action in file.ACTIONS.items()},
}
REPEATABLE = frozenset(name for file in FILES for name in getattr(file, "REPEATABLE", ()))
"""What has the same effect twice as once, so that it is done again where nobody knows whether it was done."""
SHORT_WAYS: Mapping[str, ShortWay] = plain_share.SHORT_WAYS

__all__ = ["ACTIONS", "FILES", "REPEATABLE", "SHORT_WAYS", "WORDS"]
