"""What the language model is asked beside reading: a translation, what answers a wish, what belongs to an occasion."""

from __future__ import annotations

import re
from typing import Any, cast

import structlog
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage

from assistant.prompts import prefix
from assistant.understanding.language import has_cjk
from data.errors import AisleError

LONGEST_QUERY = 60  # characters
TRANSLATION_TOKENS = 16
REWRITING_TOKENS = 22
MOST_THINGS = 3
ROLES_TOKENS = 48
log = structlog.get_logger()


def translate(model: BaseChatModel, message: str) -> str:
    """A short English query for a message in Chinese; empty where the model did not translate it."""
    answer = _ask(model, "to_english", message, max_tokens=TRANSLATION_TOKENS, stop=["\n"])
    query = _plain(answer)
    return "" if has_cjk(query) or len(query) > LONGEST_QUERY else query


def rewrite(model: BaseChatModel, wish: str) -> list[str]:
    """Things to buy that answer a wish in English or Chinese, in English, the best first, at most three.

    Empty where the engine fails. Each is two or three words; what the model says more than once is said once.
    """
    answer = _ask(model, "rewrite", wish, max_tokens=REWRITING_TOKENS, stop=["\n"])
    things = [_plain(thing) for thing in re.split("[;,.\n]", answer)]
    usable = [thing for thing in things if thing and not has_cjk(thing) and len(thing) <= LONGEST_QUERY]
    return list(dict.fromkeys(usable))[:MOST_THINGS]


def roles_of(model: BaseChatModel, occasion: str) -> list[str]:
    """The kinds of product that belong to an occasion, as the model names them; [] where it fails."""
    answer = _ask(model, "bundle", occasion, max_tokens=ROLES_TOKENS, stop=["\n"])
    roles = (re.sub(r"[^\w\s'&-]", " ", role).strip().lower() for role in answer.split(";"))
    return [role for role in dict.fromkeys(roles) if role and not has_cjk(role) and len(role) <= LONGEST_QUERY]


def warm(model: BaseChatModel) -> None:
    """Read the fixed prompts into the engine's cache, so that no shopper waits for it."""
    for prompt in ("rewrite", "to_english"):
        _ask(model, prompt, "hello", max_tokens=1)


def _plain(answer: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s'&-]", " ", answer)).strip().lower()


def _ask(model: BaseChatModel, prompt: str, message: str, **how: Any) -> str:
    try:
        return cast(str, model.invoke([*prefix(prompt), HumanMessage(message)], **how).content)
    except AisleError as error:
        log.warning("the language model did not answer", prompt=prompt, error=str(error))
        return ""
