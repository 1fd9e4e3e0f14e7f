import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.cleaning.prices import Price, parse_price

WRITTEN = {
    "£1,299.00": Price(1299.0, None, "GBP"),
    "1.299,00 €": Price(1299.0, None, "EUR"),
    "1.299 €": Price(1299.0, None, "EUR"),
    "1 299,00 €": Price(1299.0, None, "EUR"),
    "1 299,50 zł": Price(1299.5, None, "PLN"),
    "CHF 1'299.50": Price(1299.5, None, "CHF"),
    "₹1,29,999.00": Price(129999.0, None, "INR"),
    "Rs. 499": Price(499.0, None, "INR"),
    "from $20": Price(20.0, None, "USD"),
    "20-35": Price(20.0, 35.0, None),
    "$20 – $35": Price(20.0, 35.0, "USD"),
    "35 to 20 GBP": Price(20.0, 35.0, "GBP"),
    "￥199": Price(199.0, None, "CNY"),
    "199元": Price(199.0, None, "CNY"),
    "199元起": Price(199.0, None, "CNY"),
    "1.2万": Price(12000.0, None, None),
    "¥3,500": Price(3500.0, None, "JPY"),
    "US$ 12": Price(12.0, None, "USD"),
    "A$15.90": Price(15.9, None, "AUD"),
    "19.99 USD": Price(19.99, None, "USD"),
    "12,5": Price(12.5, None, None),
    "299,- €": Price(299.0, None, "EUR"),
    "-3.00": Price(-3.0, None, None),
    "-£3": Price(-3.0, None, "GBP"),
    "free": Price(0.0, None, None),
    "0.99": Price(0.99, None, None),
}
NO_PRICES = [
    "",
    "call us",
    "3 for $10",
    "$40 $25",
    "1.2.3",
    "12,34,5",
    "N/A",
    "pack of 3",
    "x" * 500,
    "١٢٣x",
    "$",
    "5 stars",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_prices_as_shops_write_them(text: str) -> None:
    price = parse_price(text)
    assert price is not None
    assert price == pytest.approx(WRITTEN[text]) if price.currency is None else price == WRITTEN[text]


@pytest.mark.parametrize("text", NO_PRICES)
def test_what_is_no_price_is_none(text: str) -> None:
    assert parse_price(text) is None


@pytest.mark.parametrize("value", [None, math.nan, math.inf, True, [], {}])
def test_cells_without_a_number_are_no_price(value: object) -> None:
    assert parse_price(value) is None


AMOUNTS = st.integers(min_value=1, max_value=10**9).map(lambda cents: cents / 100)
STYLES = {
    "English": lambda amount: f"£{amount:,.2f}",
    "German": lambda amount: f"{amount:,.2f} €".translate(str.maketrans(",.", ".,")),
    "French": lambda amount: f"{amount:,.2f} €".replace(",", " ").replace(".", ","),
    "Swiss": lambda amount: f"CHF {amount:,.2f}".replace(",", "'"),
    "plain": lambda amount: f"{amount:.2f}",
    "Chinese": lambda amount: f"{amount:.2f}元",
}


@given(AMOUNTS, st.sampled_from(sorted(STYLES)))
def test_every_way_of_writing_an_amount_is_read_back(amount: float, style: str) -> None:
    price = parse_price(STYLES[style](amount))
    assert price is not None and price.amount == pytest.approx(amount, abs=0.005)


@given(AMOUNTS, AMOUNTS)
def test_the_ends_of_a_range_come_in_order(one: float, other: float) -> None:
    price = parse_price(f"${one:.2f} - ${other:.2f}")
    assert price is not None
    assert price.amount == pytest.approx(min(one, other))
    assert price.upper is None or price.upper == pytest.approx(max(one, other))


@given(st.text(max_size=100))
def test_any_text_gives_a_finite_price_or_none(text: str) -> None:
    price = parse_price(text)
    assert price is None or math.isfinite(price.amount)
