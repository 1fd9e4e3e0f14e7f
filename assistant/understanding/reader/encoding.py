"""Message and scene as tokens: `<s> scene </s> message </s>`, all in lower case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from assistant.understanding.reader.base import BaseModel
from assistant.understanding.reader.scene import Scene

SCENE_TOKENS: Final = 64
MESSAGE_TOKENS: Final = 160  # what comes after them is not read


@dataclass(frozen=True)
class Encoded:
    """`ids` of the whole input; the message's tokens are `ids[first : first + len(offsets)]`, and `offsets` where each
    stands in the message (start and end in characters, without spaces)."""

    ids: np.ndarray
    first: int
    offsets: tuple[tuple[int, int], ...]


def encode(base: BaseModel, text: str, scene: Scene) -> Encoded:
    """`text` and its tokens' offsets are in the characters of `text`."""
    around = base.tokenizer.encode(lowered(str(scene)), add_special_tokens=False).ids[:SCENE_TOKENS]
    encoding = base.tokenizer.encode(lowered(text), add_special_tokens=False)
    offsets = tuple(_without_spaces(text, *span) for span in encoding.offsets[:MESSAGE_TOKENS])
    ids = [base.begin, *around, base.end, *encoding.ids[:MESSAGE_TOKENS], base.end]
    return Encoded(np.array(ids, dtype=np.int64), len(around) + 2, offsets)


def lowered(text: str) -> str:
    """In lower case and as long as it was: a few letters would become two."""
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def _without_spaces(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
