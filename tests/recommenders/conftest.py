"""A small shop whose shoppers have habits that a model can find."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from data.catalogue import Catalogue
from data.schema import INTERACTIONS, PRODUCTS, Columns
from data.store import Store, StoreSettings
from recommenders.card import Card
from recommenders.training import train

SHELVES = ("Dogs", "Cats", "Birds", "Fish", "Garden", "Kitchen")
PER_SHELF = 12
SHOPPERS = 150
DAYS = 160
REGIONS = ("north", "south")


@dataclass(frozen=True)
class SmallShop:
    store: Store
    catalogue: Catalogue
    vectors: np.ndarray

    def train(self, **options: object) -> Card:
        return train(self.store, self.catalogue, self.vectors, **options)  # type: ignore[arg-type]


def product_table(count: int = PER_SHELF * len(SHELVES)) -> pa.Table:
    """Product n is on shelf n // PER_SHELF; every 12th is sold out; the last of each shelf is never bought."""
    shelf = [SHELVES[row // PER_SHELF % len(SHELVES)] for row in range(count)]
    columns = {
        Columns.Product: [f"p{row}" for row in range(count)],
        Columns.Title: [f"{name} thing {row}" for row, name in enumerate(shelf)],
        Columns.Category: [f"Pets > {name}" for name in shelf],
        Columns.Price: [5.0 + row % 7 for row in range(count)],
        Columns.Stock: [0 if row % PER_SHELF == 5 else 9 for row in range(count)],
    }
    frame = {field.name: pa.array(columns.get(field.name, [None] * count), field.type) for field in PRODUCTS}
    return pa.table(frame, schema=PRODUCTS)


def text_vectors(count: int = PER_SHELF * len(SHELVES)) -> np.ndarray:
    """Unit length; products of a shelf point the same way, more or less."""
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(len(SHELVES), 16))
    vectors = np.stack([centres[row // PER_SHELF % len(SHELVES)] for row in range(count)])
    vectors = vectors + 0.5 * rng.normal(size=vectors.shape)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def interaction_frame(seed: int = 0, end: pd.Timestamp | None = None) -> pd.DataFrame:
    """Each shopper keeps to two shelves, buys one product of them again and again, and looks before they buy. The log
    ends at `end`, now where it is None."""
    rng = np.random.default_rng(seed)
    rows = []
    for user in range(SHOPPERS):
        shelves = rng.choice(len(SHELVES), 2, replace=False)
        habit = int(shelves[0] * PER_SHELF + rng.integers(0, 4))
        for day in np.sort(rng.choice(DAYS, rng.integers(8, 20), replace=False)):
            own = int(rng.choice(shelves) * PER_SHELF + min(rng.geometric(0.2) - 1, PER_SHELF - 2))
            region = REGIONS[user % 2]
            rows.append((f"u{user}", f"p{own}", "view", day, region))
            rows.append((f"u{user}", f"p{own}", "purchase", day, region))
            if rng.random() < 0.6:
                rows.append((f"u{user}", f"p{habit}", "purchase", day, region))
    frame = pd.DataFrame(rows, columns=[Columns.User, Columns.Product, Columns.Event, "day", Columns.Region])
    end = end or pd.Timestamp(int(time.time()), unit="s", tz="UTC")
    start = end - pd.Timedelta(days=DAYS + 2)
    frame[Columns.Timestamp] = start + pd.to_timedelta(frame.pop("day"), unit="D")
    frame[Columns.Value] = 1.0
    return frame


def write_interactions(store: Store, frame: pd.DataFrame) -> None:
    columns = {
        field.name: pa.array(frame[field.name], field.type, from_pandas=True)
        if field.name in frame
        else pa.nulls(len(frame), field.type)
        for field in INTERACTIONS
    }
    store.write_table(pa.table(columns, schema=INTERACTIONS), store.interactions_file)


def small_shop(folder: Path, frame: pd.DataFrame | None = None, products: int = PER_SHELF * len(SHELVES)) -> SmallShop:
    """`frame` of interactions; no file of them for None."""
    store = Store.create(folder, StoreSettings(name="small"))
    store.write_table(product_table(products), store.products_file)
    if frame is not None:
        write_interactions(store, frame)
    return SmallShop(store, Catalogue(store.products()), text_vectors(products))


@pytest.fixture(scope="session")
def trained_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SmallShop, Card]]:
    """Trained once; tests that harm it take a copy."""
    shop = small_shop(tmp_path_factory.mktemp("stores") / "small", interaction_frame())
    yield shop, shop.train()
