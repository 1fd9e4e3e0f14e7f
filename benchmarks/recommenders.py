"""Recommenders on real purchases, side by side with the library `implicit`: one run, one split, one machine.

    python -m benchmarks.recommenders --json docs/figures/recommenders.json --docs

The last tenth of each log, by time, is the test; candidates are items with five buyers before the cut. What is finished
is kept in a folder (`--work`), so that a run that was killed goes on where it was.
"""

from __future__ import annotations

import argparse
import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import platformdirs
import torch
from rich.console import Console
from rich.progress import Progress

from benchmarks import purchases, recommender_tables, rivals
from benchmarks.figures import merge
from benchmarks.item_sides import complete_journey_side, online_retail_side
from benchmarks.pipeline_run import PipelineChoice, PipelineResult, run_pipeline
from benchmarks.recommender_beside import BESIDE, recorded, run_beside
from benchmarks.recommender_costs import costs_as_it_grows, costs_on_devices
from benchmarks.recommender_figures import PURCHASES_OF, Board, Outcome, figures
from benchmarks.recommender_plots import draw_all
from benchmarks.recommender_results import Measured, Shelf
from benchmarks.recommender_rows import PROTOCOLS, Ground, Row, run_row
from data.errors import AisleError
from data.store import fingerprint
from recommenders.evaluation.task import Protocol
from recommenders.interactions import Interactions
from recommenders.pipeline import PipelineSettings
from recommenders.ranking.items import ItemSide
from recommenders.splits import time_split
from retrieval.encoder import Encoder

ROOT: Final = Path(__file__).resolve().parents[1]
DOCUMENT: Final = ROOT / "docs" / "recommenders.md"

# How Aisle's pipeline is set up for each shop and question: slices about as long as the test.
PIPELINES: Final[Mapping[tuple[str, Protocol], PipelineChoice]] = {
    ("online_retail", "new"): PipelineChoice(PipelineSettings(slice_days=18)),
    ("online_retail", "all"): PipelineChoice(PipelineSettings(slice_days=18)),
    ("complete_journey", "new"): PipelineChoice(PipelineSettings(slice_days=30)),
    ("complete_journey", "all"): PipelineChoice(PipelineSettings(slice_days=30)),
}

SOURCES: Final = {
    "base": tuple(f"recommenders/{name}.py" for name in ("histories", "interactions", "splits", "vectors")),
    "evaluation": (
        "recommenders/evaluation/*.py",
        *(f"benchmarks/{name}.py" for name in ("item_sides", "purchases", "titles", "recommender_results")),
    ),
    "models": ("recommenders/models/*.py",),
    "rivals": ("benchmarks/rivals.py",),
    "cost": ("benchmarks/training_cost.py",),
    "rows": ("benchmarks/recommender_rows.py",),
    "pipeline": ("recommenders/ranking/*.py", "recommenders/pipeline.py", "benchmarks/pipeline_run.py"),
}
CODE: Final = {
    part: fingerprint(*(file for pattern in patterns for file in sorted(ROOT.glob(pattern))))
    for part, patterns in SOURCES.items()
}


@dataclass(frozen=True)
class ShopData:
    """`log` reads all interactions; `side` says what is known of items, given ids, cut and an encoder or None.

    `texts`: whether the pipeline reads what items are called.
    """

    log: Callable[[], Interactions]
    side: Callable[[Sequence[str], int, Encoder | None], ItemSide]
    texts: bool


SHOPS: Final = {
    "online_retail": ShopData(purchases.online_retail, online_retail_side, texts=True),
    "complete_journey": ShopData(purchases.complete_journey, complete_journey_side, texts=False),
}


class Run:
    """One run over the chosen shops: what is finished comes from the shelf, the rest goes there."""

    def __init__(self, work: Path, rows: Sequence[Row], console: Console) -> None:
        self.work, self.rows, self.console = work, rows, console

    def boards(self, name: str, log: Interactions, shop: ShopData) -> list[Board]:
        """All rows and the pipeline on both questions of a shop."""
        split = time_split(log)
        encoder = Encoder() if shop.texts else None
        ground = Ground.of(name, split, lambda ids, cut: shop.side(ids, cut, encoder))
        shelf = Shelf(self.work / f"{name}-{_data_print(log)}")
        found = {row.key: self._row(row, ground, shelf) for row in self.rows}
        boards = []
        for protocol in PROTOCOLS:
            rows = {key: by[protocol] for key, by in found.items() if protocol in by}
            pipeline = self._pipeline(ground, protocol, shelf)
            boards.append(Board(name, protocol, len(ground.items), rows, pipeline))
        return boards

    def _row(self, row: Row, ground: Ground, shelf: Shelf) -> dict[Protocol, Measured]:
        mine = "rivals" if row in rivals.RIVALS else "models"
        key = f"{row.key}-{_code('base', 'evaluation', 'rows', mine)}"
        saved = shelf.get(key)
        if saved is None:
            found = run_row(row, ground)
            shelf.put(key, {protocol: one.as_json() for protocol, one in found.items()})
        else:
            found = {protocol: Measured.from_json(saved[protocol]) for protocol in row.protocols}
        for protocol, one in found.items():
            self._say(ground.name, protocol, recommender_tables.LABELS[row.key], one, saved is not None)
        return found

    def _pipeline(self, ground: Ground, protocol: Protocol, shelf: Shelf) -> PipelineResult:
        choice = PIPELINES[ground.name, protocol]
        code = _code("base", "models", "evaluation", "pipeline")
        key = f"aisle-{protocol}-{fingerprint(code, *_in_words(choice))[:12]}"
        saved = shelf.get(key)
        if saved is None:
            with Progress(console=self.console, transient=True) as bar:
                task = bar.add_task("", total=1.0)
                found = run_pipeline(
                    ground,
                    protocol,
                    choice,
                    with_trade_off=(ground.name, protocol) == PURCHASES_OF,
                    progress=lambda what, share: bar.update(task, completed=share, description=what),
                )
            shelf.put(key, found.as_json())
        else:
            found = PipelineResult.from_json(saved)
        self._say(ground.name, protocol, "Aisle", found.lists, saved is not None)
        return found

    def _say(self, shop: str, protocol: str, label: str, found: Measured, saved: bool) -> None:
        seconds = f"fit {found.fit_s:.1f} s, score {found.score_s:.1f} s"
        self.console.print(
            f"[dim]{time.strftime('%X')}[/] {shop} {protocol}: {label} NDCG@10 {found.ndcg.mean():.4f} "
            f"[dim]({'finished before' if saved else seconds}{', ' + found.setting if found.setting else ''})[/]",
            highlight=False,
        )


def _data_print(log: Interactions) -> str:
    return fingerprint(f"{len(log)} {len(log.users)} {len(log.items)} {int(log.seconds.sum())}")[:12]


def _code(*parts: str) -> str:
    """Changes with the source that a result depends on, as it was when this process began."""
    return fingerprint(*(CODE[part] for part in parts))[:12]


def _in_words(choice: PipelineChoice) -> tuple[str, str, str]:
    """Changes with the choice; a function by its own source."""
    return repr(choice.settings), inspect.getsource(choice.models), inspect.getsource(choice.scorers)


def subsampled(log: Interactions, users: int, seed: int = 0) -> Interactions:
    """Only so many shoppers, drawn at random; for trying things out."""
    kept = np.random.default_rng(seed).permutation(len(log.users))[:users]
    return log.where(np.isin(log.user, kept)).with_active_users(1)


def run(options: argparse.Namespace, console: Console) -> Outcome:
    """Raises AisleError where data or models are absent."""
    chosen = [row for row in recommender_tables.ROWS if not options.rows or row.key in options.rows]
    if not rivals.available():
        console.print('The library implicit is not installed, its rows are left out: pip install "aisle[bench]".')
        chosen = [row for row in chosen if row not in rivals.RIVALS]
    boards: list[Board] = []
    logs = {}
    for name in options.data:
        log = SHOPS[name].log()
        logs[name] = subsampled(log, options.users) if options.users else log
        boards += Run(options.work, chosen, console).boards(name, logs[name], SHOPS[name])
    shelf = Shelf(options.work / "costs")
    first = next(iter(logs.values()))
    costs = () if options.skip_cost else costs_as_it_grows(first, shelf, _code("base", "models", "cost"), console)
    on_card = not options.skip_cost and torch.cuda.is_available()
    devices = costs_on_devices(first, shelf, _code("base", "models", "cost"), console) if on_card else ()
    return Outcome(tuple(boards), costs, devices, run_beside(options.beside, console))


def show(outcome: Outcome, console: Console) -> None:
    tables = recommender_tables
    for board in outcome.boards:
        console.print(tables.console_table(tables.short_cells(board), tables.title(board)))
        if board.rows:
            console.print(tables.verdict(board))
    console.print(tables.console_table(tables.purchase_cells(outcome.boards), "Probability of a purchase"))
    if outcome.costs:
        console.print(tables.console_table(tables.cost_cells(outcome), "Training as the log grows"))
    if outcome.devices:
        console.print(tables.console_table(tables.device_cells(outcome), "CPU and CUDA"))
    else:
        console.print("CPU against CUDA was not run" + ("." if torch.cuda.is_available() else ": no CUDA device here."))


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description="Recommenders on real purchases, side by side with implicit.")
    made.add_argument("--data", nargs="+", choices=list(SHOPS), default=list(SHOPS))
    made.add_argument("--rows", nargs="*", metavar="ROW", help="only these rows beside the pipeline, by key")
    made.add_argument("--users", type=int, metavar="N", help="only N shoppers, for trying things out")
    made.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    made.add_argument(
        "--docs", nargs="?", type=Path, const=DOCUMENT, metavar="FILE", help="write tables and plots there"
    )
    made.add_argument("--beside", nargs="*", choices=list(BESIDE), default=[n for n in BESIDE if n != "classifier"])
    made.add_argument("--skip-cost", action="store_true", help="no training times on a growing log")
    made.add_argument("--work", type=Path, default=platformdirs.user_cache_path("aisle", False) / "bench-recommenders")
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    console = Console()
    try:
        options = parser().parse_args(arguments)
        outcome = run(options, console)
        show(outcome, console)
        if options.json:
            merge(options.json, figures(outcome))
        if options.docs:
            draw_all(outcome, options.docs.with_suffix(""))
            recommender_tables.write(options.docs, outcome, recorded())
    except AisleError as error:
        console.print(f"[red]{error}[/]")
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
