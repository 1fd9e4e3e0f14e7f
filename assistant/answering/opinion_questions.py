# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Questions that reviewers answer: what they say on the whole, what they praise or complain of, who speaks of a thing."""

from __future__ import annotations

import re

from assistant.answering.answer import Answer
from assistant.answering.aspects import Aspect
from assistant.answering.names import name_in
from assistant.answering.opinions import lexicon
from assistant.answering.question import Question
from assistant.answering.quoting import quote
from assistant.answering.reviews import Summary, mentions, summary
from assistant.turn import Fact, Language, Note
from assistant.understanding.language import has_cjk
from assistant.understanding.vocabulary import stem, words_of
from data.records import Product, Review
from retrieval.encoder import Encoder

MOST_PRAISED, MOST_CRITICISED = 2, 2  # aspects told; asked for one side only, twice as many
_BAD = re.compile(
    r"\b(?:bad|wrong|cons|downsides?|drawbacks?|negatives?|weakness\w*|complain\w*|complaints?|problems?|not (?:so )?good|dislikes?|hate|worst|criticis\w+)\b"
    r"|[缺][点點]|毛病|不足|吐槽|差[评評]|不好|抱怨|[问問][题題]",
    re.I,
)
_GOOD = re.compile(
    r"\b(?:pros|what(?:'s| is| are| do)\b.{0,24}\b(?:good|great|like|love|praise)|positives?|strengths?|praise[ds]?|best thing)\b|[优優][点點]|好[评評]|[长長][处處]",
    re.I,
)
_OF_REVIEWS = frozenset(
    stem(word)
    for word in (
        "review reviews reviewer reviewers people customer customers buyer buyers user users shopper shoppers others owner owners everyone anyone anybody "
        "someone somebody say think like love liked loved complain complaint complaints complained problem problems issue issues report mention mentioned happy recommend used tried "
        "bad wrong good great pros cons downside downsides drawback drawbacks negative negatives weakness weaknesses strength strengths "
        "praise positive positives worth money buying quality product opinion opinions feedback experience summary summarise summarize anything "
        "something everybody most common thing things find found took taken worn wore opinion general overall buy bought real honest read there far"
    ).split()
)


def from_reviews(
    question: Question, product: Product, reviews: list[Review], encoder: Encoder, title: str, language: Language
) -> Answer:
    """What the reviews say to the question. Without reviews that is said; the rating is told by whoever asks for this."""
    if not reviews:
        return Answer(notes=[Note(key="no_reviews", values={"title": title})], says=False)
    words = asked_about(question, product)
    if words:
        return _mentioning(reviews, words)
    if len(reviews) == 1:
        return _single(reviews[0])
    found = summary(product, reviews, encoder)
    notes = _counted(found, title)
    if _BAD.search(question.plain) and not _GOOD.search(question.plain):
        told = found.criticised[: 2 * MOST_CRITICISED]
        notes += [_note(aspect, found.read, language, against=True) for aspect in told]
        notes += [] if told else [Note(key="reviews_no_complaint", values={"count": found.read})]
    elif _GOOD.search(question.plain) and not _BAD.search(question.plain):
        told = found.praised[: 2 * MOST_PRAISED]
        notes += [_note(aspect, found.read, language) for aspect in told]
        notes += [] if told else [Note(key="reviews_no_praise", values={"count": found.read})]
    else:
        notes += _both_sides(found, language)
    return Answer(notes=notes, facts=[Fact(text=review.text, source="review") for review in reviews])


def asked_about(question: Question, product: Product) -> list[str]:
    """What the reviewers are to speak of ("the zip", "camping"); [] where they are asked on the whole."""
    own = {stem(word[0].lower()) for word in words_of(f"{product.title} {product.family}")}
    own -= {stem(word) for name in product.attributes for word in name.split()}
    words = [word for word in question.telling if stem(word) not in _OF_REVIEWS | own]
    if has_cjk(question.plain):
        words = question.chinese_content or words
    return words


def _mentioning(reviews: list[Review], words: list[str]) -> Answer:
    english = [word for run in words for word in _in_english(run)]
    found = mentions(reviews, words) + (mentions(reviews, english) if english else [])
    voices = {id(review): (review, text) for review, text in reversed(found)}
    said = "".join(words) if any(map(has_cjk, words)) else " ".join(words)
    values = {"count": len(reviews), "words": f"“{said}”"}
    if not voices:
        return Answer(notes=[Note(key="reviews_mention_none", values=values)], says=False)
    texts = list(dict.fromkeys(text for _, text in reversed(voices.values())))
    key = "reviews_mention" if len(voices) > 1 else "reviews_mention_one"
    note = Note(key=key, values=values | {"voices": len(voices), "text": texts[0]})
    return Answer(notes=[note], facts=[Fact(text=review.text, source="review") for review, _ in voices.values()])


def _in_english(words: str) -> list[str]:
    """What Chinese words for a side of a product are in English reviews."""
    if not has_cjk(words):
        return []
    sides = [english for english, chinese in lexicon().in_chinese.items() if chinese in words]
    return sides[:1] or Question(words).telling


def _single(review: Review) -> Answer:
    text = quote(review.text)
    values = {"text": text} if review.rating is None else {"text": text, "stars": f"{review.rating:g}"}
    key = "reviews_one" if review.rating is not None else "reviews_one_unrated"
    return Answer(notes=[Note(key=key, values=values)], facts=[Fact(text=review.text, source="review")])


def _counted(found: Summary, title: str) -> list[Note]:
    if not found.rated:
        return [Note(key="reviews_read", values={"count": found.read, "title": title})]
    values = {"count": found.read, "pleased": found.pleased, "displeased": found.displeased}
    return [Note(key="reviews_counted", values=values)]


def _both_sides(found: Summary, language: Language) -> list[Note]:
    """What most praise and what most complain of, so that neither hides the other."""
    praised = found.praised[:MOST_PRAISED]
    criticised = [aspect for aspect in found.criticised if aspect not in praised][:MOST_CRITICISED]
    notes = [_note(aspect, found.read, language) for aspect in praised]
    notes += [_note(aspect, found.read, language, against=True) for aspect in criticised]
    told_against = any(aspect.criticised for aspect in (*praised, *criticised))
    return notes if told_against else [*notes, Note(key="reviews_no_complaint", values={"count": found.read})]


def _note(aspect: Aspect, count: int, language: Language, *, against: bool = False) -> Note:
    label = _label(aspect.label, language)
    plain = "" if label else "_plain"
    if aspect.praised and aspect.criticised:
        values = {"label": label, "praised": aspect.praised, "criticised": aspect.criticised, "count": count}
        return Note(key=f"reviews_differ{plain}", values=values | {"praise": aspect.praise, "text": aspect.complaint})
    voices, text = (aspect.criticised, aspect.complaint) if against else (aspect.praised, aspect.praise)
    key = "reviews_complain" if against else "reviews_praise"
    return Note(key=f"{key}{plain}", values={"label": label, "voices": voices, "count": count, "text": text})


def _label(label: str, language: Language) -> str:
    """In Chinese only where it has a Chinese name here: the quote says it otherwise."""
    if language == "en":
        return label
    known = lexicon().in_chinese.get(label) or lexicon().in_chinese.get(label.removesuffix("s"))
    named = name_in(label, language)
    return known or (named if named != label else "")
