"""A shop's tables change while shoppers are served."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from assistant import Assistant, watching
from data.schema import PRODUCTS, Columns
from data.store import Store


@pytest.fixture
def shop(store_folder: Path, tmp_path: Path, encoder: None) -> Iterator[Assistant]:
    shutil.copytree(store_folder, tmp_path / "demo", ignore=shutil.ignore_patterns("aisle.db*"))
    shop = Assistant.open(tmp_path / "demo", llm="none", progress=False)
    yield shop
    shop.close()


def write(store: Store, table: pa.Table) -> None:
    store.write_table(table, store.products_file)


def with_title(table: pa.Table, row: int, title: str) -> pa.Table:
    records = table.to_pylist()
    records[row][Columns.Title] = title
    return pa.Table.from_pylist(records, schema=PRODUCTS)


def test_new_prices_products_and_policies_are_taken_up(shop: Assistant) -> None:
    store, before = shop.shop.store, shop.shop.store.products()
    assert not shop.refresh()
    first = before[Columns.Product][0].as_py()
    changed = before.slice(1)  # the first has gone
    changed = with_title(changed, 0, "Zeppelin harness for hedgehogs")
    prices = pc.multiply(changed[Columns.Price], 2)
    changed = changed.set_column(changed.schema.get_field_index(Columns.Price), PRODUCTS.field(Columns.Price), prices)
    write(store, changed)
    store.policies_file.write_text("## Hedgehogs\n\nHedgehogs may be returned within 11 days.\n", encoding="utf-8")
    shop.add_to_cart(before[Columns.Product][5].as_py(), session="s")
    assert shop.refresh()
    assert [product.title for product, _ in shop.search("zeppelin harness", 1)] == ["Zeppelin harness for hedgehogs"]
    with pytest.raises(KeyError):
        shop.product(first)
    assert shop.cart("s").total == pytest.approx(2 * before[Columns.Price][5].as_py())  # the cart is kept
    assert "11 days" in shop.reply("how long can hedgehogs be returned?", session="s").text


def test_a_table_that_cannot_be_read_leaves_the_shop_as_it_was(shop: Assistant) -> None:
    expected = [product.product_id for product in shop.reply("coffee mugs", session="a").products]
    shop.shop.store.products_file.write_bytes(b"no table")
    with pytest.raises(Exception, match="cannot be read"):
        shop.refresh()
    assert [product.product_id for product in shop.reply("coffee mugs", session="b").products] == expected


def test_nobody_notices_the_change_but_by_what_it_brings(shop: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three shoppers talk without a pause while the catalogue changes four times, which the shop finds by itself."""
    monkeypatch.setattr(watching, "CHECK_S", 0.05)
    monkeypatch.setattr(watching, "SETTLED_S", 0.0)
    store, table = shop.shop.store, shop.shop.store.products()
    stopped, problems, turns = threading.Event(), list[str](), list[int]()

    def talk(session: str) -> None:
        said = 0
        while not stopped.is_set():
            for message in ("coffee mugs", "camping tents", "compare the first two", "有没有帐篷"):
                turn = shop.reply(message, session=session)
                if turn.degraded or not turn.products:
                    problems.append(f"{message}: {turn.degraded} {turn.text}")
            said += 4
        turns.append(said)

    threads = [threading.Thread(target=talk, args=(f"shopper-{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(4):
            write(store, with_title(table, number, f"Quibbleflax number {number}"))
            until = time.monotonic() + 30
            while time.monotonic() < until:
                if shop.search(f"quibbleflax number {number}", 1)[0][0].title == f"Quibbleflax number {number}":
                    break
                time.sleep(0.05)
            else:
                problems.append(f"change {number} was not taken up")
    finally:
        stopped.set()
        for thread in threads:
            thread.join()
    assert problems == []
    assert min(turns) > 8
