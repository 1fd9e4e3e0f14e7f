"""How well messages are understood: what was kept from the reader, real requests, and real dialogues.

    aisle eval understanding --json docs/figures/understanding.json --docs

`reader` is the corpus that the reader has not learnt from, `requests` are ShoppingBench's development requests and the
varied price phrasings, `dialogues` MG-ShopDial's.
"""

from __future__ import annotations

import argparse
from importlib import import_module

from rich.console import Console

from benchmarks.evaluation import Options, Report, command

PARTS = {part: f"benchmarks.understanding_{part}" for part in ("reader", "requests", "dialogues")}


def measure(options: Options, console: Console) -> Report:
    report = Report()
    for part in options.part or PARTS:
        report |= import_module(PARTS[part]).measure(options, console)
    return report


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part; may be given twice")
    command(parser, measure, arguments)


if __name__ == "__main__":
    main()
