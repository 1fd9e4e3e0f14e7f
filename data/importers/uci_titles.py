"""Readable titles out of the capitals and abbreviations of the gift shop's till."""

from __future__ import annotations

import re

_SMALL = frozenset("a an and at by for from in of on or the to with".split())
_KEPT = frozenset("LED CD DVD UK USA TV BBQ DIY FM AM PVC EU XL XXL LCD USB NYC".split())
_NOTE = re.compile(
    r"\?|damage|wrong|wet|smash|crush|broke|lost|found|check|adjust|amazon|ebay|dotcom|missing|mouldy|mixed up|rust"
    r"|thrown|throw away|destroy|sold (?:as|in)|unsale|counted|barcode|label mix|mix up|sample|test\b|return|mailout"
    r"|faulty|oops|display|allocate|stock|^mia$|code|website|online|re-?adjust|given away|manual|voucher|incorrect",
    re.IGNORECASE,
)  # fmt: skip
_SPELT_OUT = (
    (re.compile(r"\bSET/(\d+)"), r"SET OF \1 "),
    (re.compile(r"\bS/(\d+)"), r"SET OF \1 "),
    (re.compile(r"\bPACK/(\d+)"), r"PACK OF \1 "),
    (re.compile(r"\bBOX/(\d+)"), r"BOX OF \1 "),
    (re.compile(r"\bW/|(?<=\s)W(?=\s)"), "WITH "),
    (re.compile(r"\bHLDR\b"), "HOLDER"),
    (re.compile(r"\bNECKL\b\.?"), "NECKLACE "),
    (re.compile(r"\bASS(?:T?D?)\b\.?"), "ASSORTED"),
    (re.compile(r"\s*,\s*"), ", "),
    (re.compile(r"\s+"), " "),
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def is_note(description: str) -> bool:
    """A remark of the warehouse ("damaged", "?", "sold as set on dotcom"): titles are written in capitals."""
    letters = [char for char in description if char.isalpha()]
    capitals = sum(char.isupper() for char in letters)
    return len(letters) < 3 or (capitals < len(letters) / 2 and (bool(_NOTE.search(description)) or len(letters) < 12))


def title_of(description: str) -> str:
    """`SET/4 RED LED CANDLES W/ HEART.` as `Set of 4 Red LED Candles with Heart`."""
    text = description.upper()
    for pattern, spelt in _SPELT_OUT:
        text = pattern.sub(spelt, text)
    text = text.strip(" .,-*")
    return _WORD.sub(lambda match: _cased(match[0], first=match.start() == 0), text)


def _cased(word: str, first: bool) -> str:
    if word in _KEPT or (any(char.isdigit() for char in word) and len(word) <= 3):
        return word
    lower = word.lower()
    return lower if lower in _SMALL and not first else lower[0].upper() + lower[1:]
