"""The language model's server fails in every way there is: the shopper has the same shop, told in phrases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult

from assistant import Assistant
from assistant.understanding.language import has_cjk
from tests.assistant.conftest import Shopper
from tests.faults.conftest import SLACK, TIMEOUT, Broken, Opened, timed

MANNERS = ["garbage", "other json", "an error", "nothing", "silence", "a drip", "half a reply"]
VAGUE = "something to keep my coffee hot on a hike"


@pytest.mark.parametrize("manner", MANNERS)
def test_a_broken_server_costs_flourishes_and_at_most_the_turn_s_time(
    opened: Opened, server: Broken, manner: str
) -> None:
    shopper = Shopper(opened(llm="openai", llm_url=server.url, llm_model="m", turn_timeout=TIMEOUT), "s")
    server.manner = manner
    turn, took = timed(shopper, VAGUE)
    assert server.asked, "this wish is one that the model is asked about"
    assert took < TIMEOUT + SLACK
    assert turn.degraded == "templates"
    assert turn.products and turn.text.startswith(("I found", "Here"))
    shown = turn.products

    turn, took = timed(shopper, "add the second one to my cart")
    assert shopper.cart == {shown[1].product_id: 1} and took < SLACK

    turn, took = timed(shopper, "有没有适合爬山喝咖啡用的保温的东西")
    assert took < TIMEOUT + SLACK
    assert turn.degraded in ("", "templates") and has_cjk(turn.text)

    server.manner = "well"
    server.release.set()
    turn, took = timed(shopper, "water bottles in stock")
    assert turn.products and took < TIMEOUT + SLACK
    assert [turn.number for turn in shopper.shop.history("s")] == [1, 2, 3, 4]


def test_a_server_that_is_well_again_is_heard_again(opened: Opened, server: Broken) -> None:
    shop = opened(llm="openai", llm_url=server.url, llm_model="m", turn_timeout=TIMEOUT)
    server.manner = "well"
    turn = Shopper(shop, "s").says(VAGUE)
    assert turn.degraded == ""
    assert turn.understanding.source == "llm", "the server's model reads"
    assert "They are a fine choice for you." in turn.text


def test_json_of_another_shape_is_read_as_far_as_it_goes(opened: Opened, server: Broken) -> None:
    shopper = Shopper(opened(llm="openai", llm_url=server.url, llm_model="m", turn_timeout=TIMEOUT), "s")
    server.manner = "another schema"
    turn, took = timed(shopper, "water bottles in stock")
    assert took < TIMEOUT + SLACK
    assert turn.products and turn.degraded in ("", "templates")


def test_a_model_that_has_failed_is_not_asked_again_in_the_same_turn(opened: Opened, server: Broken) -> None:
    shop = opened(llm="openai", llm_url=server.url, llm_model="m", turn_timeout=TIMEOUT)
    server.manner = "silence"
    turn = Shopper(shop, "s").says(VAGUE)
    assert turn.degraded == "templates"
    assert turn.seconds["first_product"] < TIMEOUT / 2 + SLACK, "half of the time is for reading the message"
    assert turn.seconds["total"] - turn.seconds["first_token"] < SLACK / 2, "and the reply waits for nobody"


class BreaksOff(BaseChatModel):
    """Dies in the middle of its second sentence, as a driver does that loses its device: with an error of its own."""

    @property
    def _llm_type(self) -> str:
        return "breaks off"

    def _generate(self, messages: list[BaseMessage], *_: Any, **how: Any) -> ChatResult:
        raise RuntimeError("device lost")

    def _stream(self, messages: list[BaseMessage], *_: Any, **how: Any) -> Iterator[ChatGenerationChunk]:
        yield ChatGenerationChunk(message=AIMessageChunk(content="They are a fine choice for you. The fir"))
        raise RuntimeError("device lost")


def test_what_an_engine_has_said_before_it_broke_stays_and_is_whole(opened: Opened) -> None:
    shop = Assistant(opened().shop, BreaksOff())
    turn = Shopper(shop, "s").says("water bottles in stock")
    assert turn.degraded == "templates"
    assert turn.products and turn.text.endswith((".", "?", "!"))
    assert "They are a fine choice for you." in turn.text and "The fir" not in turn.text
    assert Shopper(shop, "s").says("add the first one to my cart").cart.lines


class SaysNonsense(BreaksOff):
    """Answers at once, in no format that it was asked for."""

    def _generate(self, messages: list[BaseMessage], *_: Any, **how: Any) -> ChatResult:
        from langchain_core.messages import AIMessage  # noqa: PLC0415
        from langchain_core.outputs import ChatGeneration  # noqa: PLC0415

        return ChatResult(generations=[ChatGeneration(message=AIMessage("ŁŁŁ $0.01 {{{" * 50))])

    def _stream(self, messages: list[BaseMessage], *_: Any, **how: Any) -> Iterator[ChatGenerationChunk]:
        for _ in range(50):
            yield ChatGenerationChunk(message=AIMessageChunk(content="ŁŁŁ only $0.01. "))


@pytest.mark.parametrize("message", [VAGUE, "water bottles in stock", "送给爱爬山的爸爸什么好"])
def test_nonsense_is_never_passed_on(opened: Opened, message: str) -> None:
    turn = Shopper(Assistant(opened().shop, SaysNonsense()), "s").says(message)
    assert "Ł" not in turn.text and "0.01" not in turn.text
    assert turn.text and turn.degraded in ("", "templates")
