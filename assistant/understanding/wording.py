"""The words of a message that say what is wanted, without those that only ask, point or join."""

from __future__ import annotations

import re

from assistant.understanding.vocabulary import stem, words_of
from retrieval.request import content

_EMPTY_WORDS = re.compile(
    r"\b(?:i'(?:ll|d|m|ve)|ones?|it|them|those|these|that|this|instead|please|maybe|actually|also|too|just|only|still|then|but|and|or|with|in|of|"
    r"for|from|by|to|the|a|an|no|not|any|some|my|me|i|we|you|your|is|are|be|have|has|got|get|do|does|can|could|would|will|if|so|"
    r"ok|okay|yes|yeah|no|hmm|well|now|there|ones|something|anything|colou?rs?|brands?|prices?|what|about|how|which|made|prefer|"
    r"rather|want|need|like|love|looking|take|buy|buying|order|purchase|come|comes|tell|many|much|whats?|which|sell|carry|show|see|give|hi|hello|hey|thanks|budget|cost|costs?)\b"
    r"|[的了吗嗎呢吧啊呀么麼我你您要想有没沒个個款件请請给給来來看买買换換成再也还還都是这這那]|推荐|推薦|帮我|一下|便宜|颜色|顏色",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^\s*(?:(?:an?|the|some|any|with|to|for|of|in|and|or|is|are|that|but|your|what'?s|which|how many)(?![\w'-])"
    r"|[都的])\s*",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"[\s,.?!;:]*\b(?:instead|please|too|as well|then|now|for me|you have|in stock|thanks|for|with|of|in|and|or)$",
    re.IGNORECASE,
)


def wanted_words(text: str) -> str:
    """What is wanted; empty where nothing but asking, pointing and joining is left."""
    wanted = content(text)
    while wanted != (shorter := _LEADING.sub("", _TRAILING.sub("", wanted))):
        wanted = shorter
    return wanted if re.search(r"\w", _EMPTY_WORDS.sub(" ", wanted)) else ""


def continued(query: str, added: str) -> str:
    """The words of the list on the table, and those that are new."""
    there = {stem(word[0]) for word in words_of(query)}
    new = [word for word in added.split() if not {stem(part[0]) for part in words_of(word)} <= there]
    return " ".join([query, *new]).strip()
