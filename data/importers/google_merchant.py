"""Google Merchant Center feeds: RSS 2.0 and Atom, and the same fields as TSV.

Format: https://support.google.com/merchants/answer/7052112
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from lxml import etree

from data.cleaning.text import lines
from data.errors import AisleError
from data.importers.base import Batch, Source
from data.importers.tables import CHUNK_ROWS, FileKind, Rows, damage_explained, open_bytes, read_rows
from data.records import VALUE_SEPARATOR
from data.schema import Columns, TableName

_FIELDS = {
    Columns.Title: ("title",),
    Columns.Description: ("description", "summary", "content"),
    Columns.Brand: ("brand",),
    Columns.Stock: ("availability",),
    Columns.Image: ("image_link",),
    Columns.Url: ("link", "canonical_link"),
    Columns.Tags: ("product_highlight",),
}
_ATTRIBUTES = (
    "color",
    "size",
    "material",
    "pattern",
    "gender",
    "age_group",
    "condition",
    "size_system",
    "energy_class",
)


class GoogleMerchant:
    name = "google-merchant"
    needs = "XML items, or the columns id, title, price and link"

    def sniff(self, source: Source) -> float:
        if source.kind is FileKind.XML:
            return 0.9
        columns = set(_names(source.columns).values())
        marks = columns & {"image_link", "availability", "google_product_category", "gtin", "condition"}
        if not {"id", "title", "price", "link"} <= columns:
            return 0.0
        return 0.9 if len(marks) >= 2 else 0.05

    def read(self, source: Source) -> Iterator[Batch]:
        """Items of one `item_group_id` are variants of one product."""
        found = False
        for rows in _items(source.path) if source.kind is FileKind.XML else read_rows(source.path, source.kind):
            found = found or len(rows.frame) > 0
            raw = rows.frame.rename(columns=_names(list(rows.frame.columns)))
            frame = _fields(raw)
            grouped = _cell(raw, "item_group_id") != ""
            yield Batch(TableName.PRODUCTS, frame[~grouped], raw=raw[~grouped], bad_rows=rows.bad_rows)
            yield Batch(TableName.PRODUCTS, frame[grouped], raw=raw[grouped], variants=True)
        if not found:
            raise AisleError(f"{source.path} has no <item> or <entry>: it is XML, but no Google Merchant feed.")


def _names(columns: list[str]) -> dict[str, str]:
    """`g:image_link`, `image link` and `Image_Link` are one."""
    return {name: name.strip().removeprefix("g:").lower().replace(" ", "_") for name in columns}


def _items(path: Path) -> Iterator[Rows]:
    items: list[dict[str, Any]] = []
    first = 1
    with damage_explained(path), open_bytes(path) as stream:
        # No entities, no network: a feed is data from elsewhere.
        for _, element in etree.iterparse(
            stream, tag=("{*}item", "{*}entry"), resolve_entities=False, no_network=True, load_dtd=False
        ):
            items.append(_item(element))
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
            if len(items) >= CHUNK_ROWS:
                yield _rows(items, first)
                first, items = first + len(items), []
    yield _rows(items, first)


def _rows(items: list[dict[str, Any]], first: int) -> Rows:
    return Rows(pd.DataFrame(items, index=pd.RangeIndex(first, first + len(items)), dtype=object))


def _item(element: Any) -> dict[str, Any]:
    """One value a field; repeated fields are a list, `product_detail` a map of its attributes."""
    item: dict[str, Any] = {}
    details: dict[str, str] = {}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = etree.QName(child).localname.lower()
        if name == "product_detail":
            parts = {etree.QName(part).localname: part.text or "" for part in child if isinstance(part.tag, str)}
            details[parts.get("attribute_name", "")] = parts.get("attribute_value", "")
            continue
        value = (child.get("href") or "" if name == "link" and not child.text else "".join(child.itertext())).strip()
        if name in item:
            item[name] = [*(item[name] if isinstance(item[name], list) else [item[name]]), value]
        else:
            item[name] = value
    return item | ({"product_detail": details} if details else {})


def _cell(raw: pd.DataFrame, column: str) -> pd.Series:
    return lines(raw[column]) if column in raw else pd.Series("", index=raw.index, dtype=object)


def _fields(raw: pd.DataFrame) -> pd.DataFrame:
    frame = pd.DataFrame(index=raw.index)
    group, own = _cell(raw, "item_group_id"), _cell(raw, "id")
    frame[Columns.Product] = group.where(group != "", own)
    for field, names in _FIELDS.items():
        present = [name for name in names if name in raw]
        if present:
            frame[field] = raw[present[0]]
    kind, google = _joined_path(raw, "product_type"), _joined_path(raw, "google_product_category")
    frame[Columns.Category] = kind.where(kind != "", google.where(~google.str.fullmatch(r"\d*"), ""))
    price, sale = _cell(raw, "price"), _cell(raw, "sale_price").where(_sale_runs(raw), "")
    frame[Columns.Price] = sale.where(sale != "", price)
    frame[Columns.ListPrice] = price
    frame[Columns.Attributes] = _attributes(raw)
    return frame


def _joined_path(raw: pd.DataFrame, column: str) -> pd.Series:
    """The first where a feed gives several."""
    if column not in raw:
        return pd.Series("", index=raw.index, dtype=object)
    return lines(raw[column].map(lambda cell: cell[0] if isinstance(cell, list) else cell))


def _sale_runs(raw: pd.DataFrame) -> pd.Series:
    """A sale price without dates always holds; one with dates (`start/end`) holds between them."""
    dates = _cell(raw, "sale_price_effective_date")
    parts = dates.str.split("/", n=1, expand=True).reindex(columns=[0, 1])
    start, end = (pd.to_datetime(parts[side], errors="coerce", utc=True, format="mixed") for side in (0, 1))
    now = pd.Timestamp.now(tz="UTC")
    return (dates == "") | ((start <= now) & (now <= end))


def _attributes(raw: pd.DataFrame) -> pd.Series:
    """A slash parts the colours or materials of one item."""
    cells = {name: _cell(raw, name).str.replace("/", VALUE_SEPARATOR) for name in _ATTRIBUTES if name in raw}
    details = raw["product_detail"].tolist() if "product_detail" in raw else [None] * len(raw)
    rows = zip(*cells.values(), strict=True) if cells else [()] * len(raw)
    joined = [
        dict(zip(cells, values, strict=True)) | (detail if isinstance(detail, dict) else {})
        for values, detail in zip(rows, details, strict=True)
    ]
    return pd.Series(joined, index=raw.index, dtype=object)
