"""The encoder in OpenVINO says what the original says, from many threads at once, and starts without PyTorch."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer

from data.cuda import has_cuda
from data.errors import AisleError
from data.weights import fetch
from retrieval.encoder import DEFAULT_MODEL, Encoder

TEXTS = [
    "a warm hat under $30",
    "",
    "保温杯 500ml",
    "Ｗaterproof jäcket — 2-layer, taped seams 🧥",
    "The lid leaks a little, but coffee stays hot. " * 80,
    "mug",
]
NEAR = 0.99  # cosine to the original's; the likeliest mistakes (another pooling, a wrong mask) are below
SAME = 0.998  # to one's own, in other company

texts = st.lists(st.text(max_size=60) | st.text(alphabet="hat mug 杯", max_size=900), max_size=40)


def cosines(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.einsum("ij,ij->i", some, others)


def test_the_vectors_are_those_of_sentence_transformers(encoder: Encoder) -> None:
    original = SentenceTransformer(str(fetch(DEFAULT_MODEL)), device="cpu")
    wanted = original.encode(TEXTS, normalize_embeddings=True)
    assert cosines(encoder.encode(TEXTS), wanted).min() > NEAR
    assert cosines(np.stack([encoder.encode_query(text) for text in TEXTS]), wanted).min() > NEAR
    assert wanted.shape[1] == encoder.dimensions


@given(texts=texts)
@settings(max_examples=15, deadline=None)
def test_each_text_has_its_own_row_whatever_it_is_encoded_with(encoder: Encoder, texts: list[str]) -> None:
    together = encoder.encode(texts)
    assert together.shape == (len(texts), encoder.dimensions)
    assert together.dtype == np.float32
    for text, vector in zip(texts, together, strict=True):
        assert vector @ encoder.encode_query(text) > SAME
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_many_shoppers_ask_while_a_catalogue_is_encoded(encoder: Encoder) -> None:
    """Threads share one encoder; each gets the vector of its own text."""
    queries = [f"{colour} {thing}" for colour in ("red", "blue", "green") for thing in ("hat", "mug", "tent", "shirt")]
    alone = Encoder(encoder.name)
    wanted = np.stack([alone.encode_query(query) for query in queries])
    shared = Encoder(encoder.name)
    with ThreadPoolExecutor(9) as threads:
        catalogue = threads.submit(shared.encode, queries * 40)
        asked = list(threads.map(shared.encode_query, queries * 4))
    assert cosines(np.stack(asked), np.tile(wanted, (4, 1))).min() > SAME
    assert cosines(catalogue.result(), np.tile(wanted, (40, 1))).min() > SAME
    assert cosines(wanted[:-1], wanted[1:]).max() < 0.9  # a neighbour's vector would have been noticed


@pytest.mark.skipif(has_cuda(), reason="PyTorch runs it on CUDA")
def test_a_start_imports_no_pytorch(encoder: Encoder) -> None:
    """Which takes seconds: the model was converted when it was first used."""
    program = (
        "import sys; from retrieval.encoder import Encoder; found = Encoder().encode_query('a warm hat');"
        "print(found.shape, sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == f"({encoder.dimensions},) []"


def test_words_of_the_vocabulary_are_known(encoder: Encoder) -> None:
    assert encoder.knows("jacket")
    assert not encoder.knows("jaket")


def test_a_model_that_cannot_be_had_says_what_to_do() -> None:
    encoder = Encoder("/no/such/model")
    encoder.warm().join()
    with pytest.raises(AisleError, match=r"store\.toml"):
        encoder.encode_query("hat")
