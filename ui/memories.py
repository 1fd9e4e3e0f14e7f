"""The fields and buttons that change what is remembered of the shopper."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from assistant import Assistant
from ui.visit import Visit


def change_memory(assistant: Assistant, visit: Visit, click: dict[str, Any]) -> None:
    """Forget one (`memory` is its number) or all, or put another value in. A visitor's word: what is not theirs, or no
    memory at all, changes nothing."""
    memory = str(click.get("memory"))
    if click["event"] == "forget" and memory == "all":
        assistant.forget(None, visit.session, visit.user)
    elif memory.isdecimal() and click["event"] == "forget":
        assistant.forget([int(memory)], visit.session, visit.user)
    elif memory.isdecimal():
        with suppress(KeyError, ValueError):
            assistant.change_memory(int(memory), str(click.get("text")), visit.session, visit.user)
