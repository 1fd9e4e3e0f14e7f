"""Amounts with units: a catalogue's values ("500 ml", "0.5 litres", "2–4 years") as intervals that can be compared.

Factors are exact where the units are defined by one another (International yard and pound agreement, 1959: 1 inch is
2.54 cm, 1 lb 453.59237 g; US customary fluid ounce 29.5735 ml, gallon 3785.41 ml). A month is a twelfth of a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from data.catalogue import Catalogue

UNITS: dict[str, tuple[str, float]] = {
    "mg": ("mass", 0.001), "g": ("mass", 1.0), "kg": ("mass", 1000.0),
    "oz": ("mass", 28.349523125), "lb": ("mass", 453.59237),
    "ml": ("volume", 1.0), "cl": ("volume", 10.0), "l": ("volume", 1000.0),
    "fl oz": ("volume", 29.5735295625), "gal": ("volume", 3785.411784),
    "mm": ("length", 0.1), "cm": ("length", 1.0), "m": ("length", 100.0),
    "inch": ("length", 2.54), "ft": ("length", 30.48), "yd": ("length", 91.44),
    "mb": ("data", 1 / 1024), "gb": ("data", 1.0), "tb": ("data", 1024.0),
    "w": ("power", 1.0), "kw": ("power", 1000.0),
    "mah": ("charge", 1.0), "ah": ("charge", 1000.0),
    "s": ("time", 1 / 60), "min": ("time", 1.0), "h": ("time", 60.0), "day": ("time", 1440.0),
    "week": ("time", 10080.0), "month": ("time", 43830.0), "year": ("time", 525960.0),
}  # fmt: skip
"""Unit → what it measures, and how many of the unit that the dimension is kept in."""

NAMES: dict[str, str] = {
    "mg": r"mg|milligram(?:me)?s?",
    "kg": r"kgs?|kilos?|kilogram(?:me)?s?|公斤|千克",
    "g": r"g|gr|gms?|gram(?:me)?s?|克",
    "fl oz": r"fl\.? ?oz|fluid ounces?|液量?盎司",
    "oz": r"oz|ounces?|盎司",
    "lb": r"lbs?|磅",
    "ml": r"ml|millilit(?:er|re)s?|毫升",
    "cl": r"cl|centilit(?:er|re)s?",
    "l": r"l|ltrs?|lit(?:er|re)s?|公升|升",
    "gal": r"gal|gallons?|加仑",
    "mm": r"mm|millimet(?:er|re)s?|毫米",
    "cm": r"cms?|centimet(?:er|re)s?|厘米|公分|釐米",
    "m": r"m|met(?:er|re)s?|米",
    "inch": r"inch(?:es)?|in(?=\s*(?:$|[,.;!?)]|x\b|wide|tall|long|deep|high))|\"|″|''|英寸|英吋|寸|吋",
    "ft": r"ft|foot|feet|英尺|['’′](?=\s*\d{1,2}(?![\d.]))",
    "yd": r"yds?|yards?",
    "mb": r"mb|megabytes?",
    "gb": r"gb|gigabytes?|gigs?",
    "tb": r"tb|terabytes?",
    "kw": r"kw|kilowatts?|千瓦",
    "w": r"w|watts?|瓦特?",
    "mah": r"mah|毫安[时時]?",
    "ah": r"ah",
    "s": r"secs?|seconds?|秒",
    "min": r"mins?|minutes?|分[钟鐘]",
    "h": r"h|hrs?|hours?|个?小[时時]|個小時|钟头",
    "day": r"days?|天",
    "week": r"weeks?|wks?|周|星期",
    "month": r"months?|mos?|mths?|[个個]月",
    "year": r"years?|yrs?|年",
}
"""What each unit is called, English and Chinese, as a pattern; of two that fit, the longer name is meant."""

TOLERANCE = 0.02  # an exact amount holds for values as near as rounding brings them: 16 oz for 450 g, 6 ft for 180 cm
SCREENS = ("screen", "display", "laptop")  # named by whole inches: a 13-inch one has 13.3
SIDE_TOLERANCE = 0.03

_NUMBER = r"\d+(?:[.,]\d+)?"
_UNIT = "|".join(f"(?P<u{place}>{names})" for place, names in enumerate(NAMES.values()))
_UNNAMED_UNIT = "|".join(NAMES.values())
_UNITS_IN_ORDER = tuple(NAMES)
_VALUE = re.compile(
    rf"(?P<lead>up to|at most|under|below|from|over|at least)?\s*(?P<first>{_NUMBER})"
    rf"(?:\s*(?:{_UNNAMED_UNIT})?(?![a-z])\s*(?P<join>-|–|—|~|to\b|x|×|到|至)\s*(?P<second>{_NUMBER}))?"
    rf"(?:\s*[x×]\s*(?P<third>{_NUMBER}))?"
    rf"[\s-]*(?:{_UNIT})(?![a-z/²³])(?P<tail>\s*(?:and|or)\s*(?:above|over|up|older|more)|\+|以上)?",
    re.IGNORECASE,
)
_BIRTH = re.compile(r"^from birth\b|^newborn\b", re.IGNORECASE)
_INFINITE = float("inf")


class Interval(NamedTuple):
    """`low` and `high` in the dimension's own unit, inclusive; infinite where the value leaves a side open."""

    dimension: str
    low: float
    high: float


def _known(unit: str) -> str:
    if unit not in UNITS:
        raise ValueError(f"no unit '{unit}': one of {', '.join(UNITS)}")
    return unit


Bound = Annotated[float, Field(allow_inf_nan=False)]


class Measure(BaseModel):
    """A range that a shopper asks for, inclusive, in the unit that was said; None where a side is open."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    low: Bound | None = None
    high: Bound | None = None
    unit: Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": list(UNITS)}, examples=["kg"])]

    @property
    def dimension(self) -> str:
        return UNITS[self.unit][0]

    def bounds(self, attribute: str) -> tuple[float, float]:
        """In the dimension's own unit, with the tolerance of an exact amount."""
        factor = UNITS[self.unit][1]
        low = -_INFINITE if self.low is None else self.low * factor
        high = _INFINITE if self.high is None else self.high * factor
        if self.low is not None and self.low == self.high and self.dimension != "time":
            whole = self.unit == "inch" and self.low == int(self.low) and any(word in attribute for word in SCREENS)
            return low * (1 - TOLERANCE), (high + 0.99 * factor if whole else high * (1 + TOLERANCE))
        slack = 1e-9 * max(abs(bound) for bound in (low, high, 1.0) if abs(bound) != _INFINITE)
        return low - slack, high + slack

    @property
    def label(self) -> str:
        if self.low == self.high:
            return f"{self.low:g} {self.unit}"
        if self.low is None:
            return f"up to {self.high:g} {self.unit}"
        if self.high is None:
            return f"from {self.low:g} {self.unit}"
        return f"{self.low:g}–{self.high:g} {self.unit}"


class Measured(NamedTuple):
    """Intervals that an attribute's values state, in one dimension: arrays `[m]`, a row once for each of its values."""

    rows: np.ndarray
    low: np.ndarray
    high: np.ndarray


def intervals(value: str) -> Iterator[Interval]:
    """What a catalogue's value measures: "up to 15 kg", "5–8 years", "size 2, 4–8 kg". Of several sides the longest."""
    if _BIRTH.search(value):
        yield Interval("time", 0.0, _INFINITE)
    for match in _VALUE.finditer(value):
        dimension, factor = UNITS[_unit_of(match)]
        first = _float(match["first"])
        numbers = [first, *(_float(match[name]) for name in ("second", "third") if match[name])]
        if match["join"] in ("x", "×", "X"):
            first = max(numbers)
            numbers = [first]
        low, high = min(numbers) * factor, max(numbers) * factor
        lead = (match["lead"] or "").lower()
        if lead in ("up to", "at most", "under", "below"):
            low = -_INFINITE
        elif lead or match["tail"]:
            high = _INFINITE
        yield Interval(dimension, low, high)


def sides(value: str) -> tuple[float, ...]:
    """The sides of "200 x 300 cm" in centimetres, the smallest first; () where the value states fewer than two."""
    match = _VALUE.search(value)
    if match is None or match["join"] not in ("x", "×", "X"):
        return ()
    dimension, factor = UNITS[_unit_of(match)]
    numbers = [_float(match[name]) * factor for name in ("first", "second", "third") if match[name]]
    return tuple(sorted(numbers)) if dimension == "length" else ()


def measured(catalogue: Catalogue) -> dict[str, dict[str, Measured]]:
    """attribute → dimension → what its values state. Read once per catalogue."""
    if catalogue not in _read:
        _read[catalogue] = _columns(catalogue)
    return _read[catalogue]


def rows_within(catalogue: Catalogue, attribute: str, wanted: Iterable[Measure]) -> np.ndarray:
    """Rows with a value of the attribute that meets one of the ranges; one that is itself a range (for 5–8 years) must
    reach into it."""
    found = [np.empty(0, dtype=np.int64)]
    for measure in wanted:
        column = measured(catalogue).get(attribute, {}).get(measure.dimension)
        if column is not None:
            low, high = measure.bounds(attribute)
            found.append(column.rows[(column.high >= low) & (column.low <= high)])
    return np.unique(np.concatenate(found))


def _columns(catalogue: Catalogue) -> dict[str, dict[str, Measured]]:
    columns: dict[str, dict[str, Measured]] = {}
    for name, values in catalogue.rows_by_attribute.items():
        parts: dict[str, list[tuple[np.ndarray, Interval]]] = {}
        for value, rows in values.items():
            for interval in intervals(value):
                parts.setdefault(interval.dimension, []).append((rows, interval))
        if parts:
            columns[name] = {dimension: _joined(found) for dimension, found in parts.items()}
    return columns


def _joined(found: list[tuple[np.ndarray, Interval]]) -> Measured:
    sizes = [len(rows) for rows, _ in found]
    return Measured(
        np.concatenate([rows for rows, _ in found]),
        np.repeat([interval.low for _, interval in found], sizes),
        np.repeat([interval.high for _, interval in found], sizes),
    )


def _unit_of(match: re.Match[str]) -> str:
    return next(unit for place, unit in enumerate(_UNITS_IN_ORDER) if match[f"u{place}"])


def _float(text: str) -> float:
    return float(text.replace(",", "."))


_read: WeakKeyDictionary[Catalogue, dict[str, dict[str, Measured]]] = WeakKeyDictionary()
