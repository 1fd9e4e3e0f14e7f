"""Mult-VAE on a world of two tastes: whoever likes some of a taste's items likes the others, too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from recommenders.evaluation.task import top
from recommenders.histories import Histories
from recommenders.interactions import Interactions
from recommenders.models.early_stopping import HeldOut
from recommenders.models.mult_vae import MultVAE, MultVAESettings
from recommenders.models.popularity import Popularity, PopularitySettings
from tests.recommenders.logs import nobody

TASTES = 4
ITEMS_OF_A_TASTE = 10
SMALL = MultVAESettings(width=32, latent=8, epochs=12, batch=64, learning_rate=1e-2)


def world(shoppers: int = 200, seed: int = 0) -> tuple[Histories, Histories]:
    """Shopper r likes taste r mod 4 and bought five of its ten items; two more come later."""
    rng = np.random.default_rng(seed)
    rows = []
    for shopper in range(shoppers):
        own = rng.permutation(ITEMS_OF_A_TASTE)[:7] + ITEMS_OF_A_TASTE * (shopper % TASTES)
        rows += [(f"u{shopper}", str(item), 10 * day + shopper / shoppers) for day, item in enumerate(own)]
    log = pd.DataFrame(rows, columns=["user_id", "product_id", "day"])
    log["timestamp"] = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(log.pop("day"), unit="D")
    log["event"] = "purchase"
    interactions = Interactions.of(log, [str(i) for i in range(TASTES * ITEMS_OF_A_TASTE)])
    cut = int(pd.Timestamp("2026-02-18", tz="UTC").timestamp())
    return Histories.of(interactions, now=cut), Histories.of(interactions.since(cut))


def same_taste(lists: np.ndarray) -> float:
    """The share of the listed items that are of the taste of the list's shopper."""
    return float(np.mean(lists // ITEMS_OF_A_TASTE == (np.arange(len(lists)) % TASTES)[:, None]))


def test_what_a_shopper_buys_next_is_foreseen_far_better_than_by_popularity() -> None:
    past, later = world()
    held_out = HeldOut.of(past, later, seed=0)
    assert held_out is not None
    popular = held_out.ndcg(Popularity(PopularitySettings(window=None)).fit(past).scores)
    assert held_out.ndcg(MultVAE(SMALL).fit(past).scores) > max(2 * popular, 0.5)


def test_a_stranger_who_just_bought_two_things_gets_more_of_that_taste() -> None:
    past, _ = world()
    model = MultVAE(SMALL).fit(past)
    started = past.take(np.array([1])).where(np.array([True, True, False, False, False]))
    assert set(top(model.scores(started), started.matrix().astype(bool), 5)[0]) <= set(range(10, 20))


def test_drawn_lists_differ_but_keep_to_the_taste() -> None:
    past, _ = world()
    model, some = MultVAE(SMALL).fit(past), past.take(np.arange(40))
    rng = np.random.default_rng(0)
    first, second = model.sample(some, 5, rng), model.sample(some, 5, rng)
    assert first.shape == (40, 5)
    assert all(len(set(row)) == 5 for row in first)
    assert (first != second).any(1).mean() > 0.9
    assert same_taste(first) > 0.7
    np.testing.assert_array_equal(model.sample(some, 5, np.random.default_rng(0)), first)
    assert same_taste(model.sample(some, 5, rng, temperature=0.01)) > same_taste(first)


def test_what_is_hidden_is_never_drawn_and_a_short_catalogue_gives_a_short_list() -> None:
    past, _ = world()
    model, some = MultVAE(replace(SMALL, epochs=1)).fit(past), past.take(np.arange(8))
    owned = some.matrix(binary=True).astype(bool)
    lists = model.sample(some, 40, np.random.default_rng(0), hidden=owned)
    assert all(not owned[row, items[items >= 0]].sum() for row, items in enumerate(lists))
    assert ((lists >= 0).sum(1) == 35).all()  # of forty items, each has five


def test_training_stops_early_and_keeps_the_best_epoch() -> None:
    past, later = world()
    told: list[str] = []
    model = MultVAE(replace(SMALL, epochs=60, patience=2)).fit(past, later, lambda what, _share: told.append(what))
    assert len(told) < 60
    assert model.best_epoch == len(told) - 2
    alone = MultVAE(replace(SMALL, epochs=model.best_epoch)).fit(past)
    np.testing.assert_array_equal(alone.scores(past), model.scores(past))


def test_the_latest_taste_of_the_shop_counts_most() -> None:
    """Item 0 was everybody's a year ago, item 1 is everybody's now, for shoppers of whom nothing else is known."""
    rows = [(f"u{u}", str(item), day) for u in range(60) for item, day in ((0, 0), (2 + u % 8, 1), (1, 365))]
    log = pd.DataFrame(rows, columns=["user_id", "product_id", "day"])
    log["timestamp"] = pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(log.pop("day"), unit="D")
    past = Histories.of(Interactions.of(log, [str(i) for i in range(10)]))
    recent = MultVAE(replace(SMALL, half_life=30)).fit(past).scores(past.take(np.array([0])))[0]
    timeless = MultVAE(replace(SMALL, half_life=None)).fit(past).scores(past.take(np.array([0])))[0]
    assert recent[1] - recent[0] > 3
    assert abs(timeless[1] - timeless[0]) < 1


def test_a_saved_model_scores_the_same() -> None:
    past, _ = world()
    model = MultVAE(replace(SMALL, epochs=2)).fit(past)
    again = MultVAE.restore(model.settings.as_dict(), model.tensors())
    np.testing.assert_array_equal(again.scores(past), model.scores(past))


class Killed(Exception):
    pass


def killed_at_the_second_epoch(what: str, _share: float) -> None:
    if what == "epoch 2":
        raise Killed


@pytest.mark.parametrize("judged", [False, True])
def test_a_training_that_was_killed_goes_on_and_ends_as_if_it_had_not_been(judged: bool, tmp_path: Path) -> None:
    past, later = world()
    validation = later if judged else None
    settings = replace(SMALL, epochs=6)
    whole = MultVAE(settings).fit(past, validation)
    with pytest.raises(Killed):
        MultVAE(settings, tmp_path / "run").fit(past, validation, killed_at_the_second_epoch)
    told: list[str] = []
    resumed = MultVAE(settings, tmp_path / "run").fit(past, validation, lambda what, _share: told.append(what))
    assert told[0] == "epoch 3"
    assert resumed.best_epoch == whole.best_epoch
    np.testing.assert_array_equal(resumed.scores(past), whole.scores(past))
    told.clear()
    MultVAE(settings, tmp_path / "run").fit(past, validation, lambda what, _share: told.append(what))
    assert told == []  # nothing was left to do


def test_a_checkpoint_of_other_settings_other_data_or_no_use_is_begun_anew(tmp_path: Path) -> None:
    past, _ = world()
    file = tmp_path / "run"
    MultVAE(replace(SMALL, epochs=2), file).fit(past)
    others = [
        (replace(SMALL, epochs=2, beta=0.3), past),
        (replace(SMALL, epochs=2), past.take(np.arange(50))),
    ]
    for settings, histories in others:
        model = MultVAE(settings, file).fit(histories)
        np.testing.assert_array_equal(model.scores(past), MultVAE(settings).fit(histories).scores(past))
    for rubbish in (b"", b"no checkpoint", b"\xff" * 4096):
        file.write_bytes(rubbish)
        assert MultVAE(replace(SMALL, epochs=2), file).fit(past).best_epoch == 2


def test_training_leaves_the_programs_own_chance_alone() -> None:
    past, _ = world(20)
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    MultVAE(replace(SMALL, epochs=1)).fit(past)
    assert torch.equal(torch.rand(3), expected)


def test_who_has_no_past_and_what_has_no_number_do_no_harm() -> None:
    model = MultVAE(SMALL).fit(nobody())
    np.testing.assert_array_equal(model.scores(nobody()), np.zeros((2, 3)))
    assert MultVAE.restore(model.settings.as_dict(), model.tensors()).scores(nobody()).shape == (2, 3)
    assert set(model.sample(nobody(), 3, np.random.default_rng(0))[0]) == {0, 1, 2}
    past, _ = world(20)
    broken = replace(past, weight=np.where(np.arange(len(past.item)) % 3, past.weight, np.nan))
    scores = MultVAE(replace(SMALL, epochs=1)).fit(broken).scores(broken)
    assert np.isfinite(scores).all()
    single = Histories.of(Interactions.of(pd.DataFrame({"user_id": ["u"], "product_id": ["a"], "timestamp": [NOW]})))
    assert np.isfinite(MultVAE(SMALL).fit(single, single).scores(single)).all()


NOW = pd.Timestamp("2026-01-01", tz="UTC")


@pytest.mark.parametrize("wrong", [{"width": 0}, {"dropout": 1.0}, {"half_life": 0.0}, {"beta": -1.0}, {"epochs": -1}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        MultVAE(replace(SMALL, **wrong)).fit(nobody())


def test_validation_of_other_shoppers_is_refused() -> None:
    past, later = world(20)
    with pytest.raises(ValueError, match="shoppers"):
        MultVAE(SMALL).fit(past, later.take(np.arange(5)))
