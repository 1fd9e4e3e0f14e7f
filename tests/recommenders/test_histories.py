"""The past of shoppers: weighted, aged, and never a second younger than the moment of asking."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommenders.histories import EventWeights, Histories
from recommenders.interactions import DAY_S, PURCHASE, RATING, VIEW, IdMap, Interactions
from tests.recommenders.logs import NOW, events_ago

EVENTS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(0, 400)), max_size=50)


def log_of(events: list[tuple[int, int, int]]) -> Interactions:
    """(user, item, day)."""
    events = sorted(events, key=lambda event: event[2])
    columns = np.array(events, np.int64).reshape(-1, 3).T
    return Interactions(
        users=IdMap(map(str, range(5))),
        items=IdMap(map(str, range(7))),
        user=columns[0].astype(np.int32),
        item=columns[1].astype(np.int32),
        event=np.full(len(events), PURCHASE, np.int8),
        value=np.ones(len(events), np.float32),
        seconds=columns[2] * DAY_S,
        contexts={},
        dropped={},
    )


@given(EVENTS, st.integers(0, 401))
def test_nothing_of_the_moment_or_after_it_is_seen(events: list[tuple[int, int, int]], day: int) -> None:
    histories = Histories.of(log_of(events), now=day * DAY_S)
    assert (histories.days > 0).all()
    seen = sorted((int(row), int(item)) for row, item in zip(histories.row, histories.item, strict=True))
    assert seen == sorted((user, item) for user, item, when in events if when < day)


@given(EVENTS, st.lists(st.integers(-1, 4), max_size=8))
def test_shoppers_come_in_the_order_asked_for_and_strangers_have_no_past(
    events: list[tuple[int, int, int]], users: list[int]
) -> None:
    log = log_of(events)
    asked = Histories.of(log, users)
    everybody = Histories.of(log)
    assert len(asked) == len(users)
    for row, user in enumerate(users):
        own = asked.item[asked.indptr[row] : asked.indptr[row + 1]]
        expected = everybody.item[everybody.indptr[user] : everybody.indptr[user + 1]] if user >= 0 else []
        assert own.tolist() == list(expected)


@given(EVENTS, st.integers(1, 400))
def test_a_moment_of_ones_own_is_the_history_of_then(events: list[tuple[int, int, int]], day: int) -> None:
    log = log_of(events)
    late = Histories.of(log, now=401 * DAY_S)
    then = late.at(np.full(len(late), day * DAY_S))
    again = Histories.of(log, now=day * DAY_S)
    assert then.item.tolist() == again.item.tolist()
    np.testing.assert_allclose(then.days, again.days, atol=1e-3)


@given(EVENTS)
def test_a_matrix_leaves_the_history_as_it_was(events: list[tuple[int, int, int]]) -> None:
    histories = Histories.of(log_of(events))
    order = histories.item.copy()
    first = histories.matrix().toarray()
    np.testing.assert_array_equal(histories.item, order)
    np.testing.assert_array_equal(histories.matrix().toarray(), first)


def test_half_a_half_life_ago() -> None:
    histories = events_ago([("u", "a", "purchase", 10.0), ("u", "b", "purchase", 40.0)], ["a", "b"])
    matrix = histories.matrix(half_life=20.0).toarray()[0]
    assert matrix == pytest.approx([0.5**0.5, 0.25], rel=1e-3)
    assert histories.matrix(window=30.0).toarray()[0].tolist() == [1.0, 0.0]


def test_a_bad_rating_speaks_against_and_what_is_no_number_says_nothing() -> None:
    weights = EventWeights().of(np.array([VIEW, PURCHASE, RATING, RATING]), np.array([1, 1, 5, 1], np.float32))
    assert weights[0] < weights[1]
    assert weights[2] > 0 > weights[3]
    histories = events_ago([("u", "a", "view", 1.0), ("u", "b", "view", 1.0)], ["a", "b"])
    histories.weight[0] = np.nan
    assert histories.matrix().toarray()[0].tolist() == [0.0, pytest.approx(EventWeights().view)]


def test_two_pieces_in_one_basket_are_one_purchase() -> None:
    rows = [("u", "a", "purchase", 3.0), ("u", "a", "purchase", 3.0), ("u", "a", "purchase", 1.0)]
    histories = events_ago(rows, ["a"])
    assert histories.now == int(NOW.timestamp())
    assert histories.bought().toarray().tolist() == [[2.0]]
