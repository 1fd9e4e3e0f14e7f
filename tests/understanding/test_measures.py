"""Measures, sizes and sides are read as people type them, and nothing else is taken for one."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.language import normalise
from assistant.understanding.measures import read_measures
from assistant.understanding.sizes import read_sides, read_sizes
from retrieval.measures import UNITS

PHRASINGS = yaml.safe_load((Path(__file__).parent / "measure_phrasings.yaml").read_text(encoding="utf-8"))


def in_base(amount: float | None, unit: str) -> float | None:
    return None if amount is None else amount * UNITS[unit][1]


@pytest.mark.parametrize("case", PHRASINGS, ids=lambda case: case["text"][:40])
def test_phrasing(case: dict) -> None:
    text = normalise(case["text"])
    sides, sizes = read_sides(text), read_sizes(text)
    taken = [(side.start, side.end) for side in sides] + [(size.start, size.end) for size in sizes]
    said = [found for found in read_measures(text) if not any(a < found.end and found.start < b for a, b in taken)]
    expected = case.get("measures", [])
    assert len(said) == len(expected), said
    for found, wanted in zip(said, expected, strict=True):
        low, high = (wanted.get("is", wanted.get(side)) for side in ("low", "high"))
        assert found.measure.dimension == UNITS[wanted["unit"]][0]
        assert in_base(found.measure.low, found.measure.unit) == pytest.approx(in_base(low, wanted["unit"]))
        assert in_base(found.measure.high, found.measure.unit) == pytest.approx(in_base(high, wanted["unit"]))
        if "of" in wanted:
            assert found.of, "what is measured was said"
    assert [size.name for size in sizes] == case.get("sizes", [])
    assert [(list(side.sides), side.unit) for side in sides] == [
        (wanted["of"], wanted.get("unit", "")) for wanted in case.get("sides", [])
    ]


@given(st.integers(1, 900), st.sampled_from(["ml", "kg", "cm", "GB", "W", "mAh", "litres", "inches", "grams", "oz"]))
def test_a_bound_is_read_whatever_the_amount(amount: int, unit: str) -> None:
    for text, side in ((f"one of at least {amount} {unit}", "low"), (f"a thing, {amount}{unit} or less", "high")):
        (said,) = read_measures(text)
        assert getattr(said.measure, side) == amount
        assert getattr(said.measure, "high" if side == "low" else "low") is None


@given(st.integers(1, 900), st.sampled_from(["$", "£", "€", "¥"]))
def test_money_is_no_measure(amount: int, sign: str) -> None:
    text = f"a bottle under {sign}{amount} please"
    assert read_measures(text) == [] and read_sizes(text) == []


@given(st.text(max_size=150))
def test_no_text_breaks_it(text: str) -> None:
    text = normalise(text)
    spans = [(said.start, said.end) for said in read_measures(text)]
    spans += [(said.start, said.end) for said in read_sizes(text)]
    spans += [(said.start, said.end) for said in read_sides(text)]
    assert all(0 <= start < end <= len(text) for start, end in spans)
