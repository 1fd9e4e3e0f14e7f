"""What the benchmark of decoding makes of what it has measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.decoding import planned, stream_bandwidth
from benchmarks.decoding_figures import Run, draw, report

GB = 10**9
RATES = {run: 4.0 * run.at_once**0.5 * (2 if run.side == "aisle" else 1) for run in planned((1, 4))}


def test_a_share_of_the_limit_is_of_bandwidth_over_weights() -> None:
    figures = report(RATES, bandwidth=20, weights=2 * GB, same=1).figures
    assert figures["decoding.limit_tokens_per_s"] == pytest.approx(10)
    assert figures["decoding.share_of_limit"] == pytest.approx(0.4)


def test_what_company_is_worth_is_measured_without_prompt_lookup() -> None:
    figures = report({**RATES, Run("plain", 4): 14.0}, bandwidth=20, weights=2 * GB, same=1).figures
    assert figures["concurrent4.tokens_per_s.ratio"] == pytest.approx(3.5)
    assert figures["prompt_lookup.ratio"] == pytest.approx(2)
    assert figures["prompt_lookup.ratio.4"] == pytest.approx(16 / 14)


def test_the_table_and_the_picture_hold_what_was_measured(tmp_path: Path) -> None:
    table = report(RATES, bandwidth=20, weights=2 * GB, same=0.75).blocks["decoding"]
    assert "| Aisle without prompt lookup, prompts to be read first | 4.0 | 8.0 |" in table
    assert "75% of the replies" in table
    draw(RATES, tmp_path / "again.svg")
    first = (tmp_path / "again.svg").read_bytes()
    draw(RATES, tmp_path / "again.svg")
    assert (tmp_path / "again.svg").read_bytes() == first


def test_memory_is_read_at_a_speed_that_there_is() -> None:
    assert 0.1 < stream_bandwidth(size=64 << 20, repeats=2) < 2000
