"""A part of the demo shop, opened once without a language model, and shoppers to talk to it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from assistant import Assistant
from assistant.turn import Turn
from data.demo.build import build
from data.demo.specs import load_departments
from data.errors import AisleError
from retrieval.encoder import Encoder

FAMILIES = {
    "insulated travel mug", "coffee mug", "electric kettle", "camping tent", "sleeping bag", "hiking backpack",
    "water bottle", "chocolate bar", "granola", "men's rain jacket", "women's rain jacket",
}  # fmt: skip


class Shopper:
    """Someone in a conversation of their own."""

    def __init__(self, shop: Assistant, session: str, user: str | None = None) -> None:
        self.shop = shop
        self.session = session
        self.user = user

    def says(self, message: str) -> Turn:
        return self.shop.reply(message, session=self.session, user=self.user)

    def clicks_away(self, field: str, value: str) -> Turn:
        """Takes back a condition by its chip."""
        return self.shop.drop_filter(self.session, field, value)

    @property
    def cart(self) -> dict[str, int]:
        return {line.product.product_id: line.quantity for line in self.shop.cart(self.session).lines}


@pytest.fixture(scope="session")
def encoder() -> None:
    try:
        _ = Encoder().model
    except AisleError as error:
        pytest.skip(f"the encoder cannot be fetched: {error}")


@pytest.fixture(scope="session")
def store_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eleven families of the demo store, with shoppers, reviews and policies; deterministic."""
    departments = [
        department.model_copy(update={"families": families})
        for department in load_departments()
        if (families := tuple(family for family in department.families if family.name in FAMILIES))
    ]
    folder = tmp_path_factory.mktemp("stores") / "demo"
    build(folder, departments, "test", seed=7, shoppers=60, reviews=300)
    return folder


@pytest.fixture(scope="session")
def shop(store_folder: Path, encoder: None) -> Iterator[Assistant]:
    shop = Assistant.open(store_folder, llm="none", progress=False)
    yield shop
    shop.close()


@pytest.fixture(scope="session")
def products(store_folder: Path) -> pd.DataFrame:
    """products.parquet as it lies on disk, to count and compare by hand."""
    return pd.read_parquet(store_folder / "products.parquet").set_index("product_id")


_numbers = itertools.count()


@pytest.fixture(scope="session")
def talk(shop: Assistant) -> Callable[..., Shopper]:
    """Every call is another shopper who has just come in."""
    return lambda user=None: Shopper(shop, f"visit-{next(_numbers)}", user)


@pytest.fixture
def shopper(talk: Callable[..., Shopper]) -> Shopper:
    return talk()
