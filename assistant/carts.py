"""A shopper's cart: lines in the database, prices and stock always from the catalogue."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from assistant.database import CartRow, Database, EventRow, ensure_session
from assistant.turn import Cart, CartLine
from data.catalogue import Catalogue

MOST_PIECES = 99  # of one product in a cart; a larger wish is a matter for a person


class Change(NamedTuple):
    """What a change did: pieces in the cart before and after, and the phrase that names what stood in the way."""

    before: int
    after: int
    obstacle: str = ""


class Carts:
    def __init__(self, database: Database, catalogue: Catalogue, currency: str) -> None:
        self._database = database
        self._catalogue = catalogue
        self._currency = currency

    def view(self, session: str) -> Cart:
        """A line whose product has left the catalogue is not shown, and its price is not counted."""
        with self._database.reading() as transaction:
            rows = transaction.scalars(select(CartRow).where(CartRow.session == session).order_by(CartRow.added)).all()
            pieces = [(row.product_id, row.quantity) for row in rows if row.product_id in self._catalogue]
        products = self._catalogue.products(self._catalogue.row_of(product_id) for product_id, _ in pieces)
        lines = [
            CartLine(product=product, quantity=quantity, total=round(product.price * quantity, 2))
            for product, (_, quantity) in zip(products, pieces, strict=True)
        ]
        return Cart(lines=lines, total=round(sum(line.total for line in lines), 2), currency=self._currency)

    def add(self, session: str, product_id: str, quantity: int = 1, user: str | None = None) -> Change:
        """Add pieces to what is there; no more than the stock. Raises KeyError for an unknown product."""
        return self._change(session, product_id, quantity, user, relative=True)

    def set(self, session: str, product_id: str, quantity: int, user: str | None = None) -> Change:
        """Exactly so many pieces; none takes the line out. Raises KeyError for an unknown product."""
        return self._change(session, product_id, quantity, user, relative=False)

    def clear(self, session: str) -> int:
        """How many lines there were."""
        with self._database.transaction() as transaction:
            return transaction.execute(delete(CartRow).where(CartRow.session == session)).rowcount  # type: ignore[attr-defined]

    def _change(self, session: str, product_id: str, quantity: int, user: str | None, *, relative: bool) -> Change:
        stock = self._catalogue.get(product_id).stock
        with self._database.transaction() as transaction:
            ensure_session(transaction, session, user)
            row = transaction.get(CartRow, (session, product_id))
            before = row.quantity if row else 0
            after, obstacle = _allowed(before + quantity if relative else quantity, stock)
            if after < before and relative and quantity > 0:
                after = before  # stock sank below what is in the cart: adding never takes away
            _write(transaction, row, session, product_id, after)
            if after > before:
                transaction.add(
                    EventRow(session=session, user=user, product_id=product_id, event="cart", value=after - before)
                )
        return Change(before, after, obstacle)


def _allowed(wanted: int, stock: int | None) -> tuple[int, str]:
    if stock == 0 and wanted > 0:
        return 0, "out_of_stock"
    if stock is not None and wanted > stock:
        return stock, "only_so_many"
    if wanted > MOST_PIECES:
        return MOST_PIECES, "too_many"
    return max(wanted, 0), ""


def _write(transaction: Session, row: CartRow | None, session: str, product_id: str, quantity: int) -> None:
    if quantity == 0:
        if row is not None:
            transaction.delete(row)
    elif row is None:
        transaction.add(CartRow(session=session, product_id=product_id, quantity=quantity))
    else:
        row.quantity = quantity
