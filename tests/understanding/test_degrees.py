"""Superlatives, comparatives and "too": by which figure, which way, and whether compared with what is on the table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.turn import Degree
from assistant.understanding.degrees import SaidDegree, read_degree

MOST, LEAST, COMPARED, OF_ALL = True, False, True, False


@pytest.mark.parametrize(
    ("words", "of", "most", "compared"),
    [
        ("lightest", "weight", LEAST, OF_ALL), ("the heaviest", "weight", MOST, OF_ALL),
        ("cheapest", "price", LEAST, OF_ALL),
        ("least expensive", "price", LEAST, OF_ALL), ("most expensive", "price", MOST, OF_ALL),
        ("best rated", "rating", MOST, OF_ALL), ("biggest", "size", MOST, OF_ALL),
        ("most compact", "size", LEAST, OF_ALL),
        ("the quietest", "noise", LEAST, OF_ALL), ("the most powerful", "power", MOST, OF_ALL),
        ("lighter", "weight", LEAST, COMPARED), ("bigger", "size", MOST, COMPARED),
        ("cheaper", "price", LEAST, COMPARED),
        ("more expensive", "price", MOST, COMPARED), ("less expensive", "price", LEAST, COMPARED),
        ("a bit bigger", "size", MOST, COMPARED), ("a bit cheaper", "price", LEAST, COMPARED),
        ("too heavy", "weight", LEAST, COMPARED), ("too small", "size", MOST, COMPARED),
        ("too expensive", "price", LEAST, COMPARED),
        ("not too big", "size", LEAST, COMPARED), ("not too expensive", "price", LEAST, COMPARED),
        ("not so loud", "noise", LEAST, COMPARED), ("nothing too heavy", "weight", LEAST, COMPARED),
        ("not as wide", "width", LEAST, COMPARED),
        ("最轻", "weight", LEAST, OF_ALL), ("最便宜的", "price", LEAST, OF_ALL), ("最輕的", "weight", LEAST, OF_ALL),
        ("评分最高", "rating", MOST, OF_ALL), ("最大的", "size", MOST, OF_ALL), ("最安静", "noise", LEAST, OF_ALL),
        ("轻一点", "weight", LEAST, COMPARED), ("更大", "size", MOST, COMPARED), ("便宜点", "price", LEAST, COMPARED),
        ("平啲", "price", LEAST, COMPARED),
        ("太重", "weight", LEAST, COMPARED), ("太贵了", "price", LEAST, COMPARED), ("别太大", "size", LEAST, COMPARED),
        ("不要太重", "weight", LEAST, COMPARED), ("太小", "size", MOST, COMPARED),
        ("没那么吵", "noise", LEAST, COMPARED),
    ],
)  # fmt: skip
def test_degrees(words: str, of: str, most: bool, compared: bool) -> None:
    assert read_degree(words) == SaidDegree(of, most, compared)


def test_a_figure_is_called_by_the_name_that_the_shop_has_for_it() -> None:
    figures = ("battery life", "capacity", "life")
    assert read_degree("longest battery life", figures) == SaidDegree("battery life", MOST, OF_ALL)
    assert read_degree("the most capacity", figures) == SaidDegree("capacity", MOST, OF_ALL)
    assert read_degree("longest", figures) == SaidDegree("length", MOST, OF_ALL)


@pytest.mark.parametrize(("words", "of"), [("less bulky", "size"), ("less heavy", "weight"), ("less noisy", "noise")])
def test_less_of_something_is_less(words: str, of: str) -> None:
    assert read_degree(words) == SaidDegree(of, LEAST, COMPARED)


def test_the_least_of_a_figure_that_the_shop_names() -> None:
    assert read_degree("the least sugar", ("sugar",)) == SaidDegree("sugar", LEAST, OF_ALL)


@pytest.mark.parametrize("words", ["", "red", "leather", "fine", "nice one", "陶瓷", "好"])
def test_what_states_no_degree(words: str) -> None:
    assert read_degree(words, ("weight",)) is None


def test_the_order_of_a_list_follows_from_price_and_rating() -> None:
    orders = {
        words: said.sort for words in ("cheapest", "dearest", "best rated", "lightest") if (said := read_degree(words))
    }
    assert orders == {"cheapest": "price_low", "dearest": "price_high", "best rated": "rating", "lightest": None}
    cheaper, lighter = read_degree("cheaper"), read_degree("lighter")
    assert cheaper is not None and (cheaper.sort, cheaper.degree) == (None, None)
    assert lighter is not None and lighter.degree == Degree(of="weight", most=False, compared=True)


SOME = st.lists(
    st.sampled_from("not too less more most the lightest bigger a bit cheap 最 太 别 轻 大 less least".split()),
    max_size=5,
)


@given(st.text(max_size=60) | SOME.map(" ".join))
def test_no_text_breaks_it(text: str) -> None:
    said = read_degree(text, ("weight", "battery life"))
    assert said is None or said.of
