"""The shop as LangChain's retriever and tools.

from assistant.integrations.langchain import ShopRetriever, shop_tools

agent = create_agent(model, shop_tools(shop))
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import ConfigDict, Field

from assistant.assistant import Assistant
from data.records import Product
from retrieval.filters import Filters

MOST = 20  # products in one answer


class ShopRetriever(BaseRetriever):
    """Products as documents: the text is the listing, the metadata are the record's fields and the `score`."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    shop: Assistant
    k: int = 10
    filters: Filters = Field(default_factory=Filters)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **kwargs: Any
    ) -> list[Document]:
        return [
            Document(
                id=product.product_id,
                page_content=_listing(product),
                metadata={**product.model_dump(mode="json", exclude={"description"}), "score": score},
            )
            for product, score in self.shop.search(query, self.k, self.filters)
        ]


def shop_tools(shop: Assistant, session: str | None = None, user: str | None = None) -> list[BaseTool]:
    """`search_products`, `get_product`, `recommend`, `ask_policy`, and with a `session` also `cart_view`, `cart_add`
    and `cart_set` on its cart. Whose cart it is is decided here, not by the model that calls the tools."""

    def search_products(
        query: str, filters: Filters | None = None, limit: Annotated[int, Field(ge=1, le=MOST)] = 5
    ) -> str:
        """Search the shop's catalogue by words and meaning, under exact conditions (price, brand, colour, …)."""
        return _written([product.model_dump(mode="json") for product, _ in shop.search(query, limit, filters)])

    def get_product(product_id: str) -> str:
        """Everything that the shop says of one product, by its product_id."""
        try:
            return _written(shop.product(product_id).model_dump(mode="json"))
        except KeyError:
            return f"There is no product '{product_id}'."

    def recommend(query: str = "", limit: Annotated[int, Field(ge=1, le=MOST)] = 5) -> str:
        """What suits this shopper, each with its reason; `query` says what it must be."""
        found = shop.recommend(user, limit, query=query, session=session)
        return _written([{"product": each.product.model_dump(mode="json"), "reason": each.reason} for each in found])

    def ask_policy(question: str) -> str:
        """What the shop's policies say on shipping, returns, payment and so on, word for word."""
        facts = shop.policy(question)
        return "\n".join(fact.text for fact in facts) or "The policies do not say."

    def cart_view() -> str:
        """What is in the shopper's cart."""
        return _written(shop.cart(str(session)).model_dump(mode="json"))

    def cart_add(product_id: str, quantity: Annotated[int, Field(ge=1)] = 1) -> str:
        """Put pieces of a product into the shopper's cart; no more than there are."""
        return _changed(lambda: shop.add_to_cart(product_id, quantity, str(session), user), product_id)

    def cart_set(product_id: str, quantity: Annotated[int, Field(ge=0)]) -> str:
        """Have exactly so many pieces of a product in the shopper's cart; 0 takes it out."""
        return _changed(lambda: shop.set_quantity(product_id, quantity, str(session), user), product_id)

    functions: list[Callable[..., str]] = [search_products, get_product, recommend, ask_policy]
    if session is not None:
        functions += [cart_view, cart_add, cart_set]
    return [StructuredTool.from_function(function) for function in functions]


def _changed(change: Any, product_id: str) -> str:
    try:
        done = change()
    except KeyError:
        return f"There is no product '{product_id}'."
    return _written({"before": done.before, "after": done.after, "obstacle": done.obstacle})


def _listing(product: Product) -> str:
    stated = [f"{name}: {value}" for name, value in product.attributes.items()]
    return "\n".join(part for part in (product.title, product.description, *stated) if part)


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
