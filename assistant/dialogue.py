"""The dialogue manager: a LangGraph state graph, understand → act → reply, checkpointed after every turn.

A part that fails takes only itself along: without the language model code and phrases answer; where the message cannot
be understood or acted on, its words are searched; where that fails, too, the shopper is asked to try again.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from functools import partial
from typing import Any, TypedDict

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from assistant.actions import ACTIONS, Request
from assistant.checkpoints import DRIVER_ERRORS, Checkpoints
from assistant.clarifying import notice
from assistant.conversation.turns import after, together
from assistant.degrading import LISTS, SORRY, apologise, apology, read_plainly, replied, search_plainly
from assistant.engines.choose import read_by
from assistant.faults import log_fault
from assistant.patience import PatientModel
from assistant.remembered import Remembered
from assistant.replies.writer import Writer
from assistant.running import SHARE_OF_UNDERSTANDING, RunningTurn
from assistant.shop import Shop
from assistant.state import DialogueState
from assistant.turn import (
    Cart,
    CartEvent,
    DoneEvent,
    Evidence,
    Language,
    Note,
    ProductsEvent,
    StreamEvent,
    TokenEvent,
    Turn,
    Understanding,
    UnderstandingEvent,
)
from assistant.understanding.model import warm
from assistant.understanding.reader.runtime import LearnedReader
from assistant.understanding.understand import Understander
from retrieval.phrases import PhraseEncoder


class GraphState(TypedDict, total=False):
    """All plain JSON, so that a checkpoint can be read by any later version. `dialogue` lives on between turns."""

    session: str
    message: str
    key: str | None  # names the message, so that one sent twice is done once
    user: str | None
    context: dict[str, Any]
    understood: dict[str, Any] | None  # given instead of read, when a click says what is meant
    dialogue: dict[str, Any]
    understanding: dict[str, Any]
    evidence: dict[str, Any]


Running = Runtime[RunningTurn]


class Dialogue:
    """Runs turns against one shop. Sessions are threads of the graph; each is used by one turn at a time."""

    def __init__(
        self,
        shop: Shop,
        model: BaseChatModel | None,
        checkpoints: Checkpoints,
        reader: LearnedReader | None,
        phrases: PhraseEncoder | None = None,
    ) -> None:
        self._model = PatientModel(inner=model) if model is not None else None
        self._reader, self._phrases = reader, phrases
        self._checkpoints = checkpoints
        self._set_up(shop)

    def over(self, shop: Shop) -> Dialogue:
        """The same conversations over another state of the shop; turns that are running end over the one before."""
        other = copy(self)
        other._set_up(shop)
        return other

    def _set_up(self, shop: Shop) -> None:
        self._shop = shop
        language: Language = "zh" if shop.store.settings.language == "zh" else "en"
        self._understander = Understander(
            shop.search,
            self._model,
            language,
            self._reader,
            self._phrases,
            shop.store.index_folder,
            read_by(shop.store.settings),
        )
        self._remembered = Remembered(shop.memories, shop.search, self._understander.vocabulary)
        self._writer = Writer(self._model if shop.store.settings.replies == "model" else None, shop.currency)
        self._writers = (self._writer, Writer(None, shop.currency))
        self._graph = self._compiled()

    def run(
        self,
        message: str,
        session: str,
        user: str | None = None,
        context: dict[str, Any] | None = None,
        understood: Understanding | None = None,
        key: str | None = None,
        *,
        brief: bool = False,
    ) -> Iterator[StreamEvent]:
        """The events of one turn; the last is a DoneEvent with the whole Turn, sent when the state is kept.

        Never raises for what goes wrong in the shop: `Turn.degraded` says what was left of the turn.
        """
        given: GraphState = {
            "session": session,
            "message": message,
            "key": key,
            "user": user,
            "context": context or {},
            "understood": understood.model_dump() if understood else None,
        }
        if (before := self._checkpoints.unsaved(session)) is not None:
            given["dialogue"] = before.model_dump()
        running = RunningTurn(self._shop.store.name, self._shop.store.settings.turn_timeout, brief=brief)
        done: DoneEvent | None = None
        try:
            for event in self._events(given, running):
                if isinstance(event, DoneEvent):
                    done = event
                else:
                    yield event
            if done is None:
                done = DoneEvent(apology(message, session, user, running))
                yield TokenEvent(done.turn.text)
            yield done
        finally:
            running.end(done.turn if done else None)

    def _events(self, given: GraphState, running: RunningTurn) -> Iterator[StreamEvent]:
        """The graph's; it ends early where the state before could not be read."""
        session = given["session"]
        try:
            # "exit": one checkpoint a turn; a turn that is killed half-way has not happened.
            yield from self._graph.stream(
                given, self._thread(session), context=running, stream_mode="custom", durability="exit"
            )
            self._checkpoints.saved(session)
        except Exception as error:
            if running.dialogue is None:
                running.degrade("apology", "the state of the conversation could not be read", error)
            else:
                log_fault("the state of a conversation could not be saved", error)
                self._checkpoints.keep(session, running.dialogue)

    def warm(self) -> None:
        """Read the fixed prompts into the engine's cache and the catalogue's words into the linker's, so that the first
        shopper waits for neither."""
        self._understander.resolver.linker.warm()
        if self._model is not None:
            warm(self._model.inner)  # no answer is wanted, so that none is refused
            self._writer.warm()

    def state(self, session: str) -> DialogueState:
        """What the next turn goes on from: a new conversation's, where the database cannot be read."""
        if (unsaved := self._checkpoints.unsaved(session)) is not None:
            return unsaved
        try:
            values = self._graph.get_state(self._thread(session)).values
        except DRIVER_ERRORS as error:
            log_fault("the state of a conversation could not be read", error)
            return DialogueState()
        return DialogueState(**values.get("dialogue", {}))

    def forget(self, session: str) -> None:
        self._checkpoints.forget(session)

    def close(self) -> None:
        self._checkpoints.close()

    def _compiled(self):  # type: ignore[no-untyped-def]  # a generic of four parameters that say nothing here
        graph = StateGraph(GraphState, RunningTurn)
        for name, node in (("understand", self._understand), ("act", self._act), ("reply", self._reply)):
            graph.add_node(name, node)  # type: ignore[call-overload]  # mypy does not take a TypedDict for one here
        graph.add_edge(START, "understand")
        graph.add_edge("understand", "act")
        graph.add_edge("act", "reply")
        graph.add_edge("reply", END)
        return graph.compile(checkpointer=self._checkpoints.saver)

    @staticmethod
    def _thread(session: str) -> RunnableConfig:
        return {"configurable": {"thread_id": session}}

    def _understand(self, given: GraphState, runtime: Running) -> GraphState:
        running = runtime.context
        dialogue = DialogueState(**given.get("dialogue", {}))
        with running.stage("understand", SHARE_OF_UNDERSTANDING):
            try:
                understanding = self._understood(given, dialogue, running)
            except Exception as error:
                running.degrade("search", "a message was not understood", error)
                plainly = partial(self._understander.plainly, given["message"], dialogue)
                understanding = read_plainly(given["message"], dialogue.language, plainly)
        get_stream_writer()(UnderstandingEvent(understanding))
        return {"understanding": understanding.model_dump()}

    def _understood(self, given: GraphState, dialogue: DialogueState, running: RunningTurn) -> Understanding:
        if (understood := given.get("understood")) is not None:
            return Understanding(**understood)
        cart = running.attempt("the cart", lambda: self._shop.carts.view(given["session"]))
        in_cart = [line.product for line in cart.lines] if cart else []
        return self._understander.understand(given["message"], dialogue, in_cart)

    def _act(self, given: GraphState, runtime: Running) -> GraphState:
        running = runtime.context
        with running.stage("act"):
            request, evidence = self._acted(given, running)
        emit = get_stream_writer()
        if evidence.checkout is not None:
            running.checkout_token = evidence.checkout.token  # beside the graph's state, which is written to disk
        if evidence.products:
            evidence.products = self._shop.current(evidence.products)
            running.reached("first_product")
            emit(ProductsEvent(evidence.products, evidence.table))
        if evidence.cart is not None:
            emit(CartEvent(evidence.cart))
        return {
            "dialogue": request.state.model_dump(),
            "understanding": request.understanding.model_dump(),
            "evidence": evidence.model_dump(),
        }

    def _acted(self, given: GraphState, running: RunningTurn) -> tuple[Request, Evidence]:
        """The action's evidence, or else what a plain search finds, or else an apology; each from the state before."""
        request = self._request(given)
        if not running.degraded:
            try:
                return request, self._actions(request, running)
            except Exception as error:
                intent = request.understanding.intent
                running.degrade("search" if intent in LISTS else "apology", f"the action {intent}", error)
        if running.degraded == "search":
            request = self._request(given)
            try:
                return request, search_plainly(request)
            except Exception as error:
                running.degrade("apology", "a plain search", error)
        request = self._request(given)
        return request, running.attempt("the cart", lambda: apologise(request)) or SORRY

    def _request(self, given: GraphState) -> Request:
        dialogue, understanding = DialogueState(**given.get("dialogue", {})), Understanding(**given["understanding"])
        dialogue.number += 1
        dialogue.language = understanding.language
        return Request(
            typed=given["message"],
            session=given["session"],
            understanding=understanding,
            state=dialogue,
            shop=self._shop,
            user=given.get("user"),
            context=given.get("context") or {},
            key=given.get("key"),
        )

    def _actions(self, request: Request, running: RunningTurn) -> Evidence:
        """All that the message asks for, in its order."""
        evidence = self._action(request, running)
        for place, understanding in enumerate(request.understanding.then, start=1):
            other = replace(request, understanding=understanding, key=f"{request.key}:{place}" if request.key else None)
            evidence = together(evidence, self._action(other, running))
        if request.understanding.foreign and not request.state.told_of_language:
            request.state.told_of_language = True
            evidence.notes.insert(0, Note(key="language_other"))
        request.state.after = after(
            request.understanding.then[-1] if request.understanding.then else request.understanding
        )
        return evidence

    def _action(self, request: Request, running: RunningTurn) -> Evidence:
        understanding = request.understanding
        notice(request.state, understanding)
        whose = (request.session, request.user)
        kept = running.attempt("keeping memories", lambda: self._remembered.keep(understanding, *whose)) or []
        used = running.attempt("using memories", lambda: self._remembered.apply(understanding, request.message, *whose))
        if used is None:
            used = [Note(key="memories_out_of_reach")]
        evidence = ACTIONS[understanding.intent](request)
        if understanding.memory is not None and kept:
            evidence.notes = kept
        else:
            evidence.notes += [*(used if evidence.products else []), *kept]
        return evidence

    def _reply(self, given: GraphState, runtime: Running) -> GraphState:
        running, emit = runtime.context, get_stream_writer()
        dialogue = DialogueState(**given["dialogue"])
        evidence, understanding = Evidence(**given["evidence"]), Understanding(**given["understanding"])
        if evidence.checkout is not None:
            evidence.checkout.token = running.checkout_token
        refused: list[str] = []
        text = ""
        language, number = understanding.language, dialogue.number
        with running.stage("reply"):
            writers = self._writers[1:] if running.brief else self._writers
            for piece in replied(writers, evidence, given["message"], language, number, refused, running):
                running.reached("first_token")
                text += piece
                emit(TokenEvent(piece))
        session = given["session"]
        cart = evidence.cart or running.attempt("the cart", lambda: self._shop.carts.view(session)) or Cart()
        running.reached("total")
        turn = Turn(
            session=session,
            number=number,
            message=given["message"],
            text=text,
            understanding=understanding,
            products=evidence.products,
            evidence=evidence,
            cart=cart,
            seconds=running.seconds,
            degraded=running.outcome,
            refused=refused,
            user=given.get("user"),
        )
        running.dialogue = dialogue
        emit(DoneEvent(turn))
        return {"dialogue": dialogue.model_dump()}
