"""The catalogue is the dictionary: what it has can be named, in the ways people name it, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.vocabulary import Mention, Vocabulary
from data.catalogue import Catalogue

MUGS, CUPS = "Kitchen > Drinkware > Travel Mugs", "Kitchen > Drinkware > Coffee Mugs"


def named(text: str, vocabulary: Vocabulary) -> list[tuple[str, tuple[str, ...]]]:
    return [(mention.field, mention.values) for mention in vocabulary.mentions(text)]


@pytest.mark.parametrize("text", ["travel mug", "Travel Mugs", "TRAVEL MUGS!", "a travel mug, please"])
def test_a_shelf_in_singular_plural_and_any_case(text: str, vocabulary: Vocabulary) -> None:
    assert named(text, vocabulary) == [("category", (MUGS,))]


def test_the_last_word_of_a_shelf_names_every_such_shelf(vocabulary: Vocabulary) -> None:
    assert named("mug", vocabulary) == [("category", (CUPS, MUGS))]


def test_a_head_stands_for_its_whole_subtree(vocabulary: Vocabulary) -> None:
    assert named("kitchen", vocabulary) == [("category", ("Kitchen",))]
    assert named("drinkware", vocabulary) == [("category", ("Kitchen > Drinkware",))]


def test_a_tag_on_one_shelf_alone_is_another_name_for_it(vocabulary: Vocabulary) -> None:
    assert named("a thermal mug", vocabulary) == [("category", (MUGS,))]
    assert named("想要保温杯", vocabulary) == [("category", (MUGS,))]


def test_for_whom_names_the_departments(vocabulary: Vocabulary) -> None:
    assert named("for men", vocabulary) == [("category", ("Men's Fashion",))]
    assert named("women", vocabulary) == [("category", ("Women's Fashion",))]


def test_orange_juice_is_no_colour_but_an_orange_mug_is(vocabulary: Vocabulary) -> None:
    assert [field for field, _ in named("orange juice", vocabulary)] == ["category"]
    assert ("colour", ("orange",)) in named("an orange mug", vocabulary)


def test_colours_by_other_words(vocabulary: Vocabulary) -> None:
    assert named("蓝色", vocabulary) == [("colour", ("blue",))]
    assert named("purple", vocabulary) == []  # the catalogue has nothing purple


def test_a_brand_of_several_words_is_one_name(vocabulary: Vocabulary) -> None:
    assert named("fjell & co jackets", vocabulary)[0] == ("brand", ("Fjell & Co",))


def test_a_feature_is_named_by_its_own_words_and_a_value_where_it_speaks_for_itself(vocabulary: Vocabulary) -> None:
    assert named("waterproof", vocabulary) == [("waterproof", ("yes",))]
    assert named("stainless steel", vocabulary) == [("material", ("stainless steel",))]
    assert named("L", vocabulary) == []  # a size only where size is said
    assert named("size L", vocabulary) == [("size", ("l",))]


def test_everyday_words_name_nothing(vocabulary: Vocabulary) -> None:
    assert named("yes, that would be good, in the best way", vocabulary) == []


def test_lacking_is_only_what_an_attribute_says(vocabulary: Vocabulary) -> None:
    assert vocabulary.lacking(0, 4, "nuts") == Mention(0, 4, "contains nuts", ("no",))
    assert vocabulary.lacking(0, 6, "gluten") == Mention(0, 6, "gluten free", ("yes",))
    assert vocabulary.lacking(0, 6, "straps") is None


def test_the_longest_phrase_wins(vocabulary: Vocabulary) -> None:
    mentions = vocabulary.mentions("ember travel mug")
    assert [(mention.field, mention.start, mention.end) for mention in mentions] == [
        ("brand", 0, 5),
        ("category", 6, 16),
    ]


@given(st.text(max_size=150))
def test_no_text_names_what_the_catalogue_lacks(vocabulary: Vocabulary, catalogue: Catalogue, text: str) -> None:
    end = 0
    for mention in vocabulary.mentions(text):
        assert end <= mention.start < mention.end <= len(text)
        end = mention.end
        for value in mention.values:
            if mention.field == "category":
                assert value in catalogue.rows_by_category
            elif mention.field == "brand":
                assert value in catalogue.brands
            else:
                assert value in catalogue.rows_by_attribute[mention.field]
