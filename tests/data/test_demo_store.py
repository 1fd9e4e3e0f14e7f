"""The demo store on disk: its tables agree with each other, and building it again changes nothing."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from lxml import etree

from data.catalogue import Catalogue
from data.demo import make_demo_store
from data.demo.build import FINGERPRINT_FILE, build
from data.demo.specs import load_departments
from data.errors import AisleError
from data.records import Product
from data.store import Store

TOPICS = {
    "Shipping", "Returns", "Warranty", "Payment", "Gift wrap", "Privacy", "Order changes", "Price match", "Contact",
}  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return make_demo_store(tmp_path_factory.mktemp("stores") / "demo", progress=False)


@pytest.fixture(scope="module")
def products(store: Store) -> pd.DataFrame:
    return store.products().to_pandas().set_index("product_id")


@pytest.fixture(scope="module")
def interactions(store: Store) -> pd.DataFrame:
    return store.interactions().to_pandas()


@pytest.fixture(scope="module")
def reviews(store: Store) -> pd.DataFrame:
    return store.reviews().to_pandas()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A store of one department, quick to build."""
    folder = tmp_path / "small"
    _build_small(folder)
    yield folder


def _build_small(folder: Path, seed: int = 7, built_from: str = "one") -> None:
    outdoor = [department for department in load_departments() if department.department == "Outdoor"]
    build(folder, outdoor, built_from, seed=seed, shoppers=40, reviews=100)


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_it_is_labelled_as_synthetic(store: Store) -> None:
    assert store.settings.synthetic
    assert store.settings.currency == "USD"
    assert any(ord(letter) > 0x4E00 for letter in "".join(store.settings.prompts))


def test_every_row_is_a_valid_product(store: Store) -> None:
    for record in store.products().to_pylist():
        record["attributes"] = dict(record["attributes"])
        Product.model_validate(record)


def test_every_product_has_a_well_formed_picture(store: Store, products: pd.DataFrame) -> None:
    assert {path.name for path in store.media_folder.iterdir()} == {Path(image).name for image in products["image"]}
    for image in products["image"].iloc[::25]:
        assert etree.parse(store.folder / image).getroot().get("viewBox") == "0 0 600 600"


def test_policies_cover_what_shoppers_ask(store: Store) -> None:
    assert {policy.topic for policy in store.policies()} == TOPICS


def test_reviews_are_of_products_bought_and_stars_given(reviews: pd.DataFrame, interactions: pd.DataFrame) -> None:
    assert len(reviews) == 10_000
    assert reviews["review_id"].is_unique
    assert reviews["timestamp"].max() < datetime(2026, 11, 1, tzinfo=UTC)
    bought = interactions[interactions["event"] == "purchase"]
    pairs = set(zip(bought["user_id"], bought["product_id"], strict=True))
    assert set(zip(reviews["user_id"], reviews["product_id"], strict=True)) <= pairs
    assert reviews["text"].str.len().between(2, 600).all()
    assert not reviews["text"].str.contains("{", regex=False).any()
    assert reviews["text"].str.contains(r"[\u4e00-\u9fff]").mean() == pytest.approx(0.05, abs=0.015)


def test_a_products_rating_is_that_of_its_reviews(products: pd.DataFrame, reviews: pd.DataFrame) -> None:
    by_product = (
        reviews.groupby("product_id")["rating"].agg(["mean", "count"]).join(products[["rating", "rating_count"]])
    )
    assert (by_product["rating_count"] >= by_product["count"]).all()
    often = by_product[by_product["count"] >= 8]
    assert len(often) > 100
    assert (often["mean"] - often["rating"]).abs().mean() < 0.2
    assert ((products["rating_count"] == 0) == products["rating"].isna()).all()


def test_interactions_fill_eighteen_months_with_context(interactions: pd.DataFrame, products: pd.DataFrame) -> None:
    assert interactions["timestamp"].is_monotonic_increasing
    assert interactions["timestamp"].iloc[0] >= datetime(2025, 5, 1, tzinfo=UTC)
    assert interactions["timestamp"].iloc[-1] < datetime(2026, 11, 1, tzinfo=UTC)
    assert interactions["timestamp"].iloc[-1] >= datetime(2026, 10, 31, tzinfo=UTC)
    assert set(interactions["event"]) == {"view", "cart", "purchase", "rating"}
    assert set(interactions["product_id"]) <= set(products.index)
    assert interactions["user_id"].nunique() > 1_900
    assert interactions[["device", "region", "channel"]].notna().all().all()
    stars = interactions.loc[interactions["event"] == "rating", "value"]
    assert stars.between(1, 5).all()


def test_the_latent_model_shows(interactions: pd.DataFrame, products: pd.DataFrame) -> None:
    """Season, buyers' traits, repeat purchases and brand loyalty can be found again in the histories."""
    bought = interactions[interactions["event"] == "purchase"].join(products[["category", "brand"]], on="product_id")
    family = bought["category"].str.rsplit(" > ", n=1).str[-1]
    month = bought["timestamp"].dt.month
    assert month[family == "Winter Coats"].isin([9, 10, 11, 12, 1, 2]).mean() > 0.75
    assert month[family == "Sandals"].isin([6, 7, 8]).mean() > 0.5
    dog_food = bought[family == "Dry Dog Food"].groupby(["user_id", "product_id"]).size()
    tents = bought[family == "Tents"].groupby(["user_id", "product_id"]).size()
    assert dog_food.mean() > 1.7 * tents.mean()
    hours = interactions["timestamp"].dt.hour.groupby(interactions["device"]).median()
    assert hours["tablet"] > hours["desktop"]


def test_building_again_returns_at_once_and_keeps_every_byte(store: Store) -> None:
    before = {file: file.stat().st_mtime_ns for file in store.folder.rglob("*")}
    make_demo_store(store.folder, progress=False)
    assert {file: file.stat().st_mtime_ns for file in store.folder.rglob("*")} == before


def test_the_same_seed_gives_the_same_bytes(small: Path, tmp_path: Path) -> None:
    _build_small(tmp_path / "again")
    assert _contents(tmp_path / "again") == _contents(small)
    _build_small(tmp_path / "other", seed=8)
    assert _contents(tmp_path / "other") != _contents(small)


def test_sessions_index_and_settings_outlive_a_rebuild(small: Path) -> None:
    with sqlite3.connect(small / "aisle.db") as database:
        database.execute("create table carts (line text)")
        database.execute("insert into carts values ('two mugs')")
    (small / "index").mkdir()
    (small / "index" / "dense.faiss").write_bytes(b"index")
    settings = (small / "store.toml").read_text(encoding="utf-8").replace('llm = "auto"', 'llm = "openai"')
    (small / "store.toml").write_text(settings, encoding="utf-8")
    _build_small(small, built_from="two")
    with sqlite3.connect(small / "aisle.db") as database:
        assert database.execute("select line from carts").fetchall() == [("two mugs",)]
    assert (small / "index" / "dense.faiss").read_bytes() == b"index"
    assert Store.open(small).settings.llm == "openai"
    assert (small / FINGERPRINT_FILE).read_text(encoding="utf-8") == "two"
    assert len(Catalogue(Store.open(small).products())) > 100


def test_a_real_shop_is_never_replaced(small: Path) -> None:
    store = Store.open(small)
    store.settings.synthetic = False
    store.save_settings()
    with pytest.raises(AisleError, match="a shop of its own"):
        make_demo_store(small, progress=False)


def test_a_folder_of_other_files_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(AisleError, match=r"thesis\.txt"):
        make_demo_store(tmp_path, progress=False)
    assert (tmp_path / "thesis.txt").exists()


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(AisleError, match="Cannot write"):
        make_demo_store(tmp_path / "file" / "demo", progress=False)
