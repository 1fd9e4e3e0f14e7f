"""How an order is paid. A shop's own payment provider is another class with these three methods."""

from __future__ import annotations

import secrets
from typing import Protocol


class PaymentDeclined(Exception):
    """The provider did not agree; nothing was taken."""


class PaymentProvider(Protocol):
    """Money is first reserved, then taken when the order stands, or let go where it does not. Amounts are in the main
    unit of the currency; `order` is the order's number, under which asking twice reserves once."""

    def authorise(self, amount: float, currency: str, order: str) -> str:
        """The provider's reference. Raises PaymentDeclined."""
        ...

    def capture(self, reference: str) -> None: ...

    def void(self, reference: str) -> None: ...


class DemoPayments:
    """Moves no money: agrees to everything up to a limit."""

    LIMIT = 10_000.0

    def authorise(self, amount: float, currency: str, order: str) -> str:
        if amount > self.LIMIT:
            raise PaymentDeclined(f"the demo pays no more than {self.LIMIT:,.0f}")
        return f"demo-{secrets.token_hex(8)}"

    def capture(self, reference: str) -> None:
        """Nothing to take."""

    def void(self, reference: str) -> None:
        """Nothing to let go."""
