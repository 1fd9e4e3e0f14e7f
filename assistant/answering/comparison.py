"""Products side by side, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering.differences import ABSENT, Row
from assistant.answering.names import name_in
from assistant.replies.phrases import money, say
from assistant.turn import Language, Table
from data.records import Product


def comparison(products: Sequence[Product], found: Sequence[Row], currency: str, language: Language) -> Table:
    """The price always, then everything in which they differ (`differences.rows`); `–` where a listing says nothing."""
    described = {
        "rating": [f"{p.rating:g} ({p.rating_count:,})" if p.rating is not None else ABSENT for p in products],
        "in_stock": [say("table_yes" if product.in_stock else "table_no", language) for product in products],
        "brand": [product.brand or ABSENT for product in products],
        "category": [product.family or ABSENT for product in products],
    }
    lines = [[say("table_price", language), *(money(product.price, currency, language) for product in products)]]
    lines += [[say(f"table_{name}", language), *said] for name, said in described.items() if len(set(said)) > 1]
    lines += [[name_in(row.name, language), *cells(row, language)] for row in found if row.differs]
    return Table(columns=["", *(product.title for product in products)], rows=lines)


def cells(row: Row, language: Language) -> list[str]:
    """A row's values in words."""
    words = {"yes": say("table_yes", language), "no": say("table_no", language), "": ABSENT}
    return [words.get(value.casefold(), value) for value in row.values]
