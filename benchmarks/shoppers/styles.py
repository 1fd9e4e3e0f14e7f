"""What a way of writing does to a message: slips of the finger, fillers, no punctuation."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from benchmarks.shoppers.needs import Need

_WORD = re.compile(r"[a-z]{5,}")
_SLIPS = {"想": "相", "的": "得", "吗": "嘛", "在": "再"}
_NEIGHBOURS = {
    "a": "s", "b": "v", "c": "x", "d": "f", "e": "r", "f": "g", "g": "h", "h": "j", "i": "o", "j": "k", "k": "l",
    "l": "k", "m": "n", "n": "m", "o": "p", "p": "o", "q": "w", "r": "t", "s": "d", "t": "y", "u": "i", "v": "b",
    "w": "e", "x": "c", "y": "u", "z": "x",
}  # fmt: skip
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def styled(message: str, need: Need, rng: np.random.Generator, fillers: Sequence[str]) -> str:
    """The message as this shopper would type it. Digits and what must be exact stay exact."""
    if need.style == "typos":
        return _chinese_slip(message, rng) if need.language == "zh" else with_typos(message, rng)
    if need.style == "run-on" and rng.random() < 0.5:
        filler = str(fillers[int(rng.integers(len(fillers)))])
        flat = re.sub(r"[,.!?，。！？]+(?=\s|$)|[，。！？]", "", message)
        return f"{filler}{flat}" if need.language == "zh" else f"{filler} {flat}"
    if need.style == "chatty" and need.language == "en":
        return message[:1].upper() + message[1:]
    return message


def with_typos(message: str, rng: np.random.Generator) -> str:
    """One slip, or two in a longer message, each in a word of five letters or more; never in a number."""
    words = list(_WORD.finditer(message))
    slips = min(len(words), 1 + (len(words) > 5))
    for at in sorted(rng.permutation(len(words))[:slips], reverse=True):
        word = words[at]
        message = message[: word.start()] + _slip(word[0], rng) + message[word.end() :]
    return message


def _slip(word: str, rng: np.random.Generator) -> str:
    """The first letter is nearly always right (Pollock and Zamora 1984)."""
    at = int(rng.integers(1, len(word) - 1))
    match int(rng.integers(4)):
        case 0:
            return word[:at] + word[at + 1 :]
        case 1:
            return word[:at] + word[at] + word[at:]
        case 2:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case _:
            return word[:at] + _NEIGHBOURS[word[at]] + word[at + 1 :]


def _chinese_slip(message: str, rng: np.random.Generator) -> str:
    """A character of the same sound, or digits in full width, as input methods leave them."""
    if any(letter.isdigit() for letter in message) and rng.random() < 0.4:
        return message.translate(_FULL_WIDTH)
    slips = [(wrong, right) for wrong, right in _SLIPS.items() if wrong in message]
    if not slips:
        return message
    wrong, right = slips[int(rng.integers(len(slips)))]
    return message.replace(wrong, right, 1)
