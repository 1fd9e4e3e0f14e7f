"""multilingual-e5-small (Wang et al., "Multilingual E5 Text Embeddings", 2024) from a packed file with weights of four
bits.

The file is little-endian: a header of sizes, the pieces of a SentencePiece unigram tokenizer with their scores, a map
that normalises code points, a directory of tensors, and the tensors. Matrices are in blocks of 32 weights, each a
float16 scale and sixteen bytes that hold two weights less eight (the format that llama.cpp calls Q4_0).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

MAGIC: Final = b"E5S1"
BLOCK: Final = 32  # weights that share a scale
BLOCK_BYTES: Final = 2 + BLOCK // 2
HEADER: Final = struct.Struct("<4sI7ifi")
PACKED: Final = np.dtype([("scale", "<f2"), ("pairs", "u1", (BLOCK // 2,))])


class BaseFileError(ValueError):
    """The packed file is not one, or is cut off."""


@dataclass(frozen=True)
class Sizes:
    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float


class BaseModel:
    """The packed model, read where it lies on disk: only rows that are asked for are unpacked.

    :raises BaseFileError: where the file is of another kind or cut off.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._bytes = np.memmap(path, dtype=np.uint8, mode="r")
            self._read()
        except (struct.error, ValueError, IndexError) as error:
            raise BaseFileError(f"{path} is damaged ({error})") from error

    def _read(self) -> None:
        magic, _, hidden, layers, heads, inner, vocabulary, positions, _, epsilon, block = HEADER.unpack(
            self._bytes[: HEADER.size].tobytes()
        )
        if magic != MAGIC or block != BLOCK:
            raise ValueError("it does not begin as a packed e5 model does")
        self.sizes = Sizes(hidden, layers, heads, inner, vocabulary, positions, epsilon)
        self._at = HEADER.size
        pieces, self.begin, self.end, self.pad, self.unknown = (int(each) for each in self._array("<i4", 5))
        length = int(self._array("<u8", 1)[0])
        self._piece_offsets = self._array("<u4", pieces + 1)
        self._piece_scores = self._array("<f4", pieces)
        self._piece_bytes = self._array("u1", length)
        _, map_bytes = self._array("<u4", 2)  # of the normaliser, for which NFKC stands in
        self._at += int(map_bytes)
        self._tensors = {}
        for _ in range(int(self._array("<i4", 1)[0])):
            name = self._array("u1", int(self._array("<u2", 1)[0])).tobytes().decode("ascii")
            self._at += 1
            count = int(self._array("<u4", 1)[0])
            offset, size = (int(each) for each in self._array("<u8", 2))
            if offset + size > len(self._bytes):
                raise ValueError("its end is missing")
            self._tensors[name] = (offset, size, count)

    def _array(self, kind: str, count: int) -> np.ndarray:
        size = np.dtype(kind).itemsize * count
        found = np.frombuffer(self._bytes[self._at : self._at + size].tobytes(), dtype=kind)
        if len(found) != count:
            raise ValueError("its end is missing")
        self._at += size
        return found

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """Offsets are in characters of the text as given; no special tokens are added."""
        text, ends = self._piece_bytes.tobytes(), self._piece_offsets
        pieces = [
            (text[ends[i] : ends[i + 1]].decode("utf-8", "replace"), float(score))
            for i, score in enumerate(self._piece_scores)
        ]
        tokenizer = Tokenizer(models.Unigram(pieces, unk_id=self.unknown, byte_fallback=False))
        tokenizer.normalizer = normalizers.Sequence(
            [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Replace(Regex(" {2,}"), " ")]
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        return tokenizer

    def embeddings(self, ids: np.ndarray) -> np.ndarray:
        """float32 `[len(ids), hidden]` of words alone, without their places."""
        return _unpacked(self._words[ids], self.sizes.hidden)

    @cached_property
    def _words(self) -> np.ndarray:
        """Packed blocks `[vocabulary, hidden / BLOCK]`, mapped from disk."""
        offset, _, _ = self._tensors["emb.word"]
        rows, blocks = self.sizes.vocabulary, self.sizes.hidden // BLOCK
        return self._bytes[offset : offset + rows * blocks * BLOCK_BYTES].view(PACKED).reshape(rows, blocks)

    def matrix(self, name: str, rows: int, columns: int) -> np.ndarray:
        """float32 `[rows, columns]`."""
        offset, _, _ = self._tensors[name]
        blocks = self._bytes[offset : offset + rows * columns // BLOCK * BLOCK_BYTES].view(PACKED)
        return _unpacked(blocks.reshape(rows, columns // BLOCK), columns)

    def vector(self, name: str) -> np.ndarray:
        """float32, flat."""
        offset, size, _ = self._tensors[name]
        return np.frombuffer(self._bytes[offset : offset + size].tobytes(), dtype="<f4")


def _unpacked(blocks: np.ndarray, columns: int) -> np.ndarray:
    pairs = blocks["pairs"]
    weights = np.concatenate([pairs & 0x0F, pairs >> 4], axis=-1).astype(np.float32) - 8
    unpacked: np.ndarray = (weights * blocks["scale"].astype(np.float32)[..., None]).reshape(len(blocks), columns)
    return unpacked
