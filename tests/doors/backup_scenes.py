"""Somebody got a nasty comment; one of the editors takes care, then another one."""

from __future__ import annotations

from tests.doors.desk_scenes import EMILIA
from tests.doors.sharing_scenes import CLARA, DAVID, YARA
from tests.doors.stage import Stage


async def backup_scenes(stage: Stage) -> None:
    """Asked for, taken, talked about, handed over, taken over, ended."""
    await stage.type(YARA, "backup", "<backup_save>")
    await stage.send(YARA, "You are not alone with this", text="They call us liars.")
    await stage.press(YARA, "backup_write", "<backup_send>")
    await stage.send(YARA, "Whoever takes care of it reads it first", text="And worse.")
    await stage.see(CLARA, "[backup_take]", "send cards", "send answers")
    await stage.press(CLARA, "backup_take", "takes care of it.")
    await stage.see(CLARA, "[backup_answers]", "send answers")
    await stage.press(CLARA, "backup_answers", "[backup_write]")
    await stage.press(CLARA, "backup_write", "<backup_send>")
    await stage.send(CLARA, "Sent to {name}.", text="Leave it standing.")
    await stage.see(YARA, "writes to you", "send answers")
    await stage.press(YARA, "backup_guide", "What helps now")
    await stage.press(YARA, "backup_read", "Backup, case {n}")
    await stage.press(YARA, "backup_quiet", "[quiet_set]")
    await stage.press(YARA, "backup_read", "Backup, case {n}")
    await stage.type(DAVID, "cases", "[backup_look]")
    await stage.press(DAVID, "backup_look", "[backup_over]")
    await stage.press(DAVID, "backup_over", "[backup_hand]")
    await stage.press(DAVID, "backup_hand", "<backup_hand_save>")
    await stage.send(DAVID, "takes care of case", to=str(await stage.id_of(EMILIA)))
    await stage.press(YARA, "backup_close", "It is over. Thank you!")
    await stage.press(YARA, "backup_reopen", "It goes on.")
    await stage.type(CLARA, "cases", "[backup_texts]")
    await stage.press(CLARA, "backup_texts", "[backup_text]")
    await stage.press(CLARA, "backup_text", "<backup_text_save>")
    await stage.send(CLARA, "Saved.", text="Sleep on it first.", title="Wait")


__all__ = ["backup_scenes"]
