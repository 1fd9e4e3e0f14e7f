"""A visit to the shop as a person makes it, in a real browser, with a real server behind it."""

from __future__ import annotations

import re
import sqlite3
import threading

import httpx
import pytest
from playwright.sync_api import Browser, expect

from assistant import Assistant
from data.errors import AisleError
from data.store import Store
from ui.app import serve

pytestmark = pytest.mark.slow


def test_a_shopper_finds_adds_and_finds_all_of_it_again_after_a_reload(visitor):
    visitor.say("a blue wool hat under $40")
    assert visitor.ids
    assert all(card.locator("h3").inner_text().startswith("Blue") for card in visitor.cards.all())
    visitor.add("hat-6")
    expect(visitor.lines).to_have_count(1)
    visitor.page.get_by_role("button", name="One more of Blue Wool Hat No 6").click()
    expect(visitor.page.locator(".cart-total strong")).to_have_text("$52.00")

    visitor.page.reload()
    visitor.wait_until_open()
    expect(visitor.said).to_have_text(["You: a blue wool hat under $40"])
    assert "hat-6" in visitor.ids
    expect(visitor.page.locator(".cart-total strong")).to_have_text("$52.00")

    visitor.page.get_by_role("button", name="Remove Blue Wool Hat No 6").click()
    expect(visitor.lines).to_have_count(0)


def test_a_condition_is_taken_back(visitor):
    visitor.say("a red wool hat under $30")
    narrow = set(visitor.ids)
    expect(visitor.chips.filter(has_text="30")).to_have_count(1)
    visitor.chips.filter(has_text="30").get_by_role("button").click()
    expect(visitor.said).to_have_count(2)
    visitor.wait_until_answered()
    expect(visitor.chips.filter(has_text="30")).to_have_count(0)
    assert narrow < set(visitor.ids)


def test_what_the_stock_does_not_allow_is_said(visitor):
    visitor.say("a wool hat")
    visitor.say("a red wool hat")
    sold_out = visitor.page.locator("#now .card[data-product=hat-0]")
    expect(sold_out.locator(".stock")).to_have_text("Out of stock")
    expect(sold_out.locator(".primary")).to_be_disabled()
    visitor.say("a blue wool hat")
    visitor.add("hat-1")
    expect(visitor.lines).to_have_count(1)
    visitor.add("hat-1")
    expect(visitor.page.locator(".notice")).to_contain_text("Only 1 of Blue Wool Hat No 1")
    expect(visitor.page.locator(".quantity span")).to_have_text("1")


def test_a_hostile_catalogue_and_a_hostile_message_stay_text(visitor, store: Store):
    message = '<script>window.hacked=6</script><img src=x onerror="window.hacked=7"> ${window.hacked=8} mug'
    visitor.say(message)
    visitor.say("the cheapest travel mug")
    card = visitor.page.locator("#now .card[data-product=hostile]")
    expect(card.locator("h3")).to_contain_text('<img src=x onerror="window.hacked=1"> ${window.hacked=2} {{value}}')
    expect(visitor.said.first).to_contain_text(message)
    visitor.add("hostile")
    expect(visitor.page.locator("[data-line=hostile] .line-title")).to_contain_text("<script>")
    visitor.say("compare the first two")
    expect(visitor.page.locator(".comparison")).to_contain_text("<script>")
    assert visitor.page.locator("#body script, #body b, #body img[src=x], #body a[href^=javascript]").count() == 0
    assert visitor.page.evaluate("window.hacked") is None


def test_empty_messages_do_nothing_and_shift_enter_makes_a_line(visitor):
    box = visitor.page.locator("#message textarea")
    box.fill("   ")
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_timeout(1500)
    expect(visitor.said).to_have_count(0)
    visitor.say("a wool hat")
    box.fill("first")
    visitor.page.keyboard.press("Shift+Enter")
    visitor.page.keyboard.type("second")
    expect(box).to_have_value("first\nsecond")
    expect(visitor.said).to_have_count(1)


def test_examples_suggestions_and_card_buttons_speak_for_the_shopper(visitor):
    visitor.page.get_by_role("button", name="a travel mug").click()
    visitor.wait_until_answered()
    visitor.page.get_by_role("button", name="something cheaper").click()
    expect(visitor.said).to_have_text(["You: a travel mug", "You: something cheaper"])
    visitor.wait_until_answered()
    visitor.page.locator("#now .card[data-product=mug-0]").get_by_role("button", name="More like this").click()
    expect(visitor.said.last).to_have_text("You: More like Travel Mug 0")
    visitor.wait_until_answered()
    assert visitor.ids and "mug-0" not in visitor.ids
    visitor.page.locator("#now summary").click()
    expect(visitor.page.locator("#now .why dl")).to_contain_text("recommend")


def test_a_cart_that_cannot_be_written_says_so_and_takes_the_next_click(visitor, store):
    visitor.say("a blue wool hat")
    other = sqlite3.connect(store.database_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # another program, which does not let go
    product = visitor.ids[-1]
    visitor.add(product)
    expect(visitor.page.get_by_text("nothing was changed")).to_be_visible()
    expect(visitor.lines).to_have_count(0)
    other.rollback()
    visitor.add(product)
    expect(visitor.lines).to_have_count(1)
    other.close()


def test_timings_are_shown_under_each_reply_once_they_are_asked_for(visitor):
    visitor.say("a travel mug")
    timings = visitor.page.locator(".timings")
    expect(timings).to_have_count(1)
    expect(timings).to_be_hidden()
    visitor.page.locator("#now summary").click()
    visitor.page.get_by_label("Show the timings under each reply").check()
    expect(timings).to_contain_text(
        re.compile(r"understanding [\d.]+ ms · searching [\d.]+ ms · ranking .* in all [\d.]+ ms")
    )
    visitor.say("我想要一顶帽子")
    expect(timings).to_have_count(2)
    expect(timings.last).to_contain_text("毫秒")
    expect(timings.first).to_be_visible()
    visitor.page.locator("#now summary").click()
    box = visitor.page.get_by_label("在每条回复下显示用时")
    expect(box).to_be_checked()
    box.uncheck()
    expect(timings.first).to_be_hidden()


def test_a_recommended_product_is_refused_and_the_list_is_another_at_once(visitor):
    visitor.say("what do you recommend?")
    before = visitor.ids
    refused = visitor.page.locator(f"#now .card[data-product={before[1]}]")
    expect(refused.locator(".reason")).not_to_be_empty()
    refused.get_by_role("button", name="Not for me").click()
    expect(visitor.said).to_have_count(2)
    visitor.wait_until_answered()
    expect(visitor.said.last).to_contain_text("Not for me: ")
    assert before[1] not in visitor.ids and len(visitor.ids) == len(before)
    expect(visitor.page.locator("#past .refuse")).to_have_count(0)
    visitor.say("a wool hat")
    expect(visitor.page.locator("#now .refuse")).to_have_count(0)


def test_a_new_conversation_keeps_the_cart_and_another_tab_its_own(visitor):
    visitor.say("a travel mug")
    visitor.add(visitor.ids[0])
    expect(visitor.lines).to_have_count(1)
    visitor.page.get_by_role("button", name="New conversation").click()
    expect(visitor.page.locator(".welcome")).to_be_visible()
    expect(visitor.lines).to_have_count(1)

    visitor.say("a wool hat")
    second = visitor.page.context.new_page()
    second.goto(visitor.page.url)
    expect(second.locator(".by-shopper")).to_have_text("You: a wool hat")
    second.get_by_role("button", name="New conversation").click()
    expect(second.locator(".welcome")).to_be_visible()
    visitor.page.reload()
    expect(visitor.said).to_have_text("You: a wool hat")


def test_what_was_told_is_shown_and_can_be_changed_and_forgotten(visitor):
    visitor.say("I hate wool")
    memories = visitor.page.locator(".memories li")
    expect(memories).to_have_count(1)
    field = memories.locator("input")
    expect(field).to_have_value("wool")
    field.fill("silk")
    field.press("Tab")
    visitor.say("what do you know about me?")
    expect(visitor.page.locator("#now .by-assistant")).to_contain_text("no silk")
    visitor.page.get_by_role("button", name="Forget: no silk").click()
    expect(memories).to_have_count(0)
    visitor.say("what do you know about me?")
    expect(visitor.page.locator("#now .by-assistant")).to_contain_text("I remember nothing about you")


def test_another_shop_has_another_conversation(visitor):
    visitor.say("a wool hat")
    visitor.page.get_by_label("Shop", exact=True).click()
    visitor.page.get_by_role("option", name="Mug shop").click()
    expect(visitor.page.locator("h1")).to_have_text("Mug shop")
    visitor.wait_until_open()
    expect(visitor.page.locator(".welcome")).to_be_visible()
    visitor.page.reload()
    expect(visitor.page.locator("h1")).to_have_text("Mug shop")
    visitor.page.get_by_label("Shop", exact=True).click()
    visitor.page.get_by_role("option", name="Corner shop").click()
    expect(visitor.said).to_have_text("You: a wool hat")


def test_on_a_phone_nothing_is_wider_than_the_screen_and_the_cart_is_a_drawer(visitor):
    visitor.page.set_viewport_size({"width": 380, "height": 780})
    visitor.say("a blue wool hat")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 380
    edges = visitor.page.locator("#anew, #send, .cart-toggle").evaluate_all(
        "parts => parts.map(part => part.getBoundingClientRect().right)"
    )
    assert max(edges) <= 380
    visitor.add("hat-6")
    expect(visitor.page.locator(".cart-toggle .count")).to_have_text("1")
    expect(visitor.page.locator(".cart")).not_to_be_visible()
    visitor.page.get_by_role("button", name="Cart, 1 pieces").click()
    expect(visitor.lines).to_be_visible()
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.locator(".cart")).not_to_be_visible()


def test_local_pictures_show_and_nothing_else_of_the_store_is_served(visitor, store: Store, address: str):
    visitor.say("a blue wool hat")
    picture = visitor.page.locator("#now .card[data-product=hat-6] img")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0
    (store.media_folder / "secret.txt").write_text("secret")
    served = httpx.get(f"{address}media/{store.name}/hat-6.svg")
    assert served.status_code == 200 and "sandbox" in served.headers["content-security-policy"]
    for path in ("secret.txt", "../store.toml", "%2e%2e/store.toml", "..%2fstore.toml", "../products.parquet", ""):
        assert httpx.get(f"{address}media/{store.name}/{path}").status_code == 404, path


def test_a_turn_goes_on_when_its_visitor_reloads(visitor, monkeypatch: pytest.MonkeyPatch):
    stream, released = Assistant.stream, threading.Event()

    def slow(self, *arguments, **keywords):
        for event in stream(self, *arguments, **keywords):
            if event.type == "token":
                released.wait(20)
            yield event

    monkeypatch.setattr(Assistant, "stream", slow)
    visitor.page.locator("#message textarea").fill("a wool hat")
    visitor.page.keyboard.press("Enter")
    expect(visitor.cards.first).to_be_visible()  # before a word of the reply
    expect(visitor.page.locator("#now .typing")).to_be_visible()
    for control in ("#send", "#anew"):
        expect(visitor.page.locator(control)).to_be_disabled()
    visitor.page.reload()
    expect(visitor.said).to_have_text("You: a wool hat")
    expect(visitor.page.locator("#anew")).to_be_disabled()
    released.set()
    visitor.wait_until_answered()
    expect(visitor.page.locator("#anew")).to_be_enabled()
    expect(visitor.cards.first).to_be_visible()


def test_a_broken_turn_says_sorry_and_shows_no_traceback(visitor, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as broken:
        broken.setattr(Assistant, "stream", lambda *_, **__: 1 / 0)
        visitor.say("a wool hat")
    expect(visitor.page.locator("#now .by-assistant")).to_contain_text("Something went wrong on my side")
    assert "ZeroDivisionError" not in visitor.page.content()
    visitor.page.locator("#message textarea").fill("once more, a wool hat")
    visitor.page.keyboard.press("Enter")
    expect(visitor.cards.first).to_be_visible()


def test_a_taken_port_is_said_with_the_way_out(chromium: Browser, address: str, store: Store):
    port = httpx.URL(address).port
    assert port is not None
    with pytest.raises(AisleError, match=f"Port {port} .* --port {port + 1}"):
        serve([str(store.folder)], port=port)
