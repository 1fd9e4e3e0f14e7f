"""Turns of both sides as figures and tables.

What is compared: of turns in which both sides showed a product, when the first one came. Aisle shows cards, before its
text. The tutorials' pipeline has nothing but its text, so its first product is there when the answer has named one. A
page that would show what the retriever returned could be earlier than that: that reading stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from benchmarks.documents import NOT_RUN, Cells, markdown
from benchmarks.evaluation import Report
from benchmarks.machine import machine

NAMING_WORDS: Final = 3  # so many words of a title running name it; fewer where its head is shorter
PATHS: Final = {"fast_path": "understood by code", "llm_parsed": "parsed by the language model"}
SAID: Final = {
    "learned": "the trained reader",
    "llm": "the language model",
    "fallback": "nobody, so that the words were searched",
}
IF_SHOWN: Final = "first_product_if_retrieved_were_shown"
STATISTICS: Final = ("mean", "p50", "p95")
BARS: Final = {
    "first_product.ratio.fast_path": 10.0,
    "first_product.ratio.llm_parsed": 2.0,
    "first_token.ratio": 2.0,
    "total.ratio": 1.5,
}


@dataclass(frozen=True)
class Waits:
    """Seconds from the message on, None for what did not come. `found`: whether the product that was wanted is in the
    first ten, None where it is not known."""

    first_product: float | None
    first_token: float | None
    total: float
    found: bool | None
    text: str


@dataclass(frozen=True)
class Ours(Waits):
    """`asked`: calls of the model that were begun before anything was shown. `stages`: `Turn.seconds`."""

    source: str
    intent: str
    asked: int
    degraded: str = ""  # `Turn.degraded`
    stages: dict[str, float] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """A key of `PATHS`: whether code alone led to what was shown."""
        return "fast_path" if self.source == "learned" and not self.asked else "llm_parsed"


@dataclass(frozen=True)
class Naive(Waits):
    """`first_product` is when the answer first named a product; `retrieved`, when its documents were there."""

    retrieved: float


@dataclass(frozen=True)
class Pair:
    """A message of a conversation, the `number`-th from 0, and what both sides made of it."""

    conversation: str
    number: int
    message: str
    ours: Ours
    naive: Naive


def names_one(text: str, titles: Iterable[str]) -> bool:
    """Whether the text names one of the titles: three of its words running, or the whole of a shorter head (what stands
    before the first comma, colon, bracket or "by"). Models shorten titles, so this is generous."""
    said = f" {' '.join(_words(text))} "
    return any(f" {' '.join(run)} " in said for title in titles for run in _runs(title))


def report(pairs: Sequence[Pair]) -> Report:
    """Figures in milliseconds and ratios, pipeline over Aisle; the blocks `machine`, `turns` and `stages`."""
    found = figures(pairs)
    blocks = {"machine": machine(), "turns": NOT_RUN, "stages": NOT_RUN}
    if pairs:
        blocks |= {"turns": _turns_block(pairs, found), "stages": markdown(stage_cells(pairs))}
    return Report(found, blocks)


def figures(pairs: Sequence[Pair]) -> dict[str, float]:
    """Flat figures, `measure.statistic` and for the first product `measure.statistic.path`; what no turn had is left
    out."""
    found: dict[str, float] = {"turns": float(len(pairs))}
    for path in PATHS:
        taken = [pair for pair in pairs if pair.ours.path == path]
        both = with_products(taken)
        named = [(pair.ours.first_product, pair.naive.first_product) for pair in both]
        retrieved = [(pair.ours.first_product, pair.naive.retrieved) for pair in both]
        found[f"turns.{path}"] = float(len(taken))
        found |= _beside(f"first_product.{{}}.{path}", named) | _beside(f"{IF_SHOWN}.{{}}.{path}", retrieved)
    found |= _beside("first_token.{}", [(pair.ours.first_token, pair.naive.first_token) for pair in pairs])
    found |= _beside("total.{}", [(pair.ours.total, pair.naive.total) for pair in pairs])
    for source in sorted({pair.ours.source for pair in pairs}):
        found[f"share.{source}"] = _share(pair.ours.source == source for pair in pairs)
    if pairs:
        found["degraded"] = _share(bool(pair.ours.degraded) for pair in pairs)
        found["shows_products.ours"] = _share(pair.ours.first_product is not None for pair in pairs)
        found["shows_products.naive"] = _share(pair.naive.first_product is not None for pair in pairs)
    if known := [pair for pair in pairs if pair.ours.found is not None]:
        found["known_item.requests"] = float(len(known))
        found["known_item.ours"] = _share(bool(pair.ours.found) for pair in known)
        found["known_item.naive"] = _share(bool(pair.naive.found) for pair in known)
    return {name: round(value, 4) for name, value in found.items()}


def with_products(pairs: Iterable[Pair]) -> list[Pair]:
    """Those in which both sides showed a product."""
    return [pair for pair in pairs if pair.ours.first_product is not None and pair.naive.first_product is not None]


def turn_cells(found: Mapping[str, float]) -> Cells:
    """Waits of both sides, the ratio of their medians and its bar."""
    rows = [["", "turns", "Aisle p50", "Aisle p95", "pipeline p50", "pipeline p95", "ratio of p50", "bar"]]
    named = {f"first_product.{{}}.{path}": f"first product, turn {words}" for path, words in PATHS.items()}
    named |= {"first_token.{}": "first word", "total.{}": "whole turn"}
    named |= {
        f"{IF_SHOWN}.{{}}.{path}": f"*if a page showed what is retrieved*, {words}" for path, words in PATHS.items()
    }
    for key, words in named.items():
        if key.format("ratio") in found:
            waits = [
                _in_words(found[key.format(name)]) for name in ("p50_ms", "p95_ms", "naive_p50_ms", "naive_p95_ms")
            ]
            bar = BARS.get(key.format("ratio"))
            ratio = found[key.format("ratio")]
            rows.append(
                [words, f"{found[key.format('turns')]:.0f}", *waits, _times(ratio), f"≥ {bar:g} ×" if bar else "–"]
            )
    return rows


def stage_cells(pairs: Sequence[Pair]) -> Cells:
    """Milliseconds by stage of Aisle's turns: of turns that code understood, and of those that the model parsed."""
    rows = [["milliseconds until or in …", *(f"{path}: {what}" for path in ("code", "model") for what in STATISTICS)]]
    stages = dict.fromkeys(stage for pair in pairs for stage in pair.ours.stages)
    for stage in stages:
        cells = [stage]
        for path in PATHS:
            taken = [pair.ours.stages[stage] for pair in pairs if pair.ours.path == path and stage in pair.ours.stages]
            cells += [f"{value:,.0f}" for value in _statistics(taken)] if taken else ["–"] * len(STATISTICS)
        rows.append(cells)
    return rows


def _turns_block(pairs: Sequence[Pair], found: Mapping[str, float]) -> str:
    of = len({pair.conversation for pair in pairs})
    shares = ", ".join(f"{SAID[name]} {found[f'share.{name}']:.0%}" for name in SAID if f"share.{name}" in found)
    sentences = [
        f"{len(pairs)} turns of {of} conversations. Understood by: {shares}. Aisle showed products in "
        f"{found['shows_products.ours']:.0%} of the turns, the pipeline named one in "
        f"{found['shows_products.naive']:.0%}."
    ]
    if "known_item.requests" in found:
        sentences.append(
            f"Of {found['known_item.requests']:.0f} requests the product that was wanted stood among Aisle's first ten "
            f"in {found['known_item.ours']:.0%}, among the pipeline's ten nearest in {found['known_item.naive']:.0%}."
        )
    return f"{markdown(turn_cells(found))}\n\n{' '.join(sentences)}"


def _beside(key: str, waits: Sequence[tuple[float | None, float | None]]) -> dict[str, float]:
    """Statistics of (Aisle's, pipeline's) seconds of turns in which both are known, in milliseconds; `key` has a place
    for the statistic's name."""
    known = [(ours, naive) for ours, naive in waits if ours is not None and naive is not None]
    if not known:
        return {}
    _, half, most = _statistics([ours for ours, _ in known])
    _, naive_half, naive_most = _statistics([naive for _, naive in known])
    return {
        key.format("turns"): float(len(known)),
        key.format("p50_ms"): half,
        key.format("p95_ms"): most,
        key.format("naive_p50_ms"): naive_half,
        key.format("naive_p95_ms"): naive_most,
        key.format("ratio"): naive_half / half,
    }


def _statistics(taken: Sequence[float]) -> tuple[float, float, float]:
    """Mean, p50 and p95 of seconds, in milliseconds."""
    milliseconds = 1000 * np.array(taken)
    half, most = np.quantile(milliseconds, [0.5, 0.95])
    return float(milliseconds.mean()), float(half), float(most)


def _in_words(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def _times(ratio: float) -> str:
    return f"{ratio:,.0f} ×" if ratio >= 10 else f"{ratio:.2f} ×"


def _share(flags: Iterable[bool]) -> float:
    return float(np.mean([float(flag) for flag in flags]))


def _runs(title: str) -> Iterator[list[str]]:
    words = _words(title)
    for start in range(len(words) - NAMING_WORDS + 1):
        yield words[start : start + NAMING_WORDS]
    head = _words(re.split(r" by |[(:,|]", title)[0])
    if 0 < len(head) < NAMING_WORDS:
        yield head


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
