"""The reader by the language model: the same commands as the learned reader's, bound by a schema and held against the
message. Words that are not in the message become nothing."""

from __future__ import annotations

import json
from typing import Any, Final, cast

import structlog
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage

from assistant.conversation.commands import Command, Span
from assistant.prompts import prefix, said
from assistant.understanding.reader.labels import ACTS, LABELS
from assistant.understanding.reader.scene import Scene
from data.errors import AisleError

MOST_TOKENS: Final = 220
MOST_COMMANDS: Final = 4
MOST_SPANS: Final = 10
SURE: Final = 0.75  # what the model says counts as sure: it gives no confidence of its own

_COMMANDS: Final[dict[str, Any]] = {
    "type": "array",
    "maxItems": MOST_COMMANDS,
    "items": {
        "type": "object",
        "properties": {
            "act": {"type": "string", "enum": list(ACTS)},
            "spans": {
                "type": "array",
                "maxItems": MOST_SPANS,
                "items": {
                    "type": "object",
                    "properties": {"label": {"type": "string", "enum": list(LABELS)}, "words": {"type": "string"}},
                    "required": ["label", "words"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["act", "spans"],
        "additionalProperties": False,
    },
}
SCHEMA: Final[dict[str, Any]] = {  # an object: servers take no other schema
    "type": "object",
    "properties": {"commands": _COMMANDS},
    "required": ["commands"],
    "additionalProperties": False,
}

log = structlog.get_logger()


class ModelReader:
    def __init__(self, model: BaseChatModel) -> None:
        self._model = model

    def read(self, text: str, scene: Scene) -> list[Command] | None:
        """The commands of the message; None where the engine fails or answers outside the schema."""
        try:
            message = HumanMessage(said(text, str(scene)))
            asked = self._model.invoke([*prefix("read"), message], response_schema=SCHEMA, max_tokens=MOST_TOKENS)
            answer = json.loads(cast(str, asked.content))
        except AisleError as error:
            log.warning("the language model did not read a message", error=str(error))
            return None
        except json.JSONDecodeError:
            return None  # cut off
        return commands_of(answer.get("commands") if isinstance(answer, dict) else answer, text) or None


def commands_of(answer: Any, text: str) -> list[Command]:
    """What the model answered, as far as it is in the message: spans where their words stand, each stretch once, and
    every command from its first span to the next one's."""
    found: list[tuple[str, list[Span]]] = []
    position = 0
    for each in answer if isinstance(answer, list) else []:
        if not isinstance(each, dict) or each.get("act") not in ACTS:
            continue
        spans, answered = list[Span](), each.get("spans")
        for marked in answered if isinstance(answered, list) else []:
            if not isinstance(marked, dict):
                continue
            words = str(marked.get("words", "")).strip()
            start = text.lower().find(words.lower(), position) if words else -1
            if start >= 0 and marked.get("label") in LABELS:
                spans.append(Span(start, start + len(words), marked["label"]))
                position = start + len(words)
        found.append((each["act"], spans))
    if len(found) == 1:
        return [Command(found[0][0], text, 0, tuple(found[0][1]), SURE)]
    starts = [spans[0].start if spans else 0 for _, spans in found]
    commands = list[Command]()
    for place, (act, spans) in enumerate(found):
        if place and not spans:
            continue  # nothing says where in the message it stands
        start = 0 if not commands else starts[place]
        end = next(
            (s for s, (_, later) in zip(starts[place + 1 :], found[place + 1 :], strict=True) if later), len(text)
        )
        commands.append(Command(act, text[start:end].strip(), start, tuple(spans), SURE))
    return commands
