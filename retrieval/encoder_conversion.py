"""sentence-transformers models made ready for OpenVINO: converted once, compared with the original, kept on disk.

Kept is what is fastest on this processor of all that is near enough to the original.
"""

from __future__ import annotations

import json
import re
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import openvino
import structlog
from filelock import FileLock
from rich.console import Console

from data.errors import AisleError
from data.files import replacing, replacing_folder
from data.store import home
from retrieval.encoder_compression import NotCompressibleError, compress
from retrieval.encoder_openvino import CARD, TOKENIZER, Card, OpenVinoEncoder, Precision

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

FOLDER: Final = "encoders"
VERSION: Final = "2"  # of this file's work: what another version made is not used
INPUTS: Final = {"input_ids", "attention_mask", "token_type_ids"}
NETWORK, COMPRESSED = "model.xml", "model-int8.xml"
# The least cosine to the original's vectors. In float32 it has to be the same model; in int8 an index of the one can be
# searched with the other: `aisle bench encoder` says how many of the nearest ten remain.
LIKE: Final[dict[Precision, float]] = {"float32": 0.99999, "bfloat16": 0.9999, "int8": 0.99}
WORTH: Final = 1.15  # times as fast as what is more exact, or it stays
ROUNDS: Final = 3  # of which the fastest counts
SAMPLES: Final = (
    "a warm hat",
    "Waterproof Rain Jacket, 2-layer, taped seams (UK 12) — €89.90",
    "保温杯 500ml 适合徒步",
    "",
    "The lid leaks a little when it lies on its side, but coffee stays hot for six hours. " * 60,
)
TIMED: Final = list(SAMPLES[:3]) * 32

log = structlog.get_logger()


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
    exact = Card(
        network=NETWORK,
        precision="float32",
        inputs=list(features),
        dimensions=wanted.shape[1],
        pad_id=int(model.tokenizer.pad_token_id or 0),
        longest=int(longest),
        sizes={},
    )
    chosen = _fastest(exact, folder, wanted)
    _write_card(chosen, folder)
    for unused in {NETWORK, COMPRESSED} - {chosen.network}:
        for file in _files(unused):
            (folder / file).unlink(missing_ok=True)


def _fastest(exact: Card, folder: Path, wanted: np.ndarray) -> Card:
    """Of what is near enough to the original on this processor. `wanted`: the original's vectors of the samples."""
    chosen, encoder = exact, _open(exact, folder)
    if (cosine := _likeness(encoder, wanted)) < LIKE["float32"]:
        raise NotConvertibleError(f"what OpenVINO makes of it differs: cosine {cosine:.5f}")
    for rougher in _rougher(exact, folder):
        other = _open(rougher, folder)
        if _likeness(other, wanted) >= LIKE[rougher.precision] and _times_as_fast(other, encoder) >= WORTH:
            chosen, encoder = rougher, other
    return chosen


def _rougher(exact: Card, folder: Path) -> Iterator[Card]:
    if "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        yield exact.model_copy(update={"precision": "bfloat16"})
    try:
        compress(folder / NETWORK, folder / COMPRESSED)
        yield exact.model_copy(update={"precision": "int8", "network": COMPRESSED})
    except NotCompressibleError as reason:
        log.info("the encoder's weights stay as they are", reason=str(reason))


def _likeness(encoder: OpenVinoEncoder, wanted: np.ndarray) -> float:
    """The smallest cosine to the original's vectors, of the samples together and one by one."""
    texts = list(SAMPLES)
    together, alone = encoder.encode(texts, progress=False), np.stack([encoder.encode_one(text) for text in texts])
    return float(min((together * wanted).sum(axis=1).min(), (alone * wanted).sum(axis=1).min()))


def _times_as_fast(one: OpenVinoEncoder, other: OpenVinoEncoder) -> float:
    """Measured, since no processor says which of its instructions are worth their while."""
    taken: dict[OpenVinoEncoder, list[float]] = {one: [], other: []}
    for _ in range(ROUNDS):
        for encoder, seconds in taken.items():
            started = time.perf_counter()
            encoder.encode(TIMED, progress=False)
            seconds.append(time.perf_counter() - started)
    return min(taken[other]) / min(taken[one])


def _open(card: Card, folder: Path) -> OpenVinoEncoder:
    _write_card(card, folder)
    return OpenVinoEncoder(folder)


def _write_card(card: Card, folder: Path) -> None:
    """From here on the folder is read as it says."""
    sizes = {name: (folder / name).stat().st_size for name in (*_files(card.network), TOKENIZER)}
    (folder / CARD).write_text(card.model_copy(update={"sizes": sizes}).model_dump_json(), encoding="utf-8")


def _files(network: str) -> tuple[str, str]:
    return network, str(Path(network).with_suffix(".bin"))


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
