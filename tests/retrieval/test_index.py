"""The index on disk is built when it must be, and only then."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.store import Store
from retrieval.encoder import Encoder
from retrieval.hybrid import HybridSearch

Row = dict[str, object]
MakeStore = Callable[[list[Row]], Store]


class CountingEncoder(Encoder):
    """The real encoder; it counts the texts that an index had it encode."""

    encoded = 0

    def encode(self, texts: list[str], *, progress: bool = False) -> np.ndarray:
        self.encoded += len(texts)
        return super().encode(texts, progress=progress)


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


@pytest.mark.parametrize("file", ["manifest.json", "vectors.faiss", "head/data.csc.index.npy", "spellings.json"])
@pytest.mark.parametrize("damage", ["cut", "foreign", "absent"])
def test_a_damaged_index_is_built_again(
    file: str, damage: str, rows: list[Row], make_store: MakeStore, encoder: Encoder
) -> None:
    store = make_store(rows)
    before = opened(store, encoder).search("warm hat", 5)
    damaged = store.index_folder / "search" / file
    content = damaged.read_bytes()
    if damage == "absent":
        damaged.unlink()
    else:
        damaged.write_bytes(content[: len(content) // 2] if damage == "cut" else b'["not ours"]')
    assert opened(store, encoder).search("warm hat", 5) == before
    assert damaged.read_bytes() == content or file == "manifest.json"


def test_a_damaged_cache_of_embeddings_is_thrown_away(
    rows: list[Row], make_store: MakeStore, counting: CountingEncoder
) -> None:
    store = make_store(rows)
    opened(store, counting)
    (store.index_folder / "embeddings.sqlite").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    rows[0]["title"] = "Green Felt Beret"
    assert opened(make_store(rows), counting).search("beret", 1)
    assert counting.encoded == 4 * len(rows)


def test_a_killed_build_leaves_no_half_index(
    rows: list[Row], make_store: MakeStore, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store(rows)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            opened(store, encoder)
    assert not (store.index_folder / "search").exists()
    assert not list(store.index_folder.glob(".search.*"))
    assert opened(store, encoder).search("hat", 1)


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
