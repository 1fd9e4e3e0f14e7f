# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Several requests in one message: "a tent under $200 and also a phone case"."""

from __future__ import annotations

import re
from collections.abc import Callable

_JOINT = re.compile(
    r"\s*(?:[,;.]\s+|(?<!\bi)\s)(?:and\s+)?(?:also|plus|as well as|besides)\b[\s,]*(?=\S)"
    r"|\s*[;；。]\s*|\.\s+(?=[A-Za-z])"
    r"|\s*,?\s+and\s+|\s*,\s+"
    r"|\s*[，,、]?\s*(?:还要|還要|另外|再要|还想要|以及|外加)\s*",
    re.IGNORECASE,
)
_STRONG = re.compile(r"\b(?:also|plus|as well as|besides)\b|[;；。.]|还|還|另外|再要|以及|外加", re.IGNORECASE)
_BEGINS_A_THING = re.compile(
    r"^(?:i\s+(?:also\s+)?(?:need|want|would like|am looking for)\b|i'?(?:d|m)\b|(?:an?|some|one|two|three|four|five|six|\d+|another|new)\s+\w|[一二两三几]\s*[个個件双雙条條把顶頂只款])",
    re.IGNORECASE,
)
_OF_THE_OTHER = re.compile(
    r"\b(?:it|them|that|those|this|these|its|their|matching|to match|to go with|goes? with)\b|它|配套|搭配",
    re.IGNORECASE,
)
_ONE_QUESTION = re.compile(
    r"\b(?:compare|between|versus|vs|goes? (?:well )?with|to go with|pairs? with|differences?|recommend)\b|比较|比較|[对對]比|区别|區別|搭配",
    re.IGNORECASE,
)
_FOR_WHOM = re.compile(r"\bfor\s+(?:me|my\s+\w+|myself|him|her|us|our\s+\w+)\b", re.IGNORECASE)
_INSIDE = re.compile(r"\b(?:with|that|which|who|for|between|from)\s+(?:an?\s+)?[^,;.]*$", re.IGNORECASE)

Names = Callable[[str], bool]


def split_requests(text: str, names_a_thing: Names) -> list[str]:
    """The requests of a message, in its order; the message alone where it is one.

    `names_a_thing` tells whether a stretch of text names something that a shop could sell by itself. The message is
    split only where both sides do: "black and white mugs", "a salt and pepper mill" and "a tent and a pump for it" are
    one request each.
    """
    if _ONE_QUESTION.search(text):
        return [text]
    parts, start = [], 0
    for joint in _JOINT.finditer(text):
        left, right = text[start : joint.start()], _first_part(text[joint.end() :])
        if _parts_here(left, right, joint[0], names_a_thing):
            parts.append(left)
            start = joint.end()
    return [part.strip(" ,.;，；。") for part in [*parts, text[start:]]]


def _parts_here(left: str, right: str, joint: str, names_a_thing: Names) -> bool:
    if _OF_THE_OTHER.search(right) or not (names_a_thing(left) and names_a_thing(right)):
        return False
    if _STRONG.search(joint):
        return True
    for_each = bool(_FOR_WHOM.search(left) and _FOR_WHOM.search(right))
    return for_each or (bool(_BEGINS_A_THING.match(right.strip())) and not _INSIDE.search(left))


def _first_part(text: str) -> str:
    """The text up to the next joint."""
    following = _JOINT.search(text)
    return text[: following.start()] if following else text
