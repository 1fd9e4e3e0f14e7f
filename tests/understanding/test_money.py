"""The bounds of an amount that a reader marked, for every label that marks one."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.understanding.money import Price, bounds, price_of
from tests.understanding.notation import command

LABELS = ("price_max", "price_min", "price_about", "price_range", "price", "budget")


@pytest.mark.parametrize(
    ("words", "label", "low", "high"),
    [
        ("under $60", "price_max", None, 60), ("no more than 1,200 euros", "price_max", None, 1200),
        ("max 1.5k", "price_max", None, 1500), ("a tenner", "price_max", None, 10),
        ("less than forty quid", "price_max", None, 40), ("cheaper than 19.99", "price_max", None, 19.99),
        ("over 200", "price_min", 200, None), ("at least two hundred and fifty", "price_min", 250, None),
        ("$80 and up", "price_min", 80, None),
        ("around 200", "price_about", 160, 240), ("about £50", "price_about", 40, 60), ("50ish", "price_about", 40, 60),
        ("30 to 50", "price_range", 30, 50), ("between $120 and $80", "price_range", 80, 120),
        ("20-35 bucks", "price_range", 20, 35), ("1-2k", "price_range", 1000, 2000),
        ("1-2 grand", "price_range", 1000, 2000),
        ("$45", "price", 45, 45),
        ("$300 for everything", "budget", None, 300), ("two grand all in", "budget", None, 2000),
        ("五百以内", "price_max", None, 500), ("不超过100块", "price_max", None, 100),
        ("一千二以下", "price_max", None, 1200),
        ("3万以上", "price_min", 30_000, None), ("一百左右", "price_about", 80, 120),
        ("50到80块", "price_range", 50, 80), ("二三十", "price_range", 20, 30), ("预算三千", "budget", None, 3000),
        ("八十五块", "price", 85, 85), ("一千到两千", "price_range", 1000, 2000),
    ],
)  # fmt: skip
def test_bounds(words: str, label: str, low: float | None, high: float | None) -> None:
    assert bounds(words, label) == (low, high)


def test_two_or_three_hundred() -> None:
    assert bounds("两三百", "price_about") == (200, 300)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("words", ["not too dear", "几十块", "free", ""])
def test_what_states_no_amount_bounds_nothing(words: str, label: str) -> None:
    assert bounds(words, label) == (None, None)


AMOUNTS = st.integers(1, 99_999)
JOINTS = st.sampled_from([" to ", "-", " or ", " and ", "到", "至", ", "])


@given(AMOUNTS, AMOUNTS, JOINTS, st.sampled_from(LABELS))
@example(10, 1000, " to ", "price_range")
def test_low_is_never_above_high(one: int, other: int, joint: str, label: str) -> None:
    low, high = bounds(f"{one}{joint}{other}", label)
    assert low is None or high is None or low <= high


@given(st.text(max_size=80), st.sampled_from(LABELS))
def test_no_text_breaks_it(text: str, label: str) -> None:
    low, high = bounds(text, label)
    assert low is None or high is None or low <= high
    assert all(bound is None or bound >= 0 for bound in (low, high))


@given(AMOUNTS)
def test_a_bound_is_read_whatever_the_amount(amount: int) -> None:
    for words in (f"${amount}", f"{amount:,} dollars", f"{amount}元"):
        assert bounds(words, "price_max") == (None, amount)
        assert bounds(words, "price_min") == (amount, None)
        assert bounds(words, "price") == (amount, amount)
        low, high = bounds(words, "price_about")
        assert low is not None and high is not None and low < amount < high


@pytest.mark.parametrize(("words", "low"), [("10 to 1000", 10), ("5 to 2000", 5), ("20 to 2k", 20)])
def test_a_wide_range_is_no_shortened_thousand(words: str, low: int) -> None:
    assert bounds(words, "price_range")[0] == low


def test_tenths_of_a_yuan() -> None:
    assert bounds("五毛以下", "price_max") == (None, 0.5)


def test_yuan_with_tenths() -> None:
    assert bounds("九块九以内", "price_max") == (None, 9.9)


@pytest.mark.parametrize(
    ("line", "price"),
    [
        ("find | [oil]{thing} not over [40]{price_max}", Price(None, 40)),
        ("refine | [over 20]{price_min} but [under 50]{price_max}", Price(20, 50)),
        ("refine | [under 50]{price_max} and [over 20]{price_min}", Price(20, 50)),
        ("find | [2]{qty} [wipers]{thing} of [60 cm]{meas}, [under 30]{price_max}", Price(None, 30)),
        ("find | [oil]{thing} under $30", Price(None, 30)),
        ("find | [oil]{thing}, [99 pence]{price_max}", Price(None, 0.99)),
        ("find | [机油]{thing}[两百]{price_max}以内", Price(None, 200)),
        ("find | [5 l]{meas} of [oil]{thing} for a [2014 golf]{fits}", None),
        ("ask | is [the 60 cm one]{ref} better than the 45", None),
    ],
)
def test_the_price_of_a_command(line: str, price: Price | None) -> None:
    read = command(line)
    assert price_of(read.text, read.own_spans) == price
