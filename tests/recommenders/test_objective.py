"""A shop where what most want is cheap and what few want is dear: order and takings pull apart, λ decides."""

from __future__ import annotations

import builtins
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import AisleError
from recommenders.ranking.examples import Examples
from recommenders.ranking.lambdarank import LambdaRank, LambdaRankSettings
from recommenders.ranking.objective import Point, expected_conversion, plot, trade_off


def shop(groups: int, seed: int, size: int = 20) -> Examples:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(groups * size, 2)).astype(np.float32)
    label = rng.random(len(features)) < 1 / (1 + np.exp(2 - 1.5 * features[:, 0] + 0.8 * features[:, 1]))
    price = np.exp(1.2 * features[:, 1]).astype(np.float32)
    return Examples(features, ("taste", "price"), label, np.full(groups, size), price)


def quick(conversion_weight: float) -> LambdaRank:
    return LambdaRank(LambdaRankSettings(conversion_weight=conversion_weight, trees=60, leaves=8, threads=1))


def test_more_weight_on_conversion_earns_more_and_orders_worse() -> None:
    points = trade_off(shop(400, 0), shop(200, 1), shop(300, 2), [0.0, 1.0, math.inf], quick)
    assert [point.conversion_weight for point in points] == [0.0, 1.0, math.inf]
    none, some, all_ = points
    assert none.ndcg > some.ndcg > all_.ndcg + 0.02
    assert none.expected_value * 1.05 < some.expected_value <= all_.expected_value


def test_what_a_list_brings_is_what_is_looked_at_and_bought() -> None:
    label = np.array([True, False, True, False, False])
    value = np.array([8, 99, 3, 99, 99], np.float32)
    examples = Examples(np.zeros((5, 0), np.float32), (), label, np.array([3, 2]), value)
    scores = np.array([2, 3, 1, 0, 0], float)  # the first shopper's purchases at places 2 and 3, the second has none
    second, third = 1 / math.log2(3), 1 / 2
    assert expected_conversion(scores, examples, 3) == pytest.approx(
        ((second + third) / 2, (8 * second + 3 * third) / 2)
    )
    assert expected_conversion(scores, examples, 1) == (0, 0)
    assert expected_conversion(scores[:0], examples.take(np.zeros(0, np.int64))) == (0, 0)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=30), st.integers(1, 12))
def test_no_order_brings_more_than_the_purchases_first(rows: list[tuple[int, bool]], k: int) -> None:
    scores = np.array([score for score, _ in rows], float)
    label = np.array([bought for _, bought in rows])
    examples = Examples(np.zeros((len(rows), 0), np.float32), (), label, np.array([len(rows)]))
    best, _ = expected_conversion(label.astype(float), examples, k)
    brought, money = expected_conversion(scores, examples, k)
    assert 0 <= brought <= best + 1e-9 and money == 0
    if label.any():
        assert examples.ndcg(scores, k) == pytest.approx(brought / best)


def test_the_curve_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    file = tmp_path / "curve.png"
    plot([Point(0.0, 0.5, 1.0, 3.0), Point(math.inf, 0.4, 0.9, 4.0)], file)
    assert file.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(AisleError, match="cannot be written"):
        plot([Point(0.0, 0.5, 1.0, 0.0)], tmp_path / "nowhere" / "curve.png")


def test_without_matplotlib_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return found(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(AisleError, match=r"aisle\[bench\]"):
        plot([], tmp_path / "curve.png")
