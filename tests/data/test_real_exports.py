"""The two real catalogues, where they lie beside the repository."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data.catalogue import Catalogue
from data.ingest import ingest
from data.store import Store, StoreSettings

SHARED = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not beside the repository")


def test_livostyle_comes_in_by_guessing(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "livostyle", StoreSettings(name="livostyle"))
    report = ingest([SHARED / "livostyle_products.parquet"], store, progress=False)
    assert (report.read, report.products, report.refused) == (2766, 2766, {})
    products = Catalogue(store.products())
    belt = products.get("8041128329355")
    assert belt.category == "Apparel & Accessories > Clothing > Sleepwear & Loungewear"
    assert (belt.price, belt.currency, belt.rating, belt.stock) == (50.99, "USD", 4.5, None)
    assert belt.attributes["type"] == "Lounge Set" and belt.attributes["colour"] == "black"
    assert belt.image and belt.image.startswith("https://cdn.shopify.com") and belt.url and "heart print" in belt.tags
    assert sum(not in_stock for in_stock in products.in_stock) == 6


def test_online_retail_becomes_a_shop(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "giftshop", StoreSettings(name="giftshop"))
    report = ingest([SHARED / "online_retail.parquet"], store, format="uci-online-retail", progress=False)
    assert report.read == pq.read_metadata(SHARED / "online_retail.parquet").num_rows
    assert report.read == report.kept + report.merged + sum(report.refused.values())
    products = Catalogue(store.products())
    assert 3700 < len(products) < 3950
    assert products.get("85123A").title == "White Hanging Heart T-Light Holder"
    assert not {"POST", "M", "D", "DOT", "AMAZONFEE", "S", "B"} & set(products.ids)
    assert not {"damaged", "check", "?", "sold as set on dotcom"} & {title.lower() for title in products.titles}
    assert not any("voucher" in title.lower() for title in products.titles)
    bought = store.interactions().to_pandas()
    assert bought["value"].min() > 0 and bought["user_id"].nunique() > 4000
    assert not (bought["value"] == 74215).any()  # bought and cancelled within the quarter of an hour
    orders = store.orders().to_pandas()
    assert orders["order_id"].str.fullmatch(r"\d{6}").all() and set(orders["status"].dropna()) == {"returned"}
    kept = (orders["quantity"] - orders["returned"]).sum()
    assert kept == bought["value"].sum()  # every piece of an order was bought for good or came back
