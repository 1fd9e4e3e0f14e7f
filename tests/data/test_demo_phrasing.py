"""Sentence templates, conditions and specifications of the demo store."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.demo.conditions import Condition
from data.demo.phrasing import fill, placeholders, plural, sentence, title_case, with_article
from data.demo.specs import load_departments
from data.errors import AisleError

names = st.text("abcdefghij", min_size=1, max_size=8)
values = st.text("abcdefghij0123456789", min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("noun", "said"),
    [
        ("insulated travel mug", "an insulated travel mug"),
        ("USB-C charger", "a USB-C charger"),
        ("8 inch tablet", "an 8 inch tablet"),
        ("18 V drill", "an 18 V drill"),
        ("180 g bar", "a 180 g bar"),
        ("110 cm post", "a 110 cm post"),
        ("hourglass", "an hourglass"),
        ("10 cm pot", "a 10 cm pot"),
    ],
)
def test_articles_follow_the_sound(noun: str, said: str) -> None:
    assert with_article(noun) == said


def test_several_values_become_a_list_in_words() -> None:
    assert sentence("comes in {size}.", {"size": "S | M | L"}) == "Comes in S, M and L."


def test_titles_and_plurals() -> None:
    assert title_case(plural("women's rain jacket")) == "Women's Rain Jackets"
    assert plural("French press") == "French presses"
    assert plural("scarf holder box") == "scarf holder boxes"
    assert plural("jeans") == "jeans"


@given(st.dictionaries(names, values, min_size=1))
def test_filling_leaves_no_placeholder(attributes: dict[str, str]) -> None:
    template = " ".join(f"{{{name}}} and {{a {name}}}" for name in attributes)
    assert placeholders(template) == set(attributes)
    assert placeholders(fill(template, attributes)) == set()


@given(st.dictionaries(names, values), names, values)
def test_a_term_or_its_negation_holds(attributes: dict[str, str], name: str, value: str) -> None:
    assert Condition.parse(f"{name}={value}").holds(attributes) == (attributes.get(name) == value)
    assert Condition.parse(f"not {name}={value}").holds(attributes) != (attributes.get(name) == value)


def test_conditions_read_features_alternatives_and_conjunctions() -> None:
    condition = Condition.parse("leakproof & not dishwasher safe & material=steel|glass")
    assert condition.holds({"leakproof": "yes", "dishwasher safe": "no", "material": "glass"})
    assert not condition.holds({"leakproof": "yes", "dishwasher safe": "yes", "material": "glass"})
    assert not condition.holds({"leakproof": "yes", "material": "clay"})
    assert Condition.parse("").holds({})


FAMILY = """
department: Kitchen
brands: [{name: Larkwood, lines: [Ember]}]
families:
  - name: mug
    group: Drinkware
    chinese: 杯
    synonyms: [cup]
    price: [5, 9]
    shape: mug
    colours: [white]
    uses: [tea]
    attributes: {capacity: [250 ml, 350 ml]}
    intro: "{a name} of {CAPACITY}."
    claims: [{when: WHEN, praise: "Nice."}]
"""


@pytest.mark.parametrize(
    ("capacity", "when", "told"),
    [
        ("volume", "capacity=250 ml", "volume"),
        ("capacity", "capacity=1 litre", "1 litre"),
        ("capacity", "leakproof", "leakproof"),
    ],
)
def test_a_mistake_in_a_specification_names_its_family(tmp_path: Path, capacity: str, when: str, told: str) -> None:
    (tmp_path / "kitchen.yaml").write_text(FAMILY.replace("CAPACITY", capacity).replace("WHEN", when), encoding="utf-8")
    with pytest.raises(AisleError, match=f"mug: .*{told}"):
        load_departments(tmp_path)


def test_a_sound_specification_is_read(tmp_path: Path) -> None:
    text = FAMILY.replace("CAPACITY", "capacity").replace("WHEN", "capacity=250 ml")
    (tmp_path / "kitchen.yaml").write_text(text, encoding="utf-8")
    (department,) = load_departments(tmp_path)
    assert department.category(department.families[0]) == "Kitchen > Drinkware > Mugs"


def test_broken_yaml_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "kitchen.yaml").write_text("department: [", encoding="utf-8")
    with pytest.raises(AisleError, match="not valid YAML"):
        load_departments(tmp_path)
