"""The benchmark of turns: what counts as naming a product, what the figures are of, and the tutorials' pipeline."""

from __future__ import annotations

import json
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field

from benchmarks import turns
from benchmarks.evaluation import PERFORMANCE
from benchmarks.machine import machine
from benchmarks.naive_pipeline import CHUNK, FlatStore, K, NaivePipeline, TutorialEmbeddings, listing
from benchmarks.performance_plots import draw_first_product
from benchmarks.turn_figures import BARS, Naive, Ours, Pair, figures, names_one, report
from data.catalogue import Catalogue
from data.errors import AisleError
from data.records import Product
from data.schema import PRODUCTS

THINGS = {
    "k1": ("Pellan Nord electric kettle, 1.7 litres", "Boils a full pot quickly."),
    "k2": ("Kitcho Swift electric kettle, 1 litre", "Keeps the water warm."),
    "t1": ("Stagline Ranger camping tent for 3", "Two doors and a porch."),
    "t2": ("Brakewell Dome camping tent for 2", "Light, for hikers."),
    "m1": ("Halden Row coffee mug, blue", "Stoneware."),
    "s1": ("Orsa Dune silk scarf", "For spring."),
}
SECONDS = st.floats(0.001, 100)


class Noting(BaseChatModel):
    """Writes the same words whatever it is asked, and keeps what it was asked."""

    words: list[str]
    prompts: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "noting"

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        return generate_from_stream(self._stream(messages))

    def _stream(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        self.prompts.append(messages)
        for word in self.words:
            yield ChatGenerationChunk(message=AIMessageChunk(content=word))


def catalogue() -> Catalogue:
    columns = {
        "product_id": list(THINGS),
        "title": [title for title, _ in THINGS.values()],
        "description": [description for _, description in THINGS.values()],
        "price": [10.0 + place for place in range(len(THINGS))],
        "currency": ["USD"] * len(THINGS),
    }
    empty = {field.name: pa.nulls(len(THINGS), field.type) for field in PRODUCTS if field.name not in columns}
    return Catalogue(pa.table({**columns, **empty}).select(PRODUCTS.names).cast(PRODUCTS))


@pytest.fixture(scope="module")
def embeddings() -> TutorialEmbeddings:
    try:
        return TutorialEmbeddings()
    except AisleError as error:
        pytest.skip(f"the encoder cannot be fetched: {error}")


def pair(
    ours: float | None = 0.05, naive: float | None = 5.0, *, source: str = "learned", asked: int = 0, **more: Any
) -> Pair:
    return Pair(
        more.pop("conversation", "c"),
        0,
        "a tent",
        Ours(ours, 0.06, 2.0, more.pop("found", None), "Here.", source, "search", asked, stages={"total": 2.0}),
        Naive(naive, 4.0, 8.0, more.pop("found_naive", None), "The tent.", 0.02),
    )


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("The Stagline Ranger camping tent sleeps three.", True),
        ("You could take the stagline ranger CAMPING", True),  # a title is named before it has been said to its end
        ("I have a camping tent for you", True),  # generous: words that a title shares with others
        ("Our Ranger is a tent for camping", False),
        ("A silk scarf would be nice", False),  # two words of four
        ("We have the Orsa Dune silk", True),
        ("I do not know.", False),
        ("", False),
    ],
)
def test_a_product_is_named_by_three_words_of_its_title(said: str, named: bool) -> None:
    titles = [THINGS["t1"][0], "Tent pegs for 2", THINGS["s1"][0]]
    assert names_one(said, titles) is named


def test_a_short_head_names_its_product() -> None:
    assert names_one("Have you read Dune?", ["Dune (Frank Herbert, paperback)"])
    assert not names_one("Have you seen the dunes?", ["Dune (Frank Herbert, paperback)"])
    assert not names_one("anything", ["", "!!!", "(a bracket)"])


@given(st.lists(st.text(), max_size=4), st.text(), st.text())
def test_what_has_been_named_stays_named_as_the_answer_goes_on(titles: list[str], said: str, more: str) -> None:
    if names_one(said, titles):
        assert names_one(f"{said} {more}", titles)


@given(st.lists(st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True), min_size=1, max_size=8))
def test_a_title_said_whole_is_named(words: list[str]) -> None:
    title = " ".join(words)
    assert names_one(f"Take the {title}.", ["Something else altogether", title])


def test_ratios_are_of_turns_in_which_both_showed_a_product() -> None:
    pairs = [pair(0.05, 5.0), pair(0.05, 5.0), pair(0.05, None), pair(None, 1.0), pair(2.0, 8.0, source="llm")]
    found = figures(pairs)
    assert (found["first_product.turns.fast_path"], found["first_product.turns.llm_parsed"]) == (2, 1)
    assert found["first_product.p50_ms.fast_path"] == pytest.approx(50)
    assert found["first_product.ratio.fast_path"] == pytest.approx(100)
    assert found["first_product.ratio.llm_parsed"] == pytest.approx(4)
    assert found["first_product_if_retrieved_were_shown.ratio.fast_path"] == pytest.approx(0.4)
    assert found["shows_products.ours"] == found["shows_products.naive"] == pytest.approx(0.8)
    assert found["total.ratio"] == pytest.approx(4)
    assert found["share.llm"] == pytest.approx(0.2)
    assert "known_item.ours" not in found


def test_a_turn_that_asked_the_model_before_its_list_is_no_fast_one() -> None:
    found = figures([pair(asked=1), pair(), pair(source="fallback")])
    assert (found["turns.fast_path"], found["turns.llm_parsed"]) == (1, 2)


def test_the_product_that_was_wanted_is_counted_where_it_is_known() -> None:
    found = figures([pair(found=True, found_naive=False), pair(found=True, found_naive=True), pair()])
    assert (found["known_item.requests"], found["known_item.ours"], found["known_item.naive"]) == (2, 1.0, 0.5)


@given(st.lists(st.tuples(SECONDS, SECONDS, st.sampled_from(["learned", "llm"])), min_size=1, max_size=20))
def test_as_many_times_faster_as_all_turns_are(waits: list[tuple[float, float, str]]) -> None:
    """Twice the pipeline's waits are twice the ratio, and every figure is a plain number that JSON takes."""
    once = figures([pair(ours, naive, source=source) for ours, naive, source in waits])
    twice = figures([pair(ours, 2 * naive, source=source) for ours, naive, source in waits])
    for name, value in once.items():
        if name.startswith("first_product.ratio"):
            assert twice[name] == pytest.approx(2 * value, rel=1e-3, abs=2e-4)
    assert json.loads(json.dumps(once)) == once


def test_figures_and_blocks_have_their_names(tmp_path: Path) -> None:
    pairs = [pair(found=True, found_naive=True), pair(1.0, 9.0, source="llm")]
    made = report(pairs)
    assert set(BARS) <= set(made.figures)
    text = PERFORMANCE.read_text(encoding="utf-8")
    assert all(f"<!-- figures:{name} -->" in text for name in made.blocks)
    assert "≥ 10 ×" in made.blocks["turns"] and "| total |" in made.blocks["stages"]
    draw_first_product(pairs, tmp_path / "turns.svg")
    drawn = (tmp_path / "turns.svg").read_bytes()
    draw_first_product(pairs, tmp_path / "turns.svg")
    assert b"<svg" in drawn and (tmp_path / "turns.svg").read_bytes() == drawn


def test_no_turn_gives_no_figure_but_their_number() -> None:
    made = report([])
    assert made.figures == {"turns": 0, "turns.fast_path": 0, "turns.llm_parsed": 0}
    assert made.blocks["turns"] == made.blocks["stages"] == "Not run."


def test_conversations_that_were_kept_come_back(tmp_path: Path) -> None:
    file = tmp_path / "turns.jsonl"
    talks = [[pair(conversation="a"), pair(None, None, conversation="a")], [pair(found=True, conversation="b")]]
    lines = [json.dumps([asdict(each) for each in talk]) for talk in talks]
    file.write_text("\n".join([*lines, lines[0][:-30]]), encoding="utf-8")  # the last was cut short
    assert turns.read(file) == [each for talk in talks for each in talk]
    assert turns.read(tmp_path / "none.jsonl") == []


def test_dialogues_are_drawn_from_every_shop_and_cut() -> None:
    options = Namespace(requests=5, dialogues=8, lines=2, llm="none")
    try:
        planned = turns.planned(options)
    except AisleError as error:
        pytest.skip(str(error))
    sizes = Counter({shop: len(talks) for shop, talks in planned.items()})
    assert sizes.pop("requests") == 5
    assert len(sizes) == 4 and set(sizes.values()) == {2}
    talks = [talk for talks in planned.values() for talk in talks]
    assert all(1 <= len(talk.messages) <= 2 for talk in talks)
    assert all((talk.wanted is not None) == talk.id.startswith("request:") for talk in talks)
    assert len({talk.id for talk in talks}) == 13


def test_other_messages_or_another_model_are_kept_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AISLE_HOME", str(tmp_path))
    monkeypatch.delenv("AISLE_LLM", raising=False)
    try:
        names = [turns.kept_in(Namespace(llm=llm, lines=lines)) for llm in ("none", "openvino") for lines in (2, 3)]
    except AisleError as error:
        pytest.skip(str(error))
    assert len(set(names)) == 4 and names[0] == turns.kept_in(Namespace(llm="none", lines=2))


def test_a_listing_is_written_down_field_by_field_and_cut() -> None:
    product = Product(product_id="p", title="Wool hat", price=12, attributes={"colour": "red"}, description="x" * 5000)
    text = listing(product)
    assert text.startswith("title: Wool hat\nprice: 12.00 USD\ncolour: red\ndescription: x") and len(text) == CHUNK


def test_the_nearest_documents_are_found(embeddings: TutorialEmbeddings) -> None:
    pipeline = NaivePipeline.over(catalogue(), embeddings, Noting(words=["ok"]))
    found = pipeline.store.similarity_search("a tent for the mountains", 2)
    assert {document.metadata["product_id"] for document in found} == {"t1", "t2"}
    assert len(pipeline.store.similarity_search("kettle", 50)) == len(THINGS)
    assert FlatStore(embeddings).similarity_search("anything") == []


def test_a_follow_up_is_made_to_stand_alone_first(embeddings: TutorialEmbeddings) -> None:
    """The first message goes to the retriever as it is; of the second, what the model makes of it."""
    model = Noting(words=["an electric", " kettle"])
    pipeline = NaivePipeline.over(catalogue(), embeddings, model)
    documents, *pieces = pipeline.stream("something to sleep in outdoors")
    assert isinstance(documents, list) and len(documents) == K and pieces == model.words
    assert len(model.prompts) == 1 and documents[0].page_content in str(model.prompts[0][0].content)
    documents, *_ = pipeline.stream("and for tea?")
    assert isinstance(documents, list) and {each.metadata["product_id"] for each in documents[:2]} == {"k1", "k2"}
    assert [len(prompt) for prompt in model.prompts] == [2, 4, 4]  # with the conversation between system and message
    assert [message.content for message in pipeline.history[::2]] == ["something to sleep in outdoors", "and for tea?"]


def test_the_machine_says_what_it_is() -> None:
    said = machine()
    assert "cores" in said and "Python 3." in said and "FAISS" in said
