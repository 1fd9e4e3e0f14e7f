"""What the shop remembers of its shoppers: told by themselves, shown to them, and forgotten when they say so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, delete, select

from assistant.database import Database
from assistant.personal_data import mask
from assistant.tables import MemoryRow
from assistant.turn import Memory, MemoryKind, Told

MOST_MEMORIES = 60  # of one shopper; the oldest go first
NAMED = 75  # of 100: how much of "my shoe size" must stand in a memory for it to be the one meant
_ONE_OF_A_KIND = ("size", "person")  # a new value stands in for the old one about the same thing

_OTHER_WORDS: dict[MemoryKind, str] = {
    "avoid": "dislike hate allergic allergy 过敏",
    "size": "尺码 码",
    "diet": "饮食",
    "pet": "pets 宠物",
    "person": "age 年龄",
}


class Memories:
    """A known shopper's memories last; those of a guest belong to the session and go with it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, session: str, user: str | None) -> list[Memory]:
        """Oldest first."""
        with self._database.reading() as transaction:
            rows = transaction.scalars(select(MemoryRow).where(_whose(session, user)).order_by(MemoryRow.id)).all()
            return [_memory(row) for row in rows]

    def keep(self, statements: Sequence[Told], session: str, user: str | None) -> list[Memory]:
        """Remember what was told; what is new or changed comes back, and what is known already does not."""
        if not statements:
            return []
        known = self.of(session, user)
        new = [told for told in statements if not any(_same(told, memory) for memory in known)]
        if not new:
            return []
        with self._database.transaction() as transaction:
            for told in new:
                for memory in known:
                    if told.kind in _ONE_OF_A_KIND and (memory.kind, memory.about) == (told.kind, told.about):
                        transaction.execute(delete(MemoryRow).where(MemoryRow.id == memory.id))
            rows = [_row(told, session, user) for told in new]
            transaction.add_all(rows)
            transaction.flush()
            kept = [_memory(row) for row in rows]
            for memory in known[: max(0, len(known) + len(new) - MOST_MEMORIES)]:
                transaction.execute(delete(MemoryRow).where(MemoryRow.id == memory.id))
        return kept

    def change(self, memory_id: int, value: str, session: str, user: str | None) -> Memory:
        """Put another value in. Raises KeyError for a memory that is not this shopper's, ValueError for no value."""
        meant = value.strip()[:80]
        if not meant:
            raise ValueError("a memory needs a value: forget it instead")
        with self._database.transaction() as transaction:
            row = transaction.scalar(select(MemoryRow).where(_whose(session, user), MemoryRow.id == memory_id))
            if row is None:
                raise KeyError(memory_id)
            row.value = meant
            return _memory(row)

    def forget(self, memory_ids: Sequence[int], session: str, user: str | None) -> int:
        """How many of these were this shopper's, and are gone."""
        with self._database.transaction() as transaction:
            gone = transaction.execute(delete(MemoryRow).where(_whose(session, user), MemoryRow.id.in_(memory_ids)))
            return int(gone.rowcount)  # type: ignore[attr-defined]

    def forget_all(self, session: str, user: str | None) -> int:
        return self.forget([memory.id for memory in self.of(session, user)], session, user)


def meant(which: str, memories: Sequence[Memory]) -> list[Memory]:
    """The memories that words such as "shoe size" or "the wool" speak of, [] where none comes near."""
    words = re.sub(r"\b(?:the|my|that|about|i|am|have|to|of|in)\b", " ", which.lower()).strip()
    scored = [(fuzz.token_set_ratio(words, _described(memory)), memory) for memory in memories] if words else []
    best = max((score for score, _ in scored), default=0)
    return [memory for score, memory in scored if score == best and score >= NAMED]


def _described(memory: Memory) -> str:
    words = f"{memory.about} {memory.value} {memory.kind}".lower()
    return f"{words} {re.sub(r's(?![a-z])', '', words)} {_OTHER_WORDS.get(memory.kind, '')}"


def _same(told: Told, memory: Memory) -> bool:
    return (told.kind, told.about, told.value.lower()) == (memory.kind, memory.about, memory.value.lower())


def _whose(session: str, user: str | None) -> ColumnElement[bool]:
    if user is not None:
        return MemoryRow.user == user
    return MemoryRow.user.is_(None) & (MemoryRow.session == session)


def _row(told: Told, session: str, user: str | None) -> MemoryRow:
    return MemoryRow(user=user, session=session, kind=told.kind, about=told.about, value=mask(told.value))


def _memory(row: MemoryRow) -> Memory:
    at = row.at or datetime.now(UTC)
    return Memory.model_validate({"id": row.id, "kind": row.kind, "about": row.about, "value": row.value, "at": at})
