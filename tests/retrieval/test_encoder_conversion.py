"""Any sentence-transformers model: converted once and compared, kept, made anew when damaged, or left to PyTorch."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Pooling, StaticEmbedding, Transformer
from tokenizers import Tokenizer
from torch import manual_seed
from transformers import AutoTokenizer, BertConfig, BertModel, RobertaConfig, RobertaModel

from data.cuda import has_cuda
from data.weights import fetch
from retrieval import encoder_conversion
from retrieval.encoder import DEFAULT_MODEL, Encoder
from retrieval.encoder_compression import NotCompressibleError, compress
from retrieval.encoder_conversion import NotConvertibleError, opened
from retrieval.encoder_openvino import OpenVinoEncoder
from retrieval.encoder_torch import TorchEncoder

TEXTS = ["a warm hat", "", "保温杯", "one lid leaks, the other one does not " * 30]
SIZES = {"vocab_size": 30522, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
SIZES |= {"intermediate_size": 64, "max_position_embeddings": 60}
WIDE = {"initializer_range": 0.3}  # so that no two texts have nearly the same vector

pytestmark = pytest.mark.skipif(has_cuda(), reason="PyTorch runs it on CUDA")
Load = Callable[[], SentenceTransformer]


@pytest.fixture
def tokenizer_folder(encoder: Encoder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Of the default model; from here on what Aisle keeps lies in a home of its own."""
    folder = fetch(encoder.name)
    monkeypatch.setenv("AISLE_HOME", str(tmp_path / "home"))
    return folder


@pytest.fixture
def save_bert(tokenizer_folder: Path, tmp_path: Path) -> Callable[[int], Path]:
    """A small one of random weights: the first token's state, through a dense layer, cut after 50 tokens (the padding
    to 56 must not go beyond its positions)."""

    def save(seed: int) -> Path:
        manual_seed(seed)
        return _saved(BertModel(BertConfig(**SIZES, **WIDE)), tokenizer_folder, tmp_path / f"bert-{seed}")

    return save


def _saved(network: BertModel | RobertaModel, tokenizer_folder: Path, folder: Path) -> Path:
    network.save_pretrained(folder / "plain")
    AutoTokenizer.from_pretrained(tokenizer_folder).save_pretrained(folder / "plain")
    words = Transformer(str(folder / "plain"), max_seq_length=50)
    model = SentenceTransformer(modules=[words, Pooling(32, pooling_mode="cls"), Dense(32, 24)], device="cpu")
    model.save(str(folder / "whole"))
    return folder / "whole"


def never() -> SentenceTransformer:
    raise AssertionError("it is converted already")


@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_another_architecture_says_the_same(kind: str, tokenizer_folder: Path, tmp_path: Path) -> None:
    """RoBERTa counts positions from the padding, takes no types of tokens."""
    manual_seed(4)
    sizes = SIZES | WIDE
    network = BertModel(BertConfig(**sizes)) if kind == "bert" else RobertaModel(RobertaConfig(**sizes, pad_token_id=0))
    folder = _saved(network, tokenizer_folder, tmp_path / kind)
    encoder = Encoder(folder)
    assert isinstance(encoder.model, OpenVinoEncoder)
    wanted = SentenceTransformer(str(folder), device="cpu").encode(TEXTS, normalize_embeddings=True)
    assert wanted.shape[1] == encoder.dimensions == 24
    likeness = encoder.encode(TEXTS) @ wanted.T
    assert np.diag(likeness).min() > 0.99
    assert (likeness - np.eye(len(TEXTS))).max() < 0.99


def test_it_is_converted_once_and_anew_when_damaged(
    save_bert: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(encoder_conversion, "_times_as_fast", lambda *_: 1.0)  # or another may win the second time
    folder, loaded = save_bert(1), 0

    def load() -> SentenceTransformer:
        nonlocal loaded
        loaded += 1
        return SentenceTransformer(str(folder), device="cpu")

    with ThreadPoolExecutor(3) as threads:
        first, *others = threads.map(lambda _: opened("some@1", load), range(3))
    assert loaded == 1
    wanted = first.encode_one("a warm hat")
    assert all(np.array_equal(other.encode_one("a warm hat"), wanted) for other in others)
    opened("some@1", never)

    (weights,) = (tmp_path / "home" / "encoders").glob("some@1*/model*.bin")
    weights.write_bytes(weights.read_bytes()[:1000])
    assert np.array_equal(opened("some@1", load).encode_one("a warm hat"), wanted)
    assert loaded == 2


def test_what_openvino_cannot_convert_stays_with_pytorch(tokenizer_folder: Path, tmp_path: Path) -> None:
    words = Tokenizer.from_file(str(tokenizer_folder / "tokenizer.json"))
    SentenceTransformer(modules=[StaticEmbedding(words, embedding_dim=16)], device="cpu").save(str(tmp_path / "static"))
    encoder = Encoder(tmp_path / "static")
    assert isinstance(encoder.model, TorchEncoder)
    wanted = SentenceTransformer(str(tmp_path / "static"), device="cpu").encode(TEXTS, normalize_embeddings=True)
    np.testing.assert_allclose(encoder.encode(TEXTS), wanted, atol=0.01)  # in bulk it is bfloat16
    assert "PyTorch" in encoder_conversion.state(encoder.identity)
    with pytest.raises(NotConvertibleError):  # remembered: a start does not try again
        opened(encoder.identity, never)


def test_a_conversion_that_says_something_else_is_not_used(
    save_bert: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own samples tell: here the tokenizer that is written down cuts texts earlier than the original does."""
    folder = save_bert(2)
    monkeypatch.setattr(SentenceTransformer, "max_seq_length", property(lambda _: 20))
    with pytest.raises(NotConvertibleError, match="differs"):
        opened("other@1", lambda: SentenceTransformer(str(folder), device="cpu"))


@pytest.mark.parametrize(
    ("times_as_fast", "least", "runs_in"),
    [(2.0, 0.9, "int8"), (1.0, 0.9, "float32"), (2.0, 1.1, "float32")],
    ids=["faster and near enough", "no faster", "too rough"],
)
def test_eight_bits_have_to_be_faster_and_near_enough(
    times_as_fast: float,
    least: float,
    runs_in: str,
    save_bert: Callable[[int], Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    folder = save_bert(3)
    rough = {"float32": 0.99999, "bfloat16": 1.1, "int8": least}
    monkeypatch.setattr(encoder_conversion, "LIKE", rough)
    monkeypatch.setattr(encoder_conversion, "_times_as_fast", lambda *_: times_as_fast)
    encoder = opened("rounded@1", lambda: SentenceTransformer(str(folder), device="cpu"))
    assert runs_in in encoder.label
    wanted = SentenceTransformer(str(folder), device="cpu").encode(TEXTS, normalize_embeddings=True)
    assert np.diag(encoder.encode(TEXTS, progress=False) @ wanted.T).min() > 0.9
    networks = [file.name for file in (tmp_path / "home" / "encoders").glob("rounded@1*/*.xml")]
    assert networks == ["model-int8.xml" if runs_in == "int8" else "model.xml"]


def test_weights_that_cannot_be_rounded_stay_as_they_are(
    save_bert: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the program that rounds them finds no network."""
    folder = save_bert(3)
    monkeypatch.setattr(encoder_conversion, "compress", lambda network, to: compress(network.with_name("none"), to))
    encoder = opened("whole@1", lambda: SentenceTransformer(str(folder), device="cpu"))
    assert "int8" not in encoder.label
    with pytest.raises(NotCompressibleError, match="none"):
        compress(folder / "none", folder / "to.xml")


def test_other_weights_are_another_encoder(save_bert: Callable[[int], Path], tmp_path: Path) -> None:
    one, two = save_bert(1), save_bert(2)
    assert Encoder(one).identity != Encoder(two).identity
    assert Encoder(shutil.copytree(one, tmp_path / "elsewhere")).identity == Encoder(one).identity
    assert DEFAULT_MODEL in Encoder().identity
    assert Encoder().identity != DEFAULT_MODEL
