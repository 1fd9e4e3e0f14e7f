"""SASRec on a world where whoever has item i gets item i + 1 next, and on baskets, which have no order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommenders.evaluation.task import top
from recommenders.histories import Histories
from recommenders.interactions import Interactions
from recommenders.models.early_stopping import HeldOut
from recommenders.models.moments import Moments, Windows, in_two, liked, with_basket
from recommenders.models.popularity import Popularity, PopularitySettings
from recommenders.models.sasrec import SASRec, SASRecSettings
from tests.recommenders.logs import nobody

N_ITEMS = 20
SMALL = SASRecSettings(width=16, length=8, epochs=20, batch=128, learning_rate=2e-2, dropout=0.1, item_dropout=0.1)
START = pd.Timestamp("2026-01-01", tz="UTC")


def histories_of(*baskets: list[list[int]], n_items: int = N_ITEMS) -> Histories:
    """Each shopper's baskets, a day apart, the last of them yesterday."""
    rows = [
        (f"u{u}", str(item), START + pd.Timedelta(days=100 - len(mine) + nth))
        for u, mine in enumerate(baskets)
        for nth, basket in enumerate(mine)
        for item in basket
    ]
    log = Interactions.of(
        pd.DataFrame(rows, columns=["user_id", "product_id", "timestamp"]), [str(i) for i in range(n_items)]
    )
    return Histories.of(
        log, log.users.indices([f"u{u}" for u in range(len(baskets))]), int(START.timestamp()) + 8640000
    )


def chains(shoppers: int = 200, seed: int = 0) -> tuple[Histories, Histories]:
    """Everybody starts somewhere on a ring of items and takes the next one each time, nine times; the tenth comes."""
    first = np.random.default_rng(seed).integers(0, N_ITEMS, shoppers)
    steps = [[[int(item)] for item in (start + np.arange(10)) % N_ITEMS] for start in first]
    return histories_of(*[mine[:9] for mine in steps]), histories_of(*[mine[9:] for mine in steps])


def test_the_order_is_learnt_which_popularity_cannot() -> None:
    past, later = chains()
    held_out = HeldOut.of(past, later, seed=0)
    assert held_out is not None
    popular = held_out.ndcg(Popularity(PopularitySettings(window=None)).fit(past).scores)
    assert held_out.ndcg(SASRec(SMALL).fit(past).scores) > max(2 * popular, 0.9)


def test_drawn_negatives_learn_nearly_as_well_as_the_whole_catalogue() -> None:
    past, later = chains()
    held_out = HeldOut.of(past, later, seed=0)
    assert held_out is not None
    assert held_out.ndcg(SASRec(replace(SMALL, negatives=8)).fit(past).scores) > 0.8


def test_a_strangers_latest_item_decides_and_the_list_goes_on_from_it() -> None:
    past, _ = chains()
    model = SASRec(SMALL).fit(past)
    strangers = histories_of([[3], [4]], [[12], [13]])
    assert top(model.scores(strangers), None, 1).ravel().tolist() == [5, 14]
    grown = with_basket(strangers, np.array([[5], [14]]))
    assert top(model.scores(grown), None, 1).ravel().tolist() == [6, 15]


def test_a_generated_list_starts_with_the_best_repeats_nothing_and_keeps_clear_of_what_is_hidden() -> None:
    past, _ = chains()
    model, strangers = SASRec(SMALL).fit(past), histories_of([[3], [4]], [])
    owned = strangers.matrix().astype(bool)
    lists = model.generate(strangers, N_ITEMS, hidden=owned)
    assert lists.shape == (2, N_ITEMS)
    assert lists[0, 0] == 5
    assert sorted(lists[0]) == [-1, -1, *[i for i in range(N_ITEMS) if i not in (3, 4)]]
    assert sorted(lists[1]) == list(range(N_ITEMS))


def test_a_list_grows_as_baskets_did() -> None:
    """Items come in pairs 2i, 2i + 1, which are always bought together, each pair as often as another."""
    rng = np.random.default_rng(0)
    pairs = [[[2 * int(p), 2 * int(p) + 1] for p in rng.integers(0, 10, 5)] for _ in range(200)]
    model = SASRec(replace(SMALL, batch=64, cut=0.5)).fit(histories_of(*pairs))
    lists = model.generate(histories_of(*[[[item]] for item in range(0, N_ITEMS, 2)]), 1)
    assert (lists[:, 0] == np.arange(1, N_ITEMS, 2)).mean() > 0.6
    uncut = SASRec(replace(SMALL, batch=64, cut=0.0)).fit(histories_of(*pairs))
    other = uncut.generate(histories_of(*[[[item]] for item in range(0, N_ITEMS, 2)]), 1)
    assert (other[:, 0] == np.arange(1, N_ITEMS, 2)).mean() < 0.5


@given(st.permutations([4, 7, 11, 2]), st.permutations([1, 9]))
@settings(max_examples=20, deadline=None)
def test_the_order_of_a_basket_in_the_log_changes_nothing(first: list[int], second: list[int]) -> None:
    given_order = MODEL.scores(histories_of([[4, 7, 11, 2], [1, 9]]))
    np.testing.assert_allclose(MODEL.scores(histories_of([first, second])), given_order, atol=1e-4)
    swapped = MODEL.scores(histories_of([second, first]))
    assert np.abs(swapped - given_order).max() > 1e-2  # but that of the baskets does


MODEL = SASRec(replace(SMALL, epochs=1)).fit(chains(40)[0])


@given(st.lists(st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=3), max_size=12), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_every_moment_but_each_shoppers_first_is_a_target_exactly_once(baskets: list[list[list[int]]]) -> None:
    if not any(baskets):
        return
    moments = Moments.of(histories_of(*baskets))
    first, count = moments.windows(4)
    assert (count <= 4).all()
    assert (count > 0).all()
    targets = Windows(moments, first, count).targets()
    assert len(targets.place) == len(set(targets.place)) == sum(max(len(mine) - 1, 0) for mine in baskets)
    expected = [item for mine in baskets for basket in mine[1:] for item in basket]
    assert sorted(targets.item.tolist()) == sorted(expected)


@given(st.floats(0, 1), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_cutting_baskets_moves_no_item_out_of_its_basket(share: float, seed: int) -> None:
    past = histories_of([[1, 2, 3], [4]], [[5, 6], [7, 8, 9, 10]], [])
    order, half = in_two(past, share, np.random.default_rng(seed))
    assert sorted(order) == list(range(len(past.item)))
    np.testing.assert_array_equal(past.days[order], past.days)
    np.testing.assert_array_equal(past.row[order], past.row)
    moments = Moments.of(past, order, half)
    assert 4 <= len(moments.start) - 1 <= 7
    assert moments.start[-1] == moments.start[moments.indptr[-1]] == 10


def test_no_place_looks_ahead_and_padding_is_not_seen() -> None:
    moments = Moments.of(histories_of([[1], [2], [3]], [[4]]))
    mask = Windows(moments, *moments.latest(8)).mask()
    np.testing.assert_array_equal(mask[0], np.tril(np.ones((3, 3), bool)))
    np.testing.assert_array_equal(mask[1], np.eye(3, dtype=bool))


def test_how_a_history_is_scored_does_not_depend_on_its_neighbours() -> None:
    past, _ = chains(40)
    together = MODEL.scores(past)
    alone = np.concatenate([MODEL.scores(past.take(np.array([row]))) for row in range(40)])
    np.testing.assert_allclose(together, alone, atol=1e-4)
    beside_longer = MODEL.scores(histories_of([[3]], [[i] for i in range(15)]))[0]
    np.testing.assert_allclose(beside_longer, MODEL.scores(histories_of([[3]]))[0], atol=1e-4)


def test_training_stops_early_and_keeps_the_best_epoch() -> None:
    past, later = chains()
    told: list[str] = []
    model = SASRec(replace(SMALL, epochs=60, patience=2)).fit(past, later, lambda what, _share: told.append(what))
    assert len(told) < 60
    assert model.best_epoch == len(told) - 2
    alone = SASRec(replace(SMALL, epochs=model.best_epoch)).fit(past)
    np.testing.assert_array_equal(alone.scores(past), model.scores(past))


def test_a_saved_model_scores_the_same() -> None:
    past, _ = chains(40)
    again = SASRec.restore(MODEL.settings.as_dict(), MODEL.tensors())
    np.testing.assert_array_equal(again.scores(past), MODEL.scores(past))


class Killed(Exception):
    pass


def killed_at_the_second_epoch(what: str, _share: float) -> None:
    if what == "epoch 2":
        raise Killed


def test_a_training_that_was_killed_goes_on_and_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    past, later = chains(60)
    plan = replace(SMALL, epochs=5)
    whole = SASRec(plan).fit(past, later)
    with pytest.raises(Killed):
        SASRec(plan, tmp_path / "run").fit(past, later, killed_at_the_second_epoch)
    told: list[str] = []
    resumed = SASRec(plan, tmp_path / "run").fit(past, later, lambda what, _share: told.append(what))
    assert told[0] == "epoch 3"
    assert resumed.best_epoch == whole.best_epoch
    np.testing.assert_array_equal(resumed.scores(past), whole.scores(past))


def test_who_has_no_past_and_what_has_no_number_do_no_harm() -> None:
    model = SASRec(SMALL).fit(nobody())
    np.testing.assert_array_equal(model.scores(nobody()), np.zeros((2, 3)))
    assert SASRec.restore(model.settings.as_dict(), model.tensors()).scores(nobody()).shape == (2, 3)
    assert sorted(model.generate(nobody(), 4)[0].tolist()) == [-1, 0, 1, 2]
    past, _ = chains(20)
    broken = replace(past, weight=np.where(np.arange(len(past.item)) % 3, past.weight, np.nan))
    assert len(liked(broken).item) < len(past.item)
    assert np.isfinite(SASRec(replace(SMALL, epochs=1)).fit(broken).scores(broken)).all()
    single = histories_of([[0]], n_items=1)
    assert np.isfinite(SASRec(SMALL).fit(single, single).scores(single)).all()
    strangers = SASRec(replace(SMALL, epochs=1)).fit(past).scores(past.take(np.array([0])).where(np.zeros(9, bool)))
    assert np.isfinite(strangers).all()


@pytest.mark.parametrize("wrong", [{"width": 15}, {"dropout": 1.0}, {"half_life": 0.0}, {"cut": 2.0}, {"length": 0}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        SASRec(replace(SMALL, **wrong)).fit(nobody())
