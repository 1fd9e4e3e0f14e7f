"""How many pieces a message asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.quantities import parse_quantity


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("two of them", 2), ("add x3", 3), ("3x please", 3), ("a dozen", 12), ("a pair", 2), ("a couple of those", 2),
        ("make it five", 5), ("1,200 of those", 1200), ("-3 of it", -3),
        ("改成3个", 3), ("来两件", 2), ("要十二个", 12),
        ("the blue one", None), ("add it to my cart", None), ("that one", None), ("which one is it", None),
        ("加入购物车", None),
    ],
)  # fmt: skip
def test_pieces(text: str, pieces: int | None) -> None:
    assert parse_quantity(text) == pieces


@given(st.integers(-9999, 9999))
def test_figures_are_read_back_negative_ones_too(number: int) -> None:
    assert parse_quantity(f"add {number} to my cart") == number
    assert parse_quantity(f"改成{number}个") == number


@given(st.text(max_size=100))
def test_no_text_breaks_it(text: str) -> None:
    assert parse_quantity(text) is None or isinstance(parse_quantity(text), int)
