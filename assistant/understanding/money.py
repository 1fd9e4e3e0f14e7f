"""Amounts of money: which numbers of a message are some, and what they bound.

A number is money where the reader marked it as such, or where a currency or a word of price stands beside it. What it
bounds is said by the words beside it, else by the reader's mark. Conventions: bounds are inclusive, "around 100" is
80 to 120, a bare `$25` that nothing qualifies is just 25.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from assistant.conversation.commands import Span
from assistant.understanding import words
from assistant.understanding.amounts import Amount, find_amounts

PRICES: Final = ("price_max", "price_min", "price_about", "price_range", "price")
AROUND: Final = 0.2  # a fifth to either side
BESIDE: Final = 32  # characters before an amount in which its bound may stand …
BEHIND: Final = 28  # … and after it

_SYMBOL_BEFORE = re.compile(
    r"(?:(?:US|HK|NT|AU|CA|A|C|S)?\$|[£€¥₱₹]|\b(?:usd|eur|gbp|php|rs\.?|rmb))\s*$", re.IGNORECASE
)
_SYMBOL_AFTER = re.compile(r"^\s*[$£€¥₱₹]")
_JOIN = re.compile(r"^\W*(?:-|–|—|~|to|and|or|到|至|和)?\W*$", re.IGNORECASE)
_RANGE = re.compile(r"-|–|—|~|\bto\b|到|至", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from|range of)\W*$|在\W*$", re.IGNORECASE)
_COMPARED = re.compile(r"([<>]=?|[≤≥])\s*(?:[$£€¥])?\s*$")
_SCALED = re.compile(r"k$|grand|千", re.IGNORECASE)
_TENTHS = re.compile(r"^块([一二三四五六七八九\d])(?!\d)")
_CURRENCIES = re.compile(
    r"(?:US|HK|NT)?[$£€¥₱₹]|\b(?:usd|eur|gbp|dollars?|bucks|pounds|quid|euros?|pesos|php)\b|元|块钱?|蚊", re.IGNORECASE
)
PARTS: Final = {"minor": 0.01, "tenth": 0.1}  # of the main unit
OF_LABEL: Final = {"price_max": "max", "price_min": "min", "price_about": "about", "budget": "max"}
_CONTRAST = re.compile(r"\b(?:and |but )?not\W*$|[，,]?不是\W*$", re.IGNORECASE)  # "under 50 not 15"
_CLAUSE = re.compile(r"[,;.!?，。；！？]\s|\bbut\b|但")


class Price(NamedTuple):
    """Inclusive bounds in the main unit of the currency, None where open."""

    low: float | None
    high: float | None


@dataclass(frozen=True)
class Money:
    """An amount, what it bounds (`max`, `min`, `about`, "" where nothing says), and the reader's label for it."""

    amount: Amount
    bound: str
    label: str


def price_of(text: str, spans: Sequence[Span]) -> Price | None:
    """The price that a command states, None where it states none. `spans` are in the characters of `text`."""
    found = list(_money(text, spans))
    price: Price | None = None
    place = 0
    while place < len(found):
        if place + 1 < len(found) and _are_range(text, found[place], found[place + 1]):
            low, high = _in_one_unit(text, found[place].amount, found[place + 1].amount)
            price = Price(min(low, high), max(low, high))
            place += 2
            continue
        price = _joined(price, bounded(found[place].amount, found[place].bound))
        place += 1
    return price


def bounds(said: str, label: str) -> tuple[float | None, float | None]:
    """Low and high of a marked amount by itself."""
    price = price_of(said, [Span(0, len(said), label)])
    return (None, None) if price is None else price


def bounded(amount: Amount, bound: str) -> Price:
    if amount.low != amount.high:  # 两三百
        return (
            Price(None, amount.high) if bound == "max" else Price(amount.low, None if bound == "min" else amount.high)
        )
    match bound:
        case "max":
            return Price(None, amount.high)
        case "min":
            return Price(amount.low, None)
        case "about":
            return Price(round(amount.low * (1 - AROUND), 2), round(amount.high * (1 + AROUND), 2))
        case _:
            return Price(amount.low, amount.high)


def _money(text: str, spans: Sequence[Span]) -> Iterator[Money]:
    amounts = list(find_amounts(text))
    for place, amount in enumerate(amounts):
        if place and _TENTHS.match(text[amounts[place - 1].end : amount.end]):
            continue  # the second 九 of 九块九
        span = next((span for span in spans if span.start < amount.end and amount.start < span.end), None)
        label = span.label if span and (span.label in PRICES or span.label == "budget") else ""
        start = amounts[place - 1].end if place else 0
        end = amounts[place + 1].start if place + 1 < len(amounts) else len(text)
        before = _last_clause(text[max(start, amount.start - BESIDE) : amount.start])
        after = text[amount.end : min(end, amount.end + BEHIND)]
        if end < len(text):
            after = _CONTRAST.sub("", after)
        unit = next((kind for kind in ("unit", *PARTS) if _is_unit(kind, after)), "")
        currency = unit or _SYMBOL_BEFORE.search(before) or _SYMBOL_AFTER.match(after)
        if label or currency or (span is None and _is_led_up(before, after)):
            bound = _bound(before, _CLAUSE.split(after)[0]) or OF_LABEL.get(label, "")
            yield Money(_in_main_unit(amount, unit, text[amount.end :]), bound, label)


def _is_led_up(before: str, after: str) -> bool:
    """Whether words of price, or a bound just beside it, make a bare number money."""
    led = any(meaning == "lead" for _, meaning in words.found("money", before))
    adjacent = any(end >= len(before.rstrip()) for (_, end), _ in words.found("bounds", before))
    return (led or adjacent) and _ends(after)


def _in_main_unit(amount: Amount, unit: str, after: str) -> Amount:
    """50 cents are half of one; 九块九 is 9.9."""
    factor = PARTS.get(unit, 1.0)
    tenths = _TENTHS.match(after)
    more = next(find_amounts(tenths[1])).low / 10 if tenths else 0.0
    return replace(amount, low=round(amount.low * factor + more, 4), high=round(amount.high * factor + more, 4))


def _bound(before: str, after: str) -> str:
    """What the words around an amount make of it, the nearest first; turned round where that is denied."""
    if symbol := _COMPARED.search(before):
        return "min" if symbol[1][0] in ">≥" else "max"
    found = [(len(before) - end, (start, end), meaning) for (start, end), meaning in words.found("bounds", before)]
    found += [(start, (len(before) + start, len(before) + end), m) for (start, end), m in words.found("bounds", after)]
    if not found:
        return ""
    _, (start, end), meaning = min(found)
    around = before + after
    denied = words.says("denials", around[:start]) or words.says("denials", around[end:])
    return {"max": "min", "min": "max"}.get(meaning, meaning) if denied else meaning


def _is_unit(kind: str, after: str) -> bool:
    """Whether such a unit stands right behind the amount."""
    return any(meaning == kind and not after[:start].strip(" -") for (start, _), meaning in words.found("money", after))


def _last_clause(before: str) -> str:
    return _CLAUSE.split(before)[-1]


def _ends(after: str) -> bool:
    return bool(re.match(r"\s*(?:$|[,.;!?)，。；！？]|and\b|or\b|for\b|with\b|max|min|的|以)", after, re.IGNORECASE))


def _are_range(text: str, one: Money, other: Money) -> bool:
    between = _CURRENCIES.sub(" ", text[one.amount.end : other.amount.start])
    if not _JOIN.match(between) or other.amount.start <= one.amount.start:
        return False
    said = _RANGE.search(between) or _BETWEEN.search(_SYMBOL_BEFORE.sub("", text[: one.amount.start]))
    return bool(said) or "price_range" in (one.label, other.label)


def _in_one_unit(text: str, one: Amount, other: Amount) -> tuple[float, float]:
    """ "1-2 grand": both are thousands."""
    scaled = _SCALED.search(text[other.start : other.end]) and not _SCALED.search(text[one.start : one.end])
    return (one.low * 1000 if scaled and one.low < other.high / 100 else one.low), other.high


def _joined(before: Price | None, new: Price) -> Price:
    """ "Over 20 but under 50" is one range."""
    if before is not None and before.high is None and new.low is None:
        return Price(before.low, new.high)
    if before is not None and before.low is None and new.high is None:
        return Price(new.low, before.high)
    return new
