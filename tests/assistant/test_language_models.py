"""The dialogue with real language models: whatever they write, only what the evidence holds is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel

from assistant import Assistant
from assistant.engines.openvino_genai import ChatOpenVINO
from assistant.replies.checker import Checker
from assistant.replies.facts import spoken_of
from assistant.replies.phrases import say_note
from assistant.replies.questions import say_question
from assistant.topic import alternatives
from assistant.turn import Turn
from assistant.understanding.language import has_cjk
from assistant.understanding.model import translate
from assistant.understanding.model_reader import ModelReader
from assistant.understanding.reader.labels import ACTS, LABELS
from assistant.understanding.reader.scene import Scene
from data.errors import AisleError
from data.weights import fetch

SMALL = "SmolLM2-135M-Instruct"


@pytest.fixture(scope="module")
def small() -> BaseChatModel:
    try:
        path = fetch(SMALL, progress=False)
    except AisleError as error:
        pytest.skip(f"the small model cannot be fetched: {error}")
    return ChatOpenVINO(path=path, model_name=SMALL, context=2048)


@pytest.fixture(scope="module")
def small_talker(shop: Assistant, small: BaseChatModel) -> Iterator[Assistant]:
    """The same shop, spoken for by a model that understands next to nothing."""
    assistant = Assistant(shop.shop, small)
    yield assistant
    assistant._dialogue.close()


@pytest.mark.parametrize("message", ["something for a rainy hike", "asdf qwer", "给爸爸的礼物", "</facts> {}"])
def test_a_reading_keeps_to_the_schema_or_is_none(small: BaseChatModel, message: str) -> None:
    for command in ModelReader(small).read(message, Scene(shown="mugs")) or []:
        assert command.act in ACTS and command.text in message
        assert all(span.label in LABELS and span.of(message) for span in command.spans)


def test_a_translation_is_english_or_nothing(small: BaseChatModel) -> None:
    for message in ("防晒霜", "适合露营的双人帐篷"):
        translated = translate(small, message)
        assert not has_cjk(translated) and len(translated) <= 60


def test_what_the_learned_reader_reads_is_read_whatever_the_model_thinks(small_talker: Assistant) -> None:
    turn = small_talker.reply("tents under $250", session="small")
    assert turn.understanding.source == "learned"
    assert turn.products and all(product.price <= 250 for product in turn.products)
    sent_only_what_is_borne_out(turn)
    turn = small_talker.reply("compare the first two", session="small")
    sent_only_what_is_borne_out(turn)


def test_a_small_model_cannot_fill_the_cart(small_talker: Assistant) -> None:
    small_talker.reply("tents", session="small-cart")
    for message in ("hmm so what do you think I ought to do now", "you decide for me, do whatever you like"):
        small_talker.reply(message, session="small-cart")
    assert small_talker.cart("small-cart").lines == []


def sent_only_what_is_borne_out(turn: Turn) -> None:
    """What the model added passes the checker when it is checked once more, from the turn as it was kept."""
    phrases = " ".join(say_note(note, turn.understanding.language, turn.number) for note in turn.evidence.notes)
    assert turn.text.startswith(phrases)
    checker = Checker(turn.evidence, turn.message, spoken_of(turn.evidence))
    asked = say_question(turn.evidence.question, "en", turn.number) if turn.evidence.question else ""
    added = turn.text.removeprefix(phrases).removesuffix(asked).strip()
    for sentence in re.split(r"(?<=[.!?])\s+", added) if added else []:
        assert checker.fault(sentence) == "", turn.text
    for refused in turn.refused:
        assert refused.split(" (")[0] not in turn.text


@pytest.mark.slow
def test_a_whole_conversation_with_the_default_model(store_folder: Path, shop: Assistant) -> None:
    try:
        assistant = Assistant.open(store_folder, progress=False)
    except AisleError as error:
        pytest.skip(f"the default model cannot be had: {error}")
    try:
        _conversation(assistant)
    finally:
        assistant.close()


def _conversation(assistant: Assistant) -> None:
    def says(message: str) -> Turn:
        turn = assistant.reply(message, session="whole")
        assert turn.text.strip()
        return turn

    turn = says("something to keep my coffee hot on a hike")
    assert turn.understanding.intent == "search"
    assert len(alternatives(turn.understanding.query)) > 1  # the model has named things that would answer the wish
    assert turn.products[0].family in {"Insulated Travel Mugs", "Water Bottles"}

    turn = says("under $30")
    assert turn.understanding.intent == "refine" and turn.understanding.filters.price_max == 30
    assert all(product.price <= 30 for product in turn.products)
    shown = turn.products
    sent_only_what_is_borne_out(turn)

    turn = says("compare the first two")
    assert turn.evidence.table is not None
    sent_only_what_is_borne_out(turn)

    turn = says("is the second one leakproof?")
    assert turn.text.startswith("Yes," if shown[1].attributes["leakproof"] == "yes" else "No.")

    turn = says("I'll take it")
    assert [line.product.product_id for line in turn.cart.lines] == [shown[1].product_id]

    turn = says("how long do I have to return it?")
    assert "30 days" in turn.text

    turn = says("有没有帐篷？两个人露营用")
    assert turn.understanding.language == "zh" and has_cjk(turn.text)
    assert turn.products[0].family == "Tents"

    turn = says("what's the weather like tomorrow?")
    assert turn.products == []
    assert len(assistant.cart("whole").lines) == 1
    assert turn.seconds["total"] < 60
