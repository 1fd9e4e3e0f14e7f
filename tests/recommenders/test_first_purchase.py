"""Who begins to buy what: first purchases count, repeats do not, and a shopper's own shelves count more."""

from __future__ import annotations

import numpy as np

from recommenders.histories import Histories
from recommenders.interactions import IdMap, Interactions
from recommenders.models.first_purchase import FirstPurchase, FirstPurchaseSettings
from tests.recommenders.logs import purchases_on_days

PRODUCTS = ["0", "1", "2", "3"]


def test_an_item_that_the_same_few_buy_again_and_again_is_not_what_others_begin_with() -> None:
    again = [(user, 0, day) for user in range(10) for day in range(100, 200, 2)]
    begun = [(user, 1, 190.0) for user in range(10, 20)]
    model = FirstPurchase(np.array([-1, -1])).fit(Histories.of(purchases_on_days(again + begun, PRODUCTS[:2])))
    scores = model.scores(Histories.nobody(2))[0]
    assert scores[1] > 0
    assert scores[0] == 0  # bought every other day, begun by nobody lately


def test_those_who_have_it_are_not_at_risk_of_beginning() -> None:
    """Five began each item lately; of the second, all but a few others had it already."""
    lately = [(user, item, 195.0) for item in (0, 1) for user in range(5)]
    before = [(user, 1, 100.0) for user in range(5, 35)] + [(user, 2, 100.0) for user in range(40)]
    settings = FirstPurchaseSettings(risk_prior=1)
    model = FirstPurchase(np.full(3, -1), settings).fit(Histories.of(purchases_on_days(lately + before, PRODUCTS[:3])))
    assert model.hazard[1] > 2 * model.hazard[0] > 0
    assert model.hazard[2] == 0


def test_a_shopper_of_a_shelf_is_offered_what_is_begun_there() -> None:
    categories = np.array([0, 0, 1, 1])
    cats = [(user, item, 100.0) for user in range(10) for item in (0,)] + [(user, 1, 195.0) for user in range(5)]
    dogs = [(user, 2, 100.0) for user in range(10, 20)] + [(user, 3, 195.0) for user in range(10, 15)]
    log = purchases_on_days(cats + dogs, PRODUCTS)
    model = FirstPurchase(categories).fit(Histories.of(log))
    cat_owner, dog_owner = model.scores(Histories.of(log, log.users.indices(["9", "19"])))
    assert cat_owner[1] > cat_owner[3]
    assert dog_owner[3] > dog_owner[1]
    restored = FirstPurchase.restore(model.settings.as_dict(), model.tensors())
    np.testing.assert_array_equal(restored.scores(Histories.of(log)), model.scores(Histories.of(log)))


def test_nothing_known_is_no_reason_to_fail() -> None:
    empty = Histories.of(Interactions.empty(IdMap(["a", "b"])), [-1])
    model = FirstPurchase(np.array([0, -1])).fit(empty)
    assert model.scores(empty).tolist() == [[0.0, 0.0]]
