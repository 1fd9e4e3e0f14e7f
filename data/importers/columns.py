"""Which column of a file is which field: guessed by name and by content, overridden by a mapping."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

import pandas as pd
import yaml

from data.cleaning.numbers import numbers, ratings
from data.cleaning.pipeline import PRICE_UPPER
from data.cleaning.prices import parse_price
from data.cleaning.text import lines
from data.cleaning.times import times
from data.errors import AisleError
from data.importers.base import Source
from data.schema import Columns, TableName

REQUIRED = {
    TableName.PRODUCTS: (Columns.Title, Columns.Price),
    TableName.INTERACTIONS: (Columns.User, Columns.Product, Columns.Timestamp),
    TableName.REVIEWS: (Columns.Product, Columns.Text),
    TableName.ORDERS: (Columns.Order, Columns.User, Columns.Product, Columns.Placed),
}
ATTRIBUTE = "attributes."
_CURRENCY_ENDING = re.compile(
    r"[ _\-(\[]*(usd|eur|gbp|cny|rmb|jpy|cad|aud|inr|chf|sek|pln|brl|mxn|krw)[)\]]?$", re.IGNORECASE
)
_TECHNICAL = re.compile(
    r"(?:^|[ _\-.])(?:ids?|handle|slug|sku|gtin|ean|upc|mpn|count|created|updated|published|date|time|at|url|link|image"
    r"|img|src|status|seo|unnamed|column|index|hash|uuid)(?:$|[ _\-.\d])|编号",
    re.IGNORECASE,
)
_MANY_DISTINCT = 0.5
_FEW_ROWS = 20


@dataclass(frozen=True)
class Guess:
    """`fields` takes a field to a column of the file; `attributes` are the columns that become attributes, by name.

    `currency` is the one that the price column's name ends with (`price_usd`), None where it ends with none.
    """

    fields: dict[str, str]
    attributes: dict[str, str]
    currency: str | None = None


def guess(source: Source) -> Guess:
    """Raises AisleError where a mapping names a column that is not there, or a required field is not found."""
    fields, attributes = _mapped(source)
    taken = set(attributes.values())
    fields |= _by_name(source, fields, taken, names()[source.table], _fits)
    if source.table is TableName.PRODUCTS:
        fields |= _by_content(source, fields, taken)
    # A required column whose name is right is taken whatever it holds: its rows are then refused one by one.
    required = {name: names()[source.table][name] for name in REQUIRED[source.table]}
    fields |= _by_name(source, fields, taken, required, lambda field, cells: True)
    missed = [name for name in REQUIRED[source.table] if name not in fields]
    if missed:
        raise AisleError(_missing_columns(source, missed))
    if source.table is TableName.PRODUCTS:
        attributes = _attribute_columns(source, {*fields.values(), *attributes.values()}) | attributes
    ending = _CURRENCY_ENDING.search(fields.get(Columns.Price, ""))
    return Guess(fields, attributes, _iso(ending[1]) if ending else None)


def _mapped(source: Source) -> tuple[dict[str, str], dict[str, str]]:
    known = {name.casefold(): name for name in source.columns}
    fields: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for field, wanted in source.mapping.items():
        column = known.get(wanted.casefold())
        if column is None:
            raise AisleError(
                f"{source.path.name} has no column '{wanted}' for {field}; it has: {', '.join(source.columns)}."
            )
        if field.startswith(ATTRIBUTE):
            attributes[field.removeprefix(ATTRIBUTE)] = column
        elif field in names()[source.table]:
            fields[field] = column
        else:
            known_fields = ", ".join(names()[source.table])
            raise AisleError(f"There is no field '{field}' to map to: use attributes.NAME or one of {known_fields}.")
    return fields, attributes


def _by_name(
    source: Source,
    fields: dict[str, str],
    taken: set[str],
    known: dict[str, list[str]],
    fits: Callable[[str, pd.Series], bool],
) -> dict[str, str]:
    """The best name first, over all fields, so that `id` is taken by one of them only."""
    free = [column for column in source.columns if column not in {*fields.values(), *taken}]
    keys = {column: _key(_CURRENCY_ENDING.sub("", column)) for column in free}
    ranked = sorted(
        (place, field, column)
        for field, spellings in known.items()
        if field not in fields
        for place, name in enumerate(spellings)
        for column, key in keys.items()
        if key == _key(name)
    )
    found: dict[str, str] = {}
    for _, field, column in ranked:
        if field not in found and column not in found.values() and fits(field, source.sample[column]):
            found[field] = column
    return found


def _fits(field: str, cells: pd.Series) -> bool:
    """Whether a good part of what the column holds can be that field at all; an empty column can be anything."""
    test = _TESTS.get(field)
    filled = cells[lines(cells) != ""]
    return test is None or not len(filled) or test(filled) >= 0.5


def _by_content(source: Source, fields: dict[str, str], taken: set[str]) -> dict[str, str]:
    """Fields that no column's name gives, from what the columns hold."""
    found: dict[str, str] = {}
    for field, test in _CONTENT.items():
        if field in fields:
            continue
        free = [name for name in source.columns if name not in {*fields.values(), *found.values(), *taken}]
        scores = {name: test(source.sample[name]) for name in free}
        best = max(scores, key=scores.__getitem__, default=None)
        if best is not None and scores[best] >= 0.6:
            found[field] = best
    return found


def _attribute_columns(source: Source, taken: set[str]) -> dict[str, str]:
    """Columns of short values that many products share."""
    found = {}
    for column in source.columns:
        values = lines(source.sample[column])
        filled = values[values != ""]
        few = len(filled) < _FEW_ROWS or filled.nunique() <= len(filled) * _MANY_DISTINCT
        if column in taken or _TECHNICAL.search(column) or not few or filled.str.len().max() > 60:
            continue
        found["type" if _key(column) in ("producttype", "itemtype") else column] = column
    return found


def _missing_columns(source: Source, missed: list[str]) -> str:
    example = source.columns[0] if source.columns else "COLUMN"
    found = ", ".join(source.columns[:30])
    return (
        f"{source.path.name} has no column for {' and '.join(missed)} (columns found: {found}): "
        f"name it with --map, for example `--map {missed[0]}={example!r}`."
    )


def _share(holds: Callable[[str], bool]) -> Callable[[pd.Series], float]:
    return lambda cells: float(lines(cells).map(holds).mean()) if len(cells) else 0.0


def _is_price(cells: pd.Series) -> float:
    return float(cells.map(lambda cell: parse_price(cell) is not None).mean())


def _is_number(cells: pd.Series) -> float:
    return float(numbers(cells).abs().lt(float("inf")).mean())


_is_url = _share(lambda text: text.startswith(("http://", "https://", "//", "/", "data:")) or "." in text)


def _like_price(cells: pd.Series) -> float:
    """Money has a symbol or decimals; a column of whole numbers alone could be anything."""
    texts = lines(cells)
    money = texts.str.contains(r"[$£€￥¥元]|\d[.,]\d{2}\b", regex=True)
    return float((money & texts.map(lambda text: parse_price(text) is not None)).mean()) if len(texts) else 0.0


def _like_title(cells: pd.Series) -> float:
    texts = lines(cells)
    if not len(texts) or not 4 <= texts.str.len().median() <= 150:
        return 0.0
    worded = texts.str.contains(r"[^\W\d_]{2,}", regex=True) & ~texts.str.contains("://")
    spaced = texts.str.contains(r"\s|[一-鿿]", regex=True)
    return float((worded & spaced).mean()) * texts.nunique() / len(texts)


_TESTS: dict[str, Callable[[pd.Series], float]] = {
    Columns.Price: _is_price,
    PRICE_UPPER: _is_price,
    Columns.ListPrice: _is_price,
    Columns.Rating: lambda cells: float(ratings(cells).abs().lt(float("inf")).mean()),
    Columns.RatingCount: _is_number,
    Columns.Value: _is_number,
    Columns.Quantity: _is_number,
    Columns.Image: _is_url,
    Columns.Url: _is_url,
    **dict.fromkeys(
        (Columns.Timestamp, Columns.Placed, Columns.Shipped, Columns.Delivered),
        lambda cells: float(times(cells).notna().mean()),
    ),
}
_CONTENT: dict[str, Callable[[pd.Series], float]] = {
    Columns.Image: _share(
        lambda text: bool(re.match(r"https?://\S+\.(jpe?g|png|webp|gif|avif)\b", text, re.IGNORECASE))
    ),
    Columns.Url: _share(lambda text: bool(re.match(r"https?://\S+$", text))),
    Columns.Price: _like_price,
    Columns.Title: _like_title,
}


@cache
def names() -> dict[TableName, dict[str, list[str]]]:
    content = yaml.safe_load(resources.files("data.importers").joinpath("names.yaml").read_text(encoding="utf-8"))
    return {TableName(table): fields for table, fields in content.items()}


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _iso(code: str) -> str:
    return "CNY" if code.upper() == "RMB" else code.upper()
