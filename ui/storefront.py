"""What happens on the page: arriving, talking, filling the cart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import gradio as gr
import structlog

from assistant import Assistant
from assistant.carts import MOST_PIECES, Change
from assistant.replies.phrases import money, say
from assistant.turn import Cart, DoneEvent, Language, StreamEvent, Understanding
from data.errors import AisleError
from data.records import Product
from ui.assistants import Assistants
from ui.cart import cart_panel
from ui.conversation import exchange, past, welcome
from ui.exchange import Exchange
from ui.labels import label
from ui.page import Page
from ui.rendering import render
from ui.turns import RunningTurn, Turns
from ui.visit import GUEST, Visit

MOST_SHOPPERS = 8  # in the picker
MOST_EXCHANGES = 40  # of a long conversation, on the page

_log = structlog.get_logger(__name__)

Update = dict[Any, Any]  # the page's parts → their new values


class Storefront:
    """The handlers of one page's events. They share the assistants; what differs by visitor is in its `Visit`."""

    def __init__(self, page: Page, assistants: Assistants, default: str) -> None:
        self.page = page
        self.assistants = assistants
        self.default = default
        self.turns = Turns()

    def arrive(self, memory: Any) -> Iterator[Update]:
        visit = Visit.recalled(memory, list(self.assistants.stores), self.default)
        yield from self._enter(visit.entering(visit.store))

    def change_store(self, visit: Visit, store: str) -> Iterator[Update]:
        if store != visit.store and store in self.assistants.stores:
            yield from self._enter(replace(visit.entering(store), shopper=GUEST))

    def change_shopper(self, visit: Visit, shopper: str) -> Update:
        return self._known(replace(visit, shopper=shopper))

    def start_over(self, visit: Visit) -> Iterator[Update]:
        """A new conversation; what is in the cart comes along."""
        assistant = self.assistants.ready(visit.store)
        fresh = visit.anew()
        if assistant is not None:
            for line in assistant.cart(visit.session).lines:
                assistant.set_quantity(line.product.product_id, line.quantity, fresh.session, fresh.user)
        yield from self._enter(fresh)

    def converse(self, visit: Visit, typed: str, event: gr.EventData) -> Iterator[Update]:
        """A message typed, or a click that stands for one. Nothing happens while the shop is not open yet."""
        assistant = self.assistants.ready(visit.store) if visit else None
        click = event._data if isinstance(event._data, dict) else {}
        started = self._started(assistant, visit, typed, click) if assistant else None
        if assistant is None or started is None:
            yield {self.page.send: gr.skip()}
            return
        earlier = self._past(assistant, visit)
        yield {self.page.past: earlier, self.page.send: gr.Button(interactive=False)} | (
            {} if "event" in click else {self.page.message: ""}
        )
        yield from self._follow(visit, started)

    def change_cart(self, visit: Visit, event: gr.EventData) -> Update:
        assistant = self.assistants.ready(visit.store)
        click = event._data if isinstance(event._data, dict) else {}
        if assistant is None or str(click.get("product")) not in assistant.shop.catalogue:
            return {self.page.cart: gr.skip()}
        visit = replace(visit, clicks=visit.clicks + 1)
        product = assistant.product(click["product"])
        change = _changed(assistant, visit, product.product_id, str(click.get("change")))
        cart = assistant.cart(visit.session)
        notice = _notice(product, change, cart, visit.language)
        return {self.page.visit: visit, self.page.cart: self._cart(visit, cart, notice)}

    def _enter(self, visit: Visit) -> Iterator[Update]:
        """The shop of the visit: its name and greeting at once, the conversation as soon as the assistant is there."""
        page, settings = self.page, self.assistants.stores[visit.store].settings
        opening = self.assistants.opening(visit.store)
        if not opening.done():
            yield self._known(visit) | {
                page.brand: render("brand.html", settings=settings, language=visit.language),
                page.store: visit.store,
                page.past: "",
                page.now: welcome(settings, visit.language, ready=False),
                page.cart: self._cart(visit, Cart(currency=settings.currency)),
                page.send: gr.Button(interactive=False),
            }
        try:
            assistant = opening.result()
        except Exception as error:
            problem = str(error) if isinstance(error, AisleError) else say("sorry", visit.language)
            yield self._known(visit) | {
                page.brand: render("brand.html", settings=settings, language=visit.language),
                page.now: welcome(settings, visit.language, ready=False, problem=problem),
                page.send: gr.Button(interactive=False),
            }
            return
        yield from self._opened(visit, assistant)

    def _opened(self, visit: Visit, assistant: Assistant) -> Iterator[Update]:
        page, settings = self.page, self.assistants.stores[visit.store].settings
        turns = assistant.history(visit.session)[-MOST_EXCHANGES:]
        shown = [Exchange.of(turn) for turn in turns]
        running = self.turns.running(visit.session)
        latest = None if running else shown[-1] if shown else None
        language = shown[-1].language if shown else visit.language
        users = assistant.shop.users(MOST_SHOPPERS)
        visit = replace(visit, language=language, shopper=visit.shopper if visit.shopper in users else GUEST)
        yield self._known(visit) | {
            page.brand: render("brand.html", settings=settings, language=language),
            page.store: visit.store,
            page.shopper: gr.Dropdown(
                [("Guest", GUEST), *((user, user) for user in users)], value=visit.shopper, visible=bool(users)
            ),
            page.past: past(shown if running else shown[:-1], visit.store, settings.currency),
            page.now: self._exchange(visit, latest) if latest else welcome(settings, language, ready=True),
            page.cart: self._cart(visit, assistant.cart(visit.session)),
            page.send: gr.Button(interactive=True),
        }
        if running:
            yield from self._follow(visit, running)

    def _started(self, assistant: Assistant, visit: Visit, typed: str, click: dict[str, Any]) -> RunningTurn | None:
        """The turn that a message or a click begins; None where there is nothing to answer."""
        asked = _asked(assistant, visit, typed, click)
        return self.turns.start(visit.session, *asked) if asked else None

    def _follow(self, visit: Visit, running: RunningTurn) -> Iterator[Update]:
        page = self.page
        for current in running.follow():
            update: Update = {page.now: self._exchange(visit, current)}
            if current.cart is not None:
                update[page.cart] = self._cart(replace(visit, language=current.language), current.cart)
            if not current.waiting:
                update |= {
                    page.visit: replace(visit, language=current.language),
                    page.send: gr.Button(interactive=True),
                }
            yield update

    def _past(self, assistant: Assistant, visit: Visit) -> str:
        turns = assistant.history(visit.session)[-MOST_EXCHANGES:]
        return past(map(Exchange.of, turns), visit.store, assistant.shop.currency)

    def _exchange(self, visit: Visit, current: Exchange) -> str:
        return exchange(current, visit.store, self.assistants.stores[visit.store].settings.currency)

    def _cart(self, visit: Visit, cart: Cart, notice: str = "") -> str:
        return cart_panel(cart, visit.store, visit.language, notice, visit.clicks)

    def _known(self, visit: Visit) -> Update:
        """The visit for this page, and its memory for the browser."""
        return {self.page.visit: visit, self.page.memory: visit.memory}


Asked = tuple[str, Callable[[], Iterator[StreamEvent]]]  # the message as it is shown, and the turn it makes


def _asked(assistant: Assistant, visit: Visit, typed: str, click: dict[str, Any]) -> Asked | None:
    session, user = visit.session, visit.user
    match click.get("event"):
        case "drop":
            field, value = str(click.get("field")), str(click.get("value"))
            return f"– {value}", lambda: iter([DoneEvent(assistant.drop_filter(session, field, value, user))])
        case "about" if str(click.get("product")) in assistant.shop.catalogue:
            return _asked_about(assistant, visit, click)
        case "say":
            typed = str(click.get("text"))
    return (typed, lambda: assistant.stream(typed, session, user)) if typed.strip() else None


def _asked_about(assistant: Assistant, visit: Visit, click: dict[str, Any]) -> Asked:
    """The click says which product is meant, so that nothing has to be understood."""
    product, like = assistant.product(click["product"]), click.get("kind") == "like"
    understood = Understanding(
        intent="recommend" if like else "ask_product",
        references=[product.product_id],
        language=visit.language,
    )
    message = label("like_message" if like else "ask_message", visit.language, title=product.title)
    return message, lambda: assistant.stream(message, visit.session, visit.user, understood=understood)


def _changed(assistant: Assistant, visit: Visit, product_id: str, change: str) -> Change:
    if change == "1":
        return assistant.add_to_cart(product_id, 1, visit.session, visit.user)
    lines = assistant.cart(visit.session).lines
    quantity = next((line.quantity for line in lines if line.product.product_id == product_id), 0)
    left = max(quantity - 1, 0) if change == "-1" else 0
    return assistant.set_quantity(product_id, left, visit.session, visit.user)


def _notice(product: Product, change: Change, cart: Cart, language: Language) -> str:
    if change.obstacle:
        return say(change.obstacle, language, title=product.title, stock=product.stock, most=MOST_PIECES)
    total = money(cart.total, cart.currency, language)
    if change.after > change.before:
        added = change.after - change.before
        return say("cart_added", language, quantity=added, title=product.title, total=total)
    return say("cart_removed", language, title=product.title, total=total) if change.after == 0 else ""
