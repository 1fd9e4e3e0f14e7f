"""What is searched for a message: its words where they name a thing, what would answer them where they are a wish."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from assistant.topic import OR, alternatives, belonging
from assistant.understanding.linking import Linker
from assistant.understanding.model import MOST_THINGS, rewrite, translate
from assistant.understanding.querying import Query, QueryWriter
from assistant.understanding.vocabulary import Vocabulary
from data.errors import AisleError
from retrieval.alternatives import search_alternatives
from retrieval.filters import Filters
from retrieval.phrases import PhraseEncoder
from tests.understanding.notation import command


@dataclass
class Script:
    """What an engine says, message by message, and what it was asked."""

    answer: str
    asked: list[str] = field(default_factory=list)
    fails: bool = False


class Scripted(BaseChatModel):
    """An engine whose words are known, so that what becomes of them can be checked."""

    script: Any

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **_: Any) -> ChatResult:
        self.script.asked.append(str(messages[-1].content))
        if self.script.fails:
            raise AisleError("out of order")
        return ChatResult(generations=[ChatGeneration(message=AIMessage(self.script.answer))])


@pytest.fixture(scope="module")
def vocabulary(shop) -> Vocabulary:
    return Vocabulary(shop.shop.catalogue)


@pytest.fixture
def writer(shop, vocabulary: Vocabulary, phrases: PhraseEncoder):
    """Who writes the queries, with an engine that says what its script holds, or without one."""

    def with_engine(script: Script | None = None) -> QueryWriter:
        model = Scripted(script=script) if script else None
        catalogue = shop.shop.catalogue
        linker = Linker(
            catalogue, vocabulary, phrases, translate=lambda words: translate(model, words) if model else ""
        )
        return QueryWriter(shop.shop.search, vocabulary, linker, model, "en")

    return with_engine


@pytest.fixture
def writes(writer):
    """The query of a first message, read without fault."""
    return lambda line, script=None: writer(script).of(command(line))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("find | [leakproof]{want} [travel mug]{thing}", "leakproof travel mug"),
        ("find | a [tent]{thing} for [3 people]{whom}", "tent for 3 people"),
        ("find | i need an [electric kettle]{thing} please", "electric kettle"),
        ("find | [lawn mower]{thing}", "lawn mower"),
    ],
)
def test_what_names_a_thing_is_searched_as_it_is_typed(writes, line: str, words: str) -> None:
    script = Script("sofa; lamp")
    assert writes(line, script) == Query(words, words, rewritten=False)
    assert script.asked == []


def test_a_wish_is_searched_with_what_would_answer_it(shop, writes) -> None:
    script = Script("travel mug; thermos flask; travel mug; water bottle; soup pot")
    query = writes("find | [my tea is always cold when i get to the office]{use}", script)
    assert query.rewritten
    assert alternatives(query.words)[1:4] == ["travel mug", "thermos flask", "water bottle"]
    first = belonging(shop.shop.search, query.words, Filters())[0]
    assert shop.shop.catalogue.product(first.row).category == "Kitchen > Drinkware > Insulated Travel Mugs"


def test_no_condition_comes_from_the_model(writes) -> None:
    wish = "find | [my tea is always cold at work]{use}"
    query = writes(wish, Script("black travel mug; Kitcho kettle; 450 ml bottle"))
    assert alternatives(query.words)[1:4] == ["travel mug", "kettle", "ml bottle"]
    black = "find | [my black tea is always cold at work]{use}"
    assert "black travel mug" in writes(black, Script("black travel mug")).words


def test_a_wish_is_put_to_the_model_once_and_a_failure_is_forgotten(writer) -> None:
    script = Script("travel mug", fails=True)
    asks, wish = writer(script), command("find | [my tea is always cold at work]{use}")
    assert "travel mug" not in alternatives(asks.of(wish).words)
    script.fails = False
    assert "travel mug" in alternatives(asks.of(wish).words)
    asked = len(script.asked)
    asks.of(wish)
    assert len(script.asked) == asked


def test_a_wish_without_a_model_leads_to_the_shelf_that_most_results_share(writes) -> None:
    assert writes("find | [i sleep badly when we camp because the ground is hard]{use}").rewritten
    assert writes("find | [my rucksack hurts on every hike]{use}").words.endswith(f"{OR}hiking backpacks")


@given(st.text(max_size=80))
def test_whatever_the_model_says_a_few_english_words_come_of_it(answer: str) -> None:
    things = rewrite(Scripted(script=Script(answer)), "my feet hurt")
    assert len(things) <= MOST_THINGS and len(set(things)) == len(things)
    assert all(
        thing == thing.strip() and not any("\u3400" <= letter <= "\u9fff" for letter in thing) for thing in things
    )


@pytest.mark.parametrize(
    ("line", "english"),
    [
        ("find | [保温杯]{thing}", "travel mug"),
        ("find | [保溫杯]{thing}", "travel mug"),
        ("find | [女士雨衣]{thing}", "for women rain jacket"),
    ],
)
def test_chinese_names_are_known_by_heart(writes, line: str, english: str) -> None:
    script = Script("something else")
    query = writes(line, script)
    assert (query.words, query.rewritten) == (english, False)
    assert script.asked == []


def test_chinese_that_is_not_known_is_translated_and_without_a_model_left_alone(writes) -> None:
    assert writes("find | [防蚊液]{thing}", Script("mosquito repellent")).words == "mosquito repellent"
    assert writes("find | [防蚊液]{thing}").words == "防蚊液"


def test_one_query_alone_is_an_ordinary_search(shop) -> None:
    search = shop.shop.search
    assert search_alternatives(search, ["travel mug"], 10) == search.search("travel mug", 10)


def test_a_wish_and_its_answers_weigh_the_same(shop) -> None:
    """The score is the mean of the wish's and of the answers' mean, on the scale of one search."""
    search = shop.shop.search
    queries = ["keeps tea hot", "travel mug", "kettle"]
    alone = [{hit.row: hit.score for hit in search.search(query, len(search.catalogue))} for query in queries]
    for hit in search_alternatives(search, queries, 20):
        wish, *answers = (scores[hit.row] for scores in alone)
        assert hit.score == pytest.approx((wish + sum(answers) / len(answers)) / 2, abs=1e-5)
