"""The typed client, over a real connection."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from assistant.client import Client, ServiceError
from assistant.server.schemas import ChatResponse


@pytest.fixture
def client(address: str, keys: dict[str, str]) -> Iterator[Client]:
    with Client(address, keys["shopper"]) as client:
        yield client


def test_from_the_first_word_to_the_order(client: Client, address: str, keys: dict[str, str]) -> None:
    turn = client.chat("water bottles under $40", device="mobile")
    assert turn.products and turn.understanding.filters.price_max == 40
    events = list(client.stream("add the first one to my cart"))
    assert isinstance(events[-1].data, ChatResponse) and events[-1].data.cart.lines
    with Client(address, keys["shopper"], session=client.session) as elsewhere:  # on another device
        assert elsewhere.cart().lines[0].product == turn.products[0]
        assert elsewhere.set_quantity(turn.products[0].product_id, 2).cart.lines[0].quantity == 2
    order = client.place_order(client.checkout().token)
    assert order.lines[0].quantity == 2 and [each.order_id for each in client.orders()] == [order.order_id]
    assert [each.message for each in client.export().turns] == [
        "water bottles under $40",
        "add the first one to my cart",
    ]
    client.forget()
    assert client.session is None


def test_search_and_the_rest(client: Client) -> None:
    hits = client.search("tent", limit=3, in_stock=True).hits
    product = hits[0].product
    assert client.product(product.product_id) == product
    client.begin()
    client.event("view", product.product_id)
    assert client.add_to_cart(product.product_id).cart.total == product.price
    assert all(item.reason for item in client.recommendations(like=product.product_id, limit=3).items)
    assert client.ask_policy("how long can I return it?")[0].source == "policy: Returns"


def test_what_is_refused_is_said(client: Client, address: str) -> None:
    with pytest.raises(ServiceError, match="no product 'a/b c'") as refused:
        client.product("a/b c")
    assert refused.value.problem.status == 404
    with pytest.raises(ServiceError, match="agent"):
        client.begin(user="u1")
    with Client(address, "wrong") as stranger, pytest.raises(ServiceError, match="opens nothing"):
        list(stranger.stream("hello"))


def test_a_request_whose_answer_was_lost_is_sent_again_and_done_once(client: Client) -> None:
    product = client.search("tent").hits[0].product.product_id
    client.begin()
    real, lost = client._http.request, [1]

    def losing(*arguments: object, **named: object) -> httpx.Response:
        answered = real(*arguments, **named)  # type: ignore[arg-type]
        if lost and lost.pop():
            raise httpx.ReadError("the connection broke after the work was done")
        return answered

    client._http.request = losing  # type: ignore[method-assign,assignment]
    assert client.add_to_cart(product).cart.lines[0].quantity == 1


def test_the_client_brings_no_models_along() -> None:
    heavy = "('torch', 'faiss', 'openvino', 'langgraph')"
    code = f"import sys, assistant.client; print([name for name in {heavy} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
