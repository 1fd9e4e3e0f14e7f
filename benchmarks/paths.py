"""Where the real data lie that the benchmarks read."""

from __future__ import annotations

import os
from pathlib import Path

from data.errors import AisleError


def data_folder() -> Path:
    """`$AISLE_BENCH_DATA`, or `../shared/data` beside the repository. Raises AisleError where the data are absent."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("AISLE_BENCH_DATA") or beside)
    if not (folder / "shoppingbench_dev.jsonl").exists():
        raise AisleError(
            f"The benchmark's data are not in {folder}: set AISLE_BENCH_DATA to a folder with shoppingbench_dev.jsonl, "
            "livostyle_products.parquet and online_retail.parquet."
        )
    return folder
