"""What belongs to a kind: who will not have wool will have no merino; who will not have merino may have cashmere."""

from __future__ import annotations

from importlib import resources

import pyarrow as pa
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from data.catalogue import Catalogue
from data.lexicon.kinds import members
from data.schema import PRODUCTS, Columns
from retrieval.filters import CONTAINS, WORD, Filters

KINDS = yaml.safe_load(resources.files("data.lexicon").joinpath("kinds.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("kind", "belongs"),
    [
        ("wool", "merino"), ("Wool", "cashmere"), ("nuts", "almond"), ("nut", "pecan"), ("nuts", "marzipan"),
        ("dairy", "whey"),
        ("gluten", "rye"), ("羊毛", "merino"), ("坚果", "hazelnut"), ("leather", "suede"), ("fish", "cod"),
        ("soy", "tofu"),
        ("wool", "羊绒"), ("shellfish", "prawn"),
    ],
)  # fmt: skip
def test_what_belongs_to_a_kind(kind: str, belongs: str) -> None:
    assert belongs in members(kind)


@pytest.mark.parametrize("word", ["merino", "almond", "suede", "walnut", "杏仁", "brass", "", "coconut"])
def test_what_is_no_kind_stands_for_itself_alone(word: str) -> None:
    assert members(word) == (word,)


@given(st.sampled_from(sorted(KINDS)))
def test_every_kind_is_known_by_its_name_and_has_words_in_both_languages(kind: str) -> None:
    found = members(kind)
    assert found[0] == kind
    assert set(KINDS[kind]["words"]) <= set(found)
    assert any(not word.isascii() for word in found)
    assert len(set(found)) == len(found)


@given(st.text(max_size=40))
def test_a_word_is_always_a_member_of_itself(word: str) -> None:
    assert members(word)[0] == word.casefold().strip()


ROWS = {
    # what a product is called, what its listing states, what is written of it
    "merino": ("Fell jumper", {"material": "merino"}, ""),
    "cashmere": ("Cashmere scarf", {}, ""),
    "cotton": ("Fell shirt", {"material": "cotton"}, "Soft as wool? No wool in it."),
    "told": ("Fell hat", {}, "Knitted from lambswool."),
    "nut free": ("Oat bar", {}, "Nut free, made by hand."),
    "nut-free": ("Nut-free oat bar", {}, ""),
    "stated free": ("Seed bar", {"contains nuts": "no"}, ""),
    "stated": ("Snack bar", {"contains nuts": "yes"}, ""),
    "without": ("Date bar", {}, "Without any nuts or milk."),
    "almond": ("Fruit bar", {}, "Dates, almonds and salt."),
    "traces": ("Rice bar", {}, "May hold traces of hazelnut."),
    "nutmeg": ("Spice bar", {}, "With nutmeg and coconut."),
    "坚果": ("混合坚果", {}, ""),
    "无坚果": ("燕麦棒", {}, "无坚果,香甜"),
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    none = dict.fromkeys(PRODUCTS.names)
    rows = [
        none
        | {Columns.Product: name, Columns.Title: title, Columns.Price: 5.0, Columns.Attributes: list(states.items())}
        | {Columns.Description: told}
        for name, (title, states, told) in ROWS.items()
    ]
    return Catalogue(pa.Table.from_pylist(rows, schema=PRODUCTS))


def kept(catalogue: Catalogue, field: str, *values: str) -> set[str]:
    allowed = Filters(exclude={field: list(values)}).mask(catalogue)
    return {catalogue.ids[row] for row in allowed.nonzero()[0]}


NUTTY = {"stated", "almond", "traces", "坚果"}
WOOLLY = {"merino", "cashmere", "told"}


@pytest.mark.parametrize("word", ["nuts", "nut", "坚果"])
def test_whatever_is_made_with_nuts_goes_and_what_says_that_it_has_none_stays(catalogue: Catalogue, word: str) -> None:
    assert kept(catalogue, CONTAINS, word) == set(ROWS) - NUTTY


def test_wool_by_all_that_is_written(catalogue: Catalogue) -> None:
    assert WOOLLY.isdisjoint(kept(catalogue, CONTAINS, "wool"))
    assert kept(catalogue, CONTAINS, "nuts", "wool") == kept(catalogue, CONTAINS, "nuts") & kept(
        catalogue, CONTAINS, "wool"
    )


def test_a_tag_says_what_is_in_it_too() -> None:
    none = dict.fromkeys(PRODUCTS.names)
    bag = {Columns.Product: "bag", Columns.Title: "Mixed bag", Columns.Price: 5.0, Columns.Tags: ["walnuts"]}
    assert kept(Catalogue(pa.Table.from_pylist([none | bag], schema=PRODUCTS)), CONTAINS, "nuts") == set()


def test_who_will_not_have_merino_may_have_cashmere(catalogue: Catalogue) -> None:
    assert set(ROWS) - kept(catalogue, CONTAINS, "merino") == {"merino"}


def test_a_refused_word_is_looked_for_in_titles_and_values_alone(catalogue: Catalogue) -> None:
    assert set(ROWS) - kept(catalogue, WORD, "wool") == {"merino", "cashmere"}


def test_what_nobody_writes_of_excludes_nothing(catalogue: Catalogue) -> None:
    assert kept(catalogue, CONTAINS, "uranium") == set(ROWS)


def test_a_refusal_is_a_chip_that_can_be_taken_back() -> None:
    filters = Filters(exclude={CONTAINS: ["nuts", "wool"]})
    assert [chip.label for chip in filters.chips()] == ["not nuts", "not wool"]
    chip = filters.chips()[0]
    assert filters.without(chip.field, chip.value) == Filters(exclude={CONTAINS: ["wool"]})


def test_who_will_not_have_blue_will_have_no_navy() -> None:
    none = dict.fromkeys(PRODUCTS.names)
    rows = [
        none
        | {Columns.Product: colour, Columns.Title: "Mat", Columns.Price: 5.0, Columns.Attributes: [("colour", colour)]}
        for colour in ("blue", "navy", "red", "burgundy")
    ]
    mats = Catalogue(pa.Table.from_pylist(rows, schema=PRODUCTS))
    assert kept(mats, "colour", "blue") == {"red", "burgundy"}
    assert kept(mats, "colour", "navy") == {"blue", "red", "burgundy"}
