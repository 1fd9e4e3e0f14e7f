"""The model's process is killed, stopped, given what it cannot digest: an error in time, and a new process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from langchain_core.messages import BaseMessage, HumanMessage

from assistant.engines.errors import EngineError, EngineTimeoutError
from assistant.engines.openvino_genai import ChatOpenVINO

STORY: list[BaseMessage] = [HumanMessage("Tell a long story about a hat.")]
TIMEOUT = 3.0  # seconds
INDIGESTIBLE = {"type": "string", "pattern": "(("}  # a step that meets it raises


@pytest.fixture(scope="module")
def own(llm: ChatOpenVINO) -> Iterator[ChatOpenVINO]:
    engine = ChatOpenVINO(path=llm.path, context=2048, timeout=TIMEOUT)
    yield engine
    engine.close()


def fails(engine: ChatOpenVINO) -> tuple[EngineError, float]:
    """What is raised where a long reply is asked for, and after how many seconds."""
    started = time.monotonic()
    with pytest.raises(EngineError) as raised:
        engine.invoke(STORY, max_tokens=1500)
    return raised.value, time.monotonic() - started


def is_well(engine: ChatOpenVINO) -> bool:
    return bool(engine.invoke("What is the capital of France?", max_tokens=10, timeout=60).text)


def test_a_killed_process_is_told_to_all_at_once_and_started_anew(own: ChatOpenVINO) -> None:
    assert is_well(own)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(fails, own) for _ in range(4)]
        time.sleep(0.5)
        killed = time.monotonic()
        os.kill(own.pid, signal.SIGKILL)
        raised = [each.result(10) for each in asked]
    assert time.monotonic() - killed < 1
    assert all("process ended" in str(error) for error, _ in raised)
    assert is_well(own)


def test_a_stream_that_has_begun_breaks_off_with_an_error(own: ChatOpenVINO) -> None:
    stream = own.stream(STORY, max_tokens=1500)
    assert next(stream).text
    os.kill(own.pid, signal.SIGKILL)
    with pytest.raises(EngineError):
        list(stream)
    assert is_well(own)


def test_a_step_that_raises_fails_who_is_in_the_batch_and_nobody_later(own: ChatOpenVINO) -> None:
    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(fails, own)
        time.sleep(0.5)
        started = time.monotonic()
        with pytest.raises(EngineError, match="failed"):
            own.invoke("hi", response_schema=INDIGESTIBLE, max_tokens=5)
        beside.result(10)
    assert time.monotonic() - started < TIMEOUT
    assert is_well(own)


def test_a_process_that_hangs_is_given_up_and_replaced(own: ChatOpenVINO) -> None:
    assert is_well(own)
    hung = own.pid
    os.kill(hung, signal.SIGSTOP)
    error, took = fails(own)
    assert isinstance(error, EngineTimeoutError)
    assert took < TIMEOUT + 1
    assert is_well(own)
    assert own.pid != hung and not psutil.pid_exists(hung)


def test_a_slow_reply_is_cancelled_and_the_process_kept(own: ChatOpenVINO) -> None:
    assert is_well(own)
    working = own.pid
    started = time.monotonic()
    with pytest.raises(EngineTimeoutError):
        own.invoke(STORY, max_tokens=1500, timeout=0.5)
    assert time.monotonic() - started < 1.5
    started = time.monotonic()
    assert is_well(own)
    assert time.monotonic() - started < 3, "the reply that was given up is not written to its end"
    assert own.pid == working


def test_a_program_may_end_while_replies_are_written(llm: ChatOpenVINO) -> None:
    program = f"""
        import contextlib, threading
        from pathlib import Path
        from assistant.engines.errors import EngineError
        from assistant.engines.openvino_genai import ChatOpenVINO
        engine = ChatOpenVINO(path=Path({str(llm.path)!r}), context=2048)
        streams = [engine.stream("Tell a long story.", max_tokens=1500) for _ in range(3)]
        for stream in streams:
            next(stream)
        def ask():
            with contextlib.suppress(EngineError):
                engine.invoke("Tell a story.")
        threading.Thread(target=ask, daemon=True).start()
        print(engine.pid, flush=True)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert not psutil.pid_exists(int(done.stdout))


def test_a_killed_program_leaves_no_process_behind(llm: ChatOpenVINO) -> None:
    program = f"""
        import os, signal
        from pathlib import Path
        from assistant.engines.openvino_genai import ChatOpenVINO
        engine = ChatOpenVINO(path=Path({str(llm.path)!r}), context=2048)
        stream = engine.stream("Tell a long story.", max_tokens=1500)
        next(stream)
        print(engine.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False, timeout=60
    )
    deadline = time.monotonic() + 5
    while psutil.pid_exists(int(done.stdout)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(int(done.stdout))
