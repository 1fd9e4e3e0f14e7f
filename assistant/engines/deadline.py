"""Pieces of an answer until a deadline, whatever their source is doing at that moment."""

from __future__ import annotations

import contextvars
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from assistant.engines.errors import EngineTimeoutError

T = TypeVar("T")


class _Over(NamedTuple):
    error: BaseException | None


def in_time(ask: Callable[[], Iterator[T]], seconds: float) -> Iterator[T]:
    """What `ask()` yields, and the error that it raises. Raises EngineTimeoutError where it is not done in time.

    It runs in a thread of its own, which ends with the next piece after the consumer has left: a blocking read of a
    socket cannot be broken off from outside.
    """
    until = time.monotonic() + seconds
    handed: queue.SimpleQueue[T | _Over] = queue.SimpleQueue()
    unwanted = threading.Event()
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=[_hand_over, ask, handed, unwanted], daemon=True).start()
    try:
        while not isinstance(piece := _next(handed, until), _Over):
            yield piece
        if piece.error is not None:
            raise piece.error
    finally:
        unwanted.set()


def _hand_over(ask: Callable[[], Iterator[T]], handed: queue.SimpleQueue[T | _Over], unwanted: threading.Event) -> None:
    try:
        for piece in ask():
            if unwanted.is_set():
                return
            handed.put(piece)
    except BaseException as error:  # raised again where the answer is waited for
        handed.put(_Over(error))
    else:
        handed.put(_Over(None))


def _next(handed: queue.SimpleQueue[T | _Over], until: float) -> T | _Over:
    try:
        return handed.get(timeout=max(0.0, until - time.monotonic()))
    except queue.Empty:
        raise EngineTimeoutError("The language model has not answered in time.") from None
