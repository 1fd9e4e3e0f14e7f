"""What was measured is held against the attribute that states it; where none does, it stays a wish."""

import numpy as np
import pyarrow as pa
import pytest

from assistant.conversation.commands import Command, Span
from assistant.understanding.conditions import read_conditions
from assistant.understanding.fitting import Fitted, fit, is_size
from assistant.understanding.linking import Linker
from assistant.understanding.vocabulary import Vocabulary
from data.catalogue import Catalogue
from data.schema import PRODUCTS, Columns

ROWS: list[tuple[str, dict[str, str]]] = [
    ("laptop", {"memory": "8 gb", "storage": "512 gb", "screen size": "13.3 inch", "weight": "1.3 kg"}),
    ("laptop", {"memory": "16 gb", "storage": "1 tb", "screen size": "15.6 inch", "weight": "1.9 kg"}),
    ("bottle", {"capacity": "0.5 litres", "weight": "250 g"}),
    ("bottle", {"capacity": "24 fl oz", "weight": "310 g"}),
    ("shoe", {"size": "37 | 38 | 39"}),
    ("shoe", {"size": "S, EU 35–38 | M, EU 39–42"}),
    ("rug", {"size": "240 x 300 cm"}),
    ("rug", {"size": "160 x 230 cm"}),
    ("game", {"age": "from 3 years"}),
    ("game", {"age": "8–12 years"}),
]


@pytest.fixture(scope="module")
def shelves() -> Catalogue:
    none = dict.fromkeys(PRODUCTS.names)
    rows = [
        none
        | {Columns.Product: f"{name}-{place}", Columns.Title: name, Columns.Price: 10.0}
        | {Columns.Attributes: list(attributes.items())}
        for place, (name, attributes) in enumerate(ROWS)
    ]
    return Catalogue(pa.Table.from_pylist(rows, schema=PRODUCTS))


def fitted(text: str, shelf: str, shelves: Catalogue) -> Fitted:
    scope = np.array([row for row, (name, _) in enumerate(ROWS) if name == shelf])
    said = read_conditions(
        Command("find", text, spans=(Span(0, len(text), "meas"),)), Linker(shelves, Vocabulary(shelves), None)
    )
    return fit(shelves, scope, said.measures)


@pytest.mark.parametrize(
    ("shelf", "text", "attribute", "label"),
    [
        ("laptop", "at least 16 gb", "memory", "from 16 gb"),
        ("laptop", "at least 512 gb", "storage", "from 512 gb"),
        ("laptop", "with 512GB", "storage", "512 gb"),
        ("laptop", "13 inch", "screen size", "13 inch"),
        ("laptop", "under a kilo and a half", "weight", "up to 1.5 kg"),
        ("bottle", "more than 20 oz", "capacity", "from 20 fl oz"),
        ("bottle", "weighing less than 10 oz", "weight", "up to 10 oz"),
        ("bottle", "more than 400 ml but less than 600 ml", "capacity", "400–600 ml"),
        ("game", "for a 9 year old", "age", "9 year"),
        ("game", "给4岁孩子", "age", "4 year"),
    ],
)
def test_each_measure_finds_its_attribute(
    shelf: str, text: str, attribute: str, label: str, shelves: Catalogue
) -> None:
    found = fitted(text, shelf, shelves)
    assert {name: [measure.label for measure in ranges] for name, ranges in found.ranges.items()} == {
        attribute: [label]
    }
    assert found.wishes == []


@pytest.mark.parametrize(
    ("shelf", "text", "values"),
    [
        ("shoe", "eu 38", {"38", "s, eu 35–38"}),
        ("shoe", "size M", {"m, eu 39–42"}),
        ("shoe", "四十码", {"m, eu 39–42"}),
        ("rug", "8x10", {"240 x 300 cm"}),
        ("rug", "230 x 160 cm", {"160 x 230 cm"}),
    ],
)
def test_sizes_and_sides_are_the_shelfs_own_values(shelf: str, text: str, values: set[str], shelves: Catalogue) -> None:
    (mention,) = fitted(text, shelf, shelves).mentions
    assert (mention.field, set(mention.values)) == ("size", values)


@pytest.mark.parametrize(
    ("shelf", "text"),
    [("rug", "at least 500 ml"), ("bottle", "16GB"), ("laptop", "size 42"), ("shoe", "uk 7"), ("rug", "3x3"),
     ("bottle", "80 cm wide"), ("game", "under 2 kg")],
)  # fmt: skip
def test_what_the_shelf_does_not_state_is_a_wish(shelf: str, text: str, shelves: Catalogue) -> None:
    found = fitted(text, shelf, shelves)
    assert (found.ranges, found.mentions) == ({}, [])
    (wish,) = found.wishes
    assert wish.as_words(text) in text


@pytest.mark.parametrize(
    ("value", "wanted", "same"),
    [
        ("m", "m", True), ("XXL", "xxl", True), ("2xl", "xxl", True), ("38", "eu 38", True), ("38", "uk 38", False),
        ("10", "eu 10", False), ("eu:30", "eu 30", True), ("int:l", "l", True), ("w32", "w32", True),
        ("waist:29", "w29", True),
        ("size 4, 9–14 kg", "4", True), ("size 4, 9–14 kg", "9", False),
        ("s–xl", "l", True), ("s–l", "xl", False),
    ],
)  # fmt: skip
def test_a_size_in_the_spellings_of_catalogues(value: str, wanted: str, same: bool) -> None:
    assert is_size(value, wanted) == same
