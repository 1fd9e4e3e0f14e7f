"""What a page shows beside a reply, as Markdown for clients that have only text."""

from __future__ import annotations

import re

from assistant.replies.phrases import money
from assistant.turn import Table, Turn
from data.records import Product

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~-])")


def in_markdown(turn: Turn) -> str:
    """The comparison, or else the products in the order of their numbers; "" where there is neither."""
    if turn.evidence.table is not None:
        return _table(turn.evidence.table)
    language = turn.understanding.language
    return "\n".join(
        f"{number}. {_line(product, money(product.price, product.currency, language))}"
        for number, product in enumerate(turn.products, 1)
    )


def escaped(text: str) -> str:
    """A shop's own text as plain text: no link, picture or markup of it comes alive."""
    return _SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", text))


def _line(product: Product, price: str) -> str:
    return f"**{escaped(product.title)}** – {price}"


def _table(table: Table) -> str:
    rows = [table.columns, ["---"] * len(table.columns), *table.rows]
    lines = [[cell if cell == "---" else escaped(cell) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
