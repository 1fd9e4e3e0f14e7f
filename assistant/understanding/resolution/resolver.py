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
from assistant.understanding.answers import answer_of, chosen
from assistant.understanding.carrying import conditions
from assistant.understanding.conditions import Conditions
from assistant.understanding.linking import Linker
from assistant.understanding.marking import (
    with_a_thing,
    with_named_thing,
    with_pieces,
    with_pointers,
    with_tight_things,
)
from assistant.understanding.message import Message
from assistant.understanding.model import translate
from assistant.understanding.naming import with_whole_names
from assistant.understanding.pointing import Table
from assistant.understanding.querying import QueryWriter
from assistant.understanding.resolution import earlier, lists, products, recommendations, service, sets
from assistant.understanding.resolution.acts import act_here
from assistant.understanding.resolution.plain import plainly
from assistant.understanding.resolution.situation import Situation, Tools, talk
from assistant.understanding.titles import with_titles
from assistant.understanding.vocabulary import Vocabulary
from data.records import Product
from retrieval.filters import CATEGORY, Filters
from retrieval.hybrid import HybridSearch
from retrieval.measures import measured
from retrieval.phrases import PhraseEncoder

ASKED_ABOUT: Final = ("attr", "want", "degree", "size", "use", "fits", "not", "nice", "allergy")
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
    "offer": "offer",
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
            translate=(lambda words: translate(model, words) if model else "") if catalogue_language == "en" else None,
        )
        queries = QueryWriter(search, self.vocabulary, self.linker, model, catalogue_language)
        self._tools = Tools(search, model, self.linker, queries, tuple(measured(search.catalogue)))

    def resolve(
        self, command: Command, message: Message, state: DialogueState, in_cart: Sequence[Product]
    ) -> Understanding:
        """What the command means here and now. Nothing is changed."""
        tools, known = self._tools, self._tools.search.catalogue.known
        table = Table(known(state.shown), known(state.focus), known(state.seen), in_cart)
        command = with_a_thing(with_named_thing(with_pieces(with_tight_things(command)), tools.linker, table))
        command = with_whole_names(command, tools.linker)
        command = with_pointers(with_titles(command, table.everything), table)
        turn = Situation(command, message.language, state, table, tools.linker, tools.figures, bool(message.foreign))
        if (answered := _answered(turn, whole=command.text.strip() == message.text.strip())) is not None:
            return answered
        act = act_here(turn)
        understanding = _resolved(tools, turn, act)
        understanding.language, understanding.act, understanding.text = turn.language, command.act, command.text
        if understanding.intent == "order" and not message.text.isascii():
            understanding.english = tools.linker.in_english(command.words("own", "ref", "thing", "want"))
        if understanding.intent in ("ask_product", "compare") and (message.foreign or not message.text.isascii()):
            understanding.english = tools.linker.in_english(command.words(*ASKED_ABOUT) or [command.text])
        understanding.told = service.told(replace(command, act="tell") if act == "tell" else command, tools.linker)
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
