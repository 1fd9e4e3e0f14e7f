"""What a recommender's lists are worth: one number a shopper, for intervals, and numbers of all lists together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from data.files import replacing
from recommenders.evaluation import metrics
from recommenders.evaluation.task import Task

K: Final = 10
PER_SHOPPER: Final = ("ndcg", "recall", "map", "mrr")
OF_ALL: Final = ("coverage", "novelty", "diversity", "gini")


@dataclass(frozen=True)
class Estimate:
    """A mean over shoppers and its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: np.ndarray) -> Self:
        return cls(float(values.mean()) if len(values) else 0.0, *metrics.interval(values))


@dataclass(frozen=True)
class Measured:
    """One model's lists of K for the n shoppers of a task.

    ndcg, recall, map, mrr: float (n,). coverage, diversity, gini in [0, 1], novelty in bits. `fit_s`, `score_s`:
    seconds of training and of scoring all n. `setting`: what was chosen of a grid, if there was one.
    """

    ndcg: np.ndarray
    recall: np.ndarray
    map: np.ndarray
    mrr: np.ndarray
    coverage: float
    novelty: float
    diversity: float
    gini: float
    fit_s: float
    score_s: float
    setting: str = ""

    def estimate(self, measure: str) -> Estimate:
        """Of one of PER_SHOPPER."""
        return Estimate.of(getattr(self, measure))

    def as_json(self) -> dict[str, Any]:
        return {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Self:
        values: dict[str, Any] = {
            key: np.asarray(value) if key in PER_SHOPPER else value for key, value in saved.items()
        }
        return cls(**values)


@dataclass(frozen=True)
class Yardstick:
    """What lists are measured by beside the answers.

    vectors: float (n_items, d) of unit length, how alike two items are; popularity: (n_items,), the share of the
    shoppers who have bought each.
    """

    vectors: np.ndarray
    popularity: np.ndarray


def measured(lists: np.ndarray, task: Task, by: Yardstick, fit_s: float, score_s: float, setting: str = "") -> Measured:
    """lists: int (n, ≤ K), best first, −1 for none."""
    hit, wanted = metrics.hits(lists, task.answers), np.diff(task.answers.indptr)
    n_items = len(task.items)
    return Measured(
        **{name: metrics.PER_SHOPPER[name](hit, wanted) for name in PER_SHOPPER},
        coverage=metrics.coverage(lists, n_items),
        novelty=metrics.novelty(lists, by.popularity),
        diversity=metrics.intra_list_diversity(lists, by.vectors),
        gini=metrics.gini(lists, n_items),
        fit_s=fit_s,
        score_s=score_s,
        setting=setting,
    )


class Shelf:
    """Finished results in a folder, a JSON file each, so that a run that was killed goes on where it was."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, key: str) -> Any:
        """None where there is nothing, or nothing that can be read."""
        try:
            return json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def put(self, key: str, value: Any) -> None:
        """Raises AisleError where it cannot be written."""
        with replacing(self.folder / f"{key}.json") as beside:
            beside.write_text(json.dumps(value), encoding="utf-8")
