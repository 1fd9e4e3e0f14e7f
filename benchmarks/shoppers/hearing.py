"""What a shopper makes of a reply: that there is nothing, that this is only near, yes, no, or that nobody knows."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

import yaml

from benchmarks.shoppers.sayings import WORDING

Answer = Literal["yes", "no", "unknown"]
Remark = Literal["nothing", "nearest", "dearer", "all"]


def hears(reply: str, remark: Remark) -> bool:
    """Whether the reply says in so many words that nothing fits, that it shows only what is near, or what is dearer,
    or that this is all there is."""
    return any(re.search(pattern, _plain(reply), re.IGNORECASE) for pattern in _heard()[remark])


def hears_no(reply: str, own: tuple[str, ...]) -> bool:
    """Whether the reply says that nothing fits what the shopper asked for.

    A reply that quotes what it did not find, and quotes none of the shopper's `own` words for the thing and its
    conditions, has only misunderstood: people rephrase then, and do not leave.
    """
    if not hears(reply, "nothing"):
        return False
    quotes = " ".join(re.findall(r"[“\"「]([^”\"」]*)[”\"」]", reply)).casefold()
    return not quotes or any(word.casefold() in quotes for word in own)


def answer_in(reply: str, about: tuple[str, ...]) -> Answer:
    """How a yes-or-no question `about` something (its words, in any language) was answered.

    A reply is read up to its first sentence that answers; one that mentions neither a yes nor the thing is no answer.
    """
    words = "|".join(re.escape(word) for word in about)
    for sentence in re.split(r"(?<=[.!?])\s+|(?<=[。！？])", _plain(reply)):
        for answer, key in (("unknown", "unsaid"), ("no", "no"), ("yes", "yes")):
            if any(re.search(pattern.replace("{words}", words), sentence, re.IGNORECASE) for pattern in _heard()[key]):
                return answer  # type: ignore[return-value]
    return "unknown"


def _plain(reply: str) -> str:
    return reply.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


@cache
def _heard() -> dict[str, list[str]]:
    return yaml.safe_load((WORDING / "heard.yaml").read_text(encoding="utf-8"))
