"""Reasons in words: true to what is known, in both languages, and nothing that the checker would refuse."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import Assistant
from assistant.replies.guard import fault_of_text
from assistant.replies.phrases import say_note
from assistant.replies.reasons import in_full, reason_note, say_reason, short_name, span
from assistant.turn import Evidence, Note
from assistant.understanding.language import has_cjk
from data.catalogue import Catalogue
from data.records import Product
from recommenders.reasons import Reason, ReasonKind

DAYS = [date(2026, 1, 26), date(2026, 2, 16), date(2026, 3, 9)]  # every three weeks


@pytest.fixture(scope="module")
def catalogue(shop: Assistant) -> Catalogue:
    return shop.shop.catalogue


def reason(kind: ReasonKind, catalogue: Catalogue) -> Reason:
    words = {"matches_words": "waterproof", "popular_region": "United Kingdom", "category": catalogue.categories[0]}
    return Reason(kind, catalogue.ids[1], words.get(kind, ""), days=21.0, count=1234)


@pytest.mark.parametrize("kind", get_args(ReasonKind))
def test_every_reason_has_words_in_both_languages_that_its_evidence_bears_out(
    catalogue: Catalogue, kind: ReasonKind
) -> None:
    product = catalogue.product(0)
    note = reason_note(reason(kind, catalogue), product, catalogue, lambda _: DAYS)
    for language in ("en", "zh"):
        short, full = say_reason(note, language), say_note(in_full(note, language), language)
        assert short and full and "{" not in short + full
        assert has_cjk(short) == has_cjk(full) == (language == "zh")
        assert short_name(product.title) in full
    said = say_reason(note, "en")
    evidence = Evidence(products=[product], reasons={product.product_id: said})
    assert fault_of_text(f"{said}.", evidence, "what do you recommend?") == ""


def test_like_a_good_assistant(catalogue: Catalogue) -> None:
    product, own = catalogue.product(0), short_name(catalogue.titles[-1])

    def said(reason: Reason, days: list[date] = DAYS, language: str = "en") -> str:
        return say_reason(reason_note(reason, product, catalogue, lambda _: days), language)  # type: ignore[arg-type]

    because = Reason("because_of", catalogue.ids[-1], count=40)
    assert said(because) == f"Bought by people who bought your {own}"
    assert said(because, days=[]) == f"People who bought {own} bought this too"
    assert said(Reason("due_again", days=21)) == "You buy this about every 3 weeks; last time on March 9, 2026"
    assert said(Reason("due_again", days=21), language="zh") == "您大约每3周买一次，上次是2026年3月9日"
    assert said(Reason("due_again", days=90)) == "You have bought this 3 times"  # no habit of this shopper's
    assert said(Reason("due_again", days=21), days=DAYS[:1]) == "You have bought this before"
    assert said(Reason("popular_region", words="United Kingdom")) == "Popular in the United Kingdom"
    assert said(Reason("popular_region", words="Canada")) == "Popular in Canada"
    assert said(Reason("popular_now", count=1200)) == "Popular this month: 1,200 shoppers bought it"
    assert said(Reason("matches_words", words="waterproof")) == "Matches “waterproof” that you asked for"
    assert said(Reason("category", words="Outdoor > Tents")) == "From Tents, where you often look"


def test_a_reason_that_has_lost_its_ground_says_something_true_instead(catalogue: Catalogue) -> None:
    rated = Product(product_id="x", title="Tent", price=3, rating=4.5, rating_count=12)
    bare = Product(product_id="x", title="Tent", price=3)
    shelved = bare.model_copy(update={"category": "Outdoor > Tents"})
    gone = Reason("because_of", product_id="left the catalogue")
    for product, words in (
        (rated, "Rated 4.5 by 12 shoppers"),
        (shelved, "From our shelf of Tents"),
        (bare, "From our range"),
    ):
        assert say_reason(reason_note(gone, product, catalogue, lambda _: []), "en") == words
    few = Reason("popular_now", count=1)
    assert say_reason(reason_note(few, rated, catalogue, lambda _: []), "en") == "Rated 4.5 by 12 shoppers"
    assert "New" not in say_reason(reason_note(Reason("new_arrival"), rated, catalogue, lambda _: []), "en")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Harrow Winslow men's winter jacket, recycled filling, green", "Harrow Winslow men's winter jacket"),
        ("Kilnford Warden women's hiking boot – mid cut, green", "Kilnford Warden women's hiking boot"),
        ("Mug, blue", "Mug, blue"),
        ("T-Light Holder", "T-Light Holder"),
        ("保温杯，500毫升不锈钢", "保温杯，500毫升不锈钢"),
    ],
)
def test_names_are_short_and_still_names(title: str, name: str) -> None:
    assert short_name(title) == name


def test_two_shades_are_told_apart() -> None:
    red, blue = "Kitcho Plus coffee mug, red", "Kitcho Plus coffee mug, blue"
    note = Note(key="similar", values={"title": red, "own": blue})
    assert say_reason(note, "en") == f"Similar to {blue}"
    assert say_note(in_full(note, "en"), "en").startswith("I suggested Kitcho Plus coffee mug because")


@given(st.text(min_size=1, max_size=300))
def test_no_title_breaks_a_name(title: str) -> None:
    assert len(short_name(title)) <= 50


@given(st.floats(min_value=0.01, max_value=5000))
def test_a_span_is_in_the_unit_that_people_use(days: float) -> None:
    number, _, unit = span(days, "en").rpartition(" ")
    length = {"day": 1, "days": 1, "weeks": 7, "months": 30.4, "years": 365.25}[unit]
    assert 1 <= int(number or 1) <= 60
    assert abs(int(number or 1) * length - days) <= max(length / 2 + 0.01, 1.0)
