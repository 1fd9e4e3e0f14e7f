"""How well the sides of reviewers' sentences are told, against the specification that the demo's reviews come from.

The specification says of each sentence whether it is praise or a gripe; the lexicon has never seen it.
"""

from __future__ import annotations

import time

import numpy as np

from assistant import Assistant
from assistant.answering.aspects import aspects
from assistant.answering.opinions import claims
from benchmarks.documents import markdown
from benchmarks.evaluation import Report
from data.demo.products import compose
from data.demo.reviews import Opinions
from data.demo.specs import load_departments
from data.records import Review
from data.store import Store

SHORTEST = 12  # characters: what is shorter stands in several sentences of the specification
MANY_REVIEWS = 30
DEMO_SEED = 7  # of make_demo_store


def opinions_of_demo_reviews(shop: Assistant, store: Store) -> Report:
    """`reviews.side`: share of sentences with the right side; `reviews.summary_ms`: median time of a summary of the
    products with many reviews, nothing of it remembered."""
    right = told = 0
    specified = {product.product_id: Opinions.of(product) for product in compose(load_departments(), DEMO_SEED)}
    for row in store.reviews().to_pylist():
        if (opinions := specified.get(row["product_id"])) is None:
            continue
        for text, side in _sides(Review.model_construct(**row)):
            praise, gripe = (
                any(text in known.lower() for known in each) for each in (opinions.praises, opinions.gripes)
            )
            if praise != gripe:
                told += 1
                right += side == (1 if praise else -1)
    times = _summary_times(shop)
    figures = {
        "reviews.sentences": float(told),
        "reviews.side": right / told,
        "reviews.summary_ms": float(np.median(times)),
    }
    rows = [["reviews", "figure"], ["sentences whose side is specified", f"{told:,}"]]
    rows += [["read on the right side", f"{right / told:.1%}"]]
    rows += [[f"summary of a product with {MANY_REVIEWS} to 50 reviews, median", f"{np.median(times):.0f} ms"]]
    return Report(figures, {"product_reviews": markdown(rows)})


def _sides(review: Review) -> list[tuple[str, int]]:
    return [(claim.text.lower(), claim.side) for claim in claims((review,)) if len(claim.text) >= SHORTEST]


def _summary_times(shop: Assistant) -> list[float]:
    """Milliseconds, each after the encoder has been used once."""
    encoder = shop.shop.search.encoder
    encoder.encode(["ready"])
    times = []
    for product_id in shop.shop.catalogue.ids:
        reviews = tuple(shop.shop.reviews(product_id))
        if len(reviews) >= MANY_REVIEWS:
            started = time.perf_counter()
            aspects(claims(reviews), shop.product(product_id), encoder)
            times.append(1000 * (time.perf_counter() - started))
    return times
