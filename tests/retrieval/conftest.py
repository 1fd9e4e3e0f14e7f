"""A small shop with every kind of gap in it, and the real encoder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from data.errors import AisleError
from data.schema import PRODUCTS, Columns
from data.store import Store, StoreSettings
from retrieval.encoder import Encoder
from retrieval.hybrid import HybridSearch

Row = dict[str, object]
MakeStore = Callable[..., Store]


def row(product_id: str, title: str, category: str, price: float, **more: object) -> Row:
    attributes = more.pop("attributes", {})
    assert isinstance(attributes, dict)
    columns = {
        Columns.Product: product_id,
        Columns.Title: title,
        Columns.Category: category,
        Columns.Price: price,
        Columns.Attributes: list(attributes.items()),
    }
    return dict.fromkeys(PRODUCTS.names) | columns | more


SHOP = [
    row("hat-red", "Red Wool Winter Hat", "Fashion > Hats", 25, brand="Nordwind", rating=4.8, rating_count=120,
        stock=5, attributes={"colour": "Red", "material": "Wool"}, description="A warm hat that covers the ears."),
    row("hat-blue", "Blue Cotton Bucket Hat", "Fashion > Hats", 18, brand="Sunny", rating=4.1, rating_count=30,
        stock=0, attributes={"colour": "Blue", "material": "Cotton"}, description="Shade for hot days."),
    row("jacket", "Waterproof Rain Jacket", "Fashion > Jackets", 89, brand="Nordwind", rating=4.5, rating_count=210,
        stock=12, attributes={"colour": "Blue | Green", "size": "S | M | L"}, tags=["rain", "hiking"]),
    row("tee", "Organic Cotton T-Shirt", "Fashion > Tops", 15, brand="Sunny", rating=3.9, rating_count=8,
        attributes={"colour": "White", "material": "Cotton"}),
    row("tent", "Two-Person Camping Tent", "Outdoor > Camping > Tents", 149, brand="Basecamp", rating=4.6,
        rating_count=64, stock=3, attributes={"colour": "Green"}, description="A light tent for two."),
    row("stove", "Compact Gas Stove 1200W", "Outdoor > Camping > Cooking", 39, brand="Basecamp", stock=7),
    row("mug", "Insulated Travel Mug 500ml", "Kitchen > Mugs", 22, brand="Hearth", rating=4.7, rating_count=300,
        stock=40, attributes={"colour": "Black", "material": "Steel"}, description="Keeps coffee hot for six hours."),
    row("pan", "12 inch Cast Iron Pan", "Kitchen > Pans", 45, brand="Hearth", rating=5.0, rating_count=1, stock=2),
    row("sunscreen", "防晒霜 SPF50 50ml", "Beauty > Sun", 12, rating=4.0, rating_count=15, stock=9,
        description="清爽不油腻的防晒霜"),
    row("umbrella", "折叠雨伞", "Fashion > Umbrellas", 9.5, stock=1, attributes={"colour": "Black"}),
]  # fmt: skip


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    try:
        encoder = Encoder()
        _ = encoder.model
    except AisleError as error:
        pytest.skip(f"the encoder cannot be fetched: {error}")
    return encoder


@pytest.fixture
def rows() -> list[Row]:
    """The shop's products, to be changed as a test likes."""
    return [dict(product) for product in SHOP]


@pytest.fixture
def make_store(tmp_path: Path) -> MakeStore:
    """Writes a store of these rows; the same name again replaces its products."""

    def make(rows: list[Row], name: str = "shop") -> Store:
        store = Store.create(tmp_path / name, StoreSettings(name=name))
        store.write_table(pa.Table.from_pylist(rows, schema=PRODUCTS), store.products_file)
        return store

    return make


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> HybridSearch:
    store = Store.create(tmp_path_factory.mktemp("stores") / "shop", StoreSettings(name="shop"))
    store.write_table(pa.Table.from_pylist(SHOP, schema=PRODUCTS), store.products_file)
    return HybridSearch.open(store, encoder=encoder, progress=False)
