"""What the reviewers of one product agree and disagree on, counted, and who of them speaks of a given thing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from assistant.answering.aspects import Aspect, aspects
from assistant.answering.opinions import DISPLEASED, PLEASED, claims
from assistant.answering.passages import shares_said
from assistant.answering.quoting import sentences
from data.records import Product, Review
from retrieval.encoder import Encoder

REMEMBERED = 512  # products
SAID_WHOLLY = 0.99  # of the words asked about


@dataclass(frozen=True)
class Summary:
    """Of `read` reviews `pleased` gave four stars or more and `displeased` two or fewer; the aspects most spoken of
    first."""

    read: int
    pleased: int
    displeased: int
    rated: int
    aspects: tuple[Aspect, ...]

    @property
    def praised(self) -> list[Aspect]:
        """Those that more praise than criticise, the most praised first."""
        return sorted((a for a in self.aspects if a.praised > a.criticised), key=lambda a: -a.praised)

    @property
    def criticised(self) -> list[Aspect]:
        """Those that somebody complains of, the most criticised first; where opinions differ as well."""
        return sorted((a for a in self.aspects if a.criticised), key=lambda a: -a.criticised)


def summary(product: Product, reviews: list[Review], encoder: Encoder) -> Summary:
    """Remembered for the product for as long as its reviews are the same."""
    key = tuple((review.rating, review.text) for review in reviews)
    return _summary(product.product_id, key, _ByContent(product, tuple(reviews), encoder))


def mentions(reviews: list[Review], words: list[str]) -> list[tuple[Review, str]]:
    """The reviews that say all of the words, each with the sentence that does."""
    texts = [(review, sentence) for review in reviews for sentence in sentences(review.text)]
    if not texts or not words:
        return []
    said = shares_said([text for _, text in texts], words)
    found: dict[int, tuple[Review, str]] = {}
    for (review, text), share in zip(texts, said, strict=True):
        if share >= min(SAID_WHOLLY, 0.85):
            found.setdefault(id(review), (review, text))
    return list(found.values())


class _ByContent:
    """An argument that does not count for what is remembered: the key beside it says all that matters."""

    def __init__(self, product: Product, reviews: tuple[Review, ...], encoder: Encoder) -> None:
        self.product, self.reviews, self.encoder = product, reviews, encoder

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByContent) and self.encoder is other.encoder

    def __hash__(self) -> int:
        return hash(self.encoder.name)


@lru_cache(maxsize=REMEMBERED)
def _summary(product_id: str, key: tuple[tuple[float | None, str], ...], content: _ByContent) -> Summary:
    stars = [rating for rating, _ in key if rating is not None]
    return Summary(
        read=len(key),
        pleased=sum(rating >= PLEASED for rating in stars),
        displeased=sum(rating <= DISPLEASED for rating in stars),
        rated=len(stars),
        aspects=tuple(aspects(claims(content.reviews), content.product, content.encoder)),
    )
