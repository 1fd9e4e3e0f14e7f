"""What is shown little gets its chance, and nobody's list pays more for it than was agreed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recommenders.evaluation.metrics import gini
from recommenders.lists import FairChance, attention, exposure_report, shared_exposure
from recommenders.lists.diversity import scaled

N_ITEMS, SHOPPERS, K = 100, 40, 10
GROUPS = np.arange(N_ITEMS) // 10  # the first ten items are the most popular brand's


def scores(day: int) -> np.ndarray:
    """Float (shoppers, items): a few items are popular with all, tastes differ a little."""
    rng = np.random.default_rng(day)
    return 1 / (1 + np.arange(N_ITEMS) / 20) + 0.15 * rng.normal(size=(SHOPPERS, N_ITEMS))


def best(values: np.ndarray) -> np.ndarray:
    return np.argsort(-values, kind="stable")[:K]


def relevance(row: np.ndarray, shown: np.ndarray) -> float:
    """The mean over a list, weighted by attention."""
    return float(np.average(scaled(row)[shown], weights=1 / np.log2(np.arange(len(shown)) + 2)))


def lives(loss: float, days: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """All lists of some days, exposure carried from day to day, and what relevance each lost."""
    seen, lists, lost = np.zeros(N_ITEMS), [], []
    for day in range(days):
        today = [(row, best(FairChance(loss).lifted(row, seen))) for row in scores(day)]
        lost += [relevance(row, best(row)) - relevance(row, shown) for row, shown in today]
        lists += [shown for _, shown in today]
        seen += attention(np.array([shown for _, shown in today]), N_ITEMS)
    return np.array(lists), np.array(lost)


def test_inequality_falls_with_what_may_be_lost_and_no_more_is() -> None:
    losses = (0.0, 0.02, 0.05, 0.1)
    outcomes = [lives(loss) for loss in losses]
    inequality = [gini(lists, N_ITEMS) for lists, _ in outcomes]
    assert inequality == sorted(inequality, reverse=True)
    assert inequality[1] < 0.9 * inequality[0]
    for loss, (_, lost) in zip(losses, outcomes, strict=True):
        assert lost.min() >= -1e-9
        assert lost.max() <= loss + 1e-9
    assert not outcomes[0][1].any()


@given(
    values=arrays(np.float64, 30, elements=st.floats(-1e9, 1e9)),
    seen=arrays(np.float64, 30, elements=st.floats(0, 1e9)),
    loss=st.floats(0, 1),
    k=st.integers(1, 30),
)
def test_no_list_loses_more_than_agreed(values: np.ndarray, seen: np.ndarray, loss: float, k: int) -> None:
    shown = np.argsort(-FairChance(loss, k).lifted(values, seen), kind="stable")[:k]
    wanted = np.argsort(-values, kind="stable")[:k]
    assert relevance(values, wanted) - relevance(values, shown) <= loss + 1e-9


def test_a_new_item_passes_an_equal_that_was_shown_and_is_passed_once_it_has_been() -> None:
    same = np.array([1.0, 1.0, 0.0])
    assert best(FairChance().lifted(same, np.array([8.0, 0.0, 4.0])))[0] == 1
    assert best(FairChance().lifted(same, np.array([8.0, 9.0, 4.0])))[0] == 0


def test_nothing_shown_yet_changes_nothing() -> None:
    values = np.array([3.0, 1.0, np.nan, 2.0])
    for none in (np.zeros(4), np.full(4, np.nan)):
        assert np.array_equal(FairChance().lifted(values, none), scaled(values), equal_nan=True)
    assert FairChance().lifted(np.zeros(0), np.zeros(0)).tolist() == []


def test_a_small_seller_is_lifted_by_what_all_its_items_were_shown() -> None:
    shared = shared_exposure(np.array([6.0, 0, 1, 5]), np.array([0, 0, 1, -1]))
    assert shared.tolist() == [3, 3, 1, 5]
    assert shared_exposure(np.array([6, 1]), np.array([-1, -1])).tolist() == [6, 1]


def test_sellers_come_nearer_to_each_other() -> None:
    def report(loss: float) -> tuple[float, float]:
        seen, lists = np.zeros(N_ITEMS), []
        for day in range(8):
            today = np.array([best(FairChance(loss).lifted(row, shared_exposure(seen, GROUPS))) for row in scores(day)])
            lists.append(today)
            seen += attention(today, N_ITEMS)
        found = exposure_report(np.concatenate(lists), GROUPS)
        return found.gini_groups, float(found.shares[0])

    (before, most_before), (after, most_after) = report(0), report(0.1)
    assert after < 0.9 * before
    assert most_after < most_before


def test_the_report_counts_places() -> None:
    lists = np.array([[0, 1, 3], [0, 4, -1]])
    report = exposure_report(lists, np.array([0, 0, 1, 1, -1]))
    assert report.shares.tolist() == [3 / 5, 1 / 5]  # the fifth is of no known group
    assert report.gini_items == pytest.approx(gini(lists, 5))
    assert report.gini_groups == pytest.approx(0.25)
    assert exposure_report(np.empty((0, 3), np.int64), np.zeros(2, np.int64)).shares.tolist() == [0]
    assert exposure_report(lists, np.full(5, -1)).shares.tolist() == []


def test_the_first_place_is_seen_most() -> None:
    assert attention(np.array([[2, 0, -1], [2, 1, 0]]), 3).tolist() == pytest.approx(
        [1 / np.log2(3) + 0.5, 1 / np.log2(3), 2]
    )


def test_a_loss_is_a_share() -> None:
    for wrong in (-0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match="between 0 and 1"):
            FairChance(wrong)
    with pytest.raises(ValueError, match="at least 1"):
        FairChance(k=0)
