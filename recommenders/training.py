"""Training for a shop: the log in, models on disk out, with figures for how good they are.

Four moments a slice apart each get a first stage; what was bought in the slice after it teaches the scorer. The last
slice is the validation too: its figures come from a scorer that was taught on the slices before it. Every finished part
is kept until all are done, so that an interrupted training goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import numpy as np
from filelock import FileLock

from data.catalogue import Catalogue
from data.store import Store
from recommenders.card import Card, Measured, Span
from recommenders.evaluation.metrics import ndcg
from recommenders.histories import Histories
from recommenders.interactions import DAY_S, PURCHASE, Interactions
from recommenders.parts import Parts
from recommenders.persistence import PARTIAL, PROTOCOLS, Sources, Trained, save
from recommenders.pipeline import Pipeline, PipelineSettings, taught
from recommenders.ranking.bagging import Bagged, BaggedSettings
from recommenders.ranking.first_stage import FirstStage
from recommenders.ranking.items import ItemSide
from recommenders.ranking.scorer import Scorer
from recommenders.ranking.training_set import Answered, Protocol, Slice, slices
from recommenders.recommender import Progress, silent

LONGEST_SLICE: Final = 21.0  # days
SLICES_A_LOG: Final = 8  # a short log is cut into shorter slices, so that there is a past before the first
TOP: Final = 10
MEMBERS: Final = 3  # of the scorer's mean; the validation makes do with one, so that its figures are rather too low
NEGATIVES: Final = 0.15  # share of the candidates not bought that each learns from


def train(
    store: Store,
    catalogue: Catalogue,
    vectors: np.ndarray,
    models: Sequence[str] | None = None,
    settings: PipelineSettings | None = None,
    progress: Progress = silent,
) -> Card:
    """Train what the store's log allows and put it in the place of the models that are there.

    vectors: float32 (n, d) of the catalogue's rows. `models` of the first stage by name, the default ones for None;
    `settings` that suit the log for None. Raises AisleError for an unknown model, a log that cannot be read, or a full
    disk.
    """
    started = time.perf_counter()
    progress("reading the log", 0.0)
    log = Interactions.read(store.interactions_file, catalogue.ids, until=int(time.time()))
    settings = settings or suited(log)
    chosen = {"models": sorted(models) if models is not None else None, **settings.as_dict()}
    sources = Sources.of(store)
    card = Card(
        fingerprint=sources.fingerprint(chosen),
        catalogue=sources.catalogue,
        log=sources.log,
        span=span_of(log),
        settings=chosen,
    )
    with FileLock(store.folder / ".models.lock"):
        if why := _too_little(log):
            return save(store.models_folder, card.model_copy(update={"note": why}), None)
        parts = Parts(store.models_folder / PARTIAL, card.fingerprint)
        items = ItemSide(*parts.items(catalogue, vectors))
        trained, found = _Training(log, items, models, settings, parts, progress).run()
        found["seconds"] = time.perf_counter() - started
        progress("done", 1.0)
        return save(store.models_folder, card.model_copy(update=found), trained)


def suited(log: Interactions) -> PipelineSettings:
    """Slices of three weeks, shorter for a log of less than half a year."""
    days = (log.end - int(log.seconds[0])) / DAY_S if len(log) else 0.0
    return PipelineSettings(slice_days=float(np.clip(days / SLICES_A_LOG, 1.0, LONGEST_SLICE)))


def shop_scorer(settings: PipelineSettings, members: int) -> Scorer:
    """Trees alone: a network beside them took seven times as long on the demo shop and ordered it no better."""
    of = {"conversion_weight": settings.conversion_weight}
    return Bagged(BaggedSettings(seed=settings.seed, members=members, negatives=NEGATIVES, of=of))


def span_of(log: Interactions) -> Span:
    return Span(
        events=len(log),
        purchases=int((log.event == PURCHASE).sum()),
        shoppers=len(np.unique(log.user)),
        products=len(np.unique(log.item)),
        first=int(log.seconds[0]) if len(log) else 0,
        last=log.end,
        dropped=log.dropped,
    )


def _too_little(log: Interactions) -> str:
    """Why nothing can be learnt from this log, nothing where something can."""
    if not len(log):
        dropped = "; ".join(f"{count:,} rows dropped: {why}" for why, count in log.dropped.items())
        return "there are no interactions to learn from" + (f" ({dropped})" if dropped else "")
    for what, count in (("shopper", len(np.unique(log.user))), ("product", len(np.unique(log.item)))):
        if count < 2:
            return f"all interactions are of one {what}, so that there is nothing to compare"
    return ""


class _Training:
    """One run over the parts. Stages and answers are made one at a time, so that memory holds one of each."""

    def __init__(
        self,
        log: Interactions,
        items: ItemSide,
        models: Sequence[str] | None,
        settings: PipelineSettings,
        parts: Parts,
        progress: Progress,
    ) -> None:
        self.log, self.items, self.models, self.settings = log, items, models, settings
        self.parts, self.progress = parts, progress
        self.now = log.end + 1
        # The last slice, on which the final scorer learns as well, and as many before it as a scorer learns from.
        wanted = slices(self.now, settings.slice_days, settings.slices + 1)
        self.spans = [span for span in wanted if len(log.before(span.start))]
        self.steps, self.done = len(self.spans) * 3 + 4, 0
        self.latest: FirstStage | None = None

    def run(self) -> tuple[Trained, dict[str, object]]:
        """What was trained, and what the card says of it."""
        for span in self.spans:
            for protocol in PROTOCOLS:
                self._say(f"asking about {protocol} items")
                self._answers(span, protocol)
        scorers: dict[Protocol, Scorer] = {}
        metrics: dict[str, Measured] = {}
        asked: dict[str, int] = {}
        for protocol in PROTOCOLS:
            self._say(f"learning the order of {protocol} items")
            answers = [self._answers(span, protocol) for span in self.spans]
            if answers:
                asked[protocol] = answers[0].asked
                self._measure(answers, protocol, metrics)
            latest = answers[: self.settings.slices]
            scorer = self.parts.scorer(f"scorer.{protocol}", lambda: self._taught(latest, MEMBERS))  # noqa: B023
            if scorer is not None:
                scorers[protocol] = scorer
        stage = self._stage(self.now)
        self._say("what goes with what")
        past = Histories.of(self.log, now=self.now)
        complements = self.parts.complements(past)
        note = "" if scorers else "too little was bought to learn an order: the models' mean place decides"
        found: dict[str, object] = {"metrics": list(metrics.values()), "asked": asked, "note": note}
        return Trained(Pipeline(stage, scorers), complements), found

    def _stage(self, now: int) -> FirstStage:
        if self.latest is None or self.latest.statistics.now != now:
            self._say(f"models as of {np.datetime64(now, 's').astype('datetime64[D]')}")
            self.latest = self.parts.stage(self.log, self.items, now, self.models)
        return self.latest

    def _answers(self, span: Slice, protocol: Protocol) -> Answered:
        return self.parts.answers(lambda: self._stage(span.start), self.log, span, protocol)

    def _taught(self, answers: Sequence[Answered], members: int) -> Scorer | None:
        parts = [part.examples for part in answers]
        found = taught(parts, self.settings, lambda: [shop_scorer(self.settings, members)])
        return found[0] if found else None

    def _measure(self, answers: list[Answered], protocol: Protocol, metrics: dict[str, Measured]) -> None:
        """NDCG@10 on the last slice: of each model, and of a scorer that learnt from the slices before."""
        judged = answers[0]
        lists = {
            name.removesuffix(".score"): np.where(column > 0, column, -np.inf)
            for name, column in zip(judged.examples.names, judged.examples.features.T, strict=True)
            if name.endswith(".score")
        }
        if len(answers) > 1:
            scorer = self.parts.scorer(f"validated.{protocol}", lambda: self._taught(answers[1:], 1))
            if scorer is not None:
                lists["pipeline"] = scorer.scores(judged.examples.features)
        for name, scores in lists.items():
            known = metrics.get(name, Measured(model=name))
            metrics[name] = known.model_copy(update={f"ndcg_{protocol}": mean_ndcg(judged, scores)})

    def _say(self, what: str) -> None:
        self.progress(what, self.done / self.steps)
        self.done += 1


def mean_ndcg(judged: Answered, scores: np.ndarray) -> float | None:
    """NDCG@10 over all shoppers asked, None for nobody. scores: (m,) of the examples' rows, −∞ for what is not listed.

    A shopper of whose purchases none was proposed has 0.
    """
    if not judged.asked:
        return None
    given = judged.examples
    rows = given.ranked(scores, TOP)
    hit = (rows >= 0) & (given.label[rows] & np.isfinite(scores[rows]) if len(given) else False)
    return float(ndcg(hit, judged.wanted).sum() / judged.asked)
