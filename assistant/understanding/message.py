"""A message, built once: its characters in one form, and its language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from assistant.turn import Language
from assistant.understanding.language import LONGEST_MESSAGE, detect, normalise
from assistant.understanding.words import common_words

ENOUGH_WORDS: Final = 2
_KANA = re.compile(r"[\u3040-\u30ff]")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Message:
    """`text` is what everything is read from and what spans count in: NFKC, single spaces, no invisible characters.
    `language` is what is answered in; `foreign` the code of another one that the message is in, "" where it is none."""

    text: str
    language: Language
    foreign: str = ""

    @classmethod
    def of(cls, typed: str, before: Language = "en") -> Message:
        """`before`: the language of the conversation, which a message without letters goes on in."""
        text = normalise(typed)[:LONGEST_MESSAGE]
        if _KANA.search(text):
            return cls(text, "en", "ja")
        return cls(text, detect(text, before), _told_by_its_words(text))


def _told_by_its_words(text: str) -> str:
    """The language whose commonest words the text has, where it has several and hardly an English one beside them."""
    said = _WORD.findall(text.lower())
    counts = {code: sum(word in common for word in said) for code, common in common_words().items()}
    code = max(counts, key=lambda each: counts[each], default="")
    return code if code and counts[code] >= max(ENOUGH_WORDS, len(said) / 5) and code != "en" else ""
