"""A shopper's orders in the shop's records, and which of them a message is about."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from assistant.checkout import placed_order
from assistant.database import Database
from assistant.tables import OrderRow
from assistant.understanding.vocabulary import stem, words_of
from data.catalogue import Catalogue
from data.records import Order, OrderLine, Product, shelf_name
from data.schema import Columns
from data.store import Store

_OF_THE_ORDER = (Columns.Status, Columns.Shipped, Columns.Delivered, Columns.Carrier, Columns.Tracking)
_SAYS_NOTHING = frozenset(
    # Words of questions about orders; some of them ("can", "change") are on the shelves as well.
    "about address again all and any arrive arrived back bag been before being box bought box broken brought buy "
    "came can  cancel change changed come could day days deliver delivered delivery did does don't exchange for "
    "from get got has  have how i'm item items just last late later left long look made money month more much "
    "need never new not now one  only order ordered orders out over own pack package parcel part piece pieces "
    "please product products purchase  received refund return returned send sent set shipped shipping should size "
    "some still stuff take than that the their  them then there these they thing things this those time today too "
    "track tracking two use used want was week weeks  went were what when where which while will with wrong "
    "yesterday you your".split()
)
_CJK_WORD = re.compile(r"[\u3400-\u9fff]+")


GUEST = "guest"  # whose orders are known by the session alone


class Orders:
    """The orders of one store: those of its records and those placed here. Every question names the shopper: nobody
    hears of another's orders."""

    def __init__(self, store: Store, database: Database) -> None:
        self._store = store
        self._database = database

    def __bool__(self) -> bool:
        return self._table.num_rows > 0

    def of(self, user: str | None, session: str = "") -> list[Order]:
        """The shopper's orders, latest first; a guest's are those placed in this session. The shop's records know best
        what became of an order that was placed here."""
        recorded = self._recorded(user) if user is not None else []
        known = {order.order_id for order in recorded}
        orders = [*recorded, *(order for order in self._placed(user, session) if order.order_id not in known)]
        return sorted(orders, key=lambda order: (order.placed_at, order.order_id), reverse=True)

    def _recorded(self, user: str) -> list[Order]:
        rows = self._table.filter(pc.equal(self._table[Columns.User], user)).to_pylist()
        lines: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            lines[row[Columns.Order]].append(row)
        return [_order(number, of_order) for number, of_order in lines.items()]

    def _placed(self, user: str | None, session: str) -> list[Order]:
        whose = OrderRow.user == user if user is not None else (OrderRow.session == session) & OrderRow.user.is_(None)
        with self._database.reading() as reading:
            placed = [placed_order(row) for row in reading.scalars(select(OrderRow).where(whose))]
        return [
            Order(
                order_id=order.order_id,
                user_id=user or GUEST,
                lines=tuple(order.lines),
                placed_at=order.placed_at,
                status="processing",
            )
            for order in placed
        ]

    def today(self) -> date:
        """The day it is in the shop: the clock's, or in a synthetic store the last day of its records."""
        now = datetime.now(UTC)
        if self._store.settings.synthetic and self._table.num_rows:
            latest = [
                pc.max(self._table[column]).as_py() for column in (Columns.Placed, Columns.Shipped, Columns.Delivered)
            ]
            return min(now, max(moment for moment in latest if moment is not None)).date()
        return now.date()

    @cached_property
    def _table(self) -> pa.Table:
        return self._store.orders()


def numbered(orders: Iterable[Order], number: str) -> list[Order]:
    """Letter case, `#` and leading noughts do not matter."""
    return [order for order in orders if _bare(order.order_id) == _bare(number)]


def with_thing(orders: list[Order], words: str, catalogue: Catalogue) -> tuple[list[Order], str]:
    """The orders that have what the words name, and, where none has, the word for it that the catalogue knows.

    Words that name nothing the shop sells ("still", "yesterday") say nothing: ([], "").
    """
    scored = [(max(_line_likeness(line, words, catalogue) for line in order.lines), order) for order in orders]
    best = max((score for score, _ in scored), default=0)
    if best > 0:
        return [order for score, order in scored if score == best], ""
    return [], _known_thing(words, catalogue)


def lines_with_thing(order: Order, words: str, catalogue: Catalogue) -> list[OrderLine]:
    """The lines of an order that the words name, all of them where they name none."""
    scores = [_line_likeness(line, words, catalogue) for line in order.lines]
    best = max(scores, default=0)
    return [line for line, score in zip(order.lines, scores, strict=True) if score == best]


def products_of(order: Order, catalogue: Catalogue) -> list[Product]:
    return catalogue.known(line.product_id for line in order.lines)


def _order(number: str, rows: list[dict[str, Any]]) -> Order:
    lines = tuple(
        OrderLine(
            product_id=row[Columns.Product],
            title=row[Columns.Title] or "",
            quantity=row[Columns.Quantity],
            price=row[Columns.Price],
            returned=row[Columns.Returned] or 0.0,
        )
        for row in rows
    )
    told = {column: next((row[column] for row in rows if row[column] is not None), None) for column in _OF_THE_ORDER}
    placed = min(row[Columns.Placed] for row in rows)
    return Order(order_id=number, user_id=rows[0][Columns.User], lines=lines, placed_at=placed, **told)


def _bare(number: str) -> str:
    return re.sub(r"[\W_]+", "", number).upper().lstrip("0")


def _line_likeness(line: OrderLine, words: str, catalogue: Catalogue) -> int:
    return likeness(next(iter(catalogue.known([line.product_id])), None), line.title, words)


def likeness(product: Product | None, title: str, words: str) -> int:
    """How many of the words name the product: what it is counts above what else its title says. `title` is what a
    product was called that is no longer sold."""
    said = _telling(words)
    family = _stems(product.family) if product else set()
    title_words = _stems(product.title if product else title)
    chinese = [tag for tag in (product.tags if product else ()) if not tag.isascii() and tag in words]
    return 3 * len(said & family) + len(said & title_words) + 2 * sum(map(len, chinese))


def _known_thing(words: str, catalogue: Catalogue) -> str:
    kinds = _all_kinds(catalogue)
    for match in words_of(words):
        if match[0].lower() not in _SAYS_NOTHING and stem(match[0]) in kinds:
            return match[0]
    for run in _CJK_WORD.findall(words):
        for tag in sorted(_chinese_tags(catalogue), key=len, reverse=True):
            if tag in run:
                return tag
    return ""


def _telling(words: str) -> set[str]:
    return _stems(" ".join(match[0] for match in words_of(words) if match[0].lower() not in _SAYS_NOTHING))


def _stems(text: str) -> set[str]:
    return {stem(match[0]) for match in words_of(text) if match[0].isascii() and len(match[0]) > 2}


def _all_kinds(catalogue: Catalogue) -> set[str]:
    return _stems(" ".join({shelf_name(path) for path in catalogue.categories}))


def _chinese_tags(catalogue: Catalogue) -> set[str]:
    return {tag for tag in catalogue.rows_by_tag if not tag.isascii()}
