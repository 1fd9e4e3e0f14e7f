"""A language model on a server that speaks OpenAI's protocol: vLLM, llama-server, Ollama, OpenAI itself."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import openai
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai.chat_models.base import BaseChatOpenAI
from pydantic import SecretStr

from assistant.engines.messages import unforged
from data.errors import AisleError

TIMEOUT = openai.Timeout(60, connect=5)  # seconds; 60 for the next piece of a reply, a CPU server reads prompts slowly


class ChatOpenAICompatible(BaseChatOpenAI):
    """`response_schema` becomes OpenAI's `response_format`; whatever goes wrong with the server is an AisleError.

    The key is read from `$AISLE_LLM_KEY`; servers of one's own need none.
    """

    @classmethod
    def at(cls, url: str, model: str = "") -> ChatOpenAICompatible:
        """The server at `url` (with its `/v1`); an empty `model` is the first that it offers."""
        key = SecretStr(os.environ.get("AISLE_LLM_KEY") or "none")
        with _explained(url):
            name = model or _first_model(url, key)
        return cls(
            model=name, base_url=url, api_key=key, timeout=TIMEOUT, max_retries=1, temperature=0,
            use_responses_api=False, stream_usage=True,
        )  # fmt: skip

    @property
    def label(self) -> str:
        return f"{self.model_name} at {self.openai_api_base}"

    @property
    def _llm_type(self) -> str:
        return "openai-compatible"

    def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
        with _explained(self.openai_api_base):
            return super()._generate(*args, **kwargs)

    async def _agenerate(self, *args: Any, **kwargs: Any) -> ChatResult:
        with _explained(self.openai_api_base):
            return await super()._agenerate(*args, **kwargs)

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        finished = False
        with _explained(self.openai_api_base):
            for chunk in super()._stream(*args, **kwargs):
                finished = finished or _ends(chunk)
                yield chunk
            _refuse_half(finished)

    async def _astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        finished = False
        with _explained(self.openai_api_base):
            async for chunk in super()._astream(*args, **kwargs):
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


def _first_model(url: str, key: SecretStr) -> str:
    client = openai.OpenAI(base_url=url, api_key=key.get_secret_value(), timeout=TIMEOUT, max_retries=0)
    offered = client.models.list().data
    return offered[0].id


@contextmanager
def _explained(url: str | None) -> Iterator[None]:
    way_out = "Is llm_url (or AISLE_LLM_URL) right, with its /v1, and the server up?"
    try:
        yield
    except openai.APITimeoutError as error:
        raise AisleError(f"The language model's server at {url} does not answer in time. {way_out}") from error
    except openai.APIConnectionError as error:
        raise AisleError(f"The language model's server at {url} cannot be reached or broke off. {way_out}") from error
    except openai.AuthenticationError as error:
        raise AisleError(f"The language model's server at {url} refuses the key: set AISLE_LLM_KEY.") from error
    except openai.APIStatusError as error:
        said = str(error.message).splitlines()[0][:200]
        raise AisleError(
            f"The language model's server at {url} answers {error.status_code}: {said}. {way_out}"
        ) from error
    except _HalfReplyError as error:
        raise AisleError(f"The language model's server at {url} broke off its reply. {way_out}") from error
    except (openai.OpenAIError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise AisleError(f"The server at {url} does not speak OpenAI's protocol. {way_out}") from error
