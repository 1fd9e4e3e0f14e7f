"""What the actions work with: one store, opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow.compute as pc
from sqlalchemy.exc import SQLAlchemyError

from assistant.carts import Carts
from assistant.checkout import Checkouts
from assistant.database import Database
from assistant.faults import log_fault
from assistant.handoffs import Handoffs
from assistant.memory import Memories
from assistant.orders import Orders
from assistant.payments import DemoPayments, PaymentProvider
from assistant.policies import PolicyBook
from assistant.replies.phrases import say
from assistant.stock import Stock
from assistant.trained import TrainedModels
from assistant.turn import Language
from data.catalogue import Catalogue
from data.records import Policy, Product, Review
from data.schema import Columns
from data.store import Store
from retrieval.hybrid import HybridSearch

if TYPE_CHECKING:
    from recommenders.service import ShopRecommender

_REVIEWS_READ = 50  # of one product


@dataclass
class Shop:
    store: Store
    search: HybridSearch
    database: Database
    carts: Carts
    stock: Stock
    checkouts: Checkouts
    memories: Memories
    models: TrainedModels

    @classmethod
    def of(
        cls,
        store: Store,
        search: HybridSearch,
        models: TrainedModels,
        database: Database,
        payments: PaymentProvider | None = None,
    ) -> Shop:
        """`payments` None: the demo's, which move no money."""
        written = store.products_file.stat().st_mtime_ns if store.products_file.exists() else 0
        stock = Stock(database, search.catalogue, as_of=written)
        carts = Carts(database, search.catalogue, store.settings.currency, stock)
        checkouts = Checkouts(database, carts, stock, payments or DemoPayments())
        return cls(store, search, database, carts, stock, checkouts, Memories(database), models)

    @property
    def recommender(self) -> ShopRecommender:
        """The one that was trained last, without a restart."""
        return self.models.current()

    @property
    def catalogue(self) -> Catalogue:
        return self.search.catalogue

    @property
    def currency(self) -> str:
        return self.store.settings.currency

    @cached_property
    def policies(self) -> list[Policy]:
        return self.store.policies()

    @cached_property
    def policy_book(self) -> PolicyBook:
        return PolicyBook(self.policies, self.search.encoder)

    @cached_property
    def orders(self) -> Orders:
        return Orders(self.store, self.database)

    @cached_property
    def handoffs(self) -> Handoffs:
        return Handoffs(self.database)

    def current(self, products: Sequence[Product]) -> list[Product]:
        """The products with the pieces that are left of them now; as they are listed, where the database is out of
        reach."""
        try:
            return self.stock.current(products)
        except SQLAlchemyError as error:
            log_fault("what is left of the stock could not be read", error)
            return list(products)

    def known(self, product_ids: Iterable[str]) -> list[Product]:
        """The products of these ids as far as the catalogue still has them, as `current` has them."""
        return self.current(self.catalogue.known(product_ids))

    def contact(self, language: Language) -> str:
        contact = self.store.settings.support_contact
        return say("contact", language, contact=contact) if contact else say("no_contact", language)

    def reviews(self, product_id: str) -> list[Review]:
        """The product's reviews, the longest first: they say most."""
        found = self._reviews.filter(pc.equal(self._reviews[Columns.Product], product_id)).to_pylist()
        written = [Review.model_construct(**row) for row in found if row[Columns.Text]]
        return sorted(written, key=lambda review: -len(review.text))[:_REVIEWS_READ]

    def purchases(self, user: str, most: int = 5) -> list[str]:
        """Ids of what the shopper bought, latest first, each once, as far as the catalogue still has it."""
        return list(dict.fromkeys(product_id for product_id, _ in self.recommender.purchases(user)))[:most]

    def days_bought(self, user: str, product_id: str) -> list[date]:
        """The days on which the shopper bought the product, the latest last."""
        moments = (seconds for bought, seconds in self.recommender.purchases(user) if bought == product_id)
        return sorted({datetime.fromtimestamp(seconds, UTC).date() for seconds in moments})

    def users(self, most: int = 20) -> list[str]:
        """Some shoppers of the store's history, the busiest first."""
        return self.recommender.busiest(most)

    @cached_property
    def _reviews(self):  # type: ignore[no-untyped-def]
        return self.store.reviews()
