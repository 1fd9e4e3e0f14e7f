"""The sentences written about a product that speak to a question: BM25 and likeness in meaning, both needed.

BM25 as by Robertson and Zaragoza (The Probabilistic Relevance Framework, 2009) over the product's own sentences, as a
share of what a sentence could reach that says every telling word of the question many times. A sentence answers where
it says enough of the question's words and means the like, or means the very same; a quote claims no more than it says.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from assistant.answering.quoting import sentences
from assistant.answering.suspicion import is_suspicious
from data.records import Policy, Product, Review
from retrieval.encoder import Encoder
from retrieval.tokens import tokens

Source = Literal["listing", "review", "policy"]

K1, B = 1.2, 0.5  # short sentences: their length says little
SAID = 0.5  # share of the question's words, rarer ones counting more, from which a sentence speaks of the matter
LIKE_ENOUGH = 0.25  # cosine that it needs then: "light" of a lamp is not "light" of a tent
THE_SAME = 0.62  # cosine from which a sentence answers whatever its words
WHOLLY = 0.85  # a keyword has to say all that is asked
NEAREST = 0.33  # cosine from which it is worth telling as the nearest thing said


@dataclass(frozen=True)
class Passage:
    """`topic` is the policy's heading; "tags" for the words under which the shop lists the product."""

    text: str
    source: Source
    topic: str = ""


@dataclass(frozen=True)
class Found:
    """The passages that answer, best first; and where none does the nearest that there is, if it is near at all."""

    answers: list[Passage]
    nearest: Passage | None = None


def of_listing(product: Product) -> list[Passage]:
    """The description's sentences and the tags."""
    found = [Passage(sentence, "listing") for sentence in sentences(product.description)]
    return found + [Passage(tag, "listing", "tags") for tag in product.tags if not is_suspicious(tag)]


def of_reviews(reviews: Sequence[Review]) -> list[Passage]:
    texts = dict.fromkeys(sentence for review in reviews for sentence in sentences(review.text))
    return [Passage(text, "review") for text in texts]


def of_policies(policies: Sequence[Policy], topics: Sequence[str]) -> list[Passage]:
    chosen = [policy for policy in policies if any(topic in policy.topic.lower() for topic in topics)]
    return [Passage(text, "policy", policy.topic) for policy in chosen for text in sentences(policy.text)]


def search(passages: Sequence[Passage], words: Sequence[str], question: str, encoder: Encoder) -> Found:
    """`words` are the question's telling words, `question` the whole of it, both in the passages' language."""
    if not passages or not words:
        return Found([])
    texts = [passage.text for passage in passages]
    said = shares_said(texts, words)
    # Only what shares a word is worth the encoder's time, unless that leaves nothing to weigh.
    rows = np.flatnonzero(said > 0) if said.max() >= SAID else np.arange(len(texts))
    likeness = np.zeros(len(texts), dtype=np.float32)
    likeness[rows] = encoder.encode([texts[row] for row in rows]) @ encoder.encode_query(question)
    tags = np.array([passage.topic == "tags" for passage in passages])
    sentence_speaks = ((said >= SAID) & (likeness >= LIKE_ENOUGH)) | (likeness >= THE_SAME)
    speaks = np.where(tags, (said >= WHOLLY) & _says_little_else(texts, words), sentence_speaks)
    order = np.argsort(-(likeness + said - 2 * tags), kind="stable")  # a sentence says more than a keyword
    answers = [passages[row] for row in order if speaks[row]]
    best = int(np.argmax(np.where(tags, -1, likeness)))
    near = passages[best] if likeness[best] >= NEAREST and not tags[best] else None
    return Found(answers, None if answers else near)


def _says_little_else(texts: Sequence[str], words: Sequence[str]) -> np.ndarray:
    """Whether half of a text's words are asked for: "gift for baby showers" says nothing of babies."""
    asked = {token for word in words for token in tokens(word)}
    return np.array([2 * len(asked & set(own)) >= len(own) for own in (list(tokens(text)) for text in texts)])


def shares_said(texts: Sequence[str], words: Sequence[str]) -> np.ndarray:
    """float `[len(texts)]`, 0 to 1: BM25 over what all words could give; a word no text has counts as the rarest."""
    counts = [Counter(tokens(text)) for text in texts]
    lengths = np.array([max(1, sum(count.values())) for count in counts], dtype=float)
    norms = K1 * (1 - B + B * lengths / lengths.mean())
    asked = list(dict.fromkeys(token for word in words for token in tokens(word)))
    scores, possible = np.zeros(len(texts)), 0.0
    for token in asked:
        has = np.array([count[token] for count in counts], dtype=float)
        idf = math.log(1 + (len(texts) - np.count_nonzero(has) + 0.5) / (np.count_nonzero(has) + 0.5))
        # One mention is enough here: the saturated frequency counts from a single one as nearly whole.
        scores += idf * np.where(has > 0, np.maximum(has * (K1 + 1) / (has + norms), 0.9), 0.0)
        possible += idf
    return np.minimum(scores / possible, 1.0) if possible else scores
