"""What a turn took, stage by stage, on the turn and as OpenTelemetry's spans."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from assistant import Assistant
from assistant.turn import DoneEvent
from data.stages import collecting, stage
from tests.assistant.conftest import Shopper

SEARCHED = {"understand", "retrieve", "rank", "first_product", "first_token", "total"}


@pytest.fixture(scope="session")
def exporter() -> InMemorySpanExporter:
    """A program sets its provider once."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Iterator[InMemorySpanExporter]:
    exporter.clear()
    yield exporter
    exporter.clear()


def by_name(spans: InMemorySpanExporter) -> dict[str, list[ReadableSpan]]:
    names: dict[str, list[ReadableSpan]] = {}
    for span in spans.get_finished_spans():
        names.setdefault(span.name, []).append(span)
    return names


class Slow(BaseChatModel):
    """Takes its time for each answer."""

    @property
    def _llm_type(self) -> str:
        return "slow"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        time.sleep(0.2)
        return ChatResult(generations=[ChatGeneration(message=AIMessage("They are a fine choice for you."))])


def test_repeats_add_up_and_an_outer_stage_holds_the_inner_one() -> None:
    with collecting() as seconds, stage("outer"):
        for _ in range(3):
            with stage("inner"):
                time.sleep(0.02)
    assert 0.06 <= seconds["inner"] <= seconds["outer"]


def test_without_a_collector_a_stage_only_runs() -> None:
    with pytest.raises(KeyError), stage("outer"):
        raise KeyError("goes through")
    with collecting() as seconds:
        pass
    with stage("late"):
        pass
    assert seconds == {}


def test_threads_with_a_copied_context_add_to_the_same_collector() -> None:
    def work() -> None:
        for _ in range(200):
            with stage("shared"):
                pass

    with collecting() as seconds, collecting(seconds) as same, stage("shared"):
        contexts = [copy_context() for _ in range(8)]
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda context: context.run(work), contexts))
        assert same is seconds and seconds["shared"] > 0


@pytest.mark.parametrize("message", ["tents under $300", "有没有睡袋", "recommend me something warm"])
def test_a_turn_says_what_its_stages_took(shopper: Shopper, message: str) -> None:
    started = time.perf_counter()
    turn = shopper.says(message)
    took = time.perf_counter() - started
    seconds = turn.seconds
    assert seconds.keys() >= SEARCHED - ({"rank", "retrieve"} if turn.understanding.intent == "recommend" else set())
    assert seconds["understand"] < seconds["first_product"] <= seconds["first_token"] <= seconds["total"] <= took
    if "retrieve" in seconds:
        assert 0 < seconds["retrieve"] + seconds["rank"] < seconds["first_product"]
    assert "model" not in seconds


def test_a_turn_without_a_search_has_none_of_its_stages(shopper: Shopper) -> None:
    assert shopper.says("hello").seconds.keys() == {"understand", "first_token", "total"}


def test_the_time_of_the_model_is_counted(shop: Assistant) -> None:
    turn = Shopper(Assistant(shop.shop, Slow()), "slow model").says("something to keep my coffee hot on a hike")
    assert turn.degraded == ""
    assert 0.2 <= turn.seconds["model"] < turn.seconds["total"]


def test_a_turn_is_one_trace(spans: InMemorySpanExporter, shop: Assistant) -> None:
    shopper = Shopper(Assistant(shop.shop, Slow()), "traced session", user="u7")
    turn = shopper.says("something to keep my coffee hot on a hike")
    named = by_name(spans)
    (root,) = named["turn"]
    assert root.parent is None
    assert dict(root.attributes or {}) == {
        "store": "demo",
        "intent": turn.understanding.intent,
        "source": turn.understanding.source,
        "language": "en",
        "degraded": "",
    }
    assert set(named) == {"turn", "understand", "act", "retrieve", "rank", "model", "reply"}
    ids = {span.context.span_id: name for name, of_name in named.items() for span in of_name}
    parents = {name: {ids[span.parent.span_id] for span in of_name if span.parent} for name, of_name in named.items()}
    assert parents["understand"] == parents["act"] == parents["reply"] == {"turn"}
    assert parents["model"] <= {"understand", "reply"} and parents["model"]
    assert parents["retrieve"] | parents["rank"] <= {"understand", "act"}
    assert len({span.context.trace_id for of_name in named.values() for span in of_name}) == 1
    for span in spans.get_finished_spans():
        assert root.start_time <= span.start_time <= span.end_time <= root.end_time


def test_neither_the_words_nor_the_shopper_are_in_a_trace(
    spans: InMemorySpanExporter, shop: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    shopper = Shopper(shop, "private session", user="private user")
    shopper.says("a tent for my zebra")

    def broken(*_: Any, **__: Any) -> Any:
        raise ValueError("no zebra here")

    monkeypatch.setattr(shop.shop.search, "search", broken)
    assert shopper.says("another tent for my zebra").degraded == "apology"
    written = " ".join(span.to_json() for span in spans.get_finished_spans())
    assert "turn" in written
    assert not [word for word in ("zebra", "private") if word in written]
    failed = [span for span in by_name(spans)["turn"] if not span.status.is_ok]
    assert [(span.attributes or {})["degraded"] for span in failed] == ["apology"]


def test_turns_at_once_are_traces_apart(spans: InMemorySpanExporter, shop: Assistant) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: shop.reply("tents", session=f"trace {n}"), range(4)))
    named = by_name(spans)
    assert len({span.context.trace_id for span in named["turn"]}) == 4
    roots = {span.context.trace_id: span.context.span_id for span in named["turn"]}
    for span in named["act"]:
        assert span.parent and span.parent.span_id == roots[span.context.trace_id]


def test_a_stream_that_is_read_in_many_threads_is_still_one_trace(spans: InMemorySpanExporter, shop: Assistant) -> None:
    """A web server takes each event in another thread, with another context."""
    stream = shop.stream("tents", session="many threads")
    events: list[Any] = []

    def take() -> None:
        events.extend([event] if (event := next(stream, None)) else [])

    for _ in range(50):
        thread = threading.Thread(target=take)
        thread.start()
        thread.join()
    (done,) = [event for event in events if isinstance(event, DoneEvent)]
    assert done.turn.seconds.keys() >= SEARCHED
    assert len({span.context.trace_id for span in spans.get_finished_spans()}) == 1
    assert json.loads(done.turn.model_dump_json())["seconds"] == done.turn.seconds
