"""One question asked of several products: who is a yes, who is a no, of whom nothing is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from assistant.answering.answer import Answer
from assistant.answering.question import Question
from assistant.replies.reasons import short_name
from assistant.turn import Note
from data.records import Product


def titles_of(products: Sequence[Product]) -> dict[str, str]:
    """What to call each: its title as one would say it, the whole of it where two would be called the same."""
    short = {product.product_id: short_name(product.title) for product in products}
    counts = Counter(short.values())
    return {
        product.product_id: short[product.product_id] if counts[short[product.product_id]] == 1 else product.title
        for product in products
    }


def side_by_side(
    question: Question, products: Sequence[Product], answers: Sequence[Answer], titles: dict[str, str]
) -> tuple[list[Note], list[Product]]:
    """What to say, and the products that it comes to: those with a yes where "which" was asked and some have one."""
    if len(products) == 1:
        return answers[0].notes, list(products)
    if all(answer.verdict is None for answer in answers):
        return _one_by_one(products, answers, titles), list(products)
    lines: dict[tuple[bool, str], list[str]] = defaultdict(list)
    for product, answer in zip(products, answers, strict=True):
        if answer.verdict is not None:
            lines[answer.verdict, answer.stated].append(titles[product.product_id])
    notes = [
        Note(key="several_yes" if verdict else "several_no", values={"line": line, "titles": _listed(names)})
        for (verdict, line), names in sorted(lines.items(), key=lambda each: not each[0][0])
    ]
    rest = [(p, a) for p, a in zip(products, answers, strict=True) if a.verdict is None]
    notes += _one_by_one([product for product, _ in rest], [answer for _, answer in rest], titles)
    yes = [product for product, answer in zip(products, answers, strict=True) if answer.verdict]
    return notes, yes if yes and question.which else list(products)


def _one_by_one(products: Sequence[Product], answers: Sequence[Answer], titles: dict[str, str]) -> list[Note]:
    silent = [titles[p.product_id] for p, a in zip(products, answers, strict=True) if not a.says]
    notes = [note for answer in answers if answer.says for note in answer.notes]
    return notes + ([Note(key="several_silent", values={"titles": _listed(silent)})] if silent else [])


def _listed(names: list[str]) -> str:
    return "; ".join(names)
