"""An order is placed by the shopper's own confirmation, once, whole, and stays as it was placed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from assistant.checkout import CheckoutRefused, mark_of, placed_order
from assistant.database import Database
from assistant.payments import PaymentDeclined
from assistant.stock import Stock
from assistant.tables import CheckoutRow, EventRow, OrderRow, PaymentRow, now
from tests.state.conftest import PRICES, STOCK, Till, catalogue


class Purse:
    """Keeps what was reserved, taken and let go; declines above its limit, and cannot take while it is `offline`."""

    def __init__(self, limit: float = 1000) -> None:
        self.limit = limit
        self.offline = False
        self.reserved: dict[str, float] = {}
        self.taken: set[str] = set()
        self.let_go: set[str] = set()

    def authorise(self, amount: float, currency: str, order: str) -> str:
        if amount > self.limit:
            raise PaymentDeclined("too much")
        self.reserved[order] = amount
        return order

    def capture(self, reference: str) -> None:
        if self.offline:
            raise ConnectionError("no answer")
        self.taken.add(reference)

    def void(self, reference: str) -> None:
        self.let_go.add(reference)


def refusal(till: Till, session: str, token: str) -> str:
    with pytest.raises(CheckoutRefused) as refused:
        till.checkouts.confirm(session, mark_of(token))
    return refused.value.problem


def orders(database: Database) -> list[str]:
    with database.reading() as reading:
        return list(reading.scalars(select(OrderRow.order)))


def test_a_summary_is_confirmed_and_becomes_an_order(database: Database) -> None:
    purse = Purse()
    till = Till(database, purse)
    till.carts.add("s", "hat", 2, user="u")
    till.carts.add("s", "pen", 3, user="u")
    summary = till.checkouts.begin("s", "u")
    assert (summary.total, orders(database)) == (50.3, [])
    order = till.checkouts.confirm("s", mark_of(summary.token), "u")
    assert {line.product_id: (line.quantity, line.price) for line in order.lines} == {"hat": (2, 25), "pen": (3, 0.1)}
    assert (order.total, order.currency, orders(database)) == (50.3, "USD", [order.order_id])
    assert till.carts.view("s").lines == []
    assert till.stock.left("hat") == 3 and till.stock.left("uncounted") is None
    assert purse.reserved == {order.order_id: 50.3} and purse.taken == {order.order_id} and not purse.let_go
    with database.reading() as reading:
        bought = reading.scalars(select(EventRow).where(EventRow.event == "purchase")).all()
    assert {(event.user, event.product_id, event.value) for event in bought} == {("u", "hat", 2), ("u", "pen", 3)}


def test_a_token_confirmed_again_orders_nothing_more(till: Till) -> None:
    till.carts.add("s", "hat")
    token = till.checkouts.begin("s").token
    first = till.checkouts.confirm("s", mark_of(token))
    till.carts.add("s", "hat")
    assert till.checkouts.confirm("s", mark_of(token)) == first
    assert len(orders(till.database)) == 1 and till.stock.left("hat") == 4


def test_nobody_confirms_with_anothers_token_nor_with_one_made_up(till: Till) -> None:
    till.carts.add("s", "hat")
    token = till.checkouts.begin("s").token
    assert refusal(till, "another", token) == "checkout_unknown"
    for forged in ("", "yes", token[:-1], token + "=", mark_of(token), mark_of(mark_of(token))):
        assert refusal(till, "s", forged) == "checkout_unknown"
    assert orders(till.database) == []


def test_the_database_holds_no_token(till: Till) -> None:
    till.carts.add("s", "hat")
    token = till.checkouts.begin("s").token
    with till.database.reading() as reading:
        (row,) = reading.scalars(select(CheckoutRow)).all()
    assert all(token not in str(getattr(row, column.key)) for column in CheckoutRow.__table__.columns)


def test_a_new_summary_stands_in_for_the_one_before(till: Till) -> None:
    till.carts.add("s", "hat")
    before, after = till.checkouts.begin("s").token, till.checkouts.begin("s").token
    assert refusal(till, "s", before) == "checkout_unknown"
    assert till.checkouts.confirm("s", mark_of(after))


def test_what_was_shown_is_what_is_ordered(till: Till) -> None:
    till.carts.add("s", "hat")
    token = till.checkouts.begin("s").token
    till.carts.add("s", "pen")
    assert refusal(till, "s", token) == "checkout_changed"
    token = till.checkouts.begin("s").token
    dearer = Till(till.database, products=catalogue({**PRICES, "pen": 0.2}))
    assert refusal(dearer, "s", token) == "checkout_changed"
    assert till.carts.view("s").total == 25.1 and orders(till.database) == []


def test_a_summary_does_not_wait_for_ever(till: Till) -> None:
    till.carts.add("s", "hat")
    token = till.checkouts.begin("s").token
    with till.database.transaction() as transaction:
        transaction.execute(update(CheckoutRow).values(expires=now() - timedelta(seconds=1)))
    assert refusal(till, "s", token) == "checkout_expired"


def test_an_empty_cart_is_no_order(till: Till) -> None:
    with pytest.raises(CheckoutRefused, match="nothing_in_cart"):
        till.checkouts.begin("s")


def test_a_payment_that_is_declined_leaves_everything_as_it_was(database: Database) -> None:
    till = Till(database, Purse(limit=20))
    till.carts.add("s", "hat")
    assert refusal(till, "s", till.checkouts.begin("s").token) == "payment_declined"
    assert (till.carts.view("s").total, till.stock.left("hat"), orders(database)) == (25.0, 5, [])


def test_what_is_sold_out_in_between_is_not_paid(database: Database) -> None:
    purse = Purse()
    till = Till(database, purse)
    for session in ("s", "t"):
        till.carts.add(session, "hat", 3)
    tokens = {session: till.checkouts.begin(session).token for session in ("s", "t")}
    till.checkouts.confirm("s", mark_of(tokens["s"]))
    with pytest.raises(CheckoutRefused) as refused:
        till.checkouts.confirm("t", mark_of(tokens["t"]))
    assert (refused.value.problem, refused.value.product_id, refused.value.left) == ("sold_out", "hat", 2)
    assert len(purse.let_go) == 1 and not purse.let_go & purse.taken
    assert till.carts.view("t").total == 75.0


def test_a_new_table_of_products_knows_what_was_sold_before_it(till: Till) -> None:
    till.carts.add("s", "hat", 2)
    till.checkouts.confirm("s", mark_of(till.checkouts.begin("s").token))
    assert till.stock.left("hat") == 3
    from assistant.stock import Stock  # noqa: PLC0415

    fresh = Stock(till.database, catalogue(stock={**STOCK, "hat": 4}), as_of=2)
    assert fresh.left("hat") == 4
    with till.database.transaction() as transaction:
        fresh.take({"hat": 1}, transaction)
    assert fresh.left("hat") == 3


def test_a_payment_left_open_by_a_fault_is_taken_later(database: Database) -> None:
    purse = Purse()
    till = Till(database, purse)
    till.carts.add("s", "hat")
    purse.offline = True
    order = till.checkouts.confirm("s", mark_of(till.checkouts.begin("s").token))
    assert not purse.taken
    purse.offline = False
    assert till.checkouts.settle() == 1 and purse.taken == {order.order_id}
    assert till.checkouts.settle() == 0


@pytest.mark.parametrize("table", ["orders", "order_lines"])
def test_the_database_itself_keeps_an_order_as_it_was_placed(till: Till, table: str) -> None:
    till.carts.add("s", "hat")
    order = till.checkouts.confirm("s", mark_of(till.checkouts.begin("s").token))
    column = "total" if table == "orders" else "price"
    for change in (f"UPDATE {table} SET {column} = 0", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="never changed"), till.database.transaction() as transaction:
            transaction.execute(text(change))
    with till.database.reading() as reading:
        assert placed_order(reading.get_one(OrderRow, order.order_id)) == order


def test_the_last_pieces_are_sold_once_however_many_want_them(another: Callable[[], Database]) -> None:
    """Each shopper is a connection of their own, and all confirm at the same moment."""
    tills = [Till(another()) for _ in range(12)]
    tokens = []
    for number, till in enumerate(tills):
        till.carts.add(f"s{number}", "hat")
        tokens.append(till.checkouts.begin(f"s{number}").token)
    problems: list[str] = []
    start = threading.Barrier(len(tills))

    def confirm(number: int) -> None:
        start.wait()
        try:
            tills[number].checkouts.confirm(f"s{number}", mark_of(tokens[number]))
        except CheckoutRefused as refused:
            problems.append(refused.problem)

    threads = [threading.Thread(target=confirm, args=(number,)) for number in range(len(tills))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == ["sold_out"] * (len(tills) - STOCK["hat"])  # type: ignore[operator]
    assert (tills[0].stock.left("hat"), len(orders(tills[0].database))) == (0, STOCK["hat"])


def test_one_token_confirmed_by_many_at_once_is_one_order(another: Callable[[], Database]) -> None:
    purse = Purse()
    tills = [Till(another(), purse) for _ in range(6)]
    tills[0].carts.add("s", "hat", 2)
    mark = mark_of(tills[0].checkouts.begin("s").token)
    placed: list[str] = []
    start = threading.Barrier(len(tills))

    def confirm(till: Till) -> None:
        start.wait()
        placed.append(till.checkouts.confirm("s", mark).order_id)

    threads = [threading.Thread(target=confirm, args=(till,)) for till in tills]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(placed) == len(tills) and len(set(placed)) == 1
    assert tills[0].stock.left("hat") == 3 and not purse.let_go


def test_a_session_that_is_deleted_leaves_its_orders(till: Till) -> None:
    from assistant.tables import SessionRow  # noqa: PLC0415

    till.carts.add("s", "hat")
    order = till.checkouts.confirm("s", mark_of(till.checkouts.begin("s").token))
    with till.database.transaction() as transaction:
        transaction.execute(delete(SessionRow).where(SessionRow.session == "s"))
    with till.database.reading() as reading:
        assert placed_order(reading.get_one(OrderRow, order.order_id)) == order
        assert reading.get(PaymentRow, order.order_id) is not None


def test_what_has_been_sold_is_gone_from_what_is_shown(database: Database) -> None:
    till = Till(database)
    till.carts.add("s", "hat", STOCK["hat"])
    till.carts.add("s", "uncounted", 2)
    till.checkouts.confirm("s", mark_of(till.checkouts.begin("s").token))
    listed = catalogue().products(range(len(STOCK)))
    now_left = {product.product_id: product.stock for product in till.stock.current(listed)}
    assert now_left == STOCK | {"hat": 0}
    till.carts.add("t", "pen", 90)
    till.checkouts.confirm("t", mark_of(till.checkouts.begin("t").token))
    (pen,) = [product for product in till.stock.current(till.stock.current(listed)) if product.product_id == "pen"]
    assert pen.stock == STOCK["pen"] - 90, "nothing is taken off twice"
    assert Stock(database, catalogue(), as_of=2).current(listed) == listed, "a newer table knows of it already"
