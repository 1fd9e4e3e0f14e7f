# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""`ask_product`: answered from the product's own attributes, listing and reviews, or not at all."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from assistant.actions.request import Request
from assistant.turn import Evidence, Fact, Note
from assistant.understanding.chinese import with_known_words
from assistant.understanding.cues import QUESTION
from assistant.understanding.vocabulary import stem, words_of
from data.records import Product, Review

LIKENESS = 0.42  # cosine between the question and a sentence from which the sentence answers it
SHARED_LIKENESS = 0.3  # enough where they also share a telling word
QUOTES = 2
_PRICE = re.compile(r"\bhow much\b|\bprice\b|\bcosts?\b|多少[钱錢]|[价價]格|[价價][钱錢]", re.I)
_STOCK = re.compile(
    r"\bin stock\b|\bavailable\b(?! in\b(?! stock))|\bhow many (?:are )?left\b|\bhave (?:it|them) now\b|有[货貨]|[库庫]存|[现現][货貨]",
    re.I,
)
_RATING = re.compile(r"\brat(?:ing|ed|ings)\b|\bstars\b|[评評]分", re.I)
_REVIEWS = re.compile(
    r"\breviews?\b|\b(?:people|customers|buyers|others|reviewers?) (?:say|think|like)|\bany good\b|[评評][价價论論]|口碑|好用[吗嗎]|怎么样|怎麼樣",
    re.I,
)
_ABOUT = re.compile(
    r"\b(?:tell me (?:more )?about|more (?:info|information|details?)|details? (?:of|on|about)|describe)\b|[详詳][细細]|介[绍紹]|具体",
    re.I,
)
_YES_NO = re.compile(
    r"^\W*(?:(?:and|but|so|ok|hey)[\s,]+)?(?:is|are|does|do|can|could|will|would|has|have)\b"
    r"|\b(?:is|are|does|do|can|could|will|has|have) (?:it|they|this|that|the)\b|[吗嗎](?:\W|[a-z])*$|是不是|能不能|可不可以",
    re.I,
)
_FUNCTION_WORDS = frozenset(
    "is are was the a an it its this that these those does do can could will would has have how what which when where who why "
    "of on in to for from with by and or one first second third fourth fifth last be i you they them there any".split()
)
# Words that ask for an attribute under another name.
_ASKED_AS = {
    "material": "made fabric material 材质 材質 材料 面料",
    "size": "big large fit sizes 尺码 尺寸 多大",
    "weight": "heavy weigh weighs 多重 重量",
    "capacity": "hold volume litres ml 容量",
    "dimensions": "big large tall wide long 尺寸 多大 多高 多长",
    "colour": "color colors colour colours 颜色 顏色",
    "age": "old age 几岁 年龄",
}


class _Asked(NamedTuple):
    name: str
    value: str


def act(request: Request) -> Evidence:
    products = request.referenced()[:3]
    if not products:
        return Evidence(notes=[request.problem("which_one" if request.state.shown else "nothing_shown")])
    request.state.focus = [product.product_id for product in products]
    evidence = Evidence(products=products, suggestions=[request.say("ask_reviews"), request.say("ask_add")])
    for product in products:
        _answer(request, product, evidence)
    return evidence


def _answer(request: Request, product: Product, evidence: Evidence) -> None:
    question = with_known_words(request.message)
    attributes = _asked_attributes(product, question)
    if attributes and not _REVIEWS.search(question):
        evidence.notes += [_attribute_note(product, asked, question) for asked in attributes]
    elif _PRICE.search(question):
        evidence.notes.append(
            Note(key="answer_price", values={"title": product.title, "price": request.money(product.price)})
        )
    elif _STOCK.search(question):
        evidence.notes.append(_stock_note(product))
    elif _REVIEWS.search(question):
        _from_reviews(request, product, evidence)
    elif _RATING.search(question):
        evidence.notes.append(_rating_note(product))
    elif _ABOUT.search(question) or not QUESTION.search(question):
        _describe(product, evidence)
    else:
        _from_texts(request, product, evidence)


def _asked_attributes(product: Product, question: str) -> list[_Asked]:
    """Attributes of the product that the question names, by their name, a usual word for it, or one of their values."""
    said = {stem(word[0]) for word in words_of(question)} - _FUNCTION_WORDS
    asked = []
    for name, value in product.attributes.items():
        words = {stem(word[0]) for word in words_of(name)}
        usual = _ASKED_AS.get(name, "").split()
        value_words = {stem(word[0]) for word in words_of(value)} - _FUNCTION_WORDS
        named = words <= said or any(stem(word) in said or (not word.isascii() and word in question) for word in usual)
        names_value = value.lower() not in ("yes", "no") and len(value) > 3 and value_words and value_words <= said
        if named or names_value:
            asked.append(_Asked(name, value))
    return asked[:2]


def _attribute_note(product: Product, asked: _Asked, question: str) -> Note:
    values = {"title": product.title, "name": asked.name, "value": ", ".join(product.values(asked.name))}
    if not _YES_NO.search(question):
        return Note(key="answer_attribute", values=values)
    if asked.value.lower() in ("yes", "no"):
        return Note(key="answer_yes" if asked.value.lower() == "yes" else "answer_no", values=values)
    said = {stem(word[0]) for word in words_of(question)}
    offered = [value for value in product.values(asked.name) if {stem(word[0]) for word in words_of(value)} <= said]
    return Note(key="answer_yes", values=values) if offered else Note(key="answer_attribute", values=values)


def _stock_note(product: Product) -> Note:
    if not product.in_stock:
        return Note(key="answer_out_of_stock", values={"title": product.title})
    if product.stock is None:
        return Note(key="answer_in_stock", values={"title": product.title})
    return Note(key="answer_stock", values={"title": product.title, "stock": product.stock})


def _rating_note(product: Product) -> Note:
    if product.rating is None:
        return Note(key="answer_no_rating", values={"title": product.title})
    values = {"title": product.title, "rating": f"{product.rating:g}", "ratings": f"{product.rating_count:,}"}
    return Note(key="answer_rating", values=values)


def _from_reviews(request: Request, product: Product, evidence: Evidence) -> None:
    """The rating, and one voice from each side where there are two sides."""
    reviews = request.shop.reviews(product.product_id)
    evidence.notes.append(_rating_note(product))
    if not reviews:
        evidence.notes.append(Note(key="no_reviews", values={"title": product.title}))
    kind = [review for review in reviews if (review.rating or 0) >= 4][:1]
    critical = [review for review in reviews if review.rating is not None and review.rating <= 3][:1]
    for review in kind + critical or reviews[:1]:
        evidence.notes.append(Note(key="reviews_say", values={"text": _short(review.text)}))
        evidence.facts.append(Fact(text=review.text, source="review"))


def _describe(product: Product, evidence: Evidence) -> None:
    text = _short(product.description, 320) or ", ".join(
        f"{name}: {value}" for name, value in product.attributes.items()
    )
    key, values = (
        ("listing_says", {"title": product.title, "text": text})
        if text
        else ("listing_silent", {"title": product.title})
    )
    evidence.notes.append(Note(key=key, values=values))
    evidence.facts.append(Fact(text=product.description, source="listing"))
    evidence.elaborate = bool(text)


def _from_texts(request: Request, product: Product, evidence: Evidence) -> None:
    """The sentences of listing and reviews nearest to the question; none near enough: the listing doesn't say."""
    passages = _passages(product, request.shop.reviews(product.product_id))
    best = _nearest(request, [text for text, _ in passages])
    for position in best:
        text, source = passages[position]
        key = "listing_says" if source == "listing" else "reviews_say"
        evidence.notes.append(Note(key=key, values={"title": product.title, "text": text}))
        evidence.facts.append(Fact(text=text, source=source))
    if not best:
        evidence.notes.append(Note(key="listing_silent", values={"title": product.title}))


def _passages(product: Product, reviews: list[Review]) -> list[tuple[str, str]]:
    passages = dict.fromkeys(_sentences(product.description), "listing")
    for review in reviews:
        passages |= {sentence: "review" for sentence in _sentences(review.text) if sentence not in passages}
    return list(passages.items())


def _nearest(request: Request, passages: list[str]) -> list[int]:
    if not passages:
        return []
    encoder = request.shop.search.encoder
    likeness = encoder.encode(passages) @ encoder.encode_query(request.message)
    telling = {stem(word[0]) for word in words_of(request.message) if len(word[0]) > 3} - _FUNCTION_WORDS
    shares = np.array([bool(telling & {stem(word[0]) for word in words_of(text)}) for text in passages])
    answers = (likeness >= LIKENESS) | (shares & (likeness >= SHARED_LIKENESS))
    order = np.argsort(-(likeness + 0.1 * shares))
    return [int(position) for position in order if answers[position]][:QUOTES]


def _sentences(text: str) -> list[str]:
    return [
        sentence.strip() for sentence in re.split(r"(?<=[.!?。!?])\s+|\n+", text) if 8 < len(sentence.strip()) < 400
    ]


def _short(text: str, most: int = 220) -> str:
    """Whole sentences up to so many characters."""
    kept = ""
    for sentence in _sentences(text) or [text]:
        if kept and len(kept) + len(sentence) > most:
            break
        kept = f"{kept} {sentence}".strip()
    return kept[: most + 100]
