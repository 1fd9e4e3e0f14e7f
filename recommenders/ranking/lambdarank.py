"""LambdaRank on boosted trees (Burges 2010; Ke et al. 2017, LightGBM), with a share of the purchase's cross-entropy.

With λ = `conversion_weight` the trees descend (L + λ·C) / (1 + λ) as `recommenders.ranking.scorer` defines it. At the
ends the booster's own objectives run, `lambdarank` and `binary`; between them the sum of their derivatives does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Self

import lightgbm as lgb
import numpy as np

from recommenders.ranking.examples import Examples
from recommenders.ranking.gradients import TRUNCATION, LambdaGradients, cross_entropy_gradients
from recommenders.ranking.scorer import (
    Scorer,
    base_log_odds,
    conversion_weights,
    decoded,
    encoded,
    row_weights,
    shares,
)
from recommenders.recommender import Progress, Settings

NDCG_AT: Final = 10


@dataclass(frozen=True)
class LambdaRankSettings(Settings):
    """`conversion_weight` is λ, from 0 (ranking alone) to `math.inf` (purchases alone).

    `increasing` and `decreasing` name features that the score may only rise, or only fall, with. `threads`: for
    training, 0 for all; scoring takes one. `patience`: rounds without a better validation NDCG@10 before it stops.
    """

    conversion_weight: float = 0.0
    trees: int = 300
    learning_rate: float = 0.08
    leaves: int = 15
    min_leaf: int = 40
    l2: float = 5.0
    feature_share: float = 0.4
    patience: int = 40
    threads: int = 0
    increasing: tuple[str, ...] = ()
    decreasing: tuple[str, ...] = ()


class LambdaRank(Scorer):
    """Trees that order groups of up to 10,000 candidates. Unknown features need no filling: a split learns the side."""

    name = "lambdarank"

    def __init__(self, settings: LambdaRankSettings | None = None) -> None:
        super().__init__()
        self.settings: LambdaRankSettings = settings or LambdaRankSettings()
        self.booster: lgb.Booster | None = None
        self.base = 0.0  # what every score starts from, where the trees do not hold it

    def _learn(self, examples: Examples, validation: Examples, progress: Progress) -> None:
        shares(self.settings.conversion_weight)  # refuses what is no weight
        self.booster, self.base = None, 0.0
        if not examples.label.any() or examples.label.all() or not examples.names:
            return  # nothing to tell apart
        objective, weights, base = self._objective(examples)
        params = self._params(examples) | {"objective": objective}
        train = _dataset(examples, weights, base, params).construct()
        if not any(train.feature_num_bin(column) > 1 for column in range(len(examples.names))):
            return  # too few rows for a single split
        held_out = [_dataset(validation, None, base, params, train)] if validation.label.any() else []
        rounds = self.settings.trees
        booster = lgb.train(
            params,
            train,
            rounds,
            valid_sets=held_out,
            callbacks=[lambda env: progress("trees", (env.iteration + 1) / rounds)]
            + ([lgb.early_stopping(self.settings.patience, verbose=False)] if held_out else []),
        )
        self.base = base
        # The text alone is kept: it has no training data behind it.
        self.booster = lgb.Booster(model_str=booster.model_to_string(num_iteration=booster.best_iteration or rounds))
        progress("trees", 1.0)

    def _objective(self, examples: Examples) -> tuple[str | Callable[..., Any], np.ndarray, float]:
        """(objective, weights of the rows: float32 (m,), the score that boosting starts from)."""
        ranking, conversion = shares(self.settings.conversion_weight)
        if not conversion:
            return "lambdarank", row_weights(examples), 0.0
        purchase = conversion_weights(examples)
        base = base_log_odds(examples, purchase)
        if not ranking:
            return "binary", purchase, base
        lambdas = LambdaGradients(examples, row_weights(examples))

        def derivatives(scores: np.ndarray, _train: lgb.Dataset) -> tuple[np.ndarray, np.ndarray]:
            slope, curvature = lambdas.at(scores)
            gradient, hessian = cross_entropy_gradients(scores, examples.label, purchase)
            return ranking * slope + conversion * gradient, ranking * curvature + conversion * hessian

        return derivatives, np.ones(len(examples), np.float32), base

    def _params(self, examples: Examples) -> dict[str, Any]:
        settings = self.settings
        rising, falling = set(settings.increasing), set(settings.decreasing)
        constraints = [(name in rising) - (name in falling) for name in examples.names]
        return {
            "metric": "ndcg",
            "eval_at": [NDCG_AT],
            "lambdarank_truncation_level": TRUNCATION,
            "boost_from_average": False,
            "learning_rate": settings.learning_rate,
            "num_leaves": settings.leaves,
            "min_data_in_leaf": settings.min_leaf,
            "lambda_l2": settings.l2,
            "feature_fraction": settings.feature_share,
            "num_threads": settings.threads,
            "seed": settings.seed,
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
        } | ({"monotone_constraints": constraints} if any(constraints) else {})

    def scores(self, features: np.ndarray) -> np.ndarray:
        features = self._checked(features)
        if self.booster is None or not len(features):
            return np.full(len(features), self.base, np.float32)
        raw = self.booster.predict(features, raw_score=True, num_threads=1, validate_features=False)
        return np.asarray(raw + self.base, np.float32)

    def contributions(self, features: np.ndarray) -> np.ndarray:
        """TreeSHAP (Lundberg et al. 2020): `baseline()` and a row's contributions sum to its score."""
        features = self._checked(features)
        if self.booster is None or not len(features):
            return np.zeros(features.shape, np.float32)
        return np.asarray(self._shap(features)[:, :-1], np.float32)

    def baseline(self) -> float:
        """The mean score of the rows that it learnt from."""
        if self.booster is None:
            return self.base
        return self.base + float(self._shap(np.zeros((1, len(self.names)), np.float32))[0, -1])

    def _shap(self, features: np.ndarray) -> np.ndarray:
        assert self.booster is not None
        return np.asarray(self.booster.predict(features, pred_contrib=True, num_threads=1))

    def tensors(self) -> dict[str, np.ndarray]:
        trees = {"trees": encoded(self.booster.model_to_string())} if self.booster else {}
        return {"base": np.array([self.base]), **trees, **self._common_tensors()}

    @classmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        names = {name: tuple(settings.get(name, ())) for name in ("increasing", "decreasing")}
        scorer = cls(LambdaRankSettings(**settings | names))
        scorer.base = float(tensors["base"][0])
        if "trees" in tensors:
            scorer.booster = lgb.Booster(model_str=decoded(tensors["trees"]))
        scorer._restore_common(tensors)
        return scorer


def _dataset(
    examples: Examples,
    weights: np.ndarray | None,
    base: float,
    params: dict[str, Any],
    train: lgb.Dataset | None = None,
) -> lgb.Dataset:
    binning = {name: params[name] for name in ("num_threads", "verbosity", "min_data_in_leaf")}
    return lgb.Dataset(
        np.ascontiguousarray(examples.features, np.float32),
        examples.label.astype(np.float32),
        reference=train,
        weight=weights,
        group=examples.group[examples.group > 0],
        init_score=np.full(len(examples), base),
        params=binning,
    )
