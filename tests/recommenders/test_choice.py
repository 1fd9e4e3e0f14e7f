"""Examples that hold together, and the scorer that orders them best is the one that is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recommenders.ranking.choice import best, choose, trials
from recommenders.ranking.deepfm import DeepFM, DeepFMSettings
from recommenders.ranking.examples import Examples
from recommenders.ranking.lambdarank import LambdaRank, LambdaRankSettings


def shop(groups: int, seed: int) -> Examples:
    """A staircase in one feature, for which trees are made; groups of 3 to 20."""
    rng = np.random.default_rng(seed)
    group = rng.integers(3, 21, groups)
    features = rng.normal(size=(group.sum(), 3)).astype(np.float32)
    wish = 3 * (np.floor(features[:, 0] * 2) % 2) + 2 * (features[:, 1] > 0) - 4
    return Examples(features, ("a", "b", "c"), rng.random(len(wish)) < 1 / (1 + np.exp(-wish)), group)


def test_both_are_fitted_and_the_better_one_is_kept() -> None:
    past, validation = shop(300, 0), shop(200, 1)
    trees = LambdaRank(LambdaRankSettings(trees=40, leaves=8, threads=1))
    barely = DeepFM(DeepFMSettings(epochs=1, bins=2, hidden=(), device="cpu"))
    heard: list[str] = []
    made = trials([barely, trees], past, validation, lambda what, _share: heard.append(what))
    assert [trial.scorer for trial in made] == [barely, trees]
    for trial in made:
        assert trial.ndcg == validation.ndcg(trial.scorer.scores(validation.features))
        assert any(f"{trial.scorer.name}: NDCG@10 {trial.ndcg:.4f}" in what for what in heard)
    assert made[1].ndcg > made[0].ndcg
    assert best(made) is trees
    assert choose([barely, trees], past, validation) is trees
    with pytest.raises(ValueError, match="no scorer"):
        choose([], past, validation)


def test_groups_are_split_whole_and_joined_again() -> None:
    examples = shop(50, 2)
    examples = replace(examples, value=np.arange(len(examples), dtype=np.float32))
    rest, drawn = examples.split(0.2, seed=1)
    assert len(drawn.group) == 10 and len(rest.group) == 40
    assert drawn.value is not None and rest.value is not None and examples.value is not None
    cut = {tuple(rows) for rows in np.split(examples.value, examples.starts[1:])}
    parted = [tuple(rows) for part in (rest, drawn) for rows in np.split(part.value, part.starts[1:])]
    assert set(parted) == cut and len(parted) == len(cut)
    joined = Examples.concat([rest, replace(drawn, value=None)])
    assert joined.value is not None
    assert np.isnan(joined.value[len(rest) :]).all() and len(joined) == len(examples)
    assert joined.weight is None


def test_ranked_lists_are_each_groups_best_first() -> None:
    examples = Examples(np.zeros((5, 0), np.float32), (), np.array([0, 0, 1, 1, 0], bool), np.array([3, 0, 2]))
    ranked = examples.ranked(np.array([0.1, 0.9, 0.9, 0.2, 0.3]), 2)
    np.testing.assert_array_equal(ranked, [[1, 2], [-1, -1], [4, 3]])
    assert examples.ndcg(np.array([0, 0, 1, 1, 0])) == 1
    assert examples.ndcg(np.array([0.1, 0.9, 0.9, 0.2, 0.3])) == pytest.approx(1 / np.log2(3))


def test_columns_that_do_not_fit_are_refused() -> None:
    good = shop(5, 3)
    for wrong in ({"label": good.label[1:]}, {"group": good.group[1:]}, {"value": np.zeros(1, np.float32)}):
        with pytest.raises(ValueError, match="do"):
            replace(good, **wrong)
    with pytest.raises(ValueError, match="same name"):
        replace(good, names=("a", "a", "c"))
    with pytest.raises(ValueError, match="same features"):
        Examples.concat([good, replace(good, names=("a", "b", "d"))])
    with pytest.raises(ValueError, match="same features"):
        Examples.concat([])
