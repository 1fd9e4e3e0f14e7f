"""The turns of conversations, as they are kept in the database."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from assistant.database import Database, ensure_session
from assistant.faults import log_fault
from assistant.tables import TurnRow, now
from assistant.turn import Turn

LONGEST_TITLE = 60  # of a session: how it began


class TurnRecords:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._unkept: defaultdict[str, list[Turn]] = defaultdict(list)  # by session, what the database did not take

    def of(self, session: str) -> list[Turn]:
        """Oldest first."""
        query = select(TurnRow.record).where(TurnRow.session == session).order_by(TurnRow.number)
        with self._database.reading() as reading:
            records = reading.scalars(query).all()
        return [*(Turn.model_validate_json(record) for record in records), *self._unkept.get(session, [])]

    def answer(self, session: str, key: str) -> Turn | None:
        """The turn that answered the message of this key, None where there is none."""
        query = select(TurnRow.record).where(TurnRow.session == session, TurnRow.key == key)
        with self._database.reading() as reading:
            record = reading.scalar(query)
        return Turn.model_validate_json(record) if record is not None else None

    def keep(self, turn: Turn, key: str | None) -> None:
        """A turn that the database does not take is kept here until it takes the next one."""
        turns = [*self._unkept.pop(turn.session, []), turn]
        try:
            self._write(turns, key)
        except SQLAlchemyError as error:
            log_fault("a turn could not be kept", error, turns=len(turns))
            self._unkept[turn.session] = turns

    def forget(self, session: str) -> None:
        """Those that the database did not take; its own go with the session's row."""
        self._unkept.pop(session, None)

    def _write(self, turns: list[Turn], key: str | None) -> None:
        """Turns of one session, in their order; the key is the last one's."""
        first = turns[0]
        with self._database.transaction() as transaction:
            row = ensure_session(transaction, first.session, turns[-1].user)
            row.title, row.updated = row.title or first.message[:LONGEST_TITLE], now()
            kept = transaction.scalar(select(func.count()).where(TurnRow.session == first.session)) or 0
            transaction.add_all(
                TurnRow(
                    session=turn.session,
                    number=kept + place,
                    key=key if turn is turns[-1] else None,
                    record=turn.model_dump_json(),
                )
                for place, turn in enumerate(turns, 1)
            )
