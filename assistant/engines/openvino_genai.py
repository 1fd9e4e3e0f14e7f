"""A local language model on the CPU: OpenVINO GenAI with a cached prefix and output bound to a schema."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import openvino_genai as genai
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field, PrivateAttr

from assistant.engines.errors import EngineError
from assistant.engines.grammar import UnsupportedSchemaError, grammar
from assistant.engines.messages import chat_turns, fit
from assistant.engines.openvino_ir import cannot_load, saved
from assistant.engines.openvino_process import EngineProcess, Piece
from assistant.engines.openvino_worker import Ended, Request, Start
from assistant.engines.stopping import until


class ChatOpenVINO(BaseChatModel):
    """An instruction-tuned GGUF, or a folder with an OpenVINO model, behind LangChain's chat interface.

    Decoding is greedy. `invoke` and `stream` understand

    - `response_schema`: a JSON schema; the reply is compact JSON that holds to it (see `assistant.engines.grammar`),
      cut short only when `max_tokens` is reached: `response_metadata["finish_reason"]` is then `length`;
    - `max_tokens`: how many tokens the reply may have;
    - `stop`: strings that end the reply and are not part of it;
    - `timeout`: seconds until the reply must be whole.

    The model is in a process of its own (`openvino_worker`) and decodes for up to `running` requests at once; `waiting`
    more wait for a place. A consumer that leaves a stream ends the generation. A process that has died or hung is
    started anew by the next request.
    Raises AisleError where the model cannot be loaded or a message is longer than `context`, EngineBusyError where too
    many wait, EngineTimeoutError, and EngineError where the process fails.
    """

    path: Path
    model_name: str = ""
    device: str = "CPU"
    context: int = 4096  # tokens of prompt and reply; models allow more, a CPU's patience does not
    cache_gb: int = 1  # for keys and values, of cached prefixes too
    max_tokens: int = 512
    timeout: float = 60  # seconds
    running: int = 8
    waiting: int = 32
    # Tokens guessed from the prompt in each step, 0 for none. Replies repeat what listings say: with 2, `aisle bench
    # decoding` finds one reply written about twice and eight about 1.3 times as fast, word for word the same.
    prompt_lookup: int = 2
    properties: dict[str, Any] = Field(default_factory=dict)  # passed to OpenVINO as they are

    _process: EngineProcess = PrivateAttr()
    _tokenizer: genai.Tokenizer = PrivateAttr()
    _starting: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def model_post_init(self, _: Any) -> None:
        with saved(self.path, self.device) as model:
            start = Start(
                path=str(model), device=self.device, cache_gb=self.cache_gb, running=self.running,
                lookup=self.prompt_lookup, properties=self.properties,
            )  # fmt: skip
            self._process = EngineProcess(start, self.waiting, self.timeout)
            try:
                self._process.wait()
                self._tokenizer = genai.Tokenizer(model)
            except (EngineError, RuntimeError) as error:
                raise cannot_load(self.path, str(error).splitlines()[-1]) from error

    @property
    def label(self) -> str:
        return f"{self._identifying_params['model_name']} with OpenVINO GenAI on the {self.device}"

    @property
    def _llm_type(self) -> str:
        return "openvino-genai"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name or self.path.name, "device": self.device}

    @property
    def pid(self) -> int:
        """Of the process that has the model."""
        return self._process.pid

    @property
    def open_requests(self) -> int:
        """How many are being answered or wait."""
        return self._process.open_requests

    def close(self) -> None:
        """End the process; a later request starts another."""
        self._process.close()

    def count_tokens(self, messages: Sequence[BaseMessage]) -> int:
        """Tokens of the messages in the model's chat template."""
        return int(self._tokenizer.encode(self.prompt(messages), add_special_tokens=False).input_ids.shape[1])

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
        timeout: float | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        started = time.perf_counter()
        longest = max_tokens or self.max_tokens
        prompt = self.prompt(fit(messages, self.count_tokens, self.context - longest))
        bound = _bound_to(response_schema) if response_schema is not None else {}
        request = Request(number=0, prompt=prompt, max_tokens=longest, stop=stop or [], bound=bound)
        first_token = 0.0
        with closing(self._ask(request, time.monotonic() + (timeout or self.timeout))) as answer:
            ends: list[Ended] = []
            for piece in until(_texts(answer, ends), stop or []):
                first_token = first_token or time.perf_counter() - started
                yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
            deque(_texts(answer, ends), maxlen=0)  # the end comes after a stop string
        yield self._last_chunk(ends[0], time.perf_counter() - started, first_token)

    def _ask(self, request: Request, latest: float) -> Generator[Piece]:
        with self._starting:
            if self._process.failure:
                self._process = self._process.again()
            process = self._process
        process.wait(latest)
        yield from process.ask(request, latest)

    def prompt(self, messages: Sequence[BaseMessage]) -> str:
        """The messages in the model's chat template, as the engine reads them."""
        return self._tokenizer.apply_chat_template(chat_turns(messages), add_generation_prompt=True)

    def _last_chunk(self, end: Ended, seconds: float, first_token: float) -> ChatGenerationChunk:
        read, written = end["read"], end["written"]
        message = AIMessageChunk(
            content="",
            chunk_position="last",
            usage_metadata=UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written),
            response_metadata={
                **self._identifying_params,
                "finish_reason": end["reason"],
                "seconds": round(seconds, 4),
                "first_token_seconds": round(first_token, 4),
                "tokens_per_second": round((written - 1) / max(seconds - first_token, 1e-9), 2),
            },
        )
        return ChatGenerationChunk(message=message)


def _texts(answer: Iterator[Piece], ends: list[Ended]) -> Iterator[str]:
    """The answer's text; its end goes into the list. Raises EngineError where it had no room."""
    for piece in answer:
        if isinstance(piece, str):
            yield piece
        elif piece["reason"] == "memory":
            raise EngineError("The language model's cache is too small for this request (cache_gb).")
        else:
            ends.append(piece)


def _bound_to(schema: dict[str, Any]) -> dict[str, str]:
    try:
        return {"grammar": grammar(schema)}
    except UnsupportedSchemaError:
        return {"json_schema": json.dumps(schema)}
