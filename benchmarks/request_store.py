"""A shop in which real requests can be answered: ShoppingBench's targets among the products of two other shops.

Each target is listed as a shop would list it: its title, the attributes and options that its request states (a colour
family is a `colour`, `brand` the brand), and a price drawn by seed from those that satisfy the request. Beside them
stand Livostyle's products as they are, and Online Retail's titles with their median prices. Everything goes through the
ordinary import, so that markup, colours, materials and duplicates are treated as in any shop. Prices are numbers of
one currency: pesos, dollars and pounds are not converted.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.paths import data_folder
from data.ingest import ingest
from data.records import VALUE_SEPARATOR
from data.store import Store, StoreSettings
from retrieval.filters import BRAND, COLOUR

SEED = 7
DEAREST = 3.0  # a price above an open bound is drawn up to this many times the bound
WITHOUT_BOUND = (5.0, 500.0)


@dataclass(frozen=True)
class Constraint:
    """One thing that the request asks of its target. `name` is the attribute under which the shop lists it."""

    name: str
    value: str


@dataclass(frozen=True)
class Request:
    """`low` and `high` bound the price as the request states it, None where it does not."""

    product_id: str
    text: str
    title: str
    low: float | None
    high: float | None
    constraints: tuple[Constraint, ...]


def requests(folder: Path | None = None) -> list[Request]:
    """The development requests. Raises AisleError where the data are absent."""
    file = (folder or data_folder()) / "shoppingbench_dev.jsonl"
    return [_request(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def make_store(target: Path, wanted: list[Request], folder: Path | None = None) -> Store:
    """The shop, imported into the folder `target`. Raises AisleError where the data are absent."""
    source = folder or data_folder()
    sources = target.parent / "exports"
    sources.mkdir(parents=True, exist_ok=True)
    _write(sources / "targets.jsonl", _listings(wanted))
    _write(sources / "gifts.jsonl", _gifts(source / "online_retail.parquet"))
    store = Store.create(target, StoreSettings(name="requests", llm="none"))
    fashion = source / "livostyle_products.parquet"
    ingest([sources / "targets.jsonl", fashion, sources / "gifts.jsonl"], store, progress=False)
    return store


def attribute_name(key: str) -> str:
    """Where the shop lists a constraint: the colour's many names are one, and underscores are blanks."""
    return COLOUR if re.search(r"(?:^|_)colou?r", key) else key.replace("_", " ").strip()


def _request(record: dict[str, Any]) -> Request:
    reward = record["reward"]
    stated = [*reward.get("attributes", []), *reward.get("sku_options", [])]
    constraints = [
        Constraint(attribute_name(key), str(value))
        for entry in stated
        for key, values in entry.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    low, high = _bounds(reward.get("price", []))
    return Request(reward["product_id"], record["query"], reward["title"][0], low, high, tuple(constraints))


def _bounds(stated: list[dict[str, list[float | None]]]) -> tuple[float | None, float | None]:
    for entry in stated:
        for kind, values in entry.items():
            numbers = [float(value) for value in values if value is not None]
            if kind == "between":
                return numbers[0], numbers[1]
            return (numbers[0], None) if kind == "greater than" else (None, numbers[0])
    return None, None


def _listings(wanted: list[Request]) -> list[dict[str, Any]]:
    random = np.random.default_rng(SEED)
    return [_listing(request, random) for request in wanted]


def _listing(request: Request, random: np.random.Generator) -> dict[str, Any]:
    attributes: dict[str, list[str]] = {}
    for constraint in request.constraints:
        attributes.setdefault(constraint.name, []).append(constraint.value)
    brand = attributes.pop(BRAND, [""])[0]
    return {
        "product_id": request.product_id,
        "title": request.title,
        "brand": brand,
        "price": _price(request, random),
        "attributes": {name: VALUE_SEPARATOR.join(values) for name, values in attributes.items()},
    }


def _price(request: Request, random: np.random.Generator) -> float:
    low, high = request.low, request.high
    if low is None and high is None:
        low, high = WITHOUT_BOUND
    low = low if low is not None else 0.0
    high = high if high is not None else low * DEAREST
    return round(float(random.uniform(low, high)), 2)


def _gifts(file: Path) -> list[dict[str, Any]]:
    """Descriptions that name a product: clerks write those in capitals and their remarks ("damages?") not."""
    lines = pd.read_parquet(file, columns=["Description", "UnitPrice"]).dropna()
    lines["Description"] = lines["Description"].str.replace(r"\s+", " ", regex=True).str.strip()
    titles = lines["Description"]
    named = titles.str.contains("[A-Z]{3}", regex=True) & (titles == titles.str.upper()) & (lines["UnitPrice"] > 0)
    prices = lines[named].groupby("Description")["UnitPrice"].median()
    return [
        {"product_id": f"gift-{place}", "title": str(title), "price": round(float(price), 2)}
        for place, (title, price) in enumerate(prices.items())
    ]


def _write(file: Path, rows: list[dict[str, Any]]) -> None:
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
