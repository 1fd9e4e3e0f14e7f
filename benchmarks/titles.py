"""What the products of the benchmarks' shops are called."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from benchmarks.paths import data_folder
from data.importers.uci_titles import is_note, title_of
from recommenders.interactions import IdMap


def online_retail_titles(items: IdMap) -> list[str]:
    """The most frequent description of each StockCode, readable; the code itself where only remarks were written.

    Raises AisleError where the data are absent.
    """
    lines = pd.read_parquet(data_folder() / "online_retail.parquet", columns=["StockCode", "Description"])
    return titles_from(lines, list(items.ids))


def titles_from(lines: pd.DataFrame, ids: Sequence[str]) -> list[str]:
    """The same from lines in the columns of UCI Online Retail."""
    named = lines[["StockCode", "Description"]].dropna().astype(str)
    counts = named.value_counts(["StockCode", "Description"]).reset_index()
    best = counts[~counts["Description"].map(is_note)].drop_duplicates("StockCode")
    titles = dict(zip(best["StockCode"], best["Description"].map(title_of), strict=True))
    return [titles.get(code, code) for code in ids]
