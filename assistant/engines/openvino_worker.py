"""The program of an engine's own process: one model that serves several requests in one batch.

It is a process because OpenVINO GenAI's `step` keeps Python's global lock while it computes, tenths of a second at a
time, in which nothing else of a program could move: no search, no page. Also, what crashes in C++ takes nobody along.

Run as a file it imports nothing of Aisle, so it is there in a fifth of a second. It reads one JSON object a line, a
`Request` to begin or `{"cancel": number}`, and ends with its input. It writes one line for `{"ready": true}` or
`{"failed": reason}`, then one for each step, with what the step brought.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from collections import deque
from typing import Any, Final, TextIO, TypedDict

# Otherwise OpenVINO reports each start to its makers, from a fork, which keeps our pipes open and may hang.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

import openvino_genai as genai  # noqa: E402

REASONS: Final = {genai.GenerationFinishReason.STOP: "stop", genai.GenerationFinishReason.LENGTH: "length"}
NGRAM: Final = 3  # tokens that must agree before what followed them in the prompt is tried


class Start(TypedDict):
    """How the process is started: JSON in its only argument."""

    path: str
    device: str
    cache_gb: int
    running: int  # requests in one batch; the others wait
    lookup: int  # tokens guessed from the prompt in each step, 0 for none
    properties: dict[str, Any]


class Request(TypedDict):
    number: int
    prompt: str  # in the model's chat template
    max_tokens: int
    stop: list[str]  # the text still holds the one that ended it
    bound: dict[str, str]  # of `StructuredOutputConfig`: `grammar` or `json_schema`, or nothing


class Ended(TypedDict):
    """`reason` is stop, length, or memory where the cache is too small; the counts are in tokens."""

    number: int
    reason: str
    read: int
    written: int


class _Running:
    """A request in the batch. The streamer turns tokens into text, a character of several tokens when it is whole."""

    def __init__(self, pipeline: genai.ContinuousBatchingPipeline, request: Request, lookup: int) -> None:
        self.number = request["number"]
        self.text = ""
        self._written = 0
        self._streamer = genai.TextStreamer(pipeline.get_tokenizer(), self._take)
        self.handle = pipeline.add_request(self.number, request["prompt"], _config(request, lookup))

    def read(self) -> Ended | None:
        """Take what the last step brought into `text`; the end where this was it."""
        reason = None
        while self.handle.can_read():
            for output in self.handle.read().values():
                self._written += len(output.generated_ids)
                self._streamer.write(output.generated_ids)
                reason = REASONS.get(output.finish_reason)
        if self.handle.get_status() == genai.GenerationStatus.IGNORED:
            reason = "memory"
        if reason is None:
            return None
        self._streamer.end()
        read = self.handle.get_perf_metrics().get_num_input_tokens()
        return Ended(number=self.number, reason=reason, read=read, written=self._written)

    def _take(self, text: str) -> genai.StreamingStatus:
        self.text += text
        return genai.StreamingStatus.RUNNING


class Batch:
    """Requests that run together and, in the order in which they came, those that wait for a place."""

    def __init__(self, pipeline: genai.ContinuousBatchingPipeline, places: int, lookup: int) -> None:
        self._pipeline = pipeline
        self._places = places
        self._lookup = lookup
        self._waiting: deque[Request] = deque()
        self._running: dict[int, _Running] = {}

    @property
    def idle(self) -> bool:
        return not (self._waiting or self._running or self._pipeline.has_non_finished_requests())

    def take(self, message: Any) -> None:
        if "cancel" not in message:
            self._waiting.append(message)
        elif (running := self._running.pop(message["cancel"], None)) is not None:
            running.handle.cancel()  # its place is free with the next step
        else:
            self._waiting = deque(each for each in self._waiting if each["number"] != message["cancel"])

    def step(self) -> tuple[list[tuple[int, str]], list[Ended]]:
        """A token for each running request, or a piece of its prompt read. Pieces of text, and what has ended."""
        while self._waiting and len(self._running) < self._places:
            request = self._waiting.popleft()
            self._running[request["number"]] = _Running(self._pipeline, request, self._lookup)
        self._pipeline.step()
        ended = [end for each in self._running.values() if (end := each.read()) is not None]
        pieces = [(each.number, each.text) for each in self._running.values() if each.text]
        for each in self._running.values():
            each.text = ""
        for end in ended:
            del self._running[end["number"]]
        return pieces, ended


def _config(request: Request, lookup: int) -> genai.GenerationConfig:
    config = genai.GenerationConfig()
    config.do_sample = False
    config.apply_chat_template = False  # the prompt is already in it
    config.max_new_tokens = request["max_tokens"]
    if request["stop"]:
        config.stop_strings = set(request["stop"])
        config.include_stop_str_in_output = True  # left out, it takes the letters before it in its token along
    if request["bound"]:
        config.structured_output_config = genai.StructuredOutputConfig(**request["bound"])
    if lookup:
        config.num_assistant_tokens = lookup
        config.max_ngram_size = NGRAM
    return config


def load(start: Start) -> genai.ContinuousBatchingPipeline:
    """The model over a GGUF file or a folder. Raises RuntimeError or ValueError where it cannot be read."""
    scheduler = genai.SchedulerConfig()
    scheduler.enable_prefix_caching = True
    scheduler.cache_size = start["cache_gb"]
    properties = dict(start["properties"])
    if start["lookup"]:
        properties["prompt_lookup"] = True
    return genai.ContinuousBatchingPipeline(start["path"], scheduler, start["device"], properties)


def serve(start: Start, incoming: TextIO, outgoing: TextIO) -> None:
    """Answer until the input ends or a step fails, after which a pipeline is unusable."""

    def say(message: dict[str, Any]) -> None:
        outgoing.write(json.dumps(message) + "\n")
        outgoing.flush()

    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    try:
        batch = Batch(load(start), start["running"], start["lookup"])
        threading.Thread(target=_listen, args=[incoming, inbox], daemon=True).start()
        say({"ready": True})
        while True:
            while batch.idle or not inbox.empty():
                batch.take(inbox.get())
            pieces, ended = batch.step()
            say({"pieces": pieces, "ended": ended})  # one without either, too: it is a sign of life
    except Exception as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        say({"failed": lines[-1] if lines else type(error).__name__})


def _listen(incoming: TextIO, inbox: queue.SimpleQueue[Any]) -> None:
    for line in incoming:
        inbox.put(json.loads(line))
    os._exit(0)  # whoever asked is gone; without destructors, which abort while a step is under way


def _main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the program ends this one itself
    outgoing = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print must not get between the answers
    serve(json.loads(sys.argv[1]), sys.stdin, outgoing)
    outgoing.flush()
    os._exit(1)


if __name__ == "__main__":
    _main()
