"""What is due again: regular purchases when their time has come, and nothing that was never bought."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.paths import data_folder
from benchmarks.purchases import online_retail
from data.errors import AisleError
from recommenders.evaluation.metrics import hits, ndcg
from recommenders.evaluation.task import Task, task, top
from recommenders.histories import Histories
from recommenders.models.repeat import RepeatPurchase, RepeatSettings
from recommenders.splits import time_split
from tests.recommenders.logs import events_ago

COFFEE, TENT, SOAP, RAZOR = range(4)


def _log(rows: list[tuple[str, int, float]]) -> Histories:
    """Purchases as (shopper, item, days before now)."""
    return events_ago([(who, item, "purchase", ago) for who, item, ago in rows], ["0", "1", "2", "3"])


def _households(n: int = 200, seed: int = 3) -> list[tuple[str, int, float]]:
    """A year in which people buy coffee every three weeks, soap every two months, and a tent once.

    Every third household gives up both at some time.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        who = f"household {number}"
        gave_up = float(rng.uniform(0, 300)) if number % 3 == 0 else 0.0
        for item, gap in ((COFFEE, 21.0), (SOAP, 60.0)):
            ago = gave_up + float(rng.uniform(0, gap))
            while ago < 365:
                rows.append((who, item, ago))
                ago += gap * float(rng.lognormal(0, 0.15))
        rows.append((who, TENT, float(rng.uniform(0, 365))))
    return rows


@pytest.fixture(scope="module")
def model() -> RepeatPurchase:
    return RepeatPurchase().fit(_log(_households()))


def test_coffee_is_bought_again_and_tents_are_not(model: RepeatPurchase) -> None:
    coffees = [("me", COFFEE, 20.0 + 21 * n) for n in range(15)]
    soaps = [("me", SOAP, 5.0 + 60 * n) for n in range(6)]
    coffee, tent, soap, razor = model.scores(_log([*coffees, *soaps, ("me", TENT, 60.0)]))[0]
    assert coffee > 0.8
    assert coffee > 2 * soap  # bought five days ago: not before long
    assert tent < 0.1
    assert razor == 0


def test_probabilities_are_calibrated(model: RepeatPurchase) -> None:
    """Of other households, as many buy again in thirty days as the model says; it never saw them."""
    rows = _households(400, seed=4)
    before = [(who, item, ago - 30) for who, item, ago in rows if ago > 30]
    then = _log(before)
    names = list(dict.fromkeys(who for who, _, _ in sorted(before, key=lambda row: -row[2])))
    bought = {(who, item) for who, item, ago in rows if ago <= 30}
    for item in (COFFEE, SOAP):
        said = model.scores(then)[:, item]
        known = said > 0
        happened = np.array([(who, item) in bought for who in names])
        assert said[known].mean() == pytest.approx(happened[known].mean(), abs=0.06)


def test_the_reason_names_the_usual_interval(model: RepeatPurchase) -> None:
    mine = _log([("me", COFFEE, ago) for ago in (5.0, 26.0, 47.0)] + [("me", TENT, 100.0), ("me", SOAP, 55.0)])
    due = model.due(mine)
    assert due.items[0] == COFFEE and due.items[-1] == TENT
    assert due.gap[0] == pytest.approx(21, abs=1.5)
    assert due.since.tolist()[0] == 5
    assert due.gap[due.items == SOAP] == pytest.approx(60, abs=6)  # bought once: by the habit of others
    assert (np.diff(due.probability) <= 0).all()
    assert due.probability[0] == pytest.approx(model.scores(mine)[0, COFFEE])
    with pytest.raises(ValueError, match="one shopper"):
        model.due(_log([("me", COFFEE, 1.0), ("you", COFFEE, 1.0)]))


def test_what_was_given_up_long_ago_is_not_due(model: RepeatPurchase) -> None:
    others = [(who, TENT, 2.0) for who in ("still", "no more")]
    still = [("still", COFFEE, 15.0 + 21 * n) for n in range(5)]
    no_more = [("no more", COFFEE, 250.0 + 21 * n) for n in range(5)]
    scores = model.scores(_log(others + still + no_more))
    assert scores[:, COFFEE].max() > 3 * scores[:, COFFEE].min()
    assert np.argmax(scores[:, COFFEE]) == 1  # the first in the log is who gave it up


def test_a_log_of_one_day_falls_back_on_what_was_bought_most(model: RepeatPurchase) -> None:
    past = _log([("me", COFFEE, 0.5), ("me", SOAP, 0.4), ("you", SOAP, 0.2)])
    scores = RepeatPurchase().fit(past).scores(past)
    assert np.isfinite(scores).all() and (scores[0, [COFFEE, SOAP]] > 0).all() and scores[1, COFFEE] == 0


@pytest.mark.parametrize("wrong", [{"horizon": 0.0}, {"moments": 0}, {"pull": 0.0}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="horizon"):
        RepeatPurchase(RepeatSettings(**wrong)).fit(_log(_households(3)))  # type: ignore[arg-type]


def test_a_log_without_purchases_scores_nothing() -> None:
    past = _log(_households(2))
    nothing = RepeatPurchase().fit(past.where(np.zeros(len(past.item), bool)))
    assert not nothing.scores(past).any()
    assert len(nothing.due(past.take(np.array([0]))).items) == 3


def test_a_sample_of_the_shoppers_teaches_nearly_the_same(model: RepeatPurchase) -> None:
    past = _log(_households())
    sampled = RepeatPurchase(RepeatSettings(most_events=2000)).fit(past)
    assert not np.array_equal(sampled.coefficients, model.coefficients)
    assert np.abs(sampled.scores(past) - model.scores(past)).mean() < 0.05


def test_it_is_the_same_model_after_restoring(model: RepeatPurchase) -> None:
    past = _log(_households(5))
    again = RepeatPurchase.restore(model.settings.as_dict(), model.tensors())
    assert np.array_equal(again.scores(past), model.scores(past))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.floats(0.1, 500)), min_size=1, max_size=30))
def test_scores_are_probabilities_of_what_was_bought(rows: list[tuple[str, int, float]]) -> None:
    past = _log(rows)
    scores = RepeatPurchase().fit(past).scores(past)
    assert np.isfinite(scores).all()
    assert ((scores > 0) == (past.bought().toarray() > 0)).all()
    assert (scores <= 1).all()


def _quality(scores: np.ndarray, asked: Task) -> float:
    found = hits(top(scores, None, 10), asked.answers)
    return float(ndcg(found, np.diff(asked.answers.indptr)).mean())


def test_it_beats_the_own_most_bought_list_on_real_purchases() -> None:
    try:
        data_folder()
    except AisleError as error:
        pytest.skip(str(error))
    asked = task(time_split(online_retail()), "all")
    model = RepeatPurchase().fit(asked.past)
    assert _quality(model.scores(asked.histories), asked) > 1.05 * _quality(asked.histories.bought().toarray(), asked)
