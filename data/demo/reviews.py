"""What shoppers write: true to the product's attributes, and to the stars they gave."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import yaml

from data.demo.colours import colours
from data.demo.interactions import END, Ratings
from data.demo.phrasing import sentence
from data.demo.products import DemoProduct
from data.schema import REVIEWS

REVIEWS_WANTED = 10_000
WEIGHT_OF_COMMON = 0.3  # of sentences that many families share
SHARE_IN_CHINESE = 0.05
LAST_SECOND = int(END.timestamp()) - 1
MAX_DELAY_S = 5 * 86_400  # a review is written within days of the stars

Mood = Literal["pleased", "mixed", "displeased"]
_COMMON_WORDS = frozenset({"than", "that", "this", "with", "have", "more", "when", "after", "from", "every", "would"})
_PHRASES = Path(__file__).with_name("phrases.yaml")


@dataclass(frozen=True, slots=True)
class Opinions:
    """Sentences that are true of one product, ready to be said; what only its family says comes up more often."""

    praises: list[str]
    gripes: list[str]
    praise_weights: list[float]
    gripe_weights: list[float]

    @classmethod
    def of(cls, product: DemoProduct) -> Opinions:
        praises: list[tuple[str, float]] = []
        gripes: list[tuple[str, float]] = []
        for claim in product.department.claims_of(product.family):
            weight = 1.0 if claim in product.family.claims else WEIGHT_OF_COMMON
            holds = claim.condition.holds(product.attributes)
            praises += [(text, weight) for text in (claim.praise if holds else ())]
            gripes += [(text, weight) for text in (claim.gripe if holds else claim.lack)]
        said = product.said
        return cls(
            [sentence(text, said) for text, _ in praises],
            [sentence(text, said) for text, _ in gripes],
            [weight for _, weight in praises],
            [weight for _, weight in gripes],
        )

    def draw_praises(self, count: int, rng: np.random.Generator) -> list[str]:
        return _unlike(_weighted_order(self.praises, self.praise_weights, rng), [], count)

    def draw_gripes(self, count: int, beside: list[str], rng: np.random.Generator) -> list[str]:
        """Complaints about something else than what the same reviewer praises."""
        return _unlike(_weighted_order(self.gripes, self.gripe_weights, rng), beside, count)


def write_reviews(products: list[DemoProduct], ratings: Ratings, wanted: int, seed: int) -> pa.Table:
    """A review for `wanted` of the ratings (all, where there are fewer), sorted by time."""
    rng = np.random.default_rng([seed, 3])
    chosen = np.sort(rng.permutation(len(ratings.stars))[:wanted])
    opinions = {int(row): Opinions.of(products[row]) for row in np.unique(ratings.products[chosen])}
    rows: list[dict[str, object]] = []
    for at in chosen:
        row, stars = int(ratings.products[at]), int(ratings.stars[at])
        writes = _in_chinese if rng.random() < SHARE_IN_CHINESE else _in_english
        title, text = writes(products[row], opinions[row], stars, rng)
        rows.append(
            {
                "product_id": products[row].product_id,
                "user_id": ratings.users[at],
                "rating": float(stars),
                "title": title,
                "text": text,
                "timestamp": min(int(ratings.seconds[at] + rng.integers(60, MAX_DELAY_S)), LAST_SECOND) * 1_000_000,
            }
        )
    rows.sort(key=lambda review: (review["timestamp"], review["product_id"]))
    numbered = [{"review_id": f"r{number:05d}", **review} for number, review in enumerate(rows, 1)]
    return pa.Table.from_pylist(numbered, schema=REVIEWS)


def _in_english(product: DemoProduct, opinions: Opinions, stars: int, rng: np.random.Generator) -> tuple[str, str]:
    phrases = _phrases()
    mood = _mood(stars)
    said = product.said | {"use": str(rng.choice(product.family.uses))}
    praises = opinions.draw_praises(1 + int(rng.random() < (0.45 if stars == 5 else 0.3)), rng)
    gripes = opinions.draw_gripes(1 + int(stars == 1 and rng.random() < 0.6), praises if stars > 2 else [], rng)
    openers = phrases["openers"][mood] + ([] if product.family.bought_again else phrases["durable"][mood])
    parts = _maybe(openers, 0.62, rng)
    if stars == 5:
        parts += praises
        parts += _maybe(phrases["closers"]["pleased"], 0.4, rng)
    elif stars == 4:
        parts += praises
        if rng.random() < 0.5:
            parts.append(f"{rng.choice(phrases['turns'])} {_continued(gripes[0])}")
        parts += _maybe(phrases["closers"]["good"], 0.3, rng)
    elif stars == 3:
        parts += [praises[0], f"{rng.choice(phrases['contrasts'])} {_continued(gripes[0])}"]
        parts += _maybe(phrases["closers"]["mixed"], 0.35, rng)
    else:
        parts += gripes
        parts += _maybe(phrases["consolations"], 0.3, rng) if stars == 2 else []
        parts += _maybe(phrases["closers"]["displeased"], 0.5, rng)
    title = sentence(str(rng.choice(phrases["titles"][stars])), said)
    return title, " ".join(sentence(part, said) for part in parts[:4])


def _in_chinese(product: DemoProduct, opinions: Opinions, stars: int, rng: np.random.Generator) -> tuple[str, str]:
    phrases = _phrases()["chinese"]
    mood = _mood(stars)
    said = {"name": str(rng.choice(product.family.chinese)), "brand": product.brand.name}
    parts = _some(phrases[mood], 1 + int(rng.random() < 0.4), rng)
    if mood == "pleased" and "colour" in product.attributes and rng.random() < 0.5:
        said["colour"] = colours()[product.attributes["colour"]].chinese
        parts.append(str(rng.choice(phrases["colour"])))
    return str(rng.choice(phrases["titles"][stars])), "".join(sentence(part, said) for part in parts)


def _mood(stars: int) -> Mood:
    return "pleased" if stars >= 4 else "mixed" if stars == 3 else "displeased"


def _weighted_order(texts: list[str], weights: list[float], rng: np.random.Generator) -> list[str]:
    keys = np.log(weights) + rng.gumbel(size=len(texts))
    return [texts[at] for at in np.argsort(-keys)]


def _unlike(ordered: list[str], beside: list[str], count: int) -> list[str]:
    """The first `count` that share no long word with those beside or before them; the first of all if none is left."""
    chosen: list[str] = []
    for text in ordered:
        if len(chosen) < count and not any(_long_words(text) & _long_words(other) for other in (*beside, *chosen)):
            chosen.append(text)
    return chosen or ordered[:1]


def _long_words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w{4,}", text.lower()) if word not in _COMMON_WORDS}


def _some(texts: list[str], count: int, rng: np.random.Generator) -> list[str]:
    return [texts[at] for at in rng.permutation(len(texts))[:count]]


def _maybe(texts: list[str], chance: float, rng: np.random.Generator) -> list[str]:
    return [str(rng.choice(texts))] if rng.random() < chance else []


def _continued(text: str) -> str:
    """A sentence as it goes on after a colon."""
    first = text.split(" ", 1)[0]
    keeps = first == "I" or first.startswith("I'") or (len(first) > 1 and not first[1:].islower())
    return text if keeps else text[0].lower() + text[1:]


@cache
def _phrases() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(_PHRASES.read_text(encoding="utf-8"))
    return content
