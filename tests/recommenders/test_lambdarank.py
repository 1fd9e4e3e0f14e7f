"""A shop where purchases follow taste, price fit and freshness together: the trees find more than one tells."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from recommenders.ranking.calibration import expected_calibration_error
from recommenders.ranking.examples import Examples
from recommenders.ranking.gradients import LambdaGradients
from recommenders.ranking.lambdarank import LambdaRank, LambdaRankSettings
from recommenders.ranking.scorer import conversion_weights

NAMES = ("taste", "price_fit", "freshness", "noise")
QUICK = LambdaRankSettings(trees=80, leaves=8, threads=1)


def shop(groups: int, seed: int, size: int = 20) -> Examples:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(groups * size, len(NAMES))).astype(np.float32)
    mood = np.repeat(rng.normal(size=groups), size)  # some shoppers buy much, whatever is shown
    wish = 1.2 * features[:, 0] - 1.5 * np.abs(features[:, 1]) + 0.8 * features[:, 2] + mood
    label = rng.random(len(wish)) < 1 / (1 + np.exp(0.5 - wish))
    features[rng.random(features.shape) < 0.1] = np.nan
    return Examples(features, NAMES, label, np.full(groups, size))


@pytest.fixture(scope="module")
def past() -> Examples:
    return shop(500, 0)


@pytest.fixture(scope="module")
def validation() -> Examples:
    return shop(300, 1)


@pytest.fixture(scope="module")
def future() -> Examples:
    return shop(300, 2)


@pytest.fixture(scope="module")
def ranker(past: Examples, validation: Examples) -> LambdaRank:
    return LambdaRank(QUICK).fit(past, validation)


@pytest.mark.parametrize("conversion_weight", [0.0, 1.0, math.inf])
def test_it_orders_better_than_the_best_single_feature(
    past: Examples, validation: Examples, future: Examples, conversion_weight: float
) -> None:
    settings = replace(QUICK, conversion_weight=conversion_weight)
    fitted = LambdaRank(settings).fit(past, validation)
    known = np.nan_to_num(future.features)
    single = max(future.ndcg(column) for column in (*known.T, -np.abs(known[:, 1])))
    assert future.ndcg(fitted.scores(future.features)) > single + 0.05


def test_a_probability_means_what_it_says(ranker: LambdaRank, future: Examples) -> None:
    p = ranker.probabilities(future.features)
    raw = 1 / (1 + np.exp(-ranker.scores(future.features)))
    assert expected_calibration_error(raw, future.label) > 0.05  # an order is no probability
    assert expected_calibration_error(p, future.label) <= 0.03
    assert p.min() > 0 and p.max() < 1


def test_it_stops_when_the_validation_no_longer_improves(past: Examples, validation: Examples) -> None:
    patient = LambdaRank(replace(QUICK, trees=300, patience=5, leaves=31)).fit(past, validation)
    assert patient.booster is not None and patient.booster.num_trees() < 200


def test_contributions_and_the_baseline_sum_to_the_score(ranker: LambdaRank, future: Examples) -> None:
    features = future.features[:200]
    moved = ranker.contributions(features)
    assert moved.shape == features.shape
    np.testing.assert_allclose(moved.sum(1) + ranker.baseline(), ranker.scores(features), atol=1e-5)
    assert np.abs(moved[:, 3]).mean() < np.abs(moved[:, :3]).mean() / 3  # noise is no reason


def test_without_its_best_reason_a_candidate_scores_lower(ranker: LambdaRank, future: Examples) -> None:
    features = future.features[np.argsort(-ranker.scores(future.features))[:100]]
    without = features.copy()
    without[np.arange(len(features)), ranker.contributions(features).argmax(1)] = np.nan
    assert (ranker.scores(without) < ranker.scores(features)).mean() > 0.95


def test_restored_it_scores_the_same(ranker: LambdaRank, future: Examples) -> None:
    settings = replace(QUICK, increasing=("taste",))
    ranker = LambdaRank(settings).fit(shop(50, 3), shop(50, 4))
    again = LambdaRank.restore({**settings.as_dict(), "increasing": ["taste"]}, ranker.tensors())
    assert again.settings == settings and again.names == NAMES
    np.testing.assert_array_equal(again.scores(future.features), ranker.scores(future.features))
    np.testing.assert_array_equal(again.probabilities(future.features), ranker.probabilities(future.features))
    assert again.baseline() == ranker.baseline()


def test_the_same_seed_gives_the_same_trees(past: Examples, validation: Examples) -> None:
    settings = replace(QUICK, trees=10, conversion_weight=0.5)
    first, second = (LambdaRank(settings).fit(past, validation) for _ in range(2))
    np.testing.assert_array_equal(first.scores(past.features), second.scores(past.features))


def test_a_rising_feature_never_lowers_a_score(past: Examples, validation: Examples) -> None:
    fitted = LambdaRank(replace(QUICK, increasing=("taste",), decreasing=("noise",))).fit(past, validation)
    row = np.repeat(np.nan_to_num(past.features[:50]), 40, 0)
    for column, sign in ((0, 1), (3, -1)):
        swept = row.copy()
        swept[:, column] = np.tile(np.linspace(-3, 3, 40), 50)
        assert (sign * np.diff(fitted.scores(swept).reshape(50, 40)) >= -1e-6).all()


def test_a_trace_of_conversion_leaves_the_order_of_the_boosters_own_lambdarank(past: Examples) -> None:
    """Our derivatives against LightGBM's, through the trees that they grow."""
    group = np.random.default_rng(5).integers(2, 60, 300)  # some longer than the truncation
    rows = int(group.sum())
    assert rows < len(past)
    examples = replace(past, features=past.features[:rows], label=past.label[:rows], group=group)
    some = replace(QUICK, trees=20, feature_share=1.0)
    nothing = examples.take(np.zeros(0, np.int64))  # no early stopping
    theirs = LambdaRank(some).fit(examples, nothing).scores(past.features)
    ours = LambdaRank(replace(some, conversion_weight=1e-9)).fit(examples, nothing).scores(past.features)
    assert np.corrcoef(ours, theirs)[0, 1] > 0.999
    assert np.std(ours) == pytest.approx(np.std(theirs), rel=0.01)


def test_pushes_within_a_group_cancel_and_groups_without_a_choice_are_left_alone() -> None:
    label = np.array([1, 0, 0, 1, 1, 0, 0, 0, 1, 0], bool)
    examples = Examples(np.zeros((10, 0), np.float32), (), label, np.array([3, 2, 2, 3]))
    gradient, hessian = LambdaGradients(examples, np.ones(10, np.float32)).at(np.linspace(0, 3, 10))
    assert gradient[:3].sum() == pytest.approx(0, abs=1e-6) and gradient[7:].sum() == pytest.approx(0, abs=1e-6)
    assert gradient[0] < 0 < gradient[2] and gradient[8] < 0 < gradient[9]
    assert (gradient[3:7] == 0).all() and (hessian[3:7] == 0).all() and (hessian >= 0).all()


def test_dear_purchases_count_more_and_unknown_ones_as_the_mean() -> None:
    label = np.array([True, True, True, False])
    value = np.array([30, 10, np.nan, 99], np.float32)
    examples = Examples(np.zeros((4, 1), np.float32), ("x",), label, np.array([4]), value)
    np.testing.assert_allclose(conversion_weights(examples), [1.5, 0.5, 1, 1])


def test_features_of_other_names_are_refused_in_a_sentence(ranker: LambdaRank, past: Examples) -> None:
    with pytest.raises(ValueError, match=r"missing taste; unknown colour"):
        ranker.check(("colour", *NAMES[1:]))
    with pytest.raises(ValueError, match="another order"):
        ranker.check(NAMES[::-1])
    with pytest.raises(ValueError, match="fitted on 4 features"):
        ranker.scores(past.features[:, :3])
    with pytest.raises(ValueError, match="unknown colour"):
        LambdaRank(QUICK).fit(past, replace(past, names=("colour", *NAMES[1:])))


def test_a_negative_conversion_weight_is_refused(past: Examples) -> None:
    for weight in (-1.0, math.nan):
        with pytest.raises(ValueError, match="conversion_weight"):
            LambdaRank(replace(QUICK, conversion_weight=weight)).fit(past, past)


@pytest.mark.parametrize("conversion_weight", [0.0, 1.0, math.inf])
def test_with_next_to_nothing_to_learn_from_it_still_scores(past: Examples, conversion_weight: float) -> None:
    nothing = past.take(np.zeros(0, np.int64))
    unsold = replace(past.take(np.arange(3)), label=np.zeros(60, bool))
    single = past.take(np.arange(1))
    strange = replace(single, weight=np.full(20, np.nan, np.float32), value=np.full(20, np.nan, np.float32))
    for few in (nothing, unsold, single, strange):
        scorer = LambdaRank(replace(QUICK, conversion_weight=conversion_weight)).fit(few, nothing)
        features = np.array([[np.nan] * 4, [np.inf] * 4, [-np.inf] * 4, [0] * 4], np.float32)
        assert np.isfinite(scorer.scores(features)).all()
        assert np.isfinite(scorer.contributions(features)).all()
        assert ((p := scorer.probabilities(features)) > 0).all() and (p < 1).all()
        again = LambdaRank.restore(scorer.settings.as_dict(), scorer.tensors())
        np.testing.assert_array_equal(again.scores(features), scorer.scores(features))
        assert scorer.scores(features[:0]).shape == (0,)
