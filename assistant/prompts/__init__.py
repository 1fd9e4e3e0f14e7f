"""Prompts are files: `<name>.md` is the system message, `<name>.yaml` the examples, each `said` and `answer`.

They come first in every call and never change, so that the engine keeps them in its prefix cache.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

import yaml
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage


@cache
def prefix(name: str) -> tuple[BaseMessage, ...]:
    folder = resources.files("assistant.prompts")
    messages: list[BaseMessage] = [SystemMessage((folder / f"{name}.md").read_text(encoding="utf-8").strip())]
    examples = folder / f"{name}.yaml"
    if examples.is_file():
        for example in yaml.safe_load(examples.read_text(encoding="utf-8")):
            answer = example["answer"]
            messages.append(HumanMessage(said(example["said"], example.get("topic", ""))))
            text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
            messages.append(AIMessage(text))
    return tuple(messages)


def said(message: str, topic: str = "") -> str:
    """How a shopper's message is put to the model: the topic of the list on the table goes before it."""
    return f"[shown: {topic}] {message}" if topic else message
