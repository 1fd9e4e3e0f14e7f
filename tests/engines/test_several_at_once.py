"""One model and many conversations: requests share the batch, and nobody waits for another's whole reply."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from langchain_core.messages import BaseMessage, HumanMessage

from assistant.engines.errors import EngineBusyError
from assistant.engines.openvino_genai import ChatOpenVINO

STORY: list[BaseMessage] = [HumanMessage("Tell a long story about a hat.")]
NUMBER = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 0}}, "required": ["n"]}

MANY = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 50, "maxItems": 50}


def test_all_get_what_they_would_have_got_alone(llm: ChatOpenVINO) -> None:
    asked = [[HumanMessage(f"Say the number {number}.")] for number in range(12)]
    alone = [llm.invoke(each, max_tokens=6).text for each in asked]
    with ThreadPoolExecutor(12) as pool:
        together = list(pool.map(lambda each: llm.invoke(each, max_tokens=6).text, asked))
    # Sums in another order may tip a near tie between two tokens, but hardly twice in so few.
    assert sum(one != other for one, other in zip(alone, together, strict=True)) <= 1
    assert len(set(together)) > 3, "everyone has an answer of their own"


def test_each_has_its_own_bounds(llm: ChatOpenVINO) -> None:
    whole = llm.invoke(STORY, max_tokens=12).text
    stop = whole.split()[3]
    with ThreadPoolExecutor(3) as pool:
        bound = pool.submit(lambda: llm.invoke("Give a number.", response_schema=NUMBER, max_tokens=30).text)
        short = pool.submit(lambda: llm.invoke(STORY, max_tokens=3))
        stopped = pool.submit(lambda: llm.invoke(STORY, max_tokens=12, stop=[stop]).text)
        assert json.loads(bound.result())["n"] >= 0
        assert short.result().response_metadata["finish_reason"] == "length"
        assert stop not in stopped.result() and whole.startswith(stopped.result())


def test_a_short_request_does_not_wait_for_a_long_one(llm: ChatOpenVINO) -> None:
    long = llm.stream("Count.", response_schema=MANY, max_tokens=1000)
    next(long)  # it has begun
    short = llm.invoke("Say hello.", max_tokens=5)
    assert short.text
    after = time.perf_counter()
    *_, end = long
    assert time.perf_counter() - after > short.response_metadata["seconds"], "most of the long one was still to come"
    assert end.usage_metadata is not None and end.usage_metadata["output_tokens"] > 100


def test_what_nobody_reads_any_more_makes_room(llm: ChatOpenVINO) -> None:
    left = [llm.stream(STORY, max_tokens=1500) for _ in range(llm.running)]
    for stream in left:
        next(stream)
    for stream in left:
        stream.close()  # type: ignore[attr-defined]
    started = time.perf_counter()
    llm.invoke("hi", max_tokens=2)
    assert time.perf_counter() - started < 5


def test_words_of_any_script_come_whole(llm: ChatOpenVINO) -> None:
    """A small vocabulary spells Chinese byte by byte; no piece may end inside of a character."""
    asked = [HumanMessage("Repeat after me: 保温杯，绿色，😀，龘")]
    chunks = [chunk.text for chunk in llm.stream(asked, max_tokens=60)]
    said = "".join(chunks)
    assert said == llm.invoke(asked, max_tokens=60).text
    assert any(ord(letter) > 127 for letter in said), "the model has said something of it"
    assert "\ufffd" not in said.rstrip("\ufffd")  # only at the end, where the tokens were up, may one be cut


def test_a_reply_s_end_is_told_once_and_last(llm: ChatOpenVINO) -> None:
    chunks = list(llm.stream(STORY, max_tokens=8))
    assert [bool(chunk.usage_metadata) for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


@pytest.fixture
def narrow(llm: ChatOpenVINO) -> Iterator[ChatOpenVINO]:
    engine = ChatOpenVINO(path=llm.path, context=2048, running=1, waiting=1)
    yield engine
    engine.close()


def test_beyond_the_queue_is_said_at_once(narrow: ChatOpenVINO) -> None:
    first = narrow.stream(STORY, max_tokens=1500)
    next(first)
    waiting: list[str] = []
    second = threading.Thread(target=lambda: waiting.append(narrow.invoke("hi", max_tokens=2).text))
    second.start()
    deadline = time.monotonic() + 5
    while narrow.open_requests < 2 and time.monotonic() < deadline:
        time.sleep(0.005)
    started = time.monotonic()
    with pytest.raises(EngineBusyError, match="2 requests"):
        narrow.invoke("hi", max_tokens=2)
    assert time.monotonic() - started < 0.5
    assert not waiting, "there is one place, and the first has it"
    first.close()  # type: ignore[attr-defined]
    second.join(10)
    assert waiting, "then it was the second's turn"
    assert narrow.invoke("hi", max_tokens=2).text
