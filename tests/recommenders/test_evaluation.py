"""The measure itself: a split without a look ahead, and metrics that agree with their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from recommenders.evaluation.metrics import (
    average_precision,
    coverage,
    gini,
    hits,
    interval,
    intra_list_diversity,
    ndcg,
    novelty,
    recall,
    reciprocal_rank,
)
from recommenders.evaluation.task import task, top
from recommenders.splits import leave_last_out, time_split
from tests.recommenders.logs import purchases_on_days

LISTS = st.lists(st.booleans(), min_size=1, max_size=12)


def test_the_cut_parts_past_and_future_for_everybody() -> None:
    log = purchases_on_days([(f"u{day % 3}", day % 4, float(day)) for day in range(100)], list("0123"))
    split = time_split(log, 0.1)
    assert (len(split.past), len(split.future)) == (90, 10)
    assert split.past.end < split.cut <= int(split.future.seconds[0])
    with pytest.raises(ValueError, match="between 0 and 1"):
        time_split(log, 1.0)


def test_leaving_the_last_out_takes_one_moment_of_each_who_has_two() -> None:
    rows = [("often", 0, 1.0), ("often", 1, 5.0), ("often", 2, 5.0), ("once", 1, 3.0)]
    split = leave_last_out(purchases_on_days(rows, list("012")))
    future = sorted(split.future.items[item] for item in split.future.item)
    assert future == ["1", "2"]
    assert sorted(split.past.users[user] for user in split.past.user) == ["often", "once"]


def test_new_means_new_to_the_shopper_and_nothing_hidden_comes_back() -> None:
    past = [(f"u{user}", item, 1.0) for user in range(6) for item in (0, 1)]
    future = [("u0", 0, 10.0), ("u0", 2, 10.0), ("u1", 1, 10.0)] + [(f"u{user}", 2, 0.5) for user in range(1, 6)]
    split = time_split(purchases_on_days(past + future, list("012")), 0.15)
    new, everything = task(split, "new"), task(split, "all")
    assert [split.past.users[row] for row in new.users] == ["u0"]  # u1 bought only what they had
    assert new.answers.toarray().tolist() == [[False, False, True]]
    assert {split.past.users[row] for row in everything.users} == {"u0", "u1"}
    lists = top(np.array([[9.0, 8.0, 1.0]]), new.hidden, 3)
    assert lists.tolist() == [[2, -1, -1]]


@given(LISTS, st.integers(0, 5))
def test_metrics_are_what_their_definitions_say(hit: list[bool], missed: int) -> None:
    row, wanted = np.array([hit]), np.array([max(sum(hit) + missed, 1)])
    gains = [1 / np.log2(place + 2) for place, was in enumerate(hit) if was]
    ideal = sum(1 / np.log2(place + 2) for place in range(min(int(wanted[0]), len(hit))))
    assert ndcg(row, wanted)[0] == pytest.approx(sum(gains) / ideal)
    assert recall(row, wanted)[0] == pytest.approx(sum(hit) / wanted[0])
    first = next((1 / (place + 1) for place, was in enumerate(hit) if was), 0.0)
    assert reciprocal_rank(row, wanted)[0] == pytest.approx(first)
    precisions = [sum(hit[: place + 1]) / (place + 1) for place, was in enumerate(hit) if was]
    expected = sum(precisions) / min(int(wanted[0]), len(hit))
    assert average_precision(row, wanted)[0] == pytest.approx(expected)


def test_a_hit_is_an_answer_in_its_own_row() -> None:
    answers = sparse.csr_matrix(np.array([[True, False], [False, True]]))
    assert hits(np.array([[0, -1], [0, 1]]), answers).tolist() == [[True, False], [False, True]]


def test_lists_together() -> None:
    same, fair = np.array([[0, 1], [0, 1]]), np.array([[0, 1], [2, 3]])
    assert (coverage(same, 4), coverage(fair, 4)) == (0.5, 1.0)
    assert gini(fair, 4) == pytest.approx(0)
    assert gini(same, 4) == pytest.approx(0.5)
    shares = np.array([0.5, 0.5, 0.01, 0.0])
    assert novelty(same, shares) == pytest.approx(1.0)
    assert novelty(fair, shares) > 1.0
    vectors = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    assert intra_list_diversity(same, vectors) == pytest.approx(0)
    assert intra_list_diversity(fair, vectors) == pytest.approx(0.5)


def test_an_interval_holds_the_mean_and_narrows_with_more_shoppers() -> None:
    values = np.random.default_rng(1).normal(0.3, 1, 4000)
    few, many = interval(values[:100]), interval(values)
    assert few[0] < values[:100].mean() < few[1]
    assert many[1] - many[0] < (few[1] - few[0]) / 3
