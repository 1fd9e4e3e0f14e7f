"""Numbers as people write them, in figures or words, English or Chinese, with where they stand in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ONES = (
    "zero one two three four five six seven eight nine ten "
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ENGLISH = dict(zip(_ONES.split(), range(20), strict=True)) | dict(zip(_TENS.split(), range(20, 100, 10), strict=True))
_SLANG = {"fiver": 5, "tenner": 10}
_POWERS = {"hundred": 100, "thousand": 1000, "grand": 1000}

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "萬": 10_000}
_SCALES = {"k": 1000, "grand": 1000, "百": 100, "千": 1000, "万": 10_000, "萬": 10_000, "w": 10_000}

_word = "|".join([*_ENGLISH, *_SLANG, *_POWERS])
_FIGURES = r"\d{1,3}(?:[ ,.]\d{3})+(?:[.,]\d{1,2})?(?![\d])|\d+(?:[.,]\d+)?"
_NUMBER = re.compile(
    rf"(?P<figures>{_FIGURES})(?:\s*(?P<scale>grand\b|k(?![a-z])|[百千万萬]))?"
    rf"|\b(?P<words>(?:an?\s+)?(?:{_word})(?:(?:\s+and\s+|[\s-]+)(?:{_word}))*)\b"
    rf"|(?P<hanzi>[零〇一二两兩三四五六七八九十百千万萬几幾]+)",
    re.IGNORECASE,
)
_NEIGHBOURS = re.compile(r"([一二两兩三四五六七八九])([一二三四五六七八九])([十百千万萬])")


@dataclass(frozen=True)
class Amount:
    """`low` and `high` differ only where the words themselves are a range (三四十: 30 to 40)."""

    start: int
    end: int
    low: float
    high: float
    written: str  # figures, words or hanzi


def find_amounts(text: str) -> Iterator[Amount]:
    """All numbers in the text, from left to right. The text is expected in NFKC (`language.normalise`)."""
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        if match["figures"]:
            value = figures(match["figures"]) * _SCALES.get((match["scale"] or "").lower(), 1)
            yield Amount(start, end, value, value, "figures")
        elif match["words"]:
            value = english_words(match["words"])
            yield Amount(start, end, value, value, "words")
        elif re.search("[几幾]", match["hanzi"]):
            continue  # 几十: no definite number
        elif (neighbours := _NEIGHBOURS.fullmatch(match["hanzi"])) is not None:
            low, high, place = neighbours.groups()
            yield Amount(start, end, _DIGITS[low] * _PLACES[place], _DIGITS[high] * _PLACES[place], "hanzi")
        else:
            value = chinese_numeral(match["hanzi"])
            yield Amount(start, end, value, value, "hanzi")


def figures(text: str) -> float:
    """`1,200.50`, `1.200,50`, `1 200`, `12,5`: the last separator is a decimal one unless three digits follow it."""
    marks = [character for character in text if character in ",."]
    if marks and len(re.split(r"[,.]", text)[-1]) != 3:
        whole, _, fraction = text.rpartition(marks[-1])
        return float(re.sub(r"[ ,.]", "", whole) + "." + fraction)
    if marks == ["."] and text.startswith("0."):
        return float(text)
    return float(re.sub(r"[ ,.]", "", text))


def english_words(text: str) -> float:
    """`two hundred and fifty` → 250, `a tenner` → 10."""
    total = current = 0
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in _POWERS:
            current = (current or 1) * _POWERS[word]
            if word != "hundred":
                total, current = total + current, 0
        elif word in _ENGLISH or word in _SLANG:
            current += (_ENGLISH | _SLANG)[word]
    return float(total + current)


def chinese_numeral(text: str) -> float:
    """`两百五` → 250 (a last digit counts the place below), `一万五` → 15000, `百` → 100, `二〇二四` → 2024."""
    if not any(character in _PLACES for character in text):
        return float("".join(str(_DIGITS[character]) for character in text))
    total = section = digit = 0
    last_place, zero = 1, False
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
            zero = zero or digit == 0
        else:
            place = _PLACES[character]
            if place == 10_000:
                total, section = (total + section + digit or 1) * place, 0
            else:
                section += (digit or 1) * place
            digit, last_place = 0, place
    below = last_place // 10 if digit and not zero and last_place > 10 else 1
    return float(total + section + digit * below)
