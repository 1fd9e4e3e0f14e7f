"""The judge of `aisle eval faithfulness` finds a lie of each kind, and lets the truth be."""

from pathlib import Path

import pyarrow as pa
import pytest

from benchmarks.claims_judge import Judge
from benchmarks.faithfulness import report
from data.schema import PRODUCTS, REVIEWS
from data.store import Store, StoreSettings

WISH = "a kettle for my office"


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    folder: Path = tmp_path_factory.mktemp("stores") / "kettles"
    store = Store.create(folder, StoreSettings(name="kettles"))
    rows = [
        dict.fromkeys(PRODUCTS.names) | {
            "product_id": name, "title": title, "brand": title.rsplit(" ", 2)[0], "price": price, "currency": "USD",
            "category": "Kitchen > Kettles", "rating": 4.5, "rating_count": 12, "stock": 3,
            "description": "Boils a full pot in four minutes.", "attributes": attributes,
        }
        for name, title, price, attributes in (
            ("nord", "Pellan Nord kettle", 49.99,
             [("capacity", "1.7 litres"), ("keep warm", "yes"), ("waterproof", "no")]),
            ("ember", "Kitcho Ember kettle", 34.99, [("capacity", "1 L"), ("keep warm", "no"), ("material", "steel")]),
            ("other", "Orsa Dune kettle", 19.0, [("capacity", "2 litres")]),
        )
    ]  # fmt: skip
    review = dict.fromkeys(REVIEWS.names) | {"review_id": "r", "product_id": "nord", "text": "The lid sticks a little."}
    store.write_table(pa.Table.from_pylist(rows, schema=PRODUCTS), store.products_file)
    store.write_table(pa.Table.from_pylist([review], schema=REVIEWS), store.reviews_file)
    store.policies_file.write_text("# Policies\n\n## Shipping\nOrders of $50 or more ship free.\n", encoding="utf-8")
    return Judge(store)


def unsupported(judge: Judge, text: str, *, added: bool = True) -> set[str]:
    found = judge.findings(text, text if added else "", ["nord", "ember"], WISH)
    assert found  # it did look
    return {finding.kind for finding in found if not finding.supported}


@pytest.mark.parametrize(
    "text",
    [
        "The Pellan Nord kettle holds 1.7 litres and boils a full pot in four minutes.",
        "The Kitcho Ember kettle is steel and does not keep warm.",
        "The Pellan Nord kettle costs $49.99.",
        "The Kitcho Ember kettle is $15.00 cheaper than the Pellan Nord kettle.",
        "Pellan Nord kettle的价格是US$49.99。",
    ],
)
def test_what_is_so_is_let_be(judge: Judge, text: str) -> None:
    assert unsupported(judge, text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "A reviewer writes: “The lid sticks a little.”",
        "Shipping: Orders of $50 or more ship free. And $49.99 it costs.",
    ],
)
def test_the_shops_own_words_are_let_be(judge: Judge, text: str) -> None:
    assert unsupported(judge, text, added=False) == set()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The Pellan Nord kettle costs $34.99.", "price"),
        ("Pellan Nord kettle的价格是34.99美元。", "price"),
        ("The Pellan Fjord kettle is fine.", "product"),
        ("The Orsa Dune kettle is fine.", "product"),  # of the shop, and not on the page
        ("The Pellan Nord kettle is waterproof.", "attribute"),
        ("The Kitcho Ember kettle can keep warm.", "attribute"),
        ("The Pellan Nord kettle does not keep warm.", "attribute"),
        ("The Pellan Nord kettle holds 2 litres.", "attribute"),
        ("The Pellan Nord kettle is durable.", "attribute"),
        ("The Pellan Nord kettle is steel.", "attribute"),
        ("A reviewer writes: “The best kettle that I have ever had in my life.”", "quote"),
    ],
)
def test_a_lie_of_each_kind_is_found(judge: Judge, text: str, kind: str) -> None:
    assert kind in unsupported(judge, text)


def test_the_report_counts_what_was_sent_and_what_was_held_back(judge: Judge) -> None:
    true, false = "The Kitcho Ember kettle is steel.", "The Pellan Nord kettle is waterproof."
    common = {"message": WISH, "shown": ["nord", "ember"], "seconds": 2.0}
    sent = {"text": f"I found 2. {true}", "added": true, "written": [{"prompt": "reply", "text": true}], "refused": []}
    held = {
        "text": "I found 2.", "added": "", "refused": [false, false],
        "written": [{"prompt": "reply", "text": false}, {"prompt": "reply_again", "text": false}],
    }  # fmt: skip
    figures = report([common | sent, common | held], judge).figures
    assert figures["turns"] == 2
    assert figures["unsupported_attribute_rate"] == 0 < figures["before_check.unsupported_attribute_rate"] < 1
    assert figures["fallback_rate"] == figures["refused_share"] == figures["retried_share"] == 0.5
    assert figures["saved_by_retry"] == 0
