"""Which lines say the same: they are held out together, or what is tested would have been learnt."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

ALIKE: Final = 0.6  # share of words in common from which two lines of one meaning are one paraphrase

_WORD = re.compile(r"\{\w+\}|[a-z']+|\d+|[\u3400-\u9fff]", re.IGNORECASE)
_SAYS_LITTLE: Final = frozenset(
    "a an the some any please pls me i im i'm is it its it's for of to ok oh and hi hello you do my".split()
) | frozenset("的了吗吧呢啊我")


def paraphrases(lines: Sequence[tuple[str, str]]) -> list[int]:
    """The group of each (label, line): lines of one label are in one where a chain of likeness joins them.

    Likeness is the Jaccard index of their telling words.
    """
    group = list(range(len(lines)))

    def root(of: int) -> int:
        while group[of] != of:
            group[of] = group[group[of]]
            of = group[of]
        return of

    words = [_telling(line) for _, line in lines]
    sharing: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, (label, _) in enumerate(lines):
        for word in words[place]:
            for other in sharing[label, word]:
                if len(words[place] & words[other]) >= ALIKE * len(words[place] | words[other]):
                    group[root(place)] = root(other)
            sharing[label, word].append(place)
    return [root(place) for place in range(len(lines))]


def _telling(line: str) -> frozenset[str]:
    words = [word.lower().replace("{things}", "{thing}") for word in _WORD.findall(line)]
    return frozenset(word for word in words if word not in _SAYS_LITTLE) or frozenset(words) or frozenset([line])
