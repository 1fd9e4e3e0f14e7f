"""What the shop's recommender finds for a shopper and a wish, as products with a reason each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import numpy as np

from assistant.replies.reasons import reason_note, say_reason
from assistant.shop import Shop
from assistant.topic import POOL, belonging
from assistant.turn import Language, Note, Recommendation
from data.records import CATEGORY_SEPARATOR, Product, shelf_name
from recommenders.interactions import CONTEXTS
from recommenders.live import LiveEvent
from recommenders.reasons import Reason
from recommenders.suggestions import Suggestion
from retrieval.filters import Filters

AKIN = 0.42  # cosine from which a product is worth showing where nothing is exactly what was asked for
LOOK_ALIKE = 0.7  # cosine from which a product is another of the same rather than something to go with it
NO_FILTERS = Filters()
EARLIEST_YEAR = 1971  # time is counted from 1970 on
PERSONAL = frozenset("because_of bought_too due_again bought_often bought_twice bought_before category similar".split())


@dataclass(frozen=True)
class Wish:
    """What a recommendation must keep to. `words` are what was asked for, `without` ids that may not be in it."""

    words: str = ""
    filters: Filters = field(default_factory=Filters)
    new_only: bool = False
    without: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Shopper:
    """For whom, and in which situation. `live` is what they did lately, oldest first; no `user` is a stranger."""

    user: str | None = None
    live: Sequence[LiveEvent] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None

    @classmethod
    def of(cls, user: str | None, live: Sequence[LiveEvent], context: Mapping[str, Any] | None) -> Shopper:
        """`context` is a caller's word: of `device`, `region`, `channel` and `at` what makes no sense is left out."""
        context = context or {}
        said = {name: str(context[name]) for name in CONTEXTS if isinstance(context.get(name), str)}
        return cls(user, live, said, _moment(context.get("at")))

    def stranger(self) -> Shopper:
        """The same situation, without a taste; what was refused stays refused."""
        return Shopper(None, [event for event in self.live if event.event == "dislike"], self.said, self.at)


class Recommendations:
    """Lists for one shopper in one shop, worded in one language."""

    def __init__(self, shop: Shop, shopper: Shopper, language: Language) -> None:
        self._shop, self._shopper, self._language = shop, shopper, language
        self._refused = frozenset(event.product_id for event in shopper.live if event.event == "dislike")

    def for_you(self, wish: Wish, k: int) -> list[Recommendation]:
        """By taste, situation and words together; at most half of it what the shopper has bought before.

        Buying again is what is likeliest of all, but a list of nothing else is no recommendation.
        """
        found = self._recommended(wish, k, self._shopper)
        bought = self._shop.recommender.bought(self._shopper.user) if self._shopper.user else frozenset()
        again = [item.product.product_id for item in found if item.product.product_id in bought]
        if wish.new_only or len(again) <= k // 2:
            return found
        others = replace(wish, new_only=True, without=wish.without | {item.product.product_id for item in found})
        new = iter(self._recommended(others, k, self._shopper))
        mixed = [item if item.product.product_id not in again[k // 2 :] else next(new, None) for item in found]
        return [item for item in mixed if item is not None]

    def for_anyone(self, wish: Wish, k: int) -> list[Recommendation]:
        """By situation and words alone: what is popular, or a gift, where the giver's taste says nothing."""
        return self._recommended(wish, k, self._shopper.stranger())

    def goes_with(self, products: Sequence[Product], wish: Wish, k: int) -> list[Recommendation]:
        """What is bought together with them; nothing where no purchases show that."""
        ids = [product.product_id for product in products]
        allowed = self._allowed(wish, ids)
        for open_ in (allowed & ~self._look_alikes(ids), allowed):
            if found := self._shop.recommender.complements(ids, k, open_, self._shopper.user).items:
                return self._worded(found, open_)[:k]
        return []

    def related(self, product: Product, wish: Wish, k: int) -> list[Recommendation]:
        """The nearest in meaning on other shelves."""
        near = self.similar(product, wish, POOL)
        for shelf in (_group, _last_shelf):  # a boot goes with no other boot, as long as there is something else
            elsewhere = [found for found in near if shelf(product) and shelf(found.product) != shelf(product)]
            if elsewhere:
                return elsewhere[:k]
        return []

    def similar(self, product: Product, wish: Wish, k: int) -> list[Recommendation]:
        """The nearest in meaning that can be bought now."""
        allowed = self._allowed(wish)
        hits = self._shop.search.similar(product.product_id, POOL, _in_stock(wish.filters))
        reason = Reason("similar", product_id=product.product_id)
        found = [Suggestion(hit.row, hit.product_id, hit.score, None, reason) for hit in hits]
        return self._worded(found, allowed)[:k]

    def due_again(self, wish: Wish, k: int) -> list[Recommendation]:
        """What the shopper usually buys again about now."""
        return self._worded(self._shop.recommender.due(self._shopper.user, POOL), self._allowed(wish))[:k]

    def bought_lately(self, wish: Wish, k: int) -> list[Recommendation]:
        """The latest purchases that can be bought again."""
        user, catalogue = self._shopper.user, self._shop.catalogue
        ids = self._shop.purchases(user, POOL) if user else []
        rows = [(catalogue.row_of(product_id), product_id) for product_id in ids]
        found = [Suggestion(row, product_id, 0.0, None, Reason("bought_often", count=1)) for row, product_id in rows]
        return self._worded(found, self._allowed(wish))[:k]

    def _recommended(self, wish: Wish, k: int, shopper: Shopper) -> list[Recommendation]:
        allowed = self._allowed(wish)
        query = None
        if wish.words:
            query = self._shop.search.encoder.encode_query(wish.words)
            allowed &= self._on_topic(wish)
        found = self._shop.recommender.recommend(
            shopper.user,
            k=k,
            live=shopper.live,
            said=shopper.said,
            at=shopper.at,
            query=query,
            words=wish.words,
            allowed=allowed,
            new_only=wish.new_only,
        )
        return self._worded(found.items, allowed)

    def _allowed(self, wish: Wish, without: Iterable[str] = ()) -> np.ndarray:
        """bool (n,): in stock, within the filters, not refused."""
        catalogue = self._shop.catalogue
        allowed = _in_stock(wish.filters).mask(catalogue)
        refused = {*self._refused, *wish.without, *without}
        allowed[[catalogue.row_of(product_id) for product_id in refused if product_id in catalogue]] = False
        return allowed

    def _on_topic(self, wish: Wish) -> np.ndarray:
        """bool (n,): what the words are about. A shelf that was named holds its topic by itself."""
        on_topic = np.zeros(len(self._shop.catalogue), bool)
        if wish.filters.category:
            return ~on_topic
        hits = belonging(self._shop.search, wish.words, NO_FILTERS)
        hits = hits or [hit for hit in self._shop.search.search(wish.words, POOL) if hit.cosine >= AKIN]
        on_topic[[hit.row for hit in hits]] = True
        return on_topic

    def _look_alikes(self, ids: Sequence[str]) -> np.ndarray:
        """bool (n,): what could stand in for one of them. Shops without categories have no other sign of it."""
        dense, every = self._shop.search.dense, np.arange(len(self._shop.catalogue))
        rows = [self._shop.catalogue.row_of(product_id) for product_id in ids]
        return np.any([dense.cosines(dense.vector(row), every) > LOOK_ALIKE for row in rows], axis=0)

    def _worded(self, found: Iterable[Suggestion], allowed: np.ndarray) -> list[Recommendation]:
        kept = [suggestion for suggestion in found if allowed[suggestion.row]]
        products = self._shop.catalogue.products(suggestion.row for suggestion in kept)
        worded = []
        for suggestion, product in zip(kept, products, strict=True):
            why = reason_note(suggestion.reason, product, self._shop.catalogue, self._days_bought)
            worded.append(
                Recommendation(
                    product=product,
                    score=suggestion.score,
                    reason=say_reason(why, self._language),
                    why=why,
                    probability=suggestion.probability,
                )
            )
        return worded

    def _days_bought(self, product_id: str) -> list[date]:
        return self._shop.days_bought(self._shopper.user, product_id) if self._shopper.user else []


def is_personal(why: Note | None) -> bool:
    """Whether a reason rests on what this shopper did."""
    return why is not None and why.key in PERSONAL


def _in_stock(filters: Filters) -> Filters:
    return filters.model_copy(update={"in_stock": True})


def _group(product: Product) -> str:
    """The shelf that the last one belongs to."""
    return product.category.rpartition(CATEGORY_SEPARATOR)[0].casefold()


def _last_shelf(product: Product) -> str:
    return shelf_name(product.category).casefold()


def _moment(at: object) -> datetime | None:
    if isinstance(at, str):
        try:
            at = datetime.fromisoformat(at)
        except ValueError:
            return None
    return at if isinstance(at, datetime) and at.year >= EARLIEST_YEAR else None
