"""What Prometheus reads: requests, turns and their stages, orders, how the language model does."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from assistant.turn import Turn

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)  # seconds


class Metrics:
    """One registry for each application, so that two of them in one process do not count together."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "aisle_http_requests_total", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "aisle_http_request_seconds", "Until a request was answered.", ["route"], buckets=BUCKETS,
            registry=self.registry,
        )  # fmt: skip
        self.turns = Counter(
            "aisle_turns_total", "Turns by intent, who understood, and what was left after a fault.",
            ["intent", "source", "degraded"], registry=self.registry,
        )  # fmt: skip
        self.turn_seconds = Histogram(
            "aisle_turn_seconds", "Until or in a stage of a turn.", ["stage"], buckets=BUCKETS, registry=self.registry
        )
        self.refused = Counter(
            "aisle_refused_sentences_total",
            "Sentences of the model that no evidence supported.",
            registry=self.registry,
        )
        self.running = Gauge("aisle_turns_running", "Turns that run at this moment.", registry=self.registry)

    def count(self, turn: Turn) -> None:
        understood = turn.understanding
        self.turns.labels(understood.intent, understood.source, turn.degraded or "no").inc()
        for stage, seconds in turn.seconds.items():
            self.turn_seconds.labels(stage).observe(seconds)
        self.refused.inc(len(turn.refused))

    def text(self) -> bytes:
        return generate_latest(self.registry)
