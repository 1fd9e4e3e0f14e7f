"""`ask_product`: answered from the product's attributes, listing and reviews and the shop's policies, or not at all."""

from __future__ import annotations

import re

from assistant.actions import calculate
from assistant.actions.policy_quotes import quote
from assistant.actions.request import Request
from assistant.answering import passages
from assistant.answering.answer import Answer
from assistant.answering.attributes import Listing
from assistant.answering.names import name_in
from assistant.answering.opinion_questions import asked_about, from_reviews
from assistant.answering.passages import Passage
from assistant.answering.question import Question
from assistant.answering.quoting import quote as quoted
from assistant.answering.several import side_by_side, titles_of
from assistant.answering.suspicion import trusted_attributes
from assistant.turn import Evidence, Fact, Language, Note
from assistant.understanding.language import has_cjk
from assistant.understanding.vocabulary import stem, words_of
from data.records import Policy, Product

MOST = 4  # products asked about at once; "which of these" asks of the whole list shown
QUOTES = 2
DESCRIPTION = 320  # characters


def act(request: Request) -> Evidence:
    if request.understanding.calculates and (sum_ := calculate.act(request)) is not None:
        return sum_
    question = _question(request)
    products = _products(request, Question(request.message, request.understanding.english))
    if not products:
        if question.policies and not request.shop.policies:
            return Evidence(notes=[Note(key="policy_none", values={"contact": request.contact()})])
        if question.policies and (answered := request.shop.policy_book.answer(request.message, sure=True).passages):
            return quote(request, answered)  # "when will it get here", of nothing in particular
        return Evidence(notes=[request.problem("which_one" if request.state.shown else "nothing_shown")])
    titles = titles_of(products)
    answers = [_answer(request, question, product, titles[product.product_id]) for product in products]
    if not any(answer.says for answer in answers):
        answered = request.shop.policy_book.answer(request.message).passages
        if answered:  # what no listing says may be a matter of the shop's rules
            return quote(request, answered)
    told, chosen = side_by_side(question, products, answers, titles)
    notes = [note for at, note in enumerate(told) if note not in told[:at]]  # what holds for all is said once
    request.state.focus = [product.product_id for product in chosen]
    return Evidence(
        products=chosen,
        notes=notes,
        facts=[fact for answer in answers for fact in answer.facts],
        suggestions=[request.say("ask_reviews"), request.say("ask_add")],
        elaborate=question.topic == "about" and len(products) == 1 and answers[0].says,
    )


def _question(request: Request) -> Question:
    """The message; after "and the second?" the question before it, asked of another product."""
    question = Question(request.message, request.understanding.english)
    if question.follows and request.state.product_question:
        return Question(request.state.product_question, request.state.product_english)
    request.state.product_question, request.state.product_english = request.message, request.understanding.english
    return question


def _products(request: Request, question: Question) -> list[Product]:
    """Those pointed at; for "which of these is waterproof?" the list on the table where nothing else is meant."""
    pointed = request.referenced()
    of_list = question.of_several and request.understanding.problem in ("", "which_one")
    if of_list and len(pointed) < 2 and len(request.state.shown) > 1 and not question.follows:
        several = request.state.focus if len(request.state.focus) > 1 else request.state.shown
        return request.shop.known(several)
    if not pointed and request.understanding.problem == "which_one" and len(request.state.shown) <= MOST:
        return request.shop.known(request.state.shown)  # of two or three each can be told
    return pointed[:MOST]


def _answer(request: Request, question: Question, product: Product, title: str) -> Answer:
    listing = Listing(product, title, request.shop.catalogue, request.understanding.language)
    topic = question.topic
    if topic == "reviews":
        return _from_reviews(request, question, product, title)
    if topic == "stock":
        return Answer(notes=[_stock_note(product, title)])
    if topic == "rating":
        return Answer(notes=[_rating_note(product, title)])
    if topic == "about":
        return _described(listing)
    if (answer := listing.answer(question)) is not None:
        return _with_policy(request, question, answer) if topic == "policy" else answer
    if topic == "price":
        return Answer(notes=[_price_note(request, product, title)])
    if topic == "policy" and (answer := _from_policies(request, question)) is not None:
        return answer
    return _from_texts(request, question, listing)


def _price_note(request: Request, product: Product, title: str) -> Note:
    return Note(key="answer_price", values={"title": title, "price": request.money(product.price)})


def _stock_note(product: Product, title: str) -> Note:
    if not product.in_stock:
        return Note(key="answer_out_of_stock", values={"title": title})
    if product.stock is None:
        return Note(key="answer_in_stock", values={"title": title})
    return Note(key="answer_stock", values={"title": title, "stock": product.stock})


def _rating_note(product: Product, title: str) -> Note:
    if product.rating is None:
        return Note(key="answer_no_rating", values={"title": title})
    values = {"title": title, "rating": f"{product.rating:g}", "ratings": f"{product.rating_count:,}"}
    if product.rating_count == 1:
        return Note(key="answer_rating_one", values={"title": title, "rating": f"{product.rating:g}"})
    return Note(key="answer_rating", values=values)


def _from_reviews(request: Request, question: Question, product: Product, title: str) -> Answer:
    reviews, encoder = request.shop.reviews(product.product_id), request.shop.search.encoder
    language = request.understanding.language
    answer = from_reviews(question, product, reviews, encoder, title, language)
    of_something = not answer.says and asked_about(question, product)
    listed = Listing(product, title, request.shop.catalogue, language).answer(question) if of_something else None
    if listed is not None:  # "how does it keep things warm?": what no reviewer says, the listing may
        return Answer(listed.notes + answer.notes, listed.facts, listed.verdict, name=listed.name, stated=listed.stated)
    answer.notes.insert(0, _rating_note(product, title))
    return answer


def _described(listing: Listing) -> Answer:
    product = listing.product
    lines = (listing.line(name) for name in trusted_attributes(product))
    text = quoted(product.description, DESCRIPTION) or ", ".join(lines)
    if not text:
        return Answer(notes=[Note(key="listing_silent", values={"title": listing.title})], says=False)
    fact = Fact(text=product.description or text, source="listing")
    return Answer(notes=[Note(key="listing_says", values={"title": listing.title, "text": text})], facts=[fact])


def _from_policies(request: Request, question: Question) -> Answer | None:
    """The sentences of the policy that come nearest; in another language than the policy's its first ones."""
    policies = request.shop.policies
    found = passages.of_policies(policies, question.policies)
    if not found:
        return None
    if not question.telling or (has_cjk(question.plain) and not has_cjk(found[0].text)):
        chosen = found[:QUOTES]
    else:
        chosen = _best_of_policy(request, question, found)
    return _policy_answer(request, chosen, policies)


def _best_of_policy(request: Request, question: Question, found: list[Passage]) -> list[Passage]:
    texts = [passage.text for passage in found]
    encoder = request.shop.search.encoder
    scores = encoder.encode(texts) @ encoder.encode_query(question.text) + passages.shares_said(texts, question.telling)
    best = set((-scores).argsort()[:QUOTES].tolist())
    topic = found[int(scores.argmax())].topic
    return [passage for row, passage in enumerate(found) if row in best and passage.topic == topic]


def _policy_answer(request: Request, chosen: list[Passage], policies: list[Policy]) -> Answer:
    topic = chosen[0].topic
    usual = topic.lower().replace(" ", "_")
    named = {"shipping", "returns", "warranty", "payment", "gift_wrap", "price_match"}
    said = request.say(f"topic_{usual}") if usual in named else topic
    said = said.lower() if request.understanding.language == "en" else said
    text = " ".join(passage.text for passage in chosen if passage.topic == topic)
    facts = [Fact(text=policy.text, source="policy") for policy in policies if policy.topic == topic]
    return Answer(notes=[Note(key="policy_says", values={"topic": said, "text": text})], facts=facts)


def _with_policy(request: Request, question: Question, answer: Answer) -> Answer:
    """What the listing states (its own guarantee) and, behind it, what the shop's policy adds."""
    policy = _from_policies(request, question)
    if policy is not None:
        answer.notes, answer.facts = answer.notes + policy.notes, answer.facts + policy.facts
    return answer


def _from_texts(request: Request, question: Question, listing: Listing) -> Answer:
    """The sentences of listing and reviews that speak to the question; none: the listing doesn't say."""
    product, encoder = listing.product, request.shop.search.encoder
    words, whole = _in_their_language(question, product)
    listed = passages.search(passages.of_listing(product), words, whole, encoder)
    reviewed = passages.search(passages.of_reviews(request.shop.reviews(product.product_id)), words, whole, encoder)
    chosen = [*listed.answers[:1], *reviewed.answers[:1]]
    if not chosen:
        return _silent(request, question, listing, listed.nearest or reviewed.nearest)
    notes = [_quoted(passage, listing) for passage in chosen]
    return Answer(notes=notes, facts=[Fact(text=passage.text, source=passage.source) for passage in chosen])


def _in_their_language(question: Question, product: Product) -> tuple[list[str], str]:
    """The telling words without what only names the product, and the question to compare meanings with."""
    own = {stem(word[0].lower()) for word in words_of(f"{product.family} {product.title.split(',')[0]}")}
    words = [word for word in question.telling if stem(word) not in own] or question.telling
    whole = " ".join(words) if has_cjk(question.plain) else question.plain
    return words, whole


def _quoted(passage: Passage, listing: Listing) -> Note:
    if passage.source == "review":
        return Note(key="reviews_say", values={"text": passage.text})
    key = "listing_tag" if passage.topic == "tags" else "listing_says"
    return Note(key=key, values={"title": listing.title, "text": passage.text})


def _as_said(name: str, question: Question, language: Language) -> str:
    """The name of what is missing, where the shopper has said just that, or where it has a name in their language."""
    called = name_in(name, language)
    if language == "zh":
        return called if has_cjk(called) else ""
    return called if re.search(rf"(?<!\w){re.escape(called)}(?!\w)", question.plain, re.IGNORECASE) else ""


def _silent(request: Request, question: Question, listing: Listing, nearest: Passage | None) -> Answer:
    """That nothing is written of it, the nearest that is, and who can help."""
    missing = listing.missing(question)
    said = _as_said(missing, question, request.understanding.language)
    values = {"title": listing.title, "name": said}
    notes = [Note(key="listing_silent_about" if said else "listing_silent", values=values)]
    facts: list[Fact] = []
    if akin := (listing.akin(missing) if missing else "") or listing.near(question):
        values = {"name": name_in(akin, request.understanding.language), "value": listing.value(akin)}
        notes.append(Note(key="listing_nearest_attribute", values=values))
        facts.append(Fact(text=f"{akin}: {listing.product.attributes.get(akin, '')}", source="listing"))
    elif nearest is not None:
        key = "listing_nearest" if nearest.source == "listing" else "reviews_nearest"
        notes.append(Note(key=key, values={"text": nearest.text}))
        facts.append(Fact(text=nearest.text, source=nearest.source))
    notes.append(Note(key="listing_ask", values={"contact": request.contact()}))
    return Answer(notes=notes, facts=facts, says=False, name=missing)
