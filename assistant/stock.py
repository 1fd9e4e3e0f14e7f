"""How many pieces are left: what the shop's table says, less what has been ordered here since it was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.database import Database, insert_if_absent
from assistant.tables import SoldRow
from data.catalogue import Catalogue
from data.records import Product


class SoldOut(Exception):
    """Somebody else was quicker: of the product only `left` pieces are left."""

    def __init__(self, product_id: str, left: int) -> None:
        super().__init__(f"{product_id}: {left} left")
        self.product_id = product_id
        self.left = left


class Stock:
    """`as_of` is when the table of products was written, in nanoseconds: a newer one knows of what was sold before."""

    def __init__(self, database: Database, catalogue: Catalogue, as_of: int = 0) -> None:
        self._database = database
        self._catalogue = catalogue
        self._as_of = as_of

    def left(self, product_id: str, within: Session | None = None) -> int | None:
        """None where the shop does not count. Raises KeyError for an unknown product."""
        stock = self._listed(product_id)
        if stock is None:
            return None
        if within is not None:
            return max(0, stock - self._sold(within.get(SoldRow, product_id)))
        with self._database.reading() as reading:
            return max(0, stock - self._sold(reading.get(SoldRow, product_id)))

    def current(self, products: Sequence[Product]) -> list[Product]:
        """The same products, each with the pieces that are left now, however often it is asked for."""
        counted = [product.product_id for product in products if product.stock is not None]
        if not counted:
            return list(products)
        with self._database.reading() as reading:
            rows = reading.scalars(select(SoldRow).where(SoldRow.product_id.in_(counted)))
            sold = {row.product_id: pieces for row in rows if (pieces := self._sold(row))}
        left = {product_id: max(0, (self._listed(product_id) or 0) - pieces) for product_id, pieces in sold.items()}
        return [
            product.model_copy(update={"stock": left[product.product_id]}) if product.product_id in left else product
            for product in products
        ]

    def take(self, pieces: Mapping[str, int], transaction: Session) -> None:
        """All of these, or none where the transaction is undone. Raises SoldOut."""
        for product_id in sorted(pieces):  # in one order everywhere, so that no two transactions wait for each other
            stock = self._listed(product_id)
            if stock is None:
                continue
            insert_if_absent(transaction, SoldRow, product_id=product_id, as_of=self._as_of, quantity=0)
            row = transaction.scalars(
                select(SoldRow)
                .where(SoldRow.product_id == product_id)
                .with_for_update()
                .execution_options(populate_existing=True)
            ).one()
            sold = self._sold(row)
            if stock - sold < pieces[product_id]:
                raise SoldOut(product_id, max(0, stock - sold))
            row.quantity, row.as_of = sold + pieces[product_id], max(row.as_of, self._as_of)

    def _sold(self, row: SoldRow | None) -> int:
        return 0 if row is None or row.as_of < self._as_of else row.quantity

    def _listed(self, product_id: str) -> int | None:
        """What the table says. A record may have had its sold pieces taken off already."""
        return self._catalogue.get(product_id).stock
