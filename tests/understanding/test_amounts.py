"""Any number spelt out, in English words or Chinese numerals, is read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.amounts import chinese_numeral, english_words, figures, find_amounts

UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
HANZI = "零一二三四五六七八九"
PLACES = ((10_000, "万"), (1000, "千"), (100, "百"), (10, "十"), (1, ""))


def in_english(number: int) -> str:
    """345 → `three hundred and forty-five`."""
    if number >= 1000:
        thousands, rest = divmod(number, 1000)
        return f"{in_english(thousands)} thousand" + (f" {in_english(rest)}" if rest else "")
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        return f"{UNITS[hundreds]} hundred" + (f" and {in_english(rest)}" if rest else "")
    if number >= 20:
        tens, rest = divmod(number, 10)
        return TENS[tens] + (f"-{UNITS[rest]}" if rest else "")
    return UNITS[number]


def in_chinese(number: int) -> str:
    """10305 → `一万零三百零五`: a gap between two places is said once, as 零."""
    if number == 0:
        return HANZI[0]
    text, gap = "", False
    for place, name in PLACES:
        digit = number // place % 10
        if digit:
            text += ("零" if gap and text else "") + HANZI[digit] + name
        gap = not digit
    return text


def only_amount(text: str) -> tuple[float, float]:
    (amount,) = find_amounts(text)
    return amount.low, amount.high


@given(st.integers(0, 99_999))
def test_english_words_are_read_back(number: int) -> None:
    assert english_words(in_english(number)) == number
    assert only_amount(f"under {in_english(number)} dollars") == (number, number)


@given(st.integers(0, 99_999))
def test_chinese_numerals_are_read_back(number: int) -> None:
    assert chinese_numeral(in_chinese(number)) == number
    assert only_amount(f"预算{in_chinese(number)}元") == (number, number)


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from([("百", 100), ("千", 1000), ("万", 10_000)]))
def test_a_last_digit_counts_the_place_below(first: int, second: int, place: tuple[str, int]) -> None:
    assert chinese_numeral(f"{HANZI[first]}{place[0]}{HANZI[second]}") == first * place[1] + second * place[1] // 10


@given(st.integers(0, 9_999_999), st.integers(0, 99))
def test_figures_are_read_back_however_they_are_grouped(whole: int, cents: int) -> None:
    english = f"{whole:,}.{cents:02d}"
    continental = english.translate(str.maketrans(",.", ".,"))
    assert figures(english) == figures(continental) == pytest.approx(whole + cents / 100)
    assert only_amount(english)[0] == pytest.approx(whole + cents / 100)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("1.5k", 1500, 1500), ("2 grand", 2000, 2000), ("a tenner", 10, 10), ("a hundred", 100, 100),
        ("三四十块", 30, 40), ("两百五", 250, 250), ("3万", 30_000, 30_000), ("百元以内", 100, 100),
    ],
)  # fmt: skip
def test_everyday_ways_of_saying_a_number(text: str, low: float, high: float) -> None:
    assert only_amount(text) == (low, high)


def test_no_definite_number_is_no_amount() -> None:
    assert list(find_amounts("几十块")) == []
    assert list(find_amounts("someone often tends to like it")) == []


@given(st.text(max_size=120))
def test_amounts_lie_in_the_text_one_after_another(text: str) -> None:
    end = 0
    for amount in find_amounts(text):
        assert end <= amount.start < amount.end <= len(text)
        assert 0 <= amount.low <= amount.high
        end = amount.end
