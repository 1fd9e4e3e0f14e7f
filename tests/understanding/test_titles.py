"""Products called by their title or their price."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.titles import by_price, by_title
from data.records import Product

TITLES = (
    "Softacre Clover muslin cloth, set of 3, 30 x 30 cm, blush pink",
    "Softacre Acorn muslin cloth, set of 5, 60 x 60 cm, white",
    "Kindlewood Little Farm wooden train set, 30 pieces",
    "Ondara Siena women's sandal, block heel, black",
    "Ondara Playa women's sandal, flat, tan",
    "Stagline Colt leather belt, 3 cm, brass buckle, navy",
)
PRODUCTS = [Product(product_id=str(place), title=title, price=10.0 + 5.5 * place) for place, title in enumerate(TITLES)]


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        ("i'll take the Softacre Clover muslin cloth, set of 3, 30 x 30 cm, blush pink", "0"),
        ("i'll take the Kindlewood Little Farm wooden train set, 30 pieces you showed me before", "2"),
        ("put the ondara siena women's sandal, block heel, black in my basket", "3"),
        ("put the Ondara Siena in my cart", "3"),
        ("add the softacre acron muslin cloth", "1"),
        ("the Stagline Colt leather belt please", "5"),
        ("要Stagline Colt那条", "5"),
    ],
)
def test_a_product_called_by_name(message: str, meant: str) -> None:
    called = by_title(message, PRODUCTS)
    assert called is not None and called.ids == (meant,)


def test_the_numbers_of_a_title_belong_to_it() -> None:
    message = "i'll take the Kindlewood Little Farm wooden train set, 30 pieces you showed me"
    called = by_title(message, PRODUCTS)
    assert called is not None and "30 pieces" in message[slice(*called.span)]


@pytest.mark.parametrize(
    "message", ["a softacre cloth", "the sandal", "Ondara women's sandal", "black leather belt", ""]
)
def test_what_names_no_one_product(message: str) -> None:
    assert by_title(message, PRODUCTS) is None


@given(st.sampled_from(PRODUCTS), st.text(max_size=20), st.text(max_size=20))
def test_a_whole_title_is_found_in_any_sentence(product: Product, before: str, after: str) -> None:
    called = by_title(f"{before} , {product.title} , {after}", PRODUCTS)
    assert called is not None and called.ids == (product.product_id,)


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        ("i'd like the one for $15.50", ("1",)),
        ("the $21 one then", ("2",)),
        ("that 26 dollar one", ("3",)),
        ("15.5元的那个", ("1",)),
        ("the $99 one", None),
        ("a belt for $21", None),
        ("under the 21 dollar limit", None),
    ],
)
def test_a_product_called_by_its_price(message: str, meant: tuple[str, ...] | None) -> None:
    called = by_price(message, PRODUCTS)
    assert (called.ids if called else None) == meant
