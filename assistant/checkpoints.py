"""Where conversations stand between two turns: in the store's database, and in memory as long as that takes nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from langgraph.checkpoint.sqlite import SqliteSaver

from assistant.database import LOCKED
from assistant.state import DialogueState


class Checkpoints:
    """`saver` is what the dialogue's graph writes to, a checkpoint for each session."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, check_same_thread=False, timeout=LOCKED)
        self.saver = SqliteSaver(self._connection)
        self.saver.setup()  # its tables, now, and not in the first turn, which may find the file locked
        self._unsaved: dict[str, DialogueState] = {}

    def unsaved(self, session: str) -> DialogueState | None:
        """The state that the database did not take, None where it has the latest."""
        return self._unsaved.get(session)

    def keep(self, session: str, dialogue: DialogueState) -> None:
        """After a write that failed. The shopper has seen the turn's list: "the second one" must mean that list."""
        self._unsaved[session] = dialogue
        with self.saver.lock:
            self._connection.rollback()

    def saved(self, session: str) -> None:
        self._unsaved.pop(session, None)

    def forget(self, session: str) -> None:
        self._unsaved.pop(session, None)
        self.saver.delete_thread(session)

    def close(self) -> None:
        self._connection.close()
