"""Conversations handed to a person: what the person needs to know, kept until someone has taken care of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy import select

from assistant.database import Database
from assistant.replies.phrases import say
from assistant.tables import HandoffRow
from assistant.turn import Language

Status = Literal["open", "taken", "closed"]


class Handoff(BaseModel):
    """A summary without the shopper's personal data; `number` is 0 before it has been kept.

    `wanted` is what was looked for and `conditions` on it; `order` what the records say of the order concerned;
    `words` are the shopper's own, where they tell of a trouble or a mood; `unanswered` are questions without an answer.
    """

    number: int = 0
    session: str
    user: str | None = None
    language: Language = "en"
    wanted: str = ""
    conditions: list[str] = Field(default_factory=list)
    shown: list[str] = Field(default_factory=list)
    asked_about: list[str] = Field(default_factory=list)
    unanswered: list[str] = Field(default_factory=list)
    order: str = ""
    cart: str = ""
    words: list[str] = Field(default_factory=list)
    status: Status = "open"
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))

    def in_words(self, language: Language | None = None) -> str:
        """A few short sentences in the shopper's language, or another; what there is nothing of is left out."""
        language = language or self.language
        parts = [
            _said("summary_who", language, user=self.user or ""),
            _said("summary_order", language, order=self.order),
            _said("summary_words", language, words=_quoted(self.words, language)),
            _said("summary_looked", language, query=self.wanted),
            _said(
                "summary_conditions", language, conditions=("、" if language == "zh" else ", ").join(self.conditions)
            ),
            _said("summary_shown", language, titles=_listed(self.shown, language)),
            _said("summary_asked", language, titles=_listed(self.asked_about, language)),
            _said("summary_unanswered", language, questions=_quoted(self.unanswered, language)),
            _said("summary_cart", language, lines=self.cart),
        ]
        told = [part for part in parts if part]
        if len(told) <= bool(self.user):
            told.append(say("summary_nothing", language))
        separator, stop = ("；", "。") if language == "zh" else ("; ", ".")
        return separator.join(told) + stop


class Handoffs:
    """Those of one store, in its database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, handoff: Handoff) -> Handoff:
        """Keep it, in place of the one of the same session that still waits; returned with its number."""
        with self._database.transaction() as transaction:
            waiting = select(HandoffRow).where(HandoffRow.session == handoff.session, HandoffRow.status == "open")
            row = transaction.scalars(waiting).first()
            if row is None:
                row = HandoffRow(session=handoff.session, status="open", record="")
                transaction.add(row)
                transaction.flush()
            kept = handoff.model_copy(update={"number": row.id, "status": "open"})
            row.record = kept.model_dump_json()
        return kept

    def all(self, status: Status | None = None) -> list[Handoff]:
        """The longest waiting first."""
        query = select(HandoffRow).order_by(HandoffRow.id)
        if status is not None:
            query = query.where(HandoffRow.status == status)
        with self._database.reading() as transaction:
            return [_handoff(row) for row in transaction.scalars(query)]

    def set_status(self, number: int, status: Status) -> Handoff:
        """Raises KeyError for a number that is not there."""
        with self._database.transaction() as transaction:
            row = transaction.get(HandoffRow, number)
            if row is None:
                raise KeyError(number)
            row.status = status
            return _handoff(row)


def _handoff(row: HandoffRow) -> Handoff:
    return Handoff.model_validate_json(row.record).model_copy(update={"status": row.status})


def _said(key: str, language: Language, **values: str) -> str:
    return say(key, language, 0, **values) if all(values.values()) else ""


def _quoted(texts: list[str], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(f"“{text}”" for text in texts)


def _listed(titles: list[str], language: Language) -> str:
    return ("、" if language == "zh" else " / ").join(titles)
