"""Which form of scorer orders this shop's candidates best: each is fitted, the validation decides."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from recommenders.ranking.examples import Examples
from recommenders.ranking.scorer import Scorer
from recommenders.recommender import Progress, silent


@dataclass(frozen=True)
class Trial:
    """A fitted scorer, its NDCG@10 on the validation, and the seconds that fitting took."""

    scorer: Scorer
    ndcg: float
    seconds: float


def trials(
    candidates: Sequence[Scorer], examples: Examples, validation: Examples, progress: Progress = silent
) -> list[Trial]:
    """Each candidate fitted and measured, in their order."""
    made = []
    for done, scorer in enumerate(candidates):
        progress(f"fitting {scorer.name}", done / len(candidates))
        start = time.perf_counter()
        scorer.fit(examples, validation)
        seconds = time.perf_counter() - start
        made.append(Trial(scorer, validation.ndcg(scorer.scores(validation.features)), seconds))
        progress(f"{scorer.name}: NDCG@10 {made[-1].ndcg:.4f} in {seconds:.1f} s", (done + 1) / len(candidates))
    return made


def best(made: Sequence[Trial]) -> Scorer:
    """The scorer of the highest NDCG, the first of equals. Raises ValueError for no trials."""
    if not made:
        raise ValueError("there is no scorer to choose from")
    return max(made, key=lambda trial: trial.ndcg).scorer


def choose(
    candidates: Sequence[Scorer], examples: Examples, validation: Examples, progress: Progress = silent
) -> Scorer:
    """Fits all candidates and returns the best by validation NDCG@10; `progress` hears of each one's.

    Raises ValueError for no candidates.
    """
    return best(trials(candidates, examples, validation, progress))
