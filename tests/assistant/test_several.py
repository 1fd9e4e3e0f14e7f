"""Several requests in one message."""

from __future__ import annotations

from collections.abc import Callable

from tests.assistant.conftest import Shopper


def test_each_request_gets_products_of_its_own(talk: Callable[..., Shopper]) -> None:
    shopper = talk()
    turn = shopper.says("a tent under $200 and also a water bottle")
    tents = [product for product in turn.products if product.family == "Tents"]
    bottles = [product for product in turn.products if product.family == "Water Bottles"]
    assert tents and bottles and len(tents) + len(bottles) == len(turn.products)
    assert all(product.price <= 200 for product in tents)
    assert "tent" in turn.text and "water bottle" in turn.text
    shopper.says("add the last one to my cart")
    assert shopper.cart == {turn.products[-1].product_id: 1}


def test_what_only_one_of_them_says_holds_for_that_one(talk: Callable[..., Shopper]) -> None:
    turn = talk().says("i need a travel mug under $25, and a sleeping bag for my son")
    assert any(product.price > 25 for product in turn.products if product.family == "Sleeping Bags")
    assert all(product.price <= 25 for product in turn.products if "Mugs" in product.family)


def test_one_thing_with_two_sides_stays_one_request(talk: Callable[..., Shopper]) -> None:
    for message in ("a black and white coffee mug", "a tent and a pump for it", "chocolate with nuts and caramel"):
        assert talk().says(message).understanding.several == []


def test_in_chinese(talk: Callable[..., Shopper]) -> None:
    turn = talk().says("我要一个帐篷，还要一个水壶")
    assert {"Tents", "Water Bottles"} <= {product.family for product in turn.products}
