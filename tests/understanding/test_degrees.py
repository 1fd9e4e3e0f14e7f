"""Superlatives and comparatives: by which figure, which way, and whether beyond what was spoken of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.turn import Degree
from assistant.understanding.degrees import read_degree

MOST, LEAST = True, False


@pytest.mark.parametrize(
    ("message", "of", "most", "compared"),
    [
        ("the lightest tent", "weight", LEAST, False),
        ("headphones with the longest battery life", "battery life", MOST, False),
        ("which one lasts longest", "battery life", MOST, False),
        ("the highest capacity", "capacity", MOST, False),
        ("the least sugar", "sugar", LEAST, False),
        ("highest spf", "sun protection", MOST, False),
        ("the most powerful kettle", "power", MOST, False),
        ("the biggest one", "size", MOST, False),
        ("bigger", "size", MOST, True),
        ("a lighter one", "weight", LEAST, True),
        ("it's too small", "size", MOST, True),
        ("too heavy", "weight", LEAST, True),
        ("more compact please", "size", LEAST, True),
        ("最轻的帐篷", "weight", LEAST, False),
        ("最輕的帳篷", "weight", LEAST, False),
        ("续航最长的耳机", "battery life", MOST, False),
        ("容量最大的背包", "capacity", MOST, False),
        ("再轻一点", "weight", LEAST, True),
        ("更大的", "size", MOST, True),
        ("太重了", "weight", LEAST, True),
        ("小一号", "size", LEAST, True),
        ("比第二个轻的", "weight", LEAST, True),
    ],
)
def test_degrees(message: str, of: str, most: bool, compared: bool) -> None:
    said = read_degree(message)
    assert said is not None and said.degree == Degree(of=of, most=most, compared=compared)


@pytest.mark.parametrize(
    "message",
    [
        "smaller than 40 cm", "no bigger than 40cm", "a lighter blue", "light blue shirt", "a fire lighter",
        "a lighter", "the most popular", "at most 20", "the cheapest", "short sleeves", "it takes too long",
        "how long does delivery take", "最高100元", "预算最高100", "价格低一点", "快点", "大一点的孩子",
    ],
)  # fmt: skip
def test_what_is_no_degree(message: str) -> None:
    assert read_degree(message) is None


@given(st.text(max_size=60))
def test_a_degree_lies_within_the_text(message: str) -> None:
    said = read_degree(message)
    assert said is None or 0 <= said.span[0] < said.span[1] <= len(message)
