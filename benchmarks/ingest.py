"""What it costs to take in 100,000 products from CSV: cleaned, encoded and indexed, and indexed again after a change.

`aisle bench ingest --json docs/figures/ingest.json --docs`. Cleaning runs in a process of its own, so that its peak of
memory is known. The encoder alone is timed on every tenth portion of the same texts, half of them before the index is
built and half after it, and reckoned up for all of them.

`ingest_100k_s`, `ingest_100k_peak_gb`  read, cleaned and written, without the index; resident memory of the process
`encode.ratio_to_bare`                  the index, encoding included, over the encoder alone on the same texts
`encode.ratio_to_bare.cleaned`          cleaning and index over the same
`reindex_1pct.share`                    the index after one row in a hundred has another title, over the whole one
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from rich.console import Console

from benchmarks.documents import markdown
from benchmarks.evaluation import PERFORMANCE, Options, Report, command
from benchmarks.timing import seconds
from data.catalogue import Catalogue
from data.ingest import ingest
from data.schema import PRODUCTS, Columns
from data.store import Store, StoreSettings
from retrieval.documents import meaning
from retrieval.embedding import CHUNK
from retrieval.encoder import Encoder
from retrieval.hybrid import HybridSearch

KINDS = ("Kettle", "Rain Jacket", "Desk Lamp", "Running Shoes", "Wool Scarf", "Storage Box", "Water Bottle", "Rug")
COLOURS = ("Black", "Navy", "Forest Green", "Rose Gold", "Off White", "Mustard", "Heather Grey")
MATERIALS = ("Cotton", "Stainless Steel", "Oak", "Glass", "Leather", "Recycled Polyester")
WORDS = "light strong washable made for every day with a soft lining and a firm base, tested in wind and rain".split()
SAMPLED = 10  # every tenth portion is encoded once more, by the encoder alone
HEADER = ["SKU", "Product Name", "Body", "Vendor", "Category", "Price", "RRP", "Stock", "Rating", "Reviews",
          "Image URL", "Link", "Color", "Material", "Tags"]  # fmt: skip


def write_export(path: Path, products: int, seed: int = 7) -> None:
    """A shop's export with what real ones have: markup, entities, mixed prices, gaps, duplicates, bad rows."""
    rng = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(products):
            writer.writerow(_row(rng, number))


def _row(rng: random.Random, number: int) -> list[str]:
    kind, colour, material = rng.choice(KINDS), rng.choice(COLOURS), rng.choice(MATERIALS)
    price = rng.uniform(3, 400)
    written = rng.choice((f"${price:,.2f}", f"{price:.2f}", f"USD {price:.2f}", f"from ${price:.2f}"))
    prose = " ".join(rng.choice(WORDS) for _ in range(60))
    sku = f"SKU{rng.randrange(number + 1) if rng.random() < 0.01 else number:07d}"
    return [
        sku,
        f"{colour} {material} {kind} No. {number} – “Everyday”",
        f"<p>{prose} &amp; more</p><ul><li>{material}</li><li>{colour}</li></ul>",
        rng.choice(("Quayside", "Fernhill", "Grove & Sons")),
        f"Home/{kind}",
        written if rng.random() > 0.01 else "call us",
        f"${price * 1.2:.2f}",
        str(rng.randrange(200)),
        f"{rng.uniform(2, 5):.1f}",
        str(rng.randrange(500)),
        f"https://img.example/{number}.jpg",
        f"https://shop.example/p/{number}",
        colour,
        material,
        f"{kind.lower()}, {colour.lower()}, everyday",
    ]


def measure(products: int) -> dict[str, float]:
    """`ingest_100k_s` and `ingest_100k_peak_gb` (resident, the whole process)."""
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "export.csv"
        write_export(export, products)
        print(f"{products:,} products, {export.stat().st_size / 1e6:.0f} MB of CSV")
        child = [sys.executable, "-m", "benchmarks.ingest", "--child", str(export), str(Path(folder) / "store")]
        return dict(json.loads(subprocess.run(child, check=True, stdout=subprocess.PIPE, text=True).stdout))


def _child(export: Path, folder: Path) -> None:
    started = time.monotonic()
    report = ingest([export], Store.create(folder, StoreSettings(name="benchmark")), progress=False)
    taken = time.monotonic() - started
    if report.read != report.kept + report.merged + sum(report.refused.values()):
        raise SystemExit("rows were lost")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"ingest_100k_s": round(taken, 1), "ingest_100k_peak_gb": round(peak / 1e9, 2)}))


def measure_index(products: int) -> dict[str, float]:
    """The index of the same export, beside the bare encoder on the same texts in the same portions."""
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "export.csv"
        write_export(export, products)
        store = Store.create(Path(folder) / "store", StoreSettings(name="benchmark"))
        cleaning = seconds(lambda: ingest([export], store, progress=False))
        encoder = Encoder()
        encoder.encode(["warm", "and compiled for many"])
        portions = _portions(Catalogue(store.products()))
        alone = _texts_per_second(portions[:: 2 * SAMPLED], encoder)
        whole = seconds(lambda: HybridSearch.open(store, encoder=encoder))
        alone = (alone + _texts_per_second(portions[SAMPLED :: 2 * SAMPLED] or portions, encoder)) / 2
        bare = sum(map(len, portions)) / alone
        _change(store)
        again = seconds(lambda: HybridSearch.open(store, encoder=encoder))
    return {
        "encode.ratio_to_bare": whole / bare,
        "encode.ratio_to_bare.cleaned": (cleaning + whole) / bare,
        "reindex_1pct.share": again / whole,
        "clean_s": cleaning,
        "index_s": whole,
        "bare_encoder_s": bare,
        "bare_encoder.texts_per_s": alone,
        "reindex_1pct_s": again,
    }


def _portions(catalogue: Catalogue) -> list[list[str]]:
    """The texts of every product, as the index hands them to the encoder."""
    chunks = (catalogue.products(range(at, min(at + CHUNK, len(catalogue)))) for at in range(0, len(catalogue), CHUNK))
    return [[*(each.title for each in chunk), *(meaning(each) for each in chunk)] for chunk in chunks]


def _texts_per_second(portions: list[list[str]], encoder: Encoder) -> float:
    return sum(map(len, portions)) / seconds(lambda: [encoder.encode(texts) for texts in portions])


def _change(store: Store) -> None:
    rows = store.products().to_pylist()
    for row in rows[::100]:
        row[Columns.Title] = f"Changed {row[Columns.Title]}"
    store.write_table(pa.Table.from_pylist(rows, schema=PRODUCTS), store.products_file)


def _table(figures: dict[str, float], products: int) -> str:
    rows = {
        f"{products:,} products read, cleaned and written (s)": figures["clean_s"],
        "encoded and indexed (s)": figures["index_s"],
        "the encoder alone on the same texts (s, from a tenth of them)": figures["bare_encoder_s"],
        "encoded and indexed, over the encoder alone": figures["encode.ratio_to_bare"],
        "cleaned, encoded and indexed, over the encoder alone": figures["encode.ratio_to_bare.cleaned"],
        "indexed again after 1 % has changed (s)": figures["reindex_1pct_s"],
        "that, as a share of the whole index": figures["reindex_1pct.share"],
        "memory at the peak of cleaning (GB)": figures["ingest_100k_peak_gb"],
    }
    return markdown([["", "measured"], *([name, f"{value:.4g}"] for name, value in rows.items())])


def run(options: Options, console: Console) -> Report:
    figures = measure(options.products) | measure_index(options.products)
    return Report(figures, {"ingest": _table(figures, options.products)})


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="aisle bench ingest", description=__doc__)
    parser.add_argument("--products", type=int, default=100_000)
    given = list(arguments if arguments is not None else sys.argv[1:])
    if given[:1] == ["--child"]:
        _child(Path(given[1]), Path(given[2]))
        return
    command(parser, run, given, document=PERFORMANCE)


if __name__ == "__main__":
    main()
