"""LangChain messages as the plain turns that chat templates take, with no way to forge a turn."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypedDict

from langchain_core.messages import BaseMessage, convert_to_openai_messages, trim_messages

from data.errors import AisleError

_CONTROL_TOKEN = re.compile(r"<\|(?=[^|<>\s]{1,40}\|>)")


class ChatTurn(TypedDict):
    role: str
    content: str


def unforged(text: str) -> str:
    """The text with control tokens such as `<|im_end|>` broken up: words to the tokenizer, not the end of a turn."""
    return _CONTROL_TOKEN.sub("< |", text)


def chat_turns(messages: Sequence[BaseMessage]) -> list[ChatTurn]:
    """Roles and texts, as chat templates take them."""
    plain = convert_to_openai_messages(messages, text_format="string")
    return [ChatTurn(role=turn["role"], content=unforged(turn["content"])) for turn in plain]


def fit(messages: list[BaseMessage], count: Callable[[Sequence[BaseMessage]], int], limit: int) -> list[BaseMessage]:
    """The messages, oldest turns left out until `count` of them is at most `limit` tokens.

    The system message and the last message stay. Raises AisleError where those two alone are too long.
    """
    if count(messages) <= limit:
        return messages
    kept = trim_messages(messages, max_tokens=limit, token_counter=count, strategy="last", include_system=True)
    if not kept or kept[-1] != messages[-1]:
        raise AisleError(
            f"That message is too long for the language model, which reads {limit} tokens with its instructions: "
            "please say it shorter."
        )
    return kept
