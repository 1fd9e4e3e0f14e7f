"""What is called the same lies near, whatever the language; a vector does not depend on its company."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.phrases import PhraseEncoder

SAME = [
    ("brake pads", "刹车片"), ("brake pads", "pastillas de freno"), ("brake pads", "bremsbeläge"),
    ("toothpaste", "牙膏"),
    ("toothpaste", "dentifrice"), ("hand cream", "ハンドクリーム"), ("engine oil", "机油"), ("red", "rojo"),
    ("red", "红色"),
    ("leather", "cuero"), ("waterproof", "防水"), ("seat cover", "座椅套"),
]  # fmt: skip
OTHERS = ["piano", "birthday", "tax return", "football", "lettuce", "weather forecast"]


@pytest.mark.parametrize(("english", "other"), SAME)
def test_a_word_lies_nearer_to_its_translation_than_to_anything_else(
    phrases: PhraseEncoder, english: str, other: str
) -> None:
    vector = phrases.encode_phrase(english)
    near = float(vector @ phrases.encode_phrase(other))
    assert near > 0.5
    assert near > max(float(vector @ phrases.encode_phrase(word)) for word in OTHERS) + 0.1


TEXTS = st.lists(st.text(max_size=30), min_size=1, max_size=8)


@given(texts=TEXTS)
@settings(max_examples=25, deadline=None)
def test_every_phrase_has_a_row_of_length_one_whatever_stands_beside_it(
    phrases: PhraseEncoder, texts: list[str]
) -> None:
    together = phrases.encode(texts)
    assert together.shape == (len(texts), phrases.dimensions)
    assert together.dtype == np.float32
    assert np.isfinite(together).all()
    for text, vector in zip(texts, together, strict=True):
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)
        assert vector @ phrases.encode_phrase(text) == pytest.approx(1, abs=1e-3)


def test_no_phrases_are_no_rows(phrases: PhraseEncoder) -> None:
    assert phrases.encode([]).shape == (0, phrases.dimensions)


def test_threads_share_one_encoder(phrases: PhraseEncoder) -> None:
    words = [f"{colour} {thing}" for colour in ("red", "蓝色", "verde") for thing in ("oil", "牙膏", "silla")]
    alone = phrases.encode(words)
    shared = PhraseEncoder()
    with ThreadPoolExecutor(6) as threads:
        rows = np.stack([*threads.map(shared.encode_phrase, words * 3)])
    assert np.allclose(rows, np.tile(alone, (3, 1)), atol=1e-4)


def test_a_phrase_of_any_length_has_a_vector(phrases: PhraseEncoder) -> None:
    assert np.isfinite(phrases.encode_phrase("brake pads and " * 300)).all()
