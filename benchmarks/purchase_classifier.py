"""Will they buy it? A fine-tuned encoder against popularity and frozen embeddings, on sold and on unsold products.

    python -m benchmarks.purchase_classifier --json docs/figures/purchase_classifier.json --plot loss.png

Online Retail, products only. A tenth of them is taken out of everything that is learnt: "never sold before". The last
tenth of the lines is the test, the fortnight before it validates, the three months before that train. A question is one
product new to the shopper; half of the answers are yes, the others were drawn by popularity (`pairs_in`).
"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from scipy.special import expit, logit

from benchmarks.figures import merge
from benchmarks.purchases import online_retail, products_only
from benchmarks.titles import online_retail_titles
from data.errors import AisleError
from data.weights import fetch
from recommenders.histories import Histories
from recommenders.interactions import DAY_S, Interactions
from recommenders.ranking.calibration import Classification, classification
from recommenders.splits import time_split
from recommenders.transfer import (
    LossPoint,
    Pairs,
    PairSettings,
    PurchaseClassifier,
    Window,
    area_under_curve,
    pairs_in,
)
from retrieval.encoder import DEFAULT_MODEL, Encoder

UNSEEN_SHARE: Final = 0.1
VALIDATION_DAYS: Final = 14
TRAINING_DAYS: Final = 28
TRAINING_WINDOWS: Final = 3
TRAINING_PAIRS: Final = 20_000
VALIDATION_PAIRS: Final = 1_200
TEST_PAIRS: Final = 3_000
LOOKED_AT: Final = 100
RE_RANKED: Final = 32
TIMED: Final = 20
NEWTON_STEPS: Final = 50
CLOSE: Final = 1e-8  # a step that moves no weight further is the last


@dataclass(frozen=True)
class Asked:
    """Questions of one window, and their features: `popularity` (m, 3), `text` (m, 4 + 384)."""

    pairs: Pairs
    popularity: np.ndarray
    text: np.ndarray


@dataclass(frozen=True)
class Shop:
    """`seen`: bool (n_items,), products that may be learnt from; `vectors`: float32 (n_items, 384) of the titles."""

    log: Interactions
    titles: list[str]
    vectors: np.ndarray
    seen: np.ndarray

    def asked(self, window: Window, pairs: int, candidates: np.ndarray, seed: int) -> Asked:
        settings = PairSettings(limit=pairs // 2, looked_at=LOOKED_AT, seed=seed)
        drawn = pairs_in(self.log, self.titles, window, settings, self.seen, candidates, self.vectors)
        past = self.log.before(window.start)
        told = past.where(self.seen[past.item])
        return Asked(drawn, _popularity(told, window.start, drawn), _likeness(told, window.start, drawn, self.vectors))


@dataclass(frozen=True)
class Measures(Classification):
    """At the threshold ½, since half of the answers are yes."""

    auc: float


@dataclass(frozen=True)
class Result:
    """Each way's measures on products that were sold before and on those that were not."""

    sold: dict[str, Measures]
    unseen: dict[str, Measures]
    history: list[LossPoint]
    pairs: int
    seconds: float
    ms_per_candidate: float


def run(pairs: int = TRAINING_PAIRS) -> Result:
    """Raises AisleError where the data or the encoder are absent."""
    shop = _shop()
    cut = time_split(shop.log).cut
    validation_from = cut - VALIDATION_DAYS * DAY_S
    windows = [validation_from - TRAINING_DAYS * DAY_S * place for place in range(TRAINING_WINDOWS + 1)]
    each = pairs // TRAINING_WINDOWS
    train = [
        shop.asked(Window(start, end), each, shop.seen, seed) for seed, (end, start) in enumerate(pairwise(windows))
    ]
    validation = shop.asked(Window(validation_from, cut), VALIDATION_PAIRS, shop.seen, 10)
    last = Window(cut, shop.log.end + 1)
    test = {
        "sold": shop.asked(last, TEST_PAIRS, shop.seen, 11),
        "unseen": shop.asked(last, TEST_PAIRS, ~shop.seen, 12),
    }
    learnt_from = train[0].pairs + train[1].pairs + train[2].pairs
    model = PurchaseClassifier.open(fetch(DEFAULT_MODEL))
    started = time.perf_counter()
    with Progress(transient=True) as bar:
        task = bar.add_task("Training", total=1)
        model.fit(
            learnt_from,
            validation.pairs,
            lambda what, share: bar.update(task, completed=share, description=f"Training: {what}"),
        )
    seconds = time.perf_counter() - started
    found = {name: _measured(model, train, validation, asked) for name, asked in test.items()}
    del found["unseen"]["classifier_and_popularity"]  # nothing to add where nothing was sold
    return Result(found["sold"], found["unseen"], model.history, len(learnt_from), seconds, _cost(model))


def _shop() -> Shop:
    log = products_only(online_retail())
    titles = online_retail_titles(log.items)
    seen = np.random.default_rng(0).random(len(titles)) >= UNSEEN_SHARE
    return Shop(log, titles, Encoder().encode(titles), seen)


def _popularity(told: Interactions, now: int, pairs: Pairs) -> np.ndarray:
    """(m, 3): logarithms of the candidate's buyers ever and in 30 days, and hundreds of days since its first sale."""
    ever, lately = told.buyers(), told.since(now - 30 * DAY_S).buyers()
    first = np.full(len(told.items), now)
    np.minimum.at(first, told.item, told.seconds)
    age = (now - first) / (100 * DAY_S)
    return np.stack([np.log1p(ever[pairs.item]), np.log1p(lately[pairs.item]), age[pairs.item]], 1)


def _likeness(told: Interactions, now: int, pairs: Pairs, vectors: np.ndarray) -> np.ndarray:
    """(m, 4 + d): how close the candidate's title is to those of the past (mean, first, third, tenth), and itself."""
    users, place = np.unique(pairs.user, return_inverse=True)
    bought = Histories.of(told, users, now=now)
    closeness = np.zeros((len(pairs), 4))
    for row, (at, item) in enumerate(zip(place.tolist(), pairs.item.tolist(), strict=True)):
        own = np.unique(bought.item[bought.indptr[at] : bought.indptr[at + 1]][-LOOKED_AT:])
        cosine = np.sort(vectors[own] @ vectors[item])[::-1]
        closeness[row] = cosine.mean(), *(cosine[:nearest].mean() for nearest in (1, 3, 10))
    return np.hstack([closeness, vectors[pairs.item]])


def _measured(model: PurchaseClassifier, train: list[Asked], validation: Asked, test: Asked) -> dict[str, Measures]:
    """The classifier; the baselines, learnt from the same questions; and the classifier with popularity beside it."""
    answers = np.concatenate([asked.pairs.bought for asked in train])
    popular = logistic(np.concatenate([asked.popularity for asked in train]), answers)
    frozen = logistic(np.concatenate([asked.text for asked in train]), answers, penalty=3.0)
    said, said_before = model.probabilities(test.pairs), model.probabilities(validation.pairs)
    both = logistic(np.column_stack([_log_odds(said_before), validation.popularity]), validation.pairs.bought)
    ways = {
        "classifier": said,
        "popularity": _answered(popular, test.popularity),
        "frozen_embeddings": _answered(frozen, test.text),
        "classifier_and_popularity": _answered(both, np.column_stack([_log_odds(said), test.popularity])),
    }
    return {way: _measures(probabilities, test.pairs.bought) for way, probabilities in ways.items()}


def _measures(probabilities: np.ndarray, labels: np.ndarray) -> Measures:
    found = classification(probabilities, labels, 0.5)
    return Measures(**asdict(found), auc=area_under_curve(probabilities, labels))


def logistic(features: np.ndarray, answers: np.ndarray, penalty: float = 1.0) -> np.ndarray:
    """float64 (d + 1,): weights and, last, the offset of a logistic regression, by Newton's method.

    features: (m, d); answers: bool (m,); penalty: λ of ½ λ ‖weights‖², the offset goes free.
    """
    rows = np.column_stack([features, np.ones(len(features))]).astype(np.float64)
    ridge = np.full(rows.shape[1], penalty)
    ridge[-1] = 1e-9
    weights = np.zeros(rows.shape[1])
    for _ in range(NEWTON_STEPS):
        chance = expit(rows @ weights)
        slope = rows.T @ (chance - answers) + ridge * weights
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(ridge + 1e-9)
        step = np.linalg.solve(curve, slope)
        step *= min(1.0, 5 / (np.abs(rows @ step).max(initial=0) + 1e-12))  # far from the optimum Newton overshoots
        weights = weights - step
        if np.abs(step).max() < CLOSE:
            break
    return weights


def _answered(weights: np.ndarray, features: np.ndarray) -> np.ndarray:
    return np.asarray(expit(features @ weights[:-1] + weights[-1]))


def _log_odds(probabilities: np.ndarray) -> np.ndarray:
    return np.asarray(logit(np.clip(probabilities.astype(np.float64), 1e-6, 1 - 1e-6)))


def _cost(model: PurchaseClassifier) -> float:
    """Median milliseconds a candidate when one shopper's 32 candidates are re-ranked, tokenizing included."""
    past = ["White Hanging Heart T-Light Holder", "Regency Cakestand 3 Tier", "Jumbo Bag Red Retrospot"]
    pairs = Pairs.asking([past] * RE_RANKED, [f"Set of {count} Heart Shape Cake Tins" for count in range(RE_RANKED)])
    taken = []
    for _ in range(TIMED):
        started = time.perf_counter()
        model.probabilities(pairs)
        taken.append(time.perf_counter() - started)
    return float(np.median(taken) * 1000 / RE_RANKED)


def figures(result: Result) -> dict[str, float]:
    """Flat: `purchase_classifier[.unseen_items][.way].measure` → value; the classifier's own without a way."""
    flat: dict[str, float] = {}
    for where, ways in (("", result.sold), (".unseen_items", result.unseen)):
        for way, found in ways.items():
            name = "" if way == "classifier" else f".{way}"
            flat |= {f"purchase_classifier{where}{name}.{key}": round(value, 4) for key, value in asdict(found).items()}
    flat["purchase_classifier.training_pairs"] = result.pairs
    flat["purchase_classifier.training_s"] = round(result.seconds, 1)
    flat["purchase_classifier.ms_per_candidate"] = round(result.ms_per_candidate, 2)
    return flat


def show(result: Result, console: Console) -> None:
    for title, ways in (("Products sold before", result.sold), ("Products never sold before", result.unseen)):
        table = Table("", *asdict(next(iter(ways.values()))), title=title)
        for way, found in ways.items():
            table.add_row(way.replace("_", " "), *(f"{value:.3f}" for value in asdict(found).values()))
        console.print(table)
    console.print(
        f"{result.pairs} pairs, trained in {result.seconds:.0f} s; "
        f"{result.ms_per_candidate:.2f} ms a candidate, {RE_RANKED} at once"
    )


def plot(history: list[LossPoint], file: Path) -> None:
    """The loss of each step, its running mean and the validation's, over the steps."""
    from matplotlib.figure import Figure  # noqa: PLC0415  # only in the extra `bench`

    steps, losses = [point.step for point in history], np.array([point.loss for point in history])
    smooth = np.cumsum(losses) - np.concatenate([np.zeros(50), np.cumsum(losses)])[: len(losses)]
    held_out = [(point.step, point.validation) for point in history if point.validation is not None]
    figure = Figure((7, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(steps, losses, color="0.85", linewidth=0.8, label="a step's batch")
    axes.plot(steps, smooth / np.minimum(np.arange(len(losses)) + 1, 50), color="tab:blue", label="mean of 50 steps")
    axes.plot(*zip(*held_out, strict=True), "o-", color="tab:orange", label="validation, the fortnight after")
    axes.set(xlabel="step", ylabel="cross-entropy (nats)", title="Fine-tuning the purchase classifier")
    axes.legend()
    figure.savefig(file, dpi=150)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="A transformer that says whether a product will be bought.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the loss there")
    parser.add_argument("--pairs", type=int, default=TRAINING_PAIRS, help="questions to learn from")
    chosen = parser.parse_args(arguments)
    console = Console()
    try:
        result = run(chosen.pairs)
    except AisleError as error:
        parser.exit(1, f"{error}\n")
    show(result, console)
    if chosen.json:
        merge(chosen.json, figures(result))
    if chosen.plot:
        plot(result.history, chosen.plot)


if __name__ == "__main__":
    main()
