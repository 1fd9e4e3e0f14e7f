"""The real small model in transformers, which unpacks the same GGUF."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage

from assistant.engines.transformers_engine import ChatTransformers
from data.errors import AisleError
from data.weights import fetch

pytestmark = pytest.mark.slow
STORY = [HumanMessage("Tell a long story about a hat.")]


@pytest.fixture(scope="module")
def llm() -> ChatTransformers:
    return ChatTransformers(path=str(fetch("SmolLM2-135M-Instruct", progress=False)), context=2048)


def test_answers_with_usage(llm: ChatTransformers) -> None:
    reply = llm.invoke("What is the capital of France?", max_tokens=20)
    assert "Paris" in reply.text
    assert reply.usage_metadata is not None
    assert reply.usage_metadata["input_tokens"] == llm.count_tokens([HumanMessage("What is the capital of France?")])
    assert reply.response_metadata["finish_reason"] == "stop"


def test_streams_and_counts(llm: ChatTransformers) -> None:
    chunks = list(llm.stream(STORY, max_tokens=12))
    assert sum(bool(chunk.text) for chunk in chunks) > 3
    assert chunks[-1].usage_metadata is not None
    assert chunks[-1].usage_metadata["output_tokens"] == 12
    assert chunks[-1].response_metadata["finish_reason"] == "length"


def test_a_stop_string_ends_the_reply_and_is_left_out(llm: ChatTransformers) -> None:
    whole = llm.invoke(STORY, max_tokens=20).text
    assert llm.invoke(STORY, max_tokens=20, stop=[whole[15:21]]).text == whole[: whole.index(whole[15:21])]


def test_leaving_a_stream_frees_the_model(llm: ChatTransformers) -> None:
    stream = llm.stream(STORY, max_tokens=1500)
    assert next(iter(stream)).text
    stream.close()  # type: ignore[attr-defined]
    started = time.perf_counter()
    llm.invoke("hi", max_tokens=2)
    assert time.perf_counter() - started < 10  # 1500 tokens take several times that


def test_a_folder_without_a_model_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(AisleError, match="cannot be loaded with transformers") as refused:
        ChatTransformers(path=str(tmp_path))
    assert "\n" not in str(refused.value)
