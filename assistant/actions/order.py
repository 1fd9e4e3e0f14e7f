"""`order`: what the shop's records and policies say of the shopper's orders.

Nothing is cancelled, changed or refunded here: the reply says how it is done, and offers a person. Of a number that is
not among the shopper's orders it says just that, whether or not another shopper has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from assistant.actions.order_notes import fact, in_list, price_notes, return_note, status_notes, today_note
from assistant.actions.policy_quotes import quote
from assistant.actions.request import Request
from assistant.orders import numbered, products_of, with_thing
from assistant.policies import Passage
from assistant.returns import ReturnRule, return_rule, window
from assistant.turn import Evidence, Note
from assistant.understanding import words
from assistant.understanding.language import has_cjk, normalise
from assistant.understanding.service import OrderQuestion, order_number, order_question
from data.records import Order

LATEST = 5  # orders in a list, and products on cards
TOLD = 3  # orders told of in full

# What is asked of the policies where the records are not enough: plain English, which every policy is compared with.
_POLICY_ON: dict[OrderQuestion, str] = {
    "return": "how long can I return something",
    "cancel": "can I cancel an order",
    "change": "can I change an order",
    "arrival": "how long does shipping take",
    "faulty": "repair, replace or refund a faulty item",
    "wrong": "refund when the item was faulty or wrong",
    "refund": "how many days until we refund to the original means of payment",
}


_ASKED_BY: dict[str, OrderQuestion] = {"order_status": "history", "order_change": "change", "return": "return"}

_IT = re.compile(r"\b(?:it|this|that|these|those|them|they)\b|[它这這那此]", re.IGNORECASE)
_AN_ORDER = re.compile(r"我的|[订訂][单單]|[买買]的|包裹|快[递遞]")
_THE_LAST = re.compile(
    r"\b(?:last|latest|most recent)\b(?!.{0,12}\b(?:orders|purchases|things|few|two|three|\d))|上次|上一次|最后一次",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Asked:
    """`orders` are those meant, latest first, at least one; `thing` are the shopper's words for what is in them."""

    question: OrderQuestion
    orders: list[Order]
    exactly: bool  # the message names the order or what is in it, or goes on about one
    thing: str = ""


def act(request: Request) -> Evidence:
    message, on_the_table = normalise(request.message), _on_the_table(request)
    question = order_question(message, spoken_of=bool(on_the_table)) or _ASKED_BY.get(
        request.understanding.act, "history"
    )
    number = request.understanding.order or order_number(message, spoken_of=bool(on_the_table))
    orders = request.shop.orders.of(request.user, request.session)
    if request.user is None and not orders:
        guest = Note(key="order_guest", values={"contact": request.contact()})
        rules = request.shop.policy_book.answer(request.message).passages  # which hold for guests as well
        if not rules:
            return _with_policy(request, question, guest)
        evidence = quote(request, rules)
        evidence.notes.append(guest)
        return evidence
    if number and not numbered(orders, number):
        note = Note(key="order_not_found", values={"number": number, "contact": request.contact()})
        return Evidence(notes=[note], suggestions=[request.say("ask_my_orders"), request.say("ask_person")])
    if not orders:
        return _from_purchases(request, question)
    asked, unknown = _meant(request, question, orders, number)
    if unknown:
        evidence = _history(request, _Asked("history", orders, exactly=False))
        evidence.notes.insert(0, Note(key="order_no_such_thing", values={"thing": unknown}))
        return evidence
    return _ANSWERS[question](request, asked)


def _meant(request: Request, question: OrderQuestion, orders: list[Order], number: str) -> tuple[_Asked, str]:
    """What the question is about, and the thing that it names and no order has."""
    if number:
        return _Asked(question, numbered(orders, number), exactly=True), ""
    message = f"{normalise(request.message)} {request.understanding.english}".strip()
    spoken_of = numbered(orders, _on_the_table(request))
    if spoken_of and len(orders) > 1 and words.points("other", message):
        others = [order for order in orders if order not in spoken_of]
        question = "status" if question == "history" else question
        return _Asked(question, _likely(question, others), exactly=True), ""  # "what is in the other order?"
    if question == "history" and request.understanding.act == "order_status":
        having, _ = with_thing(orders, message, request.shop.catalogue)
        if having and len(having) < len(orders):
            return _Asked("status", having, exactly=True, thing=message), ""  # "what did the kettle in it cost?"
    if question == "history":
        if spoken_of and _points(message):
            return _Asked("status", spoken_of, exactly=True), ""  # "what did that one come to?"
        return _Asked(question, orders, exactly=False), ""
    having, unknown = with_thing(orders, message, request.shop.catalogue)
    if having:
        return _Asked(question, _likely(question, having), exactly=True, thing=message), ""
    if unknown:
        return _Asked(question, orders, exactly=False), unknown
    likely = _likely(question, orders)
    if spoken_of and (_points(message) or spoken_of[0] in likely):
        return _Asked(question, spoken_of, exactly=True), ""
    return _Asked(question, likely, exactly=False), ""


def _points(message: str) -> bool:
    """Whether it asks of the order just spoken of: "it", or in Chinese nothing at all."""
    return bool(_IT.search(message)) or (has_cjk(message) and not _AN_ORDER.search(message))


def _on_the_table(request: Request) -> str:
    """The number of the order that the last turns were about."""
    return request.state.service.just_spoken_of(request.state.number - 1)


def _likely(question: OrderQuestion, orders: list[Order]) -> list[Order]:
    """The orders that such a question is usually about, or the latest."""
    wanted = {
        "status": ("processing", "shipped"),
        "arrival": ("shipped", "processing"),
        "missing": ("shipped", "processing"),
        "cancel": ("processing",),
        "change": ("processing",),
        "refund": ("returned", "cancelled"),
    }.get(question, ("delivered", None))
    return [order for order in orders if order.status in wanted] or orders[:1]


def _status(request: Request, asked: _Asked) -> Evidence:
    orders = asked.orders[: 1 if asked.exactly else TOLD]
    notes = [note for order in orders for note in status_notes(request, order)]
    if len(orders) == 1 and asked.exactly:
        notes += price_notes(request, orders[0], asked.thing)
    on_the_way = any(order.status in ("processing", "shipped") for order in orders)
    return _told(request, orders, notes + (today_note(request, orders) if on_the_way else []))


def _arrival(request: Request, asked: _Asked) -> Evidence:
    orders = asked.orders[:1]
    evidence = _told(request, orders, status_notes(request, orders[0]))
    if orders[0].status in ("processing", "shipped"):
        _add_policy(request, evidence, "arrival")
        evidence.notes += today_note(request, orders)
    return evidence


def _history(request: Request, asked: _Asked) -> Evidence:
    """The latest, as many as it takes to fill the cards with their products."""
    if _THE_LAST.search(request.message):
        return _status(request, _Asked("status", asked.orders[:1], exactly=True))
    listed: list[Order] = []
    for order in asked.orders[:LATEST]:
        listed.append(order)
        if len({line.product_id for one in listed for line in one.lines}) >= LATEST:
            break
    separator = "；" if request.understanding.language == "zh" else "; "
    text = separator.join(in_list(request, order) for order in listed)
    evidence = _told(request, listed, [Note(key="order_list", values={"orders": text})])
    evidence.suggestions = []
    if len(listed) > 1:
        request.state.service.order = ""  # "it" is none of several
    return evidence


def _return(request: Request, asked: _Asked) -> Evidence:
    rule = return_rule(request.shop.policies)
    orders = asked.orders[:1]
    if not asked.exactly and rule is not None:
        orders = _still_open(request, rule, asked.orders)[:TOLD] or orders
    evidence = _told(request, orders, [return_note(request, order, rule, asked.thing) for order in orders])
    evidence.suggestions = evidence.suggestions[-1:]  # not the very question
    if rule is None:
        return _offering(request, _add_policy(request, evidence, "return"))
    evidence.notes += today_note(request, orders)
    _add(evidence, quote(request, [Passage(rule.policy, (rule.sentence, *rule.exceptions))]))
    closed = any(note.key in ("return_closed", "return_unknown") for note in evidence.notes)
    return _offering(request, evidence) if closed else evidence


def _still_open(request: Request, rule: ReturnRule, orders: list[Order]) -> list[Order]:
    today = request.shop.orders.today()
    return [order for order in orders if order.status == "delivered" and window(rule, order, today).open]


def _change(request: Request, asked: _Asked) -> Evidence:
    """To cancel an order, or to change it."""
    order = asked.orders[0]
    notes = status_notes(request, order)
    if order.status in ("cancelled", "returned"):
        return _told(request, [order], [*notes, Note(key="cancel_done")])
    if order.status in ("shipped", "delivered"):
        notes.append(Note(key=f"{asked.question}_too_late"))
    evidence = _told(request, [order], [*notes, Note(key="cannot_change")])
    return _offering(request, _add_policy(request, evidence, asked.question))


def _missing(request: Request, asked: _Asked) -> Evidence:
    order = asked.orders[0]
    arrived = order.status == "delivered"
    sorry = [Note(key="sorry_missing_delivered" if arrived else "sorry_missing")]
    notes = [*status_notes(request, order), *sorry] if arrived else [*sorry, *status_notes(request, order)]
    evidence = _told(request, [order], notes)
    if order.status in ("processing", "shipped"):
        _add_policy(request, evidence, "arrival")
        evidence.notes += today_note(request, [order])
    return _offering(request, evidence)


def _not_in_order(request: Request, asked: _Asked) -> Evidence:
    """What came is broken, or is not what was ordered."""
    order = asked.orders[0]
    notes = [Note(key=f"sorry_{asked.question}"), *status_notes(request, order), Note(key="cannot_change")]
    return _offering(request, _add_policy(request, _told(request, [order], notes), asked.question))


def _refund(request: Request, asked: _Asked) -> Evidence:
    order = asked.orders[0]
    notes = status_notes(request, order)
    if order.status not in ("returned", "cancelled"):
        notes += [*price_notes(request, order, asked.thing), Note(key="refund_not_returned")]
    return _offering(request, _add_policy(request, _told(request, [order], notes), "refund"))


_ANSWERS: dict[OrderQuestion, Callable[[Request, _Asked], Evidence]] = {
    "status": _status,
    "arrival": _arrival,
    "history": _history,
    "return": _return,
    "cancel": _change,
    "change": _change,
    "missing": _missing,
    "faulty": _not_in_order,
    "wrong": _not_in_order,
    "refund": _refund,
}


def _told(request: Request, orders: list[Order], notes: list[Note]) -> Evidence:
    """The orders are on the table now: their products as cards, and the first as what "it" means."""
    products = [product for order in orders for product in products_of(order, request.shop.catalogue)]
    products = list({product.product_id: product for product in products}.values())[:LATEST]
    request.state.service.order, request.state.service.spoken = orders[0].order_id, request.state.number
    if products:
        request.state.show([product.product_id for product in products])
    suggestions = [request.say("ask_my_orders")]
    if orders[0].status == "delivered":
        suggestions.insert(0, request.say("ask_return_it"))
    return Evidence(
        products=products,
        notes=notes,
        facts=[fact(request, order) for order in orders],
        suggestions=suggestions,
    )


def _from_purchases(request: Request, question: OrderQuestion) -> Evidence:
    """A shop without a table of orders may still know what the shopper has bought."""
    bought = request.shop.purchases(request.user) if request.user and not request.shop.orders else []
    products = request.shop.catalogue.known(bought)
    if not products:
        return _with_policy(request, question, Note(key="order_none", values={"contact": request.contact()}))
    filled = {"lines": "; ".join(product.title for product in products), "contact": request.contact()}
    evidence = _with_policy(request, question, Note(key="order_history", values=filled))
    evidence.products = products
    return evidence


def _with_policy(request: Request, question: OrderQuestion, note: Note) -> Evidence:
    """For those whose orders are not known: the note, and what the policies say to anyone."""
    return _add_policy(request, Evidence(notes=[note], suggestions=[request.say("ask_person")]), question)


def _add_policy(request: Request, evidence: Evidence, question: OrderQuestion) -> Evidence:
    if question in _POLICY_ON:
        _add(evidence, quote(request, request.shop.policy_book.answer(_POLICY_ON[question]).passages[:2]))
    return evidence


def _add(evidence: Evidence, quoted: Evidence) -> None:
    evidence.notes += quoted.notes
    evidence.facts += quoted.facts


def _offering(request: Request, evidence: Evidence) -> Evidence:
    evidence.notes.append(Note(key="offer_person"))
    evidence.suggestions.insert(0, request.say("ask_person"))
    request.state.service.offered = request.state.number
    return evidence
