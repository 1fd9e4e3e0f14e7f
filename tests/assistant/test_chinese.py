"""The same shop in Chinese: conditions, references, the cart and policies are read by code alone."""

from __future__ import annotations

import pandas as pd
import pytest

from assistant.understanding import terms
from data.demo.specs import load_departments

TENTS = "Outdoor > Camping > Tents"


def test_a_list_is_narrowed_in_chinese(shopper, products: pd.DataFrame) -> None:
    tents = products[products["category"] == TENTS]
    colour = tents["attributes"].map(lambda pairs: dict(pairs)["colour"])
    shopper.says("tents")

    turn = shopper.says("300美元以内")
    assert (turn.understanding.intent, turn.understanding.language) == ("refine", "zh")
    assert turn.understanding.filters.price_max == 300
    assert turn.evidence.total == (tents["price"] <= 300).sum()
    assert f"{turn.evidence.total}款" in turn.text

    turn = shopper.says("不要灰色")
    assert turn.understanding.filters.exclude == {"colour": ["grey"], "word": ["grey"]}
    assert turn.evidence.total == ((tents["price"] <= 300) & (colour != "grey")).sum()

    turn = shopper.says("颜色都可以")
    assert turn.understanding.filters.exclude == {}

    turn = shopper.says("最便宜的")
    assert turn.products[0].price == tents["price"].min()

    turn = shopper.says("5美元以下")
    assert f"US${tents['price'].min():,.2f}" in turn.text


def test_a_cart_in_chinese(shopper) -> None:
    shown = shopper.says("water bottles in stock").products
    turn = shopper.says("第二个")
    assert [product.product_id for product in turn.products] == [shown[1].product_id]
    turn = shopper.says("我要这个")
    assert shopper.cart == {shown[1].product_id: 1} and "已加入购物车" in turn.text
    shopper.says("改成3个")
    assert shopper.cart == {shown[1].product_id: 3}
    turn = shopper.says("购物车里有什么")
    assert f"3 × {shown[1].title}" in turn.text and f"US${3 * shown[1].price:,.2f}" in turn.text
    shopper.says("删掉第一个")
    assert shopper.cart == {}
    assert shopper.says("购物车").text == "购物车是空的。"


def test_a_question_in_chinese(shopper, products: pd.DataFrame) -> None:
    first = shopper.says("tents").products[0]
    turn = shopper.says("第一个防水吗")
    assert turn.understanding.intent == "ask_product"
    assert turn.text.startswith("是的" if first.attributes["waterproof"] == "yes" else "不是")
    assert first.attributes["weight"] in shopper.says("它多重").text
    assert f"US${first.price:,.2f}" in shopper.says("它多少钱").text


def test_paging_and_starting_over(shopper) -> None:
    first = shopper.says("tents").products
    second = shopper.says("更多").products
    assert not {product.product_id for product in first} & {product.product_id for product in second}
    assert "重新开始" in shopper.says("重新开始").text


@pytest.mark.parametrize(
    "message",
    [
        "加入购物车",
        pytest.param("把它加入购物车"),
    ],
)
def test_what_was_spoken_of_goes_into_the_cart_by_the_commonest_words(shopper, message: str) -> None:
    second = shopper.says("water bottles in stock").products[1]
    shopper.says("第二个")
    shopper.says(message)
    assert shopper.cart == {second.product_id: 1}


def test_what_the_assistant_suggests_it_understands(shopper) -> None:
    assert "比较前两个" in (shopper.says("tents"), shopper.says("300美元以内"))[1].evidence.suggestions
    assert shopper.says("比较前两个").understanding.intent == "compare"


@pytest.mark.parametrize(
    ("message", "intent", "words"),
    [
        ("你好", "smalltalk", "好"),
        ("谢谢", "smalltalk", ""),
        ("转人工", "handoff", "help@shop.example"),
        ("多久可以退货", "ask_policy", "30 days"),
        ("我不想活了", "out_of_scope", "120"),
        ("我的订单到哪了", "order", "没有查到"),
    ],
)
def test_small_talk(shopper, message: str, intent: str, words: str) -> None:
    turn = shopper.says(message)
    assert (turn.understanding.intent, turn.understanding.language) == (intent, "zh")
    assert words in turn.text


def test_what_shipping_costs(shopper) -> None:
    assert "$4.99" in shopper.says("运费多少").text


@pytest.mark.parametrize(
    ("message", "shelf"),
    [
        ("保温杯", "Kitchen > Drinkware > Insulated Travel Mugs"),
        ("保溫杯", "Kitchen > Drinkware > Insulated Travel Mugs"),
        ("帐篷", TENTS),
        ("想買一個帳篷", TENTS),
        ("登山包", "Outdoor > Hiking > Hiking Backpacks"),
        ("有没有女士雨衣", "Women's Fashion > Jackets & Coats > Rain Jackets"),
    ],
)
def test_chinese_names_find_the_shelf_of_an_english_catalogue(
    shopper, products: pd.DataFrame, message: str, shelf: str
) -> None:
    turn = shopper.says(message)
    assert turn.understanding.filters.category == [shelf]
    assert turn.evidence.total == (products["category"] == shelf).sum()


def test_a_chinese_wish_without_a_model_is_met_by_its_known_words(shopper) -> None:
    turn = shopper.says("適合露營的")
    assert turn.products and {product.category for product in turn.products} <= {
        TENTS,
        "Outdoor > Camping > Sleeping Bags",
    }


def test_chinese_that_nobody_can_read_is_no_list_of_something_else(shopper) -> None:
    assert shopper.says("有没有防蚊液").products == []


def test_most_families_of_a_shop_are_called_by_terms_that_nobody_fitted_to_it() -> None:
    """The terms are words of shops in general; the demo store's specifications name its families in Chinese."""
    names = [name for each in load_departments() for family in each.families for name in family.chinese]
    known = [name for name in names if terms.in_english(name)]
    assert len(known) / len(names) > 0.6
