"""Sums that are right: what several pieces cost, what a piece or a measure of one costs, units in other units, a share
of a price."""

from __future__ import annotations

import re
from typing import Final

from assistant.actions.policy_quotes import quote
from assistant.actions.request import Request
from assistant.answering.several import titles_of
from assistant.policy_topics import POLICIES
from assistant.turn import Evidence, Note
from assistant.understanding.amounts import find_amounts
from assistant.understanding.measures import read_measures
from data.records import Product
from retrieval.measures import NAMES, UNITS, Interval, Measure, intervals

_PIECES: Final = "|".join("pack pcs pieces count ct pk pairs sheets tablets capsules bags pods wipes rolls".split())
COUNTED: Final = re.compile(
    r"\b(?:set|pack|box|pair|bundle|case|lot) of (\d{1,4})\b|[x×]\s?(\d{1,4})\b|(\d{1,4})[片包袋只个支枚粒条卷张]"
    rf"|\b(\d{{1,4}})[\s-]?(?:{_PIECES})\b",
    re.I,
)
SUMMED: Final = re.compile(
    r"\b(?:total|sum|together|altogether|all|comes? to|how much|cost|left|over|change|remaining|plus|both)\b"
    r"|多少[钱錢]|一共|总共|總共|合[计計]|加起[来來]|[几幾][钱錢]|[还還]剩",
    re.I,
)
_PER: Final = re.compile(r"(?:\b(?:per|for each|every|for an?)\b|每一?)\s*(.{1,14})", re.I)
PERCENT: Final = re.compile(r"(\d{1,2}(?:\.\d)?)\s?(?:%|per ?cent)|([1-9](?:\.[1-9])?)折")


def act(request: Request) -> Evidence | None:
    """None where there is nothing to reckon with: then it is a question like any other."""
    text, products = request.message, request.referenced()
    if (whole := _with_shipping(request, text)) is not None:
        return whole
    for attempt in (_for_a_measure, _converted, _share_of, _for_each):
        if (evidence := attempt(request, text, products)) is not None:
            return evidence
    return _sum(request, text, products) if is_sum(request, text) else None


def is_sum(request: Request, text: str) -> bool:
    wanted = request.understanding
    return bool(wanted.quantities or wanted.quantity or len(wanted.references) > 1 or SUMMED.search(text))


def _sum(request: Request, text: str, products: list[Product]) -> Evidence:
    """Of the products pointed at in their quantities; of the cart where none is."""
    cart = request.shop.carts.view(request.session)
    if not products:
        if not cart.lines:
            return Evidence(notes=[request.problem("nothing_shown")])
        notes = [Note(key="cart_view", values={"lines": cart.in_words, "total": request.money(cart.total)})]
        notes += _left(request, text, cart.total)
        return Evidence(products=[line.product for line in cart.lines], notes=notes, cart=cart)
    pieces = _pieces(request, products)
    total = round(sum(product.price * pieces[product.product_id] for product in products), 2)
    titles = titles_of(products)
    lines = "; ".join(f"{pieces[p.product_id]} × {titles[p.product_id]} ({request.money(p.price)})" for p in products)
    notes = [Note(key="sum", values={"lines": lines, "total": request.money(total)})]
    notes += _left(request, text, total)
    request.state.sum, request.state.summed = pieces, request.state.number
    request.state.focus = [product.product_id for product in products]
    return Evidence(products=products, notes=notes, suggestions=[request.say("ask_add"), request.say("ask_cart")])


def _left(request: Request, text: str, total: float) -> list[Note]:
    """What is left of an amount that the message names."""
    budgets = [money.low for money in find_amounts(text) if money.low > total > 0 and _is_budget(text)]
    left = {"left": request.money(round(max(budgets) - total, 2))} if budgets else {}
    return [Note(key="sum_left", values=left)] if left else []


def _with_shipping(request: Request, text: str) -> Evidence | None:
    """The sum once more, and what the shop says of the cost of shipping."""
    told = request.state.sum and request.state.summed == request.state.number - 1
    if not (told and POLICIES["shipping"].search(text)):
        return None
    products = request.shop.known(list(request.state.sum))
    request.understanding.quantities = dict(request.state.sum)
    summed = _sum(request, "", products) if products else Evidence()
    rules = quote(request, request.shop.policy_book.answer(f"how much {text}", sure=True).passages)
    return summed.model_copy(update={"notes": [*summed.notes, *rules.notes], "facts": rules.facts})


def _pieces(request: Request, products: list[Product]) -> dict[str, int]:
    """Of each product, the number that was said for it, or for all."""
    wanted = request.understanding
    otherwise = 1 if wanted.quantities else wanted.quantity or 1
    return {product.product_id: wanted.quantities.get(product.product_id, otherwise) for product in products}


def _is_budget(text: str) -> bool:
    return bool(re.search(r"left|budget|change|remain|have|剩|预算|預算|找", text, re.I))


def _share_of(request: Request, text: str, products: list[Product]) -> Evidence | None:
    """ "20 % off that", 打八折: what would be paid, should there be such a discount."""
    found = PERCENT.search(text)
    if found is None or not (products or request.shop.carts.view(request.session).lines):
        return None
    share = float(found[1]) / 100 if found[1] else 1 - float(found[2]) / 10
    pieces = _pieces(request, products)
    whole = (
        sum(p.price * pieces[p.product_id] for p in products)
        if products
        else request.shop.carts.view(request.session).total
    )
    values = {
        "share": f"{share * 100:g}",
        "whole": request.money(whole),
        "rest": request.money(round(whole * (1 - share), 2)),
    }
    return Evidence(products=products, notes=[Note(key="sum_share", values=values)])


def _for_each(request: Request, text: str, products: list[Product]) -> Evidence | None:
    """What one of the pieces in a pack costs, the cheapest first: by each product's own count or amount."""
    if not re.search(
        r"\bper\b|\beach\b|\bapiece\b|a piece\b|每|一[片包袋只个支枚粒条卷张克斤]|单价|unit price", text, re.I
    ):
        return None
    several = (
        products
        if len(products) > 1
        else request.shop.known(request.state.shown)
        if not request.understanding.references
        else products
    )
    priced = sorted(((p.price / count, p, count) for p in several if (count := _count(p))), key=lambda each: each[0])
    if not priced:
        return None
    titles = titles_of([product for _, product, _ in priced])
    lines = "; ".join(
        f"{titles[p.product_id]}: {request.money(p.price)} / {count:g} = {request.money(each)}"
        for each, p, count in priced
    )
    best = priced[0][1]
    request.state.focus = [best.product_id]
    notes = [Note(key="sum_each", values={"lines": lines, "title": titles[best.product_id]})]
    return Evidence(products=[product for _, product, _ in priced], notes=notes)


def _for_a_measure(request: Request, text: str, products: list[Product]) -> Evidence | None:
    """What 100 g or a litre of each costs, the cheapest first: by the amount in the title, else in the listing."""
    unit = _unit_asked(text)
    if unit is None:
        return None
    several = products or request.shop.known(request.state.shown)
    amounts = {product.product_id: _in_the_pack(product, unit.dimension) for product in several}
    asked = (unit.low or 1) * UNITS[unit.unit][1]
    priced = sorted(
        ((p.price * asked / amount, p) for p in several if (amount := amounts[p.product_id])), key=lambda each: each[0]
    )
    if not priced:
        return None
    titles, best = titles_of([product for _, product in priced]), priced[0][1]
    request.state.focus = [best.product_id]
    lines = "; ".join(f"{titles[product.product_id]}: {request.money(round(each, 2))}" for each, product in priced)
    values = {"unit": f"{unit.low:g} {unit.unit}", "lines": lines, "title": titles[best.product_id]}
    note = Note(key="sum_per" if len(priced) > 1 else "sum_per_one", values=values)
    return Evidence(products=[product for _, product in priced], notes=[note])


def _unit_asked(text: str) -> Measure | None:
    """The measure whose price is asked for: "per 100 g", "a litre", 每公斤."""
    for found in _PER.finditer(text):
        for said in (found[1], f"1 {found[1]}"):
            if (stated := read_measures(said)) and stated[0].start == 0 and stated[0].measure.low:
                return stated[0].measure
    return None


def _in_the_pack(product: Product, dimension: str) -> float | None:
    """How much of it there is, in the dimension's own unit."""
    for said in read_measures(product.title):
        if said.measure.dimension == dimension and said.measure.low:
            return said.measure.low * UNITS[said.measure.unit][1]
    for value in product.attributes.values():
        for found in intervals(value):
            if found.dimension == dimension and 0 < found.low < float("inf"):
                return found.low
    return None


def _count(product: Product) -> float | None:
    """How many pieces the listing says are in a pack."""
    stated = [
        value
        for name, value in product.attributes.items()
        if re.search(r"pack|count|pieces|contents|quantity|size", name)
    ]
    for text in (*stated, product.title):
        if found := COUNTED.search(text):
            return float(next(group for group in found.groups() if group))
    return None


def _converted(request: Request, text: str, products: list[Product]) -> Evidence | None:
    """A measure of the message, or of the product spoken of, in the unit asked for."""
    target = _target(text)
    if target is None:
        return None
    dimension = UNITS[target][0]
    stated = [each.measure for each in read_measures(text)]
    stated += [measure for ranges in request.state.filters.measures.values() for measure in ranges]
    for measure in stated:
        amount = measure.low or measure.high
        if measure.dimension == dimension and measure.unit != target and amount:
            there = _rounded(amount * UNITS[measure.unit][1] / UNITS[target][1])
            values = {"from": f"{amount:g} {measure.unit}", "to": f"{there} {target}"}
            return Evidence(products=products, notes=[Note(key="sum_unit", values=values)])
    for product in products:
        for name, value in product.attributes.items():
            if found := next((each for each in intervals(value) if each.dimension == dimension), None):
                key = {"title": product.title, "name": name, "from": value, "to": f"{_in_unit(found, target)} {target}"}
                return Evidence(products=[product], notes=[Note(key="sum_unit_of", values=key)])
    return None


def _in_unit(found: Interval, target: str) -> str:
    low, high = (bound / UNITS[target][1] for bound in (found.low, found.high))
    ends = [_rounded(end) for end in dict.fromkeys((low, high)) if abs(end) != float("inf")]
    return "–".join(ends)


def _rounded(value: float) -> str:
    """With three figures, which is as near as anybody measures."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _target(text: str) -> str | None:
    """The unit that something is to be told in: "in ml", 多少厘米."""
    plain = text.lower()
    for unit, names in NAMES.items():
        if re.search(
            rf"(?:\b(?:in|to|into)\s+|how many\s+|多少|等于几|换成|換成|是几|合)(?:{names})(?![a-z])", plain, re.I
        ):
            return unit
    return None
