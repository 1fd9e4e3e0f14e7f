"""OpenAI's own client talks to the shop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from openai import APIStatusError, AuthenticationError, OpenAI

from assistant import Assistant


@pytest.fixture
def client(address: str, keys: dict[str, str]) -> Iterator[OpenAI]:
    with OpenAI(api_key=keys["shopper"], base_url=f"{address}/v1", max_retries=0) as client:
        yield client


def said(*texts: str) -> list[dict[str, str]]:
    """A conversation, the shopper's turn first."""
    return [{"role": "assistant" if place % 2 else "user", "content": text} for place, text in enumerate(texts)]


def test_a_reply_names_its_products(client: OpenAI, served_shop: Assistant) -> None:
    answered = client.chat.completions.create(model="aisle", messages=said("water bottles under $40"))
    text = answered.choices[0].message.content
    assert answered.choices[0].finish_reason == "stop" and "1. **" in text and "$" in text


def test_a_reply_is_streamed(client: OpenAI) -> None:
    whole = client.chat.completions.create(model="aisle", messages=said("tents")).choices[0].message.content
    stream = client.chat.completions.create(model="aisle", messages=said("tents"), stream=True)
    pieces = [chunk.choices[0].delta.content or "" for chunk in stream]
    assert len(pieces) > 3 and "".join(pieces) == whole


@pytest.mark.parametrize("named", [{}, {"user": "chat-client-7"}, {"extra_body": {"safety_identifier": "someone"}}])
def test_a_conversation_goes_on_from_what_was_said(client: OpenAI, named: dict[str, object]) -> None:
    def ask(*texts: str) -> str:
        return client.chat.completions.create(model="aisle", messages=said(*texts), **named).choices[0].message.content  # type: ignore[call-overload]

    first = ask("water bottles")
    second = ask("water bottles", first, "add the second one to my cart")
    title = first.split("2. **")[1].split("**")[0].replace("\\", "")
    assert title in second.replace("\\", "")
    third = ask("water bottles", first, "add the second one to my cart", second, "what is in my cart?")
    assert f"1 × {title}" in third.replace("\\", "")


def test_two_who_say_the_same_have_each_their_own_cart(client: OpenAI) -> None:
    def ask(user: str | None, *texts: str) -> str:
        named = {"user": user} if user else {}
        return client.chat.completions.create(model="aisle", messages=said(*texts), **named).choices[0].message.content  # type: ignore[call-overload]

    for users in (("ann", "bob"), (None, None)):
        first = ask(users[0], "tents")
        ask(users[0], "tents", first, "add the first one to my cart")
        other = ask(users[1], "tents")
        assert "empty" in ask(users[1], "tents", other, "what is in my cart?")


def test_what_is_refused_is_an_error_of_the_client(client: OpenAI) -> None:
    with pytest.raises(APIStatusError) as refused:
        client.chat.completions.create(model="aisle", messages=[{"role": "assistant", "content": "hello"}])
    assert refused.value.status_code == 422
    with pytest.raises(AuthenticationError):
        client.with_options(api_key="wrong").chat.completions.create(model="aisle", messages=said("tents"))
    assert [model.id for model in client.models.list()] == ["aisle"]
