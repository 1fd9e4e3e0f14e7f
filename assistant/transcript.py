"""A conversation in the terminal, and on paper as the program printed it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from assistant.assistant import Assistant
from assistant.replies.conditions import chips
from assistant.replies.phrases import money
from assistant.turn import DoneEvent, ProductsEvent, TokenEvent, Turn
from data.records import Product

_NAMED_STAGES = ("understand", "first_product", "first_token", "total")


def converse(
    shop: Assistant,
    lines: Iterable[str],
    console: Console,
    *,
    session: str | None = None,
    user: str | None = None,
    save: Path | None = None,
) -> list[Turn]:
    """Answer each line as it comes, products first, then the text as it is written; returns the turns."""
    session = session or uuid.uuid4().hex[:8]
    turns = []
    for line in lines:
        if not line.strip():
            continue
        turn = _one_turn(shop, line.strip(), session, user, console)
        turns.append(turn)
        if save:
            save.parent.mkdir(parents=True, exist_ok=True)
            save.write_text(as_markdown(shop, turns), encoding="utf-8")
    return turns


def typed_lines(read: Callable[[], str]) -> Iterator[str]:
    """What a person types, until they end it."""
    while True:
        try:
            yield read()
        except EOFError:
            return


def render_turn(console: Console, turn: Turn) -> None:
    console.print(escape(turn.text))
    _render_products(console, turn.products)


def as_markdown(shop: Assistant, turns: list[Turn]) -> str:
    """The conversation with its timings, for people to read."""
    settings = shop.shop.store.settings
    parts = [f"# {settings.name}: a conversation", f"{len(shop.shop.catalogue):,} products · {shop.engine}"]
    for turn in turns:
        parts.append(f"**Shopper:** {turn.message}")
        parts.append(f"**Assistant:** {turn.text}")
        if turn.evidence.table:
            parts.append(_markdown_table([turn.evidence.table.columns, *turn.evidence.table.rows]))
        elif turn.products:
            lines = (
                f"{place}. {_in_words(product)}{_why(turn, product)}" for place, product in enumerate(turn.products, 1)
            )
            parts.append("\n".join(lines))
        parts.append(f"<sub>{_how(turn, settings.currency)}</sub>")
    return "\n\n".join(parts) + "\n"


def _one_turn(shop: Assistant, line: str, session: str, user: str | None, console: Console) -> Turn:
    if not console.is_terminal:
        console.print(f"\n> {escape(line)}", highlight=False)
    for event in shop.stream(line, session=session, user=user):
        if isinstance(event, ProductsEvent):
            _render_products(console, event.products)
        elif isinstance(event, TokenEvent):
            console.print(escape(event.text), end="", highlight=False, soft_wrap=True)
        elif isinstance(event, DoneEvent):
            console.print(f"\n[dim]{_seconds(event.turn)}[/dim]")
            return event.turn
    raise AssertionError("a turn ends with a DoneEvent")


def _render_products(console: Console, products: list[Product]) -> None:
    if not products:
        return
    table = RichTable(box=None, padding=(0, 1), show_header=False)
    for place, product in enumerate(products, 1):
        stars = f"{product.rating:g}★ ({product.rating_count:,})" if product.rating else ""
        stock = "" if product.in_stock else "out of stock"
        table.add_row(f"{place}.", escape(product.title), money(product.price, product.currency, "en"), stars, stock)
    console.print(table)


def _in_words(product: Product) -> str:
    stars = f", {product.rating:g}★ ({product.rating_count:,})" if product.rating else ""
    stock = "" if product.in_stock else ", out of stock"
    return f"{product.title} — {money(product.price, product.currency, 'en')}{stars}{stock}"


def _why(turn: Turn, product: Product) -> str:
    reason = turn.evidence.reasons.get(product.product_id)
    return f" — *{reason}*" if reason else ""


def _how(turn: Turn, currency: str) -> str:
    understood = turn.understanding
    conditions = ", ".join(chip.label for chip in chips(understood.filters, currency, understood.language))
    parts = [
        f"{understood.intent} ({understood.source})",
        f"query “{understood.query}”" if understood.query and understood.intent in ("search", "refine") else "",
        f"filters: {conditions}" if conditions else "",
        _seconds(turn),
    ]
    return " · ".join(part for part in parts if part)


def _seconds(turn: Turn) -> str:
    return " · ".join(
        f"{stage.replace('_', ' ')} {turn.seconds[stage]:.2f} s" for stage in _NAMED_STAGES if stage in turn.seconds
    )


def _markdown_table(rows: list[list[str]]) -> str:
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    rule = ["---"] * len(cells[0])
    return "\n".join(f"| {' | '.join(row)} |" for row in [cells[0], rule, *cells[1:]])
