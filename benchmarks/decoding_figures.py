"""Tokens per second as figures, a table and a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import plots
from benchmarks.documents import Cells, markdown
from benchmarks.evaluation import Report

SIDES: Final = {
    "aisle": "Aisle",
    "plain": "Aisle without prompt lookup",
    "bare": "bare engine, a batch of that size",
}
LINES: Final = (("aisle", False), ("plain", False), ("bare", False), ("plain", True))
BAR: Final = 3.5  # what eight are to get together over what one gets


@dataclass(frozen=True)
class Run:
    """Who is measured with how many requests at once. `new`: prompts that must be read, but for their beginning."""

    side: str
    at_once: int
    new: bool = False

    def __str__(self) -> str:
        return f"{SIDES[self.side]}, {self.at_once} at once{', prompts new' if self.new else ''}:"


def report(rates: Mapping[Run, float], bandwidth: float, weights: int, same: float) -> Report:
    """From tokens per second by run, GB/s, bytes of weights, and the share of replies that lookup leaves the same."""
    few, many = at_once(rates)[0], at_once(rates)[-1]
    limit = bandwidth * 1e9 / weights
    figures = {f"concurrent{count}.tokens_per_s": rates[Run("plain", count)] for count in at_once(rates)}
    figures |= {f"prompt_lookup{count}.tokens_per_s": rates[Run("aisle", count)] for count in at_once(rates)}
    figures |= {
        f"concurrent{many}.tokens_per_s.ratio": _ratio(rates, Run("plain", many), Run("plain", few)),
        f"concurrent{many}.new_prompts.ratio": _ratio(rates, Run("plain", many, True), Run("plain", few, True)),
        f"bare{many}.tokens_per_s.ratio": _ratio(rates, Run("bare", many), Run("bare", few)),
        "prompt_lookup.ratio": _ratio(rates, Run("aisle", few), Run("plain", few)),
        f"prompt_lookup.ratio.{many}": _ratio(rates, Run("aisle", many), Run("plain", many)),
        f"prompt_lookup{many}.tokens_per_s.ratio": _ratio(rates, Run("aisle", many), Run("aisle", few)),
        "prompt_lookup.same": same,
        "decoding.bandwidth_gb_s": bandwidth,
        "decoding.limit_tokens_per_s": limit,
        "decoding.share_of_limit": rates[Run("plain", few)] / limit,
    }
    return Report(figures, {"decoding": f"{_table(rates)}\n\n{_text(figures, weights, few, many)}"})


def at_once(rates: Mapping[Run, float]) -> list[int]:
    return sorted({run.at_once for run in rates})


def _ratio(rates: Mapping[Run, float], one: Run, other: Run) -> float:
    return rates[one] / rates[other]


def _table(rates: Mapping[Run, float]) -> str:
    header = ["tokens/s", *(f"{count} at once" for count in at_once(rates))]
    rows: Cells = []
    for side, new in LINES:
        found = [rates.get(Run(side, count, new)) for count in at_once(rates)]
        name = SIDES[side] + (", prompts to be read first" if new else "")
        rows.append([name, *("–" if each is None else f"{each:.1f}" for each in found)])
    return markdown([header, *rows])


def _text(figures: Mapping[str, float], weights: int, few: int, many: int) -> str:
    reached = figures[f"concurrent{many}.tokens_per_s.ratio"]
    return (
        f"In one batch, {many} shoppers get {reached:.1f} times the tokens per second of {few} (bar: {BAR}; the bare "
        f"engine's batch: {figures[f'bare{many}.tokens_per_s.ratio']:.1f}), and "
        f"{figures[f'concurrent{many}.new_prompts.ratio']:.1f} times where every prompt has to be read first, which is "
        f"arithmetic and gains little from company. Both are without prompt lookup, which the bare engine has not. It "
        f"makes one reply {figures['prompt_lookup.ratio']:.2f} times and {many} replies "
        f"{figures[f'prompt_lookup.ratio.{many}']:.2f} times as fast, so that with it {many} get "
        f"{figures[f'prompt_lookup{many}.tokens_per_s.ratio']:.1f} times what {few} gets; "
        f"{figures['prompt_lookup.same']:.0%} of the replies are the same with and without.\n\n"
        f"A token needs all {weights / 1e9:.2f} GB of weights from memory, which the cores together read at "
        f"{figures['decoding.bandwidth_gb_s']:.1f} GB/s (a sum over an array larger than the caches): no single stream "
        f"can decode more than {figures['decoding.limit_tokens_per_s']:.1f} tokens/s one by one. Without prompt lookup "
        f"one request reaches {figures['decoding.share_of_limit']:.0%} of that."
    )


def draw(rates: Mapping[Run, float], file: Path) -> None:
    """Tokens per second against requests at once, an SVG. Raises AisleError without Matplotlib."""
    figure = plots.figure(6, 3.8)
    axes = figure.subplots()
    colours = {"aisle": "tab:orange", "plain": "tab:red", "bare": "tab:blue"}
    for side, new in LINES:
        points = sorted((run.at_once, rate) for run, rate in rates.items() if (run.side, run.new) == (side, new))
        label = SIDES[side] + (", prompts to be read first" if new else "")
        axes.plot(
            *zip(*points, strict=True), marker="o", color=colours[side], linestyle=":" if new else "-", label=label
        )
    axes.set(xlabel="requests at once", ylabel="tokens/s, all together", ylim=(0, None), xticks=at_once(rates))
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
    plots.save(figure, file)
