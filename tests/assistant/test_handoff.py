"""A conversation handed to a person: in writing, short, without personal data, and kept until it is taken care of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant import Assistant
from assistant.actions.handoff import UNANSWERED
from assistant.handoffs import Handoff
from assistant.replies.phrases import _phrases


def kept(shop: Assistant, session: str) -> Handoff:
    return next(handoff for handoff in shop.handoffs("open") if handoff.session == session)


def test_the_person_reads_what_it_was_about(talk: Callable, shop: Assistant) -> None:
    user = shop.shop.store.orders().to_pandas()["user_id"].iloc[-1]
    order = shop.shop.orders.of(user)[0]
    shopper = talk(user)
    listed = shopper.says("water bottles under $40").products
    bottle = shopper.says("tell me about the first one").products[0]
    shopper.says("add it to my cart")
    shopper.says("can I pick it up in store?")
    shopper.says(f"order {order.order_id} arrived broken and I am furious")
    turn = shopper.says("talk to a person")
    handoff = kept(shop, shopper.session)
    assert (handoff.user, handoff.language, handoff.status) == (user, "en", "open")
    assert "water bottle" in handoff.wanted and any("40" in condition for condition in handoff.conditions)
    assert handoff.shown[0] == listed[0].title and handoff.asked_about == [bottle.title]
    assert handoff.unanswered == ["can I pick it up in store?"]
    assert order.order_id in handoff.order and f"1 × {bottle.title}" in handoff.cart
    assert handoff.words == [f"order {order.order_id} arrived broken and I am furious"]
    assert handoff.in_words() in turn.text and f"number {handoff.number}" in turn.text
    assert "help@shop.example" in turn.text and len(handoff.in_words()) < 1200


def test_in_the_shoppers_language_and_in_the_staffs(talk: Callable, shop: Assistant) -> None:
    shopper = talk()
    shopper.says("200美元以内的帐篷")
    turn = shopper.says("质量太差了，我要投诉，转人工")
    handoff = kept(shop, shopper.session)
    assert handoff.language == "zh" and "顾客原话：“质量太差了，我要投诉，转人工”" in turn.text
    assert "in their words: “质量太差了" in handoff.in_words("en")


def test_what_shoppers_type_of_themselves_is_masked(talk: Callable, shop: Assistant) -> None:
    shopper = talk()
    shopper.says("my parcel never arrived. My phone number is (614) 555-0199, my e-mail jo.bloggs@mail.example")
    turn = shopper.says("this is unacceptable, let me talk to a person, +44 20 7946 0958")
    handoff = kept(shop, shopper.session)
    assert "[e-mail address]" in handoff.words[0] and "[phone number]" in handoff.words[0]
    for private in ("jo.bloggs", "555-0199", "7946"):
        assert private not in handoff.model_dump_json() and private not in turn.text


def test_someone_who_has_just_come_in_is_handed_on_all_the_same(talk: Callable, shop: Assistant) -> None:
    shopper = talk()
    assert "just arrived" in shopper.says("agent please").text or "just arrived" in shopper.says("human").text
    assert kept(shop, shopper.session).words == []


def test_asking_twice_waits_once_and_asking_later_waits_anew(talk: Callable, shop: Assistant) -> None:
    shopper = talk()
    shopper.says("talk to a person")
    first = kept(shop, shopper.session)
    shopper.says("show me tents")
    shopper.says("talk to a human")
    again = kept(shop, shopper.session)
    assert again.number == first.number and again.wanted and not first.wanted
    assert shop.set_handoff(first.number, "taken").status == "taken"
    assert first.number not in {handoff.number for handoff in shop.handoffs("open")}
    shopper.says("talk to a person")
    assert kept(shop, shopper.session).number != first.number
    shop.set_handoff(first.number, "closed")
    assert first.number in {handoff.number for handoff in shop.handoffs("closed")}
    with pytest.raises(KeyError):
        shop.set_handoff(10**9, "closed")


@pytest.mark.parametrize(
    "yes",
    [
        "yes please",
        "要的",
        pytest.param("好的"),
    ],
)
def test_a_person_who_is_offered_is_there_for_a_yes_and_only_then(talk: Callable, shop: Assistant, yes: str) -> None:
    user = shop.shop.store.orders().to_pandas()["user_id"].iloc[-1]
    shopper = talk(user)
    assert shopper.says("my package never came").evidence.notes[-1].key == "offer_person"
    assert shopper.says(yes).understanding.intent == "handoff"
    shopper = talk(user)
    shopper.says("my package never came")
    shopper.says("show me tents")
    assert shopper.says("ok").understanding.intent != "handoff"
    assert talk().says("yes please").understanding.intent != "handoff"


def test_a_conversation_that_is_deleted_takes_its_handoff_along(talk: Callable, shop: Assistant) -> None:
    shopper = talk()
    shopper.says("talk to a person")
    shop.delete_session(shopper.session)
    assert shopper.session not in {handoff.session for handoff in shop.handoffs()}


def test_what_counts_as_unanswered_are_phrases_that_exist() -> None:
    assert set(_phrases()) >= UNANSWERED
