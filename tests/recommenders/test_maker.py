"""A list keeps its rules, whatever comes in, and can say of each candidate what became of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rich.console import Console

from recommenders.lists import (
    Cap,
    Dpp,
    Excluded,
    InStock,
    ItemFacts,
    ListMaker,
    MadeList,
    Mmr,
    NewToMe,
    PerBrand,
    PerCategory,
    PriceCap,
    Rule,
    steps_table,
)

NOTHING = ItemFacts(*(np.zeros(0) for _ in range(5)), vectors=np.zeros((0, 4), np.float32))


def facts(n: int, seed: int = 0, **known: np.ndarray) -> ItemFacts:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, 4))
    columns = {
        "price": np.where(rng.random(n) < 0.1, np.nan, rng.uniform(1, 100, n)),
        "in_stock": rng.random(n) < 0.8,
        "category": rng.integers(-1, 4, n),
        "brand": rng.integers(-1, 4, n),
        "family": np.arange(n),
        "vectors": (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32),
    }
    return ItemFacts(**(columns | known))


ODD_SCORES = st.dictionaries(st.integers(0, 39), st.floats(width=32), max_size=5)  # by place, over ordinary ones
MAKERS = st.builds(
    ListMaker,
    rules=st.permutations(
        [InStock(), PriceCap(most=60), Excluded({1, 2}), NewToMe({3, 5, 8}), PerCategory(2), PerBrand(3)]
    ),
    diversifier=st.floats(0, 1).flatmap(lambda theta: st.sampled_from([Mmr(theta), Dpp(theta)])),
    k=st.integers(0, 12),
    depth=st.integers(12, 40),
)


@given(maker=MAKERS, n=st.sampled_from([0, 1, 5, 40, 80]), seed=st.integers(0, 99), odd=ODD_SCORES)
def test_whatever_comes_in(maker: ListMaker, n: int, seed: int, odd: dict[int, float]) -> None:
    rng = np.random.default_rng(seed)
    items, scores = rng.integers(-1, 45, n), rng.normal(size=n).astype(np.float32)
    for place in odd.keys() & set(range(n)):
        scores[place] = odd[place]
    known = facts(n, seed)
    made = maker.make(items, scores, known)

    allowed = (
        (items >= 0) & np.isfinite(scores) & known.in_stock & (known.price <= 60) & ~np.isin(items, [1, 2, 3, 5, 8])
    )
    assert len(made) <= maker.k
    assert len(set(made.items.tolist())) == len(made)
    assert set(made.items.tolist()) <= set(items[allowed].tolist())
    assert np.isfinite(made.scores).all()
    # Every candidate is in the list or was removed, by one stage.
    removed = sum(len(step.removed) for step in made.steps)
    assert removed + len(made) == (items >= 0).sum()
    for item in set(items[items >= 0].tolist()):
        assert (made.why_not(item) is None) == (item in made.items)


@given(maker=MAKERS, n=st.sampled_from([1, 5, 40, 80]), seed=st.integers(0, 99))
def test_a_list_is_full_where_the_hard_rules_leave_enough(maker: ListMaker, n: int, seed: int) -> None:
    made = maker.make(np.arange(n), np.random.default_rng(seed).normal(size=n), facts(n, seed))
    assert len(made) == min(maker.k, len(made.steps[2].kept))


@given(scores=arrays(np.float32, 20, elements=st.floats(-1e6, 1e6, width=32)), dpp=st.booleans())
def test_without_diversity_and_caps_it_is_the_order_of_scores(scores: np.ndarray, dpp: bool) -> None:
    maker = ListMaker((InStock(),), Dpp(0) if dpp else Mmr(0), k=8)
    known = facts(20)
    made = maker.make(np.arange(20), scores, known)
    wanted = sorted(np.flatnonzero(known.in_stock), key=lambda item: (-scores[item], item))[:8]
    assert made.items.tolist() == wanted
    assert made.scores.tolist() == scores[wanted].tolist()
    assert len(made.steps[3].removed) == 0


def test_stages_and_reasons_can_be_read() -> None:
    known = facts(
        6,
        price=np.array([10.0, 90, 10, 10, 10, 10]),
        in_stock=np.array([True, False, True, True, True, True]),
        vectors=np.eye(4, dtype=np.float32)[[0, 1, 0, 2, 3, 3]],
    )
    maker = ListMaker((InStock(), PriceCap(50)), Mmr(0.6), k=2)
    made = maker.make(np.arange(100, 106), np.array([9, 8, 7, 6, np.nan, 1]), known)
    assert made.items.tolist() == [100, 103]
    assert [step.name for step in made.steps] == ["candidates", "scored", "rules", "diversity", "cut"]
    assert [len(step.kept) for step in made.steps] == [6, 5, 4, 3, 2]
    assert made.why_not(101) == ("rules", (101, "not in stock, costs more than 50.00", None))
    assert made.why_not(102) == ("diversity", (102, "too like another", 100))
    assert made.why_not(104) == ("scored", (104, "no score", None))
    assert made.why_not(105) == ("cut", (105, "not among the best 2", None))
    assert made.why_not(100) is made.why_not(7) is None
    assert [removed.item for removed in made.steps[2].removed] == [101]

    console = Console(width=120, record=True, quiet=False, file=None)
    with console.capture() as capture:
        console.print(steps_table(made, name=lambda item: f"[mug {item}]"))
    printed = capture.get()
    assert "too like another: 1 ([mug 102] like [mug 100])" in printed
    assert "not in stock, costs more than 50.00: 1" in printed


def test_an_item_given_again_counts_by_its_best_score() -> None:
    made = ListMaker((), Mmr(0), k=3).make(np.array([4, 7, 4, -1]), np.array([1, 2, 3, 9]), facts(4))
    assert (made.items.tolist(), made.scores.tolist()) == ([4, 7], [3, 2])
    assert [removed.why for removed in made.steps[0].removed] == ["given again"]


def shelves(rules: tuple[Rule | Cap, ...], k: int) -> tuple[MadeList, ItemFacts]:
    """Six items of shelf 0, the best ones, then two of shelf 1; brands differ from pair to pair."""
    known = facts(8, category=np.array([0] * 6 + [1] * 2), brand=np.arange(8) // 2, in_stock=np.ones(8, bool))
    return ListMaker(rules, Mmr(0), k).make(np.arange(8), -np.arange(8.0), known), known


def test_a_cap_holds_where_others_fill_the_list() -> None:
    made, _ = shelves((PerCategory(2),), 4)
    assert made.items.tolist() == [0, 1, 6, 7]
    assert made.why_not(2) == ("diversity", (2, "2 of its category in the list", None))
    assert made.steps[3].relaxed == ()


def test_a_cap_gives_way_by_as_little_as_fills_the_list_and_says_so() -> None:
    made, _ = shelves((PerCategory(1),), 5)
    assert made.items.tolist() == [0, 6, 1, 7, 2]  # a second of each before a third of any
    assert made.steps[3].relaxed == ("3 of one category instead of 1, for want of others",)


def test_the_last_cap_gives_way_first() -> None:
    by_category, known = shelves((PerCategory(2), PerBrand(1)), 4)
    assert np.bincount(known.category[by_category.items]).tolist() == [2, 2]
    assert by_category.steps[3].relaxed == ("2 of one brand instead of 1, for want of others",)
    by_brand, known = shelves((PerBrand(1), PerCategory(2)), 4)
    assert np.bincount(known.brand[by_brand.items]).tolist() == [1, 1, 1, 1]
    assert by_brand.steps[3].relaxed == ("3 of one category instead of 2, for want of others",)


def test_a_hard_rule_leaves_the_list_short() -> None:
    made, _ = shelves((PriceCap(most=0), PerCategory(1)), 5)
    assert len(made) == 0
    assert len(made.steps[2].removed) == 8


def test_no_candidates_no_list() -> None:
    made = ListMaker().make(np.zeros(0, np.int64), np.zeros(0, np.float32), NOTHING)
    assert (made.items.tolist(), len(made.steps)) == ([], 5)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        ListMaker().make(np.arange(3), np.zeros(2), facts(3))
    for k in (-1, 501):
        with pytest.raises(ValueError, match="k must lie"):
            ListMaker(k=k)
