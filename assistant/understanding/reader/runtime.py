"""The trained reader as it runs: OpenVINO, weights of eight bits, no PyTorch after the first start."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from queue import LifoQueue
from typing import Any, Final

import numpy as np
import openvino
import structlog
from filelock import FileLock
from rich.console import Console
from safetensors import SafetensorError
from safetensors.numpy import load_file

from assistant.conversation.commands import Command, Span
from assistant.understanding.reader.base import BaseFileError, BaseModel
from assistant.understanding.reader.decoding import cuts, spans_of
from assistant.understanding.reader.encoding import Encoded, encode
from assistant.understanding.reader.labels import ACTS, CARD, LABELS, WEIGHTS
from assistant.understanding.reader.scene import Scene
from data.errors import AisleError
from data.files import replacing_folder
from data.store import fingerprint, home
from data.threads import cores
from data.weights import fetch
from retrieval.encoder_compression import NotCompressibleError, compress

BASE: Final = "multilingual-e5-small-q4"
TRAINED: Final = "trained"  # the folder beside this file that ships what was learnt
NETWORK, COMPRESSED = "encoder.xml", "encoder-int8.xml"
SHIPPED: Final = Path(str(resources.files("assistant.understanding.reader"))) / TRAINED
VERSION: Final = "1"  # of this file's work
STEP: Final = 16  # lengths are padded to a multiple: OpenVINO plans anew for every shape that it has not seen
GROUP: Final = 64  # activations that share a scale

log = structlog.get_logger()


class ReaderError(AisleError):
    """The reader cannot be had; the text says why and what to do."""


@dataclass(frozen=True)
class Card:
    """What was trained and how sure it is: `temperature` calibrates the acts' logits, at `sure` a reading is taken."""

    temperature: float
    sure: float
    figures: dict[str, float]


class LearnedReader:
    """Reads a message in its scene. Safe to share between threads."""

    def __init__(self, base: BaseModel, heads: dict[str, np.ndarray], card: Card, network: Path) -> None:
        self.card = card
        self._base, self._heads = base, heads
        core = openvino.Core()
        streams = max(1, cores() // 2)
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": streams,
            "INFERENCE_NUM_THREADS": cores(),
            "ENABLE_CPU_PINNING": False,
            "INFERENCE_PRECISION_HINT": "f32",
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": GROUP,
        }
        compiled = core.compile_model(core.read_model(network), "CPU", settings)
        self._idle: LifoQueue[openvino.InferRequest] = LifoQueue()
        for _ in range(streams):
            self._idle.put(compiled.create_infer_request())

    def read(self, text: str, scene: Scene) -> list[Command]:
        """The commands of the message in its order, at least one; of an empty message none."""
        encoded = encode(self._base, text, scene)
        if not encoded.offsets or not text.strip():
            return []
        states = self._states(encoded)
        own = states[encoded.first : encoded.first + len(encoded.offsets)]
        begins = 1 / (1 + np.exp(-self._linear("begins", own)[:, 0]))
        spans = spans_of(_log_softmax(self._linear("tags", own)), encoded.offsets, text)
        for place, (start, _) in enumerate(encoded.offsets):
            if any(s < start < e for s, e, _, _ in spans):
                begins[place] = 0  # "between 20 and 30" is one thing
        commands = []
        for first, end in cuts(begins, encoded.offsets):
            sure = self._acts(np.concatenate([own[first:end].mean(axis=0), states[0]]))
            place = int(sure.argmax())
            start, stop = encoded.offsets[first][0], encoded.offsets[end - 1][1]
            found = tuple(Span(s, e, label, p) for s, e, label, p in spans if start <= s < stop)
            commands.append(Command(ACTS[place], text[start:stop], start, found, float(sure[place])))
        return _joined(commands, text)

    def _acts(self, segment: np.ndarray) -> np.ndarray:
        """How likely each act is."""
        inner = self._linear("act_inner", segment)
        inner = 0.5 * inner * (1 + _erf(inner / np.sqrt(2)))
        probabilities: np.ndarray = np.exp(_log_softmax(self._linear("acts", inner) / self.card.temperature))
        return probabilities

    def _linear(self, name: str, x: np.ndarray) -> np.ndarray:
        y: np.ndarray = x @ self._heads[f"{name}.weight"].T + self._heads[f"{name}.bias"]
        return y

    def _states(self, encoded: Encoded) -> np.ndarray:
        """float32 `[length, hidden]`."""
        length = len(encoded.ids)
        padded = -(-length // STEP) * STEP
        ids = np.full(padded, self._base.pad)
        ids[:length] = encoded.ids
        mask = np.zeros((1, padded), np.float32)
        mask[0, :length] = 1
        request = self._idle.get()
        try:
            request.infer([self._base.embeddings(ids)[None], mask])
            states: np.ndarray = request.get_output_tensor(0).data[0, :length].copy()
        finally:
            self._idle.put(request)
        return states


def open_reader(folder: Path | None = None) -> LearnedReader:
    """The reader of a folder, by default the one that Aisle ships. What it is made of is fetched and made ready at the
    first use, which takes half a minute.

    :raises ReaderError: where what was trained is missing or damaged, or its base cannot be had.
    """
    trained = folder or SHIPPED
    try:
        card, heads = _trained(trained)
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ReaderError(
            f"The message reader in {trained} cannot be used ({error}): `aisle train-reader` makes it anew, and "
            "until then a message is searched as it stands."
        ) from error
    try:
        base = BaseModel(fetch(BASE))
    except BaseFileError as error:
        raise ReaderError(f"{error}: delete it, and it is fetched again.") from error
    network = _made_ready(trained, base)
    arrays = {name: array.astype(np.float32) for name, array in heads.items() if not name.startswith("encoder.")}
    known = Card(float(card["temperature"]), float(card["sure"]), card.get("figures", {}))
    return LearnedReader(base, arrays, known, network)


def check(folder: Path | None = None) -> str:
    """What is wrong with the trained reader in a folder, "" where nothing is."""
    try:
        _trained(folder or SHIPPED)
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        return f"{folder or SHIPPED} cannot be used: {error}"
    return ""


def _trained(folder: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """:raises OSError, ValueError, KeyError, SafetensorError: where it is missing, damaged or of another version."""
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    heads = load_file(folder / WEIGHTS)
    if tuple(card["acts"]) != ACTS or tuple(card["labels"]) != LABELS:
        raise ValueError("it was trained for other acts and labels")
    return card, heads


@cache
def reader_or_none() -> LearnedReader | None:
    """The reader that Aisle ships, opened once; None, with a warning, where it cannot be had."""
    try:
        return open_reader()
    except AisleError as error:
        log.warning("messages are read without the learned reader", reason=str(error))
        return None


def _made_ready(trained: Path, base: BaseModel) -> Path:
    """The network with what was learnt in it, for this machine's OpenVINO."""
    mark = fingerprint(VERSION, openvino.get_version(), trained / WEIGHTS)
    folder = home() / "readers" / mark[:16]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / f".{folder.name}.lock"):
        for name in (COMPRESSED, NETWORK):
            if (folder / name).exists() and (folder / name).with_suffix(".bin").exists():
                return folder / name
        Console(stderr=True).print("Making the message reader ready for this processor …", style="dim")
        with replacing_folder(folder) as beside:
            _convert(trained, base, beside)
    return next(folder / name for name in (COMPRESSED, NETWORK) if (folder / name).exists())


def _convert(trained: Path, base: BaseModel, folder: Path) -> None:
    import torch  # noqa: PLC0415  (only here)

    from assistant.understanding.reader.network import Reader, load_trained  # noqa: PLC0415

    reader = Reader(base)
    load_trained(reader, trained / WEIGHTS)
    example: Any = (torch.zeros(1, 2 * STEP, base.sizes.hidden), torch.ones(1, 2 * STEP))
    with torch.no_grad():
        network = openvino.convert_model(reader.merged().encoder.eval(), example_input=example)
    openvino.save_model(network, folder / NETWORK)
    try:
        compress(folder / NETWORK, folder / COMPRESSED)
    except NotCompressibleError:
        return
    for name in (NETWORK, str(Path(NETWORK).with_suffix(".bin"))):
        (folder / name).unlink()


def _joined(commands: list[Command], text: str) -> list[Command]:
    """One command cut in two is one: what follows a command of the same act without naming another thing goes on."""
    joined: list[Command] = []
    for command in commands:
        before = joined[-1] if joined else None
        if before is not None and before.act == command.act and command.continues:
            joined[-1] = before.together(command, text)
        elif before is not None and before.act == "remark" and not before.spans and not _ENDS.search(before.text):
            joined[-1] = replace(before.together(command, text), act=command.act, sure=command.sure)  # one sentence
        else:
            joined.append(command)
    return joined


_ENDS = re.compile(r"[.,;:!?…。，；：！？~\n)\]][\s'\"”]*$|[^\w\s'-]\s*$")


def _log_softmax(scores: np.ndarray) -> np.ndarray:
    shifted = scores - scores.max(axis=-1, keepdims=True)
    logs: np.ndarray = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return logs


def _erf(x: np.ndarray) -> np.ndarray:
    from scipy.special import erf  # noqa: PLC0415

    values: np.ndarray = erf(x)
    return values
