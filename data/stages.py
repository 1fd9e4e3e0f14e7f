"""How long the stages of a piece of work take: added up where somebody collects, and traced with OpenTelemetry.

Spans cost a few microseconds until the program configures OpenTelemetry's SDK.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry import trace

_tracer = trace.get_tracer("aisle")
_seconds: ContextVar[dict[str, float] | None] = ContextVar("seconds", default=None)
_adding = threading.Lock()  # a collector may be shared by threads


@contextmanager
def stage(name: str) -> Iterator[None]:
    """What runs inside is the stage `name`: a span of that name, and its elapsed seconds in the active collector.

    Stages nest, and an outer one's time contains the inner one's. Not to be held open over a generator's `yield`: the
    generator may go on in another context.
    """
    started = time.perf_counter()
    # Of an error only the type is traced: its text may repeat what a shopper wrote.
    with _tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as span:
        try:
            yield
        except Exception as error:
            span.set_status(trace.StatusCode.ERROR, type(error).__name__)
            raise
        finally:
            _add(name, time.perf_counter() - started)


@contextmanager
def collecting(into: dict[str, float] | None = None) -> Iterator[dict[str, float]]:
    """Seconds by the stage's name, summed over repeats, of all that runs inside, also in threads that were given a copy
    of the context. `into` goes on with a collector of before."""
    seconds = {} if into is None else into
    token = _seconds.set(seconds)
    try:
        yield seconds
    finally:
        _seconds.reset(token)


def _add(name: str, taken: float) -> None:
    seconds = _seconds.get()
    if seconds is not None:
        with _adding:
            seconds[name] = seconds.get(name, 0.0) + taken
