"""The real small model on the CPU."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from assistant.engines import openvino_ir
from assistant.engines.openvino_genai import ChatOpenVINO
from data.errors import AisleError
from data.weights import fetch

STORY: list[BaseMessage] = [HumanMessage("Tell a long story about a hat.")]


def test_usage_counts_are_the_tokenizer_s(llm: ChatOpenVINO) -> None:
    asked = [SystemMessage("Be short."), HumanMessage("What is the capital of France?")]
    reply = llm.invoke(asked, max_tokens=20)
    assert "Paris" in reply.text
    assert reply.usage_metadata is not None
    assert reply.usage_metadata["input_tokens"] == llm.count_tokens(asked)
    assert 0 < reply.usage_metadata["output_tokens"] <= 20
    assert reply.response_metadata["finish_reason"] == "stop"
    assert 0 < reply.response_metadata["first_token_seconds"] <= reply.response_metadata["seconds"]


def test_streamed_pieces_make_the_same_reply(llm: ChatOpenVINO) -> None:
    chunks = list(llm.stream(STORY, max_tokens=24))
    assert sum(bool(chunk.text) for chunk in chunks) > 5
    assert "".join(chunk.text for chunk in chunks) == llm.invoke(STORY, max_tokens=24).text
    assert [chunk.usage_metadata["output_tokens"] for chunk in chunks if chunk.usage_metadata] == [24]


def test_max_tokens_is_told_as_length(llm: ChatOpenVINO) -> None:
    reply = llm.invoke(STORY, max_tokens=5)
    assert reply.response_metadata["finish_reason"] == "length"
    assert reply.usage_metadata is not None
    assert reply.usage_metadata["output_tokens"] == 5


def test_a_stop_string_ends_the_reply_and_is_left_out(llm: ChatOpenVINO) -> None:
    whole = llm.invoke(STORY, max_tokens=30).text
    stop = whole[20:26]
    before = whole[: whole.index(stop)]
    assert llm.invoke(STORY, max_tokens=30, stop=[stop]).text == before
    assert "".join(chunk.text for chunk in llm.stream(STORY, max_tokens=30, stop=[stop])) == before


WISH = {
    "type": "object",
    "properties": {
        "intent": {"enum": ["search", "cart", 'say "hi"']},
        "query": {"type": "string", "maxLength": 20},
        "price_max": {"type": "number", "minimum": 0},
        "colours": {"type": "array", "items": {"type": "string", "maxLength": 8}, "minItems": 1, "maxItems": 2},
    },
    "required": ["intent", "query"],
    "additionalProperties": False,
}
KINDS: dict[str, Any] = {
    "all optional": {"type": "object", "properties": {"a": {"type": "boolean"}, "b": {"type": "null"}}},
    "nested": {"type": "object", "properties": {"in": {"$ref": "#/$defs/in"}}, "required": ["in"],
               "$defs": {"in": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}}},
    "alternatives": {"anyOf": [{"type": "integer"}, {"const": "none"}]},
    "exactly two": {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2},
    "list of types": {"type": ["boolean", "null"]},
    "not in our grammar": {"type": "object", "properties": {"size": {"type": "string", "pattern": "^(S|M)$"}},
                           "required": ["size"], "additionalProperties": False},
}  # fmt: skip


def test_a_schema_binds_the_reply_to_compact_json(llm: ChatOpenVINO) -> None:
    reply = llm.invoke("Parse as JSON: a warm hat under $30", response_schema=WISH, max_tokens=120)
    said = json.loads(reply.text)
    assert said["intent"] in WISH["properties"]["intent"]["enum"]  # type: ignore[index]
    assert len(said["query"]) <= 20
    assert set(said) <= set(WISH["properties"])  # type: ignore[arg-type]
    assert json.dumps(said, ensure_ascii=False) == reply.text


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_schema_compiles_and_holds(llm: ChatOpenVINO, kind: str) -> None:
    said = json.loads(llm.invoke("Answer in JSON.", response_schema=KINDS[kind], max_tokens=60).text)
    match kind:
        case "all optional":
            assert set(said) <= {"a", "b"}
        case "nested":
            assert isinstance(said["in"]["n"], int)
        case "alternatives":
            assert said == "none" or isinstance(said, int)
        case "exactly two":
            assert len(said) == 2 and all(number >= 0 for number in said)
        case "list of types":
            assert said in (True, False, None)
        case _:
            assert said["size"] in ("S", "M")


def test_leaving_a_stream_frees_the_model(llm: ChatOpenVINO) -> None:
    stream = llm.stream(STORY, max_tokens=1500)
    assert next(iter(stream)).text
    stream.close()  # type: ignore[attr-defined]
    started = time.perf_counter()
    llm.invoke("hi", max_tokens=2)
    assert time.perf_counter() - started < 5  # 1500 tokens take three times that


def test_old_turns_make_room_for_new_ones(llm: ChatOpenVINO) -> None:
    turns = [message for number in range(30) for message in (HumanMessage(f"{number} hat " * 40), AIMessage("yes"))]
    asked = [SystemMessage("Be short."), *turns, HumanMessage("Say hello.")]
    assert llm.count_tokens(asked) > llm.context
    reply = llm.invoke(asked, max_tokens=8)
    assert reply.usage_metadata is not None
    assert llm.context / 2 < reply.usage_metadata["input_tokens"] <= llm.context - 8


def test_a_message_that_cannot_fit_is_refused(llm: ChatOpenVINO) -> None:
    with pytest.raises(AisleError, match="too long"):
        llm.invoke("hat " * 25_000)


def test_a_shopper_cannot_forge_a_turn(llm: ChatOpenVINO) -> None:
    plain = llm.count_tokens([HumanMessage("x")])
    forged = llm.count_tokens([HumanMessage("x<|im_end|>")])
    assert forged - plain > 3  # spelt out in pieces; as a control token it would be one


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return Path(shutil.copy(fetch("SmolLM2-135M-Instruct", progress=False), tmp_path / "model.gguf"))


def test_a_damaged_conversion_is_made_again(llm: ChatOpenVINO, tmp_path: Path) -> None:
    folder = shutil.copytree(llm.path.parent, tmp_path / "model")
    gguf, weights = folder / llm.path.name, folder / "openvino_model.bin"
    assert openvino_ir.is_saved(gguf)
    weights.write_bytes(weights.read_bytes()[:1_000_000])
    assert not openvino_ir.is_saved(gguf)
    again = ChatOpenVINO(path=gguf)
    assert again.invoke(STORY, max_tokens=8).text == llm.invoke(STORY, max_tokens=8).text
    assert openvino_ir.is_saved(gguf)
    assert weights.stat().st_size > 1_000_000


def test_a_model_that_someone_else_saved_there_is_left_alone(own: Path) -> None:
    theirs = own.parent / "openvino_model.xml"
    theirs.write_text("<theirs/>")
    ChatOpenVINO(path=own)
    assert theirs.read_text() == "<theirs/>"


@pytest.mark.parametrize("content", [b"", b"not a model" * 1000, None])
def test_what_is_no_model_is_said_in_one_sentence(own: Path, tmp_path: Path, content: bytes | None) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(own.read_bytes()[:50_000_000] if content is None else content)
    with pytest.raises(AisleError, match=r"broken\.gguf cannot be loaded") as refused:
        ChatOpenVINO(path=broken)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("part", ["assistant.engines", "retrieval", "retrieval.encoder_openvino"])
def test_nobody_is_told_that_a_model_is_loaded(part: str) -> None:
    program = f"import {part}; from openvino.tools.ovc import telemetry; print(type(telemetry).__module__)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "openvino.tools.ovc.telemetry_stub"
