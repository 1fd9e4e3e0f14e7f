"""Sums: of several pieces, for a measure, for a piece in a pack."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import Assistant
from assistant.actions.calculate import _in_the_pack, _unit_asked
from assistant.turn import Turn, Understanding
from data.records import Product


def told(shop: Assistant, message: str, products: list[Product]) -> Turn:
    references = [product.product_id for product in products]
    understood = Understanding(intent="ask_product", references=references, calculates=True)
    *_, done = shop.stream(message, session=f"{message} {references}", understood=understood)
    return done.turn


@pytest.mark.parametrize(
    ("message", "amount", "unit"),
    [
        ("how much is that per 100 g", 100, "g"),
        ("whats the price per kilo", 1, "kg"),
        ("what do they cost per litre", 1, "l"),
        ("每100克多少钱", 100, "g"),
        ("每公斤合多少", 1, "kg"),
    ],
)
def test_the_measure_that_is_asked_for(message: str, amount: float, unit: str) -> None:
    asked = _unit_asked(message)
    assert asked is not None and (asked.low, asked.unit) == (amount, unit)


@pytest.mark.parametrize("message", ["how much per person", "每天用得完吗", "what does it cost"])
def test_none_is_asked_for(message: str) -> None:
    assert _unit_asked(message) is None


@given(grams=st.integers(50, 5000), price=st.decimals(1, 200, places=2))
def test_the_amount_is_what_the_title_states(grams: int, price: object) -> None:
    product = Product(product_id="p", title=f"Plaster of Paris, {grams} g", price=float(str(price)))
    assert _in_the_pack(product, "mass") == pytest.approx(grams)
    assert _in_the_pack(product, "volume") is None


def test_a_price_for_a_measure_names_the_cheapest(shop: Assistant) -> None:
    catalogue = shop.shop.catalogue
    weighed = [product for product in catalogue.known(catalogue.ids) if _in_the_pack(product, "mass")][:3]
    for_100_g = {each.product_id: each.price * 100 / (_in_the_pack(each, "mass") or 0) for each in weighed}
    turn = told(shop, "which is cheapest per 100 g", weighed)
    assert turn.products[0] == min(weighed, key=lambda each: for_100_g[each.product_id])
    assert all(f"{round(for_100_g[each.product_id], 2):.2f}" in turn.text for each in weighed)
