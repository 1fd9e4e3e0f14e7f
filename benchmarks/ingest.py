"""Seconds and peak memory for ingesting 100,000 products from CSV, measured in a process of its own.

`python -m benchmarks.ingest --json docs/figures/setup.json` adds the figures to that file.
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

from benchmarks.figures import merge
from data.ingest import ingest
from data.store import Store, StoreSettings

KINDS = ("Kettle", "Rain Jacket", "Desk Lamp", "Running Shoes", "Wool Scarf", "Storage Box", "Water Bottle", "Rug")
COLOURS = ("Black", "Navy", "Forest Green", "Rose Gold", "Off White", "Mustard", "Heather Grey")
MATERIALS = ("Cotton", "Stainless Steel", "Oak", "Glass", "Leather", "Recycled Polyester")
WORDS = "light strong washable made for every day with a soft lining and a firm base, tested in wind and rain".split()
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
    seconds = time.monotonic() - started
    if report.read != report.kept + report.merged + sum(report.refused.values()):
        raise SystemExit("rows were lost")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"ingest_100k_s": round(seconds, 1), "ingest_100k_peak_gb": round(peak / 1e9, 2)}))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="a file of figures to add to")
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--child", nargs=2, type=Path, metavar=("EXPORT", "STORE"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        _child(*options.child)
        return
    figures = measure(options.products)
    for name, value in figures.items():
        print(f"{name}: {value}")
    if options.json:
        merge(options.json, figures)


if __name__ == "__main__":
    main()
