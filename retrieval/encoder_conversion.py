"""sentence-transformers models made ready for OpenVINO: converted once, compared with the original, kept on disk."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import openvino
from filelock import FileLock
from rich.console import Console

from data.errors import AisleError
from data.files import replacing, replacing_folder
from data.store import home
from retrieval.encoder_openvino import CARD, NETWORK, TOKENIZER, WEIGHTS, Card, OpenVinoEncoder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

FOLDER: Final = "encoders"
VERSION: Final = "1"  # of this file's work: what another version made is not used
INPUTS: Final = {"input_ids", "attention_mask", "token_type_ids"}
SAME: Final = 0.99999  # cosine to the original's vectors in float32: it is the same model
NEAR: Final = 0.9999  # in bfloat16: an index of the one can be searched with the other
SAMPLES: Final = (
    "a warm hat",
    "Waterproof Rain Jacket, 2-layer, taped seams (UK 12) — €89.90",
    "保温杯 500ml 适合徒步",
    "",
    "The lid leaks a little when it lies on its side, but coffee stays hot for six hours. " * 60,
)


class NotConvertibleError(Exception):
    """The model stays with PyTorch; the text says why."""


def opened(identity: str, load: Callable[[], SentenceTransformer]) -> OpenVinoEncoder:
    """The model of that identity in OpenVINO. The first time it is loaded with `load` and converted, which takes ten
    seconds; two processes do it once. Kept under `home()` for each version of OpenVINO; damaged files are made anew.

    Raises NotConvertibleError, which is remembered as well, and what `load` raises.
    """
    try:
        folder = _folder(identity)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.parent / f".{folder.name}.lock"):
            if refused := _refusal(folder):
                raise NotConvertibleError(refused)
            if found := _read(folder):
                return found
            return _convert(load(), folder)
    except OSError as error:
        raise NotConvertibleError(f"{home() / FOLDER} cannot be used: {error.strerror or error}") from error


def state(identity: str) -> str:
    """What is known of the model of that identity, in words; nothing is loaded or made."""
    folder = _folder(identity)
    if refused := _refusal(folder):
        return f"in PyTorch on the CPU, for OpenVINO cannot run it ({refused.splitlines()[0]})"
    return "in OpenVINO on the CPU" + ("" if (folder / CARD).exists() else ", made ready at the first use")


def _folder(identity: str) -> Path:
    made_by = openvino.get_version().partition("-")[0]
    return home() / FOLDER / re.sub(r"[^\w.@-]+", "-", f"{identity}-openvino-{made_by}-{VERSION}")


def _refused(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.refused.json")


def _refusal(folder: Path) -> str:
    file = _refused(folder)
    return str(json.loads(file.read_text(encoding="utf-8"))["because"]) if file.exists() else ""


def _read(folder: Path) -> OpenVinoEncoder | None:
    """None where nothing is there or it is damaged."""
    try:
        return OpenVinoEncoder(folder)
    except (OSError, ValueError, RuntimeError):
        return None


def _convert(model: SentenceTransformer, folder: Path) -> OpenVinoEncoder:
    Console(stderr=True).print("Making the encoder ready for this processor …", style="dim")
    try:
        with replacing_folder(folder) as beside:
            _write(model, beside)
        return OpenVinoEncoder(folder)
    except AisleError as error:  # no space: the next start may have some
        raise NotConvertibleError(str(error)) from error
    except NotConvertibleError as error:
        _refuse(folder, str(error))
        raise
    except Exception as error:  # converters fail in every way there is, and PyTorch can still do it
        reason = f"{type(error).__name__}: {error}"
        _refuse(folder, reason)
        raise NotConvertibleError(reason) from error


def _refuse(folder: Path, because: str) -> None:
    with replacing(_refused(folder)) as beside:
        beside.write_text(json.dumps({"because": because}), encoding="utf-8")


def _write(model: SentenceTransformer, folder: Path) -> None:
    """Network, tokenizer and card. Raises NotConvertibleError where the result is not the same model."""
    model = model.cpu().eval()
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    longest = model.max_seq_length
    if backend is None or not longest:
        raise NotConvertibleError("its tokenizer is not of the fast kind, or has no greatest length")
    with _quiet():
        features = {name: each for name, each in model.preprocess(list(SAMPLES[:2])).items() if name in INPUTS}
        network = openvino.convert_model(_module(model, list(features)), example_input=tuple(features.values()))
        for put, name in zip(network.inputs, features, strict=True):
            put.get_tensor().set_names({name})
        openvino.save_model(network, folder / NETWORK)  # weights in float16: the cosine stays above 0.999999
        wanted = model.encode(list(SAMPLES), normalize_embeddings=True, show_progress_bar=False)
    backend.save(str(folder / TOKENIZER))
    card = Card(
        inputs=list(features),
        dimensions=wanted.shape[1],
        pad_id=int(model.tokenizer.pad_token_id or 0),
        longest=int(longest),
        half=False,
        sizes={name: (folder / name).stat().st_size for name in (NETWORK, WEIGHTS, TOKENIZER)},
    )
    if (cosine := _likeness(card, folder, wanted)) < SAME:
        raise NotConvertibleError(f"what OpenVINO makes of it differs: cosine {cosine:.5f}")
    half = card.model_copy(update={"half": True})
    if _likeness(half, folder, wanted) < NEAR:
        _write_card(card, folder)


def _likeness(card: Card, folder: Path, wanted: np.ndarray) -> float:
    """The smallest cosine to the original's vectors, of the samples together and one by one."""
    _write_card(card, folder)
    encoder = OpenVinoEncoder(folder)
    texts = list(SAMPLES)
    together, alone = encoder.encode(texts, progress=False), np.stack([encoder.encode_one(text) for text in texts])
    return float(min((together * wanted).sum(axis=1).min(), (alone * wanted).sum(axis=1).min()))


def _write_card(card: Card, folder: Path) -> None:
    (folder / CARD).write_text(card.model_dump_json(), encoding="utf-8")


def _module(model: SentenceTransformer, inputs: list[str]) -> Any:
    """The whole model as a module of tensors, since a converter follows no dictionaries."""
    import torch  # noqa: PLC0415

    class WholeModel(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
            embedding: torch.Tensor = self.model(dict(zip(inputs, tensors, strict=True)))["sentence_embedding"]
            return embedding

    return WholeModel()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the converter's remarks on branches that it takes for constant; the comparison decides that."""
    from transformers.utils import logging  # noqa: PLC0415

    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(before)
