"""Two stages in a world where the season decides: what is known then and there must count, and nothing later may."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.schema import Columns
from recommenders.evaluation.metrics import hits, ndcg
from recommenders.evaluation.task import Task, task, top
from recommenders.histories import Histories
from recommenders.interactions import DAY_S, Interactions
from recommenders.models.ease import EASE
from recommenders.models.popularity import Popularity
from recommenders.pipeline import Models, Pipeline, PipelineSettings
from recommenders.ranking.context import Moment
from recommenders.ranking.first_stage import FirstStage, candidates
from recommenders.ranking.items import ItemSide
from recommenders.ranking.statistics import ItemStatistics
from recommenders.ranking.training_set import ask, last_contexts
from recommenders.splits import Split, time_split

N_ITEMS, SHOPPERS, DAYS = 60, 240, 240
NEW_YEAR = pd.Timestamp("2026-01-01", tz="UTC")
HALF = N_ITEMS // 2  # the first half is bought in the north, the second in the south


def models(_items: ItemSide) -> dict[str, EASE | Popularity]:
    return {"ease": EASE(), "popularity": Popularity()}


def simulated() -> Interactions:
    """Every shopper lives in the north or the south and buys, now and then, what is sold there this month."""
    rng = np.random.default_rng(3)
    rows = []
    for shopper in range(SHOPPERS):
        region = "north" if shopper % 2 else "south"
        for day in np.sort(rng.choice(DAYS, 14, replace=False)):
            month = day // 30
            within = (4 * month + rng.integers(0, 6)) % HALF  # the range moves on from month to month
            item = within if region == "north" else HALF + within
            rows.append(
                (f"u{shopper}", f"p{item}", pd.Timestamp("2026-01-01", tz="UTC") + pd.Timedelta(days=day), region)
            )
    frame = pd.DataFrame(rows, columns=[Columns.User, Columns.Product, Columns.Timestamp, Columns.Region])
    return Interactions.of(frame, [f"p{item}" for item in range(N_ITEMS)])


@pytest.fixture(scope="module")
def log() -> Interactions:
    return simulated()


@pytest.fixture(scope="module")
def items() -> ItemSide:
    rng = np.random.default_rng(4)
    vectors = rng.normal(size=(N_ITEMS, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return ItemSide.of(rng.uniform(1, 9, N_ITEMS), [f"Shelf {row % 6}" for row in range(N_ITEMS)], vectors)


@pytest.fixture(scope="module")
def split(log: Interactions) -> Split:
    return time_split(log)


@pytest.fixture(scope="module")
def asked(split: Split) -> Task:
    return task(split, "new", min_buyers=1)


@pytest.fixture(scope="module")
def pipeline(split: Split, items: ItemSide, asked: Task) -> Pipeline:
    known = items_of(items, asked)
    choose: Models = models
    settings = PipelineSettings(slice_days=24)
    return Pipeline.fit(split.past.with_items(asked.items), known, split.cut, settings, ("new",), choose)


def items_of(items: ItemSide, asked: Task) -> ItemSide:
    return ItemSide(items.price[asked.items], items.categories[asked.items], items.vectors[asked.items])


def quality(lists: np.ndarray, asked: Task) -> float:
    return float(ndcg(hits(lists, asked.answers), np.diff(asked.answers.indptr)).mean())


def test_both_stages_beat_either_model_that_knows_no_context(pipeline: Pipeline, split: Split, asked: Task) -> None:
    past = split.past.with_items(asked.items)
    moments = [Moment(split.cut, said) for said in last_contexts(past, asked.users, split.cut)]
    lists = np.full((len(asked.users), 10), -1)
    for one in ask(pipeline.stage, asked.histories, moments, "new"):
        best = one.candidates[np.argsort(-pipeline.scorers["new"].scores(one.features), kind="stable")[:10]]
        lists[one.row, : len(best)] = best
    alone = [
        quality(top(model.scores(asked.histories), asked.hidden, 10), asked) for model in pipeline.stage.models.values()
    ]
    assert quality(lists, asked) > 1.2 * max(alone)


def test_one_shopper_gets_what_many_get(pipeline: Pipeline, split: Split, asked: Task) -> None:
    past = split.past.with_items(asked.items)
    [said] = last_contexts(past, asked.users[:1], split.cut)
    one = asked.histories.take(np.array([0]))
    ranked = pipeline.rank(one, Moment(split.cut, said), "new")
    assert not set(ranked.items) & set(one.item)
    assert (np.diff(ranked.scores) <= 0).all()
    assert ((ranked.probabilities > 0) & (ranked.probabilities < 1)).all()
    [many] = [
        a
        for a in ask(pipeline.stage, asked.histories, [Moment(split.cut, said)] * len(asked.users), "new")
        if a.row == 0
    ]
    assert sorted(ranked.items) == many.candidates.tolist()


def test_what_happens_later_changes_no_feature(log: Interactions, items: ItemSide, split: Split) -> None:
    """The features of a moment are the same whether the log ends there or goes on."""
    made = []
    for known in (log.before(split.cut), log):
        stage = FirstStage.fit(known, items, split.cut, models(items))
        histories = Histories.of(known, np.arange(20), now=split.cut)
        moments = [Moment(split.cut, said) for said in last_contexts(known, np.arange(20), split.cut)]
        made.append([(one.candidates, one.features) for one in ask(stage, histories, moments, "all")])
    for (before, features), (after, later) in zip(*made, strict=True):
        assert before.tolist() == after.tolist()
        np.testing.assert_allclose(features, later, rtol=1e-5, atol=1e-6)


def test_statistics_are_restored_whole(log: Interactions) -> None:
    known = ItemStatistics.of(log, log.end)
    again = ItemStatistics.restore(known.tensors())
    rows = np.arange(N_ITEMS)
    moment = Moment(log.end, {"region": "north"})
    assert again.codes(moment) == known.codes(moment)
    assert known.codes(Moment(log.end, {"region": "moon"}))["region"] == -1
    north = known.contexts["region"].lift(known.codes(moment)["region"], rows)
    np.testing.assert_array_equal(again.contexts["region"].lift(again.codes(moment)["region"], rows), north)
    assert (north[: HALF // 2] > 0).all()
    assert (north[HALF : HALF + HALF // 2] < 0).all()
    np.testing.assert_array_equal(again.hazard(30), known.hazard(30))


def test_a_model_proposes_only_what_it_knows_something_of() -> None:
    scores = {"one": np.array([0.0, 3.0, 1.0, -1.0]), "other": np.array([0.0, 0.0, 0.0, 0.0])}
    hidden = np.array([False, False, True, False])
    assert candidates(scores, hidden).tolist() == [1]
    assert candidates({}, hidden).tolist() == []


@pytest.mark.parametrize("shoppers", [0, 1, 3])
def test_too_little_to_learn_from_is_no_reason_to_fail(items: ItemSide, shoppers: int) -> None:
    rows = [(f"u{row}", "p1", pd.Timestamp("2026-03-01", tz="UTC") + pd.Timedelta(days=row)) for row in range(shoppers)]
    frame = pd.DataFrame(rows, columns=[Columns.User, Columns.Product, Columns.Timestamp]).astype(
        {Columns.Timestamp: "datetime64[s, UTC]"}
    )
    few = Interactions.of(frame, [f"p{item}" for item in range(N_ITEMS)])
    now = few.end + DAY_S
    fitted = Pipeline.fit(few, items, now, models=models)
    assert not fitted.scorers
    ranked = fitted.rank(Histories.nobody(N_ITEMS, now), Moment(now))
    assert set(ranked.items) <= {1}
    assert np.isfinite(ranked.scores).all()
