"""A title that is said whole is its product, and none of its words is anything else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation.commands import Command, Span
from assistant.understanding.pointing import Table, pointed_at
from assistant.understanding.titles import Masked, quoted_in, with_titles
from data.records import Product

KITCHO = Product(product_id="k", title="Kitcho Plus mug (450 ml, hot pink)", price=11)
CLOVER = Product(product_id="c", title="Brightspoon Clover mug, 250 ml, green", price=18)
SHORT = Product(product_id="s", title="Mug", price=3)
CHINESE = Product(product_id="z", title="不锈钢保温杯", price=9)
TABLE = [KITCHO, CLOVER, SHORT, CHINESE]


def of(text: str) -> list[str]:
    return [product.product_id for product in quoted_in(text, TABLE).values()]


def test_titles_are_found_whole_in_the_order_said() -> None:
    assert of("is the kitcho plus mug (450 ml, hot pink) in stock?") == ["k"]
    assert of("Brightspoon Clover mug, 250 ml, green or Kitcho Plus mug (450 ml, hot pink)?") == ["c", "k"]
    assert of("不锈钢保温杯多少钱") == ["z"]


def test_a_part_of_a_title_or_a_mere_noun_is_none() -> None:
    assert of("the Kitcho Plus mug") == []
    assert of("a mug") == []


def test_a_title_within_a_longer_one_is_not_said() -> None:
    longer = Product(product_id="l", title="Travel Mug 10", price=1)
    shorter = Product(product_id="t", title="Travel Mug 1", price=1)
    set_of = Product(product_id="p", title="Set of Travel Mug 10", price=1)
    assert list(quoted_in("travel mug 10", [shorter, longer]).values()) == [longer]
    assert list(quoted_in("a Set of Travel Mug 10", [longer, set_of]).values()) == [set_of]


def test_a_pointer_stands_for_a_title_while_the_message_is_read() -> None:
    text = "put 2 Brightspoon Clover mug, 250 ml, green in, ok"
    masked = Masked.of(text, TABLE)
    assert masked.text == "put 2 this one in, ok"
    read = Command("add", "put 2 this one in", 0, (Span(4, 5, "qty"), Span(6, 14, "ref")))
    command = masked.unmasked(read)
    assert command.text == text.removesuffix(", ok")
    assert (command.words("qty"), command.words("ref")) == (["2"], [CLOVER.title])
    after = masked.unmasked(Command("remark", ", ok", masked.text.index(","), (Span(19, 21, "want"),)))
    assert (after.text, after.words("want")) == (", ok", ["ok"])


def test_several_titles_have_several_pointers_and_a_title_is_one_even_where_none_was_read() -> None:
    masked = Masked.of(f"{KITCHO.title} or {CLOVER.title}", TABLE)
    assert masked.text == "the first one or the second one"
    command = masked.unmasked(Command("compare", masked.text))
    assert command.words("ref") == [KITCHO.title, CLOVER.title]


def test_the_words_of_a_title_are_no_conditions() -> None:
    text = f"more like {KITCHO.title}"
    pink = text.index("pink")
    command = with_titles(Command("similar", text, 0, (Span(pink, pink + 4, "want"),)), TABLE)
    assert [(span.label, text[span.start : span.end]) for span in command.spans] == [("ref", KITCHO.title)]


@given(st.lists(st.sampled_from([KITCHO.title, CLOVER.title, "and", "the", "add", "杯", ",", "2"]), max_size=7))
def test_whatever_is_read_of_the_masked_message_is_the_same_stretch_of_the_message(words: list[str]) -> None:
    text = " ".join(words)
    masked = Masked.of(text, TABLE)
    whole = masked.unmasked(Command("find", masked.text))
    assert (whole.start, whole.text) == (0, text)
    for (start, end), _ in masked.stretches:
        before = masked.unmasked(Command("find", masked.text[:start]))
        after = masked.unmasked(Command("find", masked.text[end:], end))
        assert text.startswith(before.text) and text.endswith(after.text)
        assert after.start == len(text) - len(after.text)


def test_a_product_that_fits_what_is_said_by_half_is_not_wholly_meant() -> None:
    table = Table(shown=[Product(product_id="h", title="Blue Wool Hat", price=1)])
    assert pointed_at("the red wool hat", table).whole is False
    assert pointed_at("the blue wool hat", table).whole is True
