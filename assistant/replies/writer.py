"""The reply to a turn: what the evidence obliges to say, then what the model makes of it, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache, partial

import structlog
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage

from assistant.prompts import prefix
from assistant.replies.checker import Checker
from assistant.replies.facts import fenced, listing_facts, tell_something, whole_listings
from assistant.replies.phrases import say_note
from assistant.turn import Evidence, Language, Note
from assistant.understanding.language import has_cjk
from data.errors import AisleError

LONGEST_ADDITION = 70  # tokens
LONGEST_TRANSLATION = 200  # tokens
LONGEST_QUOTE = 300  # characters of the shopper's message
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\s])|\n+")

log = structlog.get_logger()


class Writer:
    """Writes replies in one store's currency. `model` is None where templates are all there is.

    The model adds sentences of its own in English only: what a small model writes in Chinese about an English listing
    is wrong too often. In Chinese it translates what the shop has written, number for number.
    """

    def __init__(self, model: BaseChatModel | None, currency: str) -> None:
        self._model = model
        self._currency = currency
        self._checker = Checker()
        self._translated = lru_cache(maxsize=2048)(partial(_to_chinese, model)) if model else None

    def warm(self) -> None:
        """Read the fixed prompt into the engine's cache."""
        if self._model is not None:
            self._model.invoke([*prefix("reply"), HumanMessage("hello")], max_tokens=1)

    def write(
        self, evidence: Evidence, message: str, language: Language, turn: int, refused: list[str]
    ) -> Iterator[str]:
        """Pieces of text that joined are the reply. Sentences that the evidence does not support go to `refused`."""
        for place, note in enumerate(evidence.notes):
            separator = " " if place and language == "en" else ""
            yield separator + say_note(self._in_language(note, language), language, turn)
        if self._model is not None and language == "en" and evidence.elaborate and tell_something(evidence):
            yield from self._added(self._model, evidence, message, refused)

    def _added(self, model: BaseChatModel, evidence: Evidence, message: str, refused: list[str]) -> Iterator[str]:
        """Sentences of the model's, until one says more than the listings: what follows would lean on it."""
        facts = listing_facts(evidence, self._currency, "en")
        listings = whole_listings(evidence, facts)
        request = f"<facts>\n{fenced(facts)}\n</facts>\nShopper: {message[:LONGEST_QUOTE]}"
        prompt = [*prefix("compare" if evidence.table else "reply"), HumanMessage(request)]
        for sentence in _sentences(model, prompt):
            fault = self._checker.fault(sentence, listings, message)
            if fault:
                refused.append(f"{sentence} ({fault})")
                return
            yield f" {sentence}"

    def _in_language(self, note: Note, language: Language) -> Note:
        """The note with the shop's own text translated, where it is in English and the shopper is not."""
        text = note.values.get("text", "")
        if self._translated is None or language != "zh" or not text or has_cjk(text):
            return note
        return Note(key=note.key, values={**note.values, "text": self._translated(text)})


def _to_chinese(model: BaseChatModel, text: str) -> str:
    """The text in Chinese; as it is, where the model fails or any number got lost or added."""
    prompt = [*prefix("to_chinese"), HumanMessage(text)]
    try:
        translated = str(model.invoke(prompt, max_tokens=LONGEST_TRANSLATION, stop=["\n"]).content).strip()
    except AisleError as error:
        log.warning("the language model did not translate", error=str(error))
        return text
    faithful = has_cjk(translated) and sorted(_NUMBER.findall(translated)) == sorted(_NUMBER.findall(text))
    return translated if faithful else text


def _sentences(model: BaseChatModel, prompt: list[BaseMessage]) -> Iterator[str]:
    """Whole sentences as they are finished; one that is cut off is left out."""
    written = ""
    try:
        for chunk in model.stream(prompt, max_tokens=LONGEST_ADDITION):
            written += str(chunk.content)
            *done, written = _SENTENCE_END.split(written)
            yield from (sentence.strip() for sentence in done if sentence.strip())
    except AisleError as error:
        log.warning("the language model did not finish its reply", error=str(error))
        return
    if re.search(r"[.!?]\s*$", written):
        yield written.strip()
