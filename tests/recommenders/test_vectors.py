"""Only the direction stays."""

from __future__ import annotations

import numpy as np

from recommenders.vectors import unit


def test_what_points_somewhere_has_length_one_and_nothing_stays_nothing() -> None:
    rows = np.array([[3, 4], [0, 0], [0, -2]], np.float32)
    expected = np.array([[0.6, 0.8], [0, 0], [0, -1]], np.float32)
    np.testing.assert_allclose(unit(rows), expected)
    for row, direction in zip(rows, expected, strict=True):
        np.testing.assert_allclose(unit(row), direction)
    assert unit(rows).dtype == np.float32
    assert unit(np.zeros((2, 0), np.float32)).shape == (2, 0)
