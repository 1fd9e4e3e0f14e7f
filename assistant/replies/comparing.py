# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Whether "cheaper", "the lightest" or "a larger capacity" is so, by the figures in the listings."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, Literal

from data.records import Product

Direction = Literal[-1, 1]  # whether the less or the more is claimed
Measure = Callable[[Product], float | None]

_SUPERLATIVE = re.compile(r"est\b|\b(?:most|least)\b", re.IGNORECASE)
# Of units, those that measure the same, in the smallest of them; an inch in millimetres.
_UNITS: Final = {
    "mg": ("weight", 0.001), "g": ("weight", 1), "kg": ("weight", 1000), "oz": ("weight", 28.35), "lb": ("weight", 453.6),
    "ml": ("volume", 1), "cl": ("volume", 10), "l": ("volume", 1000), "litre": ("volume", 1000), "litres": ("volume", 1000),
    "mm": ("length", 1), "cm": ("length", 10), "m": ("length", 1000), "inch": ("length", 25.4), "inches": ("length", 25.4),
    "minutes": ("time", 1), "hours": ("time", 60), "days": ("time", 1440), "w": ("power", 1), "kw": ("power", 1000),
    "lumens": ("light", 1), "gb": ("bytes", 1), "tb": ("bytes", 1000), "mah": ("charge", 1),
}  # fmt: skip
_MEASURE = re.compile(r"(\d+(?:\.\d+)?)\s*-?\s*([a-z]+)", re.IGNORECASE)
_SIDES = re.compile(r"(\d+(?:\.\d+)?)((?:\s*[x×]\s*\d+(?:\.\d+)?){1,2})\s*([a-z]+)", re.IGNORECASE)

_TERMS: Final[tuple[tuple[re.Pattern[str], Direction, tuple[str, ...]], ...]] = tuple(
    (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), direction, names)  # type: ignore[misc]
    for words, direction, names in (
        (r"cheap(?:er|est)|less expensive|least expensive|lower[- ]pric\w+|lowest[- ]pric\w+|more affordable|most affordable", -1, ("price",)),
        (r"pric(?:ier|iest)|dear(?:er|est)|more expensive|most expensive|higher[- ]pric\w+|highest[- ]pric\w+|more costly", 1, ("price",)),
        (r"(?:higher|better|best|highest|greater)[- ]rat\w+", 1, ("rating",)),
        (r"(?:lower|worse|lowest|worst)[- ]rat\w+", -1, ("rating",)),
        (r"light(?:er|est)|lower[- ]weight", -1, ("weight",)),
        (r"heav(?:ier|iest)|(?:higher|greater)[- ]weight", 1, ("weight",)),
        (r"(?:larger|longer|bigger|greater)[- ](?:battery life)", 1, ("battery life", "run time")),
        (r"(?:larger|bigger|higher|greater)[- ](?:capacity|volume)|roomi(?:er|est)|more spacious", 1, ("capacity", "volume")),
        (r"(?:smaller|lower)[- ](?:capacity|volume)", -1, ("capacity", "volume")),
        (r"(?:larger|bigger)[- ]screen(?: size)?", 1, ("screen size",)),
        (r"smaller[- ]screen(?: size)?", -1, ("screen size",)),
        (r"(?:higher|larger|greater)[- ](?:power)|more powerful|most powerful", 1, ("power",)),
        (r"(?:larger|higher)[- ]storage", 1, ("storage",)),
        (r"(?:longer|larger|greater)[- ]range", 1, ("range",)),
        (r"bright(?:er|est)|higher[- ]brightness", 1, ("brightness",)),
        (r"larg(?:er|est)|big(?:ger|gest)", 1, ("capacity", "volume", "dimensions", "screen size", "diameter", "size")),
        (r"small(?:er|est)|more compact|most compact", -1, ("capacity", "volume", "dimensions", "screen size", "diameter", "size")),
        (r"long(?:er|est)", 1, ("length",)), (r"short(?:er|est)", -1, ("length",)), (r"tall(?:er|est)", 1, ("height",)),
        (r"wid(?:er|est)", 1, ("width",)), (r"thick(?:er|est)", 1, ("thickness",)), (r"thin(?:ner|nest)", -1, ("thickness",)),
    )
)  # fmt: skip


def borne_out(term: str, said_of: Sequence[Product], others: Sequence[Product]) -> bool:
    """Whether each product the term is said of has more (or less) than each of the others, in one and the same measure.

    False also where the listings do not tell: a comparison that nothing can be held against is not made.
    """
    if not said_of or not others:
        return False
    found = next(((direction, names) for pattern, direction, names in _TERMS if pattern.search(term)), None)
    if found is None:
        return False
    direction, names = found
    compared = [[measure(product, name) for product in (*said_of, *others)] for name in names]
    told = [values for values in compared if all(value is not None for value in values)]
    if not told or len({kind for kind, _ in (value for value in told[0] if value)}) != 1:
        return False
    amounts = [value[1] * direction for value in told[0] if value]
    return min(amounts[: len(said_of)]) > max(amounts[len(said_of) :])


def is_superlative(term: str) -> bool:
    return bool(_SUPERLATIVE.search(term))


def measure(product: Product, name: str) -> tuple[str, float] | None:
    """A figure of the listing with what it measures: `("weight", 350.0)`; of sides (`50 x 40 cm`) their product."""
    if name == "price":
        return "price", product.price
    if name == "rating":
        return None if product.rating is None else ("rating", product.rating)
    said = product.attributes.get(name, "")
    if sides := _SIDES.search(said):
        lengths = [float(side) for side in re.findall(r"\d+(?:\.\d+)?", sides[1] + sides[2])]
        kind, factor = _UNITS.get(sides[3].casefold(), ("", 0.0))
        size = 1.0
        for length in lengths:
            size *= length * factor
        return (f"{kind}^{len(lengths)}", size) if kind else None
    found = _MEASURE.search(said)
    if found is None or found[2].casefold() not in _UNITS:
        return None
    kind, factor = _UNITS[found[2].casefold()]
    return kind, float(found[1]) * factor
