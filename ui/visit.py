"""What one open page knows of its visitor, and what the browser remembers for the next time."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.turn import Language

GUEST = "guest"
_SESSION = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Visit:
    """`sessions` maps the name of a store to the session there: a random id that nobody can guess."""

    store: str
    sessions: dict[str, str] = field(default_factory=dict)
    shopper: str = GUEST
    language: Language = "en"
    device: str = ""  # as the log of a shop names it: mobile, tablet, desktop

    @classmethod
    def recalled(cls, memory: Any, stores: list[str], default: str) -> Visit:
        """What the browser sends back is a visitor's word: only what could have come from here is taken."""
        memory = memory if isinstance(memory, dict) else {}
        sessions = memory.get("sessions")
        sessions = sessions if isinstance(sessions, dict) else {}
        known = {store: session for store, session in sessions.items() if store in stores and _is_session(session)}
        store = memory.get("store")
        return cls(
            store=store if store in stores else default, sessions=known, shopper=str(memory.get("shopper") or GUEST)
        )

    @property
    def session(self) -> str:
        return self.sessions[self.store]

    @property
    def user(self) -> str | None:
        return None if self.shopper == GUEST else self.shopper

    @property
    def context(self) -> dict[str, str]:
        """What is known of the situation, for recommendations."""
        return {"device": self.device} if self.device else {}

    @property
    def memory(self) -> dict[str, Any]:
        """What the browser keeps."""
        return {"store": self.store, "shopper": self.shopper, "sessions": self.sessions}

    def entering(self, store: str) -> Visit:
        """In another store, where the conversation there goes on or a new one begins."""
        sessions = {store: uuid.uuid4().hex} | self.sessions
        return replace(self, store=store, sessions=sessions)

    def anew(self) -> Visit:
        """A new conversation in the same store."""
        return replace(self, sessions=self.sessions | {self.store: uuid.uuid4().hex})


def device_of(user_agent: str) -> str:
    """By what the browser says it is; "" where it says nothing."""
    if re.search(r"iPad|Tablet|Android(?!.*Mobile)", user_agent):
        return "tablet"
    return "mobile" if re.search(r"Mobi|iPhone|Android", user_agent) else "desktop" if user_agent else ""


def _is_session(session: object) -> bool:
    return isinstance(session, str) and _SESSION.fullmatch(session) is not None
