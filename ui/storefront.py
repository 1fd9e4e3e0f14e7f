"""What happens on the page: arriving, talking, filling the cart."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr
from sqlalchemy.exc import SQLAlchemyError

from assistant import Assistant
from assistant.faults import log_fault
from assistant.replies.phrases import say
from assistant.server.tokens import SessionTokens
from assistant.turn import Cart, Language, Turn
from data.errors import AisleError
from ui.asked import asked
from ui.assistants import Assistants
from ui.cart import cart_panel
from ui.cart_clicks import carry_over, change_cart, notice
from ui.conversation import exchange, past, welcome
from ui.exchange import Exchange
from ui.labels import label
from ui.memories import change_memory
from ui.page import Page
from ui.rendering import render
from ui.turns import RunningTurn, Turns
from ui.visit import GUEST, Visit, device_of

MOST_SHOPPERS = 8  # in the picker
MOST_EXCHANGES = 40  # of a long conversation, on the page

Update = dict[Any, Any]  # the page's parts → their new values


class Storefront:
    """The handlers of one page's events. They share the assistants; what differs by visitor is in its `Visit`.

    `posing`: a visitor may pick one of the store's shoppers and be them, which is for trying things out.
    """

    def __init__(self, page: Page, assistants: Assistants, default: str, *, posing: bool) -> None:
        self.page = page
        self.assistants = assistants
        self.default = default
        self.posing = posing
        self.signed = {name: SessionTokens.of(store) for name, store in assistants.stores.items()}
        self.turns = Turns()
        self._notices = itertools.count()

    def arrive(self, memory: Any, request: gr.Request) -> Iterator[Update]:
        visit = Visit.recalled(memory, self.signed, self.default)
        device = device_of(str(request.headers.get("user-agent", "")))
        yield from self._enter(replace(visit.entering(visit.store), device=device))

    def change_store(self, visit: Visit, store: str) -> Iterator[Update]:
        yield from self._enter(visit.entering(store))

    def change_shopper(self, visit: Visit, shopper: str) -> Update:
        assistant = self.assistants.ready(visit.store)
        if assistant and (shopper == GUEST or shopper in self._shoppers(assistant)):
            visit = visit.posing_as(shopper)
        return self._known(visit) | ({self.page.cart: self._panel(visit, assistant)} if assistant else {})

    def start_over(self, visit: Visit) -> Iterator[Update]:
        """A new conversation; what is in the cart comes along."""
        fresh = visit.anew()
        if assistant := self.assistants.ready(visit.store):
            carry_over(assistant, visit, fresh)
        yield from self._enter(fresh)

    def converse(self, visit: Visit | None, typed: str, event: gr.EventData) -> Iterator[Update]:
        """A message typed, or a click that stands for one. Nothing happens while the shop is not open yet."""
        page, click = self.page, _data(event)
        assistant = self.assistants.ready(visit.store) if visit else None
        wanted = asked(assistant, visit, typed, click) if visit and assistant else None
        if visit is None or assistant is None or wanted is None:
            yield {page.send: gr.skip()}
        elif running := self.turns.running(visit.session):  # asked in another tab: this message waits in its box
            yield from self._follow(visit, running)
        else:
            earlier = past(map(Exchange.of, self._history(assistant, visit)), visit.store, assistant.shop.currency)
            running = self.turns.start(visit.session, wanted.message, wanted.events)
            yield (
                {page.past: earlier}
                | self._controls(visit.language, free=False)
                | ({} if click else {page.message: gr.Textbox("")})
            )
            yield from self._follow(visit, running)

    def click_product(self, visit: Visit | None, event: gr.EventData) -> Update:
        """A button that changes the cart or what is remembered, or the link of a product that was followed."""
        click = _data(event)
        assistant = self.assistants.ready(visit.store) if visit else None
        if visit is None or assistant is None:
            return {self.page.cart: gr.skip()}
        if click.get("event") in ("forget", "amend"):
            change_memory(assistant, visit, click)
            return {self.page.cart: self._panel(visit, assistant)}
        product_id = str(click.get("product"))
        if product_id not in assistant.shop.catalogue:
            return {self.page.cart: gr.skip()}
        if click["event"] == "view":
            assistant.feedback(visit.session, product_id, "view", visit.user)
            return {self.page.cart: gr.skip()}
        try:
            change = change_cart(assistant, visit, product_id, str(click.get("change")))
            words = notice(assistant.product(product_id), change, assistant.cart(visit.session), visit.language)
        except SQLAlchemyError as error:
            log_fault("a cart could not be changed", error)
            words = say("sorry", visit.language)
        return {self.page.cart: self._panel(visit, assistant, words)}

    def _panel(self, visit: Visit, assistant: Assistant, words: str = "") -> str:
        """The cart and the memories as they are now."""
        memories = assistant.memories(visit.session, visit.user)
        cart = assistant.cart(visit.session)
        return cart_panel(cart, visit.store, visit.language, words, next(self._notices) if words else 0, memories)

    def _panel_if_readable(self, visit: Visit, assistant: Assistant) -> Update:
        try:
            return {self.page.cart: self._panel(visit, assistant)}
        except SQLAlchemyError as error:  # the reply says so
            log_fault("a cart could not be read", error)
            return {}

    def _enter(self, visit: Visit) -> Iterator[Update]:
        """The shop of the visit: its name and greeting at once, the conversation as soon as the assistant is there."""
        page, settings = self.page, self.assistants.stores[visit.store].settings
        opening = self.assistants.opening(visit.store)
        closed = self._known(visit) | {
            page.brand: render("brand.html", settings=settings, language=visit.language),
            page.store: visit.store,
            page.past: "",
            page.cart: cart_panel(Cart(currency=settings.currency), visit.store, visit.language),
            page.send: gr.Button(interactive=False),
        }
        if not opening.done():
            yield closed | {page.now: welcome(settings, visit.language, ready=False)}
        try:
            assistant = opening.result()
        except Exception as error:  # logged where it was opened
            problem = str(error) if isinstance(error, AisleError) else say("sorry", visit.language)
            yield closed | {page.now: welcome(settings, visit.language, ready=False, problem=problem)}
        else:
            yield from self._show(visit, assistant)

    def _show(self, visit: Visit, assistant: Assistant) -> Iterator[Update]:
        """The conversation as it stands, the turn that is just running included."""
        page, settings = self.page, assistant.shop.store.settings
        running = self.turns.running(visit.session)
        shown = [Exchange.of(turn) for turn in self._history(assistant, visit)]
        latest = shown.pop() if shown and not running else None
        language = latest.language if latest else shown[-1].language if shown else visit.language
        visit = replace(visit, language=language)
        yield (
            self._known(visit)
            | self._controls(language, free=running is None)
            | {
                page.brand: render("brand.html", settings=settings, language=language),
                page.store: gr.Dropdown(value=visit.store, interactive=running is None),
                page.shopper: _shopper_picker(self._shoppers(assistant), visit),
                page.past: past(shown, visit.store, settings.currency),
                page.now: self._exchange(visit, latest) if latest else welcome(settings, language, ready=True),
                page.cart: self._panel(visit, assistant),
            }
        )
        if running:
            yield from self._follow(visit, running)

    def _follow(self, visit: Visit, running: RunningTurn) -> Iterator[Update]:
        for current in running.follow():
            update: Update = {self.page.now: self._exchange(visit, current)}
            if current.cart is not None and (assistant := self.assistants.ready(visit.store)):
                update |= self._panel_if_readable(replace(visit, language=current.language), assistant)
            if not current.waiting:
                update |= {self.page.visit: replace(visit, language=current.language)}
                update |= self._controls(current.language, free=True)
            yield update

    def _controls(self, language: Language, *, free: bool) -> Update:
        """The page's own controls in the shopper's language; only typing goes on while a turn is running."""
        return {
            self.page.send: gr.Button(label("send", language), interactive=free),
            self.page.anew: gr.Button(label("new_conversation", language), interactive=free),
            self.page.store: gr.Dropdown(interactive=free),
            self.page.message: gr.Textbox(placeholder=label("message", language)),
        }

    def _history(self, assistant: Assistant, visit: Visit) -> list[Turn]:
        return assistant.history(visit.session)[-MOST_EXCHANGES:]

    def _exchange(self, visit: Visit, current: Exchange) -> str:
        return exchange(current, visit.store, self.assistants.stores[visit.store].settings.currency)

    def _known(self, visit: Visit) -> Update:
        """The visit for this page, and its memory for the browser."""
        return {self.page.visit: visit, self.page.memory: visit.memory(self.signed)}

    def _shoppers(self, assistant: Assistant) -> list[str]:
        """Those whom a visitor may pose as. Nobody in a real shop that others can reach."""
        allowed = self.posing or assistant.shop.store.settings.synthetic
        return assistant.shop.users(MOST_SHOPPERS) if allowed else []


def _data(event: gr.EventData) -> dict[str, Any]:
    """A clicked button's data, {} for a message sent from its box."""
    return event._data if isinstance(event._data, dict) and "event" in event._data else {}


def _shopper_picker(users: list[str], visit: Visit) -> gr.Dropdown:
    signed_in = visit.shopper not in (GUEST, *users)
    names = [visit.shopper] if signed_in else users
    choices = [*([] if signed_in else [(label("guest", visit.language), GUEST)]), *((name, name) for name in names)]
    return gr.Dropdown(choices, value=visit.shopper, visible=bool(names))
