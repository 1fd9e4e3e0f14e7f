"""Which act a command is here: what the reader took it for, kept to what the situation allows."""

from __future__ import annotations

from typing import Final

from assistant.conversation.commands import Command
from assistant.policy_topics import POLICIES
from assistant.understanding import words
from assistant.understanding.brands import not_carried
from assistant.understanding.inflection import stem
from assistant.understanding.pointing import described
from assistant.understanding.resolution.situation import Situation
from assistant.understanding.service import names_order, order_question
from assistant.understanding.vocabulary import words_of
from data.records import overlapping
from retrieval.filters import BRAND, CATEGORY

AMOUNTS: Final = ("meas", "meas_max", "meas_min", "price", "price_max", "price_min", "price_about", "price_range")
VALUES: Final = {"want", "nice", "whom", "size", "ref"}
SURE_ENOUGH: Final = 0.8  # to pass over that a person is asked for
SURE_OF_A_LIST: Final = 0.5  # below it a place is no list
CONDITIONS: Final = ("want", "nice", "not", "degree", "size", *AMOUNTS)
SAID_OF_A_LIST: Final = ("want", "nice", "degree", "use", "fits", "meas", "meas_max", "meas_min", "price_max")


def act_here(turn: Situation) -> str:
    """The act, kept to what the situation allows: each rule hands on the act that it leaves or makes."""
    act = turn.command.act
    for rule in (
        _by_what_is_pointed_at,
        _by_cart_and_orders,
        _by_the_list,
        _by_what_was_spoken_of,
        _by_what_came_before,
    ):
        act = rule(turn, act)
    return act


def _by_what_is_pointed_at(turn: Situation, act: str) -> str:
    command = turn.command
    if not turn.pointed.exact:
        return act
    if act in ("find", "refine") and not command.has("thing", "want", "not", "degree", "size", "use"):
        return "ask"  # "show me the second one"
    if act == "remove" and not turn.table.cart:
        return "reject"  # "skip the first one"
    if act == "back" and _by_place(command) and (command.sure < SURE_OF_A_LIST or not turn.state.past):
        return "ask"  # "tell me about the second one"
    return act


def _by_cart_and_orders(turn: Situation, act: str) -> str:
    command = turn.command
    if command.sure < SURE_ENOUGH and words.says("person", command.text):
        return "handoff"
    if act == "policy" and command.sure < SURE_ENOUGH and _asks_of_the_product(turn):
        return "ask"
    if act == "order_status" and command.sure < SURE_ENOUGH and not command.spans and not _speaks_of_an_order(turn):
        return "policy"  # "and if the seal is whole?"
    if act in ("order_status", "policy", "unclear") and _is_a_name(turn):
        return "find"
    if act == "recall" and names_order(command.text):
        return "order_status"
    if act in ("tell", "recall", "refine", "find") and words.starts("unremember", command.text):
        return "forget"
    if act == "checkout" and not turn.table.cart and turn.pointed.products:
        return "add"  # "the chisel then, where do I settle up?"
    if act == "set" and not turn.table.cart and turn.spoken_of:
        return "add"  # "2 please", of what was spoken of
    if act == "clear_cart" and command.has("ref", "thing") and not words.says("everything", command.text):
        return "remove"
    if act in ("ask", "policy") and _goes_on_reckoning(turn):
        return "calculate"  # "plus postage?"
    if _of_the_order(turn, act):
        return "order_change" if act in ("clear_cart", "remove", "no") else "order_status"
    if act == "add" and command.has("thing") and not turn.pointed.products and not _on_the_table(turn):
        return "find"
    return act


def _by_the_list(turn: Situation, act: str) -> str:
    command = turn.command
    if act == "find" and (_names_the_list_again(turn) or _only_conditions(turn)):
        return "refine"
    if act == "compare" and turn.listed and command.has("degree") and _wants_a_list(command):
        return "refine"  # "the cheapest that still has a lid"
    if act == "tell" and (_is_need(command) or (turn.listed and command.has(*SAID_OF_A_LIST))):
        return "refine" if turn.listed else "find"
    if act == "ask" and command.has("thing") and not command.has("attr", "ref") and not _on_the_table(turn):
        return "find"  # "and umbrellas?"
    if act in ("ask", "offer") and turn.listed and _elliptical(turn):
        return "refine"
    if act == "ask" and _names_another_thing(turn):
        return "find"  # "cello strings?", after talk of a drum
    if act in ("ask", "calculate") and _asks_for_the_most(turn):
        return "compare"  # "how much is the cheapest?"
    if act in ("find", "refine") and not turn.listed and _refuses_for_oneself(command):
        return "tell"
    if act in ("find", "ask", "advise") and not command.has("thing", "ref") and words.says("unbought", command.text):
        return "recommend"
    if act in ("refine", "indifferent", "values", "count") and not turn.listed and turn.state.kind is None:
        asks = act in ("values", "count") and turn.names_a_thing
        return act if asks else "find" if command.spans else "unclear"
    return act


def _by_what_was_spoken_of(turn: Situation, act: str) -> str:
    """What needs a product, where there is none yet."""
    command = turn.command
    if turn.spoken_of or (act in ("similar", "compare", "ask") and _only_points(command)):
        return act
    if act in ("more", "reject", "similar"):
        return "recommend"
    if act == "ask":
        return "find" if turn.names_a_thing else "policy"
    if act in ("compare", "advise"):
        return "find" if command.spans else "recommend"
    if act == "pair" and not turn.table.cart and command.has("thing"):
        return "find"
    return act


def _by_what_came_before(turn: Situation, act: str) -> str:
    if act == "kit_change" and turn.pointed.exact and words.starts("taking", turn.command.text):
        return "add"  # "buy the blue lamp" of the set
    if act == "kit_change" and turn.state.bundle is None:
        return "refine" if turn.listed else "kit"
    if act == "back" and not turn.state.past and not turn.listed:
        return "find" if turn.command.spans else "unclear"
    return act


def _by_place(command: Command) -> bool:
    """ "The second one", not "the second list" nor "the tents"."""
    return any(words.found("ordinals", said) and not described(said) for said in command.words("ref"))


def _only_points(command: Command) -> bool:
    """Whether the command means what has been shown, by its place or as "them"."""
    return command.has("ref") and not command.has("thing") and not any(map(described, command.words("ref")))


def _names_the_list_again(turn: Situation) -> bool:
    """ "Only fountain pens, below 40", of a list of fountain pens."""
    shelves = {value for mention in turn.conditions.things for value in mention.values}
    return bool(shelves) and shelves == set(turn.state.filters.category) and turn.state.kind is None


def _only_conditions(turn: Situation) -> bool:
    """ "5 kg at most", "waterproof?" beside a list: no thing is named, and no brand, which may be wanted for itself."""
    command = turn.command
    if not turn.listed or turn.state.kind is not None or not command.has(*CONDITIONS):
        return False
    brands = any(mention.field == BRAND for mention in turn.conditions.wanted)
    return not (brands or command.has("thing", "use", "whom", "ref"))


def _is_a_name(turn: Situation) -> bool:
    """A product's name and nothing else, even one like an order's: its words stand in titles, none speaks of orders."""
    command = turn.command
    if names_order(command.text) or not {span.label for span in command.spans} <= {"order", "own"}:
        return False
    if command.act != "order_status" and command.sure >= SURE_ENOUGH:
        return False  # "gift wrap?"
    return turn.linker.in_titles(command.text)


def _refuses_for_oneself(command: Command) -> bool:
    """ "I hate wool", with nothing on the table."""
    refused = {span.label for span in command.spans} <= {"not", "allergy"}
    return bool(command.spans) and refused and words.says("myself", command.text)


def _elliptical(turn: Situation) -> bool:
    """ "And in orange?", "the orange ones?", "for men?": only a value, of none of the products spoken of."""
    labels = {span.label for span in turn.command.spans}
    if len(turn.table.focus) == 1 or turn.pointed.products or not labels or not labels <= VALUES:
        return False
    said = turn.command.words(*labels)
    return all(turn.linker.mentions(word, foreign=turn.foreign) for word in said)


def _on_the_table(turn: Situation) -> bool:
    """Whether what the command names is of the kind that was shown."""
    shelves = {value for mention in turn.conditions.things for value in mention.values}
    return any(overlapping(shelves, [product.category]) for product in turn.table.everything)


def _of_the_order(turn: Situation, act: str) -> bool:
    """Whether a command that is said of carts and products is about the order just spoken of, since there is no
    cart, or an order is named: "cancel it", "what did the kettle in that order cost"."""
    if act == "view_cart" and not turn.table.cart and names_order(turn.command.text):
        return True  # "where is my order?"
    if act in ("remove", "clear_cart", "checkout") and order_question(turn.command.text) in ("return", "refund"):
        return True  # "I want my money back"
    if act == "policy" and names_order(turn.command.text) and order_question(turn.command.text):
        return True  # "can I still return the kettle I bought?"
    if not turn.state.service.just_spoken_of(turn.state.number):
        return False
    if act in ("clear_cart", "remove", "view_cart"):
        return not turn.table.cart
    if act in ("policy", "ask") and order_question(turn.command.text, spoken_of=True) is not None:
        return True  # "can I still return it?"
    return act in ("ask", "calculate") and (turn.command.has("own", "order") or names_order(turn.command.text))


def _speaks_of_an_order(turn: Situation) -> bool:
    text = turn.command.text
    spoken_of = turn.state.service.just_spoken_of(turn.state.number)
    return bool(spoken_of) or names_order(text) or order_question(text) is not None or turn.state.after == "order"


def _goes_on_reckoning(turn: Situation) -> bool:
    state, text = turn.state, turn.command.text
    told = bool(state.sum) and state.summed == state.number
    return told and words.says("adding", text) and bool(POLICIES["shipping"].search(text))


def _wants_a_list(command: Command) -> bool:
    """With another condition, or as a mere name: "the longest ropes"."""
    asks = words.says("which", command.text) or "?" in command.text or "？" in command.text
    return command.has("want", "fits", "not", *AMOUNTS) or not (asks or command.has("ref"))


def _names_another_thing(turn: Situation) -> bool:
    """Nothing but a name: of a brand that the shop has not, or of a kind that is not on the table."""
    said = [word for word in turn.command.words("attr", "ref") if word]
    if len(said) != 1 or len(turn.command.spans) > 1 or turn.command.text.strip(" ?？!。.") != said[0]:
        return False
    if not_carried(said[0], turn.linker.catalogue):
        return True
    shelves = {v for m in turn.linker.mentions(said[0], things=True) if m.field == CATEGORY for v in m.values}
    return bool(shelves) and not any(overlapping(shelves, [p.category]) for p in turn.table.everything)


def _asks_for_the_most(turn: Situation) -> bool:
    labels = {span.label for span in turn.command.spans}
    degree = turn.conditions.degree
    return labels == {"degree"} and len(turn.table.shown) > 1 and degree is not None and not degree.compared


def _asks_of_the_product(turn: Situation) -> bool:
    """What a listing in focus states by that name is asked of it: "does it want priming"."""
    names = {stem(w[0]) for p in turn.table.focus for name in p.attributes for w in words_of(name)}
    asked = {stem(w[0]) for word in turn.command.words("attr") for w in words_of(word)}
    return bool(asked) and asked <= names


def _is_need(command: Command) -> bool:
    """Who tells a shop of a trouble or a plan, and nothing of themselves that holds on, wants something for it; so does
    who cannot have something and names a thing: "I'm allergic to nuts. Do you have granola?"."""
    if command.has("allergy") and command.has("thing"):
        return True
    return command.has("use", "fits") and not command.has("allergy", "size", "own", "not", "thing")
