"""One turn while it runs: its clock, its span, and how far it has had to fall back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from opentelemetry import trace

from assistant.faults import log_fault
from assistant.patience import Patience, waiting
from assistant.state import DialogueState
from assistant.turn import Degraded, Turn
from data.stages import collecting, stage

SECONDS = ("understand", "retrieve", "rank", "first_product", "model", "first_token", "total")  # on a Turn
SHARE_OF_UNDERSTANDING = 0.5  # of the time for the model: what is left is for the reply
_WORSE: tuple[Degraded, ...] = ("", "templates", "search", "apology")

Result = TypeVar("Result")
_tracer = trace.get_tracer("aisle")


@dataclass
class RunningTurn:
    """Lives as long as the turn and is seen by all of its nodes, in whatever thread they run; nothing of it is kept.

    `timeout` is in seconds. `dialogue` is the state that the turn leaves behind, None until there is one;
    `checkout_token` belongs to the summary that it shows, and a `brief` turn has no words of the model's.
    """

    store: str
    timeout: float
    dialogue: DialogueState | None = None
    degraded: Degraded = ""
    checkout_token: str = ""
    brief: bool = False

    def __post_init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._started = time.monotonic()
        self._patience = Patience(self._started + self.timeout)
        self._span = _tracer.start_span("turn", attributes={"store": self.store})

    @contextmanager
    def stage(self, name: str, share: float = 1.0) -> Iterator[None]:
        """A stage below the turn's span; up to `share` of the time for the model may be gone by its end."""
        self._patience.until = self._started + share * self.timeout
        with (
            trace.use_span(self._span, end_on_exit=False, record_exception=False, set_status_on_exception=False),
            collecting(self._seconds),
            waiting(self._patience),
            stage(name),
        ):
            yield

    def reached(self, moment: str) -> None:
        """The first time that the turn gets there counts."""
        self._seconds.setdefault(moment, time.monotonic() - self._started)

    @property
    def seconds(self) -> dict[str, float]:
        """By the names in `SECONDS`, as far as the turn came there. A search within understanding counts in both."""
        return {name: round(self._seconds[name], 5) for name in SECONDS if name in self._seconds}

    def degrade(self, to: Degraded, what: str, error: Exception) -> None:
        """The turn goes on with less."""
        self.degraded = max(self.degraded, to, key=_WORSE.index)
        log_fault("a turn degrades", error, to=to, what=what)

    def attempt(self, what: str, function: Callable[[], Result]) -> Result | None:
        """Something that a turn can do without: where it fails, that is logged, and None stands for it."""
        try:
            return function()
        except Exception as error:
            log_fault("a turn goes on without a part", error, what=what)
            return None

    @property
    def outcome(self) -> Degraded:
        return max(self.degraded, "templates" if self._patience.failed else "", key=_WORSE.index)

    def end(self, turn: Turn | None) -> None:
        """Close the span. Neither what the shopper wrote nor who they are is in it."""
        if turn is not None:
            understood = turn.understanding
            self._span.set_attributes(
                {"intent": understood.intent, "source": understood.source, "language": understood.language}
                | {"degraded": turn.degraded}
            )
            if turn.degraded == "apology":
                self._span.set_status(trace.StatusCode.ERROR)
        self._span.end()
