"""Buying, in two steps: a summary with a one-time token, and the shopper's confirmation with it.

The token is made and checked here and nowhere else. No language model ever sees one, and none of what it writes is read
as a confirmation.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Literal

from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from assistant.carts import Carts
from assistant.database import Database, ensure_session
from assistant.faults import log_fault
from assistant.payments import PaymentDeclined, PaymentProvider
from assistant.stock import SoldOut, Stock
from assistant.tables import CartRow, CheckoutRow, EventRow, OrderLineRow, OrderRow, PaymentRow, now
from assistant.turn import CheckoutSummary, PlacedOrder
from data.records import OrderLine

VALID = timedelta(minutes=15)
Problem = Literal[
    "nothing_in_cart", "checkout_unknown", "checkout_expired", "checkout_changed", "sold_out", "payment_declined"
]
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another when it is read out


class CheckoutRefused(Exception):
    """Nothing was ordered and nothing paid; `problem` says why, `product_id` and `left` of what too few are left."""

    def __init__(self, problem: Problem, product_id: str = "", left: int = 0) -> None:
        super().__init__(problem)
        self.problem: Problem = problem
        self.product_id = product_id
        self.left = left


class Checkouts:
    def __init__(self, database: Database, carts: Carts, stock: Stock, payments: PaymentProvider) -> None:
        self._database = database
        self._carts = carts
        self._stock = stock
        self.payments = payments

    def begin(self, session: str, user: str | None = None) -> CheckoutSummary:
        """What would be ordered, and the token that orders it. A summary before this one can no longer be confirmed.

        Raises CheckoutRefused for an empty cart, and for one that holds more than is left.
        """
        cart = self._carts.view(session)
        if not cart.lines:
            raise CheckoutRefused("nothing_in_cart")
        with self._database.reading() as reading:
            for line in cart.lines:
                left = self._stock.left(line.product.product_id, reading)
                if left is not None and left < line.quantity:
                    raise CheckoutRefused("sold_out", line.product.product_id, left)
        token = secrets.token_urlsafe(24)
        summary = CheckoutSummary(
            token=token, lines=cart.lines, total=cart.total, currency=cart.currency, expires=now() + VALID
        )
        with self._database.transaction() as transaction:
            ensure_session(transaction, session, user)
            transaction.execute(
                delete(CheckoutRow).where(CheckoutRow.session == session, CheckoutRow.placed.is_(False))
            )
            transaction.add(
                CheckoutRow(
                    mark=mark_of(token),
                    order=_new_number(),
                    session=session,
                    expires=summary.expires,
                    summary=summary.model_dump_json(),
                )
            )
        return summary

    def confirm(self, session: str, mark: str, user: str | None = None) -> PlacedOrder:
        """Order it: `mark` is that of the token (`mark_of`). What is confirmed twice is ordered once, and both are told
        of that order.

        Raises CheckoutRefused; then nothing was ordered, and nothing is paid.
        """
        with self._database.reading() as reading:
            checkout = _valid(reading, session, mark)
            if checkout.placed:
                return placed_order(reading.get_one(OrderRow, checkout.order))
        order, summary = checkout.order, CheckoutSummary.model_validate_json(checkout.summary)
        # The provider may take seconds, which nobody else's order shall wait for.
        try:
            reference = self.payments.authorise(summary.total, summary.currency, order)
        except PaymentDeclined as error:
            raise CheckoutRefused("payment_declined") from error
        try:
            with self._database.transaction() as transaction:
                ensure_session(transaction, session, user)
                checkout = _valid(transaction, session, mark)
                if not checkout.placed:
                    self._place(transaction, checkout, summary, reference, user)
                transaction.flush()
                placed = placed_order(transaction.get_one(OrderRow, order))
        except BaseException:
            if self._is_not_placed(order):
                self.payments.void(reference)
            raise
        self._capture(order, reference)
        return placed

    def settle(self) -> int:
        """Take the money for orders that stand and whose payment a crash has left reserved; how many there were."""
        with self._database.reading() as reading:
            left = reading.execute(select(PaymentRow.order, PaymentRow.reference).where(PaymentRow.captured.is_(None)))
            open_ones = [(order, reference) for order, reference in left]
        for order, reference in open_ones:
            self._capture(order, reference)
        return len(open_ones)

    def _place(
        self, transaction: Session, checkout: CheckoutRow, summary: CheckoutSummary, reference: str, user: str | None
    ) -> None:
        if self._carts.lines(checkout.session, transaction) != summary.bought:
            raise CheckoutRefused("checkout_changed")
        try:
            self._stock.take({line.product.product_id: line.quantity for line in summary.lines}, transaction)
        except SoldOut as error:
            raise CheckoutRefused("sold_out", error.product_id, error.left) from error
        checkout.placed = True
        session = checkout.session
        lines = [
            OrderLineRow(
                product_id=line.product.product_id,
                title=line.product.title,
                quantity=line.quantity,
                price=line.product.price,
            )
            for line in sorted(summary.lines, key=lambda line: line.product.product_id)
        ]
        transaction.add(
            OrderRow(
                order=checkout.order,
                session=session,
                user=user,
                currency=summary.currency,
                total=summary.total,
                lines=lines,
                payment=PaymentRow(reference=reference),
            )
        )
        transaction.add_all(
            EventRow(session=session, user=user, product_id=line.product_id, event="purchase", value=line.quantity)
            for line in lines
        )
        transaction.execute(delete(CartRow).where(CartRow.session == session))

    def _is_not_placed(self, order: str) -> bool:
        """False, too, where that cannot be told: what is reserved is let go by the provider after some days."""
        try:
            with self._database.reading() as reading:
                return reading.get(OrderRow, order) is None
        except SQLAlchemyError:
            return False

    def _capture(self, order: str, reference: str) -> None:
        """Where the provider cannot be reached the order stands, and `settle` asks again."""
        try:
            self.payments.capture(reference)
        except Exception as error:
            log_fault("the payment of an order was not taken yet", error, order=order)
            return
        with self._database.transaction() as transaction:
            transaction.execute(
                update(PaymentRow)
                .where(PaymentRow.order == order, PaymentRow.captured.is_(None))
                .values(captured=now())
            )


def placed_order(row: OrderRow) -> PlacedOrder:
    """As it was placed."""
    return PlacedOrder(
        order_id=row.order,
        placed_at=row.placed,
        total=row.total,
        currency=row.currency,
        lines=[
            OrderLine(product_id=line.product_id, title=line.title, quantity=line.quantity, price=line.price)
            for line in row.lines
        ],
    )


def mark_of(token: str) -> str:
    """What the database and the conversation keep of a token: it tells whether a token is that one, no more."""
    return hashlib.sha256(token.encode()).hexdigest()


def _valid(transaction: Session, session: str, mark: str) -> CheckoutRow:
    """Another session's token is as unknown as one that was never made."""
    row = transaction.get(CheckoutRow, mark, populate_existing=True)
    if row is None or row.session != session:
        raise CheckoutRefused("checkout_unknown")
    if not row.placed and row.expires < now():
        raise CheckoutRefused("checkout_expired")
    return row


def _new_number() -> str:
    """`A7K2-M9QX-3`: 45 bits, so that nobody meets another's by counting."""
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(9))
    return f"{drawn[:4]}-{drawn[4:8]}-{drawn[8]}"
