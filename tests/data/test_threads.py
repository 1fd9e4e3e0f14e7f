"""Products of one row and of many are the same numbers, however they are reckoned."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.threads import products


@given(m=st.integers(0, 4), n=st.integers(0, 30), d=st.integers(0, 40), seed=st.integers(0, 1000))
def test_a_row_alone_has_the_product_that_it_has_among_others(m: int, n: int, d: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    several, others = rng.standard_normal((m, d)), rng.standard_normal((n, d)).astype(np.float32)
    wanted = several @ others.T
    found = products(several, others)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)
    for row, expected in zip(several, wanted, strict=True):
        np.testing.assert_allclose(products(row, others), expected, rtol=1e-5, atol=1e-5)
