import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.cleaning.attributes import attributes, tags
from data.cleaning.categories import category_path
from data.cleaning.numbers import ratings, stock
from data.cleaning.text import clean
from data.cleaning.times import times
from data.importers.uci_titles import is_note, title_of

TEXTS = {
    "<p>Dry &amp; <b>warm</b>.</p><ul><li>One</li><li>Two</li></ul>": "Dry & warm.\nOne\nTwo",
    "<script>steal()</script>Honest": "Honest",
    "cafÃ© cup": "café cup",
    "Tom &amp;amp; Jerry": "Tom & Jerry",
    "  a \t b\u200b\r\n\r\n c ": "a b\nc",
    "I <3 mugs, 5 < 6": "I <3 mugs, 5 < 6",
}


@pytest.mark.parametrize("raw", TEXTS)
def test_text_is_cleaned(raw: str) -> None:
    assert clean(raw) == TEXTS[raw]


@given(st.text())
def test_clean_text_stays_as_it_is(text: str) -> None:
    once = clean(text.replace("<", "").replace("&", ""))
    assert clean(once) == once


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("Home/Kitchen/Mugs", "Home > Kitchen > Mugs"),
        ("Home » Kitchen", "Home > Kitchen"),
        ("Home > Tops / Tees", "Home > Tops / Tees"),
        ("", ""),
        ("Home > Home > Mugs", "Home > Mugs"),
    ],
)
def test_category_paths(raw: str, path: str) -> None:
    assert category_path(raw) == path


def test_attributes_have_british_names_and_joined_values() -> None:
    assert attributes({"Color": "Red|Blue", "pa_screen-size": ["5", "6"], "Empty": "", "Story": "x" * 300}) == {
        "colour": "Red | Blue",
        "screen size": "5 | 6",
    }
    assert attributes([{"name": "颜色", "value": "红"}]) == {"colour": "红"}


def test_tags_are_parted() -> None:
    assert tags("beach | Ship from USA | beach") == ["beach", "Ship from USA"]
    assert tags(["a", "b, c"]) == ["a", "b", "c"]


def test_stock_and_ratings() -> None:
    said = pd.Series(["in stock", "sold out", "7", -3, True, False, "", "soon"], dtype=object)
    assert stock(said).fillna(-1).tolist() == [-1, 0, 7, 0, -1, 0, -1, -1]
    assert ratings(pd.Series(["4,5", "9/10", "4.2 out of 5", None])).fillna(-1).tolist() == [4.5, 4.5, 4.2, -1]


def test_times_of_all_kinds_are_the_same_moment() -> None:
    moments = times(pd.Series(["2020-10-08T05:10:57Z", 1602133857, 1602133857000, "never"], dtype=object))
    assert moments[:3].nunique() == 1 and moments.isna().tolist() == [False, False, False, True]


@pytest.mark.parametrize("note", ["damaged", "?", "check", "sold as set on dotcom", "wet/rusty", "Amazon"])
def test_notes_of_the_warehouse_are_no_titles(note: str) -> None:
    assert is_note(note)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("SET/4 RED LED CANDLES W/ HEART.", "Set of 4 Red LED Candles with Heart"),
        ("WHITE HANGING HEART T-LIGHT HOLDER", "White Hanging Heart T-Light Holder"),
        ("DOCTOR'S BAG OF THE 70'S ", "Doctor's Bag of the 70's"),
        ("BAG 125g SWIRLY MARBLES", "Bag 125g Swirly Marbles"),
    ],
)
def test_titles_are_readable(written: str, title: str) -> None:
    assert not is_note(written)
    assert title_of(written) == title
