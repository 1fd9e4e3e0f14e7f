"""Whole conversations, and what of them the reading of messages has done: the figures of reading.json.

aisle eval reading --store demo=general --store livostyle --json docs/figures/reading.json --docs

The conversations lie beside the data (`../shared/conversations`), with their runner; `--store` goes on to it. Tuned
on: the development halves that are played here. `learned_only.*` plays them without a language model. The reader's
own figures are taken from understanding.json, which `aisle eval understanding` writes.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console

from benchmarks.documents import markdown
from benchmarks.evaluation import DOCS, Options, Report, command
from benchmarks.paths import data_folder
from data.errors import AisleError

ROOT: Final = Path(__file__).resolve().parents[1]
SUITES: Final = {"": "en_dev.yaml", ".zh": "zh_dev.yaml"}
READING: Final = ("assistant/understanding", "assistant/languages")
PATTERN: Final = re.compile(r"re\.compile\(|any_of\(|re\.(?:search|match|sub|findall|fullmatch|split)\(")
TAKEN_OVER: Final = ("goal_accuracy", "price_exact", "learned.share", "learned.p50_ms", "intent.zero_shot.")


def measure(options: Options, console: Console) -> Report:
    """Raises AisleError where the conversations are absent or could not be played."""
    figures = dict[str, float]()
    kinds = [["kind", "English", "Chinese"]]
    by_kind: dict[str, dict[str, str]] = {}
    for ending, suite in SUITES.items():
        for name, without_model in (("", False), ("learned_only.", True)):
            if without_model and options.with_model_only:
                continue
            console.print(f"{suite}{' without a language model' if without_model else ''} …")
            found = _played(suite, options.store, without_model=without_model or options.llm_none)
            figures[f"{name}turns.right{ending}"] = found["turns.right"]
            figures[f"{name}conversations.whole{ending}"] = found["conversations.whole"]
            if not without_model:
                for kind in (
                    each.split(".")[1] for each in found if each.startswith("kind.") and each.endswith(".turns")
                ):
                    right, turns = found[f"kind.{kind}.right"], found[f"kind.{kind}.turns"]
                    by_kind.setdefault(kind, {})[ending] = f"{right:.0%} of {turns:.0f}"
    kinds += [[kind, cells.get("", "–"), cells.get(".zh", "–")] for kind, cells in by_kind.items()]
    figures |= {"code.lines": float(_lines()), "code.patterns": float(_patterns())} | _of_the_reader()
    rows = [["figure", "measured"], *([f"`{name}`", f"{value:.4g}"] for name, value in figures.items())]
    return Report(figures, {"reading": f"{markdown(rows)}\n\n{markdown(kinds)}"})


def _played(suite: str, stores: list[str], *, without_model: bool) -> dict[str, float]:
    """The runner's flat figures."""
    folder = data_folder().parent / "conversations"
    if not (folder / suite).exists():
        raise AisleError(f"There are no conversations in {folder}.")
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "figures.json"
        options = [part for store in stores for part in ("--store", store)]
        options += ["--llm", "none"] if without_model else []
        command_line = [sys.executable, "run.py", suite, *options, "--json", str(file)]
        done = subprocess.run(command_line, cwd=folder, stdout=subprocess.DEVNULL, check=False)
        if not file.exists():
            raise AisleError(f"The conversations were not played to their end (exit status {done.returncode}).")
        return {name: float(value) for name, value in json.loads(file.read_text(encoding="utf-8")).items()}


def _files() -> list[Path]:
    return [file for part in READING for file in (ROOT / part).rglob("*.py")]


def _lines() -> int:
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in _files())


def _patterns() -> int:
    return sum(len(PATTERN.findall(file.read_text(encoding="utf-8"))) for file in _files())


def _of_the_reader() -> dict[str, float]:
    file = DOCS / "figures" / "understanding.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {name: value for name, value in known.items() if name.startswith(TAKEN_OVER)}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", action="append", default=[], help="as the runner takes it: demo=NAME, livostyle")
    parser.add_argument("--llm-none", action="store_true", help="play without a language model only")
    parser.add_argument("--with-model-only", action="store_true", help="not once more without a language model")
    command(parser, measure, arguments)


if __name__ == "__main__":
    main()
