"""Every one of the two hundred phrasings is read exactly; rules that hold for all amounts hold."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.language import normalise
from assistant.understanding.prices import parse_price

PHRASINGS = yaml.safe_load((Path(__file__).parent / "price_phrasings.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", PHRASINGS, ids=lambda case: case["text"][:40])
def test_phrasing(case: dict) -> None:
    read = parse_price(normalise(case["text"]))
    assert (read.low if read else None, read.high if read else None) == (
        pytest.approx(case["min"]) if "min" in case else None,
        pytest.approx(case["max"]) if "max" in case else None,
    )


@given(st.integers(1, 999_999))
def test_a_bound_is_read_whatever_the_amount(amount: int) -> None:
    for text, low, high in (
        (f"a lamp under ${amount}", None, amount),
        (f"a lamp under {amount:,} dollars", None, amount),
        (f"at least {amount} pesos", amount, None),
        (f"{amount}元以内的台灯", None, amount),
    ):
        read = parse_price(text)
        assert read is not None and (read.low, read.high) == (low, high), text


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_a_range_is_ordered(one: int, other: int) -> None:
    read = parse_price(f"between ${one} and ${other}")
    assert read is not None and (read.low, read.high) == (min(one, other), max(one, other))


@given(st.text(max_size=200))
def test_no_text_breaks_the_parser(text: str) -> None:
    read = parse_price(normalise(text))
    assert read is None or all(0 <= start < end <= len(normalise(text)) for start, end in read.spans)


@given(st.integers(1, 60), st.sampled_from(["GB", "inch", "kg", "-year-old", "ml", "stars", "pieces", "hours"]))
def test_other_units_are_no_price(number: int, unit: str) -> None:
    assert parse_price(f"something under {number} {unit}") is None


@pytest.mark.parametrize(
    "text",
    [
        "it shouldn't cost more than $50",
        "i don't want to spend any more than $50",
        "it mustn't be over $50",
        "dont want to pay more than $50",
    ],
)
def test_what_must_not_be_more_is_the_most(text: str) -> None:
    read = parse_price(normalise(text))
    assert read is not None
    assert (read.low, read.high) == (None, 50)


@pytest.mark.parametrize(
    "text",
    [
        "she hates plastic, got like 40 quid, ideas??",
        "got 40 quid",
        "a gift. but only got $40",
        "i've got like 40 quid",
    ],
)
def test_what_one_has_got_is_the_most(text: str) -> None:
    price = parse_price(text)
    assert price is not None and (price.low, price.high) == (None, 40)


@pytest.mark.parametrize(
    "text", ["the one that got 40 reviews", "i got it for 40 dollars", "got anything for 40 dollars?"]
)
def test_what_something_got_or_cost_is_no_limit(text: str) -> None:
    price = parse_price(text)
    assert price is None or price.low == price.high
