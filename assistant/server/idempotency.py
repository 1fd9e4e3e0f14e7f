"""A request that its caller has named (`Idempotency-Key`) is done once; sent again, it has the same answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

from fastapi import Response
from pydantic import BaseModel
from sqlalchemy import delete, select

from assistant.database import Database
from assistant.server.problems import Refusal
from assistant.tables import AnswerRow, now

KEPT = timedelta(days=1)


class Answers:
    def __init__(self, database: Database) -> None:
        self._database = database

    def once(
        self, caller: str, key: str | None, request: BaseModel | None, act: Callable[[], BaseModel], status: int = 200
    ) -> Response:
        """The answer of `act`, or the one that it gave before. Raises Refusal for a key that named another request.

        What `act` does has to be done once by itself where two requests of one key run at the same time: carts and
        orders see to that by the same key.
        """
        asked = hashlib.sha256((request.model_dump_json() if request else "").encode()).hexdigest()
        if key is not None and (before := self._before(caller, key)) is not None:
            if before.request_hash != asked:
                detail = "This Idempotency-Key has named another request before: take a new one."
                raise Refusal(422, "idempotency-key-reused", detail)
            return _response(before.body, before.status)
        body = act().model_dump_json()
        if key is not None:
            row = AnswerRow(caller=caller, key=key, request_hash=asked, status=status, body=body)
            with self._database.transaction() as transaction:
                transaction.merge(row)
                transaction.execute(delete(AnswerRow).where(AnswerRow.at < now() - KEPT))
        return _response(body, status)

    def _before(self, caller: str, key: str) -> AnswerRow | None:
        with self._database.reading() as reading:
            return reading.scalar(select(AnswerRow).where(AnswerRow.caller == caller, AnswerRow.key == key))


def _response(body: str, status: int) -> Response:
    return Response(body, status, media_type="application/json")
