"""The index on disk is built when it must be, and only then."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from functools import cache, reduce
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.progress import Progress

from data.catalogue import Catalogue
from data.schema import PRODUCTS
from data.store import Store
from retrieval import index_files, vectors
from retrieval.encoder import Encoder
from retrieval.hybrid import HybridSearch
from retrieval.index import MOST_SEGMENTS, updated
from retrieval.index_files import is_fresh

Row = dict[str, object]
MakeStore = Callable[[list[Row]], Store]


class CountingEncoder(Encoder):
    """The real encoder; it counts the texts that an index had it encode."""

    encoded = 0

    def encode(self, texts: list[str], *, progress: bool = False) -> np.ndarray:
        self.encoded += len(texts)
        return super().encode(texts, progress=progress)


class RememberingEncoder(Encoder):
    """The real encoder, each text by itself and once: what a text shares a batch with moves its last digits."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(encoder.name)
        self._one_by_one = cache(encoder.encode_query)
        self._dimensions = encoder.dimensions

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def encode(self, texts: list[str], *, progress: bool = False) -> np.ndarray:
        return np.stack([self._one_by_one(text) for text in texts])


@pytest.fixture(scope="module")
def remembering(encoder: Encoder) -> RememberingEncoder:
    return RememberingEncoder(encoder)


@pytest.fixture
def counting(encoder: Encoder) -> CountingEncoder:
    counting = CountingEncoder(encoder.name)
    counting._model = encoder.model
    return counting


def opened(store: Store, encoder: Encoder) -> HybridSearch:
    return HybridSearch.open(store, encoder=encoder, progress=False)


def built_at(store: Store) -> int:
    return (store.index_folder / "search" / "manifest.json").stat().st_mtime_ns


def test_only_what_changed_is_encoded_again(rows: list[Row], make_store: MakeStore, counting: CountingEncoder) -> None:
    store = make_store(rows)
    opened(store, counting)
    assert counting.encoded == 2 * len(rows)  # the title alone, and all of it
    first = built_at(store)
    opened(store, counting)
    assert (counting.encoded, built_at(store)) == (2 * len(rows), first)

    rows[0]["title"] = "Green Felt Beret"
    search = opened(make_store(rows), counting)
    assert counting.encoded == 2 * len(rows) + 2
    assert search.search("beret", 1)[0].product_id == rows[0]["product_id"]


def test_a_price_alone_encodes_nothing(rows: list[Row], make_store: MakeStore, counting: CountingEncoder) -> None:
    opened(make_store(rows), counting)
    before, rows[0]["price"] = counting.encoded, 999.0
    search = opened(make_store(rows), counting)
    assert counting.encoded == before
    assert search.catalogue.price.max() == 999


def files_of(store: Store) -> list[str]:
    folder = store.index_folder / "search"
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*.*") if file.is_file())


@pytest.mark.parametrize("damage", ["cut", "foreign", "absent"])
def test_a_damaged_index_is_built_again(damage: str, rows: list[Row], make_store: MakeStore, encoder: Encoder) -> None:
    store = make_store(rows)
    before = opened(store, encoder).search("warm hat", 5)
    for place in range(len(files_of(store))):  # names change as it is built again, their number and order do not
        damaged = store.index_folder / "search" / files_of(store)[place]
        content = damaged.read_bytes()
        if damage == "absent":
            damaged.unlink()
        else:
            damaged.write_bytes(content[: len(content) // 2] if damage == "cut" else b'["not ours"]')
        assert opened(store, encoder).search("warm hat", 5) == before, damaged
        assert is_fresh(store, encoder)


def test_the_index_of_another_shop_is_not_taken(
    rows: list[Row], make_store: Callable[..., Store], encoder: Encoder
) -> None:
    store, other = make_store(rows), make_store(rows[3:6], "other")
    expected = opened(store, encoder).search("warm hat", 5)
    opened(other, encoder)
    shutil.rmtree(store.index_folder)
    shutil.copytree(other.index_folder, store.index_folder)
    found = opened(store, encoder).search("warm hat", 5)
    assert [hit.product_id for hit in found] == [hit.product_id for hit in expected]
    assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], abs=1e-3)


def test_a_killed_run_goes_on_where_it_was(rows: list[Row], make_store: MakeStore, counting: CountingEncoder) -> None:
    store = make_store(rows)
    more = [dict(rows[0], product_id=f"more-{number}", title=f"Hat number {number}") for number in range(1500)]
    store = make_store(rows + more)

    class KilledEncoder(CountingEncoder):
        def encode(self, texts: list[str], *, progress: bool = False) -> np.ndarray:
            if self.encoded:
                raise KeyboardInterrupt
            return super().encode(texts, progress=progress)

    killed = KilledEncoder(counting.name)
    killed._model = counting.model
    with pytest.raises(KeyboardInterrupt):
        opened(store, killed)
    assert not (store.index_folder / "search" / "manifest.json").exists()
    with (store.index_folder / "encoding.part").open("ab") as file:
        file.write(b"half an entry")
    search = opened(store, counting)
    assert killed.encoded + counting.encoded == 2 * (len(rows) + len(more))
    assert search.search("hat number 1234", 1)[0].product_id == "more-1234"
    assert not (store.index_folder / "encoding.part").exists()


def test_a_killed_save_leaves_the_index_of_before(
    rows: list[Row], make_store: MakeStore, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store(rows)
    opened(store, encoder)
    before = built_at(store)
    rows[0]["title"] = "Green Felt Beret"
    make_store(rows)
    with monkeypatch.context() as patch:
        patch.setattr(index_files, "_sweep", lambda *_: None)
        patch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            opened(store, encoder)
    assert built_at(store) == before
    assert opened(store, encoder).search("beret", 1)[0].product_id == rows[0]["product_id"]
    assert len(list((store.index_folder / "search").glob("rows-*"))) == 1  # what the killed run had left is swept away


changes = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 30)),
        st.tuples(st.just("change"), st.integers(0, 30)),
        st.tuples(st.just("remove"), st.integers(0, 30)),
        st.tuples(st.just("price"), st.integers(0, 30)),
        st.tuples(st.just("shuffle"), st.integers(0, 30)),
    ),
    min_size=1,
    max_size=12,
)
WORDS = "red blue wool cotton hat tent mug lamp waterproof 防晒 雨伞 5kg t-shirt kettle".split()


def changed(rows: list[Row], what: str, number: int) -> list[Row]:
    place = number % len(rows)
    name = f"{WORDS[number % len(WORDS)]} {WORDS[number % 5]} {WORDS[number % 7]}"
    match what:
        case "add":
            product_id, taken = f"new-{number}", {row["product_id"] for row in rows}
            while product_id in taken:
                product_id += "+"
            return [*rows, dict(rows[place], product_id=product_id, title=name)]
        case "change":
            return [dict(row, title=name, description=name * 2) if row is rows[place] else row for row in rows]
        case "remove":
            return [row for row in rows if row is not rows[place]] if len(rows) > 1 else rows
        case "price":
            return [dict(row, price=float(number)) if row is rows[place] else row for row in rows]
    return rows[place:] + rows[:place]


@given(steps=st.lists(changes, min_size=1, max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_index_brought_up_to_date_finds_what_a_new_one_finds(
    steps: list[list[tuple[str, int]]], rows: list[Row], encoder: Encoder, remembering: Encoder
) -> None:
    """Whatever was added, changed, taken away and put in another order, at once or step by step."""
    states = [rows]
    for step in steps:
        states.append(reduce(lambda now, change: changed(now, *change), step, states[-1]))
    catalogues = [Catalogue(pa.Table.from_pylist(state, schema=PRODUCTS)) for state in states]
    with Progress(disable=True) as bar:
        index = None
        for catalogue in catalogues:
            index = updated(index, catalogue, remembering, "float32", bar)
        fresh = updated(None, catalogues[-1], remembering, "float32", bar)
    assert index is not None
    popular = np.ones(len(catalogues[-1]), np.float32)
    kept, new = (HybridSearch(catalogues[-1], each, encoder, popular) for each in (index, fresh))
    assert kept.lexical.spelling.counts == new.lexical.spelling.counts
    lengths = index.segments[0].lengths  # stay those of the first segment, until all become one again
    for query in ("red hat", "防晒", "waterproof tent 5kg", "kettle", "wool cotton tshirt"):
        dense = [search.dense.search(encoder.encode_query(query), 40) for search in (kept, new)]
        np.testing.assert_allclose(dense[0][1], dense[1][1], atol=1e-5)
        scores = [search.lexical.scores(query) for search in (kept, new)]
        every = np.arange(len(catalogues[-1]))
        np.testing.assert_allclose(scores[0].coverage(every), scores[1].coverage(every), atol=1e-6)
        if lengths == fresh.segments[0].lengths:
            np.testing.assert_allclose(scores[0].words, scores[1].words, atol=2e-3)
        ids = [{hit.product_id for hit in search.search(query, 100)} for search in (kept, new)]
        assert ids[0] == ids[1] == set(catalogues[-1].ids)


def test_many_small_changes_become_one_segment_again(
    rows: list[Row], make_store: MakeStore, counting: CountingEncoder
) -> None:
    more = [dict(rows[0], product_id=f"more-{number}", title=f"Hat number {number}") for number in range(300)]
    rows = rows + more
    opened(make_store(rows), counting)
    for step in range(12):
        rows[step] = dict(rows[step], title=f"Changed {step}")
        search = opened(make_store(rows), counting)
        assert search.search(f"changed {step}", 1)[0].product_id == rows[step]["product_id"]
        assert len(search.index.segments) <= MOST_SEGMENTS
    assert counting.encoded == 2 * (len(rows) + 12)


def test_one_product(rows: list[Row], make_store: MakeStore, encoder: Encoder) -> None:
    search = opened(make_store(rows[:1]), encoder)
    assert [hit.product_id for hit in search.search("hat", 10)] == ["hat-red"]
    assert search.similar("hat-red") == []


def test_an_open_index_answers_before_the_encoder_is_loaded(
    rows: list[Row], make_store: MakeStore, encoder: Encoder
) -> None:
    store = make_store(rows)
    opened(store, encoder)
    cold = Encoder(encoder.name)
    started = time.perf_counter()
    search = opened(store, cold)
    assert search.search("", 1)[0].product_id == "mug"
    assert cold._model is None
    assert time.perf_counter() - started < 2
    cold.warm().join()
    assert cold._model is not None


def test_codes_compared_by_two_threads_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = np.random.default_rng(0).standard_normal((501, 40)).astype(np.float32)
    codes = vectors.Codes.build(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))
    alone = codes.estimates(drawn[7], None)
    monkeypatch.setattr(vectors, "SHARED", 1)
    assert (codes.estimates(drawn[7], None) == alone).all()
    assert alone.argmax() == 7
