"""Session tokens: who holds one may go on with that conversation, and with no other."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer

from assistant.server.settings import GOOD_FOR, signing_secret
from data.store import Store

DAY = 86_400  # seconds


@dataclass(frozen=True)
class Visit:
    """A conversation, and the shopper in it; None for a guest."""

    session: str
    user: str | None = None

    @classmethod
    def new(cls, user: str | None = None) -> Visit:
        """A conversation that nobody has had yet."""
        return cls(secrets.token_hex(16), user)


class SessionTokens:
    """Signed with HMAC-SHA-256 and a time stamp; the store's name is signed along, so that a token of one store opens
    nothing in another that has the same secret."""

    def __init__(self, secret: bytes, store: str, days: int) -> None:
        self.secret = secret
        self._days = days
        self._signer = URLSafeTimedSerializer(
            secret, salt=f"aisle-session:{store}", signer_kwargs={"digest_method": hashlib.sha256}
        )

    @classmethod
    def of(cls, store: Store, days: int = GOOD_FOR) -> SessionTokens:
        """The tokens of this store, whoever serves it. Raises AisleError where its secret cannot be had."""
        return cls(signing_secret(store), store.settings.name, days)

    def new(self, user: str | None = None) -> tuple[Visit, str]:
        """A conversation that nobody has had yet, and its token."""
        visit = Visit.new(user)
        return visit, self.sign(visit)

    def sign(self, visit: Visit) -> str:
        return self._signer.dumps({"s": visit.session, "u": visit.user})

    def read(self, token: str) -> Visit | None:
        """None for a token that was not made here, was changed, or is too old."""
        try:
            told = self._signer.loads(token, max_age=self._days * DAY)
        except (BadData, UnicodeError):
            return None
        return Visit(told["s"], told["u"])
