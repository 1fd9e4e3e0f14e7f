"""A cart holds what was put in, never more than there is, never less than nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from assistant.carts import MOST_PIECES, Carts, Change
from assistant.database import Database
from assistant.tables import EventRow
from assistant.turn import Understanding
from data.errors import AisleError
from tests.state.conftest import PRICES, STOCK, catalogue


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "aisle.db")
    yield database
    database.close()


@pytest.fixture
def carts(database: Database) -> Carts:
    return Carts(database, catalogue(), "USD")


def pieces(carts: Carts, session: str = "s") -> dict[str, int]:
    return {line.product.product_id: line.quantity for line in carts.view(session).lines}


def test_add_set_remove_clear(carts: Carts) -> None:
    assert carts.add("s", "hat", 2) == Change(0, 2)
    assert carts.add("s", "pen", 3) == Change(0, 3)
    assert carts.set("s", "hat", 1) == Change(2, 1)
    cart = carts.view("s")
    assert [(line.product.product_id, line.quantity, line.total) for line in cart.lines] == [
        ("hat", 1, 25.0),
        ("pen", 3, 0.3),
    ]
    assert (cart.total, cart.currency) == (25.3, "USD")
    assert carts.set("s", "hat", 0) == Change(1, 0)
    assert pieces(carts) == {"pen": 3}
    assert carts.clear("s") == 1
    assert carts.clear("s") == 0


def test_what_stood_in_the_way_is_named(carts: Carts) -> None:
    assert carts.add("s", "sold-out") == Change(0, 0, "out_of_stock")
    assert carts.add("s", "hat", 6) == Change(0, 5, "only_so_many")
    assert carts.add("s", "hat", 1) == Change(5, 5, "only_so_many")
    assert carts.add("s", "uncounted", 1000) == Change(0, MOST_PIECES, "too_many")
    assert pieces(carts) == {"hat": 5, "uncounted": MOST_PIECES}


def test_an_unknown_product_is_an_error_and_changes_nothing(carts: Carts) -> None:
    with pytest.raises(KeyError):
        carts.add("s", "no-such-thing")
    assert pieces(carts) == {}


def test_carts_of_two_sessions_are_apart(carts: Carts) -> None:
    carts.add("one", "hat")
    carts.add("two", "pen")
    carts.clear("one")
    assert (pieces(carts, "one"), pieces(carts, "two")) == ({}, {"pen": 1})


def test_a_product_that_left_the_catalogue_is_neither_shown_nor_counted(carts: Carts, database: Database) -> None:
    carts.add("s", "hat")
    carts.add("s", "pen")
    later = Carts(database, catalogue({"pen": PRICES["pen"]}), "USD")
    assert pieces(later) == {"pen": 1}
    assert later.view("s").total == PRICES["pen"]


def test_what_was_put_in_is_an_event(carts: Carts, database: Database) -> None:
    carts.add("s", "hat", 2, user="u1")
    carts.set("s", "hat", 1, user="u1")  # taking out is none
    with database.transaction() as transaction:
        events = transaction.scalars(select(EventRow)).all()
    assert [(event.user, event.product_id, event.event, event.value) for event in events] == [("u1", "hat", "cart", 2)]


@pytest.mark.parametrize(("product_id", "ends_with"), [("pen", 40), ("hat", 5)])
def test_shoppers_in_two_tabs_lose_no_piece_and_take_none_too_many(
    tmp_path: Path, product_id: str, ends_with: int
) -> None:
    """Each tab is a connection of its own, as two processes would be."""
    tabs = [Carts(Database(tmp_path / "aisle.db"), catalogue(), "USD") for _ in range(2)]
    tabs[0].add("s", product_id, 1)
    tabs[0].set("s", product_id, 0)
    failures: list[BaseException] = []
    start = threading.Barrier(2)

    def click(carts: Carts) -> None:
        start.wait()
        try:
            for _ in range(20):
                carts.add("s", product_id, 1)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=click, args=(carts,)) for carts in tabs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert pieces(tabs[0]) == {product_id: ends_with}


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "aisle.db").write_text("not a database, and long enough to be taken for one " * 50, encoding="utf-8")
    with pytest.raises(AisleError, match="move it away"):
        Database(tmp_path / "aisle.db")


class CartModel(RuleBasedStateMachine):
    """Any order of changes leaves what a dictionary that knows the stock would hold."""

    make: Callable[[], Carts]

    def __init__(self) -> None:
        super().__init__()
        self.carts = type(self).make()
        self.held: dict[str, int] = {}

    names = st.sampled_from(sorted(PRICES))

    @rule(name=names, quantity=st.integers(1, 120))
    def add(self, name: str, quantity: int) -> None:
        self._expect(name, self.held.get(name, 0) + quantity, self.carts.add("s", name, quantity))

    @rule(name=names, quantity=st.integers(-5, 120))
    def set(self, name: str, quantity: int) -> None:
        self._expect(name, quantity, self.carts.set("s", name, quantity))

    @rule()
    def clear(self) -> None:
        assert self.carts.clear("s") == len(self.held)
        self.held = {}

    @invariant()
    def holds_the_same(self) -> None:
        cart = self.carts.view("s")
        assert {line.product.product_id: line.quantity for line in cart.lines} == self.held
        assert cart.total == pytest.approx(sum(PRICES[name] * count for name, count in self.held.items()))

    def _expect(self, name: str, wanted: int, change: Change) -> None:
        stock = STOCK[name]
        allowed = max(0, min(wanted, MOST_PIECES, MOST_PIECES if stock is None else stock))
        assert (change.before, change.after) == (self.held.get(name, 0), allowed)
        assert bool(change.obstacle) == (wanted > allowed and wanted > 0)
        self.held.pop(name, None)
        if allowed:
            self.held[name] = allowed


def test_a_cart_is_a_dictionary_that_knows_the_stock(tmp_path: Path) -> None:
    made: list[Database] = []

    def make() -> Carts:
        made.append(Database(tmp_path / f"{len(made)}.db"))
        return Carts(made[-1], catalogue(), "USD")

    CartModel.make = staticmethod(make)
    run_state_machine_as_test(CartModel, settings=settings(max_examples=15, stateful_step_count=12, deadline=None))
    for database in made:
        database.close()


def test_no_more_goes_in_than_a_person_handles_whatever_the_stock(carts: Carts) -> None:
    assert carts.add("s", "pen", 5000) == Change(0, MOST_PIECES, "too_many")


def test_what_is_only_guessed_is_offered_and_a_yes_takes_it(shopper) -> None:
    first = shopper.says("water bottles in stock").products[0]
    for answer, pieces in (("yes please", 2), ("no thanks", 0)):
        guess = Understanding(intent="cart", operation="offer", references=[first.product_id], quantity=2)
        *_, done = shopper.shop.stream("?", session=shopper.session, understood=guess)
        assert first.title in done.turn.text and not shopper.cart.get(first.product_id)
        shopper.says(answer)
        assert shopper.cart.get(first.product_id, 0) == pieces
        shopper.shop.shop.carts.clear(shopper.session)


def test_an_offer_is_forgotten_when_something_else_is_said(shopper) -> None:
    first = shopper.says("water bottles in stock").products[0]
    guess = Understanding(intent="cart", operation="offer", references=[first.product_id])
    list(shopper.shop.stream("?", session=shopper.session, understood=guess))
    shopper.says("how much is the first one")
    shopper.says("yes")
    assert not shopper.cart
