# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Measures in questions and listings, and whether what is asked lies within what is stated."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.answering.units import Unit, thing_at, unit_at
from assistant.understanding.amounts import Amount, find_amounts

Role = Literal["limit", "floor", "exact"]
EQUAL = 0.005  # of the larger: 1.0 kg is 1 kg, and 15.6 inches are 396 mm

_JOINS_SIDES = re.compile(r"\s*(?:x|×|\*|by|乘)\s*", re.I)
_JOINS_RANGE = re.compile(r"\s*(?:-|–|—|~|to|or|至|到)\s*", re.I)
_MINUS = re.compile(r"(?:(?<![\w\d])[-−–]|\bminus\s|零下)\s*$", re.I)
_AT_MOST = re.compile(
    r"(?:\bup to|\bat most|\bno (?:more|longer|heavier|bigger|larger|taller|wider) than|\bunder|\bbelow|\bwithin"
    r"|\b(?:less|lighter|smaller|shorter|narrower|younger|thinner|lower) than|\bmax(?:imum)?(?: of)?|最多|不到|不超[过過]|低于|小于)"
    r"\s*(?:an? )?$",
    re.I,
)
_AT_LEAST = re.compile(
    r"(?:\bfrom|\bat least|\bover|\babove|\bno (?:less|smaller|shorter) than|\bmin(?:imum)?(?: of)?"
    r"|\b(?:more|heavier|bigger|larger|longer|taller|wider|older|thicker|higher|deeper|greater) than|至少|超[过過]|大于|不低于|不少于)"
    r"\s*(?:an? )?$",
    re.I,
)
_DOWN_TO = re.compile(r"(?:\b(?:down )?to|[低到]至?)\s*$", re.I)  # a temperature: from there upwards
_OR_LESS = re.compile(r"\s*(?:or (?:less|under|below|smaller|lighter)|and under|以下|以内|以內)", re.I)
_OR_MORE = re.compile(r"\s*(?:or (?:more|over|above|bigger|older)|and (?:up|over)|\+|以上)", re.I)
_THAN = re.compile(r"比$")
_THAN_LESS, _THAN_MORE = re.compile(r"[更还]?[轻輕小短矮窄薄]"), re.compile(r"[更还]?[重大长長高宽寬厚]")
_A_UNIT = re.compile(r"\b(half an?|half|an?|one and a half)\s+(?=[a-z])|(半)(?=[升斤公])", re.I)
_A_UNITS_WORTH = {"half": 0.5, "half a": 0.5, "half an": 0.5, "半": 0.5, "one and a half": 1.5}


@dataclass(frozen=True)
class Measure:
    """`low` to `high` in the base unit of its kind, infinite where the words leave a side open; of `38 x 24 cm` the
    `sides`, the longest first, with `low` and `high` the shortest and the longest."""

    kind: str
    low: float
    high: float
    text: str
    start: int = 0
    end: int = 0
    bounded: bool = False  # a range or a bound stands there, not one figure
    sides: tuple[float, ...] = ()


def measures(text: str) -> list[Measure]:
    """All measures with a unit, from left to right; numbers without one measure nothing here."""
    found = list(_figures(text))
    taken = [(measure.start, measure.end) for measure in found]
    for match in _A_UNIT.finditer(text):
        worth = _A_UNITS_WORTH.get((match[1] or match[2]).lower(), 1.0)
        unit = unit_at(text, match.end())
        # "a in" and "a m" are words gone astray, "a litre" is a measure
        if unit and unit[1] - match.end() > (1 if match[1] else 0) and not _within(match.start(), taken):
            found.append(_bounded(text, [worth], unit[0], match.start(), unit[1], is_range=False))
    return sorted(found, key=lambda measure: measure.start)


def only_measure(value: str) -> Measure | None:
    """What an attribute's value states, None where it states no measure or several different ones."""
    found = measures(value)
    return found[0] if len(found) == 1 else None


def holds(stated: Measure, asked: Measure, role: Role) -> bool | None:
    """Whether what is asked lies within what is stated; None where the two cannot be compared.

    A bound in the question ("under 1 kg") is asked of the figure itself. Without one, a bound that is stated ("up to
    16 inches", "from 3 years") decides, and a single figure is meant as its role says.
    """
    if stated.kind != asked.kind:
        return None
    if stated.sides or asked.sides:
        same = len(stated.sides) == len(asked.sides) and all(map(_equal, stated.sides, asked.sides))
        return same if stated.sides and asked.sides else None
    if asked.bounded:
        if role == "floor":  # "down to -10 °C" is asked of where it begins
            return _reaches(stated.low, asked.low) if asked.low > -math.inf else None
        if role == "limit":
            return _reaches(asked.low if asked.low > -math.inf else asked.high, stated.high)
        if math.inf in (abs(stated.low), abs(stated.high)):
            return None
        return _reaches(asked.low, stated.low) and _reaches(stated.high, asked.high)
    if stated.bounded:
        return _reaches(stated.low, asked.low) and _reaches(asked.high, stated.high)
    if role == "limit":
        return _reaches(asked.high, stated.high)
    if role == "floor":
        return _reaches(stated.low, asked.low)
    return _equal(stated.low, asked.low)


def _figures(text: str) -> Iterator[Measure]:
    amounts = list(find_amounts(text))
    place = 0
    while place < len(amounts):
        chain, is_sides = _chain(text, amounts, place)
        unit = unit_at(text, chain[-1].end) or _things(text, chain[-1])
        place += len(chain)
        if unit is None:
            continue
        start, end = chain[0].start, unit[1]
        values = [amount.low for amount in chain]
        if is_sides:
            sides = tuple(sorted((value * unit[0].factor for value in values), reverse=True))
            yield Measure(unit[0].kind, sides[-1], sides[0], text[start:end], start, end, sides=sides)
        else:
            values = [*values, chain[-1].high] if len(chain) == 1 else values
            is_range = len(chain) > 1 or chain[0].low != chain[0].high
            yield _bounded(text, values, unit[0], start, end, is_range=is_range)


def _things(text: str, amount: Amount) -> tuple[Unit, int] | None:
    """What a number counts; "the first one waterproof" counts nothing."""
    counts = amount.written == "figures" or (amount.written == "words" and amount.low > 1)
    return thing_at(text, amount.end) if counts else None


def _chain(text: str, amounts: list[Amount], place: int) -> tuple[list[Amount], bool]:
    """The numbers that share the unit of the last: sides (38 x 24 x 22 cm) or the two ends of a range (2–4 players)."""
    chain = [amounts[place]]
    for after in amounts[place + 1 :]:
        if unit_at(text, chain[-1].end) or not _JOINS_SIDES.fullmatch(text, chain[-1].end, after.start):
            break
        chain.append(after)
    if len(chain) > 1:
        return chain, True
    if place + 1 < len(amounts):
        after = amounts[place + 1]
        if _JOINS_RANGE.fullmatch(text, chain[0].end, after.start) and not unit_at(text, chain[0].end):
            return [chain[0], after], False
    return chain, False


def _bounded(text: str, values: list[float], unit: Unit, start: int, end: int, *, is_range: bool) -> Measure:
    before = text[:start]
    if (sign := _MINUS.search(before)) and not is_range:
        values, before, start = [-value for value in values], before[: sign.start()], sign.start()
    low, high = ((value - unit.offset) * unit.factor for value in (min(values), max(values)))
    compared = _THAN.search(before)
    at_most = _AT_MOST.search(before) or _OR_LESS.match(text, end) or (compared and _THAN_LESS.match(text, end))
    at_least = _AT_LEAST.search(before) or _OR_MORE.match(text, end) or (compared and _THAN_MORE.match(text, end))
    if at_most:
        low, is_range = -math.inf, True
    elif at_least or (unit.kind == "temperature" and _DOWN_TO.search(before)):
        high, is_range = math.inf, True
    return Measure(unit.kind, low, high, text[start:end].strip(), start, end, bounded=is_range)


def _within(position: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in spans)


def _equal(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=EQUAL)


def _reaches(low: float, high: float) -> bool:
    return low <= high or _equal(low, high)
