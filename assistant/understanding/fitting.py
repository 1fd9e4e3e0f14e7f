"""Which attribute of the shelf a stated measure, size or pair of sides is held against.

A measure that says what it measures ("80 cm wide") goes to that attribute; one that does not goes to what its unit
commonly says of such things. Where the products in question do not state it, it is a wish.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from assistant.understanding.language import has_cjk
from assistant.understanding.measures import AGE, SaidMeasure
from assistant.understanding.sizes import SaidSides, SaidSize, canonical_size
from assistant.understanding.vocabulary import Mention
from data.catalogue import Catalogue
from retrieval.measures import SIDE_TOLERANCE, UNITS, Measure, measured, sides

MEASURE = "measure"  # the field of a mention that stands for a measure nothing on the shelf states
COVERAGE = 0.5  # of the products in question must state an attribute for it to become a filter
AGE_COVERAGE = 0.2  # what states no age is for no child: the cat toys among the toys
MOST_MEMORY = 64  # gigabytes: more than that is storage

SIZE_ATTRIBUTES = ("size", "shoe size", "clothing size", "eu size", "ring size")
_SAID_OF: dict[str, tuple[str, ...]] = {
    AGE: ("age", "recommended age", "size"),
    "support": ("load", "max weight", "weight capacity", "supports", "capacity"),
    "weigh": ("weight",),
    "wide": ("width",),
    "long": ("length", "size", "dimensions"),
    "tall": ("height",),
    "deep": ("depth",),
    "thick": ("thickness",),
    "diameter": ("diameter",),
    "tip": ("tip",),
    "screen": ("screen", "display", "laptop", "size"),
    "ram": ("memory", "ram"),
    "storage": ("storage", "capacity"),
    "power": ("power", "wattage", "output"),
    "battery": ("battery life", "run time", "lasts", "playing time", "battery"),
    "hot": ("keeps hot", "hot"),
    "cold": ("keeps cold", "cold"),
    "guarantee": ("guarantee", "warranty"),
    "capacity": ("capacity", "volume"),
}
_COMMONLY: dict[str, tuple[str, ...]] = {
    "mass": ("weight", "net weight", "size", "contents", "pack size"),
    "volume": ("capacity", "volume", "size", "contents", "pot size"),
    "length": ("size", "length", "screen size", "diameter", "heel height", "height", "width", "dimensions"),
    "data": ("memory", "ram", "storage", "capacity"),
    "power": ("power", "wattage", "output"),
    "charge": ("capacity", "battery"),
    "time": ("age", "recommended age", "size", "battery life", "run time", "lasts", "playing time"),
}
_SIZE_LETTERS = ["xxs", "xs", "s", "m", "l", "xl", "xxl", "3xl", "4xl", "5xl", "6xl"]
_SIZE_RANGE = re.compile(
    r"(?:(?P<system>eu|uk|us)\s*)?(?P<low>\d+|\d?x{0,3}[sml])\s*[-–]\s*(?P<high>\d+|\d?x{0,3}[sml])"
)

Said = SaidMeasure | SaidSize | SaidSides


class Fitted(NamedTuple):
    """`ranges` by attribute, `mentions` of the shelf's own values, and as `wishes` what nothing there states."""

    ranges: dict[str, list[Measure]]
    mentions: list[Mention]
    wishes: list[Mention]


def fit(catalogue: Catalogue, scope: np.ndarray, said: Sequence[Said]) -> Fitted:
    """`scope`: the rows in question, those of the named shelves or those that the search finds first."""
    fitted = Fitted({}, [], [])
    for each in said:
        if isinstance(each, SaidMeasure):
            _fit_measure(catalogue, scope, each, fitted)
        else:
            mention = (
                _of_size(catalogue, scope, each) if isinstance(each, SaidSize) else _of_sides(catalogue, scope, each)
            )
            (fitted.mentions if mention else fitted.wishes).append(mention or _wish(each))
    return fitted


def _fit_measure(catalogue: Catalogue, scope: np.ndarray, said: SaidMeasure, fitted: Fitted) -> None:
    for measure in _readings(said):
        if attribute := _attribute(catalogue, scope, said.of, measure):
            fitted.ranges[attribute] = _together(fitted.ranges.get(attribute, []), measure)
            return
    fitted.wishes.append(_wish(said))


def _together(ranges: list[Measure], added: Measure) -> list[Measure]:
    """ "More than 20 litres, less than 30" is one range; "50 ml or 100 ml" are two."""
    last = ranges[-1] if ranges else None
    if last and last.unit == added.unit:
        if last.high is None and added.low is None:
            return [*ranges[:-1], last.model_copy(update={"high": added.high})]
        if last.low is None and added.high is None:
            return [*ranges[:-1], last.model_copy(update={"low": added.low})]
    return [*ranges, added]


def _wish(said: Said) -> Mention:
    if not isinstance(said, SaidMeasure):
        return Mention(said.start, said.end, MEASURE, ())
    exact = said.measure.low == said.measure.high
    words = said.measure.label if has_cjk(said.amount) else said.amount
    return Mention(said.start, said.end, MEASURE, (), words=words, ranks=exact)


def _readings(said: SaidMeasure) -> Iterator[Measure]:
    """An ounce of water bottle is a fluid one, unless its weight is spoken of."""
    if said.measure.unit == "oz" and said.of not in ("weigh", "support"):
        yield said.measure.model_copy(update={"unit": "fl oz"})
    yield said.measure


def _attribute(catalogue: Catalogue, scope: np.ndarray, of: str, measure: Measure) -> str:
    enough = AGE_COVERAGE if of == AGE else COVERAGE
    stated = {
        name: share
        for name, dimensions in measured(catalogue).items()
        if measure.dimension in dimensions and (share := _share(scope, dimensions[measure.dimension].rows)) >= enough
    }
    if of:
        for word in _SAID_OF[of]:
            named = [name for name in stated if word == name or re.search(rf"\b{word}\b", name)]
            if named:
                return min(named, key=lambda name: (name != word, -stated[name], name))
        return ""
    for name in _common_names(measure):
        if name in stated:
            return name
    return next(iter(stated)) if len(stated) == 1 else ""


def _common_names(measure: Measure) -> tuple[str, ...]:
    names = _COMMONLY[measure.dimension]
    if measure.dimension == "data":
        gigabytes = (measure.low or measure.high or 0) * UNITS[measure.unit][1]
        return names if gigabytes <= MOST_MEMORY else names[2:]
    return names


def _of_size(catalogue: Catalogue, scope: np.ndarray, said: SaidSize) -> Mention | None:
    for name in SIZE_ATTRIBUTES:
        values = catalogue.rows_by_attribute.get(name, {})
        here = _values_in(values, scope)
        fitting = tuple(value for value in here if is_size(value, said.name))
        if fitting:
            return Mention(said.start, said.end, name, fitting)
    return None


def is_size(value: str, wanted: str) -> bool:
    """Whether a size as the catalogue states it ("S, EU 35–38", "size 4, 9–14 kg", "w32") is the one wanted."""
    system, _, number = wanted.rpartition(" ")
    parts = re.split(r"\s*[,/(]\s*", value.casefold().replace(":", " ").rstrip(")"))
    for part in (re.sub(r"^(?:size|int)\s+", "", stated) for stated in parts):
        if canonical_size(part) == wanted or part == f"{system} {number}".strip():
            return True
        if system in ("", "eu") and part in (number, f"eu {number}") and (not system or int(float(number)) >= 30):
            return True
        if wanted.startswith("w") and part in (wanted, f"waist {wanted[1:]}", wanted[1:]):
            return True
        if (range_ := _SIZE_RANGE.fullmatch(part)) and _in_size_range(number, system, range_):
            return True
    return False


def _in_size_range(number: str, system: str, found: re.Match[str]) -> bool:
    low, high = found["low"], found["high"]
    if low.isdigit() and high.isdigit() and re.fullmatch(r"\d+(?:\.5)?", number):
        same_system = (found["system"] or "eu") == (system or found["system"] or "eu")
        return same_system and int(low) <= float(number) <= int(high)
    letters = [canonical_size(letter) for letter in (low, number, high)]
    if not all(letter in _SIZE_LETTERS for letter in letters):
        return False
    first, place, last = (_SIZE_LETTERS.index(letter) for letter in letters)
    return first <= place <= last


def _of_sides(catalogue: Catalogue, scope: np.ndarray, said: SaidSides) -> Mention | None:
    """The values of the shelf with these sides; without a unit centimetres, inches or feet, whichever there are."""
    for unit in [said.unit] if said.unit else ["cm", "inch", "ft"]:
        wanted = np.array(said.sides) * UNITS[unit][1]
        for name, values in catalogue.rows_by_attribute.items():
            fitting = tuple(value for value in values if _same_sides(wanted, sides(value)))
            if fitting and (here := tuple(value for value in fitting if np.isin(values[value], scope).any())):
                return Mention(said.start, said.end, name, here)
    return None


def _same_sides(wanted: np.ndarray, stated: tuple[float, ...]) -> bool:
    return len(wanted) == len(stated) and bool(np.allclose(wanted, stated, rtol=SIDE_TOLERANCE))


def _values_in(values: dict[str, np.ndarray], scope: np.ndarray) -> list[str]:
    if not values or _share(scope, np.concatenate(list(values.values()))) < COVERAGE:
        return []
    return [value for value, rows in values.items() if np.isin(rows, scope).any()]


def _share(rows: np.ndarray, of: np.ndarray) -> float:
    return float(np.isin(rows, of).mean()) if len(rows) else 0.0
