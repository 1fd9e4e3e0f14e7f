"""What a shopper will and will not have, as conditions on the catalogue's columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow.compute as pc
from babel.numbers import get_currency_symbol
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from data.catalogue import Catalogue
from data.lexicon import load
from data.lexicon.kinds import members
from data.records import Product, shelf_name
from retrieval.measures import Measure, rows_within
from retrieval.titles import rows_called, rows_with_name

COLOUR = "colour"
BRAND = "brand"
CATEGORY = "category"
TITLE = "title"  # a name of a thing, in titles
CALLED = "called"  # what titles end in, which says what a thing is: a field of `exclude` alone
WORD = "word"  # of a title or a value: a field of `exclude` alone
CONTAINS = "contains"  # whatever a product is made of, by all that is written of it: a field of `exclude` alone
MEASURE_CHIP = "measure:"
REFUSAL_CHIP = "exclude:"


class Chip(NamedTuple):
    """One condition as a shopper sees it and can take back: `field` and `value` name it, `label` is its text."""

    field: str
    value: str
    label: str


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


Alternatives = Annotated[list[str], BeforeValidator(_several)]  # one value may be given bare


class Filters(BaseModel):
    """Conditions that all must hold; several values of one field are alternatives.

    `category` holds paths, each for its whole subtree; `title` names of things that titles have ("jeans"), for what
    has no category of its own. `exclude` maps a field (`brand`, `category`, an attribute, `called` for what titles end
    in, `word` for any word of title and attributes, or `contains` for any of title, attributes, tags and description)
    to the values that must not occur; of `word` and `contains` what belongs to a kind goes with it (wool: merino).
    `measures` maps an attribute to ranges that its values are held against, whatever their unit ("0.5 litres" meets
    "at least 500 ml"). Prices are in the store's currency, ratings in stars.
    """

    model_config = ConfigDict(extra="forbid")

    price_min: float | None = None
    price_max: float | None = None
    category: Alternatives = Field(default_factory=list)
    title: Alternatives = Field(default_factory=list)
    brand: Alternatives = Field(default_factory=list)
    colour: Alternatives = Field(default_factory=list)
    rating_min: float | None = None
    in_stock: bool | None = None
    attributes: dict[str, list[str]] = Field(default_factory=dict)
    exclude: dict[str, list[str]] = Field(default_factory=dict)
    measures: dict[str, list[Measure]] = Field(default_factory=dict)

    @property
    def kinds(self) -> list[str]:
        """Which kinds of thing are wanted, by category or by what titles call them."""
        return [*self.category, *self.title]

    def __bool__(self) -> bool:
        return self != Filters()

    def mask(self, catalogue: Catalogue) -> np.ndarray:
        """Which rows hold: bool `[len(catalogue)]`."""
        keep = np.ones(len(catalogue), dtype=bool)
        if self.price_min is not None:
            keep &= catalogue.price >= self.price_min
        if self.price_max is not None:
            keep &= catalogue.price <= self.price_max
        if self.rating_min is not None:
            keep &= catalogue.rating >= self.rating_min  # NaN, nobody has rated, does not hold
        if self.in_stock:
            keep &= catalogue.in_stock
        for field, values in self._wanted().items():
            if values:
                keep &= _any_of(catalogue, field, values)
        for attribute, ranges in self.measures.items():
            within = np.zeros(len(catalogue), dtype=bool)
            within[rows_within(catalogue, attribute, ranges)] = True
            keep &= within
        for field, values in self.exclude.items():
            keep &= ~_any_of(catalogue, field, _with_shades(values) if field == COLOUR else values)
        return keep

    def chips(self, currency: str = "USD") -> list[Chip]:
        return list(self._chips(currency))

    def without(self, field: str, value: str) -> Filters:
        """The same conditions less one; a condition that is not there is no error."""
        copy = self.model_copy(deep=True)
        if field.startswith(REFUSAL_CHIP):
            _drop(copy.exclude, field.removeprefix(REFUSAL_CHIP), value)
        elif field.startswith(MEASURE_CHIP):
            attribute = field.removeprefix(MEASURE_CHIP)
            kept = [measure for measure in copy.measures.pop(attribute, []) if measure.label != value]
            if kept:
                copy.measures[attribute] = kept
        elif field in (CATEGORY, TITLE, BRAND, COLOUR):
            setattr(copy, field, [kept for kept in getattr(copy, field) if kept != value])
        elif field in ("price_min", "price_max", "rating_min", "in_stock"):
            setattr(copy, field, None)
        else:
            _drop(copy.attributes, field, value)
        return copy

    def _wanted(self) -> dict[str, list[str]]:
        return {CATEGORY: self.category, TITLE: self.title, BRAND: self.brand, COLOUR: self.colour} | self.attributes

    def _chips(self, currency: str) -> Iterator[Chip]:
        symbol = get_currency_symbol(currency, locale="en_US")
        if self.price_min is not None:
            yield Chip("price_min", str(self.price_min), f"from {symbol}{self.price_min:g}")
        if self.price_max is not None:
            yield Chip("price_max", str(self.price_max), f"up to {symbol}{self.price_max:g}")
        for field, values in self._wanted().items():
            for value in values:
                yield Chip(field, value, _label(field, value, values))
        for attribute, ranges in self.measures.items():
            for measure in ranges:
                yield Chip(MEASURE_CHIP + attribute, measure.label, f"{attribute}: {measure.label}")
        if self.rating_min is not None:
            yield Chip("rating_min", str(self.rating_min), f"{self.rating_min:g}★ and up")
        if self.in_stock:
            yield Chip("in_stock", "true", "in stock")
        for field, values in self.exclude.items():
            for value in values:
                yield Chip(f"{REFUSAL_CHIP}{field}", value, f"not {_label(field, value, values)}")


def _label(field: str, value: str, beside: list[str]) -> str:
    """`waterproof` for a feature, `material: wool` for a value; a shelf by its name, where two share it by its path."""
    if field == CATEGORY:
        name = shelf_name(value)
        shared = sum(shelf_name(other) == name for other in beside) > 1
        return value if shared else name
    if value.casefold() == "yes":
        return field
    return value if field in (TITLE, CALLED, BRAND, WORD, CONTAINS) else f"{field}: {value}"


def _with_shades(colours: list[str]) -> list[str]:
    """Who will not have blue will have no navy."""
    return [*colours, *(shade for shade, family in load("colours").family.items() if family in colours)]


def _any_of(catalogue: Catalogue, field: str, values: list[str]) -> np.ndarray:
    keep = np.zeros(len(catalogue), dtype=bool)
    for value in values:
        keep[_rows(catalogue, field, value)] = True
    return keep


def _rows(catalogue: Catalogue, field: str, value: str) -> np.ndarray:
    none = np.empty(0, dtype=np.int64)
    if field == CATEGORY:
        return catalogue.rows_by_category.get(value, none)
    if field == BRAND:
        return catalogue.rows_by_brand.get(value.casefold(), none)
    if field == TITLE:
        return rows_with_name(catalogue, value)
    if field == CALLED:
        return rows_called(catalogue, value)
    if field == WORD:
        return _joined(_rows_with_word(catalogue, word) for word in members(value))
    if field == CONTAINS:
        return rows_containing(catalogue, value)
    return catalogue.rows_by_attribute.get(field, {}).get(value.casefold(), none)


def _rows_with_word(catalogue: Catalogue, word: str) -> np.ndarray:
    """Rows whose title or an attribute's value has the word."""
    whole = _whole(word)
    stating = [
        having
        for values in catalogue.rows_by_attribute.values()
        for value, having in values.items()
        if whole.search(value)
    ]
    return np.unique(np.concatenate([catalogue.rows_titled(_PARTS.split(word)[0], whole), *stating]))


_FREE_OF = re.compile(
    # What is written of a thing that is not in it.
    r"(?:free(?: from| of)?|without|no|not|non|zero|never|[无不零]含?|不添加)\W*(?:\w+\W+){0,2}$",
    re.IGNORECASE,
)
_FREE = re.compile(r"^\W?(?:free|less)\b", re.IGNORECASE)


def rows_containing(catalogue: Catalogue, kind: str) -> np.ndarray:
    """Rows of products that are or may be made with a kind of thing, by title, attributes, tags and description; not
    those that say that they are free of it."""
    known = _containing.setdefault(catalogue, {})
    if kind not in known:
        known[kind] = _joined(_rows_made_with(catalogue, word) for word in members(kind))
    return known[kind]


def _rows_made_with(catalogue: Catalogue, word: str) -> np.ndarray:
    whole = _whole(word)
    candidates = [np.flatnonzero(pc.match_substring(column, word, ignore_case=True)) for column in catalogue.texts]
    for name, values in catalogue.rows_by_attribute.items():
        for value, rows in values.items():
            if whole.search(value) or (whole.search(name) and value not in ("no", "none", "0")):
                candidates.append(rows)
    candidates += [rows for tag, rows in catalogue.rows_by_tag.items() if whole.search(tag.casefold())]
    rows = np.unique(np.concatenate(candidates)) if candidates else np.empty(0, np.int64)
    kept = [row for row, product in zip(rows.tolist(), catalogue.products(rows), strict=True) if _has(product, whole)]
    return np.array(kept, dtype=np.int64)


def _has(product: Product, whole: re.Pattern[str]) -> bool:
    stated = (
        f"{name} {value}" for name, value in product.attributes.items() if value.casefold() not in ("no", "none", "0")
    )
    for text in (product.title, *stated, *product.tags, product.description):
        for match in whole.finditer(text.casefold()):
            if not (
                _FREE_OF.search(text[max(0, match.start() - 40) : match.start()]) or _FREE.match(text[match.end() :])
            ):
                return True
    return False


def _whole(word: str) -> re.Pattern[str]:
    """The word and its plural, in lower case, "tie dye" as "tie-dye"; Chinese ones inside text."""
    body = r"[\s-]?".join(map(re.escape, _PARTS.split(word)))
    return re.compile(rf"(?<![^\W\d_]){body}(?:s|es)?(?![^\W\d_])" if word.isascii() else body)


_PARTS = re.compile(r"[\s-]+")


def _joined(rows: Iterable[np.ndarray]) -> np.ndarray:
    return np.unique(np.concatenate([np.empty(0, np.int64), *rows]))


def _drop(fields: dict[str, list[str]], field: str, value: str) -> None:
    kept = [other for other in fields.get(field, []) if other != value]
    fields.pop(field, None)
    if kept:
        fields[field] = kept


_containing: WeakKeyDictionary[Catalogue, dict[str, np.ndarray]] = WeakKeyDictionary()
