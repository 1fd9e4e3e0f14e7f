"""Both kinds of database, empty for each test."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import make_url

from assistant.carts import Carts
from assistant.checkout import Checkouts
from assistant.database import Database
from assistant.payments import DemoPayments, PaymentProvider
from assistant.stock import Stock
from benchmarks import postgres
from data.catalogue import Catalogue
from data.schema import PRODUCTS

PRICES = {"hat": 25.0, "pen": 0.1, "sold-out": 9.0, "uncounted": 3.0}
STOCK = {"hat": 5, "pen": 500, "sold-out": 0, "uncounted": None}

_numbers = itertools.count()


def catalogue(prices: dict[str, float] = PRICES, stock: dict[str, int | None] = STOCK) -> Catalogue:
    rows = [
        dict.fromkeys(PRODUCTS.names)
        | {"product_id": name, "title": name, "price": price, "stock": stock[name], "attributes": []}
        for name, price in prices.items()
    ]
    return Catalogue(pa.Table.from_pylist(rows, schema=PRODUCTS))


class Till:
    """A shop as far as buying goes, as one process has it open."""

    def __init__(self, database: Database, payments: PaymentProvider | None = None, products: Catalogue | None = None):
        products = products or catalogue()
        self.database = database
        self.stock = Stock(database, products, as_of=1)
        self.carts = Carts(database, products, "USD", self.stock)
        self.checkouts = Checkouts(database, self.carts, self.stock, payments or DemoPayments())


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    programs = postgres.programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.server(programs) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def another(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Opens the same database once more, as another process would."""
    opened: list[Database] = []
    schema = f"aisle_test_{next(_numbers)}"
    url = None
    if request.param == "postgresql":
        url = make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql+psycopg")

    def open_again() -> Database:
        opened.append(Database(tmp_path / "aisle.db") if url is None else Database(url, schema))
        return opened[-1]

    yield open_again
    for database in opened:
        database.close()


@pytest.fixture
def database(another: Callable[[], Database]) -> Database:
    return another()


@pytest.fixture
def till(database: Database) -> Till:
    return Till(database)
