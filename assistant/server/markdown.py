"""A turn as Markdown, for clients that have only text: what was said, and what a page would show beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.replies.phrases import money
from assistant.turn import DoneEvent, StreamEvent, Table, TokenEvent, Turn
from data.records import Product

# What begins a link, a picture, emphasis, code, HTML or a cell of a table, and what clients make links of unasked.
_ALIVE = re.compile(r"[\\`*_\[\]<>|~]|(?<=\w):(?=//)|(?<=[\w.+-])@(?=\w)|(?<=[^\W\d_])\.(?=[^\W\d_])")


def spoken(events: Iterator[StreamEvent]) -> Iterator[str]:
    """The reply as it is written, then the comparison or the products."""
    for event in events:
        if isinstance(event, TokenEvent):
            yield escaped(event.text)
        elif isinstance(event, DoneEvent) and (beside := in_markdown(event.turn)):
            yield f"\n\n{beside}"


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
    """Text as nothing but text: no link, picture or markup in it comes alive. Lines stay lines."""
    return _ALIVE.sub(r"\\\g<0>", text)


def _on_one_line(text: str) -> str:
    return escaped(re.sub(r"\s+", " ", text))


def _line(product: Product, price: str) -> str:
    return f"**{_on_one_line(product.title)}** – {price}"


def _table(table: Table) -> str:
    cells = [[_on_one_line(cell) for cell in row] for row in (table.columns, *table.rows)]
    lines = [cells[0], ["---"] * len(table.columns), *cells[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
