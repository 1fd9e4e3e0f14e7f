"""A filter before ranking gives what sorting everything and leaving out the refused would."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.catalogue import Catalogue
from retrieval.facets import facets, statistics
from retrieval.filters import Filters
from retrieval.fusion import fused
from retrieval.hybrid import HybridSearch
from retrieval.request import content
from retrieval.vectors import FaissIndex

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


@given(seed=st.integers(0, 2**32 - 1), share=st.sampled_from([0.001, 0.05, 0.4, 0.8, 1.0]), k=st.integers(1, 40))
@SAME_INPUT
def test_the_flat_index_is_exact_under_any_mask(units: np.ndarray, seed: int, share: float, k: int) -> None:
    random = np.random.default_rng(seed)
    allowed = random.random(len(units)) < share
    query = units[random.integers(len(units))]
    rows, cosines = FaissIndex.build(units).search(query, k, allowed)
    exact = np.where(allowed, units @ query, -np.inf)
    assert allowed[rows].all()
    assert len(rows) == min(k, allowed.sum())
    np.testing.assert_allclose(cosines, np.sort(exact)[::-1][: len(rows)], atol=1e-5)


@pytest.mark.parametrize("share", [0.55, 0.8, 1.0])
def test_the_graph_index_finds_nearly_all_and_nothing_refused(units: np.ndarray, share: float) -> None:
    allowed = np.random.default_rng(2).random(len(units)) < share
    index = FaissIndex.build(units, flat_rows=100)
    right = 0
    for query in units[:50]:
        rows, _ = index.search(query, 10, allowed)
        assert allowed[rows].all()
        right += len(set(rows) & set(np.argsort(-np.where(allowed, units @ query, -np.inf))[:10]))
    assert right >= 0.97 * 500


@given(wanted=filters, query=st.sampled_from(["hat", "something warm", "blue cotton", "camping", "防晒"]))
@SAME_INPUT
def test_search_is_brute_force_over_the_allowed_rows(shop: HybridSearch, wanted: Filters, query: str) -> None:
    allowed = wanted.mask(shop.catalogue)
    hits = shop.search(query, 100, wanted)
    words = shop.lexical.scores(content(query))
    rows = np.arange(len(shop.catalogue))
    cosines = shop.dense.cosines(shop.encoder.encode_query(content(query)), rows)
    scores = fused(words.score, words.coverage, cosines)
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
