"""Simulated shoppers talk to the demo store: do they get what they need, how soon, and what goes wrong on the way?

    aisle eval dialogues --json docs/figures/dialogues.json --docs

Their needs are drawn from what the store really holds; they see what a shopper sees, and are judged by what is true.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.progress import track

from benchmarks import mgshopdial_replay
from benchmarks.evaluation import Options, Report, command
from benchmarks.shoppers.needs import draw
from benchmarks.shoppers.reporting import figures, tables
from benchmarks.shoppers.talking import Dialogue, in_a_copy, talk
from benchmarks.shoppers.transcripts import sample, transcript
from benchmarks.shoppers.truth import GroundTruth
from data.demo.build import make_demo_store

SEED = 1


def measure(options: Options, console: Console) -> Report:
    store = make_demo_store("demo")
    truth = GroundTruth(store)
    needs = draw(truth, options.dialogues, options.seed)
    with in_a_copy(store, llm=options.llm) as shop:
        shop.warm()
        dialogues = [
            talk(shop, need, f"shopper-{number}", truth)
            for number, need in enumerate(track(needs, "Talking", console=console, transient=True))
        ]
    if options.transcripts:
        keep(dialogues, options.transcripts)
    report = Report(figures(dialogues), tables(dialogues) | {"dialogues.transcripts": sample(dialogues, options.seed)})
    if options.replay:
        report |= mgshopdial_replay.measure(Options(llm=options.llm, transcripts=options.replay), console)
    return report


def keep(dialogues: list[Dialogue], folder: Path) -> None:
    """Every conversation as a page, failures named as such."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, dialogue in enumerate(dialogues):
        outcome = "good" if dialogue.judgement.success else "failed"
        page = folder / f"{number:03d}-{dialogue.need.language}-{outcome}.md"
        page.write_text(transcript(dialogue), encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dialogues", type=int, default=200, metavar="N", help="how many shoppers (default 200)")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the needs and of all chance (default {SEED})")
    parser.add_argument("--llm", default="none", help="the language model: none (default), auto, …")
    parser.add_argument("--transcripts", type=Path, metavar="DIR", help="write every conversation there")
    parser.add_argument(
        "--replay", type=Path, metavar="DIR", help="say real shoppers' lines again, too, both sides there"
    )
    command(parser, measure, arguments)


if __name__ == "__main__":
    main()
