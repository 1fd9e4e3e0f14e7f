"""Tokens per second of the language model: for several shoppers at once, beside the bare engine, against the limit.

Real reply prompts of the demo store, as `assistant/replies/writer.py` builds them, are answered with so many requests
at once by Aisle's engine as it is, by the same without prompt lookup, and in batches of that size by
`openvino_genai.LLMPipeline`, which has none. The sides alternate. Every measurement answers all prompts; the figure is
the median over the rounds.

`concurrent{1,2,4,8}.tokens_per_s`   tokens of all replies over the time until the last is whole, without prompt lookup;
                                     the prompts have been read before, so that it is decoding that is timed.
`concurrent8.tokens_per_s.ratio`     what eight get over what one gets, without prompt lookup: what the batch is worth.
`concurrent8.new_prompts.ratio`      the same where every prompt is new but for its fixed beginning, and must be read.
`bare8.tokens_per_s.ratio`           the bare engine's eight over its one.
`prompt_lookup{1,2,4,8}.tokens_per_s`  with prompt lookup, as shoppers have it.
`prompt_lookup.ratio`                one request, with prompt lookup over without; `prompt_lookup.ratio.8` for eight.
`prompt_lookup8.tokens_per_s.ratio`  with prompt lookup, eight over one: less, because the one gains most.
`prompt_lookup.same`                 share of the replies that are the same, word for word, with and without, alone.
`decoding.bandwidth_gb_s`            bytes of an array larger than any cache, summed by one thread a core, over seconds.
`decoding.limit_tokens_per_s`        bandwidth over bytes of weights: a token needs them all, so that no single stream
                                     decodes faster than that.
`decoding.share_of_limit`            the share of it that one request reaches.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.outputs import ChatResult
from pydantic import PrivateAttr
from rich.console import Console

from assistant import Assistant
from assistant.engines.choose import DEFAULT_LLM
from assistant.engines.openvino_genai import ChatOpenVINO
from benchmarks.decoding_figures import SIDES, Run, draw, report
from benchmarks.evaluation import PERFORMANCE, Options, Report, command
from data.demo import make_demo_store
from data.errors import AisleError
from data.threads import cores
from data.weights import fetch

AT_ONCE: Final = (1, 2, 4, 8)
ARRAY: Final = 2 << 30  # bytes, several times the largest cache
ASKED: Final = (
    "a warm hat under $30", "water bottles in stock", "a mug for my office", "running shoes for winter",
    "a lamp for the bedroom", "a backpack for hiking", "a knife for the kitchen", "a blanket for the sofa",
    "a tent for two people", "headphones for the train", "a notebook for sketches", "gloves for cycling",
)  # fmt: skip

Prompt = list[BaseMessage]


class Listening(BaseChatModel):
    """Keeps what it is asked and answers nothing."""

    _asked: list[Prompt] = PrivateAttr(default_factory=list)

    @property
    def asked(self) -> list[Prompt]:
        return self._asked

    @property
    def _llm_type(self) -> str:
        return "listening"

    def _generate(self, messages: Prompt, *_: Any, **__: Any) -> ChatResult:
        self._asked.append(messages)
        raise AisleError("only listening")


def measure(options: Options, console: Console) -> Report:
    """Raises AisleError where the model cannot be had."""
    model = fetch(options.model)
    prompts = reply_prompts(options.prompts)
    console.print(f"{len(prompts)} prompts of replies, {options.tokens} tokens each", highlight=False)
    bandwidth = stream_bandwidth()
    sides = _sides(model)
    console.print("Three engines loaded", highlight=False)
    runs: dict[Run, list[float]] = defaultdict(list)
    texts: dict[str, list[str]] = {}
    for number in range(options.rounds):
        for run in planned(options.at_once):
            side = sides[run.side]
            asked = _made_new(prompts, f"{number}.{run.at_once}") if run.new else prompts
            side(asked, run.at_once, 1 if not run.new else 0)
            tokens, seconds, said = side(asked, run.at_once, options.tokens)
            runs[run].append(tokens / seconds)
            if run.at_once == 1 and not run.new:
                texts[run.side] = said
            console.print(f"round {number + 1}: {run} {tokens / seconds:.2f} tokens/s", highlight=False)
    same = float(np.mean([one == other for one, other in zip(texts["aisle"], texts["plain"], strict=True)]))
    rates = {run: median(each) for run, each in runs.items()}
    found = report(rates, bandwidth, _weights(model), same)
    if options.docs:
        picture = options.docs.with_suffix("") / "concurrency.svg"
        draw(rates, picture)
        found.blocks["decoding"] += f"\n\n![Tokens per second, together]({picture.parent.name}/{picture.name})"
    return found


def planned(at_once: Sequence[int]) -> list[Run]:
    """What one round measures, the sides in turn."""
    known = [Run(side, count) for count in at_once for side in SIDES]
    return [*known, *(Run("plain", count, new=True) for count in at_once)]


def reply_prompts(count: int) -> list[Prompt]:
    """What the language model is asked where a shopper of the demo store says `ASKED`.

    Raises AisleError where fewer than `count` of them lead to a reply that the model has a part in.
    """
    with TemporaryDirectory(prefix="aisle-decoding-") as place:
        folder = shutil.copytree(make_demo_store("demo").folder, Path(place) / "demo")
        listening = Listening()
        shop = Assistant(Assistant.open(folder, progress=False, llm="none").shop, listening)
        for number, message in enumerate(ASKED):
            shop.reply(message, session=str(number))
    prompts = [prompt for prompt in listening.asked if "<facts>" in prompt[-1].text]
    if len(prompts) < count:
        raise AisleError(f"Only {len(prompts)} of the demo store's replies ask the language model.")
    return prompts[:count]


def stream_bandwidth(size: int = ARRAY, repeats: int = 5) -> float:
    """GB/s at which all cores together read memory: the best of some sums over an array of `size` bytes."""
    parts = np.array_split(np.ones(size // 8, dtype=np.int64), cores())
    with ThreadPoolExecutor(cores()) as pool:

        def seconds() -> float:
            started = time.perf_counter()
            list(pool.map(np.sum, parts))
            return time.perf_counter() - started

        return size / min(seconds() for _ in range(repeats)) / 1e9


Side = Callable[[Sequence[Prompt], int, int], tuple[int, float, list[str]]]


def _sides(model: Path) -> dict[str, Side]:
    ours = ChatOpenVINO(path=model, timeout=600)
    plain = ChatOpenVINO(path=model, timeout=600, prompt_lookup=0)
    return {"aisle": _ours(ours), "plain": _ours(plain), "bare": _bare(ours, model)}


def _ours(engine: ChatOpenVINO) -> Side:
    """So many callers, each of whom asks for the next reply when it has had one."""

    def run(prompts: Sequence[Prompt], at_once: int, tokens: int) -> tuple[int, float, list[str]]:
        if not tokens:  # only the fixed beginning is to be known
            prompts, tokens = [[*prompts[0][:-1], HumanMessage("hello")]], 1
        started = time.perf_counter()
        with ThreadPoolExecutor(at_once) as pool:
            replies = list(pool.map(lambda prompt: engine.invoke(prompt, max_tokens=tokens), prompts))
        seconds = time.perf_counter() - started
        written = sum(reply.usage_metadata["output_tokens"] for reply in replies if reply.usage_metadata)
        return written, seconds, [reply.text for reply in replies]

    return run


def _bare(ours: ChatOpenVINO, model: Path) -> Side:
    """OpenVINO GenAI as its documentation calls it, one batch after the other."""
    import openvino_genai as genai  # noqa: PLC0415

    scheduler = genai.SchedulerConfig()
    scheduler.enable_prefix_caching, scheduler.cache_size = True, ours.cache_gb
    pipeline = genai.LLMPipeline(_loadable(model), "CPU", scheduler_config=scheduler)

    def run(prompts: Sequence[Prompt], at_once: int, tokens: int) -> tuple[int, float, list[str]]:
        config = genai.GenerationConfig(max_new_tokens=tokens, do_sample=False, apply_chat_template=False)
        texts = [ours.prompt(prompt) for prompt in prompts]
        written, said, started = 0, [], time.perf_counter()
        for batch in _batches(texts, at_once):
            result = pipeline.generate(batch, config)
            written += result.perf_metrics.get_num_generated_tokens()
            said += result.texts
        return written, time.perf_counter() - started, said

    return run


def _batches(texts: Sequence[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(texts), size):
        yield list(texts[start : start + size])


def _made_new(prompts: Sequence[Prompt], mark: str) -> list[Prompt]:
    """The same, with a line before the facts that nobody has read yet."""
    return [[*prompt[:-1], HumanMessage(f"Visit {mark}.\n{prompt[-1].text}")] for prompt in prompts]


def _loadable(model: Path) -> Path:
    return model.parent if (model.parent / "openvino_model.xml").exists() else model


def _weights(model: Path) -> int:
    """Bytes that are read for a token: the converted model's constants. The embedding is also the last layer."""
    folder = _loadable(model)
    return (folder / "openvino_model.bin" if folder.is_dir() else folder).stat().st_size


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=DEFAULT_LLM, help="a language model that Aisle ships with")
    parser.add_argument("--prompts", type=int, default=8, help="so many replies in each measurement")
    parser.add_argument("--tokens", type=int, default=32, help="of each reply at most so many tokens")
    parser.add_argument("--rounds", type=int, default=3, help="so many of everything")
    parser.add_argument("--at-once", type=int, nargs="+", default=AT_ONCE, help="so many requests at once")
    command(parser, measure, arguments, PERFORMANCE)


if __name__ == "__main__":
    main()
