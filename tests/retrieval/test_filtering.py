"""A filter before ranking gives what sorting everything and leaving out the refused would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.catalogue import Catalogue
from data.schema import PRODUCTS, Columns
from retrieval.dense import DenseIndex
from retrieval.facets import facets, statistics
from retrieval.filters import Filters
from retrieval.fusion import fused
from retrieval.hybrid import HybridSearch
from retrieval.measures import Measure, intervals
from retrieval.request import content
from retrieval.slots import Slots
from retrieval.top import top
from retrieval.vectors import FaissIndex, Precision

DIMENSIONS = 16
SAME_INPUT = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

filters = st.builds(
    Filters,
    price_min=st.none() | st.floats(0, 60),
    price_max=st.none() | st.floats(10, 160),
    category=st.lists(st.sampled_from(["Fashion", "Fashion > Hats", "Outdoor > Camping", "Kitchen", "Nowhere"])),
    colour=st.lists(st.sampled_from(["blue", "Green", "black", "pink"]), max_size=2),
    rating_min=st.none() | st.floats(3, 5),
    in_stock=st.none() | st.booleans(),
    exclude=st.dictionaries(st.just("brand"), st.lists(st.sampled_from(["Nordwind", "hearth"]), max_size=2)),
)


@pytest.fixture(scope="module")
def units() -> np.ndarray:
    vectors = np.random.default_rng(1).normal(size=(3000, DIMENSIONS)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def many() -> np.ndarray:
    """Near one another as the vectors of texts are: kinds of things, and things of a kind."""
    random = np.random.default_rng(3)
    kinds = random.normal(size=(40, 128))
    vectors = kinds[random.integers(40, size=12_000)] + random.normal(size=(12_000, 128)) * 0.7 + 0.5
    units: np.ndarray = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return units


def over(vectors: np.ndarray, precision: Precision = "float32", exact: int = 20_000) -> DenseIndex:
    return DenseIndex([FaissIndex.build(vectors, precision, exact=exact)], Slots(len(vectors)))


@given(seed=st.integers(0, 2**32 - 1), share=st.sampled_from([0.001, 0.05, 0.4, 0.8, 1.0]), k=st.integers(1, 40))
@SAME_INPUT
def test_a_few_vectors_are_searched_exactly_under_any_mask(units: np.ndarray, seed: int, share: float, k: int) -> None:
    random = np.random.default_rng(seed)
    allowed = random.random(len(units)) < share
    query = units[random.integers(len(units))]
    rows, cosines = over(units).search(query, k, allowed)
    exact = np.where(allowed, units @ query, -np.inf)
    assert allowed[rows].all()
    assert len(rows) == min(k, allowed.sum())
    np.testing.assert_allclose(cosines, np.sort(exact)[::-1][: len(rows)], atol=1e-5)


@pytest.mark.parametrize("precision", ["float32", "float16", "int8"])
@pytest.mark.parametrize("share", [0.05, 0.55, 1.0])
def test_the_codes_find_nearly_all_of_many_and_nothing_refused(
    many: np.ndarray, share: float, precision: Precision
) -> None:
    allowed = np.random.default_rng(2).random(len(many)) < share
    index = over(many, precision, exact=1000)
    right = 0
    for query in many[:50]:
        rows, cosines = index.search(query, 10, allowed)
        assert allowed[rows].all()
        assert np.all(np.diff(cosines) <= 0)
        np.testing.assert_allclose(cosines, many[rows] @ query, atol=0.01)
        right += len(set(rows) & set(np.argsort(-np.where(allowed, many @ query, -np.inf))[:10]))
    assert right >= 0.97 * 500


def test_the_codes_estimate_the_cosine(many: np.ndarray) -> None:
    index = FaissIndex.build(many, "float16", exact=1000)
    query, some = many[7], np.arange(0, len(many), 3)
    errors = index.estimates(query) - many @ query
    assert abs(errors.mean()) < 0.05
    assert errors.std() < 0.1
    np.testing.assert_array_equal(index.estimates(query, some), index.estimates(query)[some])


@pytest.mark.parametrize("precision", ["float32", "float16", "int8"])
@pytest.mark.parametrize("exact", [100, 10_000])
def test_vectors_come_back_from_disk_as_they_were(
    units: np.ndarray, precision: Precision, exact: int, tmp_path: Path
) -> None:
    built = FaissIndex.build(units, precision, exact=exact)
    built.save(tmp_path)
    loaded = FaissIndex.load(tmp_path)
    np.testing.assert_array_equal(built.vectors(slice(None)), loaded.vectors(slice(None)))
    for query in units[:5]:
        np.testing.assert_array_equal(built.estimates(query), loaded.estimates(query))
        np.testing.assert_array_equal(built.cosines(query, np.arange(99)), loaded.cosines(query, np.arange(99)))


@given(
    scores=st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]), min_size=1, max_size=4000),
    k=st.integers(1, 3),
    seed=st.integers(0, 9),
)
def test_the_top_is_what_sorting_everything_gives(scores: list[float], k: int, seed: int) -> None:
    given_scores = np.array(scores, np.float32)
    allowed = np.random.default_rng(seed).random(len(scores)) < 0.7
    order = np.argsort(-np.where(allowed, given_scores, 0), kind="stable")
    expected = [row for row in order if allowed[row] and given_scores[row] > 0][:k]
    np.testing.assert_array_equal(given_scores[top(given_scores, k, allowed)], given_scores[expected])
    assert allowed[top(given_scores, k, allowed)].all()


@given(wanted=filters, query=st.sampled_from(["hat", "something warm", "blue cotton", "camping", "防晒"]))
@SAME_INPUT
def test_search_is_brute_force_over_the_allowed_rows(shop: HybridSearch, wanted: Filters, query: str) -> None:
    allowed = wanted.mask(shop.catalogue)
    hits = shop.search(query, 100, wanted)
    words = shop.lexical.scores(content(query))
    rows = np.arange(len(shop.catalogue))
    cosines = shop.dense.cosines(shop.encoder.encode_query(content(query)), rows)
    scores = fused(words.words, cosines)
    assert {hit.row for hit in hits} == set(np.flatnonzero(allowed))
    np.testing.assert_allclose([hit.score for hit in hits], np.sort(scores[allowed])[::-1], atol=1e-5)


@given(wanted=filters)
@SAME_INPUT
def test_facets_count_what_a_data_frame_counts(shop: HybridSearch, wanted: Filters) -> None:
    mask = wanted.mask(shop.catalogue)
    frame = frame_of(shop.catalogue)[mask]
    found = facets(shop.catalogue, mask)
    assert found.count == len(frame)
    assert found.brands == frame["brand"].dropna().value_counts().to_dict()
    assert found.colours == frame["colours"].explode().dropna().str.lower().value_counts().to_dict()
    assert found.categories == frame["paths"].explode().dropna().value_counts().to_dict()
    assert (found.price is None) == frame.empty
    if found.price:
        assert (found.price.lowest, found.price.highest) == (frame["price"].min(), frame["price"].max())


@given(wanted=filters)
@SAME_INPUT
def test_statistics_are_of_all_that_match(shop: HybridSearch, wanted: Filters) -> None:
    mask = wanted.mask(shop.catalogue)
    frame = frame_of(shop.catalogue)[mask]
    found = statistics(shop.catalogue, mask, extremes=3)
    assert list(shop.catalogue.price[list(found.cheapest)]) == frame["price"].nsmallest(3).tolist()
    assert list(shop.catalogue.price[list(found.dearest)]) == frame["price"].nlargest(3).tolist()
    by_path = frame.explode("paths").groupby("paths")["price"].agg(["count", "min", "median", "max"])
    ranges = {path: (r.count, r.lowest, r.median, r.highest) for path, r in found.price_by_category.items()}
    assert ranges == {path: tuple(row) for path, row in zip(by_path.index, by_path.to_numpy(), strict=True)}


def test_one_perfect_rating_is_not_the_best(shop: HybridSearch) -> None:
    best = statistics(shop.catalogue, np.ones(len(shop.catalogue), dtype=bool)).best_rated
    assert shop.catalogue.ids[best[0]] == "hat-red"  # 4.8 by 120 people; the pan has 5.0 by one


def frame_of(catalogue: Catalogue) -> pd.DataFrame:
    products = catalogue.products(range(len(catalogue)))
    steps = [product.category.split(" > ") for product in products]
    paths: Callable[[list[str]], list[str]] = lambda way: [" > ".join(way[: n + 1]) for n in range(len(way))]  # noqa: E731
    return pd.DataFrame(
        {
            "brand": [product.brand for product in products],
            "price": [product.price for product in products],
            "colours": [list(product.values("colour")) for product in products],
            "paths": [paths(way) for way in steps],
        }
    )


UNIT = st.sampled_from(["ml", "l", "cl", "g", "kg", "cm", "mm", "m", "inch", "gb", "w", "mah", "year", "month", "h"])


@given(amount=st.integers(1, 999), unit=UNIT)
def test_a_value_meets_exactly_the_ranges_that_hold_it(amount: int, unit: str) -> None:
    (interval,) = intervals(f"{amount} {unit}")
    for low, high in ((amount, None), (None, amount), (amount, amount), (amount + 1, None), (None, amount - 1)):
        first, last = Measure(low=low, high=high, unit=unit).bounds("capacity")
        expected = (low is None or amount >= low) and (high is None or amount <= high)
        assert (interval.low <= last and interval.high >= first) == expected


@pytest.mark.parametrize(
    ("value", "measure", "meets"),
    [
        ("0.5 litres", Measure(low=500, unit="ml"), True),
        ("450 g", Measure(low=16, high=16, unit="oz"), True),
        ("183 cm", Measure(low=6, high=6, unit="ft"), True),
        ("1 tb", Measure(low=512, unit="gb"), True),
        ("from 3 years", Measure(low=5, high=5, unit="year"), True),
        ("from 6 months", Measure(high=3, unit="year"), True),
        ("5–8 years", Measure(low=9, high=9, unit="year"), False),
        ("up to 15 kg", Measure(low=20, unit="kg"), False),
        ("36 x 27 x 10 cm", Measure(high=30, unit="cm"), False),  # its longest side does not fit
        ("500 g/m²", Measure(low=1, unit="g"), False),  # no weight of the towel
        ("20 km/h", Measure(low=1, unit="m"), False),
    ],
)
def test_units_are_converted_and_ranges_must_be_reached(value: str, measure: Measure, meets: bool) -> None:
    low, high = measure.bounds("")
    found = [each for each in intervals(value) if each.dimension == measure.dimension]
    assert any(each.low <= high and each.high >= low for each in found) == meets


def test_a_13_inch_laptop_has_13_3_inches_but_a_13_inch_pan_has_not() -> None:
    asked, (stated,) = Measure(low=13, high=13, unit="inch"), intervals("13.3 inch")
    assert asked.bounds("screen size")[0] <= stated.low <= asked.bounds("screen size")[1]
    assert not stated.low <= asked.bounds("diameter")[1]


@given(st.text(max_size=60))
def test_no_value_breaks_the_reading_of_measures(value: str) -> None:
    assert all(interval.low <= interval.high for interval in intervals(value))


def test_measures_filter_have_chips_and_can_be_taken_back() -> None:
    values = ["0.5 litres", "330 ml", "5000 mAh", "1 litre | 2 litres"]
    rows = [
        dict.fromkeys(PRODUCTS.names)
        | {
            Columns.Product: value,
            Columns.Title: "flask",
            Columns.Price: 9.0,
            Columns.Attributes: [("capacity", value)],
        }
        for value in values
    ]
    catalogue = Catalogue(pa.Table.from_pylist(rows, schema=PRODUCTS))
    wanted = Filters(measures={"capacity": [Measure(low=400, high=1100, unit="ml")]})
    assert [catalogue.ids[row] for row in np.flatnonzero(wanted.mask(catalogue))] == [values[0], values[3]]
    assert not Filters(measures={"no such attribute": wanted.measures["capacity"]}).mask(catalogue).any()
    (chip,) = wanted.chips()
    assert chip.label == "capacity: 400–1100 ml"
    assert wanted.without(chip.field, chip.value) == Filters()
    assert Filters.model_validate_json(wanted.model_dump_json()) == wanted
