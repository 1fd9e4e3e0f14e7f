"""A language model on a server that speaks OpenAI's protocol: vLLM, llama-server, Ollama, OpenAI itself."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import openai
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai.chat_models.base import BaseChatOpenAI
from pydantic import SecretStr

from assistant.engines.deadline import in_time
from assistant.engines.errors import EngineError, EngineTimeoutError
from assistant.engines.messages import unforged
from data.errors import AisleError

CONNECT = 5.0  # seconds
T = TypeVar("T")
_responses: ContextVar[list[Any]] = ContextVar("responses")
UNFIT = {400, 413, 422}  # statuses that refuse this request and say nothing against the server


class ChatOpenAICompatible(BaseChatOpenAI):
    """`response_schema` becomes OpenAI's `response_format`; `timeout` is seconds until the reply must be whole.

    Whatever goes wrong with the server is an EngineError, in time. The key is read from `$AISLE_LLM_KEY`; servers of
    one's own need none.
    """

    seconds: float = 60  # for a whole reply where a call does not say; a CPU server reads prompts slowly

    @classmethod
    def at(cls, url: str, model: str = "", *, seconds: float = 60) -> ChatOpenAICompatible:
        """The server at `url` (with its `/v1`); an empty `model` is the first that it offers.

        Raises EngineError where the server does not say what it offers.
        """
        key = SecretStr(os.environ.get("AISLE_LLM_KEY") or "none")
        client = _client()
        return cls(
            model=model or _first_model(url, key, client, seconds), base_url=url, api_key=key, seconds=seconds,
            max_retries=1, temperature=0, use_responses_api=False, stream_usage=True, http_client=client,
        )  # fmt: skip

    @property
    def label(self) -> str:
        return f"{self.model_name} at {self.openai_api_base}"

    @property
    def _llm_type(self) -> str:
        return "openai-compatible"

    def _generate(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> ChatResult:
        seconds = timeout or self.seconds

        def ask() -> Iterator[ChatResult]:
            with _explained(self.openai_api_base):
                yield BaseChatOpenAI._generate(self, *args, timeout=_read_within(seconds), **kwargs)

        (result,) = _closed_in_time(ask, seconds)
        return result

    def _stream(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        seconds = timeout or self.seconds

        def ask() -> Iterator[ChatGenerationChunk]:
            finished = False
            with _explained(self.openai_api_base):
                for chunk in BaseChatOpenAI._stream(self, *args, timeout=_read_within(seconds), **kwargs):
                    finished = finished or _ends(chunk)
                    yield chunk
                _refuse_half(finished)

        yield from _closed_in_time(ask, seconds)

    async def _agenerate(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> ChatResult:
        seconds = timeout or self.seconds
        with _explained(self.openai_api_base):
            asked = super()._agenerate(*args, timeout=_read_within(seconds), **kwargs)
            return await asyncio.wait_for(asked, seconds)

    async def _astream(
        self, *args: Any, timeout: float | None = None, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        seconds = timeout or self.seconds
        until, finished = time.monotonic() + seconds, False
        with _explained(self.openai_api_base):
            chunks = aiter(super()._astream(*args, timeout=_read_within(seconds), **kwargs))
            while True:
                try:
                    chunk = await asyncio.wait_for(anext(chunks), until - time.monotonic())
                except StopAsyncIteration:
                    break
                finished = finished or _ends(chunk)
                yield chunk
            _refuse_half(finished)

    def _get_request_payload(
        self,
        input_: Any,
        *,
        stop: list[str] | None = None,
        response_schema: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> dict:
        payload = super()._get_request_payload(input_, stop=stop, **kwargs)
        for message in payload["messages"]:
            if isinstance(message["content"], str):
                message["content"] = unforged(message["content"])
        if response_schema is not None:
            # In `extra_body`, because the client would parse a `response_format` itself and fail on a reply cut short.
            asked = {"type": "json_schema", "json_schema": {"name": "reply", "schema": response_schema, "strict": True}}
            payload["extra_body"] = {**(payload.get("extra_body") or {}), "response_format": asked}
        return payload


class _HalfReplyError(Exception):
    """The server closed a stream before the reply's end."""


def _ends(chunk: ChatGenerationChunk) -> bool:
    return bool((chunk.generation_info or {}).get("finish_reason"))


def _refuse_half(finished: bool) -> None:
    if not finished:
        raise _HalfReplyError


def _first_model(url: str, key: SecretStr, client: Any, seconds: float) -> str:
    def ask() -> Iterator[str]:
        with _explained(url):
            server = openai.OpenAI(
                base_url=url, api_key=key.get_secret_value(), timeout=_read_within(seconds), max_retries=0,
                http_client=client,
            )  # fmt: skip
            yield server.models.list().data[0].id

    (name,) = _closed_in_time(ask, seconds)
    return name


def _read_within(seconds: float) -> openai.Timeout:
    return openai.Timeout(seconds, connect=min(seconds, CONNECT))


def _client() -> Any:
    """OpenAI's own default, which also tells `_responses` what it receives."""
    return openai.DefaultHttpxClient(event_hooks={"response": [lambda response: _responses.get([]).append(response)]})


def _closed_in_time(ask: Callable[[], Iterator[T]], seconds: float) -> Iterator[T]:
    """`in_time`, and the server's answer is closed in the end: the client's own time-outs are for one read each, so
    that the thread that reads from a server which drips would do so for ever."""
    received: list[Any] = []

    def listening() -> Iterator[T]:
        _responses.set(received)  # of this thread's own context
        yield from ask()

    try:
        yield from in_time(listening, seconds)
    finally:
        for response in received:
            response.close()


@contextmanager
def _explained(url: str | None) -> Iterator[None]:
    way_out = "Is llm_url (or AISLE_LLM_URL) right, with its /v1, and the server up?"
    try:
        yield
    except (TimeoutError, openai.APITimeoutError) as error:
        raise EngineTimeoutError(f"The language model's server at {url} does not answer in time. {way_out}") from error
    except openai.APIConnectionError as error:
        raise EngineError(f"The language model's server at {url} cannot be reached or broke off. {way_out}") from error
    except openai.AuthenticationError as error:
        raise EngineError(f"The language model's server at {url} refuses the key: set AISLE_LLM_KEY.") from error
    except openai.APIStatusError as error:
        said = str(error.message).splitlines()[0][:200]
        kind = AisleError if error.status_code in UNFIT else EngineError
        raise kind(f"The language model's server at {url} answers {error.status_code}: {said}. {way_out}") from error
    except _HalfReplyError as error:
        raise EngineError(f"The language model's server at {url} broke off its reply. {way_out}") from error
    except (openai.OpenAIError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise EngineError(f"The server at {url} does not speak OpenAI's protocol. {way_out}") from error
