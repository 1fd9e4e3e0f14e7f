"""Personal data in a message: found by its form, masked before others read it, and nothing else touched."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.personal_data import LABELS, find, is_card_number, is_identity_number, mask

MASKED = {
    "my card is 4111 1111 1111 1111 exp 12/27": "my card is [card number] exp 12/27",
    "5500-0000-0000-0004": "[card number]",
    "卡号４１１１１１１１１１１１１１１１": "卡号[card number]",
    "call me at (614) 555-0142 or +1 614 555 0142": "call me at [phone number] or [phone number]",
    "手机13800138000 谢谢": "手机[phone number] 谢谢",
    "身份证11010519491231002X": "身份证[ID number]",
    "mail: a.b+c@shop.example.com.": "mail: [e-mail address].",
}
UNTOUCHED = [
    "order 10342 under $1,299.00 on 2026-11-01, 20x30 cm, 3-5 years", "ISBN 9780306406157", "tracking BH1234567890",
    "4111 1111 1111 1112 is no card", "订单20260101123456", "between 200 and 300", "a @ sign", "16GB, 1920x1080, 60 Hz",
]  # fmt: skip
digits = st.text("0123456789", min_size=12, max_size=18).filter(lambda text: len(set(text)) > 2)
separators = st.sampled_from(["", " ", "-"])
around = st.text(st.characters(blacklist_categories=("Nd", "Nl", "No", "Cs"), blacklist_characters="@"), max_size=20)


@pytest.mark.parametrize(("text", "masked"), MASKED.items())
def test_personal_data_is_taken_out(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("text", UNTOUCHED)
def test_prices_sizes_dates_and_orders_stay(text: str) -> None:
    assert mask(text) == text


def with_check_digit(body: str) -> str:
    return next(body + str(digit) for digit in range(10) if is_card_number(body + str(digit)))


@given(body=digits, separator=separators, before=around, after=around)
def test_no_card_number_gets_through(body: str, separator: str, before: str, after: str) -> None:
    number = with_check_digit(body)
    written = separator.join(number[place : place + 4] for place in range(0, len(number), 4))
    masked = mask(f"{before} {written} {after}")
    assert number not in masked.replace(" ", "").replace("-", "") and written not in masked
    assert "[card number]" in masked


@given(number=digits.map(with_check_digit), place=st.integers(0, 11), other=st.integers(1, 9))
def test_one_wrong_digit_makes_it_no_card(number: str, place: int, other: int) -> None:
    """Luhn finds every single wrong digit."""
    wrong = number[:place] + str((int(number[place]) + other) % 10) + number[place + 1 :]
    assert not is_card_number(wrong)


@given(area=st.integers(110000, 659999), born=st.dates(), order=st.integers(0, 999), before=around)
def test_identity_numbers_with_their_check_digit_are_found(area: int, born: object, order: int, before: str) -> None:
    body = f"{area}{born:%Y%m%d}".replace(" ", "0").ljust(14, "0")[:14] + f"{order:03d}"
    numbers = [body + last for last in "0123456789X" if is_identity_number(body + last)]
    assert len(numbers) <= 1
    for number in numbers:
        assert number not in mask(f"{before} {number}")


@given(text=st.text(max_size=200))
def test_masking_again_changes_nothing(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@given(text=around, language=st.sampled_from(["en", "zh"]))
def test_a_text_without_digits_or_addresses_is_left_alone(text: str, language: str) -> None:
    assert mask(text, language) == text  # type: ignore[arg-type]
    assert find(text) == []


@given(text=st.text(st.sampled_from("0123456789 -+()@.aX电话"), max_size=60))
def test_what_is_found_lies_in_order_and_apart(text: str) -> None:
    found = find(text)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    kept = mask(text)
    for label in LABELS["en"].values():
        kept = kept.replace(label, "")
    assert len(kept) == len(text) - sum(one.end - one.start for one in found)
