"""The sides of a product that its reviewers speak of: claims that mean the like, named by the word they share."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.answering.opinions import Claim, lexicon
from assistant.understanding.language import has_cjk
from assistant.understanding.vocabulary import stem, words_of
from data.records import Product
from retrieval.encoder import Encoder

ALIKE = 0.5  # mean cosine within a group: "the zip snags" and "the zip runs smoothly" belong together
SHARED_NOUN = 0.2  # added where two claims share a noun that the whole group can be named by
_BEFORE_NOUN = (
    r"(?:[a-z]+(?:y|ed|ing|al|ic|ous|ful|able|en|er|est)|old|new|long|short|small|large|big|little|whole|first|last|same"
    r"|thick|thin|soft|hard|right|left|top|back|front|main)"
)
_NOUN = re.compile(
    # "in the shade", "than my old pair" tell when or beside what, not which side of the product.
    r"(?P<aside>\b(?:in|at|on|from|after|during|for|to|than|like) )?"
    rf"\b(?:the|its|this|my|their|these|those|an?)\s+(?:{_BEFORE_NOUN}\s+)?(?P<noun>[a-z][a-z-]{{2,}})\b",
    re.I,
)
_LONGEST_SHOWN = 160  # characters of a quote


@dataclass(frozen=True)
class Aspect:
    """How many reviewers praise a side of the product and how many complain of it, each with one of their sentences.

    `label` is the word that the claims share, "" where they share none; then the quote has to say it.
    """

    label: str
    praised: int
    criticised: int
    praise: str = ""
    complaint: str = ""

    @property
    def voices(self) -> int:
        return self.praised + self.criticised


def aspects(claims: Sequence[Claim], product: Product, encoder: Encoder) -> list[Aspect]:
    """Most spoken of first. A reviewer counts once on each side of an aspect, whatever they repeat."""
    telling = [claim for claim in claims if claim.side and _speaks_of_something(claim.text, product)]
    groups = _groups([claim for claim in telling if not has_cjk(claim.text)], product, encoder)
    groups += _chinese_groups([claim for claim in telling if has_cjk(claim.text)])
    found = [_aspect(_as_noun(label, product), group) for label, group in _joined_by_label(groups)]
    return sorted(found, key=lambda aspect: -aspect.voices)


def _as_noun(label: str, product: Product) -> str:
    """ "waterproof" groups claims but names no side: nobody says "on the waterproof"."""
    return "" if product.attributes.get(label, "").casefold() in ("yes", "no") else label


def _speaks_of_something(text: str, product: Product) -> bool:
    """Not only a verdict ("love it") or the reviewer's own story ("bought it for my sister")."""
    if has_cjk(text):
        return any(word in text for words in lexicon().aspects.values() for word in words)
    if lexicon().tells_a_story(text):
        return False
    return bool(_telling(text, product) or _listed_names(text, product))


def _telling(text: str, product: Product) -> set[str]:
    own = {stem(word[0]) for word in words_of(f"{product.family} {product.brand or ''} {product.title.split(',')[0]}")}
    stems = {stem(word[0]) for word in words_of(text.lower()) if len(word[0]) > 2}
    return stems - lexicon().of_no_aspect - lexicon().opinion_stems - (own - {stem(n) for n in product.attributes})


def _groups(claims: list[Claim], product: Product, encoder: Encoder) -> list[tuple[str, list[Claim]]]:
    """Average linkage over cosines, the same sentence counted once."""
    by_text: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_text[claim.text].append(claim)
    texts = list(by_text)
    if not texts:
        return []
    nouns = [_nouns(text, product) for text in texts]
    vectors = encoder.encode(texts)
    likeness = vectors @ vectors.T
    likeness += SHARED_NOUN * np.array([[bool(one & other) for other in nouns] for one in nouns])
    groups = []
    for members in _linked(np.clip(1 - likeness, 0, None)):
        group = [claim for member in members for claim in by_text[texts[member]]]
        groups.append((_label([nouns[member] for member in members], [len(by_text[texts[m]]) for m in members]), group))
    return groups


def _linked(distances: np.ndarray) -> list[list[int]]:
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415  a third of a second at the start
    from scipy.spatial.distance import squareform  # noqa: PLC0415

    if len(distances) == 1:
        return [[0]]
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), method="average")
    numbers = fcluster(tree, t=1 - ALIKE, criterion="distance")
    return [np.flatnonzero(numbers == number).tolist() for number in np.unique(numbers)]


def _nouns(text: str, product: Product) -> set[str]:
    """What the claim can be named by: names of the listing, and words that stand where a noun does."""
    lowered = text.lower()
    skipped = lexicon().of_no_aspect | lexicon().opinion_stems
    matches = [match for match in _NOUN.finditer(lowered) if not match["aside"]]
    found = {match["noun"] for match in matches if stem(match["noun"]) not in skipped}
    return found | _listed_names(lowered, product)


def _listed_names(text: str, product: Product) -> set[str]:
    lowered = text.lower()
    return {name for name in product.attributes if len(name) > 3 and re.search(rf"\b{re.escape(name)}\b", lowered)}


def _label(nouns: list[set[str]], voices: list[int]) -> str:
    """The noun that more than half of the voices share, the longest name first; "" where there is none."""
    counts: Counter[str] = Counter()
    for found, weight in zip(nouns, voices, strict=True):
        counts.update(dict.fromkeys(found, weight))
    shared = [noun for noun, count in counts.items() if 2 * count > sum(voices)]
    return max(shared, key=lambda noun: (counts[noun], " " in noun, -len(noun), noun), default="")


def _chinese_groups(claims: list[Claim]) -> list[tuple[str, list[Claim]]]:
    """By the words for common sides: the encoder of an English shop tells nothing about Chinese."""
    groups: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        label = next(label for label, words in lexicon().aspects.items() if any(word in claim.text for word in words))
        groups[label].append(claim)
    return list(groups.items())


def _joined_by_label(groups: list[tuple[str, list[Claim]]]) -> list[tuple[str, list[Claim]]]:
    joined: dict[object, tuple[str, list[Claim]]] = {}
    for place, (label, group) in enumerate(groups):
        _, known = joined.setdefault(label or place, (label, []))
        known.extend(group)
    return list(joined.values())


def _aspect(label: str, group: list[Claim]) -> Aspect:
    kind = {claim.review for claim in group if claim.side > 0}
    critical = {claim.review for claim in group if claim.side < 0}
    return Aspect(label, len(kind), len(critical), _said_most(group, 1), _said_most(group, -1))


def _said_most(group: list[Claim], side: int) -> str:
    """The sentence that most say, the shorter of equals, English before Chinese where both were written."""
    counts = Counter(claim.text for claim in group if claim.side == side)
    quotable = [text for text in counts if len(text) <= _LONGEST_SHOWN] or [text[:_LONGEST_SHOWN] for text in counts]
    return max(quotable, key=lambda text: (not has_cjk(text), counts[text], -len(text)), default="")
