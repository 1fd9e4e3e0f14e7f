"""A message in its situation as numbers: its meaning, its characters, and what was read from it exactly.

The sentence embedding knows English only; hashed n-grams (Weinberger et al., "Feature hashing for large scale multitask
learning", 2009) carry Chinese, typos and short remarks. No feature depends on one shop's catalogue or on the
patterns of the rules, so that what is learnt from the examples holds in every shop.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from scipy import sparse

from assistant.understanding.language import has_cjk
from assistant.understanding.prices import parse_price
from assistant.understanding.traditional import simplified

VERSION: Final = "1"  # raise it when the same message gets other features
BUCKETS: Final = 1 << 13
LETTERS: Final = 3
MEANING_WEIGHT, CHARACTERS_WEIGHT, FLAG_WEIGHT = 2.0, 1.5, 0.5

_POINTS = re.compile(
    r"\b(?:it|its|this|that|these|those|them|they|one|ones|both|first|second|third|last|former|latter)\b"
    r"|[这這那它]|第[一二三四五六\d]|两个|兩個",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^\W*(?:and |but |so |ok |oh |hi |hello |well )*(?:what|whats|how|is|are|does|do|can|could|will|would|which"
    r"|who|when|where|why|any|has|have|did|should|may)\b",
    re.IGNORECASE,
)
_ASKS_IN_CHINESE = re.compile(r"[吗嗎呢么麼]|什么|什麼|啥|怎|哪|几|幾|多少|多[大长重高久]|是不是|能不能|有没有")
_OF_ONESELF = re.compile(r"^\W*(?:i|im|i'm|ill|i'll|id|i'd|my|we|our)\b|^\W*(?:我|咱)", re.IGNORECASE)
_YES = re.compile(r"^\W*(?:yes|yeah|yep|yup|sure|ok|okay|好|可以|行|嗯|是)", re.IGNORECASE)
_NO = re.compile(r"^\W*(?:no|nope|nah|not|none|neither|不|没|別|别)", re.IGNORECASE)
_WORD = re.compile(r"[a-z']+|\d+|[\u3400-\u9fff]|[^\w\s]", re.IGNORECASE)
_LENGTHS: Final = (1, 2, 4, 7, 12, 20)


@dataclass(frozen=True)
class Message:
    """What the classifier reads: the text, the situation, and what the shop's vocabulary found in it."""

    text: str
    listed: bool = False  # products are on the table
    single: bool = False  # one of them is spoken of
    in_cart: bool = False
    asked: bool = False  # the last reply ended with a question
    recommended: bool = False  # the list on the table is a recommendation
    names_thing: bool = False
    names_value: bool = False

    @property
    def points(self) -> bool:
        return bool(_POINTS.search(self.text))


def flags(message: Message) -> list[float]:
    """Each 0 or 1, in a fixed order."""
    text, words = message.text, _WORD.findall(message.text)
    asks = bool(_ASKS.search(text) or _ASKS_IN_CHINESE.search(text))
    points, oneself = message.points, bool(_OF_ONESELF.search(text))
    table = message.listed or message.single
    found = [
        message.listed, message.single, message.in_cart, message.asked, message.recommended, not table,
        message.names_thing, message.names_value, asks, points, oneself,
        "?" in text or "\N{FULLWIDTH QUESTION MARK}" in text, "!" in text, has_cjk(text),
        bool(_YES.search(text)), bool(_NO.search(text)), any(character.isdigit() for character in text),
        parse_price(text) is not None,
        asks and points, asks and message.single, asks and message.names_thing, oneself and message.names_thing,
        oneself and table, message.asked and asks, message.asked and len(words) < _LENGTHS[2],
        not table and oneself,
    ]  # fmt: skip
    found += [len(words) <= length for length in _LENGTHS]
    return [float(each) for each in found]


class Block(NamedTuple):
    """Features of n messages: `dense` float32 `[n, dimensions + flags]`, `grams` float32 CSR `[n, BUCKETS]`."""

    dense: np.ndarray
    grams: sparse.csr_matrix

    def rows(self, chosen: np.ndarray) -> Block:
        return Block(self.dense[chosen], self.grams[chosen])


def block(messages: Sequence[Message], meanings: np.ndarray) -> Block:
    """`meanings` are the texts' unit vectors `[len(messages), dimensions]`.

    A message in Chinese has no meaning in the encoder's language: its vector is left out.
    """
    readable = np.array([[not has_cjk(message.text)] for message in messages], dtype=np.float32)
    marks = np.array([flags(message) for message in messages], dtype=np.float32)
    dense = np.hstack([meanings * readable * MEANING_WEIGHT, marks * FLAG_WEIGHT]).astype(np.float32)
    return Block(dense, _hashed([message.text for message in messages]) * np.float32(CHARACTERS_WEIGHT))


def _hashed(texts: Sequence[str]) -> sparse.csr_matrix:
    """Rows of length 1 over the buckets of their n-grams."""
    columns, ends = [], [0]
    for text in texts:
        columns += [
            zlib.crc32(gram.encode()) % BUCKETS
            for gram in dict.fromkeys(_grams(simplified(text.lower().replace("'", ""))))
        ]
        ends.append(len(columns))
    rows = sparse.csr_matrix(
        (np.ones(len(columns), dtype=np.float32), np.array(columns, dtype=np.int32), np.array(ends, dtype=np.int32)),
        shape=(len(texts), BUCKETS),
    )
    rows.sum_duplicates()
    lengths = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
    return sparse.diags(1 / np.maximum(lengths, 1)) @ rows


def _grams(text: str) -> Iterator[str]:
    """Words and pairs of words (Chinese: characters, pairs and triples), and the letters of a word by threes."""
    words = ["<", *(re.sub(r"\d+", "0", word) for word in _WORD.findall(text)), ">"]
    for size in (1, 2, 3) if has_cjk(text) else (1, 2):
        yield from (" ".join(words[at : at + size]) for at in range(len(words) - size + 1))
    for word in words:
        if word.isalpha() and not has_cjk(word):
            edged = f"_{word}_"
            yield from (edged[at : at + LETTERS] for at in range(len(edged) - LETTERS + 1))
