"""A catalogue written by hand, with the words in it that are easily mistaken for something else."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pytest

from assistant.state import DialogueState
from assistant.turn import Understanding
from assistant.understanding.resolution import Resolver
from assistant.understanding.vocabulary import Vocabulary
from data.catalogue import Catalogue
from data.errors import AisleError
from data.records import Product
from data.schema import PRODUCTS, Columns
from data.store import Store, StoreSettings
from retrieval.encoder import Encoder
from retrieval.filters import Filters
from retrieval.hybrid import HybridSearch
from retrieval.phrases import PhraseEncoder
from tests.understanding.notation import command, message
from tests.understanding.shops import CAR_PARTS, DRUGSTORE, Row

MUGS = "Kitchen > Drinkware > Travel Mugs"
CUPS = "Kitchen > Drinkware > Coffee Mugs"
MENS_JACKETS = "Men's Fashion > Jackets"
WOMENS_JACKETS = "Women's Fashion > Jackets"


def _row(product_id: str, title: str, category: str, price: float, **more: object) -> dict[str, object]:
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


ROWS = [
    *(
        _row(f"mug-{colour}", f"Ember travel mug, {colour}", MUGS, price, brand="Ember", tags=["thermal mug", "保温杯"],
             rating=4.0 + price / 100, rating_count=20, attributes={"colour": colour, "material": "stainless steel"})
        for colour, price in (("blue", 25.0), ("red", 20.0), ("orange", 30.0))
    ),
    *(_row(f"cup-{n}", f"Hearth coffee mug no. {n}", CUPS, 9.0 + n, brand="Hearth", attributes={"size": "L"})
      for n in range(3)),
    *(_row(f"juice-{n}", f"Grove orange juice, {n + 1} l", "Grocery > Drinks > Juices", 3.0 + n, brand="Grove",
           attributes={"vegan": "yes"}) for n in range(3)),
    _row("bar-plain", "Grove oat bar", "Grocery > Snacks", 2.0, brand="Grove", attributes={"contains nuts": "no"}),
    _row("bar-nut", "Grove nut bar", "Grocery > Snacks", 2.5, brand="Grove", attributes={"contains nuts": "yes"}),
    _row("nuts", "Grove mixed nuts", "Grocery > Nuts", 5.0, brand="Grove"),
    _row("bread", "Grove loaf", "Grocery > Bread", 4.0, brand="Grove", attributes={"gluten free": "yes"}),
    _row("his", "Nike rain jacket", MENS_JACKETS, 90.0, brand="Nike",
         attributes={"colour": "blue", "waterproof": "yes"}),
    _row("hers", "Fjell rain jacket", WOMENS_JACKETS, 95.0, brand="Fjell & Co", attributes={"colour": "black"}),
]  # fmt: skip


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue(pa.Table.from_pylist(ROWS, schema=PRODUCTS))


@pytest.fixture(scope="session")
def vocabulary(catalogue: Catalogue) -> Vocabulary:
    return Vocabulary(catalogue)


@pytest.fixture(scope="session")
def mugs(catalogue: Catalogue) -> list[Product]:
    """A blue one for 25, a red one for 20 and an orange one for 30, as if just shown."""
    return [catalogue.get(f"mug-{colour}") for colour in ("blue", "red", "orange")]


@dataclass
class Shop:
    """A small store in which commands written in the corpus's notation are resolved."""

    search: HybridSearch
    resolver: Resolver

    @property
    def catalogue(self) -> Catalogue:
        return self.search.catalogue

    def resolve(self, line: str, state: DialogueState | None = None, cart: tuple[str, ...] = ()) -> Understanding:
        read = command(line)
        return self.resolver.resolve(read, message(read), state or DialogueState(), self.catalogue.known(cart))

    def allowed(self, filters: Filters) -> list[Product]:
        """All products that the conditions let through."""
        return self.catalogue.products(filters.mask(self.catalogue).nonzero()[0])

    def found(self, understanding: Understanding) -> list[Product]:
        hits = self.search.search(understanding.query, 8, understanding.filters)
        return [self.catalogue.get(hit.product_id) for hit in hits]


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    encoder = Encoder()
    try:
        _ = encoder.model
    except AisleError as error:
        pytest.skip(f"the encoder cannot be fetched: {error}")
    return encoder


def _opened(name: str, rows: list[Row], tmp: pytest.TempPathFactory, encoder: Encoder, phrases: PhraseEncoder) -> Shop:
    store = Store.create(tmp.mktemp(name), StoreSettings(name=name))
    store.write_table(pa.Table.from_pylist(rows, schema=PRODUCTS), store.products_file)
    search = HybridSearch.open(store, encoder=encoder, progress=False)
    return Shop(search, Resolver(search, None, "en", phrases, store.index_folder))


@pytest.fixture(scope="session")
def garage(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, phrases: PhraseEncoder) -> Shop:
    """Parts for cars: `shops.CAR_PARTS`."""
    return _opened("garage", CAR_PARTS, tmp_path_factory, encoder, phrases)


@pytest.fixture(scope="session")
def drugstore(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, phrases: PhraseEncoder) -> Shop:
    """`shops.DRUGSTORE`."""
    return _opened("drugstore", DRUGSTORE, tmp_path_factory, encoder, phrases)
