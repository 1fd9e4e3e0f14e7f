"""Search over a small shop with the real encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from torch import manual_seed
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

from data.errors import AisleError
from data.weights import fetch
from retrieval.documents import meaning
from retrieval.encoder import DEFAULT_MODEL
from retrieval.filters import Filters
from retrieval.hybrid import HybridSearch
from retrieval.relevance import relevant
from retrieval.reranker import Reranker


def found(shop: HybridSearch, query: str, k: int = 3, **filters: object) -> list[str]:
    return [hit.product_id for hit in shop.search(query, k, Filters.model_validate(filters))]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("a warm hat for winter", "hat-red"),
        ("something to keep my coffee hot on a hike", "mug"),
        ("watrproof jaket", "jacket"),
        ("tshirt", "tee"),
        ('12" pan', "pan"),
        ("ｔｅｎｔ", "tent"),
        ("防晒霜", "sunscreen"),
        ("有没有雨伞，50元以内", "umbrella"),
    ],
)
def test_the_product_meant_comes_first(shop: HybridSearch, query: str, first: str) -> None:
    assert found(shop, query)[0] == first


def test_filters_hold_for_every_hit(shop: HybridSearch) -> None:
    assert set(found(shop, "hat", k=20, price_max=20)) == {"hat-blue", "tee", "sunscreen", "umbrella"}
    assert found(shop, "blue", k=20, colour=["blue"], in_stock=True) == ["jacket"]
    assert found(shop, "hat", price_max=1) == []


def test_without_a_query_the_popular_come_first_and_what_is_sold_out_last(shop: HybridSearch) -> None:
    assert found(shop, "", k=1) == ["mug"]
    assert found(shop, "show me something under $30", k=20, price_max=30)[-1] == "hat-blue"


def test_more_than_there_is(shop: HybridSearch) -> None:
    hits = shop.search("hat", k=1000)
    assert len(hits) == len({hit.row for hit in hits}) == len(shop.catalogue)
    assert hits == sorted(hits, key=lambda hit: -hit.score)


def test_pages_join_up(shop: HybridSearch) -> None:
    whole = [hit.product_id for hit in shop.search("blue hat", 9)]
    paged = [hit.product_id for start in (0, 3, 6) for hit in shop.search("blue hat", 3, offset=start)]
    assert paged == whole


def test_similar(shop: HybridSearch) -> None:
    hits = shop.similar("hat-red", 3)
    assert hits[0].product_id == "hat-blue"
    assert "hat-red" not in {hit.product_id for hit in shop.similar("hat-red", 100)}
    assert [hit.product_id for hit in shop.similar("hat-red", 3, Filters(category=["Kitchen"]))] == ["mug", "pan"]
    with pytest.raises(KeyError):
        shop.similar("no-such-product")


@pytest.mark.parametrize("query", ["🙂🙂🙂", "?", "\x00", "the", "x" * 100_000, "hat " * 25_000])
def test_any_text_is_answered(shop: HybridSearch, query: str) -> None:
    assert len(shop.search(query, 3)) == 3


@pytest.mark.parametrize(
    ("query", "carried"),
    [("a warm hat", True), ("travel mug", True), ("two person tent", True), ("lawn mower", False), ("laptop", False)],
)
def test_what_the_shop_does_not_carry_is_told_apart(shop: HybridSearch, query: str, carried: bool) -> None:
    assert relevant(shop.search(query, 1)[0]) is carried


def test_a_reranker_has_the_last_word(shop: HybridSearch, tmp_path: Path) -> None:
    """A real cross-encoder of random weights: its order is arbitrary, and has to be the order of the hits."""
    manual_seed(3)
    config = BertConfig(
        vocab_size=30522,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_labels=1,
        initializer_range=0.5,  # wide, so that no two products score alike
    )
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(fetch(DEFAULT_MODEL)).save_pretrained(tmp_path)
    reranker = Reranker(str(tmp_path))
    reranked = HybridSearch(shop.catalogue, shop.index, shop.encoder, np.ones(len(shop.catalogue)), reranker)
    hits = reranked.search("hat", 4)
    texts = [meaning(product) for product in shop.catalogue.products(range(len(shop.catalogue)))]
    read = reranker.scores("hat", texts)
    assert [hit.row for hit in hits] == list(np.argsort(-read)[:4])
    assert np.diff(np.sort(read)).min() > 1e-4
    assert [hit.row for hit in shop.search("hat", 4)] != [hit.row for hit in hits]


def test_a_reranker_that_cannot_be_had_says_so() -> None:
    with pytest.raises(AisleError, match="reranker"):
        Reranker("/no/such/model").scores("hat", ["hat"])
