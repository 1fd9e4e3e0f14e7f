"""Buying is a matter of two features that must agree: no linear score can see that, a factorisation machine must."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from recommenders.ranking.binning import Binning
from recommenders.ranking.calibration import expected_calibration_error
from recommenders.ranking.deepfm import DeepFM, DeepFMSettings
from recommenders.ranking.examples import Examples

NAMES = ("size", "fit", "taste", "noise")
QUICK = DeepFMSettings(epochs=6, batch=512, learning_rate=5e-3, device="cpu")


def shop(groups: int, seed: int, size: int = 20) -> Examples:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(groups * size, len(NAMES))).astype(np.float32)
    wish = 1.5 * np.sign(features[:, 0] * features[:, 1]) + features[:, 2] + np.repeat(rng.normal(size=groups), size)
    label = rng.random(len(wish)) < 1 / (1 + np.exp(1 - wish))
    features[:, 2] = np.exp(features[:, 2])  # money and counts have long tails
    features[rng.random(features.shape) < 0.1] = np.nan
    return Examples(features, NAMES, label, np.full(groups, size))


@pytest.fixture(scope="module")
def past() -> Examples:
    return shop(500, 0)


@pytest.fixture(scope="module")
def future() -> Examples:
    return shop(200, 2)


@pytest.fixture(scope="module")
def fitted(past: Examples) -> dict[float, DeepFM]:
    validation = shop(200, 1)
    return {
        weight: DeepFM(replace(QUICK, conversion_weight=weight)).fit(past, validation)
        for weight in (0.0, 1.0, math.inf)
    }


@pytest.mark.parametrize("conversion_weight", [0.0, 1.0, math.inf])
def test_it_orders_better_than_the_best_single_feature(
    fitted: dict[float, DeepFM], future: Examples, conversion_weight: float
) -> None:
    single = max(future.ndcg(column) for column in np.nan_to_num(future.features).T)
    assert future.ndcg(fitted[conversion_weight].scores(future.features)) > single + 0.1


def test_a_probability_means_what_it_says(fitted: dict[float, DeepFM], future: Examples) -> None:
    for scorer in fitted.values():
        assert expected_calibration_error(scorer.probabilities(future.features), future.label) <= 0.03


def test_ranking_alone_does_not_say_how_likely_a_purchase_is_but_conversion_does(
    fitted: dict[float, DeepFM], future: Examples
) -> None:
    errors = {
        weight: expected_calibration_error(1 / (1 + np.exp(-scorer.scores(future.features))), future.label)
        for weight, scorer in fitted.items()
    }
    assert errors[0.0] > 2 * max(errors[1.0], errors[math.inf])


def test_without_its_best_reason_a_candidate_scores_lower(fitted: dict[float, DeepFM], future: Examples) -> None:
    scorer = fitted[0.0]
    features = future.features[np.argsort(-scorer.scores(future.features))[:100]]
    moved = scorer.contributions(features)
    assert moved.shape == features.shape
    without = features.copy()
    best = moved.argmax(1)
    without[np.arange(len(features)), best] = scorer.binning.mean[best]
    lost = scorer.scores(features) - scorer.scores(without)
    assert (lost > 0).all()
    np.testing.assert_allclose(lost, moved.max(1), atol=1e-4)
    assert np.abs(moved[:, 3]).mean() < np.abs(moved[:, 2]).mean() / 2  # noise is no reason


def test_restored_it_scores_the_same(fitted: dict[float, DeepFM], future: Examples) -> None:
    scorer = fitted[1.0]
    again = DeepFM.restore({**scorer.settings.as_dict(), "hidden": [64, 32]}, scorer.tensors())
    assert again.settings == scorer.settings and again.names == NAMES
    np.testing.assert_array_equal(again.scores(future.features), scorer.scores(future.features))
    np.testing.assert_array_equal(again.probabilities(future.features), scorer.probabilities(future.features))
    assert again.baseline() == scorer.baseline()


def test_the_same_seed_gives_the_same_network_and_nobody_elses_chance_is_touched(past: Examples) -> None:
    few = past.take(np.arange(50))
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    first, second = (DeepFM(replace(QUICK, epochs=1)).fit(few, few).scores(past.features) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert torch.rand(1) == expected


def test_every_bin_is_used_and_what_is_unknown_has_its_own() -> None:
    features = np.array([[1, 7, np.nan]] * 2 + [[2, 7, np.nan]] + [[1e9, np.inf, np.nan]], np.float32)
    code, value = Binning.fit(features, 4, 0)(features)
    assert len(np.unique(code[:, 0])) > 1
    assert (code[3, 1], *code[:, 2]) == (5 + 4, *[10 + 4] * 4)
    assert np.isfinite(value).all() and (value[:, 2] == 0).all()


@pytest.mark.parametrize("conversion_weight", [0.0, 1.0, math.inf])
def test_with_next_to_nothing_to_learn_from_it_still_scores(past: Examples, conversion_weight: float) -> None:
    nothing = past.take(np.zeros(0, np.int64))
    unsold = replace(past.take(np.arange(3)), label=np.zeros(60, bool))
    single = past.take(np.arange(1))
    strange = replace(single, weight=np.full(20, np.nan, np.float32), value=np.full(20, np.nan, np.float32))
    unknown = replace(single, features=np.full_like(single.features, np.nan))
    for few in (nothing, unsold, single, strange, unknown):
        scorer = DeepFM(replace(QUICK, conversion_weight=conversion_weight, epochs=2)).fit(few, nothing)
        features = np.array([[np.nan] * 4, [np.inf] * 4, [-np.inf] * 4, [0] * 4], np.float32)
        assert np.isfinite(scorer.scores(features)).all()
        assert np.isfinite(scorer.contributions(features)).all()
        assert ((p := scorer.probabilities(features)) > 0).all() and (p < 1).all()
        again = DeepFM.restore(scorer.settings.as_dict(), scorer.tensors())
        np.testing.assert_array_equal(again.scores(features), scorer.scores(features))
        assert scorer.scores(features[:0]).shape == (0,)
