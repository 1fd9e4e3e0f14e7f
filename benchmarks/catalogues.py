"""Catalogues of any size for measuring: products composed from the demo shop's specifications, each with a number of
its own in its title, and their vectors.

A sample of the products is really encoded. The vectors of the others are drawn: each lies near a member of its family's
sample, as a variant lies near another of its model, away from it at random by `SPREAD` of what the family spreads
(normal, with the sample's covariance), and is brought to length 1. `likeness` compares as many that were encoded and
that were drawn: how near a product is to its nearest neighbours, and of how many dimensions they are locally.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.progress import track

from data.demo.products import DemoProduct, family_generator, without_end
from data.demo.specs import Department, Family, load_departments
from data.files import replacing_folder
from data.schema import PRODUCTS, Columns
from data.store import Store, StoreSettings, home
from retrieval.documents import meaning
from retrieval.encoder import Encoder

VERSION = 2
SEED = 11
SPREAD = 0.4  # with which drawn ones are as near to one another as encoded ones
SAMPLE = 20_000  # products that are really encoded
QUERIES = 300
PIECE = 20_000  # products that are written at a time
COMPARED = 2_000
NUMBER = re.compile(r"No\. (\d+)")


@dataclass(frozen=True)
class Catalogued:
    """`vectors`: float32 `[n, d]` by the number in a product's title; `queries` are in shoppers' words."""

    store: Store
    vectors: np.ndarray
    queries: list[str]

    @cached_property
    def encoder(self) -> DrawnEncoder:
        return DrawnEncoder(self.vectors)


class DrawnEncoder(Encoder):
    """Gives a product's vector for its texts, by the number in them; queries are really encoded."""

    def __init__(self, vectors: np.ndarray) -> None:
        super().__init__()
        self._vectors = vectors

    def forget(self) -> None:
        """The queries that were encoded: the next time they are encoded again."""
        self._remembered.cache_clear()

    @property
    def identity(self) -> str:
        return f"drawn-{VERSION}"

    @property
    def dimensions(self) -> int:
        return int(self._vectors.shape[1])

    def encode(self, texts: list[str], *, progress: bool = False) -> np.ndarray:
        numbers = [int(found[1]) for text in texts if (found := NUMBER.search(text))]
        if len(numbers) != len(texts):
            return super().encode(texts, progress=progress)
        return np.asarray(self._vectors[numbers], np.float32)


def made(size: int) -> Catalogued:
    """The catalogue of this size, made where it is not there yet: under `$AISLE_HOME/benchmarks`."""
    folder = home() / "benchmarks" / f"catalogue-{size}"
    try:
        note = json.loads((folder / "made.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        note = {}
    if note.get("version") != VERSION:
        shutil.rmtree(folder, ignore_errors=True)
        with replacing_folder(folder) as beside:
            note = {"version": VERSION, "queries": _make(beside, size)}
            (beside / "made.json").write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")
    vectors = np.load(folder / "vectors.npy", mmap_mode="r")
    return Catalogued(Store.open(folder), vectors, note["queries"])


def likeness(catalogued: Catalogued) -> dict[str, float]:
    """Of what was encoded, and of as many that were drawn of the same families, where there are such: the median
    cosines to the nearest and to the tenth nearest other one, and `dimension`, the intrinsic one by the ratio of the
    distances to the two nearest (TwoNN: Facco, d'Errico, Rodriguez, Laio, 2017)."""
    counts = _counts(len(catalogued.vectors))
    pairs = list(zip(np.cumsum([0, *counts]), _encoded_of(counts), counts, strict=False))
    rows = {
        "encoded": [np.arange(start, start + share) for start, share, _ in pairs],
        "drawn": [np.arange(start + share, start + 2 * share) for start, share, count in pairs if count >= 2 * share],
    }
    return {
        f"{name}.{measured}": value
        for name, parts in rows.items()
        if parts
        for measured, value in _neighbourhood(np.asarray(catalogued.vectors[np.concatenate(parts)])).items()
    }


def _neighbourhood(vectors: np.ndarray) -> dict[str, float]:
    some = np.random.default_rng(SEED).permutation(len(vectors))[:COMPARED]
    cosines = vectors[some] @ vectors.T
    cosines[np.arange(len(some)), some] = -1
    nearest = -np.partition(-cosines, range(10), axis=1)[:, :10]
    first, second = np.sqrt(np.maximum(2 - 2 * nearest[:, :2], 1e-9)).T
    return {
        "nearest": float(np.median(nearest[:, 0])),
        "tenth": float(np.median(nearest[:, 9])),
        "dimension": len(some) / float(np.log(second / first).sum()),
    }


def _families() -> list[tuple[Department, Family]]:
    return [(department, family) for department in load_departments() for family in department.families]


def _counts(size: int) -> list[int]:
    """How many products each family has."""
    counts: list[int] = np.diff(np.linspace(0, size, len(_families()) + 1).astype(int)).tolist()
    return counts


def _encoded_of(counts: list[int]) -> list[int]:
    """How many of each family, its first, are really encoded."""
    return [min(count, max(2, SAMPLE * count // sum(counts))) for count in counts]


def _make(folder: Path, size: int) -> list[str]:
    store = Store.create(folder, StoreSettings(name=f"{size:,} products"))
    families, counts = _families(), _counts(size)
    _write_products(store, families, counts, size)
    _write_vectors(folder, store.products_file, counts, size)
    return _queries(families)


def _write_products(store: Store, families: list[tuple[Department, Family]], counts: list[int], size: int) -> None:
    pieces = (
        pa.Table.from_pylist([_row(product, number) for number, product in piece], schema=PRODUCTS)
        for piece in _pieces(enumerate(_products(families, counts)))
    )
    with pq.ParquetWriter(store.products_file, PRODUCTS, compression="zstd") as writer:
        for table in track(pieces, "Composing products", total=-(-size // PIECE), transient=True):
            writer.write_table(table)


def _products(families: list[tuple[Department, Family]], counts: list[int]) -> Iterator[DemoProduct]:
    for (department, family), count in zip(families, counts, strict=True):
        variants = chain.from_iterable(without_end(department, family, family_generator(SEED, "size", family.name)))
        yield from (product for _, product in zip(range(count), variants, strict=False))


def _pieces(products: Iterator[tuple[int, DemoProduct]]) -> Iterator[list[tuple[int, DemoProduct]]]:
    while piece := [pair for _, pair in zip(range(PIECE), products, strict=False)]:
        yield piece


def _row(product: DemoProduct, number: int) -> dict[str, object]:
    return {
        Columns.Product: f"p{number:07d}",
        Columns.Title: f"{product.title}, No. {number}",
        Columns.Description: product.description,
        Columns.Brand: product.brand.name,
        Columns.Category: product.category,
        Columns.Price: product.price,
        Columns.ListPrice: product.list_price,
        Columns.Currency: "USD",
        Columns.Stock: product.stock,
        Columns.Rating: round(product.mean_rating, 1),
        Columns.RatingCount: int(40 * product.appeal),
        Columns.Attributes: list(product.attributes.items()),
        Columns.Tags: product.tags,
    }


def _write_vectors(folder: Path, products: Path, counts: list[int], size: int) -> None:
    """By family: those of its sample as encoded, and further ones drawn."""
    starts = np.cumsum([0, *counts])
    shares = _encoded_of(counts)
    sample = np.concatenate([np.arange(start, start + share) for start, share in zip(starts, shares, strict=False)])
    encoded = _encoded(products, sample)
    vectors = np.lib.format.open_memmap(folder / "vectors.npy", "w+", np.float32, (size, encoded.shape[1]))
    rng = np.random.default_rng(SEED)
    place = 0
    for start, share, count in zip(starts, shares, counts, strict=False):
        known = encoded[place : place + share]
        vectors[start : start + share] = known
        vectors[start + share : start + count] = _drawn(known, count - share, rng)
        place += share
    vectors.flush()


def _encoded(products: Path, rows: np.ndarray) -> np.ndarray:
    from data.catalogue import Catalogue  # noqa: PLC0415

    catalogue, encoder = Catalogue(pq.read_table(products, schema=PRODUCTS)), Encoder()
    chosen = catalogue.products(rows)
    vectors = encoder.encode([product.title for product in chosen], progress=True)
    vectors += encoder.encode([meaning(product) for product in chosen], progress=True)
    unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _drawn(sample: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """float32 `[count, d]`."""
    away = SPREAD * (sample - sample.mean(axis=0)) / np.sqrt(max(len(sample) - 1, 1))
    near = sample[rng.integers(len(sample), size=count)]
    vectors = near + rng.standard_normal((count, len(sample)), dtype=np.float32) @ away
    unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _queries(families: list[tuple[Department, Family]]) -> list[str]:
    rng = np.random.default_rng(SEED)
    return [_query(*families[rng.integers(len(families))], rng) for _ in range(QUERIES)]


def _query(department: Department, family: Family, rng: np.random.Generator) -> str:
    """What somebody may ask for who has one product of the family in mind: some of what it is, in some order."""
    product = next(without_end(department, family, rng))[0]
    has = [name for name, value in product.attributes.items() if value == "yes"]
    is_ = [value for name, value in product.attributes.items() if name in family.shown and value not in ("yes", "no")]
    called = [family.name, *(synonym.text for synonym in family.synonyms if synonym.text.isascii())]
    name = str(rng.choice(called))
    match rng.integers(5):
        case 0:
            return name
        case 1 if has:
            return f"{rng.choice(has)} {name}"
        case 2:
            return f"{product.attributes.get('colour', '')} {name} {' '.join(is_[:1])}".strip()
        case 3:
            return f"I'm looking for a {' '.join([*has[:2], name])} for {rng.choice(family.uses)}"
    return f"{product.brand.name} {name} {' '.join([*is_[:2], product.attributes.get('colour', '')])}".strip()
