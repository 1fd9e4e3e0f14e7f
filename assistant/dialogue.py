"""The dialogue manager: a LangGraph state graph, understand → act → reply, checkpointed after every turn."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph

from assistant.actions import ACTIONS, Request
from assistant.clarifying import notice
from assistant.remembered import Remembered
from assistant.replies.writer import Writer
from assistant.shop import Shop
from assistant.state import DialogueState
from assistant.turn import (
    Cart,
    CartEvent,
    DoneEvent,
    Evidence,
    Language,
    ProductsEvent,
    StreamEvent,
    TokenEvent,
    Turn,
    Understanding,
    UnderstandingEvent,
)
from assistant.understanding.classifier import Classifier
from assistant.understanding.language import detect, normalise
from assistant.understanding.model import warm
from assistant.understanding.remembering import completed, read
from assistant.understanding.understand import Understander


class GraphState(TypedDict, total=False):
    """All plain JSON, so that a checkpoint can be read by any later version. `dialogue` lives on between turns."""

    session: str
    message: str
    user: str | None
    context: dict[str, Any]
    understood: dict[str, Any] | None  # given instead of read, when a click says what is meant
    started: float
    dialogue: dict[str, Any]
    understanding: dict[str, Any]
    evidence: dict[str, Any]
    seconds: dict[str, float]


class Dialogue:
    """Runs turns against one shop. Sessions are threads of the graph; each is used by one turn at a time."""

    def __init__(
        self, shop: Shop, model: BaseChatModel | None, checkpoints: Path, classifier: Classifier | None = None
    ) -> None:
        self._shop = shop
        self._model = model
        language: Language = "zh" if shop.store.settings.language == "zh" else "en"
        self._understander = Understander(shop.search, model, language, classifier)
        self._remembered = Remembered(shop.memories, shop.search, self._understander.vocabulary)
        self._writer = Writer(model if shop.store.settings.replies == "model" else None, shop.currency)
        self._connection = sqlite3.connect(checkpoints, check_same_thread=False, timeout=30)
        self._checkpoints = SqliteSaver(self._connection)
        self._graph = self._compiled()

    def run(
        self,
        message: str,
        session: str,
        user: str | None = None,
        context: dict[str, Any] | None = None,
        understood: Understanding | None = None,
    ) -> Iterator[StreamEvent]:
        """The events of one turn; the last is a DoneEvent with the whole Turn."""
        given: GraphState = {
            "session": session,
            "message": message,
            "user": user,
            "context": context or {},
            "understood": understood.model_dump() if understood else None,
            "started": time.perf_counter(),
        }
        # "exit": one checkpoint a turn; a turn that is killed half-way has not happened.
        yield from self._graph.stream(given, self._thread(session), stream_mode="custom", durability="exit")

    def warm(self) -> None:
        """Read the fixed prompts into the engine's cache, so that the first shopper does not wait for it."""
        if self._model is not None:
            warm(self._model)
            self._writer.warm()

    def state(self, session: str) -> DialogueState:
        values = self._graph.get_state(self._thread(session)).values
        return DialogueState(**values.get("dialogue", {}))

    def forget(self, session: str) -> None:
        self._checkpoints.delete_thread(session)

    def close(self) -> None:
        self._connection.close()

    def _compiled(self):  # type: ignore[no-untyped-def]  # a generic of four parameters that say nothing here
        graph = StateGraph(GraphState)
        for name, node in (("understand", self._understand), ("act", self._act), ("reply", self._reply)):
            graph.add_node(name, node)  # type: ignore[call-overload]  # mypy does not take a TypedDict for one here
        graph.add_edge(START, "understand")
        graph.add_edge("understand", "act")
        graph.add_edge("act", "reply")
        graph.add_edge("reply", END)
        return graph.compile(checkpointer=self._checkpoints)

    @staticmethod
    def _thread(session: str) -> RunnableConfig:
        return {"configurable": {"thread_id": session}}

    def _understand(self, given: GraphState) -> GraphState:
        dialogue = DialogueState(**given.get("dialogue", {}))
        if (understood := given.get("understood")) is not None:
            understanding = Understanding(**understood)
        else:
            in_cart = [line.product for line in self._shop.carts.view(given["session"]).lines]
            telling = read(normalise(given["message"]), on_the_table=bool(dialogue.shown))
            if telling.wish is not None:
                language = detect(telling.rest, dialogue.language)
                understanding = Understanding(intent="memory", memory=telling.wish, language=language)
            else:
                known = self._shop.memories.of(given["session"], given.get("user"))
                understanding = self._understander.understand(completed(telling.rest, known), dialogue, in_cart)
            understanding.told = telling.told
        seconds = {"understand": _since(given)}
        get_stream_writer()(UnderstandingEvent(understanding))
        return {"understanding": understanding.model_dump(), "seconds": seconds}

    def _act(self, given: GraphState) -> GraphState:
        dialogue = DialogueState(**given.get("dialogue", {}))
        understanding = Understanding(**given["understanding"])
        dialogue.number += 1
        dialogue.language = understanding.language
        request = Request(
            message=given["message"],
            session=given["session"],
            understanding=understanding,
            state=dialogue,
            shop=self._shop,
            user=given.get("user"),
            context=given.get("context") or {},
        )
        notice(dialogue, understanding, given["message"])
        whose = (given["session"], given.get("user"))
        kept = self._remembered.keep(understanding, *whose)
        used = self._remembered.apply(understanding, given["message"], *whose)
        evidence = ACTIONS[understanding.intent](request)
        if understanding.memory is not None and kept:
            evidence.notes = kept
        else:
            evidence.notes += [*(used if evidence.products else []), *kept]
        seconds = dict(given["seconds"])
        if evidence.products:
            seconds["first_product"] = _since(given)
            get_stream_writer()(ProductsEvent(evidence.products, evidence.table))
        if evidence.cart is not None:
            get_stream_writer()(CartEvent(evidence.cart))
        return {
            "dialogue": dialogue.model_dump(),
            "understanding": understanding.model_dump(),
            "evidence": evidence.model_dump(),
            "seconds": seconds,
        }

    def _reply(self, given: GraphState) -> GraphState:
        emit = get_stream_writer()
        dialogue = DialogueState(**given["dialogue"])
        evidence, understanding = Evidence(**given["evidence"]), Understanding(**given["understanding"])
        seconds = dict(given["seconds"])
        refused: list[str] = []
        text = ""
        for piece in self._writer.write(evidence, given["message"], understanding.language, dialogue.number, refused):
            seconds.setdefault("first_token", _since(given))
            text += piece
            emit(TokenEvent(piece))
        seconds["total"] = _since(given)
        turn = Turn(
            session=given["session"],
            number=dialogue.number,
            message=given["message"],
            text=text,
            understanding=understanding,
            products=evidence.products,
            evidence=evidence,
            cart=evidence.cart or self._cart(given["session"]),
            seconds={stage: round(taken, 4) for stage, taken in seconds.items()},
            refused=refused,
            user=given.get("user"),
        )
        emit(DoneEvent(turn))
        return {"dialogue": dialogue.model_dump()}

    def _cart(self, session: str) -> Cart:
        return self._shop.carts.view(session)


def _since(given: GraphState) -> float:
    return time.perf_counter() - given["started"]
