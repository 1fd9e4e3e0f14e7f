"""A local language model on the CPU: OpenVINO GenAI with a cached prefix and output bound to a schema."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import openvino_genai as genai
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field, PrivateAttr

from assistant.engines.grammar import UnsupportedSchemaError, grammar
from assistant.engines.messages import chat_turns, fit
from assistant.engines.openvino_ir import open_pipeline
from data.errors import AisleError

FINISH_REASONS = {
    genai.GenerationFinishReason.STOP: "stop",
    genai.GenerationFinishReason.LENGTH: "length",
    genai.GenerationFinishReason.NONE: "cancelled",
}


class ChatOpenVINO(BaseChatModel):
    """An instruction-tuned GGUF, or a folder with an OpenVINO model, behind LangChain's chat interface.

    Decoding is greedy. `invoke` and `stream` understand

    - `response_schema`: a JSON schema; the reply is compact JSON that holds to it (see `assistant.engines.grammar`),
      cut short only when `max_tokens` is reached: `response_metadata["finish_reason"]` is then `length`;
    - `max_tokens`: how many tokens the reply may have;
    - `stop`: strings that end the reply and are not part of it.

    Requests from several threads wait for one another. A consumer that leaves a stream ends the generation.
    Raises AisleError where the model cannot be loaded or a message is longer than `context`.
    """

    path: Path
    model_name: str = ""
    device: str = "CPU"
    context: int = 4096  # tokens of prompt and reply; models allow more, a CPU's patience does not
    cache_gb: int = 1  # for keys and values, of cached prefixes too
    max_tokens: int = 512
    properties: dict[str, Any] = Field(default_factory=dict)  # passed to OpenVINO as they are

    _pipeline: genai.LLMPipeline = PrivateAttr()
    _tokenizer: genai.Tokenizer = PrivateAttr()
    _busy: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def model_post_init(self, _: Any) -> None:
        scheduler = genai.SchedulerConfig()
        scheduler.enable_prefix_caching = True
        scheduler.cache_size = self.cache_gb
        self._pipeline = open_pipeline(self.path, self.device, scheduler, **self.properties)
        self._tokenizer = self._pipeline.get_tokenizer()

    @property
    def label(self) -> str:
        return f"{self._identifying_params['model_name']} with OpenVINO GenAI on the {self.device}"

    @property
    def _llm_type(self) -> str:
        return "openvino-genai"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name or self.path.name, "device": self.device}

    def count_tokens(self, messages: Sequence[BaseMessage]) -> int:
        """Tokens of the messages in the model's chat template."""
        return int(self._tokenizer.encode(self._prompt(messages), add_special_tokens=False).input_ids.shape[1])

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        *,
        response_schema: dict[str, Any] | None = None,
        max_tokens: int | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        started = time.perf_counter()
        config = _configure(max_tokens or self.max_tokens, stop, response_schema)
        prompt = self._prompt(fit(messages, self.count_tokens, self.context - config.max_new_tokens))
        first_token = 0.0
        for piece in self._run(prompt, config):
            if isinstance(piece, str):
                first_token = first_token or time.perf_counter() - started
                yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
            else:
                yield self._last_chunk(piece, time.perf_counter() - started, first_token)

    def _run(self, prompt: str, config: genai.GenerationConfig) -> Iterator[str | genai.DecodedResults]:
        """Pieces of text as they are decoded, at the end the whole result; generation ends when nobody iterates."""
        pieces: SimpleQueue[str | genai.DecodedResults | Exception] = SimpleQueue()
        left = threading.Event()

        def take(piece: str) -> genai.StreamingStatus:
            pieces.put(piece)
            return genai.StreamingStatus.CANCEL if left.is_set() else genai.StreamingStatus.RUNNING

        def work() -> None:
            with self._busy:
                try:
                    if not left.is_set():
                        pieces.put(self._pipeline.generate([prompt], config, take))
                except Exception as error:
                    pieces.put(error)

        threading.Thread(target=work, name="openvino-generate").start()
        try:
            while isinstance(piece := pieces.get(), str):
                yield piece
            if isinstance(piece, Exception):
                raise AisleError(f"The language model failed ({piece}). Start Aisle again.") from piece
            yield piece
        finally:
            left.set()

    def _prompt(self, messages: Sequence[BaseMessage]) -> str:
        return self._tokenizer.apply_chat_template(chat_turns(messages), add_generation_prompt=True)

    def _last_chunk(self, result: genai.DecodedResults, seconds: float, first_token: float) -> ChatGenerationChunk:
        metrics = result.perf_metrics
        read, written = metrics.get_num_input_tokens(), metrics.get_num_generated_tokens()
        message = AIMessageChunk(
            content="",
            chunk_position="last",
            usage_metadata=UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written),
            response_metadata={
                **self._identifying_params,
                "finish_reason": FINISH_REASONS.get(result.finish_reasons[0], "stop"),
                "seconds": round(seconds, 4),
                "first_token_seconds": round(first_token, 4),
                "tokens_per_second": round(metrics.get_throughput().mean, 2),
            },
        )
        return ChatGenerationChunk(message=message)


def _configure(max_tokens: int, stop: list[str] | None, schema: dict[str, Any] | None) -> genai.GenerationConfig:
    config = genai.GenerationConfig()
    config.do_sample = False
    config.apply_chat_template = False  # the prompt is already in it
    config.max_new_tokens = max_tokens
    if stop:
        config.stop_strings = set(stop)
    if schema is not None:
        config.structured_output_config = _bound_to(schema)
    return config


def _bound_to(schema: dict[str, Any]) -> genai.StructuredOutputConfig:
    try:
        return genai.StructuredOutputConfig(grammar=grammar(schema))
    except UnsupportedSchemaError:
        return genai.StructuredOutputConfig(json_schema=json.dumps(schema))
