"""Questions about products of the demo store, answered by the real dialogue and judged by what is true of each product.

    python -m benchmarks.product_questions --json docs/figures/product_questions.json --docs

The cases are in product_questions.yaml. Every phrasing is asked of a few products drawn by seed, twice: with the intent
given, which shows how good the answers are, and as a message like any other, which shows what a shopper gets.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rich.console import Console

from assistant import Assistant
from assistant.turn import DoneEvent, Turn, Understanding
from assistant.understanding.language import detect
from benchmarks.documents import markdown
from benchmarks.evaluation import Options, Report, command
from benchmarks.product_answers import Outcome, judge
from benchmarks.review_opinions import opinions_of_demo_reviews
from data.records import Product
from data.store import Store, locate

CASES = Path(__file__).with_name("product_questions.yaml")
SEED = 11
KINDS = ("feature", "value", "measure", "quoted", "other", "silent", "policy", "uses", "mentions", "fact")
FEWEST_REVIEWS = {"mentions": 3, "opinions": 5}


@dataclass(frozen=True)
class Asked:
    """One phrasing of one case, asked of one product."""

    case: dict[str, Any]
    product: Product
    message: str

    @property
    def kind(self) -> str:
        return next(kind for kind in KINDS if kind in self.case)


@dataclass(frozen=True)
class Judged:
    asked: Asked
    outcome: Outcome
    routed: bool  # read as a question about the product (or about a policy)
    typed: Outcome  # of the message as a shopper types it
    reply: str


def measure(options: Options, console: Console) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "demo"
        shutil.copytree(locate(options.store), copy)
        shop = Assistant.open(copy, llm="none", progress=False)
        try:
            judged = [_judged(shop, asked) for asked in _questions(shop, options.products)]
            opinions = opinions_of_demo_reviews(shop, Store.open(copy))
        finally:
            shop.close()
    if options.show:
        for one in judged:
            if options.show in (one.outcome, one.typed):
                head = f"{one.outcome}, typed {one.typed}: {one.asked.product.product_id}: {one.asked.message}"
                console.print(f"{head}\n    {one.reply}", style="dim", highlight=False, markup=False, soft_wrap=True)
    return Report(_figures(judged)) | Report(blocks={"product_questions": _tables(judged)}) | opinions


def _questions(shop: Assistant, products: int) -> Iterator[Asked]:
    rng = np.random.default_rng(SEED)
    catalogue = shop.shop.catalogue
    for case in yaml.safe_load(CASES.read_text(encoding="utf-8")):
        family = [one for one in catalogue.ids if re.fullmatch(rf"{case['family']}-\d+", one)]
        fitting = [product for product in catalogue.known(family) if _can_be_asked(shop, case, product)]
        for message in (*case.get("en", ()), *case.get("zh", ())):
            drawn = rng.permutation(len(fitting))[:products]
            yield from (Asked(case, fitting[row], message) for row in drawn)


def _can_be_asked(shop: Assistant, case: dict[str, Any], product: Product) -> bool:
    """Whether the case's truth is defined for the product: its attribute is stated, there are reviews to count."""
    fewest = FEWEST_REVIEWS.get("mentions" if "mentions" in case else str(case.get("fact")), 0)
    stated = [case[kind] for kind in ("feature", "value", "measure", "quoted", "other") if kind in case]
    enough = not fewest or len(shop.shop.reviews(product.product_id)) >= fewest
    return enough and all(name in product.attributes for name in stated)


def _judged(shop: Assistant, asked: Asked) -> Judged:
    given = _ask(shop, asked, given=True)
    typed = _ask(shop, asked, given=False)
    routed = typed.understanding.intent in ("ask_product", *(("ask_policy",) if asked.kind == "policy" else ()))
    reviews = shop.shop.reviews(asked.product.product_id)
    outcomes = [judge(asked.case, asked.product, reviews, turn) for turn in (given, typed)]
    return Judged(asked, outcomes[0], routed, outcomes[1], given.text)


def _ask(shop: Assistant, asked: Asked, *, given: bool) -> Turn:
    """The message after the shopper has clicked on the product, in a session of its own."""
    session = f"{asked.product.product_id} {asked.message} {given}"
    language = detect(asked.message)
    click = Understanding(intent="ask_product", references=[asked.product.product_id], language=language)
    _last(shop, asked.product.title, session, click)
    question = click.model_copy(update={"query": asked.message}) if given else None
    return _last(shop, asked.message, session, question)


def _last(shop: Assistant, message: str, session: str, understood: Understanding | None) -> Turn:
    *_, done = shop.stream(message, session=session, understood=understood)
    assert isinstance(done, DoneEvent)
    return done.turn


def _figures(judged: list[Judged]) -> dict[str, float]:
    figures: dict[str, float] = {"questions": len(judged)}
    for language in ("", "en", "zh"):
        part = [one for one in judged if not language or detect(one.asked.message) == language]
        suffix = f".{language}" if language else ""
        figures[f"right{suffix}"] = _share(part, "right")
        figures[f"wrong{suffix}"] = _share(part, "wrong")
        figures[f"silent{suffix}"] = _share(part, "silent")
        figures[f"routed{suffix}"] = sum(one.routed for one in part) / len(part)
        figures[f"right.typed{suffix}"] = sum(one.typed == "right" for one in part) / len(part)
    unsaid = [one for one in judged if one.asked.kind == "silent"]
    figures["says_so_when_unsaid"] = _share(unsaid, "right")
    return figures


def _share(judged: list[Judged], outcome: Outcome) -> float:
    return sum(one.outcome == outcome for one in judged) / len(judged)


def _tables(judged: list[Judged]) -> str:
    rows = [["asked for", "questions", "right", "wrong", "“doesn't say” though it does", "right as typed"]]
    for kind in KINDS:
        part = [one for one in judged if one.asked.kind == kind]
        counts = Counter(one.outcome for one in part)
        typed = sum(one.typed == "right" for one in part)
        rows.append(
            [
                _DESCRIBED[kind],
                str(len(part)),
                *(f"{counts[outcome] / len(part):.1%}" for outcome in ("right", "wrong", "silent")),
                f"{typed / len(part):.1%}",
            ]
        )
    return markdown(rows)


_DESCRIBED = {
    "feature": "yes or no of a feature",
    "value": "what an attribute is",
    "measure": "a number against a stated measure",
    "quoted": "what the listing touches but does not answer",
    "other": "another value than the stated one",
    "silent": "what nothing is written of",
    "policy": "delivery, returns, warranty",
    "uses": "what it is good for",
    "mentions": "who of the reviewers speaks of a thing",
    "fact": "price, stock, rating, reviews on the whole",
}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", default="demo", help="the demo store, by name or path")
    parser.add_argument("--products", type=int, default=3, help="products that each phrasing is asked of")
    parser.add_argument("--show", choices=["right", "wrong", "silent"], help="print the replies with this outcome")
    command(parser, measure, arguments)


if __name__ == "__main__":
    main()
