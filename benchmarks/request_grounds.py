"""What of a request is said, what of it is kept, and which filters nobody said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.turn import Understanding
from assistant.understanding.fitting import is_size
from assistant.understanding.sizes import read_sizes
from benchmarks.request_store import Constraint, Request
from data.catalogue import Catalogue
from data.lexicon import colours
from data.records import shelf_name
from retrieval.filters import BRAND, COLOUR, Filters
from retrieval.tokens import tokens

_SYSTEM = re.compile(r"^(?:int|waist|eu|us|uk)\s*:\s*", re.IGNORECASE)
_REFUSES = re.compile(r"\b(?:not?|without|except|non|nothing|anything but|instead|avoid|free)\b|n't\b", re.IGNORECASE)
_STARS = re.compile(r"\b(?:stars?|rat(?:ed|ings?)|reviews?)\b", re.IGNORECASE)
_STOCK = re.compile(r"\b(?:stock|available)\b", re.IGNORECASE)


def is_said(text: str, constraint: Constraint) -> bool:
    """Whether the text says the value: all its words, or the size that it is."""
    return _covers(text, constraint.value) or any(is_size(constraint.value, size.name) for size in read_sizes(text))


def is_kept(catalogue: Catalogue, understood: Understanding, constraint: Constraint, row: int) -> bool:
    """Whether the value's words stand in the query or the wishes, or a filter holds the attribute and the product of
    the row meets it."""
    if is_said(" ".join([understood.query, *understood.wishes]), constraint):
        return True
    filters = understood.filters
    alone = Filters()
    if constraint.name == BRAND:
        alone.brand = filters.brand
    names = {constraint.name, *_carriers(catalogue, constraint)}
    if COLOUR in names:
        alone.colour = filters.colour
    for name in names:
        if name in filters.attributes:
            alone.attributes[name] = filters.attributes[name]
        if name in filters.measures:
            alone.measures[name] = filters.measures[name]
    return bool(alone) and bool(alone.mask(catalogue)[row])


def invented(request: Request, filters: Filters) -> Iterator[str]:
    """The fields of the filters that hold something which the request does not say."""
    text = request.text
    if (filters.price_min, filters.price_max) != (request.low, request.high):
        yield "price"
    if not all(_covers(text, brand) for brand in filters.brand):
        yield BRAND
    if not all(_says_shelf(text, path) for path in filters.category):
        yield "category"
    if not all(_says_colour(text, colour) for colour in filters.colour):
        yield COLOUR
    for name, values in filters.attributes.items():
        if not all(_says_value(text, name, value) for value in values):
            yield name
    for name, ranges in filters.measures.items():
        bounds = {bound for measure in ranges for bound in (measure.low, measure.high) if bound is not None}
        if not all(re.search(rf"(?<![\d.]){bound:g}(?![\d.]*\d)", text) for bound in bounds):
            yield name
    if filters.exclude and not _REFUSES.search(text):
        yield "refusal"
    if filters.rating_min is not None and not _STARS.search(text):
        yield "stars"
    if filters.in_stock and not _STOCK.search(text):
        yield "stock"


def _covers(text: str, value: str) -> bool:
    """Whether the text has every word of the value, stemmed; numbers with their units are one word."""
    wanted = set(tokens(_SYSTEM.sub("", value)))
    return bool(wanted) and wanted <= set(tokens(text))


def _carriers(catalogue: Catalogue, constraint: Constraint) -> list[str]:
    """Other attributes under which the catalogue has the very value (the import also fills `material`)."""
    value = constraint.value.casefold()
    return [name for name, values in catalogue.rows_by_attribute.items() if value in values]


def _says_shelf(text: str, path: str) -> bool:
    """Part of the shelf's name, or the last word of it: "mug" for Travel Mugs."""
    parts = re.split(r"\s*(?:&|,|/|\band\b)\s*", shelf_name(path))
    return any(_covers(text, part) or _covers(text, part.rsplit(maxsplit=1)[-1]) for part in parts if part)


def _says_colour(text: str, colour: str) -> bool:
    words = [word for word, name in colours().items() if name == colour]
    return any(_covers(text, word) for word in [colour, *words])


def _says_value(text: str, name: str, value: str) -> bool:
    if value == "yes":
        return _covers(text, name)
    return _covers(text, value) or any(is_size(value, size.name) for size in read_sizes(text))
