"""What belongs to a kind of material or food: merino is wool, cashew a nut. From `kinds.yaml`."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

import yaml


@cache
def _kinds() -> dict[str, tuple[str, ...]]:
    text = resources.files("data.lexicon").joinpath("kinds.yaml").read_text(encoding="utf-8")
    return {name: (*each["words"], *each.get("chinese", ())) for name, each in yaml.safe_load(text).items()}


def members(word: str) -> tuple[str, ...]:
    """The word and what belongs to it where it is the name of a kind, or says the same as one; the word alone
    elsewhere.

    Of what belongs to a kind only itself: who will not have merino may have cashmere.
    """
    plain = word.casefold().strip()
    for name, belonging in _kinds().items():
        chinese = next((each for each in belonging if not each.isascii()), "")
        if _singular(plain) == _singular(name) or _singular(plain) == _singular(belonging[0]) or plain == chinese:
            return tuple(dict.fromkeys((plain, *belonging)))
    return (plain,)


def _singular(word: str) -> str:
    return re.sub(r"(?<=[a-z]{2})s$", "", word)
