"""The shop as LangChain's retriever and tools."""

from __future__ import annotations

import json

from assistant import Assistant
from assistant.integrations.langchain import ShopRetriever, shop_tools
from retrieval.filters import Filters


def test_the_retriever_gives_listings_under_conditions(shop: Assistant) -> None:
    documents = ShopRetriever(shop=shop, k=3, filters=Filters(price_max=40)).invoke("water bottle")
    assert len(documents) == 3
    for document in documents:
        assert document.metadata["price"] <= 40 and document.metadata["title"] in document.page_content
        assert document.id == document.metadata["product_id"]
    scores = [document.metadata["score"] for document in documents]
    assert scores == sorted(scores, reverse=True)


def test_the_tools_search_and_fill_the_cart_of_their_session_alone(shop: Assistant) -> None:
    tools = {tool.name: tool for tool in shop_tools(shop, session="langchain")}
    found = json.loads(tools["search_products"].invoke({"query": "tent", "filters": {"in_stock": True}, "limit": 2}))
    product = found[0]["product_id"]
    assert json.loads(tools["cart_add"].invoke({"product_id": product, "quantity": 2}))["after"] == 2
    assert json.loads(tools["cart_set"].invoke({"product_id": product, "quantity": 1}))["after"] == 1
    assert json.loads(tools["cart_view"].invoke({}))["lines"][0]["product"]["product_id"] == product
    assert shop.cart("another").lines == []
    assert "30 days" in tools["ask_policy"].invoke({"question": "how long can I return it?"})
    assert "no product" in tools["get_product"].invoke({"product_id": "none-such"})
    assert json.loads(tools["recommend"].invoke({"query": "tent", "limit": 1}))[0]["reason"]
    shop.delete_session("langchain")


def test_without_a_session_there_is_no_cart_and_never_an_order(shop: Assistant) -> None:
    assert {tool.name for tool in shop_tools(shop)} == {"search_products", "get_product", "recommend", "ask_policy"}
    assert not [tool for tool in shop_tools(shop, session="s") if "order" in tool.name or "pay" in tool.name]
