"""A typed client of the HTTP service.

with Client("http://127.0.0.1:8000", key="aisle_…") as shop:
    turn = shop.chat("a warm hat under $30")
    for event in shop.stream("the first one in red?"):
        ...
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote

import httpx
from pydantic import BaseModel, TypeAdapter

from assistant.server.schemas import (
    CartResponse,
    ChatResponse,
    Confirmable,
    Export,
    Problem,
    RecommendationsResponse,
    SearchResponse,
    SessionResponse,
)
from assistant.turn import Cart, Fact, PlacedOrder
from data.records import Order, Product

EventName = Literal["understanding", "products", "cart", "token", "done", "error"]
RETRIES = 2  # after a connection that broke: the same request under the same key is done once


class ServiceError(Exception):
    """What the service refused, and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail or problem.title)
        self.problem = problem


class Event(BaseModel):
    """One event of a turn: `data` is what the API's page says of it, of `done` a `ChatResponse`."""

    name: EventName
    data: Any


class Client:
    """One shopper's conversation. `session` is its token: kept, it goes on later or elsewhere.

    Every method raises ServiceError for what the service refuses, and httpx.TransportError where it is not reached.
    """

    def __init__(self, url: str, key: str | None = None, session: str | None = None, timeout: float = 60.0) -> None:
        self.session = session
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=url.rstrip("/"), headers=headers, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def begin(self, user: str | None = None) -> SessionResponse:
        """A new conversation; for a shopper by name it takes a key of scope `agent`."""
        begun = SessionResponse.model_validate(self._send("POST", "/v1/sessions", {"user": user}, anonymous=True))
        self.session = begun.session
        return begun

    def chat(self, message: str, **context: Any) -> ChatResponse:
        body = {"message": message, "context": context}
        turn = ChatResponse.model_validate(self._send("POST", "/v1/chat", body, once=True))
        self.session = turn.session
        return turn

    def stream(self, message: str, **context: Any) -> Iterator[Event]:
        """The turn as it happens."""
        body = {"message": message, "context": context, "stream": True}
        with self._http.stream("POST", "/v1/chat", json=body, headers=self._headers(once=True)) as response:
            if response.is_error:
                response.read()
            _raise(response)
            name = ""
            for line in response.iter_lines():
                kind, _, value = line.partition(": ")
                if kind == "event":
                    name = value
                elif kind == "data":
                    event = Event.model_validate({"name": name, "data": json.loads(value)})
                    if event.name == "done":
                        event.data = ChatResponse.model_validate(event.data)
                        self.session = event.data.session
                    yield event

    def search(self, query: str, *, limit: int = 10, cursor: str = "", **filters: Any) -> SearchResponse:
        """`filters` are fields of `Filters`: price_max, colour, brand, …"""
        body = {"query": query, "limit": limit, "cursor": cursor, "filters": filters}
        return SearchResponse.model_validate(self._send("POST", "/v1/search", body))

    def product(self, product_id: str) -> Product:
        return Product.model_validate(self._send("GET", f"/v1/products/{quote(product_id, safe='')}"))

    def recommendations(self, *, limit: int = 10, like: str | None = None, query: str = "") -> RecommendationsResponse:
        asked = {"limit": limit, "query": query} | ({"like": like} if like else {})
        return RecommendationsResponse.model_validate(self._send("GET", "/v1/recommendations", params=asked))

    def ask_policy(self, question: str) -> list[Fact]:
        found = self._send("POST", "/v1/policies/ask", {"question": question})
        return TypeAdapter(list[Fact]).validate_python(found)

    def cart(self) -> Cart:
        return Cart.model_validate(self._send("GET", "/v1/cart"))

    def add_to_cart(self, product_id: str, quantity: int = 1) -> CartResponse:
        body = {"product_id": product_id, "quantity": quantity, "operation": "add"}
        return CartResponse.model_validate(self._send("POST", "/v1/cart", body, once=True))

    def set_quantity(self, product_id: str, quantity: int) -> CartResponse:
        body = {"product_id": product_id, "quantity": quantity, "operation": "set"}
        return CartResponse.model_validate(self._send("POST", "/v1/cart", body, once=True))

    def checkout(self) -> Confirmable:
        return Confirmable.model_validate(self._send("POST", "/v1/checkout"))

    def place_order(self, token: str) -> PlacedOrder:
        return PlacedOrder.model_validate(self._send("POST", "/v1/orders", {"token": token}, once=True))

    def orders(self) -> list[Order]:
        return TypeAdapter(list[Order]).validate_python(self._send("GET", "/v1/orders"))

    def event(self, event: str, product_id: str) -> None:
        self._send("POST", "/v1/events", {"event": event, "product_id": product_id})

    def export(self) -> Export:
        return Export.model_validate(self._send("GET", "/v1/sessions/current"))

    def forget(self) -> None:
        self._send("DELETE", "/v1/sessions/current")
        self.session = None

    def _send(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        params: dict[str, Any] | None = None,
        once: bool = False,
        anonymous: bool = False,
    ) -> Any:
        """`once`: named by a key, so that it may be sent again where the connection broke."""
        headers = self._headers(once=once, anonymous=anonymous)
        for left in range(RETRIES if once or method == "GET" else 0, -1, -1):
            try:
                response = self._http.request(method, path, json=body, params=params, headers=headers)
                break
            except httpx.TransportError:
                if not left:
                    raise
        _raise(response)
        return response.json() if response.content else None

    def _headers(self, *, once: bool = False, anonymous: bool = False) -> dict[str, str]:
        headers = {"Idempotency-Key": uuid.uuid4().hex} if once else {}
        if self.session and not anonymous:
            headers["Aisle-Session"] = self.session
        return headers


def _raise(response: httpx.Response) -> None:
    if not response.is_error:
        return
    try:
        problem = Problem.model_validate_json(response.content)
    except ValueError:
        status = response.status_code
        problem = Problem(type="about:blank", title=response.reason_phrase, status=status, detail=response.text[:200])
    raise ServiceError(problem)
