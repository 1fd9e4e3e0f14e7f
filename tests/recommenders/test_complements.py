"""What goes with these boots: partners of the same basket, not look-alikes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.demo.build import build
from data.demo.specs import Department, load_departments
from recommenders.histories import Histories
from recommenders.interactions import Interactions
from recommenders.models.complements import Complements, ComplementsSettings
from tests.recommenders.logs import events_ago

BOOTS, SOCKS, SHOES, TEA = range(4)
HOUR = 1 / 24


def _log(*rows: tuple[str, int, float], event: str = "purchase") -> Histories:
    """Events as (shopper, item, days before now)."""
    return events_ago([(who, item, event, ago) for who, item, ago in rows], ["0", "1", "2", "3"])


def _hikers(event: str = "purchase") -> Histories:
    """Boots and socks in one basket; who bought them buys shoes, with tea, a month later."""
    rows = []
    for number in range(40):
        who = f"hiker {number}"
        rows += [(who, BOOTS, 50.0), (who, SOCKS, 50.0 - HOUR), (who, SHOES, 20.0), (who, TEA, 20.0)]
    return _log(*rows, event=event)


def test_it_is_the_basket_that_counts_not_the_shopper() -> None:
    model = Complements().fit(_hikers())
    found = model.goes_with([BOOTS], 5)
    assert found.indices.tolist() == [SOCKS]
    assert found.support.tolist() == [40]
    assert SHOES not in found.indices  # the same forty shoppers bought them, on another day


def test_a_wider_gap_makes_one_basket_of_two_visits() -> None:
    wide = Complements(ComplementsSettings(gap_hours=24 * 60)).fit(_hikers())
    assert wide.together.nnz == 0  # everybody bought everything: no pair is beyond chance
    assert Complements(ComplementsSettings(gap_hours=0.5)).fit(_hikers()).goes_with([BOOTS], 5).indices.size == 0


def test_a_case_goes_with_a_phone_more_than_a_phone_with_a_case() -> None:
    phone, case = 0, 1
    rows = [(f"u{n}", phone, 5.0) for n in range(60)] + [(f"u{n}", case, 5.0) for n in range(20)]
    rows += [(f"u{n}", 2, 5.0) for n in range(200)] + [(f"u{n}", 3, 5.0) for n in range(50, 200)]
    model = Complements().fit(_log(*rows))
    assert model.association[case, phone] > model.association[phone, case] > 0


def test_what_everybody_buys_goes_with_nothing() -> None:
    rows = [(f"u{n}", TEA, 5.0) for n in range(60)]
    rows += [(f"u{n}", BOOTS if n % 2 else SHOES, 5.0) for n in range(60)]
    assert Complements().fit(_log(*rows)).goes_with([BOOTS], 5).indices.size == 0


def test_several_items_ask_together_and_are_not_their_own_answer() -> None:
    model = Complements().fit(_hikers())
    assert model.goes_with([BOOTS, SOCKS], 5).indices.size == 0
    assert model.goes_with([], 5).indices.size == 0


def test_substitutes_are_left_out_by_their_kind() -> None:
    model = Complements().fit(_hikers())
    assert model.goes_with([BOOTS], 5, kinds=np.array([1, 1, 1, 2])).indices.size == 0
    assert model.goes_with([BOOTS], 5, kinds=np.array([1, 3, 1, 2])).indices.tolist() == [SOCKS]


def test_a_shopper_is_scored_by_the_last_basket() -> None:
    model = Complements().fit(_hikers())
    asked = _log(
        ("boots of late", TEA, 30.0), ("tea of late", BOOTS, 29.0), ("boots of late", BOOTS, 2.0),
        ("tea of late", TEA, 2.0), ("has both", BOOTS, 1.0), ("has both", SOCKS, 1.0),
    )  # fmt: skip
    boots, tea, both = model.scores(asked)
    assert np.flatnonzero(boots).tolist() == [SOCKS]
    assert np.flatnonzero(tea).tolist() == [SHOES]
    assert not both.any()


def test_carts_stand_in_where_nothing_was_bought() -> None:
    assert Complements().fit(_hikers("cart")).goes_with([BOOTS], 1).indices.tolist() == [SOCKS]


def test_it_is_the_same_model_after_restoring() -> None:
    model = Complements().fit(_hikers())
    again = Complements.restore(model.settings.as_dict(), model.tensors())
    assert np.array_equal(again.scores(_hikers()), model.scores(_hikers()))
    assert again.goes_with([SOCKS], 3).support.tolist() == model.goes_with([SOCKS], 3).support.tolist()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.floats(0.1, 50)), max_size=20))
def test_scores_are_finite_whatever_the_log(rows: list[tuple[str, int, float]]) -> None:
    past = _log(*rows) if rows else _hikers().take(np.empty(0, np.int64))
    scores = Complements(ComplementsSettings(least_surprise=0.0)).fit(past).scores(past)
    assert scores.shape == (len(past), 4) and np.isfinite(scores).all() and (scores >= 0).all()


@pytest.fixture(scope="module")
def outdoor(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Department]]:
    """One department of the demo store, with more shoppers than it has in the whole."""
    departments = [department for department in load_departments() if department.department == "Outdoor"]
    folder = tmp_path_factory.mktemp("stores") / "outdoor"
    build(folder, departments, "test", seed=7, shoppers=300, reviews=50)
    return folder, departments


def test_the_demo_shops_complements_are_found_again(outdoor: tuple[Path, list[Department]]) -> None:
    folder, departments = outdoor
    products = pd.read_parquet(folder / "products.parquet")["product_id"].tolist()
    family = [product.rsplit("-", 1)[0] for product in products]
    meant = _complements(departments)
    model = Complements().fit(Histories.of(Interactions.read(folder / "interactions.parquet", products)))
    found = [
        (family[item], family[other]) for item in range(len(products)) for other in model.goes_with([item], 3).indices
    ]
    assert len(found) > 100
    assert np.mean([pair in meant for pair in found]) > 0.85
    assert np.mean([item == other for item, other in found]) < 0.02


def _complements(departments: list[Department]) -> set[tuple[str, str]]:
    """Pairs of families, both ways, as product ids spell them."""
    pairs = {
        (_slug(family.name), _slug(other))
        for department in departments
        for family in department.families
        for other in family.complements
    }
    return pairs | {(other, family) for family, other in pairs}


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower().replace("'", "")).strip("-")
