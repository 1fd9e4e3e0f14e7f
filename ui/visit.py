"""What one open page knows of its visitor, and what the browser remembers for the next time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.server import tokens
from assistant.server.tokens import SessionTokens
from assistant.turn import Language

GUEST = "guest"


@dataclass(frozen=True)
class Visit:
    """`sessions` maps the name of a store to the conversation there and to whose it is."""

    store: str
    sessions: dict[str, tokens.Visit] = field(default_factory=dict)
    language: Language = "en"
    device: str = ""  # as the log of a shop names it: mobile, tablet, desktop

    @classmethod
    def recalled(cls, memory: Any, signed: Mapping[str, SessionTokens], default: str) -> Visit:
        """What the browser sends back is a visitor's word: only what was signed here is taken.

        `signed` are the stores' tokens. The `token` of a conversation that the page was opened with, as a widget or a
        shop's own site had it, stands above what the browser remembers.
        """
        memory = memory if isinstance(memory, dict) else {}
        kept = memory.get("sessions")
        kept = kept if isinstance(kept, dict) else {}
        known = {store: visit for store in signed if (visit := _read(signed[store], kept.get(store)))}
        brought = {store: visit for store in signed if (visit := _read(signed[store], memory.get("token")))}
        store = next(iter(brought), memory.get("store"))
        return cls(store=store if store in list(signed) else default, sessions=known | brought)

    @property
    def session(self) -> str:
        return self.sessions[self.store].session

    @property
    def user(self) -> str | None:
        return self.sessions[self.store].user if self.store in self.sessions else None

    @property
    def shopper(self) -> str:
        """As the picker names them."""
        return self.user or GUEST

    @property
    def context(self) -> dict[str, str]:
        """What is known of the situation, for recommendations."""
        return {"device": self.device} if self.device else {}

    def memory(self, signed: Mapping[str, SessionTokens]) -> dict[str, Any]:
        """What the browser keeps: a token for each conversation, as the HTTP service takes them too."""
        sessions = {store: signed[store].sign(each) for store, each in self.sessions.items()}
        return {"store": self.store, "sessions": sessions}

    def entering(self, store: str) -> Visit:
        """In another store, where the conversation there goes on or a new one begins."""
        return replace(self, store=store, sessions={store: tokens.Visit.new()} | self.sessions)

    def anew(self) -> Visit:
        """A new conversation in the same store, of the same shopper."""
        return replace(self, sessions=self.sessions | {self.store: tokens.Visit.new(self.user)})

    def posing_as(self, shopper: str) -> Visit:
        """The same conversation as another shopper's."""
        user = None if shopper == GUEST else shopper
        return replace(self, sessions=self.sessions | {self.store: tokens.Visit(self.session, user)})


def device_of(user_agent: str) -> str:
    """By what the browser says it is; "" where it says nothing."""
    if re.search(r"iPad|Tablet|Android(?!.*Mobile)", user_agent):
        return "tablet"
    return "mobile" if re.search(r"Mobi|iPhone|Android", user_agent) else "desktop" if user_agent else ""


def _read(signed: SessionTokens, token: object) -> tokens.Visit | None:
    return signed.read(token) if isinstance(token, str) else None
