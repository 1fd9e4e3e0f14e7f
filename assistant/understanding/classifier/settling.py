"""From the classifier's label to what is done, kept to what code can answer for."""

from __future__ import annotations

import re
from typing import cast, get_args

from assistant.turn import Intent, RecommendKind
from assistant.understanding import cues
from assistant.understanding.classifier.features import Message
from assistant.understanding.classifier.model import Guess
from assistant.understanding.intents import Settled
from assistant.understanding.quantities import parse_quantity
from assistant.understanding.said import Said
from data.records import Product
from retrieval.filters import CATEGORY

WEAK = 0.35  # below this confidence a guess is none
OVERRULES = 0.9  # from this confidence on it is believed against rules that went by the form of the words

MOST_SENTENCES = 4

_END = re.compile(r"(?<=[.!?])\s+|[。！？]\s*")
_GOODS = re.compile(r"\b(?:sell|carry|stock|(?:looking|searching|shopping) for)\b|[卖賣找]", re.IGNORECASE)
_SAID_AS = {"hesitation": "acknowledge"}  # kinds of small talk that are answered like another


_OF_ONESELF = re.compile(r"\b(?:me|my|mine|i|i'm|we|our)\b|我", re.IGNORECASE)


def message_of(said: Said, in_cart: list[Product]) -> Message:
    """What the classifier reads of a message."""
    state = said.state
    waiting = bool(state.query or state.filters) and not state.shown  # a wish to which nothing has been shown yet
    return Message(
        text=said.text,
        listed=bool(state.shown),
        single=len(state.focus) == 1 or len(state.shown) == 1,
        in_cart=bool(in_cart),
        asked=state.asked is not None or waiting,
        recommended=state.kind is not None,
        names_thing=said.names_category,
        names_value=any(mention.field != CATEGORY for mention in said.parts.wanted),
    )


def settled_by(guess: Guess, said: Said) -> Settled:
    """What the label amounts to here. Nothing is put into the cart or taken out that code has not found."""
    if guess.intent == "smalltalk":
        return Settled("smalltalk", problem=_SAID_AS.get(guess.kind, guess.kind))
    if guess.intent == "cart":
        return _in_the_cart(guess.kind, said)
    if guess.intent == "recommend":
        return _recommended(cast(RecommendKind, guess.kind), said)
    if guess.intent == "ask_product" and not (said.references.ids or said.references.problem or said.state.focus):
        return Settled("ask_product", problem="which_one" if said.state.shown else "nothing_shown")
    if guess.intent == "memory" and not _OF_ONESELF.search(said.text):
        return Settled("smalltalk", problem="acknowledge")  # "forget it"
    if guess.intent == "out_of_scope":
        return Settled("out_of_scope", problem="out_of_scope")
    return Settled(cast(Intent, guess.intent))


def sentences(text: str) -> list[str]:
    """The sentences of a message that says several things ("Nice. Does it have a lid?"); [] where it is one."""
    found = [each.strip() for each in _END.split(text) if any(character.isalpha() for character in each)]
    return found[:MOST_SENTENCES] if len(found) > 1 else []


def is_loose(settled: Settled, said: Said) -> bool:
    """Whether the rules went by the form of words that name nothing here: "do you have a picture?" is put like a
    request for a product, "that's nice" begins like a condition."""
    asks_for_goods = bool(_GOODS.search(said.text))
    reads_nothing = not said.names_category and not said.parts and said.answer is None and said.returned_to is None
    # "thanks for the suggestion" asks for none
    asks_for_any = settled.kind == "for_you" and not settled.new_only and not cues.RECOMMEND.search(said.text)
    special = settled.more or settled.counting or settled.rejects or settled.asks_values or said.corrects
    return (
        (settled.intent in ("search", "refine") or asks_for_any)
        and reads_nothing
        and not special
        and not asks_for_goods
    )


def _recommended(kind: RecommendKind, said: Said) -> Settled:
    assert kind in get_args(RecommendKind)
    if kind == "similar" and not said.on_the_table:
        return Settled("search")
    return Settled("recommend", kind=kind)


def _in_the_cart(operation: str, said: Said) -> Settled:
    points = said.references
    if operation == "checkout":
        return Settled("cart", operation="checkout")
    if operation == "add":
        spoken_of = len(said.state.focus) == 1 or len(said.state.shown) == 1
        names_another = bool(said.parts.wanted) or len(said.content.split()) > 1
        if points.ids or (spoken_of and not names_another and not points.problem):
            return Settled("cart", operation="add")
        return Settled("cart", operation="add", problem=points.problem or _which(said))
    if operation == "remove" and said.in_cart.ids:
        return Settled("cart", operation="remove")
    if operation == "set" and said.in_cart.ids and parse_quantity(said.text) is not None:
        return Settled("cart", operation="set")
    return Settled("cart", operation="view")  # emptying it takes words that code knows


def _which(said: Said) -> str:
    return "which_one" if said.on_the_table else "nothing_shown"
