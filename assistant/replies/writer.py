"""The reply to a turn: what the evidence obliges to say, then what the model makes of it, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

import structlog
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from assistant.prompts import prefix
from assistant.replies.checker import Checker
from assistant.replies.facts import fenced, listing_facts
from assistant.replies.phrases import say_note
from assistant.turn import Evidence, Language
from data.errors import AisleError

LONGEST_ADDITION = 70  # tokens
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\s])|(?<=[。!?！？])|\n+")

log = structlog.get_logger()


class Writer:
    """Writes replies in one store's currency. `model` is None where templates are all there is."""

    def __init__(self, model: BaseChatModel | None, checker: Checker, currency: str) -> None:
        self._model = model
        self._checker = checker
        self._currency = currency

    def write(
        self, evidence: Evidence, message: str, language: Language, turn: int, refused: list[str]
    ) -> Iterator[str]:
        """Pieces of text that joined are the reply. Sentences that the evidence does not support go to `refused`."""
        separator = "" if language == "zh" else " "
        notes = [say_note(note, language, turn) for note in evidence.notes]
        yield separator.join(notes)
        if self._model is None or not evidence.elaborate or not evidence.products:
            return
        facts = listing_facts(evidence, self._currency, language)
        for sentence in self._sentences(evidence, facts, message, language):
            fault = self._checker.fault(sentence, facts, message, language)
            if fault:
                refused.append(f"{sentence} ({fault})")
                return  # what follows would lean on what was refused
            yield f"{separator}{sentence}"

    def _sentences(self, evidence: Evidence, facts: dict[str, str], message: str, language: Language) -> Iterator[str]:
        """Whole sentences as they are finished; one that is cut off is left out."""
        assert self._model is not None
        request = f"<facts>\n{fenced(facts)}\n</facts>\nShopper: {message[:300]}"
        name = "compare" if evidence.table else "reply"
        prompt = [*prefix(f"{name}_{language}"), HumanMessage(request)]
        assert isinstance(prompt[0], SystemMessage)
        written = ""
        try:
            for chunk in self._model.stream(prompt, max_tokens=LONGEST_ADDITION):
                written += str(chunk.content)
                *done, written = _SENTENCE_END.split(written)
                yield from (sentence.strip() for sentence in done if sentence.strip())
        except AisleError as error:
            log.warning("the language model did not finish its reply", error=str(error))
            return
        if re.search(r"[.!?。！？]\s*$", written):
            yield written.strip()
