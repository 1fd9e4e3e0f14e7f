"""An engine that has failed is left alone for a while, so that not every turn waits for what is dead.

The pattern is the circuit breaker of M. Nygard, Release It! (2007).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import structlog
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from assistant.engines.errors import EngineError, EngineTimeoutError
from data.errors import AisleError

FIRST_REST: Final = 30.0  # seconds
LONGEST_REST: Final = 600.0
FAIR: Final = 5.0  # seconds; who was given less and was late has not failed

log = structlog.get_logger()


class Breaker:
    """Counts failures in a row. After one, requests are refused for `first` seconds, after the next for twice as long,
    up to `longest`; then one request is let through as a trial, and what becomes of it decides."""

    def __init__(
        self, first: float = FIRST_REST, longest: float = LONGEST_REST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._first = first
        self._longest = longest
        self._clock = clock
        self._failures = 0
        self._until = 0.0  # refused before this moment
        self._on_trial = False
        self._lock = threading.Lock()

    @property
    def rest(self) -> float:
        """Seconds of the rest that the last failure earned, 0 while all is well."""
        return min(self._first * 2 ** (self._failures - 1), self._longest) if self._failures else 0.0

    @contextmanager
    def request(self, seconds: float = FAIR) -> Iterator[None]:
        """Around one request that the engine has so many seconds for: an EngineError counts as a failure, and so does
        whatever is no AisleError.

        Raises EngineError at once where the engine rests. A request that is left before its end, or refused for its own
        sake, says nothing about the engine, and neither does a time-out of less than `FAIR` seconds.
        """
        self._enter()
        try:
            yield
        except Exception as error:
            hurried = isinstance(error, EngineTimeoutError) and seconds < FAIR
            if hurried or (isinstance(error, AisleError) and not isinstance(error, EngineError)):
                self._leave()
            else:
                self._fail(error)
            raise
        except BaseException:
            self._leave()
            raise
        self._recover()

    def _enter(self) -> None:
        with self._lock:
            if not self._failures:
                return
            left = self._until - self._clock()
            if left > 0 or self._on_trial:
                raise EngineError(f"The language model has failed and is left alone for {max(left, 1):.0f} seconds.")
            self._on_trial = True

    def _leave(self) -> None:
        with self._lock:
            self._on_trial = False

    def _recover(self) -> None:
        with self._lock:
            if self._failures:
                log.info("the language model answers again")
            self._failures, self._on_trial = 0, False

    def _fail(self, error: Exception) -> None:
        with self._lock:
            self._on_trial = False
            if self._until > self._clock():
                return  # of several requests that fail together, one counts
            self._failures += 1
            self._until = self._clock() + self.rest
            log.warning("the language model is left alone", seconds=self.rest, error=str(error))


class GuardedModel(BaseChatModel):
    """`inner` behind a breaker, each request with `timeout` seconds unless the call names its own.

    Takes what the engine takes. Raises AisleError only: whatever else goes wrong inside becomes an EngineError.
    """

    inner: BaseChatModel
    timeout: float = 60

    _breaker: Breaker = PrivateAttr(default_factory=Breaker)

    @property
    def label(self) -> str:
        return str(getattr(self.inner, "label", self.inner))

    @property
    def _llm_type(self) -> str:
        return self.inner._llm_type

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return dict(self.inner._identifying_params)

    def count_tokens(self, messages: Sequence[BaseMessage]) -> int:
        """Tokens of the messages as the engine counts them. Raises AttributeError where it cannot."""
        return int(self.inner.count_tokens(messages))  # type: ignore[attr-defined]

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **how: Any,
    ) -> ChatResult:
        how = {"timeout": self.timeout, **how}
        with _as_engine_error(), self._breaker.request(how["timeout"]):
            return self.inner._generate(messages, stop, run_manager, **how)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **how: Any,
    ) -> Iterator[ChatGenerationChunk]:
        how = {"timeout": self.timeout, **how}
        with _as_engine_error(), self._breaker.request(how["timeout"]):
            yield from self.inner._stream(messages, stop, run_manager, **how)


@contextmanager
def _as_engine_error() -> Iterator[None]:
    try:
        yield
    except AisleError:
        raise
    except Exception as error:
        raise EngineError(f"The language model failed ({type(error).__name__}: {error}).") from error
