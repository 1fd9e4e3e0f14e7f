"""API keys: made once, shown once, kept as hashes."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from sqlalchemy import select, update

from assistant.database import Database, insert_if_absent
from assistant.tables import ApiKeyRow, UsageRow, now

Scope = Literal["shopper", "agent", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)  # each may do what those before it may
_FORM = re.compile(r"aisle_([a-z0-9]{12})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True)
class ApiKey:
    """`per_minute` and `per_day` are requests; 0: as many as it likes."""

    id: str
    name: str
    scope: Scope
    per_minute: int
    per_day: int
    created: datetime
    revoked: datetime | None = None

    def may(self, scope: Scope) -> bool:
        return SCOPES.index(self.scope) >= SCOPES.index(scope)


class ApiKeys:
    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, scope: Scope, *, per_minute: int = 600, per_day: int = 0) -> tuple[ApiKey, str]:
        """The key and its text, which nobody can read again later. Raises ValueError for a scope that there is not."""
        if scope not in SCOPES:
            raise ValueError(f"a key's scope is one of {', '.join(SCOPES)}, not {scope!r}")
        identity, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        row = ApiKeyRow(
            id=identity,
            secret_hash=_hash(secret),
            name=name,
            scope=scope,
            per_minute=per_minute,
            per_day=per_day,
            created=now(),
        )
        with self._database.transaction() as transaction:
            transaction.add(row)
        return _key(row), f"aisle_{identity}_{secret}"

    def check(self, text: str) -> ApiKey | None:
        """The key that this is, None where it is none or has been revoked."""
        form = _FORM.fullmatch(text)
        if form is None:
            return None
        with self._database.reading() as reading:
            row = reading.get(ApiKeyRow, form[1])
        # Compared in any case, so that how long it takes tells nobody which ids there are.
        same = hmac.compare_digest(_hash(form[2]), row.secret_hash if row else _hash(""))
        return _key(row) if row is not None and same and row.revoked is None else None

    def all(self) -> list[ApiKey]:
        with self._database.reading() as reading:
            return [_key(row) for row in reading.scalars(select(ApiKeyRow).order_by(ApiKeyRow.created))]

    def any(self) -> bool:
        """Whether there is one that opens anything."""
        with self._database.reading() as reading:
            return reading.scalar(select(ApiKeyRow.id).where(ApiKeyRow.revoked.is_(None)).limit(1)) is not None

    def revoke(self, identity: str) -> None:
        """Raises KeyError for an id that is not there."""
        with self._database.transaction() as transaction:
            row = transaction.get(ApiKeyRow, identity)
            if row is None:
                raise KeyError(identity)
            row.revoked = row.revoked or now()

    def count(self, key: ApiKey) -> int:
        """One request more today; how many it makes."""
        day = datetime.now(UTC).date()
        with self._database.transaction() as transaction:
            insert_if_absent(transaction, UsageRow, key=key.id, day=day, requests=0)
            mine = (UsageRow.key == key.id, UsageRow.day == day)
            more = update(UsageRow).where(*mine).values(requests=UsageRow.requests + 1).returning(UsageRow.requests)
            return int(transaction.scalars(more).one())


def _hash(secret: str) -> str:
    """Fast is enough: 256 random bits cannot be guessed, however fast."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: ApiKeyRow) -> ApiKey:
    scope: Scope = row.scope  # type: ignore[assignment]  # checked when it was made
    return ApiKey(row.id, row.name, scope, row.per_minute, row.per_day, row.created, row.revoked)
