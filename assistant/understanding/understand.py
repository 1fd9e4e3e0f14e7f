"""One message, with the conversation so far, to an `Understanding`."""

from __future__ import annotations

import re
from dataclasses import replace

from langchain_core.language_models import BaseChatModel

from assistant.state import DialogueState
from assistant.turn import Language, Source, Understanding
from assistant.understanding import cues
from assistant.understanding.asking import asks_of_one
from assistant.understanding.brands import not_carried
from assistant.understanding.bundling import BundleReader
from assistant.understanding.carrying import conditions
from assistant.understanding.classifier import (
    OVERRULES,
    WEAK,
    Classifier,
    Guess,
    is_loose,
    message_of,
    sentences,
    settled_by,
)
from assistant.understanding.continuing import carried_over, continuing
from assistant.understanding.corrections import heard
from assistant.understanding.degrees import read_degree
from assistant.understanding.exact import ExactParts, read_exact, residue
from assistant.understanding.fitting import MEASURE
from assistant.understanding.grounding import NOTHING_GROUNDED, Grounded, ground
from assistant.understanding.intents import Settled, going_on, settle
from assistant.understanding.language import detect, normalise
from assistant.understanding.model import Reading, read_message
from assistant.understanding.quantities import parse_quantity
from assistant.understanding.querying import FIRST_HITS, QueryWriter
from assistant.understanding.references import References, resolve
from assistant.understanding.said import Said
from assistant.understanding.splitting import split_requests
from assistant.understanding.vocabulary import Mention, Vocabulary
from assistant.understanding.wording import continued, for_others, is_whom, wanted_words
from data.records import Product
from retrieval.filters import BRAND, CATEGORY, COLOUR, Filters
from retrieval.hybrid import HybridSearch
from retrieval.relevance import relevant

_ALSO = re.compile(r"\b(?:also|as well|too|or)\b|也|或者?|还要|還要", re.IGNORECASE)


_MAY = re.compile(r"\b(?:can|will|may|might) (?=(?:you|u|i|we|it|they|be)\b)", re.IGNORECASE)  # a can is a thing, too

_HOW_MANY = {"单": 1, "單": 1, "双": 2, "雙": 2, "两": 2, "三": 3, "四": 4}
_PEOPLE = re.compile(r"([单單双雙两三四])人")  # the model takes 双人 for "double"


class Understander:
    """Reads messages against one store. `model` is None where the store runs without a language model, `classifier`
    where what the rules leave open is the model's alone."""

    def __init__(
        self,
        search: HybridSearch,
        model: BaseChatModel | None,
        catalogue_language: Language,
        classifier: Classifier | None = None,
    ) -> None:
        self._search = search
        self._model = model
        self._classifier = classifier
        self.vocabulary = Vocabulary(search.catalogue)
        self._queries = QueryWriter(search, self.vocabulary, model, catalogue_language)
        self._bundles = BundleReader(search, model)

    def understand(self, message: str, state: DialogueState, in_cart: list[Product]) -> Understanding:
        text, corrects, soft = heard(self._mended(normalise(message)))
        language = detect(message, state.language)
        said = replace(self._read(text, state, in_cart), corrects=corrects, soft=soft)
        settled, source = self._by_rules(said, in_cart)
        if settled is None:
            settled, source = self._left_open(said, in_cart)
            if settled.intent == "refine" and state.kind and said.content and not cues.CONTINUES.search(text):
                settled = Settled("search")  # what is named after a recommendation is another thing
            settled = going_on(said, settled)
        if source == "classifier":
            said = self._about(said, settled)
        understanding = Understanding(
            intent=settled.intent,
            operation=settled.operation,
            problem=settled.problem,
            more=settled.more,
            counting=settled.counting,
            asks_values=settled.asks_values,
            reset=settled.reset,
            kind=settled.kind,
            new_only=settled.new_only,
            language=language,
            source=source,
        )
        if settled.rejects:
            return _refusing(understanding, said)
        if settled.kind == "goes_with" and not settled.goes_on:
            return self._for_pairing(understanding, said)
        if settled.intent == "bundle":
            understanding.bundle = self._bundles.read(text, said.parts, said.references, state)
            understanding.references = list(said.references.ids)
            return understanding
        if settled.intent == "cart":
            return self._for_cart(understanding, said)
        if settled.intent == "search" and len(wishes := self._apart(text, language)) > 1:
            understanding.several = wishes
            return understanding
        if settled.intent in ("search", "refine", "recommend") and settled.kind != "why":
            return self._for_list(understanding, said, goes_on=settled.goes_on)
        return self._for_products(understanding, said)

    def _apart(self, text: str, language: Language) -> list[Understanding]:
        """The requests of a message, each understood by itself; "can you help me?" asks for no product and is none."""
        requests = split_requests(text, self._names_a_thing)
        if len(requests) < 2:
            return []
        read = [self.understand(request, DialogueState(language=language), []) for request in requests]
        return [each for each in read if each.intent == "search" and (each.query or each.filters.category)]

    def _names_a_thing(self, text: str) -> bool:
        text = _MAY.sub(" ", text)
        return any(
            mention.field == CATEGORY and not is_whom(text[mention.start : mention.end])
            for mention in self.vocabulary.mentions(text)
        )

    def by_model_alone(self, message: str, state: DialogueState, in_cart: list[Product]) -> Understanding | None:
        """What the language model by itself takes the message for, to compare with; None where it fails."""
        said = self._read(normalise(message), state, in_cart)
        reading = self._ask_model(said.text, state)
        if reading is None:
            return None
        settled = going_on(said, _by_reading(said, reading))
        return Understanding(
            intent=settled.intent, operation=settled.operation, kind=settled.kind, problem=settled.problem, source="llm"
        )

    def _mended(self, text: str) -> str:
        return self._search.lexical.spelling.mend_message(text, self._search.encoder.knows)

    def _read(self, text: str, state: DialogueState, in_cart: list[Product]) -> Said:
        catalogue = self._search.catalogue
        shown = catalogue.known(state.shown)
        references = resolve(text, shown, state.focus, catalogue.known(state.seen), state.discussed)
        parts = read_exact(text, self.vocabulary)
        # What points at a product on the table is no condition: "the blue one" asks for no blue things.
        parts.wanted = [mention for mention in parts.wanted if not _inside(mention, references)]
        if cues.ADD.search(text) or cues.REMOVE.search(text):  # "put two in my basket" asks for no baskets
            cart = References(spans=tuple(match.span() for match in cues.IN_THE_CART.finditer(text)))
            parts.wanted = [mention for mention in parts.wanted if not _inside(mention, cart)]
        degree, unknown = read_degree(text), not_carried(text, catalogue)
        spans = [*parts.spans, *references.spans, *((brand.start, brand.end) for brand in unknown)]
        if degree is not None:
            parts.wanted = [m for m in parts.wanted if m.end <= degree.span[0] or degree.span[1] <= m.start]
            spans.append(degree.span)
        named = [(mention.start, mention.end) for mention in parts.wanted if mention.field != CATEGORY]
        return Said(
            text=text,
            content=wanted_words(residue(text, [*spans, *named])),
            spans=tuple(spans),
            parts=parts,
            references=references,
            in_cart=resolve(text, in_cart, [], in_cart),
            state=state,
            degree=degree,
            unknown=tuple(brand.called for brand in unknown),
            asks_of_one=len(state.focus) == 1 and asks_of_one(text, catalogue.rows_by_attribute),
        )

    def _guess(self, said: Said, in_cart: list[Product]) -> Guess | None:
        if self._classifier is None:
            return None
        message, encode = message_of(said, in_cart), self._search.encoder.encode_query
        guess = self._classifier.read(message, encode(said.text))
        if guess.intent != "smalltalk" and guess.confidence >= self._classifier.confident:
            return guess
        parts = [replace(message, text=sentence) for sentence in sentences(said.text)]
        guesses = [self._classifier.read(part, encode(part.text)) for part in parts]
        # What is asked for counts, not the remark before it: "Nice. Does it have a lid?"
        asking = [each for each in guesses if each.intent != "smalltalk"]
        surest = max(asking, key=lambda each: each.confidence, default=guess)
        return surest if surest.confidence >= self._classifier.confident else guess

    def _left_open(self, said: Said, in_cart: list[Product]) -> tuple[Settled, Source]:
        """What the rules do not settle: by the classifier where it is sure or there is no model, else by the model."""
        guess = self._guess(said, in_cart)
        if guess and self._classifier and guess.confidence >= self._classifier.confident:
            return settled_by(guess, said), "classifier"
        if reading := self._ask_model(said.text, said.state):
            return _by_reading(said, reading), "llm"
        # Nobody is told off, or told that this is a shop, by a weak guess in the middle of a search.
        amiss = guess and (guess.kind == "abuse" or (guess.intent == "out_of_scope" and bool(said.state.query)))
        if guess and guess.confidence >= WEAK and not amiss:
            return settled_by(guess, said), "classifier"
        return _by_default(said), "fallback"

    def _by_rules(self, said: Said, in_cart: list[Product]) -> tuple[Settled | None, Source]:
        """What the words settle; what they settle by their form alone gives way to a sure guess."""
        settled = settle(said)
        if settled is not None and self._classifier and is_loose(settled, said):
            guess = self._guess(said, in_cart)
            if guess and guess.confidence >= OVERRULES and guess.intent not in ("search", "refine"):
                return settled_by(guess, said), "classifier"
        return settled, "rules"

    def _about(self, said: Said, settled: Settled) -> Said:
        """What no rule has seen is about its words only where they lead somewhere: "I'm new to this" names nothing."""
        words = said.topic if settled.kind == "gift" else said.content if settled.intent == "refine" else ""
        if settled.intent not in ("recommend", "refine") or said.names_category:
            return said
        about = bool(words) and any(relevant(hit) for hit in self._search.search(words, FIRST_HITS))
        return said if about else replace(said, content="")

    def _ask_model(self, text: str, state: DialogueState) -> Reading | None:
        if self._model is None:
            return None
        # A new wish is read by itself: with the list on the table before its eyes, the model sees that list in it.
        topic = "" if cues.VAGUE.search(text) and not cues.CONTINUES.search(text) else state.query
        return read_message(self._model, _PEOPLE.sub(lambda match: f"{_HOW_MANY[match[1]]}人", text), topic)

    def _for_cart(self, understanding: Understanding, said: Said) -> Understanding:
        references = said.references
        if understanding.operation in ("remove", "set") and (said.in_cart.ids or not references.ids):
            references = said.in_cart if said.in_cart.ids else references
        spans = [*references.spans, *(said.parts.price.spans if said.parts.price else ())]
        understanding.quantity = parse_quantity(residue(said.text, spans))
        understanding.references = list(references.ids)
        understanding.problem = understanding.problem or references.problem
        return understanding

    def _for_products(self, understanding: Understanding, said: Said) -> Understanding:
        ids = said.references.ids or (() if said.references.problem else tuple(said.state.focus))
        if understanding.intent == "compare" and len(ids) < 2:
            ids = said.references.ids + tuple(i for i in said.state.shown[:3] if i not in said.references.ids)
        understanding.references = list(ids)
        understanding.problem = understanding.problem or said.references.problem
        understanding.query = said.text
        return understanding

    def _for_list(self, understanding: Understanding, said: Said, *, goes_on: bool) -> Understanding:
        state, recommending = said.state, understanding.intent == "recommend"
        refining = understanding.intent == "refine" or goes_on
        understanding.references = list(said.references.ids) or (state.basis if goes_on else [])
        understanding.unknown = list(said.unknown)
        understanding.degree = said.degree.degree if said.degree else state.degree if refining else None
        understanding.preferred = state.preferred if refining else Filters()
        if recommending:
            said = replace(said, content=said.topic)
        if (whole := continuing(understanding, said)) is not None:
            return whole
        carried = carried_over(said, refining=refining)
        if understanding.more:
            return understanding.model_copy(update={"query": state.query, "filters": carried, "sort": state.sort})
        if recommending and cues.RECOMMEND.search(said.text):
            query, rewritten = "", False  # nothing else is said, in whatever language
        elif refining:
            query, rewritten = self._queries.of_words(said), False
        else:
            query, rewritten = self._queries.of_wish(said)
        if understanding.kind in ("popular", "similar", "again"):
            query = ""  # they say what is wanted by themselves
        understanding.unread = [] if recommending else self._queries.unread(said)
        if (recommending or (refining and understanding.unread)) and self._queries.is_foreign(query):
            query = ""  # without a model nobody knows what it means here
        shelves = sum(mention.field == CATEGORY for mention in said.parts.wanted)
        if rewritten or (shelves > 1 and cues.VAGUE.search(said.text)):
            # The words of a vague wish ("coffee", "on a hike") tell what it is for, not on which shelf it stands.
            said.parts.wanted = [mention for mention in said.parts.wanted if _stays_exact(mention)]
        goes_on = refining and not (said.corrects and said.names_thing)
        before = state.query if goes_on and carried.category == state.filters.category else ""
        typed = query == said.content and not recommending
        scope = _words_left(said, NOTHING_GROUNDED) if typed else query
        grounded = ground(self._search, continued(before, scope), carried, said.parts.wanted, said.parts.measures)
        if said.soft:
            nice, grounded = _parted(grounded)
            understanding.preferred = conditions(_with(said.parts, nice), understanding.preferred, shown_prices=[])
        topic = continued(before, _words_left(said, grounded) if typed else query)
        parts = _with(said.parts, grounded)
        wishes = [wish for wish in grounded.wishes if _is_named(wish, said)]
        understanding.wishes = [said.text[mention.start : mention.end] for mention in wishes]
        # A wish that cannot filter stays in the words that rank.
        ranking = [mention.as_words(said.text) for mention in wishes if mention.ranks and not typed]
        added = [wish for wish in ranking if wish.lower() not in topic.lower()]
        words = " ".join([*added, topic]).strip()
        understanding.query = for_others(words, query) if refining else words
        prices = [product.price for product in self._search.catalogue.known(said.references.ids or state.shown)]
        understanding.filters = conditions(
            parts, carried, also=bool(_ALSO.search(said.text)) and refining, shown_prices=prices
        )
        understanding.sort = said.parts.sort or ("relevance" if not refining or said.degree else state.sort)
        if (said.parts.cheaper or said.parts.dearer) and not prices:
            understanding.sort = "price_low" if said.parts.cheaper else "price_high"
        if understanding.sort != "relevance":
            understanding.degree = None
        return understanding

    def _for_pairing(self, understanding: Understanding, said: Said) -> Understanding:
        """What the message names or points at is what something is to go with, so that it is no condition itself."""
        state, references = said.state, said.references
        pointed = references.ids or (tuple(state.shown) if references.problem == "which_one" else tuple(state.focus))
        words = wanted_words(cues.GOES_WITH.sub(" ", residue(said.text, list(references.spans))))
        words = self._queries.in_catalogue_language(said, words)
        if not pointed and not words:
            understanding.problem = references.problem or "nothing_shown"
        understanding.references, understanding.query = list(pointed), "" if references.ids else words
        understanding.filters = conditions(replace(said.parts, wanted=[], refused=[]), Filters(), shown_prices=[])
        return understanding


def _refusing(understanding: Understanding, said: Said) -> Understanding:
    """The list on the table goes on without what is pointed at."""
    state = said.state
    understanding.intent = "recommend" if state.kind else "refine"
    understanding.kind, understanding.new_only = state.kind, state.new_only
    understanding.query, understanding.filters, understanding.sort = state.query, state.filters, state.sort
    understanding.references = state.basis
    understanding.rejected = list(said.references.ids) or ([] if understanding.problem else state.focus[-1:])
    return understanding


def _stays_exact(mention: Mention) -> bool:
    """A brand, a colour or a measure is meant as it is said, in a vague wish too."""
    measured = mention.field != CATEGORY and any(character.isdigit() for character in mention.values[0])
    return mention.field in (BRAND, COLOUR) or measured


def _by_reading(said: Said, reading: Reading) -> Settled:
    """The model's intent, kept to what the conversation allows."""
    intent = reading.intent
    if intent in ("compare", "ask_product") and not (said.on_the_table or said.references.ids):
        intent = "search"
    if intent == "refine" and not (said.state.query or said.state.filters):
        intent = "search"
    if intent == "ask_product" and not (said.references.ids or said.references.problem or said.state.focus):
        return Settled("smalltalk", problem="not_understood")  # asked of no product
    if intent == "cart":
        return Settled("cart", operation="view")  # what changes the cart is read by code alone
    return Settled(intent)


def _by_default(said: Said) -> Settled:
    """With neither, a message that names something is looked up."""
    if said.content or said.parts:
        return Settled("search")
    return Settled("smalltalk", problem="not_understood")


def _with(parts: ExactParts, grounded: Grounded) -> ExactParts:
    return replace(parts, wanted=grounded.filters, ranges=grounded.ranges)


def _words_left(said: Said, grounded: Grounded) -> str:
    """The words typed, in their order, without what the filters hold; wishes stay where they stand."""
    wishes = {(wish.start, wish.end) for wish in grounded.wishes if wish.ranks}
    spans = [span for span in said.spans if span not in wishes]
    spans += [(mention.start, mention.end) for mention in grounded.filters if mention.field != CATEGORY]
    return wanted_words(residue(said.text, spans))


def _parted(grounded: Grounded) -> tuple[Grounded, Grounded]:
    """What would only be nice to have, and what holds: the shelf is still the shelf."""
    nice = [mention for mention in grounded.filters if mention.field != CATEGORY]
    shelves = [mention for mention in grounded.filters if mention.field == CATEGORY]
    return Grounded(nice, [], grounded.ranges), Grounded(shelves, grounded.wishes, {})


def _is_named(wish: Mention, said: Said) -> bool:
    """Whether the reply names the wish: a translation's words are not the shopper's, a measure is the same in both."""
    return wish.field == MEASURE or (wish.field != CATEGORY and (bool(wish.words) or not said.in_chinese))


def _inside(mention: Mention, references: References) -> bool:
    return any(start <= mention.start and mention.end <= end for start, end in references.spans)
