"""What the page is made of, without a browser."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.running import SECONDS
from assistant.server.tokens import SessionTokens
from assistant.turn import Cart, CartLine, Evidence, Intent, RecommendKind, Sort, Source, Table, Turn, Understanding
from data.records import Product
from retrieval.filters import Filters
from ui.cards import card, stock_note
from ui.cart import cart_panel
from ui.conversation import exchange
from ui.exchange import Exchange
from ui.labels import labels
from ui.media import picture_address, web_address
from ui.visit import Visit, device_of

NASTY = st.text(min_size=1) | st.sampled_from(
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onclick='alert(1)", "&lt;b&gt;", "{{ 7 * 7 }}"]
)

KEYS = st.text() | st.sampled_from(["store", "sessions", "token", "shop"])
SIGNED = {"shop": SessionTokens(b"s" * 32, "shop", days=1)}
JSON = st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner))


class Skeleton(HTMLParser):
    """The tags of a page and the names of their attributes, without any text or value."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def everything_with(text: str) -> str:
    """A card, an exchange and a cart with this text in every place that a catalogue or a shopper fills."""
    product = Product(
        product_id=text, title=text, brand=text, price=3, stock=2, rating=4, rating_count=3, image=text, url=text,
        attributes={"colour": text},
    )  # fmt: skip
    turn = Turn(
        session="s",
        number=1,
        message=text,
        text=text,
        understanding=Understanding(
            intent="search", query=text, filters=Filters(brand=[text]), wishes=[text], unknown=[text]
        ),
        products=[product],
        evidence=Evidence(
            products=[product],
            table=Table(columns=[text, text], rows=[[text, text]]),
            reasons={text: text},
            suggestions=[text],
        ),
    )
    cart = Cart(lines=[CartLine(product=product, quantity=2, total=6)], total=6)
    return exchange(Exchange.of(turn), "shop", "USD") + cart_panel(cart, "shop", "en", notice=text)


@given(NASTY)
@settings(deadline=None)  # the first one reads the templates
def test_no_text_ever_becomes_markup(text: str) -> None:
    plain, filled = Skeleton(everything_with("plain")), Skeleton(everything_with(text))
    assert filled.tags == plain.tags


def test_the_text_itself_is_shown_whole() -> None:
    nasty = '<script>alert("1")</script> & {{ value }} ${value}'
    assert nasty in "".join(Skeleton(everything_with(nasty)).texts)


@given(st.text())
def test_only_pictures_on_the_web_or_in_the_media_folder_are_shown(image: str) -> None:
    address = picture_address(image, "shop")
    assert address is None or address.startswith(("http://", "https://", "media/shop/"))


@pytest.mark.parametrize(
    "image",
    [
        "javascript:alert(1)", "data:image/svg+xml,<svg/>", "file:///etc/passwd", "/etc/passwd.png",
        "media/../store.svg", "media/../../x.png", "media/a.html", "media", "", None, "http:///x.png", "store.toml",
    ],
)  # fmt: skip
def test_other_pictures_are_not(image: str | None) -> None:
    assert picture_address(image, "shop") is None


def test_a_picture_of_the_store_is_found_relative_to_the_page() -> None:
    assert picture_address("media/a b/ü.svg", "shop") == "media/shop/a%20b/%C3%BC.svg"
    assert picture_address("https://shop.example/a.png", "shop") == "https://shop.example/a.png"


def test_links_lead_to_the_web_only_and_tell_the_other_side_nothing() -> None:
    html = card(Product(product_id="1", title="Hat", price=3, url="https://shop.example/hat"), "shop", "en")
    assert 'href="https://shop.example/hat" target="_blank" rel="noopener noreferrer"' in html
    assert 'data-event="view" data-product="1"' in html  # that it was followed tells what interests
    assert web_address("javascript:alert(1)//https://") is None


@pytest.mark.parametrize(
    ("stock", "language", "note"),
    [(0, "en", "Out of stock"), (3, "en", "Only 3 left"), (3, "zh", "仅剩3件"), (6, "en", ""), (None, "en", "")],
)
def test_stock_is_mentioned_where_it_matters(stock: int | None, language: str, note: str) -> None:
    assert stock_note(Product(product_id="1", title="Hat", price=3, stock=stock), language) == note  # type: ignore[arg-type]


def test_a_price_is_struck_through_only_where_it_was_higher() -> None:
    hat = Product(product_id="1", title="Hat", price=30, list_price=45)
    assert "$45.00</s>" in card(hat, "shop", "en")
    assert "<s>" not in card(hat.model_copy(update={"list_price": 30}), "shop", "en")


def shown(intent: Intent, kind: RecommendKind | None = None, *, latest: bool = True, language: str = "en") -> str:
    hat = Product(product_id="1", title="Hat", price=3)
    understood = Understanding(intent=intent, kind=kind, language=language)  # type: ignore[arg-type]
    evidence = Evidence(products=[hat], reasons={"1": "Bought by 5 shoppers"}, personalised=True)
    turn = Turn(
        session="s", number=1, message="m", text="t", understanding=understood, products=[hat], evidence=evidence
    )
    return exchange(Exchange.of(turn), "shop", "USD", latest=latest)


def test_what_was_recommended_has_its_reason_and_can_be_refused() -> None:
    html = shown("recommend", "for_you")
    assert "Bought by 5 shoppers" in html and 'data-event="refuse" data-product="1"' in html
    assert "Your past purchases and clicks had a part in it" in html
    assert 'aria-label="不喜欢Hat"' in shown("recommend", "gift", language="zh")
    for other in (shown("search"), shown("recommend", "why"), shown("recommend", "for_you", latest=False)):
        assert "refuse" not in other


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", "desktop"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148", "mobile"),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36", "mobile"),
        ("Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", "tablet"),
        ("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148", "tablet"),
        ("", ""),
    ],
)
def test_the_device_is_read_off_the_browser(user_agent: str, device: str) -> None:
    visit = Visit("shop", device=device_of(user_agent))
    assert visit.context == ({"device": device} if device else {})


def test_every_label_has_both_languages() -> None:
    assert all(set(ways) == {"en", "zh"} and all(ways.values()) for ways in labels().values())


def test_whoever_reads_a_message_and_whatever_is_read_has_a_name_on_the_page() -> None:
    named = {f"intent_{intent}" for intent in get_args(Intent)} | {f"source_{source}" for source in get_args(Source)}
    assert named | {f"sort_{sort}" for sort in get_args(Sort) if sort != "relevance"} <= set(labels())
    assert {key for key in labels() if key.startswith(("intent_", "source_"))} == named


@given(JSON)
def test_whatever_a_browser_sends_makes_a_visit(memory: object) -> None:
    visit = Visit.recalled(memory, SIGNED, "shop")
    entered = visit.entering(visit.store)
    assert entered.store == "shop" and len(entered.session) == 32


@pytest.mark.parametrize("named", ["default", "0123456789abcdef" * 2, None, "signed for another store"])
def test_a_browser_cannot_name_a_session_that_was_not_made_for_it(named: str | None) -> None:
    """`default` is the session of the command line."""
    if named == "signed for another store":
        named = SessionTokens(b"s" * 32, "another", days=1).new("u1")[1]
    for memory in ({"sessions": {"shop": named}}, {"token": named}):
        assert Visit.recalled(memory, SIGNED, "shop").sessions == {}


def test_a_visitor_comes_back_to_their_own_conversation_and_to_nobody_elses() -> None:
    mine = Visit("shop").entering("shop").posing_as("u1")
    back = Visit.recalled(mine.memory(SIGNED), SIGNED, "shop")
    assert (back.session, back.user) == (mine.session, "u1")
    forged = mine.memory(SIGNED) | {"shopper": "u2"}
    assert Visit.recalled(forged, SIGNED, "shop").user == "u1"
    brought, token = SIGNED["shop"].new("u3")
    assert Visit.recalled(mine.memory(SIGNED) | {"token": token}, SIGNED, "shop").sessions == {"shop": brought}


def test_every_stage_of_a_turn_has_its_milliseconds_in_both_languages() -> None:
    seconds = {name: 0.001234 * 10**place for place, name in enumerate(SECONDS[:4])} | {"total": 2.5, "unheard of": 1}
    for language, unit in (("en", "ms"), ("zh", "毫秒")):
        understood = Understanding(intent="search", language=language)  # type: ignore[arg-type]
        turn = Turn(session="s", number=1, message="m", text="t", understanding=understood, seconds=seconds)
        for latest in (True, False):
            html = exchange(Exchange.of(turn), "shop", "USD", latest=latest)
            line = html.split('<p class="timings"')[1].split("</p>")[0]
            words = [labels()[f"stage_{name}"][language] for name in (*SECONDS[:4], "total")]  # type: ignore[index]
            assert [line.index(word) for word in words] == sorted(line.index(word) for word in words)
            assert [f"{figure} {unit}" in line for figure in ("1.2", "12", "123", "1,234", "2,500")] == [True] * 5
            assert ("data-toggle" in html) == latest
    assert "timings" not in exchange(Exchange("m", text="t"), "shop", "USD")
