"""What the shop's records say of an order, as notes in the shopper's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from babel.dates import format_date

from assistant.actions.request import Request
from assistant.orders import lines_with_thing
from assistant.replies.phrases import LOCALES
from assistant.returns import ReturnRule, window
from assistant.turn import Fact, Note
from data.records import Order, OrderLine

MOST_LINES = 5


def day(request: Request, moment: datetime | date) -> str:
    """`November 1, 2026`, `2026年11月1日`."""
    on = moment.date() if isinstance(moment, datetime) else moment
    return format_date(on, format="long", locale=LOCALES[request.understanding.language])


def values(request: Request, order: Order, lines: Iterable[OrderLine] | None = None) -> dict[str, Any]:
    """What fills the phrases about an order; lines other than all of them where only those are spoken of."""
    return {
        "number": order.order_id,
        "placed": day(request, order.placed_at),
        "lines": _lines(request, order.lines if lines is None else lines),
    }


def in_short(request: Request, order: Order) -> str:
    return request.say("order_in_short", **values(request, order))


def in_list(request: Request, order: Order) -> str:
    key = "order_in_list" if order.total is None else "order_in_list_with_total"
    total = "" if order.total is None else request.money(order.total)
    return request.say(key, **values(request, order), status=_status(request, order), total=total)


def status_notes(request: Request, order: Order) -> list[Note]:
    """Where it is, since when, and who brings it."""
    filled = values(request, order)
    if order.status == "shipped" and order.shipped_at:
        notes = [Note(key="order_shipped", values=filled | {"shipped": day(request, order.shipped_at)})]
    elif order.status == "delivered" and order.delivered_at:
        notes = [Note(key="order_delivered", values=filled | {"delivered": day(request, order.delivered_at)})]
    elif order.status in ("shipped", "delivered"):
        notes = [Note(key=f"order_{order.status}_undated", values=filled)]
    elif order.status is None:
        notes = [Note(key="order_unknown", values=filled | {"contact": request.contact()})]
    else:
        notes = [Note(key=f"order_{order.status}", values=filled)]
    if order.status == "shipped" and order.tracking:
        key = "order_carrier" if order.carrier else "order_tracking"
        notes.append(Note(key=key, values={"carrier": order.carrier or "", "tracking": order.tracking}))
    return notes


def price_notes(request: Request, order: Order, thing: str = "") -> list[Note]:
    """What the order came to, and of several goods what that one cost which is meant."""
    lines = lines_with_thing(order, thing, request.shop.catalogue) if thing else []
    priced = [line for line in lines if line.price is not None] if len(lines) < len(order.lines) else []
    notes = [
        Note(key="order_line_price", values={"line": _line(request, line), "price": request.money(line.price or 0)})
        for line in priced
    ]
    total = [] if order.total is None else [Note(key="order_total", values={"total": request.money(order.total)})]
    return notes + total


def return_note(request: Request, order: Order, rule: ReturnRule | None, thing: str) -> Note:
    """Whether an order, or the thing in it that is meant, can still be returned."""
    lines = lines_with_thing(order, thing, request.shop.catalogue)
    filled = values(request, order, lines)
    if order.status in ("cancelled", "returned"):
        return Note(key=f"order_{order.status}", values=values(request, order))
    if order.status in ("processing", "shipped"):
        return Note(key="return_not_begun", values=filled)
    if rule is None:
        return Note(key="return_no_limit", values=filled | {"contact": request.contact()})
    left = window(rule, order, request.shop.orders.today())
    if left.open is None or (not left.open and left.until is None):
        return Note(key="return_unknown", values=filled | {"contact": request.contact()})
    if left.until is None:
        return Note(key="return_open_undated", values=filled)
    filled |= {"until": day(request, left.until)}
    if not left.open:
        return Note(key="return_closed", values=filled)
    if order.delivered_at is None:
        return Note(key="return_open_purchase", values=filled)
    return Note(key="return_open", values=filled | {"delivered": day(request, order.delivered_at)})


def fact(request: Request, order: Order) -> Fact:
    """Everything that a reply may say of the order."""
    told = [in_list(request, order)]
    told += [day(request, moment) for moment in (order.shipped_at, order.delivered_at) if moment]
    told += [text for text in (order.carrier, order.tracking) if text]
    told += [request.money(amount) for amount in (order.total, *(line.price for line in order.lines)) if amount]
    return Fact(text="; ".join(told), source="order")


def today_note(request: Request, orders: Iterable[Order]) -> list[Note]:
    """In a synthetic store time stands still; the reply says on which day, unless it is about an order placed since."""
    today = request.shop.orders.today()
    if not request.shop.store.settings.synthetic or any(order.placed_at.date() > today for order in orders):
        return []
    return [Note(key="order_today", values={"day": day(request, today)})]


def _status(request: Request, order: Order) -> str:
    if order.status is None:
        return request.say("status_unknown")
    if order.status != "delivered":
        return request.say(f"status_{order.status}")
    if order.delivered_at is None:
        return request.say("status_delivered_undated")
    return request.say("status_delivered", day=day(request, order.delivered_at))


def _lines(request: Request, lines: Iterable[OrderLine]) -> str:
    separator = "、" if request.understanding.language == "zh" else " + "
    lines = list(lines)
    more = ["…"] if len(lines) > MOST_LINES else []
    return separator.join([*(_line(request, line) for line in lines[:MOST_LINES]), *more])


def _line(request: Request, line: OrderLine) -> str:
    known = request.shop.catalogue.known([line.product_id])
    title = line.title or (known[0].title if known else line.product_id)
    key = "order_line_returned" if 0 < line.returned < line.quantity else "order_line"
    return request.say(key, quantity=f"{line.quantity:g}", returned=f"{line.returned:g}", title=title)
