"""A language model in this process with Hugging Face transformers: any of the hub's, on CUDA or the CPU."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig, StoppingCriteriaList, TextIteratorStreamer

from assistant.engines.errors import EngineBusyError, EngineError, EngineTimeoutError
from assistant.engines.messages import chat_turns, fit
from assistant.engines.stopping import until
from data.errors import AisleError

SCHEMA_REQUEST = "Answer with one line of JSON and nothing else. It must hold to this JSON schema:\n"


class ChatTransformers(BaseChatModel):
    """A model by its hub name, a folder of its files, or a GGUF file, behind LangChain's chat interface.

    Decoding is greedy; requests from several threads wait for one another; leaving a stream ends the generation with
    its next token, and so does a reply that is not whole after `timeout` seconds.
    `response_schema` is best effort: the schema is put to the model in words, nothing forces it, so check what comes
    (a server such as vLLM forces it). `max_tokens` and `stop` are exact.
    Raises AisleError where the model cannot be loaded or a message is longer than `context`, EngineBusyError where too
    many wait, EngineTimeoutError, and EngineError where the generation fails.
    """

    path: str
    model_name: str = ""
    device: str = "cpu"
    context: int = 8192  # tokens of prompt and reply
    max_tokens: int = 512
    timeout: float = 60  # seconds
    waiting: int = 32

    _model: Any = PrivateAttr()
    _tokenizer: Any = PrivateAttr()
    _busy: threading.Lock = PrivateAttr(default_factory=threading.Lock)
    _places: threading.BoundedSemaphore = PrivateAttr()

    def model_post_init(self, _: Any) -> None:
        self._places = threading.BoundedSemaphore(1 + self.waiting)
        try:
            self._tokenizer, self._model = _load(self.path, self.device)
        except (OSError, ValueError, ImportError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[0]
            raise AisleError(
                f"The language model {self.path} cannot be loaded with transformers ({reason}). "
                "Choose another with AISLE_LLM_MODEL, or another engine with AISLE_LLM."
            ) from error
        self._model.to(self.device).eval()

    @property
    def label(self) -> str:
        return f"{self.model_name or self.path} with transformers on {self.device}"

    @property
    def _llm_type(self) -> str:
        return "transformers"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name or self.path, "device": self.device}

    def count_tokens(self, messages: Sequence[BaseMessage]) -> int:
        """Tokens of the messages in the model's chat template."""
        return int(self._encode(messages)["input_ids"].shape[1])

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
        latest = time.monotonic() + (timeout or self.timeout)
        longest = max_tokens or self.max_tokens
        if response_schema is not None:
            messages = _asking_for(response_schema, messages)
        prompt = self._encode(fit(messages, self.count_tokens, self.context - longest)).to(self.device)
        run = _Run(self._model, self._tokenizer, prompt, longest)
        first_token = 0.0
        for piece in run.text(stop or [], latest, self._busy, self._places):
            first_token = first_token or time.perf_counter() - started
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
        read, written = int(prompt["input_ids"].shape[1]), run.tokens
        seconds = time.perf_counter() - started
        message = AIMessageChunk(
            content="",
            chunk_position="last",
            usage_metadata=UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written),
            response_metadata={
                **self._identifying_params,
                "finish_reason": "length" if written >= longest else "stop",
                "seconds": round(seconds, 4),
                "first_token_seconds": round(first_token, 4),
                "tokens_per_second": round((written - 1) / max(seconds - first_token, 1e-9), 2),
            },
        )
        yield ChatGenerationChunk(message=message)

    def _encode(self, messages: Sequence[BaseMessage]) -> Any:
        return self._tokenizer.apply_chat_template(
            chat_turns(messages), add_generation_prompt=True, return_dict=True, return_tensors="pt"
        )


class _Run:
    """One generation in a thread of its own. `tokens` counts what was decoded."""

    def __init__(self, model: Any, tokenizer: Any, prompt: Any, longest: int) -> None:
        self.tokens = 0
        self._left = threading.Event()
        self._error: Exception | None = None
        self._streamer = TextIteratorStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True)
        self._arguments = {
            **prompt,
            "max_new_tokens": longest,
            "do_sample": False,
            "streamer": self._streamer,
            "stopping_criteria": StoppingCriteriaList([self._stops]),
            "pad_token_id": tokenizer.pad_token_id or tokenizer.eos_token_id,
        }
        self._model = model

    def text(
        self, stop: list[str], latest: float, busy: threading.Lock, place: threading.BoundedSemaphore
    ) -> Iterator[str]:
        """Pieces of the reply. The place is given back when the generation has ended, which may be a token later."""
        if not place.acquire(blocking=False):
            raise EngineBusyError("The language model has all the requests that it can take: try again in a moment.")
        threading.Thread(target=self._work, args=[busy, place], name="transformers-generate").start()
        try:
            yield from until(self._pieces(latest), stop)
        finally:
            self._left.set()
        if self._error:
            raise EngineError(f"The language model failed ({self._error}).") from self._error

    def _pieces(self, latest: float) -> Iterator[str]:
        try:
            while True:
                self._streamer.timeout = max(0.0, latest - time.monotonic())
                yield next(self._streamer)
        except StopIteration:
            return
        except queue.Empty:
            raise EngineTimeoutError("The language model has not answered in time.") from None

    def _work(self, busy: threading.Lock, place: threading.BoundedSemaphore) -> None:
        try:
            with busy, torch.inference_mode():
                if not self._left.is_set():
                    self._model.generate(**self._arguments)
        except Exception as error:
            self._error = error
            self._streamer.end()
        finally:
            place.release()

    def _stops(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
        self.tokens += 1
        return torch.full((input_ids.shape[0],), self._left.is_set(), dtype=torch.bool, device=input_ids.device)


def _load(path: str, device: str) -> tuple[Any, Any]:
    """Tokenizer and model. A GGUF is unpacked to 16 bits, which every device computes without kernels of its own."""
    if path.endswith(".gguf"):
        folder, name = Path(path).parent, Path(path).name
        unpacked = GgufConfig(gguf_file=name, dequantize=True)
        tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
        return tokenizer, AutoModelForCausalLM.from_pretrained(
            folder, gguf_file=name, quantization_config=unpacked, dtype=torch.bfloat16
        )
    dtype = "auto" if device == "cpu" else torch.bfloat16
    model = AutoModelForCausalLM.from_pretrained(path, dtype=dtype, use_safetensors=True)  # nothing is unpickled
    return AutoTokenizer.from_pretrained(path), model


def _asking_for(schema: dict[str, Any], messages: list[BaseMessage]) -> list[BaseMessage]:
    """The request for JSON goes to the end of the last message, where small models still remember it."""
    last = messages[-1]
    return [*messages[:-1], HumanMessage(f"{last.text}\n\n{SCHEMA_REQUEST}{json.dumps(schema, ensure_ascii=False)}")]
