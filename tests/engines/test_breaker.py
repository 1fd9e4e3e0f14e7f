"""What is dead is not asked every turn, and is found well again by itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier, Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.engines import describe, open_engine
from assistant.engines.breaker import FAIR, FIRST_REST, LONGEST_REST, Breaker, GuardedModel
from assistant.engines.errors import EngineBusyError, EngineError, EngineTimeoutError
from assistant.engines.openvino_genai import ChatOpenVINO
from data.errors import AisleError
from data.store import StoreSettings
from tests.engines.test_openai_compatible import PIECES, Server, server  # noqa: F401


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock=clock)


def fail(breaker: Breaker, error: Exception, seconds: float = 60) -> None:
    with pytest.raises(type(error), match=str(error)), breaker.request(seconds):
        raise error


def lets_through(breaker: Breaker) -> bool:
    try:
        with breaker.request():
            return True
    except EngineError:
        return False


def test_after_a_failure_it_rests_and_then_tries_again(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, EngineError("gone"))
    assert not lets_through(breaker)
    clock.now += FIRST_REST - 1
    assert not lets_through(breaker)
    clock.now += 1
    assert lets_through(breaker)
    assert breaker.rest == 0


@given(st.integers(1, 12))
def test_each_rest_is_twice_the_last_up_to_a_limit(failures: int) -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    rests = []
    for _ in range(failures):
        fail(breaker, RuntimeError("device lost"))
        rests.append(breaker.rest)
        clock.now += breaker.rest
    assert rests[0] == FIRST_REST and max(rests) <= LONGEST_REST
    assert all(later == min(2 * earlier, LONGEST_REST) for earlier, later in pairwise(rests))
    assert lets_through(breaker)
    fail(breaker, RuntimeError("device lost"))
    assert breaker.rest == FIRST_REST, "what was before an answer is forgotten"


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (AisleError("that message is too long"), 60),
        (EngineBusyError("a full queue"), 60),
        (EngineTimeoutError("late, of somebody in a hurry"), FAIR / 2),
    ],
)
def test_what_says_nothing_about_the_engine_changes_nothing(breaker: Breaker, error: Exception, seconds: float) -> None:
    fail(breaker, error, seconds)
    assert lets_through(breaker)


def test_a_time_out_that_was_fair_counts(breaker: Breaker) -> None:
    fail(breaker, EngineTimeoutError("late"), FAIR)
    assert not lets_through(breaker)


def test_requests_that_fail_together_are_one_failure(breaker: Breaker) -> None:
    together = Barrier(4)

    def ask(_: int) -> None:
        with contextlib.suppress(EngineError), breaker.request():
            together.wait(5)
            raise EngineError("gone")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, range(4)))
    assert breaker.rest == FIRST_REST


def test_one_request_alone_tries_whether_it_is_well(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, EngineError("gone"))
    clock.now += FIRST_REST
    begun, done = Event(), Event()

    def try_it() -> None:
        with breaker.request():
            begun.set()
            assert done.wait(5)

    with ThreadPoolExecutor(1) as pool:
        trial = pool.submit(try_it)
        assert begun.wait(5)
        assert not lets_through(breaker)
        done.set()
        trial.result(5)
    assert lets_through(breaker)


def test_a_trial_that_is_left_is_no_verdict(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, EngineError("gone"))
    clock.now += FIRST_REST

    def pieces() -> Iterator[str]:
        with breaker.request():
            yield "a"
            yield "b"

    stream = pieces()
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert breaker.rest == FIRST_REST
    assert lets_through(breaker), "the next one is the trial"


@pytest.fixture
def guarded(server: Server, clock: Clock) -> GuardedModel:  # noqa: F811
    engine = open_engine(StoreSettings(name="shop", llm="openai", llm_url=server.url, llm_model="m", llm_timeout=8))
    assert isinstance(engine, GuardedModel)
    engine._breaker = Breaker(clock=clock)
    return engine


@pytest.mark.parametrize("manner", ["html", "error", "nothing", "half", "garbage events"])
def test_a_server_that_failed_is_asked_again_only_after_its_rest(
    guarded: GuardedModel,
    server: Server,  # noqa: F811
    clock: Clock,
    manner: str,
) -> None:
    server.manner = manner
    with pytest.raises(EngineError):
        list(guarded.stream("a hat"))
    server.manner, server.asked = "well", {}
    with pytest.raises(EngineError, match="left alone"):
        guarded.invoke("a hat")
    assert not server.asked
    clock.now += FIRST_REST
    assert "".join(chunk.text for chunk in guarded.stream("a hat")) == "".join(PIECES)


def test_the_setting_is_the_time_of_a_request(server: Server) -> None:  # noqa: F811
    settings = StoreSettings(name="shop", llm="openai", llm_url=server.url, llm_model="m", llm_timeout=0.3)
    engine = open_engine(settings)
    assert engine is not None
    server.manner = "silent"
    with pytest.raises(EngineTimeoutError):
        engine.invoke("a hat")


def test_behind_the_breaker_an_engine_is_what_it_was(llm: ChatOpenVINO) -> None:
    guarded = GuardedModel(inner=llm)
    assert describe(guarded) == llm.label
    assert guarded.count_tokens([]) == llm.count_tokens([])
    plain, through = llm.invoke("hi", max_tokens=9), guarded.invoke("hi", max_tokens=9)
    assert through.text == plain.text and through.usage_metadata == plain.usage_metadata
    said = guarded.invoke("Answer.", response_schema={"enum": ["yes", "no"]}, max_tokens=9).text
    assert said in ('"yes"', '"no"')
    stop = plain.text[2:5]
    assert guarded.invoke("hi", max_tokens=9, stop=[stop]).text == plain.text[: plain.text.index(stop)]
