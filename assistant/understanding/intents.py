"""The intent of a message as far as its own words settle it; None where they do not."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.turn import CartOperation, Intent, RecommendKind
from assistant.understanding import boundaries, bundling, cues, service
from assistant.understanding.language import has_cjk
from assistant.understanding.quantities import parse_quantity
from assistant.understanding.said import Said
from assistant.understanding.values import asked_for_values
from assistant.understanding.wording import wanted_words
from retrieval.request import without_offers

LONGEST_CONTINUATION = 6  # words; longer messages that begin with "for" or "with" stand by themselves


@dataclass(frozen=True)
class Settled:
    intent: Intent
    operation: CartOperation | None = None
    problem: str = ""
    more: bool = False
    counting: bool = False
    asks_values: str = ""
    reset: bool = False
    kind: RecommendKind | None = None
    new_only: bool = False
    rejects: bool = False  # what the message points at is refused
    goes_on: bool = False  # the conditions of the list on the table hold on


def settle(said: Said) -> Settled | None:
    conversation = (_safety, _confirming, _order, _answering, _conversation, _bundle, _on_recommended, _cart)
    for attempt in (*conversation, _recommend, _list, _service, _question, _search):
        settled = attempt(said)
        if settled is not None:
            return going_on(said, settled)
    return None


def going_on(said: Said, settled: Settled) -> Settled:
    """A change to a list that was recommended is a recommendation; one in an order of its own is a search."""
    if settled.intent != "refine" or said.state.kind is None:
        return settled
    if settled.counting or said.parts.sort or said.degree:
        return settled
    return replace(settled, intent="recommend", kind=said.state.kind, new_only=said.state.new_only, goes_on=True)


def _safety(said: Said) -> Settled | None:
    key = boundaries.crossed(said.text)
    if key and not (key == "competitor" and cues.POLICIES["price match"].search(said.text)):
        return Settled("out_of_scope", problem=key)
    if cues.ARE_YOU_REAL.search(said.text):
        return Settled("smalltalk", problem="about_me")
    if cues.HANDOFF.search(said.text):
        return Settled("handoff")
    if cues.RESET.search(said.text):
        return Settled("smalltalk", reset=True, problem="reset")
    return None


def _confirming(said: Said) -> Settled | None:
    """The shopper's own yes to the summary that the last reply showed. Nothing else places an order in words."""
    just_shown = said.state.checkout and said.state.checkout_shown == said.state.number
    return Settled("cart", operation="confirm") if just_shown and cues.CONFIRM.search(said.text) else None


def _order(said: Said) -> Settled | None:
    """About the shopper's own orders, or for the person who was just offered."""
    talk, last = said.state.service, said.state.number
    if talk.offered == last and service.ACCEPTS.search(said.text):
        return Settled("handoff")
    if said.names_category and cues.SEARCH.search(said.text) and not service.OF_AN_ORDER.search(said.text):
        return None  # "i need a rain jacket because the old one broke"
    asks = service.order_question(said.text, spoken_of=bool(talk.just_spoken_of(last)))
    return Settled("order") if asks else None


def _answering(said: Said) -> Settled | None:
    return Settled("refine") if said.answer is not None else None


def _conversation(said: Said) -> Settled | None:
    for pattern, kind in (
        (cues.GREETING, "greeting"),
        (cues.THANKS, "thanks"),
        (cues.BYE, "bye"),
        (cues.CHITCHAT, "about_me"),
        (cues.ACKNOWLEDGE, "acknowledge"),
        (cues.HESITATION, "acknowledge"),
    ):
        if pattern.search(said.text):
            return Settled("smalltalk", problem=kind)
    if cues.ABUSE.search(said.text) and not said.parts and not cues.SEARCH.search(said.text):
        return Settled("smalltalk", problem="abuse")
    return None


def _bundle(said: Said) -> Settled | None:
    asked = bundling.asks(said.text, said.references, said.parts, said.state)
    return Settled("bundle") if asked else None


def _on_recommended(said: Said) -> Settled | None:
    """About what is on the table: why it is there, that it is not liked; or what was bought before, once more."""
    text, points = said.text, said.references
    if cues.WHY.search(text) and said.on_the_table:
        return Settled("recommend", kind="why")
    if cues.AGAIN.search(text) and not points.exact:
        return Settled("recommend", kind="again")
    if said.on_the_table and (points.ids or len(said.state.focus) == 1 or points.problem):
        refuses = cues.REFUSE.search(text) or (said.state.kind and points.ids and cues.DISLIKE.search(text))
        if refuses:
            return Settled("refine", rejects=True, problem=points.problem)
    return None


def _recommend(said: Said) -> Settled | None:
    if cues.GOES_WITH.search(said.text):
        return Settled("recommend", kind="goes_with")
    if cues.SIMILAR.search(said.text) and (said.references.ids or said.on_the_table):
        return Settled("recommend", kind="similar")
    if cues.SIMILAR.search(said.text) and said.references.problem and not said.names_category:
        return Settled("recommend", kind="similar", problem=said.references.problem)
    if cues.RECOMMEND.search(said.text):
        kind: RecommendKind = "popular" if cues.POPULAR.search(said.text) else "for_you"
        new_only = kind == "for_you" and bool(cues.NEW_ONLY.search(said.text))
        return Settled("recommend", kind=kind, new_only=new_only)
    return _of_something(said)


def _of_something(said: Said) -> Settled | None:
    """A gift, something new, a recommendation: of what the other words name, in so far as they name anything."""
    gift, new = cues.GIFT.search(said.text), cues.NEW_ONLY.search(said.text)
    asked = cues.RECOMMENDING.search(said.text) and not cues.COMPARE.search(said.text)
    if not (gift or new or asked) or said.references.ids or said.references.problem or _service(said):
        return None
    if asked and not (gift or new) and said.names_category:
        return None  # "recommend me a tent" asks for tents
    return Settled("recommend", kind="gift" if gift else "for_you", new_only=bool(new))


def _cart(said: Said) -> Settled | None:
    text, names_cart = said.text, bool(cues.CART_WORD.search(said.text))
    if cues.NOT_TO_ORDER.search(text):
        return Settled("smalltalk", problem="acknowledge")
    if cues.CHECKOUT.search(text):
        return Settled("cart", operation="checkout")
    if cues.CLEAR_CART.search(text):
        return Settled("cart", operation="clear")
    points = said.in_cart.ids or said.references.ids or said.references.problem
    if cues.REMOVE.search(text) and (names_cart or (points and not said.parts)):
        return Settled("cart", operation="remove")
    if cues.ONE_MORE.search(text) and said.state.focus:
        return Settled("cart", operation="add")
    if cues.SET_QUANTITY.search(text) and not said.parts.price and parse_quantity(text) is not None:
        return Settled("cart", operation="set")
    if cues.VIEW_CART.search(text):
        return Settled("cart", operation="view")
    return _adding(said, names_cart)


def _adding(said: Said, names_cart: bool) -> Settled | None:
    """ "I want to buy a tent" looks for tents; "I'll take the second one" and "add it" put something into the cart."""
    verb = cues.ADD.search(said.text)
    if verb is None:
        return None
    points = bool(said.references.ids or said.references.problem)
    strong = not cues.BUY_ONLY_WITH_REFERENCE.search(verb[0])
    if names_cart or strong:
        wants_new = said.names_category and not points
        return Settled("search") if wants_new else Settled("cart", operation="add")
    bare = said.references.exact or len(said.content.split()) <= 1
    return Settled("cart", operation="add") if points and said.on_the_table and bare else None


def _list(said: Said) -> Settled | None:
    text = said.text
    if said.returned_to is not None:
        return Settled("refine")
    if cues.JUST_SHOW.search(text) and said.on_the_table and not said.content:
        return Settled("refine")
    if cues.MORE.search(text):
        return Settled("refine", more=True)
    if cues.DISLIKE.search(text) and said.on_the_table and not said.parts:
        return Settled("refine", more=True)
    if cues.WHICH_OF_THEM.search(text) and len(said.state.focus) > 1:
        return Settled("compare")
    if cues.COMPARE.search(text) and not (said.names_category and not said.on_the_table):
        return Settled("compare")
    if field := _values_asked_for(said):
        another = said.names_category and not said.narrows_category
        return Settled("search" if another or not said.on_the_table else "refine", asks_values=field)
    if said.degree is not None and not _asks_of_one_thing(said):
        return _by_degree(said)
    if cues.COUNTING.search(text):
        same = not said.content and not said.names_category and said.on_the_table
        return Settled("refine" if same else "search", counting=True)
    return None


def _asks_of_one_thing(said: Said) -> bool:
    """ "Is it bigger than that?" """
    return bool(cues.ABOUT_PRODUCT.search(said.text) and (said.references.ids or said.state.focus))


def _by_degree(said: Said) -> Settled | None:
    """ "The lightest" changes the order of the list on the table, "the lightest tent" asks for tents."""
    assert said.degree is not None
    named = said.names_category or bool(said.content)
    if named and not (said.names_category and said.narrows_category):
        return Settled("search")
    return Settled("refine") if said.on_the_table or said.narrows_category else None


def _values_asked_for(said: Said) -> str:
    """ "what sizes does it come in?" is asked of a product, "what sizes are there?" of the list."""
    of_one = said.references.ids or (len(said.state.focus) == 1 and not said.names_category)
    return "" if of_one else asked_for_values(said.text)


def _service(said: Said) -> Settled | None:
    if cues.ORDER.search(said.text):
        return Settled("order")
    topics = (*cues.POLICIES.values(), service.ABOUT_SHOP)
    others = without_offers(said.text)
    asks_for_things = cues.SEARCH.search(said.text) and wanted_words(others)
    text = others if asks_for_things else said.text  # "show me lamps with free delivery" asks for lamps
    asks_policy = any(pattern.search(text) for pattern in topics)
    if asks_policy and cues.POLICY_QUESTION.search(text) and not (said.parts.price and said.names_category):
        return Settled("ask_policy")
    return None


def _question(said: Said) -> Settled | None:
    """A question about a product on the table; "do they come in blue?" of a whole list is none, it narrows the list."""
    if said.asks_of_one and not said.names_category:
        return Settled("ask_product")
    if said.references.exact and not said.content and (not said.parts or said.only_points):
        return Settled("ask_product")  # "the second one": let us hear of it
    if said.references.problem and not said.content and not said.parts and not has_cjk(said.text):
        return Settled("ask_product")  # "the other one" of six
    asks_of_one = said.references.exact and cues.QUESTION.search(said.text)
    orders_list = said.parts.sort and not said.references.exact  # "which of these is the cheapest?"
    if orders_list or (not asks_of_one and not cues.ABOUT_PRODUCT.search(said.text)):
        return None
    if said.references.ids or said.references.problem:
        narrows = said.parts.wanted and not said.references.exact and not said.state.focus
        return None if narrows and said.on_the_table else Settled("ask_product")
    return Settled("ask_product") if said.state.focus and not said.parts.wanted else None


def _search(said: Said) -> Settled | None:
    """A new search or a change to the list on the table, where the words leave no doubt."""
    if cues.VAGUE.search(said.text) or (cues.FAVOUR.search(said.text) and not cues.SEARCH.search(said.text)):
        return None
    topic = bool(said.state.query or said.state.filters or said.state.shown)
    if topic and said.corrects and said.names_another:
        return Settled("search")
    if said.parts and not said.content and not said.names_category:
        return Settled("refine" if topic else "search")
    if topic and said.corrects and (said.parts or said.content) and not cues.SEARCH.search(said.text):
        return Settled("refine")
    if said.unknown and said.content and not said.references.ids:
        return Settled("search")
    if said.names_another and cues.HAVE_YOU_ZH.match(said.text):
        return Settled("search")  # 有帐篷吗, asked before a list of mugs
    if topic and said.goes_on and len(said.text.split()) <= LONGEST_CONTINUATION:
        return Settled("refine")
    if said.names_category:
        return Settled("refine" if topic and said.narrows_category else "search")
    if said.unknown and not said.references.ids:
        return Settled("refine" if said.on_the_table and not said.content else "search")
    if said.content and cues.ASKS_FOR.search(said.text):
        return Settled("search")
    if cues.SEARCH.search(said.text) and said.content and not (topic and len(said.content.split()) < 2):
        return Settled("search")
    return None
