import pytest

from data.lexicon import colours, load, materials

TITLES = {
    "Navy Rain Jacket": ["navy", "blue"],
    "Rose Gold Hoop Earrings": ["rose gold", "gold"],
    "Off-White Linen Shirt": ["off white", "white"],
    "Crystal Red Wine Glass": [],
    "Red Glass Vase": ["red"],
    "Blackberry Jam 300 g": [],
    "Orange Juice 1 L": [],
    "Orange Rain Coat": ["orange"],
    "Map of Greenland": [],
    "Hand Cream 50 ml": [],
    "Ribbed Sweater - Cream": ["cream", "white"],
    "Cream Cupid Heart Coat Hanger": ["cream", "white"],
    "Lavender Scented Candle": [],
    "Green Tea, 20 bags": [],
    "Pack of 3 Socks (Black/Grey)": ["black", "grey"],
    "Infrared Heater": [],
    "红色保温杯": ["red"],
    "红茶礼盒": [],
    "玫瑰金手表": ["rose gold", "gold"],
}


@pytest.mark.parametrize("title", TITLES)
def test_colours_that_a_title_states(title: str) -> None:
    assert load("colours").in_title(title) == TITLES[title]


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Stainless Steel Water Bottle", ["stainless steel"]),
        ("Faux Leather Belt", ["faux leather"]),
        ("Leather Cleaner 250 ml", []),
        ("Steam Iron 2400 W", []),
        ("Cast Iron Pan", ["cast iron"]),
        ("Oak and Glass Shelf", ["wood", "glass"]),
        ("Glassware Rack", []),
        ("纯棉浴巾", ["cotton"]),
    ],
)
def test_materials_that_a_title_states(title: str, found: list[str]) -> None:
    assert load("materials").in_title(title) == found


def test_options_count_every_word() -> None:
    lexicon = load("colours")
    assert lexicon.in_value("Heather Gray") == ["grey"]
    assert lexicon.in_value("Mustard") == ["yellow"]
    assert lexicon.in_value("黑") == [] or lexicon.is_only("黑")


def test_a_tag_that_is_only_colours() -> None:
    lexicon = load("colours")
    assert lexicon.is_only("red-white-blue")
    assert not lexicon.is_only("brown boots")


def test_words_lead_to_canonical_names() -> None:
    assert colours()["gray"] == "grey" and colours()["藏青"] == "navy" and colours()["navy blue"] == "navy"
    assert materials()["spandex"] == "elastane"


def test_every_family_is_a_colour_of_its_own() -> None:
    assert set(load("colours").family.values()) <= set(colours().values())
