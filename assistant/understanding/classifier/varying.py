"""The same said otherwise: other words, an opening, a slip of the finger."""

from __future__ import annotations

import random
import re
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from assistant.understanding.language import has_cjk

SHORTEST_SLIP: Final = 4  # letters of a word that may be mistyped
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def varied(text: str, chance: random.Random, *, smalltalk: bool = False) -> str:
    """One paraphrase of the text. Small talk gets no greeting before it, which would be its whole meaning."""
    language = "zh" if has_cjk(text) else "en"
    said = _other_words(text, language, chance)
    if not smalltalk and chance.random() < 0.4:
        said = chance.choice(_ways()["openings"][language]) + said
    if chance.random() < 0.35:
        said += chance.choice(_ways()["closings"][language])
    if language == "zh":
        return said
    if chance.random() < 0.45:
        said = _mistyped(said, chance)
    if chance.random() < 0.35:
        said = said[:1].upper() + said[1:]
    return said


def _other_words(text: str, language: str, chance: random.Random) -> str:
    for phrase, others in _ways()["substitutions"][language].items():
        pattern = re.escape(phrase) if language == "zh" else rf"\b{re.escape(phrase)}\b"
        if re.search(pattern, text, re.IGNORECASE) and chance.random() < 0.6:
            text = re.sub(pattern, chance.choice(others), text, count=1, flags=re.IGNORECASE)
    return text


def _mistyped(text: str, chance: random.Random) -> str:
    words = [match for match in re.finditer(r"[a-z]+", text) if len(match[0]) >= SHORTEST_SLIP]
    if not words:
        return text
    word = chance.choice(words)
    at = word.start() + chance.randrange(1, len(word[0]) - 1)
    slip = chance.choice(("swap", "drop", "double", "other"))
    if slip == "swap":
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if slip == "drop":
        return text[:at] + text[at + 1 :]
    return text[:at] + (text[at] if slip == "double" else chance.choice(_LETTERS)) + text[at + (slip == "other") :]


@cache
def _ways() -> dict[str, Any]:
    text = resources.files("assistant.understanding.classifier").joinpath("fillings.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
