"""The chat widget on a shop's own page: another origin, a real browser, a real service."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from assistant import Assistant
from assistant.server.app import PAGE as WHOLE
from assistant.server.app import create_app
from assistant.server.keys import ApiKeys
from assistant.server.settings import ServerSettings
from data.store import Store
from tests.running import running
from ui.app import mount

pytestmark = pytest.mark.slow
PAGE = """<!doctype html><html lang="en"><body><h1>My shop</h1>
<script src="{server}/widget/widget.js" {more} defer></script>"""


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A shop's own site: its address and the folder of its pages."""
    folder = tmp_path_factory.mktemp("site")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()


@pytest.fixture(scope="module")
def service(
    store: Store, encoder: None, site: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """The address of a service that knows the site, and a key for its page."""
    copy = tmp_path_factory.mktemp("widget") / "corner-shop"
    shutil.copytree(store.folder, copy, ignore=shutil.ignore_patterns("aisle.db*", "index"))
    shop = Assistant.open(copy, llm="none", progress=False)
    _, key = ApiKeys(shop.shop.database).create("the site's page", "shopper", per_minute=0)
    app = create_app(shop, ServerSettings(origins=[site[0]]))
    mount(app, shop, WHOLE, posing=False)
    with running(app) as address:
        yield address, key
    shop.close()


class Chat:
    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(address)
        page.get_by_role("button", name="Open the chat").click()

    def say(self, message: str) -> None:
        self.page.get_by_label("Your message").fill(message)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("button", name="Send")).to_be_enabled()

    @property
    def said(self) -> Locator:
        return self.page.locator("#aisle-widget .said")

    @property
    def cards(self) -> Locator:
        return self.page.locator("#aisle-widget .card")


@pytest.fixture
def chat(chromium: Browser, site: tuple[str, Path], service: tuple[str, str]) -> Iterator[Chat]:
    address, folder = site
    server, key = service
    (folder / "index.html").write_text(PAGE.format(server=server, more=f'data-key="{key}" data-language="en"'))
    context = chromium.new_context()
    chat = Chat(context.new_page(), address)
    yield chat
    context.close()
    assert chat.errors == []


def test_a_shopper_asks_adds_and_goes_on_after_a_reload(chat: Chat) -> None:
    chat.say("a blue wool hat")
    expect(chat.cards.first).to_contain_text("Blue Wool Hat")
    chat.cards.filter(has_text="Blue Wool Hat No 6").get_by_role("button").click()
    expect(chat.page.get_by_role("button", name="Cart · 1")).to_be_visible()
    before = chat.said.all_inner_texts()
    chat.page.reload()
    chat.page.get_by_role("button", name="Open the chat").click()
    expect(chat.said).to_have_text(before)
    chat.say("checkout")
    chat.page.get_by_role("button", name="yes, place the order").click()
    expect(chat.said.last).to_contain_text("is placed")


def test_the_whole_page_goes_on_with_the_widgets_conversation(
    chromium: Browser, site: tuple[str, Path], service: tuple[str, str]
) -> None:
    address, folder = site
    server, key = service
    more = f'data-key="{key}" data-language="en" data-page="{server}{WHOLE}/"'
    (folder / "linked.html").write_text(PAGE.format(server=server, more=more))
    context = chromium.new_context()
    chat = Chat(context.new_page(), f"{address}/linked.html")
    chat.say("a blue wool hat")
    with context.expect_page() as opened:
        chat.page.get_by_role("link", name="Go on in the whole page").click()
    expect(opened.value.locator(".by-shopper")).to_have_text("You: a blue wool hat")
    context.close()


def test_nothing_of_the_shops_data_comes_alive(chat: Chat) -> None:
    chat.say("travel mug under $9")
    expect(chat.cards.filter(has_text="onerror")).to_have_count(1)
    chat.say("tell me about <img src=x onerror='window.hacked=9'><b>bold</b>")
    expect(chat.said.filter(has_text="<b>bold</b>")).not_to_have_count(0)
    chat.page.wait_for_timeout(300)
    assert chat.page.evaluate("window.hacked") is None
    for alive in ("b", "script", "[onerror]"):
        assert chat.page.locator(f"#aisle-widget .log {alive}").count() == 0
    sources = chat.page.locator("#aisle-widget img").evaluate_all("images => images.map(image => image.src)")
    assert all(source.startswith("http") for source in sources)


def test_a_page_of_another_site_is_not_answered(chromium: Browser, service: tuple[str, str], tmp_path: Path) -> None:
    server, key = service
    (tmp_path / "index.html").write_text(PAGE.format(server=server, more=f'data-key="{key}" data-language="en"'))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    other = ThreadingHTTPServer(("127.0.0.1", port), partial(Silent, directory=str(tmp_path)))
    threading.Thread(target=other.serve_forever, daemon=True).start()
    context = chromium.new_context()
    chat = Chat(context.new_page(), f"http://127.0.0.1:{port}")
    chat.say("a hat")
    expect(chat.said.last).to_have_text("That did not arrive. Please try again.")
    assert chat.cards.count() == 0
    context.close()
    other.shutdown()
