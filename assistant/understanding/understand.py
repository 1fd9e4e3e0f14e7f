"""One message, with the conversation so far, to an `Understanding`: read into commands, each resolved in turn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from langchain_core.language_models import BaseChatModel

from assistant.conversation.commands import Command
from assistant.faults import log_fault
from assistant.personal_data import LABELS
from assistant.state import DialogueState
from assistant.turn import Language, Source, Understanding
from assistant.understanding.caution import cautious
from assistant.understanding.marking import joined
from assistant.understanding.message import Message
from assistant.understanding.model_reader import ModelReader
from assistant.understanding.reader.runtime import LearnedReader
from assistant.understanding.reader.scene import TITLES, Scene
from assistant.understanding.resolution import Resolver
from assistant.understanding.suggestions import suggested
from assistant.understanding.titles import Masked
from data.records import Product, shelf_name
from retrieval.filters import Filters
from retrieval.hybrid import HybridSearch
from retrieval.phrases import PhraseEncoder

ReadBy = Literal["learned", "model", "unsure"]
TALK = frozenset(
    "greet thanks bye remark yes no complain unclear".split()
)  # which gives way to what is asked beside it
_NEVER_WANTED = tuple(labels[kind] for labels in LABELS.values() for kind in ("card", "identity"))  # as they are masked


class Understander:
    """Reads messages against one store.

    `model` is None where the store runs without a language model, `reader` where the learned one cannot be had.
    `read_by`: `learned`, `model`, or `unsure`: the learned reader, and the model where it is unsure.
    """

    def __init__(
        self,
        search: HybridSearch,
        model: BaseChatModel | None,
        catalogue_language: Language,
        reader: LearnedReader | None,
        phrases: PhraseEncoder | None = None,
        folder: Path | None = None,
        read_by: ReadBy = "learned",
    ) -> None:
        self._search = search
        self._reader = reader
        self._model_reader = ModelReader(model) if model is not None and read_by != "learned" else None
        self._read_by = read_by
        self.resolver = Resolver(search, model, catalogue_language, phrases, folder)
        self.vocabulary = self.resolver.vocabulary

    def understand(self, typed: str, state: DialogueState, in_cart: Sequence[Product]) -> Understanding:
        """What the message asks for first; what else it asks for is in `then`."""
        message = Message.of(typed, state.language)
        if any(label in message.text for label in _NEVER_WANTED):
            return Understanding(intent="out_of_scope", problem="personal_data", language=message.language)
        commands, source = self.read(message, state, in_cart)
        after_an_order = state.service.just_spoken_of(state.number) != "" or state.after == "order"
        commands = joined(cautious(commands, after_an_order=after_an_order), message.text)
        asking = [command for command in commands if command.act not in TALK] or commands[-1:]
        resolved: list[Understanding] = []
        for command in asking:
            understanding = self.resolver.resolve(command, message, state, in_cart)
            if resolved and _goes_on_about_the_order(command, resolved[-1]):
                resolved[-1].text = f"{resolved[-1].text} {command.text}"
                continue
            if not any(_says_again(understanding, before) for before in resolved):
                resolved.append(understanding)
            if len(understanding.references) == 1 or (understanding.references and understanding.intent == "compare"):
                state = state.model_copy(update={"focus": understanding.references[:1]})
            if understanding.reset:
                state = DialogueState(number=state.number, language=state.language)
        if not resolved:
            return Understanding(intent="smalltalk", problem="not_understood", language=message.language)
        if len(resolved) > 1 and all(each.intent == "search" and not each.several for each in resolved):
            together = Understanding(intent="search", several=resolved, language=message.language)
            resolved = [together.model_copy(update={"act": resolved[0].act, "text": message.text})]
        first = resolved[0].model_copy(update={"then": resolved[1:], "source": source, "foreign": message.foreign})
        return first

    def plainly(self, typed: str, state: DialogueState) -> tuple[str, Filters]:
        """The query of what the message asks for first, and the conditions that hold, without a search or the model."""
        message = Message.of(typed, state.language)
        try:
            commands = self._learned(message, state, ())
        except Exception as error:
            log_fault("a message was not read", error)
            commands = []
        asking = (command for command in commands if command.act not in TALK)
        return self.resolver.plainly(next(asking, Command("find", message.text)), message)

    def read(self, message: Message, state: DialogueState, in_cart: Sequence[Product]) -> tuple[list[Command], Source]:
        """By the learned reader where it is sure, or where there is no other; by the model where that is asked to read
        everything, or knows better; else the message is searched as it stands."""
        if (pressed := suggested(message.text)) is not None:
            return [pressed], "learned"
        scene = self.scene(state, in_cart)
        learned = self._learned(message, state, in_cart) if self._read_by != "model" else []
        sure = self._reader.card.sure if self._reader else 1.0
        if learned and (self._model_reader is None or min(command.sure for command in learned) >= sure):
            return learned, "learned"
        if self._model_reader is not None and (read := self._model_reader.read(message.text, scene)):
            return read, "llm"
        if learned or self._reader:
            return learned or self._learned(message, state, in_cart), "learned"
        return [Command("find", message.text)] if message.text else [], "fallback"

    def _learned(self, message: Message, state: DialogueState, in_cart: Sequence[Product]) -> list[Command]:
        known = self._search.catalogue.known
        masked = Masked.of(message.text, [*known(state.shown), *known(state.focus), *known(state.seen), *in_cart])
        read = self._reader.read(masked.text, self.scene(state, in_cart)) if self._reader else []
        return [masked.unmasked(command) for command in read]

    def scene(self, state: DialogueState, in_cart: Sequence[Product]) -> Scene:
        """What the shopper looks at."""
        shown = self._search.catalogue.known(state.shown[:TITLES])
        focus = self._search.catalogue.known(state.focus[-1:])
        kinds = [shelf_name(path).lower() for path in state.filters.category] or [p.family.lower() for p in shown[:1]]
        return Scene(
            shown=", ".join(dict.fromkeys(filter(None, kinds[:2]))) or state.words,
            titles=tuple(product.title for product in shown),
            focus=focus[0].title if focus else "",
            asked=_question(state),
            cart=", ".join(product.title for product in in_cart[-2:]),
            after=state.after,
        )


def _goes_on_about_the_order(command: Command, before: Understanding) -> bool:
    """ "What was in my last order, and what did it cost?" """
    return before.intent == "order" and command.act in ("ask", "calculate") and not command.has("thing", "want")


def _says_again(understanding: Understanding, before: Understanding) -> bool:
    """ "I like the grey one, put it in": one product, once."""
    same = (understanding.intent, understanding.operation) == (before.intent, before.operation) == ("cart", "add")
    return same and (not understanding.references or set(understanding.references) <= set(before.references))


def _question(state: DialogueState) -> str:
    if state.checkout and state.checkout_shown == state.number:
        return "Shall I place the order?"
    if state.offer and state.offer_made == state.number:
        return "Shall I add it to your cart?"
    if state.asked is None:
        return ""
    question = state.asked.question
    return f"which {question.field}? {', '.join(question.choices[:3])}" if question.choices else question.field or "?"
