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
from assistant.replies.facts import fenced, listing_facts, sayable, spoken_of, tell_something
from assistant.replies.guard import fault_of_note, fault_of_text
from assistant.replies.phrases import say, say_note
from assistant.replies.questions import say_question
from assistant.replies.translation import to_chinese
from assistant.turn import Evidence, Language, Note
from assistant.understanding.language import has_cjk, normalise
from data.errors import AisleError
from retrieval.request import content

LONGEST_ADDITION = 70  # tokens
LONGEST_SECOND_TRY = 50  # tokens
LONGEST_QUOTE = 300  # characters of the shopper's message
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
        self._translated = lru_cache(maxsize=2048)(partial(to_chinese, model)) if model else None

    def warm(self) -> None:
        """Read the fixed prompt into the engine's cache."""
        if self._model is not None:
            self._model.invoke([*prefix("reply"), HumanMessage("hello")], max_tokens=1)

    def write(
        self, evidence: Evidence, message: str, language: Language, turn: int, refused: list[str]
    ) -> Iterator[str]:
        """Pieces of text that joined are the reply. What the evidence does not support goes to `refused`."""
        between = " " if language == "en" else ""
        sent = False
        for piece in self._due(evidence, message, language, turn, refused):
            yield (between if sent else "") + piece
            sent = True
        if self._model is not None and language == "en" and evidence.elaborate and tell_something(evidence):
            for sentence in self._added(self._model, evidence, message, refused):
                yield f" {sentence}" if sent else sentence
                sent = True
        if evidence.question is not None:
            yield (between if sent else "") + say_question(evidence.question, language, turn)

    def _due(
        self, evidence: Evidence, message: str, language: Language, turn: int, refused: list[str]
    ) -> Iterator[str]:
        """What must be said, note by note, after a last look at each."""
        for note in evidence.notes:
            text = say_note(self._in_language(note, evidence, language), language, turn)
            fault = fault_of_note(note, evidence) or fault_of_text(text, evidence, message)
            if not fault:
                yield text
                continue
            log.error("a phrase says what the evidence does not hold", note=note.key, fault=fault)
            refused.append(f"{text} ({fault})")
            if len(evidence.notes) == 1:
                yield say("sorry", language)

    def _added(self, model: BaseChatModel, evidence: Evidence, message: str, refused: list[str]) -> Iterator[str]:
        """Sentences of the model's, until one says more than the listings: what follows would lean on it.

        Where the very first is refused, the model is asked once more for less, and told what may be said.
        """
        facts = listing_facts(evidence, self._currency, "en", message)
        prompt = _request("compare" if evidence.table else "reply", facts, message)
        good = list[str]()
        for sentence in self._good(model, prompt, LONGEST_ADDITION, evidence, message, refused):
            good.append(sentence)
            yield sentence
        if refused and not good:
            again = _request("reply_again", sayable(evidence, message), "")  # what was asked has led it astray
            yield from self._good(model, again, LONGEST_SECOND_TRY, evidence, message, refused)

    @staticmethod
    def _good(
        model: BaseChatModel,
        prompt: list[BaseMessage],
        longest: int,
        evidence: Evidence,
        message: str,
        refused: list[str],
    ) -> Iterator[str]:
        checker = Checker(evidence, message, spoken_of(evidence))
        for sentence in _sentences(model, prompt, longest):
            if fault := checker.fault(sentence):
                refused.append(f"{sentence} ({fault})")
                return
            yield sentence

    def _in_language(self, note: Note, evidence: Evidence, language: Language) -> Note:
        """The note with the shop's own text translated, where it is in English and the shopper is not."""
        text = note.values.get("text", "")
        if self._translated is None or language != "zh" or not text or has_cjk(text):
            return note
        names = tuple(sorted({name for each in evidence.products for name in (each.title, each.brand or "")}))
        try:
            translated = "".join(
                self._translated(each, tuple(name for name in names if name in each))
                for each in _SENTENCE_END.split(text)
            )
        except AisleError as error:  # not kept: the next time it may be there
            log.warning("the language model did not translate", error=str(error))
            return note
        return Note(key=note.key, values={**note.values, "text": translated})


def _request(name: str, facts: dict[str, str], message: str) -> list[BaseMessage]:
    said = f"\nShopper: {unfenced(_without_price(message)[:LONGEST_QUOTE])}" if message else ""
    return [*prefix(name), HumanMessage(f"<facts>\n{fenced(facts)}\n</facts>{said}")]


def _without_price(message: str) -> str:
    """The list keeps to the price already, and a model that reads it says it of a product."""
    return content(normalise(message)) or message


def unfenced(message: str) -> str:
    """A message that cannot pass for facts: on one line, without the fence's marks."""
    return re.sub(r"\s+", " ", re.sub(r"[<>]", " ", message))


def _sentences(model: BaseChatModel, prompt: list[BaseMessage], longest: int) -> Iterator[str]:
    """Whole sentences as they are finished; one that is cut off is left out."""
    written = ""
    try:
        for chunk in model.stream(prompt, max_tokens=longest):
            written += str(chunk.content)
            *done, written = _SENTENCE_END.split(written)
            yield from (sentence.strip() for sentence in done if sentence.strip())
    except AisleError as error:
        log.warning("the language model did not finish its reply", error=str(error))
        return
    if re.search(r"[.!?]\s*$", written):
        yield written.strip()
