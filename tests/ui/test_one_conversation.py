"""A shopper goes on where they were, wherever that is: over HTTP, in the widget, on the page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from assistant import Assistant
from assistant.server.app import PAGE, create_app
from assistant.server.tokens import SessionTokens, Visit
from data.store import Store
from tests.running import running
from tests.ui.conftest import Visitor
from ui.app import mount

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop(store: Store, encoder: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    copy = tmp_path_factory.mktemp("one") / "corner-shop"
    shutil.copytree(store.folder, copy, ignore=shutil.ignore_patterns("aisle.db*", "index"))
    shop = Assistant.open(copy, llm="none", progress=False)
    yield shop
    shop.close()


@pytest.fixture(scope="module")
def address(shop: Assistant) -> Iterator[str]:
    """A service with the page in it."""
    app = create_app(shop)
    mount(app, shop, PAGE, posing=False)
    with running(app) as address:
        yield address


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    yield context
    context.close()


def said(address: str, message: str, token: str = "") -> dict[str, object]:
    headers = {"Aisle-Session": token} if token else {}
    return dict(httpx.post(f"{address}/v1/chat", json={"message": message}, headers=headers, timeout=60).json())


def test_a_conversation_begun_over_http_goes_on_in_the_page_and_over_http_again(
    address: str, context: BrowserContext
) -> None:
    token = str(said(address, "wool hats in stock")["session"])
    said(address, "add the second one to my cart", token)
    visitor = Visitor(context.new_page(), f"{address}{PAGE}/#session={token}")
    expect(visitor.said).to_have_text(["You: wool hats in stock", "You: add the second one to my cart"])
    expect(visitor.lines).to_have_count(1)
    assert "session" not in visitor.page.url, "the token is not left standing in the address"
    visitor.say("add the first one to my cart")
    kept = httpx.get(f"{address}/v1/sessions/current", headers={"Aisle-Session": token}).json()
    assert [turn["message"] for turn in kept["turns"]][-1] == "add the first one to my cart"
    assert len(kept["cart"]["lines"]) == 2
    memory = json.loads(visitor.page.evaluate("sessionStorage.getItem('aisle')"))
    (own,) = memory["sessions"].values()
    cart = httpx.get(f"{address}/v1/cart", headers={"Aisle-Session": own}).json()
    assert cart == kept["cart"], "the page's own token is one of the service's"
    visitor.page.reload()
    expect(visitor.said).to_have_count(3)
    assert visitor.errors == []


def test_a_shopper_whom_the_shops_site_has_signed_in_is_the_same_on_the_page(
    address: str, shop: Assistant, context: BrowserContext
) -> None:
    token = SessionTokens.of(shop.shop.store).sign(Visit("5" * 32, "ada"))
    said(address, "I'm allergic to wool", token)
    visitor = Visitor(context.new_page(), f"{address}{PAGE}/#session={token}")
    expect(visitor.page.get_by_label("Shopper")).to_have_value("ada")
    visitor.page.get_by_role("button", name="New conversation").click()
    expect(visitor.page.locator(".welcome")).to_be_visible()
    visitor.say("what do you know about me?")
    expect(visitor.page.locator("#now .by-assistant")).to_contain_text("wool")


@pytest.mark.parametrize("token", ["x", "eyJzIjoieCIsInUiOm51bGx9.aaaa.bbbb", "<script>window.hacked=1</script>"])
def test_a_forged_token_in_the_address_opens_a_new_conversation(
    address: str, context: BrowserContext, token: str
) -> None:
    visitor = Visitor(context.new_page(), f"{address}{PAGE}/#session={token}")
    expect(visitor.page.locator(".welcome")).to_be_visible()
    expect(visitor.said).to_have_count(0)
    assert visitor.page.evaluate("window.hacked") is None


def test_nobody_poses_as_a_shopper_of_a_shop_that_others_can_reach(address: str, context: BrowserContext) -> None:
    visitor = Visitor(context.new_page(), f"{address}{PAGE}/")
    expect(visitor.page.get_by_label("Shopper")).to_have_count(0)
