"""Words in any language find the shop's own, and words that mean nothing here find nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.understanding.linking import Linker
from assistant.understanding.vocabulary import Vocabulary
from data.errors import AisleError
from retrieval.phrases import PhraseEncoder
from tests.understanding.conftest import Shop
from tests.understanding.shops import (
    BARS,
    BATTERIES,
    COVERS,
    DISCS,
    HAND_CREAM,
    NAPPIES,
    OIL,
    PADS,
    SHAMPOO,
    TOOTHPASTE,
)


def shelves(shop: Shop, word: str, *, foreign: bool = True) -> set[str]:
    """What a word of a message in another language names; an English one is found by its form before."""
    mentions = shop.resolver.linker.mentions(word, things=True, foreign=foreign)
    return {value for mention in mentions if mention.field == "category" for value in mention.values}


def values(shop: Shop, word: str, *, foreign: bool = True) -> set[tuple[str, str]]:
    mentions = shop.resolver.linker.mentions(word, foreign=foreign)
    return {(mention.field, value) for mention in mentions for value in mention.values}


@pytest.mark.parametrize(
    ("word", "shelf"),
    [
        ("brake pads", PADS), ("刹车片", PADS), ("pastillas de freno", PADS), ("plaquettes de frein", PADS),
        ("discos de freno", DISCS), ("机油", OIL), ("aceite de motor", OIL), ("座椅套", COVERS),
        ("funda de asiento", COVERS),
        ("汽车电池", BATTERIES), ("batería de coche", BATTERIES),
    ],
)  # fmt: skip
def test_a_noun_finds_the_garages_category(garage: Shop, word: str, shelf: str) -> None:
    assert shelves(garage, word) == {shelf}


@pytest.mark.parametrize(
    ("word", "shelf"),
    [
        ("洗发水", SHAMPOO), ("champú", SHAMPOO), ("护手霜", HAND_CREAM),
        ("牙膏", TOOTHPASTE),
        ("pasta de dientes", TOOTHPASTE), ("zahnpasta", TOOTHPASTE), ("尿布", NAPPIES), ("pañales", NAPPIES),
        ("谷物棒", BARS), ("barritas de cereales", BARS), ("ハンドクリーム", HAND_CREAM),
    ],
)  # fmt: skip
def test_a_noun_finds_the_drugstores_category(drugstore: Shop, word: str, shelf: str) -> None:
    assert shelves(drugstore, word) == {shelf}


@pytest.mark.parametrize(
    "word", ["piano", "钢琴", "sofá cama", "tax return", "狗粮", "xqzt blorf", "???", "", " ", "😀"]
)
def test_what_means_nothing_here_finds_nothing(garage: Shop, drugstore: Shop, word: str) -> None:
    for shop in (garage, drugstore):
        assert shop.resolver.linker.mentions(word, things=True, foreign=True) == []


def test_a_noun_in_traditional_characters_finds_the_category(garage: Shop) -> None:
    assert shelves(garage, "剎車片") == {PADS}


def test_what_the_other_shop_sells_is_not_found(garage: Shop, drugstore: Shop) -> None:
    assert shelves(drugstore, "刹车片") == shelves(drugstore, "neumáticos") == set()
    assert shelves(garage, "牙膏") == shelves(garage, "champú") == set()


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("红色", ("colour", "red")), ("rojo", ("colour", "red")), ("红的", ("colour", "red")),
        ("cuero", ("material", "leather")),
        ("皮革", ("material", "leather")), ("陶瓷", ("material", "ceramic")), ("全合成", ("fully synthetic", "yes")),
        ("5w-40", ("viscosity", "5w-40")),
    ],
)  # fmt: skip
def test_a_property_finds_the_shops_own_value(garage: Shop, word: str, value: tuple[str, str]) -> None:
    assert values(garage, word) == {value}


def test_another_taste_is_not_the_nearest_one(drugstore: Shop) -> None:
    assert values(drugstore, "honey", foreign=False) == set()


@pytest.mark.parametrize("word", ["no nuts", "without nuts"])
def test_who_wants_none_is_not_given_what_has_it(drugstore: Shop, word: str) -> None:
    assert ("contains nuts", "yes") not in values(drugstore, word, foreign=False)


def test_a_slip_of_the_finger_is_mended(drugstore: Shop) -> None:
    assert shelves(drugstore, "toothpatse", foreign=False) == {TOOTHPASTE}
    assert shelves(drugstore, "shampo", foreign=False) == {SHAMPOO}


@pytest.mark.xfail(reason="where one word is known the other is not mended: brakes, all of them", strict=True)
def test_a_slip_beside_a_known_word_is_mended(garage: Shop) -> None:
    assert shelves(garage, "brake padds", foreign=False) == {PADS}


def test_a_foreign_word_is_no_slip_of_an_english_one(drugstore: Shop) -> None:
    assert shelves(drugstore, "crema de manos") == {HAND_CREAM}


@pytest.mark.xfail(reason="a negated property lies near the property", strict=True)
@pytest.mark.parametrize("word", ["not vegan", "non vegan"])
def test_not_vegan_is_not_vegan(drugstore: Shop, word: str) -> None:
    assert ("vegan", "yes") not in values(drugstore, word, foreign=False)


def test_a_place_is_counted_from_where_the_span_begins(garage: Shop) -> None:
    (mention,) = garage.resolver.linker.mentions("刹车片", 10, things=True)
    assert (mention.start, mention.end) == (10, 13)


@given(word=st.text(max_size=24))
@settings(max_examples=40, deadline=None)
def test_whatever_is_found_is_the_shops_own(garage: Shop, word: str) -> None:
    catalogue = garage.catalogue
    for mention in garage.resolver.linker.mentions(word):
        assert 0 <= mention.start <= mention.end <= len(word)
        known = {
            "category": catalogue.rows_by_category,
            "brand": dict.fromkeys(catalogue.brands),
        }.get(mention.field, catalogue.rows_by_attribute.get(mention.field, {}))
        assert set(mention.values) <= set(known)


def test_without_the_encoder_words_are_found_by_their_form(garage: Shop) -> None:
    plain = Linker(garage.catalogue, Vocabulary(garage.catalogue), None)
    assert [mention.values for mention in plain.mentions("brake pads", things=True)] == [(PADS,)]
    assert plain.mentions("pastillas de freno", things=True, foreign=True) == []
    assert plain.nearest("brake pads") == []


class Gone(PhraseEncoder):
    """One whose model cannot be had."""

    def encode_phrase(self, phrase: str) -> object:  # type: ignore[override]
        raise AisleError("there is no connection")


def test_an_encoder_that_cannot_be_had_is_done_without(garage: Shop) -> None:
    alone = Linker(garage.catalogue, Vocabulary(garage.catalogue), Gone())
    assert alone.mentions("pastillas de freno", things=True, foreign=True) == []
    assert [mention.values for mention in alone.mentions("engine oil", things=True)] == [(OIL,)]


def test_the_vectors_of_the_catalogues_words_are_kept_and_made_anew_where_they_are_damaged(
    garage: Shop, phrases: PhraseEncoder, tmp_path: Path
) -> None:
    vocabulary = Vocabulary(garage.catalogue)
    Linker(garage.catalogue, vocabulary, phrases, tmp_path).warm()
    kept = sorted(tmp_path.glob("words-*.npy"))
    assert len(kept) == 4, "values, shelves, and what recurs in titles of either"
    for file in kept:
        file.write_bytes(b"no array")
    again = Linker(garage.catalogue, vocabulary, phrases, tmp_path)
    assert [mention.values for mention in again.mentions("刹车片", things=True)] == [(PADS,)]
