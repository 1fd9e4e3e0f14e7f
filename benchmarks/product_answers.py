"""Whether a reply about a product is true, judged by its record and its reviews alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

from assistant.answering.measures import Measure, only_measure
from assistant.answering.names import name_in
from assistant.replies.phrases import money
from assistant.turn import Language, Turn
from data.records import Product, Review

Outcome = Literal["right", "wrong", "silent"]
"""`silent`: it says that nothing is written where something is. `wrong`: a yes or no, a figure or a quote that does not
answer, or answers falsely; where nothing is written, anything but saying so."""

_YES = re.compile(r"^(?:Yes\b|是的|可以，)")
_NO = re.compile(r"^(?:No\.|不是。|不行。)")
_SILENT = re.compile(r"doesn't say|没有说明")
PLEASED, DISPLEASED = 4, 2


def judge(case: dict[str, Any], product: Product, reviews: Sequence[Review], turn: Turn) -> Outcome:
    text, language = turn.text, turn.understanding.language
    silent = bool(_SILENT.search(text))
    if "silent" in case:
        return "right" if silent and not (_YES.search(text) or _NO.search(text)) else "wrong"
    right = _is_right(case, product, reviews, text, language)
    return "right" if right else "silent" if silent else "wrong"


def _is_right(case: dict[str, Any], product: Product, reviews: Sequence[Review], text: str, language: Language) -> bool:
    verdict = True if _YES.search(text) else False if _NO.search(text) else None
    if "feature" in case:
        truth = product.attributes[case["feature"]] == "yes"
        return verdict in (truth, None) and _tells(product, case["feature"], text, language)
    if "measure" in case:
        return verdict == _within(case, product) and _tells(product, case["measure"], text, language)
    if "value" in case:
        return verdict is None and ", ".join(product.values(case["value"])) in text
    if "quoted" in case:
        return verdict is None and _tells(product, case["quoted"], text, language)
    if "other" in case:
        told = _tells(product, case["other"], text, language)
        return verdict is not True and (told or (case.get("lenient", False) and bool(_SILENT.search(text))))
    if "policy" in case:
        return case["policy"] in text
    if "uses" in case:
        return bool(re.search(rf"“[^”]*{case['uses']}", text))
    return _counts(case, product, reviews, text, language)


def _counts(case: dict[str, Any], product: Product, reviews: Sequence[Review], text: str, language: Language) -> bool:
    """What is counted or priced, recomputed from the records."""
    if "mentions" in case:
        voices = sum(bool(re.search(rf"\b{case['mentions']}s?\b", review.text, re.I)) for review in reviews)
        if not voices:
            return bool(re.search(r"None of the|都没有提到", text))
        return _figure(voices, text) or (voices == 1 and bool(re.search(r"\bOne of the|有一条", text)))
    match case["fact"]:
        case "price":
            return money(product.price, product.currency, language) in text
        case "stock":
            return _figure(product.stock or 0, text) if product.in_stock else bool(re.search("out of stock|缺货", text))
        case "rating":
            return product.rating is None or f"{product.rating:g}" in text
        case _:
            pleased = sum((review.rating or 0) >= PLEASED for review in reviews)
            displeased = sum(review.rating is not None and review.rating <= DISPLEASED for review in reviews)
            return all(_figure(count, text) for count in (len(reviews), pleased, displeased))


def _figure(number: int, text: str) -> bool:
    return bool(re.search(rf"(?<![\d.]){number}(?![\d.]\d|\d)", text))


def _tells(product: Product, name: str, text: str, language: Language) -> bool:
    value = ", ".join(product.values(name))
    value = {"yes": "是", "no": "否"}.get(value, value) if language == "zh" else value
    return bool(re.search(rf"“{re.escape(name_in(name, language))}[:：]\s?{re.escape(value)}”", text))


def _within(case: dict[str, Any], product: Product) -> bool:
    """What the case's number comes to, by plain arithmetic on the stated measure."""
    stated = only_measure(product.attributes[case["measure"]].replace("from birth", "from 0 months"))
    assert isinstance(stated, Measure), product.attributes[case["measure"]]
    asked = float(case["asked"])
    match case["is"]:
        case "at_most":
            return asked <= stated.high * 1.001
        case "at_least":
            return asked >= stated.low - 1e-6
        case "below":
            return stated.high < asked
        case "equal":
            return abs(stated.low - asked) < asked * 0.001
        case _:
            return stated.low - 1e-6 <= asked <= stated.high + 1e-6
