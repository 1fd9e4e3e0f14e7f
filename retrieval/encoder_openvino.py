"""The encoder in OpenVINO: no PyTorch at the start, one stream for queries, every core for a pile of texts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from queue import LifoQueue
from typing import Final, Literal

import numpy as np
import openvino
from pydantic import BaseModel, ConfigDict
from rich.progress import Progress
from tokenizers import Tokenizer

from data.threads import cores

CARD, TOKENIZER = "card.json", "tokenizer.json"
TOKENS_AT_ONCE: Final = 512  # of a batch, padding included: thousands leave the core's cache and are slower
STEP: Final = 8  # lengths are padded to a multiple: OpenVINO plans anew for every shape that it has not seen
TEXTS_AT_ONCE: Final = 2048  # whose tokens are in memory

GROUP: Final = 64  # activations that share a scale in int8: 32 are slower, 128 rougher

Feed = dict[str, np.ndarray]
Precision = Literal["float32", "bfloat16", "int8"]


class Card(BaseModel):
    """What lies beside the network. `network`: its file; `precision`: what is multiplied in; `inputs`: the names of the
    network's; `longest`: in tokens, texts are cut there; `sizes`: bytes of each file."""

    model_config = ConfigDict(extra="forbid")

    network: str
    precision: Precision
    inputs: list[str]
    dimensions: int
    pad_id: int
    longest: int
    sizes: dict[str, int]


class OpenVinoEncoder:
    """A converted model, read from its folder. Safe to share between threads.

    A query is inferred by one thread and without pinning it to a core: it is so small that a second thread costs more
    than it saves, and on a busy machine each waits for the other. A quarter of a second of compiling for bulk is spent
    when texts come in bulk.

    Raises OSError or ValueError where the folder does not hold what its card says, RuntimeError where OpenVINO cannot
    read it.
    """

    def __init__(self, folder: Path) -> None:
        card = Card.model_validate_json((folder / CARD).read_text(encoding="utf-8"))
        for name, size in card.sizes.items():
            if (folder / name).stat().st_size != size:
                raise ValueError(f"{folder / name} is not whole")
        self._card = card
        self.dimensions = card.dimensions
        self._core = openvino.Core()
        self._network = self._core.read_model(folder / card.network)
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(card.longest)
        self._idle: LifoQueue[openvino.InferRequest] = LifoQueue()
        streams = max(1, cores() // 2)
        compiled = self._compiled("LATENCY", streams)
        for _ in range(streams):
            self._idle.put(compiled.create_infer_request())

    @property
    def label(self) -> str:
        return f"OpenVINO on the CPU in {self._card.precision}"

    @property
    def vocabulary(self) -> frozenset[str]:
        return frozenset(self._tokenizer.get_vocab())

    def encode(self, texts: list[str], *, progress: bool) -> np.ndarray:
        """float32 `[len(texts), dimensions]`, rows of length 1. Texts of like length share a batch."""
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        if not texts:
            return vectors

        def keep(request: openvino.InferRequest, places: list[int]) -> None:
            vectors[places] = request.get_output_tensor(0).data

        running = openvino.AsyncInferQueue(self._in_bulk, cores())
        running.set_callback(keep)
        with Progress(transient=True, disable=not progress) as bar:
            task = bar.add_task("Encoding", total=len(texts))
            for places, tokens in self._batches(texts):
                running.start_async(self._feed(tokens), places)
                bar.advance(task, len(places))
            running.wait_all()
        return _unit(vectors)

    def encode_one(self, text: str) -> np.ndarray:
        """float32 `[dimensions]`, of length 1."""
        feed = self._feed([self._tokenizer.encode(text).ids])
        with self._request() as request:
            request.infer(feed)
            vector = request.get_output_tensor(0).data.copy()
        return _unit(vector)[0]

    @cached_property
    def _in_bulk(self) -> openvino.CompiledModel:
        return self._compiled("THROUGHPUT", cores())

    def _compiled(self, hint: str, streams: int) -> openvino.CompiledModel:
        """With a thread for each stream."""
        settings = {
            "PERFORMANCE_HINT": hint,
            "NUM_STREAMS": streams,
            "INFERENCE_NUM_THREADS": streams,
            "ENABLE_CPU_PINNING": False,
            "INFERENCE_PRECISION_HINT": "bf16" if self._card.precision == "bfloat16" else "f32",
        }
        if self._card.precision == "int8":
            settings["DYNAMIC_QUANTIZATION_GROUP_SIZE"] = GROUP
        return self._core.compile_model(self._network, "CPU", settings)

    @contextmanager
    def _request(self) -> Iterator[openvino.InferRequest]:
        """One that no other thread uses meanwhile."""
        request = self._idle.get()
        try:
            yield request
        finally:
            self._idle.put(request)

    def _batches(self, texts: list[str]) -> Iterator[tuple[list[int], list[list[int]]]]:
        """The texts' places and tokens, long ones first."""
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        for start in range(0, len(order), TEXTS_AT_ONCE):
            places = order[start : start + TEXTS_AT_ONCE]
            read = self._tokenizer.encode_batch_fast([texts[place] for place in places])
            rows = sorted(
                ((each.ids, place) for each, place in zip(read, places, strict=True)), key=lambda row: -len(row[0])
            )
            while rows:
                many = max(1, TOKENS_AT_ONCE // self._padded(len(rows[0][0])))
                batch, rows = rows[:many], rows[many:]
                yield [place for _, place in batch], [ids for ids, _ in batch]

    def _feed(self, tokens: list[list[int]]) -> Feed:
        """int64 `[texts, tokens]` for each of the network's inputs."""
        shape = len(tokens), self._padded(max(map(len, tokens)))
        ids, mask = np.full(shape, self._card.pad_id, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        for row, each in enumerate(tokens):
            ids[row, : len(each)] = each
            mask[row, : len(each)] = 1
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        return {name: feed[name] for name in self._card.inputs}

    def _padded(self, length: int) -> int:
        """Never beyond what the model has positions for."""
        return min(-(-length // STEP) * STEP, self._card.longest)


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths: np.ndarray = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
