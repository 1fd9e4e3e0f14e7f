"""The recommenders' benchmark on a small made-up shop: its figures follow from the lists, and it can be resumed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import recommender_tables, recommenders, rivals, training_cost
from benchmarks.documents import fill, markdown
from benchmarks.item_sides import complete_journey_side_from, online_retail_side_from
from benchmarks.pipeline_run import PipelineResult
from benchmarks.purchase_probability import MEASURES, Judged, Purchases
from benchmarks.recommender_figures import Board, Outcome, figures
from benchmarks.recommender_results import Estimate, Measured, Shelf
from benchmarks.recommender_rows import Ground, Row, Way, lists_of, run_row
from benchmarks.titles import titles_from
from data.schema import Columns
from recommenders.interactions import Interactions
from recommenders.ranking.calibration import classification
from recommenders.ranking.items import ItemSide
from recommenders.splits import time_split

DAY_S = 86_400
START = 1_700_000_000
ITEMS = 40
ROWS = ["popular", "popular_30d", "own_most_bought", "ease", "item_knn", "implicit_als", "implicit_item_knn"]


def shop(users: int = 150, days: int = 120, seed: int = 0) -> Interactions:
    """Shoppers each come every few days and buy mostly on one of four shelves of ten items."""
    rng = np.random.default_rng(seed)
    events = users * 24
    user = rng.integers(0, users, events)
    shelf = np.where(rng.random(events) < 0.8, user % 4, rng.integers(0, 4, events))
    item = shelf * 10 + (10 * rng.beta(1, 2, events)).astype(int)
    return Interactions.of(
        pd.DataFrame(
            {
                Columns.User: [f"u{one}" for one in user],
                Columns.Product: [f"p{one}" for one in item],
                Columns.Event: "purchase",
                Columns.Value: rng.integers(1, 5, events).astype("float32"),
                Columns.Timestamp: pd.to_datetime(START + rng.integers(0, days * DAY_S, events), unit="s", utc=True),
                Columns.Region: np.where(user % 2, "east", "west"),
            }
        ),
        [f"p{one}" for one in range(ITEMS)],
    )


def side(ids: list[str], cut: int, encoder: object = None) -> ItemSide:
    numbers = np.array([int(one[1:]) for one in ids])
    paths = [f"shelf {one // 10}" for one in numbers]
    return ItemSide.of(1.0 + numbers, paths, np.zeros((len(ids), 0), np.float32))


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground.of("online_retail", time_split(shop()), side)


@pytest.fixture
def small_shop(monkeypatch: pytest.MonkeyPatch) -> None:
    made = recommenders.ShopData(shop, side, texts=False)  # type: ignore[arg-type]
    monkeypatch.setitem(recommenders.SHOPS, "online_retail", made)  # type: ignore[arg-type]


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    document = tmp_path / "recommenders.md"
    document.write_text(recommenders.DOCUMENT.read_text(encoding="utf-8"), encoding="utf-8")
    return [
        *("--data", "online_retail", "--rows", *ROWS, "--beside", "--skip-cost"),
        *("--work", str(tmp_path / "work"), "--json", str(tmp_path / "figures.json"), "--docs", str(document)),
    ]


@pytest.mark.usefixtures("small_shop")
def test_a_run_writes_figures_tables_and_pictures_and_another_takes_them_from_the_shelf(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recommenders.main(arguments)
    written = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    for row in ("aisle", "ease", "implicit_als", "popular_30d", "context_free_best"):
        assert 0 < written[f"online_retail.new.ndcg@10.{row}"] <= 1
    free = [written[f"online_retail.all.ndcg@10.{row}"] for row in ROWS]
    assert written["online_retail.all.ndcg@10.context_free_best"] == max(free)
    assert written["online_retail.all.ndcg@10.aisle"] > written["online_retail.all.ndcg@10.popular"]
    for measure in MEASURES:
        assert written[f"purchase.{measure}.low"] <= written[f"purchase.{measure}.high"]

    document = (tmp_path / "recommenders.md").read_text(encoding="utf-8")
    assert f"{written['online_retail.new.ndcg@10.aisle']:.3f} (" in document
    assert "![online_retail.new](recommenders/online_retail.new.png)" in document
    assert {"online_retail.new.png", "online_retail.all.png", "reliability.png", "trade_off.png"} <= {
        file.name for file in (tmp_path / "recommenders").iterdir()
    }

    def must_not_run(*_: object, **__: object) -> None:
        raise AssertionError("what is finished is not done again")

    monkeypatch.setattr(recommenders, "run_row", must_not_run)
    monkeypatch.setattr(recommenders, "run_pipeline", must_not_run)
    (tmp_path / "figures.json").unlink()
    recommenders.main(arguments)
    assert json.loads((tmp_path / "figures.json").read_text(encoding="utf-8")) == written


def test_every_row_that_is_offered_fits_the_same_shop(ground: Ground) -> None:
    slow = {"mult_vae", "sasrec", "bpr"}  # tested with their own settings elsewhere
    for row in recommender_tables.ROWS:
        if row.key in slow:
            continue
        quick = replace(row, ways=row.ways[:1])
        found = run_row(quick, ground)
        assert set(found) == set(row.protocols)
        assert all(0 <= one.ndcg.mean() <= 1 and np.isfinite(one.novelty) for one in found.values()), row.key


def test_a_row_with_a_grid_shows_its_best(ground: Ground) -> None:
    right = {protocol: asked.answers.toarray().astype(float) for protocol, asked in ground.tasks.items()}
    perfect = Way(lambda _: lambda asked, rows: right[asked.protocol][rows], "perfect")
    useless = Way(lambda _: lambda asked, rows: -right[asked.protocol][rows], "useless")
    found = run_row(Row("grid", "grid", "", (useless, perfect, useless)), ground)
    assert {one.setting for one in found.values()} == {"perfect"}
    assert all(one.ndcg.mean() == pytest.approx(1) for one in found.values())


def test_lists_of_new_items_never_hold_what_was_bought(ground: Ground) -> None:
    asked = ground.tasks["new"]
    lists = lists_of(lambda _, rows: np.ones((len(rows), len(ground.items))), asked)
    assert asked.hidden is not None
    for own, hidden in zip(lists, asked.hidden, strict=True):
        assert not set(own[own >= 0]) & set(hidden.indices)


def test_the_library_sees_the_same_past_and_its_grid_is_told_apart() -> None:
    settings = [way.setting for row in rivals.RIVALS for way in row.ways]
    assert len(set(settings)) == len(settings)


def _measured(ndcg: np.ndarray) -> Measured:
    return Measured(ndcg, ndcg, ndcg, ndcg, 0.5, 1.0, 0.5, 0.5, 1.0, 1.0)


@pytest.mark.parametrize(
    ("lead", "said"), [(0.2, "it is better"), (-0.2, "it is worse"), (0.0, "does not show that it is better")]
)
def test_the_verdict_says_whether_the_interval_contains_zero(lead: float, said: str) -> None:
    rng = np.random.default_rng(0)
    other = rng.random(300) * 0.3 + 0.3
    own = other + lead + 0.05 * rng.permutation(np.repeat([-1, 1], 150))
    board = Board("online_retail", "new", 9, {"ease": _measured(other)}, PipelineResult(_measured(own), None, ()))
    assert said in recommender_tables.verdict(board)
    lead_found = figures(Outcome((board,)))["online_retail.new.ndcg@10.aisle_minus_context_free_best"]
    assert lead_found == pytest.approx(lead, abs=1e-4)


def test_the_measures_of_purchase_are_those_of_all_candidates_and_lie_in_their_intervals() -> None:
    rng = np.random.default_rng(1)
    probability = rng.beta(1, 8, 6000)
    judged = Judged(probability, rng.random(6000) < probability, np.repeat(np.arange(200), 30))
    found = Purchases.of(judged, 0.2)
    plain = classification(probability, judged.bought, 0.2)
    for measure in MEASURES:
        estimate: Estimate = getattr(found, measure)
        assert estimate.mean == getattr(plain, measure)
        assert estimate.low < estimate.high
        if measure != "ece":  # a sample's calibration error lies above the truth: noise has no sign there
            assert estimate.low <= estimate.mean <= estimate.high
    assert found.ece.mean < 0.02
    saved = json.loads(json.dumps(found.as_json()))
    assert Purchases.from_json(saved).as_json() == found.as_json()


def test_shoppers_who_are_all_alike_leave_no_doubt() -> None:
    one_shopper = np.array([0.9, 0.4, 0.1])
    judged = Judged(np.tile(one_shopper, 50), np.tile([True, False, False], 50), np.repeat(np.arange(50), 3))
    found = Purchases.of(judged, 0.5)
    assert (found.f1.low, found.f1.mean, found.f1.high) == (1.0, 1.0, 1.0)
    assert found.ece.low == pytest.approx(found.ece.mean) == pytest.approx(found.ece.high)


def _till() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "StockCode": ["1", "1", "1", "2"],
            "Description": ["RED MUG", "RED MUG", "BLUE MUG", "CANDLE"],
            "Quantity": [1, 1, 1, -1],
            "UnitPrice": [2.0, 4.0, 3.0, 5.0],
            "InvoiceDate": pd.to_datetime(["2011-01-01", "2011-01-02", "2011-01-03", "2011-01-04"]),
        }
    )


def test_what_is_written_after_the_cut_is_not_known() -> None:
    cut = int(pd.Timestamp("2011-01-05", tz="UTC").timestamp())
    later = _till().assign(UnitPrice=99.0, Description="GOLD MUG", InvoiceDate=pd.Timestamp("2011-01-05"))
    before = online_retail_side_from(_till(), ["1", "2", "3"], cut)
    after = online_retail_side_from(pd.concat([_till(), later, later]), ["1", "2", "3"], cut)
    np.testing.assert_array_equal(before.price, np.array([3.0, np.nan, np.nan], np.float32))
    np.testing.assert_array_equal(before.price, after.price)
    assert titles_from(_till(), ["1", "2", "3"]) == ["Red Mug", "Candle", "3"]


def test_groceries_have_the_path_of_their_shelf_and_the_price_of_one() -> None:
    products = pd.DataFrame(
        {
            "product_id": [1, 2, 3],
            "department": ["GROCERY", "GROCERY", None],
            "product_category": ["SOUP", None, "X"],
            "product_type": ["CAN", "Y", "Z"],
            "brand": "National",
            "package_size": None,
        }
    )
    lines = pd.DataFrame(
        {
            "product_id": [1, 1, 1],
            "quantity": [2, 1, 1],
            "sales_value": [4.0, 2.0, 50.0],
            "transaction_timestamp": pd.to_datetime(["2017-01-01", "2017-01-02", "2017-03-01"]),
        }
    )
    cut = int(pd.Timestamp("2017-02-01", tz="UTC").timestamp())
    found = complete_journey_side_from(products, lines, ["1", "2", "3", "4"], cut)
    assert found.price[0] == 2.0
    assert np.isnan(found.price[1:]).all()
    assert found.categories[0].min() >= 0
    assert found.categories[1, 0] == found.categories[0, 0]
    assert (found.categories[2:] == -1).all()


def test_copies_of_a_log_are_other_shoppers_with_the_same_items(tmp_path: Path) -> None:
    log = shop(30)
    training_cost.save(log, tmp_path / "log.npz")
    one = training_cost.measure("popularity", tmp_path / "log.npz", 1)
    three = training_cost.measure("item_knn", tmp_path / "log.npz", 3)
    assert (one.rows, one.shoppers, one.items) == (len(log), len(log.users), ITEMS)
    assert (three.rows, three.shoppers, three.items) == (3 * len(log), 3 * len(log.users), ITEMS)
    assert three.peak_mib >= three.before_mib > 0
    board = Outcome((), (one, three), (one, replace(one, device="cuda", fit_s=one.fit_s / 4)))
    assert "4.0 ×" in markdown(recommender_tables.device_cells(board))
    assert figures(board)["cost.item_knn.3x.rows"] == three.rows


def test_a_model_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    training_cost.save(shop(30), tmp_path / "log.npz")
    ballast = np.ones(1 << 30, np.uint8)  # a GiB here is none of the other process's
    found = training_cost.cost("popularity", tmp_path / "log.npz", 2, cpu_only=True)
    assert (found.device, found.copies) == ("cpu", 2)
    assert found.peak_mib < ballast.nbytes / training_cost.MIB


def test_a_broken_result_on_the_shelf_counts_as_none(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "new")
    assert shelf.get("a") is None
    shelf.put("a", {"x": 1})
    assert shelf.get("a") == {"x": 1}
    (tmp_path / "new" / "a.json").write_text('{"x":', encoding="utf-8")
    assert shelf.get("a") is None


def test_the_document_has_a_place_for_every_table_and_no_other() -> None:
    text = recommenders.DOCUMENT.read_text(encoding="utf-8")
    found = recommender_tables.blocks(Outcome(()), {}, Path("nowhere"))
    assert all(f"<!-- figures:{name} -->" in text for name in found)


def test_a_table_without_a_place_in_the_document_is_an_error(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text("<!-- figures:here -->old<!-- /figures --> and <!-- figures:other -->kept<!-- /figures -->")
    fill(document, {"here": "new"})
    assert "\nnew\n" in document.read_text() and ">kept<" in document.read_text() and "old" not in document.read_text()
    with pytest.raises(KeyError):
        fill(document, {"nothing": "x"})
