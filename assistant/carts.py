"""A shopper's cart: lines in the database, prices and stock always from the catalogue."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from assistant.database import Database, ensure_session
from assistant.stock import Stock
from assistant.tables import CartRow, ChangeRow, EventRow
from assistant.turn import Cart, CartLine
from data.catalogue import Catalogue

MOST_PIECES = 99  # of one product in a cart; a larger wish is a matter for a person


class Change(NamedTuple):
    """What a change did: pieces in the cart before and after, and the phrase that names what stood in the way."""

    before: int
    after: int
    obstacle: str = ""


class Carts:
    """`key` names the request that asks for a change: asked for twice under one key, it happens once."""

    def __init__(self, database: Database, catalogue: Catalogue, currency: str, stock: Stock | None = None) -> None:
        self._database = database
        self._catalogue = catalogue
        self._currency = currency
        self._stock = stock or Stock(database, catalogue)

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

    def lines(self, session: str, within: Session) -> dict[str, tuple[int, float]]:
        """Product id → pieces and the price of one, as they stand in a transaction."""
        rows = within.scalars(select(CartRow).where(CartRow.session == session)).all()
        known = {row.product_id: row.quantity for row in rows if row.product_id in self._catalogue}
        return {product_id: (pieces, self._catalogue.get(product_id).price) for product_id, pieces in known.items()}

    def add(
        self, session: str, product_id: str, quantity: int = 1, user: str | None = None, *, key: str | None = None
    ) -> Change:
        """Add pieces to what is there; no more than the stock. Raises KeyError for an unknown product."""
        return self._change(session, product_id, quantity, user, key, relative=True)

    def set(
        self, session: str, product_id: str, quantity: int, user: str | None = None, *, key: str | None = None
    ) -> Change:
        """Exactly so many pieces; none takes the line out. Raises KeyError for an unknown product."""
        return self._change(session, product_id, quantity, user, key, relative=False)

    def clear(self, session: str) -> int:
        """How many lines there were."""
        with self._database.transaction() as transaction:
            return transaction.execute(delete(CartRow).where(CartRow.session == session)).rowcount  # type: ignore[attr-defined]

    def _change(
        self, session: str, product_id: str, quantity: int, user: str | None, key: str | None, *, relative: bool
    ) -> Change:
        self._catalogue.row_of(product_id)
        with self._database.transaction() as transaction:
            ensure_session(transaction, session, user)
            if key is not None and (done := transaction.get(ChangeRow, (session, key))) is not None:
                return Change(done.before, done.after, done.obstacle)
            row = transaction.get(CartRow, (session, product_id))
            before = row.quantity if row else 0
            stock = self._stock.left(product_id, transaction)
            after, obstacle = _allowed(before + quantity if relative else quantity, stock)
            if after < before and relative and quantity > 0:
                after = before  # stock sank below what is in the cart: adding never takes away
            _write(transaction, row, session, product_id, after)
            if after > before:
                transaction.add(
                    EventRow(session=session, user=user, product_id=product_id, event="cart", value=after - before)
                )
            if key is not None:
                done = ChangeRow(session=session, key=key, product_id=product_id, before=before, after=after)
                done.obstacle = obstacle
                transaction.add(done)
        return Change(before, after, obstacle)


def _allowed(wanted: int, stock: int | None) -> tuple[int, str]:
    if stock == 0 and wanted > 0:
        return 0, "out_of_stock"
    if stock is not None and wanted > stock <= MOST_PIECES:
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
