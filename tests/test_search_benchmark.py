"""The benchmark of search at size: its catalogues, the engines beside it, what is stopped and what is told of it."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pytest

from benchmarks import catalogues, ingest, search
from benchmarks.catalogues import Catalogued, likeness, made
from benchmarks.exact_on_cuda import nearest
from benchmarks.limited import Limits, Stopped, within
from benchmarks.search_tables import blocks, plot
from benchmarks.vector_rivals import ENGINES, Graph, K, _each, _exact
from data.catalogue import Catalogue
from data.errors import AisleError
from retrieval.hybrid import HybridSearch

SIZE = 1_200
COMES_WITH = {"qdrant": "qdrant_client", "milvus": "milvus_lite"}
AMPLE = Limits(seconds=60, gigabytes=4)


@pytest.fixture(scope="module")
def catalogued(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogued]:
    """Two of the six products of each family are encoded, four are drawn."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("sizes")
        patch.setattr(catalogues, "home", lambda: folder)
        patch.setattr(catalogues, "SAMPLE", 400)
        try:
            yield made(SIZE)
        except AisleError as error:
            pytest.skip(f"the encoder cannot be had: {error}")


@pytest.fixture(scope="module")
def products(catalogued: Catalogued) -> Catalogue:
    return Catalogue(catalogued.store.products())


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_no_two_products_have_one_title(products: Catalogue) -> None:
    assert len({product.title for product in products.products(range(SIZE))}) == len(products) == SIZE


def test_a_catalogue_is_made_once_and_always_alike(
    catalogued: Catalogued, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written = catalogued.store.products_file.stat().st_mtime_ns
    again = made(SIZE)
    assert again.store.products_file.stat().st_mtime_ns == written
    monkeypatch.setattr(catalogues, "home", lambda: tmp_path)
    elsewhere = made(SIZE)
    assert elsewhere.store.products_file != again.store.products_file
    assert elsewhere.store.products().equals(again.store.products())
    assert elsewhere.queries == again.queries
    np.testing.assert_allclose(elsewhere.vectors, again.vectors, atol=1e-4)


def test_what_is_drawn_lies_among_its_family(catalogued: Catalogued, products: Catalogue) -> None:
    """The nearest product that was encoded is one of the same shelf."""
    counts = catalogues._counts(SIZE)
    starts = np.cumsum([0, *counts])[:-1]
    encoded = np.concatenate([[start, start + 1] for start in starts])
    drawn = np.setdiff1d(np.arange(SIZE), encoded)
    vectors = np.asarray(catalogued.vectors)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    nearest_encoded = encoded[(vectors[drawn] @ vectors[encoded].T).argmax(axis=1)]
    shelves = np.array([product.category for product in products.products(range(SIZE))])
    assert (shelves[drawn] == shelves[nearest_encoded]).mean() > 0.95
    assert len({vector.tobytes() for vector in vectors}) > 0.99 * SIZE


def test_encoded_and_drawn_are_compared(catalogued: Catalogued) -> None:
    found = likeness(catalogued)
    assert 0.5 < found["encoded.nearest"] < 1
    assert 0.5 < found["drawn.nearest"] < 1
    assert found["drawn.tenth"] < found["drawn.nearest"]


def test_dimensions_are_those_of_the_surface(catalogued: Catalogued) -> None:
    """Points of a three-dimensional sphere, turned into 384 dimensions."""
    rng = np.random.default_rng(0)
    points = rng.standard_normal((4000, 4)) @ np.linalg.qr(rng.standard_normal((384, 4)))[0].T
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    assert catalogues._neighbourhood(points.astype(np.float32))["dimension"] == pytest.approx(3, rel=0.15)


def test_only_products_have_drawn_vectors(catalogued: Catalogued, products: Catalogue) -> None:
    encoder = catalogued.encoder
    vectors = encoder.encode([products.product(row).title for row in (5, 700)])
    np.testing.assert_array_equal(vectors, catalogued.vectors[[5, 700]])
    query = encoder.encode_query("wool scarf")
    assert query @ encoder.encode(["scarf made of wool"])[0] > 0.8 > query @ encoder.encode(["toy train"])[0]


@pytest.mark.parametrize("share", [0.5, 0.1, 0.01])
def test_as_many_meet_the_condition_as_it_says(share: float, products: Catalogue) -> None:
    met = search.condition(products, share).mask(products).mean()
    assert 0.8 * share <= met <= 1.2 * share

    few = np.random.default_rng(0).lognormal(1, 2, SIZE).round(1)  # much is cheap and of one price, little is dear
    dear = Catalogue(products.table.set_column(products.table.schema.get_field_index("price"), "price", pa.array(few)))
    found = search.condition(dear, share)
    assert 0.8 * share <= found.mask(dear).mean() <= 1.2 * share
    assert found.price_max is not None
    assert found.price_max < np.quantile(few, 0.65) or share == 0.5  # not the odd ones at the end


def test_an_index_is_measured_only_once_it_is_there(catalogued: Catalogued) -> None:
    with pytest.raises(AisleError, match="no index"):
        search.measure(SIZE)
    assert search.build(SIZE)["build_s"] > 0
    first = next(catalogued.store.index_folder.rglob("manifest.json")).stat().st_mtime_ns
    search.build(SIZE)
    assert next(catalogued.store.index_folder.rglob("manifest.json")).stat().st_mtime_ns != first

    figures = search.measure(SIZE)
    for measured in ("recall@10", "recall@10.filter1pct", "recall@10.dense"):
        assert figures[measured] == 1, "everything is read exactly where there is so little"
    assert figures["p95_ms.unfiltered"] > figures["p50_ms.unfiltered.encoded"] > 0


def test_recall_falls_where_candidates_are_missing(catalogued: Catalogued, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the products are never looked at."""
    opened = HybridSearch.open(catalogued.store, encoder=catalogued.encoder, progress=False)
    monkeypatch.setattr(opened, "_candidates", lambda *_: np.arange(0, SIZE, 2))
    assert 0.2 < search._recall(opened, catalogued)["recall@10"] < 0.8


def test_nobody_fails_while_products_change(catalogued: Catalogued) -> None:
    figures = search.change(SIZE)
    assert figures["swap.failed"] == 0
    assert figures["swap.queries"] > 10


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_answers_as_exact_search_does(name: str, catalogued: Catalogued, tmp_path: Path) -> None:
    if name in COMES_WITH and importlib.util.find_spec(COMES_WITH[name]) is None:
        pytest.skip(f"{name} is not installed")
    vectors = np.array(catalogued.vectors)
    queries = np.stack([catalogued.encoder.encode_query(query) for query in catalogued.queries[:30]])
    ENGINES[name].build(vectors, tmp_path)
    engine = ENGINES[name](tmp_path, SIZE)
    for filtered in (False, True):
        exact = _exact(vectors, queries, filtered)
        if isinstance(engine, Graph):
            engine.tune(queries, exact, filtered)
        assert _each(engine, queries, exact, filtered)["recall@10"] >= 0.97
        assert not filtered or all(row % 100 == 0 for row in engine.search(queries[0], True))


def test_a_batch_on_a_device_is_exact(catalogued: Catalogued) -> None:
    torch = pytest.importorskip("torch")
    vectors = np.array(catalogued.vectors)
    queries = np.stack([catalogued.encoder.encode_query(query) for query in catalogued.queries[:30]])
    found = nearest(torch.from_numpy(queries), torch.from_numpy(vectors))
    np.testing.assert_array_equal(np.sort(found), np.sort(_exact(vectors, queries, False)))
    assert found.shape == (30, K)


def test_a_measurement_gives_its_figures_and_leaves_nothing() -> None:
    code = "import json, tempfile; f = tempfile.mkdtemp(); print('noise'); print(json.dumps({'a': 1.5, f: 0}))"
    figures = within(AMPLE, python(code))
    assert isinstance(figures, dict)
    left = next(name for name in figures if name != "a")
    assert figures["a"] == 1.5
    assert not Path(left).exists()


def test_what_is_slow_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = (
        "import pathlib, subprocess, sys, time; "
        "started = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)']); "
        f"pathlib.Path({str(note)!r}).write_text(str(started.pid)); time.sleep(300)"
    )
    began = time.monotonic()
    stopped = within(Limits(seconds=3, gigabytes=4), python(code))
    assert stopped == Stopped("did not finish in 0.05 minutes")
    assert time.monotonic() - began < 30
    started = int(note.read_text())
    assert not psutil.pid_exists(started) or psutil.Process(started).status() == psutil.STATUS_ZOMBIE


def test_what_takes_too_much_memory_is_stopped() -> None:
    code = "import time; held = b'x' * 400_000_000; time.sleep(300)"
    assert within(Limits(seconds=60, gigabytes=0.3), python(code)) == Stopped("needed more than 0.3 GB")


def test_what_fails_says_why() -> None:
    assert within(AMPLE, python("raise ValueError('no such engine')")) == Stopped("failed: ValueError: no such engine")


FIGURES = {
    "100k.p50_ms.unfiltered": 5.0, "100k.p95_ms.unfiltered": 8.0, "100k.measure.finished": 1,
    "100k.flat.finished": 1, "100k.flat.p50_ms.unfiltered": 9.0, "100k.flat.p95_ms.unfiltered": 12.0,
    "100k.milvus.finished": 0, "100k.milvus.p95_ms.unfiltered": 3.0,
}  # fmt: skip


@pytest.mark.parametrize("notes", [{"100k.milvus": "did not finish in 15 minutes"}, {}])
def test_who_did_not_finish_is_said(notes: dict[str, str]) -> None:
    """Also when another run than the one that saw it writes the table; figures of before do not stand in for it."""
    written = blocks(FIGURES, notes)
    assert "5.0 / 8.0" in written["search.size"]
    flat, milvus = (row for row in written["search.rivals"].splitlines() if row.startswith("| 100,000"))
    assert "9.0 / 12.0" in flat
    assert not any(digit in milvus.removeprefix("| 100,000") for digit in "123456789")
    assert "milvus-lite among 100,000: did not finish" in written["search.rivals"]


def test_the_picture_shows_who_finished(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    plot(tmp_path / "one.svg", FIGURES)
    drawn = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert "FAISS flat" in drawn
    assert "milvus-lite" not in drawn


@pytest.mark.usefixtures("catalogued")  # without the encoder there is nothing to measure
def test_indexing_is_compared_with_the_encoder_alone() -> None:
    figures = ingest.measure_index(300)
    assert figures["encode.ratio_to_bare"] == pytest.approx(figures["index_s"] / figures["bare_encoder_s"])
    assert figures["encode.ratio_to_bare.cleaned"] > figures["encode.ratio_to_bare"]
    assert figures["reindex_1pct.share"] < 0.8
