"""Which language a message is in, and its characters in one form."""

from __future__ import annotations

import re
import unicodedata

from assistant.turn import Language

LONGEST_MESSAGE = 2_000  # characters; nobody types more, and a model's context ends somewhere

_CJK = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f]")


def normalise(text: str) -> str:
    """NFKC (full-width digits and letters become ordinary ones), no invisible characters, single spaces."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    text = text.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x00A0: " "})
    return re.sub(r"\s+", " ", text).strip()


def has_cjk(text: str) -> bool:
    return bool(_CJK.search(text))


def detect(text: str, previous: Language = "en") -> Language:
    """Chinese where there is more of it than a word or two, or some of it where the conversation is in Chinese: an
    English title may be quoted in it. The conversation's language where there are no letters."""
    characters, words = len(_CJK.findall(text)), len(_LATIN.findall(text))
    if not characters and not words:
        return previous
    goes_on = previous == "zh" and characters > 0
    return "zh" if goes_on or characters * 2 > words else "en"
