"""Real dialogues are read turn by turn with the table as the wizard had laid it; figures follow from the readings."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import get_args

import pytest
import yaml
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import HumanMessage

from assistant.conversation.commands import Command, Span
from assistant.turn import Intent, Understanding
from assistant.understanding.reader.corpus import Example, MarkedSegment, MarkedSpan
from assistant.understanding.reader.labels import ACTS
from assistant.understanding.reader.scene import Scene
from benchmarks.mgshopdial import items, items_in, pictures, recordings
from benchmarks.mgshopdial_labels import GOALS, OF_OURS, OF_THEIR_GOALS, OF_THEIR_INTENTS, goal_of
from benchmarks.recorded_model import RecordedModel
from benchmarks.understanding_figures import JUDGED, VERDICTS, Read, accuracy, macro_f1, report
from benchmarks.understanding_reader import INTENT_OF, read, scores
from data.errors import AisleError
from data.records import Product


@pytest.fixture(scope="module")
def dialogues():  # type: ignore[no-untyped-def]
    try:
        return recordings()
    except AisleError as error:
        pytest.skip(str(error))


def turn(theirs: str, ours: str, *, source: str = "learned", number: int = 1) -> Read:
    return Read("d", number, theirs, theirs, "search", ours, source, 0.01)  # type: ignore[arg-type]


def test_every_label_of_both_sides_has_its_place() -> None:
    assert set(OF_OURS) == set(get_args(Intent))
    assert set(OF_OURS.values()) == set(OF_THEIR_GOALS.values()) == set(OF_THEIR_INTENTS.values()) == set(GOALS)


def test_the_labels_of_the_data_are_those_that_are_mapped(dialogues) -> None:  # type: ignore[no-untyped-def]
    said = [utterance for dialogue in dialogues for utterance in dialogue.utterances]
    assert {utterance.goal for utterance in said} <= set(OF_THEIR_GOALS)
    assert {intent for utterance in said for intent in utterance.intents} <= set(OF_THEIR_INTENTS)
    assert sum(utterance.client for utterance in said) > 500


def test_wizards_name_items_that_are_found(dialogues) -> None:  # type: ignore[no-untyped-def]
    """In nearly every dialogue something comes on the table, and never all that there is at once."""
    titles = {category: [row["name"] for row in rows] for category, rows in items().items()}
    names = {
        category: [Product.model_construct(product_id=title, title=title, price=1.0) for title in of]
        for category, of in titles.items()
    }
    shown: Counter[str] = Counter()
    for dialogue in dialogues:
        products = names[dialogue.category]
        for utterance in dialogue.utterances:
            if not utterance.client:
                found = items_in(utterance.text, products, pictures(items()[dialogue.category]))
                assert len(found) < len(products)
                shown[dialogue.id] += len(found)
    assert sum(count > 0 for count in shown.values()) >= 0.75 * len(dialogues)


def test_a_question_about_money_is_a_question() -> None:
    assert goal_of(Understanding(intent="cart", operation="view")) == "question"
    assert goal_of(Understanding(intent="cart", operation="add")) == "wish"
    assert goal_of(Understanding(intent="cart", operation="checkout")) == "wish"
    assert goal_of(Understanding(intent="search", counting=True)) == "question"


def test_figures_by_hand() -> None:
    turns = [
        turn("wish", "wish"),
        turn("wish", "question", number=2),
        turn("question", "question", source="llm", number=3),
        turn("talk", "talk", number=4),
    ]
    figures = report(turns).figures
    assert figures["goal_accuracy"] == pytest.approx(3 / 4)
    assert figures["goal_macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    assert figures["learned.share"] == pytest.approx(3 / 4)
    assert figures["learned.p50_ms"] == pytest.approx(10)
    assert figures["disagreements"] == 1


def test_every_act_becomes_an_intent() -> None:
    assert set(INTENT_OF) == set(ACTS)
    assert set(INTENT_OF.values()) == set(get_args(Intent))


def test_readings_are_scored_by_hand() -> None:
    """ "red tent. cheaper? thanks": the reader takes the first two for one."""
    segments = (MarkedSegment(0, 9, "find"), MarkedSegment(10, 18, "refine"), MarkedSegment(19, 25, "thanks"))
    marked = (MarkedSpan(0, 3, "want"), MarkedSpan(4, 8, "thing"), MarkedSpan(10, 17, "degree"))
    example = Example("red tent. cheaper? thanks", Scene(), segments, marked, "en", "en_test", "here")

    class Reader:
        def read(self, text: str, scene: Scene) -> list[Command]:
            spans = (Span(0, 8, "thing"), Span(10, 17, "degree"))
            return [Command("refine", text[:18], 0, spans), Command("bye", text[19:], 19)]

    found = scores([read(Reader(), example)])  # type: ignore[arg-type]
    assert found["acts"] == pytest.approx(1 / 3)
    assert found["messages"] == 0
    assert found["spans"] == pytest.approx(2 * 1 / 5)
    assert found["intent"] == pytest.approx(2 / 3)


def test_macro_f1_counts_a_goal_that_is_never_found() -> None:
    assert macro_f1([("wish", "wish"), ("talk", "wish")]) == pytest.approx((2 / 3) / 3)
    assert accuracy([("wish", "wish"), ("talk", "wish")]) == 0.5


def test_the_verdicts_are_ids_alone() -> None:
    rows = yaml.safe_load(VERDICTS.read_text(encoding="utf-8"))
    assert len(rows) >= 100
    for row in rows:
        assert set(row) == {"dialogue", "utterance", "ours", "verdict"}
        assert row["ours"] in GOALS
        assert row["verdict"] in JUDGED
    keys = [(row["dialogue"], row["utterance"], row["ours"]) for row in rows]
    assert len(keys) == len(set(keys))


def test_an_answer_is_asked_for_once_even_after_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"

    def opened() -> FakeListChatModel:
        return FakeListChatModel(responses=["warm", "first", "second"])

    recorded = RecordedModel(name="m", file=file, open_model=opened)
    assert recorded.invoke([HumanMessage("hello")], max_tokens=5).content == "first"
    assert recorded.invoke([HumanMessage("hello")], max_tokens=5).content == "first"
    assert recorded.invoke([HumanMessage("hello")], max_tokens=6).content == "second"  # another call
    with file.open("a", encoding="utf-8") as half:
        half.write('{"key": "cut sho')

    def never() -> FakeListChatModel:
        raise AssertionError("the model is not opened for what was answered before")

    again = RecordedModel(name="m", file=file, open_model=never)
    assert again.invoke([HumanMessage("hello")], max_tokens=5).content == "first"
    assert again.new == 0
