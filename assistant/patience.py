"""How long a turn waits for the language model, and for nothing that has let it down already."""

from __future__ import annotations

import contextvars
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from assistant.engines.deadline import in_time
from assistant.faults import log_fault
from data.errors import AisleError
from data.stages import stage


@dataclass
class Patience:
    """`until` is a moment of the monotonic clock in seconds; `failed` is whether the model has let the turn down."""

    until: float
    failed: bool = False

    @property
    def left(self) -> float:
        """Seconds, none below 0."""
        return max(0.0, self.until - time.monotonic())


_patience: contextvars.ContextVar[Patience | None] = contextvars.ContextVar("patience", default=None)


@contextmanager
def waiting(patience: Patience) -> Iterator[None]:
    """Models asked inside have so much time."""
    token = _patience.set(patience)
    try:
        yield
    finally:
        _patience.reset(token)


class PatientModel(BaseChatModel):
    """`inner` for the time that the turn has left: inside `waiting`, an answer that is not there by then, whatever else
    goes wrong and an answer that is no JSON where a schema was given are an AisleError, and after one of them the model
    is not asked again in this turn.

    The model runs in a thread of its own (`in_time`), because a server that sends a byte now and then keeps the caller
    of its client for ever.
    """

    inner: BaseChatModel

    @property
    def _llm_type(self) -> str:
        return self.inner._llm_type

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **how: Any
    ) -> ChatResult:
        def ask() -> Iterator[AIMessage]:
            message = self.inner.invoke(messages, stop=stop, **self._hurried(how))
            if how.get("response_schema") is not None:
                _refuse_other_than_json(str(message.content))
            yield message

        (message,) = _in_time(ask)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **how: Any
    ) -> Iterator[ChatGenerationChunk]:
        def ask() -> Iterator[AIMessage]:
            return self.inner.stream(messages, stop=stop, **self._hurried(how))

        for chunk in _in_time(ask):
            yield ChatGenerationChunk(message=_as_chunk(chunk))

    def _hurried(self, how: dict[str, Any]) -> dict[str, Any]:
        """An engine that can be told a time-out ends its work when the turn does, and frees its place for others."""
        patience, longest = _patience.get(), getattr(self.inner, "timeout", None)
        if patience is None or not isinstance(longest, int | float):
            return how
        return {"timeout": max(0.01, min(longest, patience.left))} | how


def _in_time(ask: Callable[[], Iterator[AIMessage]]) -> Iterator[AIMessage]:
    def timed() -> Iterator[AIMessage]:
        with stage("model"):  # opened and closed in the thread that `in_time` iterates in
            yield from ask()

    patience = _patience.get()
    if patience is None:  # nobody waits: prompts read ahead while the program starts
        yield from ask()
        return
    if patience.failed:
        raise AisleError("The language model has failed in this turn already.")
    try:
        yield from in_time(timed, patience.left)
    except AisleError:
        patience.failed = True
        raise
    except Exception as error:
        patience.failed = True
        log_fault("the language model failed", error)
        raise AisleError(f"The language model failed: {type(error).__name__}.") from error


def _as_chunk(message: AIMessage) -> AIMessageChunk:
    """A model that cannot stream answers a stream with one whole message."""
    if isinstance(message, AIMessageChunk):
        return message
    return AIMessageChunk(
        content=message.content,
        usage_metadata=message.usage_metadata,
        response_metadata=message.response_metadata,
    )


def _refuse_other_than_json(answer: str) -> None:
    try:
        if isinstance(json.loads(answer), dict):
            return
    except ValueError:
        pass
    raise AisleError("The language model's answer is not the JSON that it was asked for.")
