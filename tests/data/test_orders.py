"""Orders on disk: from a shop's export, from the invoices of a real shop, and those of the demo store."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.cleaning.orders import status_of
from data.demo.build import build
from data.demo.interactions import END
from data.demo.orders import orders_table
from data.demo.specs import load_departments
from data.ingest import ingest
from data.store import Store, StoreSettings

FIXTURES = Path(__file__).parent / "fixtures"
EXPORT = """Order Number,Customer ID,SKU,Item Name,Qty,Unit Price,Order Date,Fulfillment Status,Delivered At,Waybill
#A-1001,ann,m1,Blue mug,2,$5.00,2026-03-01 10:00,Delivered,2026-03-04,ZX1
#A-1001,ann,gone,A bowl no longer sold,1,$7.50,2026-03-01 10:00,Delivered,2026-03-04,ZX1
#A-1002,bob,m1,Blue mug,,$5.00,2026-03-02 11:00,unfulfilled,,
#A-1003,bob,m1,Blue mug,-1,$5.00,2026-03-02 11:00,cancelled,,
,bob,m1,Blue mug,1,$5.00,2026-03-02 11:00,cancelled,,
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "shop", StoreSettings(name="shop"))


def export(tmp_path: Path) -> tuple[Path, Path]:
    products, orders = tmp_path / "products.csv", tmp_path / "orders.csv"
    products.write_text("id,name,price\nm1,Blue mug,5.00\nm2,Red mug,6.00\n", encoding="utf-8")
    orders.write_text(EXPORT, encoding="utf-8")
    return products, orders


def test_a_table_of_orders_comes_in_beside_the_products(store: Store, tmp_path: Path) -> None:
    products, orders = export(tmp_path)
    report = ingest([products], store, orders=orders, progress=False)
    lines = store.orders().to_pandas()
    assert report.orders == len(lines) == 3
    assert report.refused == {"quantity is no positive number": 1, "no order number": 1}
    assert lines["order_id"].tolist() == ["A-1001", "A-1001", "A-1002"]
    assert lines["quantity"].tolist() == [2, 1, 1]  # no quantity: one piece
    assert lines["price"].tolist() == [5.0, 7.5, 5.0]
    assert lines["status"].tolist() == ["delivered", "delivered", "processing"]
    assert lines["delivered_at"].dt.day.tolist()[:2] == [4, 4] and pd.isna(lines["delivered_at"].iloc[2])
    assert "gone" in lines["product_id"].tolist()  # what was bought is told of after it left the catalogue
    assert "orders" in {str(cell) for cell in report.table().columns[0]._cells}


def test_orders_outlive_an_import_of_products_alone(store: Store, tmp_path: Path) -> None:
    products, orders = export(tmp_path)
    ingest([products], store, orders=orders, progress=False)
    before = store.orders()
    report = ingest([products], store, progress=False)
    assert store.orders().equals(before) and report.orders == 3


def test_a_shop_without_orders_has_none(store: Store, tmp_path: Path) -> None:
    ingest([export(tmp_path)[0]], store, progress=False)
    assert not store.orders_file.exists() and store.orders().num_rows == 0


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Fulfilled", "shipped"), ("unfulfilled", "processing"), ("partial", "shipped"), ("In Transit", "shipped"),
        ("out for delivery", "shipped"), ("COMPLETED", "delivered"), ("Canceled by customer", "cancelled"),
        ("refunded", "returned"), ("partially refunded", ""), ("待发货", "processing"), ("已发货", "shipped"),
        ("已签收", "delivered"), ("已取消", "cancelled"), ("退货完成", "returned"), ("", ""), ("purple", ""),
    ],
)  # fmt: skip
def test_the_words_of_shops_for_a_status(said: str, status: str) -> None:
    assert status_of(said) == status


def test_invoices_are_orders_and_cancellations_returns(store: Store) -> None:
    ingest([FIXTURES / "online_retail.csv"], store, progress=False)
    orders, bought = store.orders().to_pandas(), store.interactions().to_pandas()
    kept = orders.assign(left=orders["quantity"] - orders["returned"])
    kept = kept[kept["left"] > 0].groupby(["user_id", "product_id"])["left"].sum()
    pd.testing.assert_series_equal(kept, bought.groupby(["user_id", "product_id"])["value"].sum(), check_names=False)
    assert orders["returned"].sum() > 0
    assert not orders["order_id"].str.startswith("C").any()
    assert orders[["shipped_at", "delivered_at"]].isna().all().all()  # the file does not say, so neither do we
    whole = orders.groupby(["order_id", "user_id"])[["quantity", "returned"]].sum()
    told = orders.groupby(["order_id", "user_id"])["status"].first()
    assert ((whole["quantity"] == whole["returned"]) == (told == "returned")).all()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("orders") / "demo"
    kitchen = [department for department in load_departments() if department.department == "Kitchen"]
    build(folder, kitchen, "one", seed=7, shoppers=300, reviews=50)
    return Store.open(folder)


@pytest.fixture(scope="module")
def lines(demo: Store) -> pd.DataFrame:
    return demo.orders().to_pandas()


def test_the_demo_orders_are_its_purchases(demo: Store, lines: pd.DataFrame) -> None:
    log = demo.interactions().to_pandas()
    bought = log[log["event"] == "purchase"].groupby(["user_id", "product_id"])["value"].sum()
    ordered = lines.groupby(["user_id", "product_id"])["quantity"].sum()
    pd.testing.assert_series_equal(ordered, bought, check_names=False)
    assert (lines.groupby("order_id")["user_id"].nunique() == 1).all()
    assert not lines.duplicated(["order_id", "product_id"]).any()
    assert (lines.groupby("order_id").size() > 1).any()  # some have several lines
    assert orders_table(demo.interactions(), demo.products(), 7).equals(demo.orders())


def test_every_status_occurs_and_agrees_with_its_dates(lines: pd.DataFrame) -> None:
    assert set(lines["status"]) == {"processing", "shipped", "delivered", "cancelled", "returned"}
    sent = lines["status"].isin(["shipped", "delivered", "returned"])
    arrived = lines["status"].isin(["delivered", "returned"])
    assert (lines["shipped_at"].notna() == sent).all() and (lines["tracking"].notna() == sent).all()
    assert (lines["delivered_at"].notna() == arrived).all()
    assert (lines["shipped_at"][sent] > lines["placed_at"][sent]).all()
    assert (lines["delivered_at"][arrived] > lines["shipped_at"][arrived]).all()
    assert lines["delivered_at"].max() <= pd.Timestamp(END)
    numbers = lines.drop_duplicates("order_id")
    assert numbers["placed_at"].is_monotonic_increasing and numbers["order_id"].astype(int).is_monotonic_increasing


def test_parcels_travel_as_long_as_the_policy_says(lines: pd.DataFrame) -> None:
    sent = lines.dropna(subset=["delivered_at"]).drop_duplicates("order_id")
    left, came = (
        sent[name].dt.tz_convert(None).to_numpy().astype("datetime64[D]") for name in ("shipped_at", "delivered_at")
    )
    assert np.is_busday(left).all() and np.is_busday(came).all()
    assert set(np.busday_count(left, came)) <= set(range(1, 11))


def test_some_return_windows_are_open_and_some_closed(lines: pd.DataFrame) -> None:
    delivered = lines[lines["status"] == "delivered"]
    open_ = delivered["delivered_at"] + pd.Timedelta(days=30) >= pd.Timestamp(END)
    assert 0 < open_.sum() < len(delivered)
