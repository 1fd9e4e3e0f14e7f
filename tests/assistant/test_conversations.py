"""Conversations in English, told from the first message to the last, without a language model."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from assistant import Assistant
from assistant.turn import Turn

MUGS = "Kitchen > Drinkware > Insulated Travel Mugs"
TENTS = "Outdoor > Camping > Tents"


def ids(turn: Turn) -> list[str]:
    return [product.product_id for product in turn.products]


def on_shelf(products: pd.DataFrame, shelf: str) -> pd.DataFrame:
    return products[products["category"] == shelf]


def attribute(products: pd.DataFrame, name: str) -> pd.Series:
    return products["attributes"].map(lambda pairs: dict(pairs).get(name))


def test_a_search_is_narrowed_and_widened_again(shopper, products: pd.DataFrame) -> None:
    mugs = on_shelf(products, MUGS)
    cheap = mugs[mugs["price"] <= 30]
    colour = attribute(cheap, "colour")

    turn = shopper.says("insulated travel mugs")
    assert (turn.understanding.intent, turn.understanding.filters.category) == ("search", [MUGS])
    assert turn.evidence.total == len(mugs)

    turn = shopper.says("under $30")
    assert turn.understanding.intent == "refine"
    assert turn.understanding.filters.price_max == 30
    assert turn.evidence.total == len(cheap)

    turn = shopper.says("in navy instead")
    assert turn.understanding.filters.colour == ["navy"]
    assert set(ids(turn)) == set(cheap.index[colour == "navy"])

    turn = shopper.says("no navy please")
    assert turn.understanding.filters.exclude == {"colour": ["navy"], "word": ["navy"]}
    assert turn.evidence.total == (colour != "navy").sum()

    turn = shopper.says("any colour")
    assert not turn.understanding.filters.exclude and not turn.understanding.filters.colour
    assert turn.evidence.total == len(cheap)

    turn = shopper.says("forget the price")
    assert turn.understanding.filters.price_max is None
    assert turn.evidence.total == len(mugs)


def test_cheaper_is_below_the_cheapest_shown_until_there_is_none(shopper, products: pd.DataFrame) -> None:
    floor = on_shelf(products, MUGS)["price"].min()
    turn = shopper.says("insulated travel mugs")
    while min(product.price for product in turn.products) > floor:
        shown = turn.products
        turn = shopper.says("something cheaper")
        assert max(product.price for product in turn.products) < min(product.price for product in shown)
    turn = shopper.says("cheaper still")
    assert "the cheapest that does is" in turn.text and f"${floor:.2f}" in turn.text


def test_a_feature_and_stars_narrow_and_are_taken_back_by_a_click(shopper, products: pd.DataFrame) -> None:
    mugs = on_shelf(products, MUGS)
    leakproof = attribute(mugs, "leakproof") == "yes"
    shopper.says("insulated travel mugs")
    assert shopper.says("only leakproof ones").evidence.total == leakproof.sum()
    turn = shopper.says("rated at least 4")
    assert turn.evidence.total == (leakproof & (mugs["rating"] >= 4)).sum()
    turn = shopper.clicks_away("leakproof", "yes")
    assert turn.understanding.filters.attributes == {}
    assert turn.evidence.total == (mugs["rating"] >= 4).sum()


def test_a_brand_is_asked_for_and_refused(shopper, products: pd.DataFrame) -> None:
    mugs = products[products["category"].str.startswith("Kitchen > Drinkware")]
    assert shopper.says("Kitcho mugs").evidence.total == (mugs["brand"] == "Kitcho").sum()
    turn = shopper.says("not Kitcho")
    assert turn.understanding.filters.exclude == {"brand": ["Kitcho"], "word": ["kitcho"]}
    assert turn.evidence.total == (mugs["brand"] != "Kitcho").sum()


def test_for_men_after_a_list_for_women(shopper) -> None:
    shopper.says("rain jackets for women")
    turn = shopper.says("for men")
    assert turn.understanding.filters.category == ["Men's Fashion > Jackets & Coats > Rain Jackets"]


def test_the_next_pages_show_each_product_once_and_then_end(shopper, products: pd.DataFrame) -> None:
    seen = ids(shopper.says("tents"))
    for message in ("show me more", "next page", "more"):
        turn = shopper.says(message)
        assert turn.understanding.intent == "refine"
        if "That is all" in turn.text:
            break
        seen += ids(turn)
    assert sorted(seen) == sorted(on_shelf(products, TENTS).index)
    assert "From the beginning" in shopper.says("show me more").text


@pytest.mark.xfail(strict=True, reason="before any list popular products are shown")
def test_more_of_nothing(shopper) -> None:
    assert "Tell me first" in shopper.says("show me more").text


def test_products_are_compared_by_place_and_by_name(shopper) -> None:
    shown = shopper.says("tents").products
    turn = shopper.says("compare the first and the third")
    assert turn.understanding.intent == "compare"
    assert ids(turn) == [shown[0].product_id, shown[2].product_id]
    table = turn.evidence.table
    assert table is not None and table.columns[1:] == [shown[0].title, shown[2].title]
    for name, *values in table.rows[1:]:
        assert len(set(values)) > 1, f"{name} does not differ"
    cheap, dear = sorted((shown[0], shown[2]), key=lambda product: product.price)
    assert f"{cheap.title} is ${dear.price - cheap.price:,.2f} cheaper than {dear.title}" in turn.text
    assert sorted(ids(shopper.says("which one should I get"))) == sorted(ids(turn))  # still of the two


def test_which_of_the_compared_is_cheaper(shopper) -> None:
    shopper.says("tents")
    compared = shopper.says("compare the first two").products
    cheap = min(compared, key=lambda product: product.price)
    turn = shopper.says("which one is cheaper?")
    assert set(ids(turn)) <= {product.product_id for product in compared} and cheap.title in turn.text


@pytest.mark.parametrize(
    "message",
    [
        "do you have them in blue?",
        pytest.param("do they come in blue?"),
    ],
)
def test_do_they_come_in_a_colour_narrows_the_list(shopper, message: str) -> None:
    shopper.says("tents")
    turn = shopper.says(message)
    assert turn.understanding.filters.category == [TENTS] and turn.understanding.filters.colour == ["blue"]


def test_how_many_of_them_are_in_stock(shopper, products: pd.DataFrame) -> None:
    shopper.says("tents")
    available = on_shelf(products, TENTS)["stock"] > 0
    assert shopper.says("how many are in stock?").text.startswith(f"I have {available.sum()} products")


@pytest.mark.parametrize(
    "message",
    [
        "compare the two",
        pytest.param("compare them"),
    ],
)
def test_nothing_to_compare_is_said(shopper, message: str) -> None:
    turn = shopper.says(message)
    assert (turn.understanding.intent, turn.products) == ("compare", [])


def test_questions_are_answered_from_the_listing_the_reviews_or_not_at_all(
    shopper, products: pd.DataFrame, shop: Assistant
) -> None:
    tents = on_shelf(products, TENTS)
    reviewed = next(i for i in tents.index if shop.shop.reviews(i))
    waterproof = attribute(tents, "waterproof")[reviewed]
    turn = shopper.says("tents")
    while reviewed not in ids(turn):
        turn = shopper.says("show me more")
        assert "That is all" not in turn.text
    place = ids(turn).index(reviewed) + 1

    turn = shopper.says(f"is number {place} waterproof?")
    assert (turn.understanding.intent, ids(turn)) == ("ask_product", [reviewed])
    assert turn.text.startswith("Yes," if waterproof == "yes" else "No.")

    turn = shopper.says("how heavy is it?")
    assert attribute(tents, "weight")[reviewed] in turn.text

    turn = shopper.says("how much is it?")
    assert f"${tents['price'][reviewed]:,.2f}" in turn.text

    turn = shopper.says("what do people say about it?")
    assert any(review.text[:20] in turn.text for review in shop.shop.reviews(reviewed))
    assert f"{tents['rating'][reviewed]:g} of 5" in turn.text

    turn = shopper.says("does it come with a butler?")
    assert "doesn't say" in turn.text
    assert turn.evidence.facts == []


def test_is_it_available_in_a_colour_is_no_question_about_stock(shopper) -> None:
    first = shopper.says("hiking backpacks").products[0]
    shopper.says("tell me about the first one")
    colour = "pink" if first.values("colour") != ("pink",) else "blue"
    turn = shopper.says(f"is it available in {colour}?")
    assert "in stock" not in turn.text and "Yes" not in turn.text


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How long do I have to return something?", "30 days"),
        ("do you ship to Canada?", "Canada"),
        ("can I pay with PayPal?", "PayPal"),
        ("is there a warranty?", "12 months"),
        ("what does gift wrapping cost?", "$3.99"),
        pytest.param(
            "how much is gift wrap?", "$3.99"
        ),
        ("will you match the price of another shop?", "refund the difference"),
    ],
)  # fmt: skip
def test_policies_are_quoted(shopper, shop: Assistant, question: str, answer: str) -> None:
    turn = shopper.says(question)
    assert turn.understanding.intent == "ask_policy"
    assert answer in turn.text
    whole = " ".join(policy.text for policy in shop.shop.policies)
    assert all(fact.text in whole for fact in turn.evidence.facts)


def test_the_life_of_a_cart(shopper) -> None:
    shown = shopper.says("water bottles in stock").products
    first, second = shown[0], shown[1]

    turn = shopper.says("add the second one to my cart")
    assert turn.understanding.intent == "cart"
    assert shopper.cart == {second.product_id: 1}
    assert f"Added 1 × {second.title}" in turn.text and f"${second.price:.2f}" in turn.text

    shopper.says("make it 3")
    assert shopper.cart == {second.product_id: 3}

    shopper.says("I'll take the first one too")
    assert shopper.cart == {second.product_id: 3, first.product_id: 1}

    turn = shopper.says("what's in my cart?")
    assert turn.cart.total == pytest.approx(3 * second.price + first.price)
    assert f"${turn.cart.total:,.2f}" in turn.text

    turn = shopper.says("remove the second one from my cart")  # of the cart, where it is the first bottle
    assert shopper.cart == {second.product_id: 3}

    turn = shopper.says("checkout")
    assert "only when you say" in turn.text
    assert shopper.cart == {second.product_id: 3}

    shopper.says("empty my cart")
    assert shopper.cart == {}
    assert "empty" in shopper.says("what's in my cart").text


def test_make_it_two(shopper) -> None:
    shopper.says("water bottles in stock")
    shopper.says("add the first one to my cart")
    shopper.says("make it two")
    assert list(shopper.cart.values()) == [2]


def test_a_cart_takes_no_more_than_the_stock_and_no_nonsense(shopper, products: pd.DataFrame) -> None:
    shown = shopper.says("water bottles in stock").products
    turn = shopper.says("put 1000 of the first one into my cart")
    allowed = min(99, int(products["stock"][shown[0].product_id]))
    assert shopper.cart == {shown[0].product_id: allowed}
    assert str(allowed) in turn.text
    for message in ("add -2 of the second one", "add 0 of the second one"):
        assert "not a number of pieces" in shopper.says(message).text
    assert shopper.cart == {shown[0].product_id: allowed}


def test_what_is_sold_out_stays_out(shopper, products: pd.DataFrame) -> None:
    sold_out = products[products["stock"] == 0].iloc[0]
    shown = shopper.says(sold_out["title"]).products
    place = ("first", "second", "third", "fourth")[[product.product_id for product in shown].index(sold_out.name)]
    turn = shopper.says(f"add the {place} one to my cart")
    assert "out of stock" in turn.text
    assert shopper.cart == {}


def test_the_second_one_alone_is_spoken_of_and_then_it(shopper) -> None:
    second = shopper.says("water bottles in stock").products[1]
    assert ids(shopper.says("the second one")) == [second.product_id]
    shopper.says("add it to my cart")
    assert shopper.cart == {second.product_id: 1}


@pytest.mark.parametrize("message", ["add it to my cart", "the second one", "is it waterproof?"])
def test_pointing_at_nothing_is_asked_back(shopper, message: str) -> None:
    turn = shopper.says(message)
    assert turn.products == [] and shopper.cart == {}
    assert "nothing on the table" in turn.text or "didn't catch" in turn.text


def test_out_of_range_is_asked_back(shopper) -> None:
    shopper.says("tents")
    turn = shopper.says("add the ninth one to my cart")
    assert "only shown you 6" in turn.text and shopper.cart == {}


def test_starting_over_forgets_the_list_but_not_the_cart(shopper) -> None:
    shopper.says("water bottles under $30 in stock")
    shopper.says("add the first one to my cart")
    turn = shopper.says("start over")
    assert "afresh" in turn.text
    turn = shopper.says("tents")
    assert turn.understanding.filters.price_max is None
    assert len(shopper.cart) == 1


def test_no_result_names_the_condition_in_the_way_and_the_nearest_offer(shopper, products: pd.DataFrame) -> None:
    tents = on_shelf(products, TENTS)
    turn = shopper.says("tents under $5")
    assert turn.text == f"Nothing under $5.00 fits; the cheapest that does is ${tents['price'].min():,.2f}."
    assert turn.products[0].price == tents["price"].min()
    turn = shopper.says("over $5000")
    assert f"the dearest that does is ${tents['price'].max():,.2f}" in turn.text
    turn = shopper.says("in purple")
    assert "Nothing fits with “colour: purple”" in turn.text
    assert turn.understanding.filters.colour == []  # what is shown is what the chips say


def test_what_the_shop_does_not_carry_is_said(shopper) -> None:
    turn = shopper.says("do you sell lawn mowers?")
    assert turn.text.startswith("We don't carry “lawn mowers”")
    assert turn.products == []


@pytest.mark.parametrize("shelf", [MUGS, TENTS, "Grocery > Breakfast > Granola"])
def test_superlatives_are_those_of_the_whole_shelf(talk, products: pd.DataFrame, shelf: str) -> None:
    there = on_shelf(products, shelf)
    name = shelf.rsplit(" > ", 1)[-1].lower()
    cheapest, dearest = there["price"].min(), there["price"].max()
    turn = talk().says(f"the cheapest {name}")
    assert turn.products[0].price == cheapest and f"${cheapest:,.2f}" in turn.text
    turn = talk().says(f"the most expensive {name}")
    assert turn.products[0].price == dearest and f"${dearest:,.2f}" in turn.text


@pytest.mark.parametrize(
    "shelf",
    [
        TENTS,
        "Grocery > Breakfast > Granola",
        pytest.param(MUGS),
    ],
)
def test_the_best_rated_is_that_of_the_whole_shelf(talk, products: pd.DataFrame, shelf: str) -> None:
    there = on_shelf(products, shelf)
    name = shelf.rsplit(" > ", 1)[-1].lower()
    best = talk().says(f"the best rated {name}").products[0]
    better = (there["rating"] > best.rating) & (there["rating_count"] >= best.rating_count)
    assert not better.any()


@pytest.mark.parametrize("message", ["what is your cheapest tent?", "what's the most expensive tent?"])
def test_a_superlative_in_a_question_is_of_the_shelf_named(shopper, products: pd.DataFrame, message: str) -> None:
    prices = on_shelf(products, TENTS)["price"]
    wanted = prices.min() if "cheapest" in message else prices.max()
    assert shopper.says(message).products[0].price == wanted


def test_counts_are_those_of_the_whole_shop(shopper, products: pd.DataFrame) -> None:
    tents, mugs = on_shelf(products, TENTS), products[products["category"].str.contains("Mugs")]
    turn = shopper.says("how many tents do you have?")
    assert turn.text.startswith(f"I have {len(tents)} products of those")
    turn = shopper.says("how many mugs under $20 do you have?")
    cheap = mugs[mugs["price"] <= 20]
    assert turn.text == (
        f"I have {len(cheap)} products of those, from ${cheap['price'].min():.2f} to ${cheap['price'].max():.2f}."
    )


def test_popular_things_are_the_popular_ones(shopper, shop: Assistant) -> None:
    turn = shopper.says("what's popular?")
    assert turn.understanding.intent == "recommend"
    assert set(turn.evidence.reasons) == set(ids(turn))
    assert all(product.in_stock for product in turn.products)


def test_popular_is_no_word_to_search_for(shopper, shop: Assistant) -> None:
    popular = [item.product.product_id for item in shop.recommend(k=6)]
    assert ids(shopper.says("what's popular?")) == popular


def test_something_similar_is_like_the_one_and_not_the_one(shopper) -> None:
    first = shopper.says("hiking backpacks").products[0]
    turn = shopper.says("something similar to the first one")
    assert turn.understanding.intent == "recommend"
    assert first.title in turn.text and first.product_id not in ids(turn)
    assert turn.products[0].category == first.category


@pytest.mark.parametrize(
    ("message", "intent", "words"),
    [
        ("hello", "smalltalk", "looking for"),
        ("thanks!", "smalltalk", ""),
        ("who are you?", "smalltalk", "a program"),
        ("bye", "smalltalk", "come back"),
        ("you are stupid", "smalltalk", "ask for a person"),
        ("I want to kill myself", "out_of_scope", "emergency number"),
        ("where is my order?", "order", "no order of yours"),
    ],
)
def test_small_talk(shopper, message: str, intent: str, words: str) -> None:
    turn = shopper.says(message)
    assert turn.understanding.intent == intent
    assert words in turn.text
    assert turn.products == []


def test_a_person_gets_a_summary(shopper) -> None:
    shopper.says("water bottles under $40 in stock")
    bottle = shopper.says("add the first one to my cart").products[0]
    turn = shopper.says("I want to talk to a human")
    assert turn.understanding.intent == "handoff"
    for part in ("help@shop.example", "water bottles", "up to $40", f"1 × {bottle.title}"):
        assert part in turn.text


def test_a_known_shopper_hears_of_their_purchases(talk: Callable, shop: Assistant, products: pd.DataFrame) -> None:
    interactions = shop.shop.store.interactions().to_pandas()
    bought = interactions[interactions["event"] == "purchase"].sort_values("timestamp", ascending=False)
    user = bought["user_id"].iloc[0]
    latest = list(dict.fromkeys(bought["product_id"][bought["user_id"] == user]))[:5]
    turn = talk(user).says("what were my last orders?")
    assert turn.understanding.intent == "order"
    assert latest[0] in ids(turn) and set(ids(turn)) <= set(latest)
    assert products["title"][latest[0]] in turn.text
    assert talk("stranger").says("what were my last orders?").products == []


def test_show_me_my_past_orders(shopper) -> None:
    assert shopper.says("show me my past orders").understanding.intent == "order"


def test_what_is_new_to_the_shopper_leaves_out_what_they_have(shop: Assistant) -> None:
    user = shop.shop.users(1)[0]
    owned = set(shop.shop.purchases(user, most=1000))
    recommended = {item.product.product_id for item in shop.recommend(user, k=20, new_only=True)}
    assert owned and recommended and not owned & recommended
