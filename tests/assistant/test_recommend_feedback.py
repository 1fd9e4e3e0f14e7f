"""What a shopper does changes the very next list, and only theirs."""

from __future__ import annotations

import itertools

import pytest

from assistant import Assistant
from assistant.database import Database
from assistant.feedback import MOST_EVENTS, live_events, record
from assistant.tables import EventRow
from assistant.turn import DoneEvent, Turn
from tests.assistant.conftest import Shopper

_numbers = itertools.count()


@pytest.fixture
def database(tmp_path) -> Database:
    database = Database(tmp_path / "aisle.db")
    yield database
    database.close()


@pytest.fixture
def visit(shop: Assistant):
    return lambda user=None: Shopper(shop, f"feedback-{next(_numbers)}", user)


def ids(turn: Turn) -> list[str]:
    return [product.product_id for product in turn.products]


def kinds(database: Database, session: str | None, user: str | None = None) -> list[tuple[str, str]]:
    return [(event.product_id, event.event) for event in live_events(database, session, user)]


def test_a_user_is_known_in_every_session_and_a_guest_in_one(database: Database) -> None:
    record(database, "one", "hat", "view", "ann")
    record(database, "two", "mug", "cart", "ann")
    record(database, "three", "tent", "view")
    assert kinds(database, "two", "ann") == [("hat", "view"), ("mug", "cart")]
    assert kinds(database, None, "ann") == [("hat", "view"), ("mug", "cart")]
    assert kinds(database, "three") == [("tent", "view")]
    assert kinds(database, None) == kinds(database, "four", "bob") == []


def test_thumbs_and_stars_are_one_language(database: Database) -> None:
    record(database, "s", "hat", "like")
    record(database, "s", "mug", "dislike")
    for product_id, stars in (("tent", 1.0), ("bag", 3.0), ("kettle", 4.0)):
        with database.transaction() as transaction:
            transaction.add(EventRow(session="s", product_id=product_id, event="rating", value=stars))
    assert kinds(database, "s") == [("hat", "cart"), ("mug", "dislike"), ("tent", "dislike"), ("kettle", "cart")]
    with pytest.raises(ValueError, match="feedback is one of view"):
        record(database, "s", "hat", "steal")  # type: ignore[arg-type]


def test_the_later_of_liking_and_disliking_holds(database: Database) -> None:
    for event in ("view", "cart", "dislike", "view"):
        record(database, "s", "hat", event)
    assert kinds(database, "s") == [("hat", "dislike"), ("hat", "view")]
    record(database, "s", "hat", "cart")
    assert ("hat", "dislike") not in kinds(database, "s")


def test_only_the_latest_events_are_read_and_in_their_order(database: Database) -> None:
    for number in range(MOST_EVENTS + 7):
        record(database, "s", f"p{number}", "view")
    events = live_events(database, "s")
    assert [event.product_id for event in events] == [f"p{number}" for number in range(7, MOST_EVENTS + 7)]
    assert [event.seconds for event in events] == sorted(event.seconds for event in events)
    assert events[0].seconds > 1_700_000_000


def test_not_this_one_is_gone_from_the_next_list_and_from_the_next_visit(visit) -> None:
    shopper = visit("nora")
    first = ids(shopper.says("what do you recommend?"))[0]
    turn = shopper.says("not the first one")
    assert turn.understanding.rejected == [first]
    assert first not in ids(turn) and len(turn.products) == 6
    assert first not in ids(shopper.says("what's popular?"))
    assert first not in ids(visit("nora").says("what do you recommend?"))
    assert first in ids(visit("otto").says("what do you recommend?"))


@pytest.mark.parametrize("message", ["不要第一个", "不喜欢第一个", "I don't like the first one", "skip the first one"])
def test_in_either_language(visit, message: str) -> None:
    shopper = visit()
    first = ids(shopper.says("what do you recommend?"))[0]
    assert first not in ids(shopper.says(message))


def test_which_one_is_asked_where_it_is_not_said(visit) -> None:
    shopper = visit()
    shopper.says("what do you recommend?")
    assert "Which one do you mean?" in shopper.says("not this").text


def test_a_search_goes_on_without_what_is_refused(visit) -> None:
    shopper = visit()
    shown = ids(shopper.says("coffee mugs"))
    turn = shopper.says("not the second one")
    assert turn.understanding.intent == "refine"
    assert ids(turn)[:5] == [shown[0], *shown[2:6]]
    assert shown[1] not in ids(shopper.says("show me more"))


def test_the_button_on_a_card_does_the_same(shop: Assistant, visit) -> None:
    shopper = visit()
    first = shopper.says("what do you recommend?").products[0]
    events = list(shop.refuse(shopper.session, first.product_id))
    turn = next(event.turn for event in events if isinstance(event, DoneEvent))
    assert first.product_id not in ids(turn) and turn.products
    assert turn.message.startswith("Not for me: ") and turn.text.startswith("Noted: no more ")
    assert ids(shop.history(shopper.session)[-1]) == ids(turn)
    with pytest.raises(KeyError):
        shop.refuse(shopper.session, "no such product")


def test_asking_about_a_product_is_looking_at_it(shop: Assistant, visit) -> None:
    shopper = visit("cleo")
    second = shopper.says("coffee mugs").products[1].product_id
    shopper.says("tell me about the second one")
    shopper.says("add it to my cart")
    assert kinds(shop.shop.database, shopper.session, "cleo") == [(second, "view"), (second, "cart")]


def test_feedback_through_the_api(shop: Assistant) -> None:
    product_id = shop.recommend(k=1)[0].product.product_id
    shop.feedback("api", product_id, "dislike", user="dora")
    assert product_id not in {item.product.product_id for item in shop.recommend("dora", k=30)}
    assert product_id in {item.product.product_id for item in shop.recommend("emil", k=30)}
    shop.feedback("api", product_id, "like", user="dora")
    assert product_id in {item.product.product_id for item in shop.recommend("dora", k=30)}
    with pytest.raises(KeyError):
        shop.feedback("api", "no such product", "view")
    with pytest.raises(ValueError, match="feedback"):
        shop.feedback("api", product_id, "rating")  # type: ignore[arg-type]
