"""The Python API: one store, opened, to chat with, search and get recommendations from."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

from langchain_core.language_models import BaseChatModel
from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from assistant import feedback
from assistant.carts import Change
from assistant.checkout import mark_of
from assistant.checkpoints import Checkpoints
from assistant.database import Database, sessions_of
from assistant.dialogue import Dialogue
from assistant.engines import describe, open_engine
from assistant.faults import log_fault
from assistant.feedback import live_events
from assistant.handoffs import Handoff, Status
from assistant.payments import PaymentProvider
from assistant.personal_data import mask
from assistant.recommendations import Recommendations, Shopper, Wish
from assistant.replies.conditions import chips
from assistant.replies.phrases import say
from assistant.replies.reasons import short_name
from assistant.shop import Shop
from assistant.short_turns import again, refused, unreadable
from assistant.tables import CartRow, EventRow, HandoffRow, SessionRow, TurnRow
from assistant.trained import TrainedModels
from assistant.turn import (
    Cart,
    CheckoutSummary,
    DoneEvent,
    Fact,
    Feedback,
    Language,
    Memory,
    PlacedOrder,
    Recommendation,
    StreamEvent,
    Turn,
    Understanding,
)
from assistant.turn_records import TurnRecords
from assistant.understanding.language import detect
from assistant.understanding.reader.runtime import LearnedReader, reader_or_none
from assistant.watching import StoreWatch
from data.records import Order, Product
from data.store import Store
from retrieval.filters import Filters
from retrieval.hybrid import HybridSearch
from retrieval.phrases import PhraseEncoder


class Assistant:
    """One store's assistant. Open it once and share it: turns of different sessions may run from several threads."""

    def __init__(self, shop: Shop, model: BaseChatModel | None, reader: LearnedReader | None = None) -> None:
        self.shop = shop
        self.model = model
        self._dialogue = Dialogue(shop, model, Checkpoints(shop.database), reader or reader_or_none(), PhraseEncoder())
        self._watch = StoreWatch(shop.store)
        self._turns: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()  # of sessions in use
        self._taking = threading.Lock()
        self._records = TurnRecords(shop.database)

    @classmethod
    def open(
        cls,
        store: str | os.PathLike[str] = "demo",
        *,
        progress: bool = True,
        payments: PaymentProvider | None = None,
        **settings: Any,
    ) -> Assistant:
        """Open a store by name or by the path of its folder; `settings` stand in for those of its `store.toml`.

        The index is built and models are fetched where they are missing. `payments` takes the money for orders; the
        demo's, where it is None, moves none.
        Raises AisleError where the store is missing or a model cannot be had.
        """
        opened = Store.open(store)
        opened.settings = opened.settings.model_copy(update=settings)
        loaded: dict[str, HybridSearch] = {}
        trained: list[TrainedModels] = []
        readers: list[LearnedReader | None] = []
        failed: list[BaseException] = []

        def load_search() -> None:
            try:
                loaded["search"] = HybridSearch.open(opened, progress=progress)
                loaded["search"].encoder.encode_query("warm")
                trained.append(TrainedModels(opened, loaded["search"]))
                readers.append(reader_or_none())
            except BaseException as error:  # handed to the caller below
                failed.append(error)

        # Encoder and language model take seconds each to load, mostly outside Python's lock: side by side.
        loading = threading.Thread(target=load_search)
        loading.start()
        try:
            model = open_engine(opened.settings)
        finally:
            loading.join()
        if failed:
            raise failed[0]
        shop = Shop.of(opened, loaded["search"], trained[0], Database.of(opened), payments)
        shop.checkouts.settle()
        return cls(shop, model, readers[0])

    @property
    def name(self) -> str:
        return self.shop.store.settings.name

    @property
    def engine(self) -> str:
        """Which language model answers, in words."""
        return describe(self.model)

    def refresh(self) -> bool:
        """Take up what has changed in the store's tables since they were opened; whether anything had.

        Everybody is served from the state before until the new one is there, and turns that are running end over it.
        It happens by itself, some seconds after `aisle ingest` has written. Raises AisleError for a table that cannot
        be read; the state before stays in use.
        """
        with self._watch.changed() as changed:
            if changed:
                store, encoder = self.shop.store, self.shop.search.encoder
                search = HybridSearch.open(store, encoder=encoder, progress=False)
                models = TrainedModels(store, search)
                models.current()
                shop = Shop.of(store, search, models, self.shop.database, self.shop.checkouts.payments)
                self._dialogue, self.shop = self._dialogue.over(shop), shop
        return changed

    def warm(self) -> None:
        """Open the recommender and read the fixed prompts into the engine's cache, so that no shopper waits for it."""
        self.shop.models.current()
        self._dialogue.warm()

    def reply(
        self,
        text: str,
        session: str = "default",
        user: str | None = None,
        context: dict[str, Any] | None = None,
        *,
        key: str | None = None,
        brief: bool = False,
    ) -> Turn:
        """One turn, whole. A message is never an error: an empty or too long one is answered as such."""
        for event in self.stream(text, session, user, context, key=key, brief=brief):
            if isinstance(event, DoneEvent):
                return event.turn
        raise AssertionError("a turn ends with a DoneEvent")

    def stream(
        self,
        text: str,
        session: str = "default",
        user: str | None = None,
        context: dict[str, Any] | None = None,
        *,
        understood: Understanding | None = None,
        key: str | None = None,
        brief: bool = False,
    ) -> Iterator[StreamEvent]:
        """The same turn as typed events, as they happen: understanding, products, cart, tokens, done.

        `understood` says what is meant, where a click does. A message that is sent again under its `key`, because the
        answer was lost, is done once: it has the same answer again. A `brief` reply has none of the model's own
        sentences. A fault in the shop is no error either: the turn goes on with what is left (`Turn.degraded`).
        """
        self._watch.look(self.refresh)
        turn = self._turn_of(session)
        if not turn.acquire(timeout=self.shop.store.settings.turn_timeout):
            yield from refused(self.shop.carts, text, session, user, say("still_busy", detect(text)))
            return
        try:
            if key is not None and (before := self._records.answer(session, key)) is not None:
                yield from again(before)
                return
            refusal = unreadable(text, self._dialogue.state(session).language) if understood is None else ""
            if not refusal:
                text = mask(text, detect(text))  # neither kept in the conversation nor shown to a model
            events = (
                refused(self.shop.carts, text, session, user, refusal)
                if refusal
                else self._dialogue.run(text, session, user, context, understood, key, brief=brief)
            )
            for event in events:
                if isinstance(event, DoneEvent):
                    self._keep(event.turn, key)
                yield event
        finally:
            turn.release()

    def refuse(
        self, session: str, product_id: str, user: str | None = None, context: dict[str, Any] | None = None
    ) -> Iterator[StreamEvent]:
        """ "Not this one": kept as a dislike, and the list on the table made anew without it, as the events of a turn.

        Raises KeyError for an unknown product.
        """
        product, state = self.product(product_id), self._dialogue.state(session)
        understood = state.wish().model_copy(update={"rejected": [product_id]})
        message = say("not_for_me", state.language, title=short_name(product.title))
        return self.stream(message, session, user, context, understood=understood)

    def drop_filter(self, session: str, field: str, value: str, user: str | None = None) -> Turn:
        """Take back one condition of the list on the table (a `Chip`), and show what there is without it."""
        state = self._dialogue.state(session)
        understanding = state.wish().model_copy(update={"filters": state.filters.without(field, value)})
        shown = chips(state.filters, self.shop.currency, state.language)
        label = next((chip.label for chip in shown if (chip.field, chip.value) == (field, value)), value)
        for event in self.stream(f"– {label}", session, user, understood=understanding):
            if isinstance(event, DoneEvent):
                return event.turn
        raise AssertionError("a turn ends with a DoneEvent")

    def search(
        self, query: str, k: int = 10, filters: Filters | None = None, **conditions: Any
    ) -> list[tuple[Product, float]]:
        """Retrieval alone: products with their scores, best first. `conditions` are fields of `Filters`.

        Raises pydantic's ValidationError for a condition that does not exist.
        """
        allowed = filters or Filters(**conditions)
        hits = self.shop.search.search(query, k, allowed)
        products = self.shop.current(self.shop.catalogue.products(hit.row for hit in hits))
        return [(product, hit.score) for product, hit in zip(products, hits, strict=True)]

    def recommend(
        self,
        user: str | None = None,
        k: int = 10,
        context: dict[str, Any] | None = None,
        *,
        like: str | None = None,
        language: Language = "en",
        query: str = "",
        filters: Filters | None = None,
        new_only: bool = False,
        session: str | None = None,
    ) -> list[Recommendation]:
        """Products with a reason each, best first: like the product `like` where it is given, otherwise what suits this
        user, in this `context` (`device`, `region`, `channel`, `at`: a datetime or its ISO form).

        `query` and `filters` say what it must be, `new_only` leaves out what the user has bought, and what was done in
        the `session` counts even for a guest. Raises KeyError for an unknown product.
        """
        shopper = Shopper.of(user, live_events(self.shop.database, session, user), context)
        recommendations = Recommendations(self.shop, shopper, language)
        wish = Wish(query, filters or Filters(), new_only)
        if like is not None:
            return recommendations.similar(self.shop.catalogue.get(like), wish, k)
        return recommendations.for_you(wish, k)

    def feedback(self, session: str, product_id: str, event: Feedback, user: str | None = None) -> None:
        """What the shopper did with a product: `view`, `cart`, `purchase`, `like` or `dislike`. The next list knows it.

        Raises KeyError for an unknown product and ValueError for another event.
        """
        self.shop.catalogue.row_of(product_id)
        feedback.record(self.shop.database, session, product_id, event, user)

    def product(self, product_id: str) -> Product:
        """Raises KeyError for an unknown id."""
        return self.shop.current([self.shop.catalogue.get(product_id)])[0]

    def cart(self, session: str = "default") -> Cart:
        return self.shop.carts.view(session)

    def add_to_cart(
        self,
        product_id: str,
        quantity: int = 1,
        session: str = "default",
        user: str | None = None,
        *,
        key: str | None = None,
    ) -> Change:
        """No more than the stock goes in; under one `key`, once. Raises KeyError for an unknown product."""
        return self.shop.carts.add(session, product_id, quantity, user, key=key)

    def set_quantity(
        self,
        product_id: str,
        quantity: int,
        session: str = "default",
        user: str | None = None,
        *,
        key: str | None = None,
    ) -> Change:
        """0 takes the product out; `key` as above. Raises KeyError for an unknown product."""
        return self.shop.carts.set(session, product_id, quantity, user, key=key)

    def empty_cart(self, session: str = "default") -> int:
        """How many lines there were."""
        return self.shop.carts.clear(session)

    def checkout(self, session: str = "default", user: str | None = None) -> CheckoutSummary:
        """What would be ordered, with the token that `place_order` wants. Raises CheckoutRefused."""
        return self.shop.checkouts.begin(session, user)

    def place_order(self, token: str, session: str = "default", user: str | None = None) -> PlacedOrder:
        """The shopper's confirmation. Raises CheckoutRefused; then nothing was ordered and nothing is paid."""
        return self.shop.checkouts.confirm(session, mark_of(token), user)

    def memories(self, session: str = "default", user: str | None = None) -> list[Memory]:
        """What the shopper has told of themselves, oldest first; of a guest, in this session."""
        return self.shop.memories.of(session, user)

    def change_memory(self, memory_id: int, value: str, session: str = "default", user: str | None = None) -> Memory:
        """Raises KeyError for a memory that is not this shopper's, and ValueError for an empty value."""
        return self.shop.memories.change(memory_id, value, session, user)

    def forget(self, memory_ids: Sequence[int] | None = None, session: str = "default", user: str | None = None) -> int:
        """Forget these memories of the shopper's, or all; how many there were."""
        if memory_ids is None:
            return self.shop.memories.forget_all(session, user)
        return self.shop.memories.forget(memory_ids, session, user)

    def history(self, session: str = "default") -> list[Turn]:
        """The session's turns, oldest first."""
        return self._records.of(session)

    def orders(self, session: str = "default", user: str | None = None) -> list[Order]:
        """The shopper's, latest first; a guest's are those placed in this session."""
        return self.shop.orders.of(user, session)

    def policy(self, question: str) -> list[Fact]:
        """The passages of the shop's policies that answer, word for word; [] where they do not say."""
        return [
            Fact(text=sentence, source=f"policy: {passage.policy.topic}")
            for passage in self.shop.policy_book.answer(question).passages
            for sentence in passage.sentences
        ]

    def session(self, session: str) -> SessionRow | None:
        with self.shop.database.reading() as reading:
            return reading.get(SessionRow, session)

    def sessions(
        self, user: str | None = None, *, limit: int | None = None, after: tuple[datetime, str] | None = None
    ) -> list[SessionRow]:
        """Latest first; `after` is when the last of the page before was updated, and its id."""
        with self.shop.database.reading() as reading:
            return sessions_of(reading, user, limit, after)

    def handoffs(self, status: Status | None = None) -> list[Handoff]:
        """Conversations handed to a person (`open`, `taken` or `closed`), the longest waiting first."""
        return self.shop.handoffs.all(status)

    def set_handoff(self, number: int, status: Status) -> Handoff:
        """Raises KeyError for a number that is not there."""
        return self.shop.handoffs.set_status(number, status)

    def delete_session(self, session: str) -> None:
        """Forget the conversation, the cart and what was done; a session that does not exist is no error."""
        self.shop.memories.forget_all(session, user=None)
        with self._turn_of(session), self.shop.database.transaction() as transaction:
            for row in (CartRow, TurnRow, EventRow, HandoffRow, SessionRow):
                transaction.execute(delete(row).where(row.session == session))
        self._records.forget(session)
        self._dialogue.forget(session)  # by the graph's own connection, which waits for the transaction's end

    def close(self) -> None:
        self._dialogue.close()
        self.shop.database.close()

    def _turn_of(self, session: str) -> threading.Lock:
        """Held by whoever's turn it is in the session."""
        with self._taking:
            return self._turns.setdefault(session, threading.Lock())

    def _keep(self, turn: Turn, key: str | None) -> None:
        try:
            if turn.understanding.intent == "ask_product":
                for product in turn.products:
                    self.feedback(turn.session, product.product_id, "view", turn.user)
        except SQLAlchemyError as error:
            log_fault("what was asked about could not be kept", error)
        self._records.keep(turn, key)
