"""From a command to the function that resolves it: what the act is here, and who knows what it means.

What is neither said nor in the catalogue becomes nothing: a value filters where the catalogue can say whether it
holds, and ranks elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from langchain_core.language_models import BaseChatModel

from assistant.conversation.commands import Command
from assistant.state import DialogueState
from assistant.turn import CartOperation, Language, Understanding
from assistant.understanding import words
from assistant.understanding.answers import answer_of, chosen
from assistant.understanding.carrying import conditions
from assistant.understanding.conditions import Conditions
from assistant.understanding.linking import Linker
from assistant.understanding.message import Message
from assistant.understanding.model import translate
from assistant.understanding.naming import with_whole_names
from assistant.understanding.pointing import Table, described
from assistant.understanding.querying import QueryWriter
from assistant.understanding.resolution import earlier, lists, products, recommendations, service, sets
from assistant.understanding.resolution.plain import plainly
from assistant.understanding.resolution.situation import Situation, Tools, overlapping, talk
from assistant.understanding.service import names_order, order_question
from assistant.understanding.titles import with_titles
from assistant.understanding.vocabulary import Vocabulary
from data.records import Product
from retrieval.filters import CATEGORY, Filters
from retrieval.hybrid import HybridSearch
from retrieval.measures import measured
from retrieval.phrases import PhraseEncoder

ASKED_ABOUT: Final = ("attr", "want", "degree", "size", "use", "fits", "not", "nice", "allergy")
SURE_OF_A_LIST: Final = 0.5  # below it a place is no list
SAID_OF_A_LIST: Final = ("want", "nice", "degree", "use", "fits", "meas", "meas_max", "meas_min", "price_max")
TALK: Final = {
    "greet": "greeting",
    "thanks": "thanks",
    "bye": "bye",
    "remark": "acknowledge",
    "about_assistant": "about_me",
    "complain": "abuse",
    "unclear": "not_understood",
}
OUTSIDE: Final = {
    "offtopic": "out_of_scope",
    "expert": "medical",
    "distress": "concern",
    "manipulate": "instructions",
    "haggle": "no_discount",
}
IN_THE_CART: Final[dict[str, CartOperation]] = {
    "add": "add",
    "remove": "remove",
    "set": "set",
    "view_cart": "view",
    "clear_cart": "clear",
    "checkout": "checkout",
}
BY_ACT: Final[dict[str, Callable[[Tools, Situation], Understanding]]] = {
    "find": lists.find,
    "refine": lists.refine,
    "more": lists.more,
    "reject": lists.reject,
    "back": earlier.back,
    "values": earlier.values,
    "count": earlier.count,
    "recommend": recommendations.recommend,
    "gift": recommendations.gift,
    "pair": recommendations.pair,
    "similar": recommendations.similar,
    "why": recommendations.why,
    "reorder": recommendations.reorder,
    "kit": sets.kit,
    "kit_change": sets.kit_change,
    "ask": products.ask,
    "compare": products.compare,
    "advise": products.advise,
    "calculate": products.calculate,
    "policy": products.policy,
    "yes": service.yes,
    "no": service.no,
    "indifferent": service.indifferent,
    "order_status": service.order,
    "order_change": service.order,
    "return": service.order,
    "handoff": service.handoff,
    "tell": service.tell,
    "recall": service.recall,
    "forget": service.forget,
    "reset": service.reset,
}


class Resolver:
    """Of one store. `model` None: without a language model; `phrases` None: words are linked by their form alone."""

    def __init__(
        self,
        search: HybridSearch,
        model: BaseChatModel | None,
        catalogue_language: Language,
        phrases: PhraseEncoder | None = None,
        folder: Path | None = None,
    ) -> None:
        self.vocabulary = Vocabulary(search.catalogue)
        self.linker = Linker(
            search.catalogue,
            self.vocabulary,
            phrases,
            folder,
            mended=lambda words: search.lexical.spelling.mend(words, search.encoder.knows),
            translate=lambda words: translate(model, words) if model is not None and catalogue_language == "en" else "",
        )
        queries = QueryWriter(search, self.vocabulary, self.linker, model, catalogue_language)
        self._tools = Tools(search, model, self.linker, queries, tuple(measured(search.catalogue)))

    def resolve(
        self, command: Command, message: Message, state: DialogueState, in_cart: Sequence[Product]
    ) -> Understanding:
        """What the command means here and now. Nothing is changed."""
        tools, known = self._tools, self._tools.search.catalogue.known
        table = Table(known(state.shown), known(state.focus), known(state.seen), in_cart)
        command = with_titles(with_whole_names(command, tools.linker), table.everything)
        turn = Situation(command, message.language, state, table, tools.linker, tools.figures, bool(message.foreign))
        if (answered := _answered(turn, whole=command.text.strip() == message.text.strip())) is not None:
            return answered
        understanding = _resolved(tools, turn, act_here(turn))
        understanding.language, understanding.act, understanding.text = turn.language, command.act, command.text
        if understanding.intent in ("ask_product", "compare") and (message.foreign or not message.text.isascii()):
            understanding.english = tools.linker.in_english(command.words(*ASKED_ABOUT) or [command.text])
        understanding.told = service.told(command, tools.linker)
        return understanding

    def plainly(self, command: Command, message: Message) -> tuple[str, Filters]:
        """Its query and filters, without a search."""
        return plainly(self._tools, self.vocabulary, command, foreign=bool(message.foreign))


def _resolved(tools: Tools, turn: Situation, act: str) -> Understanding:
    if act in BY_ACT:
        return BY_ACT[act](tools, turn)
    if act in IN_THE_CART:
        return service.cart(tools, turn, IN_THE_CART[act])
    if act in OUTSIDE:
        return Understanding(intent="out_of_scope", problem=OUTSIDE[act])
    return talk(TALK.get(act, "not_understood"))


def act_here(turn: Situation) -> str:
    """The act, kept to what the situation allows."""
    command, state = turn.command, turn.state
    act, spoken = command.act, bool(state.shown or state.focus)
    names = bool(turn.conditions.things) or command.has("thing")
    if (
        act in ("find", "refine")
        and turn.pointed.exact
        and not command.has("thing", "want", "not", "degree", "size", "use")
    ):
        return "ask"  # "show me the second one"
    if act == "set" and not turn.table.cart and spoken:
        return "add"  # "2 please", of what was spoken of
    if act == "remove" and not turn.table.cart and turn.pointed.exact:
        return "reject"  # "skip the first one"
    if _of_the_order(turn, act):
        return "order_change" if act in ("clear_cart", "remove", "no") else "order_status"
    if act == "find" and _names_the_list_again(turn):
        return "refine"
    if act == "tell" and (_is_need(command) or (turn.listed and command.has(*SAID_OF_A_LIST))):
        act = "refine" if turn.listed else "find"
    if act == "ask" and command.has("thing") and not command.has("attr", "ref") and not _on_the_table(turn):
        return "find"  # "and umbrellas?"
    if act in ("refine", "indifferent", "values", "count") and not turn.listed and state.kind is None:
        return act if act in ("values", "count") and names else "find" if command.spans else "unclear"
    if (
        act == "back"
        and _by_place(command)
        and turn.pointed.exact
        and (command.sure < SURE_OF_A_LIST or not state.past)
    ):
        return "ask"  # "tell me about the second one"
    if not spoken and act in ("similar", "compare", "ask") and _only_points(command):
        return act
    if act in ("more", "reject", "similar") and not spoken:
        return "recommend"
    if act == "ask" and not spoken:
        return "find" if names else "policy"
    if act in ("compare", "advise") and not spoken:
        return "find" if command.spans else "recommend"
    if act == "add" and command.has("thing") and not turn.pointed.products and not _on_the_table(turn):
        return "find"
    if act == "pair" and not spoken and not turn.table.cart and command.has("thing"):
        return "find"
    if act == "kit_change" and state.bundle is None:
        return "refine" if turn.listed else "kit"
    if act == "back" and not state.past and not turn.listed:
        return "find" if command.spans else "unclear"
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


def _on_the_table(turn: Situation) -> bool:
    """Whether what the command names is of the kind that was shown."""
    shelves = {value for mention in turn.conditions.things for value in mention.values}
    return any(overlapping(shelves, [product.category]) for product in turn.table.everything)


def _answered(turn: Situation, *, whole: bool) -> Understanding | None:
    """To the question that the last reply ended with; None where the message is about something else."""
    answer = answer_of(turn.state.asked, turn.command, whole=whole)
    if answer is None:
        return None
    state = turn.state
    understanding = state.wish().model_copy(
        update={
            "answers": True,
            "language": turn.language,
            "words": state.words,
            "act": turn.command.act,
            "text": turn.command.text,
        }
    )
    others = [m for m in turn.conditions.wanted if m.field not in (answer.field, CATEGORY) and not chosen(answer, m)]
    read = replace(
        turn.conditions, wanted=others, price=None if answer.field == "price" else turn.conditions.price, refused=[]
    )
    if answer.by_choice:
        read = Conditions()
    understanding.filters = answer.applied(conditions(read, state.filters, shown_prices=[]))
    return understanding


def _of_the_order(turn: Situation, act: str) -> bool:
    """Whether a command that is said of carts and products is about the order just spoken of, since there is no
    cart, or an order is named: "cancel it", "what did the kettle in that order cost"."""
    if act == "view_cart" and not turn.table.cart and names_order(turn.command.text):
        return True  # "where is my order?"
    if act in ("remove", "clear_cart", "checkout") and order_question(turn.command.text) in ("return", "refund"):
        return True  # "I want my money back"
    if not turn.state.service.just_spoken_of(turn.state.number):
        return False
    if act in ("clear_cart", "remove", "view_cart"):
        return not turn.table.cart
    if act == "policy":
        return order_question(turn.command.text, spoken_of=True) is not None  # "can I still return it?"
    return act in ("ask", "calculate") and (turn.command.has("own", "order") or names_order(turn.command.text))


def _is_need(command: Command) -> bool:
    """Who tells a shop of a trouble or a plan, and nothing of themselves that holds on, wants something for it; so does
    who cannot have something and names a thing: "I'm allergic to nuts. Do you have granola?"."""
    if command.has("allergy") and command.has("thing"):
        return True
    return command.has("use", "fits") and not command.has("allergy", "size", "own", "not", "thing")
