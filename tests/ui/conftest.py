"""A small real shop, served for real, and a real Chromium to visit it with."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.chromium import chromium as opened
from benchmarks.chromium import is_installed
from data.errors import AisleError
from data.schema import PRODUCTS, Columns
from data.store import Store, StoreSettings
from retrieval.encoder import Encoder
from ui.app import serve

HOSTILE = '<img src=x onerror="window.hacked=1"> ${window.hacked=2} {{value}} <script>window.hacked=3</script> Mug'
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><rect width="4" height="3" fill="teal"/></svg>'
COLOURS = ("Red", "Blue", "Green", "Black", "White")

expect.set_options(timeout=20_000)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _row(product_id: str, title: str, category: str, price: float, **more: object) -> dict[str, object]:
    columns = {
        Columns.Product: product_id,
        Columns.Title: title,
        Columns.Category: category,
        Columns.Price: price,
        Columns.Currency: "USD",
        Columns.RatingCount: 0,
    }
    return dict.fromkeys(PRODUCTS.names) | columns | more


def _products() -> list[dict[str, object]]:
    hats = [
        _row(
            f"hat-{number}",
            f"{colour} Wool Hat No {number}",
            "Fashion > Hats",
            14.0 + 2 * number,
            list_price=60.0,
            rating=4.2,
            rating_count=31,
            stock=number,  # the first is sold out
            image=f"media/hat-{number}.svg",
            attributes=[("colour", colour), ("material", "Wool")],
            description="A warm hat for cold days.",
        )
        for number, colour in enumerate(COLOURS * 4)
    ]
    mugs = [
        _row(f"mug-{number}", f"Travel Mug {number}", "Kitchen > Mugs", 9.0 + number, stock=50) for number in range(9)
    ]
    hostile = _row(
        "hostile",
        HOSTILE,
        "Kitchen > Mugs",
        8.0,
        brand="<b>Bold</b>",
        image="javascript:window.hacked=4",
        url="javascript:window.hacked=5",
        stock=50,
        attributes=[("material", "<i>steel</i>")],
    )
    return [*hats, *mugs, hostile]


@pytest.fixture(scope="session")
def encoder() -> None:
    try:
        _ = Encoder().model
    except AisleError as error:
        pytest.skip(f"the encoder cannot be fetched: {error}")


def _make_store(folder: Path, name: str, rows: list[dict[str, object]]) -> Store:
    settings = StoreSettings(name=name, synthetic=True, prompts=["a wool hat", "a travel mug"], llm="none")
    store = Store.create(folder, settings)
    store.write_table(pa.Table.from_pylist(rows, schema=PRODUCTS), store.products_file)
    store.media_folder.mkdir()
    for row in rows:
        if str(row[Columns.Image]).startswith("media/"):
            (store.folder / str(row[Columns.Image])).write_text(SVG, encoding="utf-8")
    return store


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return _make_store(tmp_path_factory.mktemp("stores") / "corner-shop", "Corner shop", _products())


@pytest.fixture(scope="session")
def mug_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return _make_store(tmp_path_factory.mktemp("stores") / "mug-shop", "Mug shop", _products()[-10:])


@pytest.fixture(scope="session")
def address(store: Store, mug_store: Store, encoder: None) -> Iterator[str]:
    blocks, address = serve([str(store.folder), str(mug_store.folder)], port=free_port())
    logging.getLogger("httpx").setLevel(logging.WARNING)
    yield address
    blocks.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not is_installed():
        pytest.skip("Chromium is not installed")
    with opened() as browser:
        yield browser


class Visitor:
    """A browser of its own in the shop, and what a person does there."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(address)
        self.wait_until_open()

    def wait_until_open(self) -> None:
        expect(self.page.locator("#send")).to_be_enabled()

    def say(self, message: str) -> None:
        """Send a message with the Enter key and wait for the whole answer."""
        before = self.said.count()
        box = self.page.locator("#message textarea")
        box.fill(message)
        for _ in range(4):  # until the turn before has ended to the last byte, a message waits in its box
            self.page.keyboard.press("Enter")
            with suppress(AssertionError):
                expect(box).to_have_value("", timeout=5000)
                break
        expect(self.said).to_have_count(before + 1)
        self.wait_until_answered()

    def wait_until_answered(self) -> None:
        expect(self.page.locator("#now .by-assistant[aria-busy=false]")).to_have_count(1)
        self.wait_until_open()

    @property
    def said(self) -> Locator:
        return self.page.locator(".by-shopper")

    @property
    def cards(self) -> Locator:
        return self.page.locator("#now .card")

    @property
    def chips(self) -> Locator:
        return self.page.locator("#now .chips li")

    @property
    def lines(self) -> Locator:
        return self.page.locator("[data-line]")

    def add(self, product_id: str) -> None:
        self.page.locator(f"#now .card[data-product={product_id}] .primary").click()

    @property
    def ids(self) -> list[str]:
        return [str(card.get_attribute("data-product")) for card in self.cards.all()]


@pytest.fixture
def visitor(chromium: Browser, address: str) -> Iterator[Visitor]:
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    visitor = Visitor(context.new_page(), address)
    yield visitor
    context.close()
    assert visitor.errors == []
