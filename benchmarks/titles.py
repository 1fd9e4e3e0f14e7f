"""What the products of the benchmarks' shops are called."""

from __future__ import annotations

import pandas as pd

from benchmarks.paths import data_folder
from data.importers.uci_titles import is_note, title_of
from recommenders.interactions import IdMap


def online_retail_titles(items: IdMap) -> list[str]:
    """The most frequent description of each StockCode, readable; the code itself where only remarks were written.

    Raises AisleError where the data are absent.
    """
    lines = pd.read_parquet(data_folder() / "online_retail.parquet", columns=["StockCode", "Description"]).dropna()
    counts = lines.astype(str).value_counts(["StockCode", "Description"]).reset_index()
    named = counts[~counts["Description"].map(is_note)].drop_duplicates("StockCode")
    titles = dict(zip(named["StockCode"], named["Description"].map(title_of), strict=True))
    return [titles.get(code, code) for code in items.ids]
