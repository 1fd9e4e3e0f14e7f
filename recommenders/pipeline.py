"""Two stages, as one: models propose, a learned scorer decides.

The scorer learns from the slices of time before now: in each, models that were fitted on what came before it propose,
and what was bought in it is the answer. So every feature has the meaning in training that it has when it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np

from recommenders.histories import Histories
from recommenders.interactions import Interactions
from recommenders.ranking.bagging import Bagged, BaggedSettings
from recommenders.ranking.choice import choose
from recommenders.ranking.context import Moment
from recommenders.ranking.deepfm import DeepFM
from recommenders.ranking.examples import Examples
from recommenders.ranking.first_stage import FirstStage, candidates, default_models
from recommenders.ranking.items import ItemSide
from recommenders.ranking.lambdarank import LambdaRank
from recommenders.ranking.scorer import Scorer
from recommenders.ranking.training_set import Protocol, examples, slices
from recommenders.recommender import Progress, Recommender, Settings, silent

HELD_OUT: Final = 0.15  # of the shoppers, for early stopping, choice and calibration
FEWEST_GROUPS: Final = 50  # shoppers to learn an order from; with fewer, the first stage decides

Models = Callable[[ItemSide], Mapping[str, Recommender]]
Scorers = Callable[[], Sequence[Scorer]]


@dataclass(frozen=True)
class PipelineSettings(Settings):
    """`slice_days`: how far ahead the scorer looks; `slices`: how many such stretches before now it learns from."""

    slice_days: float = 21.0
    slices: int = 2
    conversion_weight: float = 1.0


@dataclass(frozen=True)
class Ranked:
    """Candidates of one shopper, best first.

    items: int64 (c,); scores: float32 (c,) the scorer's; probabilities: float32 (c,) of a purchase within
    `slice_days`; features: float32 (c, f).
    """

    items: np.ndarray
    scores: np.ndarray
    probabilities: np.ndarray
    features: np.ndarray


@dataclass(frozen=True)
class Pipeline:
    """A fitted first stage and, for lists of `new` items and of `all` items, a scorer that was taught on each."""

    stage: FirstStage
    scorers: Mapping[Protocol, Scorer]
    held_out: Mapping[Protocol, Examples] = field(default_factory=dict)  # what the scorers did not learn from

    @classmethod
    def fit(
        cls,
        log: Interactions,
        items: ItemSide,
        now: int,
        settings: PipelineSettings | None = None,
        protocols: Sequence[Protocol] = ("new", "all"),
        models: Models = default_models,
        scorers: Scorers | None = None,
        progress: Progress = silent,
    ) -> Self:
        """Learn from what happened before `now` (seconds since 1970)."""
        settings = settings or PipelineSettings()
        learnt: dict[Protocol, list[Examples]] = {protocol: [] for protocol in protocols}
        for place, span in enumerate(slices(now, settings.slice_days, settings.slices)):
            if not len(log.before(span.start)):
                break
            progress(f"slice {place + 1} of {settings.slices}", place / (settings.slices + 2))
            past = FirstStage.fit(log, items, span.start, models(items))
            for protocol in protocols:
                learnt[protocol].append(examples(past, log, span, protocol))
        trained: dict[Protocol, Scorer] = {}
        held: dict[Protocol, Examples] = {}
        for protocol, parts in learnt.items():
            progress(f"scorer of {protocol} items", settings.slices / (settings.slices + 2))
            found = taught(parts, settings, scorers)
            if found is not None:
                trained[protocol], held[protocol] = found
        progress("models", (settings.slices + 1) / (settings.slices + 2))
        stage = FirstStage.fit(log, items, now, models(items))
        progress("done", 1.0)
        return cls(stage, trained, held)

    def rank(
        self, history: Histories, moment: Moment, protocol: Protocol = "all", hidden: np.ndarray | None = None
    ) -> Ranked:
        """One shopper's candidates, scored. hidden: bool (n_items,) of what may not be among them.

        Without a scorer (too little was ever bought) the mean place that the models give decides.
        """
        scores = {name: values[0] for name, values in self.stage.scores(history).items()}
        out = np.zeros(history.n_items, bool) if hidden is None else hidden.copy()
        if protocol == "new":
            out[history.bought()[0].indices] = True
        return self.score(history, candidates(scores, out), scores, moment, protocol)

    def score(
        self,
        history: Histories,
        items: np.ndarray,
        scores: Mapping[str, np.ndarray],
        moment: Moment,
        protocol: Protocol = "all",
    ) -> Ranked:
        """Given items: int (c,), best first. scores: each model's, float32 (n_items,)."""
        features = self.stage.builder.features(history, items, scores, moment)
        scorer = self.scorers.get(protocol)
        if scorer is None:
            places = [at for at, name in enumerate(self.stage.builder.names) if name.endswith(".place")]
            value = -features[:, places].mean(1)
            chance = np.full(len(items), np.nan, np.float32)
        else:
            value = scorer.scores(features)
            chance = scorer.calibration.probabilities(value)
        order = np.argsort(-value, kind="stable")
        return Ranked(items[order], value[order], chance[order], features[order])


def default_scorers(settings: PipelineSettings) -> list[Scorer]:
    """Both forms; the validation picks."""
    of = {"conversion_weight": settings.conversion_weight}
    return [
        Bagged(BaggedSettings(seed=settings.seed, form=LambdaRank.name, of=of)),
        Bagged(BaggedSettings(seed=settings.seed, form=DeepFM.name, members=1, of=of)),
    ]


def taught(
    parts: Sequence[Examples], settings: PipelineSettings, scorers: Scorers | None = None
) -> tuple[Scorer, Examples] | None:
    """The best scorer and what was held back from it; None where too few shoppers bought to learn an order."""
    if not parts or sum(len(part.group) for part in parts) < FEWEST_GROUPS:
        return None
    joined = Examples.concat(parts)
    learnt, held_out = joined.split(HELD_OUT, settings.seed)
    offered = scorers() if scorers else default_scorers(settings)
    return choose(offered, learnt, held_out), held_out
